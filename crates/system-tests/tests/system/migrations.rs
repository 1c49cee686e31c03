//! The database by itself: what it refuses, and what becomes of one that an older version made.

use crate::stack::{Stack, empty_database, json, root};
use api::{ExportError, Filter, Store, StoreError};
use reqwest::StatusCode;
use sqlx::{ConnectOptions, PgConnection, migrate::Migrator, postgres::PgConnectOptions};
use std::num::NonZeroU32;
use uuid::Uuid;

/// The last migration of the version that knew no reasons, and of the one that knew no exports.
const WITHOUT_REASONS: i64 = 3;
const WITHOUT_EXPORTS: i64 = 7;

/// A database as a version left it.
async fn old_database(last_migration: i64) -> PgConnectOptions {
    let database = empty_database().await;
    let migrations = Migrator::new(root().join("migrations")).await.unwrap();
    migrations.run_to(last_migration, &mut database.connect().await.unwrap()).await.unwrap();
    database
}

/// Inserts a row with these columns and values beside the ones that every row needs.
async fn insert(sql: &mut PgConnection, columns: &str, values: &str) -> sqlx::Result<()> {
    let statement = format!(
        "insert into predictions
             (id, prediction, confidence, probabilities, model, bitmap, input, input_kind, source, {columns})
         values ($1, 7, 1, array_fill(0.1::real, array[10]), 'old', decode(repeat('00', 784), 'hex'), '', 'png', 'api',
             {values})",
    );
    sqlx::query(sqlx::AssertSqlSafe(statement)).bind(Uuid::now_v7()).execute(sql).await.map(drop)
}

#[tokio::test]
async fn a_reason_stands_beside_not_a_digit_and_nowhere_else() {
    let stack = Stack::start().await;
    let mut sql = stack.sql().await;
    for (values, is_kept) in [
        ("'digit', null", true),
        ("'not_a_digit', 'too_little_ink'", true),
        ("'not_a_digit', 'several_digits'", true),
        ("'not_a_digit', 'unlike_a_digit'", true),
        ("'not_a_digit', null", false),
        ("'not_a_digit', 'ugly'", false),
        ("'digit', 'too_little_ink'", false),
    ] {
        assert_eq!(insert(&mut sql, "verdict, reason", values).await.is_ok(), is_kept, "{values}");
    }
}

#[tokio::test]
async fn a_database_of_an_older_version_keeps_its_rows_as_they_are() {
    let database = old_database(WITHOUT_REASONS).await;
    let mut sql = database.connect().await.unwrap();
    insert(&mut sql, "verdict", "'digit'").await.unwrap();
    insert(&mut sql, "verdict", "'not_a_digit'").await.unwrap();

    let stack = Stack::with_database(database).await;
    stack.until_ready().await;
    let page = json(stack.get("/predictions").send().await.unwrap(), StatusCode::OK).await;
    let verdicts = page["predictions"].as_array().unwrap().iter().map(|row| (&row["verdict"], row.get("reason")));
    assert_eq!(verdicts.collect::<Vec<_>>(), [(&"not_a_digit".into(), None), (&"digit".into(), None)]);
}

#[tokio::test]
async fn a_database_that_is_not_brought_up_to_date_yet_is_away_and_not_broken() {
    for last_migration in [WITHOUT_REASONS, WITHOUT_EXPORTS] {
        let store = Store::new(old_database(last_migration).await, NonZeroU32::MIN);
        assert!(matches!(store.ready().await, Err(StoreError::Away(_))));
        assert!(matches!(store.page(&Filter::default(), 1, None).await, Err(StoreError::Away(_))));
        let export = store.snapshot(Filter::default()).await.unwrap().read(true).await;
        assert!(matches!(export, Err(ExportError::Store(StoreError::Away(_)))));
    }
}
