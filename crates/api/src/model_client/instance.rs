//! One model service, with its connections and the requests under way to it.

use super::{
    address::ModelAddress,
    connections::{Connections, ModelRequest},
    error::{ModelError, unavailable},
};
use axum::{
    body::Bytes,
    http::{HeaderMap, HeaderValue, Method, Request, Response, Uri, header},
};
use form_urlencoded::Serializer;
use http_body_util::Full;
use service::trace_headers;
use std::{
    net::SocketAddr,
    num::NonZeroUsize,
    sync::{
        Arc, Weak,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};
use tokio::{sync::Semaphore, time::sleep};
use wire::{COMPACT_ANSWER_MEDIA_TYPE, Input};

/// How long a model service may take to answer a probe.
const PROBE_LIMIT: Duration = Duration::from_secs(1);

/// The time between two probes of an instance that is left out.
const PROBE_INTERVAL: Duration = Duration::from_secs(1);

/// A model service at one socket address.
#[derive(Debug)]
pub(super) struct Instance {
    address: ModelAddress,
    socket: SocketAddr,
    connections: Connections,
    limit: NonZeroUsize,
    /// A permit for each request that may be under way. A request without one does not load the model service.
    slots: Semaphore,
    is_available: AtomicBool,
}

/// The sort key of an instance: an available one before an unavailable one, and then the one with the
/// fewest requests under way.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Load {
    pub(super) is_unavailable: bool,
    pub(super) under_way: usize,
}

impl Instance {
    /// An instance at a socket address of its host, with a limit of concurrent requests. It counts as available.
    pub(super) fn new(address: ModelAddress, socket: SocketAddr, limit: NonZeroUsize) -> Self {
        let (connections, slots) = (Connections::new(socket), Semaphore::new(limit.get()));
        Self { address, socket, connections, limit, slots, is_available: AtomicBool::new(true) }
    }

    pub(super) fn address(&self) -> &ModelAddress {
        &self.address
    }

    pub(super) fn socket(&self) -> SocketAddr {
        self.socket
    }

    pub(super) fn is_available(&self) -> bool {
        self.is_available.load(Ordering::Relaxed)
    }

    pub(super) fn load(&self) -> Load {
        let under_way = self.limit.get().saturating_sub(self.slots.available_permits());
        Load { is_unavailable: !self.is_available(), under_way }
    }

    /// A request with an input for a model version, by default the serving one.
    pub(super) fn post(
        &self,
        route: fn(&ModelAddress) -> &Uri,
        input: &Input,
        version: Option<&str>,
    ) -> Result<ModelRequest, ModelError> {
        let target = route(&self.address);
        let target = version.map_or_else(|| Ok(target.clone()), |version| with_version(target, version))?;
        let headers = [(header::CONTENT_TYPE, input.media_type()), (header::ACCEPT, COMPACT_ANSWER_MEDIA_TYPE)];
        let headers = headers.map(|(name, value)| (name, HeaderValue::from_static(value))).into_iter().collect();
        Ok(self.request(Method::POST, target, headers, input.bytes().clone()))
    }

    /// A request for the description of the service.
    pub(super) fn about(&self) -> ModelRequest {
        self.get(&self.address.about)
    }

    fn get(&self, target: &Uri) -> ModelRequest {
        self.request(Method::GET, target.clone(), HeaderMap::new(), Bytes::new())
    }

    /// A request to this instance.
    pub(super) fn request(&self, method: Method, target: Uri, headers: HeaderMap, body: Bytes) -> ModelRequest {
        let mut request = Request::new(Full::new(body));
        (*request.method_mut(), *request.uri_mut(), *request.headers_mut()) = (method, target, headers);
        request.headers_mut().insert(header::HOST, self.address.host_header.clone());
        request
    }

    /// Sends a request of this instance and reads the whole response, within a limit of time.
    pub(super) async fn exchange(
        &self,
        mut request: ModelRequest,
        limit: Duration,
    ) -> Result<Response<Bytes>, ModelError> {
        let _slot = self.slots.try_acquire().map_err(|_| ModelError::NoSlot)?;
        request.headers_mut().extend(trace_headers());
        self.connections.exchange(request, limit).await.map_err(|error| unavailable(&error))
    }

    /// Closes the connections that have been idle for too long.
    pub(super) fn close_idle_connections(&self) {
        self.connections.close_idle();
    }

    /// Checks that the model service is ready.
    pub(super) async fn ready(&self) -> Result<(), ModelError> {
        let probe = self.connections.exchange(self.get(&self.address.ready), PROBE_LIMIT);
        let status = probe.await.map_err(|error| unavailable(&error))?.status();
        if status.is_success() { Ok(()) } else { Err(ModelError::Unavailable(format!("it answered {status}"))) }
    }

    /// Leaves the instance out until a probe finds it ready. Only one task probes it, however many requests fail.
    pub(super) fn leave_out(self: &Arc<Self>, reason: &str) {
        if self.is_available.swap(false, Ordering::Relaxed) {
            tracing::warn!(address = %self.socket, reason, "a model service is unavailable and left out until it is ready");
            tokio::spawn(readmit_when_ready(Arc::downgrade(self)));
        }
    }
}

/// Probes an instance until it is ready or no longer listed.
async fn readmit_when_ready(instance: Weak<Instance>) {
    loop {
        sleep(PROBE_INTERVAL).await;
        let Some(instance) = instance.upgrade() else { return };
        if instance.ready().await.is_ok() {
            tracing::info!(address = %instance.socket, "the model service is ready again");
            return instance.is_available.store(true, Ordering::Relaxed);
        }
    }
}

/// A target with the query parameter that names a model version.
fn with_version(target: &Uri, version: &str) -> Result<Uri, ModelError> {
    let separator = if target.query().is_some() { '&' } else { '?' };
    let mut text = format!("{target}{separator}");
    let after_path = text.len();
    Serializer::for_suffix(&mut text, after_path).append_pair("model", version);
    text.parse().map_err(|error| ModelError::Unavailable(format!("no address has the version {version}: {error}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_target_names_a_model_version() {
        for (target, expected) in
            [("/predict?include=bitmap", "/predict?include=bitmap&model=a%26b"), ("/x", "/x?model=a%26b")]
        {
            assert_eq!(with_version(&target.parse().unwrap(), "a&b").unwrap(), *expected);
        }
    }
}
