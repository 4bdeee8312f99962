//! What lives as long as the process, and what lives as long as a request.

use std::sync::Arc;

use chrono::NaiveDate;
use tokio::sync::OnceCell;

use crate::{
    access::{IndexScope, Scope, Viewer},
    clock::Clock,
    db::Database,
    error::{Error, Result},
    expertise::{self, Tree},
    indexer::Progress,
    kept::Kept,
    regulations::{self, currency::Graph},
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
}

/// How many things a list gives.
#[derive(Clone, Copy, Debug)]
pub struct Paging {
    /// Where nothing is said.
    pub default: usize,
    /// At most.
    pub max: usize,
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
    known: Arc<Known>,
}

/// What a request has loaded once for all who need it.
#[derive(Debug, Default)]
struct Known {
    tree: OnceCell<Arc<Tree>>,
    graph: OnceCell<Arc<Graph>>,
}

impl Ctx {
    /// A request of a viewer, made now.
    pub fn new(app: Arc<App>, viewer: Viewer) -> Self {
        let today = app.clock.today();
        Self { app, viewer, today, known: Arc::default() }
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
        let load = async || {
            let stamps = regulations::stamps(self.db()).await?;
            self.app.graph.get(stamps, || regulations::graph(self.db())).await
        };
        self.known.graph.get_or_try_init(load).await.cloned()
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
