//! Tests of `/api/v1/me`: it has the labels that a person gave to drawings of others, and forgets who gave them.

use crate::{person::Person, stack::Stack};
use reqwest::{Method, StatusCode};
use serde_json::Value;

/// The lines of `GET /api/v1/me` that are labels: the drawing and the label.
async fn given_labels(person: &Person<'_>) -> Vec<(String, Value)> {
    let lines = person.get("/api/v1/me").await.page(StatusCode::OK).await;
    let lines = lines.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    let labels = lines.filter(|line| line.get("prediction_id").is_some());
    labels.map(|line| (line["prediction_id"].as_str().unwrap().to_owned(), line["true_label"].clone())).collect()
}

async fn label(person: &Person<'_>, id: &str, label: &str) {
    let reply = person.post(&format!("/drawings/{id}/label"), &[("true_label", label)]).await;
    assert_eq!(reply.status(), StatusCode::SEE_OTHER);
}

async fn delete_all(person: &Person<'_>, stack: &Stack) {
    let request = stack.http.request(Method::DELETE, stack.url("/api/v1/me"));
    assert_eq!(person.send_as_program(request).await.status(), StatusCode::NO_CONTENT);
}

/// The links from the labels of a drawing to people, and the label that counts.
async fn links(stack: &Stack, id: &str) -> (i64, Option<String>) {
    let query = "select (select count(coalesce(user_id, labeller)) from labels where prediction_id = $1::uuid),
        (select true_label from prediction_index where id = $1::uuid)";
    sqlx::query_as(query).bind(id).fetch_one(&mut stack.sql().await).await.unwrap()
}

#[tokio::test]
async fn a_visitor_takes_the_own_labels_along_and_leaves_no_link_to_them() {
    let stack = Stack::start().await;
    let (ada, grace) = (Person::new(&stack), Person::new(&stack));
    for person in [&ada, &grace] {
        person.get("/").await.page(StatusCode::OK).await;
    }
    let (of_ada, of_grace) = (ada.draw().await, grace.draw().await);
    label(&ada, &of_ada, "8").await;
    label(&ada, &of_grace, "8").await;
    label(&ada, &of_grace, "").await;
    label(&ada, &of_grace, "not_a_digit").await;
    label(&grace, &of_ada, "3").await;
    let expected =
        [(&of_ada, 8.into()), (&of_grace, 8.into()), (&of_grace, Value::Null), (&of_grace, "not_a_digit".into())];
    assert_eq!(given_labels(&ada).await, expected.map(|(id, label)| (id.clone(), label)));
    assert_eq!(links(&stack, &of_grace).await, (3, Some("not_a_digit".to_owned())));

    delete_all(&ada, &stack).await;
    assert_eq!(given_labels(&ada).await, []);
    assert_eq!(links(&stack, &of_grace).await, (0, Some("not_a_digit".to_owned())), "the label stays without a link");
    assert_eq!(given_labels(&grace).await, [], "the drawing of another is gone with its labels");
    let visitors: i64 =
        sqlx::query_scalar("select count(*) from visitors").fetch_one(&mut stack.sql().await).await.unwrap();
    assert_eq!(visitors, 1, "only the other visitor is left");
}

#[tokio::test]
async fn the_labels_of_an_account_stay_with_it() {
    let stack = Stack::with_accounts().await;
    let grace = Person::invited(&stack, "grace", "labeller").await;
    let visitor = Person::visitor(&stack).await;
    let id = visitor.draw().await;
    label(&grace, &id, "5").await;
    delete_all(&grace, &stack).await;
    assert_eq!(given_labels(&grace).await, [(id.clone(), 5.into())]);
    assert_eq!(links(&stack, &id).await, (1, Some("5".to_owned())), "the vote still counts");
}

#[tokio::test]
async fn nothing_of_a_label_changes_but_the_link_to_its_visitor() {
    let stack = Stack::start().await;
    let ada = Person::visitor(&stack).await;
    let id = ada.draw().await;
    label(&ada, &id, "8").await;
    let mut sql = stack.sql().await; // as the owner of the tables
    for change in [
        "update labels set true_label = '7', labeller = null",
        "update labels set true_label = null",
        "update labels set labeller = gen_random_uuid()",
        "update labels set created_at = now(), labeller = null",
        "update labels set origin = 'gold', labeller = null",
        "delete from labels",
        "truncate labels",
    ] {
        let error = sqlx::query(change).execute(&mut sql).await.unwrap_err().to_string();
        assert!(error.contains("append-only"), "{change}: {error}");
    }
    sqlx::query("update labels set labeller = null").execute(&mut sql).await.unwrap();
}
