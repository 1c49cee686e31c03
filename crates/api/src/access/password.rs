//! Passwords: their rules, and their hashes by argon2id.

use argon2::{
    Argon2,
    password_hash::{PasswordHasher, PasswordVerifier, phc::PasswordHash},
};
use service::lower_priority;
use std::sync::{Arc, LazyLock};
use tokio::sync::Semaphore;

/// The lengths of passwords, in characters.
pub(crate) const LENGTHS: std::ops::RangeInclusive<usize> = 8..=128;

/// The number of guesses below which a password counts as common, as a decimal logarithm.
const COMMON: f64 = 6.0;

/// The number of passwords that are hashed at a time. Each takes 19 MiB and tens of milliseconds of a processor.
const AT_A_TIME: usize = 2;
/// The number of passwords that may wait.
const WAITING: usize = 16;

/// The niceness of hashing. It is above that of the model service's threads, so that logins do not delay predictions where
/// both services share a core.
const NICENESS: i32 = 19;

/// A hash that no password has, so that an unknown name takes as long as a wrong password.
static DUMMY: LazyLock<String> = LazyLock::new(|| hash("no password").unwrap_or_default());

/// Hashes and checks passwords, a few at a time.
#[derive(Debug, Clone)]
pub(crate) struct Passwords {
    /// A permit for each password that is hashed or waits.
    queue: Arc<Semaphore>,
    /// A permit for each password that is hashed.
    working: Arc<Semaphore>,
    /// Whether a password has a hash: [`verify`], except in a test that counts.
    verify: fn(&str, &str) -> bool,
}

/// Why a password was neither hashed nor checked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum PasswordError {
    /// It has fewer than 8 or more than 128 characters.
    Length,
    /// Lists of common passwords make it easy to guess.
    Common,
    /// Too many passwords wait.
    Busy,
    /// The hash could not be computed: a defect, which is logged.
    Defect,
}

impl Default for Passwords {
    fn default() -> Self {
        let [queue, working] = [AT_A_TIME + WAITING, AT_A_TIME].map(|permits| Arc::new(Semaphore::new(permits)));
        Self { queue, working, verify }
    }
}

impl Passwords {
    /// The hash of a new password of a person with this name.
    pub(crate) async fn hash(&self, name: &str, password: &str) -> Result<String, PasswordError> {
        check_rules(name, password)?;
        let password = password.to_owned();
        self.run(move || hash(&password)).await?.ok_or(PasswordError::Defect)
    }

    /// Whether a password has this hash. Without a hash, it computes one and answers no.
    pub(crate) async fn is_correct(&self, password: &str, known: Option<String>) -> Result<bool, PasswordError> {
        if password.chars().count() > *LENGTHS.end() {
            return Ok(false);
        }
        let (password, verify) = (password.to_owned(), self.verify);
        self.run(move || {
            let is_known = known.is_some();
            let matches = verify(&password, known.as_ref().unwrap_or(&DUMMY));
            is_known && matches
        })
        .await
    }

    async fn run<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> Result<T, PasswordError> {
        let _place = self.queue.clone().try_acquire_owned().map_err(|_| PasswordError::Busy)?;
        let permit = self.working.clone().acquire_owned().await.map_err(|_| PasswordError::Defect)?;
        let result = tokio::task::spawn_blocking(move || {
            let _permit = permit; // also if the client disconnects
            lower_priority(NICENESS);
            work()
        });
        result.await.map_err(|error| {
            tracing::error!(%error, "the hash of a password failed");
            PasswordError::Defect
        })
    }
}

/// Any characters are allowed; only the length and common passwords are checked (OWASP ASVS 5.0, 6.2).
fn check_rules(name: &str, password: &str) -> Result<(), PasswordError> {
    if !LENGTHS.contains(&password.chars().count()) {
        return Err(PasswordError::Length);
    }
    let guesses = zxcvbn::zxcvbn(password, &[name, "digits"]).guesses_log10();
    if guesses < COMMON { Err(PasswordError::Common) } else { Ok(()) }
}

/// The PHC string of a password by argon2id with 19 MiB, 2 iterations and 1 lane (OWASP's recommendation).
fn hash(password: &str) -> Option<String> {
    let hash: PasswordHash = Argon2::default()
        .hash_password(password.as_bytes())
        .inspect_err(|error| tracing::error!(%error, "the hash of a password failed"))
        .ok()?;
    Some(hash.to_string())
}

fn verify(password: &str, hash: &str) -> bool {
    Argon2::default().verify_password(password.as_bytes(), hash).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::{AtomicUsize, Ordering};

    #[tokio::test]
    async fn asvs_6_2_8_a_password_of_any_characters_is_checked_unchanged_against_its_hash() {
        let passwords = Passwords::default();
        let long = "ü x".repeat(26) + "äöü";
        for password in ["correct horse battery", "日本語のパスワードです", " leading and trailing ", &long]
        {
            let hash = passwords.hash("ada", password).await.unwrap();
            assert!(hash.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{hash}");
            assert!(passwords.is_correct(password, Some(hash.clone())).await.unwrap());
            assert!(!passwords.is_correct(&format!("{password}x"), Some(hash)).await.unwrap());
        }
    }

    #[test]
    fn asvs_6_2_1_a_short_password_and_asvs_6_2_4_a_common_one_are_rejected() {
        assert_eq!(check_rules("ada", "x7!kQz_"), Err(PasswordError::Length));
        assert_eq!(check_rules("ada", &"x7!kQz_p".repeat(17)), Err(PasswordError::Length));
        for password in ["password123456", "12345678", "qwertyuiop", "adadigits", "11111111111111"] {
            assert_eq!(check_rules("ada", password), Err(PasswordError::Common), "{password}");
        }
        for password in ["x7!kQz_p", "lowercaseonlyphrase and spaces"] {
            assert_eq!(check_rules("ada", password), Ok(()), "asvs 6.2.5: {password}");
        }
    }

    #[tokio::test]
    async fn without_a_hash_no_password_is_correct() {
        let passwords = Passwords::default();
        assert!(!passwords.is_correct("no password", None).await.unwrap());
        assert!(!passwords.is_correct("no password", Some("not a hash".to_owned())).await.unwrap());
    }

    #[tokio::test]
    async fn asvs_6_3_8_the_password_of_an_unknown_name_costs_a_hash_like_that_of_a_known_one() {
        static COMPUTED: AtomicUsize = AtomicUsize::new(0);
        let counted = |password: &str, hash: &str| {
            assert!(hash.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{hash}");
            COMPUTED.fetch_add(1, Ordering::Relaxed);
            verify(password, hash)
        };
        let passwords = Passwords { verify: counted, ..Passwords::default() };
        let known = passwords.hash("ada", "correct horse battery").await.unwrap();
        for (hash, computed) in [(Some(known), 1), (None, 2)] {
            assert!(!passwords.is_correct("wrong password", hash).await.unwrap());
            assert_eq!(COMPUTED.load(Ordering::Relaxed), computed);
        }
    }

    #[tokio::test]
    async fn a_full_queue_is_busy() {
        let passwords = Passwords::default();
        assert_eq!(passwords.queue.available_permits(), 18);
        let _all = passwords.queue.clone().acquire_many_owned(18).await.unwrap();
        assert_eq!(passwords.is_correct("x7!kQz_p", None).await, Err(PasswordError::Busy));
    }
}
