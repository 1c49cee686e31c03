//! Tests that links between documents resolve, and that the paths in documents exist.

use super::{Document, documents};
use crate::{pages::between, stack::root};
use std::fs;

/// The folders that begin the paths in documents.
const NAMED: [&str; 11] = [
    ".ci/",
    ".github/",
    "bench/",
    "crates/",
    "deploy/",
    "docs/",
    "examples/",
    "migrations/",
    "models/",
    "scripts/",
    "web/",
];

/// Returns the text outside of code.
fn without_code(prose: &str) -> String {
    prose.split('`').step_by(2).collect()
}

/// Returns the targets of links and the sources of images.
fn targets(document: &Document) -> Vec<String> {
    let prose = without_code(&document.prose());
    let links = [("](", ")"), ("src=\"", "\""), ("href=\"", "\"")];
    links.iter().flat_map(|(start, end)| between(&prose, start, end)).map(str::to_owned).collect()
}

/// Returns the anchors of a document's headings, in GitHub's format.
fn anchors(text: &str) -> Vec<String> {
    let document = Document { path: String::new(), text: text.to_owned() };
    let prose = document.prose();
    let headings = prose.lines().filter_map(|line| line.strip_prefix('#')?.trim_start_matches('#').strip_prefix(' '));
    let anchor = |heading: &str| {
        let kept = heading.chars().filter(|char| char.is_alphanumeric() || " -_".contains(*char));
        kept.flat_map(char::to_lowercase).map(|char| if char == ' ' { '-' } else { char }).collect()
    };
    headings.map(anchor).collect()
}

#[test]
fn every_link_between_documents_resolves() {
    let mut broken = Vec::new();
    for document in documents() {
        for target in
            targets(&document).iter().filter(|target| !target.contains("://") && !target.starts_with("mailto:"))
        {
            let (file, anchor) = target.split_once('#').unwrap_or((target, ""));
            let folder = root().join(&document.path).parent().unwrap().to_owned();
            let path = if file.is_empty() { root().join(&document.path) } else { folder.join(file) };
            let is_heading =
                || anchor.is_empty() || anchors(&fs::read_to_string(&path).unwrap()).iter().any(|a| a == anchor);
            if !path.exists() || !is_heading() {
                broken.push(format!("{}: {target}", document.path));
            }
        }
    }
    assert!(broken.is_empty(), "these links lead nowhere:\n{}", broken.join("\n"));
}

#[test]
fn every_path_that_a_document_names_exists() {
    let mut missing = Vec::new();
    // The changelog names files of older versions.
    for document in documents().iter().filter(|document| document.path != "CHANGELOG.md") {
        let prose = document.prose();
        for path in prose.split('`').skip(1).step_by(2) {
            let is_path = NAMED.iter().any(|folder| path.starts_with(folder) && path != *folder);
            let is_pattern = path.contains(|char: char| char.is_whitespace() || "<>*{}…".contains(char));
            if is_path && !is_pattern && !root().join(path).exists() {
                missing.push(format!("{}: {path}", document.path));
            }
        }
    }
    assert!(missing.is_empty(), "there are no such files:\n{}", missing.join("\n"));
}

#[test]
fn the_readme_is_short_and_links_to_every_document() {
    let documents = documents();
    let readme = documents.iter().find(|document| document.path == "README.md").unwrap();
    assert!(readme.text.lines().count() <= 200);
    let targets = targets(readme);
    // A folder's README lists its other documents.
    let folders: Vec<_> = targets.iter().filter_map(|target| target.strip_suffix("README.md")).collect();
    let is_listed =
        |path: &str| targets.iter().any(|target| path == target) || folders.iter().any(|f| path.starts_with(f));
    for document in documents.iter().filter(|document| document.path.starts_with("docs/")) {
        assert!(is_listed(&document.path), "README.md has no link to {} or to the README of its folder", document.path);
    }
}
