//! An export is written while it is read.

use super::{CSV, MANY, NDJSON, exported};
use crate::{drawings, stack::Stack};
use api::{Filter, Store};
use flate2::read::GzDecoder;
use reqwest::{Response, StatusCode};
use std::{io::Read, num::NonZeroU32};
use uuid::Uuid;

/// The pieces in which a body comes.
async fn pieces(mut response: Response) -> reqwest::Result<Vec<Vec<u8>>> {
    let mut pieces = Vec::new();
    while let Some(piece) = response.chunk().await? {
        pieces.push(piece.to_vec());
    }
    Ok(pieces)
}

/// The ids in lines of JSON.
fn ids(lines: &[u8]) -> Vec<Uuid> {
    let lines = str::from_utf8(lines).unwrap().lines();
    lines.map(|line| line["{\"id\":\"".len()..][..36].parse().unwrap()).collect()
}

#[tokio::test]
async fn what_is_kept_while_an_export_is_read_or_deleted_from_it_changes_nothing_of_it() {
    let stack = Stack::start().await;
    stack.look_back_on(MANY).await;
    let mut sql = stack.sql().await;
    let all: Vec<Uuid> =
        sqlx::query_scalar("select id from predictions order by id desc").fetch_all(&mut sql).await.unwrap();

    let mut response = stack.get(NDJSON).send().await.unwrap();
    let first = response.chunk().await.unwrap().unwrap();
    stack.draw(&drawings::all()[8]).await;
    sqlx::query("delete from predictions where id = $1").bind(all.last()).execute(&mut sql).await.unwrap();
    let rest = pieces(response).await.unwrap();
    assert!(rest.len() > 100, "{} pieces", rest.len());
    assert_eq!(ids(&[&first[..], &rest.concat()].concat()), all);
    assert_eq!(ids(&exported(&stack, NDJSON).await).len(), all.len());
}

#[tokio::test]
async fn what_is_counted_and_what_is_read_are_of_the_same_moment_and_only_what_is_wanted_is_read() {
    let stack = Stack::start().await;
    stack.look_back_on(1000).await;
    let store = Store::new(stack.database.clone(), NonZeroU32::MIN);
    let mut snapshot = store.snapshot(Filter::default()).await.unwrap();
    let (count, mut read) = (snapshot.count().await.unwrap(), 0);
    stack.draw(&drawings::all()[8]).await;
    let mut portions = snapshot.read(false).await.unwrap();
    loop {
        let portion = portions.next().await.unwrap();
        if portion.is_empty() {
            break;
        }
        assert!(portion.iter().all(|kept| kept.input.is_none()));
        read += portion.len();
    }
    assert_eq!((count, read), (1000, 1000));
}

#[tokio::test]
async fn an_export_that_breaks_off_is_not_taken_for_a_whole_one() {
    let stack = Stack::start().await;
    stack.look_back_on(MANY).await;
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
    assert!(pieces(response).await.is_err());
}

#[tokio::test]
async fn text_goes_compressed_and_in_pieces_to_who_takes_it_so() {
    let stack = Stack::start().await;
    stack.look_back_on(3000).await;
    for path in [CSV, NDJSON] {
        let response = stack.get(path).header("accept-encoding", "gzip").send().await.unwrap();
        assert_eq!(response.headers()["content-encoding"], "gzip");
        let pieces = pieces(response).await.unwrap();
        assert!(pieces.len() > 1, "{path}: {} pieces", pieces.len());
        let (mut text, plain) = (Vec::new(), exported(&stack, path).await);
        GzDecoder::new(&*pieces.concat()).read_to_end(&mut text).unwrap();
        assert!(text == plain, "{path}: {} and {} bytes", text.len(), plain.len());
    }
}
