//! The public URL: which hosts and origins the web service accepts, and what it tells browsers about HTTPS.

use crate::{
    drawings,
    person::{Person, settings_with_accounts},
    stack::{Stack, json},
    test_logs,
};
use api::Settings;
use reqwest::{RequestBuilder, Response, StatusCode, header};

/// A stack that people reach at <https://digits.example>, through a reverse proxy.
async fn behind_https() -> Stack {
    let public_url = Some("https://digits.example".parse().unwrap());
    Stack::with_settings(Settings { public_url, ..Settings::default() }).await
}

/// Sends a request that names this host.
async fn to(host: &str, request: RequestBuilder) -> Response {
    request.header(header::HOST, host).send().await.unwrap()
}

fn draw(stack: &Stack) -> RequestBuilder {
    stack.post("/predict", "application/json", drawings::all()[8].to_string())
}

#[tokio::test]
async fn a_request_to_another_host_is_rejected_on_every_path_but_the_probes() {
    let stack = behind_https().await;
    for host in ["evil.example", "127.0.0.1", "localhost", "digits.example.evil.example", "digits.example@evil.example"]
    {
        for request in [stack.get("/"), stack.get("/nothing"), stack.get("/docs"), stack.get("/recent"), draw(&stack)] {
            let problem = json(to(host, request).await, StatusCode::MISDIRECTED_REQUEST).await;
            assert_eq!(problem["code"], "misdirected_request", "{host}");
            assert!(problem["detail"].as_str().unwrap().contains("https://digits.example/"), "{problem}");
        }
        for probe in ["/livez", "/readyz"] {
            assert_eq!(to(host, stack.get(probe)).await.status(), StatusCode::OK, "{host}{probe}");
        }
    }
    let two = stack.get("/").header(header::HOST, "digits.example").header(header::HOST, "evil.example").send().await;
    assert!(!two.unwrap().status().is_success(), "two hosts are none");
    assert_eq!(stack.rows().await, 0);
    json(to("digits.example", draw(&stack)).await, StatusCode::OK).await;
}

#[tokio::test]
async fn without_a_public_url_no_name_that_dns_can_point_here_is_answered() {
    let stack = Stack::start().await;
    for host in ["rebound.example", "rebound.example:8501"] {
        let problem = json(to(host, draw(&stack)).await, StatusCode::MISDIRECTED_REQUEST).await;
        assert!(problem["detail"].as_str().unwrap().contains("set PUBLIC_URL"), "{problem}");
    }
    for host in ["localhost:8501", "127.0.0.1", "[::1]:8501", "192.168.1.7:8501"] {
        json(to(host, draw(&stack)).await, StatusCode::OK).await;
    }
}

#[tokio::test]
async fn a_browser_at_another_host_gets_a_page_in_the_readers_language() {
    let stack = behind_https().await;
    for (language, title) in
        [("en", "This is not the address of digits"), ("de", "Das ist nicht die Adresse von digits")]
    {
        let request = stack.get("/history").header(header::ACCEPT, "text/html,*/*;q=0.8");
        let response = to("evil.example", request.header(header::ACCEPT_LANGUAGE, language)).await;
        assert_eq!(response.status(), StatusCode::MISDIRECTED_REQUEST);
        assert_eq!(response.headers()["content-language"], language);
        assert!(response.text().await.unwrap().contains(title));
    }
}

#[tokio::test]
async fn over_https_every_cookie_is_secure_and_the_visitors_belongs_to_this_host_alone() {
    let stack = behind_https().await;
    let page = to("digits.example", stack.get("/?lang=de")).await;
    assert_eq!(page.headers()["strict-transport-security"], "max-age=31536000");
    let cookies: Vec<_> =
        page.headers().get_all(header::SET_COOKIE).iter().map(|cookie| cookie.to_str().unwrap()).collect();
    assert_eq!(cookies.len(), 2, "{cookies:?}");
    for cookie in &cookies {
        assert!(cookie.ends_with("; Secure") && cookie.contains("; Path=/;") && !cookie.contains("Domain"), "{cookie}");
    }
    let visitor = cookies.iter().find(|cookie| cookie.starts_with("__Host-visitor=")).unwrap();
    let (pair, attributes) = visitor.split_once("; ").unwrap();
    assert_eq!(attributes, "Path=/; Max-Age=34560000; HttpOnly; SameSite=Lax; Secure");
    let value = pair.split_once('=').unwrap().1;
    for (cookie, is_visitor) in [(pair.to_owned(), true), (format!("visitor={value}"), false)] {
        let answer = to("digits.example", draw(&stack).header(header::COOKIE, &cookie)).await;
        let id = json(answer, StatusCode::OK).await["id"].as_str().unwrap().to_owned();
        let owner =
            sqlx::query_scalar::<_, Option<uuid::Uuid>>("select visitor_id from predictions where id = $1::uuid");
        let owner = owner.bind(id).fetch_one(&mut stack.sql().await).await.unwrap();
        assert_eq!(owner.is_some(), is_visitor, "{cookie}");
    }
}

#[tokio::test]
async fn asvs_3_3_1_3_3_2_and_3_3_4_scripts_other_sites_and_the_network_read_no_cookie_with_a_secret() {
    let public_url = Some("https://digits.example".parse().unwrap());
    let stack = Stack::with_settings(Settings { public_url, ..settings_with_accounts() }).await;
    let code = stack.invite("ada", "operator").await;
    let form = format!("code={code}&password={}", Person::PASSWORD.replace(' ', "+"));
    let request = stack.post("/invitation", "application/x-www-form-urlencoded", form);
    let accepted = to("digits.example", request.header(header::ORIGIN, "https://digits.example")).await;
    assert_eq!(accepted.status(), StatusCode::SEE_OTHER);
    let mut names = Vec::new();
    for cookie in accepted.headers().get_all(header::SET_COOKIE) {
        let (pair, attributes) = cookie.to_str().unwrap().split_once("; ").unwrap();
        let (name, value) = pair.split_once('=').unwrap();
        test_logs::secret("cookie", value);
        let age = attributes.strip_prefix("Path=/; Max-Age=").unwrap();
        assert_eq!(age.trim_start_matches(|char: char| char.is_ascii_digit()), "; HttpOnly; SameSite=Lax; Secure");
        names.push(name.to_owned());
    }
    assert_eq!(names, ["__Host-session", "__Host-visitor", "__Host-known-browser"]);
}

#[tokio::test]
async fn asvs_3_4_1_every_response_over_https_demands_https_for_a_year() {
    let stack = behind_https().await;
    for path in
        ["/", "/history", "/nothing", "/openapi.json", "/api/v1/predictions", "/v2", "/livez", "/recent?before=1"]
    {
        for host in ["digits.example", "evil.example"] {
            let response = to(host, stack.get(path)).await;
            let header = response.headers().get("strict-transport-security");
            assert_eq!(header.unwrap(), "max-age=31536000", "{host}{path}: {}", response.status());
        }
    }
}

#[tokio::test]
async fn over_http_there_is_neither_a_secure_cookie_nor_strict_transport_security() {
    let stack = Stack::start().await;
    let page = stack.get("/?lang=de").send().await.unwrap();
    assert!(page.headers().get("strict-transport-security").is_none());
    let mut cookies = page.headers().get_all(header::SET_COOKIE).iter();
    assert!(cookies.all(|cookie| !cookie.to_str().unwrap().contains("Secure")));
}

#[tokio::test]
async fn a_page_of_the_same_host_over_http_changes_nothing() {
    let stack = behind_https().await;
    for (origin, status) in [
        (None, StatusCode::OK),
        (Some("https://digits.example"), StatusCode::OK),
        (Some("http://digits.example"), StatusCode::FORBIDDEN),
        (Some("https://digits.example:8443"), StatusCode::FORBIDDEN),
        (Some("null"), StatusCode::FORBIDDEN),
    ] {
        let request = origin.into_iter().fold(draw(&stack), |request, origin| request.header(header::ORIGIN, origin));
        let answer = json(to("digits.example", request).await, status).await;
        assert!(status.is_success() || answer["code"] == "cross_site_request", "{answer}");
    }
    assert_eq!(stack.rows().await, 2);
}
