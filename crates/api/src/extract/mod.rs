//! Extractors of `routes` and `pages`.

mod drawing;
mod filter;
mod gallery;
mod headers;
mod id;
mod idempotency_key;
mod identity;
mod model_version;
mod quality_query;
mod unread;

pub(crate) use drawing::{SubmittedDrawing, SubmittedForm};
pub(crate) use filter::FilterQuery;
pub(crate) use gallery::WithGallery;
pub(crate) use headers::{cookies, values};
pub(crate) use id::{PathId, PredictionId, is_within, reachable, unknown_prediction};
pub(crate) use idempotency_key::Key;
pub(crate) use model_version::{Version, unknown_model};
pub(crate) use quality_query::QualityQuery;
pub(crate) use unread::Unread;
