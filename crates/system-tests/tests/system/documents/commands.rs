//! Tests that run every command of the documents, except those with a reason in `not_run.rs`.

use super::{Block, blocks, documents, not_run::NOT_RUN, python_example};
use crate::stack::{Stack, root};
use serde_json::Value;
use std::{collections::HashSet, fs, os::unix::fs::symlink, path::Path, process::Stdio};
use tokio::process::Command;

/// The allowed languages of fenced blocks. Blocks of commands are `sh`, so the tests find every command.
const LANGUAGES: [&str; 6] = ["json", "mermaid", "python", "sh", "text", "yaml"];

/// The programs that commands call.
const PROGRAMS: [&str; 9] = ["cargo ", "curl ", "docker ", "git ", "make ", "psql ", "python3 ", "scripts/", "target/"];

/// The files of the repository that commands read.
const FILES: [&str; 4] = [".env.example", "Makefile", "examples", "scripts"];

/// Returns the commands of a block, without comments and with continued lines joined.
pub(super) fn commands(block: &Block) -> Vec<String> {
    let joined = block.text.replace("\\\n", " ");
    let uncommented = joined.lines().map(|line| line.split("  #").next().unwrap_or_default().trim());
    uncommented.filter(|line| !line.is_empty() && !line.starts_with('#')).map(str::to_owned).collect()
}

fn reason(command: &str) -> Option<&'static str> {
    NOT_RUN.iter().find(|(_, commands)| commands.contains(&command)).map(|(reason, _)| *reason)
}

#[test]
fn every_fenced_block_is_of_a_known_language_and_commands_are_shell() {
    for block in documents().iter().flat_map(super::Document::blocks) {
        assert!(LANGUAGES.contains(&block.language.as_str()), "{}: {:?}", block.place, block.language);
        if block.language == "json" {
            let parsed: Result<Value, _> = serde_json::from_str(&block.text);
            assert!(parsed.is_ok(), "{}: {parsed:?}", block.place);
        }
        let hidden = |line: &str| PROGRAMS.iter().any(|program| line.trim_start().starts_with(program));
        let hides_a_command = block.language == "text" && block.text.lines().any(hidden);
        assert!(!hides_a_command, "{}: write ```sh before commands", block.place);
    }
}

#[test]
fn every_listed_command_is_in_a_document_and_every_target_of_make_exists() {
    let mut found: HashSet<String> = blocks("sh").iter().flat_map(commands).collect();
    found.extend(blocks("python").iter().filter_map(|block| block.text.lines().next().map(str::to_owned)));
    for command in NOT_RUN.iter().flat_map(|(_, commands)| *commands) {
        assert!(found.contains(*command), "no document has the command {command:?} any longer");
    }
    for command in found.iter().filter(|command| command.contains("make ") && reason(command).is_some()) {
        let dry = command.replace("make ", "make --dry-run ");
        let run =
            std::process::Command::new("bash").args(["-euo", "pipefail", "-c", &dry]).current_dir(root()).output();
        let output = run.unwrap();
        assert!(output.status.success(), "{command}\n{}", String::from_utf8_lossy(&output.stderr));
    }
    for command in found.iter().filter(|command| command.starts_with("scripts/")) {
        let script = command.split(' ').next().unwrap();
        assert!(root().join(script).exists(), "{command}");
    }
}

#[tokio::test]
async fn every_command_of_the_documents_runs_or_is_listed() {
    let count = run_blocks(|block| !needs_python(block)).await;
    assert!(count >= 12, "only {count} blocks ran");
}

#[tokio::test]
#[ignore = "needs python3"]
async fn every_command_that_calls_python_runs() {
    let count = run_blocks(needs_python).await;
    assert!(count >= 1, "no block ran");
}

fn needs_python(block: &Block) -> bool {
    block.text.contains("python3 ")
}

/// Runs the chosen blocks of commands that `not_run.rs` does not list, in the order of the documents, and returns their
/// number.
async fn run_blocks(is_chosen: impl Fn(&Block) -> bool) -> usize {
    let stack = Stack::start().await;
    // Commands read files of the repository and write files, so they run in a copy.
    let folder = tempfile::tempdir().unwrap();
    for file in FILES {
        symlink(root().join(file), folder.path().join(file)).unwrap();
    }
    fs::write(folder.path().join(python_example::FILE), python_example::program()).unwrap();
    let mut count = 0;
    for block in blocks("sh").into_iter().filter(is_chosen) {
        let commands = commands(&block);
        let listed = commands.iter().filter(|command| reason(command).is_some()).count();
        if listed > 0 {
            let unlisted: Vec<_> = commands.iter().filter(|command| reason(command).is_none()).collect();
            assert!(
                unlisted.is_empty(),
                "{}: divide this block; these commands are not listed: {unlisted:?}",
                block.place
            );
            continue;
        }
        let answer = run(&block, &stack, folder.path()).await;
        check(&block, &answer, folder.path());
        count += 1;
    }
    count
}

/// Runs the commands of a block against the stack, whose addresses replace those in the documents.
async fn run(block: &Block, stack: &Stack, folder: &Path) -> String {
    let model = stack.model.as_ref().unwrap();
    let database = &stack.database;
    let host = database.get_socket().map_or_else(|| database.get_host().to_owned(), |path| path.display().to_string());
    let name = database.get_database().unwrap();
    let script = block
        .text
        .replace("localhost:8501", &stack.api.address.to_string())
        .replace("localhost:8000", &model.address.to_string())
        .replace("localhost:9501", &stack.api.metrics.to_string())
        .replace("localhost:9500", &model.metrics.to_string())
        .replace("$(readlink -f .run/postgres)", &host)
        .replace("-U digits digits", &format!("-U digits {name}"))
        .replace("curl ", "curl --fail-with-body --silent --show-error --noproxy '*' ");
    let program = folder.join(python_example::FILE);
    fs::write(&program, python_example::program().replace("localhost:8501", &stack.api.address.to_string())).unwrap();
    let output = Command::new("bash")
        .args(["-euo", "pipefail", "-c", &script])
        .current_dir(folder)
        .env("no_proxy", "*")
        .env("PGPORT", database.get_port().to_string())
        .stdin(Stdio::null())
        .output()
        .await
        .unwrap();
    let (answer, error) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{}\n{}\n{answer}\n{error}", block.place, block.text);
    answer.into_owned()
}

/// Compares the output of the commands with what the document says.
fn check(block: &Block, answer: &str, folder: &Path) {
    let (place, text) = (&block.place, &block.text);
    if text.contains("/infer") {
        assert!(
            answer.contains("\"name\":\"prediction\",\"datatype\":\"INT64\",\"shape\":[1,1],\"data\":[8]"),
            "{answer}"
        );
    }
    if text.contains("/explain") {
        assert_eq!(answer.matches("\"attribution\":[0.0,").count(), 2, "{place}\n{answer}");
        assert!(answer.contains("{\"predictions\":[{\"prediction\":8,"), "{place}\n{answer}");
    }
    if text.contains("true_label") && text.contains("curl") {
        assert!(answer.contains("\"true_label\":8}"), "{place}\n{answer}");
    }
    if text.contains("/export") {
        let files = ["predictions.csv", "predictions.ndjson"].into_iter().filter(|file| text.contains(file));
        let unpacked = ["images-idx3-ubyte", "labels-idx1-ubyte"].into_iter().filter(|_| text.contains("mnist.tar"));
        for file in files.chain(unpacked) {
            assert!(folder.join(file).exists(), "{place}\n{answer}");
        }
    }
    if text.contains("/metrics") {
        assert_eq!(answer.matches("digits_build_info{").count(), 2, "{place}\n{answer}");
    }
    if text.contains("from prediction_logs") {
        assert!(answer.contains(" row") && !answer.contains("(0 rows)"), "{place}\n{answer}");
    }
    if text.contains(".env.example") {
        let settings = fs::read_to_string(folder.join(".env")).unwrap();
        for name in ["POSTGRES_PASSWORD", "API_DATABASE_PASSWORD"] {
            let password = settings.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix('='));
            assert_eq!(password.map(str::len), Some(48), "{place}\n{settings}");
        }
    }
    if text.contains("/predict") && !text.contains("/api/v1/predictions") {
        for line in answer.split_inclusive('}').filter(|line| line.contains("prediction")) {
            assert!(line.contains("\"prediction\":8"), "{place}\n{answer}");
        }
    }
}
