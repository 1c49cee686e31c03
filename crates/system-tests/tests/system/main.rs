//! Tests of the services together, as people, programs and operators use them.
//!
//! They use a real PostgreSQL (`DATABASE_URL` names a cluster to make databases in; `make test` starts one), the
//! committed champion, and real HTTP on ports that the operating system chooses.

#![expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "the tests' coordinates and grey levels are small and positive"
)]

mod access_matrix;
mod accessibility;
mod accounts;
mod accounts_in_browser;
mod assets;
mod attribution;
mod audit_log;
mod axe;
mod blocks;
mod browser;
mod canvas_persistence;
mod chromium;
mod concurrency;
mod counts;
mod cross_site;
mod deletion;
mod documents;
mod drawing_page;
mod drawings;
mod errors;
mod explanations;
mod exports;
mod filters;
mod firefox;
mod forms;
mod gallery;
mod history;
mod history_and_labelling;
mod idempotency;
mod import;
mod label_rule;
mod label_suspects;
mod labelling;
mod labels;
mod languages;
mod learning;
mod metadata;
mod migrations;
mod model_instances;
mod model_page;
mod models;
mod my_data;
mod not_a_digit;
mod open_inference;
mod openapi;
mod page_size;
mod pages;
mod person;
mod photos;
mod pointer;
mod pointer_strokes;
mod predict;
mod predictions_by_model;
mod proxies;
mod public_url;
mod python;
mod quality;
mod random;
mod rate_limits;
mod registry_replicas;
mod retention;
mod service_tokens;
mod sessions;
mod shadow;
mod slow_clients;
mod slow_model;
mod stack;
mod stopping;
mod storage;
mod swaps;
mod test_logs;
mod tools;
mod traces;
mod training_examples;
mod training_runs;
mod triton;
mod trusted_labels;
mod unavailable;
mod verdicts;
mod visitors;
mod webdriver;
mod withdrawal;
mod without_javascript;
