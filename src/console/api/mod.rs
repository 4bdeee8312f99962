//! The console as a client of the API: a document of a page, its variables, and what comes back.

use std::marker::PhantomData;

use axum::{http::Extensions, response::Response};
use serde::{Deserialize, de::DeserializeOwned};
use serde_json::{Map, Value as Json};

use super::{gate::Guest, texts::Texts, trouble::Trouble};
use crate::execution::{self, Outcome};

/// A GraphQL document, and the type that its answer is read into.
pub(super) struct Document<T> {
    text: &'static str,
    answer: PhantomData<fn() -> T>,
}

impl<T> Document<T> {
    /// A document.
    pub(super) const fn new(text: &'static str) -> Self {
        Self { text, answer: PhantomData }
    }

    /// Its text.
    #[cfg(test)]
    pub(super) fn text(&self) -> &'static str {
        self.text
    }
}

/// Declares the documents of a page: a name, the type of the answer, and the files that make the document, the page's own
/// and those of the fragments that it uses. Each is tested against the schema where it is declared.
macro_rules! documents {
    ($($name:ident: $answer:ty = [$($file:literal),+ $(,)?];)+) => {
        $(
            const $name: $crate::console::api::Document<$answer> =
                $crate::console::api::Document::new(concat!($(include_str!($file), "\n"),+));
        )+

        #[cfg(test)]
        mod documents {
            use super::*;

            #[test]
            fn say_what_the_schema_says() {
                $($crate::console::api::agreement::check(&$name);)+
            }
        }
    };
}
pub(super) use documents;

#[derive(Deserialize)]
#[serde(bound = "T: DeserializeOwned")]
struct Answered<T> {
    data: Option<T>,
    #[serde(default)]
    errors: Vec<Fault>,
}

#[derive(Deserialize)]
struct Fault {
    message: String,
    #[serde(default)]
    extensions: FaultExtensions,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase")]
struct FaultExtensions {
    code: Option<String>,
    field: Option<String>,
}

/// What a change did not take, as the API says it.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct UserError {
    pub code: String,
    pub path: Vec<String>,
    pub message: String,
}

impl UserError {
    /// A field of a form has to be filled in; `label` names the text of its label.
    pub(super) fn missing(field: &str, label: &str, text: Texts) -> Self {
        Self {
            code: "INVALID".to_owned(),
            path: vec![field.to_owned()],
            message: text.with("field-needed", "field", &*text.of(label)),
        }
    }

    /// Whether somebody else was faster.
    pub(super) fn is_conflict(&self) -> bool {
        self.code == "CONFLICT"
    }
}

/// The document of a change; it calls its one field `done`.
pub(super) type Change<T> = Document<Done<T>>;

/// The answer to a change.
#[derive(Deserialize)]
pub(super) struct Done<T> {
    done: Payload<T>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Payload<T> {
    user_errors: Vec<UserError>,
    #[serde(flatten)]
    rest: T,
}

impl Guest {
    /// Executes a query as whoever is signed in.
    pub(super) async fn ask<T: DeserializeOwned>(
        &self,
        document: &Document<T>,
        variables: Json,
    ) -> Result<T, Trouble> {
        let response = self.run(document.text, variables).await;
        read(&response)
    }

    /// Executes a change as whoever is signed in: what it gives, or what it did not take.
    pub(super) async fn change<T: DeserializeOwned>(
        &self,
        document: &Change<T>,
        input: Json,
    ) -> Result<Result<T, Vec<UserError>>, Trouble> {
        let response = self.run(document.text, serde_json::json!({ "input": input })).await;
        let Done { done } = read(&response)?;
        Ok(if done.user_errors.is_empty() { Ok(done.rest) } else { Err(done.user_errors) })
    }

    /// Opens a subscription as whoever is signed in: a stream of its answers as events, for a page to read.
    pub(super) async fn follow<T>(
        &self,
        document: &Document<T>,
        variables: Json,
        extensions: &Extensions,
    ) -> Response {
        self.listen(request(document.text, variables), extensions).await
    }

    async fn run(&self, text: &str, variables: Json) -> execution::Response {
        self.execute(request(text, variables)).await
    }
}

fn request(text: &str, variables: Json) -> execution::Request {
    let variables = match variables {
        Json::Object(variables) => variables,
        _ => Map::new(),
    };
    execution::Request { query: Some(text.to_owned()), variables, ..execution::Request::default() }
}

/// Reads an answer. One error is enough for there being no page: a page asks for nothing that it can do without.
fn read<T: DeserializeOwned>(response: &execution::Response) -> Result<T, Trouble> {
    let answered: Answered<T> = serde_json::from_slice(&response.body).map_err(|fault| {
        // A null where there must be none comes with the error that made it.
        match serde_json::from_slice::<Answered<Json>>(&response.body) {
            Ok(answered) if !answered.errors.is_empty() => first(answered.errors, response),
            _ => Trouble::internal(&fault),
        }
    })?;
    match answered.data {
        Some(data) if answered.errors.is_empty() => Ok(data),
        _ => Err(first(answered.errors, response)),
    }
}

fn first(errors: Vec<Fault>, response: &execution::Response) -> Trouble {
    let Some(fault) = errors.into_iter().next() else {
        return Trouble::internal(&format!("no data and no error: {:?}", response.outcome));
    };
    if matches!(response.outcome, Outcome::NotAQuery) {
        return Trouble::internal(&"a document of the console is no query");
    }
    let code = fault.extensions.code.as_deref().unwrap_or("INTERNAL");
    // An address with an id that is none leads nowhere.
    if code == "BAD_USER_INPUT" && fault.extensions.field.as_deref() == Some("id") {
        return Trouble::NotFound;
    }
    Trouble::of_code(code, fault.message, response.retry_after)
}

#[cfg(test)]
pub(super) mod agreement;
