//! Which of several people's labels counts.

use crate::{
    person::{Person, bearer, token},
    stack::{Stack, json},
};
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
    let visitor = Person::new(&stack);
    visitor.get("/").await.page(StatusCode::OK).await;
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
    let visitor = Person::new(&stack);
    visitor.get("/").await.page(StatusCode::OK).await;
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
