//! GraphQL over WebSocket, in the protocol `graphql-transport-ws` (`enisdenjo/graphql-ws:PROTOCOL.md`).
//!
//! Close codes are the protocol's own: 4400 for what is no message, 4401 for asking before the answer to
//! `connection_init`, 4403 for who may not enter or stay, 4406 for another protocol, 4408 for who does not say who is
//! there, 4409 for an id that is in use, 4429 for a second `connection_init`. Besides, of RFC 6455 and its registry:
//! 1001 when the service ends, 1009 for a message that is too large, 1013 for a client that reads too slowly. A
//! `graphql-ws` client comes again after 1001, 1013 and 4403, and gives up after the others, which is what each means.

mod conversation;
mod messages;
mod operations;

use super::answer::Answer;
use super::rate_limit::Meter;
use super::request_id::RequestId;
use super::serve::Held;
use super::{Front, language, origin};
use crate::error::Code;
use crate::execution::Refusal;
use axum::extract::FromRequestParts;
use axum::extract::ws::{CloseFrame, Message, Utf8Bytes, WebSocket, WebSocketUpgrade};
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use conversation::{Caller, Conversation};
use futures_util::StreamExt;
use std::borrow::Cow;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;
use tracing::{Instrument, debug, info_span};

/// The one protocol that is spoken.
const PROTOCOL: &str = "graphql-transport-ws";

/// Bytes that are read at a time and gathered before they are written. The 128 KiB that are usual would be a gigabyte
/// and more for ten thousand sockets that mostly wait.
const BUFFER: usize = 4 * 1024;

/// How long a closed socket is waited for.
const FAREWELL: Duration = Duration::from_secs(1);

/// The end of a socket, and what is said of it.
#[derive(Debug)]
struct Close {
    code: u16,
    reason: Cow<'static, str>,
}

/// Whether a request wants to become a WebSocket.
pub(super) fn is_asked_for(headers: &HeaderMap) -> bool {
    headers
        .get(header::UPGRADE)
        .is_some_and(|protocol| protocol.as_bytes().eq_ignore_ascii_case(b"websocket"))
}

/// Answers the handshake, and speaks with the client from then on in a task of its own.
pub(super) async fn upgrade(
    front: Front,
    mut parts: Parts,
    address: Option<IpAddr>,
    request_id: &RequestId,
) -> Response {
    let language = language(&parts.headers);
    let refuse = |status, refusal: &Refusal| {
        Answer::refusal(status, refusal, language, request_id.as_str()).into_response()
    };
    if !origin::may_connect(&parts.headers, &front.settings.cors_origins) {
        return refuse(StatusCode::FORBIDDEN, &foreign());
    }
    let handshake = match WebSocketUpgrade::from_request_parts(&mut parts, &()).await {
        Ok(handshake) => handshake,
        Err(rejection) => return refuse(rejection.status(), &no_handshake(&rejection.body_text())),
    };
    let max = front.settings.max_body_bytes;
    let held = parts.extensions.remove::<Held>();
    let meter = parts.extensions.remove::<Meter>();
    // The request ends with the handshake; the socket is a story of its own.
    let span = info_span!(parent: None, "socket", request.id = request_id.as_str());
    let request_id = request_id.clone();
    let caller = Caller { headers: parts.headers, address, request_id, language };
    handshake
        .protocols([PROTOCOL])
        .max_message_size(max)
        .max_frame_size(max)
        .read_buffer_size(BUFFER)
        .write_buffer_size(BUFFER)
        .on_failed_upgrade(|fault| debug!(cause = %fault, "a handshake did not come to its end"))
        .on_upgrade(move |socket| {
            Conversation::new(Arc::new(front), caller, meter, held).hold(socket).instrument(span)
        })
}

fn foreign() -> Refusal {
    Refusal::new(
        Code::Forbidden,
        "Pages of this origin may not connect: ask the operator to allow it (http.allowed_origins).",
        "不允许来自该来源（Origin）的网页连接，请联系运维人员在 http.allowed_origins 中放行。",
    )
}

fn no_handshake(why: &str) -> Refusal {
    Refusal::bad_input(
        format!("This is no WebSocket handshake: {why}."),
        format!("不是有效的 WebSocket 握手：{why}。"),
    )
}

impl Close {
    fn new(code: u16, reason: impl Into<Cow<'static, str>>) -> Self {
        Self { code, reason: reason.into() }
    }

    /// Says it, and waits a little for the client to have heard.
    async fn say(self, mut socket: WebSocket) {
        debug!(code = self.code, reason = %self.reason, "a socket is closed");
        let frame = CloseFrame { code: self.code, reason: self.cut() };
        let said = async {
            socket.send(Message::Close(Some(frame))).await?;
            // What still comes is left unread by us, but must be taken from the line: else the close gets lost.
            while let Some(message) = socket.next().await {
                message?;
            }
            Ok::<_, axum::Error>(())
        };
        if let Ok(Err(_)) = tokio::time::timeout(FAREWELL, said).await {
            tokio::time::sleep(FAREWELL).await;
        }
    }

    /// A frame has room for 123 bytes of reason.
    fn cut(&self) -> Utf8Bytes {
        const ROOM: usize = 123;
        let end = self.reason.floor_char_boundary(ROOM);
        Utf8Bytes::from(&self.reason[..end])
    }
}
