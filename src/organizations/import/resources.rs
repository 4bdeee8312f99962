//! What organizations offer, by file: clinical, testing, training and manufacturing capacity.

use std::collections::HashMap;

use chrono::{DateTime, NaiveDate, Utc};
use sea_orm::{ActiveEnum, QueryFilter, QueryOrder, QuerySelect, Set, entity::prelude::*};
use serde_json::{Map, Value, json};

use super::{
    super::{
        Resource, ResourceKind, resource_area_entity as area_entity, resource_entity as entity,
    },
    sorted,
};
use crate::{
    access::{Audience, Guarded, Scope, organization_token},
    db::Database,
    error::Result,
    files::Row,
    ids::new_id,
    language::Text,
    outbox::{Note, Subject, Write},
    transfer::{self, Fields, Known, ROWS_AT_ONCE, Tally, Transfer, digest, required_term},
};

/// Who imports, as rows remember it.
const OPERATOR: &str = "import";

/// Rows of parts in one statement; SQLite takes at most 32,766 values in one.
const PARTS_AT_ONCE: usize = 2_000;

/// How resources come in.
#[derive(Clone, Copy, Debug, Default)]
pub struct Resources {
    /// The audience of rows that name none.
    pub audience: Option<Audience>,
}

/// What a row says.
#[derive(Debug)]
pub struct Draft {
    organization: Uuid,
    district: Option<String>,
    external_id: String,
    kind: ResourceKind,
    name: String,
    description: Option<String>,
    capabilities: Vec<String>,
    accreditation: Option<String>,
    capacity: Option<String>,
    areas: Vec<Uuid>,
    valid_until: Option<NaiveDate>,
    audience: Audience,
}

impl Draft {
    /// The id under which its owner keeps it.
    pub(in super::super) fn external_id(&self) -> &str {
        &self.external_id
    }

    /// A resource with each of its areas.
    pub(in super::super) fn area_pairs(&self, id: Uuid) -> Vec<(Uuid, Uuid)> {
        self.areas.iter().map(|area| (id, *area)).collect()
    }

    /// The columns in which this says something else than a row.
    pub(in super::super) fn differing(&self, row: &Resource, areas: &[Uuid]) -> Vec<&'static str> {
        let capabilities = crate::json::texts(&row.capabilities);
        let columns = [
            ("kind", self.kind != row.kind),
            ("name", self.name != row.name),
            ("description", self.description != row.description),
            ("capabilities", self.capabilities != capabilities),
            ("accreditation", self.accreditation != row.accreditation),
            ("capacity", self.capacity != row.capacity),
            ("areas", self.areas != sorted(areas.to_vec())),
            ("validUntil", self.valid_until != row.valid_until),
            ("audience", self.audience != row.audience),
        ];
        columns.into_iter().filter(|(_, differs)| *differs).map(|(column, _)| column).collect()
    }

    /// Lets the columns that somebody has edited here stay as they are. Whether the file would have changed one.
    fn keep_edited(&mut self, row: &Resource, areas: &[Uuid]) -> bool {
        let edited = row.edited_columns.as_ref().map(crate::json::texts).unwrap_or_default();
        let mut stays = false;
        for column in self.differing(row, areas) {
            if !edited.iter().any(|it| it == column) {
                continue;
            }
            stays = true;
            match column {
                "kind" => self.kind = row.kind,
                "name" => self.name.clone_from(&row.name),
                "description" => self.description.clone_from(&row.description),
                "capabilities" => self.capabilities = crate::json::texts(&row.capabilities),
                "accreditation" => self.accreditation.clone_from(&row.accreditation),
                "capacity" => self.capacity.clone_from(&row.capacity),
                "areas" => self.areas = sorted(areas.to_vec()),
                "validUntil" => self.valid_until = row.valid_until,
                _ => self.audience = row.audience,
            }
        }
        stays
    }
}

#[async_trait::async_trait]
impl Transfer for Resources {
    type Draft = Draft;

    const COLUMNS: &'static [&'static str] = &[
        "externalId",
        "organization",
        "kind",
        "name",
        "description",
        "capabilities",
        "accreditation",
        "capacity",
        "areas",
        "validUntil",
        "audience",
    ];

    const ALIASES: &'static [(&'static str, &'static str)] = &[
        ("编号", "externalId"),
        ("机构", "organization"),
        ("类型", "kind"),
        ("名称", "name"),
        ("说明", "description"),
        ("能力", "capabilities"),
        ("资质", "accreditation"),
        ("容量", "capacity"),
        ("专业领域", "areas"),
        ("有效期至", "validUntil"),
        ("可见范围", "audience"),
    ];

    fn read(&self, row: &mut Row, known: &Known) -> Draft {
        let organization = known.organization(row, "organization");
        let district = organization.and_then(|organization| organization.district_code(known));
        let draft = Draft {
            organization: organization.map(|organization| organization.id).unwrap_or_default(),
            district: district.map(str::to_owned),
            external_id: row.required_text("externalId"),
            kind: required_term(row, "kind", ResourceKind::Clinical),
            name: row.required_text("name"),
            description: row.text("description"),
            capabilities: row.texts("capabilities"),
            accreditation: row.text("accreditation"),
            capacity: row.text("capacity"),
            areas: sorted(known.areas(row, "areas")),
            valid_until: row.date("validUntil"),
            audience: transfer::audience(row, self.audience, Audience::Organization),
        };
        if draft.audience == Audience::Station {
            let text = Text::new(
                "resources belong to organizations: use ORGANIZATION for the owner alone",
                "资源属于机构：仅本机构可见请用 ORGANIZATION",
            );
            row.fault("audience", text);
        }
        draft
    }

    fn identity(draft: &Draft) -> String {
        format!("{}\n{}", draft.organization, draft.external_id)
    }

    async fn store(
        &self,
        write: &mut Write,
        drafts: Vec<Draft>,
        known: &mut Known,
        now: DateTime<Utc>,
    ) -> Result<Tally> {
        let mut existing = existing(write, &drafts).await?;
        let edited: Vec<Uuid> = existing
            .values()
            .filter(|row| row.edited_columns.is_some())
            .map(|row| row.id)
            .collect();
        let edited_areas = super::super::resource_area_ids(&**write, edited).await?;
        let mut tally = Tally::default();
        let mut added = Vec::new();
        let mut changed = Vec::new();
        let mut areas: Vec<(Uuid, Uuid)> = Vec::new();
        for mut draft in drafts {
            let place = (draft.organization, draft.external_id.clone());
            let there = existing.remove(&place);
            if let Some(old) = &there {
                let areas = edited_areas.get(&old.id).map(Vec::as_slice).unwrap_or_default();
                let stays = draft.keep_edited(old, areas);
                if stays || old.retired_on.is_some() {
                    known.kept.push(draft.external_id.clone());
                }
                if old.retired_on.is_some() {
                    tally.kept += 1;
                    continue;
                }
            }
            let mut row = filled(&draft, now);
            let old = match there {
                Some(there) if there.content_digest == content_digest(&draft) => {
                    tally.unchanged += 1;
                    continue;
                }
                there => there,
            };
            let id = old.as_ref().map_or_else(new_id, |old| old.id);
            row.id = Set(id);
            areas.extend(draft.areas.iter().map(|area| (id, *area)));
            note(write, id, old.as_ref(), &draft);
            if let Some(old) = old {
                row.version = Set(old.version + 1);
                changed.push(row);
            } else {
                row.version = Set(1);
                row.created_at = Set(now);
                row.created_by = Set(Some(OPERATOR.to_owned()));
                added.push(row);
            }
        }
        tally.added = added.len() as u64;
        tally.updated = changed.len() as u64;
        if !added.is_empty() {
            entity::Entity::insert_many(added).exec_without_returning(&**write).await?;
        }
        drop_areas(write, changed.iter().map(|row| *row.id.as_ref())).await?;
        for row in changed {
            row.update(&**write).await?;
        }
        insert_areas(write, &areas).await?;
        Ok(tally)
    }

    async fn export(
        &self,
        db: &Database,
        known: &Known,
        after: Option<Uuid>,
    ) -> Result<(Vec<Map<String, Value>>, Option<Uuid>)> {
        let mut select = entity::Entity::visible_to(&Scope::Service);
        if let Some(after) = after {
            select = select.filter(entity::Column::Id.gt(after));
        }
        let select = select.order_by_asc(entity::Column::Id).limit(ROWS_AT_ONCE as u64);
        let rows = select.all(db.read()).await?;
        let ids = rows.iter().map(|row| row.id).collect();
        let areas = super::super::resource_area_ids(db.read(), ids).await?;
        let codes: HashMap<Uuid, &str> =
            known.organizations.values().map(|row| (row.id, row.code.as_str())).collect();
        let row = |row: &Resource| {
            let areas = areas.get(&row.id).map(Vec::as_slice).unwrap_or_default();
            fields(row)
                .text("organization", codes.get(&row.organization_id))
                .with("areas", known.area_codes(areas))
                .done()
        };
        Ok((rows.iter().map(row).collect(), rows.last().map(|row| row.id)))
    }
}

/// The rows that a batch says anew, by organization and external id.
async fn existing(write: &Write, drafts: &[Draft]) -> Result<HashMap<(Uuid, String), Resource>> {
    let mut organizations: Vec<Uuid> = drafts.iter().map(|draft| draft.organization).collect();
    organizations.sort_unstable();
    organizations.dedup();
    let external_ids = drafts.iter().map(|draft| draft.external_id.as_str());
    // Ids of one organization may be another's too: a few rows too many, told apart by their places.
    let rows = entity::Entity::visible_to(&Scope::Service)
        .filter(entity::Column::OrganizationId.is_in(organizations))
        .filter(entity::Column::ExternalId.is_in(external_ids))
        .all(&**write)
        .await?;
    Ok(rows.into_iter().map(|row| ((row.organization_id, row.external_id.clone()), row)).collect())
}

/// What the draft says, as columns.
pub(in super::super) fn filled(draft: &Draft, now: DateTime<Utc>) -> entity::ActiveModel {
    let (audience_token, owner_token) = tokens(draft);
    entity::ActiveModel {
        updated_at: Set(now),
        updated_by: Set(Some(OPERATOR.to_owned())),
        organization_id: Set(draft.organization),
        external_id: Set(draft.external_id.clone()),
        kind: Set(draft.kind),
        name: Set(draft.name.clone()),
        description: Set(draft.description.clone()),
        capabilities: Set(draft.capabilities.clone().into()),
        accreditation: Set(draft.accreditation.clone()),
        capacity: Set(draft.capacity.clone()),
        valid_until: Set(draft.valid_until),
        audience: Set(draft.audience),
        audience_token: Set(audience_token),
        owner_token: Set(owner_token),
        content_digest: Set(content_digest(draft)),
        ..Default::default()
    }
}

/// The token that opens it, and its owner's.
pub(in super::super) fn tokens(draft: &Draft) -> (String, String) {
    let owner = organization_token(draft.organization);
    (draft.audience.token(&owner, draft.district.as_deref()), owner)
}

/// The tokens are part of it: where the organization has moved to another district, the row is written anew.
fn content_digest(draft: &Draft) -> String {
    digest(&json!([
        draft.kind.to_value(),
        draft.name,
        draft.description,
        draft.capabilities,
        draft.accreditation,
        draft.capacity,
        draft.areas,
        draft.valid_until,
        draft.audience.to_value(),
        tokens(draft),
    ]))
}

fn note(write: &mut Write, id: Uuid, old: Option<&Resource>, draft: &Draft) {
    let before = old.map(|old| vec![old.audience_token.clone(), old.owner_token.clone()]);
    let (audience, owner) = tokens(draft);
    write.note(Note {
        subject: Subject::Resource,
        id,
        before: before.unwrap_or_default(),
        after: vec![audience, owner],
    });
}

/// Takes the areas of these resources away.
pub(in super::super) async fn drop_areas(
    write: &Write,
    resources: impl IntoIterator<Item = Uuid>,
) -> Result<()> {
    let theirs = area_entity::Column::ResourceId.is_in(resources);
    area_entity::Entity::delete_many().filter(theirs).exec(&**write).await?;
    Ok(())
}

/// Lets resources belong to areas.
pub(in super::super) async fn insert_areas(write: &Write, areas: &[(Uuid, Uuid)]) -> Result<()> {
    for some in areas.chunks(PARTS_AT_ONCE) {
        let rows = some.iter().map(|(id, area)| area_entity::ActiveModel {
            resource_id: Set(*id),
            area_id: Set(*area),
        });
        area_entity::Entity::insert_many(rows).exec_without_returning(&**write).await?;
    }
    Ok(())
}

/// A resource as a row of a file, but for what other tables say of it.
pub(in super::super) fn fields(row: &Resource) -> Fields {
    Fields::default()
        .with("externalId", row.external_id.clone())
        .with("kind", row.kind.to_value())
        .with("name", row.name.clone())
        .with("description", row.description.clone())
        .with("capabilities", row.capabilities.clone())
        .with("accreditation", row.accreditation.clone())
        .with("capacity", row.capacity.clone())
        .text("validUntil", row.valid_until)
        .with("audience", row.audience.to_value())
}
