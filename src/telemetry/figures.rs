//! Figures for Prometheus: every name in one table, one function for each thing that is counted.
//!
//! Labels take few values, and never one that a client chooses: each new value is a new series to keep.
//! Where nobody gathers the figures (in a command that ends by itself, in most tests), counting does nothing.

use std::{fs, sync::OnceLock, time::Duration};

use metrics::{Unit, counter, gauge, histogram};
use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusHandle};

const HTTP_REQUESTS: &str = "zhanjian_http_requests_total";
const HTTP_SECONDS: &str = "zhanjian_http_request_duration_seconds";
const OPERATIONS: &str = "zhanjian_graphql_operations_total";
const ERRORS: &str = "zhanjian_graphql_errors_total";
const SUBSCRIPTIONS: &str = "zhanjian_subscriptions";
const SOCKETS: &str = "zhanjian_websockets";
const SEARCH_SECONDS: &str = "zhanjian_search_duration_seconds";
const OUTBOX_HEAD: &str = "zhanjian_outbox_head";
const INDEX_WATERMARK: &str = "zhanjian_index_watermark";
const INDEX_LAG: &str = "zhanjian_index_lag_seconds";
const INDEX_COMMITS: &str = "zhanjian_index_commits_total";
const INDEX_CHANGES: &str = "zhanjian_index_changes_total";
const INDEX_COMMIT_SECONDS: &str = "zhanjian_index_commit_duration_seconds";
const IMPORT_ROWS: &str = "zhanjian_import_rows_total";
const CONNECTIONS: &str = "zhanjian_database_connections";
const BUILD: &str = "zhanjian_build_info";
const MEMORY: &str = "process_resident_memory_bytes";
const OPEN_FILES: &str = "process_open_fds";

enum Kind {
    Counter,
    Gauge,
    Histogram,
}

/// Name, kind, unit, and what it tells: the whole list, as docs/operating.md has it.
const ALL: [(&str, Kind, Unit, &str); 18] = [
    (HTTP_REQUESTS, Kind::Counter, Unit::Count, "HTTP requests answered, by status"),
    (HTTP_SECONDS, Kind::Histogram, Unit::Seconds, "Time to answer an HTTP request"),
    (OPERATIONS, Kind::Counter, Unit::Count, "GraphQL operations run, by kind"),
    (ERRORS, Kind::Counter, Unit::Count, "GraphQL errors given back, by code"),
    (SUBSCRIPTIONS, Kind::Gauge, Unit::Count, "Subscriptions that are open, over any transport"),
    (SOCKETS, Kind::Gauge, Unit::Count, "WebSockets that are open"),
    (
        SEARCH_SECONDS,
        Kind::Histogram,
        Unit::Seconds,
        "Time of a search in the index, without the database",
    ),
    (OUTBOX_HEAD, Kind::Gauge, Unit::Count, "Revision of the latest change in the database"),
    (
        INDEX_WATERMARK,
        Kind::Gauge,
        Unit::Count,
        "Revision up to which this node's index has caught up",
    ),
    (
        INDEX_LAG,
        Kind::Gauge,
        Unit::Seconds,
        "Age of the oldest change that this node's index still lacks; 0 if none",
    ),
    (INDEX_COMMITS, Kind::Counter, Unit::Count, "Commits of this node's index"),
    (INDEX_CHANGES, Kind::Counter, Unit::Count, "Changes that this node's index took in"),
    (
        INDEX_COMMIT_SECONDS,
        Kind::Histogram,
        Unit::Seconds,
        "Time from reading changes to their being searchable",
    ),
    (IMPORT_ROWS, Kind::Counter, Unit::Count, "Rows imported by this process, by outcome"),
    (CONNECTIONS, Kind::Gauge, Unit::Count, "Database connections, by pool and state"),
    (BUILD, Kind::Gauge, Unit::Count, "Always 1; the label is the version that runs"),
    (MEMORY, Kind::Gauge, Unit::Bytes, "Memory of the process, with the mapped pages of its index"),
    (OPEN_FILES, Kind::Gauge, Unit::Count, "Open files and sockets of the process"),
];

/// Upper bounds of the histograms, in seconds: dense where a search lies, up to the request timeout.
const BUCKETS: [f64; 14] =
    [0.000_5, 0.001, 0.002_5, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0];

/// All figures of the process, to be read at any moment.
#[derive(Clone)]
pub struct Figures(PrometheusHandle);

impl Figures {
    /// Begins to gather; asked again in the same process, gives the same figures.
    #[must_use]
    pub fn gather() -> Self {
        static GATHERED: OnceLock<Figures> = OnceLock::new();
        GATHERED.get_or_init(Self::install).clone()
    }

    /// Everything, in Prometheus' text format (`text/plain; version=0.0.4`).
    #[must_use]
    pub fn render(&self) -> String {
        gauge!(MEMORY).set(resident_bytes().unwrap_or_default());
        gauge!(OPEN_FILES).set(open_files().unwrap_or_default());
        self.0.render()
    }

    /// Folds what was measured into the histograms. Call it every few seconds: unread samples take memory.
    pub fn tidy(&self) {
        self.0.run_upkeep();
    }

    fn install() -> Self {
        let mut builder = PrometheusBuilder::new();
        for (name, kind, ..) in &ALL {
            if matches!(kind, Kind::Histogram) {
                builder = builder
                    .set_buckets_for_metric(Matcher::Full((*name).to_owned()), &BUCKETS)
                    .expect("the list of buckets is not empty");
            }
        }
        let recorder = builder.build_recorder();
        let handle = recorder.handle();
        // Only another recorder can be in the way, and then these figures stay empty rather than stop a service.
        if metrics::set_global_recorder(recorder).is_err() {
            tracing::error!("figures are gathered elsewhere already, so that /metrics stays empty");
        }
        describe();
        gauge!(BUILD, "version" => env!("CARGO_PKG_VERSION")).set(1.0);
        Self(handle)
    }
}

impl std::fmt::Debug for Figures {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Figures")
    }
}

/// An HTTP request was answered.
pub fn request_answered(status: u16, took: Duration) {
    counter!(HTTP_REQUESTS, "status" => status.to_string()).increment(1);
    histogram!(HTTP_SECONDS).record(took);
}

/// A GraphQL operation was run: `query`, `mutation` or `subscription`.
pub fn operation_run(kind: &'static str) {
    counter!(OPERATIONS, "kind" => kind).increment(1);
}

/// A GraphQL error went out, with one of the contract's codes.
pub fn error_returned(code: &'static str) {
    counter!(ERRORS, "code" => code).increment(1);
}

/// Something that counts as open until this is dropped.
#[derive(Debug)]
pub struct Open(&'static str);

impl Open {
    fn counted(name: &'static str) -> Self {
        gauge!(name).increment(1.0);
        Self(name)
    }
}

impl Drop for Open {
    fn drop(&mut self) {
        gauge!(self.0).decrement(1.0);
    }
}

/// A subscription was opened.
#[must_use]
pub fn subscription_opened() -> Open {
    Open::counted(SUBSCRIPTIONS)
}

/// A WebSocket was opened.
#[must_use]
pub fn socket_opened() -> Open {
    Open::counted(SOCKETS)
}

/// The index answered a search.
pub fn search_run(took: Duration) {
    histogram!(SEARCH_SECONDS).record(took);
}

/// Where the index stands against the outbox; `lag` is the age of the oldest change that it lacks.
#[expect(clippy::cast_precision_loss, reason = "a figure; revisions are exact up to 2^53")]
pub fn index_at(watermark: u64, head: u64, lag: Duration) {
    gauge!(INDEX_WATERMARK).set(watermark as f64);
    gauge!(OUTBOX_HEAD).set(head as f64);
    gauge!(INDEX_LAG).set(lag);
}

/// The index took in changes and committed them.
pub fn index_committed(changes: usize, took: Duration) {
    counter!(INDEX_COMMITS).increment(1);
    counter!(INDEX_CHANGES).increment(changes as u64);
    histogram!(INDEX_COMMIT_SECONDS).record(took);
}

/// Rows were imported: `added`, `updated`, `unchanged` or `refused`.
pub fn rows_imported(outcome: &'static str, rows: u64) {
    counter!(IMPORT_ROWS, "outcome" => outcome).increment(rows);
}

/// A pool (`read` or `write`) has this many connections, and this many of them wait for work.
pub fn connections_at(pool: &'static str, open: u32, idle: u32) {
    gauge!(CONNECTIONS, "pool" => pool, "state" => "idle").set(idle);
    gauge!(CONNECTIONS, "pool" => pool, "state" => "busy").set(open.saturating_sub(idle));
}

fn describe() {
    for (name, kind, unit, about) in ALL {
        match kind {
            Kind::Counter => metrics::describe_counter!(name, unit, about),
            Kind::Gauge => metrics::describe_gauge!(name, unit, about),
            Kind::Histogram => metrics::describe_histogram!(name, unit, about),
        }
    }
}

/// Linux tells it in `VmRSS:  1234 kB`; elsewhere there is no figure.
fn resident_bytes() -> Option<f64> {
    let status = fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    let kilobytes: f64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(kilobytes * 1024.0)
}

fn open_files() -> Option<f64> {
    let open = fs::read_dir("/proc/self/fd").ok()?.count();
    u32::try_from(open).ok().map(f64::from)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_counted_is_rendered_with_its_meaning() {
        let figures = Figures::gather();

        request_answered(200, Duration::from_millis(3));
        operation_run("query");
        error_returned("NOT_FOUND");
        let _open = subscription_opened();
        drop((socket_opened(), socket_opened()));
        search_run(Duration::from_micros(800));
        index_at(41, 42, Duration::from_millis(5));
        index_committed(3, Duration::from_millis(7));
        rows_imported("added", 5);
        connections_at("read", 8, 6);
        let text = figures.render();

        for expected in [
            "zhanjian_http_requests_total{status=\"200\"} 1",
            "zhanjian_http_request_duration_seconds_bucket{le=\"0.005\"} 1",
            "zhanjian_graphql_errors_total{code=\"NOT_FOUND\"} 1",
            "zhanjian_websockets 0",
            "zhanjian_index_watermark 41",
            "zhanjian_outbox_head 42",
            "zhanjian_index_changes_total 3",
            "zhanjian_import_rows_total{outcome=\"added\"} 5",
            "zhanjian_database_connections{pool=\"read\",state=\"busy\"} 2",
            concat!("zhanjian_build_info{version=\"", env!("CARGO_PKG_VERSION"), "\"} 1"),
        ] {
            assert!(text.contains(expected), "{expected} is missing in\n{text}");
        }
        for (name, _, _, about) in ALL {
            assert!(
                text.contains(&format!("# HELP {name} {about}")),
                "{name} is missing in\n{text}"
            );
        }
    }

    #[test]
    fn the_operators_page_names_every_figure() {
        let page = include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/operating.md"));

        for (name, _, _, about) in ALL {
            let row = format!("| `{name}` | {about} |");
            assert!(page.contains(&row), "docs/operating.md wants the row\n{row}");
        }
    }
}
