//! Service tokens: what they allow, and their rotation while the api runs.

use crate::{person::bearer, stack::Stack, test_logs, webdriver::poll};
use api::{ApiAccess, ServiceTokenFile, Settings, TokenCommand, run_token_command};
use reqwest::StatusCode;
use std::{fs, io, path::Path, time::Duration};

/// Runs `api token rotate-service`, and returns the token on top of the file.
async fn rotate(stack: &Stack, file: &Path, if_missing: bool) -> String {
    let command = TokenCommand::RotateService { if_missing };
    run_token_command(&stack.store(), Some(file), &command, &mut Vec::new()).await.unwrap();
    let token = fs::read_to_string(file).unwrap().lines().next().unwrap().to_owned();
    test_logs::secret("service token", &token);
    token
}

/// Whether the api knows a token.
async fn is_known(stack: &Stack, token: &str) -> bool {
    bearer(stack, token, "/api/v1/predictions").await.status() == StatusCode::OK
}

/// The age of the newest token, from the metrics.
async fn age(stack: &Stack) -> f64 {
    let metrics = stack.metrics().await;
    let age = metrics.lines().find_map(|line| line.strip_prefix("digits_service_token_age_seconds "));
    age.unwrap_or_else(|| panic!("{metrics}")).parse().unwrap()
}

#[tokio::test]
async fn a_rotation_needs_no_restart_and_keeps_the_token_before_it_valid() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("service-tokens");
    let old = format!("dgt_{}", "7".repeat(64));
    fs::write(&file, format!("{old}\n# 2026-01-01T00:00:00Z\n")).unwrap();
    let service_tokens = ServiceTokenFile::follow(file.clone()).unwrap();
    let stack =
        Stack::with_settings(Settings { access: ApiAccess::Accounts, service_tokens, ..Settings::default() }).await;
    assert!(is_known(&stack, &old).await);
    assert!(age(&stack).await > 86_400.0);
    assert_eq!(rotate(&stack, &file, true).await, old, "the file exists");

    let new = rotate(&stack, &file, false).await;
    assert!(poll(async || is_known(&stack, &new).await.then_some(())).await.is_some());
    assert!(is_known(&stack, &old).await);
    assert!(age(&stack).await < 86_400.0);

    // A file that is damaged or removed changes nothing.
    let text = fs::read_to_string(&file).unwrap();
    let damages: [fn(&Path) -> io::Result<()>; 2] = [|file| fs::write(file, "dgt_"), |file| fs::remove_file(file)];
    for damage in damages {
        damage(&file).unwrap();
        tokio::time::sleep(Duration::from_millis(500)).await;
        assert!(is_known(&stack, &new).await && is_known(&stack, &old).await);
    }
    fs::write(&file, text).unwrap();

    let newest = rotate(&stack, &file, false).await;
    assert!(poll(async || (!is_known(&stack, &old).await).then_some(())).await.is_some());
    assert!(is_known(&stack, &newest).await && is_known(&stack, &new).await);
    assert_eq!(stack.audited("rotate_service_token", false).await, [file.to_str().unwrap(); 2]);
}

#[tokio::test]
async fn a_service_token_reads_models_and_trains_and_nothing_else() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("service-tokens");
    let token = rotate(&Stack::with_accounts().await, &file, true).await;
    let service_tokens = ServiceTokenFile::follow(file).unwrap();
    let stack =
        Stack::with_settings(Settings { access: ApiAccess::Accounts, service_tokens, ..Settings::default() }).await;
    for path in ["/", "/api/v1/me", "/api/v1/quality", "/api/v1/export/predictions.csv", "/people", "/account"] {
        assert_eq!(bearer(&stack, &token, path).await.status(), StatusCode::FORBIDDEN, "{path}");
    }
    let answer = stack.draw(&crate::drawings::all()[8]).await;
    let drawing = format!("/api/v1/predictions/{}", answer["id"].as_str().unwrap());
    assert_eq!(bearer(&stack, &token, &drawing).await.status(), StatusCode::NOT_FOUND);
    let rows: i64 =
        sqlx::query_scalar("select count(*) from api_tokens").fetch_one(&mut stack.sql().await).await.unwrap();
    assert_eq!(rows, 0);
}

#[tokio::test]
async fn a_service_reaches_an_open_api_by_the_name_in_its_private_network() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("service-tokens");
    let token = format!("dgt_{}", "7".repeat(64));
    fs::write(&file, format!("{token}\n# 2026-01-01T00:00:00Z\n")).unwrap();
    let service_tokens = ServiceTokenFile::follow(file).unwrap();
    let stack = Stack::with_settings(Settings { service_tokens, ..Settings::default() }).await;
    let models = || stack.get("/api/v1/models").header("host", "api:8501");
    assert_eq!(models().bearer_auth(&token).send().await.unwrap().status(), StatusCode::OK);
    // A page of another site may send any other token, and reaches an open service by no other name.
    for request in [models(), models().bearer_auth(format!("dgt_{}", "8".repeat(64)))] {
        assert_eq!(request.send().await.unwrap().status(), StatusCode::MISDIRECTED_REQUEST);
    }
}
