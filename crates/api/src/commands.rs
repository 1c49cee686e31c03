//! The commands `api user`, `api token` and `api prune` of an operator on the server.

use crate::{
    Role, Store,
    access::rotate,
    identity::{Actor, InvitationCode, PERSON_NAME_RULE, Scope, SecretToken, is_valid_name, is_valid_person_name},
    store::{NewApiToken, UserChange, end_of_retention},
};
use anyhow::{Context, bail};
use clap::Subcommand;
use std::{
    io::{self, Write},
    path::Path,
};
use uuid::Uuid;

/// People with accounts.
#[derive(Debug, Clone, Subcommand)]
pub enum UserCommand {
    /// Lists all people.
    List,
    /// Creates a person, and prints a code with which the person sets a password within 15 minutes.
    Invite {
        /// The name to log in with.
        name: String,
        /// The role of the person.
        #[arg(long, value_enum)]
        role: Role,
    },
    /// Removes a person's password and ends the person's sessions, and prints a code for a new password.
    Reset {
        /// The name.
        name: String,
    },
    /// Changes what a person may do, and ends the person's sessions.
    SetRole {
        /// The name.
        name: String,
        /// The new role.
        #[arg(value_enum)]
        role: Role,
    },
    /// Prevents a person from logging in, and ends the person's sessions and API tokens.
    Disable {
        /// The name.
        name: String,
    },
    /// Lets a person log in again.
    Enable {
        /// The name.
        name: String,
    },
}

/// Credentials of programs.
#[derive(Debug, Clone, Subcommand)]
pub enum TokenCommand {
    /// Lists all API tokens, without their text.
    List,
    /// Creates an API token, and prints it once.
    New {
        /// The purpose of the token.
        name: String,
        /// The person to whom it belongs.
        #[arg(long)]
        user: String,
        /// The scopes, separated by commas: predict, label, read, export, import, `models:read` or training.
        #[arg(long, required = true, value_delimiter = ',', value_parser = parse_scope)]
        scopes: Vec<Scope>,
        /// The number of days for which it is valid.
        #[arg(long, default_value = "90", value_parser = clap::value_parser!(u16).range(1..=366))]
        days: u16,
    },
    /// Makes an API token invalid.
    Revoke {
        /// The id that `api token list` prints.
        id: Uuid,
    },
    /// Puts a new token for the model service and the trainer on top of `SERVICE_TOKENS_FILE`. The one before it remains
    /// valid until the next rotation.
    RotateService {
        /// Does nothing if the file exists.
        #[arg(long)]
        if_missing: bool,
    },
}

fn parse_scope(name: &str) -> Result<Scope, String> {
    let names = Scope::ALL.map(Scope::name).join(", ");
    Scope::from_name(name).ok_or_else(|| format!("a scope is one of {names}"))
}

/// Runs `api user`, and writes its output to `out`. `address` is the public address of the pages.
///
/// # Errors
/// When no such person exists, or when the database is unavailable.
pub async fn run_user_command(
    store: &Store,
    address: &str,
    command: &UserCommand,
    out: &mut impl Write,
) -> anyhow::Result<()> {
    let by = Actor::command_line();
    match command {
        UserCommand::List => {
            writeln!(out, "{:<24} {:<10} {:<16} last seen", "name", "role", "state")?;
            for user in store.users().await? {
                let state = match (user.is_disabled, user.has_password) {
                    (true, _) => "disabled",
                    (false, true) => "active",
                    (false, false) => "invited",
                };
                let seen = user.last_seen.map_or_else(|| "no session".to_owned(), |seen| seen.date().to_string());
                writeln!(out, "{:<24} {:<10} {state:<16} {seen}", user.name, user.role.name())?;
            }
        }
        UserCommand::Invite { name, role } => {
            if !is_valid_person_name(name) {
                bail!("{PERSON_NAME_RULE}");
            }
            let code = InvitationCode::random();
            store.invite(&by, name, *role, code).await.with_context(|| format!("cannot invite {name}"))?;
            print_code(out, address, name, code)?;
        }
        UserCommand::Reset { name } => {
            let code = InvitationCode::random();
            store.reset_password(&by, name, code, false).await.with_context(|| format!("cannot reset {name}"))?;
            print_code(out, address, name, code)?;
        }
        UserCommand::SetRole { name, role } => change(store, &by, name, out, UserChange::Role(*role)).await?,
        UserCommand::Disable { name } => change(store, &by, name, out, UserChange::Disable).await?,
        UserCommand::Enable { name } => change(store, &by, name, out, UserChange::Enable).await?,
    }
    Ok(())
}

async fn change(store: &Store, by: &Actor, name: &str, out: &mut impl Write, change: UserChange) -> anyhow::Result<()> {
    store.change_user(by, name, change).await.with_context(|| format!("cannot change {name}"))?;
    writeln!(out, "{name} is changed.")?;
    Ok(())
}

fn print_code(out: &mut impl Write, address: &str, name: &str, code: InvitationCode) -> io::Result<()> {
    writeln!(out, "{name} opens {address}/invitation within 15 minutes and enters this code, which works once:")?;
    writeln!(out, "{}", code.reveal())
}

/// Runs `api token`, and writes its output to `out`. `service_tokens` is the file of service tokens.
///
/// # Errors
/// When no such person, token or file exists, or when the database is unavailable.
pub async fn run_token_command(
    store: &Store,
    service_tokens: Option<&Path>,
    command: &TokenCommand,
    out: &mut impl Write,
) -> anyhow::Result<()> {
    let by = Actor::command_line();
    match command {
        TokenCommand::List => {
            writeln!(out, "{:<36} {:<24} {:<24} {:<10} {:<10} scopes", "id", "name", "person", "expires", "last used")?;
            for token in store.tokens().await? {
                let expires =
                    token.revoked_at.map_or_else(|| token.expires_at.date().to_string(), |_| "revoked".to_owned());
                let used = token.last_used_on.map_or_else(|| "never".to_owned(), |day| day.to_string());
                let scopes = token.scopes.join(",");
                writeln!(
                    out,
                    "{:<36} {:<24} {:<24} {expires:<10} {used:<10} {scopes}",
                    token.id, token.name, token.user
                )?;
            }
        }
        TokenCommand::New { name, user, scopes, days } => {
            if !is_valid_name(name) {
                bail!("a name has 1 to 64 characters, no control characters, and no space at its ends");
            }
            let token = SecretToken::random();
            let new = NewApiToken { name, user, scopes, days: *days };
            if store.create_token(&by, token, new).await?.is_none() {
                bail!("there is no person named {user} who may log in");
            }
            writeln!(out, "{}", token.reveal_api_token())?;
            eprintln!("Send it as `Authorization: Bearer`. It is shown only now and is valid for {days} days.");
        }
        TokenCommand::Revoke { id } => {
            if !store.revoke_token(&by, *id).await? {
                bail!("there is no valid token with this id");
            }
            writeln!(out, "The token is revoked.")?;
        }
        TokenCommand::RotateService { if_missing } => {
            let file = service_tokens.context("set SERVICE_TOKENS_FILE to the file of the service tokens")?;
            if *if_missing && file.try_exists()? {
                return Ok(());
            }
            store.record_rotation(&by, &file.display().to_string()).await?;
            rotate(file)?;
            writeln!(out, "{} has a new service token; the one before it remains valid.", file.display())?;
        }
    }
    Ok(())
}

/// Runs `api prune`: deletes drawings that are older than this number of days, and writes its progress to `out`.
///
/// # Errors
/// When the database is unavailable.
pub async fn run_prune_command(store: &Store, days: u16, out: &mut impl Write) -> anyhow::Result<()> {
    let before = end_of_retention(days);
    let by = Actor::command_line();
    let mut total = 0;
    loop {
        // The first portion has the entry of the audit log.
        let record = (total == 0).then_some(&by);
        let pruned = store.prune(before, record).await.context("cannot delete old drawings")?;
        if pruned == 0 {
            break;
        }
        total += pruned;
        writeln!(out, "{total} drawings deleted")?;
    }
    writeln!(out, "No drawing from before {} is left.", before.date())?;
    Ok(())
}
