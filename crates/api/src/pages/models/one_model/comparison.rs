//! The comparison of a model with the one that served: the checks of the gate, and the mistakes gained and lost.

use crate::{
    Api,
    access::{Access, Routes},
    identity::Scope,
    messages::{Messages, TimeZone},
    routes::cached_briefly,
};
use axum::{
    extract::{Path, State, rejection::PathRejection},
    response::{IntoResponse, Response},
};
use base64::{Engine, prelude::BASE64_STANDARD};
use digit::ModelVersion;
use serde::Deserialize;
use service::ApiError;
use std::{collections::HashSet, sync::Arc};
use uuid::Uuid;
use wire::{CheckResult, Code, Comparison, GateCheck, GateUnit, Mistake, MistakeList, MistakenSample};

pub(super) fn routes() -> Routes {
    Routes::default().get(Access::Labellers(Scope::ModelsRead), "/models/{version}/mistakes/{list}/{index}", picture)
}

/// The comparison, as texts.
pub(super) struct ComparisonView {
    pub(super) heading: String,
    pub(super) outcome: &'static str,
    pub(super) compared_at: String,
    pub(super) checks: Vec<CheckRow>,
    pub(super) galleries: [Gallery; 2],
}

pub(super) struct CheckRow {
    pub(super) rule: &'static str,
    /// The set or the slice, in English.
    pub(super) slice: String,
    pub(super) measured: String,
    pub(super) bound: String,
    pub(super) has_passed: bool,
    pub(super) result: &'static str,
    /// The numbers behind the measured value, in English.
    pub(super) detail: String,
}

/// The mistakes that only one of the two models makes.
pub(super) struct Gallery {
    pub(super) heading: String,
    pub(super) about: &'static str,
    pub(super) mistakes: Vec<MistakeView>,
}

pub(super) struct MistakeView {
    /// The address of the picture; `None` if the drawing was deleted.
    pub(super) picture: Option<String>,
    /// The address of the drawing's page; `None` for a sample of a public set.
    pub(super) page: Option<String>,
    pub(super) set: String,
    pub(super) label: String,
    /// The answers of the champion and the challenger.
    pub(super) answers: String,
}

impl ComparisonView {
    /// Shows a comparison. `existing` are those of its drawings that nobody has deleted.
    pub(super) fn new(
        messages: &'static Messages,
        zone: &TimeZone,
        comparison: &Comparison,
        existing: &HashSet<Uuid>,
    ) -> Self {
        let texts = &messages.model;
        let gallery = |list: MistakeList, heading: String, about| Gallery {
            heading,
            about,
            mistakes: (comparison.mistakes(list).iter().enumerate())
                .map(|(index, mistake)| {
                    MistakeView::new(
                        messages,
                        &format!("{}/mistakes/{}/{index}", &*comparison.challenger, list.name()),
                        mistake,
                        existing,
                    )
                })
                .collect(),
        };
        let count = |list| comparison.mistakes(list).len();
        Self {
            heading: comparison.champion.as_deref().map_or_else(
                || texts.comparison_without.clone(),
                |champion| texts.comparison.with("champion", champion),
            ),
            outcome: texts.outcomes.of(comparison.outcome),
            compared_at: messages.moment(comparison.compared_at, zone),
            checks: comparison.checks.iter().map(|check| CheckRow::new(messages, check)).collect(),
            galleries: [
                gallery(
                    MistakeList::Gained,
                    texts.gained.with("count", count(MistakeList::Gained)),
                    &texts.gained_about,
                ),
                gallery(MistakeList::Lost, texts.lost.with("count", count(MistakeList::Lost)), &texts.lost_about),
            ],
        }
    }
}

impl CheckRow {
    fn new(messages: &'static Messages, check: &GateCheck) -> Self {
        let unit = check.rule.unit();
        let value = |value| in_unit(messages, unit, value);
        Self {
            rule: messages.model.rules.of(check.rule),
            slice: check.slice.clone().unwrap_or_default(),
            measured: check.measured.map(value).unwrap_or_default(),
            bound: check
                .bound
                .map(|bound| format!("{}\u{a0}{}", check.rule.relation(), value(bound)))
                .unwrap_or_default(),
            has_passed: check.result == CheckResult::Passed,
            result: messages.model.results.of(check.result),
            detail: check.detail.clone().unwrap_or_default(),
        }
    }
}

/// A measured value or a bound in its unit.
fn in_unit(messages: &Messages, unit: GateUnit, value: f64) -> String {
    match unit {
        GateUnit::Share => messages.percent_hundredths(value),
        GateUnit::Points => messages.model.points.with("points", messages.decimal(value * 100.0, 2)),
        GateUnit::Ratio => format!("{}\u{a0}×", messages.decimal(value, 2)),
        GateUnit::Probability if value < 1e-4 => format!("p\u{a0}{value:.1e}"),
        GateUnit::Probability => format!("p\u{a0}{}", messages.decimal(value, 4)),
        GateUnit::Count => messages.decimal(value, 0),
        GateUnit::None => messages.decimal(value, 4),
    }
}

impl MistakeView {
    fn new(messages: &Messages, path: &str, mistake: &Mistake, existing: &HashSet<Uuid>) -> Self {
        let (picture, page) = match mistake.sample {
            MistakenSample::Png(_) => (Some(format!("/models/{path}")), None),
            MistakenSample::Drawing(id) if existing.contains(&id) => {
                (Some(format!("/api/v1/predictions/{id}/bitmap.png")), Some(format!("/drawings/{id}")))
            }
            MistakenSample::Drawing(_) => (None, None),
        };
        Self {
            picture,
            page,
            set: mistake.set.clone(),
            label: messages.label(mistake.true_label),
            answers: format!("{} → {}", messages.label(mistake.champion), messages.label(mistake.challenger)),
        }
    }
}

/// The path of the picture of a mistake.
#[derive(Debug, Deserialize)]
struct PicturePath {
    version: ModelVersion,
    list: MistakeList,
    /// The place in the list, from 0.
    index: u16,
}

/// Returns the picture of a sample of a public set. The pages of collected drawings have their own pictures.
async fn picture(
    State(api): State<Arc<Api>>,
    path: Result<Path<PicturePath>, PathRejection>,
) -> Result<Response, ApiError> {
    let Ok(Path(PicturePath { version, list, index })) = path else { return Err(no_picture()) };
    let png = api.store.picture_of_mistake(&version, list, index).await?.ok_or_else(no_picture)?;
    let png = BASE64_STANDARD.decode(png).map_err(|_| no_picture())?;
    Ok((cached_briefly("image/png"), png).into_response())
}

fn no_picture() -> ApiError {
    ApiError::new(Code::NotFound, "There is no such picture of a mistake.")
}
