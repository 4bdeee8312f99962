//! What every page has around it: the reader, the language, the way to the other pages.

use askama::Template;
use axum::{
    http::{HeaderValue, header},
    response::{IntoResponse, Response},
};
use serde::Deserialize;
use serde_json::json;

pub(super) use super::navigation::Section;
use super::{
    api::documents,
    assets,
    gate::Guest,
    links,
    navigation::{self, ShownWay},
    parts::moments,
    texts::Texts,
    trouble::Trouble,
};
use crate::language::Language;

/// Who reads, as the API says it.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Viewer {
    pub signed_in: bool,
    pub standing: String,
    pub name: Option<String>,
    pub station_code: Option<String>,
    pub rights: Vec<Right>,
}

/// What the reader may do, and how far.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct Right {
    pub action: String,
    pub reach: String,
}

impl Viewer {
    /// Whether the reader may do something somewhere.
    pub(super) fn may(&self, action: &str) -> bool {
        self.rights.iter().any(|right| right.action == action && right.reach != "NO")
    }

    /// Keeps those out for whom a page has nothing, before they write into it what nobody will take.
    pub(super) fn require(&self, actions: &[&str]) -> Result<(), Trouble> {
        if actions.iter().any(|action| self.may(action)) {
            Ok(())
        } else if self.signed_in {
            Err(Trouble::Forbidden(String::new()))
        } else {
            Err(Trouble::Unauthenticated)
        }
    }
}

#[derive(Deserialize)]
struct Somebody {
    viewer: Viewer,
}

documents! {
    VIEWER: Somebody = ["layout/viewer.graphql", "parts/viewer.graphql"];
}

/// Asks who reads, for a page that asks for nothing else.
pub(super) async fn viewer(guest: &Guest) -> Viewer {
    guest.ask(&VIEWER, json!({})).await.map(|it| it.viewer).unwrap_or_default()
}

/// What every template needs.
pub(super) struct Shell {
    pub text: Texts,
    pub viewer: Viewer,
    /// Where the reader is: the path and the query.
    pub here: String,
    /// Proves that a form came from a page of ours.
    pub seal: String,
    section: Section,
}

impl Shell {
    pub(super) fn new(
        language: Language,
        viewer: Viewer,
        section: Section,
        here: String,
        seal: String,
    ) -> Self {
        Self { text: Texts::in_language(language), viewer, here, seal, section }
    }

    /// The ways to what people come to do, and to what there is to look up.
    pub(super) fn ways(&self) -> [Vec<ShownWay>; 2] {
        navigation::ways(&self.viewer, self.section, self.text)
    }

    pub(super) fn lang(&self) -> &'static str {
        self.text.language().tag()
    }

    /// An instant as people here read it: by Shanghai's clock, to the minute.
    #[expect(clippy::unused_self, reason = "templates ask the shell")]
    pub(super) fn instant(&self, instant: &str) -> String {
        moments::shown(instant)
    }

    /// Where signing in leads back to here.
    pub(super) fn sign_in_address(&self) -> String {
        let here = if self.here.starts_with("/sign-") { "/" } else { &self.here };
        links::address("/sign-in", [("next", here)])
    }

    /// The other of the two languages, in its own words.
    pub(super) fn other_language(&self) -> (&'static str, &'static str) {
        match self.text.language() {
            Language::En => ("zh-CN", "中文"),
            Language::ZhCn => ("en", "English"),
        }
    }

    /// The address of a file that belongs to all pages.
    #[expect(clippy::unused_self, reason = "templates ask the shell")]
    pub(super) fn asset(&self, name: &str) -> &'static str {
        assets::address(name)
    }

    /// What makes a change that is sent twice happen once.
    #[expect(clippy::unused_self, reason = "templates ask the shell")]
    pub(super) fn once(&self) -> String {
        uuid::Uuid::now_v7().simple().to_string()
    }
}

/// A page on its way out.
pub(super) fn show(page: &impl Template) -> Result<Response, Trouble> {
    let body = page.render().map_err(|fault| Trouble::internal(&fault))?;
    let mut response = body.into_response();
    as_html(&mut response);
    Ok(response)
}

/// Says that a response is a page.
pub(super) fn as_html(response: &mut Response) {
    let html = HeaderValue::from_static("text/html; charset=utf-8");
    response.headers_mut().insert(header::CONTENT_TYPE, html);
}
