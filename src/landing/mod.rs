//! The pages of research outputs that anybody may read: one address a person can open, a program can follow, and a
//! citation can lead to.
//!
//! A page is read in the scope of somebody who has not signed in, whoever asks. What was public and was withdrawn leaves a
//! tombstone (410); whatever else is not shown is not there (404), in the same words.

use std::sync::Arc;

use sea_orm::prelude::Uuid;

use crate::{
    access::Viewer,
    app::{App, Ctx},
    error::Result,
    ids::{GlobalId, NodeKind},
    language::Language,
    oai,
    research::{
        self, Published,
        public::{self, Standing, Tombstone},
    },
};

mod html;
mod json_ld;
mod links;

pub use html::style_digest;

/// Which part of a page is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// The page for people.
    Page,
    /// What it says, as JSON-LD in the words of schema.org.
    JsonLd,
    /// Where its parts are, as a linkset (RFC 9264).
    Linkset,
}

/// What comes of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Landing {
    /// The part, and the links that go with it in headers.
    Found {
        /// What is in it.
        body: String,
        /// The links, as `Link` headers write them.
        links: Vec<String>,
    },
    /// It was withdrawn; this is what remains.
    Gone(String),
    /// There is nothing here, or nothing that anybody may see.
    Absent(String),
}

/// Makes the pages.
#[derive(Clone)]
pub struct Pages {
    app: Arc<App>,
    public_url: Arc<str>,
    repository: oai::Repository,
}

impl Pages {
    /// The pages of a service that is known under an address.
    pub fn new(app: Arc<App>, public_url: &str, repository: oai::Repository) -> Self {
        Self { app, public_url: public_url.into(), repository }
    }

    /// A part of the page of a research output, by the id that clients see.
    pub async fn open(&self, id: &str, part: Part, language: Language) -> Result<Landing> {
        let ctx = Ctx::new(Arc::clone(&self.app), Viewer::anonymous());
        let absent = || Ok(Landing::Absent(html::absent(language)));
        let id = GlobalId::decode("id", id).ok().filter(|it| it.kind == NodeKind::ResearchOutput);
        let Some(GlobalId { id, .. }) = id else { return absent() };
        if let Some(output) = self.published(&ctx, id).await? {
            return Ok(self.found(&output, part, language));
        }
        match public::standing(ctx.db(), id, ctx.now()).await? {
            (Standing::Gone(_), Some((_, Some(tombstone)))) => Ok(gone(&tombstone, language)),
            _ => absent(),
        }
    }

    async fn published(&self, ctx: &Ctx, id: Uuid) -> Result<Option<Published>> {
        let tree = ctx.tree().await?;
        let mut found = research::published(ctx.db(), &ctx.scope(), &tree, vec![id]).await?;
        Ok(found.remove(&id))
    }

    fn found(&self, output: &Published, part: Part, language: Language) -> Landing {
        let links = links::of(output, &self.public_url, &self.repository);
        let anchor = output.url(&self.public_url);
        match part {
            Part::Page => Landing::Found {
                body: html::page(output, &self.public_url, &links, language),
                links: links::headers(&links),
            },
            Part::JsonLd => Landing::Found {
                body: json_ld::of(output, &self.public_url).to_string(),
                links: links::back(&anchor),
            },
            Part::Linkset => Landing::Found {
                body: links::set(&anchor, &links).to_string(),
                links: links::back(&anchor),
            },
        }
    }
}

fn gone(tombstone: &Tombstone, language: Language) -> Landing {
    Landing::Gone(html::tombstone(tombstone, language))
}
