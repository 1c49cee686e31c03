//! Replays of stored drawings, which wait for idle model services and count as no request of a client.

use super::{
    ANSWER_LIMIT, ModelClient, ModelError,
    error::{received_answer, refusal},
    forward::v2_target,
    instance::Instance,
};
use axum::{
    body::Bytes,
    http::{HeaderMap, Method, Response},
};
use digit::ModelVersion;
use wire::{Answer, Input};

/// A change of the versions that the model services have loaded.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Repository {
    Load,
    Unload,
}

impl ModelClient {
    /// Whether no request of this api is under way to a model service.
    pub(crate) fn is_idle(&self) -> bool {
        self.instances.by_load().iter().all(|instance| instance.load().under_way == 0)
    }

    /// Classifies a stored input with this model version, outside the metrics of requests.
    ///
    /// # Errors
    /// As for [`Self::answer`].
    pub(crate) async fn replay(&self, input: &Input, version: &ModelVersion) -> Result<Answer, ModelError> {
        let request = |instance: &Instance| instance.post(|address| &address.predict, input, Some(version.as_str()));
        self.send(request, received_answer).await.map(|(answer, _)| answer)
    }

    /// Has each available model service load or unload a version.
    ///
    /// # Errors
    /// When one of them rejects that or is unavailable. The others do it even then.
    pub(crate) async fn change_repository(&self, change: Repository, version: &ModelVersion) -> Result<(), ModelError> {
        let verb = match change {
            Repository::Load => "load",
            Repository::Unload => "unload",
        };
        let path = format!("/v2/repository/models/{version}/{verb}");
        let mut outcome = Ok(());
        for instance in self.instances.by_load().iter().filter(|instance| instance.is_available()) {
            let target = v2_target(instance.address(), &path)?;
            let request = instance.request(Method::POST, target, HeaderMap::new(), Bytes::new());
            let done = instance.exchange(request, ANSWER_LIMIT).await;
            outcome = outcome.and(done.and_then(|response| succeeded(&response)));
        }
        outcome
    }
}

fn succeeded(response: &Response<Bytes>) -> Result<(), ModelError> {
    if response.status().is_success() { Ok(()) } else { Err(refusal(response)) }
}
