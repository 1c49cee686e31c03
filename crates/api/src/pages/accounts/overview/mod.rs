//! `/overview`: operators see what the service stores, who uses it most, its blocks and its settings.

mod blocks;
mod limits;
mod usage;

use super::site;
use crate::{
    Api,
    access::{Access, Routes},
    identity::{Account, Actor},
    messages::{Messages, Notice},
    pages::{
        PageRequest,
        form::{PageForm, notice, with_status},
        site::Site,
    },
};
use askama::Template;
use axum::{
    extract::State,
    response::{IntoResponse, Redirect, Response},
};
use blocks::{BLOCK_DAYS, BlockForm, BlockRow, Draft};
use limits::LimitRow;
use serde::Deserialize;
use service::{ApiError, Query};
use std::sync::Arc;
use usage::{AddressRow, VisitorRow};
use wire::Code;

/// The number of visitors and of addresses that the page lists.
const BUSIEST: u8 = 10;

pub(super) fn routes() -> Routes {
    let access = Access::Operators(None);
    Routes::default().get(access, "/overview", show).post(access, "/overview", change)
}

#[derive(Debug, Deserialize)]
struct View {
    /// The visitor or the address to put into the form.
    #[serde(default)]
    block: String,
}

#[derive(Template)]
#[template(path = "accounts/overview.html")]
struct OverviewPage {
    messages: &'static Messages,
    site: Site,
    notice: Option<&'static Notice>,
    /// Sentences about the stored inputs.
    storage: String,
    storage_limit: String,
    /// A sentence about the exports that run.
    exports: String,
    visitors: Vec<VisitorRow>,
    /// `None` without limits, because nothing counts addresses then.
    addresses: Option<Vec<AddressRow>>,
    blocks: Vec<BlockRow>,
    draft: Draft,
    block_days: [u16; 3],
    /// `None` without limits.
    limits: Option<Vec<LimitRow>>,
    /// The settings, by the names of their variables.
    settings: Vec<(&'static str, String)>,
}

async fn show(
    State(api): State<Arc<Api>>,
    request: PageRequest,
    _: Account,
    Query(View { block }): Query<View>,
) -> Result<Response, ApiError> {
    page(&api, request, Draft { subject: block, reason: String::new() }, None).await
}

async fn change(
    State(api): State<Arc<Api>>,
    request: PageRequest,
    _: Account,
    actor: Actor,
    PageForm(form): PageForm<BlockForm>,
) -> Result<Response, ApiError> {
    match form.apply(&api, &actor).await {
        Ok(()) => Ok(Redirect::to("/overview").into_response()),
        Err(failure) => page(&api, request, form.draft(), Some(failure)).await,
    }
}

async fn page(
    api: &Api,
    PageRequest { messages, zone, address }: PageRequest,
    draft: Draft,
    failure: Option<ApiError>,
) -> Result<Response, ApiError> {
    let (text, settings) = (&messages.overview, &api.settings);
    let stored = api.store.stored_inputs().await?;
    let visitors = api.store.busiest_visitors(BUSIEST).await?;
    let blocks = api.store.blocks().await?;
    let limits = api.rate_limits.as_ref();
    let unset = |value: Option<String>| value.unwrap_or_else(|| text.not_set.clone());
    let page = OverviewPage {
        messages,
        site: site(address),
        notice: match &failure {
            Some(failure) if failure.problem.code == Code::InvalidInput => Some(&text.invalid_block),
            failure => notice(messages, failure.as_ref()),
        },
        storage: usage::storage(messages, stored),
        storage_limit: usage::storage_limit(messages, stored, settings.storage_limit),
        exports: usage::exports(messages, api.store.exports_under_way()),
        visitors: visitors.into_iter().map(|row| VisitorRow::new(messages, row, limits.is_some())).collect(),
        addresses: limits.map(|limits| {
            let busiest = limits.busiest_addresses(BUSIEST.into());
            busiest.into_iter().map(|(address, drawings)| AddressRow::new(messages, address, drawings)).collect()
        }),
        blocks: blocks.into_iter().map(|block| BlockRow::new(messages, &zone, block)).collect(),
        draft,
        block_days: BLOCK_DAYS,
        limits: limits.map(|_| limits::rows(messages)),
        settings: settings.in_force().into_iter().map(|(name, value)| (name, unset(value))).collect(),
    };
    Ok(with_status(failure, &page))
}
