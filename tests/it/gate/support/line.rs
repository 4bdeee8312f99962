//! A real server on a real port, and a WebSocket to it.

use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use std::net::SocketAddr;
use std::time::Duration;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::oneshot;
use tokio::task::JoinHandle;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::http::{HeaderName, StatusCode};
use tokio_tungstenite::tungstenite::protocol::Message;
use tokio_tungstenite::tungstenite::{Bytes, Error};
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};
use zhanjian::http::{Front, ServeLimits, router, serve};

/// How long a test waits for what must come.
const PATIENCE: Duration = Duration::from_secs(10);

pub struct Served {
    pub address: SocketAddr,
    end: Option<oneshot::Sender<()>>,
    pub task: JoinHandle<()>,
}

impl Served {
    pub async fn new(front: Front) -> Self {
        Self::with(front, ServeLimits::default()).await
    }

    pub async fn with(front: Front, limits: ServeLimits) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (end, ended) = oneshot::channel::<()>();
        let router = router(front).unwrap();
        let task = tokio::spawn(serve(listener, router, limits, async { drop(ended.await) }));
        Self { address, end: Some(end), task }
    }

    /// Tells the service to end.
    pub fn end(&mut self) {
        self.end.take().unwrap().send(()).unwrap();
    }

    /// Waits until it has.
    pub async fn ended(self) {
        tokio::time::timeout(PATIENCE, self.task).await.unwrap().unwrap();
    }

    /// A socket over which nothing was said yet.
    pub async fn line(&self) -> Line {
        Line::open(self.address, &[]).await.unwrap()
    }

    /// A socket over which operations may be begun.
    pub async fn ready(&self) -> Line {
        let mut line = self.line().await;
        line.init(json!({})).await;
        line
    }
}

pub struct Line(pub WebSocketStream<MaybeTlsStream<TcpStream>>);

impl Line {
    /// Shakes hands in the right protocol, with further headers. Fails with the status of a refusal.
    pub async fn open(address: SocketAddr, headers: &[(&str, &str)]) -> Result<Self, StatusCode> {
        let protocol = [("sec-websocket-protocol", "graphql-transport-ws")];
        Self::shake(address, &[&protocol, headers].concat()).await
    }

    pub async fn shake(address: SocketAddr, headers: &[(&str, &str)]) -> Result<Self, StatusCode> {
        let mut request = format!("ws://{address}/graphql").into_client_request().unwrap();
        for (name, value) in headers {
            let name: HeaderName = name.parse().unwrap();
            request.headers_mut().insert(name, value.parse().unwrap());
        }
        match connect_async(request).await {
            Ok((socket, _)) => Ok(Self(socket)),
            Err(Error::Http(response)) => Err(response.status()),
            Err(fault) => panic!("{fault}"),
        }
    }

    pub async fn say(&mut self, message: Value) {
        self.say_text(&message.to_string()).await;
    }

    pub async fn say_text(&mut self, text: &str) {
        self.0.send(Message::text(text)).await.unwrap();
    }

    pub async fn init(&mut self, payload: Value) {
        self.say(json!({ "type": "connection_init", "payload": payload })).await;
        assert_eq!(self.hear().await, json!({ "type": "connection_ack" }));
    }

    pub async fn subscribe(&mut self, id: &str, query: &str) {
        self.say(json!({ "id": id, "type": "subscribe", "payload": { "query": query } })).await;
    }

    /// The next message of the protocol.
    #[track_caller]
    pub fn hear(&mut self) -> impl Future<Output = Value> {
        let place = std::panic::Location::caller();
        async move {
            loop {
                match self.frame().await {
                    Some(Message::Text(text)) => return serde_json::from_str(&text).unwrap(),
                    Some(Message::Ping(_) | Message::Pong(_)) => {}
                    other => panic!("{other:?} at {place}"),
                }
            }
        }
    }

    /// How the socket is closed; messages before that are left out. 1006 when it breaks off.
    pub async fn closed(&mut self) -> (u16, String) {
        loop {
            match self.frame().await {
                Some(Message::Close(Some(frame))) => {
                    // Reading on sends our half of the close.
                    while self.frame().await.is_some() {}
                    return (frame.code.into(), frame.reason.to_string());
                }
                Some(Message::Close(None)) => return (1005, String::new()),
                Some(_) => {}
                None => return (1006, String::new()),
            }
        }
    }

    /// Whether nothing comes for a while.
    pub async fn is_silent(&mut self) -> bool {
        tokio::time::timeout(Duration::from_millis(200), self.0.next()).await.is_err()
    }

    /// Asks whether somebody is there, below the protocol.
    pub async fn ping(&mut self) {
        self.0.send(Message::Ping(Bytes::from_static(b"there?"))).await.unwrap();
    }

    pub async fn frame(&mut self) -> Option<Message> {
        let next = tokio::time::timeout(PATIENCE, self.0.next()).await;
        next.expect("something must come").and_then(Result::ok)
    }
}
