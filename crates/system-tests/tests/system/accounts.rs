//! Accounts: people log in, see what their role allows, and lose access at once when an operator says so.

use crate::{
    pages::between,
    person::{Person, bearer, settings_with_accounts, token},
    stack::{Stack, json},
    test_logs,
};
use api::{ApiAccess, Operator, Settings, UserCommand, run_user_command};
use reqwest::StatusCode;
use std::collections::BTreeSet;

#[tokio::test]
async fn a_fresh_database_has_no_user_and_the_first_operator_comes_from_the_command_line() {
    let stack = Stack::with_accounts().await;
    let users: i64 = sqlx::query_scalar("select count(*) from users").fetch_one(&mut stack.sql().await).await.unwrap();
    assert_eq!(users, 0, "asvs 6.3.2: there is no default account");

    let ada = Person::invited(&stack, "ada", "operator").await;
    let page = ada.get("/account").await.page(StatusCode::OK).await;
    assert!(page.contains("You are logged in as") && page.contains("href=\"/people\""), "{page}");
}

#[tokio::test]
async fn asvs_6_4_1_an_invitation_works_once_and_for_15_minutes() {
    let stack = Stack::with_accounts().await;
    let code = stack.invite("ada", "operator").await;
    let accept = async |code: &str| {
        let visitor = Person::new(&stack);
        let form = [("code", code), ("password", "correct horse battery")];
        visitor.post("/invitation", &form).await.status()
    };
    assert_eq!(accept("00000000-0000-4000-8000-000000000000").await, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(accept(&code).await, StatusCode::SEE_OTHER);
    assert_eq!(accept(&code).await, StatusCode::UNPROCESSABLE_ENTITY, "it works once");

    let code = stack.invite("grace", "labeller").await;
    stack.move_clock("invitations", "expires_at", "15 minutes").await;
    assert_eq!(accept(&code).await, StatusCode::UNPROCESSABLE_ENTITY, "it is too old");
}

#[tokio::test]
async fn a_wrong_password_and_an_unknown_name_get_the_same_answer_and_make_an_audit_row() {
    let stack = Stack::with_accounts().await;
    Person::invited(&stack, "ada", "operator").await;
    let mut pages = Vec::new();
    for name in ["ada", "nobody"] {
        let page = Person::new(&stack).log_in(name, "wrong password").await.page(StatusCode::UNAUTHORIZED).await;
        pages.push(page.replace(name, "…"));
    }
    assert!(pages[0].contains("The name and the password do not belong together"), "{}", pages[0]);
    assert!(pages[0].contains("action=\"/login\""), "the form is there to try again: {}", pages[0]);
    assert_eq!(pages[0], pages[1], "asvs 6.3.8");
    assert_eq!(stack.audited("login", true).await, ["ada", "nobody"], "asvs 16.3.1");
}

#[tokio::test]
async fn asvs_6_3_1_and_6_1_1_guesses_from_one_address_are_slowed_and_the_person_logs_in_from_another() {
    let stack = Stack::with_accounts().await;
    Person::invited(&stack, "ada", "operator").await;
    let guesser = Person::new(&stack).at("203.0.113.9");
    let mut slowed = 0;
    for _ in 0..200 {
        let response = guesser.log_in("ada", "wrong password").await;
        match response.status() {
            StatusCode::UNAUTHORIZED => {}
            StatusCode::TOO_MANY_REQUESTS => {
                assert!(response.header("retry-after").unwrap().parse::<u64>().unwrap() >= 1);
                slowed += 1;
            }
            other => panic!("{other}"),
        }
    }
    assert!(slowed > 190, "{slowed} of 200 guesses were slowed");
    let right = guesser.log_in("ada", Person::PASSWORD).await.status();
    assert_eq!(right, StatusCode::TOO_MANY_REQUESTS, "the guesser waits, even with the right password");
    let ada = Person::new(&stack).at("198.51.100.7").log_in("ada", Person::PASSWORD).await;
    assert_eq!(ada.status(), StatusCode::SEE_OTHER, "nobody can lock another person out");
    assert_eq!(stack.audited("login", true).await.len(), 1, "one row for each name, address and minute");
}

#[tokio::test]
async fn a_pupil_who_tries_many_names_does_not_keep_a_teacher_out_who_has_logged_in_at_that_browser_before() {
    const SCHOOL: &str = "203.0.113.9";
    let stack = Stack::with_accounts().await;
    let ada = Person::new(&stack).at(SCHOOL);
    let code = stack.invite("ada", "operator").await;
    ada.post("/invitation", &[("code", &code), ("password", Person::PASSWORD)]).await.leads_to("/account");
    ada.post("/logout", &[]).await.leads_to("/");
    Person::invited(&stack, "grace", "labeller").await;

    let pupil = Person::new(&stack).at(SCHOOL);
    let mut statuses = BTreeSet::new();
    for name in 0..60 {
        statuses.insert(pupil.log_in(&format!("name {name}"), "wrong password").await.status());
    }
    assert!(statuses.contains(&StatusCode::TOO_MANY_REQUESTS), "{statuses:?}");
    let status = async |person: &Person<'_>, name: &str| person.log_in(name, Person::PASSWORD).await.status();
    for name in ["ada", "grace"] {
        assert_eq!(status(&pupil, name).await, StatusCode::TOO_MANY_REQUESTS, "{name}");
    }
    assert_eq!(status(&ada, "grace").await, StatusCode::TOO_MANY_REQUESTS, "ada's browser is not known to grace");
    assert_eq!(status(&ada, "ada").await, StatusCode::SEE_OTHER);

    // The delay of one name at one address holds in this browser, too.
    ada.post("/logout", &[]).await.leads_to("/");
    for _ in 0..3 {
        ada.log_in("ada", "wrong password").await.page(StatusCode::UNAUTHORIZED).await;
    }
    assert_eq!(status(&ada, "ada").await, StatusCode::TOO_MANY_REQUESTS);
}

#[tokio::test]
async fn codes_that_one_address_guesses_count_as_failed_logins_before_any_query() {
    let stack = Stack::with_accounts().await;
    let code = stack.invite("ada", "operator").await;
    let guesser = Person::new(&stack).at("203.0.113.9");
    let accept = async |person: &Person<'_>, code: &str| {
        person.post("/invitation", &[("code", code), ("password", Person::PASSWORD)]).await.status()
    };
    for _ in 0..50 {
        assert_eq!(accept(&guesser, "00000000-0000-4000-8000-000000000000").await, StatusCode::UNPROCESSABLE_ENTITY);
    }
    assert_eq!(accept(&guesser, &code).await, StatusCode::TOO_MANY_REQUESTS);
    sqlx::query("alter table invitations rename to renamed").execute(&mut stack.sql().await).await.unwrap();
    assert_eq!(accept(&guesser, &code).await, StatusCode::TOO_MANY_REQUESTS, "the database is not asked");
    sqlx::query("alter table renamed rename to invitations").execute(&mut stack.sql().await).await.unwrap();
    assert_eq!(accept(&Person::new(&stack).at("198.51.100.7"), &code).await, StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn an_address_that_a_client_forges_does_not_help_it_to_guess() {
    let stack = Stack::with_accounts().await;
    Person::invited(&stack, "ada", "operator").await;
    let mut statuses = Vec::new();
    for guess in 0..10 {
        // The proxy appends the address that it saw to what the client forged.
        let guesser = Person::new(&stack).at(&format!("10.1.1.{guess}, 203.0.113.9"));
        statuses.push(guesser.log_in("ada", "wrong password").await.status());
    }
    assert!(statuses.contains(&StatusCode::TOO_MANY_REQUESTS), "asvs 4.1.3: {statuses:?}");
}

#[tokio::test]
async fn asvs_7_2_4_a_login_makes_a_new_session_and_7_4_1_a_logout_ends_it() {
    let stack = Stack::with_accounts().await;
    let ada = Person::invited(&stack, "ada", "operator").await;
    let before = ada.cookie("session").unwrap();
    assert_eq!(ada.log_in("ada", Person::PASSWORD).await.status(), StatusCode::SEE_OTHER);
    let after = ada.cookie("session").unwrap();
    assert_ne!(before, after);
    let attributes = ada.set_cookie("session").unwrap();
    assert!(attributes.ends_with("; Path=/; Max-Age=2592000; HttpOnly; SameSite=Lax"), "asvs 3.3: {attributes}");

    let visitor = ada.cookie("visitor").unwrap();
    assert_eq!(ada.post("/logout", &[]).await.status(), StatusCode::SEE_OTHER);
    assert_ne!(ada.cookie("visitor").unwrap(), visitor, "the next person at this computer is another visitor");
    ada.set("session", &after);
    ada.get("/account").await.leads_to("/login?next=%2Faccount");
}

#[tokio::test]
async fn asvs_7_3_1_and_7_3_2_a_session_ends_12_hours_after_its_last_use_and_30_days_after_the_login() {
    let stack = Stack::with_accounts().await;
    let ada = Person::invited(&stack, "ada", "operator").await;
    stack.move_clock("sessions", "used_at", "11 hours 59 minutes").await;
    ada.get("/account").await.page(StatusCode::OK).await;
    stack.move_clock("sessions", "used_at", "12 hours").await;
    ada.get("/account").await.leads_to("/login?next=%2Faccount");

    ada.log_in("ada", Person::PASSWORD).await;
    stack.move_clock("sessions", "created_at", "30 days").await;
    ada.get("/account").await.leads_to("/login?next=%2Faccount");
}

#[tokio::test]
async fn a_change_of_the_password_needs_the_old_one_and_ends_the_other_sessions() {
    let stack = Stack::with_accounts().await;
    let ada = Person::invited(&stack, "ada", "operator").await;
    let elsewhere = Person::new(&stack);
    elsewhere.log_in("ada", Person::PASSWORD).await;
    let change =
        async |old: &str, new: &str| ada.post("/account/password", &[("old", old), ("new", new)]).await.status();
    assert_eq!(change("wrong password", "another horse battery").await, StatusCode::UNAUTHORIZED, "asvs 6.2.3");
    assert_eq!(change(Person::PASSWORD, "short").await, StatusCode::UNPROCESSABLE_ENTITY, "asvs 6.2.1");
    assert_eq!(change(Person::PASSWORD, "password123456").await, StatusCode::UNPROCESSABLE_ENTITY, "asvs 6.2.4");
    elsewhere.get("/account").await.page(StatusCode::OK).await;
    assert_eq!(change(Person::PASSWORD, "another horse battery").await, StatusCode::SEE_OTHER);
    ada.get("/account").await.page(StatusCode::OK).await;
    elsewhere.get("/account").await.leads_to("/login?next=%2Faccount");
}

#[tokio::test]
async fn asvs_6_2_8_a_password_is_checked_exactly_as_the_person_typed_it() {
    let stack = Stack::with_accounts().await;
    let password = format!("  Größe ü {} + % & ", "a long passphrase ".repeat(4));
    assert!(password.chars().count() > 80);
    let code = stack.invite("ada", "operator").await;
    let form = [("code", &*code), ("password", &*password)];
    Person::new(&stack).post("/invitation", &form).await.leads_to("/account");
    Person::new(&stack).log_in("ada", &password).await.leads_to("/account");
    let others = [password.trim(), &password.to_lowercase(), &password[..72], &password.replace("  ", " ")];
    for (other, number) in others.into_iter().zip(1..) {
        let guesser = Person::new(&stack).at(&format!("203.0.113.{number}"));
        assert_eq!(guesser.log_in("ada", other).await.status(), StatusCode::UNAUTHORIZED, "{other:?}");
    }
}

#[tokio::test]
async fn asvs_7_4_5_an_operator_ends_all_sessions_of_a_person() {
    let stack = Stack::with_accounts().await;
    let ada = Person::invited(&stack, "ada", "operator").await;
    for action in ["reset", "disable"] {
        let grace = Person::invited(&stack, action, "labeller").await;
        let elsewhere = Person::new(&stack);
        elsewhere.log_in(action, Person::PASSWORD).await.leads_to("/account");
        ada.post("/people", &[("name", action), ("action", action)]).await.page(StatusCode::OK).await;
        for session in [&grace, &elsewhere] {
            session.get("/account").await.leads_to("/login?next=%2Faccount");
        }
    }
}

#[tokio::test]
async fn asvs_14_2_1_no_address_holds_a_secret() {
    let stack = Stack::with_accounts().await;
    let (ada, code) = (Person::new(&stack), stack.invite("ada", "operator").await);
    let form = [("code", &*code), ("password", Person::PASSWORD)];
    ada.post("/invitation", &form).await.leads_to("/account");
    let form = [("name", "ada"), ("password", Person::PASSWORD), ("next", "/history")];
    ada.post("/login", &form).await.leads_to("/history");
    let form = [("old", Person::PASSWORD), ("new", "another horse battery")];
    ada.post("/account/password", &form).await.leads_to("/account");

    let visitor = Person::new(&stack);
    let created = ada.post("/account/tokens", &[("name", "reader"), ("scope", "read"), ("days", "7")]).await;
    let created = created.page(StatusCode::OK).await;
    let invited = ada.post("/people", &[("name", "grace"), ("action", "invite"), ("role", "labeller")]).await;
    let invited = invited.page(StatusCode::OK).await;
    let [token, invitation] = [&created, &invited].map(|page| between(page, "<code>", "</code>")[0]);
    test_logs::secret("API token", token);
    test_logs::secret("invitation code", invitation);
    let pages = format!("{created}{invited}");
    for start in ["href=\"", "action=\"", "src=\""] {
        let addresses = between(&pages, start, "\"");
        let hold_no = |secret: &str| addresses.iter().all(|address| !address.contains(secret));
        assert!(hold_no(token) && hold_no(invitation), "{addresses:?}");
    }
    for page in [visitor.get("/login").await, visitor.get("/invitation").await, ada.get("/account").await] {
        let page = page.page(StatusCode::OK).await;
        let forms = page.split("<form").skip(1).map(|form| form.split("</form>").next().unwrap());
        let secret: Vec<_> =
            forms.filter(|form| form.contains("type=\"password\"") || form.contains("name=\"code\"")).collect();
        assert!(!secret.is_empty() && secret.iter().all(|form| form.contains("method=\"post\"")), "{secret:?}");
    }
    // The service ignores secrets in addresses, so nobody begins to write them there.
    let page = visitor.get(&format!("/invitation?code={invitation}")).await.page(StatusCode::OK).await;
    assert!(!page.contains(&format!("value=\"{invitation}\"")), "{page}");
    for name in ["token", "access_token", "authorization", "deletion_token"] {
        let path = format!("/api/v1/quality?{name}={token}");
        assert!(!stack.get(&path).send().await.unwrap().status().is_success(), "{name}");
    }
}

#[tokio::test]
async fn asvs_7_5_2_a_person_sees_and_ends_sessions() {
    let stack = Stack::with_accounts().await;
    let ada = Person::invited(&stack, "ada", "labeller").await;
    let elsewhere = Person::new(&stack);
    elsewhere.log_in("ada", Person::PASSWORD).await;
    let page = ada.get("/account").await.page(StatusCode::OK).await;
    let mut sessions = crate::pages::between(&page, "name=\"id\" value=\"", "\"");
    sessions.retain(|id| !id.is_empty());
    assert_eq!(sessions.len(), 2, "{page}");
    let this: uuid::Uuid = sqlx::query_scalar("select id from sessions order by created_at limit 1")
        .fetch_one(&mut stack.sql().await)
        .await
        .unwrap();
    let other = sessions.iter().find(|id| **id != this.to_string()).unwrap();
    assert_eq!(ada.post("/account/sessions/end", &[("id", other)]).await.status(), StatusCode::SEE_OTHER);
    elsewhere.get("/account").await.leads_to("/login?next=%2Faccount");
    ada.get("/account").await.page(StatusCode::OK).await;
}

#[tokio::test]
async fn a_role_changes_at_once_and_the_last_operator_stays() {
    let stack = Stack::with_accounts().await;
    let ada = Person::invited(&stack, "ada", "operator").await;
    let grace = Person::invited(&stack, "grace", "operator").await;
    let change = async |by: &Person, name: &str, action: &str, role: &str| {
        by.post("/people", &[("name", name), ("action", action), ("role", role)]).await.status()
    };
    assert_eq!(change(&ada, "grace", "set_role", "labeller").await, StatusCode::OK);
    grace.get("/people").await.leads_to("/login?next=%2Fpeople");
    grace.log_in("grace", Person::PASSWORD).await;
    assert_eq!(grace.get("/people").await.status(), StatusCode::FORBIDDEN, "asvs 8.3.2");
    assert_eq!(change(&ada, "ada", "disable", "").await, StatusCode::CONFLICT, "the last operator stays");
    assert_eq!(change(&ada, "ada", "set_role", "labeller").await, StatusCode::CONFLICT);
    assert_eq!(change(&ada, "nobody", "disable", "").await, StatusCode::NOT_FOUND);
    assert_eq!(
        change(&ada, "GRACE", "invite", "labeller").await,
        StatusCode::CONFLICT,
        "names differ in more than case"
    );
}

#[tokio::test]
async fn asvs_7_4_2_a_disabled_person_loses_sessions_and_tokens_at_once() {
    let stack = Stack::with_accounts().await;
    let ada = Person::invited(&stack, "ada", "operator").await;
    let grace = Person::invited(&stack, "grace", "operator").await;
    let token = token(&grace, "reader", &["read"]).await;
    assert_eq!(bearer(&stack, &token, "/api/v1/predictions").await.status(), StatusCode::OK);
    ada.post("/people", &[("name", "grace"), ("action", "disable")]).await.page(StatusCode::OK).await;
    grace.get("/account").await.leads_to("/login?next=%2Faccount");
    assert_eq!(bearer(&stack, &token, "/api/v1/predictions").await.status(), StatusCode::UNAUTHORIZED);
    assert_eq!(grace.log_in("grace", Person::PASSWORD).await.status(), StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn a_token_is_shown_once_kept_as_a_hash_and_revoked() {
    let stack = Stack::with_accounts().await;
    let ada = Person::invited(&stack, "ada", "operator").await;
    let token = token(&ada, "nightly export", &["export", "predict"]).await;
    assert!(token.starts_with("dgt_") && token.len() == 68, "{token}");
    assert!(!ada.get("/account").await.page(StatusCode::OK).await.contains(&token));
    assert_eq!(bearer(&stack, &token, "/api/v1/export/predictions.csv").await.status(), StatusCode::OK);
    let missing = json(bearer(&stack, &token, "/api/v1/quality").await, StatusCode::FORBIDDEN).await;
    assert!(missing["detail"].as_str().unwrap().contains("\"read\""), "{missing}");
    for wrong in ["dgt_", "nonsense", &format!("dgt_{}", "0".repeat(64))] {
        let rejected = bearer(&stack, wrong, "/livez").await.status();
        assert_eq!(rejected, StatusCode::OK, "probes ask for nothing");
        assert_eq!(bearer(&stack, wrong, "/api/v1/predictions").await.status(), StatusCode::UNAUTHORIZED, "{wrong}");
    }

    let id: uuid::Uuid =
        sqlx::query_scalar("select id from api_tokens").fetch_one(&mut stack.sql().await).await.unwrap();
    ada.post("/account/tokens/revoke", &[("id", &id.to_string())]).await.leads_to("/account");
    assert_eq!(bearer(&stack, &token, "/api/v1/export/predictions.csv").await.status(), StatusCode::UNAUTHORIZED);
    assert_eq!(stack.audited("create_token", false).await, ["nightly export"]);
    assert_eq!(stack.audited("revoke_token", false).await, ["nightly export"]);
    assert_eq!(stack.audited("export", false).await, ["predictions.csv"]);
}

#[tokio::test]
async fn a_token_expires() {
    let stack = Stack::with_accounts().await;
    let ada = Person::invited(&stack, "ada", "operator").await;
    let token = token(&ada, "reader", &["read"]).await;
    stack.move_clock("api_tokens", "expires_at", "7 days").await;
    assert_eq!(bearer(&stack, &token, "/api/v1/predictions").await.status(), StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn drawings_of_a_browser_belong_to_the_person_who_logs_in_with_it_and_not_to_the_next_one() {
    let stack = Stack::with_accounts().await;
    let ada = Person::visitor(&stack).await;
    let drawing = ada.draw().await;
    let code = stack.invite("ada", "labeller").await;
    ada.post("/invitation", &[("code", &code), ("password", Person::PASSWORD)]).await.leads_to("/account");
    let phone = Person::new(&stack);
    phone.log_in("ada", Person::PASSWORD).await;
    let history = phone.get("/").await.page(StatusCode::OK).await;
    assert!(history.contains(&drawing), "the strip shows the drawings of both browsers");

    ada.post("/logout", &[]).await.leads_to("/");
    assert!(
        !ada.get("/").await.page(StatusCode::OK).await.contains(&drawing),
        "a visitor at this computer does not see it"
    );
    let code = stack.invite("grace", "labeller").await;
    ada.post("/invitation", &[("code", &code), ("password", Person::PASSWORD)]).await.leads_to("/account");
    assert!(!ada.get("/").await.page(StatusCode::OK).await.contains(&drawing));
}

#[tokio::test]
async fn a_visitor_downloads_and_deletes_everything_that_is_theirs_and_nothing_else() {
    let stack = Stack::with_accounts().await;
    let (ada, grace) = (Person::new(&stack), Person::new(&stack));
    for person in [&ada, &grace] {
        person.get("/").await.page(StatusCode::OK).await;
    }
    let (mine, other) = (ada.draw().await, grace.draw().await);
    let second = ada.draw().await;
    let lines = ada.get("/api/v1/me").await.page(StatusCode::OK).await;
    assert!(lines.contains(&mine) && lines.contains(&second) && !lines.contains(&other), "{lines}");
    assert_eq!(lines.lines().count(), 2);

    let unconfirmed = ada.post("/privacy/delete", &[]).await.page(StatusCode::UNPROCESSABLE_ENTITY).await;
    assert!(unconfirmed.contains("The input is invalid"), "the box is not ticked: {unconfirmed}");
    assert_eq!(stack.rows().await, 3);
    ada.post("/privacy/delete", &[("confirmed", "yes")]).await.leads_to("/privacy?deleted=1");
    let page = ada.get("/privacy?deleted=1").await.page(StatusCode::OK).await;
    assert!(page.contains("All your drawings are deleted."), "{page}");
    assert_eq!(ada.get("/api/v1/me").await.page(StatusCode::OK).await, "");
    assert_eq!(stack.rows().await, 1);
    assert!(grace.get("/history").await.page(StatusCode::OK).await.contains(&other));
}

#[tokio::test]
async fn the_page_about_privacy_says_who_runs_the_site_and_who_sees_drawings() {
    let stack = Stack::with_accounts().await;
    let page = Person::new(&stack).get("/privacy").await.page(StatusCode::OK).await;
    assert!(page.contains("Other visitors do not.") && page.contains("has not stated a name"), "{page}");
    let operator = Operator {
        operator_name: Some("Ada & Co".to_owned()),
        contact: Some("ada@digits.example".to_owned()),
        imprint_url: Some("https://digits.example/imprint".parse().unwrap()),
        backup_days: Some(14),
    };
    let stack = Stack::with_settings(Settings { operator, ..Settings::default() }).await;
    let page = Person::new(&stack).get("/privacy").await.page(StatusCode::OK).await;
    for text in [
        "Ada &#38; Co runs this site.",
        "Contact: ada@digits.example",
        "href=\"https://digits.example/imprint\"",
        "Backups hold a deleted drawing for 14 more days.",
        "sees all drawings",
    ] {
        assert!(page.replace("see all", "sees all").contains(text), "{text}: {page}");
    }
}

#[tokio::test]
async fn the_sentence_beside_submit_names_everybody_who_sees_a_drawing() {
    for (access, has_public_gallery) in
        [(ApiAccess::Open, false), (ApiAccess::Open, true), (ApiAccess::Accounts, false), (ApiAccess::Accounts, true)]
    {
        let stack = Stack::with_settings(Settings { access, has_public_gallery, ..settings_with_accounts() }).await;
        for (language, everybody, people, gallery) in [
            ("en", ["Everyone can see"], ["labellers", "operators"], "gallery"),
            ("de", ["Alle können sie sehen"], ["Labeller", "Operatoren"], "Galerie"),
            ("pl", ["Każdy może je zobaczyć"], ["osoby etykietujące", "operatorzy"], "galerii"),
        ] {
            let page = Person::new(&stack).get(&format!("/?lang={language}")).await.page(StatusCode::OK).await;
            let sentence = between(&page, "<p id=\"privacy\" class=\"quiet\">", "<a")[0].to_lowercase();
            let says = |texts: &[&str]| texts.iter().all(|text| sentence.contains(&text.to_lowercase()));
            let is_open = access == ApiAccess::Open;
            assert_eq!(says(&everybody), is_open, "{language}: {sentence}");
            assert_eq!(says(&people), !is_open, "{language}: {sentence}");
            assert_eq!(says(&[gallery]), has_public_gallery && !is_open, "{language}: {sentence}");
        }
    }
}

#[tokio::test]
async fn asvs_14_3_2_no_cache_keeps_what_a_person_who_has_logged_in_sees() {
    let stack = Stack::with_accounts().await;
    let ada = Person::invited(&stack, "ada", "operator").await;
    let id = ada.draw().await;
    for path in ["/", "/account", "/history", &format!("/drawings/{id}/picture"), "/api/v1/predictions"] {
        assert_eq!(ada.get(path).await.header("cache-control").as_deref(), Some("no-store"), "{path}");
    }
}

#[tokio::test]
async fn names_and_targets_that_nobody_can_have_are_rejected_and_not_kept() {
    let stack = Stack::with_accounts().await;
    let ada = Person::invited(&stack, "ada", "operator").await;
    for name in ["\0", "a\nb", &"a".repeat(100_000), ""] {
        let visitor = Person::new(&stack).at("203.0.113.9");
        let status = visitor.log_in(name, "wrong password").await.status();
        assert!(matches!(status, StatusCode::UNAUTHORIZED | StatusCode::TOO_MANY_REQUESTS), "{status}");
        let form = [("name", name), ("action", "disable")];
        assert_eq!(ada.post("/people", &form).await.status(), StatusCode::UNPROCESSABLE_ENTITY);
    }
    assert_eq!(stack.audited("login", true).await, [""]);
    for next in ["/\t/evil.example", "//evil.example", "/\u{1}"] {
        let form = [("name", "ada"), ("password", Person::PASSWORD), ("next", next)];
        Person::new(&stack).post("/login", &form).await.leads_to("/account");
    }
}

#[tokio::test]
async fn a_copy_of_the_visitors_cookie_reaches_nothing_that_is_drawn_after_the_login() {
    let stack = Stack::with_accounts().await;
    let browser = Person::visitor(&stack).await;
    let thief = Person::new(&stack);
    thief.set("visitor", &browser.cookie("visitor").unwrap());
    let code = stack.invite("ada", "labeller").await;
    browser.post("/invitation", &[("code", &code), ("password", Person::PASSWORD)]).await.leads_to("/account");
    let id = browser.draw().await;
    assert_eq!(thief.get(&format!("/drawings/{id}")).await.status(), StatusCode::NOT_FOUND);

    // When the session has ended, the next person at this browser is another visitor.
    stack.move_clock("sessions", "used_at", "12 hours").await;
    assert!(!browser.get("/").await.page(StatusCode::OK).await.contains(&id));
    assert_eq!(browser.get(&format!("/drawings/{id}")).await.status(), StatusCode::NOT_FOUND);
    browser.log_in("ada", Person::PASSWORD).await.leads_to("/account");
    assert_eq!(browser.get(&format!("/drawings/{id}")).await.status(), StatusCode::OK);
}

#[tokio::test]
async fn tokens_of_a_person_end_for_good_with_the_role_of_an_operator() {
    let stack = Stack::with_accounts().await;
    let ada = Person::invited(&stack, "ada", "operator").await;
    let grace = Person::invited(&stack, "grace", "operator").await;
    let token = token(&grace, "export", &["export"]).await;
    let status = async || bearer(&stack, &token, "/api/v1/export/predictions.csv").await.status();
    assert_eq!(status().await, StatusCode::OK);
    ada.post("/people", &[("name", "grace"), ("action", "set_role"), ("role", "labeller")]).await;
    assert_eq!(status().await, StatusCode::UNAUTHORIZED);
    ada.post("/people", &[("name", "grace"), ("action", "set_role"), ("role", "operator")]).await;
    assert_eq!(status().await, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn every_response_restricts_what_a_browser_may_do_with_it() {
    let stack = Stack::with_accounts().await;
    for path in ["/", "/login", "/docs", "/nothing", "/api/v1/predictions", "/livez"] {
        let response = Person::new(&stack).get(path).await;
        for (name, start) in [
            ("content-security-policy", "default-src '"),
            ("x-content-type-options", "nosniff"),
            ("permissions-policy", "camera=()"),
            ("cross-origin-opener-policy", "same-origin"),
        ] {
            assert!(response.header(name).unwrap_or_default().starts_with(start), "{path}: {name}");
        }
    }
}

#[tokio::test]
async fn without_accounts_the_pages_of_accounts_do_not_exist() {
    let stack = Stack::start().await;
    for path in ["/login", "/invitation", "/account", "/people", "/audit", "/overview"] {
        let page = stack.get(path).send().await.unwrap();
        assert_eq!(page.status(), StatusCode::NOT_FOUND, "{path}");
    }
    let home = stack.get("/").send().await.unwrap().text().await.unwrap();
    assert!(home.contains("href=\"/label\"") && !home.contains("/login"), "{home}");
}

#[tokio::test]
async fn the_audit_log_is_append_only_and_forgets_addresses_after_30_days() {
    let stack = Stack::with_accounts().await;
    Person::invited(&stack, "ada", "operator").await;
    let mut owner = stack.sql().await;
    for change in ["update audit_log set actor = 'x'", "delete from audit_log", "truncate audit_log"] {
        let error = sqlx::query(change).execute(&mut owner).await.unwrap_err();
        assert!(error.to_string().contains("append-only"), "{change}: {error}");
    }
    let addresses = "select count(*) from audit_log where address is not null";
    let count =
        async |owner: &mut sqlx::PgConnection| sqlx::query_scalar::<_, i64>(addresses).fetch_one(owner).await.unwrap();
    assert!(count(&mut owner).await > 0);
    sqlx::query("select forget_audit_addresses()").execute(&mut owner).await.unwrap();
    assert!(count(&mut owner).await > 0, "they are younger than 30 days");
}

#[tokio::test]
async fn the_filter_of_the_history_offers_only_the_models_of_drawings_that_the_reader_sees() {
    let stack = Stack::with_accounts().await;
    let (ada, visitor) = (Person::invited(&stack, "ada", "labeller").await, Person::new(&stack));
    visitor.get("/").await.page(StatusCode::OK).await;
    visitor.draw().await;
    let models = async |person: &Person<'_>| {
        let page = person.get("/history").await.page(StatusCode::OK).await;
        page.matches("<option value=\"cnn6").count()
    };
    assert_eq!(models(&visitor).await, 1, "the visitor's own");
    assert_eq!(models(&ada).await, 1, "labellers see all drawings");
    assert_eq!(models(&Person::new(&stack)).await, 0);
}

#[tokio::test]
async fn a_labeller_who_labels_another_persons_answer_sees_it_afterwards() {
    let stack = Stack::with_accounts().await;
    let (ada, visitor) = (Person::invited(&stack, "ada", "labeller").await, Person::new(&stack));
    visitor.get("/").await.page(StatusCode::OK).await;
    let id = visitor.draw().await;
    let shown = format!("/?shown={id}");
    ada.post(&format!("/home/{id}/label"), &[("true_label", "8")]).await.leads_to(&shown);
    assert!(ada.get(&shown).await.page(StatusCode::OK).await.contains(&id));
    visitor.get(&shown).await.page(StatusCode::OK).await;
    Person::new(&stack).get(&shown).await.page(StatusCode::NOT_FOUND).await;
}

#[tokio::test]
async fn an_operator_manages_people_whom_an_import_added_and_nobody_is_invited_with_such_a_name() {
    let stack = Stack::with_accounts().await;
    let ada = Person::invited(&stack, "ada", "operator").await;
    let name = format!("imported {}", uuid::Uuid::now_v7());
    let added = "insert into users (id, name, role, is_disabled) values ($1, $2, 'labeller', true)";
    sqlx::query(added).bind(uuid::Uuid::now_v7()).bind(&name).execute(&mut stack.sql().await).await.unwrap();
    for action in ["ignore_labels", "count_labels", "enable", "disable", "reset"] {
        ada.post("/people", &[("name", &name), ("action", action)]).await.page(StatusCode::OK).await;
    }
    let form = [("name", &*name), ("action", "set_role"), ("role", "operator")];
    ada.post("/people", &form).await.page(StatusCode::OK).await;
    for invited in ["imported 7", "Imported by me", "digits"] {
        let form = [("name", invited), ("action", "invite"), ("role", "labeller")];
        assert_eq!(ada.post("/people", &form).await.status(), StatusCode::UNPROCESSABLE_ENTITY, "{invited}");
    }
}

#[tokio::test]
async fn a_person_whose_name_was_reserved_later_still_logs_in() {
    let stack = Stack::with_accounts().await;
    Person::invited(&stack, "ada", "operator").await;
    let renamed = "update users set name = 'digits'";
    sqlx::query(renamed).execute(&mut stack.sql().await).await.unwrap();
    Person::new(&stack).log_in("digits", Person::PASSWORD).await.leads_to("/account");
    assert_eq!(Person::new(&stack).log_in("digits", "wrong password").await.status(), StatusCode::UNAUTHORIZED);
    assert_eq!(stack.audited("login", true).await, [""], "the service itself was not refused");
}

#[tokio::test]
async fn the_last_operator_is_reset_on_the_command_line_only() {
    let stack = Stack::with_accounts().await;
    let ada = Person::invited(&stack, "ada", "operator").await;
    let reset = async |name: &str| ada.post("/people", &[("name", name), ("action", "reset")]).await.status();
    assert_eq!(reset("ada").await, StatusCode::CONFLICT);
    assert_eq!(reset("nobody").await, StatusCode::NOT_FOUND);
    ada.get("/people").await.page(StatusCode::OK).await;
    Person::new(&stack).log_in("ada", Person::PASSWORD).await.leads_to("/account");

    // While the last but one operator is disabled, the reset of the other one waits and is refused then.
    Person::invited(&stack, "grace", "operator").await;
    let mut sql = stack.sql().await;
    let disabling = "begin; select pg_advisory_xact_lock(hashtext('operators'));
        update users set is_disabled = true where name = 'grace'";
    sqlx::raw_sql(disabling).execute(&mut sql).await.unwrap();
    let commit = async {
        tokio::time::sleep(std::time::Duration::from_millis(500)).await;
        sqlx::raw_sql("commit").execute(&mut sql).await.unwrap();
    };
    let (status, ()) = tokio::join!(reset("ada"), commit);
    assert_eq!(status, StatusCode::CONFLICT);
    assert_eq!(stack.audited("reset_password", false).await, [] as [String; 0]);

    let (command, mut out) = (UserCommand::Reset { name: "ada".to_owned() }, Vec::new());
    run_user_command(&stack.store(), &stack.url(""), &command, &mut out).await.unwrap();
    let out = String::from_utf8(out).unwrap();
    let code = out.lines().last().unwrap();
    crate::test_logs::secret("invitation code", code);
    ada.get("/people").await.leads_to("/login?next=%2Fpeople");
    ada.post("/invitation", &[("code", code), ("password", Person::PASSWORD)]).await.leads_to("/account");
    ada.get("/people").await.page(StatusCode::OK).await;
}
