//! Tests of the limit of two concurrent exports.

use super::{CSV, MANY, MNIST, NDJSON};
use crate::stack::{Stack, json};
use reqwest::{Response, StatusCode};
use sqlx::Connection;
use std::time::Duration;

/// Starts two exports that the client does not read.
async fn unread(stack: &Stack) -> [Response; 2] {
    stack.seed_predictions(MANY).await;
    let begin = async || {
        let response = stack.get(NDJSON).send().await.unwrap();
        assert_eq!(response.status(), StatusCode::OK);
        response
    };
    [begin().await, begin().await]
}

/// Waits until an export slot is free.
async fn until_slot_is_free(stack: &Stack) {
    for _ in 0..100 {
        if stack.get(CSV).query(&[("predicted", "7")]).send().await.unwrap().status() == StatusCode::OK {
            return;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("no slot was free within five seconds");
}

#[tokio::test]
async fn a_third_export_is_rejected_until_a_client_disconnects() {
    let stack = Stack::start().await;
    let [closed, open] = unread(&stack).await;
    for path in [CSV, NDJSON, MNIST] {
        let response = stack.get(path).send().await.unwrap();
        assert!(response.headers().contains_key("retry-after"));
        assert_eq!(json(response, StatusCode::TOO_MANY_REQUESTS).await["code"], "overloaded");
    }
    drop(closed);
    until_slot_is_free(&stack).await;
    assert!(open.bytes().await.unwrap().ends_with(b"\n"), "the other export continues");
}

#[tokio::test]
async fn a_client_that_disconnects_before_the_first_row_frees_its_slot_at_once() {
    let stack = Stack::start().await;
    let mut sql = stack.sql().await;
    let mut lock = sql.begin().await.unwrap();
    sqlx::query("lock table predictions").execute(&mut *lock).await.unwrap();
    for _ in 0..4 {
        let waiting = stack.get(NDJSON).timeout(Duration::from_millis(300)).send().await;
        assert!(waiting.is_err_and(|error| error.is_timeout()), "the request waits for rows, not for a slot");
    }
    lock.rollback().await.unwrap();
    until_slot_is_free(&stack).await;
}

#[tokio::test]
async fn a_client_that_reads_nothing_for_a_minute_loses_its_slot() {
    let stack = Stack::start().await;
    let unread = unread(&stack).await;
    // The buffers to the clients fill up.
    tokio::time::sleep(Duration::from_millis(500)).await;
    tokio::time::pause();
    tokio::time::advance(Duration::from_secs(61)).await;
    tokio::time::resume();
    until_slot_is_free(&stack).await;
    for response in unread {
        assert!(response.bytes().await.is_err(), "the client detects the aborted export");
    }
}
