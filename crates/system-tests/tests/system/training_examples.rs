//! The export of training examples: from which drawings a model may learn.

use crate::{
    drawings,
    person::{Person, bearer, token},
    stack::{Stack, json},
};
use reqwest::StatusCode;
use std::collections::BTreeSet;
use uuid::Uuid;
use wire::{TrainingExample, TrainingSnapshot, TrainingSplit};

/// The training examples that a program with the scope gets.
async fn examples(stack: &Stack, token: &str) -> Vec<TrainingExample> {
    let response = bearer(stack, token, "/api/v1/export/training-examples.ndjson").await;
    assert_eq!(response.status(), StatusCode::OK);
    assert_eq!(response.headers()["content-type"], "application/x-ndjson");
    let text = response.text().await.unwrap();
    let mut lines = text.lines();
    let snapshot: TrainingSnapshot = serde_json::from_str(lines.next().unwrap()).unwrap();
    let examples: Vec<TrainingExample> = lines.map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!((snapshot.rules, snapshot.examples), (1, examples.len() as u64));
    examples
}

fn ids(examples: &[TrainingExample]) -> BTreeSet<String> {
    examples.iter().map(|example| example.id.to_string()).collect()
}

async fn run(stack: &Stack, statement: &str) {
    sqlx::raw_sql(sqlx::AssertSqlSafe(statement.to_owned())).execute(&mut stack.sql().await).await.unwrap();
}

/// Why each drawing is held back.
async fn held_back(stack: &Stack, id: &str) -> Option<String> {
    let query = "select held_back from assess_training_examples(false) where id = $1::uuid";
    sqlx::query_scalar(query).bind(id).fetch_one(&mut stack.sql().await).await.unwrap()
}

/// Submits a drawing that may train or not, and labels it as its drawer.
async fn draw(person: &Person<'_>, stack: &Stack, may_train: bool, label: &str) -> String {
    let path = format!("/predict?source=canvas&may_train={may_train}");
    let request = stack.post(&path, "application/json", drawings::all()[8].to_string());
    let answer = person.send_as_program(request).await.page(StatusCode::OK).await;
    let answer: serde_json::Value = serde_json::from_str(&answer).unwrap();
    let id = answer["id"].as_str().unwrap().to_owned();
    person.post(&format!("/drawings/{id}/label"), &[("true_label", label)]).await;
    id
}

/// Labels a drawing on the page of the labelling queue.
async fn label(person: &Person<'_>, id: &str, label: &str) {
    let reply = person.post("/label", &[("id", id), ("true_label", label)]).await;
    assert_eq!(reply.status(), StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn a_model_learns_from_a_visitor_only_with_consent_and_the_label_of_a_trusted_person() {
    let stack = Stack::with_accounts().await;
    let ada = Person::invited(&stack, "ada", "operator").await;
    let grace = Person::invited(&stack, "grace", "labeller").await;
    let trainer = token(&ada, "trainer", &["training"]).await;
    let visitor = Person::visitor(&stack).await;
    let mut drawn = Vec::new();
    for (may_train, own) in [(true, "8"), (true, "8"), (false, "8"), (true, "3"), (true, "8"), (true, "8")] {
        drawn.push(draw(&visitor, &stack, may_train, own).await);
    }
    let [confirmed, unconfirmed, private, contradicted, unsure, looked_at] = &drawn[..] else { panic!() };
    for id in [confirmed, private, contradicted] {
        label(&grace, id, "8").await;
    }
    label(&grace, unsure, "unsure").await;
    visitor.post(&format!("/drawings/{unsure}/label"), &[("true_label", "")]).await;
    // Grace saw the prediction and the label of the drawer.
    grace.post(&format!("/drawings/{looked_at}/label"), &[("true_label", "8")]).await;

    let found = examples(&stack, &trainer).await;
    assert_eq!(ids(&found), BTreeSet::from([confirmed.clone()]));
    let expected = [
        (confirmed, None),
        (unconfirmed, Some("unconfirmed")),
        (private, Some("not_allowed")),
        (contradicted, Some("contradicted")),
        (unsure, Some("unsure")),
        (looked_at, Some("unconfirmed")),
    ];
    for (id, reason) in expected {
        assert_eq!(held_back(&stack, id).await.as_deref(), reason);
    }
    // The page has the same figures, by label and source; /models leads to it.
    assert!(grace.get("/models").await.page(StatusCode::OK).await.contains("href=\"/models/training-examples\""));
    let page = grace.get("/models/training-examples").await.page(StatusCode::OK).await;
    for row in [
        "8</th><td>1</td><td>0</td><td>0</td><td>0</td><td>1</td>",
        "No trusted label confirms the label.</th><td>2</td><td>0</td><td>0</td><td>0</td><td>2</td>",
        "The person who drew did not allow training.</th><td>1</td>",
        "<strong>5</strong>",
    ] {
        assert!(page.contains(row), "{row} in {page}");
    }
    assert!(page.contains("1 drawing of 1 writer"), "{page}");

    assert_eq!(found[0].true_label.to_string(), "8");
    assert!(!found[0].writer.contains('-'), "a pseudonym: {}", found[0].writer);

    // The label of an operator suffices from anywhere; a deleted drawing is in no later export.
    ada.post(&format!("/drawings/{unconfirmed}/label"), &[("true_label", "8")]).await;
    assert_eq!(ids(&examples(&stack, &trainer).await), BTreeSet::from([confirmed.clone(), unconfirmed.clone()]));
    ada.send_as_program(stack.http.delete(stack.url(&format!("/api/v1/predictions/{confirmed}")))).await;
    assert_eq!(ids(&examples(&stack, &trainer).await), BTreeSet::from([unconfirmed.clone()]));
}

#[tokio::test]
async fn drawings_of_operators_need_no_other_label_and_each_is_a_writer_of_its_own() {
    let stack = Stack::with_accounts().await;
    let ada = Person::invited(&stack, "ada", "operator").await;
    let scopes = token(&ada, "batch", &["predict", "label", "training"]).await;
    let mut drawn = BTreeSet::new();
    for _ in 0..40 {
        let request = stack.post("/predict", "application/json", drawings::all()[8].to_string());
        let answer = json(request.bearer_auth(&scopes).send().await.unwrap(), StatusCode::OK).await;
        let id = answer["id"].as_str().unwrap();
        let request = stack.http.put(stack.url(&format!("/api/v1/predictions/{id}/label")));
        let request = request.json(&serde_json::json!({ "true_label": "not_a_digit" })).bearer_auth(&scopes);
        assert_eq!(request.send().await.unwrap().status(), StatusCode::OK);
        drawn.insert(id.to_owned());
    }
    let found = examples(&stack, &scopes).await;
    assert_eq!(ids(&found), drawn);
    assert_eq!(found.iter().map(|example| &example.writer).collect::<BTreeSet<_>>().len(), 40);
    assert!(found.iter().any(|example| example.split == TrainingSplit::Train));
    assert!(found.iter().all(|example| example.reason.is_none()), "the model took it for a digit");
    // The same split each time.
    assert_eq!(examples(&stack, &scopes).await, found);

    run(&stack, "update predictions set may_train = false").await;
    assert_eq!(examples(&stack, &scopes).await, []);
}

#[tokio::test]
async fn the_page_distinguishes_who_drew() {
    let stack = Stack::with_accounts().await;
    let ada = Person::invited(&stack, "ada", "operator").await;
    let grace = Person::invited(&stack, "grace", "labeller").await;
    let visitor = Person::visitor(&stack).await;
    for (person, label) in [(&visitor, "1"), (&grace, "2"), (&ada, "3"), (&ada, "4"), (&ada, "5")] {
        draw(person, &stack, true, label).await;
    }
    // Files of MNIST's format bring drawings without a deletion token, and other files may name the person who drew.
    let imported =
        "update predictions p set deletion_token_hash = case i.true_label when '5' then deletion_token_hash end,
                        writer = case i.true_label when '5' then 'mary' end
                    from prediction_index i where i.id = p.id and i.true_label in ('4', '5')";
    run(&stack, imported).await;
    let page = ada.get("/models/training-examples").await.page(StatusCode::OK).await;
    for row in [
        "3</th><td>0</td><td>0</td><td>1</td><td>0</td><td>1</td>",
        "4</th><td>0</td><td>0</td><td>0</td><td>1</td><td>1</td>",
        "5</th><td>0</td><td>0</td><td>0</td><td>1</td><td>1</td>",
        "No trusted label confirms the label.</th><td>1</td><td>1</td><td>0</td><td>0</td><td>2</td>",
    ] {
        assert!(page.contains(row), "{row} in {page}");
    }
}

#[tokio::test]
async fn the_page_says_that_its_figures_are_being_computed() {
    let stack = Stack::start().await;
    // The statement waits for the lock.
    let mut sql = stack.sql().await;
    sqlx::raw_sql("begin; lock table label_votes in access exclusive mode").execute(&mut sql).await.unwrap();
    let page = async || stack.get("/models/training-examples").send().await.unwrap().text().await.unwrap();
    for _ in 0..2 {
        let page = page().await;
        assert!(page.contains("The figures are being computed.") && !page.contains("<table>"), "{page}");
    }
    sqlx::raw_sql("commit").execute(&mut sql).await.unwrap();
    let page = page().await;
    assert!(page.contains("<table>") && page.contains("The rules hold no labelled drawing back."), "{page}");
}

#[tokio::test]
async fn all_drawings_of_one_visitor_are_for_the_same_use_and_have_a_small_share() {
    let stack = Stack::with_accounts().await;
    let ada = Person::invited(&stack, "ada", "operator").await;
    let trainer = token(&ada, "trainer", &["training"]).await;
    poison(&stack, 1, 100).await;
    run(&stack, CONFIRM_AS_OPERATOR).await;
    let found = examples(&stack, &trainer).await;
    assert_eq!(found.len(), 20, "one percent of at least 2,000");
    assert_eq!(found.iter().map(|example| (&example.writer, example.split.name())).collect::<BTreeSet<_>>().len(), 1);

    // With many others, the limit of a class holds.
    poison(&stack, 300, 30).await;
    run(&stack, CONFIRM_AS_OPERATOR).await;
    let found = examples(&stack, &trainer).await;
    let mut of_writers = std::collections::BTreeMap::new();
    for example in &found {
        *of_writers.entry(&example.writer).or_insert(0) += 1;
    }
    assert_eq!((of_writers.len(), of_writers.values().max()), (301, Some(&50)));
    let gate: BTreeSet<_> =
        found.iter().filter(|example| example.split == TrainingSplit::Gate).map(|example| &example.writer).collect();
    assert!((10..=60).contains(&gate.len()), "{} of 301 writers are of the gate", gate.len());
}

/// Inserts wrongly labelled drawings of new visitors, who allow training.
async fn poison(stack: &Stack, visitors: u32, drawings: u32) {
    let statement = format!(
        "with new_visitors as (insert into visitors (id) select gen_random_uuid() from generate_series(1, {visitors}) returning id),
        drawn as (
            insert into predictions (id, prediction, confidence, probabilities, verdict, model, bitmap, input, input_kind,
                source, latency_ms, deletion_token_hash, created_at, visitor_id, may_train)
            select gen_random_uuid(), 7, 0.9, array_fill(0.1::real, array[10]), 'digit', 'm', decode(repeat('ff', 784), 'hex'),
                '{{}}', 'strokes', 'canvas', 1, sha256('token'), now(), v.id, true
            from new_visitors v, generate_series(1, {drawings})
            returning id, visitor_id
        )
        insert into labels (prediction_id, true_label, origin, labeller)
        select id, '1', 'own', visitor_id from drawn"
    );
    run(stack, &statement).await;
}

/// Has the operator confirm all labels of drawers.
const CONFIRM_AS_OPERATOR: &str = "
    insert into labels (prediction_id, true_label, origin, user_id, role)
    select distinct l.prediction_id, '1', 'queue', u.id, 'operator' from labels l, users u
    where l.origin = 'own' and u.name = 'ada'
        and not exists (select from labels o where o.prediction_id = l.prediction_id and o.role = 'operator')";

#[tokio::test]
async fn poisoners_bring_at_most_fifty_wrong_examples() {
    let stack = Stack::with_accounts().await;
    let ada = Person::invited(&stack, "ada", "operator").await;
    let trainer = token(&ada, "trainer", &["training"]).await;
    Person::invited(&stack, "mallory", "labeller").await;
    // A visitor with 2,000 wrong labels, and fifty with twenty each.
    poison(&stack, 1, 2_000).await;
    poison(&stack, 50, 20).await;
    assert_eq!(examples(&stack, &trainer).await, []);

    // A labeller confirms as many as one can before twenty gold drawings have come.
    run(
        &stack,
        "insert into labels (prediction_id, true_label, origin, user_id, role)
         select d.id, '1', 'queue', u.id, 'labeller'
         from (select id from predictions order by id limit 400) d, users u where u.name = 'mallory'",
    )
    .await;
    // Fifty are chosen; of those, one visitor has at most twenty.
    let confirmed = examples(&stack, &trainer).await.len();
    assert!((20..=50).contains(&confirmed), "{confirmed}");
    // Elsewhere than in the queue, labels confirm nothing.
    run(
        &stack,
        "insert into labels (prediction_id, true_label, origin, user_id, role)
         select d.id, '1', 'api', u.id, 'labeller'
         from (select id from predictions order by id desc limit 400) d, users u where u.name = 'mallory'",
    )
    .await;
    assert_eq!(examples(&stack, &trainer).await.len(), confirmed);
    // After wrong answers to gold drawings, the labeller's labels no longer count.
    run(&stack, "update users set labels_count = false where name = 'mallory'; select recount_labels(10000)").await;
    assert_eq!(examples(&stack, &trainer).await, []);
}

#[tokio::test]
async fn with_open_access_every_label_is_trusted() {
    let stack = Stack::start().await;
    let drawn = stack.draw(&drawings::all()[8]).await;
    let id: Uuid = drawn["id"].as_str().unwrap().parse().unwrap();
    let request = stack.http.put(stack.url(&format!("/api/v1/predictions/{id}/label")));
    request.json(&serde_json::json!({ "true_label": 8 })).send().await.unwrap();
    let response = stack.get("/api/v1/export/training-examples.ndjson").send().await.unwrap();
    let text = response.text().await.unwrap();
    let example: TrainingExample = serde_json::from_str(text.lines().nth(1).unwrap()).unwrap();
    assert_eq!(example.id, id);
}
