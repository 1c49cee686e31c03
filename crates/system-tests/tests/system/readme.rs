//! The README's curl examples do what they say.

use crate::stack::{Stack, root};
use std::{fs, os::unix::fs::symlink, process::Stdio};
use tokio::process::Command;

/// The README's shell blocks that call curl.
fn examples() -> Vec<String> {
    let readme = fs::read_to_string(root().join("README.md")).unwrap();
    let blocks = readme.split("```sh\n").skip(1).filter_map(|rest| rest.split("```").next());
    blocks.filter(|block| block.contains("curl")).map(str::to_owned).collect()
}

#[tokio::test]
async fn every_curl_example_of_the_readme_works() {
    let stack = Stack::start().await;
    let examples = examples();
    assert!(examples.len() >= 7, "found only {} examples", examples.len());
    // They read `examples` and leave files behind.
    let folder = tempfile::tempdir().unwrap();
    symlink(root().join("examples"), folder.path().join("examples")).unwrap();
    for example in examples {
        let script = example
            .replace("localhost:8501", &stack.api.address.to_string())
            .replace("localhost:8000", &stack.model.as_ref().unwrap().address.to_string())
            .replace("curl ", "curl --fail-with-body --silent --show-error --noproxy '*' ");
        let output = Command::new("bash")
            .args(["-euo", "pipefail", "-c", &script])
            .current_dir(folder.path())
            .stdin(Stdio::null())
            .output()
            .await
            .unwrap();
        let (answer, error) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        assert!(output.status.success(), "{example}\n{answer}\n{error}");
        if example.contains("/infer") {
            assert!(
                answer.contains("\"name\":\"prediction\",\"datatype\":\"INT64\",\"shape\":[1,1],\"data\":[8]"),
                "{answer}"
            );
        }
        if example.contains("/explain") {
            assert_eq!(answer.matches("\"attribution\":[0.0,").count(), 2, "{answer}");
            assert!(answer.contains("{\"predictions\":[{\"prediction\":8,"), "{answer}");
        }
        if example.contains("true_label") {
            assert!(answer.contains("\"true_label\":8}") && answer.contains("\"true_label\":null}"), "{answer}");
        }
        if example.contains("/export") {
            for file in ["predictions.csv", "predictions.ndjson", "images-idx3-ubyte", "labels-idx1-ubyte"] {
                assert!(folder.path().join(file).exists(), "{example}\n{answer}");
            }
        }
        if example.contains("/predict") && !example.contains("/api/v1/predictions") {
            for line in answer.split_inclusive('}').filter(|line| line.contains("prediction")) {
                assert!(line.contains("\"prediction\":8"), "{example}\n{answer}");
            }
        }
    }
}
