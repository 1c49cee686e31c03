//! Tests that exports are streamed.

use super::{CSV, MANY, NDJSON, exported};
use crate::{drawings, stack::Stack};
use api::{Filter, Store};
use flate2::read::GzDecoder;
use reqwest::{Response, StatusCode};
use std::{io::Read, num::NonZeroU32};
use uuid::Uuid;

/// Returns the chunks of a body.
async fn chunks(mut response: Response) -> reqwest::Result<Vec<Vec<u8>>> {
    let mut chunks = Vec::new();
    while let Some(chunk) = response.chunk().await? {
        chunks.push(chunk.to_vec());
    }
    Ok(chunks)
}

/// Returns the ids in an NDJSON export.
fn ids(lines: &[u8]) -> Vec<Uuid> {
    let lines = str::from_utf8(lines).unwrap().lines();
    lines.map(|line| line["{\"id\":\"".len()..][..36].parse().unwrap()).collect()
}

#[tokio::test]
async fn inserts_and_deletes_during_an_export_do_not_change_it() {
    let stack = Stack::start().await;
    stack.seed_predictions(MANY).await;
    let mut sql = stack.sql().await;
    let all: Vec<Uuid> =
        sqlx::query_scalar("select id from predictions order by id desc").fetch_all(&mut sql).await.unwrap();

    let mut response = stack.get(NDJSON).send().await.unwrap();
    let first = response.chunk().await.unwrap().unwrap();
    stack.draw(&drawings::all()[8]).await;
    sqlx::query("delete from predictions where id = $1").bind(all.last()).execute(&mut sql).await.unwrap();
    let rest = chunks(response).await.unwrap();
    assert!(rest.len() > 100, "{} chunks", rest.len());
    assert_eq!(ids(&[&first[..], &rest.concat()].concat()), all);
    assert_eq!(ids(&exported(&stack, NDJSON).await).len(), all.len());
}

#[tokio::test]
async fn the_count_and_the_rows_of_a_snapshot_agree_and_inputs_are_read_on_request() {
    let stack = Stack::start().await;
    stack.seed_predictions(1000).await;
    let store = Store::new(stack.database.clone(), NonZeroU32::MIN);
    let mut snapshot = store.snapshot(Filter::default()).await.unwrap();
    let (count, mut read) = (snapshot.count().await.unwrap(), 0);
    stack.draw(&drawings::all()[8]).await;
    let mut portions = snapshot.read(false).await.unwrap();
    loop {
        let portion = portions.next().await.unwrap();
        if portion.is_end() {
            break;
        }
        assert!(portion.predictions.iter().all(|prediction| prediction.input.is_none()));
        read += portion.predictions.len();
    }
    assert_eq!((count, read), (1000, 1000));
}

#[tokio::test]
async fn a_client_detects_an_aborted_export() {
    let stack = Stack::start().await;
    stack.seed_predictions(MANY).await;
    let mut response = stack.get(NDJSON).send().await.unwrap();
    assert_eq!(response.status(), StatusCode::OK);
    response.chunk().await.unwrap().unwrap();
    let ended: Vec<bool> = sqlx::query_scalar(
        "select pg_terminate_backend(pid) from pg_stat_activity
         where datname = current_database() and state = 'active' and query like '%filter_predictions%' and pid <> pg_backend_pid()",
    )
    .fetch_all(&mut stack.sql().await)
    .await
    .unwrap();
    assert_eq!(ended, [true]);
    assert!(chunks(response).await.is_err());
}

#[tokio::test]
async fn text_exports_are_compressed_and_streamed_in_chunks() {
    let stack = Stack::start().await;
    stack.seed_predictions(3000).await;
    for path in [CSV, NDJSON] {
        let response = stack.get(path).header("accept-encoding", "gzip").send().await.unwrap();
        assert_eq!(response.headers()["content-encoding"], "gzip");
        let chunks = chunks(response).await.unwrap();
        assert!(chunks.len() > 1, "{path}: {} chunks", chunks.len());
        let (mut text, plain) = (Vec::new(), exported(&stack, path).await);
        GzDecoder::new(&*chunks.concat()).read_to_end(&mut text).unwrap();
        assert!(text == plain, "{path}: {} and {} bytes", text.len(), plain.len());
    }
}
