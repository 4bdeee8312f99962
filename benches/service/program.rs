//! The program under test, as a process of its own.

use std::{
    fs,
    net::{Ipv4Addr, SocketAddr, TcpListener},
    path::Path,
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use super::{Result, client::Client};

/// The program, built with the same settings as this benchmark.
pub(super) const PROGRAM: &str = env!("CARGO_BIN_EXE_zhanjian");

/// How long a start may take before something is wrong.
const PATIENCE: Duration = Duration::from_mins(10);

/// The program, without the settings of whoever measures.
fn program(data: &Path) -> Command {
    let mut command = Command::new(PROGRAM);
    for (name, _) in std::env::vars_os() {
        if name.to_string_lossy().starts_with("ZHANJIAN_") {
            command.env_remove(name);
        }
    }
    command.stdin(Stdio::null()).arg("--data-dir").arg(data).current_dir(data);
    command
}

/// Runs a command to its end.
pub(super) fn run(data: &Path, arguments: &[&str]) -> Result<()> {
    output(data, arguments).map(drop)
}

/// Runs a command to its end, and gives what it said.
pub(super) fn output(data: &Path, arguments: &[&str]) -> Result<String> {
    let done = program(data).args(arguments).output()?;
    if done.status.success() {
        return Ok(String::from_utf8(done.stdout)?);
    }
    Err(format!("zhanjian {arguments:?}: {}", String::from_utf8_lossy(&done.stderr)).into())
}

/// The service at work.
pub(super) struct Served {
    child: Child,
    pub(super) address: SocketAddr,
    /// From the start of the process until it said that it is ready.
    pub(super) ready_after: Duration,
}

impl Served {
    pub(super) fn start(data: &Path) -> Result<Self> {
        let port = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?.port();
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
        let mut command = program(data);
        command.args(["serve", "--listen", &address.to_string()]);
        // What it would write to a terminal goes where it costs as much as a log file.
        let log = fs::File::create(data.join("bench.log"))?;
        command.stdout(Stdio::null()).stderr(log);
        let began = Instant::now();
        let child = command.spawn()?;
        let mut served = Self { child, address, ready_after: Duration::ZERO };
        loop {
            let ready = Client::connect(address).and_then(|mut it| it.status("/health/ready"));
            if matches!(ready, Ok(200)) {
                served.ready_after = began.elapsed();
                return Ok(served);
            }
            if served.child.try_wait()?.is_some() || began.elapsed() > PATIENCE {
                let log = fs::read_to_string(data.join("bench.log")).unwrap_or_default();
                return Err(format!("the service does not get ready: {log}").into());
            }
            std::thread::sleep(Duration::from_millis(2));
        }
    }

    pub(super) fn client(&self) -> Result<Client> {
        Client::connect(self.address)
    }

    /// Memory of its own (not of mapped files), in megabytes.
    pub(super) fn anonymous_memory(&self) -> Result<f64> {
        self.memory("RssAnon:")
    }

    /// All memory that it has, with the mapped pages of its index, in megabytes.
    pub(super) fn resident_memory(&self) -> Result<f64> {
        self.memory("VmRSS:")
    }

    fn memory(&self, name: &str) -> Result<f64> {
        let status = fs::read_to_string(format!("/proc/{}/status", self.child.id()))?;
        let line = status.lines().find_map(|line| line.strip_prefix(name));
        let kilobytes = line.and_then(|rest| rest.split_whitespace().next());
        let kilobytes: f64 =
            kilobytes.ok_or("the system does not tell how much memory there is")?.parse()?;
        Ok(kilobytes * 1024.0 / 1e6)
    }

    /// Lets it finish and end.
    pub(super) fn end(mut self) -> Result<()> {
        let id = self.child.id().to_string();
        Command::new("kill").args(["-TERM", &id]).status()?;
        self.child.wait()?;
        Ok(())
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        // Ended long since, unless something went wrong.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
