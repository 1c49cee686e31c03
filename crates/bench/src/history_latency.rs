//! How long it takes to look back on very many drawings: pages of each kind from any depth, and the figures of quality.

use crate::{
    config::{Past, Services},
    question::Question,
    stats::percentile,
    target::{Connection, Target},
};
use anyhow::{Context, ensure};
use hyper::StatusCode;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use serde_json::Value;
use std::time::{Duration, Instant};

/// Ids of drawings that pages begin after.
const DEPTHS: usize = 100;

/// What is looked at; `{}` is where a drawing's id stands, from which a page goes on. Each index is used, and some
/// conditions together, which share one.
const LOOKS: [&str; 21] = [
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
    "/api/v1/labelling-queue?after={}",
    "/history?before={}",
    "/history?incorrect=true&predicted=7&before={}",
    "/label?after={}",
    "/api/v1/quality",
    "/quality",
];

/// Looks at everything again and again, and prints how long that took.
///
/// # Errors
/// When a look failed, or took longer than it may.
pub(crate) async fn measure(past: &Past, services: &Services) -> anyhow::Result<()> {
    let api = Target::new("api", &services.api_url)?;
    let mut connection = None;
    let mut random = ChaCha8Rng::seed_from_u64(0);
    let ids = ids(&api, &mut connection).await?;
    println!("| page | median | p95 |\n| --- | --- | --- |");
    let mut slow = Vec::new();
    for look in LOOKS {
        let mut times = Vec::new();
        for _ in 0..past.looks.get() {
            let path = look.replace("{}", &ids[random.random_range(0..ids.len())]);
            let began = Instant::now();
            let answer = api.ask(&mut connection, &Question::get(&path)).await?;
            times.push(began.elapsed());
            ensure!(answer.status == StatusCode::OK, "{path}: {}", answer.status);
        }
        times.sort_unstable();
        let within = |share| percentile(&times, share).unwrap_or_default();
        println!("| {look} | {} | {} |", ms(within(0.5)), ms(within(0.95)));
        if within(0.95) > Duration::from_millis(past.limit_ms) {
            slow.push(look);
        }
    }
    ensure!(slow.is_empty(), "more than {} ms: {}", past.limit_ms, slow.join(", "));
    Ok(())
}

/// The ids of drawings from all of the past: a page of each depth's first one.
async fn ids(api: &Target, connection: &mut Option<Connection>) -> anyhow::Result<Vec<String>> {
    let page = async |connection: &mut _, path: &str| -> anyhow::Result<Value> {
        api.ask(connection, &Question::get(path)).await?.json()
    };
    let first = |page: &Value| page["predictions"][0]["id"].as_str().map(str::to_owned);
    let newest = first(&page(connection, "/api/v1/predictions?limit=1").await?)
        .context("there is no past: fill the database")?;
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
