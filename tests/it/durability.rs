//! `kill -9` at any moment of an import and of the indexing that follows it loses nothing that was acknowledged.
//!
//! Acknowledged is a file whose import ended with status 0. Every file goes in by one transaction, so one that was broken
//! off is there whole or not at all, and an update of an earlier row likewise.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::PathBuf,
    time::{Duration, Instant},
};

use sea_orm::{ConnectionTrait as _, Statement};

use crate::support::{
    Engine, House,
    chance::seed,
    process::{Begun, block_on, tell},
    site::{Running, SERVE, Site, answer},
};

#[test]
fn fifty_kills_on_sqlite_lose_nothing_that_was_acknowledged() {
    Trial::new(Engine::Sqlite).survive(50);
}

#[test]
fn kills_on_postgresql_lose_nothing_that_was_acknowledged() {
    Trial::new(Engine::Postgres).survive(8);
}

/// Nothing of a service that has ended holds its index any more, whatever was going on in it: another begins at once.
#[tokio::test]
async fn a_service_that_has_ended_begins_again_at_once() {
    for engine in [Engine::Sqlite, Engine::Postgres] {
        let mut house = House::new(engine).await;
        house.demo().await;
        for _ in 0..3 {
            // What a start sets going on threads of its own is still going on when it ends.
            house = house.opened_again().await;
        }
        house.leave().await;
    }
}

/// The tables are made, and the sample data is loaded, by a start that may be killed as well.
#[test]
fn kills_in_the_middle_of_the_first_start_leave_nothing_half_made() {
    let mut chance = Chance::new();
    let mut before_it_listened = 0;
    for _ in 0..12 {
        let site = Site::new(Engine::Sqlite);
        // Twice: the second start finds what the first one left.
        for _ in 0..2 {
            let mut command = site.command(SERVE);
            command.arg("--demo");
            let service = Running::of(command);
            std::thread::sleep(chance.up_to(Duration::from_millis(400)));
            before_it_listened += usize::from(!service.log().contains("is serving"));
            assert!(service.kill(), "the service had ended by itself");
        }
        let mut command = site.command(SERVE);
        command.arg("--demo");
        let service = Running::of(command).listening().ready();
        let data =
            service.ask("{ answeredQuestions { totalCount } researchOutputs { totalCount } }");
        for kind in ["answeredQuestions", "researchOutputs"] {
            let public = data[kind]["totalCount"].as_u64().unwrap();
            assert!(public > 20, "only {public} {kind} of the sample data");
        }
        site.expect_verified();
        service.kill();
    }
    assert!(before_it_listened > 4, "hardly any start was killed");
}

/// Rows of one file, half of which are new: enough for the kill to come in the middle of it.
const ROWS: usize = 60;
/// The latest moment of a kill, counted from the start of the service; later where an import takes longer than a third.
const LATEST: Duration = Duration::from_millis(1_200);

/// What may stand in the database: the texts that a row may have. Several, where an import was broken off.
type Allowed = BTreeMap<String, BTreeSet<Option<String>>>;

struct Trial {
    site: Site,
    chance: Chance,
    latest: Duration,
    allowed: Allowed,
    /// How many new rows each file has, by what its rows' numbers begin with.
    files: BTreeMap<String, usize>,
    acknowledged: usize,
    killed_imports: usize,
    killed_before_ready: usize,
}

impl Trial {
    fn new(engine: Engine) -> Self {
        Self {
            site: Site::with_stations(engine),
            chance: Chance::new(),
            latest: LATEST,
            allowed: Allowed::new(),
            files: BTreeMap::new(),
            acknowledged: 0,
            killed_imports: 0,
            killed_before_ready: 0,
        }
    }

    fn survive(&mut self, rounds: usize) {
        let began = Instant::now();
        self.latest = LATEST.max(self.import_in_peace() * 3);
        // The moments must hit what they are meant for, on a machine that is busy as well: some more where they have not.
        let mut round = 0;
        while round < rounds || (self.hits() < rounds / 8 && round < rounds * 5) {
            self.trouble(round);
            self.kill_in_the_middle();
            self.look();
            round += 1;
        }
        tell!(
            "{round} rounds in {:.1?}: {} imports acknowledged, {} killed, {} services killed before they were ready",
            began.elapsed(),
            self.acknowledged,
            self.killed_imports,
            self.killed_before_ready,
        );
        assert!(self.hits() >= rounds / 8, "only {} of the rarest in {round} rounds", self.hits());
    }

    /// How often the moments have hit what they have hit least.
    fn hits(&self) -> usize {
        self.acknowledged.min(self.killed_imports).min(self.killed_before_ready)
    }

    /// How long an import takes beside which nothing is killed.
    fn import_in_peace(&mut self) -> Duration {
        let (file, rows) = self.next_file();
        let began = Instant::now();
        Begun::of(self.site.importing(&file)).ended().expect_status(0);
        let took = began.elapsed();
        self.acknowledge(rows);
        took
    }

    /// Every few rounds the index is begun anew, so that the kill comes in the middle of making it.
    fn trouble(&self, round: usize) {
        match round % 5 {
            2 => fs::remove_dir_all(self.site.index()).unwrap(),
            4 => fs::write(self.site.data().join("rebuild-index"), b"").unwrap(),
            _ => {}
        }
    }

    /// Lets service and import run together, and kills both at a moment of chance.
    fn kill_in_the_middle(&mut self) {
        let mut moment = self.chance.up_to(self.latest);
        if self.chance.below(4) == 0 {
            // The start is short: it needs its share of the kills.
            moment /= 12;
        }
        let end = Instant::now() + moment;
        let service = Running::of(self.site.command(SERVE));
        while Instant::now() < end {
            let (file, rows) = self.next_file();
            let mut import = Begun::of(self.site.importing(&file));
            let status = loop {
                if let Some(status) = import.has_ended() {
                    break Some(status);
                }
                if Instant::now() >= end {
                    break None;
                }
                std::thread::sleep(Duration::from_millis(1));
            };
            match status {
                Some(status) if status.success() => {
                    self.acknowledged += 1;
                    self.acknowledge(rows);
                }
                Some(status) => panic!("an import ended with {status}:\n{}", import.ended().err),
                // It may have ended in this very moment, which is as good as not knowing.
                None => {
                    self.killed_imports += usize::from(import.kill());
                    self.remember(rows);
                }
            }
        }
        if !service.log().contains("is serving") {
            self.killed_before_ready += 1;
        }
        assert!(service.kill(), "the service had ended by itself");
    }

    /// The next file: new rows, and rows that are there already with another text.
    fn next_file(&mut self) -> (PathBuf, Vec<(String, String)>) {
        let file = self.files.len() + 1;
        let text = format!("示例答复，第{file}次写入");
        let known: Vec<String> = self.allowed.keys().cloned().collect();
        let mut numbers: BTreeSet<String> =
            (0..ROWS / 2).map(|row| format!("SL-{file}-{row}")).collect();
        self.files.insert(format!("SL-{file}"), numbers.len());
        for _ in 0..(ROWS / 2).min(known.len()) {
            numbers.insert(known[self.chance.below(known.len())].clone());
        }
        let lines: String = numbers.iter().map(|number| answer(number, &text)).collect();
        let rows = numbers.into_iter().map(|number| (number, text.clone())).collect();
        (self.site.file("next.jsonl", &lines), rows)
    }

    fn acknowledge(&mut self, rows: Vec<(String, String)>) {
        for (number, text) in rows {
            self.allowed.insert(number, BTreeSet::from([Some(text)]));
        }
    }

    /// An import that was broken off may have written its rows or not.
    fn remember(&mut self, rows: Vec<(String, String)>) {
        for (number, text) in rows {
            let allowed = self.allowed.entry(number).or_insert_with(|| BTreeSet::from([None]));
            allowed.insert(Some(text));
        }
    }

    /// Starts the service again and compares: database, index, and what a search finds.
    fn look(&mut self) {
        let service = self.site.serve().ready();
        let there = block_on(self.rows());
        let unknown: Vec<_> = there.keys().filter(|row| !self.allowed.contains_key(*row)).collect();
        assert!(unknown.is_empty(), "rows that nobody imported: {unknown:?}");
        for (number, allowed) in &mut self.allowed {
            let text = there.get(number).cloned();
            assert!(allowed.contains(&text), "{number}: {text:?} is none of {allowed:?}");
            *allowed = BTreeSet::from([text]);
        }
        self.expect_whole_files(&there);
        self.allowed.retain(|_, texts| !texts.contains(&None));
        self.site.expect_verified();
        if let Some((number, text)) = there.iter().nth(self.chance.below(there.len().max(1))) {
            assert_eq!(service.found(number).as_ref(), Some(text), "{number}");
        }
        // It has written nothing since, so how it ends makes no difference; this is the quicker way.
        service.kill();
    }

    /// A file that was broken off is there whole or not at all.
    fn expect_whole_files(&self, there: &BTreeMap<String, String>) {
        let mut found: BTreeMap<&str, usize> = BTreeMap::new();
        for number in there.keys() {
            let (file, _) = number.rsplit_once('-').unwrap();
            *found.entry(file).or_default() += 1;
        }
        for (file, rows) in found {
            assert_eq!(rows, self.files[file], "rows of {file}");
        }
    }

    /// The answers in the database, by number; and whether the database itself is sound.
    async fn rows(&self) -> BTreeMap<String, String> {
        let db = self.site.open().await;
        let engine = db.engine();
        if engine == sea_orm::DbBackend::Sqlite {
            for pragma in ["PRAGMA integrity_check", "PRAGMA foreign_key_check"] {
                let rows =
                    db.read().query_all_raw(Statement::from_string(engine, pragma)).await.unwrap();
                let said: Vec<String> =
                    rows.iter().map(|row| row.try_get_by_index(0).unwrap()).collect();
                assert!(said.iter().all(|said| said == "ok"), "{pragma}: {said:?}");
            }
        }
        let sql = "SELECT number, answer FROM answered_questions";
        let rows = db.read().query_all_raw(Statement::from_string(engine, sql)).await.unwrap();
        let row = |row: &sea_orm::QueryResult| {
            (row.try_get_by_index(0).unwrap(), row.try_get_by_index(1).unwrap())
        };
        let rows = rows.iter().map(row).collect();
        db.close().await.unwrap();
        rows
    }
}

/// Chance that can be repeated.
struct Chance {
    state: u64,
}

impl Chance {
    fn new() -> Self {
        Self { state: seed() }
    }

    /// `SplitMix64`.
    fn next(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.state;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    fn below(&mut self, bound: usize) -> usize {
        usize::try_from(self.next() % bound as u64).unwrap()
    }

    fn up_to(&mut self, longest: Duration) -> Duration {
        Duration::from_micros(self.next() % u64::try_from(longest.as_micros()).unwrap())
    }
}
