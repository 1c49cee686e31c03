//! Deletion of a drawing: by the client with its deletion token, and on its page by the person who drew or an operator.

use crate::{
    drawings,
    person::Person,
    stack::{Stack, json},
};
use reqwest::{RequestBuilder, StatusCode};
use serde_json::{Value, json as value};
use uuid::Uuid;

fn delete(stack: &Stack, id: &str, deletion_token: &str) -> RequestBuilder {
    stack.http.delete(stack.url(&format!("/api/v1/predictions/{id}"))).header("deletion-token", deletion_token)
}

fn text<'a>(answer: &'a Value, field: &str) -> &'a str {
    answer[field].as_str().unwrap()
}

#[tokio::test]
async fn the_deletion_token_deletes_the_drawing_its_labels_and_its_counts() {
    let stack = Stack::start().await;
    let (mine, other) = (stack.draw(&drawings::all()[7]).await, stack.draw(&drawings::all()[3]).await);
    for answer in [&mine, &other] {
        let url = stack.url(&format!("/api/v1/predictions/{}/label", text(answer, "id")));
        let body = value!({ "true_label": answer["prediction"] });
        json(stack.http.put(url).json(&body).send().await.unwrap(), StatusCode::OK).await;
    }
    let response = delete(&stack, text(&mine, "id"), text(&mine, "deletion_token")).send().await.unwrap();
    assert_eq!(response.status(), StatusCode::NO_CONTENT);

    let path = format!("/api/v1/predictions/{}", text(&mine, "id"));
    for deleted in [path.clone(), format!("{path}/bitmap.png"), format!("{path}/input")] {
        assert_eq!(stack.get(&deleted).send().await.unwrap().status(), StatusCode::NOT_FOUND, "{deleted}");
    }
    let left = json(stack.get("/api/v1/predictions").send().await.unwrap(), StatusCode::OK).await;
    assert_eq!(left["predictions"].as_array().unwrap().len(), 1);
    let quality = json(stack.get("/api/v1/quality").send().await.unwrap(), StatusCode::OK).await;
    assert_eq!((&quality["predictions"], &quality["correct"]["total"]), (&value!(1), &value!(1)));
    let labels: i64 =
        sqlx::query_scalar("select count(*) from labels").fetch_one(&mut stack.sql().await).await.unwrap();
    assert_eq!(labels, 1);
}

#[tokio::test]
async fn a_drawing_is_not_deleted_without_its_deletion_token() {
    let stack = Stack::start().await;
    let (one, other) = (stack.draw(&drawings::all()[7]).await, stack.draw(&drawings::all()[3]).await);
    let id = text(&one, "id");
    let unsigned = stack.http.delete(stack.url(&format!("/api/v1/predictions/{id}")));
    for request in [
        delete(&stack, id, text(&other, "deletion_token")),
        delete(&stack, id, &Uuid::nil().to_string()),
        delete(&stack, id, "mine"),
        delete(&stack, id, ""),
    ] {
        assert_eq!(json(request.send().await.unwrap(), StatusCode::FORBIDDEN).await["code"], "not_yours");
    }
    // `Authorization` does not carry the deletion token.
    for request in [unsigned.try_clone().unwrap(), unsigned.bearer_auth(text(&one, "deletion_token"))] {
        let response = request.send().await.unwrap();
        assert_eq!(response.headers()["www-authenticate"], "DeletionToken");
        assert_eq!(json(response, StatusCode::UNAUTHORIZED).await["code"], "unauthenticated");
    }
    let unknown = delete(&stack, &Uuid::now_v7().to_string(), text(&one, "deletion_token"));
    assert_eq!(json(unknown.send().await.unwrap(), StatusCode::NOT_FOUND).await["code"], "not_found");
    assert_eq!(stack.rows().await, 2);
}

#[tokio::test]
async fn the_deletion_token_is_returned_once_and_stored_as_a_hash() {
    let stack = Stack::start().await;
    let answer = stack.draw(&drawings::all()[7]).await;
    let shown = stack.get(&format!("/api/v1/predictions/{}", text(&answer, "id"))).send().await.unwrap();
    assert!(json(shown, StatusCode::OK).await.get("deletion_token").is_none());
    let stored: Vec<u8> = sqlx::query_scalar("select deletion_token_hash from predictions")
        .fetch_one(&mut stack.sql().await)
        .await
        .unwrap();
    assert_eq!(stored.len(), 32);
    let deletion_token: Uuid = text(&answer, "deletion_token").parse().unwrap();
    assert!(!stored.windows(16).any(|bytes| bytes == deletion_token.as_bytes()));
    let preview = stack.post("/predict?preview=true", "application/json", drawings::all()[7].to_string());
    assert!(json(preview.send().await.unwrap(), StatusCode::OK).await.get("deletion_token").is_none());
}

#[tokio::test]
async fn a_person_deletes_one_own_drawing_on_its_page_without_javascript_in_any_browser_of_the_account() {
    let stack = Stack::with_accounts().await;
    let ada = Person::invited(&stack, "ada", "labeller").await;
    let (id, kept) = (ada.draw().await, ada.draw().await);
    let page = format!("/drawings/{id}");
    let form = format!("action=\"{page}/delete\"");

    // The labeller sees the drawing of another person, but may not delete it.
    let grace = Person::invited(&stack, "grace", "labeller").await;
    assert!(!grace.get(&page).await.page(StatusCode::OK).await.contains(&form));
    let delete = async |person: &Person<'_>, form: &[(&str, &str)]| person.post(&format!("{page}/delete"), form).await;
    let confirmed = [("confirmed", "yes")];
    for person in [&grace, &Person::new(&stack)] {
        assert_eq!(delete(person, &confirmed).await.status(), StatusCode::NOT_FOUND);
    }

    ada.post("/logout", &[]).await.leads_to("/");
    let phone = Person::new(&stack);
    phone.log_in("ada", Person::PASSWORD).await.leads_to("/account");
    assert!(phone.get(&page).await.page(StatusCode::OK).await.contains(&form));
    let unconfirmed = delete(&phone, &[]).await.page(StatusCode::UNPROCESSABLE_ENTITY).await;
    assert!(unconfirmed.contains("The input is invalid"), "{unconfirmed}");
    assert_eq!(stack.rows().await, 2);
    delete(&phone, &confirmed).await.leads_to("/history");
    assert_eq!(delete(&phone, &confirmed).await.status(), StatusCode::NOT_FOUND);
    assert_eq!(phone.get(&page).await.status(), StatusCode::NOT_FOUND);
    assert_eq!(phone.get(&format!("/drawings/{kept}")).await.status(), StatusCode::OK);
    assert_eq!(
        stack.audited("delete_drawing", false).await,
        [] as [String; 0],
        "the log has operators' deletions only"
    );
}

#[tokio::test]
async fn a_visitor_deletes_an_uploaded_drawing_and_an_operator_deletes_any_on_its_page() {
    let stack = Stack::with_accounts().await;
    let (visitor, ada) = (Person::new(&stack), Person::invited(&stack, "ada", "operator").await);
    visitor.get("/").await.page(StatusCode::OK).await;
    let upload = async || {
        let picture = drawings::Picture::default().png(&drawings::all()[3]);
        let shown = visitor.send(stack.upload("/upload", picture)).await.header("location").unwrap();
        shown.strip_prefix("/?shown=").unwrap().to_owned()
    };
    for (person, is_recorded) in [(&visitor, false), (&ada, true)] {
        let id = upload().await;
        let page = format!("/drawings/{id}");
        assert!(person.get(&page).await.page(StatusCode::OK).await.contains("name=\"confirmed\""));
        person.post(&format!("{page}/delete"), &[("confirmed", "yes")]).await.leads_to("/history");
        assert_eq!(stack.rows().await, 0);
        let recorded = stack.audited("delete_drawing", false).await;
        assert_eq!(recorded, if is_recorded { vec![id] } else { Vec::new() });
    }
}

#[tokio::test]
async fn with_open_access_a_browser_is_offered_to_delete_its_own_drawings_alone() {
    let stack = Stack::start().await;
    let (browser, other) = (Person::new(&stack), Person::new(&stack));
    for person in [&browser, &other] {
        person.get("/").await.page(StatusCode::OK).await;
    }
    let id = browser.draw().await;
    let page = format!("/drawings/{id}");
    assert!(!other.get(&page).await.page(StatusCode::OK).await.contains("name=\"confirmed\""));
    let confirmed = [("confirmed", "yes")];
    assert_eq!(other.post(&format!("{page}/delete"), &confirmed).await.status(), StatusCode::NOT_FOUND);
    assert!(browser.get(&page).await.page(StatusCode::OK).await.contains("name=\"confirmed\""));
    browser.post(&format!("{page}/delete"), &confirmed).await.leads_to("/history");
    assert_eq!(stack.rows().await, 0);
}
