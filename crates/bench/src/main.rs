//! How fast `POST /predict` is: drawings → rounds of load, digits and the peer in turns → a table.

mod config;
mod load;
mod memory;
mod pictures;
mod report;
mod stats;
mod target;

use clap::Parser;
use config::Config;
use report::Row;
use std::{sync::Arc, time::Duration};
use target::{Form, Target};

/// Time for caches to fill and pools to connect, which no round counts.
const WARM_UP: Duration = Duration::from_secs(2);

// One thread is enough to ask, and leaves the processor to those who answer.
#[tokio::main(flavor = "current_thread")]
async fn main() -> anyhow::Result<()> {
    let config = Config::parse();
    let targets = targets(&config)?;
    let forms = pictures::ten_digits()?.iter().map(|png| target::form(png)).collect::<Vec<_>>();
    for target in &targets {
        let warm = load::round(target, &forms, 1, WARM_UP).await;
        anyhow::ensure!(warm.answers > 0, "{} predicts nothing ({}). Is it running?", target.address(), warm.errors());
    }
    let mut rows = Vec::new();
    for &clients in &config.clients {
        rows.extend(side_by_side(&config, &targets, &forms, clients).await);
    }
    print!("{}", report::table(&rows));
    for process in &config.processes {
        println!("{}: {} MB resident", process.name, memory::resident_kib(process.pid)? / 1024);
    }
    Ok(())
}

fn targets(config: &Config) -> anyhow::Result<Vec<Arc<Target>>> {
    let mut targets = vec![Arc::new(Target::new("digits", &config.url, "/predict")?)];
    if let Some(url) = &config.peer_url {
        targets.push(Arc::new(Target::new("peer", url, "/predict/")?));
    }
    Ok(targets)
}

/// Rounds with so many clients. The targets take turns, and every other round begins with the other one: what else the
/// machine does meets them alike.
async fn side_by_side(config: &Config, targets: &[Arc<Target>], forms: &[Form], clients: usize) -> Vec<Row> {
    let mut rows: Vec<Row> = targets.iter().map(|target| Row::new(clients, target.name())).collect();
    for round in 0..config.rounds.get() {
        let mut turns: Vec<_> = targets.iter().zip(&mut rows).collect();
        if round % 2 == 1 {
            turns.reverse();
        }
        for (target, row) in turns {
            row.rounds.push(load::round(target, forms, clients, Duration::from_secs(config.seconds)).await);
        }
    }
    rows
}
