//! The model that a request's address names.

use crate::{Model, Registry, Served, protocol::MODEL};
use axum::{
    extract::{FromRequestParts, Path},
    http::request::Parts,
};
use network::ModelVersion;
use serde::Deserialize;
use service::ApiError;
use std::sync::Arc;
use wire::Code;

/// The loaded model that the address of a request names.
#[derive(Debug)]
pub(super) struct RequestedModel {
    pub(super) name: String,
    pub(super) served: Arc<Served>,
    /// The versions of the model with this name.
    pub(super) versions: Vec<Arc<Served>>,
    /// Whether the address names one version.
    pub(super) is_one_version: bool,
}

#[derive(Deserialize)]
struct Names {
    model: String,
    version: Option<String>,
}

impl FromRequestParts<Model> for RequestedModel {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, model: &Model) -> Result<Self, ApiError> {
        let names = Path::<Names>::from_request_parts(parts, model).await;
        let Path(Names { model: name, version }) =
            names.map_err(|_| ApiError::new(Code::NotFound, "The address is not UTF-8."))?;
        let is_one_version = version.is_some();
        let found = find(&model.registry, &name, version.as_deref());
        let served = found.ok_or_else(|| unknown(&model.registry, &name, version.as_deref()))?;
        let versions = if name == MODEL { model.registry.all() } else { vec![served.clone()] };
        Ok(Self { name, served, versions, is_one_version })
    }
}

fn find(registry: &Registry, name: &str, version: Option<&str>) -> Option<Arc<Served>> {
    if name == MODEL && version.is_none() {
        return Some(registry.serving());
    }
    registry.find(&one_version(name, version)?)
}

/// Returns the one version that an address names, if it names one.
fn one_version(name: &str, version: Option<&str>) -> Option<ModelVersion> {
    match version {
        Some(version) if name == MODEL || name == version => version.parse().ok(),
        None if name != MODEL => name.parse().ok(),
        _ => None,
    }
}

fn unknown(registry: &Registry, name: &str, version: Option<&str>) -> ApiError {
    let what = version.map_or_else(|| format!("{name:?}"), |version| format!("{name:?} with a version {version:?}"));
    let loaded: Vec<String> = registry.all().iter().map(|served| served.card().version.to_string()).collect();
    let loaded = loaded.join(", ");
    let detail = format!("No model {what} is loaded. There is {MODEL:?}, whose versions are models, too: {loaded}.");
    ApiError::new(Code::UnknownModel, detail)
}
