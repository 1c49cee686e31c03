//! The commands of the documents that no test runs, each with the reason.

/// A reason, and the commands (or the first lines of blocks of Python) that it holds for.
pub(super) const NOT_RUN: &[(&str, &[&str])] = &[
    (
        "It serves until Ctrl-C. The scripts that measure and check start the same services with scripts/stack.sh.",
        &["make run", "API_LISTEN=127.0.0.1:8502 make run", "API_ACCESS=accounts make run"],
    ),
    (
        "It runs this test, or is another check of `make check`.",
        &[
            "make audit",
            "make check",
            "make compose-test",
            "make lint",
            "make schemathesis",
            "make sqlx",
            "make sqlx-check",
            "make test",
            "make test-web",
            "scripts/test.sh -p system-tests --locked -- documents",
            "scripts/test.sh -p system-tests --locked -- --exact documents::links::every_link_between_documents_resolves",
        ],
    ),
    (
        "It needs a Docker engine, images and a volume. `make compose-test` builds, starts, restarts and replaces them.",
        &[
            "docker compose up --build --detach --wait",
            "docker compose stop api && docker compose up --build --detach --wait",
            "docker compose exec postgres psql -U digits digits -c 'select * from prediction_logs order by id desc limit 10'",
            "docker compose exec postgres psql -U digits digits -c 'reindex database digits' -c 'alter database digits refresh collation version'",
            "docker compose up --detach --wait",
            "docker compose up --detach --wait --scale model=3",
            "docker compose run --rm migrate strip-metadata",
            "docker compose exec api api user invite ada --role operator",
            "docker compose exec api api model list",
            "docker compose exec api api model add /usr/local/share/digits/models/cnn6-large-2026-11-21",
            "docker compose exec api api model promote cnn6-large-2026-11-21 --reason 'reads sevens with a bar'",
            "docker compose exec api api model rollback --reason 'rejects too much'",
            "docker compose exec api api model reject cnn6-large-2026-11-21 --reason 'takes 9 for 4'",
            "docker compose run --rm service-tokens token rotate-service",
            "docker compose run --rm --build trainer",
            "docker compose exec api api prune --older-than 365",
            "docker compose exec -T api api import - <predictions.ndjson",
            "sed -i 's/^# DOMAIN=$/DOMAIN=digits.example/; s/^# COMPOSE_PROFILES=/COMPOSE_PROFILES=/' .env",
        ],
    ),
    (
        "It needs a Docker engine and an installation. `make deploy-test` runs it there.",
        &[
            "make deploy-test",
            "docker compose exec backup /backup/backup.sh now",
            "docker compose exec backup /backup/backup.sh list",
            "docker compose exec api api doctor",
            "cp -r deploy/monitoring/alertmanager alerting",
            "echo ALERTMANAGER_FOLDER=./alerting >>.env",
            "docker compose run --rm --entrypoint amtool alertmanager check-config /etc/alertmanager/alertmanager.yml",
            "docker compose up --detach --force-recreate alertmanager",
            "docker compose exec alertmanager amtool --alertmanager.url=http://localhost:9093 alert add Test severity=warning",
            "docker compose exec alertmanager amtool --alertmanager.url=http://localhost:9093 alert query",
            "docker compose exec alertmanager amtool --alertmanager.url=http://localhost:9093 silence add alertname=MemoryLow --duration 2h --comment 'more memory is ordered' --author ada",
            "docker compose exec prometheus promtool check config /etc/prometheus/prometheus.yml",
            "docker compose kill --signal HUP prometheus",
            "docker compose up --detach --wait prometheus alertmanager node-exporter postgres-exporter",
            "deploy/restore.sh",
            "deploy/upgrade-postgres.sh 18",
            "deploy/copy-backups.sh set-up",
            "deploy/copy-backups.sh fetch copies",
            "echo \"30 5 * * * root $PWD/deploy/copy-backups.sh copy\" >/etc/cron.d/digits-copies",
        ],
    ),
    (
        "It needs an installation on another machine, or an image of a collector. `make deploy-test` checks that Compose \
         accepts the service.",
        &[
            "ssh -N -L 3000:localhost:3000 digits.example",
            "echo OTEL_EXPORTER_OTLP_ENDPOINT=http://traces:4318 >>.env",
            "docker compose --profile tracing up --detach --wait",
        ],
    ),
    (
        "It needs the services of `make run`, or files of data sets. Tests call the functions of the commands.",
        &["make user name=ada role=operator", "api import train-images-idx3-ubyte.gz train-labels-idx1-ubyte.gz"],
    ),
    (
        "It names a database and a program that are not here. Every test migrates its database with `api::migrate`, and \
         scripts/stack.sh runs `api migrate`.",
        &[
            "MIGRATION_DATABASE_URL=postgres://owner:…@host/digits DATABASE_URL=postgres://digits_api:…@host/digits api migrate",
        ],
    ),
    (
        "It measures for minutes to an hour, and needs the processors for itself.",
        &[
            "make abuse",
            "make bench",
            "PEER_URL=http://127.0.0.1:9100 make bench",
            "make bench-onnx",
            "scripts/bench-onnx.sh cnn6-large-2026-11-21 --turns 7",
            "cargo bench --workspace",
            "make input-latency",
            "make history-latency",
            "make lighthouse",
            "make fuzz",
            "make swaps",
            "make soak",
            "make overload",
            "scripts/bench.sh soak --requests 50000",
        ],
    ),
    (
        "It compiles a program for minutes. Tests of the crates `fuzz`, `network` and `trainer` run the same code.",
        &[
            "cargo run --bin fuzz -- --seed 7 --from 1234 --inputs 1",
            "cargo run --release -p trainer -- speed --rounds 1500 --json",
            "ONEDNN_VERBOSE=profile_exec cargo run --release -p trainer -- speed",
            "cargo build -p torch-sys",
            "cargo build -p torch-sys --release",
        ],
    ),
    (
        "It installs packages, downloads data sets or computes for minutes to hours. Tests of the crate `trainer` run \
         the same code on small data, and on all of it where DIGITS_DATA names it.",
        &[
            "scripts/setup.sh run",
            "cargo run --release -p trainer -- fit --promote",
            "cargo run --release -p trainer -- learn --api http://localhost:8501",
            "cargo run --release -p trainer -- fit --architecture cnn6-small",
            "cargo run --release -p trainer -- evaluate",
            "cargo run --release -p trainer -- evaluate --ablation",
            "cargo run --release -p trainer -- compare cnn6-large-2026-12-01",
            "cargo run --release -p trainer -- speed",
        ],
    ),
    (
        "It needs Triton's client. tests/triton/client.py does the same and more with the version that is pinned there.",
        &["import tritonclient.http as triton  # pip install 'tritonclient[http]'"],
    ),
];
