//! Tests of the database: what it rejects, and how migrations change a database of an older version.

use crate::{
    drawings,
    person::{Person, settings_with_accounts},
    stack::{ANY, MODEL_REQUESTS, Stack, empty_database, json, migrated_store, root, service_role, start_model},
};
use api::{ExportError, Filter, Store, StoreError};
use reqwest::StatusCode;
use serde_json::Value;
use sqlx::{ConnectOptions, PgConnection, migrate::Migrator, postgres::PgConnectOptions};
use std::num::NonZeroU32;
use uuid::Uuid;

/// The last migration before reasons, and the last one before exports.
const WITHOUT_REASONS: i64 = 3;
const WITHOUT_EXPORTS: i64 = 7;
/// The last migration of version 0.1.0.
const VERSION_0_1: i64 = 8;
/// The last migration before the one that counts stored inputs.
const WITHOUT_TOTAL: i64 = 19;

/// Makes a database with all migrations up to `last_migration`.
async fn old_database(last_migration: i64) -> PgConnectOptions {
    let database = empty_database().await;
    let migrations = Migrator::new(root().join("migrations")).await.unwrap();
    migrations.run_to(last_migration, &mut database.connect().await.unwrap()).await.unwrap();
    database
}

/// Inserts a row with these columns and values, and with valid values in all required columns.
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
async fn a_row_has_a_reason_only_with_the_verdict_not_a_digit() {
    let stack = Stack::start().await;
    let mut sql = stack.sql().await;
    for (values, is_kept) in [
        ("'digit', null", true),
        ("'not_a_digit', 'too_small'", true),
        ("'not_a_digit', 'several_digits'", true),
        ("'not_a_digit', 'unlike_a_digit'", true),
        ("'not_a_digit', null", false),
        ("'not_a_digit', 'ugly'", false),
        ("'digit', 'too_small'", false),
    ] {
        assert_eq!(insert(&mut sql, "verdict, reason", values).await.is_ok(), is_kept, "{values}");
    }
}

#[tokio::test]
async fn migrations_do_not_change_the_rows_of_an_older_version() {
    let database = old_database(WITHOUT_REASONS).await;
    let mut sql = database.connect().await.unwrap();
    insert(&mut sql, "verdict", "'digit'").await.unwrap();
    insert(&mut sql, "verdict", "'not_a_digit'").await.unwrap();

    let stack = Stack::with_database(database).await;
    stack.until_ready().await;
    let page = json(stack.get("/api/v1/predictions").send().await.unwrap(), StatusCode::OK).await;
    let verdicts = page["predictions"].as_array().unwrap().iter().map(|row| (&row["verdict"], row.get("reason")));
    assert_eq!(verdicts.collect::<Vec<_>>(), [(&"not_a_digit".into(), None), (&"digit".into(), None)]);
}

#[tokio::test]
async fn a_database_without_the_latest_migrations_counts_as_unavailable() {
    for last_migration in [WITHOUT_REASONS, WITHOUT_EXPORTS] {
        let store = Store::new(old_database(last_migration).await, NonZeroU32::MIN);
        assert!(matches!(store.ready().await, Err(StoreError::Unavailable(_))));
        assert!(matches!(store.prediction(Uuid::nil()).await, Err(StoreError::Unavailable(_))));
        let export = store.snapshot(Filter::default()).await.unwrap().read(true).await;
        assert!(matches!(export, Err(ExportError::Store(StoreError::Unavailable(_)))));
    }
}

/// Selects the views, the index and the counts of a database as one text.
const CONTENT: &str =
    "select (select string_agg(row(id, created_at, prediction, verdict, reason, true_label)::text, ' ' order by id)
        from labelled_predictions)
    || (select string_agg(i::text, ' ' order by id) from prediction_index i)
    || (select string_agg(row(id, prediction_id, true_label, created_at)::text, ' ' order by id) from labels)
    || (select string_agg(row(day, model, predicted, true_label, n)::text, ' '
            order by day, model, predicted, true_label)
        from (select day, model, predicted, true_label, sum(predictions) as n from all_prediction_counts
            group by 1, 2, 3, 4) counts
        where n <> 0)";

async fn content(sql: &mut PgConnection, query: &str) -> String {
    sqlx::query_scalar(sqlx::AssertSqlSafe(query.to_owned())).fetch_one(sql).await.unwrap()
}

/// Returns the same query with the names of version 0.1.0.
fn content_0_1() -> String {
    let names = [("prediction_index", "history"), ("all_prediction_counts", "all_answers"), ("predicted", "said")];
    names.into_iter().fold(CONTENT.to_owned(), |query, (new, old)| query.replace(new, old))
}

#[tokio::test]
async fn migrations_keep_all_rows_labels_and_counts_of_version_0_1() {
    let database = old_database(VERSION_0_1).await;
    let mut sql = database.connect().await.unwrap();
    let seed = include_str!("../data/seed-0.1.sql").replace(":rows", "2000");
    sqlx::raw_sql(sqlx::AssertSqlSafe(seed)).execute(&mut sql).await.unwrap();
    insert(&mut sql, "verdict", "'digit'").await.unwrap();
    let before = content(&mut sql, &content_0_1()).await;
    migrated_store(&database).1.await.unwrap();
    // This connection has cached plans with the old names.
    let mut sql = database.connect().await.unwrap();
    assert_eq!(content(&mut sql, CONTENT).await, before);
    // Version 0.1.0 did not store who drew and labelled, so its rows have no visitor.
    let unknown: i64 = sqlx::query_scalar(
        "select (select count(*) from predictions where visitor_id is null and may_train is null)
            + (select count(*) from labels where labeller is null and origin = 'open')
            - (select count(*) from predictions) - (select count(*) from labels)",
    )
    .fetch_one(&mut sql)
    .await
    .unwrap();
    assert_eq!(unknown, 0);

    let stack = Stack::with_database(database).await;
    stack.until_ready().await;
    stack.draw(&drawings::all()[8]).await;
    let quality = json(stack.get("/api/v1/quality").send().await.unwrap(), StatusCode::OK).await;
    assert_eq!(quality["predictions"], 2002);
}

#[tokio::test]
async fn drawings_from_before_accounts_belong_to_nobody_and_stay_labelled() {
    let database = old_database(VERSION_0_1).await;
    let mut sql = database.connect().await.unwrap();
    insert(&mut sql, "verdict", "'digit'").await.unwrap();
    let picture = drawings::Picture::default().png(&drawings::all()[4]);
    let draw = sqlx::query_scalar("update predictions set input = $1 returning id").bind(picture);
    let old: Uuid = draw.fetch_one(&mut sql).await.unwrap();
    let label = "insert into labels (prediction_id, true_label) values ($1, '4')";
    sqlx::query(label).bind(old).execute(&mut sql).await.unwrap();

    let model = start_model(ANY.parse().unwrap()).await;
    let stack = Stack::on(model, database, MODEL_REQUESTS, settings_with_accounts()).await;
    stack.until_ready().await;
    let (page, row) = (format!("/drawings/{old}"), format!("/api/v1/predictions/{old}"));
    let visitor = Person::visitor(&stack).await;
    for path in [&page, &row] {
        assert_eq!(visitor.get(path).await.status(), StatusCode::NOT_FOUND, "{path}");
    }
    for path in ["/", "/history", "/api/v1/predictions", "/api/v1/me"] {
        assert!(!visitor.get(path).await.page(StatusCode::OK).await.contains(&old.to_string()), "{path}");
    }
    for role in ["labeller", "operator"] {
        let person = Person::invited(&stack, role, role).await;
        for path in [&*page, "/history?labelled=true"] {
            assert!(person.get(path).await.page(StatusCode::OK).await.contains(&old.to_string()), "{role}: {path}");
        }
        let shown: Value = serde_json::from_str(&person.get(&row).await.page(StatusCode::OK).await).unwrap();
        assert_eq!(shown["true_label"], 4, "{role}");
        let quality: Value =
            serde_json::from_str(&person.get("/api/v1/quality").await.page(StatusCode::OK).await).unwrap();
        assert_eq!(quality["correct"]["total"], 1, "{role}");
    }
    let owner: Option<Uuid> =
        sqlx::query_scalar("select visitor_id from predictions").fetch_one(&mut stack.sql().await).await.unwrap();
    assert_eq!(owner, None, "nobody has got it meanwhile");
}

/// Returns how many predictions, labelled predictions and correct predictions the api counts.
async fn counted(stack: &Stack) -> [i64; 3] {
    let quality = json(stack.get("/api/v1/quality").send().await.unwrap(), StatusCode::OK).await;
    [&quality["predictions"], &quality["correct"]["total"], &quality["correct"]["count"]].map(|n| n.as_i64().unwrap())
}

#[tokio::test]
async fn a_migrated_database_of_version_0_1_inserts_labels_deletes_and_counts() {
    let database = old_database(VERSION_0_1).await;
    let token = Uuid::new_v4();
    let mut sql = database.connect().await.unwrap();
    // Version 0.1.0 gave this deletion token to a client and stored its hash.
    let hash = format!("sha256('\\x{}')", token.simple());
    insert(&mut sql, "verdict, receipt", &format!("'digit', {hash}")).await.unwrap();
    let stack = Stack::with_database(database).await;
    stack.until_ready().await;

    let drawn = stack.draw(&drawings::all()[8]).await;
    let label = stack.http.put(stack.url(&format!("/api/v1/predictions/{}/label", drawn["id"].as_str().unwrap())));
    json(label.json(&serde_json::json!({ "true_label": 8 })).send().await.unwrap(), StatusCode::OK).await;
    assert_eq!(counted(&stack).await, [2, 1, 1]);
    sqlx::query("select apply_pending_counts()").execute(&mut stack.sql().await).await.unwrap();
    assert_eq!(counted(&stack).await, [2, 1, 1]);

    let page = json(stack.get("/api/v1/predictions?predicted=7").send().await.unwrap(), StatusCode::OK).await;
    let old = page["predictions"][0]["id"].as_str().unwrap();
    let delete = stack.http.delete(stack.url(&format!("/api/v1/predictions/{old}")));
    let deleted = delete.header("deletion-token", token.to_string()).send().await.unwrap();
    assert_eq!(deleted.status(), StatusCode::NO_CONTENT);
    assert_eq!(counted(&stack).await, [1, 1, 1]);
}

#[tokio::test]
async fn inputs_from_before_the_total_are_counted_once() {
    let database = old_database(VERSION_0_1).await;
    let mut sql = database.connect().await.unwrap();
    for _ in 0..3 {
        insert(&mut sql, "verdict", "'digit'").await.unwrap();
    }
    sqlx::query("update predictions set input = decode(repeat('00', 1000), 'hex')").execute(&mut sql).await.unwrap();
    // A row that an older instance inserts between the two migrations is noted.
    let migrations = Migrator::new(root().join("migrations")).await.unwrap();
    migrations.run_to(WITHOUT_TOTAL, &mut database.connect().await.unwrap()).await.unwrap();
    let mut sql = database.connect().await.unwrap();
    insert(&mut sql, "verdict", "'digit'").await.unwrap();
    sqlx::query("update predictions set input = decode('0000', 'hex') where input = ''")
        .execute(&mut sql)
        .await
        .unwrap();
    migrated_store(&database).1.await.unwrap();
    let total: (i64, i64) =
        sqlx::query_as("select drawings, bytes from all_stored_inputs").fetch_one(&mut sql).await.unwrap();
    assert_eq!(total, (4, 3002));
}

#[tokio::test]
async fn migrations_rename_the_reason_of_a_row() {
    let database = old_database(VERSION_0_1).await;
    let mut sql = database.connect().await.unwrap();
    for _ in 0..3 {
        insert(&mut sql, "verdict, reason", "'not_a_digit', 'too_little_ink'").await.unwrap();
    }
    let stack = Stack::with_database(database).await;
    stack.until_ready().await;
    let page = json(stack.get("/api/v1/predictions").send().await.unwrap(), StatusCode::OK).await;
    let reasons: Vec<_> = page["predictions"].as_array().unwrap().iter().map(|row| &row["reason"]).collect();
    assert_eq!(reasons, ["too_small"; 3]);
}

#[tokio::test]
async fn rows_that_an_older_instance_wrote_during_the_migration_are_indexed() {
    let database = old_database(VERSION_0_1).await;
    let mut sql = database.connect().await.unwrap();
    insert(&mut sql, "verdict", "'digit'").await.unwrap();
    // Rows from before the migration made the triggers: a label of the first prediction, a labelled prediction and a
    // prediction without a label.
    let without_triggers = "alter table predictions disable trigger predictions_enter_history;
        alter table labels disable trigger labels_enter_history";
    sqlx::raw_sql(without_triggers).execute(&mut sql).await.unwrap();
    sqlx::query("insert into labels (prediction_id, true_label) select id, '7' from predictions")
        .execute(&mut sql)
        .await
        .unwrap();
    insert(&mut sql, "verdict", "'digit'").await.unwrap();
    sqlx::query(
        "insert into labels (prediction_id, true_label) select id, '1' from predictions order by id desc limit 1",
    )
    .execute(&mut sql)
    .await
    .unwrap();
    insert(&mut sql, "verdict", "'digit'").await.unwrap();
    let with_triggers = without_triggers.replace("disable", "enable");
    sqlx::raw_sql(sqlx::AssertSqlSafe(with_triggers)).execute(&mut sql).await.unwrap();

    let stack = Stack::with_database(database).await;
    stack.until_ready().await;
    let page = json(stack.get("/api/v1/predictions").send().await.unwrap(), StatusCode::OK).await;
    let labels: Vec<_> = page["predictions"].as_array().unwrap().iter().map(|row| &row["true_label"]).collect();
    assert_eq!(labels, [&serde_json::Value::Null, &1.into(), &7.into()]);
    let quality = json(stack.get("/api/v1/quality").send().await.unwrap(), StatusCode::OK).await;
    assert_eq!((&quality["predictions"], &quality["correct"]["count"]), (&3.into(), &1.into()));
}

#[tokio::test]
async fn the_role_of_the_service_owns_nothing_and_cannot_change_rows() {
    let stack = Stack::start().await;
    stack.draw(&drawings::all()[8]).await;
    let role = service_role(&stack.database);
    let mut sql = stack.database.clone().username(&role.name).connect().await.unwrap();
    let (owned, is_superuser): (i64, bool) = sqlx::query_as(
        "select (select count(*) from pg_class where pg_get_userbyid(relowner) = current_user), rolsuper or rolcreatedb
            or rolcreaterole or rolreplication or rolbypassrls
         from pg_roles where rolname = current_user",
    )
    .fetch_one(&mut sql)
    .await
    .unwrap();
    assert_eq!((owned, is_superuser), (0, false));
    for forbidden in [
        "update predictions set confidence = 1",
        "truncate predictions cascade",
        "update labels set true_label = '1'",
        "delete from labels",
        "insert into prediction_index select * from prediction_index",
        "update prediction_index set true_label = '1'",
        "delete from pending_counts",
        "update prediction_counts set predictions = 0",
        "update stored_inputs set bytes = 0",
        "delete from pending_stored_inputs",
        "update blocks set reason = 'none'",
        "drop table labels",
        "alter table labels disable trigger all",
        "create table mine ()",
        "set session_replication_role = replica",
        "update idempotency_keys set request_hash = key_hash",
        "update labels set labeller = null",
        "update pruned_counts set predictions = 0",
        "delete from visitors",
        "delete from gallery_reports",
    ] {
        let error = sqlx::query(forbidden).execute(&mut sql).await.unwrap_err();
        let code = error.as_database_error().and_then(|error| error.code().map(|code| code.to_string()));
        assert_eq!(code.as_deref(), Some("42501"), "{forbidden}: {error}");
    }
    // Each release runs the migration again, which must not change the role.
    api::migrate(&stack.database, &role).await.unwrap();
    assert!(sqlx::query("update labels set true_label = '1'").execute(&mut sql).await.is_err());
    stack.draw(&drawings::all()[8]).await;
}

#[tokio::test]
async fn a_password_reaches_postgresql_only_as_a_verifier_and_may_have_any_character() {
    let database = empty_database().await;
    let mut role = service_role(&database);
    for password in ["hush'\\\"$%", "changed"] {
        role.password = Some(password.to_owned());
        api::migrate(&database, &role).await.unwrap();
        let mut sql = database.connect().await.unwrap();
        let stored: String = sqlx::query_scalar("select rolpassword from pg_authid where rolname = $1")
            .bind(&role.name)
            .fetch_one(&mut sql)
            .await
            .unwrap();
        assert!(stored.starts_with("SCRAM-SHA-256$4096:"), "{stored}");
    }
}

#[tokio::test]
async fn a_program_serves_and_migrates_a_schema_that_is_newer_than_its_own() {
    let stack = Stack::start().await;
    let newer = "insert into _sqlx_migrations (version, description, success, checksum, execution_time)
        values (9999, 'of a later version', true, '', 0)";
    sqlx::query(newer).execute(&mut stack.sql().await).await.unwrap();
    let (store, migration) = migrated_store(&stack.database);
    migration.await.unwrap();
    assert_eq!(store.ready().await, Ok(()));
    stack.draw(&drawings::all()[8]).await;
}

#[tokio::test]
async fn the_id_the_time_and_the_day_of_a_row_agree() {
    let stack = Stack::start().await;
    let before = time::OffsetDateTime::now_utc();
    let answer = stack.draw(&drawings::all()[8]).await;
    let id: Uuid = answer["id"].as_str().unwrap().parse().unwrap();
    let (seconds, nanos) = id.get_timestamp().unwrap().to_unix();
    let (created_at, day): (time::OffsetDateTime, time::Date) =
        sqlx::query_as("select created_at, day from predictions join prediction_index using (id) where id = $1")
            .bind(id)
            .fetch_one(&mut stack.sql().await)
            .await
            .unwrap();
    assert_eq!(created_at.unix_timestamp_nanos(), i128::from(seconds) * 1_000_000_000 + i128::from(nanos));
    assert_eq!(day, created_at.date());
    assert!(before - created_at < time::Duration::milliseconds(1) && created_at <= time::OffsetDateTime::now_utc());
}
