//! A test that sends the examples of the documents, unchanged.

use super::document::Document;
use crate::stack::Stack;
use reqwest::Method;
use serde_json::Value;
use std::net::SocketAddr;

/// Returns the examples of bodies: path and method of the operation, media type and example.
fn examples(document: &Document) -> Vec<(String, Method, String, Value)> {
    let mut found = Vec::new();
    for (path, method, operation) in document.operations() {
        for (media_type, content) in operation["requestBody"]["content"].as_object().into_iter().flatten() {
            for example in content["examples"].as_object().into_iter().flat_map(|examples| examples.values()) {
                let method = method.to_uppercase().parse().unwrap();
                found.push((path.clone(), method, media_type.clone(), example.clone()));
            }
        }
    }
    found
}

/// Sends every example of the document, with these values of the path parameters, and returns their number.
async fn send_all(stack: &Stack, service: SocketAddr, names: &[(&str, &str)]) -> usize {
    let mut document = Document::of(&stack.http, service).await;
    let examples = examples(&document);
    for (path, method, media_type, example) in &examples {
        let path = names.iter().fold(path.clone(), |path, (parameter, name)| path.replace(parameter, name));
        let body = match example["externalValue"].as_str() {
            Some(place) => {
                let picture = stack.http.get(format!("http://{service}{place}")).send().await.unwrap();
                assert_eq!(picture.headers()["content-type"], media_type.as_str());
                picture.bytes().await.unwrap().to_vec()
            }
            None => example["value"].to_string().into_bytes(),
        };
        let request = stack.http.request(method.clone(), format!("http://{service}{path}"));
        let answer = document.expect(&stack.http, request.header("content-type", media_type).body(body), 200).await;
        let drawn = if example["summary"].as_str().unwrap().contains("seven") { 7 } else { 8 };
        if path == "/predict" || path == "/explain" {
            assert_eq!((&answer["prediction"], &answer["verdict"]), (&Value::from(drawn), &Value::from("digit")));
        }
    }
    examples.len()
}

#[tokio::test]
async fn the_examples_of_both_documents_succeed() {
    let stack = Stack::start().await;
    let drawn = stack.draw(&crate::drawings::all()[8]).await;
    let (id, version) = (drawn["id"].as_str().unwrap(), drawn["model"].as_str().unwrap());
    assert_eq!(send_all(&stack, stack.api.address, &[("{id}", id)]).await, 14);
    let model = stack.model.as_ref().unwrap().address;
    assert_eq!(send_all(&stack, model, &[("{model}", version), ("{version}", version)]).await, 17);
}
