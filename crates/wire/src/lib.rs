//! The JSON that the services and their clients exchange: inputs, answers and problems.
//!
//! The feature `openapi` adds the schemas of the OpenAPI documents.

mod answer;
mod compact_answer;
mod comparison;
mod deletion_token;
mod explanation;
mod gallery;
mod gate_rule;
mod input;
mod model;
mod object;
mod prediction;
mod predictions_by_model;
mod problem;
mod quality;
mod record;
#[cfg(feature = "openapi")]
pub mod schema;
mod training_example;
mod training_run;

pub use answer::{About, Answer, ModelReadiness, PredictResponse, Verdict};
pub use compact_answer::COMPACT_ANSWER_MEDIA_TYPE;
pub use comparison::{
    CheckResult, Comparison, ComparisonOutcome, GateCheck, GateUse, Mistake, MistakeList, MistakenSample,
};
pub use deletion_token::DeletionToken;
pub use explanation::Explanation;
pub use gallery::{GalleryDrawing, GalleryPage};
pub use gate_rule::{GateRule, GateUnit};
pub use input::{Content, Input, InputError, InputKind};
pub use model::{ModelState, Models, RegisteredModel, ServingModel, ShadowProgress};
pub use object::object;
pub use prediction::{Labelling, LabellingQueue, Page, Prediction, QueuedDrawing, Source};
pub use predictions_by_model::PredictionsByModel;
pub use problem::{Code, MEDIA_TYPE as PROBLEM_MEDIA_TYPE, Problem};
pub use quality::{
    ConfidenceBin, DayCounts, LatencyBucket, ModelCounts, ObservedAccuracy, Quality, SameDrawings, Share,
};
pub use record::{GivenLabel, Imported, LabellerRole, Origin, Record, RecordedLabel};
pub use training_example::{ManifestEntry, TrainingExample, TrainingManifest, TrainingSnapshot, TrainingSplit};
pub use training_run::{
    AvailableExamples, TrainedModel, TrainingProgress, TrainingRun, TrainingRunStart, TrainingStep,
};
