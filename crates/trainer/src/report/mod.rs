//! The HTML page of an evaluation report: a single file with curves, tables and pictures.

mod confusion;
mod curves;
mod figures;
mod page;
mod pictures;
mod reliability;
mod rows;

use crate::evaluation_report::EvaluationReport;
use anyhow::Context;
use askama::Template;
use page::Page;
use std::{fs, path::Path};

/// Writes the page.
///
/// # Errors
/// When the file cannot be written.
pub fn write(path: &Path, report: &EvaluationReport) -> anyhow::Result<()> {
    let html = Page::of(report).render()?;
    fs::write(path, html).with_context(|| format!("{}", path.display()))
}
