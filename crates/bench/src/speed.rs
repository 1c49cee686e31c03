//! Measures the throughput and latency of `POST /predict` in rounds of load, which digits and the peer get in turns.

use crate::{
    config::{Services, Speed},
    load, memory,
    pictures::ten_digits,
    report::{self, Row},
    request_template::RequestTemplate,
    target::Target,
};
use std::{sync::Arc, time::Duration};

/// The duration of the load that fills caches and connection pools before the rounds.
pub(crate) const WARM_UP: Duration = Duration::from_secs(2);

/// A target and its requests.
type TargetRequests = (Arc<Target>, Vec<RequestTemplate>);

/// Measures the targets, and prints a table of the results.
pub(crate) async fn measure(speed: &Speed, services: &Services) -> anyhow::Result<()> {
    let targets = targets(speed, services)?;
    for (target, forms) in &targets {
        let warm = load::round(target, forms, 1, WARM_UP).await;
        anyhow::ensure!(warm.answers > 0, "{} predicts nothing ({}). Is it running?", target.address(), warm.errors());
    }
    let mut rows = Vec::new();
    for &clients in &speed.clients {
        rows.extend(alternate(speed, &targets, clients).await);
    }
    print!("{}", report::table(&rows));
    for process in &services.processes {
        println!("{}: {} MB resident", process.name, memory::resident_kib(process.pid)? / 1024);
    }
    Ok(())
}

fn targets(speed: &Speed, services: &Services) -> anyhow::Result<Vec<TargetRequests>> {
    let pictures = ten_digits()?;
    let with_requests = |name, url: &str, path, cookie: Option<&str>| {
        let form = |png: &[u8]| {
            let form = RequestTemplate::form(path, png);
            cookie.map_or(Ok(form.clone()), |cookie| form.header("cookie", cookie))
        };
        let forms = pictures.iter().map(|picture| form(&picture.png)).collect::<anyhow::Result<_>>()?;
        anyhow::Ok((Arc::new(Target::new(name, url)?), forms))
    };
    let mut targets = vec![with_requests("digits", &services.api_url, "/predict", None)?];
    if let Some(url) = &speed.peer_url {
        targets.push(with_requests("peer", url, "/predict/", speed.peer_cookie.as_deref())?);
    }
    Ok(targets)
}

/// Runs rounds with `clients` clients. The targets take turns, and every second round reverses their order, so that
/// other load on the machine affects all targets alike.
async fn alternate(speed: &Speed, targets: &[TargetRequests], clients: usize) -> Vec<Row> {
    let mut rows: Vec<Row> = targets.iter().map(|(target, _)| Row::new(clients, target.name())).collect();
    for round in 0..speed.rounds.get() {
        let mut turns: Vec<_> = targets.iter().zip(&mut rows).collect();
        if round % 2 == 1 {
            turns.reverse();
        }
        for ((target, forms), row) in turns {
            row.rounds.push(load::round(target, forms, clients, Duration::from_secs(speed.seconds)).await);
        }
    }
    rows
}
