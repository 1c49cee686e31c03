//! One model service, with its connections and the requests under way to it.

use super::{
    address::ModelAddress,
    error::{ModelError, unavailable},
};
use axum::{body::Bytes, http::Response};
use reqwest::{Client, Method, RequestBuilder, Url, header};
use service::trace_headers;
use std::{
    mem,
    net::SocketAddr,
    num::NonZeroUsize,
    sync::{
        Arc, Weak,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};
use tokio::{sync::Semaphore, time::sleep};
use wire::Input;

/// How long a model service may take to accept a connection, and to answer a probe.
const CONNECT_LIMIT: Duration = Duration::from_secs(1);

/// How long an idle connection is kept. The model service keeps it longer, so no request uses a connection that is
/// being closed.
const IDLE_LIMIT: Duration = Duration::from_secs(5);

/// The time between two probes of an instance that is left out.
const PROBE_INTERVAL: Duration = Duration::from_secs(1);

/// A model service at one socket address.
#[derive(Debug)]
pub(super) struct Instance {
    address: ModelAddress,
    socket: SocketAddr,
    http: Client,
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
    pub(super) fn new(address: ModelAddress, socket: SocketAddr, limit: NonZeroUsize) -> reqwest::Result<Self> {
        let http = Client::builder()
            .connect_timeout(CONNECT_LIMIT)
            .pool_idle_timeout(IDLE_LIMIT)
            .no_proxy() // the model service is on the same network
            .resolve(address.host(), socket)
            .build()?;
        let slots = Semaphore::new(limit.get());
        Ok(Self { address, socket, http, limit, slots, is_available: AtomicBool::new(true) })
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
        route: fn(&ModelAddress) -> &Url,
        input: &Input,
        version: Option<&str>,
    ) -> RequestBuilder {
        let mut url = route(&self.address).clone();
        url.query_pairs_mut().extend_pairs(version.map(|version| ("model", version)));
        self.http.post(url).header(header::CONTENT_TYPE, input.media_type()).body(input.bytes().clone())
    }

    /// A request for the description of the service.
    pub(super) fn about(&self) -> RequestBuilder {
        self.http.get(self.address.about.clone())
    }

    /// A request to a URL of this instance.
    pub(super) fn request(&self, method: Method, url: Url) -> RequestBuilder {
        self.http.request(method, url)
    }

    /// Sends a request of this instance and reads the whole response, within a limit of time.
    pub(super) async fn exchange(
        &self,
        request: RequestBuilder,
        limit: Duration,
    ) -> Result<Response<Bytes>, ModelError> {
        let _slot = self.slots.try_acquire().map_err(|_| ModelError::NoSlot)?;
        let mut response = request.timeout(limit).headers(trace_headers()).send().await.map_err(unavailable)?;
        let (status, headers) = (response.status(), mem::take(response.headers_mut()));
        let mut whole = Response::new(response.bytes().await.map_err(unavailable)?);
        (*whole.status_mut(), *whole.headers_mut()) = (status, headers);
        Ok(whole)
    }

    /// Checks that the model service is ready.
    pub(super) async fn ready(&self) -> Result<(), ModelError> {
        let probe = self.http.get(self.address.ready.clone()).timeout(CONNECT_LIMIT);
        let response = probe.send().await.map_err(unavailable)?;
        response.error_for_status().map(drop).map_err(unavailable)
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

#[cfg(test)]
mod tests {
    use super::*;
    use service::ConnectionLimits;

    #[test]
    fn the_client_closes_idle_connections_before_the_model_service_does() {
        assert!(2 * IDLE_LIMIT <= ConnectionLimits::default().header_timeout);
    }
}
