//! Abuse: one address floods digits with drawings, changes labels, guesses a password and ids, and forges headers and
//! forms, while other clients draw. Digits must store no more than the quota, reveal and change nothing that belongs to
//! others, and stay as fast for the others.
//!
//! The generator plays all clients behind a proxy that digits trusts, so `X-Forwarded-For` sets the address of each.

use crate::{
    arrival_rate::{ConstantArrivalRate, Done},
    config::{Abuse, Services},
    pictures::ten_digits,
    request_template::RequestTemplate,
    stats::{percentile, shown},
    target::{Answer, Target},
};
use anyhow::{Context, ensure};
use hyper::{Method, StatusCode, header::SET_COOKIE};
use serde_json::{Value, json};
use std::{
    collections::BTreeMap,
    sync::{Arc, atomic::AtomicBool},
    thread,
    time::Duration,
};
use tokio::runtime;

/// The address of the abuser, and what it puts in front of it.
const ABUSER: &str = "203.0.113.1, 127.0.0.1, 198.51.100.66";
const FORWARDED: &str = "x-forwarded-for";
/// The other clients, each with an address of its own, and their drawings per second, all together. That is far below their
/// limits.
const CLIENTS: u32 = 60;
const CLIENTS_PER_SECOND: f64 = 20.0;
/// The limits of stored drawings of one address at once and in a minute (docs/operations.md).
const STORED_AT_ONCE: u64 = 60;
const STORED_PER_MINUTE: u64 = 900;
const LABELS: usize = 1000;
const LOGINS: usize = 200;
const PASSWORD: &str = "correct horse battery";

/// The answers of one kind of request, counted by status.
type Statuses = BTreeMap<u16, usize>;

/// The p99 and the ids of the drawings of the other clients.
struct Clients {
    p99: Duration,
    ids: Vec<String>,
}

/// An operator at another address, with the cookies of the session.
struct Operator {
    cookies: String,
}

/// Runs the abuse and prints the results.
///
/// # Errors
/// When an aim is missed.
pub(crate) async fn check(abuse: &Abuse, services: &Services) -> anyhow::Result<()> {
    let target = || Target::new("api", &services.api_url);
    let operator = Operator::accept(&target()?, &abuse.invitation_code).await?;
    let seconds = Duration::from_secs(abuse.seconds.get().into());
    clients(target()?, seconds / 10).await?; // warm-up
    let alone = clients(target()?, seconds).await?;
    let before = operator.quality(&target()?).await?;

    let victim = target()?;
    let (drawings, victims) = (abuse.drawings.get(), alone.ids.clone());
    let cookies = operator.cookies.clone();
    let abuser = thread::spawn(move || {
        let runtime = runtime::Builder::new_current_thread().enable_all().build()?;
        runtime.block_on(misuse(victim, drawings, seconds, &victims, &cookies))
    });
    let beside = clients(target()?, seconds).await?;
    let outcomes = abuser.join().expect("the abuser does not panic")?;
    let after = operator.quality(&target()?).await?;
    let operator_logs_in = log_in(&target()?, PASSWORD, "192.0.2.9").await?.status;

    println!("| the abuser's requests | answers by status |\n| --- | --- |");
    for (name, statuses) in &outcomes {
        let statuses: Vec<_> = statuses.iter().map(|(status, count)| format!("{count} × {status}")).collect();
        println!("| {name} | {} |", statuses.join(", "));
    }
    println!(
        "\np99 of the other clients: {} alone, {} beside the abuser",
        shown(Some(alone.p99)),
        shown(Some(beside.p99))
    );
    let stored = count(&after, "predictions") - count(&before, "predictions") - beside.ids.len() as u64;
    println!("stored by the abuser: {stored}; labels: {} before, {} after", labelled(&before), labelled(&after));

    let most = STORED_AT_ONCE + STORED_PER_MINUTE * (u64::from(abuse.seconds.get()) + 1) / 60;
    let succeeded = |name: &str| {
        let found = outcomes.iter().find(|(kind, _)| *kind == name);
        found.is_none_or(|(_, statuses)| statuses.keys().any(|status| (200..400).contains(status)))
    };
    let aims = [
        (stored <= most, "the abuser stores no more than the limit"),
        (stored > 0, "the abuser stores something, as any visitor may"),
        (labelled(&before) == labelled(&after), "no label changes"),
        (!succeeded("labels of others") && !succeeded("guessed ids"), "nothing of others is seen or changed"),
        (!succeeded("logins"), "no guess of the password succeeds"),
        (
            outcomes
                .iter()
                .filter(|(kind, _)| *kind == "forms of another site")
                .all(|(_, found)| found.keys().eq([&403])),
            "forms of another site are rejected",
        ),
        (operator_logs_in == StatusCode::SEE_OTHER, "the operator logs in from elsewhere"),
        (beside.p99 <= alone.p99.mul_f64(abuse.times), "the p99 of the other clients stays within the limit"),
    ];
    let missed: Vec<_> = aims.into_iter().filter(|(is_met, _)| !is_met).map(|(_, aim)| aim).collect();
    println!("Aims missed: {}.", if missed.is_empty() { "none".to_owned() } else { missed.join("; ") });
    ensure!(missed.is_empty(), "aims were missed: {}", missed.join("; "));
    Ok(())
}

/// Has the other clients submit drawings for `length`. All must be answered.
async fn clients(target: Target, length: Duration) -> anyhow::Result<Clients> {
    let pictures = ten_digits()?;
    let templates = (0..CLIENTS).map(|client| {
        let picture = &pictures[client as usize % pictures.len()];
        RequestTemplate::png("/predict", &picture.png).header(FORWARDED, &format!("192.0.2.{}", client + 10))
    });
    let templates = templates.collect::<anyhow::Result<_>>()?;
    let load = Arc::new(ConstantArrivalRate {
        target,
        templates,
        per_second: CLIENTS_PER_SECOND,
        connections: 8,
        is_over: AtomicBool::new(false),
    });
    let mut took = Vec::new();
    let mut ids = Vec::new();
    for (answer, time) in run(&load, length).await {
        let answer = answer?.json().context("another client's drawing")?;
        ids.push(answer["id"].as_str().context("an answer without id")?.to_owned());
        took.push(time);
    }
    took.sort_unstable();
    Ok(Clients { p99: percentile(&took, 0.99).context("no client was answered")?, ids })
}

/// Sends requests for `length`, and returns the answers with their latencies.
async fn run(load: &Arc<ConstantArrivalRate>, length: Duration) -> Vec<(anyhow::Result<Answer>, Duration)> {
    let ending = load.clone();
    tokio::spawn(async move {
        tokio::time::sleep(length).await;
        ending.is_over.store(true, std::sync::atomic::Ordering::Relaxed);
    });
    load.run(|Done { answer, took, .. }| (answer, took)).await
}

/// Misuses digits in each way, one after the other; drawings arrive meanwhile.
async fn misuse(
    target: Target,
    drawings: u32,
    length: Duration,
    victims: &[String],
    cookies: &str,
) -> anyhow::Result<Vec<(&'static str, Statuses)>> {
    let address = target.address().to_owned();
    let picture = &ten_digits()?[3];
    // A new cookie in each request, so that the limits of a visitor do not apply.
    let templates = (0..1000).map(|visitor| {
        let cookie = format!("visitor=00000000-0000-4000-8000-{visitor:012}");
        RequestTemplate::png("/predict", &picture.png).header(FORWARDED, ABUSER)?.header("cookie", &cookie)
    });
    let load = Arc::new(ConstantArrivalRate {
        target,
        templates: templates.collect::<anyhow::Result<_>>()?,
        per_second: f64::from(drawings) / length.as_secs_f64(),
        connections: 32,
        is_over: AtomicBool::new(false),
    });
    let flood = async {
        let answers = run(&load, length).await;
        answers.into_iter().fold(Statuses::new(), |statuses, (answer, _)| count_status(statuses, answer.ok()))
    };
    let target = Target::new("api", &format!("http://{address}"))?;
    let others = async {
        let victim = |turn: usize| &victims[turn % victims.len()];
        let label = |turn: usize| {
            let path = format!("/api/v1/predictions/{}/label", victim(turn));
            RequestTemplate::json(&path, &json!({ "true_label": turn % 10 })).method(Method::PUT)
        };
        let login = |turn: usize| RequestTemplate::fields("/login", &format!("name=ada&password=guess+number+{turn}"));
        let guess = |turn: usize| {
            let id = victim(turn / 6);
            let get = |path: &str| RequestTemplate::get(&format!("/api/v1/predictions/{id}{path}"));
            match turn % 6 {
                0 => get(""),
                1 => get("/input"),
                2 => get("/bitmap.png"),
                3 => get("/attribution"),
                4 => RequestTemplate::get(&format!("/drawings/{id}")),
                _ => get("").method(Method::DELETE),
            }
        };
        let form = |turn: usize| {
            let forms = [
                RequestTemplate::label(victim(turn), "3"),
                RequestTemplate::fields("/label", &format!("id={}&true_label=3", victim(turn))),
                RequestTemplate::fields("/people", "name=eve&role=operator&action=invite"),
                RequestTemplate::fields("/logout", ""),
            ];
            let form = forms[turn % forms.len()].clone();
            // The browser of the operator sends the form with its cookies.
            form.header("cookie", cookies)?
                .header("origin", "https://example.org")?
                .header("sec-fetch-site", "cross-site")
        };
        anyhow::Ok(vec![
            ("labels of others", send(&target, LABELS, |turn| Ok(label(turn))).await?),
            ("logins", send(&target, LOGINS, |turn| Ok(login(turn))).await?),
            ("guessed ids", send(&target, 600, |turn| Ok(guess(turn))).await?),
            ("forms of another site", send(&target, 100, form).await?),
        ])
    };
    let (flood, others) = tokio::join!(flood, others);
    Ok([("drawings", flood)].into_iter().chain(others?).collect())
}

/// Sends requests from the abuser's address, one after the other, and counts the answers.
async fn send(
    target: &Target,
    requests: usize,
    request: impl Fn(usize) -> anyhow::Result<RequestTemplate>,
) -> anyhow::Result<Statuses> {
    let (mut connection, mut statuses) = (None, Statuses::new());
    for turn in 0..requests {
        let answer = target.ask(&mut connection, &request(turn)?.header(FORWARDED, ABUSER)?).await?;
        statuses = count_status(statuses, Some(answer));
    }
    Ok(statuses)
}

/// Counts an answer; a request without one has the status 0.
fn count_status(mut statuses: Statuses, answer: Option<Answer>) -> Statuses {
    *statuses.entry(answer.map_or(0, |answer| answer.status.as_u16())).or_default() += 1;
    statuses
}

async fn log_in(target: &Target, password: &str, address: &str) -> anyhow::Result<Answer> {
    let form = RequestTemplate::fields("/login", &format!("name=ada&password={}", password.replace(' ', "+")));
    target.ask_once(&form.header(FORWARDED, address)?).await
}

impl Operator {
    /// Accepts the invitation of the first operator, whose name is ada.
    async fn accept(target: &Target, code: &str) -> anyhow::Result<Self> {
        let fields = format!("code={code}&password={}", PASSWORD.replace(' ', "+"));
        let form = RequestTemplate::fields("/invitation", &fields).header(FORWARDED, "192.0.2.9")?;
        let answer = target.ask_once(&form).await?;
        ensure!(answer.status == StatusCode::SEE_OTHER, "the invitation is not accepted: {}", answer.status);
        let cookies =
            answer.headers.get_all(SET_COOKIE).iter().filter_map(|cookie| cookie.to_str().ok()?.split(';').next());
        Ok(Self { cookies: cookies.collect::<Vec<_>>().join("; ") })
    }

    async fn quality(&self, target: &Target) -> anyhow::Result<Value> {
        let request = RequestTemplate::get("/api/v1/quality").header("cookie", &self.cookies)?;
        target.ask_once(&request.header(FORWARDED, "192.0.2.9")?).await?.json()
    }
}

fn count(quality: &Value, name: &str) -> u64 {
    quality[name].as_u64().unwrap_or_default()
}

fn labelled(quality: &Value) -> u64 {
    count(&quality["correct"], "total")
}
