//! Records: what is listed, with what anybody may read of it.

use std::collections::{BTreeSet, HashMap};

use chrono::{DateTime, Utc};
use sea_orm::prelude::Uuid;

use super::{Settings, formats::Format, request::written, sets};
use crate::{
    app::Ctx,
    error::Result,
    organizations::{self, Organization},
    research::{
        self, Published,
        public::{self, Listed, Span},
    },
    xml::Xml,
};

/// Some records, in their order.
pub(super) struct Page {
    listed: Vec<Listed>,
    contents: HashMap<Uuid, Published>,
    organizations: HashMap<Uuid, Organization>,
    /// Whether others follow.
    pub(super) more: bool,
}

/// Loads the records of a span behind a place.
pub(super) async fn page(
    ctx: &Ctx,
    span: &Span,
    after: Option<(DateTime<Utc>, Uuid)>,
    size: u64,
) -> Result<Page> {
    let mut listed = public::listed(ctx.db(), span, after, size + 1, ctx.now()).await?;
    let size = usize::try_from(size).unwrap_or(usize::MAX);
    let more = listed.len() > size;
    listed.truncate(size);
    Ok(Page { more, ..of(ctx, listed).await? })
}

/// Loads these records.
pub(super) async fn of(ctx: &Ctx, listed: Vec<Listed>) -> Result<Page> {
    let ids = listed.iter().map(|listed| listed.id).collect();
    // The scope of somebody who has not signed in: what it does not show is gone.
    let contents = research::published(ctx.db(), &ctx.scope(), &*ctx.tree().await?, ids).await?;
    let owners: BTreeSet<Uuid> = listed.iter().map(|listed| listed.organization).collect();
    let organizations = organizations::by_ids(ctx.db(), owners.into_iter().collect()).await?;
    Ok(Page { listed, contents, organizations, more: false })
}

impl Page {
    /// How many they are.
    pub(super) fn len(&self) -> u64 {
        self.listed.len() as u64
    }

    /// The place of the last.
    pub(super) fn last(&self) -> Option<(DateTime<Utc>, Uuid)> {
        self.listed.last().map(|listed| (listed.at, listed.id))
    }

    /// Writes their headers.
    pub(super) fn write_headers(&self, xml: &mut Xml, settings: &Settings) {
        for listed in &self.listed {
            self.header(xml, listed, settings);
        }
    }

    /// Writes them whole.
    pub(super) fn write(&self, xml: &mut Xml, format: Format, settings: &Settings) {
        for listed in &self.listed {
            xml.begin("record", &[]);
            self.header(xml, listed, settings);
            if let Some(content) = self.contents.get(&listed.id) {
                xml.begin("metadata", &[]);
                format.write(xml, content, &settings.public_url);
                xml.end();
            }
            xml.end();
        }
    }

    fn header(&self, xml: &mut Xml, listed: &Listed, settings: &Settings) {
        let gone = !self.contents.contains_key(&listed.id);
        let status: &[(&str, &str)] = if gone { &[("status", "deleted")] } else { &[] };
        xml.begin("header", status);
        xml.text("identifier", &[], &settings.identifier(listed.id));
        xml.text("datestamp", &[], &written(listed.at));
        for set in sets::of_record(listed, &self.organizations) {
            xml.text("setSpec", &[], &set);
        }
        xml.end();
    }
}
