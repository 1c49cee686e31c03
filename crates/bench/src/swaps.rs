//! Switches the model under load, and checks every response against the version that it names.

use crate::{
    arrival_rate::{ConstantArrivalRate, Done},
    config::{Services, Swaps},
    pictures::{Picture, ten_digits},
    request_template::RequestTemplate,
    stats::percentile,
    target::{Answer, Target},
};
use anyhow::{Context, ensure};
use serde_json::{Value, json};
use std::{
    collections::BTreeMap,
    fs,
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};
use tokio::time::sleep;

/// The largest allowed difference of a probability: another batch size changes the order of summation.
const TOLERANCE: f64 = 1e-5;

/// The smallest difference between the two versions on each drawing. It makes responses identify their version.
const MIN_DIFFERENCE: f64 = 100.0 * TOLERANCE;

/// The timeout of a switch.
const TIMEOUT: Duration = Duration::from_secs(30);

/// The largest number of concurrent requests.
const CONNECTIONS: usize = 64;

type Probabilities = [f64; 10];

/// A version's probabilities of each drawing: as an image, and as a tensor.
#[derive(Debug)]
struct Known {
    pictures: Vec<Probabilities>,
    tensors: Vec<Probabilities>,
}

/// The probabilities of each version.
type Versions = BTreeMap<String, Known>;

/// Switches the versions under load, and prints the results.
///
/// # Errors
/// When a response is wrong or missing, or a version does not start to serve.
pub(crate) async fn check(swaps: &Swaps, services: &Services) -> anyhow::Result<()> {
    let target = || Target::new("model", &services.model_url);
    let (pictures, model) = (ten_digits()?, target()?);
    let names = two_versions(&swaps.models)?;
    let versions = Arc::new(known(&model, &names, &pictures).await?);
    let (sent, templates) = templates(&pictures);
    let load = Arc::new(ConstantArrivalRate {
        target: target()?,
        templates,
        per_second: swaps.rate.get().into(),
        connections: CONNECTIONS,
        is_over: AtomicBool::new(false),
    });
    let evaluate = {
        let versions = versions.clone();
        move |done: Done| (version_of(&versions, &sent[done.template], done.answer), done.took + done.lag)
    };
    let exchanging = async {
        let took = exchange(&model, &swaps.models, &names, swaps.count).await;
        load.is_over.store(true, Ordering::Relaxed);
        took
    };
    let (answers, took) = tokio::join!(load.run(evaluate), exchanging);
    report(answers, took?)
}

/// Writes a second version with the weights of the champion and twice the temperature, which lowers its confidence.
/// Returns the names of both.
fn two_versions(models: &Path) -> anyhow::Result<[String; 2]> {
    let champion = fs::read_to_string(models.join("champion")).context("no file champion in the models folder")?;
    let champion = champion.trim().to_owned();
    let other = format!("{champion}-warm");
    let (from, to) = (models.join(&champion), models.join(&other));
    let mut card: Value = serde_json::from_str(&fs::read_to_string(from.join("card.json"))?)?;
    card["version"] = json!(other);
    let temperature = card["calibration"]["temperature"].as_f64().context("the card has no temperature")?;
    card["calibration"]["temperature"] = json!(temperature * 2.0);
    fs::create_dir_all(&to)?;
    fs::write(to.join("card.json"), card.to_string())?;
    fs::copy(from.join("weights.safetensors"), to.join("weights.safetensors"))?;
    Ok([champion, other])
}

/// Returns the probabilities of both versions, each requested by its name.
async fn known(model: &Target, names: &[String; 2], pictures: &[Picture]) -> anyhow::Result<Versions> {
    repository(model, &names[1], "load").await?;
    let mut versions = BTreeMap::new();
    for name in names {
        let mut known = Known { pictures: Vec::new(), tensors: Vec::new() };
        for picture in pictures {
            let template = RequestTemplate::png(&format!("/predict?model={name}"), &picture.png);
            let answer = model.ask_once(&template).await?.json()?;
            known.pictures.push(rows(&answer["probabilities"])?[0]);
            let answer = model.ask_once(&RequestTemplate::tensor(name, &[picture])).await?.json()?;
            known.tensors.push(rows(&answer["outputs"][0]["data"])?[0]);
        }
        versions.insert(name.clone(), known);
    }
    let [old, new] = names.each_ref().map(|name| &versions[name]);
    let mut pairs = old.pictures.iter().chain(&old.tensors).zip(new.pictures.iter().chain(&new.tensors));
    ensure!(pairs.all(|(old, new)| distance(old, new) > MIN_DIFFERENCE), "the two versions agree on a drawing");
    repository(model, &names[1], "unload").await?;
    Ok(versions)
}

/// Returns the requests, sent in turns: an image of each drawing, and a batch of drawings.
fn templates(pictures: &[Picture]) -> (Vec<Sent>, Vec<RequestTemplate>) {
    let mut sent = Vec::new();
    for first in 0..pictures.len() {
        sent.push(Sent::Picture(first));
        sent.push(Sent::Tensor((first..first + 2 + first % 4).map(|image| image % pictures.len()).collect()));
    }
    let template = |sent: &Sent| match sent {
        Sent::Picture(picture) => RequestTemplate::png("/predict", &pictures[*picture].png),
        Sent::Tensor(images) => {
            RequestTemplate::tensor("digits", &images.iter().map(|&image| &pictures[image]).collect::<Vec<_>>())
        }
    };
    let templates = sent.iter().map(template).collect();
    (sent, templates)
}

/// The drawings of a request: one as an image, or several as a tensor. The numbers are indices of drawings.
#[derive(Debug, Clone)]
enum Sent {
    Picture(usize),
    Tensor(Vec<usize>),
}

/// Returns the version that a response names.
///
/// # Errors
/// When there is no response, or its probabilities differ from those of that version.
fn version_of(versions: &Versions, sent: &Sent, answer: anyhow::Result<Answer>) -> anyhow::Result<String> {
    let answer = answer?.json()?;
    let (version, said) = match sent {
        Sent::Picture(_) => (&answer["model"], rows(&answer["probabilities"])?),
        Sent::Tensor(_) => (&answer["model_version"], rows(&answer["outputs"][0]["data"])?),
    };
    let version = version.as_str().context("a response names no version")?;
    let known = versions.get(version).with_context(|| format!("{version} never served"))?;
    let expected: Vec<Probabilities> = match sent {
        Sent::Picture(picture) => vec![known.pictures[*picture]],
        Sent::Tensor(images) => images.iter().map(|&image| known.tensors[image]).collect(),
    };
    let is_right = |(said, expected)| distance(said, expected) <= TOLERANCE;
    ensure!(said.len() == expected.len(), "{} rows for {} drawings", said.len(), expected.len());
    ensure!(said.iter().zip(&expected).all(is_right), "the probabilities are not those of {version} for {sent:?}");
    Ok(version.to_owned())
}

/// Lets the versions serve in turns, and unloads each one afterwards. Every switch therefore reads a version from disk.
/// Returns the durations of the switches.
async fn exchange(model: &Target, models: &Path, names: &[String; 2], count: usize) -> anyhow::Result<Vec<Duration>> {
    let mut took = Vec::new();
    for swap in 1..=count {
        let (old, new) = (&names[(swap - 1) % 2], &names[swap % 2]);
        let began = Instant::now();
        promote(models, new)?;
        while model.ask_once(&RequestTemplate::get("/")).await?.json()?["model"] != **new {
            ensure!(began.elapsed() < TIMEOUT, "{new} does not start to serve");
            sleep(Duration::from_millis(5)).await;
        }
        took.push(began.elapsed());
        repository(model, old, "unload").await?;
    }
    Ok(took)
}

/// Writes the name of the version that is to serve. Renaming the file ensures that no reader sees a partial name.
fn promote(models: &Path, name: &str) -> anyhow::Result<()> {
    let fresh = models.join("champion.new");
    fs::write(&fresh, name)?;
    fs::rename(fresh, models.join("champion")).context("the file champion cannot be written")
}

async fn repository(model: &Target, name: &str, what: &str) -> anyhow::Result<()> {
    let template = RequestTemplate::json(&format!("/v2/repository/models/{name}/{what}"), &json!({}));
    let answer = model.ask_once(&template).await?;
    ensure!(answer.status.is_success(), "{name} was not {what}ed: {}", String::from_utf8_lossy(&answer.body));
    Ok(())
}

/// Returns the ten probabilities of each drawing.
fn rows(numbers: &Value) -> anyhow::Result<Vec<Probabilities>> {
    let numbers: Vec<f64> = serde_json::from_value(numbers.clone()).context("no probabilities")?;
    let (rows, rest) = numbers.as_chunks();
    ensure!(!rows.is_empty() && rest.is_empty(), "{} numbers are not rows of ten", numbers.len());
    Ok(rows.to_vec())
}

/// Returns the largest difference.
fn distance(one: &Probabilities, other: &Probabilities) -> f64 {
    one.iter().zip(other).map(|(one, other)| (one - other).abs()).fold(0.0, f64::max)
}

/// Prints the responses per version, and the durations of the requests and switches.
fn report(answers: Vec<(anyhow::Result<String>, Duration)>, mut exchanges: Vec<Duration>) -> anyhow::Result<()> {
    let (mut by_version, mut took, mut failures) = (BTreeMap::<String, u64>::new(), Vec::new(), Vec::new());
    for (version, duration) in answers {
        took.push(duration);
        match version {
            Ok(version) => *by_version.entry(version).or_default() += 1,
            Err(error) => failures.push(format!("{error:#}")),
        }
    }
    took.sort_unstable();
    exchanges.sort_unstable();
    println!("| | count | p50 | p99 | slowest |\n| --- | --- | --- | --- | --- |");
    println!("{}\n{}", row("switches", &exchanges), row("requests", &took));
    for (version, count) in &by_version {
        println!("{version}: {count} responses");
    }
    println!("Failures: {}.", failures.len());
    failures.iter().take(5).for_each(|failure| println!("  {failure}"));
    ensure!(failures.is_empty(), "requests failed");
    ensure!(by_version.len() == 2, "only one version answered");
    Ok(())
}

fn row(name: &str, sorted: &[Duration]) -> String {
    let shown = |share| percentile(sorted, share).map_or(f64::NAN, |time| time.as_secs_f64() * 1e3);
    format!("| {name} | {} | {:.1} ms | {:.1} ms | {:.1} ms |", sorted.len(), shown(0.5), shown(0.99), shown(1.0))
}

#[cfg(test)]
mod tests {
    use super::*;
    use hyper::{HeaderMap, StatusCode};

    fn says(first: f64) -> Probabilities {
        let mut probabilities = [0.0; 10];
        probabilities[0] = first;
        probabilities
    }

    fn versions() -> Versions {
        let known = |first| Known { pictures: vec![says(first)], tensors: vec![says(first), says(first / 2.0)] };
        BTreeMap::from([("old".to_owned(), known(0.8)), ("new".to_owned(), known(0.6))])
    }

    fn is_right(sent: &Sent, body: &Value) -> bool {
        let answer = Answer { status: StatusCode::OK, headers: HeaderMap::new(), body: body.to_string().into() };
        version_of(&versions(), sent, Ok(answer)).is_ok()
    }

    #[test]
    fn a_response_must_agree_with_the_version_that_it_names() {
        let said =
            |model: &str, first| is_right(&Sent::Picture(0), &json!({ "model": model, "probabilities": says(first) }));
        assert!(said("old", 0.8) && said("new", 0.600_009));
        assert!(!said("old", 0.6) && !said("new", 0.600_011) && !said("other", 0.8));
    }

    #[test]
    fn a_batch_must_not_mix_versions_or_lack_rows() {
        let said = |rows: &[Probabilities]| {
            let outputs = json!([{ "data": rows.as_flattened() }]);
            is_right(&Sent::Tensor(vec![0, 1, 0]), &json!({ "model_version": "old", "outputs": outputs }))
        };
        assert!(said(&[says(0.8), says(0.4), says(0.8)]));
        assert!(!said(&[says(0.8), says(0.4), says(0.6)]), "the last row is of another version");
        assert!(!said(&[says(0.8), says(0.4)]));
        assert!(!is_right(&Sent::Tensor(vec![0]), &json!({ "error": "too busy" })));
    }
}
