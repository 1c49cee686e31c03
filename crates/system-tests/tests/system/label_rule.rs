//! Which of several people's labels counts.

use crate::{
    person::{Person, bearer, token},
    stack::{ANY, MODEL_REQUESTS, Stack, json, start_model},
    webdriver::poll,
};
use api::Settings;
use reqwest::StatusCode;
use serde_json::Value;

/// The label of a drawing that counts.
async fn counted(stack: &Stack, id: &str) -> Value {
    let mut sql = stack.sql().await;
    let label: Option<String> = sqlx::query_scalar("select true_label from prediction_index where id = $1::uuid")
        .bind(id)
        .fetch_one(&mut sql)
        .await
        .unwrap();
    label.map_or(Value::Null, Value::from)
}

/// A person labels a drawing on its page; an empty label withdraws the last one.
async fn label(person: &Person<'_>, id: &str, label: &str) {
    let reply = person.post(&format!("/drawings/{id}/label"), &[("true_label", label)]).await;
    reply.leads_to(&format!("/drawings/{id}"));
}

#[tokio::test]
async fn an_operator_overrules_labellers_and_most_labellers_overrule_the_drawer() {
    let stack = Stack::with_accounts().await;
    let ada = Person::invited(&stack, "ada", "operator").await;
    let grace = Person::invited(&stack, "grace", "labeller").await;
    let mary = Person::invited(&stack, "mary", "labeller").await;
    let joan = Person::invited(&stack, "joan", "labeller").await;
    let visitor = Person::visitor(&stack).await;
    let id = visitor.draw().await;
    for (person, given, expected) in [
        (&visitor, "1", Value::from("1")),
        (&visitor, "2", Value::from("2")),    // the drawer's last label
        (&grace, "unsure", Value::from("2")), // unsure is no vote
        (&grace, "3", Value::from("3")),      // one labeller
        (&visitor, "2", Value::from("3")),    // the drawer does not overrule
        (&mary, "4", Value::Null),            // a tie
        (&joan, "4", Value::from("4")),       // two of three
        (&joan, "3", Value::from("3")),       // each person's last label is one vote
        (&ada, "5", Value::from("5")),        // the operator
        (&mary, "3", Value::from("5")),
        (&ada, "unsure", Value::from("3")), // the operator has no vote any more
        (&ada, "", Value::from("3")),
        (&grace, "", Value::from("3")), // mary and joan
        (&mary, "", Value::from("3")),
        (&joan, "", Value::from("2")), // nobody but the drawer
        (&visitor, "", Value::Null),
        (&joan, "unsure", Value::from("unsure")),
    ] {
        label(person, &id, given).await;
        assert_eq!(counted(&stack, &id).await, expected, "after {given:?}");
    }
}

#[tokio::test]
async fn nobody_votes_on_their_own_drawing() {
    let stack = Stack::with_accounts().await;
    let grace = Person::invited(&stack, "grace", "labeller").await;
    let mary = Person::invited(&stack, "mary", "labeller").await;
    let id = grace.draw().await;
    label(&grace, &id, "1").await;
    assert_eq!(counted(&stack, &id).await, "1");
    label(&mary, &id, "2").await;
    assert_eq!(counted(&stack, &id).await, "2", "the label of the drawer is no vote, so there is no tie");
}

#[tokio::test]
async fn a_thousand_labels_of_one_person_are_one_vote_and_the_queue_does_not_ask_twice() {
    let stack = Stack::with_accounts().await;
    let ada = Person::invited(&stack, "ada", "operator").await;
    let grace = Person::invited(&stack, "grace", "labeller").await;
    let mary = Person::invited(&stack, "mary", "labeller").await;
    let visitor = Person::visitor(&stack).await;
    let id = visitor.draw().await;
    // The random sample asks again, in spite of labels from elsewhere.
    sqlx::query("delete from random_sample").execute(&mut stack.sql().await).await.unwrap();
    for _ in 0..50 {
        label(&grace, &id, "1").await;
    }
    label(&mary, &id, "2").await;
    assert_eq!(counted(&stack, &id).await, Value::Null, "one vote each");
    let queue = async |person: &Person<'_>| person.get("/api/v1/labelling-queue").await.page(StatusCode::OK).await;
    assert!(!queue(&grace).await.contains(&id) && !queue(&mary).await.contains(&id), "both have labelled it");
    assert!(queue(&ada).await.contains(&id), "another person may decide");

    // A program labels in the name of the person who made its token: one more vote at most.
    let token = token(&ada, "labels", &["label"]).await;
    let put = stack.http.put(stack.url(&format!("/api/v1/predictions/{id}/label"))).bearer_auth(&token);
    let put = put.header("content-type", "application/json").body("{\"true_label\":2}");
    let answer = json(put.send().await.unwrap(), StatusCode::OK).await;
    assert_eq!(answer["true_label"], 2, "the answer has the label that counts");
    assert_eq!(bearer(&stack, &token, "/api/v1/labelling-queue").await.status(), StatusCode::OK);
}

/// Has the maintenance of the service count the labels again that wait for it.
async fn recount(stack: &Stack) {
    let mut sql = stack.sql().await;
    while sqlx::query_scalar::<_, i64>("select count(*) from label_recounts").fetch_one(&mut sql).await.unwrap() > 0 {
        sqlx::query("select recount_labels(100)").execute(&mut sql).await.unwrap();
    }
}

#[tokio::test]
async fn a_vote_ceases_to_count_when_the_visitor_who_drew_logs_in_as_the_person_who_voted() {
    let stack = Stack::with_accounts().await;
    let ada = Person::invited(&stack, "ada", "operator").await;
    let grace = Person::invited(&stack, "grace", "labeller").await;
    let mary = Person::invited(&stack, "mary", "labeller").await;
    let other_browser = Person::visitor(&stack).await;
    let ids = [other_browser.draw().await, other_browser.draw().await, other_browser.draw().await];
    let [vote, sampled, gold] = &ids;
    let mut sql = stack.sql().await;
    sqlx::query("delete from random_sample").execute(&mut sql).await.unwrap();
    let sample = "insert into random_sample (prediction_id) values ($1::uuid)";
    sqlx::query(sample).bind(sampled).execute(&mut sql).await.unwrap();
    label(&ada, gold, "8").await;
    for id in &ids {
        let reply = grace.post("/label", &[("id", id), ("true_label", "1")]).await;
        assert_eq!(reply.status(), StatusCode::SEE_OTHER);
    }
    label(&mary, vote, "2").await;
    assert_eq!(counted(&stack, vote).await, Value::Null, "a tie");
    assert_eq!(counted(&stack, sampled).await, "1");
    let origins = "select string_agg(origin, ' ' order by id) from labels where true_label = '1'";
    let found: String = sqlx::query_scalar(origins).fetch_one(&mut sql).await.unwrap();
    assert_eq!(found, "queue random_sample gold");

    other_browser.log_in("grace", Person::PASSWORD).await.leads_to("/account");
    recount(&stack).await;
    assert_eq!(counted(&stack, vote).await, "2", "only mary votes");
    let disputed = "select count(*) from label_votes where is_disputed";
    assert_eq!(sqlx::query_scalar::<_, i64>(disputed).fetch_one(&mut sql).await.unwrap(), 0);
    assert_eq!(counted(&stack, sampled).await, "1", "the label weighs as the drawer's own");
    let people = "select people from random_sample";
    assert_eq!(sqlx::query_scalar::<_, i16>(people).fetch_one(&mut sql).await.unwrap(), 0, "nobody else labelled it");
    let page = ada.get("/people").await.page(StatusCode::OK).await;
    assert!(!page.contains("of 1 agree"), "an answer to an own drawing is no gold answer: {page}");
    label(&mary, sampled, "2").await;
    assert_eq!(counted(&stack, sampled).await, "2", "one vote of another person is enough");
}

#[tokio::test]
async fn a_label_that_is_sent_during_the_login_of_its_drawer_does_not_remain_a_vote() {
    let stack = Stack::with_accounts().await;
    Person::invited(&stack, "grace", "labeller").await;
    let mary = Person::invited(&stack, "mary", "labeller").await;
    let other_browser = Person::visitor(&stack).await;
    let id = other_browser.draw().await;
    label(&mary, &id, "2").await;
    // The label is not committed before the login waits for it.
    let mut sql = stack.sql().await;
    let voted = format!(
        "begin; insert into labels (prediction_id, true_label, user_id, role, origin)
         select '{id}', '1', id, 'labeller', 'queue' from users where name = 'grace'"
    );
    sqlx::raw_sql(sqlx::AssertSqlSafe(voted)).execute(&mut sql).await.unwrap();
    let commit = async {
        let waits = "select exists (select from pg_locks l join pg_stat_activity a using (pid)
            where not l.granted and a.datname = current_database())";
        let mut observer = stack.sql().await;
        poll(async || sqlx::query_scalar::<_, bool>(waits).fetch_one(&mut observer).await.unwrap().then_some(())).await;
        sqlx::raw_sql("commit").execute(&mut sql).await.unwrap();
    };
    let (login, ()) = tokio::join!(other_browser.log_in("grace", Person::PASSWORD), commit);
    login.leads_to("/account");
    recount(&stack).await;
    assert_eq!(counted(&stack, &id).await, "2");
}

#[tokio::test]
async fn a_person_who_became_an_operator_has_only_the_last_label() {
    let stack = Stack::with_accounts().await;
    let ada = Person::invited(&stack, "ada", "operator").await;
    let grace = Person::invited(&stack, "grace", "labeller").await;
    let visitor = Person::visitor(&stack).await;
    let ids = [visitor.draw().await, visitor.draw().await, visitor.draw().await];
    for id in &ids {
        label(&grace, id, "3").await;
        assert_eq!(counted(&stack, id).await, "3");
    }
    ada.post("/people", &[("name", "grace"), ("action", "set_role"), ("role", "operator")]).await;
    grace.log_in("grace", Person::PASSWORD).await.leads_to("/account");
    for (id, given, expected) in [
        (&ids[0], "", Value::Null),
        (&ids[1], "unsure", Value::from("unsure")),
        (&ids[2], "5", Value::from("5")),
        (&ids[2], "", Value::Null),
    ] {
        label(&grace, id, given).await;
        assert_eq!(counted(&stack, id).await, expected, "after {given:?}");
    }

    // A program of an operator votes after the withdrawal, and not before the operator's own label.
    let token = token(&grace, "labels", &["label"]).await;
    let put = stack.http.put(stack.url(&format!("/api/v1/predictions/{}/label", ids[2]))).bearer_auth(&token);
    let put = put.header("content-type", "application/json").body("{\"true_label\":4}");
    json(put.send().await.unwrap(), StatusCode::OK).await;
    assert_eq!(counted(&stack, &ids[2]).await, "4");
    label(&grace, &ids[2], "5").await;
    assert_eq!(counted(&stack, &ids[2]).await, "5");
    label(&grace, &ids[2], "").await;
    assert_eq!(counted(&stack, &ids[2]).await, Value::Null);
}

#[tokio::test]
async fn votes_count_with_open_access_until_the_labels_of_their_people_are_ignored() {
    let stack = Stack::with_accounts().await;
    let ada = Person::invited(&stack, "ada", "operator").await;
    let grace = Person::invited(&stack, "grace", "labeller").await;
    let visitor = Person::visitor(&stack).await;
    let ids = [visitor.draw().await, visitor.draw().await];
    label(&grace, &ids[0], "3").await;
    label(&ada, &ids[1], "3").await;

    let model = start_model(ANY.parse().unwrap()).await;
    let open = Stack::on(model, stack.database.clone(), MODEL_REQUESTS, Settings::default()).await;
    open.until_ready().await;
    let anybody = Person::new(&open);
    let expect = async |expected: &str| {
        for id in &ids {
            label(&anybody, id, "5").await;
            assert_eq!(counted(&open, id).await, expected);
        }
    };
    expect("3").await;
    for name in ["ada", "grace"] {
        ada.post("/people", &[("name", name), ("action", "ignore_labels")]).await.page(StatusCode::OK).await;
    }
    recount(&stack).await;
    expect("5").await;
}
