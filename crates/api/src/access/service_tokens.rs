//! The file of service tokens: the api follows its changes, and a command rotates it.

use crate::identity::{InvalidServiceTokens, SecretToken, ServiceTokens};
use anyhow::Context;
use prometheus_client::{collector::Collector, encoding::DescriptorEncoder, metrics::MetricType, registry::Registry};
use std::{
    fmt,
    fs::{self, OpenOptions},
    io::{self, Write},
    os::unix::fs::OpenOptionsExt,
    path::{Path, PathBuf},
    sync::{Arc, PoisonError, RwLock, Weak},
    thread,
    time::Duration,
};
use time::OffsetDateTime;

/// The interval at which the file is read. Reading a few bytes works on every file system; change notifications do not.
const EVERY: Duration = Duration::from_millis(200);

/// The service tokens that a file holds now; none without a file.
#[derive(Debug, Clone, Default)]
pub struct ServiceTokenFile(Option<Arc<RwLock<ServiceTokens>>>);

/// Why a file gives no service tokens.
#[derive(Debug, thiserror::Error)]
enum ReadError {
    #[error("the file cannot be read: {0}")]
    Io(#[from] io::Error),
    #[error(transparent)]
    Invalid(#[from] InvalidServiceTokens),
}

impl ServiceTokenFile {
    /// Reads the file, and follows its changes on a thread as long as this value lives. If the file becomes invalid, the
    /// thread logs the error once, and the tokens stay as they are.
    ///
    /// # Errors
    /// When the file cannot be read or is invalid, or when the system cannot start the thread.
    pub fn follow(file: PathBuf) -> anyhow::Result<Self> {
        let tokens = read(&file).with_context(|| format!("the service tokens in {}", file.display()))?;
        let tokens = Arc::new(RwLock::new(tokens));
        let followed = Arc::downgrade(&tokens);
        thread::Builder::new().name("service-tokens".to_owned()).spawn(move || follow(&file, &followed))?;
        Ok(Self(Some(tokens)))
    }

    /// Whether a token is one of a service.
    pub(crate) fn contains(&self, token: SecretToken) -> bool {
        let tokens = self.0.as_ref().map(|tokens| tokens.read().unwrap_or_else(PoisonError::into_inner));
        tokens.is_some_and(|tokens| tokens.contain(token))
    }

    /// Registers the metric of the age.
    pub(crate) fn register(&self, registry: &mut Registry) {
        registry.register_collector(Box::new(Age(self.clone())));
    }
}

fn read(file: &Path) -> Result<ServiceTokens, ReadError> {
    Ok(ServiceTokens::parse(&fs::read_to_string(file)?)?)
}

fn follow(file: &Path, followed: &Weak<RwLock<ServiceTokens>>) {
    let mut told = String::new();
    while let Some(tokens) = followed.upgrade() {
        let problem = match read(file) {
            Ok(found) => {
                let mut tokens = tokens.write().unwrap_or_else(PoisonError::into_inner);
                if *tokens != found {
                    tracing::info!("the service token was rotated");
                    *tokens = found;
                }
                String::new()
            }
            Err(error) => error.to_string(),
        };
        if problem != told && !problem.is_empty() {
            tracing::error!(file = %file.display(), "the service tokens stay as they are: {problem}");
        }
        told = problem;
        drop(tokens);
        thread::sleep(EVERY);
    }
}

/// Puts a new token on top of a file, which keeps the newest one so far, or makes the file. The file changes at once as a
/// whole, and only its owner may read it.
///
/// # Errors
/// When the file is invalid, or cannot be read or written.
pub(crate) fn rotate(file: &Path) -> anyhow::Result<()> {
    let before = match read(file) {
        Ok(tokens) => Some(tokens),
        Err(ReadError::Io(error)) if error.kind() == io::ErrorKind::NotFound => None,
        Err(error) => return Err(error).with_context(|| format!("cannot rotate the token in {}", file.display())),
    };
    let text = ServiceTokens::rotated(before.as_ref(), OffsetDateTime::now_utc()).reveal();
    replace(file, &text).with_context(|| format!("cannot write {}", file.display()))
}

fn replace(file: &Path, text: &str) -> io::Result<()> {
    let new = file.with_extension("new");
    let mut written = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&new)?;
    written.write_all(text.as_bytes())?;
    written.sync_all()?;
    fs::rename(new, file)
}

/// The metric of the age of the newest service token.
#[derive(Debug)]
struct Age(ServiceTokenFile);

impl Collector for Age {
    fn encode(&self, mut encoder: DescriptorEncoder<'_>) -> fmt::Result {
        let help = "Age of the newest service token; without a value if SERVICE_TOKENS_FILE is not set";
        let mut metric = encoder.encode_descriptor("service_token_age_seconds", help, None, MetricType::Gauge)?;
        let Some(tokens) = &self.0.0 else { return Ok(()) };
        let made_at = tokens.read().unwrap_or_else(PoisonError::into_inner).made_at();
        metric.encode_gauge(&(OffsetDateTime::now_utc() - made_at).as_seconds_f64().max(0.0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt;

    /// The tokens in a file, the newest first.
    fn tokens(file: &Path) -> Vec<SecretToken> {
        fs::read_to_string(file).unwrap().lines().filter_map(SecretToken::parse_api_token).collect()
    }

    #[test]
    fn a_rotation_keeps_one_token_and_leaves_an_invalid_file_alone() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("service-tokens");
        rotate(&file).unwrap();
        let first = tokens(&file);
        rotate(&file).unwrap();
        let second = tokens(&file);
        rotate(&file).unwrap();
        let third = tokens(&file);
        assert_eq!((first.len(), second.len(), third.len()), (1, 2, 2));
        assert!(second[1] == first[0] && third[1] == second[0] && third[0] != second[0]);
        assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);

        fs::write(&file, "mine").unwrap();
        assert!(format!("{:#}", rotate(&file).unwrap_err()).contains("line 1"));
        assert_eq!(fs::read_to_string(&file).unwrap(), "mine");
    }

    #[test]
    fn a_service_does_not_start_without_the_file_that_its_configuration_names() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("service-tokens");
        let error = ServiceTokenFile::follow(file.clone()).unwrap_err();
        assert!(format!("{error:#}").contains(&file.display().to_string()), "{error:#}");
    }
}
