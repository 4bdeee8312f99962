//! What a research output says, in the parts that its present text, its former ones and its revision have in common.

use std::collections::HashMap;

use async_graphql::{Context, Object, SimpleObject};
use chrono::{DateTime, Utc};
use sea_orm::{ActiveEnum, QueryFilter, QueryOrder, entity::prelude::*};
use serde::Deserialize;
use serde_json::Value;

use super::{
    Contact, CooperationMode, IpStatus, OutputKind, ResearchOutput, State, Version,
    content::{Fields, Revision},
    version_entity,
};
use crate::{
    access::{Audience, Guarded},
    app::Ctx,
    batch::grouped,
    error::{Fault, Result},
    expertise::{ExpertiseAreaNode, areas_of},
    scalars::Date,
};

/// A patent, or an application for one.
#[derive(Clone, Debug, Default, Deserialize, SimpleObject)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct Patent {
    /// The office, by its two letters (WIPO ST.3), such as CN.
    office: Option<String>,
    /// The number of the application.
    application_no: Option<String>,
    /// The number of the publication.
    publication_no: Option<String>,
    /// What kind of right, such as INVENTION or `UTILITY_MODEL`.
    kind: Option<String>,
    /// When it was filed.
    filed_on: Option<Date>,
    /// When it was granted.
    granted_on: Option<Date>,
}

/// Somebody who took part.
#[derive(Clone, Debug, Deserialize, SimpleObject)]
pub(super) struct Contributor {
    /// The name.
    name: String,
    /// The ORCID iD, sixteen characters in groups of four.
    orcid: Option<String>,
}

/// A further identifier.
#[derive(Clone, Debug, Deserialize, SimpleObject)]
pub(super) struct Identifier {
    /// What kind of identifier.
    scheme: String,
    /// The identifier.
    value: String,
}

/// Whom to ask about a research output.
#[derive(Clone, Debug, SimpleObject)]
#[graphql(name = "ResearchOutputContact")]
pub(super) struct ContactNode {
    /// A person or an office.
    name: Option<String>,
    /// An e-mail address.
    email: Option<String>,
    /// A telephone number.
    phone: Option<String>,
    /// Where to write to or to come to.
    address: Option<String>,
}

impl From<Contact> for ContactNode {
    fn from(contact: Contact) -> Self {
        let Contact { name, email, phone, address } = contact;
        Self { name, email, phone, address }
    }
}

/// The items of a JSON column that have the form of `T`; they were checked when they were written.
pub(super) fn items<T: serde::de::DeserializeOwned>(value: &Value) -> Vec<T> {
    serde_json::from_value(value.clone()).unwrap_or_default()
}

/// A text of a research output that is not the one shown now.
#[derive(Clone, Debug)]
pub(super) struct ContentNode(Fields);

impl ContentNode {
    fn text(&self, column: &str) -> Option<&str> {
        self.0.get(column)?.as_str()
    }

    fn list<T: serde::de::DeserializeOwned>(&self, column: &str) -> Vec<T> {
        self.0.get(column).map(items).unwrap_or_default()
    }

    fn date(&self, column: &str) -> Option<Date> {
        Some(Date(self.text(column)?.parse().ok()?))
    }

    fn term<T>(&self, column: &str) -> Option<T>
    where
        T: ActiveEnum<Value = String>,
    {
        T::try_from_value(&self.text(column)?.to_owned()).ok()
    }
}

/// What a research output says in another text than the one shown now.
#[Object(name = "ResearchOutputContent")]
impl ContentNode {
    /// Its title.
    async fn title(&self) -> &str {
        self.text("title").unwrap_or_default()
    }

    /// What it is about.
    #[graphql(name = "abstract")]
    async fn summary(&self) -> &str {
        self.text("abstract").unwrap_or_default()
    }

    /// What kind of output it is.
    async fn kind(&self) -> OutputKind {
        self.term("kind").unwrap_or(OutputKind::Other)
    }

    /// The technology readiness level, 1 to 9 (GB/T 22900).
    async fn trl(&self) -> Option<i32> {
        i32::try_from(self.0.get("trl")?.as_i64()?).ok()
    }

    /// How its intellectual property stands.
    async fn ip_status(&self) -> IpStatus {
        self.term("ipStatus").unwrap_or(IpStatus::None)
    }

    /// Its patents.
    async fn patents(&self) -> Vec<Patent> {
        self.list("patents")
    }

    /// How far it has come in the clinic.
    async fn clinical_stage(&self) -> Option<&str> {
        self.text("clinicalStage")
    }

    /// The numbers under which its trials are registered.
    async fn trial_ids(&self) -> Vec<String> {
        self.list("trialIds")
    }

    /// How the owner is ready to work together.
    async fn cooperation_modes(&self) -> Vec<CooperationMode> {
        let modes: Vec<String> = self.list("cooperationModes");
        modes.iter().filter_map(|mode| CooperationMode::named(mode)).collect()
    }

    /// The areas it belongs to, as far as there still are such.
    async fn areas(&self, ctx: &Context<'_>) -> Result<Vec<ExpertiseAreaNode>, Fault> {
        let tree = ctx.data_unchecked::<Ctx>().tree().await?;
        let named: Vec<String> = self.list("areas");
        // A former text keeps them by id, a revision by code.
        let id = |name: &String| match Uuid::try_parse(name) {
            Ok(id) => Some(id),
            Err(_) => tree.by_code(name).map(|area| area.id),
        };
        let ids: Vec<Uuid> = named.iter().filter_map(id).collect();
        Ok(areas_of(&tree, &ids))
    }

    /// Who took part.
    async fn contributors(&self) -> Vec<Contributor> {
        self.list("contributors")
    }

    /// When it was completed.
    async fn completed_on(&self) -> Option<Date> {
        self.date("completedOn")
    }

    /// When it was published.
    async fn published_on(&self) -> Option<Date> {
        self.date("publishedOn")
    }

    /// Its DOI, in lower case.
    async fn doi(&self) -> Option<&str> {
        self.text("doi")
    }

    /// Further identifiers.
    async fn identifiers(&self) -> Vec<Identifier> {
        self.list("identifiers")
    }

    /// What it does better than others.
    async fn advantages(&self) -> Option<&str> {
        self.text("advantages")
    }
}

/// What a research output said before it was changed.
#[derive(Clone, Debug, SimpleObject)]
#[graphql(name = "ResearchOutputVersion")]
pub(super) struct VersionNode {
    /// Which text it was: the first that was published is 1.
    number: i32,
    /// What it said, without whom to ask.
    content: ContentNode,
    /// Since when it was published.
    published_at: DateTime<Utc>,
    /// When the next took its place.
    replaced_at: DateTime<Utc>,
}

impl VersionNode {
    pub(super) fn new(version: Version) -> Self {
        let Version { number, content, published_at, replaced_at, .. } = version;
        let content = content.as_object().cloned().unwrap_or_default();
        Self { number, content: ContentNode(content), published_at, replaced_at }
    }
}

/// What these outputs said before, as far as the viewer could read that, the newest first.
pub(super) async fn versions(ctx: &Ctx, ids: Vec<Uuid>) -> Result<HashMap<Uuid, Vec<Version>>> {
    let rows = version_entity::Entity::visible_to(&ctx.scope())
        .filter(version_entity::Column::ResearchOutputId.is_in(ids))
        .order_by_desc(version_entity::Column::Number)
        .order_by_desc(version_entity::Column::ReplacedAt)
        .all(ctx.db())
        .await?;
    Ok(grouped(rows.into_iter().map(|row| (row.research_output_id, row))))
}

/// What is to take the place of what is shown, once a second person has looked at it.
#[derive(Clone, Debug, SimpleObject)]
#[graphql(name = "ResearchOutputRevision")]
pub(super) struct RevisionNode {
    /// How far it has come: DRAFT, SUBMITTED or RETURNED.
    state: State,
    /// What it says.
    content: ContentNode,
    /// Who is to see the output, once it is published.
    audience: Audience,
    /// Until when only its owner is to see it.
    embargo_until: Option<Date>,
    /// Whom to ask, once it is published.
    contact: Option<ContactNode>,
}

impl RevisionNode {
    /// The revision of an output, for its own people.
    pub(super) fn of(row: &ResearchOutput) -> Result<Option<Self>> {
        let Some(state) = row.revision_state else { return Ok(None) };
        let content = ContentNode(Revision::of(row)?.fields);
        Ok(Some(Self {
            state,
            audience: content.term("audience").unwrap_or(row.audience),
            embargo_until: content.date("embargoUntil"),
            contact: Contact::of(content.0.get("contact")).map(ContactNode::from),
            content,
        }))
    }
}
