//! The check of each request: who sends it, and whether its route is open to that caller.

use super::{Access, AccessTable};
use crate::{
    Api, ApiAccess, StoreError,
    client_address::ClientAddress,
    identity::{Actor, Caller, Identity, Program, Reach, Role, Scope, SecretToken, VisitorId, VisitorToken},
    secret_cookie::SecretCookie,
};
use axum::{
    extract::{MatchedPath, Request, State},
    http::{HeaderMap, HeaderValue, header, request::Parts},
    middleware::Next,
    response::{IntoResponse, Response},
};
use service::ApiError;
use std::{sync::Arc, time::Instant};
use wire::Code;

/// The state of [`check_access`].
#[derive(Debug, Clone)]
pub(crate) struct AccessCheck {
    pub(crate) api: Arc<Api>,
    pub(crate) table: Arc<AccessTable>,
}

/// Identifies the caller, and rejects a request whose route requires another access. Handlers find the [`Caller`] and the
/// [`Reach`] of the request in its extensions.
pub(crate) async fn check_access(State(check): State<AccessCheck>, request: Request, next: Next) -> Response {
    let (mut parts, body) = request.into_parts();
    let known = match check.admit(&parts).await {
        Ok(known) => known,
        Err(rejection) => return rejection.into_response(),
    };
    let Some((caller, reach)) = known else { return next.run(Request::from_parts(parts, body)).await };
    let (is_account, has_ended_session) = (caller.account().is_some(), caller.has_ended_session);
    parts.extensions.insert(reach);
    parts.extensions.insert(caller);
    let mut response = next.run(Request::from_parts(parts, body)).await;
    let headers = response.headers_mut();
    if is_account {
        // After a logout on a shared computer, the button Back shows nothing of the account.
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    } else {
        // The response is for one caller, and a page also has the key of its form.
        headers.entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("private, no-cache"));
    }
    let settings = &check.api.settings;
    if has_ended_session && !SecretCookie::SESSION.is_in(headers, settings) {
        SecretCookie::forget_person(headers, settings);
    }
    response
}

impl AccessCheck {
    /// The caller and what the request may reach; `None` if the service does not look at the caller.
    async fn admit(&self, request: &Parts) -> Result<Option<(Caller, Reach)>, ApiError> {
        let Some(path) = request.extensions.get::<MatchedPath>() else { return Ok(None) }; // 404
        match self.table.get(path.as_str(), &request.method) {
            Some(Access::Public) => Ok(None),
            Some(access) => {
                let caller = identify(&self.api, request).await?;
                match reach(access, &caller) {
                    Ok(reach) => Ok(Some((caller, reach))),
                    Err(rejection) => {
                        self.record(&caller, request, path.as_str()).await?;
                        Err(rejection)
                    }
                }
            }
            None if self.table.has(path.as_str()) || is_documentation(path.as_str()) => Ok(None), // 405
            None => {
                tracing::error!(path = path.as_str(), "a route has no access");
                Err(ApiError::new(Code::Internal, "The access to this path is not defined. It has been logged."))
            }
        }
    }

    /// Records that a person or a program may not do something. Others have proved no name, and may log in.
    async fn record(&self, caller: &Caller, request: &Parts, path: &str) -> Result<(), StoreError> {
        let Some(name) = caller.name() else { return Ok(()) };
        let address = ClientAddress::of_request(request, &self.api.settings.trusted_proxies);
        if self.api.refusals.is_recorded(Some(&name), address, Instant::now()) {
            let actor = Actor { name: Some(name), address: Some(address) };
            self.api.store.record_refused_access(&actor, &format!("{} {path}", request.method)).await?;
        }
        Ok(())
    }
}

fn is_documentation(path: &str) -> bool {
    service::documentation_paths().any(|documentation| documentation == path)
}

/// The sender of a request.
async fn identify(api: &Api, request: &Parts) -> Result<Caller, ApiError> {
    let headers = &request.headers;
    let visitor = VisitorToken::of(headers, &api.settings).map(VisitorToken::id);
    if api.settings.access == ApiAccess::Open {
        return Ok(Caller { visitor, identity: Identity::Open, has_ended_session: false });
    }
    if let Some(token) = bearer(headers) {
        let Some((visitor, program)) = program(api, token).await? else {
            let address = ClientAddress::of_request(request, &api.settings.trusted_proxies);
            if api.refusals.is_recorded(None, address, Instant::now()) {
                let actor = Actor { name: None, address: Some(address) };
                api.store.record_refused_login(&actor, Actor::API_TOKEN).await?;
            }
            let detail =
                "The API token is unknown, expired or revoked. An operator makes a new one on the page /account.";
            return Err(ApiError::new(Code::Unauthenticated, detail).challenge("Bearer"));
        };
        return Ok(Caller { visitor, identity: Identity::Program(program), has_ended_session: false });
    }
    let session = SecretCookie::SESSION.read(headers, &api.settings, SecretToken::parse);
    let logged_in = match session {
        Some(token) => api.store.session(token).await?,
        None => None,
    };
    // A browser may have lost the cookie of its visitor since the login, or have another one.
    let (of_session, account) = logged_in.unzip();
    let visitor = of_session.flatten().or(visitor);
    // The browser's visitor belongs to the person whose session has ended, and somebody else may sit there now.
    let has_ended_session = session.is_some() && account.is_none();
    let visitor = visitor.filter(|_| !has_ended_session);
    Ok(Caller { visitor, identity: account.map_or(Identity::Anonymous, Identity::Account), has_ended_session })
}

/// The program with this token, and its visitor.
async fn program(api: &Api, token: &str) -> Result<Option<(Option<VisitorId>, Program)>, ApiError> {
    let Some(token) = SecretToken::parse_api_token(token) else { return Ok(None) };
    if api.settings.service_tokens.contains(token) {
        return Ok(Some((None, Program::service())));
    }
    let known = api.store.program(token).await?;
    Ok(known.map(|(visitor, program)| (Some(visitor), program)))
}

/// The credential of `Authorization: Bearer`. Other schemes are a reverse proxy's matter.
pub(crate) fn bearer(headers: &HeaderMap) -> Option<&str> {
    let (scheme, credential) = headers.get(header::AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then_some(credential.trim())
}

/// The drawings that a caller may reach on a route with this access.
fn reach(access: Access, caller: &Caller) -> Result<Reach, ApiError> {
    let own = Reach::Own(caller.owner());
    let sees_all = |scope| caller.has_role(Role::Labeller) || caller.has_scope(scope);
    if matches!(caller.identity, Identity::Open) {
        return Ok(if access == Access::OwnDrawings { caller.may_delete() } else { Reach::All });
    }
    match access {
        Access::Visitors(scope) if is_program(caller) && !caller.has_scope(scope) => Err(lacks_scope(scope)),
        Access::Public | Access::Everybody | Access::Visitors(_) => Ok(own),
        Access::Drawings(scope) => Ok(if sees_all(scope) { Reach::All } else { own }),
        Access::OwnDrawings => Ok(caller.may_delete()),
        Access::Labellers(scope) if sees_all(scope) => Ok(Reach::All),
        Access::Labellers(scope) => Err(rejection(caller, Role::Labeller, Some(scope))),
        Access::Operators(scope)
            if caller.has_role(Role::Operator) || scope.is_some_and(|scope| caller.has_scope(scope)) =>
        {
            Ok(Reach::All)
        }
        Access::Operators(scope) => Err(rejection(caller, Role::Operator, scope)),
        Access::Accounts if caller.account().is_some() => Ok(own),
        Access::Accounts => Err(rejection(caller, Role::Labeller, None)),
    }
}

fn is_program(caller: &Caller) -> bool {
    matches!(caller.identity, Identity::Program(_))
}

/// The rejection of a caller without the role or the scope.
fn rejection(caller: &Caller, role: Role, scope: Option<Scope>) -> ApiError {
    match &caller.identity {
        Identity::Anonymous | Identity::Open => {
            let with_token = scope.map_or_else(String::new, |scope| {
                format!(", or send an API token with the scope \"{}\" as \"Authorization: Bearer\"", scope.name())
            });
            let detail = format!("Log in as {} on the page /login{with_token}.", role.name());
            ApiError::new(Code::Unauthenticated, detail).challenge("Bearer")
        }
        Identity::Account(_) => {
            let detail = format!("Your account has not the role {}. An operator can change it.", role.name());
            ApiError::new(Code::Forbidden, detail)
        }
        Identity::Program(_) => match scope {
            Some(scope) => lacks_scope(scope),
            None => ApiError::new(Code::Forbidden, "No API token may do this. Log in on the page /login."),
        },
    }
}

fn lacks_scope(scope: Scope) -> ApiError {
    let detail =
        format!("The API token lacks the scope \"{}\". An operator makes tokens on the page /account.", scope.name());
    ApiError::new(Code::Forbidden, detail)
}
