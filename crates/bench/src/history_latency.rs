//! The latency of the history over very many drawings: pages of each kind at any depth, and the quality page.

use crate::{
    config::{HistoryLatency, Services},
    request_template::RequestTemplate,
    stats::percentile,
    target::{Connection, Target},
};
use anyhow::{Context, ensure};
use hyper::StatusCode;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use serde_json::Value;
use std::time::{Duration, Instant};

/// The approximate number of positions in the history at which pages begin.
const DEPTHS: usize = 100;

/// The paths. An id of a drawing replaces `{}`, and the page begins after it. They use every index, and some
/// combine conditions of the same index.
const PATHS: [&str; 21] = [
    "/api/v1/predictions?before={}",
    "/api/v1/predictions?incorrect=true&before={}",
    "/api/v1/predictions?low_confidence=true&before={}",
    "/api/v1/predictions?labelled=false&before={}",
    "/api/v1/predictions?labelled=true&before={}",
    "/api/v1/predictions?predicted=7&before={}",
    "/api/v1/predictions?predicted=not_a_digit&before={}",
    "/api/v1/predictions?true_label=7&before={}",
    "/api/v1/predictions?true_label=unsure&before={}",
    "/api/v1/predictions?predicted=7&true_label=1&before={}",
    "/api/v1/predictions?model=older&before={}",
    "/api/v1/predictions?source=upload&before={}",
    "/api/v1/predictions?predicted=3&source=upload&low_confidence=true&before={}",
    "/api/v1/predictions?model=older&source=api&incorrect=true&predicted=2&before={}",
    "/api/v1/predictions?since=2026-01-01&until=2026-06-01&predicted=4&before={}",
    "/api/v1/labelling-queue",
    "/history?before={}",
    "/history?incorrect=true&predicted=7&before={}",
    "/label?after={}&label=7",
    "/api/v1/quality",
    "/quality",
];

/// Requests every page several times, and prints the latencies.
///
/// # Errors
/// When a request fails, or exceeds the limit.
pub(crate) async fn measure(config: &HistoryLatency, services: &Services) -> anyhow::Result<()> {
    let api = Target::new("api", &services.api_url)?;
    let mut connection = None;
    let mut random = ChaCha8Rng::seed_from_u64(0);
    let ids = ids(&api, &mut connection).await?;
    println!("| page | median | p95 |\n| --- | --- | --- |");
    let mut slow = Vec::new();
    for template in PATHS {
        let mut times = Vec::new();
        for _ in 0..config.requests.get() {
            let path = template.replace("{}", &ids[random.random_range(0..ids.len())]);
            let began = Instant::now();
            let answer = api.ask(&mut connection, &RequestTemplate::get(&path)).await?;
            times.push(began.elapsed());
            ensure!(answer.status == StatusCode::OK, "{path}: {}", answer.status);
        }
        times.sort_unstable();
        let within = |share| percentile(&times, share).unwrap_or_default();
        println!("| {template} | {} | {} |", ms(within(0.5)), ms(within(0.95)));
        if within(0.95) > Duration::from_millis(config.limit_ms) {
            slow.push(template);
        }
    }
    ensure!(slow.is_empty(), "more than {} ms: {}", config.limit_ms, slow.join(", "));
    Ok(())
}

/// Returns ids of drawings from the whole history.
async fn ids(api: &Target, connection: &mut Option<Connection>) -> anyhow::Result<Vec<String>> {
    let page = async |connection: &mut _, path: &str| -> anyhow::Result<Value> {
        api.ask(connection, &RequestTemplate::get(path)).await?.json()
    };
    let first = |page: &Value| page["predictions"][0]["id"].as_str().map(str::to_owned);
    let newest =
        first(&page(connection, "/api/v1/predictions?limit=1").await?).context("the database has no predictions")?;
    let quality = page(connection, "/api/v1/quality").await?;
    let days: Vec<&str> =
        quality["days"].as_array().into_iter().flatten().filter_map(|day| day["day"].as_str()).collect();
    let mut ids = vec![newest];
    for day in days.iter().step_by((days.len() / DEPTHS).max(1)) {
        let page = page(connection, &format!("/api/v1/predictions?limit=1&until={day}")).await?;
        ids.extend(first(&page));
    }
    println!("{} drawings of {} days.\n", quality["predictions"], days.len());
    Ok(ids)
}

fn ms(time: Duration) -> String {
    format!("{:.1} ms", time.as_secs_f64() * 1e3)
}
