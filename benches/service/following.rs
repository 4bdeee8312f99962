//! Ten thousand who listen: what they cost while nothing happens, and how soon a change has reached them all.

use std::{
    fs,
    net::SocketAddr,
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use futures_util::{SinkExt as _, StreamExt as _};
use serde_json::{Value, json};
use tokio::{sync::Semaphore, task::JoinSet};
use tokio_tungstenite::{
    connect_async,
    tungstenite::{client::IntoClientRequest as _, protocol::Message},
};
use zhanjian::{
    answers::AnsweredQuestions,
    clock::Clock,
    db::Database,
    files::Reader,
    transfer::{Known, Transfer as _},
};

use super::{
    Asked, Result, fresh,
    generate::{Chance, Stuff},
    measure::{Goal, Table, Times},
    prepare::{self, Place},
    program::Served,
};

/// Sockets, and subscriptions on each: as many stations' screens and portals, each with several lists open.
const SOCKETS: usize = 500;
const EACH: usize = 20;

/// What each subscription asks for.
const SUBSCRIPTION: &str = "subscription($since: Revision) { changed(kinds: [ANSWERED_QUESTION], since: $since) { revision type nodeId node { ... on AnsweredQuestion { number question answer station { code name } currency { status } } } } }";

/// How long anything may take.
const PATIENCE: Duration = Duration::from_mins(1);

/// Handshakes at a time.
const AT_ONCE: usize = 32;

pub(super) fn measure(table: &mut Table, place: &Place, asked: &Asked) -> Result<()> {
    println!("following");
    // On a copy, so that the next run finds what this one did.
    let copy = place.data.with_file_name("followed");
    if copy.exists() {
        fs::remove_dir_all(&copy)?;
    }
    fresh::copy_folder(&place.data, &copy)?;
    let served = Served::start(&copy)?;
    let measured = prepare::runtime()?.block_on(listen(table, &served, &copy, asked));
    served.end()?;
    let _ = fs::remove_dir_all(&copy);
    measured
}

async fn listen(table: &mut Table, served: &Served, data: &Path, asked: &Asked) -> Result<()> {
    let (sockets, changes) = if asked.quick { (SOCKETS / 10, 3) } else { (SOCKETS, 20) };
    let listeners = sockets * EACH;
    let empty = (served.anonymous_memory()?, served.resident_memory()?);
    let latest = served.client()?.json("{ changes { revision } }", &json!({}))?;
    let since = latest["data"]["changes"]["revision"].clone();

    let began = Instant::now();
    let heard = Arc::new(AtomicUsize::new(0));
    let mut lines = JoinSet::new();
    let doorway = Arc::new(Semaphore::new(AT_ONCE));
    for _ in 0..sockets {
        let (heard, doorway) = (Arc::clone(&heard), Arc::clone(&doorway));
        lines.spawn(hold(served.address, since.clone(), heard, doorway));
    }
    let mut publisher = Publisher::open(data, asked.seed).await?;
    // The first change tells when all have begun: they ask for it from before it was.
    publisher.publish().await?;
    reached(&heard, listeners, &mut lines).await?;
    let opened = began.elapsed();

    let mut times = Times::default();
    for change in 2..=changes + 1 {
        publisher.publish().await?;
        let committed = Instant::now();
        reached(&heard, listeners * change, &mut lines).await?;
        times.push(committed.elapsed());
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    let full = (served.anonymous_memory()?, served.resident_memory()?);
    lines.shutdown().await;
    publisher.db.close().await?;

    let name = |what: &str| format!("{listeners} subscriptions, {what}");
    let ms = 1e3;
    table.add(&name("open and told once, s"), opened.as_secs_f64(), None, Goal::Shown);
    table.add(&name("a change has reached all, p50 ms"), times.median(), None, Goal::Shown);
    let worst = times.millis_at(1_000);
    table.add(&name("a change has reached all, worst ms"), worst, None, Goal::Below(2.0 * ms));
    table.add(&name("own memory, MB"), full.0, None, Goal::Below(1_000.0));
    table.add(&name("own memory, MB more than without"), full.0 - empty.0, None, Goal::Shown);
    table.add(&name("resident with mapped files, MB"), full.1, None, Goal::Shown);
    Ok(())
}

/// Waits until so many events have been heard in all.
async fn reached(heard: &AtomicUsize, many: usize, lines: &mut JoinSet<Result<()>>) -> Result<()> {
    let began = Instant::now();
    while heard.load(Ordering::Relaxed) < many {
        if let Some(ended) = lines.try_join_next() {
            ended??;
            return Err("a socket was closed".into());
        }
        if began.elapsed() > PATIENCE {
            let heard = heard.load(Ordering::Relaxed);
            return Err(format!("only {heard} of {many} events were heard").into());
        }
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    Ok(())
}

/// Holds one socket with its subscriptions, and counts what it hears.
async fn hold(
    address: SocketAddr,
    since: Value,
    heard: Arc<AtomicUsize>,
    doorway: Arc<Semaphore>,
) -> Result<()> {
    let entering = doorway.acquire().await?;
    let mut request = format!("ws://{address}/graphql").into_client_request()?;
    request.headers_mut().insert("sec-websocket-protocol", "graphql-transport-ws".parse()?);
    let (mut socket, _) = connect_async(request).await?;
    socket.send(Message::text(json!({ "type": "connection_init" }).to_string())).await?;
    while let Some(message) = socket.next().await {
        if message?.to_text()?.contains("connection_ack") {
            break;
        }
    }
    drop(entering);
    for id in 0..EACH {
        let payload = json!({ "query": SUBSCRIPTION, "variables": { "since": since } });
        let message = json!({ "id": id.to_string(), "type": "subscribe", "payload": payload });
        socket.send(Message::text(message.to_string())).await?;
    }
    while let Some(message) = socket.next().await {
        if let Message::Text(text) = message? {
            if text.contains("\"errors\"") || !text.contains("\"next\"") {
                return Err(format!("not an event: {text}").into());
            }
            heard.fetch_add(1, Ordering::Relaxed);
        }
    }
    Ok(())
}

/// Writes to the database from outside, as an import from the command line does.
struct Publisher {
    db: Database,
    known: Known,
    stuff: Stuff,
    chance: Chance,
    seed: u64,
    published: usize,
}

impl Publisher {
    async fn open(data: &Path, seed: u64) -> Result<Self> {
        let db = zhanjian::service::open_database(&prepare::settings(data)?.database).await?;
        let known = Known::load(&db).await?;
        let (stuff, chance) = (Stuff::read()?, Chance::new(seed));
        Ok(Self { db, known, stuff, chance, seed, published: 0 })
    }

    async fn publish(&mut self) -> Result<()> {
        self.published += 1;
        let row = self.stuff.row(self.published, self.seed, &mut self.chance);
        let line = json!({
            "externalId": format!("followed-{}-{}", self.seed, self.published),
            "station": row.station,
            "question": row.question,
            "answer": row.answer,
            "audience": "PUBLIC",
        });
        let kind = AnsweredQuestions::default();
        let mut row =
            Reader::from_bytes("change.jsonl", line.to_string())?.next().ok_or("no row")??;
        let draft = kind.read(&mut row, &self.known);
        let now = Clock::system().now();
        let mut write = self.db.write().await?;
        kind.store(&mut write, vec![draft], &mut self.known, now).await?;
        write.commit(now).await?;
        Ok(())
    }
}
