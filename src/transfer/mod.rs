//! What goes in by file and out by file.
//!
//! A file is read twice: first every row is looked at, and nothing is written while any is refused (unless the good ones
//! are to be taken all the same); then the rows go in by transactions of bounded size. A row has an identity within its
//! kind, so the same file read again changes nothing, and a broken import is mended by running it once more.

use std::collections::{BTreeMap, HashMap, HashSet};

use chrono::{DateTime, Utc};
use sea_orm::{ActiveEnum, EntityTrait, Iterable, prelude::Uuid};
use serde_json::{Map, Value};

use crate::{
    access::Audience,
    db::Database,
    error::Result,
    expertise::{self, Tree},
    files::{FileError, Input, Object, Reader, Row},
    language::Text,
    organizations::{self, Organization},
    outbox::Write,
    regulations::{self, Replacements},
    stations::{self, Station},
};

mod ahead;
mod driver;
mod moved;
mod summary;

pub use driver::{Import, Outcome, Source, run};
pub use moved::{Move, organization_moved, station_moved};
pub use summary::Summary;

/// Rows that go in by one transaction: small enough that an import never keeps a person waiting for the writer.
pub const ROWS_AT_ONCE: usize = 500;

/// One kind of thing that files carry.
#[async_trait::async_trait]
pub trait Transfer: Send + Sync {
    /// What a row says, once it has been looked at.
    type Draft: Send + Sync;

    /// The columns that a file may have, in the order in which an export writes them.
    const COLUMNS: &'static [&'static str];

    /// Chinese names of columns: (name in the file, column).
    const ALIASES: &'static [(&'static str, &'static str)] = &[];

    /// Opens a file of such rows: JSON Lines, CSV or XLSX, and whatever else this kind comes in.
    fn open(&self, input: Input) -> Result<Reader, FileError> {
        Reader::of(input)
    }

    /// Reads a row and tells of everything that is wrong with it.
    fn read(&self, row: &mut Row, known: &Known) -> Self::Draft;

    /// By what the row is the same as one that came before; the second one of a file is refused.
    fn identity(draft: &Self::Draft) -> String;

    /// Writes rows and notes what has changed. What `known` says of the same kind is brought up to date.
    async fn store(
        &self,
        write: &mut Write,
        drafts: Vec<Self::Draft>,
        known: &mut Known,
        now: DateTime<Utc>,
    ) -> Result<Tally>;

    /// The row of the same kind that a row leads to, wherever it stands in the file, or in the database: the column that
    /// names it, and its identity.
    fn leads_to(_: &Self::Draft) -> Option<(&'static str, String)> {
        None
    }

    /// Which of these identities are in the database. Only a kind whose rows lead to each other is asked.
    async fn there(&self, _: &Database, _: &Known, _: Vec<String>) -> Result<HashSet<String>> {
        Ok(HashSet::new())
    }

    /// Whatever can only be written once all rows are there.
    async fn finish(&self, _: &mut Write, _: &mut Known, _: DateTime<Utc>) -> Result<Tally> {
        Ok(Tally::default())
    }

    /// The rows after a place, in a stable order, as an import reads them, and the place where the next ones begin.
    async fn export(
        &self,
        db: &Database,
        known: &Known,
        after: Option<Uuid>,
    ) -> Result<(Vec<Map<String, Value>>, Option<Uuid>)>;
}

/// What became of rows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// New ones.
    pub added: u64,
    /// Ones that were there and have changed.
    pub updated: u64,
    /// Ones that were there as they are.
    pub unchanged: u64,
    /// Ones that somebody has changed here since, which wins.
    pub kept: u64,
    /// Ones that are there already under another id, and are not taken a second time.
    pub doubled: u64,
}

impl std::ops::AddAssign for Tally {
    fn add_assign(&mut self, other: Self) {
        self.added += other.added;
        self.updated += other.updated;
        self.unchanged += other.unchanged;
        self.kept += other.kept;
        self.doubled += other.doubled;
    }
}

/// What rows may refer to, by the names that files use. These are small tables, loaded once for a file.
#[derive(Debug, Default)]
pub struct Known {
    /// Stations by code, each with the code of its district.
    pub stations: HashMap<String, (Station, String)>,
    /// The taxonomy.
    pub tree: Tree,
    /// Ids of regulations by key.
    pub regulations: HashMap<String, Uuid>,
    /// Which of them replaces which.
    pub replacements: Replacements,
    /// Organizations by code.
    pub organizations: HashMap<String, Organization>,
    /// Identities of the rows of the same file: at its first reading of those above, at its second of all.
    pub coming: HashSet<String>,
    /// Lines that were refused when the file was looked at. They stay refused, though what they lacked may have come
    /// further on.
    pub refused: HashSet<u64>,
    /// Rows that somebody has changed here since, as people call them.
    pub kept: Vec<String>,
    /// Rows that are there already under another id, as people call them.
    pub doubled: Vec<String>,
    /// Links to rows that were not there yet, as (id of the row, identity of the other).
    pub links: BTreeMap<Uuid, String>,
}

impl Known {
    /// Loads what is there.
    pub async fn load(db: &Database) -> Result<Self> {
        let organizations = organizations::all(db.read()).await?;
        Ok(Self {
            stations: stations::with_districts(db.read()).await?,
            tree: expertise::tree(db.read()).await?,
            regulations: regulations::all_ids_by_key(db.read()).await?,
            replacements: Replacements::load(db.read()).await?,
            organizations: organizations.into_iter().map(|row| (row.code.clone(), row)).collect(),
            ..Self::default()
        })
    }

    /// The ids of the areas in a column; a code that does not exist is a fault. Behind the code its label may stand, as
    /// in the lists of the templates.
    pub fn areas(&self, row: &mut Object, column: &str) -> Vec<Uuid> {
        let mut ids = Vec::new();
        for code in row.texts(column) {
            match self.tree.by_code(&code).or_else(|| self.tree.by_code(first_word(&code))) {
                Some(area) if ids.contains(&area.id) => {}
                Some(area) => ids.push(area.id),
                None => row.fault(column, unknown("area", "专业领域", &code)),
            }
        }
        ids
    }

    /// The regulation in a column; a key that does not exist is a fault.
    pub fn regulation(&self, row: &mut Object, column: &str) -> Option<Uuid> {
        let key = row.required_text(column);
        let id = self.regulations.get(&key).copied();
        if id.is_none() && !key.is_empty() {
            row.fault(column, unknown("regulation", "法规", &key));
        }
        id
    }

    /// The organization in a column; a code that does not exist is a fault. Behind the code its name may stand.
    pub fn organization(&self, row: &mut Object, column: &str) -> Option<&Organization> {
        let code = row.required_text(column);
        let found = self.organizations.get(&code);
        let organization = found.or_else(|| self.organizations.get(first_word(&code)));
        if organization.is_none() && !code.is_empty() {
            row.fault(column, unknown("organization", "机构", &code));
        }
        organization
    }
}

fn first_word(text: &str) -> &str {
    text.split_whitespace().next().unwrap_or_default()
}

/// The sentence for a name that leads nowhere.
pub fn unknown(what_en: &str, what_zh: &str, name: &str) -> Text {
    Text::new(
        format!("there is no {what_en} {name:?}; import it first, or mend the name"),
        format!("没有{what_zh}“{name}”，请先导入或更正"),
    )
}

/// A value out of a fixed list of words.
pub fn term<T>(row: &mut Object, column: &str) -> Option<T>
where
    T: ActiveEnum<Value = String> + Iterable,
{
    let names: Vec<String> = T::iter().map(|value| value.to_value()).collect();
    let allowed: Vec<&str> = names.iter().map(String::as_str).collect();
    let chosen: String = row.choice(column, &allowed)?;
    T::try_from_value(&chosen).ok()
}

/// A value out of a fixed list of words, which must be there.
pub fn required_term<T>(row: &mut Object, column: &str, otherwise: T) -> T
where
    T: ActiveEnum<Value = String> + Iterable,
{
    row.require(column);
    term(row, column).unwrap_or(otherwise)
}

/// The audience in a column, or the one given for the file.
pub fn audience(row: &mut Object, given: Option<Audience>, owner: Audience) -> Audience {
    if row.has("audience") {
        return term(row, "audience").unwrap_or(owner);
    }
    given.unwrap_or_else(|| {
        row.fault_of_row(Text::new(
            "nobody says who may see this row: fill the column audience, or give --audience",
            "未说明可见范围：请填写 audience 列，或使用 --audience",
        ));
        owner
    })
}

/// What a row says as a digest: equal digests mean that nothing has changed.
pub fn digest(values: &impl serde::Serialize) -> String {
    use sha2::Digest as _;
    // Drafts are texts, numbers, dates and lists of them, none of which JSON can refuse.
    let bytes = serde_json::to_vec(values).unwrap_or_default();
    let hash = sha2::Sha256::digest(bytes);
    hash.iter().take(16).fold(String::with_capacity(32), |mut text, byte| {
        use std::fmt::Write as _;
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// Writes a row that is new or has changed, counts it, and tells whether there was anything to write.
pub async fn save<A>(write: &Write, row: A, new: bool, tally: &mut Tally) -> Result<bool>
where
    A: sea_orm::ActiveModelTrait + sea_orm::ActiveModelBehavior + Send,
    <A::Entity as EntityTrait>::Model: sea_orm::IntoActiveModel<A> + Send + Sync,
{
    if new {
        A::Entity::insert(row).exec_without_returning(&**write).await?;
        tally.added += 1;
    } else if row.is_changed() {
        row.update(&**write).await?;
        tally.updated += 1;
    } else {
        tally.unchanged += 1;
        return Ok(false);
    }
    Ok(true)
}

/// Puts together a row for an export; what has no value is left out.
#[derive(Debug, Default)]
pub struct Fields(Map<String, Value>);

impl Fields {
    /// Adds a column.
    #[must_use]
    pub fn with(mut self, column: &str, value: impl Into<Value>) -> Self {
        let value = value.into();
        let empty = match &value {
            Value::Null => true,
            Value::Array(items) => items.is_empty(),
            _ => false,
        };
        if !empty {
            self.0.insert(column.to_owned(), value);
        }
        self
    }

    /// Adds a column whose value can be written as text.
    #[must_use]
    pub fn text(self, column: &str, value: Option<impl ToString>) -> Self {
        self.with(column, value.map(|value| value.to_string()))
    }

    /// The row.
    pub fn done(self) -> Map<String, Value> {
        self.0
    }
}
