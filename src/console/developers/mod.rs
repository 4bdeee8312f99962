//! For developers: the contract to read, a page to try it out, and how to begin.

mod contract;

use std::sync::OnceLock;

use askama::Template;
use axum::{Router, extract::Path, response::Response, routing::get};
use serde_json::{Map, Value as Json, json};

use super::{
    api::Document,
    forms::Form,
    gate::Guest,
    shell::{self, Section, Shell},
    trouble::Trouble,
};
use crate::execution;
use contract::{Contract, Introspection, Type};

/// It is asked of the API, like all else; no generated answer can stand for it.
const INTROSPECTION: Document<Introspection> = Document::new(include_str!("introspection.graphql"));

/// The contract does not change while the program runs.
static CONTRACT: OnceLock<Contract> = OnceLock::new();

/// Examples that can be run as they are, with the address of the service in `ZHANJIAN_URL`.
const EXAMPLES: [(&str, &str, &str); 4] = [
    ("curl", "search.sh", include_str!("examples/search.sh")),
    ("Python, gql", "search.py", include_str!("examples/search.py")),
    ("JavaScript, urql", "urql.mjs", include_str!("examples/urql.mjs")),
    ("JavaScript, Apollo Client", "apollo.mjs", include_str!("examples/apollo.mjs")),
];

/// What stands in the query page at first.
const FIRST_QUERY: &str = include_str!("first_query.graphql");

/// The addresses of these pages.
pub(super) fn routes<S: Clone + Send + Sync + 'static>() -> Router<S> {
    Router::new()
        .route("/developers", get(start))
        .route("/developers/schema", get(index))
        .route("/developers/schema/{name}", get(type_page))
        .route("/developers/query", get(query_page).post(run))
}

#[derive(Template)]
#[template(path = "developers/start.html")]
struct StartPage {
    shell: Shell,
    examples: [(&'static str, &'static str, &'static str); 4],
}

async fn start(guest: Guest) -> Result<Response, Trouble> {
    let shell = guest.shell(shell::viewer(&guest).await, Section::Developers);
    shell::show(&StartPage { shell, examples: EXAMPLES })
}

async fn contract(guest: &Guest) -> Result<&'static Contract, Trouble> {
    if let Some(known) = CONTRACT.get() {
        return Ok(known);
    }
    let told = guest.ask(&INTROSPECTION, json!({})).await?;
    Ok(CONTRACT.get_or_init(|| Contract::of(told)))
}

#[derive(Template)]
#[template(path = "developers/index.html")]
struct IndexPage {
    shell: Shell,
    roots: Vec<&'static Type>,
    kinds: Vec<(String, Vec<&'static str>)>,
}

async fn index(guest: Guest) -> Result<Response, Trouble> {
    let contract = contract(&guest).await?;
    let shell = guest.shell(shell::viewer(&guest).await, Section::Developers);
    let roots = ["Query", "Mutation", "Subscription"].map(|name| contract.find(name));
    let kinds = ["OBJECT", "INTERFACE", "UNION", "ENUM", "INPUT_OBJECT", "SCALAR"].map(|kind| {
        (shell.text.of(&format!("type-kind-{kind}")).into_owned(), contract.names(kind))
    });
    let page =
        IndexPage { shell, roots: roots.into_iter().flatten().collect(), kinds: kinds.into() };
    shell::show(&page)
}

#[derive(Template)]
#[template(path = "developers/type.html")]
struct TypePage {
    shell: Shell,
    shown: &'static Type,
    uses: Vec<(&'static str, &'static str)>,
}

async fn type_page(guest: Guest, Path(name): Path<String>) -> Result<Response, Trouble> {
    let contract = contract(&guest).await?;
    let shown = contract.find(&name).ok_or(Trouble::NotFound)?;
    let shell = guest.shell(shell::viewer(&guest).await, Section::Developers);
    shell::show(&TypePage { shell, shown, uses: contract.uses(&shown.name) })
}

#[derive(Template)]
#[template(path = "developers/query.html")]
struct QueryPage {
    shell: Shell,
    query: String,
    variables: String,
    /// What is wrong with the variables, before anything is asked.
    fault: Option<String>,
    answer: Option<String>,
}

async fn query_page(guest: Guest) -> Result<Response, Trouble> {
    let shell = guest.shell(shell::viewer(&guest).await, Section::Developers);
    let query = FIRST_QUERY.to_owned();
    let variables = "{\n  \"words\": \"医疗器械注册\"\n}".to_owned();
    shell::show(&QueryPage { shell, query, variables, fault: None, answer: None })
}

/// Runs what was written, as whoever wrote it: with the rights and the limits of the API.
async fn run(guest: Guest, form: Form) -> Result<Response, Trouble> {
    let (query, variables) = (form.text("query").to_owned(), form.text("variables").to_owned());
    let shell = guest.shell(shell::viewer(&guest).await, Section::Developers);
    let read = if variables.is_empty() { Ok(Map::new()) } else { serde_json::from_str(&variables) };
    let (fault, answer) = match read {
        Err(fault) => (Some(shell.text.with("variables-fault", "fault", fault.to_string())), None),
        Ok(variables) => {
            let request = execution::Request {
                query: Some(query.clone()),
                variables,
                ..execution::Request::default()
            };
            let response = guest.execute(request).await;
            let answer: Json = serde_json::from_slice(&response.body).unwrap_or_default();
            (None, Some(format!("{answer:#}")))
        }
    };
    shell::show(&QueryPage { shell, query, variables, fault, answer })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_query_is_one() {
        execution::specimens(FIRST_QUERY).expect("a valid query");
    }
}
