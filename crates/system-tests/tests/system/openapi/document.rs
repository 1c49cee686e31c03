//! The OpenAPI document of a service, and checks of answers against it.

use super::raw::Answered;
use boon::{Compiler, Draft, Schemas};
use reqwest::{Client, Method, RequestBuilder};
use serde_json::{Map, Value, json};
use std::{collections::BTreeSet, fmt, net::SocketAddr};

/// The name of the schema that validates a value.
const SCHEMA: &str = "https://digits.example/schema.json";

/// The document, and the documented answers that the tests have seen.
pub(crate) struct Document {
    pub(crate) json: Value,
    seen: BTreeSet<Answer>,
}

/// A kind of answer: operation, status, and the code of a problem.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Answer {
    path: String,
    method: String,
    status: u16,
    code: Option<String>,
}

impl fmt::Display for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}: {} {}", self.method, self.path, self.status, self.code.as_deref().unwrap_or(""))
    }
}

impl Document {
    /// Requests the OpenAPI document of a service.
    pub(crate) async fn of(http: &Client, service: SocketAddr) -> Self {
        let response = http.get(format!("http://{service}/openapi.json")).send().await.unwrap();
        assert_eq!(response.headers()["content-type"], "application/json");
        Self { json: response.json().await.unwrap(), seen: BTreeSet::new() }
    }

    /// Sends a request, and checks that the answer has this status and agrees with the document.
    pub(crate) async fn expect(&mut self, http: &Client, request: RequestBuilder, status: u16) -> Value {
        let request = request.build().unwrap();
        let (method, path) = (request.method().clone(), request.url().path().to_owned());
        let response = http.execute(request).await.unwrap();
        let answered = Answered::of(response).await;
        self.check(&method, &path, status, &answered)
    }

    /// Checks that an answer has this status and agrees with the document, and returns its JSON.
    pub(crate) fn check(&mut self, method: &Method, path: &str, status: u16, answered: &Answered) -> Value {
        let what = format!("{method} {path}: {}", answered.status);
        let text = String::from_utf8_lossy(&answered.body);
        assert_eq!(answered.status, status, "{what}: {text}");
        let template = self.template(path).unwrap_or_else(|| panic!("{what}: the address is not documented"));
        let method = method.as_str().to_lowercase();
        let response = &self.json["paths"][&template][&method]["responses"][status.to_string()];
        assert!(response.is_object(), "{what} is not documented: {text}");
        for header in response["headers"].as_object().into_iter().flat_map(Map::keys) {
            assert!(answered.headers.contains_key(header), "{what} has no {header}");
        }
        let body = self.check_body(&what, &response["content"], answered);
        let code = body["code"].as_str().map(str::to_owned);
        self.seen.insert(Answer { path: template, method, status, code });
        body
    }

    /// Checks a body against the schema of its media type, if there is one.
    fn check_body(&self, what: &str, content: &Value, answered: &Answered) -> Value {
        let Some(content) = content.as_object() else {
            assert!(answered.body.is_empty(), "{what} has a body, which is not documented");
            return Value::Null;
        };
        let media_type = answered.headers["content-type"].to_str().unwrap();
        let bare = |media_type: &str| media_type.split(';').next().unwrap_or_default().to_owned();
        let documented = content.iter().find(|(documented, _)| bare(documented) == bare(media_type));
        let (_, documented) = documented.unwrap_or_else(|| panic!("{what} is {media_type}, which is not documented"));
        let schema = strict(&documented["schema"]);
        match bare(media_type) {
            lines if lines == "application/x-ndjson" => {
                for line in str::from_utf8(&answered.body).unwrap().lines() {
                    self.validate(what, &schema, &serde_json::from_str(line).unwrap());
                }
                Value::Null
            }
            json if json.ends_with("json") => {
                let body = serde_json::from_slice(&answered.body).unwrap();
                self.validate(what, &schema, &body);
                body
            }
            _ => Value::Null,
        }
    }

    /// Checks a value against a schema.
    pub(crate) fn validate(&self, what: &str, schema: &Value, value: &Value) {
        let components = &self.json["components"];
        let schemas: Map<String, Value> = components["schemas"]
            .as_object()
            .unwrap()
            .iter()
            .map(|(name, schema)| (name.clone(), inner(schema)))
            .collect();
        let schema = json!({ "allOf": [schema], "components": { "schemas": schemas } });
        let mut compiler = Compiler::new();
        compiler.set_default_draft(Draft::V2020_12);
        compiler.enable_format_assertions();
        compiler.add_resource(SCHEMA, schema).unwrap();
        let mut known = Schemas::new();
        let schema = compiler.compile(SCHEMA, &mut known).unwrap();
        let outcome = known.validate(value, schema);
        assert!(outcome.is_ok(), "{what}: {}\n{value}", outcome.unwrap_err());
    }

    /// Checks every example against its schema.
    pub(crate) fn validate_examples(&self) {
        for (path, method, operation) in self.operations() {
            let responses = operation["responses"].as_object().unwrap().values();
            let bodies = responses.chain([&operation["requestBody"]]);
            for content in bodies.filter_map(|body| body["content"].as_object()).flat_map(Map::values) {
                for example in content["examples"].as_object().into_iter().flat_map(Map::values) {
                    if let Some(value) = example.get("value") {
                        self.validate(&format!("an example of {method} {path}"), &strict(&content["schema"]), value);
                    }
                }
            }
        }
    }

    /// Returns all operations: path, method and description.
    pub(crate) fn operations(&self) -> impl Iterator<Item = (&String, &String, &Value)> {
        let paths = self.json["paths"].as_object().unwrap().iter();
        paths.flat_map(|(path, item)| {
            item.as_object().unwrap().iter().map(move |(method, operation)| (path, method, operation))
        })
    }

    /// Checks that the tests have seen every documented answer.
    pub(crate) fn assert_complete(&self) {
        let mut documented = BTreeSet::new();
        for (path, method, operation) in self.operations() {
            for (status, response) in operation["responses"].as_object().unwrap() {
                let problem =
                    &response["content"]["application/problem+json"]["schema"]["allOf"][1]["properties"]["code"];
                let codes = problem["enum"].as_array().map_or_else(
                    || vec![None],
                    |codes| codes.iter().map(|code| Some(code.as_str().unwrap().to_owned())).collect(),
                );
                documented.extend(codes.into_iter().map(|code| Answer {
                    path: path.clone(),
                    method: method.clone(),
                    status: status.parse().unwrap(),
                    code,
                }));
            }
        }
        let missing: Vec<String> = documented.difference(&self.seen).map(Answer::to_string).collect();
        assert!(missing.is_empty(), "the tests provoke none of these documented answers:\n{}", missing.join("\n"));
    }

    /// Returns the documented path of an address. A path without parameters precedes one with parameters.
    fn template(&self, address: &str) -> Option<String> {
        let fits = |path: &&String| {
            let (parts, given) = (path.split('/'), address.split('/'));
            path.matches('/').count() == address.matches('/').count()
                && parts.zip(given).all(|(part, given)| part.starts_with('{') || part == given)
        };
        let paths = self.json["paths"].as_object().unwrap().keys();
        paths.filter(fits).min_by_key(|path| path.matches('{').count()).cloned()
    }
}

/// Returns the schema, but without permission for undocumented fields.
fn strict(schema: &Value) -> Value {
    let mut schema = inner(schema);
    if let Some(schema) = schema.as_object_mut() {
        schema.insert("unevaluatedProperties".to_owned(), false.into());
    }
    schema
}

/// Makes all schemas within a schema strict, except those in `allOf`, which describe parts of a value.
fn inner(schema: &Value) -> Value {
    let Some(keywords) = schema.as_object() else { return schema.clone() };
    let each = |value: &Value, change: fn(&Value) -> Value| match value {
        Value::Array(schemas) => schemas.iter().map(change).collect(),
        Value::Object(schemas) => schemas.iter().map(|(name, schema)| (name.clone(), change(schema))).collect(),
        other => other.clone(),
    };
    let changed = keywords.iter().map(|(keyword, value)| {
        let changed = match keyword.as_str() {
            "properties" | "oneOf" | "anyOf" => each(value, strict),
            "items" | "additionalProperties" => strict(value),
            "allOf" => each(value, inner),
            _ => value.clone(),
        };
        (keyword.clone(), changed)
    });
    changed.collect()
}
