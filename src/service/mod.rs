//! The service put together: database, index, indexer, and the front door.

mod settings;

pub use settings::Settings;

use std::{
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use tokio::{net::TcpListener, task::JoinHandle};
use zhanjian_index::Index;
use zhanjian_migrations::{Migrator, MigratorTrait as _};

use crate::{
    accounts::{self, Accounts, Sso},
    app::{App, Paging},
    calendar::Calendar,
    config::Config,
    console::{self, Console},
    consultations,
    db::{Database, DatabaseSettings},
    error::{Error, Result},
    execution::Executor,
    following::Feed,
    http::{self, Check, Front, IssuerDesk, Readiness, Reception, TrustedProxies},
    indexer::{self, Indexer, Progress},
    introductions,
    kept::Kept,
    matching::Matchmaker,
    needs, oai, outbox,
    reception::{
        FileCounter, FrontDesk, IncomingCounter, IssuerCounter, ReadingRoom, TokenCounter,
    },
    research,
    telemetry::figures,
    vault::{self, Vault},
};

/// A service at work.
pub struct Service {
    /// What the process shares.
    pub app: Arc<App>,
    /// What executes requests.
    pub executor: Arc<Executor>,
    oai: Arc<oai::Settings>,
    stop: Arc<indexer::Stop>,
    indexing: JoinHandle<()>,
    feeding: JoinHandle<()>,
    matching: JoinHandle<()>,
}

/// Opens the vault of a database. A file of keys is made only where nothing has been sealed yet: a new key opens none of
/// what an old one closed, and a wrong path would be noticed too late.
pub async fn open_vault(db: &Database, source: &vault::Source) -> Result<Vault> {
    match source {
        vault::Source::Setting(text) => Vault::from_setting(text),
        vault::Source::File(path) if accounts::has_keys(db).await? => Vault::read(path),
        vault::Source::File(path) => Vault::open(path),
    }
}

/// The file by which another process asks the running service to make its index anew.
pub fn rebuild_request(data_dir: &Path) -> PathBuf {
    data_dir.join("rebuild-index")
}

/// Opens the database and brings its tables up to this version.
pub async fn open_database(settings: &DatabaseSettings) -> Result<Database> {
    let db = Database::open(settings).await?;
    migrate(&db).await?;
    Ok(db)
}

/// Brings the tables up to this version.
pub async fn migrate(db: &Database) -> Result<()> {
    // Usually there is nothing to do, and then nobody waits for whoever is writing.
    if Migrator::get_pending_migrations_read_only(db.read()).await?.is_empty() {
        return Ok(());
    }
    let change = db.change_tables().await?;
    Migrator::up(&change, None).await?;
    change.commit().await?;
    Ok(())
}

impl Service {
    /// Opens database and index and begins to index.
    pub async fn start(settings: Settings) -> Result<Self> {
        let db = open_database(&settings.database).await?;
        Self::start_on(db, settings).await
    }

    /// The same, on a database that is open.
    pub async fn start_on(db: Database, settings: Settings) -> Result<Self> {
        let (dir, options) = (settings.index_dir.clone(), settings.index.clone());
        let opened = tokio::task::spawn_blocking(move || Index::open(&dir, options)).await?;
        let index = opened.map_err(|fault| {
            let folder = settings.index_dir.display();
            Error::internal(format!("cannot open the index in {folder}: {fault}"))
        })?;
        let index = Arc::new(index);
        // The dictionary takes a moment to load; the first person to search must not wait for it.
        let warmed = Arc::clone(&index);
        tokio::task::spawn_blocking(move || warmed.warm());
        let progress = Arc::new(Progress::new());
        let executor = crate::schema::executor(settings.limits.clone()).map_err(Error::internal)?;
        let paging = Paging {
            default: usize::try_from(settings.limits.default_page).unwrap_or(usize::MAX),
            max: usize::try_from(settings.limits.max_page).unwrap_or(usize::MAX),
        };
        let indexer = Indexer::new(
            db.clone(),
            Arc::clone(&index),
            Arc::clone(&progress),
            settings.indexer.clone(),
        );
        let stop = indexer.stop();
        let indexing = tokio::spawn(indexer.run());
        let feed = Feed::open(db.clone()).await?;
        let feeding = tokio::spawn(Arc::clone(&feed).run(settings.indexer.poll_interval));
        let vault = open_vault(&db, &settings.vault).await?;
        let calendar = match &settings.calendar {
            Some(path) => Calendar::with_file(path)?,
            None => Calendar::built_in(),
        };
        let sso = settings.sso.map(Sso::new).transpose()?;
        let now = settings.clock.now();
        let accounts = Accounts::open(&db, vault.clone(), settings.accounts, sso, now).await?;
        let app = Arc::new(App {
            db,
            index,
            progress,
            clock: settings.clock,
            paging,
            tree: Kept::default(),
            graph: Kept::default(),
            enterprises: Kept::default(),
            vault,
            accounts,
            calendar,
            consultations: settings.consultations,
            needs: settings.needs,
            introductions: settings.introductions,
            feed,
            views: research::Views::default(),
        });
        let matching = Matchmaker::new(Arc::clone(&app)).run(settings.indexer.poll_interval);
        let matching = tokio::spawn(matching);
        let oai = Arc::new(settings.oai);
        Ok(Self { app, executor: Arc::new(executor), oai, stop, indexing, feeding, matching })
    }

    /// Waits until the index has taken in all that is in the database now.
    pub async fn settle(&self, patience: Duration) -> Result<()> {
        let head = outbox::head(self.app.db.read()).await?;
        self.app.progress.reach(head, patience).await
    }

    /// The front door of this service, for viewers that `reception` recognises.
    pub async fn front(
        &self,
        reception: Arc<dyn Reception>,
        settings: http::Settings,
    ) -> Result<Front> {
        let head = outbox::head(self.app.db.read()).await?;
        let readiness = Ready { app: Arc::clone(&self.app), head };
        Ok(Front {
            metrics: None,
            tokens: Some(Arc::new(TokenCounter(Arc::clone(&self.app)))),
            issuer: IssuerCounter::new(&self.app).map(|desk| Arc::new(desk) as Arc<dyn IssuerDesk>),
            downloads: Some(Arc::new(FileCounter)),
            uploads: Some(Arc::new(IncomingCounter)),
            publications: Some(Arc::new(ReadingRoom::new(&self.app, &self.oai))),
            pages: Some(Arc::new(Console::new(console::Settings {
                public_url: self.oai.public_url.clone(),
                clock: self.app.clock.clone(),
            }))),
            executor: Arc::clone(&self.executor),
            reception,
            readiness: Arc::new(readiness),
            settings,
        })
    }

    /// Ends the indexing after what it is doing, and closes the database.
    pub async fn end(self) -> Result<()> {
        self.feeding.abort();
        self.matching.abort();
        self.stop.tell();
        self.indexing.await?;
        if let Err(fault) = research::flush_views(&self.app).await {
            tracing::warn!(error = %fault, "what was looked at could not be written down");
        }
        self.app.db.clone().close().await?;
        Ok(())
    }

    /// Ends the service and gives its index back, so that another may begin with it at once. Whoever else holds what the
    /// process shares must have let go of it.
    ///
    /// # Errors
    /// What keeps it from ending; and where something holds the index on.
    pub async fn release(self) -> Result<()> {
        let index = Arc::clone(&self.app.index);
        self.end().await?;
        // What was being looked for, or learnt, on a thread of its own comes to its end first.
        let alone = async {
            while Arc::strong_count(&index) > 1 || index.is_at_work() {
                tokio::time::sleep(RELEASE_POLL).await;
            }
        };
        let alone = tokio::time::timeout(RELEASE_PATIENCE, alone).await;
        alone.map_err(|_| {
            Error::internal("something holds the index of a service that has ended")
        })?;
        // Nobody else closes it, so it is closed once this is done: its writer may still be merging.
        tokio::task::spawn_blocking(move || drop(index)).await?;
        Ok(())
    }
}

/// How often it is looked whether the index of a service that has ended is free.
const RELEASE_POLL: Duration = Duration::from_millis(5);
/// How long that may take: the dictionary may still be loading.
const RELEASE_PATIENCE: Duration = Duration::from_mins(1);

/// Ready is when the database answers and the index has caught up with the revision seen at the start, and is whole: one
/// that was damaged since then is being made anew, and does not know what is written meanwhile.
struct Ready {
    app: Arc<App>,
    head: outbox::Revision,
}

/// How long the database may take to answer before it counts as away.
const DATABASE_PATIENCE: Duration = Duration::from_secs(2);

#[async_trait::async_trait]
impl Readiness for Ready {
    async fn checks(&self) -> Vec<Check> {
        let head = tokio::time::timeout(DATABASE_PATIENCE, outbox::head(self.app.db.read())).await;
        let database = matches!(head, Ok(Ok(_)));
        let caught_up = self.app.progress.watermark() >= self.head;
        let whole = !self.app.index.needs_rebuild();
        let index = if caught_up {
            "is damaged and being made anew"
        } else {
            "has not caught up with the database since the start"
        };
        let detail = |ok: bool, text: &str| (!ok).then(|| text.to_owned());
        vec![
            Check { name: "database", ok: database, detail: detail(database, "does not answer") },
            Check {
                name: "index",
                ok: caught_up && whole,
                detail: detail(caught_up && whole, index),
            },
        ]
    }
}

/// Listens and serves until `end`, then finishes what has begun.
pub async fn serve(
    service: Service,
    listener: TcpListener,
    config: &Config,
    figures: Option<crate::telemetry::Figures>,
    end: impl Future<Output = ()>,
) -> Result<()> {
    let http = &config.http;
    let proxies: Vec<String> = http.trusted_proxies.iter().map(ToString::to_string).collect();
    let settings = http::Settings {
        max_body_bytes: http.max_body_bytes,
        max_import_bytes: http.import_max_bytes,
        body_timeout: http.read_timeout,
        cors_origins: http.allowed_origins.iter().map(ToString::to_string).collect(),
        trusted_proxies: TrustedProxies::parse(proxies.iter().map(String::as_str))
            .map_err(Error::internal)?,
        rate_limit: http
            .rate_limit
            .map(|limit| http::RateLimit { per_second: limit.per_second, burst: limit.burst }),
        lasting: http::Lasting::default(),
    };
    let mut front = service.front(Arc::new(FrontDesk(Arc::clone(&service.app))), settings).await?;
    let metrics = figures.clone().map(|figures| {
        let shown = config.metrics.listen.is_none().then(|| config.metrics.clone());
        http::Metrics { figures, shown }
    });
    let apart = if let Some(address) = config.metrics.listen {
        metrics.map(|metrics| tokio::spawn(serve_metrics(address, metrics)))
    } else {
        front.metrics = metrics;
        None
    };
    let router = http::router(front).map_err(Error::internal)?;
    let limits = http::ServeLimits {
        max_connections: http.max_connections,
        header_timeout: http.read_timeout,
        grace: http.shutdown_grace,
        ..http::ServeLimits::default()
    };
    let watching = tokio::spawn(watch(Arc::clone(&service.app), figures, config.outbox.retention));
    http::serve(listener, router, limits, end).await;
    watching.abort();
    if let Some(apart) = apart {
        apart.abort();
    }
    service.end().await
}

/// Shows the figures at an address of their own; a failure there is no reason to stop the service.
async fn serve_metrics(address: std::net::SocketAddr, metrics: http::Metrics) {
    match TcpListener::bind(address).await {
        Ok(listener) => {
            let router = http::metrics_router(metrics);
            let limits = http::ServeLimits::default();
            http::serve(listener, router, limits, std::future::pending()).await;
        }
        Err(fault) => {
            tracing::error!(listen = %address, error = %fault, "the figures cannot be shown");
        }
    }
}

/// How often figures are brought up to date.
const FIGURES_EVERY: Duration = Duration::from_secs(5);
/// How often the keys are read again, so that a rotation is taken up, counted in rounds of figures.
const RELOAD_EVERY: u32 = 12;
/// How often it is asked whether a new day has begun, counted in rounds of figures.
const TELL_EVERY: u32 = 12;
/// How often it is written down what time has done to consultations, counted in rounds of figures.
const TICK_EVERY: u32 = 720;
/// How often files that nobody took in are forgotten, counted in rounds of figures.
const TIDY_EVERY: u32 = 60;
/// How often the log of changes is pruned, counted in rounds of figures.
const PRUNE_EVERY: u32 = 720;

/// Keeps figures fresh and the log of changes short.
async fn watch(app: Arc<App>, gathered: Option<crate::telemetry::Figures>, retention: Duration) {
    let mut lagging_since = None;
    for round in 0_u32.. {
        if let Ok(head) = outbox::head(app.db.read()).await {
            let watermark = app.progress.watermark().max(0);
            let since = if watermark >= head {
                lagging_since = None;
                Duration::ZERO
            } else {
                lagging_since.get_or_insert_with(std::time::Instant::now).elapsed()
            };
            figures::index_at(watermark.unsigned_abs(), head.unsigned_abs(), since);
        }
        for (pool, (open, idle)) in app.db.connections() {
            figures::connections_at(pool, open, idle);
        }
        if let Some(gathered) = &gathered {
            gathered.tidy();
        }
        if round % RELOAD_EVERY == RELOAD_EVERY - 1
            && let Err(fault) = app.vault.reload()
        {
            tracing::warn!(error = %fault, "the keys could not be read again");
        }
        if round % TICK_EVERY == 0
            && let Err(fault) = consultations::tick(&app).await
        {
            tracing::warn!(error = %fault, "what time did to consultations could not be written down");
        }
        if round % PRUNE_EVERY == PRUNE_EVERY - 1
            && let Err(fault) = prune(&app, retention).await
        {
            tracing::warn!(error = %fault, "the log of changes could not be pruned");
        }
        if let Err(fault) = research::flush_views(&app).await {
            tracing::warn!(error = %fault, "what was looked at could not be written down");
        }
        if round % TIDY_EVERY == 0
            && let Err(fault) = research::tick(&app).await
        {
            tracing::warn!(error = %fault, "files that are over could not be forgotten");
        }
        if round % TELL_EVERY == 0
            && let Err(fault) = crate::transitions::tell(&app).await
        {
            tracing::warn!(error = %fault, "what the calendar has changed could not be told");
        }
        if round % TELL_EVERY == 0
            && let Err(fault) = needs::tick(&app).await
        {
            tracing::warn!(error = %fault, "needs whose time is over could not be written down");
        }
        if round % TELL_EVERY == 0
            && let Err(fault) = introductions::tick(&app).await
        {
            tracing::warn!(error = %fault, "requests that nobody answered could not be written down");
        }
        tokio::time::sleep(FIGURES_EVERY).await;
    }
}

async fn prune(app: &App, retention: Duration) -> Result<u64> {
    let now = app.clock.now();
    let kept = chrono::Duration::from_std(retention).unwrap_or(chrono::Duration::MAX);
    let Some(before) = now.checked_sub_signed(kept) else { return Ok(0) };
    let write = app.db.write().await?;
    let removed = outbox::prune(&write, before).await?;
    crate::change::forget_repeats(&*write, before).await?;
    write.commit(now).await?;
    Ok(removed)
}
