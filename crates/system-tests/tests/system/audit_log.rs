//! The audit log: who did what to which token, export or drawing, and which credentials were refused.

use crate::{
    person::{Person, bearer, settings_with_accounts, token},
    stack::{ANY, MODEL_REQUESTS, Stack, start_model},
};
use api::Settings;
use reqwest::{Method, StatusCode};
use uuid::Uuid;

/// An entry: actor, subject and details.
type Entry = (Option<String>, Option<String>, Option<String>);

/// The entries of an action, in order.
async fn entries(stack: &Stack, action: &str) -> Vec<Entry> {
    let query = "select actor, subject, details from audit_log where action = $1 and not is_refused order by id";
    sqlx::query_as(query).bind(action).fetch_all(&mut stack.sql().await).await.unwrap()
}

fn entry(actor: &str, subject: &str, details: Option<&str>) -> Entry {
    (Some(actor.to_owned()), Some(subject.to_owned()), details.map(str::to_owned))
}

/// The ids of all API tokens, in order.
async fn token_ids(stack: &Stack) -> Vec<String> {
    let query = sqlx::query_scalar::<_, Uuid>("select id from api_tokens order by id");
    query.fetch_all(&mut stack.sql().await).await.unwrap().iter().map(Uuid::to_string).collect()
}

#[tokio::test]
async fn an_entry_about_a_token_has_its_id_and_an_entry_by_a_token_names_its_person() {
    let stack = Stack::with_accounts().await;
    let ada = Person::invited(&stack, "ada", "operator").await;
    let grace = Person::invited(&stack, "grace", "operator").await;
    let nightly = token(&ada, "grace", &["export"]).await;
    token(&grace, "reader", &["read"]).await;
    token(&grace, "reader", &["read", "label"]).await;
    let path = "/api/v1/export/predictions.csv?predicted=8&incorrect=true&since=2026-11-01";
    assert_eq!(bearer(&stack, &nightly, path).await.status(), StatusCode::OK);
    let ids = token_ids(&stack).await;
    ada.post("/account/tokens/revoke", &[("id", &ids[0])]).await.leads_to("/account");
    ada.post("/people", &[("name", "grace"), ("action", "disable")]).await.page(StatusCode::OK).await;

    let created = [("ada", "grace", "export"), ("grace", "reader", "read"), ("grace", "reader", "read label")];
    let with_id = |((actor, name, scopes), id): (_, &String)| entry(actor, name, Some(&format!("{id}: {scopes}")));
    assert_eq!(entries(&stack, "create_token").await, created.into_iter().zip(&ids).map(with_id).collect::<Vec<_>>());
    let mut revoked = entries(&stack, "revoke_token").await;
    revoked.sort_by(|one, other| one.2.cmp(&other.2));
    let names = ["grace", "reader", "reader"];
    let expected: Vec<_> = names.iter().zip(&ids).map(|(name, id)| entry("ada", name, Some(id))).collect();
    assert_eq!(revoked, expected);
    let conditions = "predicted=8&incorrect=true&since=2026-11-01T00:00:00Z";
    let exported = entry("API token \"grace\" of ada", "predictions.csv", Some(conditions));
    assert_eq!(entries(&stack, "export").await, [exported], "the token is not the person of the same name");
}

#[tokio::test]
async fn no_person_can_have_a_name_that_means_something_else_in_the_audit_log() {
    let stack = Stack::with_accounts().await;
    let ada = Person::invited(&stack, "ada", "operator").await;
    for name in ["command line", "Command Line", "API token \"x\" of grace", "service token", "Digits", "anybody"] {
        let form = [("name", name), ("action", "invite"), ("role", "operator")];
        assert_eq!(ada.post("/people", &form).await.status(), StatusCode::UNPROCESSABLE_ENTITY, "{name}");
    }
    Person::new(&stack).log_in("API token", "wrong password").await;
    assert_eq!(stack.audited("login", true).await, [""], "nobody can write a refused API token into the log");
}

#[tokio::test]
async fn asvs_16_3_1_guessed_codes_and_tokens_make_one_entry_for_each_address_and_minute() {
    let stack = Stack::with_accounts().await;
    let guesser = Person::new(&stack).at("203.0.113.9");
    for _ in 0..20 {
        let (code, password) = (Uuid::new_v4().to_string(), "correct horse battery");
        let refused = guesser.post("/invitation", &[("code", &code), ("password", password)]).await;
        assert_eq!(refused.status(), StatusCode::UNPROCESSABLE_ENTITY);
        for guess in [format!("dgt_{}{}", Uuid::new_v4().simple(), Uuid::new_v4().simple()), "nonsense".to_owned()] {
            let request = stack.get("/api/v1/predictions").bearer_auth(guess);
            assert_eq!(guesser.send_as_program(request).await.status(), StatusCode::UNAUTHORIZED);
        }
    }
    let query = "select subject, count(*) = count(distinct date_trunc('minute', created_at)) from audit_log
                 where is_refused and address = '203.0.113.9' and actor is null group by subject order by subject";
    let found: Vec<(String, bool)> = sqlx::query_as(query).fetch_all(&mut stack.sql().await).await.unwrap();
    assert_eq!(found, [("API token".to_owned(), true), ("invitation code".to_owned(), true)]);
}

#[tokio::test]
async fn asvs_16_3_2_a_role_or_a_scope_that_is_missing_makes_one_entry_for_each_name_address_and_minute() {
    let stack = Stack::with_accounts().await;
    let ada = Person::invited(&stack, "ada", "operator").await;
    let grace = Person::invited(&stack, "grace", "labeller").await.at("203.0.113.9");
    let reader = token(&ada, "reader", &["read"]).await;
    for _ in 0..5 {
        assert_eq!(grace.get("/people").await.status(), StatusCode::FORBIDDEN);
        assert_eq!(bearer(&stack, &reader, "/api/v1/export/predictions.csv").await.status(), StatusCode::FORBIDDEN);
        Person::new(&stack).get("/people").await.leads_to("/login?next=%2Fpeople");
    }
    grace.get("/account").await.page(StatusCode::OK).await;
    let elsewhere = grace.at("198.51.100.7");
    assert_eq!(elsewhere.get("/audit").await.status(), StatusCode::FORBIDDEN);
    let query = "select actor, subject, address, count(*) from audit_log
                 where is_refused and action = 'access' group by actor, subject, address order by actor, address";
    let found: Vec<(String, String, String, i64)> =
        sqlx::query_as(query).fetch_all(&mut stack.sql().await).await.unwrap();
    assert!(found.iter().all(|(.., entries)| *entries < 5), "{found:?}");
    let found: Vec<_> = found.iter().map(|(actor, route, address, _)| (&**actor, &**route, &**address)).collect();
    let expected = [
        ("API token \"reader\" of ada", "GET /api/v1/export/predictions.csv", "127.0.0.1"),
        ("grace", "GET /audit", "198.51.100.7"),
        ("grace", "GET /people", "203.0.113.9"),
    ];
    assert_eq!(found, expected);
    let page = ada.get("/audit").await.page(StatusCode::OK).await;
    assert!(page.contains("GET /people") && page.contains("access (refused)"), "{page}");
}

#[tokio::test]
async fn people_who_delete_all_their_drawings_are_recorded_and_visitors_are_not() {
    let stack = Stack::with_accounts().await;
    let ada = Person::invited(&stack, "ada", "labeller").await;
    let visitor = Person::visitor(&stack).await;
    for person in [&ada, &visitor] {
        person.draw().await;
        person.draw().await;
        let request = stack.http.request(Method::DELETE, stack.url("/api/v1/me"));
        assert_eq!(person.send_as_program(request).await.status(), StatusCode::NO_CONTENT);
    }
    assert_eq!(stack.rows().await, 0);
    assert_eq!(entries(&stack, "delete_own_drawings").await, [entry("ada", "2", None)]);
}

#[tokio::test]
async fn a_setting_that_changed_is_recorded_when_the_service_starts() {
    let stack = Stack::with_accounts().await;
    let recorded = async |name: &str| {
        let entries = entries(&stack, "change_setting").await;
        let of_name = entries.into_iter().filter(|(_, subject, _)| subject.as_deref() == Some(name));
        of_name.map(|(actor, _, value)| (actor.unwrap(), value.unwrap_or_default())).collect::<Vec<_>>()
    };
    let expected = |values: &[&str]| values.iter().map(|value| ("digits".into(), (*value).into())).collect::<Vec<_>>();
    let until_recorded = async |name: &str, values: &[&str]| {
        for _ in 0..600 {
            if recorded(name).await == expected(values) {
                return;
            }
            tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        }
        panic!("{name}: {:?}, not {values:?}", recorded(name).await);
    };
    until_recorded("API_ACCESS", &["accounts"]).await;
    // BACKUP_DAYS changes each time: its entry shows that one process has recorded its settings before the next one starts.
    let days = ["1", "2", "3"];
    for (restart, limit, limits) in [(0, "1MB", &["1MB"][..]), (1, "1MB", &["1MB"]), (2, "", &["1MB", ""])] {
        let mut settings = Settings { storage_limit: limit.parse().ok(), ..settings_with_accounts() };
        settings.operator.backup_days = days[restart].parse().ok();
        let model = start_model(ANY.parse().unwrap()).await;
        let _restarted = Stack::on(model, stack.database.clone(), MODEL_REQUESTS, settings).await;
        until_recorded("BACKUP_DAYS", &days[..=restart]).await;
        assert_eq!(recorded("STORAGE_LIMIT").await, expected(limits));
    }
    assert_eq!(recorded("API_ACCESS").await, expected(&["accounts"]));
}
