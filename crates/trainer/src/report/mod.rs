//! The HTML pages of evaluation reports and comparisons: single files with curves, tables and pictures.

mod comparison_page;
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
use comparison_page::ComparisonPage;
use page::Page;
use std::{fs, path::Path};
use wire::Comparison;

/// Writes the page.
///
/// # Errors
/// When the file cannot be written.
pub fn write(path: &Path, report: &EvaluationReport) -> anyhow::Result<()> {
    let html = Page::of(report).render()?;
    fs::write(path, html).with_context(|| format!("{}", path.display()))
}

/// Writes the page of a comparison.
///
/// # Errors
/// When the file cannot be written.
pub fn write_comparison(path: &Path, comparison: &Comparison) -> anyhow::Result<()> {
    let html = ComparisonPage::of(comparison).render()?;
    fs::write(path, html).with_context(|| format!("{}", path.display()))
}
