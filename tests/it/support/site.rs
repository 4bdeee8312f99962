//! A data folder and a database, with the real program at work on them.

use std::{
    fs,
    ops::Deref,
    path::{Path, PathBuf},
    process::Command,
    time::{Duration, Instant},
};

use serde_json::{Value, json};
use tempfile::TempDir;
use zhanjian::db::{Database, DatabaseSettings};

use super::{
    engine::{Engine, Place},
    process::{Begun, Ended, OURS, PATIENCE, START, block_on, program, run, signal, wait_for},
};

/// A data folder and a database of a test's own.
pub struct Site {
    pub folder: TempDir,
    engine: Engine,
    place: Place,
}

impl Site {
    /// An empty one.
    pub fn new(engine: Engine) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let data = folder.path().join("data");
        let place = block_on(engine.fresh(&data));
        Self { folder, engine, place }
    }

    /// One with two stations, into which answers can be imported.
    pub fn with_stations(engine: Engine) -> Self {
        let site = Self::new(engine);
        let stations = "code,name,district,districtName,districtNameEn,marketBureau,industryBody\n\
            SH-PD,示例工作站甲,PD,浦东新区,Pudong New Area,示例市场局,示例科经委\n\
            SH-XH,示例工作站乙,XH,徐汇区,Xuhui District,示例市场局,示例科委\n";
        let file = site.file("stations.csv", stations);
        site.run(&["import", "stations", file.to_str().unwrap()]).expect_status(0);
        site
    }

    /// The data folder.
    pub fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    /// The folder of the index.
    pub fn index(&self) -> PathBuf {
        self.data().join("index")
    }

    /// How to reach the database.
    pub fn database(&self) -> &DatabaseSettings {
        &self.place.settings
    }

    /// The database, open.
    pub async fn open(&self) -> Database {
        Database::open(self.database()).await.unwrap()
    }

    /// A file of the test's own.
    pub fn file(&self, name: &str, text: &str) -> PathBuf {
        let path = self.folder.path().join(name);
        fs::write(&path, text).unwrap();
        path
    }

    /// The program with arguments, at this data folder and database.
    pub fn command(&self, arguments: &[&str]) -> Command {
        self.command_in(&self.data(), arguments)
    }

    /// The same with another data folder: another node.
    pub fn command_in(&self, data: &Path, arguments: &[&str]) -> Command {
        let mut command = program();
        command.args(arguments).arg("--data-dir").arg(data).current_dir(self.folder.path());
        if self.engine == Engine::Postgres {
            command.env("ZHANJIAN_DATABASE_URL", &self.place.settings.url);
            // Every node of one database needs the same keys.
            command.env("ZHANJIAN_KEYS_FILE", self.folder.path().join("master.keys"));
        }
        command
    }

    /// Runs a command to its end.
    pub fn run(&self, arguments: &[&str]) -> Ended {
        run(self.command(arguments))
    }

    /// Takes answers in by the command line; they are public.
    pub fn import(&self, file: &Path) -> Ended {
        run(self.importing(file))
    }

    /// The command that does so.
    pub fn importing(&self, file: &Path) -> Command {
        let mut command = self.command(&["import", "answered-questions"]);
        command.arg(file).args(["--station", "SH-PD", "--audience", "PUBLIC"]);
        command
    }

    /// Takes in answers with these numbers, which say what else is in them.
    pub fn import_answers(&self, numbers: impl IntoIterator<Item = String>) {
        let rows: String = numbers.into_iter().map(|number| answer(&number, "示例答复")).collect();
        let file = self.file("answers.jsonl", &rows);
        self.import(&file).expect_status(0);
    }

    /// Starts the service, and waits until it listens.
    pub fn serve(&self) -> Running {
        Running::of(self.command(SERVE)).listening()
    }

    /// The same with settings, each as (environment variable without our prefix, value).
    pub fn serve_with(&self, settings: &[(&str, &str)]) -> Running {
        let mut command = self.command(SERVE);
        for (name, value) in settings {
            command.env(format!("{OURS}{name}"), value);
        }
        Running::of(command).listening()
    }

    /// The same with more arguments.
    pub fn serve_arguments(&self, arguments: &[&str]) -> Running {
        let mut command = self.command(SERVE);
        command.args(arguments);
        Running::of(command).listening()
    }

    /// Starts a service that is not to come up.
    pub fn serve_and_fail(&self) -> Ended {
        self.run(SERVE)
    }

    /// Compares index and database, and expects that they agree and that nothing is outstanding.
    #[track_caller]
    pub fn expect_verified(&self) {
        self.expect_verified_in(&self.data());
    }

    /// The same for another node's index.
    #[track_caller]
    pub fn expect_verified_in(&self, data: &Path) {
        let ended = wait_for("the index has caught up", PATIENCE, || {
            let ended = run(self.command_in(data, &["index", "verify"]));
            let outstanding = !ended.out.contains(" 0 changes still to be taken in");
            (ended.status == Some(1) || !outstanding).then_some(ended)
        });
        ended.expect_status(0);
        assert!(ended.out.contains(" 0 differences, 0 changes"), "{}", ended.out);
    }
}

impl Drop for Site {
    fn drop(&mut self) {
        // A test that failed has runtimes to unwind; its database goes with the private server.
        if !std::thread::panicking() && tokio::runtime::Handle::try_current().is_err() {
            block_on(self.place.remove());
        }
    }
}

/// One row of a file of answers.
pub fn answer(number: &str, text: &str) -> String {
    let question = format!("示例问题{number}：无菌敷料的注册单元如何划分");
    let row =
        json!({ "externalId": number, "number": number, "question": question, "answer": text });
    format!("{row}\n")
}

/// The arguments of a service on a free port.
pub const SERVE: &[&str] = &["serve", "--listen", "127.0.0.1:0"];

/// A service as a process, and a client of it.
pub struct Running {
    process: Begun,
    client: Client,
}

impl Deref for Running {
    type Target = Client;

    fn deref(&self) -> &Client {
        &self.client
    }
}

impl Running {
    /// Starts it; it need not listen yet.
    pub fn of(command: Command) -> Self {
        Self { process: Begun::of(command), client: Client::of("") }
    }

    /// Waits until it listens.
    #[track_caller]
    pub fn listening(mut self) -> Self {
        let address = wait_for("the service listens", START, || {
            let log = self.process.log();
            let ended = self.process.has_ended();
            assert!(ended.is_none(), "the service ended with {ended:?}:\n{log}");
            let (_, address) = log.split_once("API      http://")?;
            Some(address.split_once("/graphql")?.0.to_owned())
        });
        self.client.address = address;
        self
    }

    /// Waits until it says that it is ready.
    #[track_caller]
    pub fn ready(self) -> Self {
        wait_for("the service is ready", START, || (self.health("ready").0 == 200).then_some(()));
        self
    }

    /// What it has written to its log.
    pub fn log(&self) -> String {
        self.process.log()
    }

    /// The number of its process.
    pub fn id(&self) -> u32 {
        self.process.id()
    }

    /// Ends it as the machine would: at once. Whether it was still running.
    pub fn kill(self) -> bool {
        self.process.kill()
    }

    /// Asks it to end, as a service manager would, and waits until it has.
    #[track_caller]
    pub fn terminate(self) -> Ended {
        signal("TERM", self.id());
        self.process.ended()
    }

    /// Waits until it has ended by itself.
    #[track_caller]
    pub fn ended(self) -> Ended {
        self.process.ended()
    }
}

/// Somebody who asks a service over HTTP, signed in as nobody.
#[derive(Clone)]
pub struct Client {
    /// The service's address, as `127.0.0.1:4711`.
    pub address: String,
    agent: ureq::Agent,
}

impl Client {
    /// A client of the service at an address.
    pub fn of(address: &str) -> Self {
        let agent = ureq::Agent::config_builder()
            .http_status_as_error(false)
            .timeout_global(Some(Duration::from_secs(30)))
            .build()
            .new_agent();
        Self { address: address.to_owned(), agent }
    }

    /// What `/health/live` or `/health/ready` says; status 0: nobody answered.
    pub fn health(&self, which: &str) -> (u16, Value) {
        let url = format!("http://{}/health/{which}", self.address);
        let Ok(mut response) = self.agent.get(url).call() else { return (0, Value::Null) };
        let text = response.body_mut().read_to_string().unwrap_or_default();
        (response.status().as_u16(), serde_json::from_str(&text).unwrap_or_default())
    }

    /// Asks with a bearer token, where there is one; gives whatever comes back.
    pub fn ask_as(&self, token: Option<&str>, query: &str) -> Value {
        let url = format!("http://{}/graphql", self.address);
        let body = json!({ "query": query }).to_string();
        let request = self.agent.post(url).header("content-type", "application/json");
        let request = request.header("accept", "application/graphql-response+json");
        let request = match token {
            Some(token) => request.header("authorization", format!("Bearer {token}")),
            None => request,
        };
        let text = request.send(body).unwrap().body_mut().read_to_string().unwrap();
        serde_json::from_str(&text).unwrap_or_else(|_| panic!("no JSON: {text}"))
    }

    /// Sends a form; gives whatever comes back.
    pub fn post_form(&self, path: &str, form: &str) -> Value {
        let url = format!("http://{}{path}", self.address);
        let kind = "application/x-www-form-urlencoded";
        let request = self.agent.post(url).header("content-type", kind);
        let text = request.send(form).unwrap().body_mut().read_to_string().unwrap();
        serde_json::from_str(&text).unwrap_or_else(|_| panic!("no JSON: {text}"))
    }

    /// Asks, if somebody answers.
    pub fn try_ask(&self, query: &str) -> Result<Value, ureq::Error> {
        let url = format!("http://{}/graphql", self.address);
        let body = json!({ "query": query }).to_string();
        let request = self.agent.post(url).header("content-type", "application/json");
        let request = request.header("accept", "application/graphql-response+json");
        let text = request.send(body)?.body_mut().read_to_string()?;
        Ok(serde_json::from_str(&text).unwrap_or_else(|_| panic!("no JSON: {text}")))
    }

    /// Asks, and expects an answer without errors.
    #[track_caller]
    pub fn ask(&self, query: &str) -> Value {
        let answer = self.try_ask(query).unwrap();
        assert!(answer.get("errors").is_none(), "{answer}");
        answer["data"].clone()
    }

    /// The text of the answer with this number, if it is what a search for the number finds first.
    #[track_caller]
    pub fn found(&self, number: &str) -> Option<String> {
        let data = self.ask(&format!("{{ search(query: {number:?}, first: 1) {FIRST} }}"));
        let first = &data["search"]["nodes"][0];
        (first["number"] == number).then(|| first["answer"].as_str().unwrap().to_owned())
    }

    /// Waits until a search finds the answer with this number, and says how long that took.
    #[track_caller]
    pub fn finds(&self, number: &str) -> Duration {
        let began = Instant::now();
        wait_for(&format!("{number} is found"), PATIENCE, || self.found(number));
        began.elapsed()
    }
}

const FIRST: &str = "{ nodes { ... on AnsweredQuestion { number answer } } }";
