//! Somebody who listens over a WebSocket, and remembers where they were.

use std::time::Duration;

use serde_json::{Value, json};
use tokio_tungstenite::tungstenite::protocol::Message;
use zhanjian::http::Lasting;

use crate::{
    gate::support::line::{Line, Served},
    support::{House, TOKENS},
};

/// How long is waited for what must not come.
pub const QUIET: Duration = Duration::from_millis(300);

/// Serves a house at an address.
pub async fn served(house: &House) -> Served {
    Served::new(house.front(Lasting::default()).await).await
}

/// One subscription on a socket of its own.
pub struct Listener {
    pub line: Line,
    field: String,
}

impl Listener {
    /// Listens with these tokens; `subscription` is a field with its arguments and selection.
    pub async fn holding(served: &Served, tokens: &[&str], subscription: &str) -> Self {
        let header = [(TOKENS, tokens.join(","))];
        let header: Vec<(&str, &str)> = header.iter().map(|(name, it)| (*name, &**it)).collect();
        let mut line = Line::open(served.address, &header).await.unwrap();
        line.init(json!({})).await;
        Self::on(line, subscription).await
    }

    /// Listens as whoever this bearer token stands for.
    pub async fn signed_in(served: &Served, token: &str, subscription: &str) -> Self {
        let mut line = served.line().await;
        line.init(json!({ "authorization": format!("Bearer {token}") })).await;
        Self::on(line, subscription).await
    }

    /// Begins a subscription. Without `since`, nobody can tell when it has begun.
    pub async fn on(mut line: Line, subscription: &str) -> Self {
        line.subscribe("s", &format!("subscription {{ {subscription} }}")).await;
        let field = subscription.split(['(', ' ', '{']).next().unwrap().to_owned();
        Self { line, field }
    }

    /// The next event.
    pub async fn event(&mut self) -> Value {
        let message = self.line.hear().await;
        assert_eq!(message["type"], "next", "{message}");
        let payload = &message["payload"];
        assert!(payload.get("errors").is_none(), "{message}");
        payload["data"][&self.field].clone()
    }

    /// The code of the error that comes next.
    pub async fn refusal(&mut self) -> String {
        let message = self.line.hear().await;
        let error = message.pointer("/payload/errors/0").or(message.pointer("/payload/0"));
        let error = error.unwrap_or_else(|| panic!("{message}"));
        error["extensions"]["code"].as_str().unwrap().to_owned()
    }

    /// The next event, if one comes within a while.
    pub async fn event_within(&mut self, patience: Duration) -> Option<Value> {
        let deadline = tokio::time::Instant::now() + patience;
        loop {
            let frame = futures_util::StreamExt::next(&mut self.line.0);
            match tokio::time::timeout_at(deadline, frame).await {
                Err(_) => return None,
                Ok(Some(Ok(Message::Text(text)))) => {
                    let message: Value = serde_json::from_str(&text).unwrap();
                    assert!(message["payload"].get("errors").is_none(), "{message}");
                    return Some(message["payload"]["data"][&self.field].clone());
                }
                Ok(Some(Ok(_))) => {}
                Ok(other) => panic!("{other:?}"),
            }
        }
    }

    /// Whether nothing is told for a while.
    #[track_caller]
    pub fn hears_nothing(&mut self) -> impl Future<Output = ()> {
        let place = std::panic::Location::caller();
        async move {
            let told = self.event_within(QUIET).await;
            assert!(told.is_none(), "{told:?} at {place}");
        }
    }
}
