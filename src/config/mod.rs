//! Every setting: what it is called, what it means, what it is when nobody says otherwise.
//!
//! Settings are read once, at the start, and whole: command-line flags win over `ZHANJIAN_*` environment
//! variables, those win over `zhanjian.toml`, and that wins over the defaults. An unknown key or a bad value
//! stops the start, and all faults are told at once, so that nobody mends them one restart at a time.
//!
//! [`Config::read`] is the only place where a setting is named. The example file, the list of keys against
//! which an unknown one is compared, and the names of the environment variables all come from it.

mod accounts;
mod consultations;
mod database_url;
mod draft;
mod example;
mod faults;
mod partners;
mod sources;
mod telemetry;
mod values;

#[cfg(test)]
mod tests;

use std::{
    ffi::OsString,
    net::SocketAddr,
    num::NonZeroU32,
    path::{Path, PathBuf},
    time::Duration,
};

use ipnet::IpNet;

pub use self::{
    accounts::{Accounts, Keys, Sso},
    consultations::Consultations,
    database_url::{DatabaseUrl, Engine},
    example::example,
    faults::{Fault, Faults},
    partners::Partners,
    sources::Flags,
    telemetry::{Metrics, Tracing},
    values::{LogFormat, Origin},
};
use self::{draft::Draft, sources::Sources, values::RateLimitMode};

const KIB: u64 = 1024;
const MIB: u64 = 1024 * KIB;
const DAY: u64 = 24 * 60 * 60;

/// Everything that an operator can set, checked.
#[derive(Clone, Debug)]
pub struct Config {
    /// Where the service listens.
    pub listen: SocketAddr,
    /// The folder of the SQLite database and of the index; a relative path starts at the working directory.
    pub data_dir: PathBuf,
    /// Which database, and how many connections to it.
    pub database: Database,
    /// How the log looks and what goes into it.
    pub log: Log,
    /// The front door.
    pub http: Http,
    /// What one GraphQL request may ask for.
    pub graphql: Graphql,
    /// The full-text index.
    pub index: Index,
    /// The log of changes that every index follows.
    pub outbox: Outbox,
    /// Figures for Prometheus.
    pub metrics: Metrics,
    /// Traces for an OpenTelemetry collector.
    pub tracing: Tracing,
    /// Who gets in, and for how long.
    pub accounts: Accounts,
    /// The keys that are not in the database.
    pub keys: Keys,
    /// Another issuer whose tokens are accepted.
    pub sso: Option<Sso>,
    /// A file or folder with more years of working days.
    pub calendar: Option<PathBuf>,
    /// By when consultations are answered, and how long askers are kept.
    pub consultations: Consultations,
    /// How long needs stay open, and requests for introductions wait for an answer.
    pub partners: Partners,
}

/// Which database, and how many connections to it.
#[derive(Clone, Debug)]
pub struct Database {
    /// Where it is: as given, or else the file `zhanjian.sqlite` in the data folder.
    pub url: DatabaseUrl,
    /// Connections that read; on PostgreSQL, as many again write.
    pub readers: u32,
    /// How long a request waits for a free connection.
    pub acquire_timeout: Duration,
}

/// How the log looks and what goes into it.
#[derive(Clone, Debug)]
pub struct Log {
    /// For people or for machines.
    pub format: LogFormat,
    /// Directives of `tracing_subscriber::EnvFilter`, known to parse.
    pub filter: String,
}

/// The front door.
#[derive(Clone, Debug)]
pub struct Http {
    /// Web origins whose pages may call the service; none means: no other site's.
    pub allowed_origins: Vec<Origin>,
    /// Reverse proxies whose word on the client's address is believed.
    pub trusted_proxies: Vec<IpNet>,
    /// The largest request body, in bytes.
    pub max_body_bytes: usize,
    /// The largest file that an office may bring, in bytes.
    pub import_max_bytes: usize,
    /// How long one request may take.
    pub request_timeout: Duration,
    /// How long a client may take to send a request's headers, and then its body.
    pub read_timeout: Duration,
    /// How long requests that have begun may go on once the service is told to stop.
    pub shutdown_grace: Duration,
    /// Connections open at the same time.
    pub max_connections: usize,
    /// What one client address may ask for; `None` means: no limit.
    pub rate_limit: Option<RateLimit>,
}

/// What one client address may ask for.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct RateLimit {
    /// Requests a second, in the long run.
    pub per_second: NonZeroU32,
    /// Requests at once, after a rest.
    pub burst: NonZeroU32,
}

/// What one GraphQL request may ask for.
#[derive(Clone, Debug)]
pub struct Graphql {
    /// How deep fields may be nested.
    pub max_depth: usize,
    /// Tokens of one document.
    pub max_tokens: usize,
    /// Fields that are left once every fragment is spread.
    pub max_selections: u64,
    /// Aliases in one document.
    pub max_aliases: u64,
    /// The cost of one request, as reported in `extensions.cost`.
    pub max_cost: u64,
    /// The largest `first` or `last`.
    pub max_page: usize,
    /// The size of a page for which neither is given.
    pub default_page: usize,
}

/// The full-text index.
#[derive(Clone, Debug)]
pub struct Index {
    /// Memory that indexing may take before it writes a segment, in bytes.
    pub memory_budget: usize,
    /// How long the state a page was cut from is kept, so that the next page continues it exactly.
    pub snapshot_keep: Duration,
    /// How long changes are gathered before they are committed together.
    pub commit_interval: Duration,
    /// A folder with dictionaries that replace those of the same name in the program.
    pub dictionaries: Option<PathBuf>,
}

/// The log of changes that every index follows.
#[derive(Clone, Debug)]
pub struct Outbox {
    /// How long a change is kept; an index that was away for longer is built anew.
    pub retention: Duration,
    /// How often to look for changes that nobody announced, such as those of a command-line import.
    pub poll_interval: Duration,
}

impl Config {
    /// Reads the flags, the environment and the settings file, and refuses them whole if any of it is wrong.
    ///
    /// The environment comes as an argument (`std::env::vars_os()` in the program) and so does the folder in
    /// which `zhanjian.toml` is looked for, so that a test needs neither.
    pub fn load(
        flags: &Flags,
        environment: impl IntoIterator<Item = (OsString, OsString)>,
        working_dir: &Path,
    ) -> Result<Self, Faults> {
        let (sources, faults) = Sources::gather(flags, environment, working_dir);
        let mut draft = Draft::new(sources, faults);
        let config = Self::read(&mut draft);
        draft.finish().map(|()| config)
    }

    /// Reads every setting, in the order of the example file.
    #[expect(
        clippy::too_many_lines,
        reason = "a list, one entry a setting; it is easier to look up in one piece"
    )]
    fn read(draft: &mut Draft) -> Self {
        let listen = draft.setting(
            "listen",
            "127.0.0.1:8080",
            "Address and port to listen on. 0.0.0.0:8080 opens the service to other machines.",
            values::address,
        );
        let data_dir = draft.setting(
            "data_dir",
            "./data",
            "The folder of the SQLite database and of the index. A relative path starts at the working directory.",
            values::path,
        );
        let calendar = draft.optional(
            "calendar",
            "./calendar",
            "A CSV file, or a folder of them, with public holidays and make-up working days of further years.",
            values::path,
        );

        draft.section("database", "Which database, and how many connections to it.");
        let url = draft.secret(
            "database.url",
            "postgres://zhanjian:password@127.0.0.1:5432/zhanjian",
            "Without it: SQLite, in the file zhanjian.sqlite of the data folder.",
            DatabaseUrl::parse,
        );
        let database = Database {
            url: url.unwrap_or_else(|| DatabaseUrl::sqlite_in(&data_dir)),
            readers: draft.setting(
                "database.readers",
                "8",
                "Connections that read. On PostgreSQL as many again write; SQLite has one writer.",
                values::whole(1..=256),
            ),
            acquire_timeout: draft.setting(
                "database.acquire_timeout",
                "5s",
                "How long a request waits for a free connection.",
                values::duration(Duration::from_millis(100)..=Duration::from_mins(5)),
            ),
        };

        draft.section("log", "The log goes to standard error.");
        let log = Log {
            format: draft.setting(
                "log.format",
                "human",
                "\"human\", or \"json\" for one JSON object a line.",
                LogFormat::parse,
            ),
            filter: draft.setting(
                "log.filter",
                "info,sqlx=warn,sea_orm_migration=warn",
                "Levels error, warn, info, debug, trace; also by module: \"info,zhanjian::indexer=debug\".",
                values::log_filter,
            ),
        };

        draft.section("http", "The front door.");
        let allowed_origins = draft.list(
            "http.allowed_origins",
            &["https://portal.example"],
            "Web sites whose pages may call the service from a browser (CORS). Without it: none but its own.",
            Origin::parse,
        );
        let trusted_proxies = draft.list(
            "http.trusted_proxies",
            &["127.0.0.1", "10.0.0.0/8"],
            "Reverse proxies whose X-Forwarded-For or Forwarded header is believed: addresses or networks.",
            values::network,
        );
        let http = Http {
            rate_limit: Self::read_rate_limit(draft, listen, &trusted_proxies),
            allowed_origins,
            trusted_proxies,
            max_body_bytes: draft.setting(
                "http.max_body_bytes",
                "1MiB",
                "The largest request body.",
                values::size(KIB..=64 * MIB),
            ),
            import_max_bytes: draft.setting(
                "http.import_max_bytes",
                "20MiB",
                "The largest file that a tech-transfer office may bring to /imports/research-outputs.",
                values::size(KIB..=256 * MIB),
            ),
            request_timeout: draft.setting(
                "http.request_timeout",
                "10s",
                "How long one request may take before it is answered with TIMEOUT.",
                values::duration(Duration::from_millis(100)..=Duration::from_mins(10)),
            ),
            read_timeout: draft.setting(
                "http.read_timeout",
                "10s",
                "How long a client may take to send a request's headers, and then its body.",
                values::duration(Duration::from_millis(100)..=Duration::from_mins(5)),
            ),
            shutdown_grace: draft.setting(
                "http.shutdown_grace",
                "20s",
                "How long requests that have begun may go on once the service is told to stop.",
                values::duration(Duration::ZERO..=Duration::from_mins(10)),
            ),
            max_connections: draft.setting(
                "http.max_connections",
                "4096",
                "Connections open at the same time; further ones wait.",
                values::whole(1..=1_000_000),
            ),
        };

        draft.section(
            "graphql",
            "What one GraphQL request may ask for; more is refused with QUERY_TOO_COMPLEX.",
        );
        let graphql = Graphql {
            max_depth: draft.setting(
                "graphql.max_depth",
                "15",
                "How deep fields may be nested.",
                values::whole(1..=100),
            ),
            max_tokens: draft.setting(
                "graphql.max_tokens",
                "5000",
                "Tokens of one document.",
                values::whole(100..=1_000_000),
            ),
            max_selections: draft.setting(
                "graphql.max_selections",
                "2000",
                "Fields that are left once every fragment is spread.",
                values::whole(10..=1_000_000),
            ),
            max_aliases: draft.setting(
                "graphql.max_aliases",
                "100",
                "Aliases in one document.",
                values::whole(0..=10_000),
            ),
            max_cost: draft.setting(
                "graphql.max_cost",
                "10000",
                "Cost of one request, as every answer reports it in extensions.cost.",
                values::whole(1..=100_000_000),
            ),
            max_page: draft.setting(
                "graphql.max_page",
                "100",
                "The largest first or last.",
                values::whole(1..=1_000),
            ),
            default_page: draft.setting(
                "graphql.default_page",
                "20",
                "The size of a page for which neither first nor last is given.",
                values::whole(1..=1_000),
            ),
        };
        draft.check(
            "graphql.default_page",
            graphql.default_page <= graphql.max_page,
            "is larger than graphql.max_page: lower it, or raise graphql.max_page",
        );

        draft.section("index", "The full-text index.");
        let index = Index {
            memory_budget: draft.setting(
                "index.memory_budget",
                "64MiB",
                "Memory that indexing may take before it writes what it has to disk.",
                values::size(16 * MIB..=4096 * MIB),
            ),
            snapshot_keep: draft.setting(
                "index.snapshot_keep",
                "5m",
                "How long paging through a search stays exact while the index changes.",
                values::duration(Duration::ZERO..=Duration::from_hours(1)),
            ),
            commit_interval: draft.setting(
                "index.commit_interval",
                "20ms",
                "How long changes are gathered before they become searchable together.",
                values::duration(Duration::ZERO..=Duration::from_mins(1)),
            ),
            dictionaries: draft.optional(
                "index.dictionaries",
                "./dictionaries",
                "A folder with dictionaries (synonyms.txt, domain.txt, ...) that replace those in the program. `zhanjian index rebuild` takes up what was edited.",
                values::path,
            ),
        };

        draft.section(
            "outbox",
            "The log of changes in the database, which every node's index follows.",
        );
        let outbox = Outbox {
            retention: draft.setting(
                "outbox.retention",
                "7d",
                "How long a change is kept; an index that was away for longer is built anew.",
                values::duration(Duration::from_hours(1)..=Duration::from_secs(3650 * DAY)),
            ),
            poll_interval: draft.setting(
                "outbox.poll_interval",
                "100ms",
                "How often to look for changes that nobody announced, such as those of a command-line import.",
                values::duration(Duration::from_millis(10)..=Duration::from_mins(1)),
            ),
        };

        let metrics = Metrics::read(draft, listen);
        let tracing = Tracing::read(draft);
        let accounts = Accounts::read(draft, listen);
        let keys = Keys::read(draft, &data_dir);
        let sso = Sso::read(draft);
        Self {
            listen,
            data_dir,
            calendar,
            database,
            log,
            http,
            graphql,
            index,
            outbox,
            metrics,
            tracing,
            accounts,
            keys,
            sso,
            consultations: Consultations::read(draft),
            partners: Partners::read(draft),
        }
    }

    fn read_rate_limit(
        draft: &mut Draft,
        listen: SocketAddr,
        trusted_proxies: &[IpNet],
    ) -> Option<RateLimit> {
        let mode = draft.setting(
            "http.rate_limit",
            "auto",
            "\"on\", \"off\", or \"auto\": off while the service listens on loopback with no trusted proxies, else on.",
            RateLimitMode::parse,
        );
        let limit = RateLimit {
            per_second: draft.setting(
                "http.rate_per_second",
                "20",
                "Requests a second that one client address may send in the long run.",
                values::positive,
            ),
            burst: draft.setting(
                "http.rate_burst",
                "100",
                "Requests that one client address may send at once, after a rest.",
                values::positive,
            ),
        };
        // A loopback service behind a named proxy is as public as the proxy is.
        let public = !listen.ip().is_loopback() || !trusted_proxies.is_empty();
        match mode {
            RateLimitMode::On => Some(limit),
            RateLimitMode::Off => None,
            RateLimitMode::Auto => public.then_some(limit),
        }
    }
}
