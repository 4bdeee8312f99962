//! `/imports/…`: files that people bring, as the body of a plain request, with the same token as at the API.
//!
//! Who may bring none is told so before the file is read. A file is read whole, within a bound of its own, and all that
//! have come within another, counted as they come: whoever sends slowly holds nobody up. Only so many are looked at at
//! once: others wait. A file counts until nobody looks at it any more, which may be after whoever sent it has left.

use super::answer::Answer;
use super::client_address::ClientAddress;
use super::graphql::receive;
use super::request_id::RequestId;
use super::{Front, Visit, body, language};
use crate::error::{Code, Error, Fault};
use crate::execution::Refusal;
use async_graphql::Data;
use axum::Extension;
use axum::body::Body;
use axum::extract::{Path, Request, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use std::time::Duration;
use tokio::sync::{Semaphore, SemaphorePermit};

/// Takes files that people bring.
#[async_graphql::async_trait::async_trait]
pub trait Uploads: Send + Sync {
    /// Whether files of a name such as `research-outputs` are taken at all, and from whoever asks. `data` is what resolvers
    /// find in their context, and tells who that is.
    async fn may(&self, data: &Data, name: &str) -> Result<bool, async_graphql::Error>;

    /// Takes a file, as the parameters of the address want it.
    async fn take(
        &self,
        data: &Data,
        name: &str,
        parameters: &str,
        file: Bytes,
    ) -> Result<Uploaded, async_graphql::Error>;
}

/// What came of a file.
#[derive(Clone, Debug)]
pub struct Uploaded {
    /// What is told of it, as JSON.
    pub told: serde_json::Value,
}

/// Files that are looked at, at the same time.
static AT_ONCE: Semaphore = Semaphore::const_new(4);

/// The room for all files that have come, whole or in part, in pieces: the largest that may be brought by any settings.
static ROOM: Semaphore = Semaphore::const_new(256 * 1024);

/// The bytes of a piece of the room.
const PIECE: usize = 1024;

/// How long a file may take to be looked at, once it is here, waiting for others included.
const PATIENCE: Duration = Duration::from_mins(2);

/// How much longer than a request its body may take to come.
const SLOWER: u32 = 12;

/// Answers one request.
pub(super) async fn handle(
    State(front): State<Front>,
    Extension(request_id): Extension<RequestId>,
    address: Option<Extension<ClientAddress>>,
    Path(name): Path<String>,
    request: Request<Body>,
) -> Response {
    let (parts, file) = request.into_parts();
    let language = language(&parts.headers);
    let visit = Visit {
        headers: &parts.headers,
        address: address.and_then(|Extension(address)| address.0),
        request_id: request_id.as_str(),
        language,
        lasting: false,
    };
    let parameters = parts.uri.query().unwrap_or_default();
    match take(&front, &visit, (&name, parameters), file).await {
        Ok(Some(Taken::Told(told))) => (StatusCode::CREATED, axum::Json(told)).into_response(),
        Ok(Some(Taken::Refused((status, refusal)))) => {
            // What is left of a body that was not read would be taken for the next request.
            let answer = Answer::refusal(status, &refusal, language, request_id.as_str())
                .with(header::CONNECTION, HeaderValue::from_static("close"));
            let full = status == StatusCode::TOO_MANY_REQUESTS;
            let wait = || HeaderValue::from_static("60");
            if full { answer.with(header::RETRY_AFTER, wait()) } else { answer }.into_response()
        }
        Ok(None) => super::nowhere(&request_id, &parts.headers),
        Err(error) => Answer::turned_away(error, language, request_id.as_str()).into_response(),
    }
}

/// What came of a request.
enum Taken {
    Told(serde_json::Value),
    Refused(body::Refused),
}

async fn take(
    front: &Front,
    visit: &Visit<'_>,
    (name, parameters): (&str, &str),
    file: Body,
) -> Result<Option<Taken>, async_graphql::Error> {
    let admission = receive(front, visit).await?;
    let data = admission.data(visit.request_id);
    let Some(desk) = desk(front, &data, name).await? else { return Ok(None) };
    let max = front.settings.max_import_bytes;
    let came = match read(front, visit.headers, file, max).await {
        Ok(came) => came,
        Err(refused) => return Ok(Some(Taken::Refused(refused))),
    };
    let file = came.bytes();
    let uploaded = came.hand_in(desk, &data, (name, parameters), file).await?;
    Ok(Some(Taken::Told(uploaded.told)))
}

/// Who takes files of a name, where they are taken from whoever asks. This is asked before a file is read.
pub(crate) async fn desk<'a>(
    front: &'a Front,
    data: &Data,
    name: &str,
) -> Result<Option<&'a dyn Uploads>, async_graphql::Error> {
    let Some(desk) = front.uploads.as_deref() else { return Ok(None) };
    Ok(desk.may(data, name).await?.then_some(desk))
}

/// Reads a body whole, within its own bound and the room for all.
pub(crate) async fn read(
    front: &Front,
    headers: &HeaderMap,
    file: Body,
    max: usize,
) -> Result<Came, body::Refused> {
    let patience = front.settings.body_timeout * SLOWER;
    let mut room = Room::default();
    let more = |bytes| room.grow(bytes);
    let bytes = body::read_into(headers, file, max, patience, more).await?;
    Ok(Came { bytes, room })
}

/// What has come, and the room that it takes.
pub(crate) struct Came {
    bytes: Bytes,
    room: Room,
}

impl Came {
    /// All that has come.
    pub(crate) fn bytes(&self) -> Bytes {
        self.bytes.clone()
    }

    /// Has a file looked at: all that has come, or what was in it.
    pub(crate) async fn hand_in(
        self,
        desk: &dyn Uploads,
        data: &Data,
        (name, parameters): (&str, &str),
        file: Bytes,
    ) -> Result<Uploaded, async_graphql::Error> {
        let room = self.room;
        let taken = async {
            let Ok(place) = AT_ONCE.acquire().await else {
                return Err(Fault::from(Error::Timeout).into());
            };
            let file = Bytes::from_owner(Held { file, _place: place, _room: room });
            // What was seen of a file is kept for as long as this goes on, whether or not the file itself still is.
            let _held = file.clone();
            desk.take(data, name, parameters, file).await
        };
        let taken = tokio::time::timeout(PATIENCE, taken).await;
        taken.unwrap_or_else(|_| Err(Fault::from(Error::Timeout).into()))
    }
}

/// A file with the place that it takes. The place is free once all who read it have let go of it: a thread that reads it
/// goes on when whoever asked for that has left.
struct Held {
    file: Bytes,
    _place: SemaphorePermit<'static>,
    _room: Room,
}

impl AsRef<[u8]> for Held {
    fn as_ref(&self) -> &[u8] {
        &self.file
    }
}

/// What a file takes of the room for all.
#[derive(Default)]
struct Room {
    bytes: usize,
    pieces: u32,
    held: Option<SemaphorePermit<'static>>,
}

impl Room {
    /// Takes room for more bytes of the file, if there is any.
    fn grow(&mut self, bytes: usize) -> Result<(), body::Refused> {
        self.bytes = self.bytes.saturating_add(bytes);
        let pieces = u32::try_from(self.bytes.div_ceil(PIECE)).unwrap_or(u32::MAX);
        let more = pieces.saturating_sub(self.pieces);
        let Ok(permit) = ROOM.try_acquire_many(more) else {
            let refusal = Refusal::new(
                Code::RateLimited,
                "Too many files are being brought at this moment: try again in a minute.",
                "当前正在导入的文件过多，请一分钟后重试。",
            );
            return Err((StatusCode::TOO_MANY_REQUESTS, refusal));
        };
        self.pieces = pieces;
        match &mut self.held {
            Some(held) => held.merge(permit),
            held => *held = Some(permit),
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_file_takes_its_place_until_nobody_reads_it() {
        let (places, pieces) = (AT_ONCE.available_permits(), ROOM.available_permits());
        let mut room = Room::default();
        for _ in 0..3_000 {
            room.grow(1).expect("there is room");
        }
        assert_eq!(ROOM.available_permits(), pieces - 3, "by what came, not by how it came");
        let place = AT_ONCE.acquire().await.expect("there is a place");
        let file = Bytes::from_static(b"abc");
        let file = Bytes::from_owner(Held { file, _place: place, _room: room });
        let (go, wait) = std::sync::mpsc::channel::<()>();
        let read = file.clone();
        let thread = std::thread::spawn(move || wait.recv().map(|()| read.len()));
        // Whoever sent it has left.
        drop(file);
        assert_eq!(
            (AT_ONCE.available_permits(), ROOM.available_permits()),
            (places - 1, pieces - 3)
        );
        go.send(()).expect("it waits");
        assert_eq!(thread.join().expect("it ends"), Ok(3));
        assert_eq!((AT_ONCE.available_permits(), ROOM.available_permits()), (places, pieces));
        let mut all = Room::default();
        all.grow(PIECE * pieces).expect("all of it");
        assert!(Room::default().grow(1).is_err(), "there is no more");
    }
}
