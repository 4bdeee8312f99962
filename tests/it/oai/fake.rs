//! A repository that answers what a test tells it to, and remembers what it was asked.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex},
    time::Duration,
};

use axum::{
    Router,
    body::Body,
    extract::{Request, State},
    http::{StatusCode, header},
    response::Response,
};
use tokio::net::TcpListener;

/// One answer.
#[derive(Clone, Debug)]
pub enum Says {
    /// This XML within the frame of the protocol, at a date.
    Xml(String),
    /// Exactly this.
    Bytes(Vec<u8>),
    /// This status, with a header.
    Status(u16, Option<(&'static str, String)>),
    /// A body that never ends.
    Endless,
    /// Nothing, for as long as one waits.
    Silence,
}

/// The repository.
pub struct Fake {
    pub url: String,
    state: Arc<Scripts>,
}

#[derive(Default)]
struct Scripts {
    says: Mutex<VecDeque<Says>>,
    asked: Mutex<Vec<String>>,
    identity: Mutex<String>,
    date: Mutex<String>,
    busy: Mutex<u32>,
}

impl Fake {
    /// A repository at an address of this machine.
    pub async fn new() -> Self {
        let state = Arc::new(Scripts::default());
        *state.date.lock().unwrap() = "2026-11-22T04:00:00Z".to_owned();
        *state.identity.lock().unwrap() = "YYYY-MM-DDThh:mm:ssZ".to_owned();
        let router = Router::new().fallback(answer).with_state(Arc::clone(&state));
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/oai", listener.local_addr().unwrap());
        tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        Self { url, state }
    }

    /// What it says next, in this order, to whatever it is asked but `Identify`.
    pub fn says(&self, says: impl IntoIterator<Item = Says>) {
        self.state.says.lock().unwrap().extend(says);
    }

    /// What it was asked since the last time, but `Identify`.
    pub fn asked(&self) -> Vec<String> {
        std::mem::take(&mut *self.state.asked.lock().unwrap())
    }

    /// Sets its clock.
    pub fn at(&self, date: &str) {
        *self.state.date.lock().unwrap() = date.to_owned();
    }

    /// How finely it tells times apart.
    pub fn granularity(&self, granularity: &str) {
        *self.state.identity.lock().unwrap() = granularity.to_owned();
    }

    /// The most requests that it had at once.
    pub fn nothing_is_left(&self) {
        assert!(self.state.says.lock().unwrap().is_empty(), "it was not asked to the end");
    }
}

async fn answer(State(state): State<Arc<Scripts>>, request: Request) -> Response {
    let query = request.uri().query().unwrap_or_default().to_owned();
    assert!(request.headers()["user-agent"].to_str().unwrap().starts_with("zhanjian/"));
    if query == "verb=Identify" {
        let granularity = state.identity.lock().unwrap().clone();
        let identify = format!(
            "<Identify><protocolVersion>2.0</protocolVersion><granularity>{granularity}</granularity></Identify>"
        );
        return xml(&state, &identify);
    }
    {
        let mut busy = state.busy.lock().unwrap();
        *busy += 1;
        assert_eq!(*busy, 1, "two requests at once");
    }
    state.asked.lock().unwrap().push(query);
    let says = state.says.lock().unwrap().pop_front();
    *state.busy.lock().unwrap() -= 1;
    match says.unwrap_or(Says::Status(404, None)) {
        Says::Xml(body) => xml(&state, &body),
        Says::Bytes(bytes) => Response::new(Body::from(bytes)),
        Says::Status(status, with) => {
            let mut response = Response::new(Body::empty());
            *response.status_mut() = StatusCode::from_u16(status).unwrap();
            if let Some((name, value)) = with {
                response.headers_mut().insert(name, value.parse().unwrap());
            }
            response
        }
        Says::Endless => {
            let chunk = bytes::Bytes::from(vec![b' '; 64 * 1024]);
            let endless = futures_util::stream::repeat_with(move || {
                Ok::<_, std::convert::Infallible>(chunk.clone())
            });
            Response::new(Body::from_stream(endless))
        }
        Says::Silence => {
            tokio::time::sleep(Duration::from_secs(600)).await;
            Response::new(Body::empty())
        }
    }
}

fn xml(state: &Scripts, body: &str) -> Response {
    let date = state.date.lock().unwrap().clone();
    let text = format!(
        "<?xml version=\"1.0\"?><OAI-PMH xmlns=\"http://www.openarchives.org/OAI/2.0/\">\
         <responseDate>{date}</responseDate><request>x</request>{body}</OAI-PMH>"
    );
    let mut response = Response::new(Body::from(text));
    response.headers_mut().insert(header::CONTENT_TYPE, "text/xml".parse().unwrap());
    response
}

/// A page of records, with the token of the next.
pub fn page(records: &[String], token: Option<&str>) -> Says {
    let token = token.map(|token| format!("<resumptionToken>{token}</resumptionToken>"));
    let (records, token) = (records.concat(), token.unwrap_or_default());
    Says::Xml(format!("<ListRecords>{records}{token}</ListRecords>"))
}

/// An error of the protocol.
pub fn fault(code: &str) -> Says {
    Says::Xml(format!("<error code=\"{code}\">so it is</error>"))
}

/// A record in Dublin Core.
pub fn record(id: &str, title: &str, more: &str) -> String {
    format!(
        "<record><header><identifier>{id}</identifier><datestamp>2026-11-01</datestamp></header><metadata>\
         <oai_dc:dc xmlns:oai_dc=\"http://www.openarchives.org/OAI/2.0/oai_dc/\" \
         xmlns:dc=\"http://purl.org/dc/elements/1.1/\"><dc:title>{title}</dc:title>\
         <dc:description>示例摘要</dc:description><dc:type>article</dc:type>{more}</oai_dc:dc></metadata></record>"
    )
}

/// A deleted record.
pub fn deleted(id: &str) -> String {
    format!(
        "<record><header status=\"deleted\"><identifier>{id}</identifier>\
         <datestamp>2026-11-02</datestamp></header></record>"
    )
}
