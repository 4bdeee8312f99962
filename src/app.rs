//! What lives as long as the process, and what lives as long as a request.

use std::{collections::HashSet, sync::Arc};

use chrono::{DateTime, NaiveDate, Utc};
use sea_orm::prelude::Uuid;
use tokio::sync::{Mutex, OnceCell};

use crate::{
    access::{IndexScope, Scope, Viewer},
    accounts::Accounts,
    calendar::Calendar,
    change::Once,
    clock::Clock,
    consultations,
    db::Database,
    deidentification::Enterprises,
    error::{Error, Result},
    expertise::{self, Tree},
    following::Feed,
    indexer::Progress,
    introductions,
    kept::Kept,
    language::Language,
    needs, organizations,
    regulations::{self, currency::Graph},
    research,
    vault::Vault,
};

/// What the whole process shares.
pub struct App {
    /// The truth.
    pub db: Database,
    /// What is searched; follows the truth.
    pub index: Arc<zhanjian_index::Index>,
    /// How far the index has followed.
    pub progress: Arc<Progress>,
    /// The time.
    pub clock: Clock,
    /// The bounds on lists.
    pub paging: Paging,
    /// The taxonomy as it last was.
    pub tree: Kept<Tree>,
    /// What became of each regulation, as it last was.
    pub graph: Kept<Graph>,
    /// The names of companies, made ready for being looked for, as they last were.
    pub enterprises: Kept<Enterprises>,
    /// Keys that are not in the database, for what must stay confidential in it.
    pub vault: Vault,
    /// Who gets in.
    pub accounts: Accounts,
    /// The working days.
    pub calendar: Calendar,
    /// By when consultations are answered, and how long askers are kept.
    pub consultations: consultations::Settings,
    /// How long needs stay open.
    pub needs: needs::Settings,
    /// How long requests for introductions wait for an answer.
    pub introductions: introductions::Settings,
    /// Hands out what changes to those who follow it.
    pub feed: Arc<Feed>,
    /// How often research outputs were looked at, until that is written down.
    pub views: research::Views,
}

/// How many things a list gives.
#[derive(Clone, Copy, Debug)]
pub struct Paging {
    /// Where nothing is said.
    pub default: usize,
    /// At most.
    pub max: usize,
}

impl App {
    /// What became of each regulation, as it is now.
    pub async fn graph(&self) -> Result<Arc<Graph>> {
        let db = self.db.read();
        let stamps = regulations::stamps(db).await?;
        self.graph.get(stamps, || regulations::graph(db)).await
    }
}

/// How a request came.
#[derive(Clone, Debug, Default)]
pub struct Visitor {
    /// The language of messages.
    pub language: Language,
    /// The id of the request, for the audit log.
    pub request_id: Arc<str>,
    /// The `Idempotency-Key` of the request, where it gave one.
    pub idempotency_key: Option<Arc<str>>,
    /// Where it came from, where that is known.
    pub address: Option<std::net::IpAddr>,
}

/// One request: who asks, and of what.
#[derive(Clone)]
pub struct Ctx {
    /// The process.
    pub app: Arc<App>,
    /// Who is asking.
    pub viewer: Viewer,
    /// The day of the request: one for all of it.
    pub today: NaiveDate,
    /// How the request came.
    pub visitor: Visitor,
    once: Option<Arc<Once>>,
    known: Arc<Known>,
}

/// What a request has loaded once for all who need it.
#[derive(Debug, Default)]
struct Known {
    tree: OnceCell<Arc<Tree>>,
    graph: OnceCell<Arc<Graph>>,
    readings: Mutex<HashSet<Uuid>>,
}

impl Ctx {
    /// A request of a viewer, made now.
    pub fn new(app: Arc<App>, viewer: Viewer) -> Self {
        Self::visited(app, viewer, Visitor::default())
    }

    /// A request of a viewer that came over a transport, made now.
    pub fn visited(app: Arc<App>, viewer: Viewer, visitor: Visitor) -> Self {
        let today = app.clock.today();
        Self { app, viewer, today, visitor, once: None, known: Arc::default() }
    }

    /// The same request, for one change that is to be done once however often it is asked for.
    #[must_use]
    pub fn asked(&self, once: Option<Once>) -> Self {
        Self { once: once.map(Arc::new), ..self.clone() }
    }

    /// What is to be done once, where the client gave it an id.
    pub fn once(&self) -> Option<&Once> {
        self.once.as_deref()
    }

    /// The instant.
    pub fn now(&self) -> DateTime<Utc> {
        self.app.clock.now()
    }

    /// What may be read from the database.
    pub fn scope(&self) -> Scope {
        Scope::of(&self.viewer, self.today)
    }

    /// What may be found in the index.
    pub fn index_scope(&self) -> IndexScope {
        IndexScope::of(&self.viewer, self.today)
    }

    /// For reading the database.
    pub fn db(&self) -> &sea_orm::DatabaseConnection {
        self.app.db.read()
    }

    /// The taxonomy.
    pub async fn tree(&self) -> Result<Arc<Tree>> {
        let load = async || {
            let stamps = vec![expertise::stamp(self.db()).await?];
            self.app.tree.get(stamps, || expertise::tree(self.db())).await
        };
        self.known.tree.get_or_try_init(load).await.cloned()
    }

    /// What became of each regulation.
    pub async fn graph(&self) -> Result<Arc<Graph>> {
        self.known.graph.get_or_try_init(|| self.app.graph()).await.cloned()
    }

    /// The names of companies that nobody should read of.
    pub async fn enterprises(&self) -> Result<Arc<Enterprises>> {
        let stamps = vec![organizations::stamp(self.db()).await?];
        let load = async || {
            let names = organizations::enterprise_names(self.db()).await?;
            tokio::task::spawn_blocking(move || Enterprises::new(names)).await?
        };
        self.app.enterprises.get(stamps, load).await
    }

    /// The consultations whose askers, and the introductions whose contacts, this request has been shown, each with its
    /// entry in the audit log.
    pub fn readings(&self) -> &Mutex<HashSet<Uuid>> {
        &self.known.readings
    }

    /// Asks the index, away from the threads that serve others.
    pub async fn ask_index<T, F>(&self, question: F) -> Result<T>
    where
        T: Send + 'static,
        F: FnOnce(&zhanjian_index::Index) -> zhanjian_index::Result<T> + Send + 'static,
    {
        let index = Arc::clone(&self.app.index);
        tokio::task::spawn_blocking(move || question(&index)).await?.map_err(Error::from)
    }
}
