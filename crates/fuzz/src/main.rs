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

/// The allocator of the model service.
#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

/// Sends invalid and damaged inputs to the model service in this process and checks every response. Then strips the
/// metadata of the same number of images like the web service does.
#[derive(Debug, Parser)]
#[command(version)]
struct Config {
    /// Number of inputs.
    #[arg(long, default_value = "1000000")]
    inputs: u64,
    /// Index of the first input. The same seed and index give the same input.
    #[arg(long, default_value = "0")]
    from: u64,
    /// Seed of the inputs [default: the time].
    #[arg(long)]
    seed: Option<u64>,
    /// Number of concurrent inputs.
    #[arg(long, default_value = "4")]
    tasks: usize,
    /// Folder with the models.
    #[arg(long, default_value = "models")]
    models: PathBuf,
    /// Folder for failed requests.
    #[arg(long, default_value = "target/fuzz")]
    out: PathBuf,
}

#[tokio::main]
async fn main() -> anyhow::Result<ExitCode> {
    let config = Config::parse();
    let seed = config.seed.unwrap_or_else(now);
    println!("{} inputs from index {}, --seed {seed}", config.inputs, config.from);
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

/// Strips images, prints the outcomes, and returns whether there are no failures.
fn strip(config: &Config, seed: u64) -> anyhow::Result<bool> {
    let began = Instant::now();
    let (tally, failures) = Stripping::new(seed)?.run(config.from..config.from + config.inputs, config.tasks);
    println!("\n{}", tally.table());
    println!("{} images in {:.0?}. Failures: {}.", tally.inputs(), began.elapsed(), failures.len());
    for StripFailure { input, what, picture } in &failures {
        fs::create_dir_all(&config.out)?;
        let file = config.out.join(format!("{seed}-{input}.picture"));
        fs::write(&file, picture)?;
        println!("Image {input}: {what}\n  {}", file.display());
    }
    Ok(failures.is_empty() && tally.inputs() == config.inputs)
}

/// Writes a failed request to a file, and prints the command to repeat it.
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

/// Returns the current and the maximum resident memory of this process, on Linux.
fn memory() -> String {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let megabytes = |name| {
        let line = status.lines().find_map(|line| line.strip_prefix(name))?;
        Some(line.trim().trim_end_matches(" kB").parse::<u64>().ok()? / 1024)
    };
    let told = |name| megabytes(name).map_or("unknown".to_owned(), |megabytes| megabytes.to_string());
    format!("{} MB resident, {} MB maximum", told("VmRSS:"), told("VmHWM:"))
}
