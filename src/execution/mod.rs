//! The one way in which GraphQL is executed, whoever asks: HTTP, the console, a test.
//!
//! `Executor::execute` bounds a request, validates it, weighs it, runs it, and settles its errors; `Executor::open`
//! does the same for transports that can carry a subscription. Limits hold for every caller alike. What async-graphql's
//! release candidate leaves to its users (validation, nulls, panics, codes) is done here, so that an upgrade touches
//! this folder alone.

mod cost;
mod errors;
mod events;
mod limits;
mod nulls;
mod omitted;
mod persisted;
mod purse;
mod refusal;
mod validation;

pub use events::Events;
pub use limits::Limits;
pub use purse::Purse;
pub use refusal::Refusal;
pub use validation::OperationKind;
#[cfg(test)]
pub(crate) use validation::specimens::specimens;

use crate::error::Code;
use crate::language::Language;
use crate::telemetry::figures;
use async_graphql::{
    Data, ObjectType, SchemaBuilder, ServerError, SubscriptionType, ValidationMode, Value,
};
use bytes::Bytes;
use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use futures_util::stream::BoxStream;
use persisted::{Asked, Documents};
use serde_json::{Map, Value as Json};
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;
use validation::{Contract, Prepared, Rejection};

/// The name under which an error says after how many seconds to come again.
pub const RETRY_AFTER: &str = "retryAfter";

/// Executes GraphQL requests within limits. Share it behind an `Arc`.
pub struct Executor {
    run: Box<
        dyn Fn(async_graphql::Request) -> BoxFuture<'static, async_graphql::Response> + Send + Sync,
    >,
    listen: Box<
        dyn Fn(async_graphql::Request) -> BoxStream<'static, async_graphql::Response> + Send + Sync,
    >,
    contract: Arc<Contract>,
    documents: Documents,
    limits: Limits,
    sdl: String,
}

/// A GraphQL request, from whatever transport.
#[derive(Debug, Default)]
pub struct Request {
    /// The document; none where `extensions.persistedQuery` stands for it.
    pub query: Option<String>,
    /// Which of several operations.
    pub operation_name: Option<String>,
    /// The variables, as they came.
    pub variables: Map<String, Json>,
    /// `persistedQuery` is looked at; all else is ignored.
    pub extensions: Map<String, Json>,
    /// Refuse what writes, as a GET must: all but queries, and subscriptions where they can be carried.
    pub queries_only: bool,
    /// The language of messages.
    pub language: Language,
    /// Named in errors of ours and in the log.
    pub request_id: String,
}

/// The answer to a [`Request`].
#[derive(Debug)]
pub struct Response {
    /// The GraphQL response as JSON.
    pub body: Bytes,
    /// How the request fared as a whole.
    pub outcome: Outcome,
    /// What kind of operation it was, where it came to running it.
    pub kind: Option<OperationKind>,
    /// After how many seconds to come again, where it was refused for coming too often.
    pub retry_after: Option<u64>,
}

/// How a request fared as a whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// It was executed: there is `data`, maybe null, maybe with errors beside it.
    Executed,
    /// It was not executed, or not to its end: there is no `data`. The code is the first error's.
    Refused(Code),
    /// It is not a query, and only queries were asked for.
    NotAQuery,
}

/// What comes of a request on a transport that can carry a subscription.
pub enum Opened {
    /// One answer: a query, a mutation, or a refusal.
    Answered(Response),
    /// The events of a subscription, until it ends or is dropped.
    Events(Events),
}

/// An operation that may run.
struct Ready {
    executable: async_graphql::Request,
    kind: OperationKind,
    cost: u64,
    settling: Settling,
}

/// How the answers of one operation are made fit to leave.
struct Settling {
    language: Language,
    request_id: String,
    cost: Value,
}

impl Executor {
    /// Finishes a schema and takes it over. Fails with the reason when the schema that it prints is not valid GraphQL.
    ///
    /// The schema is built twice: what looks after the events of a subscription is an extension of async-graphql, which
    /// would be called for every field of every query as well.
    pub fn new<Q, M, S>(
        builder: impl Fn() -> SchemaBuilder<Q, M, S>,
        limits: Limits,
    ) -> Result<Self, String>
    where
        Q: ObjectType + 'static,
        M: ObjectType + 'static,
        S: SubscriptionType + 'static,
    {
        let builder = || {
            builder()
                .validation_mode(ValidationMode::Fast)
                // Documents are measured before; this must only not be stricter.
                .limit_recursive_depth(256)
                .directive(nulls::Guard { nullable: true })
                .directive(nulls::Guard { nullable: false })
        };
        let schema = builder().finish();
        let listening = builder().extension(events::EachEvent { limit: limits.timeout }).finish();
        let sdl = schema.sdl();
        let contract = Arc::new(Contract::new(&sdl, limits.clone())?);
        let documents = Documents::new(limits.document_cache_bytes);
        let run = Box::new(move |request| {
            let schema = schema.clone();
            async move { schema.execute(request).await }.boxed()
        });
        let listen = Box::new(move |request| listening.execute_stream(request));
        Ok(Self { run, listen, contract, documents, limits, sdl })
    }

    /// The schema that is served, in the schema definition language.
    pub fn sdl(&self) -> &str {
        &self.sdl
    }

    /// The limits in force.
    pub fn limits(&self) -> &Limits {
        &self.limits
    }

    /// Executes a request. `data` is what the resolvers find in their context: who asks, loaders, and the like.
    ///
    /// Never fails: whatever goes wrong is an error in the response, with a code. A subscription is refused.
    pub async fn execute(&self, request: Request, data: Data) -> Response {
        match self.prepare(request, &data, false).await {
            Ok(ready) => self.run(ready, data).await,
            Err(refused) => refused,
        }
    }

    /// Executes a request, or begins to listen where it is a subscription. `data` lays out what the resolvers find in
    /// their context: once for a query or mutation, once to begin a subscription, and anew for each of its events, so
    /// that no event sees what was loaded for an earlier one.
    pub async fn open(
        &self,
        request: Request,
        data: impl Fn() -> Data + Send + Sync + 'static,
    ) -> Opened {
        let first = data();
        match self.prepare(request, &first, true).await {
            Ok(ready) if ready.kind == OperationKind::Subscription => {
                Opened::Events(self.begin(ready, first, data))
            }
            Ok(ready) => Opened::Answered(self.run(ready, first).await),
            Err(refused) => Opened::Answered(refused),
        }
    }

    /// Finds out what is to be run, or the answer that refuses it.
    async fn prepare(
        &self,
        mut request: Request,
        data: &Data,
        streams: bool,
    ) -> Result<Ready, Response> {
        let (language, request_id) = (request.language, request.request_id.clone());
        let ready = async {
            purse::count(data)?;
            let prepared = self.document(&request, streams).await?;
            let ready = self.ready(&prepared, &mut request, streams)?;
            purse::pay(data, ready.cost)?;
            Ok(ready)
        };
        ready.await.map_err(|rejection| rejected(rejection, language, &request_id))
    }

    /// The document that a request means, from the cache or made ready now.
    async fn document(&self, request: &Request, streams: bool) -> Result<Arc<Prepared>, Rejection> {
        let (text, hash) = match persisted::asked(request.query.as_deref(), &request.extensions)? {
            Asked::Hash(hash) => {
                return self.documents.get(&hash).ok_or_else(|| persisted::unknown().into());
            }
            Asked::Text(text, hash) => (text, hash),
        };
        if let Some(prepared) = self.documents.get(&hash) {
            return Ok(prepared);
        }
        let (contract, text) = (Arc::clone(&self.contract), text.to_owned());
        let (name, may_be) = (request.operation_name.clone(), kinds(request.queries_only, streams));
        // A document made to be slow takes milliseconds, and a fault of the validator must not take the connection.
        let prepare = move || contract.prepare(&text, name.as_deref(), may_be);
        let prepared = tokio::task::spawn_blocking(prepare).await.map_err(|fault| {
            tracing::error!(request.id = request.request_id, cause = %fault, "a document could not be validated");
            Refusal::internal()
        })??;
        let prepared = Arc::new(prepared);
        self.documents.keep(hash, &prepared);
        Ok(prepared)
    }

    /// The operation that is meant, with its variables, once nothing speaks against running it.
    fn ready(
        &self,
        prepared: &Prepared,
        request: &mut Request,
        streams: bool,
    ) -> Result<Ready, Rejection> {
        let operation = prepared.operation(request.operation_name.as_deref())?;
        if !kinds(request.queries_only, streams)(operation.kind) {
            return Err(Rejection::NotAQuery);
        }
        if operation.kind == OperationKind::Subscription && !streams {
            return Err(Rejection::from(Refusal::bad_input(
                "A subscription has more than one answer: accept text/event-stream, or ask over a WebSocket (graphql-transport-ws).",
                "订阅（subscription）会有多次结果：请在 Accept 中接受 text/event-stream，或使用 WebSocket（graphql-transport-ws）。",
            )));
        }
        let given = std::mem::take(&mut request.variables);
        let variables = self.contract.variables(operation, given)?;
        let cost = cost::weigh(&operation.plan, &variables, &self.limits)?;
        let mut document = operation.executable.clone();
        omitted::take_out(&mut document, &variables);
        let mut executable = async_graphql::Request::new("").variables(variables);
        executable.set_parsed_query(document);
        let settling = Settling {
            language: request.language,
            request_id: std::mem::take(&mut request.request_id),
            cost: cost::report(cost, &self.limits),
        };
        Ok(Ready { executable, kind: operation.kind, cost, settling })
    }

    async fn run(&self, ready: Ready, data: Data) -> Response {
        let Ready { mut executable, kind, settling, .. } = ready;
        executable.data = data;
        let execution = AssertUnwindSafe((self.run)(executable)).catch_unwind();
        let response = match tokio::time::timeout(self.limits.timeout, execution).await {
            Ok(Ok(response)) => response,
            Ok(Err(panic)) => {
                async_graphql::Response::from_errors(vec![nulls::panicked(panic.as_ref())])
            }
            Err(_) => return settling.refuse(&too_slow(self.limits.timeout), kind),
        };
        figures::operation_run(kind.as_str());
        match settling.body(response) {
            Ok(body) => {
                Response { body, outcome: Outcome::Executed, kind: Some(kind), retry_after: None }
            }
            Err(refusal) => settling.refuse(&refusal, kind),
        }
    }

    fn begin(
        &self,
        ready: Ready,
        first: Data,
        data: impl Fn() -> Data + Send + Sync + 'static,
    ) -> Events {
        let Ready { mut executable, kind, settling, .. } = ready;
        executable.data = first;
        executable.data.insert(events::Fresh::new(data, settling.language));
        figures::operation_run(kind.as_str());
        Events::new((self.listen)(executable), settling)
    }
}

impl Settling {
    /// An answer as it leaves: its errors settled, its cost told, written as JSON.
    fn body(&self, mut response: async_graphql::Response) -> Result<Bytes, Refusal> {
        response.errors.retain(|error| !nulls::is_told(error));
        errors::settle(&mut response.errors, self.language, &self.request_id);
        for error in &response.errors {
            figures::error_returned(errors::code(error).unwrap_or(Code::Internal).as_str());
        }
        response.extensions.insert("cost".to_owned(), self.cost.clone());
        serde_json::to_vec(&response).map(Bytes::from).map_err(|fault| {
            tracing::error!(request.id = self.request_id, cause = %fault, "an answer could not be written");
            Refusal::internal()
        })
    }

    fn refuse(&self, refusal: &Refusal, kind: OperationKind) -> Response {
        let refusals = std::slice::from_ref(refusal);
        refuse(refusals, self.language, &self.request_id, Some(kind))
    }
}

/// Which kinds of operation a request may be: all, or those that write nothing. Over GET a subscription is refused as a
/// mutation is, unless it can be carried.
fn kinds(queries_only: bool, streams: bool) -> fn(OperationKind) -> bool {
    match (queries_only, streams) {
        (false, _) => |_| true,
        (true, false) => |kind| kind == OperationKind::Query,
        (true, true) => |kind| kind != OperationKind::Mutation,
    }
}

fn too_slow(limit: Duration) -> Refusal {
    let seconds = limit.as_secs_f32();
    Refusal::new(
        Code::Timeout,
        format!("The request was not answered within {seconds} seconds."),
        format!("请求未能在 {seconds} 秒内完成。"),
    )
}

/// The body of a response that was refused, for transports that refuse before there is a request to execute.
pub fn refused(refusals: &[Refusal], language: Language, request_id: &str) -> Bytes {
    #[derive(serde::Serialize)]
    struct Body {
        errors: Vec<ServerError>,
    }
    let errors = refusals
        .iter()
        .map(|refusal| {
            figures::error_returned(refusal.code.as_str());
            let mut error = refusal.to_error(language);
            if refusal.code == Code::Internal {
                error.extensions.get_or_insert_default().set("requestId", Value::from(request_id));
            }
            error
        })
        .collect();
    // Strings, numbers and lists of them: there is nothing in it that could not be written.
    serde_json::to_vec(&Body { errors }).unwrap_or_default().into()
}

/// Makes an error of the caller's own making (a failed sign-in) fit to leave, and gives its code.
pub fn settled(error: async_graphql::Error, language: Language, request_id: &str) -> (Bytes, Code) {
    let mut error = error.into_server_error(async_graphql::Pos::default());
    error.locations.clear();
    errors::settle(std::slice::from_mut(&mut error), language, request_id);
    let code = errors::code(&error).unwrap_or(Code::Internal);
    figures::error_returned(code.as_str());
    let body = serde_json::to_vec(&serde_json::json!({ "errors": [error] })).unwrap_or_default();
    (body.into(), code)
}

fn refuse(
    refusals: &[Refusal],
    language: Language,
    request_id: &str,
    kind: Option<OperationKind>,
) -> Response {
    let body = refused(refusals, language, request_id);
    let code = refusals.first().map_or(Code::BadUserInput, |refusal| refusal.code);
    let retry_after = refusals.iter().find_map(Refusal::retry_after);
    Response { body, outcome: Outcome::Refused(code), kind, retry_after }
}

fn rejected(rejection: Rejection, language: Language, request_id: &str) -> Response {
    match rejection {
        Rejection::NotAQuery => {
            let refusal = Refusal::bad_input(
                "Only queries are answered over GET: use POST.",
                "GET 只接受查询操作，请改用 POST。",
            );
            let refused = refuse(&[refusal], language, request_id, None);
            Response { outcome: Outcome::NotAQuery, ..refused }
        }
        Rejection::Refused(refusals) => refuse(&refusals, language, request_id, None),
    }
}
