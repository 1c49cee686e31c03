//! Who may do what: each registered route and each kind of caller has an expected status.

use crate::{
    drawings,
    person::{Person, settings_with_accounts, token},
    stack::{Stack, json},
};
use api::Settings;
use reqwest::{Method, RequestBuilder, StatusCode};
use std::collections::{BTreeMap, BTreeSet};

/// The kinds of callers, in the order of the columns of [`MATRIX`].
const CALLERS: [&str; 9] = [
    "nobody",
    "the visitor who drew",
    "another visitor",
    "a labeller",
    "an operator",
    "a token with the scope",
    "a token with another scope",
    "the token that drew",
    "the deletion token",
];

/// A route, the scope that tokens need, and the status that each kind of caller gets. 303 leads to the login page, or to
/// the page after a form.
type Row = (&'static str, &'static str, &'static str, [u16; 9]);

/// Requests of programs get 401 where a browser is led to the login page.
const MATRIX: &[Row] = &[
    // Public: probes and files.
    ("GET", "/livez", "read", [200; 9]),
    ("GET", "/readyz", "read", [200; 9]),
    ("GET", "/static/{hash}/{*path}", "read", [404; 9]),
    ("GET", "/openapi.json", "read", [200; 9]),
    ("GET", "/docs", "read", [200; 9]),
    ("GET", "/docs/", "read", [200; 9]),
    ("GET", "/docs/start.js", "read", [200; 9]),
    ("GET", "/docs/swagger-ui.css", "read", [200; 9]),
    ("GET", "/docs/swagger-ui-bundle.js", "read", [200; 9]),
    ("GET", "/docs/eight.png", "read", [200; 9]),
    ("GET", "/docs/eight.jpg", "read", [200; 9]),
    ("GET", "/docs/eight.webp", "read", [200; 9]),
    ("GET", "/docs/eight.gif", "read", [200; 9]),
    // Everybody draws.
    ("POST", "/predict", "predict", [200, 200, 200, 200, 200, 200, 403, 200, 200]),
    ("POST", "/predict/", "predict", [200, 200, 200, 200, 200, 200, 403, 200, 200]),
    ("POST", "/explain", "predict", [200, 200, 200, 200, 200, 200, 403, 200, 200]),
    ("GET", "/api/v1/calibration", "predict", [200, 200, 200, 200, 200, 200, 403, 200, 200]),
    ("GET", "/", "predict", [200, 200, 200, 200, 200, 200, 403, 200, 200]),
    ("GET", "/recent", "predict", [200, 200, 200, 200, 200, 200, 403, 200, 200]),
    ("POST", "/upload", "predict", [303, 303, 303, 303, 303, 303, 403, 303, 303]),
    ("GET", "/privacy", "predict", [200, 200, 200, 200, 200, 200, 403, 200, 200]),
    ("POST", "/privacy/delete", "predict", [422, 422, 422, 422, 422, 422, 403, 422, 422]),
    // The Open Inference Protocol. The bodies of this test hold nothing valid.
    ("GET", "/v2", "predict", [200, 200, 200, 200, 200, 200, 403, 200, 200]),
    ("GET", "/v2/", "predict", [200, 200, 200, 200, 200, 200, 403, 200, 200]),
    ("GET", "/v2/{*path}", "predict", [404, 404, 404, 404, 404, 404, 403, 404, 404]),
    ("POST", "/v2/models/{model}/infer", "predict", [400, 400, 400, 400, 400, 400, 403, 400, 400]),
    ("POST", "/v2/models/{model}/versions/{version}/infer", "predict", [404, 404, 404, 404, 404, 404, 403, 404, 404]),
    ("POST", "/v2/repository/{*path}", "predict", [401, 401, 401, 403, 404, 403, 403, 403, 401]),
    // A drawing is there for the person who drew, and for people who see all drawings.
    ("GET", "/api/v1/predictions", "read", [200; 9]),
    ("GET", "/api/v1/predictions/{id}", "read", [404, 200, 404, 200, 200, 200, 404, 200, 404]),
    ("GET", "/api/v1/predictions/{id}/input", "read", [404, 200, 404, 200, 200, 200, 404, 200, 404]),
    ("GET", "/api/v1/predictions/{id}/bitmap.png", "read", [404, 200, 404, 200, 200, 200, 404, 200, 404]),
    ("GET", "/api/v1/predictions/{id}/attribution", "read", [404, 200, 404, 200, 200, 200, 404, 200, 404]),
    ("GET", "/api/v1/predictions/{id}/models", "read", [404, 200, 404, 200, 200, 200, 404, 200, 404]),
    ("GET", "/drawings/{id}", "read", [404, 200, 404, 200, 200, 200, 404, 200, 404]),
    ("GET", "/drawings/{id}/picture", "read", [404, 200, 404, 200, 200, 200, 404, 200, 404]),
    ("GET", "/history", "read", [200; 9]),
    ("PUT", "/api/v1/predictions/{id}/label", "label", [404, 200, 404, 200, 200, 200, 404, 200, 404]),
    ("DELETE", "/api/v1/predictions/{id}/label", "label", [404, 200, 404, 200, 200, 200, 404, 200, 404]),
    ("POST", "/drawings/{id}/label", "label", [404, 303, 404, 303, 303, 303, 404, 303, 404]),
    ("POST", "/home/{id}/label", "label", [404, 303, 404, 303, 303, 303, 404, 303, 404]),
    ("POST", "/drawings/{id}/delete", "label", [404, 303, 404, 404, 303, 404, 404, 303, 404]),
    ("DELETE", "/api/v1/predictions/{id}", "label", [401, 204, 404, 404, 204, 404, 404, 204, 204]),
    // Everybody sees a drawing of the gallery there and nowhere else. Each drawing of this test is in it.
    ("GET", "/gallery", "read", [200; 9]),
    ("GET", "/gallery/{id}", "read", [200; 9]),
    ("POST", "/gallery/{id}/report", "read", [303; 9]),
    ("GET", "/api/v1/gallery", "read", [200; 9]),
    ("GET", "/api/v1/gallery/{id}/bitmap.png", "read", [200; 9]),
    ("GET", "/gallery/review", "read", [401, 401, 401, 403, 200, 403, 403, 403, 401]),
    ("POST", "/gallery/review", "read", [401, 401, 401, 403, 303, 403, 403, 403, 401]),
    ("GET", "/api/v1/me", "predict", [401, 200, 200, 200, 200, 200, 403, 200, 401]),
    ("DELETE", "/api/v1/me", "predict", [401, 204, 204, 204, 204, 204, 403, 204, 401]),
    // Labellers and operators.
    ("GET", "/api/v1/labelling-queue", "label", [401, 401, 401, 200, 200, 200, 403, 403, 401]),
    ("GET", "/label", "label", [401, 401, 401, 200, 200, 200, 403, 403, 401]),
    ("POST", "/label", "label", [401, 401, 401, 303, 303, 303, 403, 403, 401]),
    ("GET", "/api/v1/quality", "read", [401, 401, 401, 200, 200, 200, 403, 403, 401]),
    ("GET", "/quality", "read", [401, 401, 401, 200, 200, 200, 403, 403, 401]),
    ("GET", "/api/v1/models", "models:read", [401, 401, 401, 200, 200, 200, 403, 403, 401]),
    ("GET", "/api/v1/models/serving", "models:read", [401, 401, 401, 200, 200, 200, 403, 403, 401]),
    ("GET", "/api/v1/models/{version}/card.json", "models:read", [401, 401, 401, 200, 200, 200, 403, 403, 401]),
    (
        "GET",
        "/api/v1/models/{version}/weights.safetensors",
        "models:read",
        [401, 401, 401, 200, 200, 200, 403, 403, 401],
    ),
    ("GET", "/models", "models:read", [401, 401, 401, 200, 200, 200, 403, 403, 401]),
    ("GET", "/models/training-examples", "models:read", [401, 401, 401, 200, 200, 200, 403, 403, 401]),
    ("GET", "/models/runs", "models:read", [401, 401, 401, 200, 200, 200, 403, 403, 401]),
    ("GET", "/models/{version}", "models:read", [401, 401, 401, 200, 200, 200, 403, 403, 401]),
    ("GET", "/models/{version}/mistakes/{list}/{index}", "models:read", [401, 401, 401, 404, 404, 404, 403, 403, 401]),
    // Operators.
    ("POST", "/models", "models:read", [401, 401, 401, 403, 409, 403, 403, 403, 401]),
    ("GET", "/api/v1/export/predictions.csv", "export", [401, 401, 401, 403, 200, 200, 403, 403, 401]),
    ("GET", "/api/v1/training-examples", "training", [401, 401, 401, 403, 200, 200, 403, 403, 401]),
    ("POST", "/api/v1/models", "training", [401, 401, 401, 403, 415, 415, 403, 403, 401]),
    ("PUT", "/api/v1/models/{version}", "training", [401, 401, 401, 403, 422, 422, 403, 403, 401]),
    ("PUT", "/api/v1/models/{version}/progress", "training", [401, 401, 401, 403, 422, 422, 403, 403, 401]),
    ("GET", "/api/v1/export/training-examples.ndjson", "training", [401, 401, 401, 403, 200, 200, 403, 403, 401]),
    ("GET", "/api/v1/export/predictions.ndjson", "export", [401, 401, 401, 403, 200, 200, 403, 403, 401]),
    ("GET", "/api/v1/export/mnist.tar", "export", [401, 401, 401, 403, 200, 200, 403, 403, 401]),
    ("POST", "/api/v1/import", "import", [401, 401, 401, 403, 200, 200, 403, 403, 401]),
    ("GET", "/people", "read", [401, 401, 401, 403, 200, 403, 403, 403, 401]),
    ("POST", "/people", "read", [401, 401, 401, 403, 404, 403, 403, 403, 401]),
    ("GET", "/overview", "read", [401, 401, 401, 403, 200, 403, 403, 403, 401]),
    ("POST", "/overview", "read", [401, 401, 401, 403, 303, 403, 403, 403, 401]),
    ("GET", "/audit", "read", [401, 401, 401, 403, 200, 403, 403, 403, 401]),
    ("POST", "/account/tokens", "read", [401, 401, 401, 403, 422, 403, 403, 403, 401]),
    ("POST", "/account/tokens/revoke", "read", [401, 401, 401, 403, 303, 403, 403, 403, 401]),
    // The login, and a person's own account. The forms of this test hold nothing valid.
    ("GET", "/login", "read", [200, 200, 200, 303, 303, 200, 200, 200, 200]),
    ("POST", "/login", "read", [401, 401, 401, 401, 401, 401, 401, 401, 401]),
    ("GET", "/invitation", "read", [200; 9]),
    ("POST", "/invitation", "read", [422; 9]),
    ("GET", "/account", "read", [401, 401, 401, 200, 200, 403, 403, 403, 401]),
    ("POST", "/account/password", "read", [401, 401, 401, 401, 401, 403, 403, 403, 401]),
    ("POST", "/account/sessions/end", "read", [401, 401, 401, 303, 303, 403, 403, 403, 401]),
    ("POST", "/logout", "read", [401, 401, 401, 303, 303, 403, 403, 403, 401]),
];

/// The model of the registry.
const VERSION: &str = "the-first";

/// The form of a route; the API takes JSON.
fn form(path: &str) -> &'static str {
    match path {
        "/label" => "true_label=8&id=",
        "/drawings/{id}/delete" => "confirmed=yes",
        "/gallery/review" => "state=shown&id=",
        "/gallery/{id}/report" => "reason=other",
        "/people" => "name=nobody&action=disable",
        "/overview" => "action=unblock&id=00000000-0000-7000-8000-000000000000",
        "/account/tokens" => "name=&days=7",
        "/login" => "name=nobody&password=nothing",
        "/invitation" => "code=none&password=nothing",
        "/account/password" => "old=wrong&new=wrong",
        "/account/tokens/revoke" | "/account/sessions/end" => "id=00000000-0000-7000-8000-000000000000",
        "/models" => "action=rollback&reason=test",
        "/logout" | "/api/v1/import" => "",
        _ => "true_label=8",
    }
}

/// A request to a route for this drawing.
fn request(stack: &Stack, method: &str, path: &str, id: &str) -> RequestBuilder {
    let version = if path.starts_with("/v2") { "none" } else { VERSION };
    let address = path
        .replace("{id}", id)
        .replace("{hash}", "0")
        .replace("{model}", "digits")
        .replace("{version}", version)
        .replace("{list}/{index}", "gained/0")
        .replace("{*path}", "styles/base.css");
    let address = if path == "/api/v1/calibration" { format!("{address}?confidence=0.5") } else { address };
    let request = stack.http.request(Method::from_bytes(method.as_bytes()).unwrap(), stack.url(&address));
    match (method, path) {
        ("POST", "/upload") => stack.upload("/upload", drawings::Picture::default().png(&drawings::all()[8])),
        ("POST", "/predict" | "/predict/" | "/explain") => {
            stack.post(path, "application/json", drawings::all()[8].to_string())
        }
        ("PUT", _) => request.header("content-type", "application/json").body("{\"true_label\":8}"),
        ("POST", "/label" | "/gallery/review") => {
            request.header("content-type", "application/x-www-form-urlencoded").body(format!("{}{id}", form(path)))
        }
        ("POST", _) => request.header("content-type", "application/x-www-form-urlencoded").body(form(path)),
        _ => request,
    }
}

/// Submits a drawing with an API token; its id.
async fn drawn_with(stack: &Stack, token: &str) -> String {
    let request = stack.post("/predict", "application/json", drawings::all()[8].to_string()).bearer_auth(token);
    json(request.send().await.unwrap(), StatusCode::OK).await["id"].as_str().unwrap().to_owned()
}

/// Puts a drawing into the gallery, as if a visitor had drawn it on the canvas.
async fn show_in_gallery(stack: &Stack, id: &str) {
    let query = sqlx::query("insert into gallery_drawings (prediction_id, state) values ($1::uuid, 'shown')").bind(id);
    query.execute(&mut stack.sql().await).await.unwrap();
}

#[tokio::test]
async fn asvs_8_2_1_and_8_3_1_every_route_gives_every_caller_the_expected_status() {
    let settings = Settings { has_public_gallery: true, ..settings_with_accounts() };
    let stack = Stack::with_settings(settings).await;
    let operator = Person::invited(&stack, "ada", "operator").await;
    let labeller = Person::invited(&stack, "grace", "labeller").await;
    let (visitor, other) = (Person::new(&stack), Person::new(&stack));
    for person in [&visitor, &other] {
        person.get("/").await.page(StatusCode::OK).await;
    }
    stack.add_first_model(VERSION).await;
    let (training, reading) =
        (token(&operator, "trainer", &["training"]).await, token(&operator, "reader", &["models:read"]).await);
    let drawing_token = token(&operator, "draws", &["predict"]).await;
    let mut wrong = Vec::new();
    for (method, path, scope, expected) in MATRIX {
        let scoped = token(&operator, "scoped", &[scope]).await;
        for (number, (caller, expected)) in CALLERS.iter().zip(expected).enumerate() {
            // A session that a row before has ended.
            for (person, name) in [(&operator, "ada"), (&labeller, "grace")] {
                if person.get("/account").await.status() != StatusCode::OK {
                    person.log_in(name, Person::PASSWORD).await.leads_to("/account");
                }
            }
            let (id, deletion_token) = match *caller {
                "the token that drew" => (drawn_with(&stack, &drawing_token).await, String::new()),
                "the deletion token" => {
                    let answer = stack.draw(&drawings::all()[8]).await;
                    let part = |name: &str| answer[name].as_str().unwrap().to_owned();
                    (part("id"), part("deletion_token"))
                }
                _ => (visitor.draw().await, String::new()),
            };
            show_in_gallery(&stack, &id).await;
            let request = request(&stack, method, path, &id);
            // Each caller has an address, so that wrong passwords of one do not slow down the next.
            let request = request.header("x-forwarded-for", format!("198.51.100.{number}"));
            let status = match *caller {
                "nobody" => request.send().await.unwrap().status(),
                "the visitor who drew" => visitor.send_as_program(request).await.status(),
                "another visitor" => other.send_as_program(request).await.status(),
                "a labeller" => labeller.send_as_program(request).await.status(),
                "an operator" => operator.send_as_program(request).await.status(),
                "a token with the scope" => request.bearer_auth(&scoped).send().await.unwrap().status(),
                "a token with another scope" => {
                    let other = if *scope == "training" { &reading } else { &training };
                    request.bearer_auth(other).send().await.unwrap().status()
                }
                "the token that drew" => request.bearer_auth(&drawing_token).send().await.unwrap().status(),
                _ => request.header("deletion-token", deletion_token).send().await.unwrap().status(),
            };
            if status.as_u16() != *expected {
                wrong.push(format!("{method} {path} for {caller}: {status}, not {expected}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    stack.metrics().await;
}

#[test]
fn the_matrix_lists_every_registered_route() {
    let listed: BTreeSet<_> = MATRIX.iter().map(|(method, path, ..)| format!("{method} {path}")).collect();
    let registered: BTreeSet<_> =
        api::registered_routes().into_iter().map(|(method, path)| format!("{method} {path}")).collect();
    assert_eq!(listed, registered);
}

/// The rows of each table as text, without the times of the last use.
async fn content(stack: &Stack) -> BTreeMap<String, String> {
    let mut sql = stack.sql().await;
    let tables = "select table_name::text from information_schema.tables
                  where table_schema = 'public' and table_type = 'BASE TABLE'";
    let tables: Vec<String> = sqlx::query_scalar(tables).fetch_all(&mut sql).await.unwrap();
    let mut content = BTreeMap::new();
    for table in tables {
        // Only reading a file has an entry of its own in the audit log.
        let rows = format!(
            "select coalesce(string_agg(content, chr(10) order by content), '')
             from (select (to_jsonb(t) - 'used_at')::text as content from {table} t) rows
             where '{table}' <> 'audit_log' or content not like '%\"action\": \"export\"%'"
        );
        content.insert(table, sqlx::query_scalar(sqlx::AssertSqlSafe(rows)).fetch_one(&mut sql).await.unwrap());
    }
    content
}

#[tokio::test]
async fn asvs_3_5_3_no_get_request_changes_anything() {
    let settings = Settings { has_public_gallery: true, ..settings_with_accounts() };
    let stack = Stack::with_settings(settings).await;
    let operator = Person::invited(&stack, "ada", "operator").await;
    let visitor = Person::visitor(&stack).await;
    stack.add_first_model(VERSION).await;
    let id = visitor.draw().await;
    show_in_gallery(&stack, &id).await;
    token(&operator, "reader", &["read"]).await;
    // So that the maintenance has nothing to do.
    let apply = "select apply_pending_counts(), apply_pending_stored_inputs()";
    sqlx::query(apply).execute(&mut stack.sql().await).await.unwrap();
    let before = content(&stack).await;
    for table in ["predictions", "sessions", "audit_log", "models", "visitors", "prediction_counts"] {
        assert!(!before[table].is_empty(), "{table}");
    }
    for (method, path) in api::registered_routes() {
        if method == Method::GET {
            let status = operator.send_as_program(request(&stack, "GET", &path, &id)).await.status();
            assert!(!matches!(status.as_u16(), 401 | 403 | 500..), "{path}: {status}");
        }
    }
    let after = content(&stack).await;
    let changed: Vec<_> = before.keys().filter(|table| before[*table] != after[*table]).collect();
    assert!(changed.is_empty(), "{changed:?}");
}

#[tokio::test]
async fn asvs_8_2_2_a_drawing_of_another_person_is_in_no_list_and_not_there_by_its_id() {
    let stack = Stack::with_accounts().await;
    let (visitor, other) = (Person::new(&stack), Person::new(&stack));
    for person in [&visitor, &other] {
        person.get("/").await.page(StatusCode::OK).await;
    }
    let id = visitor.draw().await;
    let mut listed = 0;
    for (method, path) in api::registered_routes() {
        if method != Method::GET {
            continue;
        }
        let get = async |person: &Person<'_>| person.send_as_program(request(&stack, "GET", &path, &id)).await;
        let reply = get(&other).await;
        let status = reply.status();
        if path.contains("{id}") {
            assert_eq!(status, StatusCode::NOT_FOUND, "{path}");
        } else if status == StatusCode::OK && !path.starts_with("/docs") {
            assert!(!reply.page(status).await.contains(&id), "{path}");
            listed += usize::from(get(&visitor).await.page(status).await.contains(&id));
        }
    }
    assert!(
        listed >= 5,
        "the visitor finds it on the first page, in its strip, in the history, in the list and in the export"
    );
}
