//! The messages of `graphql-transport-ws` (`enisdenjo/graphql-ws:PROTOCOL.md`).

use super::super::body;
use super::Close;
use crate::execution;
use axum::extract::ws::{Message, Utf8Bytes};
use serde_json::{Map, Value as Json};

/// Bytes of the id of an operation. Clients number them, or write UUIDs.
const MAX_ID: usize = 256;

/// What a client says.
#[derive(Debug)]
pub(super) enum Incoming {
    /// Who is there.
    Init(Map<String, Json>),
    /// Is anybody there? With what is to be sent back.
    Ping(Option<Json>),
    /// Yes.
    Pong,
    /// Begin this operation.
    Subscribe(String, Box<execution::Request>),
    /// Enough of this operation.
    Complete(String),
}

/// Reads a message. What is none closes the socket, as the protocol says.
pub(super) fn read(text: &str) -> Result<Incoming, Close> {
    let Ok(Json::Object(mut message)) = serde_json::from_str(text) else {
        return Err(invalid("it is not a JSON object"));
    };
    let Some(Json::String(kind)) = message.remove("type") else {
        return Err(invalid("it has no `type`"));
    };
    let payload = message.remove("payload").filter(|payload| !payload.is_null());
    match kind.as_str() {
        "connection_init" => Ok(Incoming::Init(object(payload)?.unwrap_or_default())),
        "ping" => Ok(Incoming::Ping(object(payload)?.map(Json::Object))),
        "pong" => object(payload).map(|_| Incoming::Pong),
        "subscribe" => {
            let id = id(&mut message)?;
            let parameters = object(payload)?.ok_or_else(|| invalid("it has no `payload`"))?;
            let request = body::from_parameters(parameters)
                .map_err(|(_, refusal)| Close::new(4400, refusal.en))?;
            Ok(Incoming::Subscribe(id, Box::new(request)))
        }
        "complete" => id(&mut message).map(Incoming::Complete),
        _ => Err(invalid("its `type` is not one that a client sends")),
    }
}

fn object(payload: Option<Json>) -> Result<Option<Map<String, Json>>, Close> {
    match payload {
        None => Ok(None),
        Some(Json::Object(fields)) => Ok(Some(fields)),
        Some(_) => Err(invalid("its `payload` is not an object")),
    }
}

fn id(message: &mut Map<String, Json>) -> Result<String, Close> {
    match message.remove("id") {
        Some(Json::String(id)) if !id.is_empty() && id.len() <= MAX_ID => Ok(id),
        _ => Err(invalid("its `id` is not a text of 1 to 256 bytes")),
    }
}

fn invalid(why: &str) -> Close {
    Close::new(4400, format!("Invalid message: {why}."))
}

/// The client may ask now.
pub(super) fn ack() -> Message {
    Message::Text(Utf8Bytes::from_static(r#"{"type":"connection_ack"}"#))
}

/// The answer to a ping, with what came with it.
pub(super) fn pong(payload: Option<&Json>) -> Message {
    let text = match payload {
        Some(payload) => format!(r#"{{"type":"pong","payload":{payload}}}"#).into(),
        None => Utf8Bytes::from_static(r#"{"type":"pong"}"#),
    };
    Message::Text(text)
}

/// One answer of an operation.
pub(super) fn next(id: &str, body: &[u8]) -> Message {
    of_operation(id, "next", Some(&String::from_utf8_lossy(body)))
}

/// Why an operation was not begun. `body` is a GraphQL response that has errors only.
pub(super) fn error(id: &str, body: &[u8]) -> Message {
    let errors = serde_json::from_slice::<Json>(body)
        .ok()
        .and_then(|mut body| body.get_mut("errors").map(Json::take))
        .unwrap_or_else(|| Json::Array(Vec::new()));
    of_operation(id, "error", Some(&errors.to_string()))
}

/// There will be no more answers.
pub(super) fn complete(id: &str) -> Message {
    of_operation(id, "complete", None)
}

fn of_operation(id: &str, kind: &str, payload: Option<&str>) -> Message {
    let id = Json::from(id);
    let text = match payload {
        Some(payload) => format!(r#"{{"id":{id},"type":"{kind}","payload":{payload}}}"#),
        None => format!(r#"{{"id":{id},"type":"{kind}"}}"#),
    };
    Message::Text(text.into())
}
