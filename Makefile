# The commands of digits. The scripts do the work and install what they need, but Rust, Docker and a newer Node.
.DEFAULT_GOAL := help
.PHONY: help run user test test-web bench bench-onnx swaps soak overload abuse history-latency input-latency fuzz lighthouse schemathesis lint audit sqlx sqlx-check compose-test deploy-test check

help: ## List these targets
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/make \1\t\2/p' $(MAKEFILE_LIST) | expand -t 24

run: ## Build and run digits on this machine, until Ctrl-C
	@scripts/run.sh

user: ## Invite a person: make user name=ada role=operator
	@scripts/user.sh "$(name)" "$(role)"

test: ## Run all tests, with a temporary database and real browsers
	@scripts/test.sh

test-web: ## Run the unit tests of the pages' scripts, with Node's test runner
	@scripts/test-web.sh

bench: ## Measure throughput and latency, also of a peer if PEER_URL is set
	@scripts/bench.sh speed

swaps: ## Switch the model a hundred times under load, and check every response
	@scripts/bench.sh swaps

soak: ## Send a million requests, and check that memory does not grow
	@scripts/bench.sh soak

overload: ## Send ten times the capacity in requests, and check every response
	@scripts/bench.sh overload

abuse: ## Misuse digits from one address, and check what it stores and sees, and what others notice
	@scripts/bench.sh abuse

history-latency: ## Fill a database with a million drawings, and measure the latency of the history
	@scripts/bench.sh history-latency

fuzz: ## Send a million inputs, most of them damaged, and check every response
	@scripts/setup.sh run
	cargo build --locked --workspace --bin fuzz
	target/debug/fuzz

schemathesis: ## Test both services against their OpenAPI documents
	@scripts/setup.sh schemathesis
	@scripts/schemathesis.sh

bench-onnx: ## Compare the network's latency with ONNX Runtime's
	@scripts/bench-onnx.sh

input-latency: ## Measure the time on the page from the end of a stroke to the painted prediction
	@scripts/setup.sh input-latency
	@scripts/bench.sh input-latency

lighthouse: ## Score each page with Lighthouse, as a phone and as a desktop
	@scripts/lighthouse.sh

lint: ## Check the formatting, the names and the workflows, lint the code, and check the types of the scripts and dashboards
	@scripts/setup.sh lint
	@scripts/vocabulary.sh
	@scripts/typescript.sh
	@scripts/dashboards.sh
	@scripts/workflows.sh
	cargo fmt --all --check
	cargo clippy --workspace --all-targets --locked -- -D warnings

audit: ## Check the licences, the sources and the known vulnerabilities of the dependencies
	@scripts/audit.sh

sqlx: ## Update the descriptions of SQL queries in .sqlx/, after a change of a query or a migration
	@scripts/sqlx.sh prepare

sqlx-check: ## Check that .sqlx/ is up to date
	@scripts/sqlx.sh check

compose-test: ## Build the images, run them with Docker Compose, and check that data survives
	@scripts/compose-test.sh

deploy-test: ## Test deploy/: back up, restore, upgrade PostgreSQL, update, alerts and dashboards
	@scripts/deploy-test.sh
	@scripts/update-test.sh
	@scripts/monitoring-test.sh

check: ## Run every check, one after the other
	@scripts/check.sh
