//! Tests of retention: old drawings are deleted in portions, and the totals of the quality keep them.

use crate::{
    drawings,
    person::Person,
    stack::{ANY, MODEL_REQUESTS, Stack, json, start_model},
    webdriver::poll,
};
use api::{Settings, run_prune_command};
use reqwest::StatusCode;
use serde_json::Value;
use sqlx::PgConnection;
use std::time::Duration;
use uuid::Uuid;

/// Rows of seed data for 50 hours.
const TWO_DAYS: u32 = 6000;

/// Runs `api prune --older-than`, and returns its output.
async fn prune(stack: &Stack, days: u16) -> String {
    let mut out = Vec::new();
    run_prune_command(&stack.store(), days, &mut out).await.unwrap();
    String::from_utf8(out).unwrap()
}

async fn count(sql: &mut PgConnection, query: &'static str) -> i64 {
    sqlx::query_scalar(query).fetch_one(sql).await.unwrap()
}

async fn quality(stack: &Stack, query: &str) -> Value {
    json(stack.get(&format!("/api/v1/quality{query}")).send().await.unwrap(), StatusCode::OK).await
}

/// Gives a prediction an id and a time two days ago.
async fn age(sql: &mut PgConnection, id: &str) -> String {
    let old: Uuid = sqlx::query_scalar(
        "insert into predictions
         select (jsonb_populate_record(p, jsonb_build_object(
             'id', overlay(p.id::text placing
                 regexp_replace(lpad(to_hex((extract(epoch from now() - interval '2 days') * 1000)::bigint), 12, '0'),
                     '^(.{8})', '\\1-') from 1 for 13),
             'created_at', now() - interval '2 days'))).*
         from predictions p where id = $1::uuid returning id",
    )
    .bind(id)
    .fetch_one(&mut *sql)
    .await
    .unwrap();
    sqlx::query(
        "insert into labels (prediction_id, true_label, labeller)
        select $1, true_label, labeller from labels where prediction_id = $2::uuid",
    )
    .bind(old)
    .bind(id)
    .execute(&mut *sql)
    .await
    .unwrap();
    sqlx::query("delete from predictions where id = $1::uuid").bind(id).execute(&mut *sql).await.unwrap();
    old.to_string()
}

#[tokio::test]
async fn old_drawings_go_with_their_labels_and_the_totals_keep_them() {
    let stack = Stack::start().await;
    stack.seed_predictions(TWO_DAYS).await;
    let mut sql = stack.sql().await;
    let newer = count(&mut sql, "select count(*) from predictions where created_at > now() - interval '1 day'").await;
    let labels = count(&mut sql, "select count(*) from labels").await;
    let (before, of_model) = (quality(&stack, "").await, quality(&stack, "?model=newer&days=1").await);
    assert_eq!(before["pruned"], 0);

    let out = prune(&stack, 1).await;
    let pruned = i64::from(TWO_DAYS) - newer;
    assert!(out.starts_with("1000 drawings deleted\n2000 drawings deleted\n"), "in portions: {out}");
    assert!(out.contains(&format!("{pruned} drawings deleted\nNo drawing from before ")), "{out}");
    let oldest = "select count(*) from predictions where created_at < now() - interval '1 day 1 minute'";
    assert_eq!((stack.rows().await, count(&mut sql, oldest).await), (newer, 0));
    let left = count(&mut sql, "select count(*) from labels").await;
    assert!(left > 0 && left < labels, "labels go with their drawings: {left} of {labels}");

    for _ in 0..2 {
        let after = quality(&stack, "").await;
        assert_eq!(after["pruned"], pruned);
        // Sums of the same numbers in another order differ in their last digits.
        let mut counted = after.clone();
        counted["pruned"] = 0.into();
        assert_eq!(rounded_text(&counted), rounded_text(&before), "the totals keep what was counted");
        sqlx::query("select apply_pending_counts()").execute(&mut sql).await.unwrap();
    }
    let scoped = quality(&stack, "?model=newer&days=1").await;
    assert_eq!(scoped["predictions"], of_model["predictions"]);
    assert!(scoped["pruned"].as_i64().unwrap() < pruned, "only those of the days");

    let unlabelled = count(&mut sql, "select count(*) from prediction_index where true_label is null").await;
    let queue = stack.get("/label").send().await.unwrap().text().await.unwrap();
    let shown: String = queue.replace(',', "");
    assert!(shown.contains(&format!("{unlabelled} drawings left")), "nobody can label pruned drawings");
    let page = stack.get("/quality").send().await.unwrap().text().await.unwrap().replace(',', "");
    assert!(page.contains(&format!("{pruned} of them were deleted because of their age")), "{page}");
    assert_eq!(stack.audited("prune", false).await, ["predictions"]);
    assert!(prune(&stack, 1).await.starts_with("No drawing from before "), "a second run finds nothing");
    assert_eq!(stack.audited("prune", false).await, ["predictions"], "one entry for what was deleted");
}

#[tokio::test]
async fn the_random_sample_keeps_the_counts_of_its_deleted_drawings() {
    let stack = Stack::start().await;
    stack.seed_predictions(TWO_DAYS).await;
    let mut sql = stack.sql().await;
    // Of four drawings of the sample, people agree on three, and the answer was wrong for one of these.
    let labelled = "update random_sample s set people = 2, true_label = case abs(hashtext(i.id::text)) % 4
            when 0 then null when 1 then case i.predicted when '3' then '5' else '3' end else i.predicted end
        from prediction_index i where i.id = s.prediction_id";
    sqlx::query(labelled).execute(&mut sql).await.unwrap();
    let scopes = ["", "?model=newer", "?days=1"];
    let mut before = Vec::new();
    for scope in scopes {
        before.push(quality(&stack, scope).await);
    }
    assert!(before.iter().all(|quality| quality["random_sample"]["count"].as_i64().unwrap() > 0), "{before:?}");
    let sampled = count(&mut sql, "select count(*) from random_sample").await;

    prune(&stack, 1).await;
    let pruned = sampled - count(&mut sql, "select count(*) from random_sample").await;
    assert!(pruned > 0);
    for (scope, before) in scopes.into_iter().zip(before) {
        let after = quality(&stack, scope).await;
        for figure in ["random_sample", "random_sample_undecided"] {
            assert_eq!(after[figure], before[figure], "{figure} of {scope:?}");
        }
    }
    assert_eq!(quality(&stack, "").await["random_sample_pruned"], pruned);
    let page = stack.get("/quality").send().await.unwrap().text().await.unwrap().replace(',', "");
    assert!(page.contains(&format!("{pruned} labelled drawings of the sample were deleted")), "{page}");
}

/// A JSON value as a text whose numbers have six decimal places.
fn rounded_text(value: &Value) -> String {
    match value {
        Value::Array(items) => items.iter().map(rounded_text).collect::<Vec<_>>().join(","),
        Value::Object(fields) => {
            fields.iter().map(|(name, value)| format!("{name}:{}", rounded_text(value))).collect::<Vec<_>>().join(";")
        }
        Value::Number(number) => format!("{:.6}", number.as_f64().unwrap()),
        other => other.to_string(),
    }
}

#[tokio::test]
async fn a_service_with_a_retention_period_prunes_by_itself_and_says_so() {
    let first = Stack::start().await;
    first.seed_predictions(TWO_DAYS / 2).await;
    let newer = "select count(*) from predictions where created_at > now() - interval '1 day'";
    let newer = count(&mut first.sql().await, newer).await;
    let settings = Settings { retention_days: Some(1), ..Settings::default() };
    let model = start_model(ANY.parse().unwrap()).await;
    let second = Stack::on(model, first.database.clone(), MODEL_REQUESTS, settings).await;
    second.until_ready().await;
    let is_pruned = async || (second.rows().await <= newer).then_some(());
    assert!(poll(is_pruned).await.is_some(), "{} rows are left", second.rows().await);
    let page = second.get("/privacy").send().await.unwrap().text().await.unwrap();
    assert!(
        page.contains("Drawings are deleted after 1 day, or earlier") && page.contains("still count them"),
        "{page}"
    );
    let page = first.get("/privacy").send().await.unwrap().text().await.unwrap();
    assert!(page.contains("Drawings stay until you or an operator deletes them."), "{page}");
}

#[tokio::test]
async fn a_visitor_who_owns_nothing_after_pruning_is_forgotten() {
    let stack = Stack::start().await;
    let mut sql = stack.sql().await;
    let people = [Person::new(&stack), Person::new(&stack), Person::new(&stack)];
    for person in &people {
        person.get("/").await.page(StatusCode::OK).await;
    }
    let [gone, still_draws, still_labels] = &people;
    let (first, second) = (gone.draw().await, still_draws.draw().await);
    let newer = still_draws.draw().await;
    for (person, id) in [(gone, &first), (still_labels, &second), (still_labels, &newer)] {
        person.post(&format!("/drawings/{id}/label"), &[("true_label", "8")]).await;
    }
    age(&mut sql, &first).await;
    age(&mut sql, &second).await;
    assert_eq!(count(&mut sql, "select count(*) from visitors").await, 3);
    prune(&stack, 1).await;
    assert_eq!(stack.rows().await, 1);
    assert_eq!(count(&mut sql, "select count(*) from visitors").await, 2, "one has a drawing left, one a label");
    gone.draw().await;
    assert_eq!(count(&mut sql, "select count(*) from visitors").await, 3, "the visitor is new again");
}

#[tokio::test]
async fn a_visitor_who_draws_while_being_forgotten_loses_no_drawing() {
    let stack = Stack::start().await;
    let visitor = Person::visitor(&stack).await;
    let id = visitor.draw().await;
    let mut sql = stack.sql().await;
    sqlx::query("delete from predictions where id = $1::uuid").bind(&id).execute(&mut sql).await.unwrap();
    sqlx::query("begin").execute(&mut sql).await.unwrap();
    sqlx::query("select delete_unused_visitors(array(select id from visitors))").execute(&mut sql).await.unwrap();
    let commit = async {
        let mut observer = stack.sql().await;
        let waits = "select count(*) from pg_locks l join pg_stat_activity a using (pid)
            where not l.granted and a.datname = current_database()";
        while count(&mut observer, waits).await == 0 {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        sqlx::query("commit").execute(&mut sql).await.unwrap();
    };
    // The drawing finds a row of the visitor that is being deleted, and waits.
    let drawn = visitor.send(stack.post("/predict", "application/json", drawings::all()[8].to_string()));
    let (drawn, ()) = tokio::join!(drawn, commit);
    assert_eq!(drawn.status(), StatusCode::OK);
    assert_eq!(stack.rows().await, 1);
}

#[tokio::test]
async fn a_drawing_whose_visitor_was_forgotten_within_its_statement_is_inserted_again() {
    let stack = Stack::start().await;
    let visitor = Person::visitor(&stack).await;
    // The check of the foreign key fails once. A sequence does not return to its start when a statement fails.
    let fails_once = "create sequence attempts;
        create function fail_once() returns trigger language plpgsql security definer as $$
        begin
            if nextval('attempts') = 1 then
                raise foreign_key_violation using constraint = 'predictions_visitor_id_fkey';
            end if;
            return new;
        end
        $$;
        create trigger fail_once after insert on predictions for each row execute function fail_once();";
    let mut sql = stack.sql().await;
    sqlx::raw_sql(fails_once).execute(&mut sql).await.unwrap();
    visitor.draw().await;
    assert_eq!((stack.rows().await, count(&mut sql, "select last_value from attempts").await), (1, 2));
}
