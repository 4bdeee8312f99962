//! Signing in and out, and the choice of a language.

pub(super) mod issuer;

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
    renewal::{Refresh, Tokens},
    shell::{self, Section, Shell},
    trouble::Trouble,
};
use crate::language::Language;

/// What the address says after somebody has signed out here alone.
const LEFT: &str = "left";

documents! {
    SIGN_IN: Done<SignedIn> = ["sign_in.graphql"];
    SIGN_OUT: Done<SignedOut> = ["sign_out.graphql"];
}

/// The addresses of these pages.
pub(super) fn routes<S: Clone + Send + Sync + 'static>() -> Router<S> {
    Router::new()
        .route("/sign-in", get(page).post(sign_in))
        .route(issuer::LEAVE, get(issuer::leave))
        .route(issuer::RETURN, get(issuer::come_back))
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
    /// Where one sets out for the issuer's pages.
    issuer_address: Option<String>,
    /// Whether one has signed out here who is still signed in there.
    has_left: bool,
    sign_out_page: Option<String>,
}

/// What is to be seen on the page.
#[derive(Default)]
struct Shown<'a> {
    next: &'a str,
    login: &'a str,
    faults: Vec<UserError>,
    has_left: bool,
}

async fn page(guest: Guest, RawQuery(query): RawQuery) -> Result<Response, Trouble> {
    let asked = links::parameters(query.as_deref());
    let next = asked.iter().find(|(name, _)| name == "next").map_or("/", |(_, next)| next);
    let has_left = asked.iter().any(|(name, _)| name == LEFT);
    show(&guest, Shown { next: links::within(next), has_left, ..Shown::default() }).await
}

async fn show(guest: &Guest, shown: Shown<'_>) -> Result<Response, Trouble> {
    let viewer = shell::viewer(guest).await;
    let shell = guest.shell(viewer, Section::None);
    let Shown { next, login, faults, has_left } = shown;
    let desk = guest.front().issuer.as_ref();
    let sign_out_page = match desk.filter(|_| has_left) {
        Some(desk) => desk.sign_out_page().await,
        None => None,
    };
    shell::show(&SignInPage {
        shell,
        next: next.to_owned(),
        login: login.to_owned(),
        faults,
        issuer_address: desk.map(|_| links::address(issuer::LEAVE, [("next", next)])),
        has_left: desk.is_some() && has_left,
        sign_out_page,
    })
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
        Err(faults) => show(&guest, Shown { next, login, faults, ..Shown::default() }).await,
    }
}

async fn sign_out(guest: Guest, _: Form) -> Result<Response, Trouble> {
    // Whoever is no longer signed in is as good as out.
    match guest.change(&SIGN_OUT, json!({})).await {
        Ok(_) | Err(Trouble::Unauthenticated) => {}
        Err(trouble) => return Err(trouble),
    }
    let to = match guest.refresh().map(Refresh::of) {
        Some(Refresh::Issuers(refresh)) => {
            issuer::give_back(&guest, refresh);
            links::address("/sign-in", [(LEFT, "issuer")])
        }
        _ => "/".to_owned(),
    };
    Ok(guest.signed_out(Redirect::to(&to).into_response()))
}

async fn language(guest: Guest, form: Form) -> Response {
    let back = Redirect::to(links::within(form.text("next"))).into_response();
    match Language::preferred(form.text("language")) {
        Some(language) => guest.speaks(language, back),
        None => back,
    }
}
