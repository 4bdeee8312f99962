//! One socket, from its first message to its last.

use super::super::lasting::{self, Lasting, told_to_end};
use super::super::rate_limit::{Meter, too_often};
use super::super::request_id::RequestId;
use super::super::serve::Held;
use super::super::{Admission, Front, Visit, graphql};
use super::messages::{self, Incoming};
use super::operations::{Operations, Report};
use super::{Close, FAREWELL};
use crate::error::Code;
use crate::execution::{self, Refusal};
use crate::language::Language;
use crate::telemetry::figures;
use axum::extract::ws::{Message, WebSocket};
use axum::http::{HeaderMap, HeaderValue, header};
use futures_util::future::BoxFuture;
use futures_util::{FutureExt, SinkExt, StreamExt};
use serde_json::{Map, Value as Json};
use std::convert::Infallible;
use std::net::IpAddr;
use std::panic::AssertUnwindSafe;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;
use tokio::time::{Instant, Sleep, sleep, timeout};
use tungstenite::error::Error as Fault;

/// What is known of the client from its handshake.
pub(super) struct Caller {
    pub(super) headers: HeaderMap,
    pub(super) address: Option<IpAddr>,
    pub(super) request_id: RequestId,
    pub(super) language: Language,
}

/// The state of one socket.
pub(super) struct Conversation {
    front: Arc<Front>,
    caller: Caller,
    meter: Option<Meter>,
    held: Option<Held>,
    standing: Standing,
    operations: Operations,
    /// When the client has been silent for too long.
    silence: Pin<Box<Sleep>>,
    /// Whether it was asked if it is there still.
    pinged: bool,
    /// Whether the service ends, and only what has begun is finished.
    ending: bool,
}

/// Where a client stands.
enum Standing {
    /// It has not said who it is.
    Outside,
    /// It is being found out who it is.
    Asked(BoxFuture<'static, Result<Arc<dyn Admission>, Close>>),
    /// It was let in, until the end comes about.
    Inside { admission: Arc<dyn Admission>, end: BoxFuture<'static, ()> },
}

/// What happens to the standing by itself.
enum Change {
    Received(Result<Arc<dyn Admission>, Close>),
    Ended,
}

/// How a conversation ends.
enum End {
    /// The service closes it.
    Closed(Close),
    /// The client has closed it: the courtesy of an answer is left.
    Left,
    /// The line is dead.
    Dead,
}

impl From<Close> for End {
    fn from(close: Close) -> Self {
        Self::Closed(close)
    }
}

/// What happens next on a socket.
enum Step {
    Ending,
    Changed(Change),
    Said(Option<Result<Message, axum::Error>>),
    Silent,
    Told(Report),
}

impl Standing {
    async fn change(&mut self) -> Change {
        match self {
            Self::Outside => std::future::pending().await,
            Self::Asked(answer) => Change::Received(answer.await),
            Self::Inside { end, .. } => {
                end.await;
                Change::Ended
            }
        }
    }
}

impl Conversation {
    pub(super) fn new(
        front: Arc<Front>,
        caller: Caller,
        meter: Option<Meter>,
        held: Option<Held>,
    ) -> Self {
        let lasting = front.settings.lasting;
        Self {
            front,
            caller,
            meter,
            held,
            standing: Standing::Outside,
            operations: Operations::new(lasting.max_waiting),
            silence: Box::pin(sleep(lasting.init_timeout)),
            pinged: false,
            ending: false,
        }
    }

    /// Speaks with the client until one of the two has enough.
    pub(super) async fn hold(mut self, mut socket: WebSocket) {
        let _open = figures::socket_opened();
        let Err(end) = self.converse(&mut socket).await;
        // Operations end now; the place among the connections is kept until the socket is closed.
        let Self { operations, held: _held, .. } = self;
        drop(operations);
        match end {
            End::Closed(close) => close.say(socket).await,
            End::Left => {
                let answer = async { while let Some(Ok(_)) = socket.next().await {} };
                let _ = timeout(FAREWELL, answer).await;
            }
            End::Dead => {}
        }
    }

    async fn converse(&mut self, socket: &mut WebSocket) -> Result<Infallible, End> {
        if socket.protocol().is_none() {
            return Err(Close::new(4406, "Subprotocol not acceptable").into());
        }
        loop {
            match self.step(socket).await {
                Step::Ending => self.ending = true,
                Step::Changed(Change::Received(answer)) => self.let_in(socket, answer?).await?,
                Step::Changed(Change::Ended) => {
                    return Err(forbidden(&lasting::ended().en).into());
                }
                Step::Said(said) => self.hear(socket, said).await?,
                Step::Silent => self.wonder(socket).await?,
                Step::Told(report) => self.pass_on(socket, report).await?,
            }
            if self.ending && self.operations.count() == 0 {
                return Err(Close::new(1001, "The service is ending").into());
            }
        }
    }

    async fn step(&mut self, socket: &mut WebSocket) -> Step {
        tokio::select! {
            () = told_to_end(self.held.as_mut()), if !self.ending => Step::Ending,
            change = self.standing.change() => Step::Changed(change),
            said = socket.next() => Step::Said(said),
            () = &mut self.silence => Step::Silent,
            report = self.operations.next() => Step::Told(report),
        }
    }

    /// The client was let in, and may ask now.
    async fn let_in(
        &mut self,
        socket: &mut WebSocket,
        admission: Arc<dyn Admission>,
    ) -> Result<(), End> {
        let end = lasting::end_of(Arc::clone(&admission), self.lasting().recheck).boxed();
        self.standing = Standing::Inside { admission, end };
        self.send(socket, messages::ack()).await
    }

    /// The client has sent something, or is gone.
    async fn hear(
        &mut self,
        socket: &mut WebSocket,
        said: Option<Result<Message, axum::Error>>,
    ) -> Result<(), End> {
        let message = said.ok_or(End::Dead)?.map_err(unreadable)?;
        if !matches!(self.standing, Standing::Outside) {
            self.is_there();
        }
        match message {
            Message::Text(text) => self.obey(socket, messages::read(&text)?).await,
            Message::Binary(_) => Err(Close::new(4400, "Invalid message: it is not text.").into()),
            // Answered by the WebSocket itself.
            Message::Ping(_) | Message::Pong(_) => Ok(()),
            Message::Close(_) => Err(End::Left),
        }
    }

    async fn obey(&mut self, socket: &mut WebSocket, message: Incoming) -> Result<(), End> {
        match message {
            Incoming::Init(payload) => self.ask_who(&payload).map_err(End::from),
            Incoming::Ping(payload) => self.send(socket, messages::pong(payload.as_ref())).await,
            Incoming::Pong => Ok(()),
            Incoming::Subscribe(id, request) => self.subscribe(socket, &id, *request).await,
            Incoming::Complete(id) => {
                self.operations.end(&id);
                Ok(())
            }
        }
    }

    /// Begins to find out who it is. Meanwhile the client is listened to.
    fn ask_who(&mut self, payload: &Map<String, Json>) -> Result<(), Close> {
        if !matches!(self.standing, Standing::Outside) {
            return Err(Close::new(4429, "Too many initialisation requests"));
        }
        let mut headers = std::mem::take(&mut self.caller.headers);
        if let Some(authorization) = authorization(payload)? {
            headers.insert(header::AUTHORIZATION, authorization);
        }
        let front = Arc::clone(&self.front);
        let (address, language) = (self.caller.address, self.caller.language);
        let request_id = self.caller.request_id.clone();
        let asked = async move {
            let request_id = request_id.as_str();
            let visit = Visit { headers: &headers, address, request_id, language, lasting: true };
            let answer = AssertUnwindSafe(graphql::receive(&front, &visit)).catch_unwind().await;
            match answer {
                Ok(answer) => answer.map_err(|error| turned_away(error, language, request_id)),
                Err(_) => Err(Close::new(4500, "Internal server error")),
            }
        };
        self.standing = Standing::Asked(asked.boxed());
        self.is_there();
        Ok(())
    }

    async fn subscribe(
        &mut self,
        socket: &mut WebSocket,
        id: &str,
        mut request: execution::Request,
    ) -> Result<(), End> {
        let Standing::Inside { admission, .. } = &self.standing else {
            return Err(Close::new(4401, "Unauthorized").into());
        };
        if self.operations.has(id) {
            return Err(Close::new(4409, format!("Subscriber for {id} already exists")).into());
        }
        if self.ending {
            return Ok(());
        }
        let (language, request_id) = (self.caller.language, self.caller.request_id.as_str());
        if let Some(refusal) = self.too_many() {
            let body = execution::refused(&[refusal], language, request_id);
            return self.send(socket, messages::error(id, &body)).await;
        }
        request.language = language;
        request_id.clone_into(&mut request.request_id);
        let admission = Arc::clone(admission);
        self.operations.begin(id, request, &self.front, admission, self.held.clone());
        Ok(())
    }

    /// Why one operation more cannot be begun now.
    fn too_many(&self) -> Option<Refusal> {
        let most = self.lasting().max_operations;
        if self.operations.count() >= most {
            return Some(Refusal::new(
                Code::RateLimited,
                format!("There are {most} operations on this socket already: end one first."),
                format!("此连接上已有 {most} 个操作，请先结束其中一个。"),
            ));
        }
        let seconds = self.meter.as_ref()?.count().err()?;
        Some(too_often(seconds))
    }

    /// The client was silent for a while.
    async fn wonder(&mut self, socket: &mut WebSocket) -> Result<(), End> {
        if matches!(self.standing, Standing::Outside) {
            return Err(Close::new(4408, "Connection initialisation timeout").into());
        }
        if self.pinged {
            return Err(End::Dead);
        }
        self.pinged = true;
        let patience = self.lasting().patience;
        self.silence.as_mut().reset(Instant::now() + patience);
        self.send(socket, Message::Ping(bytes::Bytes::new())).await
    }

    fn is_there(&mut self) {
        let keep_alive = self.lasting().keep_alive;
        self.pinged = false;
        self.silence.as_mut().reset(Instant::now() + keep_alive);
    }

    /// Sends what an operation has to tell, and what others have meanwhile.
    async fn pass_on(&mut self, socket: &mut WebSocket, report: Report) -> Result<(), End> {
        let Lasting { patience, max_waiting, .. } = self.lasting();
        let sent = async {
            let mut report = Some(report);
            for _ in 0..=max_waiting {
                let Some(told) = report.take().or_else(|| self.operations.try_next()) else {
                    break;
                };
                if let Some(message) = self.operations.message(&told) {
                    socket.feed(message).await?;
                }
            }
            socket.flush().await
        };
        in_time(patience, sent).await
    }

    async fn send(&mut self, socket: &mut WebSocket, message: Message) -> Result<(), End> {
        in_time(self.lasting().patience, socket.send(message)).await
    }

    fn lasting(&self) -> Lasting {
        self.front.settings.lasting
    }
}

/// A client that takes nothing for a while is ended. 1013 asks it to come again later; that it hears it is not likely.
async fn in_time(
    patience: Duration,
    sending: impl Future<Output = Result<(), axum::Error>>,
) -> Result<(), End> {
    match timeout(patience, sending).await {
        Ok(Ok(())) => Ok(()),
        Ok(Err(_)) => Err(End::Dead),
        Err(_) => Err(Close::new(1013, "The client reads too slowly").into()),
    }
}

/// What could not be read as a message of a WebSocket.
fn unreadable(error: axum::Error) -> End {
    match error.into_inner().downcast_ref::<Fault>() {
        Some(Fault::Capacity(_)) => Close::new(1009, "The message is too large").into(),
        Some(Fault::Utf8(_)) => Close::new(1007, "The message is not UTF-8").into(),
        Some(Fault::Protocol(fault)) => Close::new(1002, fault.to_string()).into(),
        _ => End::Dead,
    }
}

/// What `connection_init` says of who is there, where a browser cannot send headers: `authorization`, as it is or among
/// `headers`.
fn authorization(payload: &Map<String, Json>) -> Result<Option<HeaderValue>, Close> {
    let named = |fields: &Map<String, Json>| {
        let mut fields = fields.iter();
        fields
            .find(|(name, _)| name.eq_ignore_ascii_case("authorization"))
            .map(|(_, said)| said.clone())
    };
    let said =
        named(payload).or_else(|| payload.get("headers").and_then(Json::as_object).and_then(named));
    match said {
        None | Some(Json::Null) => Ok(None),
        Some(Json::String(said)) => {
            let wrong = |_| Close::new(4400, "Invalid message: `authorization` is not a header.");
            HeaderValue::from_str(&said).map(Some).map_err(wrong)
        }
        Some(_) => Err(Close::new(4400, "Invalid message: `authorization` is not a text.")),
    }
}

/// How a socket is closed to whom the reception does not let in.
fn turned_away(error: async_graphql::Error, language: Language, request_id: &str) -> Close {
    let (body, code) = execution::settled(error, language, request_id);
    match code {
        Code::Internal => Close::new(4500, "Internal server error"),
        Code::Timeout | Code::RateLimited => Close::new(1013, "Try again later"),
        _ => {
            let body = serde_json::from_slice::<Json>(&body).unwrap_or_default();
            forbidden(body.pointer("/errors/0/message").and_then(Json::as_str).unwrap_or_default())
        }
    }
}

fn forbidden(why: &str) -> Close {
    Close::new(4403, format!("Forbidden: {why}"))
}
