//! `/v2/repository`: lists the versions in the models folder, and loads and unloads them while others serve.

use super::failure::refuses;
use crate::{LoadError, Model, Registry, protocol::MODEL};
use axum::{
    Json,
    extract::{Path, State, rejection::PathRejection},
};
use network::{InvalidCheckpoint, ModelVersion};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use serde_json::{Map, Value};
use service::{ApiError, Documented, RawBody};
use std::{io, sync::Arc, time::Duration};
use tokio::{sync::Mutex, task};
use utoipa::{
    ToSchema,
    openapi::{ObjectBuilder, RefOr, Required, Schema},
};
use utoipa_axum::{
    router::{OpenApiRouter, UtoipaMethodRouter},
    routes,
};
use wire::Code;

pub(super) fn router() -> OpenApiRouter<Model> {
    let body = [
        Code::InvalidInput,
        Code::IncompleteBody,
        Code::CrossSiteRequest,
        Code::Timeout,
        Code::PayloadTooLarge,
        Code::Overloaded,
    ];
    let indexed = refuses(refuses(body_optional(routes!(index)), &body), &[Code::ModelUnavailable]);
    let loaded = refuses(refuses(body_optional(routes!(load)), &body), &[Code::UnknownModel]);
    let refusals = [Code::InvalidInput, Code::CrossSiteRequest, Code::UnknownModel, Code::Overloaded];
    let unloaded = refuses(routes!(unload), &refusals);
    OpenApiRouter::new().routes(indexed).routes(loaded).routes(unloaded)
}

/// Marks the request body as optional in the documentation.
fn body_optional(routes: UtoipaMethodRouter<Model>) -> UtoipaMethodRouter<Model> {
    routes.each_operation(|operation| {
        if let Some(RefOr::T(body)) = &mut operation.request_body {
            body.required = Some(Required::False);
        }
    })
}

#[derive(Default, Deserialize, ToSchema)]
struct IndexOptions {
    /// Whether the list has only loaded versions.
    #[serde(default)]
    ready: bool,
}

#[derive(Default, Deserialize, ToSchema)]
struct LoadOptions {
    /// Parameters, which must be empty: the service loads a model as it is in its folder.
    #[schema(schema_with = no_parameters)]
    #[serde(default)]
    parameters: Map<String, Value>,
}

fn no_parameters() -> Schema {
    ObjectBuilder::new().max_properties(Some(0)).into()
}

#[derive(Serialize, ToSchema)]
struct Entry {
    /// The model's name.
    name: String,
    /// The model's version; for `digits` the version that serves.
    #[schema(value_type = String)]
    version: ModelVersion,
    /// Whether the version is loaded: `READY` or `UNAVAILABLE`.
    state: &'static str,
    /// The reason why the version is unavailable.
    reason: &'static str,
}

/// Lists the versions in the models folder, and the loaded versions.
#[utoipa::path(
    post, path = "/v2/repository/index", tag = "Repository",
    request_body(content = IndexOptions, examples(
        ("all" = (summary = "All", value = json!({}))),
        ("loaded" = (summary = "Only loaded versions", value = json!({ "ready": true }))),
    )),
    responses((status = OK, description = "`digits`, and each version", body = Vec<Entry>)),
)]
async fn index(State(model): State<Model>, RawBody(body): RawBody) -> Result<Json<Vec<Entry>>, ApiError> {
    let options: IndexOptions = options(&body)?;
    let mut entries = alone(model, |registry| list(registry).map_err(|error| unreadable(&error))).await?;
    entries.retain(|entry| entry.state == READY || !options.ready);
    Ok(Json(entries))
}

const READY: &str = "READY";

/// Lists `digits` and each version: the loaded versions, even if their folder was deleted, and the others in the
/// folder.
fn list(registry: &Registry) -> io::Result<Vec<Entry>> {
    let loaded = registry.all();
    let ready = |name, version| Entry { name, version, state: READY, reason: "" };
    let digits = ready(MODEL.to_owned(), registry.serving().card().version.clone());
    let versions = loaded.iter().map(|served| served.card().version.clone());
    let mut entries: Vec<Entry> = std::iter::once(digits).chain(versions.map(|it| ready(it.to_string(), it))).collect();
    let idle = registry.available()?.into_iter().filter(|version| registry.find(version).is_none());
    entries.extend(idle.map(|version| Entry {
        name: version.to_string(),
        version,
        state: "UNAVAILABLE",
        reason: "not loaded",
    }));
    Ok(entries)
}

/// Loads a version in addition to the one that serves.
///
/// Without a registry, loading `digits` serves the version that the file `champion` names; with one, the registry decides.
#[utoipa::path(
    post, path = "/v2/repository/models/{model}/load", tag = "Repository",
    params(("model" = String, Path, description = "The version's name, or `digits`")),
    request_body(content = LoadOptions, examples(
        ("plain" = (summary = "Without parameters", value = json!({}))),
    )),
    responses((status = OK, description = "The version is loaded")),
)]
async fn load(
    State(model): State<Model>,
    name: Result<Path<String>, PathRejection>,
    RawBody(body): RawBody,
) -> Result<(), ApiError> {
    let options: LoadOptions = options(&body)?;
    if let Some(parameter) = options.parameters.keys().next() {
        let detail = format!("A model is loaded without parameters: {parameter:?} cannot be set. Leave it out.");
        return Err(ApiError::new(Code::InvalidInput, detail));
    }
    let name = name_of(name)?;
    alone(model, move |registry| {
        if name == MODEL {
            let champion = network::champion(registry.folder()).map_err(|error| {
                tracing::error!(%error, "the champion's name cannot be read");
                refused("The file champion, which names the version that serves, cannot be read or names none.")
            })?;
            return registry.serve(&champion).map_err(|error| not_loaded(registry, &champion, error));
        }
        let version: ModelVersion = name.parse().map_err(|_| no_folder(&name, ""))?;
        registry.load(&version).map_err(|error| not_loaded(registry, &version, error))
    })
    .await
}

/// Unloads a version that does not serve.
#[utoipa::path(
    post, path = "/v2/repository/models/{model}/unload", tag = "Repository",
    params(("model" = String, Path, description = "The version's name")),
    responses((status = OK, description = "The version is unloaded")),
)]
async fn unload(State(model): State<Model>, name: Result<Path<String>, PathRejection>) -> Result<(), ApiError> {
    let name = name_of(name)?;
    alone(model, move |registry| {
        let serving = registry.serving();
        if name == MODEL || name == serving.card().version.as_str() {
            let remedy = if registry.has_mirror() {
                "promote it in the registry".to_owned()
            } else {
                format!("write its name into the file champion, then load {MODEL:?}")
            };
            return Err(refused(format!(
                "{:?} serves and cannot be unloaded. Let another version serve first: {remedy}.",
                serving.card().version.as_str()
            )));
        }
        let was_loaded = name.parse().is_ok_and(|version| registry.unload(&version));
        if was_loaded { Ok(()) } else { Err(ApiError::new(Code::UnknownModel, format!("{name:?} is not loaded."))) }
    })
    .await
}

/// Serialises the operations that read or load versions. They use one blocking thread; the other threads decode.
static TURN: Mutex<()> = Mutex::const_new(());

/// Runs an operation on a blocking thread, after the operations before it.
async fn alone<T: Send + 'static>(
    model: Model,
    work: impl FnOnce(&Registry) -> Result<T, ApiError> + Send + 'static,
) -> Result<T, ApiError> {
    let registry: Arc<Registry> = model.registry;
    let turn = TURN.lock().await;
    let work = move || {
        let _turn = turn; // until the operation ends, even if the client disconnects
        work(&registry)
    };
    let done = task::spawn_blocking(work).await;
    done.unwrap_or_else(|_| Err(unavailable("The operation failed; the log says why. Try again.")))
}

/// Parses the options in a body; an empty body has none.
fn options<T: Default + DeserializeOwned>(body: &[u8]) -> Result<T, ApiError> {
    if body.is_empty() {
        return Ok(T::default());
    }
    wire::object(body).map_err(|error| refused(format!("The body is not the JSON that is expected here: {error}.")))
}

fn name_of(path: Result<Path<String>, PathRejection>) -> Result<String, ApiError> {
    path.map(|Path(name)| name).map_err(|_| ApiError::new(Code::NotFound, "The address is not UTF-8."))
}

fn refused(detail: impl Into<String>) -> ApiError {
    ApiError::new(Code::InvalidInput, detail)
}

/// An error that an operator may repair, so the client may retry.
fn unavailable(detail: impl Into<String>) -> ApiError {
    ApiError::new(Code::ModelUnavailable, detail).retry_after(Duration::from_secs(5))
}

fn no_folder(name: &str, advice: &str) -> ApiError {
    let detail = format!("There is no version {name:?} with a card and weights in this model service.{advice}");
    ApiError::new(Code::UnknownModel, detail)
}

/// Has the mirror copy a version from the registry, and returns the advice for the client: empty without a registry.
fn request(registry: &Registry, version: &ModelVersion) -> &'static str {
    if registry.request(version) { " If the registry has it, it is copied in a few seconds: try again." } else { "" }
}

fn unreadable(error: &io::Error) -> ApiError {
    tracing::error!(%error, "the models folder cannot be read");
    unavailable("The models folder cannot be read; the log says why.")
}

/// Converts an error of loading. The response does not show where the files are; the log does.
fn not_loaded(registry: &Registry, version: &ModelVersion, error: LoadError) -> ApiError {
    tracing::error!(%version, %error, "a model was not loaded");
    match error {
        LoadError::Checkpoint(error) => match error.reason {
            InvalidCheckpoint::Io(error) if error.kind() == io::ErrorKind::NotFound => {
                no_folder(version, request(registry, version))
            }
            reason => refused(format!("{version} cannot be loaded: {reason}. The current version continues to serve.")),
        },
        LoadError::Full(_) => refused(format!("{error}.")),
        LoadError::Torch(_) => unavailable(format!("{version} could not be loaded; the log says why.")),
    }
}
