//! The loop of learning with the real trainer: people draw in a style that the model misreads, a trainer learns from their
//! drawings, the model services serve the better model, and an operator rolls back.

use crate::{
    drawings,
    person::{Person, token},
    registry_replicas::{command, follow, keep_predicting, promote, until},
    stack::{Stack, json},
};
use api::ModelCommand;
use base64::{Engine, engine::general_purpose::STANDARD};
use reqwest::StatusCode;
use serde_json::{Value, json};
use std::{
    fs,
    net::SocketAddr,
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};
use tempfile::TempDir;
use tokio::{
    net::{TcpListener, TcpStream},
    task::{JoinHandle, JoinSet},
    time::sleep,
};
use trainer::{
    fit::{Precision, TrainingRecipe},
    fixture,
    learn::{ApiClient, LearnOptions, learn},
    stroke_renderer::Strokes,
};
use uuid::Uuid;
use wire::{Comparison, ComparisonOutcome, Input, InputKind, ModelState};

/// Options that train a small network for so many epochs. The folder holds the token and the files of the run.
fn options(address: &str, folder: &Path, epochs: u32) -> LearnOptions {
    LearnOptions {
        api: address.parse().unwrap(),
        token_file: Some(folder.join("token")),
        data: None,
        models: folder.join("runs"),
        every: None,
        after: None,
        recipe: TrainingRecipe {
            architecture: network::Architecture::Small,
            epochs,
            batch_size: 32,
            learning_rate: 3e-3,
            seed: 1,
            limit: None,
            precision: Precision::F32,
        },
        threads: 1,
        loaders: 1,
    }
}

/// Trains a model on fixture data and the training examples of the service, and submits it.
async fn trained(options: LearnOptions) -> anyhow::Result<ModelState> {
    let run = move || {
        let api = ApiClient::new(options.api.clone(), options.token_file.clone());
        learn(&options, &api, || Ok(fixture::split_with_easy_hold_outs(60)))
    };
    tokio::task::spawn_blocking(run).await.unwrap()
}

/// The names of writers, as many as asked for of each use of their drawings: training, gate and test.
async fn writers(stack: &Stack, numbers: [usize; 3]) -> [Vec<String>; 3] {
    let query =
        "select 'writer ' || n from generate_series(1, 1000) n where split_of_writer('writer ' || n) = $1 limit $2";
    let mut sql = stack.sql().await;
    let mut names = [const { Vec::new() }; 3];
    for (split, (number, names)) in ["train", "gate", "test"].into_iter().zip(numbers.into_iter().zip(&mut names)) {
        let query = sqlx::query_scalar(query).bind(split).bind(i64::try_from(number).unwrap());
        *names = query.fetch_all(&mut sql).await.unwrap();
        assert_eq!(names.len(), number);
    }
    names
}

/// A line of an import: a labelled drawing of a writer. `template` is a line of an export.
fn line(template: &Value, writer: &str, label: u8, strokes: &Strokes) -> String {
    let strokes: Vec<Vec<[f32; 2]>> =
        strokes.iter().map(|stroke| stroke.iter().map(|point| [point.x, point.y]).collect()).collect();
    let input = json!({ "strokes": strokes }).to_string().into_bytes();
    let kept = Input::kept(input.clone().into(), InputKind::Strokes).unwrap();
    let mut line = template.clone();
    line["id"] = Uuid::now_v7().to_string().into();
    line["writer"] = writer.into();
    line["true_label"] = label.into();
    line["input_kind"] = "strokes".into();
    line["input"] = STANDARD.encode(input).into();
    line["bitmap"] = json!(kept.preprocess().unwrap().bitmap);
    for of_template in ["deletion_token_hash", "visitor_id", "labels", "may_train", "in_random_sample"] {
        line.as_object_mut().unwrap().remove(of_template);
    }
    line.to_string()
}

/// The lines of ten digits of a writer.
fn usual_digits(template: &Value, writer: &str) -> Vec<String> {
    let drawn = fixture::split(1).train.pen;
    drawn.iter().map(|pen| line(template, writer, pen.label.value(), &pen.strokes)).collect()
}

/// A line of the export of this service.
async fn exported(stack: &Stack, token: &str) -> Value {
    stack.draw(&drawings::all()[8]).await;
    let export = stack.get("/api/v1/export/predictions.ndjson").bearer_auth(token).send().await.unwrap();
    serde_json::from_str(export.text().await.unwrap().lines().next().unwrap()).unwrap()
}

async fn import(stack: &Stack, token: &str, lines: &[String]) {
    let request = stack.post("/api/v1/import", "application/x-ndjson", lines.join("\n")).bearer_auth(token);
    json(request.send().await.unwrap(), StatusCode::OK).await;
}

/// A service with an operator and a folder with the operator's token; also the token.
async fn service_with_token() -> (Stack, TempDir, String) {
    let stack = Stack::with_accounts().await;
    let ada = Person::invited(&stack, "ada", "operator").await;
    let scopes = token(&ada, "everything", &["predict", "export", "import", "training", "models:read"]).await;
    let folder = TempDir::new().unwrap();
    fs::write(folder.path().join("token"), &scopes).unwrap();
    (stack, folder, scopes)
}

/// The newest comparison of the registry.
async fn comparison(stack: &Stack) -> Comparison {
    let query = "select comparison from models where comparison is not null order by created_at desc limit 1";
    serde_json::from_value(sqlx::query_scalar(query).fetch_one(&mut stack.sql().await).await.unwrap()).unwrap()
}

#[tokio::test]
async fn a_style_that_the_model_misreads_is_learnt_served_and_rolled_back() {
    let (stack, folder, scopes) = service_with_token().await;
    let (template, address) = (exported(&stack, &scopes).await, stack.url(""));
    // The first model of the registry learns the usual digits only.
    let [train, gate, test] = writers(&stack, [12, 22, 2]).await;
    import(&stack, &scopes, &usual_digits(&template, &train[0])).await;
    assert_eq!(trained(options(&address, folder.path(), 2)).await.unwrap(), ModelState::Evaluated);
    let first = comparison(&stack).await.challenger;
    promote(&stack, &first).await;

    let drawn = train.iter().chain(&gate).chain(&test).zip(0..).flat_map(|(writer, seed)| {
        fixture::slanting_ones(seed, 15).into_iter().map(|one| line(&template, writer, 1, &one)).collect::<Vec<_>>()
    });
    import(&stack, &scopes, &drawn.collect::<Vec<_>>()).await;
    assert_eq!(trained(options(&address, folder.path(), 5)).await.unwrap(), ModelState::Evaluated);
    let comparison = comparison(&stack).await;
    assert_eq!(comparison.outcome, ComparisonOutcome::Better, "{}", comparison.summary());
    let lost = comparison.mistakes_lost.iter().filter(|mistake| mistake.set == "collected drawings").count();
    assert!(lost > 100, "the first model misread only {lost} of 330 slanting ones");
    let left: Vec<_> =
        fs::read_dir(folder.path().join("runs")).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert!(left.is_empty(), "nothing of the drawings outlives the run: {left:?}");

    serve_and_roll_back(&stack, folder.path(), &first, &comparison.challenger).await;
}

/// Promotes the second model while two model services serve the first one, and rolls back. No request may fail.
async fn serve_and_roll_back(stack: &Stack, folder: &Path, first: &str, second: &str) {
    let token = folder.join("token");
    let replicas = [
        follow(&stack.url(""), &token, &folder.join("one")).await,
        follow(&stack.url(""), &token, &folder.join("two")).await,
    ];
    for replica in &replicas {
        until(&stack.http, replica, first, first).await;
    }
    let is_over = Arc::new(AtomicBool::new(false));
    let clients = replicas.each_ref().map(|replica| {
        tokio::spawn(keep_predicting(format!("http://{}/predict", replica.address), None, is_over.clone()))
    });
    promote(stack, second).await;
    for replica in &replicas {
        until(&stack.http, replica, second, second).await;
    }
    command(stack, ModelCommand::Rollback { reason: "the first one again".to_owned() }).await;
    for replica in &replicas {
        until(&stack.http, replica, first, first).await;
    }
    is_over.store(true, Ordering::Relaxed);
    for client in clients {
        assert!(client.await.unwrap() > 0);
    }
}

/// The address of the service and the folder of the run, for [`a_trainer_in_a_process_of_its_own`].
const RUN: &str = "DIGITS_TEST_RUN";

#[test]
#[ignore = "another test runs it in a process of its own"]
fn a_trainer_in_a_process_of_its_own() {
    let run = std::env::var(RUN).expect("another test sets the variable");
    let (address, folder) = run.split_once(' ').unwrap();
    let options = options(address, Path::new(folder), 50);
    let api = ApiClient::new(options.api.clone(), options.token_file.clone());
    learn(&options, &api, || Ok(fixture::split(20))).unwrap();
}

/// A trainer in a process of its own. The shell runs `limits` before.
fn trainer_process(stack: &Stack, folder: &Path, limits: &str) -> tokio::process::Command {
    let mut trainer = tokio::process::Command::new("sh");
    trainer
        .args(["-c", &format!("{limits} exec \"$0\" \"$@\"")])
        .arg(std::env::current_exe().unwrap())
        .args(["--exact", "learning::a_trainer_in_a_process_of_its_own", "--ignored"])
        .env(RUN, format!("{} {}", stack.url(""), folder.display()))
        .kill_on_drop(true);
    trainer
}

/// Starts a trainer, and kills it after an epoch. The version that it trained.
async fn killed_while_training(stack: &Stack, folder: &Path) -> Value {
    let before = newest(stack).await;
    let mut trainer = trainer_process(stack, folder, "").spawn().unwrap();
    let version = loop {
        let model = newest(stack).await;
        if model != before && model["progress"]["epoch"].as_u64() > Some(0) {
            break model["version"].clone();
        }
        assert!(trainer.try_wait().unwrap().is_none(), "the trainer has ended: {model}");
        sleep(Duration::from_millis(100)).await;
    };
    trainer.kill().await.unwrap();
    version
}

/// The newest model of the registry.
async fn newest(stack: &Stack) -> Value {
    let query = "select jsonb_build_object('version', version, 'state', state, 'reason', reason, 'progress', progress)
                 from model_states join models using (version) left join training_progress using (version)
                 order by models.created_at desc limit 1";
    sqlx::query_scalar(query).fetch_optional(&mut stack.sql().await).await.unwrap().unwrap_or_default()
}

#[tokio::test]
async fn a_killed_run_resumes_unless_a_drawing_that_it_learns_from_was_deleted() {
    let (stack, folder, scopes) = service_with_token().await;
    let template = exported(&stack, &scopes).await;
    let [train, ..] = writers(&stack, [1, 0, 0]).await;
    import(&stack, &scopes, &usual_digits(&template, &train[0])).await;

    let first = killed_while_training(&stack, folder.path()).await;
    assert_eq!(newest(&stack).await["state"], "training");
    assert_eq!(killed_while_training(&stack, folder.path()).await, first, "the run resumes");

    let delete = "delete from predictions where id in (select id from predictions where writer is not null limit 1)";
    assert_eq!(sqlx::query(delete).execute(&mut stack.sql().await).await.unwrap().rows_affected(), 1);
    let second = killed_while_training(&stack, folder.path()).await;
    assert_ne!(second, first);
    let ended = "select state, reason from model_states where version = $1";
    let ended: (String, String) =
        sqlx::query_as(ended).bind(first.as_str()).fetch_one(&mut stack.sql().await).await.unwrap();
    assert_eq!(ended, ("rejected".to_owned(), "a training example was deleted or changed".to_owned()));
    let left = fs::read_dir(folder.path().join("runs/run")).unwrap().map(|entry| entry.unwrap().file_name());
    assert!(!left.into_iter().any(|name| name.to_string_lossy().contains(first.as_str().unwrap())));
}

#[tokio::test]
async fn a_trainer_that_finds_no_room_ends_with_an_error_and_its_run_resumes() {
    let (stack, folder, scopes) = service_with_token().await;
    let template = exported(&stack, &scopes).await;
    let [train, ..] = writers(&stack, [1, 0, 0]).await;
    import(&stack, &scopes, &usual_digits(&template, &train[0])).await;

    // The manifest has room, the state of the training does not.
    let output = trainer_process(&stack, folder.path(), "trap '' XFSZ; ulimit -f 64;").output().await.unwrap();
    let output = String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned();
    assert!(output.contains("File too large"), "{output}");
    let first = newest(&stack).await;
    assert_eq!(first["state"], "training");
    assert_eq!(killed_while_training(&stack, folder.path()).await, first["version"], "the run resumes");
}

/// A proxy in front of the service that can become unreachable.
struct Proxy {
    address: SocketAddr,
    service: SocketAddr,
    task: JoinHandle<()>,
}

impl Proxy {
    async fn start(address: &str, service: SocketAddr) -> Self {
        let listener = TcpListener::bind(address).await.unwrap();
        let address = listener.local_addr().unwrap();
        let task = tokio::spawn(async move {
            let mut connections = JoinSet::new();
            while let Ok((mut client, _)) = listener.accept().await {
                connections.spawn(async move {
                    let mut service = TcpStream::connect(service).await?;
                    tokio::io::copy_bidirectional(&mut client, &mut service).await
                });
            }
        });
        Self { address, service, task }
    }

    /// Closes all connections, and listens no more.
    async fn stop(&mut self) {
        self.task.abort();
        assert!((&mut self.task).await.unwrap_err().is_cancelled());
    }

    async fn start_again(self) -> Self {
        Self::start(&self.address.to_string(), self.service).await
    }
}

/// Waits until the condition holds, which is to be during the run.
async fn during<T>(run: &JoinHandle<T>, mut holds: impl AsyncFnMut() -> bool) {
    while !holds().await {
        assert!(!run.is_finished(), "the run has ended");
        sleep(Duration::from_millis(100)).await;
    }
}

#[tokio::test]
async fn a_run_goes_on_while_the_service_is_unreachable_and_submits_its_model_later() {
    let (stack, folder, scopes) = service_with_token().await;
    let template = exported(&stack, &scopes).await;
    let [train, ..] = writers(&stack, [1, 0, 0]).await;
    import(&stack, &scopes, &usual_digits(&template, &train[0])).await;

    let mut proxy = Proxy::start("127.0.0.1:0", stack.api.address).await;
    let run = tokio::spawn(trained(options(&format!("http://{}", proxy.address), folder.path(), 8)));
    during(&run, async || newest(&stack).await["progress"]["epoch"].as_u64() > Some(0)).await;
    proxy.stop().await;
    let model = folder.path().join("runs/run").join(newest(&stack).await["version"].as_str().unwrap());
    during(&run, async || model.join("evaluation.json").exists()).await;
    assert_eq!(newest(&stack).await["state"], "training");
    let _proxy = proxy.start_again().await;
    assert_eq!(run.await.unwrap().unwrap(), ModelState::Evaluated);
    assert_eq!(newest(&stack).await["state"], "evaluated");
}
