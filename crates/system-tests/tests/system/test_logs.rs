//! The logs of a test run, and the secrets that the tests make: `scripts/scan-logs.sh` searches the logs for the secrets
//! (OWASP ASVS 5.0, 16.2.5).
//!
//! `TEST_LOGS` names the folder of both. Without it, tests keep neither; `scripts/test.sh` sets it.

use crate::stack::Stack;
use std::{
    env,
    fmt::{Debug, Write as _},
    fs::{self, File, OpenOptions},
    io::Write,
    path::{Path, PathBuf},
    process,
    sync::{
        Once,
        atomic::{AtomicU64, Ordering},
    },
};
use tracing::{
    Event, Level, Metadata, Subscriber,
    field::{Field, Visit},
    span::{Attributes, Id, Record},
    subscriber::set_global_default,
};

/// Shorter texts are no secrets, but words that logs also hold.
const SHORTEST: usize = 8;

fn folder() -> Option<PathBuf> {
    env::var_os("TEST_LOGS").map(PathBuf::from)
}

fn append_to(file: &Path) -> File {
    fs::create_dir_all(file.parent().unwrap()).unwrap();
    OpenOptions::new().create(true).append(true).open(file).unwrap()
}

/// Has the services in this process log to a file of the run.
pub(crate) fn start() {
    static STARTED: Once = Once::new();
    STARTED.call_once(|| {
        let Some(folder) = folder() else { return };
        let log = append_to(&folder.join(format!("services-{}.log", process::id())));
        set_global_default(Recorder { log, spans: AtomicU64::new(1) }).unwrap();
    });
}

/// Writes all that a log or a collector could get, one line for each event, span and later field of a span. The registry
/// of the crate `tracing-subscriber` cannot do so, because it does not know the spans of tests with a log of their own.
struct Recorder {
    log: File,
    /// The id of the next span.
    spans: AtomicU64,
}

/// The fields of an event or a span as text.
struct Fields(String);

impl Visit for Fields {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        let _ = write!(self.0, " {field}={value:?}");
    }
}

impl Recorder {
    fn write(&self, name: &str, record: impl FnOnce(&mut Fields)) {
        let mut fields = Fields(name.to_owned());
        record(&mut fields);
        fields.0.push('\n');
        (&self.log).write_all(fields.0.as_bytes()).unwrap();
    }
}

impl Subscriber for Recorder {
    /// More than an operator would switch on: each step of the services, and the statements of the database client.
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        let is_ours = ["api", "model", "service", "traced"].iter().any(|name| metadata.target().starts_with(name));
        is_ours || *metadata.level() <= Level::DEBUG
    }

    fn new_span(&self, span: &Attributes<'_>) -> Id {
        self.write(span.metadata().name(), |fields| span.record(fields));
        Id::from_u64(self.spans.fetch_add(1, Ordering::Relaxed))
    }

    fn record(&self, _: &Id, values: &Record<'_>) {
        self.write("", |fields| values.record(fields));
    }

    fn event(&self, event: &Event<'_>) {
        self.write(event.metadata().target(), |fields| event.record(fields));
    }

    fn record_follows_from(&self, _: &Id, _: &Id) {}

    fn enter(&self, _: &Id) {}

    fn exit(&self, _: &Id) {}
}

/// Keeps a secret of this kind, as it is and as a form or an address would hold it.
pub(crate) fn secret(kind: &str, text: &str) {
    let Some(folder) = folder().filter(|_| text.len() >= SHORTEST) else { return };
    let in_form: String = form_urlencoded::byte_serialize(text.as_bytes()).collect();
    let in_address = in_form.replace('+', "%20");
    let mut file = append_to(&folder.join("secrets").join(kind));
    file.write_all(format!("{text}\n{in_form}\n{in_address}\n").as_bytes()).unwrap();
}

impl Stack {
    /// Keeps the metrics of both services as a log of the run, and returns them.
    pub(crate) async fn metrics(&self) -> String {
        let mut metrics = String::new();
        for address in [self.api.metrics, self.model.as_ref().unwrap().metrics] {
            let response = self.http.get(format!("http://{address}/metrics")).send().await.unwrap();
            metrics.push_str(&response.text().await.unwrap());
        }
        if let Some(folder) = folder() {
            append_to(&folder.join(format!("metrics-{}.log", process::id()))).write_all(metrics.as_bytes()).unwrap();
        }
        metrics
    }
}

mod tests {
    use crate::stack::root;
    use std::{
        fs,
        path::Path,
        process::{Command, Output},
    };

    fn scan(folder: &Path) -> Output {
        Command::new(root().join("scripts/scan-logs.sh")).arg(folder).output().unwrap()
    }

    #[test]
    fn asvs_16_2_5_the_scan_of_the_logs_names_the_file_the_line_and_the_kind_of_a_secret() {
        let folder = tempfile::tempdir().unwrap();
        let write = |name: &str, text: &str| fs::write(folder.path().join(name), text).unwrap();
        fs::create_dir(folder.path().join("secrets")).unwrap();
        write("secrets/password", "correct horse\ncorrect+horse\n");
        write("secrets/deletion token", "0c4b91d2\n");
        let nothing = scan(folder.path());
        assert!(!nothing.status.success(), "without a log, the scan proves nothing: {nothing:?}");

        write("api.log", "INFO started\nINFO 0c4b91d and correct answers\n");
        let clean = scan(folder.path());
        assert!(clean.status.success(), "{clean:?}");

        let token = format!("dgt_{}", "7".repeat(64));
        for (line, kind) in [
            ("body=password=correct+horse", "password"),
            ("headers={\"deletion-token\": \"0c4b91d2\"}", "deletion token"),
            (&*token, "API token"),
            ("cookie: a=1; session=0123456789abcdef", "cookie"),
            ("$argon2id$v=19$m=19456,t=2,p=1$c2FsdA", "password hash"),
        ] {
            write("model.log", &format!("INFO started\nINFO started\n{line}\n"));
            let found = scan(folder.path());
            let told = String::from_utf8(found.stderr).unwrap();
            assert!(!found.status.success() && told.contains(&format!("model.log:3: {kind}\n")), "{line}: {told}");
            assert!(!told.contains(line), "the output is a log, too: {told}");
        }
    }
}
