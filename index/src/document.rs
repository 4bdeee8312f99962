//! What may be put into the index: a document with its audience, and the days from which things hold.

use crate::{
    error::{Error, Result},
    hash::Hasher,
};
use std::str::FromStr;

/// Days since 1970-01-01.
pub type Day = i32;

/// What a document is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum Kind {
    /// 已答问题
    AnsweredQuestion = 1,
    /// 研究成果
    ResearchOutput = 2,
    /// 资源
    Resource = 3,
    /// 机构
    Organization = 4,
    /// 工作站
    Station = 5,
    /// 法规
    Regulation = 6,
    /// 需求; found only by who asks for this kind.
    Need = 7,
}

impl Kind {
    /// All of them, in the order of their numbers.
    pub const ALL: [Self; 7] = [
        Self::AnsweredQuestion,
        Self::ResearchOutput,
        Self::Resource,
        Self::Organization,
        Self::Station,
        Self::Regulation,
        Self::Need,
    ];

    /// Its name as the outside sees it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::AnsweredQuestion => "ANSWERED_QUESTION",
            Self::ResearchOutput => "RESEARCH_OUTPUT",
            Self::Resource => "RESOURCE",
            Self::Organization => "ORGANIZATION",
            Self::Station => "STATION",
            Self::Regulation => "REGULATION",
            Self::Need => "NEED",
        }
    }

    /// The kind of a number that [`Kind`] as `u8` gave.
    pub fn from_u8(number: u8) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| *kind as u8 == number)
    }
}

impl FromStr for Kind {
    type Err = Error;

    fn from_str(name: &str) -> Result<Self> {
        let found = Self::ALL.into_iter().find(|kind| kind.as_str() == name);
        found.ok_or_else(|| Error::Unknown { what: "kind", name: name.to_owned() })
    }
}

/// Which document: its kind and its id.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Key {
    /// What it is.
    pub kind: Kind,
    /// The bits of its UUID.
    pub id: u128,
}

impl Key {
    /// How the index names it: kind, then id, so that bytes sort as keys do.
    pub(crate) fn bytes(self) -> [u8; 17] {
        let mut bytes = [0; 17];
        bytes[0] = self.kind as u8;
        bytes[1..].copy_from_slice(&self.id.to_be_bytes());
        bytes
    }

    pub(crate) fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let (kind, id) = bytes.split_first()?;
        Some(Self { kind: Kind::from_u8(*kind)?, id: u128::from_be_bytes(id.try_into().ok()?) })
    }
}

/// The days from which each state of the law behind an answer holds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct CurrencyDays {
    /// Whether it cites a basis at all.
    pub verified: bool,
    /// A change has been announced.
    pub upcoming: Option<Day>,
    /// Some of what it cites no longer holds.
    pub partly_stale: Option<Day>,
    /// What it cites has been replaced.
    pub stale: Option<Day>,
    /// What it cites is gone without successor.
    pub broken: Option<Day>,
    /// It should have been looked at again.
    pub review_due: Option<Day>,
}

impl CurrencyDays {
    /// The state at a day: the first that fits, from its day on.
    pub fn at(&self, day: Day) -> Currency {
        let since = |from: Option<Day>| from.is_some_and(|from| from <= day);
        match self {
            _ if since(self.broken) => Currency::Broken,
            _ if since(self.stale) => Currency::Stale,
            _ if since(self.partly_stale) => Currency::PartlyStale,
            _ if since(self.upcoming) => Currency::Upcoming,
            _ if since(self.review_due) => Currency::ReviewDue,
            _ if !self.verified => Currency::Unverified,
            _ => Currency::Current,
        }
    }
}

/// Whether the law that an answer rests on still stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Currency {
    /// It stands.
    Current,
    /// It will change on a known day.
    Upcoming,
    /// It should have been looked at again.
    ReviewDue,
    /// Some of it no longer holds.
    PartlyStale,
    /// It has been replaced.
    Stale,
    /// It is gone without successor.
    Broken,
    /// Nothing is cited.
    Unverified,
}

impl Currency {
    /// All of them.
    pub const ALL: [Self; 7] = [
        Self::Current,
        Self::Upcoming,
        Self::ReviewDue,
        Self::PartlyStale,
        Self::Stale,
        Self::Broken,
        Self::Unverified,
    ];

    /// Its name as the outside sees it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Current => "CURRENT",
            Self::Upcoming => "UPCOMING",
            Self::ReviewDue => "REVIEW_DUE",
            Self::PartlyStale => "PARTLY_STALE",
            Self::Stale => "STALE",
            Self::Broken => "BROKEN",
            Self::Unverified => "UNVERIFIED",
        }
    }
}

impl FromStr for Currency {
    type Err = Error;

    fn from_str(name: &str) -> Result<Self> {
        let found = Self::ALL.into_iter().find(|currency| currency.as_str() == name);
        found.ok_or_else(|| Error::Unknown { what: "currency", name: name.to_owned() })
    }
}

/// A thing that can be found.
#[derive(Clone, Debug, PartialEq)]
pub struct Document {
    /// Which.
    pub key: Key,
    /// Tokens that may see it, from [`Document::visible_from`] on.
    pub audience: Vec<String>,
    /// Tokens that may see it at any time, also under embargo.
    pub owner: Vec<String>,
    /// The first day on which the audience may see it; none: always.
    pub visible_from: Option<Day>,
    /// The question, title or name.
    pub title: String,
    /// The answer, abstract or description.
    pub body: String,
    /// Aliases, document numbers, names: searched with the weight of the title.
    pub keywords: Vec<String>,
    /// Numbers, external ids, DOI, as typed: found as a whole, in any width and case, and then first.
    pub identifiers: Vec<String>,
    /// Station code, for filter and facet.
    pub station: Option<String>,
    /// Organization id, for filter and facet.
    pub organization: Option<String>,
    /// Area codes with all their ancestors.
    pub areas: Vec<String>,
    /// Drug, device, ...
    pub product_kind: Option<String>,
    /// I, II, III.
    pub device_class: Option<String>,
    /// Year, for filter and facet.
    pub year: Option<i32>,
    /// Day, for filter and order.
    pub dated_on: Option<Day>,
    /// None: the kind knows no currency.
    pub currency: Option<CurrencyDays>,
    /// Replaced by another document.
    pub superseded: bool,
    /// By which.
    pub superseded_by: Option<Key>,
    /// How often it was used again.
    pub uses: u32,
    /// Further terms to filter by, `field:value`.
    pub tags: Vec<String>,
}

impl Document {
    /// An empty document that nobody may see.
    pub fn new(key: Key) -> Self {
        Self {
            key,
            audience: Vec::new(),
            owner: Vec::new(),
            visible_from: None,
            title: String::new(),
            body: String::new(),
            keywords: Vec::new(),
            identifiers: Vec::new(),
            station: None,
            organization: None,
            areas: Vec::new(),
            product_kind: None,
            device_class: None,
            year: None,
            dated_on: None,
            currency: None,
            superseded: false,
            superseded_by: None,
            uses: 0,
            tags: Vec::new(),
        }
    }

    /// A number that changes when anything in the document does, the same on every platform and in every run. Lists of
    /// tokens, areas and tags count as sets: their order makes no difference.
    pub fn digest(&self) -> u64 {
        let mut hasher = Hasher::default();
        hasher.bytes(&self.key.bytes());
        hasher.set(&self.audience);
        hasher.set(&self.owner);
        hasher.number(self.visible_from);
        hasher.text(&self.title);
        hasher.text(&self.body);
        hasher.list(&self.keywords);
        hasher.list(&self.identifiers);
        for field in [&self.station, &self.organization, &self.product_kind, &self.device_class] {
            hasher.list(field.as_slice());
        }
        hasher.set(&self.areas);
        hasher.number(self.year);
        hasher.number(self.dated_on);
        hasher.number(self.currency.map(|days| u8::from(days.verified)));
        let days = self.currency.unwrap_or_default();
        for day in [days.upcoming, days.partly_stale, days.stale, days.broken, days.review_due] {
            hasher.number(day);
        }
        hasher.number(Some(u8::from(self.superseded)));
        hasher.bytes(&self.superseded_by.map_or([0; 17], Key::bytes));
        hasher.number(Some(self.uses));
        hasher.set(&self.tags);
        hasher.finish()
    }
}

/// One step of what the index follows.
#[derive(Clone, Debug, PartialEq)]
pub enum Change {
    /// The document as it is now, whether it was there before or not.
    Put(Box<Document>),
    /// No longer there; nothing happens when it never was.
    Drop(Key),
}

impl Change {
    /// Which document it is about.
    pub fn key(&self) -> Key {
        match self {
            Self::Put(document) => document.key,
            Self::Drop(key) => *key,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn currency_is_the_first_state_that_fits() {
        let days = CurrencyDays {
            verified: true,
            upcoming: Some(10),
            stale: Some(20),
            ..CurrencyDays::default()
        };
        assert_eq!(
            [9, 10, 19, 20].map(|day| days.at(day)),
            [Currency::Current, Currency::Upcoming, Currency::Upcoming, Currency::Stale]
        );
        let unverified = CurrencyDays { review_due: Some(5), ..CurrencyDays::default() };
        assert_eq!(
            [4, 5].map(|day| unverified.at(day)),
            [Currency::Unverified, Currency::ReviewDue]
        );
        let broken = CurrencyDays { broken: Some(1), ..days };
        assert_eq!(broken.at(30), Currency::Broken);
    }

    #[test]
    fn the_digest_covers_every_field_and_stays_the_same() {
        let key = Key { kind: Kind::Station, id: 7 };
        let plain = Document::new(key);
        let changes: Vec<fn(&mut Document)> = vec![
            |d| d.key.id = 8,
            |d| d.audience.push("public".into()),
            |d| d.owner.push("public".into()),
            |d| d.visible_from = Some(0),
            |d| d.title.push('x'),
            |d| d.body.push('x'),
            |d| d.keywords.push("x".into()),
            |d| d.identifiers.push("x".into()),
            |d| d.station = Some("x".into()),
            |d| d.organization = Some("x".into()),
            |d| d.areas.push("x".into()),
            |d| d.product_kind = Some("x".into()),
            |d| d.device_class = Some("x".into()),
            |d| d.year = Some(0),
            |d| d.dated_on = Some(0),
            |d| d.currency = Some(CurrencyDays::default()),
            |d| d.currency = Some(CurrencyDays { verified: true, ..CurrencyDays::default() }),
            |d| d.currency = Some(CurrencyDays { stale: Some(0), ..CurrencyDays::default() }),
            |d| d.currency = Some(CurrencyDays { broken: Some(0), ..CurrencyDays::default() }),
            |d| d.superseded = true,
            |d| d.superseded_by = Some(Key { kind: Kind::Station, id: 0 }),
            |d| d.uses = 1,
            |d| d.tags.push("x".into()),
        ];
        let mut seen = vec![plain.digest()];
        for change in changes {
            let mut other = plain.clone();
            change(&mut other);
            assert!(!seen.contains(&other.digest()), "{other:?}");
            seen.push(other.digest());
        }
        assert_eq!(
            plain.digest(),
            16_587_995_134_519_019_600,
            "written down once: must never change"
        );
    }
}
