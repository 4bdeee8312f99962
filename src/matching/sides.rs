//! The two sides of a pair, as they are held against each other.

use std::collections::HashMap;

use sea_orm::{ConnectionTrait, prelude::Uuid};
use sha2::{Digest as _, Sha256};
use zhanjian_index::matching::{
    AreaPath, Offered, OfferedKind, OfferedText, Place, Wanted, WantedKind,
};

use super::{MatchField, MatchTargetKind};
use crate::{
    error::Result,
    expertise::Tree,
    needs::{self, Need, NeedKind},
};

/// What somebody looks for: a need, or a text that they type.
#[derive(Clone, Debug)]
pub(super) struct Sought {
    /// The need, where it is one.
    pub(super) need: Option<Need>,
    /// What the arithmetic is given.
    pub(super) wanted: Wanted,
    /// The areas that were named.
    pub(super) areas: Vec<Uuid>,
    /// How many characters of the text are the title and the line break behind it.
    pub(super) title: usize,
    /// The organization for which it is looked: what it offers itself is never matched.
    pub(super) organization: Option<Uuid>,
}

impl Sought {
    /// A need with its areas.
    pub(super) fn of_need(need: Need, areas: Vec<Uuid>, tree: &Tree) -> Self {
        let title = need.title.as_deref().filter(|title| !title.trim().is_empty());
        let text = match title {
            Some(title) => format!("{title}\n{}", need.text),
            None => need.text.clone(),
        };
        let wanted = Wanted {
            text,
            kind: Some(wanted_kind(need.kind)),
            areas: paths(tree, &areas),
            least_trl: need.min_trl,
            modes: crate::json::texts(&need.wanted_modes),
            place: Place { district: need.district_code.clone(), region: None },
        };
        Self {
            title: title.map_or(0, |title| title.chars().count() + 1),
            organization: need.organization_id,
            need: Some(need),
            wanted,
            areas,
        }
    }

    /// What it says, in a few characters: another one as soon as it says something else.
    pub(super) fn digest(&self) -> String {
        let Wanted { text, kind, areas, least_trl, modes, place } = &self.wanted;
        digest(&format!("{text}\0{kind:?}\0{areas:?}\0{least_trl:?}\0{modes:?}\0{place:?}"))
    }
}

/// Loads what some needs say, by need.
pub(super) async fn of_needs(
    db: &impl ConnectionTrait,
    rows: Vec<Need>,
    tree: &Tree,
) -> Result<Vec<Sought>> {
    let mut areas = needs::area_ids(db, rows.iter().map(|row| row.id).collect()).await?;
    let sought = |need: Need| {
        let areas = areas.remove(&need.id).unwrap_or_default();
        Sought::of_need(need, areas, tree)
    };
    Ok(rows.into_iter().map(sought).collect())
}

/// The kind of help, as the arithmetic calls it.
pub(super) fn wanted_kind(kind: NeedKind) -> WantedKind {
    match kind {
        NeedKind::Technology => WantedKind::Technology,
        NeedKind::Clinical => WantedKind::Clinical,
        NeedKind::Testing => WantedKind::Testing,
        NeedKind::Training => WantedKind::Training,
        NeedKind::Manufacturing => WantedKind::Manufacturing,
        NeedKind::Expertise => WantedKind::Expertise,
    }
}

/// One text of a target.
#[derive(Clone, Debug)]
pub(super) struct TargetText {
    pub(super) field: MatchField,
    /// Its place among the texts of a field that has several.
    pub(super) item: usize,
    pub(super) text: String,
}

/// What may fit.
#[derive(Clone, Debug)]
pub(super) struct Target {
    pub(super) kind: MatchTargetKind,
    pub(super) id: Uuid,
    pub(super) offered: OfferedKind,
    pub(super) texts: Vec<TargetText>,
    pub(super) paths: Vec<AreaPath>,
    pub(super) trl: Option<i32>,
    pub(super) modes: Vec<String>,
    pub(super) place: Place,
    pub(super) organization: Option<Uuid>,
    pub(super) track_record: Option<f64>,
    /// The token of those to whom it belongs.
    pub(super) owner_token: String,
    /// The token of those who may see it, beside them.
    pub(super) audience_token: String,
}

impl Target {
    /// Which it is.
    pub(super) fn key(&self) -> (MatchTargetKind, Uuid) {
        (self.kind, self.id)
    }

    /// What the arithmetic is given.
    pub(super) fn offer(&self) -> Offered<'_> {
        Offered {
            kind: self.offered,
            texts: self
                .texts
                .iter()
                .map(|text| OfferedText {
                    field: text.field.name(),
                    head: text.field.heads(),
                    text: &text.text,
                })
                .collect(),
            areas: self.paths.clone(),
            trl: self.trl,
            modes: self.modes.clone(),
            place: self.place.clone(),
            track_record: self.track_record,
        }
    }

    /// All that it says, as one text to look for needs with.
    pub(super) fn wording(&self) -> String {
        self.texts.iter().map(|text| text.text.as_str()).collect::<Vec<_>>().join("\n")
    }

    /// What it says, in a few characters. What came of it is none of it.
    pub(super) fn digest(&self) -> String {
        let texts: Vec<&str> = self.texts.iter().map(|text| text.text.as_str()).collect();
        let Self { offered, paths, trl, modes, place, .. } = self;
        digest(&format!("{texts:?}\0{offered:?}\0{paths:?}\0{trl:?}\0{modes:?}\0{place:?}"))
    }
}

/// Targets by what they are.
pub(super) type Targets = HashMap<(MatchTargetKind, Uuid), Target>;

/// Areas with all above them, from the root down.
pub(super) fn paths(tree: &Tree, areas: &[Uuid]) -> Vec<AreaPath> {
    let path = |area: &Uuid| {
        let area = tree.by_id(*area)?;
        let above = tree.ancestors(area);
        let mut path: AreaPath = above.iter().rev().map(|area| area.code.clone()).collect();
        path.push(area.code.clone());
        Some(path)
    };
    let mut paths: Vec<AreaPath> = areas.iter().filter_map(path).collect();
    // The order of rows must not show in a sum.
    paths.sort_unstable();
    paths
}

fn digest(text: &str) -> String {
    use std::fmt::Write as _;
    let bytes = Sha256::digest(text);
    bytes.iter().take(16).fold(String::with_capacity(32), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}
