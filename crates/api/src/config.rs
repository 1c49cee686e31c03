//! The web service's configuration, from flags and environment variables.

use crate::{
    ApiAccess, ByteSize, ImportOptions, ModelAddress, ModelCommand, Operator, Promotion, PublicUrl, ServiceRole,
    ServiceTokenFile, Settings, TokenCommand, TrustedProxy, UserCommand,
};
use anyhow::{Context, bail};
use clap::{Args, Parser, Subcommand, builder::RangedI64ValueParser};
use percent_encoding::percent_decode_str;
use service::{ConnectionOptions, Secret, TelemetryOptions};
use sqlx::postgres::PgConnectOptions;
use std::{
    net::SocketAddr,
    num::{NonZeroU32, NonZeroUsize},
    path::PathBuf,
};
use url::Url;
use uuid::Uuid;

/// Serves the pages and the HTTP API.
#[derive(Debug, Clone, Parser)]
#[command(version)]
pub struct Config {
    /// Address to listen on.
    #[arg(long, env = "API_LISTEN", default_value = "127.0.0.1:8501")]
    pub listen: SocketAddr,
    /// Address to serve GET /metrics at. Clients of the service need not reach it.
    #[arg(long, env = "METRICS_LISTEN", default_value = "127.0.0.1:9501")]
    pub metrics_listen: SocketAddr,
    /// Whether the service distinguishes its callers. With `open`, everybody may do everything; with `accounts`, visitors
    /// see their own drawings, labellers and operators log in, and programs have API tokens.
    #[arg(long, env = "API_ACCESS", value_enum, default_value = "accounts")]
    pub access: ApiAccess,
    /// Whether visitors, accounts and addresses may send only so many requests [default: only with accounts].
    #[arg(long, env = "RATE_LIMITS", value_parser = clap::builder::BoolishValueParser::new(), num_args = 1)]
    pub rate_limits: Option<bool>,
    /// Largest total of all stored inputs, such as 20GB [default: no limit].
    #[arg(long, env = "STORAGE_LIMIT")]
    pub storage_limit: Option<ByteSize>,
    /// Address at which people reach the service: scheme, host and perhaps a port, such as <https://digits.example>. It
    /// decides the accepted hosts and origins and the attributes of cookies. Without it, the service answers at
    /// localhost and at IP addresses only.
    #[arg(long, env = "PUBLIC_URL")]
    pub public_url: Option<PublicUrl>,
    /// Reverse proxies whose X-Forwarded-For is believed: addresses and small networks, separated by commas.
    #[arg(long, env = "TRUSTED_PROXIES", value_delimiter = ',')]
    pub trusted_proxies: Vec<TrustedProxy>,
    /// A file with the tokens of the model service and the trainer, which `api token rotate-service` makes. The api reads
    /// it again when it changes.
    #[arg(long, env = "SERVICE_TOKENS_FILE", global = true)]
    pub service_tokens_file: Option<PathBuf>,
    /// A file with the metrics of the backups, which `api doctor` reads.
    #[arg(long, env = "BACKUP_METRICS_FILE", global = true)]
    pub backup_metrics_file: Option<PathBuf>,
    /// Whether everybody sees the 28×28 pixels of drawings in a gallery: of those from the canvas, and of uploaded pictures
    /// that an operator has approved.
    #[arg(long, env = "PUBLIC_GALLERY", value_parser = clap::builder::BoolishValueParser::new())]
    pub public_gallery: bool,
    /// The operator of the service.
    #[command(flatten)]
    pub operator: Operator,
    /// Days after which the service deletes a drawing with its prediction and labels [default: never].
    #[arg(long, env = "RETENTION_DAYS", value_parser = retention_days())]
    pub retention_days: Option<u16>,
    /// Whether a trained model that is better than the one that serves waits for an operator, or serves at once.
    #[arg(long, env = "PROMOTION", value_enum, default_value_t)]
    pub promotion: Promotion,
    /// The connection to PostgreSQL with the role of the service.
    #[command(flatten)]
    pub database: DatabaseOptions,
    /// Largest number of connections to PostgreSQL. Two more insert predictions, and each export has one more.
    #[arg(long, env = "DATABASE_CONNECTIONS", default_value = "10")]
    pub database_connections: NonZeroU32,
    /// The model services: addresses, separated by commas. A host name may resolve to several.
    #[arg(long, env = "MODEL_URL", default_value = "http://127.0.0.1:8000", value_delimiter = ',')]
    pub model_url: Vec<ModelAddress>,
    /// Largest number of concurrent requests to each model service; the api answers further ones with `overloaded`.
    #[arg(long, env = "MODEL_REQUESTS", default_value = "64")]
    pub model_requests: NonZeroUsize,
    /// Limits on client connections.
    #[command(flatten)]
    pub connections: ConnectionOptions,
    /// Logs and traces.
    #[command(flatten)]
    pub telemetry: TelemetryOptions,
    /// Requests the metrics at `metrics_listen`, and exits with 0 if the service answers. Client connections cannot
    /// exhaust this listener.
    #[arg(long)]
    pub healthcheck: bool,
    /// A command to run instead of serving.
    #[command(subcommand)]
    pub command: Option<Command>,
}

impl Config {
    /// The settings of a service with this configuration. It logs a warning about a risky one.
    ///
    /// # Errors
    /// When accounts need the public address, which is not set, or when the service tokens cannot be read.
    pub fn settings(&self) -> anyhow::Result<Settings> {
        if self.access == ApiAccess::Accounts && !self.listen.ip().is_loopback() && self.public_url.is_none() {
            bail!(
                "set PUBLIC_URL to the address that people use, such as https://digits.example: with \
                 API_ACCESS=accounts, cookies and links depend on it"
            );
        }
        if let Some(warning) = self.warning() {
            tracing::warn!(listen = %self.listen, "{warning}");
        }
        Ok(Settings {
            trusts_trace_context: self.telemetry.trust_trace_context,
            access: self.access,
            has_rate_limits: self.rate_limits.unwrap_or(self.access == ApiAccess::Accounts),
            storage_limit: self.storage_limit,
            public_url: self.public_url.clone(),
            operator: self.operator.clone(),
            promotion: self.promotion,
            trusted_proxies: self.trusted_proxies.clone(),
            service_tokens: match self.service_tokens_file() {
                Some(file) => ServiceTokenFile::follow(file.clone())?,
                None => ServiceTokenFile::default(),
            },
            has_public_gallery: self.public_gallery,
            retention_days: self.retention_days,
        })
    }

    /// The file of service tokens. Compose passes an unset variable as an empty one.
    #[must_use]
    pub fn service_tokens_file(&self) -> Option<&PathBuf> {
        self.service_tokens_file.as_ref().filter(|file| !file.as_os_str().is_empty())
    }

    /// The file of metrics about backups, if the installation makes some.
    #[must_use]
    pub(crate) fn backup_metrics_file(&self) -> Option<&PathBuf> {
        self.backup_metrics_file.as_ref().filter(|file| !file.as_os_str().is_empty())
    }

    /// The risk of this configuration, and what to do about it.
    pub(crate) fn warning(&self) -> Option<&'static str> {
        let public_url = self.public_url.as_ref().filter(|url| !url.is_loopback());
        let is_unencrypted = public_url.is_some_and(|url| !url.is_https());
        // A proxy serves other machines, too, when the service itself listens on this one alone.
        let is_reachable = !self.listen.ip().is_loopback() || public_url.is_some() || !self.trusted_proxies.is_empty();
        match self.access {
            ApiAccess::Open if is_reachable => Some(
                "API_ACCESS is open: everybody who reaches this address sees, labels and exports all drawings. Set \
                 API_ACCESS=accounts if it is not a private network",
            ),
            ApiAccess::Accounts if is_unencrypted => Some(
                "PUBLIC_URL begins with http://: everybody on the way can read passwords and sessions. Serve HTTPS and \
                 set PUBLIC_URL=https://…",
            ),
            _ => None,
        }
    }
}

/// Commands that change the database. An operator runs them; the service itself never does.
#[derive(Debug, Clone, Subcommand)]
pub enum Command {
    /// Applies the migrations, and sets up the role in `DATABASE_URL` with the privileges that the service needs.
    Migrate {
        /// The connection to PostgreSQL with the role that owns the tables.
        #[command(flatten)]
        owner: OwnerOptions,
        /// Folder with models. If the registry has no model, its champion is the first one.
        #[arg(long, env = "MODEL_DIR", default_value = "models")]
        models: PathBuf,
    },
    /// Manages people with accounts.
    #[command(subcommand)]
    User(UserCommand),
    /// Manages the API tokens of programs.
    #[command(subcommand)]
    Token(TokenCommand),
    /// Manages the registry of models.
    #[command(subcommand)]
    Model(ModelCommand),
    /// Checks the installation, and says what to do about each problem. Exits with 1 if there is one.
    Doctor,
    /// Deletes old drawings with their predictions and labels. The totals of the quality keep them.
    Prune {
        /// Delete drawings that are older than this number of days [default: `RETENTION_DAYS`].
        #[arg(long, value_name = "DAYS", value_parser = retention_days())]
        older_than: Option<u16>,
    },
    /// Inserts the drawings of an NDJSON export with their ids, times and labels, or images with labels as MNIST has them.
    /// Drawings that are there already stay as they are, so an operator may repeat an import.
    Import(ImportOptions),
    /// Removes metadata (place, device, …) from stored images. An operator may stop it and run it again.
    StripMetadata {
        /// The connection to PostgreSQL with the role that owns the tables.
        #[command(flatten)]
        owner: OwnerOptions,
        /// Continue after this prediction, which the last run printed.
        #[arg(long)]
        after: Option<Uuid>,
    },
}

/// A retention period: a day at least, because a client may repeat a submission for a day.
fn retention_days() -> RangedI64ValueParser<u16> {
    RangedI64ValueParser::new().range(1..=36_500)
}

/// The connection to PostgreSQL with the role of the service.
#[derive(Debug, Clone, Args)]
#[expect(clippy::struct_field_names, reason = "clap names the flags after the fields")]
pub struct DatabaseOptions {
    /// PostgreSQL, as postgres://user:password@host:port/database. PGHOST, PGPASSWORD and so on fill in the rest.
    #[arg(
        long,
        env = "DATABASE_URL",
        default_value = "postgres://digits@localhost/digits",
        hide_env_values = true,
        global = true
    )]
    pub database_url: Secret,
    /// A file with the value of `DATABASE_URL`.
    #[arg(long, env = "DATABASE_URL_FILE", global = true)]
    pub database_url_file: Option<PathBuf>,
    /// The password; it replaces the one in `DATABASE_URL` and may hold any character.
    #[arg(long, env = "DATABASE_PASSWORD", hide_env_values = true, global = true)]
    pub database_password: Option<Secret>,
    /// A file with the value of `DATABASE_PASSWORD`.
    #[arg(long, env = "DATABASE_PASSWORD_FILE", global = true)]
    pub database_password_file: Option<PathBuf>,
}

/// The connection to PostgreSQL with the role that owns the tables.
#[derive(Debug, Clone, Args)]
#[expect(clippy::struct_field_names, reason = "clap names the flags after the fields")]
pub struct OwnerOptions {
    /// PostgreSQL with the role that owns the tables [default: `DATABASE_URL`].
    #[arg(long, env = "MIGRATION_DATABASE_URL", hide_env_values = true)]
    pub migration_database_url: Option<Secret>,
    /// A file with the value of `MIGRATION_DATABASE_URL`.
    #[arg(long, env = "MIGRATION_DATABASE_URL_FILE")]
    pub migration_database_url_file: Option<PathBuf>,
    /// The password; it replaces the one in `MIGRATION_DATABASE_URL` and may hold any character.
    #[arg(long, env = "MIGRATION_DATABASE_PASSWORD", hide_env_values = true)]
    pub migration_database_password: Option<Secret>,
    /// A file with the value of `MIGRATION_DATABASE_PASSWORD`.
    #[arg(long, env = "MIGRATION_DATABASE_PASSWORD_FILE")]
    pub migration_database_password_file: Option<PathBuf>,
}

impl DatabaseOptions {
    /// Returns the address, role and password.
    ///
    /// # Errors
    /// When `DATABASE_URL` is not an address of PostgreSQL, or when a file cannot be read.
    pub fn connect(&self) -> anyhow::Result<PgConnectOptions> {
        let url = self.url()?.reveal().parse().context("DATABASE_URL is not an address of PostgreSQL")?;
        Ok(with_password(url, self.password()?.as_ref()))
    }

    /// Returns the name and password of the role with which the service connects.
    ///
    /// # Errors
    /// As for [`Self::connect`].
    pub fn role(&self) -> anyhow::Result<ServiceRole> {
        let name = self.connect()?.get_username().to_owned();
        let url = self.url()?;
        let in_url = || {
            let url = Url::parse(url.reveal()).ok()?;
            Some(percent_decode_str(url.password()?).decode_utf8().ok()?.into_owned())
        };
        let given = self.password()?.filter(|password| !password.reveal().is_empty());
        let password = given.map(|password| password.reveal().to_owned()).or_else(in_url);
        Ok(ServiceRole { name, password })
    }

    fn url(&self) -> anyhow::Result<Secret> {
        Ok(Secret::in_file(self.database_url_file.as_deref())?.unwrap_or_else(|| self.database_url.clone()))
    }

    fn password(&self) -> anyhow::Result<Option<Secret>> {
        Ok(Secret::in_file(self.database_password_file.as_deref())?.or_else(|| self.database_password.clone()))
    }
}

impl OwnerOptions {
    /// Returns the address, role and password.
    ///
    /// # Errors
    /// When the URL is not an address of PostgreSQL, or when a file cannot be read.
    pub fn connect(&self, service: &DatabaseOptions) -> anyhow::Result<PgConnectOptions> {
        let url = Secret::in_file(self.migration_database_url_file.as_deref())?;
        let Some(url) = url.or_else(|| self.migration_database_url.clone()) else { return service.connect() };
        let url = url.reveal().parse().context("MIGRATION_DATABASE_URL is not an address of PostgreSQL")?;
        let password = Secret::in_file(self.migration_database_password_file.as_deref())?;
        Ok(with_password(url, password.or_else(|| self.migration_database_password.clone()).as_ref()))
    }
}

/// Compose passes an unset variable as an empty one, so an empty password counts as none.
fn with_password(options: PgConnectOptions, password: Option<&Secret>) -> PgConnectOptions {
    match password.map(Secret::reveal) {
        Some(password) if !password.is_empty() => options.password(password),
        _ => options,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(arguments: &[&str]) -> Config {
        Config::parse_from([&["api"], arguments].concat())
    }

    #[test]
    fn database_password_replaces_the_password_in_the_url() {
        let role = |arguments: &[&str]| {
            let role = parse(arguments).database.role().unwrap();
            (role.name, role.password)
        };
        let url = "--database-url=postgres://web:a%2Fb@db/digits";
        assert_eq!(role(&[url]), ("web".to_owned(), Some("a/b".to_owned())));
        assert_eq!(role(&[url, "--database-password=$@:/"]), ("web".to_owned(), Some("$@:/".to_owned())));
        assert_eq!(role(&["--database-url=postgres://web@db/digits"]), ("web".to_owned(), None));
    }

    #[test]
    fn a_file_holds_a_secret_in_place_of_the_variable() {
        let folder = tempfile::tempdir().unwrap();
        let file = |name: &str, text: &str| {
            let path = folder.path().join(name);
            std::fs::write(&path, text).unwrap();
            path.display().to_string()
        };
        let url = format!("--database-url-file={}", file("url", "postgres://web@db/digits\n"));
        let password = format!("--database-password-file={}", file("password", "a secret\n"));
        let role = parse(&[&url, &password]).database.role().unwrap();
        assert_eq!((role.name.as_str(), role.password.as_deref()), ("web", Some("a secret")));
        let missing = parse(&["--database-password-file=/nowhere"]).database.role().unwrap_err();
        assert!(missing.to_string().contains("/nowhere"), "{missing}");
    }

    #[test]
    fn migrations_run_as_the_owner_or_else_as_the_role_of_the_service() {
        let owner = |arguments: &[&str]| {
            let config = parse(&[&["--database-url=postgres://web@db/digits"], arguments].concat());
            let Some(Command::Migrate { owner, .. }) = config.command else { panic!("no command") };
            owner.connect(&config.database).unwrap().get_username().to_owned()
        };
        assert_eq!(owner(&["migrate"]), "web");
        assert_eq!(owner(&["migrate", "--migration-database-url=postgres://owner@db/digits"]), "owner");
    }

    #[test]
    fn addresses_of_the_deployment_are_parsed() {
        let config = parse(&["--public-url=https://digits.example", "--trusted-proxies=10.0.0.1,fd00::/64"]);
        assert_eq!(config.public_url, "https://digits.example".parse().ok());
        assert_eq!(config.trusted_proxies, ["10.0.0.1", "fd00::/64"].map(|proxy| proxy.parse().unwrap()));
        assert!(parse(&[]).trusted_proxies.is_empty());
        let models = parse(&["--model-url=http://a:8000,http://b:8000"]).model_url;
        assert_eq!(models, ["http://a:8000", "http://b:8000"].map(|model| model.parse().unwrap()));
        for arguments in [
            ["api", "--public-url=https://host/digits/"],
            ["api", "--trusted-proxies=10.0.0.1,0.0.0.0/0"],
            ["api", "--model-url=http://a:8000,b:8000"],
        ] {
            assert!(Config::try_parse_from(arguments).is_err(), "{arguments:?}");
        }
    }

    #[test]
    fn a_risky_configuration_has_a_warning() {
        let warning = |arguments: &[&str]| parse(arguments).warning().unwrap_or_default();
        let (open, everywhere) = ("--access=open", "--listen=0.0.0.0:8501");
        for reachable in [everywhere, "--public-url=https://digits.example", "--trusted-proxies=127.0.0.1"] {
            assert!(warning(&[open, reachable]).contains("API_ACCESS is open"), "{reachable}");
        }
        assert!(warning(&["--public-url=http://digits.example"]).contains("http://"));
        for safe in [
            &[open][..],
            &[open, "--public-url=http://localhost:8501"],
            &["--public-url=http://localhost:8501", everywhere],
            &["--public-url=https://digits.example", everywhere],
        ] {
            assert_eq!(warning(safe), "", "{safe:?}");
        }
    }

    #[test]
    fn a_retention_period_is_at_least_a_day_and_a_gallery_is_off_by_default() {
        let settings = |arguments: &[&str]| parse(arguments).settings().unwrap();
        assert_eq!((settings(&[]).retention_days, settings(&[]).has_public_gallery), (None, false));
        let given = settings(&["--retention-days=365", "--public-gallery"]);
        assert_eq!((given.retention_days, given.has_public_gallery), (Some(365), true));
        for arguments in [["api", "--retention-days=0"], ["api", "--retention-days=40000"]] {
            assert!(Config::try_parse_from(arguments).is_err(), "{arguments:?}");
        }
    }

    #[test]
    fn debug_output_shows_no_password() {
        let config = parse(&["--database-url=postgres://web:hush@db/digits", "--database-password=hush"]);
        assert!(!format!("{config:?} {:?}", config.database.role().unwrap()).contains("hush"));
    }
}
