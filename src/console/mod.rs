//! The console: the pages that station staff open in the morning, and everybody else who reads, publishes or looks after
//! the service.
//!
//! It is a client of the public API like any other. A page is a folder with a GraphQL document, a template and a handler;
//! the document is executed in process as whoever is signed in, through the same schema, reception and limits as over
//! HTTP. Nothing here names a room of the domain, the database or the index: what a page shows, the API gives.
//!
//! In reading order: [`gate`] finds out who comes and sends pages on their way, [`api`] executes documents, [`forms`] reads
//! what is sent and keeps forged forms out, [`shell`] is what every page has around it, [`texts`] are its words.

mod api;
mod assets;
mod cookies;
mod forms;
mod gate;
mod links;
mod lists;
mod markdown;
mod navigation;
mod numbers;
mod parts;
mod renewal;
mod shell;
mod steps;
mod texts;
mod trouble;

mod account;
mod administration;
mod answer;
mod consultations;
mod dashboard;
mod developers;
mod downloads;
mod drafting;
mod help;
mod introductions;
mod organizations;
mod partners;
mod publishing;
mod regulations;
mod reports;
mod research;
mod resources;
mod search;
mod sign_in;
mod similar;
mod stations;
mod supervision;

pub use sign_in::issuer::RETURN as ISSUER_RETURN;

use std::sync::Arc;

use axum::{
    Router,
    middleware::from_fn_with_state,
    routing::{MethodRouter, any},
};
use tower_http::compression::CompressionLayer;

use crate::{
    clock::Clock,
    http::{Front, Pages},
};

/// What the console needs to know of where it is served.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The address under which people know the service; where it is `https`, cookies are for that alone.
    pub public_url: String,
    /// Tells which day it is.
    pub clock: Clock,
}

/// The pages, for the front door.
pub struct Console(Settings);

impl Console {
    /// The console of a service.
    pub fn new(settings: Settings) -> Self {
        Self(settings)
    }

    fn state(&self, front: &Front) -> Arc<State> {
        let public_url = self.0.public_url.trim_end_matches('/').to_owned();
        let is_secure = public_url.starts_with("https://");
        let clock = self.0.clock.clone();
        let renewals = Arc::default();
        Arc::new(State { front: front.clone(), public_url, is_secure, clock, renewals })
    }
}

/// What all pages share.
struct State {
    front: Front,
    public_url: String,
    is_secure: bool,
    clock: Clock,
    renewals: Arc<renewal::Renewals>,
}

impl Pages for Console {
    fn open(&self, front: &Front) -> (Router, MethodRouter) {
        let state = self.state(front);
        let pages = Router::new()
            .merge(search::routes())
            .merge(answer::routes())
            .merge(similar::routes())
            .merge(stations::routes())
            .merge(research::routes())
            .merge(organizations::routes())
            .merge(resources::routes())
            .merge(regulations::routes())
            .merge(dashboard::routes())
            .merge(reports::routes())
            .merge(downloads::routes())
            .merge(consultations::routes())
            .merge(drafting::routes())
            .merge(supervision::routes())
            .merge(sign_in::routes())
            .merge(account::routes())
            .merge(administration::routes())
            .merge(help::routes())
            .merge(developers::routes())
            .merge(partners::routes())
            .merge(introductions::routes())
            .merge(publishing::routes())
            .layer(from_fn_with_state(Arc::clone(&state), gate::enter));
        let pages = pages.merge(assets::routes()).layer(CompressionLayer::new());
        let nowhere = any(async || trouble::Trouble::NotFound);
        (pages, nowhere.layer(from_fn_with_state(state, gate::enter)))
    }
}
