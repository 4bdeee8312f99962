//! Signing in and out, and the choice of a language.

use askama::Template;
use axum::{
    Router,
    extract::RawQuery,
    response::{IntoResponse as _, Redirect, Response},
    routing::{get, post},
};
use serde::Deserialize;
use serde_json::json;

use super::{
    api::{Done, UserError, documents},
    forms::Form,
    gate::Guest,
    links,
    renewal::Tokens,
    shell::{self, Section, Shell},
    trouble::Trouble,
};
use crate::language::Language;

documents! {
    SIGN_IN: Done<SignedIn> = ["sign_in.graphql"];
    SIGN_OUT: Done<SignedOut> = ["sign_out.graphql"];
}

/// The addresses of these pages.
pub(super) fn routes<S: Clone + Send + Sync + 'static>() -> Router<S> {
    Router::new()
        .route("/sign-in", get(page).post(sign_in))
        .route("/sign-out", post(sign_out))
        .route("/language", post(language))
}

#[derive(Deserialize)]
struct SignedIn {
    session: Option<Tokens>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct SignedOut {
    #[expect(dead_code, reason = "the cookies are forgotten either way")]
    signed_out: bool,
}

#[derive(Template)]
#[template(path = "sign_in/page.html")]
struct SignInPage {
    shell: Shell,
    next: String,
    login: String,
    faults: Vec<UserError>,
}

async fn page(guest: Guest, RawQuery(query): RawQuery) -> Result<Response, Trouble> {
    let asked = links::parameters(query.as_deref());
    let next = asked.iter().find(|(name, _)| name == "next").map_or("/", |(_, next)| next);
    show(&guest, links::within(next), "", Vec::new()).await
}

async fn show(
    guest: &Guest,
    next: &str,
    login: &str,
    faults: Vec<UserError>,
) -> Result<Response, Trouble> {
    let viewer = shell::viewer(guest).await;
    let shell = guest.shell(viewer, Section::None);
    shell::show(&SignInPage { shell, next: next.to_owned(), login: login.to_owned(), faults })
}

async fn sign_in(guest: Guest, form: Form) -> Result<Response, Trouble> {
    let next = links::within(form.text("next"));
    let login = form.text("login");
    let input = json!({ "login": login, "password": form.secret("password") });
    match guest.change(&SIGN_IN, input).await? {
        Ok(SignedIn { session: Some(tokens) }) => {
            Ok(guest.signed_in(&tokens, Redirect::to(next).into_response()))
        }
        Ok(SignedIn { session: None }) => Err(Trouble::internal(&"signed in without a session")),
        Err(faults) => show(&guest, next, login, faults).await,
    }
}

async fn sign_out(guest: Guest, _: Form) -> Result<Response, Trouble> {
    // Whoever is no longer signed in is as good as out.
    match guest.change(&SIGN_OUT, json!({})).await {
        Ok(_) | Err(Trouble::Unauthenticated) => {}
        Err(trouble) => return Err(trouble),
    }
    Ok(guest.signed_out(Redirect::to("/").into_response()))
}

async fn language(guest: Guest, form: Form) -> Response {
    let back = Redirect::to(links::within(form.text("next"))).into_response();
    match Language::preferred(form.text("language")) {
        Some(language) => guest.speaks(language, back),
        None => back,
    }
}
