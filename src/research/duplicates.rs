//! Which research outputs are the same work: by a DOI, by the number of a patent, or by title and year within an
//! organization. Looked for within one organization only: what another has in its drafts is nobody's business.

use std::collections::{BTreeSet, HashMap};

use chrono::Datelike as _;
use sea_orm::{QueryFilter, QuerySelect, entity::prelude::*};
use unicode_normalization::UnicodeNormalization as _;

use super::{ResearchOutput, State, entity, number_entity};
use crate::{
    access::{Guarded, Scope},
    error::Result,
    transfer::digest,
};

/// Values in one statement: a database takes only so many, and one output may have two thousand numbers.
const VALUES_AT_ONCE: usize = 10_000;

/// A number by which a work is known everywhere: its scheme and the number in one form.
pub(super) type Number = (String, String);

/// The numbers of an output.
pub(super) fn numbers(row: &ResearchOutput) -> BTreeSet<Number> {
    let doi = row.doi.iter().map(|doi| ("DOI".to_owned(), doi.trim().to_lowercase()));
    let patents = row.patents.as_array().map(Vec::as_slice).unwrap_or_default();
    let patents = patents.iter().flat_map(|patent| {
        let text = |field: &str| patent.get(field).and_then(Json::as_str);
        let office = text("office").unwrap_or("CN").to_owned();
        let numbers = [text("applicationNo"), text("publicationNo")];
        let numbers =
            numbers.into_iter().flatten().filter_map(move |it| patent_number(&office, it));
        numbers.map(|number| ("PATENT".to_owned(), number)).collect::<Vec<_>>()
    });
    doi.chain(patents).collect()
}

/// The number of a patent with its office in front, however it was written: with or without the office, dots and spaces.
fn patent_number(office: &str, number: &str) -> Option<String> {
    let kept: String = number.nfkc().filter(char::is_ascii_alphanumeric).collect();
    let kept = kept.to_uppercase();
    let bare = [office, "ZL"].iter().find_map(|prefix| kept.strip_prefix(prefix)).unwrap_or(&kept);
    let is_number = bare.bytes().any(|byte| byte.is_ascii_digit());
    is_number.then(|| format!("{}:{bare}", office.to_uppercase()))
}

/// What the same work has in common in all its descriptions: its organization, its year, and its title without anything
/// but letters and digits. None where nothing of a title is left.
pub(super) fn work_key(row: &ResearchOutput) -> Option<String> {
    let title: String = row.title.nfkc().flat_map(char::to_lowercase).nfkc().collect();
    let title: String = title.chars().filter(|ch| ch.is_alphanumeric()).collect();
    let year = row.published_on.or(row.completed_on).map(|day| day.year());
    (!title.is_empty()).then(|| digest(&(row.organization_id, year, title)))
}

/// By what two outputs are the same work.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum SameBy {
    /// The DOI or the number of a patent.
    Number,
    /// Title and year.
    Title,
}

/// Outputs by what they have in common with others of the same work.
#[derive(Debug, Default)]
pub(super) struct Works {
    by_number: HashMap<(Uuid, Number), Vec<Uuid>>,
    by_key: HashMap<String, Vec<Uuid>>,
}

impl Works {
    /// What there is that could be the same work as one of these, with a few statements.
    pub(super) async fn load<'a>(
        db: &impl ConnectionTrait,
        rows: impl IntoIterator<Item = &'a ResearchOutput>,
    ) -> Result<Self> {
        let (mut numbers_of, mut keys, mut organizations) =
            (BTreeSet::new(), BTreeSet::new(), BTreeSet::new());
        for row in rows {
            numbers_of.extend(numbers(row));
            keys.extend(work_key(row));
            organizations.insert(row.organization_id);
        }
        let mut works = Self::default();
        works.load_numbers(db, &numbers_of, &organizations).await?;
        works.load_keys(db, keys.into_iter().collect()).await?;
        Ok(works)
    }

    async fn load_numbers(
        &mut self,
        db: &impl ConnectionTrait,
        wanted: &BTreeSet<Number>,
        organizations: &BTreeSet<Uuid>,
    ) -> Result<()> {
        use number_entity::{Column, Entity};
        if wanted.is_empty() {
            return Ok(());
        }
        let values: Vec<&str> = wanted.iter().map(|(_, value)| value.as_str()).collect();
        let mut found = Vec::new();
        for some in values.chunks(VALUES_AT_ONCE) {
            let rows = Entity::visible_to(&Scope::Service);
            let rows = rows.filter(Column::Value.is_in(some.iter().copied()));
            found.extend(rows.all(db).await?);
        }
        let ids: BTreeSet<Uuid> = found.iter().map(|row| row.research_output_id).collect();
        let ids: Vec<Uuid> = ids.into_iter().collect();
        let mut owners: HashMap<Uuid, Uuid> = HashMap::new();
        for some in ids.chunks(VALUES_AT_ONCE) {
            // Whose they are is looked at here: asked in the statement, it leads engines through all that one has.
            let rows: Vec<(Uuid, Uuid)> = standing()
                .select_only()
                .columns([entity::Column::Id, entity::Column::OrganizationId])
                .filter(entity::Column::Id.is_in(some.iter().copied()))
                .into_tuple()
                .all(db)
                .await?;
            owners.extend(rows.into_iter().filter(|(_, owner)| organizations.contains(owner)));
        }
        for row in found {
            let Some(owner) = owners.get(&row.research_output_id) else { continue };
            let place = (*owner, (row.scheme, row.value));
            self.by_number.entry(place).or_default().push(row.research_output_id);
        }
        Ok(())
    }

    /// The keys hold the organization.
    async fn load_keys(&mut self, db: &impl ConnectionTrait, keys: Vec<String>) -> Result<()> {
        for some in keys.chunks(VALUES_AT_ONCE) {
            let found: Vec<(Uuid, Option<String>)> = standing()
                .select_only()
                .columns([entity::Column::Id, entity::Column::WorkKey])
                .filter(entity::Column::WorkKey.is_in(some.iter().map(String::as_str)))
                .into_tuple()
                .all(db)
                .await?;
            for (id, key) in found {
                self.by_key.entry(key.unwrap_or_default()).or_default().push(id);
            }
        }
        Ok(())
    }

    /// Takes in what is known of others.
    pub(super) fn merge(&mut self, others: Self) {
        for (place, ids) in others.by_number {
            self.by_number.entry(place).or_default().extend(ids);
        }
        for (key, ids) in others.by_key {
            self.by_key.entry(key).or_default().extend(ids);
        }
    }

    /// Takes one more among them: of two in one file, the second is the same as the first.
    pub(super) fn add(&mut self, row: &ResearchOutput) {
        for number in numbers(row) {
            self.by_number.entry((row.organization_id, number)).or_default().push(row.id);
        }
        if let Some(key) = work_key(row) {
            self.by_key.entry(key).or_default().push(row.id);
        }
    }

    /// The others that are the same work as an output, each once, in the order of their ids.
    pub(super) fn same_as(&self, row: &ResearchOutput) -> Vec<(Uuid, SameBy)> {
        let mut same: HashMap<Uuid, SameBy> = HashMap::new();
        let titles = work_key(row).and_then(|key| self.by_key.get(&key));
        same.extend(titles.into_iter().flatten().map(|id| (*id, SameBy::Title)));
        for number in numbers(row) {
            let found = self.by_number.get(&(row.organization_id, number));
            same.extend(found.into_iter().flatten().map(|id| (*id, SameBy::Number)));
        }
        same.remove(&row.id);
        let mut same: Vec<(Uuid, SameBy)> = same.into_iter().collect();
        same.sort_unstable();
        same
    }
}

/// Outputs that were not taken back: what was may be published anew under another id.
fn standing() -> Select<entity::Entity> {
    entity::Entity::visible_to(&Scope::Service).filter(entity::Column::State.ne(State::Withdrawn))
}

/// For each of these outputs the others of its organization that are the same work.
pub(super) async fn of(
    db: &impl ConnectionTrait,
    ids: Vec<Uuid>,
) -> Result<HashMap<Uuid, Vec<Uuid>>> {
    let rows = super::by_ids(db, &Scope::Service, ids).await?;
    let works = Works::load(db, rows.values()).await?;
    let same =
        |row: &ResearchOutput| (row.id, works.same_as(row).into_iter().map(|(id, _)| id).collect());
    Ok(rows.values().map(same).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_number_of_a_patent_is_one_however_it_is_written() {
        for (office, number) in [
            ("CN", "201710601862.3"),
            ("CN", "CN 201710601862.3"),
            ("CN", "ZL2017106018623"),
            ("CN", "ＣＮ２０１７１０６０１８６２．３"),
        ] {
            let number = patent_number(office, number);
            assert_eq!(number.as_deref(), Some("CN:2017106018623"));
        }
        assert_eq!(patent_number("WO", "WO2020/123456"), Some("WO:2020123456".to_owned()));
        assert_eq!(patent_number("CN", "申请中"), None);
    }
}
