//! Asks a repository: one request at a time, as long and as often as is polite, and reads no more than is sensible.

use std::{sync::Arc, time::Duration};

use chrono::DateTime;
use http::{StatusCode, Uri, header};
use ureq::unversioned::transport::DefaultConnector;

use super::{
    address::{self, Careful},
    protocol::{self, Answer},
};
use crate::{
    clock::Clock,
    xml::{self, Bounds},
};

/// How a repository is asked.
#[derive(Clone, Debug)]
pub struct Manner {
    /// How long one answer may take, to its last byte.
    pub timeout: Duration,
    /// The largest answer that is read.
    pub max_bytes: usize,
    /// How often the same is asked before it is given up.
    pub attempts: u32,
    /// How long to wait before the second attempt; twice as long before each further one.
    pub first_wait: Duration,
    /// The longest that is waited, also where the repository asks for more: then it is left alone until the next harvest.
    pub longest_wait: Duration,
    /// Whether the name of the repository may lead into a private network.
    pub private_network: bool,
}

impl Default for Manner {
    fn default() -> Self {
        Self {
            timeout: Duration::from_mins(2),
            max_bytes: 64 * 1024 * 1024,
            attempts: 6,
            first_wait: Duration::from_secs(2),
            longest_wait: Duration::from_mins(10),
            private_network: false,
        }
    }
}

/// What a harvester calls itself, so that the operator of a repository knows whom to ask.
const USER_AGENT: &str = concat!("zhanjian/", env!("CARGO_PKG_VERSION"), " (OAI-PMH harvester)");
/// Redirections that are followed for one request.
const REDIRECTIONS: usize = 3;
/// How deep and how wide an answer may be.
const DEPTH: usize = 64;
const ELEMENTS: usize = 500_000;

/// Why a repository was not asked, or gave nothing of use.
#[derive(Debug)]
pub(super) enum Failed {
    Address(String),
    Repository(String),
}

/// One attempt that came to nothing.
#[derive(Debug)]
enum Attempt {
    /// It may go better later, at the earliest after what the repository asks for.
    Later { why: String, wait: Option<Duration> },
    /// It will not.
    Never(String),
}

/// Asks one repository.
pub(super) struct Client {
    asker: Arc<Asker>,
    manner: Manner,
}

struct Asker {
    base: Uri,
    agent: ureq::Agent,
    clock: Clock,
    max_bytes: usize,
}

impl Client {
    /// A client of the repository at an address. Nothing is asked yet.
    pub(super) fn new(source: &str, clock: Clock, manner: Manner) -> Result<Self, Failed> {
        let base = address::checked(source).map_err(Failed::Address)?;
        let config = ureq::Agent::config_builder()
            .timeout_global(Some(manner.timeout))
            .timeout_connect(Some(manner.timeout.min(Duration::from_secs(20))))
            .max_redirects(0)
            .http_status_as_error(false)
            .user_agent(USER_AGENT)
            // Settings come from `config` alone, never from the environment.
            .proxy(None)
            .build();
        let careful = Careful::of(&base, manner.private_network);
        let agent = ureq::Agent::with_parts(config, DefaultConnector::default(), careful);
        let asker = Asker { base, agent, clock, max_bytes: manner.max_bytes };
        Ok(Self { asker: Arc::new(asker), manner })
    }

    /// Asks until there is an answer, or no sense in asking on.
    pub(super) async fn ask(&self, parameters: &[(&str, &str)]) -> Result<Answer, Failed> {
        let address = self.asker.address(parameters);
        let mut backing_off = self.manner.first_wait;
        let mut attempt = 1;
        loop {
            let (asker, target) = (Arc::clone(&self.asker), address.clone());
            let outcome = tokio::task::spawn_blocking(move || asker.attempt(&target)).await;
            let outcome = outcome.unwrap_or_else(|fault| Err(Attempt::Never(fault.to_string())));
            let (why, wait) = match outcome {
                Ok(answer) => return Ok(answer),
                Err(Attempt::Never(why)) => return Err(self.failed(&why)),
                Err(Attempt::Later { why, wait }) => (why, wait),
            };
            if attempt >= self.manner.attempts {
                return Err(self.failed(&format!("{why} (after {attempt} attempts)")));
            }
            let longest = self.manner.longest_wait;
            if let Some(asked_for) = wait.filter(|wait| *wait > longest) {
                let seconds = asked_for.as_secs();
                return Err(self.failed(&format!("{why}; it asks to come again in {seconds} s")));
            }
            let wait = wait.unwrap_or_default().max(backing_off).min(longest);
            tracing::info!(why, seconds = wait.as_secs_f64(), "asking the repository again later");
            tokio::time::sleep(wait).await;
            backing_off = (backing_off * 2).min(longest);
            attempt += 1;
        }
    }

    fn failed(&self, why: &str) -> Failed {
        let base = &self.asker.base;
        let host = base.authority().map(http::uri::Authority::as_str).unwrap_or_default();
        Failed::Repository(format!("{host}: {why}"))
    }
}

impl Asker {
    fn address(&self, parameters: &[(&str, &str)]) -> String {
        let query = form_urlencoded::Serializer::new(String::new())
            .extend_pairs(parameters.iter().copied())
            .finish();
        let base = self.base.to_string();
        let joint = if base.contains('?') { '&' } else { '?' };
        format!("{base}{joint}{query}")
    }

    fn attempt(&self, address: &str) -> Result<Answer, Attempt> {
        let mut target: Uri = address
            .parse()
            .map_err(|_| Attempt::Never("its token fits in no address".to_owned()))?;
        for _ in 0..=REDIRECTIONS {
            let request =
                self.agent.get(&target).header(header::ACCEPT, "text/xml, application/xml");
            let mut response = request.call().map_err(of_transport)?;
            let status = response.status();
            if status.is_redirection() {
                let to = response.headers().get(header::LOCATION).and_then(|to| to.to_str().ok());
                let to = to.and_then(|to| address::redirected(&target, to));
                target = to.ok_or_else(|| {
                    Attempt::Never(
                        "it leads elsewhere; give the address that it leads to".to_owned(),
                    )
                })?;
                continue;
            }
            if status != StatusCode::OK {
                return Err(self.of_status(status, response.headers()));
            }
            let body = response.body_mut().with_config().limit(self.max_bytes as u64).read_to_vec();
            return read(&body.map_err(of_transport)?, self.max_bytes);
        }
        Err(Attempt::Never("it leads from one address to the next".to_owned()))
    }

    fn of_status(&self, status: StatusCode, headers: &http::HeaderMap) -> Attempt {
        let why = format!("it answers {status}");
        let passing = status == StatusCode::TOO_MANY_REQUESTS
            || status == StatusCode::REQUEST_TIMEOUT
            || status.is_server_error();
        if !passing {
            return Attempt::Never(why);
        }
        let said = headers.get(header::RETRY_AFTER).and_then(|value| value.to_str().ok());
        Attempt::Later { why, wait: said.and_then(|said| self.wait(said)) }
    }

    /// How long a `Retry-After` asks to wait: some seconds, or until a date (RFC 9110, section 10.2.3).
    fn wait(&self, said: &str) -> Option<Duration> {
        if let Ok(seconds) = said.trim().parse() {
            return Some(Duration::from_secs(seconds));
        }
        let until = DateTime::parse_from_rfc2822(said.trim()).ok()?;
        (until.to_utc() - self.clock.now()).to_std().ok()
    }
}

fn of_transport(fault: ureq::Error) -> Attempt {
    match fault {
        ureq::Error::BodyExceedsLimit(limit) => {
            Attempt::Never(format!("its answer is larger than the {limit} bytes that are read"))
        }
        ureq::Error::Io(fault) if fault.kind() == std::io::ErrorKind::PermissionDenied => {
            Attempt::Never(fault.to_string())
        }
        fault @ (ureq::Error::Io(_)
        | ureq::Error::Timeout(_)
        | ureq::Error::HostNotFound
        | ureq::Error::ConnectionFailed
        | ureq::Error::Protocol(_)) => Attempt::Later { why: fault.to_string(), wait: None },
        fault => Attempt::Never(fault.to_string()),
    }
}

fn read(body: &[u8], bytes: usize) -> Result<Answer, Attempt> {
    let bounds = Bounds { bytes, depth: DEPTH, elements: ELEMENTS };
    let root = xml::read(body, bounds).map_err(|fault| {
        let why = format!("its answer {fault}");
        match fault {
            // An answer that was cut on its way is whole the next time.
            xml::XmlError::Broken { .. } => Attempt::Later { why, wait: None },
            _ => Attempt::Never(why),
        }
    })?;
    protocol::read(root).map_err(Attempt::Never)
}
