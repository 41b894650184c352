# The commands of this project: `just` lists them, `just NAME` runs one. scripts/install-tools installs just itself
# (a package of PyPI) and prints the folder; `cargo install just` works too. CI runs `just ci`.

# By bash, which replaces itself by a single command: so a signal to just reaches what runs.
set shell := ["bash", "-euo", "pipefail", "-c"]

tools := env('XDG_CACHE_HOME', home_directory() / '.cache') / 'lookalike-test' / 'venv' / 'bin'
# Another one: `just program=PATH RECIPE`.
program := env('CARGO_TARGET_DIR', 'target') / 'release' / 'lookalike'

# Where `just test-sqlite` writes down the answers that the tests receive.
seen := env('CARGO_TARGET_DIR', 'target') / 'seen.jsonl'

# List the recipes
[private]
default:
    @just --list --unsorted

# Install what the other recipes need beyond Rust and git
tools:
    scripts/install-tools

# Run a server in memory that is built for debugging, with options of `lookalike serve`
serve *OPTIONS:
    cargo run --locked -- serve --ephemeral {{ OPTIONS }}

# Run the tests on SQLite, or those that match: `just test members`
test *FILTERS:
    scripts/cargo-test {{ FILTERS }}

# Run the tests on SQLite as CI does: all but those of crashes, and those too that need what `just tools` installs
test-sqlite *FILTERS:
    mkdir -p "$(dirname {{ seen }})" && rm -f {{ seen }}
    LOOKALIKE_TEST_SEEN="$(realpath -m {{ seen }})" scripts/cargo-test --include-ignored --except crash {{ FILTERS }}

# Run the tests of the library and the APIs on a private PostgreSQL, and those of crashes on both databases
test-postgres *FILTERS:
    scripts/with-postgres scripts/cargo-test --include-ignored --lib --test api --test abuse --test crash {{ FILTERS }}

# Compare so many histories, of so many calls each, with the model in tests/api/model
model HISTORIES='2000' CALLS='60':
    NEXTEST_PROFILE=long LOOKALIKE_MODEL_HISTORIES={{ HISTORIES }} LOOKALIKE_MODEL_CALLS={{ CALLS }} scripts/cargo-test --test api any_history

# Compare the same on a private PostgreSQL
model-postgres HISTORIES='500' CALLS='60':
    NEXTEST_PROFILE=long LOOKALIKE_MODEL_HISTORIES={{ HISTORIES }} LOOKALIKE_MODEL_CALLS={{ CALLS }} scripts/with-postgres scripts/cargo-test --test api any_history

# Fuzz the parsers for so many seconds each, or those that are named (nightly, and cargo install cargo-fuzz)
fuzz SECONDS='60' *PARSERS:
    scripts/fuzz {{ SECONDS }} {{ PARSERS }}

# Change our own code and see whether its tests fail (cargo install cargo-mutants); goes on where it was stopped
mutants *OPTIONS:
    scripts/mutants {{ OPTIONS }}

# Run the examples in the documentation
test-docs:
    cargo test --locked --doc

# Format the sources
format:
    cargo fmt

# Check that the sources are formatted
format-check:
    cargo fmt --check

# Check all targets with clippy: any warning fails
clippy:
    cargo clippy --all-targets --features bench,fuzzing --locked -- -D warnings

# Check the library without any feature: the double of Glance for tests of other programs
double:
    cargo clippy --no-default-features --lib --test double --locked -- -D warnings

# Run the test of that double
test-double:
    cargo test --locked --no-default-features --test double

# Check the scripts and the workflow files
lint:
    {{ tools }}/shellcheck --external-sources .ci/run $(git grep --untracked -lE '^#!.*\b(ba)?sh$' -- scripts tests docker packaging)
    {{ tools }}/ruff check --quiet $(git grep --untracked -lE '^#!.*\bpython3$' -- scripts tests) $(git ls-files '*.py')
    {{ tools }}/check-jsonschema --builtin-schema vendor.github-workflows .github/workflows/*.yml
    {{ tools }}/check-jsonschema --builtin-schema vendor.dependabot .github/dependabot.yml
    {{ tools }}/just --unstable --fmt --check
    scripts/make-api-page --check
    scripts/make-bindings --check
    scripts/make-python-models --check
    if command -v actionlint >/dev/null; then actionlint; fi

# Build the documentation of the library: any warning fails
doc:
    RUSTDOCFLAGS='-D warnings' cargo doc --no-deps --locked

# Check licences, sources and banned crates of all dependencies
dependencies:
    {{ tools }}/cargo-deny --locked check --hide-inclusion-graph licenses bans sources

# Check the dependencies for known vulnerabilities: downloads the database of RustSec
advisories:
    {{ tools }}/cargo-deny --locked check --hide-inclusion-graph advisories

# Build the program as the tests below use it
build:
    cargo build --release --locked

# Do everything of a release but publishing it, into target/release-dry-run; `--no-verify` does not compile the crate
release *OPTIONS: build
    scripts/release-dry-run {{ program }} {{ OPTIONS }}

# Walk through the pages for newcomers, each on a Debian with nothing but what the page names (needs root and debootstrap)
newcomer *LANGUAGES: build
    scripts/newcomer {{ program }} {{ LANGUAGES }}

# Build the program as it is handed out: smaller, and minutes slower to build
dist:
    cargo build --profile dist --locked

# Run the shell commands in README.md, docs/ and docker/, as they are written there
check-docs:
    scripts/check-docs {{ program }}

# Build the documentation site into target/site: a broken link, or a page that is not in the navigation, fails
site:
    scripts/build-site

# Hold the answers that the tests received to the OpenAPI documents; `just test-sqlite` writes them down
check-contract:
    scripts/check-contract {{ seen }}

# Have schemathesis try a server by the OpenAPI documents, for so many seconds
check-schemathesis SECONDS='600':
    scripts/check-schemathesis {{ program }} {{ SECONDS }}

# Test the package for Python in bindings/python: its wheel with the program, in a fresh virtual environment
python *OPTIONS:
    scripts/check-python {{ program }} {{ OPTIONS }}

# Build the wheel for Python with the program, into dist/
wheel:
    scripts/pack-wheel dist {{ program }}

# Check the package for Go in bindings/go, with its examples
go:
    scripts/check-go {{ program }}

# Check the package for JavaScript in bindings/js: packed for npm, installed, and run
js:
    scripts/check-js {{ program }}

# Make the Debian package, install it over a copy of this machine's file system, and start it
deb:
    scripts/check-deb {{ program }}

# Check action.yml with its script, the workflow files, and the manifests for Kubernetes
platforms:
    scripts/check-platforms {{ program }}

# Drive the console in a real browser; with texts: only the checks that have one of them in their statement
check-console *FILTERS:
    scripts/check-console {{ program }} {{ FILTERS }}

# Run the real OpenStack clients against a server
clients:
    scripts/with-lookalike {{ program }} -- scripts/clients/story
    scripts/with-lookalike {{ program }} --dialect pcd --pcd-public-uploads unusable -- scripts/clients/story pcd
    scripts/with-lookalike {{ program }} --ephemeral --dialect rackspace --export-segment-size 4MiB -- scripts/clients/rackspace/stories
    scripts/clients/tls_story {{ program }}

# Run the same on a private PostgreSQL
clients-postgres:
    scripts/with-postgres bash -c 'scripts/with-lookalike "$0" --database-url "$LOOKALIKE_TEST_DATABASE" -- scripts/clients/story' {{ program }}
    scripts/with-postgres bash -c 'STORY_MIB=32 scripts/with-lookalike "$0" --dialect pcd --pcd-public-uploads unusable --database-url "$LOOKALIKE_TEST_DATABASE" -- scripts/clients/story pcd' {{ program }}
    scripts/with-postgres bash -c 'scripts/with-lookalike "$0" --dialect rackspace --export-segment-size 4MiB --database-url "$LOOKALIKE_TEST_DATABASE" -- scripts/clients/rackspace/stories' {{ program }}

# Compare with the recorded answers of Glance (images, imports, metadefs, cache) or Keystone (identity)
differential TABLE:
    scripts/differential-run {{ TABLE }} {{ program }}

# Compare the same on a private PostgreSQL
differential-postgres TABLE:
    scripts/with-postgres scripts/differential-run {{ TABLE }} {{ program }}

# Record real clients before the real Glance and Keystone in six configurations, and compare a server that is like them (needs the lab)
compare-real *CONFIGURATIONS: build
    scripts/compare-real {{ program }} {{ CONFIGURATIONS }}

# The same with Glance's defaults, under the clients of the lab
compare-clients *CLIENTS: build
    scripts/compare-real {{ program }} --clients {{ CLIENTS }}

# Compare the real Glance with a server made of what mimic found there, by the tables of tests/differential (needs the lab)
compare-tables *TABLES: build
    scripts/compare-tables {{ program }} {{ TABLES }}

# Check the compose files and the examples for CI in docker/
compose:
    scripts/with-postgres scripts/check-compose {{ program }}

# Build the Dockerfile with the program as it is, and check the image (needs root)
image:
    scripts/check-dockerfile --program {{ program }}

# Fail each system call on the data directory once, or those of some options: `just faults --story upload`
faults *OPTIONS:
    scripts/fail-system-calls {{ program }} {{ OPTIONS }}

# Cut the power of a server at 200 moments, with `--durability full`
cut-power *OPTIONS:
    scripts/cut-power {{ program }} {{ OPTIONS }}

# Kill a server, stop it, move its clock in 1000 rounds, and two servers on one PostgreSQL in 200: it takes hours
kill-rounds *OPTIONS:
    scripts/kill-rounds {{ program }} {{ OPTIONS }}
    scripts/with-postgres scripts/kill-rounds {{ program }} --postgres {{ OPTIONS }}

# Attack a program with little memory and few files for ten minutes: before each release
abuse *OPTIONS:
    scripts/abuse {{ program }} {{ OPTIONS }}

# The same for half a minute, on a machine that is busy with other things
abuse-briefly:
    scripts/abuse {{ program }} --seconds 33 --slowest 10

# Check notifications with a real RabbitMQ and a real listener of oslo.messaging
amqp:
    scripts/check-amqp {{ program }}

# Build the program with OpenTelemetry, and check the spans that it sends
otel:
    cargo clippy --locked --features otel --lib --bins -- -D warnings
    cargo build --locked --features otel
    scripts/check-otel "${CARGO_TARGET_DIR:-target}/debug/lookalike"

# Run the benchmarks, or those that match
bench *FILTERS:
    cargo bench --locked --features bench --bench api --bench database --bench hashes -- {{ FILTERS }}

# Measure programs beside the real Glance: the table of docs/performance.md (an hour; LAB is the lab's directory `peer`)
measure LAB OUT +PROGRAMS:
    scripts/measure-all {{ LAB }} {{ OUT }} sqlite {{ PROGRAMS }}
    scripts/measure-all {{ LAB }} {{ OUT }} postgres {{ PROGRAMS }}
    scripts/measure-all {{ LAB }} {{ OUT }} many {{ PROGRAMS }}
    scripts/measure-all {{ LAB }} {{ OUT }} million {{ PROGRAMS }}
    scripts/measure-all {{ LAB }} {{ OUT }} table

# Run everything, as CI does
ci:
    scripts/test
