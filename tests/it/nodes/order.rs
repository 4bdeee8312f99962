//! The trap of sequences: transactions that overlap commit in another order than they took their numbers in.

use std::{
    collections::BTreeSet,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use sea_orm::{ConnectionTrait as _, DbBackend, Statement};
use zhanjian::{
    clock::Clock,
    db::{Database, DatabaseSettings},
    ids::new_id,
    outbox::{self, After, Entry, Note, Revision, Subject},
    service::open_database,
};

use crate::support::{
    Engine,
    process::{PATIENCE, tell},
};

/// Writers at a time, and how many changes each of them makes.
const WRITERS: usize = 12;
const CHANGES: usize = 12;

/// Between the taking of a number and the commit there is usually a moment; here it is a long one, of chance. Now and
/// then a transaction fails at the very end, and its numbers are never seen.
const LINGER: &str = "
    CREATE FUNCTION linger() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        PERFORM pg_sleep(random() * 0.02);
        IF random() < 0.05 THEN
            RAISE EXCEPTION 'undone at the very end';
        END IF;
        RETURN NULL;
    END $$;
    CREATE CONSTRAINT TRIGGER linger AFTER INSERT ON outbox DEFERRABLE INITIALLY DEFERRED
        FOR EACH ROW EXECUTE FUNCTION linger();";

/// Takes the lock of `Write::commit` away: whoever asks for one gets it, and so does everybody else.
const NO_LOCK: &str = "
    CREATE FUNCTION public.pg_advisory_xact_lock(bigint) RETURNS void LANGUAGE sql AS 'SELECT';
    DO $$ BEGIN
        EXECUTE format('ALTER DATABASE %I SET search_path = public, pg_catalog', current_database());
    END $$;";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn overlapping_slow_transactions_lose_no_change() {
    let told = follow_overlapping_writers(LINGER).await;
    assert_eq!(told.seen, told.there, "what the follower saw, and what there is");
    let missing: Vec<_> = told.acknowledged.iter().filter(|at| !told.seen.contains(at)).collect();
    assert!(missing.is_empty(), "acknowledged, and never seen: {missing:?}");
    assert!(told.acknowledged.len() > WRITERS * CHANGES / 2, "hardly anything was committed");
    assert!(told.has_gaps(), "no transaction was undone");
}

/// The proof that the test above can fail: the same without the lock.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_the_lock_the_same_overlapping_transactions_lose_changes() {
    let told = follow_overlapping_writers(&format!("{LINGER}{NO_LOCK}")).await;
    let lost = told.there.iter().filter(|at| !told.seen.contains(at)).count();
    tell!("without the lock {lost} of {} changes were lost", told.there.len());
    assert!(lost > 0, "the lock makes no difference");
}

/// What became of the changes.
struct Told {
    /// The revisions that `Write::commit` gave back, each the last of its transaction.
    acknowledged: BTreeSet<Revision>,
    /// What a follower saw, in its order.
    seen: Vec<Revision>,
    /// What is in the log in the end.
    there: Vec<Revision>,
}

impl Told {
    fn has_gaps(&self) -> bool {
        self.there.windows(2).any(|pair| pair[1] > pair[0] + 1)
    }
}

async fn follow_overlapping_writers(preparations: &str) -> Told {
    let folder = tempfile::tempdir().unwrap();
    let place = Engine::Postgres.fresh(folder.path()).await;
    let settings =
        DatabaseSettings { readers: u32::try_from(WRITERS).unwrap(), ..place.settings.clone() };
    let db = open_database(&settings).await.unwrap();
    db.for_migrations().execute_unprepared(preparations).await.unwrap();
    db.close().await.unwrap();
    // Opened anew: the setting of a database holds for connections that begin after it.
    let db = Database::open(&settings).await.unwrap();

    let written = Arc::new(AtomicBool::new(false));
    let follower = tokio::spawn(follow(db.clone(), Arc::clone(&written)));
    let writers: Vec<_> = (0..WRITERS).map(|_| tokio::spawn(write(db.clone()))).collect();
    let mut acknowledged = BTreeSet::new();
    for writer in writers {
        acknowledged.extend(writer.await.unwrap());
    }
    written.store(true, Ordering::SeqCst);
    let seen = tokio::time::timeout(PATIENCE, follower).await.unwrap().unwrap();

    let there = Statement::from_string(
        DbBackend::Postgres,
        "SELECT revision FROM outbox ORDER BY revision".to_owned(),
    );
    let there = db.read().query_all_raw(there).await.unwrap();
    let there = there.iter().map(|row| row.try_get_by_index(0).unwrap()).collect();
    db.close().await.unwrap();
    place.remove().await;
    Told { acknowledged, seen, there }
}

/// Makes changes, each in a transaction that takes its time before its notes and after them.
async fn write(db: Database) -> Vec<Revision> {
    let mut revisions = Vec::new();
    for change in 0..CHANGES {
        let mut write = db.write().await.unwrap();
        write.execute_unprepared("SELECT pg_sleep(random() * 0.02)").await.unwrap();
        for _ in 0..=change % 3 {
            write.note(some_note());
        }
        // One that was undone at the very end is no change.
        revisions.extend(write.commit(Clock::system().now()).await.ok().flatten());
    }
    revisions
}

fn some_note() -> Note {
    let after = vec!["public".to_owned()];
    Note { subject: Subject::AnsweredQuestion, id: new_id(), before: Vec::new(), after }
}

/// Reads the log as an indexer does: always what comes after the last that it saw.
async fn follow(db: Database, written: Arc<AtomicBool>) -> Vec<Revision> {
    let mut seen: Vec<Revision> = Vec::new();
    loop {
        // Asked before looking: what is empty then stays empty.
        let last_look = written.load(Ordering::SeqCst);
        let entries = entries_after(&db, seen.last().copied().unwrap_or(0)).await;
        if last_look && entries.is_empty() {
            return seen;
        }
        seen.extend(entries.iter().map(|entry| entry.revision));
    }
}

async fn entries_after(db: &Database, position: Revision) -> Vec<Entry> {
    match outbox::after(db.read(), position, 50).await.unwrap() {
        After::Entries(entries) => entries,
        After::Expired => panic!("nothing was pruned, yet {position} has expired"),
    }
}

const RAW: &str = "INSERT INTO outbox (kind, subject_id, tokens_before, tokens_after, noted_at)
    VALUES ('STATION', gen_random_uuid(), '[]', '[]', now())";

/// Why nothing else may write to the log: it would take a number without waiting its turn.
#[tokio::test]
async fn a_row_that_is_written_past_the_lock_is_lost_to_a_follower() {
    let folder = tempfile::tempdir().unwrap();
    let place = Engine::Postgres.fresh(folder.path()).await;
    let db = open_database(&place.settings).await.unwrap();

    let past_the_lock = db.write().await.unwrap();
    past_the_lock.execute_unprepared(RAW).await.unwrap();
    let mut in_turn = db.write().await.unwrap();
    in_turn.note(some_note());
    let second = in_turn.commit(Clock::system().now()).await.unwrap().unwrap();
    let seen = entries_after(&db, 0).await;
    assert_eq!(seen.iter().map(|entry| entry.revision).collect::<Vec<_>>(), [second]);
    past_the_lock.commit(Clock::system().now()).await.unwrap();

    assert!(entries_after(&db, second).await.is_empty(), "it stands before what was seen");
    assert_eq!(entries_after(&db, 0).await.len(), 2, "and it is there");
    db.close().await.unwrap();
    place.remove().await;
}

/// An index that is made anew begins at the head: were that ahead of what can be read, the difference would be lost.
#[tokio::test]
async fn the_head_of_an_empty_log_is_not_ahead_of_a_commit_that_overlaps() {
    let folder = tempfile::tempdir().unwrap();
    let place = Engine::Postgres.fresh(folder.path()).await;
    let db = open_database(&place.settings).await.unwrap();
    let slow = LINGER.replace("random() * 0.02", "0.5").replace("random() < 0.05", "false");
    db.for_migrations().execute_unprepared(&slow).await.unwrap();

    let mut write = db.write().await.unwrap();
    write.note(some_note());
    let committing =
        tokio::spawn(async move { write.commit(Clock::system().now()).await.unwrap() });
    number_is_taken(&db).await;
    let head = outbox::head(db.read()).await.unwrap();
    assert!(!committing.is_finished(), "the commit was over before anything was looked at");
    let revision = committing.await.unwrap().unwrap();

    let entries = entries_after(&db, head).await;
    assert_eq!(entries.iter().map(|entry| entry.revision).collect::<Vec<_>>(), [revision]);
    assert_eq!(outbox::head(db.read()).await.unwrap(), revision);
    db.close().await.unwrap();
    place.remove().await;
}

async fn number_is_taken(db: &Database) {
    let sql = "SELECT is_called FROM outbox_revision_seq";
    for _ in 0..500 {
        let statement = Statement::from_string(DbBackend::Postgres, sql);
        let row = db.read().query_one_raw(statement).await.unwrap().unwrap();
        if row.try_get_by_index::<bool>(0).unwrap() {
            return;
        }
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
    panic!("the transaction took no number");
}
