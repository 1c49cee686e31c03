//! `make fuzz`: sends inputs, prints tables of the outcomes, and writes a file for each failure.

use clap::Parser;
use fuzz::{Campaign, Failure, StripFailure, Stripping, target};
use mimalloc::MiMalloc;
use std::{
    cell::Cell,
    fs,
    path::{Path, PathBuf},
    process::ExitCode,
    time::{Instant, SystemTime, UNIX_EPOCH},
};

/// The model service allocates with it, too.
#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

/// Sends inputs that nobody should send to the model service, in this process, and checks every answer; then strips as
/// many pictures with metadata as the web service does.
#[derive(Debug, Parser)]
#[command(version)]
struct Config {
    /// How many inputs.
    #[arg(long, default_value = "1000000")]
    inputs: u64,
    /// The first of them: with the same seed an input is the same in every run.
    #[arg(long, default_value = "0")]
    from: u64,
    /// The seed of the inputs [default: another one each time].
    #[arg(long)]
    seed: Option<u64>,
    /// How many are under way at a time.
    #[arg(long, default_value = "4")]
    tasks: usize,
    /// The folder with the models.
    #[arg(long, default_value = "models")]
    models: PathBuf,
    /// The folder that failed requests are written to.
    #[arg(long, default_value = "target/fuzz")]
    out: PathBuf,
}

#[tokio::main]
async fn main() -> anyhow::Result<ExitCode> {
    let config = Config::parse();
    let seed = config.seed.unwrap_or_else(now);
    println!("{} inputs from {} on, --seed {seed}", config.inputs, config.from);
    let campaign = Campaign::new(target(&config.models)?, seed)?;
    let (began, told) = (Instant::now(), Cell::new(0));
    let progress = |done: u64| {
        let twentieths = done * 20 / config.inputs.max(1);
        if twentieths > told.replace(twentieths) {
            println!("{done} inputs ({} %) after {:.0?}, {}", twentieths * 5, began.elapsed(), memory());
        }
    };
    let (tally, failures) = campaign.run(config.from..config.from + config.inputs, config.tasks, progress).await;
    println!("\n{}", tally.table());
    println!("{} inputs in {:.0?}, {}. Failures: {}.", tally.inputs(), began.elapsed(), memory(), failures.len());
    for failure in &failures {
        write(&config.out, seed, failure)?;
    }
    let is_stripped = strip(&config, seed)?;
    Ok(if failures.is_empty() && tally.inputs() == config.inputs && is_stripped {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

/// Strips pictures, prints the outcomes, and returns whether there is no failure.
fn strip(config: &Config, seed: u64) -> anyhow::Result<bool> {
    let began = Instant::now();
    let (tally, failures) = Stripping::new(seed)?.run(config.from..config.from + config.inputs, config.tasks);
    println!("\n{}", tally.table());
    println!("{} pictures in {:.0?}. Failures: {}.", tally.inputs(), began.elapsed(), failures.len());
    for StripFailure { input, what, picture } in &failures {
        fs::create_dir_all(&config.out)?;
        let file = config.out.join(format!("{seed}-{input}.picture"));
        fs::write(&file, picture)?;
        println!("Picture {input}: {what}\n  {}", file.display());
    }
    Ok(failures.is_empty() && tally.inputs() == config.inputs)
}

/// Writes a failed request to a file, and prints how to send it again.
fn write(folder: &Path, seed: u64, failure: &Failure) -> anyhow::Result<()> {
    fs::create_dir_all(folder)?;
    let file = folder.join(format!("{seed}-{}.http", failure.input));
    fs::write(&file, &failure.request)?;
    println!("Input {}: {}", failure.input, failure.what);
    println!("  {} (again: --seed {seed} --from {} --inputs 1)", file.display(), failure.input);
    Ok(())
}

fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs())
}

/// The resident memory of this process, now and at most, as Linux reports it.
fn memory() -> String {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let megabytes = |name| {
        let line = status.lines().find_map(|line| line.strip_prefix(name))?;
        Some(line.trim().trim_end_matches(" kB").parse::<u64>().ok()? / 1024)
    };
    let told = |name| megabytes(name).map_or("unknown".to_owned(), |megabytes| megabytes.to_string());
    format!("{} MB resident, {} MB at most", told("VmRSS:"), told("VmHWM:"))
}
