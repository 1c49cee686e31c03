//! The HTML pages: home with the canvas, history, drawing, labelling queue and quality.

mod accounts;
mod answer;
pub(crate) mod assets;
mod card;
mod drawing;
mod form;
mod gallery;
mod history;
mod home;
mod label;
mod labelling;
mod models;
mod picture;
mod privacy;
mod quality;
mod site;
mod visitor_cookie;

use crate::{
    Api, Settings,
    access::Routes,
    extract::values,
    messages::{Messages, Notice, TimeZone, in_the_readers_language, name_language, readers_messages},
};
use askama::Template;
use axum::{
    Extension,
    extract::{FromRequestParts, Request},
    http::{Method, header, request::Parts},
    middleware::{Next, from_fn, from_fn_with_state},
    response::{Html, IntoResponse, Redirect, Response},
};
use form_urlencoded::Serializer;
use service::ApiError;
use site::{Address, HasGallery, NavItem, Site};
use std::sync::Arc;
use visitor_cookie::renew_visitor;
use wire::{Code, PROBLEM_MEDIA_TYPE};

pub(crate) fn routes(settings: &Arc<Settings>) -> Routes {
    Routes::default()
        .merge(history::routes())
        .merge(drawing::routes())
        .merge(labelling::routes())
        .merge(quality::routes())
        .merge(models::routes())
        .merge(accounts::routes())
        .merge(privacy::routes())
        .merge(gallery::routes())
        .layered(|routes| routes.layer(from_fn(problems_as_pages)))
        .merge(home::routes())
        .layered(|routes| routes.layer(from_fn(in_the_readers_language)))
        .layered(|routes| routes.layer(from_fn_with_state(settings.clone(), renew_visitor)))
        .layered(|routes| routes.layer(Extension(HasGallery(settings.has_public_gallery))))
        .merge(picture::routes())
        .merge(assets::routes())
}

/// The messages in the reader's language.
type InMessages = Extension<&'static Messages>;

/// The parts of a request that every page shows: the reader's language and time zone, and the address.
struct PageRequest {
    messages: &'static Messages,
    zone: TimeZone,
    address: Address,
}

impl FromRequestParts<Arc<Api>> for PageRequest {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, api: &Arc<Api>) -> Result<Self, ApiError> {
        let Extension(messages) = InMessages::from_request_parts(parts, api)
            .await
            .map_err(|error| ApiError::new(Code::Internal, error.body_text()))?;
        let Ok(zone) = TimeZone::from_request_parts(parts, api).await;
        let Ok(address) = Address::from_request_parts(parts, api).await;
        Ok(Self { messages, zone, address })
    }
}

/// The page that shows a problem.
#[derive(Template)]
#[template(path = "problem.html")]
struct ProblemPage {
    messages: &'static Messages,
    site: Site,
    notice: &'static Notice,
}

/// Replaces a handler's problem by a page with the same status and headers, unless the request accepts problems, as
/// the requests of scripts do.
async fn problems_as_pages(
    Extension(messages): InMessages,
    address: Address,
    request: Request,
    next: Next,
) -> Response {
    let accepts_problems = accepts(&request, PROBLEM_MEDIA_TYPE);
    let response = next.run(request).await;
    let failure = response.extensions().get::<ApiError>().filter(|_| !accepts_problems);
    let Some(failure) = failure else { return response };
    let notice = messages.problems.for_page(failure.problem.code);
    in_place_of(response, &ProblemPage { messages, site: Site::new(NavItem::Other, address), notice })
}

/// Replaces the problem of a request that was rejected for its host, its origin or its access by a page, if the request
/// accepts HTML. People who have to log in come to the login page. The service rejects such requests before the layers of
/// the pages see them, so this layer surrounds all routes.
pub(crate) async fn rejections_as_pages(request: Request, next: Next) -> Response {
    let messages = readers_messages(&request);
    let wants_page = accepts(&request, "text/html") && !accepts(&request, PROBLEM_MEDIA_TYPE);
    let target = (request.method() == Method::GET).then(|| request.uri().to_string());
    let response = next.run(request).await;
    let code = response.extensions().get::<ApiError>().map(|failure| failure.problem.code);
    match code.filter(|_| wants_page) {
        Some(Code::Unauthenticated) => {
            let next = Serializer::new(String::new()).append_pair("next", &target.unwrap_or_default()).finish();
            Redirect::to(&format!("/login?{next}")).into_response()
        }
        Some(code @ (Code::CrossSiteRequest | Code::MisdirectedRequest | Code::Forbidden | Code::RateLimited)) => {
            let site = Site::new(NavItem::Other, Address::first());
            let mut page = in_place_of(response, &ProblemPage { messages, site, notice: messages.problems.of(code) });
            name_language(&mut page, messages);
            page
        }
        _ => response,
    }
}

fn accepts(request: &Request, media_type: &str) -> bool {
    values(request.headers(), &header::ACCEPT, ',').any(|kind| kind == media_type)
}

/// Returns a page with the status and headers of a problem. No layer replaces it by another page.
fn in_place_of(problem: Response, page: &impl Template) -> Response {
    let page = html(page).into_response();
    let (mut parts, _) = problem.into_parts();
    parts.headers.extend(page.headers().clone());
    parts.extensions.remove::<ApiError>();
    Response::from_parts(parts, page.into_body())
}

/// Renders a template.
fn html(template: &impl Template) -> Result<Html<String>, ApiError> {
    template.render().map(Html).map_err(|error| {
        tracing::error!(%error, "a template failed");
        ApiError::new(Code::Internal, "The page could not be made. It has been logged.")
    })
}
