//! Requests of the Open Inference Protocol, which the api forwards as they are.

use super::{ModelClient, ModelError, address::ModelAddress, instance::Instance};
use axum::{
    body::{Body, Bytes},
    http::{HeaderMap, HeaderName, Method, StatusCode},
    response::{IntoResponse, Response},
};
use reqwest::{Url, header};
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

impl ModelClient {
    /// Forwards a request to the least busy model service, and returns the response as it is. The model service gets no
    /// credential, because it knows none.
    ///
    /// # Errors
    /// When there is nothing at the path, when too many requests are in flight, or when no model service is available.
    pub(crate) async fn forward(
        &self,
        method: Method,
        path: &str,
        headers: &HeaderMap,
        body: Bytes,
    ) -> Result<Response, ModelError> {
        let counted = self.requests.begin();
        let request = |instance: &Instance| {
            let request = instance.request(method.clone(), v2_url(instance.address(), path)?);
            Ok(request.headers(selected(headers, &FORWARDED)).body(body.clone()))
        };
        let answer = self.send(request, returned).await;
        match &answer {
            Ok(response) => counted.end_with(response.status()),
            Err(_) => counted.end(&answer),
        }
        answer
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

/// The URL of a path of the protocol. A path that a URL would shorten (`..`) or rewrite leads nowhere, so that the check of
/// the access and the model service see the same path.
fn v2_url(address: &ModelAddress, path: &str) -> Result<Url, ModelError> {
    let relative = path.trim_start_matches('/');
    let url = address.about.join(relative).ok();
    let is_same = |url: &Url| url.path() == format!("{}{relative}", address.about.path());
    url.filter(is_same)
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
            let url = |path: &str| v2_url(&base, path).ok().map(String::from);
            let expected = format!("{}v2/models/a%20b/infer", base.about);
            assert_eq!(url("/v2/models/a%20b/infer"), Some(expected));
            for path in
                ["/v2/models/../infer", "/v2/models/%2e%2E/infer", "/v2/models/.%2e/x", "/v2/a\\..\\b", "/v2/a?b"]
            {
                assert_eq!(url(path), None, "{path}");
            }
        }
    }
}
