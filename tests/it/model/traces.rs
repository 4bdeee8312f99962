//! What is left behind: rows, the index, the log.

use std::{
    collections::BTreeMap,
    io::Write,
    sync::{LazyLock, Mutex, PoisonError},
};

use sea_orm::{ConnectionTrait as _, DbBackend, Statement};
use tracing_subscriber::fmt::MakeWriter;

use super::World;
use crate::{consultations::secrecy, support::House};

/// Everything that was logged since [`listen`].
static LOG: LazyLock<Mutex<Vec<u8>>> = LazyLock::new(Mutex::default);

struct Listener;

impl Write for Listener {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        LOG.lock().unwrap_or_else(PoisonError::into_inner).extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl MakeWriter<'_> for Listener {
    type Writer = Self;

    fn make_writer(&self) -> Self {
        Self
    }
}

/// Keeps all that is logged from now on, down to what is only said to those who look for a fault.
pub fn listen() {
    let filter =
        "zhanjian=trace,zhanjian_index=trace,sea_orm=trace,sqlx=trace,async_graphql=trace,info";
    let filter = tracing_subscriber::EnvFilter::new(filter);
    let all = tracing_subscriber::fmt().with_env_filter(filter).with_writer(Listener);
    // Where another test of this process listens already, it hears the same.
    let _ = all.with_ansi(false).try_init();
}

async fn numbers(house: &House, sql: &str) -> i64 {
    let statement = Statement::from_string(house.db().engine(), sql);
    let row = house.db().read().query_one_raw(statement).await.unwrap().unwrap();
    row.try_get_by_index(0).unwrap()
}

impl World<'_> {
    /// Nothing confidential stands in the database, in the index or in the log, and the rows keep the rules.
    pub(super) async fn no_trace_is_left(&mut self) {
        self.house.settle().await;
        self.rows_tell_nobody().await;
        self.index_tells_nobody();
        self.log_tells_nobody();
        self.rows_keep_the_rules().await;
    }

    async fn rows_tell_nobody(&self) {
        for (place, value) in secrecy::everything(self.house).await {
            // Until it is found, what somebody typed stands where they typed it.
            let typed = (place.starts_with("answered_question_drafts.")
                || place.starts_with("answered_questions."))
                && self.typed.iter().any(|typed| value.contains(typed.as_str()));
            let drafted = place.starts_with("answered_question");
            for case in &self.cases {
                let secrets = &case.secrets;
                for secret in [&secrets.short, &secrets.contact, &secrets.telephone] {
                    assert!(
                        typed || !value.contains(secret.as_str()),
                        "{place} tells {secret}: {value}"
                    );
                }
                assert!(
                    drafted || !value.contains(&secrets.word),
                    "{place} tells {}: {value}",
                    secrets.word
                );
            }
        }
    }

    fn index_tells_nobody(&self) {
        let folder = self.house.path().join("index");
        let mut open = vec![folder];
        let mut files = 0;
        while let Some(folder) = open.pop() {
            for entry in std::fs::read_dir(folder).unwrap() {
                let path = entry.unwrap().path();
                if path.is_dir() {
                    open.push(path);
                    continue;
                }
                let Ok(bytes) = std::fs::read(&path) else { continue };
                files += 1;
                for case in &self.cases {
                    for secret in
                        [&case.secrets.short, &case.secrets.contact, &case.secrets.telephone]
                    {
                        let found =
                            bytes.windows(secret.len()).any(|part| part == secret.as_bytes());
                        assert!(!found, "{} tells {secret}", path.display());
                    }
                }
            }
        }
        assert!(files > 0);
    }

    fn log_tells_nobody(&self) {
        let log = LOG.lock().unwrap_or_else(PoisonError::into_inner);
        let log = String::from_utf8_lossy(&log);
        assert!(log.contains("POST /graphql answered"), "nothing was logged");
        for case in &self.cases {
            let secrets = &case.secrets;
            for secret in [&secrets.short, &secrets.contact, &secrets.telephone, &secrets.word] {
                let line = log.lines().find(|line| line.contains(secret.as_str()));
                assert_eq!(line, None, "the log tells {secret}");
            }
        }
    }

    /// The invariants of the domain, as the rows have them.
    async fn rows_keep_the_rules(&mut self) {
        let broken = [
            (
                "handed on without an assignee or a day",
                "SELECT COUNT(*) FROM consultations WHERE state LIKE 'WITH_%'
                 AND (assignee_id IS NULL OR due_on IS NULL)",
            ),
            (
                "closed without a reply or a reason",
                "SELECT COUNT(*) FROM consultations WHERE state = 'CLOSED' AND closure IS NULL",
            ),
            (
                "an event that does not go on from the one before",
                "SELECT COUNT(*) FROM consultation_events a JOIN consultation_events b
                 ON a.consultation_id = b.consultation_id AND b.position = a.position + 1
                 WHERE a.to_state <> b.from_state",
            ),
            (
                "a tier that sank, though nobody returned or replied",
                "SELECT COUNT(*) FROM consultation_events WHERE
                 (from_state = 'WITH_MUNICIPAL' AND to_state = 'WITH_DISTRICT' AND event <> 'GIVE_DETAILS')
                 OR (from_state = 'REFERRED' AND to_state IN ('WITH_MUNICIPAL', 'WITH_DISTRICT'))",
            ),
            (
                "more or fewer events than a case counts",
                "SELECT COUNT(*) FROM consultations c WHERE c.events <>
                 (SELECT COUNT(*) FROM consultation_events e WHERE e.consultation_id = c.id)",
            ),
            (
                "published without a second person who cleared it",
                "SELECT COUNT(*) FROM answered_questions q WHERE q.state = 'PUBLISHED' AND NOT EXISTS
                 (SELECT 1 FROM deidentification_checks d WHERE d.answered_question_id = q.id
                  AND d.purpose = 'STATION_EXIT' AND d.verdict = 'CLEARED' AND d.checked_by <> q.author_id)",
            ),
            (
                "wide without an officer who cleared it",
                "SELECT COUNT(*) FROM answered_questions q WHERE q.state = 'PUBLISHED'
                 AND q.audience IN ('PARTNERS', 'PUBLIC') AND NOT EXISTS
                 (SELECT 1 FROM deidentification_checks d JOIN members m ON m.id = d.checked_by
                  WHERE d.answered_question_id = q.id AND d.purpose = 'WIDER' AND d.verdict = 'CLEARED'
                  AND m.role IN ('DISTRICT_OFFICER', 'MUNICIPAL_OFFICER'))",
            ),
        ];
        for (what, sql) in broken {
            assert_eq!(numbers(self.house, sql).await, 0, "{what}");
        }
        let entries = numbers(
            self.house,
            "SELECT COUNT(*) FROM audit_events WHERE outcome = 'DONE' AND action <> 'readAsker'
             AND action <> 'findAsker' AND actor <> 'test'",
        );
        let entries = usize::try_from(entries.await).unwrap();
        assert!(entries >= self.done, "{entries} entries for {} changes", self.done);
        self.nothing_that_happened_was_changed().await;
    }

    /// Events only ever come to the others.
    pub(super) async fn nothing_that_happened_was_changed(&mut self) {
        let sql = match self.house.db().engine() {
            DbBackend::Postgres => "SELECT CAST(id AS TEXT), CAST(e.* AS TEXT) FROM consultation_events e",
            _ => "SELECT hex(id), quote(id) || quote(position) || quote(event) || quote(at) || quote(actor)
                  || quote(to_state) || quote(sealed_note) FROM consultation_events",
        };
        let statement = Statement::from_string(self.house.db().engine(), sql);
        let rows = self.house.db().read().query_all_raw(statement).await.unwrap();
        let text = |row: &sea_orm::QueryResult, at| row.try_get_by_index::<String>(at).unwrap();
        let now: BTreeMap<String, String> =
            rows.iter().map(|row| (text(row, 0), text(row, 1))).collect();
        for (id, event) in &self.events {
            assert_eq!(now.get(id), Some(event));
        }
        self.events = now;
    }
}
