//! The command `api doctor`: checks an installation, and says what to do about each problem.

use crate::{ApiAccess, Config, ModelClient, ModelError, Store, store::Diagnosis};
use rustix::fs::statvfs;
use std::{
    fs,
    io::{self, Write},
    path::Path,
    process::ExitCode,
};
use time::OffsetDateTime;

/// Passwords of examples. Everybody knows them.
const EXAMPLE_PASSWORDS: [&str; 8] =
    ["admin", "changeme", "digits", "draw-a-digit", "password", "postgres", "root", "secret"];
/// The shortest password that is not easily guessed.
const PASSWORD_LENGTH: usize = 16;
/// The free memory and disk space in bytes below which the machine gets into trouble.
const MEMORY: u64 = 100 << 20;
const DISK: u64 = 1 << 30;
/// The largest difference between two clocks in seconds.
const CLOCK_SECONDS: i64 = 5;
/// The age of a backup in seconds: a day, and two hours for the backup itself.
const BACKUP_SECONDS: i64 = 26 * 3600;
/// The number of logins that come from several addresses, if the api sees them.
const LOGINS: u64 = 10;

/// The result of a check: what was found, or a problem and what to do about it.
type Finding = Result<String, (String, &'static str)>;

/// Checks the installation and writes a line for each check, and one with advice for each problem. The exit code is 0 if
/// there is none.
///
/// # Errors
/// When `out` cannot be written.
pub async fn run_doctor_command(
    config: &Config,
    store: &Store,
    model: &ModelClient,
    out: &mut impl Write,
) -> io::Result<ExitCode> {
    let mut findings = vec![
        ("configuration", configuration(config)),
        ("database password", database_password(config)),
        ("model service", model_service(model).await),
        ("memory", memory(&fs::read_to_string("/proc/meminfo").unwrap_or_default())),
        ("disk", disk(Path::new("/"))),
    ];
    if let Some(file) = config.backup_metrics_file() {
        let metrics = fs::read_to_string(file).unwrap_or_default();
        findings.push(("backup", backup(&metrics, OffsetDateTime::now_utc().unix_timestamp())));
    }
    let problem = |error: String| (error, "read the log of the database, and check DATABASE_URL and the password");
    match store.ready().await {
        Ok(()) => match store.diagnosis().await {
            Ok(diagnosis) => findings.extend(database(&diagnosis, config.access, OffsetDateTime::now_utc())),
            Err(error) => findings.push(("database", Err(problem(error.to_string())))),
        },
        Err(error) => findings.push(("database", Err(problem(error.to_string())))),
    }
    let mut code = ExitCode::SUCCESS;
    for (name, finding) in findings {
        match finding {
            Ok(text) => writeln!(out, "ok       {name}: {text}")?,
            Err((text, advice)) => {
                writeln!(out, "problem  {name}: {text}\n         To do: {advice}.")?;
                code = ExitCode::FAILURE;
            }
        }
    }
    Ok(code)
}

fn configuration(config: &Config) -> Finding {
    const ADVICE: &str = "correct the variable in .env, and start the services again";
    match (config.settings(), config.warning()) {
        (Err(error), _) => Err((format!("{error:#}"), ADVICE)),
        (Ok(_), Some(warning)) => Err((warning.to_owned(), ADVICE)),
        (Ok(_), None) => {
            let address = config.public_url.as_ref().map_or_else(|| config.listen.to_string(), |url| url.with_path(""));
            Ok(format!("people reach the service at {address}"))
        }
    }
}

fn database_password(config: &Config) -> Finding {
    const ADVICE: &str =
        "set API_DATABASE_PASSWORD in .env to the output of `openssl rand -hex 24`, and start the services";
    let role = config.database.role().map_err(|error| (format!("{error:#}"), "correct DATABASE_URL"))?;
    match role.password {
        None => Ok("PostgreSQL asks for none".to_owned()),
        Some(password) if EXAMPLE_PASSWORDS.contains(&password.as_str()) => {
            Err(("the password is one of an example".to_owned(), ADVICE))
        }
        Some(password) if password.chars().count() < PASSWORD_LENGTH => {
            Err((format!("the password has fewer than {PASSWORD_LENGTH} characters"), ADVICE))
        }
        Some(_) => Ok("it is not one of an example".to_owned()),
    }
}

async fn model_service(model: &ModelClient) -> Finding {
    let problem = |text| (text, "read the log of the model service");
    match model.ready().await {
        Ok(()) => Ok("it is ready".to_owned()),
        Err(ModelError::Unavailable(reason)) => Err(problem(reason)),
        Err(ModelError::NoSlot | ModelError::Refused(_)) => Err(problem("it is overloaded".to_owned())),
    }
}

/// `meminfo` is the content of /proc/meminfo, which states kibibytes.
fn memory(meminfo: &str) -> Finding {
    let line = meminfo.lines().find_map(|line| line.strip_prefix("MemAvailable:"));
    let Some(kibibytes) = line.and_then(|line| line.trim().trim_end_matches(" kB").parse::<u64>().ok()) else {
        return Ok("this system does not say how much is available".to_owned());
    };
    let text = format!("{} MiB are available", kibibytes >> 10);
    if kibibytes << 10 < MEMORY {
        return Err((text, "add memory or swap, or stop other programs"));
    }
    Ok(text)
}

/// The disk with the file system of this process. Docker keeps containers and volumes on the same one, by default.
fn disk(path: &Path) -> Finding {
    let Ok(disk) = statvfs(path) else { return Ok("this system does not say how much is free".to_owned()) };
    let (free, size) = (disk.f_bavail * disk.f_frsize, disk.f_blocks * disk.f_frsize);
    let text = format!("{} of {} GiB are free", free >> 30, size >> 30);
    if free < DISK || free < size / 20 {
        return Err((text, "make room: delete old images with `docker image prune`, or set RETENTION_DAYS"));
    }
    Ok(text)
}

/// `metrics` is the content of the file that the container `backup` writes; `now` is in seconds.
fn backup(metrics: &str, now: i64) -> Finding {
    const ADVICE: &str = "read `docker compose logs backup`";
    let value = |name: &str| {
        let mut lines = metrics.lines();
        lines.find_map(|line| line.strip_prefix(name)?.strip_prefix(' ')?.parse::<i64>().ok())
    };
    let (Some(written), Some(has_succeeded)) =
        (value("digits_backup_timestamp_seconds"), value("digits_backup_last_attempt_succeeded"))
    else {
        return Err(("there is none".to_owned(), "set COMPOSE_PROFILES=backup in .env, and start the services"));
    };
    if has_succeeded != 1 {
        return Err(("the last attempt failed".to_owned(), ADVICE));
    }
    let age = now - written;
    if age > BACKUP_SECONDS {
        return Err((format!("the newest one is {} hours old", age / 3600), ADVICE));
    }
    Ok(format!("the newest one is {} hours old, and was restored and compared", age / 3600))
}

fn database(found: &Diagnosis, access: ApiAccess, now: OffsetDateTime) -> Vec<(&'static str, Finding)> {
    let mut findings = vec![(
        "database",
        Ok(format!("PostgreSQL {}, {} MiB, all migrations are applied", found.version, found.bytes >> 20)),
    )];
    let seconds = (now - found.now).whole_seconds().abs();
    let difference = format!("it differs from the clock of PostgreSQL by {seconds} s");
    findings.push((
        "clock",
        if seconds > CLOCK_SECONDS {
            Err((difference, "synchronise the clocks of both machines with NTP"))
        } else {
            Ok(difference)
        },
    ));
    if access == ApiAccess::Open {
        return findings;
    }
    findings.push((
        "operators",
        match found.operators {
            0 => Err((
                "none can log in".to_owned(),
                "invite one: docker compose exec api api user invite NAME --role operator",
            )),
            count => Ok(format!("{count} can log in")),
        },
    ));
    findings.push((
        "API tokens",
        if found.expiring_tokens.is_empty() {
            Ok("none expires within 14 days".to_owned())
        } else {
            Err((
                format!("these expire within 14 days: {}", found.expiring_tokens.join(", ")),
                "make new ones with `api token new`, and give them to the programs",
            ))
        },
    ));
    findings.push((
        "addresses of clients",
        if found.logins >= LOGINS && found.login_addresses == 1 {
            Err((
                format!(
                    "all {} logins of the last 30 days came from one address, perhaps that of a proxy",
                    found.logins
                ),
                "set TRUSTED_PROXIES to the address from which the proxy connects, unless all people share one address",
            ))
        } else {
            Ok(format!("{} logins came from {} addresses", found.logins, found.login_addresses))
        },
    ));
    findings
}

#[cfg(test)]
mod tests {
    use super::*;

    fn healthy() -> Diagnosis {
        Diagnosis {
            version: "17.5".to_owned(),
            now: OffsetDateTime::UNIX_EPOCH,
            bytes: 5 << 20,
            operators: 1,
            expiring_tokens: Vec::new(),
            logins: 12,
            login_addresses: 3,
        }
    }

    /// The names of the checks that found a problem.
    fn problems(diagnosis: &Diagnosis, access: ApiAccess, seconds: i64) -> Vec<&'static str> {
        let now = OffsetDateTime::UNIX_EPOCH + time::Duration::seconds(seconds);
        let findings = database(diagnosis, access, now);
        findings.into_iter().filter(|(_, finding)| finding.is_err()).map(|(name, _)| name).collect()
    }

    #[test]
    fn a_healthy_database_has_no_problem() {
        assert!(problems(&healthy(), ApiAccess::Accounts, 1).is_empty());
    }

    #[test]
    fn each_problem_of_the_database_is_found_on_its_own() {
        let accounts = ApiAccess::Accounts;
        assert_eq!(problems(&healthy(), accounts, -6), ["clock"]);
        assert_eq!(problems(&Diagnosis { operators: 0, ..healthy() }, accounts, 0), ["operators"]);
        let expiring = Diagnosis { expiring_tokens: vec!["nightly".to_owned()], ..healthy() };
        assert_eq!(problems(&expiring, accounts, 0), ["API tokens"]);
        assert_eq!(problems(&Diagnosis { login_addresses: 1, ..healthy() }, accounts, 0), ["addresses of clients"]);
        assert!(problems(&Diagnosis { operators: 0, ..healthy() }, ApiAccess::Open, 0).is_empty());
    }

    #[test]
    fn a_backup_is_a_problem_if_it_is_missing_failed_or_old() {
        let metrics = |succeeded: u8| {
            format!(
                "# TYPE digits_backup_timestamp_seconds gauge\ndigits_backup_timestamp_seconds 1000\n\
                 digits_backup_last_attempt_succeeded {succeeded}\n"
            )
        };
        assert!(backup(&metrics(1), 1000 + BACKUP_SECONDS).is_ok());
        assert!(backup(&metrics(1), 1001 + BACKUP_SECONDS).is_err());
        assert!(backup(&metrics(0), 1000).is_err());
        assert!(backup("", 1000).is_err());
    }

    #[test]
    fn little_memory_is_a_problem() {
        assert!(memory("MemTotal: 1 kB\nMemAvailable:   102399 kB\n").is_err());
        assert!(memory("MemAvailable:   102400 kB\n").is_ok());
        assert!(memory("").is_ok());
    }

    #[test]
    fn the_disk_of_this_machine_is_measured() {
        let text = disk(Path::new("/")).unwrap_or_else(|(text, _)| text);
        assert!(text.ends_with("GiB are free"), "{text}");
    }
}
