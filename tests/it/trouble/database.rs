//! A database that goes away and comes back, and one that somebody else is writing to.

use std::{
    path::{Path, PathBuf},
    process::Command,
    time::{Duration, Instant},
};

use crate::support::{
    Engine,
    process::{Begun, PATIENCE, block_on, signal, tell, try_signal, wait_for},
    site::{Running, SERVE, Site, answer},
};

#[test]
fn a_database_server_that_goes_away_is_missed_and_found_again() {
    let server = Server::start();
    // The tables and files of SQLite are left unused: the database is on the server of this test.
    let site = Site::new(Engine::Sqlite);
    let here = |mut command: Command| {
        command.env("ZHANJIAN_DATABASE_URL", &server.url);
        command.env("ZHANJIAN_DATABASE_ACQUIRE_TIMEOUT", "1s");
        command
    };
    let import = |kind: &str, name: &str, text: &str| {
        let file = site.file(name, text);
        let mut command = here(site.command(&["import", kind]));
        command.arg(file);
        Begun::of(command).ended().expect_status(0);
    };
    import("stations", "stations.csv", STATIONS);
    import("answered-questions", "first.jsonl", &row("SL-1-1"));
    let service = Running::of(here(site.command(SERVE))).listening().ready();
    service.finds("SL-1-1");

    for how in ["fast", "immediate"] {
        server.stop(how);
        let (status, health) = service.health("ready");
        assert_eq!(status, 503, "{health}");
        assert_eq!(health["checks"][0]["name"], "database");
        assert_eq!(health["checks"][0]["ok"], false);
        assert_eq!(service.health("live").0, 200);
        expect_masked(&service, "{ answeredQuestions(first: 1) { totalCount } }");
        expect_masked(&service, "{ search(query: \"SL-1-1\") { nodes { __typename } } }");
        server.start_again();
        let began = Instant::now();
        wait_for("the service is ready again", PATIENCE, || {
            (service.health("ready").0 == 200).then_some(())
        });
        let ready = began.elapsed();
        assert!(ready < Duration::from_secs(10), "{ready:?}");
        let number = format!("SL-{how}-1");
        import("answered-questions", "next.jsonl", &row(&number));
        let took = service.finds(&number);
        tell!("after a stop ({how}): ready after {ready:?}, a change found after {took:?}");
        assert!(took < Duration::from_secs(5), "{took:?}");
    }

    // It also ends in time while the server is away.
    server.stop("immediate");
    let began = Instant::now();
    service.terminate().expect_status(0);
    assert!(began.elapsed() < Duration::from_secs(15), "{:?}", began.elapsed());
}

const STATIONS: &str = "code,name,district,districtName,districtNameEn,marketBureau,industryBody\n\
    SH-PD,示例工作站甲,PD,浦东新区,Pudong New Area,示例市场局,示例科经委\n";

fn row(number: &str) -> String {
    let row = answer(number, "示例答复");
    row.replacen('{', r#"{"station":"SH-PD","audience":"PUBLIC","#, 1)
}

/// The answer is an error with a request id, and gives no cause away.
fn expect_masked(service: &Running, query: &str) {
    let began = Instant::now();
    let answer = service.try_ask(query).unwrap();
    assert!(began.elapsed() < Duration::from_secs(12), "{:?}", began.elapsed());
    let error = &answer["errors"][0];
    assert_eq!(error["extensions"]["code"], "INTERNAL", "{answer}");
    let id = error["extensions"]["requestId"].as_str().unwrap_or_default();
    assert!(!id.is_empty(), "{answer}");
    let text = answer.to_string().to_lowercase();
    for cause in ["sql", "pool", "connect", "refused", "127.0.0.1", "terminat", "os error"] {
        assert!(!text.contains(cause), "{cause}: {answer}");
    }
    // The operator finds the cause in the log by that id.
    wait_for("its id is in the log", PATIENCE, || service.log().contains(id).then_some(()));
}

/// A PostgreSQL server of a test's own, as `scripts/test` starts one.
struct Server {
    url: String,
    folder: PathBuf,
    programs: PathBuf,
    user: String,
}

impl Server {
    fn start() -> Self {
        let told = Self::script(
            "postgres_start && printf '%s\\n' \"$postgres_url\" \"$postgres_dir\" \"$postgres_bin\" \"$postgres_user\"",
        );
        let mut lines = told.lines().map(str::to_owned);
        let mut line = || lines.next().unwrap_or_default();
        let (url, folder, programs, user) = (line(), line().into(), line().into(), line());
        Self { url, folder, programs, user }
    }

    fn stop(&self, how: &str) {
        self.control(&["stop", "--mode", how]);
    }

    fn start_again(&self) {
        let port = self.url.rsplit_once(':').unwrap().1.split_once('/').unwrap().0;
        let options = Self::script(&format!(
            "postgres_dir={}; postgres_options {port}",
            self.folder.display()
        ));
        let log = self.folder.join("server.log");
        self.control(&[
            "start",
            "--wait",
            "--timeout=60",
            "--log",
            log.to_str().unwrap(),
            "--options",
            &options,
        ]);
    }

    fn control(&self, arguments: &[&str]) {
        let program = self.programs.join("pg_ctl");
        let mut command = if self.user.is_empty() {
            Command::new(program)
        } else {
            let mut command = Command::new("runuser");
            command.args(["-u", &self.user, "--"]).arg(program);
            command
        };
        command.args(arguments).arg("--silent").arg("--pgdata").arg(self.folder.join("data"));
        let done = command.current_dir("/").status().unwrap();
        assert!(done.success(), "pg_ctl {arguments:?}");
    }

    fn script(text: &str) -> String {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        let sources = "source scripts/lib/install.sh; source scripts/lib/postgres.sh";
        let output = Command::new("bash")
            .args(["-c", &format!("{sources}; {text}")])
            .current_dir(root)
            .output()
            .unwrap();
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{text}: {said}");
        String::from_utf8(output.stdout).unwrap()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // A server that a failed test left hanging would not hear that it is to end.
        self.go_on();
        let (folder, programs, user) = (self.folder.display(), self.programs.display(), &self.user);
        let stop = format!(
            "postgres_dir={folder} postgres_bin={programs} postgres_user={user}; postgres_stop"
        );
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        let sources = "source scripts/lib/install.sh; source scripts/lib/postgres.sh";
        // What is left of it is below the machine's folder for temporary files.
        let _ = Command::new("bash")
            .args(["-c", &format!("{sources}; {stop}")])
            .current_dir(root)
            .output();
    }
}

/// A server that answers nothing at all is worse than one that refuses: requests must not wait for ever.
#[test]
fn a_database_server_that_hangs_is_not_waited_for_without_end() {
    let server = Server::start();
    let site = Site::new(Engine::Sqlite);
    let mut command = site.command(SERVE);
    command.env("ZHANJIAN_DATABASE_URL", &server.url).env("ZHANJIAN_HTTP_REQUEST_TIMEOUT", "2s");
    let service = Running::of(command).listening().ready();
    server.hang();
    let began = Instant::now();
    let (status, health) = service.health("ready");
    assert_eq!((status, service.health("live").0), (503, 200), "{health}");
    let answer = service.try_ask("{ stations(first: 1) { totalCount } }").unwrap();
    assert_eq!(answer["errors"][0]["extensions"]["code"], "TIMEOUT", "{answer}");
    assert!(began.elapsed() < Duration::from_secs(8), "{:?}", began.elapsed());
    server.go_on();
    wait_for("the service is ready again", PATIENCE, || {
        (service.health("ready").0 == 200).then_some(())
    });
    service.ask("{ stations(first: 1) { totalCount } }");
    service.terminate().expect_status(0);
}

/// Its processes hang and go on, and no other server's.
impl Server {
    /// Returns when none of its processes runs any longer.
    fn hang(&self) {
        let parent = self.parent().unwrap();
        // The parent first: it would make another process for whoever connects in the meantime.
        signal("STOP", parent);
        wait_for("the server hangs", PATIENCE, || {
            let running = |pid: &u32| has_stopped(*pid) == Some(false);
            let processes: Vec<u32> = processes_of(parent).into_iter().filter(running).collect();
            for pid in &processes {
                try_signal("STOP", *pid);
            }
            processes.is_empty().then_some(())
        });
    }

    fn go_on(&self) {
        for pid in self.parent().into_iter().flat_map(processes_of) {
            try_signal("CONT", pid);
        }
    }

    /// `None` where it is not running.
    fn parent(&self) -> Option<u32> {
        let pid = std::fs::read_to_string(self.folder.join("data/postmaster.pid")).ok()?;
        pid.lines().next()?.trim().parse().ok()
    }
}

/// A process and its children, itself last.
fn processes_of(parent: u32) -> Vec<u32> {
    let children = std::fs::read_to_string(format!("/proc/{parent}/task/{parent}/children"));
    let children = children.unwrap_or_default();
    children.split_whitespace().filter_map(|pid| pid.parse().ok()).chain([parent]).collect()
}

/// `None` where there is no such process (any longer).
fn has_stopped(pid: u32) -> Option<bool> {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    // The state follows the name, which stands in parentheses and may hold any character.
    let (_, rest) = stat.rsplit_once(") ")?;
    Some(rest.starts_with(['T', 'Z']))
}

#[test]
fn whoever_writes_to_sqlite_keeps_nobody_from_reading_and_others_wait_their_turn() {
    let site = Site::with_stations(Engine::Sqlite);
    site.import_answers(["SL-1-1".to_owned()]);
    let service = site.serve().ready();
    service.finds("SL-1-1");
    let rows = site.file("waiting.jsonl", &answer("SL-2-1", "示例答复"));
    let waiting = block_on(async {
        let db = site.open().await;
        let write = db.write().await.unwrap();
        let mut waiting = Begun::of(site.importing(&rows));
        let began = Instant::now();
        while began.elapsed() < Duration::from_secs(1) {
            assert!(service.found("SL-1-1").is_some());
            assert!(waiting.has_ended().is_none(), "{}", waiting.log());
        }
        drop(write);
        db.close().await.unwrap();
        waiting
    });
    waiting.ended().expect_status(0);
    service.finds("SL-2-1");
}
