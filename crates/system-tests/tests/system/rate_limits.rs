//! Rate limits: a class at one address draws freely, and whoever sends more than a person does waits.

use crate::{
    drawings,
    person::{Person, token},
    stack::Stack,
};
use api::{ApiAccess, Settings};
use reqwest::StatusCode;
use std::time::{Duration, Instant};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    task::JoinSet,
};

async fn limited() -> Stack {
    let trusted_proxies = vec!["127.0.0.1".parse().unwrap()];
    let settings =
        Settings { access: ApiAccess::Accounts, has_rate_limits: true, trusted_proxies, ..Settings::default() };
    Stack::with_settings(settings).await
}

/// Submits a drawing from an address, with this cookie of a visitor; the status and the code of a problem.
async fn draw(stack: &Stack, path: &str, address: &str, visitor: Option<&str>) -> (StatusCode, String) {
    let request = stack.post(path, "application/json", drawings::all()[8].to_string());
    let request = request.header("x-forwarded-for", address);
    let request =
        visitor.iter().fold(request, |request, visitor| request.header("cookie", format!("visitor={visitor}")));
    let response = request.send().await.unwrap();
    let status = response.status();
    assert!(status != StatusCode::TOO_MANY_REQUESTS || response.headers().contains_key("retry-after"));
    let body: serde_json::Value = response.json().await.unwrap();
    (status, body["code"].as_str().unwrap_or_default().to_owned())
}

#[tokio::test]
async fn thirty_browsers_at_the_address_of_a_school_draw_at_the_same_moment() {
    let stack = limited().await;
    for _ in 0..30 {
        let visitor = uuid::Uuid::new_v4().to_string();
        for _ in 0..2 {
            let (status, _) = draw(&stack, "/predict", "203.0.113.9", Some(&visitor)).await;
            assert_eq!(status, StatusCode::OK);
        }
        for _ in 0..10 {
            let (status, _) = draw(&stack, "/predict?preview=true", "203.0.113.9", Some(&visitor)).await;
            assert_eq!(status, StatusCode::OK);
        }
    }
    assert_eq!(stack.rows().await, 60);
}

#[tokio::test]
async fn asvs_2_4_1_one_browser_at_ten_times_the_pace_of_a_person_waits_and_others_do_not() {
    let stack = limited().await;
    let visitor = uuid::Uuid::new_v4().to_string();
    let mut stored = 0;
    for _ in 0..150 {
        let (status, code) = draw(&stack, "/predict", "203.0.113.9", Some(&visitor)).await;
        match status {
            StatusCode::OK => stored += 1,
            StatusCode::TOO_MANY_REQUESTS => assert_eq!(code, "rate_limited"),
            other => panic!("{other}"),
        }
    }
    assert!((40..80).contains(&stored), "{stored} of 150 are stored: 40 at once, and 40 a minute");
    assert_eq!(stack.rows().await, stored);
    let other = uuid::Uuid::new_v4().to_string();
    assert_eq!(draw(&stack, "/predict", "203.0.113.9", Some(&other)).await.0, StatusCode::OK, "another browser draws");
    let preview = draw(&stack, "/predict?preview=true", "203.0.113.9", Some(&visitor)).await.0;
    assert_eq!(preview, StatusCode::OK, "previews have a limit of their own");
}

#[tokio::test]
async fn an_address_that_takes_a_new_cookie_for_each_drawing_is_limited() {
    let stack = std::sync::Arc::new(limited().await);
    let (mut clients, start) = (JoinSet::new(), Instant::now());
    for _ in 0..8 {
        let stack = stack.clone();
        clients.spawn(async move {
            let mut stored = 0;
            for _ in 0..25 {
                let visitor = uuid::Uuid::new_v4().to_string();
                stored += i64::from(draw(&stack, "/predict", "203.0.113.9", Some(&visitor)).await.0 == StatusCode::OK);
            }
            stored
        });
    }
    let stored: i64 = clients.join_all().await.into_iter().sum();
    let most = 60 + 15 * i64::try_from(start.elapsed().as_secs() + 1).unwrap();
    assert!((60..=most).contains(&stored), "{stored} of 200 are stored: 60 at once, and 15 a second");
    assert_eq!(draw(&stack, "/predict", "198.51.100.7", None).await.0, StatusCode::OK, "another address draws");
    // Each address in a /64 of IPv6 is the same client.
    for host in 0..60 {
        draw(&stack, "/predict", &format!("2001:db8::{host}"), None).await;
    }
    assert_eq!(draw(&stack, "/predict", "2001:db8::ffff", None).await.0, StatusCode::TOO_MANY_REQUESTS);
}

#[tokio::test]
async fn a_visitor_stores_a_hundred_megabytes_a_day_and_goes_on_with_previews() {
    let stack = limited().await;
    let visitor = uuid::Uuid::new_v4().to_string();
    let large = format!("{}{}", drawings::all()[8], " ".repeat(4_900_000));
    let send = async |path: &str| {
        let request =
            stack.post(path, "application/json", large.clone()).header("cookie", format!("visitor={visitor}"));
        request.send().await.unwrap().status()
    };
    let mut stored = 0;
    while send("/predict").await == StatusCode::OK {
        stored += 1;
        assert!(stored < 40, "the limit of drawings is not the one that is tested");
    }
    assert_eq!(stored, 20);
    assert_eq!(send("/predict?preview=true").await, StatusCode::OK);
}

#[tokio::test]
async fn a_program_with_a_token_has_no_limit_and_forms_say_that_one_waits() {
    let stack = limited().await;
    let ada = Person::invited(&stack, "ada", "operator").await;
    let token = token(&ada, "batch", &["predict"]).await;
    for _ in 0..60 {
        let request = stack.post("/predict", "application/json", drawings::all()[8].to_string()).bearer_auth(&token);
        assert_eq!(request.send().await.unwrap().status(), StatusCode::OK);
    }
    let visitor = Person::visitor(&stack).await;
    let id = visitor.draw().await;
    let mut limited = 0;
    for _ in 0..1_000 {
        let label = visitor.post(&format!("/drawings/{id}/label"), &[("true_label", "8")]).await;
        limited += usize::from(label.status() == StatusCode::TOO_MANY_REQUESTS);
    }
    assert!(limited > 700, "{limited} of 1,000 labels were limited");
    let page = visitor.post(&format!("/drawings/{id}/label"), &[("true_label", "8")]).await;
    let page = page.page(StatusCode::TOO_MANY_REQUESTS).await;
    assert!(page.contains("Too many attempts"), "{page}");
}

#[tokio::test]
async fn explanations_and_lists_have_limits_of_their_own() {
    let stack = limited().await;
    let visitor = uuid::Uuid::new_v4().to_string();
    let mut explained = 0;
    while draw(&stack, "/explain", "203.0.113.9", Some(&visitor)).await.0 == StatusCode::OK {
        explained += 1;
    }
    assert!((60..80).contains(&explained), "{explained} explanations: 60 at once, and 60 a minute");
    assert_eq!(draw(&stack, "/predict?preview=true", "203.0.113.9", Some(&visitor)).await.0, StatusCode::OK);

    let get = async |path: &str, visitor: &str| {
        let request = stack.get(path).header("accept", "text/html").header("cookie", format!("visitor={visitor}"));
        request.header("x-forwarded-for", "203.0.113.9").send().await.unwrap()
    };
    let paths = ["/", "/recent", "/history", "/api/v1/predictions", "/api/v1/calibration?confidence=0.9"];
    for _ in 0..60 {
        for path in paths {
            assert_eq!(get(path, &visitor).await.status(), StatusCode::OK, "{path}");
        }
    }
    // A limit of 300 lists a minute is used up, but for what becomes free meanwhile.
    let mut rejected = std::collections::BTreeSet::new();
    for path in paths.into_iter().cycle().take(500) {
        let response = get(path, &visitor).await;
        if response.status() == StatusCode::TOO_MANY_REQUESTS {
            let page = response.text().await.unwrap();
            assert!(page.contains("Too many") && page.contains("<html"), "{path}: {page}");
            rejected.insert(path);
        }
    }
    assert_eq!(rejected.len(), paths.len(), "only {rejected:?} are limited");
    let other = uuid::Uuid::new_v4().to_string();
    assert_eq!(get("/history", &other).await.status(), StatusCode::OK, "another visitor reads");
    assert_eq!(
        draw(&stack, "/predict", "203.0.113.9", Some(&visitor)).await.0,
        StatusCode::OK,
        "reading is no drawing"
    );

    let grace = Person::invited(&stack, "grace", "labeller").await;
    let paths = ["/label", "/quality", "/api/v1/quality", "/api/v1/labelling-queue"];
    let mut rejected = std::collections::BTreeSet::new();
    for path in paths.into_iter().cycle().take(700) {
        if grace.get(path).await.status() == StatusCode::TOO_MANY_REQUESTS {
            rejected.insert(path);
        }
    }
    assert_eq!(rejected.len(), paths.len(), "only {rejected:?} are limited");
}

#[tokio::test]
async fn a_client_over_its_limit_is_told_so_before_the_service_reads_its_body() {
    let stack = limited().await;
    let visitor = uuid::Uuid::new_v4().to_string();
    while draw(&stack, "/predict", "203.0.113.9", Some(&visitor)).await.0 == StatusCode::OK {}
    // The client reads the answer also while it sends.
    for _ in 0..10 {
        let large = stack.post("/predict", "application/json", " ".repeat(4_900_000));
        let large = large.header("x-forwarded-for", "203.0.113.9").header("cookie", format!("visitor={visitor}"));
        assert_eq!(large.send().await.unwrap().status(), StatusCode::TOO_MANY_REQUESTS);
    }
    // The body never arrives.
    let head = format!(
        "POST /predict HTTP/1.1\r\nHost: localhost\r\nContent-Type: image/png\r\nContent-Length: 4000000\r\n\
         X-Forwarded-For: 203.0.113.9\r\nCookie: visitor={visitor}\r\n\r\n"
    );
    let mut connection = TcpStream::connect(stack.api.address).await.unwrap();
    connection.write_all(head.as_bytes()).await.unwrap();
    let mut status = [0; 12];
    let read = tokio::time::timeout(Duration::from_secs(30), connection.read_exact(&mut status)).await;
    read.expect("the service waits for the body").unwrap();
    assert_eq!(&status, b"HTTP/1.1 429");
}

#[tokio::test]
async fn one_address_cannot_take_all_places_for_large_bodies() {
    let stack = limited().await;
    let begin = async |address: &str| {
        let head = format!(
            "POST /predict HTTP/1.1\r\nHost: localhost\r\nContent-Type: image/png\r\nContent-Length: 4000000\r\n\
             X-Forwarded-For: {address}\r\n\r\n"
        );
        let mut connection = TcpStream::connect(stack.api.address).await.unwrap();
        connection.write_all(head.as_bytes()).await.unwrap();
        connection
    };
    let mut open = Vec::new();
    let rejected = loop {
        let connection = begin("203.0.113.9").await;
        let answered = tokio::time::timeout(Duration::from_millis(300), connection.peek(&mut [0])).await;
        if answered.is_ok() {
            break connection;
        }
        open.push(connection);
        assert!(open.len() < 16, "one address has all places");
    };
    assert_eq!(open.len(), 4);
    let mut rejected = rejected;
    let mut status = [0; 12];
    rejected.read_exact(&mut status).await.unwrap();
    assert_eq!(&status, b"HTTP/1.1 429");
    let large = format!("{}{}", drawings::all()[8], " ".repeat(1_000_000));
    let elsewhere = stack.post("/predict", "application/json", large).header("x-forwarded-for", "198.51.100.7");
    assert_eq!(elsewhere.send().await.unwrap().status(), StatusCode::OK);
    assert_eq!(draw(&stack, "/predict", "203.0.113.9", None).await.0, StatusCode::OK, "strokes are small");
}

#[tokio::test]
async fn an_address_that_reads_its_export_slowly_leaves_room_for_others() {
    let stack = limited().await;
    let large = format!("{}{}", drawings::all()[8], " ".repeat(4_900_000));
    for (visitor, drawings) in [(1, 4), (2, 1), (3, 1)] {
        for _ in 0..drawings {
            let request = stack.post("/predict", "application/json", large.clone());
            let request = request.header("cookie", format!("visitor=00000000-0000-4000-8000-00000000000{visitor}"));
            assert_eq!(request.send().await.unwrap().status(), StatusCode::OK);
        }
    }
    let export = async |visitor: u8, address: &str| {
        let request = stack.get("/api/v1/me").header("x-forwarded-for", address);
        let cookie = format!("visitor=00000000-0000-4000-8000-00000000000{visitor}");
        request.header("cookie", cookie).send().await.unwrap()
    };
    let unread = export(1, "203.0.113.9").await;
    assert_eq!(unread.status(), StatusCode::OK);
    assert_eq!(export(2, "203.0.113.9").await.status(), StatusCode::TOO_MANY_REQUESTS);
    let other = export(3, "198.51.100.7").await;
    assert_eq!(other.status(), StatusCode::OK);
    other.bytes().await.unwrap();
    drop(unread);
    let freed = async {
        while export(2, "203.0.113.9").await.status() != StatusCode::OK {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    };
    tokio::time::timeout(Duration::from_mins(1), freed).await.unwrap();
}
