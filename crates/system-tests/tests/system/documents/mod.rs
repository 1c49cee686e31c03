//! Tests of the documents: their commands run, their links resolve, and the files that they name exist.

mod commands;
mod links;
mod metrics;
mod not_run;
mod python_example;

use crate::stack::root;
use std::{fs, path::Path};

/// The folders that hold documents, besides the root of the repository.
const FOLDERS: [&str; 2] = ["docs", ".github"];

/// A Markdown file.
struct Document {
    /// Its path from the root of the repository.
    path: String,
    text: String,
}

/// A fenced block of a document.
struct Block {
    /// Document and line of its beginning, for messages.
    place: String,
    language: String,
    text: String,
}

/// Returns all documents.
fn documents() -> Vec<Document> {
    let mut documents = Vec::new();
    collect(&root(), false, &mut documents);
    for folder in FOLDERS {
        collect(&root().join(folder), true, &mut documents);
    }
    assert!(documents.iter().any(|document| document.path == "README.md"));
    documents
}

fn collect(folder: &Path, recursive: bool, documents: &mut Vec<Document>) {
    for entry in fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
        if entry.is_dir() && recursive {
            collect(&entry, true, documents);
        } else if entry.extension().is_some_and(|extension| extension == "md") {
            let path = entry.strip_prefix(root()).unwrap().to_str().unwrap().to_owned();
            documents.push(Document { path, text: fs::read_to_string(&entry).unwrap() });
        }
    }
}

impl Document {
    /// Returns the fenced blocks, without the indentation of their fences.
    fn blocks(&self) -> Vec<Block> {
        let mut blocks = Vec::new();
        let mut lines = self.text.lines().enumerate();
        while let Some((number, line)) = lines.next() {
            let Some(language) = line.trim_start().strip_prefix("```") else { continue };
            let indentation = line.len() - line.trim_start().len();
            let mut text = String::new();
            for (_, line) in lines.by_ref().take_while(|(_, line)| line.trim() != "```") {
                text.push_str(line.get(indentation..).unwrap_or_default());
                text.push('\n');
            }
            blocks.push(Block { place: format!("{}:{}", self.path, number + 1), language: language.to_owned(), text });
        }
        blocks
    }

    /// Returns the text without its fenced blocks.
    fn prose(&self) -> String {
        let mut is_fenced = false;
        let is_prose = |line: &&str| {
            let is_fence = line.trim_start().starts_with("```");
            is_fenced ^= is_fence;
            !is_fenced && !is_fence
        };
        self.text.lines().filter(is_prose).collect::<Vec<_>>().join("\n")
    }
}

/// Returns the fenced blocks of all documents in this language.
fn blocks(language: &str) -> Vec<Block> {
    documents().iter().flat_map(Document::blocks).filter(|block| block.language == language).collect()
}
