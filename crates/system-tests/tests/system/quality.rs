//! Tests that compare `GET /api/v1/quality` and `GET /api/v1/calibration` with plain SQL on `predictions` and `labels`.

use crate::{
    drawings,
    stack::{Stack, empty_database, json, root},
};
use reqwest::StatusCode;
use serde_json::{Value, json as value};
use sqlx::{ConnectOptions, PgConnection, Row, migrate::Migrator, postgres::PgRow};
use std::collections::BTreeMap;

/// Selects each prediction with its predicted class and its latest label.
const ROWS: &str = "(select *, case verdict when 'digit' then prediction::text else 'not_a_digit' end as predicted,
    (select true_label from labels where prediction_id = p.id order by labels.id desc limit 1) as label,
    (created_at at time zone 'utc')::date as day from predictions p) rows";
const EVALUATED: &str = "label is not null and label <> 'unsure'";

async fn rows(sql: &mut PgConnection, query: &str) -> Vec<PgRow> {
    let query = query.replace("ROWS", ROWS).replace("EVALUATED", EVALUATED);
    sqlx::query(sqlx::AssertSqlSafe(query)).fetch_all(sql).await.unwrap()
}

fn class(label: &str) -> usize {
    label.parse().unwrap_or(10)
}

fn counts(value: &Value) -> Vec<i64> {
    value.as_array().unwrap().iter().map(|count| count.as_i64().unwrap()).collect()
}

fn close(a: &Value, b: f64) -> bool {
    (a.as_f64().unwrap() - b).abs() < 1e-6
}

/// Compares an answer with plain SQL on the rows that match this condition.
async fn check(stack: &Stack, query: &str, condition: &str) {
    let quality = json(stack.get(&format!("/api/v1/quality{query}")).send().await.unwrap(), StatusCode::OK).await;
    let mut sql = stack.sql().await;

    let all = rows(
        &mut sql,
        &format!(
            "select count(*), count(*) filter (where EVALUATED) as evaluated,
        count(*) filter (where label = predicted) as correct from ROWS where {condition}"
        ),
    )
    .await;
    let all: [i64; 3] = std::array::from_fn(|column| all[0].get(column));
    let correct = &quality["correct"];
    assert_eq!(
        [&quality["predictions"], &correct["total"], &correct["count"]].map(|n| n.as_i64().unwrap()),
        all,
        "{query}"
    );
    assert!(all[2] > 0, "{query}");

    let mut confusion = vec![vec![0; 11]; 11];
    for row in rows(
        &mut sql,
        &format!("select label, predicted, count(*) from ROWS where EVALUATED and {condition} group by 1, 2"),
    )
    .await
    {
        confusion[class(row.get(0))][class(row.get(1))] = row.get::<i64, _>(2);
    }
    assert_eq!(quality["confusion"].as_array().unwrap().iter().map(counts).collect::<Vec<_>>(), confusion, "{query}");

    let bins = rows(
        &mut sql,
        &format!(
            "select case when confidence < 0.99 then floor(confidence * 20) / 20 else 0.99 end,
        count(*), count(*) filter (where label = predicted), avg(confidence) from ROWS
        where EVALUATED and predicted <> 'not_a_digit' and {condition} group by 1 order by 1"
        ),
    )
    .await;
    let item = quality["calibration"].as_array().unwrap();
    assert_eq!(item.len(), bins.len(), "{query}");
    for (item, bin) in item.iter().zip(bins) {
        assert!(close(&item["from"], bin.get(0)) && close(&item["confidence"], bin.get(3)), "{query}: {item}");
        assert_eq!(
            (&item["correct"]["total"], &item["correct"]["count"]),
            (&bin.get::<i64, _>(1).into(), &bin.get::<i64, _>(2).into())
        );
    }

    let mut days: BTreeMap<String, (Vec<i64>, f64)> = BTreeMap::new();
    for row in rows(
        &mut sql,
        &format!(
            "select day::text, predicted, count(*), sum(confidence::float8) from ROWS where {condition} group by 1, 2"
        ),
    )
    .await
    {
        let (predicted, sum) = days.entry(row.get(0)).or_insert((vec![0; 11], 0.0));
        predicted[class(row.get(1))] = row.get(2);
        *sum += if class(row.get(1)) == 10 { 0.0 } else { row.get(3) };
    }
    let item = quality["days"].as_array().unwrap();
    assert_eq!(item.len(), days.len(), "{query}");
    for (item, (day, (predicted, sum))) in item.iter().zip(days) {
        assert_eq!((item["day"].as_str(), counts(&item["predicted"])), (Some(&*day), predicted.clone()), "{query}");
        #[expect(clippy::cast_precision_loss, reason = "a few thousand")]
        let digits = predicted[..10].iter().sum::<i64>() as f64;
        assert!(close(&item["confidence"], sum / digits), "{query}: {item}");
    }

    let models = rows(
        &mut sql,
        &format!(
            "select model, count(*), count(*) filter (where EVALUATED), count(*) filter (where label = predicted)
        from ROWS where {condition} group by 1 order by 1"
        ),
    )
    .await;
    let item = quality["models"].as_array().unwrap();
    assert_eq!(item.len(), models.len(), "{query}");
    for (item, model) in item.iter().zip(models) {
        assert_eq!(item["model"], model.get::<&str, _>(0));
        let numbers =
            [&item["predictions"], &item["correct"]["total"], &item["correct"]["count"]].map(|n| n.as_i64().unwrap());
        assert_eq!(numbers, [1, 2, 3].map(|column| model.get::<i64, _>(column)), "{query}");
    }

    check_latency(&mut sql, &quality["latency"], query, condition).await;
}

/// Compares the latency buckets with plain SQL.
async fn check_latency(sql: &mut PgConnection, buckets: &Value, query: &str, condition: &str) {
    let mut timed = 0;
    for bucket in buckets.as_array().unwrap() {
        let count = rows(
            sql,
            &format!(
                "select count(*) from ROWS where {condition} and latency_ms >= {} and latency_ms < {}",
                bucket["from_ms"], bucket["to_ms"]
            ),
        )
        .await[0]
            .get::<i64, _>(0);
        assert_eq!(bucket["predictions"].as_i64().unwrap(), count, "{query}: {bucket}");
        timed += count;
    }
    let expected =
        rows(sql, &format!("select count(latency_ms) from ROWS where {condition}")).await[0].get::<i64, _>(0);
    assert_eq!(timed, expected, "{query}");
}

/// Inserts predictions, changes labels and deletes predictions.
async fn seed_with_changes(stack: &Stack) {
    stack.seed_predictions(5000).await;
    let mut sql = stack.sql().await;
    for change in [
        "insert into labels (prediction_id, true_label) select id, '5' from predictions where confidence < 0.5 limit 100",
        "insert into labels (prediction_id, true_label) select prediction_id, 'unsure' from labels where id % 7 = 0",
        "insert into labels (prediction_id, true_label) select prediction_id, null from labels where id % 11 = 0",
        "delete from predictions where prediction = 4 and confidence > 0.9",
    ] {
        sqlx::query(change).execute(&mut sql).await.unwrap();
    }
}

#[tokio::test]
async fn quality_agrees_with_plain_sql_after_relabelling_and_deletion() {
    let stack = Stack::start().await;
    seed_with_changes(&stack).await;
    // The first round reads pending counts, the second one applied counts.
    for _ in 0..2 {
        check(&stack, "", "true").await;
        check(&stack, "?model=newer", "model = 'newer'").await;
        check(&stack, "?days=1", "day = (now() at time zone 'utc')::date").await;
        sqlx::query("select apply_pending_counts()").execute(&mut stack.sql().await).await.unwrap();
    }
}

#[tokio::test]
async fn pending_counts_that_arrive_during_a_count_are_counted_once() {
    let stack = Stack::start().await;
    let drawings = drawings::all();
    let counting = async {
        let mut sql = stack.sql().await;
        for _ in 0..100 {
            sqlx::query("select apply_pending_counts()").execute(&mut sql).await.unwrap();
        }
    };
    let drawing = async || {
        for drawing in &drawings {
            let answer = stack.draw(drawing).await;
            let url = stack.url(&format!("/api/v1/predictions/{}/label", answer["id"].as_str().unwrap()));
            let body = value!({ "true_label": answer["prediction"] });
            json(stack.http.put(url).json(&body).send().await.unwrap(), StatusCode::OK).await;
        }
    };
    tokio::join!(counting, drawing(), drawing(), drawing(), drawing());
    check(&stack, "", "true").await;
    let quality = json(stack.get("/api/v1/quality").send().await.unwrap(), StatusCode::OK).await;
    assert_eq!([&quality["predictions"], &quality["correct"]["total"]], [&value!(40); 2]);
}

#[tokio::test]
async fn migrations_carry_over_the_counts_of_an_older_version() {
    let database = empty_database().await;
    let mut sql = database.connect().await.unwrap();
    let older = Migrator::new(root().join("migrations")).await.unwrap();
    older.run_to(6, &mut sql).await.unwrap();
    for statement in [
        "insert into predictions (id, prediction, confidence, probabilities, model, bitmap, input, input_kind, source,
             verdict, reason, took_ms)
         select gen_random_uuid(), n % 10, 0.5 + n % 7 / 14.0, array_fill(0.1::real, array[10]), 'm' || n % 2,
             decode(repeat('00', 784), 'hex'), '', 'png', 'api', case when n % 9 = 0 then 'not_a_digit' else 'digit' end,
             case when n % 9 = 0 then 'unlike_a_digit' end, n
         from generate_series(1, 200) n",
        "insert into labels (prediction_id, true_label)
         select id, case when took_ms::int % 3 = 0 then '5' when took_ms::int % 3 = 1 then prediction::text else 'unsure' end
         from predictions where took_ms < 150",
    ] {
        sqlx::query(statement).execute(&mut sql).await.unwrap();
    }
    let stack = Stack::with_database(database).await;
    stack.until_ready().await;
    check(&stack, "", "true").await;
    check(&stack, "?model=m1", "model = 'm1'").await;
}

#[tokio::test]
async fn quality_of_an_empty_database_is_empty() {
    let stack = Stack::start().await;
    let quality = json(stack.get("/api/v1/quality?model=another&days=7").send().await.unwrap(), StatusCode::OK).await;
    assert_eq!((&quality["predictions"], &quality["correct"]["total"]), (&0.into(), &0.into()));
    assert_eq!([&quality["calibration"], &quality["days"], &quality["models"]], [&Value::Array(Vec::new()); 3]);
    for query in ["days=0", "days=x"] {
        let problem =
            json(stack.get(&format!("/api/v1/quality?{query}")).send().await.unwrap(), StatusCode::BAD_REQUEST).await;
        assert_eq!(problem["code"], "invalid_query", "{query}");
    }
}

#[tokio::test]
async fn calibration_agrees_with_plain_sql_among_answers_of_similar_confidence() {
    let stack = Stack::start().await;
    seed_with_changes(&stack).await;
    let mut sql = stack.sql().await;
    let mut evaluated = 0;
    for (confidence, from, to) in [
        (0.0, 0.0, 0.05),
        (0.33, 0.3, 0.35),
        (0.52, 0.5, 0.55),
        (0.94, 0.9, 0.95),
        (0.96, 0.95, 0.99),
        (0.9899, 0.95, 0.99),
        (0.995, 0.99, 1.0),
        (1.0, 0.99, 1.0),
    ] {
        for (query, condition) in [("", "true"), ("&model=newer", "model = 'newer'"), ("&model=none", "false")] {
            let path = format!("/api/v1/calibration?confidence={confidence}{query}");
            let item = json(stack.get(&path).send().await.unwrap(), StatusCode::OK).await;
            let below = if to < 1.0 { to } else { 2.0 };
            let select = format!(
                "select count(*), count(*) filter (where label = predicted) from ROWS
                 where EVALUATED and predicted <> 'not_a_digit' and {condition} and confidence >= {from} and confidence < {below}"
            );
            let counted = &rows(&mut sql, &select).await[0];
            let (total, correct): (i64, i64) = (counted.get(0), counted.get(1));
            assert!(close(&item["from"], from) && close(&item["to"], to), "{path}: {item}");
            assert_eq!(
                (item["correct"]["total"].as_i64(), item["correct"]["count"].as_i64()),
                (Some(total), Some(correct)),
                "{path}"
            );
            evaluated += total;
        }
    }
    assert!(evaluated > 100, "{evaluated}");
    for confidence in ["", "?confidence=x", "?confidence=1.01", "?confidence=-0.1", "?confidence=NaN"] {
        let problem = stack.get(&format!("/api/v1/calibration{confidence}")).send().await.unwrap();
        assert_eq!(json(problem, StatusCode::BAD_REQUEST).await["code"], "invalid_query", "{confidence}");
    }
}
