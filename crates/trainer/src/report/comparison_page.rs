//! The values of the template of a comparison.

use crate::comparison_rows::{self, CheckRow};
use askama::Template;
use digit::TrueLabel;
use time::macros::format_description;
use wire::{Comparison, Mistake, MistakenSample};

/// The values that `comparison.html` shows.
#[derive(Debug, Template)]
#[template(path = "comparison.html")]
pub(super) struct ComparisonPage {
    challenger: String,
    champion: String,
    compared_at: String,
    summary: String,
    checks: Vec<CheckRow>,
    galleries: [Gallery; 2],
}

/// The mistakes that only one model makes.
#[derive(Debug)]
struct Gallery {
    title: &'static str,
    mistakes: Vec<Picture>,
}

/// A mistake as a picture. A collected drawing has no picture here, since the page would keep it after its deletion.
#[derive(Debug)]
struct Picture {
    /// The bitmap as PNG in base64.
    png: Option<String>,
    /// The id of a collected drawing.
    drawing: Option<String>,
    /// The true label.
    label: String,
    /// The answers of the champion and the challenger.
    answers: String,
    set: String,
}

impl ComparisonPage {
    pub(super) fn of(comparison: &Comparison) -> Self {
        let compared_at =
            comparison.compared_at.format(format_description!("[year]-[month]-[day] [hour]:[minute] UTC"));
        let gallery =
            |title, mistakes: &[Mistake]| Gallery { title, mistakes: mistakes.iter().map(Picture::from).collect() };
        Self {
            challenger: comparison.challenger.to_string(),
            champion: comparison.champion.as_ref().map_or_else(|| "no champion".to_owned(), ToString::to_string),
            compared_at: compared_at.unwrap_or_default(),
            summary: comparison_rows::summary(comparison),
            checks: comparison.checks.iter().map(CheckRow::from).collect(),
            galleries: [
                gallery("Mistakes gained", &comparison.mistakes_gained),
                gallery("Mistakes lost", &comparison.mistakes_lost),
            ],
        }
    }
}

impl From<&Mistake> for Picture {
    fn from(mistake: &Mistake) -> Self {
        let (png, drawing) = match &mistake.sample {
            MistakenSample::Png(png) => (Some(png.clone()), None),
            MistakenSample::Drawing(id) => (None, Some(id.to_string())),
        };
        Self {
            png,
            drawing,
            label: name(mistake.true_label),
            answers: format!("{} → {}", name(mistake.champion), name(mistake.challenger)),
            set: mistake.set.clone(),
        }
    }
}

fn name(label: TrueLabel) -> String {
    match label {
        TrueLabel::Digit(digit) => digit.to_string(),
        TrueLabel::NotADigit => "none".to_owned(),
        TrueLabel::Unsure => "unsure".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use time::OffsetDateTime;
    use uuid::Uuid;
    use wire::ComparisonOutcome;

    #[test]
    fn the_page_shows_pictures_of_public_samples_and_ids_of_collected_drawings() {
        let mistake = |sample, set: &str| Mistake {
            set: set.to_owned(),
            sample,
            true_label: "7".parse().unwrap(),
            champion: "7".parse().unwrap(),
            challenger: TrueLabel::NotADigit,
        };
        let comparison = Comparison {
            challenger: "v2".parse().unwrap(),
            champion: None,
            compared_at: OffsetDateTime::UNIX_EPOCH,
            outcome: ComparisonOutcome::Better,
            checks: Vec::new(),
            gate_use: None,
            mistakes_gained: vec![
                mistake(MistakenSample::Png("iVBORw0KGgo=".to_owned()), "<script>alert(1)</script>"),
                mistake(MistakenSample::Drawing(Uuid::from_u128(7)), "collected drawings"),
            ],
            mistakes_lost: Vec::new(),
        };
        let html = ComparisonPage::of(&comparison).render().unwrap();
        assert_eq!(html.matches("data:image/png;base64,").count(), 1);
        for expected in [&Uuid::from_u128(7).to_string(), "7 → none", "v2 against no champion: better", "None."] {
            assert!(html.contains(expected), "{expected} is not in {html}");
        }
        for forbidden in ["<script", "http://", "https://"] {
            assert!(!html.contains(forbidden), "{forbidden}");
        }
    }
}
