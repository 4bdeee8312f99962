//! GraphQL over server-sent events, each operation a request of its own: the "distinct connections mode" of
//! graphql-sse (`enisdenjo/graphql-sse:PROTOCOL.md`).
//!
//! Every answer is an event `next`, and `complete` follows the last. A refused document comes as `next` too, for a
//! browser's `EventSource` tells its page nothing of a status. When the service ends, the stream breaks off without
//! `complete`: that is how a client knows that it should come again.

use super::lasting::{self, Lasting};
use super::serve::Held;
use super::{Admission, answer};
use crate::execution::{self, Events};
use crate::language::Language;
use axum::body::Body;
use axum::http::{HeaderName, HeaderValue, header};
use axum::response::Response;
use bytes::{BufMut, Bytes, BytesMut};
use futures_util::future::BoxFuture;
use futures_util::stream::{self, StreamExt};
use std::convert::Infallible;
use std::sync::Arc;
use tokio::time::sleep;

/// An event without data would not be told to an `EventSource`, hence the empty line of it.
const COMPLETE: &[u8] = b"event: complete\ndata:\n\n";
/// A comment, which readers leave out.
const COMMENT: &[u8] = b":\n\n";

/// Answers with one result.
pub(super) fn once(body: &[u8], language: Language) -> Response {
    let mut frames = next(body);
    frames.put_slice(COMPLETE);
    response(Body::from(frames.freeze()), language)
}

/// Answers with the events of a subscription, for as long as the admission holds.
pub(super) fn many(
    events: Events,
    admission: Arc<dyn Admission>,
    held: Option<Held>,
    lasting: Lasting,
    language: Language,
    request_id: &str,
) -> Response {
    let ended = execution::refused(&[lasting::ended()], language, request_id);
    let end = Box::pin(lasting::end_of(admission, lasting.recheck));
    let flow = Flow { events, end, ended, held, lasting };
    let frames = stream::unfold(Some(flow), async |flow| {
        let mut flow = flow?;
        let (frame, more) = flow.step().await?;
        Some((frame, more.then_some(flow)))
    });
    // Some browsers take the answer for begun only with its first bytes.
    let begun = stream::once(async { Bytes::from_static(COMMENT) });
    let frames = begun.chain(frames).map(Ok::<_, Infallible>);
    response(Body::from_stream(frames), language)
}

/// A stream of events on its way.
struct Flow {
    events: Events,
    /// Comes about when the admission ends.
    end: BoxFuture<'static, ()>,
    /// What is said then.
    ended: Bytes,
    held: Option<Held>,
    lasting: Lasting,
}

impl Flow {
    /// What to send next, and whether there will be more. None when it breaks off.
    async fn step(&mut self) -> Option<(Bytes, bool)> {
        let Self { events, end, ended, held, lasting } = self;
        tokio::select! {
            biased;
            () = lasting::told_to_end(held.as_mut()) => None,
            () = end => {
                let mut frames = next(ended);
                frames.put_slice(COMPLETE);
                Some((frames.freeze(), false))
            }
            event = events.next() => Some(match event {
                Some(body) => (next(&body).freeze(), true),
                None => (Bytes::from_static(COMPLETE), false),
            }),
            () = sleep(lasting.keep_alive) => Some((Bytes::from_static(COMMENT), true)),
        }
    }
}

/// The frame of one result. JSON as it is written here has no line breaks.
fn next(body: &[u8]) -> BytesMut {
    const HEAD: &[u8] = b"event: next\ndata: ";
    let mut frame = BytesMut::with_capacity(HEAD.len() + body.len() + 2 + COMPLETE.len());
    frame.put_slice(HEAD);
    frame.put_slice(body);
    frame.put_slice(b"\n\n");
    frame
}

fn response(body: Body, language: Language) -> Response {
    let mut response = Response::new(body);
    let headers = response.headers_mut();
    headers
        .insert(header::CONTENT_TYPE, HeaderValue::from_static("text/event-stream; charset=utf-8"));
    // nginx would gather events to send them together.
    headers.insert(HeaderName::from_static("x-accel-buffering"), HeaderValue::from_static("no"));
    answer::add_language(headers, language);
    response
}
