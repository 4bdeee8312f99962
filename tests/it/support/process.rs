//! Processes: started, asked, killed and ended as an operator and the machine would.
//!
//! What other processes do is waited for by looking again, with a bound.

use std::{
    io::{BufRead as _, BufReader, Read},
    process::{Child, Command, ExitStatus, Stdio},
    sync::{Arc, Mutex},
    thread::JoinHandle,
    time::{Duration, Instant},
};

/// How long anything may take that should take a moment, on a machine that is busy with other tests.
pub const PATIENCE: Duration = Duration::from_mins(1);

/// How long a start may take, which may load the sample data and a year that passes on it.
pub const START: Duration = Duration::from_mins(3);

/// The variables of ours that a test leaves to what it starts: none.
pub const OURS: &str = "ZHANJIAN_";

/// Runs something that waits, in a test that does not.
pub fn block_on<T>(work: impl Future<Output = T>) -> T {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(work)
}

/// Looks again and again until there is something, or the patience is over.
#[track_caller]
pub fn wait_for<T>(what: &str, patience: Duration, mut look: impl FnMut() -> Option<T>) -> T {
    let began = Instant::now();
    loop {
        if let Some(seen) = look() {
            return seen;
        }
        assert!(began.elapsed() < patience, "{what}: not within {patience:?}");
        std::thread::sleep(Duration::from_millis(10));
    }
}

/// The program, without the settings of whoever runs the tests.
pub fn program() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_zhanjian"));
    for (name, _) in std::env::vars_os() {
        if name.to_string_lossy().starts_with(OURS) {
            command.env_remove(name);
        }
    }
    command.stdin(Stdio::null());
    command
}

/// A command that has ended.
#[derive(Debug)]
pub struct Ended {
    /// None: by a signal.
    pub status: Option<i32>,
    pub out: String,
    pub err: String,
}

impl Ended {
    #[track_caller]
    pub fn expect_status(&self, status: i32) -> &Self {
        assert_eq!(self.status, Some(status), "\n{}\n{}", self.out, self.err);
        self
    }

    /// What was told to the person at the terminal, without the log's lines.
    pub fn sentence(&self) -> &str {
        let lines = self.err.lines();
        lines.rev().find(|line| line.starts_with("zhanjian: ")).unwrap_or_default()
    }
}

/// Runs a command to its end, which must come.
#[track_caller]
pub fn run(command: Command) -> Ended {
    Begun::of(command).ended()
}

/// A process that has begun. It does not outlive the test.
pub struct Begun {
    child: Child,
    out: Tail,
    err: Tail,
}

impl Begun {
    /// Begins it.
    pub fn of(mut command: Command) -> Self {
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let out = Tail::of(child.stdout.take().unwrap());
        let err = Tail::of(child.stderr.take().unwrap());
        Self { child, out, err }
    }

    /// Its number.
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// Whether it has ended, and how.
    pub fn has_ended(&mut self) -> Option<ExitStatus> {
        self.child.try_wait().unwrap()
    }

    /// What it has said so far to the person at the terminal and to the log.
    pub fn log(&self) -> String {
        self.err.text()
    }

    /// Ends it as the machine would: at once, by SIGKILL. Whether it was still running.
    pub fn kill(mut self) -> bool {
        let running = self.has_ended().is_none();
        self.child.kill().unwrap();
        self.child.wait().unwrap();
        running
    }

    /// Waits until it has ended by itself.
    #[track_caller]
    pub fn ended(mut self) -> Ended {
        let status = wait_for("the process ends", PATIENCE, || self.child.try_wait().unwrap());
        Ended { status: status.code(), out: self.out.all(), err: self.err.all() }
    }
}

impl Drop for Begun {
    fn drop(&mut self) {
        // It has usually ended long since: then there is nothing left to do.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// What a process writes, gathered as it comes, so that it never waits for us.
struct Tail {
    text: Arc<Mutex<String>>,
    reading: Option<JoinHandle<()>>,
}

impl Tail {
    fn of(pipe: impl Read + Send + 'static) -> Self {
        let text = Arc::new(Mutex::new(String::new()));
        let gathered = Arc::clone(&text);
        let reading = std::thread::spawn(move || {
            for line in BufReader::new(pipe).split(b'\n').map_while(Result::ok) {
                let mut gathered = gathered.lock().unwrap();
                gathered.push_str(&String::from_utf8_lossy(&line));
                gathered.push('\n');
            }
        });
        Self { text, reading: Some(reading) }
    }

    fn text(&self) -> String {
        self.text.lock().unwrap().clone()
    }

    fn all(&mut self) -> String {
        if let Some(reading) = self.reading.take() {
            reading.join().unwrap();
        }
        self.text()
    }
}

/// Sends a signal to a process, by the name of the signal.
pub fn signal(name: &str, pid: u32) {
    assert!(try_signal(name, pid), "kill -{name} {pid}");
}

/// Says whether there was such a process to send the signal to.
pub fn try_signal(name: &str, pid: u32) -> bool {
    let mut kill = Command::new("kill");
    kill.arg(format!("-{name}")).arg(pid.to_string()).stderr(Stdio::null());
    kill.status().unwrap().success()
}

/// Tells a figure or a seed to whoever runs a test with its output shown; takes what `println!` takes.
macro_rules! tell {
    ($($text:tt)*) => {
        $crate::support::process::print(&format!($($text)*))
    };
}
pub(crate) use tell;

#[expect(clippy::print_stdout, reason = "this is where tests tell something")]
pub fn print(text: &str) {
    println!("{text}");
}
