//! The one way in which GraphQL is executed, whoever asks: HTTP, the console, a test.
//!
//! `Executor::execute` bounds a request, validates it, weighs it, runs it, and settles its errors. Limits hold for
//! every caller alike. What async-graphql's release candidate leaves to its users (validation, nulls, panics, codes)
//! is done here, so that an upgrade touches this folder alone.

mod cost;
mod errors;
mod limits;
mod nulls;
mod omitted;
mod persisted;
mod purse;
mod refusal;
mod validation;

pub use limits::Limits;
pub use purse::Purse;
pub use refusal::Refusal;
pub use validation::OperationKind;

use crate::error::Code;
use crate::language::Language;
use crate::telemetry::figures;
use async_graphql::{
    Data, ObjectType, SchemaBuilder, ServerError, SubscriptionType, ValidationMode, Value,
};
use bytes::Bytes;
use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use persisted::{Asked, Documents};
use serde_json::{Map, Value as Json};
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use validation::{Contract, Prepared, Rejection};

/// The name under which an error says after how many seconds to come again.
pub const RETRY_AFTER: &str = "retryAfter";

/// Executes GraphQL requests within limits. Share it behind an `Arc`.
pub struct Executor {
    run: Box<
        dyn Fn(async_graphql::Request) -> BoxFuture<'static, async_graphql::Response> + Send + Sync,
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
    /// Refuse all but queries, as a GET must.
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

/// An operation that may run.
struct Ready {
    executable: async_graphql::Request,
    cost: u64,
    kind: OperationKind,
}

impl Executor {
    /// Finishes a schema and takes it over. Fails with the reason when the schema that it prints is not valid GraphQL.
    pub fn new<Q, M, S>(builder: SchemaBuilder<Q, M, S>, limits: Limits) -> Result<Self, String>
    where
        Q: ObjectType + 'static,
        M: ObjectType + 'static,
        S: SubscriptionType + 'static,
    {
        let schema = builder
            .validation_mode(ValidationMode::Fast)
            // Documents are measured before; this must only not be stricter.
            .limit_recursive_depth(256)
            .directive(nulls::Guard { nullable: true })
            .directive(nulls::Guard { nullable: false })
            .finish();
        let sdl = schema.sdl();
        let contract = Arc::new(Contract::new(&sdl, limits.clone())?);
        let documents = Documents::new(limits.document_cache_bytes);
        let run = Box::new(move |request| {
            let schema = schema.clone();
            async move { schema.execute(request).await }.boxed()
        });
        Ok(Self { run, contract, documents, limits, sdl })
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
    /// Never fails: whatever goes wrong is an error in the response, with a code.
    pub async fn execute(&self, mut request: Request, data: Data) -> Response {
        let prepared = match self.document(&request).await {
            Ok(prepared) => prepared,
            Err(rejection) => return rejected(rejection, &request),
        };
        match self.ready(&prepared, &mut request) {
            Ok(ready) => match purse::pay(&data, ready.cost) {
                Ok(()) => self.run(ready, data, &request).await,
                Err(refusal) => refuse(&[refusal], &request, Some(ready.kind)),
            },
            Err(rejection) => rejected(rejection, &request),
        }
    }

    /// The document that a request means, from the cache or made ready now.
    async fn document(&self, request: &Request) -> Result<Arc<Prepared>, Rejection> {
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
        let (name, queries_only) = (request.operation_name.clone(), request.queries_only);
        // A document made to be slow takes milliseconds, and a fault of the validator must not take the connection.
        let prepare = move || contract.prepare(&text, name.as_deref(), queries_only);
        let prepared = tokio::task::spawn_blocking(prepare).await.map_err(|fault| {
            tracing::error!(request.id = request.request_id, cause = %fault, "a document could not be validated");
            Refusal::internal()
        })??;
        let prepared = Arc::new(prepared);
        self.documents.keep(hash, &prepared);
        Ok(prepared)
    }

    /// The operation that is meant, with its variables, once nothing speaks against running it.
    fn ready(&self, prepared: &Prepared, request: &mut Request) -> Result<Ready, Rejection> {
        let operation = prepared.operation(request.operation_name.as_deref())?;
        if request.queries_only && operation.kind != OperationKind::Query {
            return Err(Rejection::NotAQuery);
        }
        if operation.kind == OperationKind::Subscription {
            return Err(Rejection::from(Refusal::bad_input(
                "Subscriptions are not answered here.",
                "此接口不支持订阅（subscription）操作。",
            )));
        }
        let given = std::mem::take(&mut request.variables);
        let variables = self.contract.variables(operation, given)?;
        let cost = cost::weigh(&operation.plan, &variables, &self.limits)?;
        let mut document = operation.executable.clone();
        omitted::take_out(&mut document, &variables);
        let mut executable = async_graphql::Request::new("").variables(variables);
        executable.set_parsed_query(document);
        Ok(Ready { executable, cost, kind: operation.kind })
    }

    async fn run(&self, ready: Ready, data: Data, request: &Request) -> Response {
        let Ready { mut executable, cost, kind } = ready;
        executable.data = data;
        let execution = AssertUnwindSafe((self.run)(executable)).catch_unwind();
        let mut response = match tokio::time::timeout(self.limits.timeout, execution).await {
            Ok(Ok(response)) => response,
            Ok(Err(panic)) => {
                async_graphql::Response::from_errors(vec![nulls::panicked(panic.as_ref())])
            }
            Err(_) => {
                let seconds = self.limits.timeout.as_secs_f32();
                let refusal = Refusal::new(
                    Code::Timeout,
                    format!("The request was not answered within {seconds} seconds."),
                    format!("请求未能在 {seconds} 秒内完成。"),
                );
                return refuse(&[refusal], request, Some(kind));
            }
        };
        response.errors.retain(|error| !nulls::is_told(error));
        errors::settle(&mut response.errors, request.language, &request.request_id);
        figures::operation_run(kind.as_str());
        for error in &response.errors {
            figures::error_returned(errors::code(error).unwrap_or(Code::Internal).as_str());
        }
        response.extensions.insert("cost".to_owned(), cost::report(cost, &self.limits));
        match serde_json::to_vec(&response) {
            Ok(body) => Response {
                body: body.into(),
                outcome: Outcome::Executed,
                kind: Some(kind),
                retry_after: None,
            },
            Err(fault) => {
                tracing::error!(request.id = request.request_id, cause = %fault, "an answer could not be written");
                refuse(&[Refusal::internal()], request, Some(kind))
            }
        }
    }
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
    let body = serde_json::to_vec(&serde_json::json!({ "errors": [error] })).unwrap_or_default();
    (body.into(), code)
}

fn refuse(refusals: &[Refusal], request: &Request, kind: Option<OperationKind>) -> Response {
    let body = refused(refusals, request.language, &request.request_id);
    let code = refusals.first().map_or(Code::BadUserInput, |refusal| refusal.code);
    let retry_after = refusals.iter().find_map(Refusal::retry_after);
    Response { body, outcome: Outcome::Refused(code), kind, retry_after }
}

fn rejected(rejection: Rejection, request: &Request) -> Response {
    match rejection {
        Rejection::NotAQuery => not_a_query(request),
        Rejection::Refused(refusals) => refuse(&refusals, request, None),
    }
}

fn not_a_query(request: &Request) -> Response {
    let refusal = Refusal::bad_input(
        "Only queries are answered over GET: use POST.",
        "GET 只接受查询操作，请改用 POST。",
    );
    Response { outcome: Outcome::NotAQuery, ..refuse(&[refusal], request, None) }
}
