//! Requests of the Open Inference Protocol, which the api forwards as they are.

use super::{
    ANSWER_LIMIT, ModelClient, ModelError,
    address::{ModelAddress, target},
    connections::ModelRequest,
    instance::Instance,
    none_known,
};
use axum::{
    body::{Body, Bytes},
    http::{HeaderMap, HeaderName, Method, StatusCode, Uri, header},
    response::{IntoResponse, Response},
};
use service::{ApiError, INFERENCE_HEADER_CONTENT_LENGTH};
use wire::Code;

/// The headers of a request.
const FORWARDED: [HeaderName; 4] =
    [header::ACCEPT_ENCODING, header::CONTENT_ENCODING, header::CONTENT_TYPE, INFERENCE_HEADER_CONTENT_LENGTH];

/// The headers of a response.
const RETURNED: [HeaderName; 5] = [
    header::ALLOW,
    header::CONTENT_ENCODING,
    header::CONTENT_TYPE,
    header::RETRY_AFTER,
    INFERENCE_HEADER_CONTENT_LENGTH,
];

/// A request of a client.
#[derive(Debug)]
pub(crate) struct ForwardedRequest {
    pub(crate) method: Method,
    pub(crate) path: String,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

impl ForwardedRequest {
    /// The request to one model service. It has no credential, because a model service knows none.
    fn to(&self, instance: &Instance) -> Result<ModelRequest, ModelError> {
        let target = v2_target(instance.address(), &self.path)?;
        let headers = selected(&self.headers, &FORWARDED);
        Ok(instance.request(self.method.clone(), target, headers, self.body.clone()))
    }
}

impl ModelClient {
    /// Forwards a request to the least busy model service, and returns the response as it is.
    ///
    /// # Errors
    /// When there is nothing at the path, when too many requests are in flight, or when no model service is available.
    pub(crate) async fn forward(&self, request: &ForwardedRequest) -> Result<Response, ModelError> {
        let counted = self.requests.begin();
        let answer = self.send(|instance| request.to(instance), returned).await;
        match &answer {
            Ok(response) => counted.end_with(response.status()),
            Err(_) => counted.end(&answer),
        }
        answer
    }

    /// Forwards a request to each available model service, and returns the first response that is no success, else the last
    /// one.
    ///
    /// # Errors
    /// As for [`Self::forward`]. The other model services get the request even if one fails.
    pub(crate) async fn forward_to_all(&self, request: &ForwardedRequest) -> Result<Response, ModelError> {
        let (mut failure, mut success) = (None, None);
        for instance in self.instances.by_load().iter().filter(|instance| instance.is_available()) {
            let answer =
                instance.exchange(request.to(instance)?, ANSWER_LIMIT).await.and_then(|answer| returned(&answer));
            if answer.as_ref().is_ok_and(|answer| answer.status().is_success()) {
                success = Some(answer);
            } else {
                failure = failure.or(Some(answer));
            }
        }
        failure.or(success).unwrap_or_else(|| Err(none_known()))
    }
}

/// The response for the client. Only an unavailable model service answers with 503.
fn returned(response: &Response<Bytes>) -> Result<Response, ModelError> {
    let status = response.status();
    if status == StatusCode::SERVICE_UNAVAILABLE {
        return Err(ModelError::Unavailable(format!("it answered {status}")));
    }
    let body = Body::from(response.body().clone()); // unlike bytes, a body adds no media type
    Ok((status, selected(response.headers(), &RETURNED), body).into_response())
}

/// The target of a path of the protocol. A path that a URL would shorten (`..`) or rewrite leads nowhere, so that the check of
/// the access and the model service see the same path.
pub(super) fn v2_target(address: &ModelAddress, path: &str) -> Result<Uri, ModelError> {
    let relative = path.trim_start_matches('/');
    let target = address.base.join(relative).ok().as_ref().and_then(target);
    let is_same = |target: &Uri| target.path() == format!("{}{relative}", address.about.path());
    target
        .filter(is_same)
        .ok_or_else(|| ModelError::Refused(ApiError::new(Code::NotFound, format!("There is nothing at {path}."))))
}

/// The headers with these names.
fn selected(headers: &HeaderMap, names: &[HeaderName]) -> HeaderMap {
    names.iter().filter_map(|name| Some((name.clone(), headers.get(name)?.clone()))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_model_service_gets_no_credential_and_no_other_path_than_the_one_that_was_checked() {
        let credentials = ["authorization", "cookie", "x-forwarded-for", "host"].map(HeaderName::from_static);
        let all = credentials.iter().chain(&FORWARDED).map(|name| (name.clone(), "x".parse().unwrap())).collect();
        let sent = selected(&all, &FORWARDED);
        assert!(sent.len() == FORWARDED.len() && credentials.iter().all(|name| !sent.contains_key(name)), "{sent:?}");

        for base in ["http://model:8000", "http://model:8000/of/digits/"] {
            let base: ModelAddress = base.parse().unwrap();
            let target = |path: &str| v2_target(&base, path).ok().map(|target| target.to_string());
            let expected = format!("{}v2/models/a%20b/infer", base.about);
            assert_eq!(target("/v2/models/a%20b/infer"), Some(expected));
            for path in
                ["/v2/models/../infer", "/v2/models/%2e%2E/infer", "/v2/models/.%2e/x", "/v2/a\\..\\b", "/v2/a?b"]
            {
                assert_eq!(target(path), None, "{path}");
            }
        }
    }
}
