//! Looking after the service: the register of members, portals' clients, the taxonomy, the audit log.

mod audit;
mod clients;
mod members;
mod taxonomy;

use askama::Template;
use axum::{
    Router,
    response::Response,
    routing::{get, post},
};

use super::{
    gate::Guest,
    shell::{self, Section, Shell},
    trouble::Trouble,
};

/// The rights of which any leads here.
pub(super) const RIGHTS: &[&str] =
    &["KEEP_REGISTER", "KEEP_CLIENTS", "KEEP_TAXONOMY", "READ_AUDIT_LOG"];

/// Things on a page of a list.
const PAGE: usize = 30;

/// The addresses of these pages.
pub(super) fn routes<S: Clone + Send + Sync + 'static>() -> Router<S> {
    Router::new()
        .route("/administration", get(start))
        .route("/administration/members", get(members::list).post(members::enrol))
        .route("/administration/members/{id}", get(members::page))
        .route("/administration/members/{id}/{step}", post(members::take))
        .route("/administration/clients", get(clients::list).post(clients::create))
        .route("/administration/clients/{id}/{step}", post(clients::take))
        .route("/administration/taxonomy", get(taxonomy::tree).post(taxonomy::add))
        .route("/administration/taxonomy/{id}", post(taxonomy::change))
        .route("/administration/audit", get(audit::list))
}

/// What there is to say of a secret after a change: the secret of a program, the first password of a member.
enum Told {
    /// The change makes none, or was not taken.
    Nothing,
    /// It was made, and is shown this once.
    Secret(String),
    /// The change was taken before, and the secret was shown then: the form was sent twice.
    Before,
}

impl Told {
    /// What the API gave of it. It gives none where the same change comes a second time.
    fn of(secret: Option<String>) -> Self {
        secret.map_or(Self::Before, Self::Secret)
    }
}

#[derive(Template)]
#[template(path = "administration/start.html")]
struct StartPage {
    shell: Shell,
}

async fn start(guest: Guest) -> Result<Response, Trouble> {
    let shell = guest.shell(shell::viewer(&guest).await, Section::Administration);
    if !shell.viewer.signed_in {
        return Err(Trouble::Unauthenticated);
    }
    shell::show(&StartPage { shell })
}
