//! Two exports at a time, each for as long as its client reads.

use super::{CSV, MANY, MNIST, NDJSON};
use crate::stack::{Stack, json};
use reqwest::{Response, StatusCode};
use sqlx::Connection;
use std::time::Duration;

/// Two exports whose clients do not read.
async fn unread(stack: &Stack) -> [Response; 2] {
    stack.look_back_on(MANY).await;
    let begin = async || {
        let response = stack.get(NDJSON).send().await.unwrap();
        assert_eq!(response.status(), StatusCode::OK);
        response
    };
    [begin().await, begin().await]
}

/// Waits until there is a place again.
async fn until_possible(stack: &Stack) {
    for _ in 0..100 {
        if stack.get(CSV).query(&[("predicted", "7")]).send().await.unwrap().status() == StatusCode::OK {
            return;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("there was no place within five seconds");
}

#[tokio::test]
async fn a_third_export_is_refused_until_a_client_goes() {
    let stack = Stack::start().await;
    let [goes, stays] = unread(&stack).await;
    for path in [CSV, NDJSON, MNIST] {
        let response = stack.get(path).send().await.unwrap();
        assert!(response.headers().contains_key("retry-after"));
        assert_eq!(json(response, StatusCode::TOO_MANY_REQUESTS).await["code"], "overloaded");
    }
    drop(goes);
    until_possible(&stack).await;
    assert!(stays.bytes().await.unwrap().ends_with(b"\n"), "the other one goes on");
}

#[tokio::test]
async fn who_goes_before_there_is_anything_to_read_frees_a_place_at_once() {
    let stack = Stack::start().await;
    let mut sql = stack.sql().await;
    let mut lock = sql.begin().await.unwrap();
    sqlx::query("lock table predictions").execute(&mut *lock).await.unwrap();
    for _ in 0..4 {
        let waiting = stack.get(NDJSON).timeout(Duration::from_millis(300)).send().await;
        assert!(waiting.is_err_and(|error| error.is_timeout()), "it waits for rows, not for a place");
    }
    lock.rollback().await.unwrap();
    until_possible(&stack).await;
}

#[tokio::test]
async fn a_client_that_reads_nothing_for_a_minute_loses_its_place() {
    let stack = Stack::start().await;
    let unread = unread(&stack).await;
    tokio::time::sleep(Duration::from_millis(500)).await; // until nothing more finds room on the way to them
    tokio::time::pause();
    tokio::time::advance(Duration::from_secs(61)).await;
    tokio::time::resume();
    until_possible(&stack).await;
    for response in unread {
        assert!(response.bytes().await.is_err(), "what is left of it is not taken for all of it");
    }
}
