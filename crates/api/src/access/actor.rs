//! Who acts, for the audit log.

use super::{Caller, Identity};
use crate::{Api, client_address::ClientAddress};
use axum::{extract::FromRequestParts, http::request::Parts};
use service::{ApiError, Peer};
use std::{
    net::{IpAddr, Ipv4Addr},
    sync::Arc,
};

/// Who acts: the name of a person or a program, and the address of the client.
#[derive(Debug, Clone)]
pub(crate) struct Actor {
    /// `None` if nobody has logged in.
    pub(crate) name: Option<String>,
    /// `None` if the action comes from the command line.
    pub(crate) address: Option<ClientAddress>,
}

impl Actor {
    /// An operator with a shell on the server.
    pub(crate) fn command_line() -> Self {
        Self { name: Some("command line".to_owned()), address: None }
    }

    /// The same client, after it has proved to be this person.
    pub(crate) fn named(self, name: &str) -> Self {
        Self { name: Some(name.to_owned()), ..self }
    }
}

impl FromRequestParts<Arc<Api>> for Actor {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, api: &Arc<Api>) -> Result<Self, ApiError> {
        let caller = parts.extensions.get::<Caller>();
        let name = caller.and_then(|caller| match &caller.identity {
            Identity::Account(account) => Some(account.name.clone()),
            Identity::Program(program) => Some(program.name.clone()),
            Identity::Open | Identity::Anonymous => None,
        });
        Ok(Self { name, address: Some(ClientAddress::of_request(parts, &api.settings.trusted_proxies)) })
    }
}

impl ClientAddress {
    /// The address of the client that sent a request. Requests of tests without a connection have none.
    pub(super) fn of_request(parts: &Parts, proxies: &[crate::TrustedProxy]) -> Self {
        let unknown = IpAddr::V4(Ipv4Addr::UNSPECIFIED);
        let peer = parts.extensions.get::<Peer>().map_or(unknown, |peer| peer.0);
        Self::of(peer, &parts.headers, proxies)
    }
}
