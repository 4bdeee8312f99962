//! One's own account: who one is here, where one is signed in, another password.

use askama::Template;
use axum::{
    Router,
    response::{IntoResponse as _, Redirect, Response},
    routing::{get, post},
};
use serde::{Deserialize, de::IgnoredAny};
use serde_json::json;

use super::{
    api::{Done, UserError, documents},
    forms::Form,
    gate::Guest,
    shell::{self, Section, Shell, Viewer},
    trouble::Trouble,
};

documents! {
    ACCOUNT: Account = ["account.graphql", "../parts/viewer.graphql"];
    END_SESSION: Done<Ended> = ["end_session.graphql"];
    CHANGE_PASSWORD: Done<Changed> = ["change_password.graphql"];
    SIGN_OUT_EVERYWHERE: Done<SignedOut> = ["sign_out_everywhere.graphql"];
}

/// The addresses of this page.
pub(super) fn routes<S: Clone + Send + Sync + 'static>() -> Router<S> {
    Router::new()
        .route("/account", get(page))
        .route("/account/password", post(change_password))
        .route("/account/sessions", post(end_session))
        .route("/account/sign-out-everywhere", post(sign_out_everywhere))
}

#[derive(Deserialize)]
struct Account {
    viewer: Viewer,
    sessions: Vec<Session>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Session {
    key: String,
    begun_at: String,
    ends_at: String,
    is_this_one: bool,
}

#[derive(Deserialize)]
struct Ended {
    #[expect(dead_code, reason = "the page that one is led back to asks again")]
    sessions: IgnoredAny,
}

#[derive(Deserialize)]
struct Changed {
    #[expect(dead_code, reason = "the page that one is led back to says that it was done")]
    member: Option<IgnoredAny>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct SignedOut {
    #[expect(dead_code, reason = "the cookies are forgotten either way")]
    signed_out: bool,
}

#[derive(Template)]
#[template(path = "account/page.html")]
struct AccountPage {
    shell: Shell,
    sessions: Vec<Session>,
    faults: Vec<UserError>,
    is_changed: bool,
}

async fn page(guest: Guest) -> Result<Response, Trouble> {
    show(&guest, Vec::new(), false).await
}

async fn show(
    guest: &Guest,
    faults: Vec<UserError>,
    is_changed: bool,
) -> Result<Response, Trouble> {
    let Account { viewer, sessions } = guest.ask(&ACCOUNT, json!({})).await?;
    if !viewer.signed_in {
        return Err(Trouble::Unauthenticated);
    }
    let shell = guest.shell(viewer, Section::Account);
    shell::show(&AccountPage { shell, sessions, faults, is_changed })
}

async fn change_password(guest: Guest, form: Form) -> Result<Response, Trouble> {
    if form.secret("new") != form.secret("again") {
        let text = super::texts::Texts::in_language(guest.language());
        let message = text.of("passwords-differ").into_owned();
        let fault =
            UserError { code: "DIFFERENT".to_owned(), path: vec!["again".to_owned()], message };
        return show(&guest, vec![fault], false).await;
    }
    let input =
        json!({ "presentPassword": form.secret("present"), "newPassword": form.secret("new") });
    match guest.change(&CHANGE_PASSWORD, input).await? {
        Ok(_) => show(&guest, Vec::new(), true).await,
        Err(faults) => show(&guest, faults, false).await,
    }
}

async fn end_session(guest: Guest, form: Form) -> Result<Response, Trouble> {
    let input =
        json!({ "sessionId": form.text("session"), "clientMutationId": form.given("once") });
    match guest.change(&END_SESSION, input).await? {
        Ok(_) => Ok(Redirect::to("/account").into_response()),
        Err(faults) => show(&guest, faults, false).await,
    }
}

async fn sign_out_everywhere(guest: Guest, _: Form) -> Result<Response, Trouble> {
    match guest.change(&SIGN_OUT_EVERYWHERE, json!({ "everywhere": true })).await {
        Ok(_) | Err(Trouble::Unauthenticated) => {}
        Err(trouble) => return Err(trouble),
    }
    Ok(guest.signed_out(Redirect::to("/").into_response()))
}
