//! What is written through one node is found through the other at once: it is told, and need not look.

use std::{
    net::SocketAddr,
    sync::Arc,
    time::{Duration, Instant},
};

use async_graphql::ScalarType as _;
use tempfile::TempDir;
use tokio::{net::TcpListener, sync::oneshot, task::JoinHandle};
use zhanjian::{
    access::Audience,
    answers::AnsweredQuestions,
    clock::Clock,
    db::{Database, DatabaseSettings},
    execution::Limits,
    http::{self, ServeLimits},
    indexer,
    outbox::{self, Revision},
    reception::FrontDesk,
    scalars::RevisionScalar,
    service::{Service, Settings},
    stations::Stations,
    transfer::{self, Import, Outcome, Source, Transfer},
    vault,
};

use crate::support::{
    Engine,
    process::{PATIENCE, tell},
    site::{Client, answer},
};

/// What the contract says.
const SOON: Duration = Duration::from_millis(250);
const ROUNDS: usize = 20;
const SERIES: usize = 8;

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn what_is_written_through_one_node_is_found_through_the_other_within_250_ms() {
    let folder = tempfile::tempdir().unwrap();
    let place = Engine::Postgres.fresh(folder.path()).await;
    // Both nodes need the same keys.
    let keys = vault::Vault::new_master_key();
    let first = Node::start(&place.settings, &keys).await;
    let second = Node::start(&place.settings, &keys).await;
    import(&first.database, &Stations, "stations.csv", STATIONS.to_owned()).await;
    // The second node listens once it has its connection for that; until then nothing wakes it.
    for attempt in 0.. {
        write(&first.database, &format!("SL-0-{attempt}")).await;
        if second.finds(&format!("SL-0-{attempt}"), SOON * 4).await.is_some() {
            break;
        }
        assert!(attempt < 20, "the second node is never woken");
    }

    // Whatever else the machine does delays this too: one quiet series out of a few is asked for.
    let mut quiet = false;
    for series in 1..=SERIES {
        let took = series_of_changes(&first, &second, series).await;
        let (median, slowest) = (took[ROUNDS / 2], took[ROUNDS - 1]);
        tell!("found through the other node: median {median:?}, slowest {slowest:?} of {ROUNDS}");
        quiet = slowest <= SOON;
        if quiet {
            break;
        }
    }
    assert!(quiet, "in none of {SERIES} series was everything found within {SOON:?}");

    // One goes, the other does not notice.
    let database = second.database.clone();
    first.end().await;
    write(&database, "SL-9-1").await;
    assert!(second.finds("SL-9-1", PATIENCE).await.is_some());
    second.end().await;
    place.remove().await;
}

/// How long each of some changes took from its commit on one node to its being found on the other, the quickest first.
async fn series_of_changes(first: &Node, second: &Node, series: usize) -> Vec<Duration> {
    let mut took = Vec::new();
    for round in 0..ROUNDS {
        let number = format!("SL-{series}-{round}");
        write(&first.database, &number).await;
        let began = Instant::now();
        let revision = outbox::head(first.database.read()).await.unwrap();
        second.finds_with(&number, revision).await;
        took.push(began.elapsed());
    }
    took.sort_unstable();
    took
}

pub(super) const STATIONS: &str = "code,name,district,districtName,districtNameEn,marketBureau,industryBody\n\
    SH-PD,示例工作站甲,PD,浦东新区,Pudong New Area,示例市场局,示例科经委\n";

/// A service with an index of its own, at an address.
pub(super) struct Node {
    pub(super) database: Database,
    pub(super) address: SocketAddr,
    end: oneshot::Sender<()>,
    serving: JoinHandle<Service>,
    _folder: TempDir,
}

impl Node {
    pub(super) async fn start(database: &DatabaseSettings, keys: &str) -> Self {
        // So rarely that it is the announcement that counts.
        Self::polling(database, keys, PATIENCE * 10).await
    }

    /// One that looks for changes this often, besides being told of them.
    pub(super) async fn polling(database: &DatabaseSettings, keys: &str, every: Duration) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let settings = Settings {
            database: database.clone(),
            index_dir: folder.path().join("index"),
            index: zhanjian_index::Options::default(),
            indexer: indexer::Settings {
                commit_interval: Duration::from_millis(20),
                poll_interval: every,
                rebuild_request: zhanjian::service::rebuild_request(folder.path()),
            },
            limits: Limits::default(),
            clock: Clock::system(),
            vault: vault::Source::Setting(keys.to_owned()),
            accounts: zhanjian::accounts::Settings::default(),
            sso: None,
            calendar: None,
            consultations: zhanjian::consultations::Settings::default(),
            needs: zhanjian::needs::Settings::default(),
            introductions: zhanjian::introductions::Settings::default(),
        };
        let service = Service::start(settings).await.unwrap();
        let reception = Arc::new(FrontDesk(Arc::clone(&service.app)));
        let front = service.front(reception, http::Settings::default()).await.unwrap();
        let router = http::router(front).unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let database = service.app.db.clone();
        let (end, told) = oneshot::channel();
        let serving = tokio::spawn(async move {
            let told = async {
                let _ = told.await;
            };
            http::serve(listener, router, ServeLimits::default(), told).await;
            service
        });
        Self { database, address, end, serving, _folder: folder }
    }

    /// How long it takes until a search over HTTP finds the answer with this number.
    pub(super) async fn finds(&self, number: &str, patience: Duration) -> Option<Duration> {
        let (address, number) = (self.address.to_string(), number.to_owned());
        let looking = move || {
            let client = Client::of(&address);
            let began = Instant::now();
            while began.elapsed() < patience {
                if client.found(&number).is_some() {
                    return Some(began.elapsed());
                }
                std::thread::sleep(Duration::from_millis(2));
            }
            None
        };
        tokio::task::spawn_blocking(looking).await.unwrap()
    }

    /// One search over HTTP, which waits for a revision and then finds the answer with this number.
    async fn finds_with(&self, number: &str, revision: Revision) {
        let at_least = RevisionScalar(revision).to_value();
        let query = format!(
            "{{ search(query: {number:?}, first: 1, atLeast: {at_least}) {{
                nodes {{ ... on AnsweredQuestion {{ number }} }}
            }} }}"
        );
        let client = Client::of(&self.address.to_string());
        let data = tokio::task::spawn_blocking(move || client.ask(&query)).await.unwrap();
        assert_eq!(data["search"]["nodes"][0]["number"], number);
    }

    pub(super) async fn end(self) {
        self.end.send(()).unwrap();
        self.serving.await.unwrap().end().await.unwrap();
    }
}

pub(super) async fn write(database: &Database, number: &str) {
    let kind =
        AnsweredQuestions { station: Some("SH-PD".to_owned()), audience: Some(Audience::Public) };
    import(database, &kind, "answers.jsonl", answer(number, "示例答复")).await;
}

pub(super) async fn import<T: Transfer>(database: &Database, kind: &T, name: &str, text: String) {
    let source = Source::Memory(name.to_owned(), text.into());
    let import = Import::default();
    match transfer::run(database, &Clock::system(), kind, &source, import, |_, _| {}).await.unwrap()
    {
        Outcome::Read(summary) => assert!(summary.is_clean(), "{summary}"),
        Outcome::Unreadable(fault) => panic!("{fault}"),
    }
}
