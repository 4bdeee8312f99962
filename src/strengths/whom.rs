//! Whom to ask: stations ranked for a text, from answered questions that are like it. Nothing here reads or writes, and
//! the same goes in as is shown, so that every score can be computed again from its parts.

use std::collections::{BTreeMap, HashMap};

use sea_orm::prelude::Uuid;
use zhanjian_index::Currency;

use super::{
    StationMatchComponent as Component, TouchedBy,
    evidence::{Part, sum},
    weights::{self, real, saturating},
};
use crate::expertise::Tree;

/// An answered question that is like the text, and that the viewer may see.
#[derive(Clone, Debug, PartialEq)]
pub struct Like {
    /// Which one.
    pub id: Uuid,
    /// The station that answered it.
    pub station_id: Uuid,
    /// How much of what the text says it says too, from 0 to 1.
    pub score: f64,
    /// Whether it still stands.
    pub currency: Currency,
    /// How often other stations have reused it.
    pub uses: u64,
    /// The areas that it is filed under.
    pub areas: Vec<Uuid>,
}

/// A station that may be asked.
#[derive(Clone, Debug, PartialEq)]
pub struct Candidate {
    /// Which one.
    pub id: Uuid,
    /// Its code, by which equals are ordered.
    pub code: String,
    /// The areas that it declares.
    pub declared: Vec<Uuid>,
}

/// An area that the text touches.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Touched {
    /// Which one.
    pub area: Uuid,
    /// How much of the text is about it, from 0 to 1.
    pub weight: f64,
    /// How that is known.
    pub by: TouchedBy,
}

/// An answered question that speaks for a station.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Witness {
    /// Its place among the similar ones.
    pub like: usize,
    /// What it counts among the station's.
    pub weight: f64,
}

/// A touched area that a station declares, or one near it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Near {
    /// The touched area.
    pub touched: Uuid,
    /// The nearest that is declared.
    pub declared: Uuid,
    /// How near it is, from 0 to 1.
    pub nearness: f64,
}

/// A station with its score.
#[derive(Clone, Debug, PartialEq)]
pub struct Ranked {
    /// Which one.
    pub station: Uuid,
    /// The sum of what the parts add.
    pub score: f64,
    /// The components.
    pub parts: Vec<Part<Component>>,
    /// Its best similar answers, the best first.
    pub witnesses: Vec<Witness>,
    /// How many similar answers it has in all.
    pub similar: usize,
    /// The touched areas that it declares.
    pub areas: Vec<Near>,
}

/// Ranks stations for a text, the best first; equals by their codes. The similar answers come in their order.
pub fn rank(
    likes: &[Like],
    touched: &[Touched],
    stations: &[Candidate],
    tree: &Tree,
) -> Vec<Ranked> {
    let mut by_station: HashMap<Uuid, Vec<usize>> = HashMap::new();
    for (place, like) in likes.iter().enumerate() {
        by_station.entry(like.station_id).or_default().push(place);
    }
    let all: f64 = likes.iter().map(|like| like.score).sum();
    let ranked = stations.iter().map(|station| {
        let own = by_station.get(&station.id).map(Vec::as_slice).unwrap_or_default();
        (station, judged(station, own, likes, all, touched, tree))
    });
    let mut ranked: Vec<(&Candidate, Ranked)> =
        ranked.filter(|(_, ranked)| ranked.score >= weights::LEAST_MATCH).collect();
    ranked.sort_by(|(one, first), (other, second)| {
        second.score.total_cmp(&first.score).then_with(|| one.code.cmp(&other.code))
    });
    ranked.into_iter().map(|(_, ranked)| ranked).collect()
}

fn judged(
    station: &Candidate,
    own: &[usize],
    likes: &[Like],
    all: f64,
    touched: &[Touched],
    tree: &Tree,
) -> Ranked {
    let witnesses: Vec<Witness> = own
        .iter()
        .zip(weights::BEST)
        .map(|(place, weight)| Witness { like: *place, weight })
        .collect();
    let similar = weighed(&witnesses, likes, |_| 1.0);
    let areas = near(station, touched, tree);
    let uses: u64 = witnesses.iter().map(|witness| likes[witness.like].uses).sum();
    let value = |component| match component {
        Component::Similar => similar,
        Component::Share if all > 0.0 => {
            own.iter().map(|place| likes[*place].score).sum::<f64>() / all
        }
        Component::Areas => covered(&areas, touched),
        Component::Currency if similar > 0.0 => {
            weighed(&witnesses, likes, |like| weights::standing(like.currency)) / similar
        }
        Component::Reuse => saturating(real(uses), weights::HALF_EVIDENCE_USES),
        Component::Share | Component::Currency => 0.0,
    };
    let part = |(component, weight)| Part { component, weight, value: value(component) };
    let parts: Vec<Part<Component>> = weights::MATCH.into_iter().map(part).collect();
    Ranked { station: station.id, score: sum(&parts), parts, witnesses, similar: own.len(), areas }
}

fn weighed(witnesses: &[Witness], likes: &[Like], by: impl Fn(&Like) -> f64) -> f64 {
    let counted = |witness: &Witness| {
        let like = &likes[witness.like];
        witness.weight * like.score * by(like)
    };
    witnesses.iter().map(counted).sum()
}

/// How much of what the text touches a station declares.
fn covered(areas: &[Near], touched: &[Touched]) -> f64 {
    let all: f64 = touched.iter().map(|touched| touched.weight).sum();
    if all <= 0.0 {
        return 0.0;
    }
    let weight = |area: Uuid| touched.iter().find(|it| it.area == area).map_or(0.0, |it| it.weight);
    areas.iter().map(|near| near.nearness * weight(near.touched)).sum::<f64>() / all
}

/// For each touched area the nearest that a station declares.
fn near(station: &Candidate, touched: &[Touched], tree: &Tree) -> Vec<Near> {
    let nearest = |touched: &Touched| {
        let near = |declared: &Uuid| {
            let nearness = nearness(*declared, touched.area, tree);
            Near { touched: touched.area, declared: *declared, nearness }
        };
        // Of several that are as near the first in the order of their ids counts, whatever order they were loaded in.
        let by_nearness = |one: &Near, other: &Near| {
            one.nearness.total_cmp(&other.nearness).then(other.declared.cmp(&one.declared))
        };
        station.declared.iter().map(near).filter(|near| near.nearness > 0.0).max_by(by_nearness)
    };
    touched.iter().filter_map(nearest).collect()
}

fn nearness(declared: Uuid, touched: Uuid, tree: &Tree) -> f64 {
    let [same, below, above, beside] = weights::NEAR;
    let (Some(own), Some(wanted)) = (tree.by_id(declared), tree.by_id(touched)) else { return 0.0 };
    if declared == touched {
        same
    } else if tree.ancestors(own).iter().any(|area| area.id == touched) {
        below
    } else if tree.ancestors(wanted).iter().any(|area| area.id == declared) {
        above
    } else if own.parent_id.is_some() && own.parent_id == wanted.parent_id {
        // The children of a top have no more in common than the facet of the tree.
        let parent = own.parent_id.and_then(|id| tree.by_id(id));
        if parent.is_some_and(|parent| parent.parent_id.is_some()) { beside } else { 0.0 }
    } else {
        0.0
    }
}

/// The areas that a text touches: those that were given, those that it names, and those under which what is most like it
/// is filed; the weightiest first, equals in the tree's order.
pub fn touched(text: &str, given: &[Uuid], likes: &[Like], tree: &Tree) -> Vec<Touched> {
    let mut found: BTreeMap<Uuid, Touched> = BTreeMap::new();
    for area in given {
        found.insert(*area, Touched { area: *area, weight: 1.0, by: TouchedBy::Given });
    }
    for area in named(text, tree) {
        found.entry(area).or_insert(Touched { area, weight: 1.0, by: TouchedBy::Named });
    }
    let (looked_at, least) = weights::AREAS_OF_SIMILAR;
    let closest = &likes[..likes.len().min(looked_at)];
    let all: f64 = closest.iter().map(|like| like.score).sum();
    let mut shares: BTreeMap<Uuid, f64> = BTreeMap::new();
    for like in closest {
        for area in &like.areas {
            *shares.entry(*area).or_default() += like.score / all;
        }
    }
    for (area, weight) in shares.into_iter().filter(|(_, share)| *share >= least) {
        found.entry(area).or_insert(Touched { area, weight, by: TouchedBy::Similar });
    }
    let place = |area: Uuid| tree.areas().iter().position(|known| known.id == area);
    let mut found: Vec<Touched> = found.into_values().collect();
    found.sort_by(|one, other| {
        other.weight.total_cmp(&one.weight).then_with(|| place(one.area).cmp(&place(other.area)))
    });
    found.truncate(weights::TOUCHED_AT_MOST);
    found
}

/// The areas whose label or one of whose aliases stands in a text, but for the tops of the tree, which say too little.
fn named(text: &str, tree: &Tree) -> Vec<Uuid> {
    let text = text.to_lowercase();
    let stands = |word: &str| {
        let word = word.trim().to_lowercase();
        if word.chars().count() < 2 {
            return false;
        }
        let is_latin = word.is_ascii();
        text.match_indices(&word).any(|(at, _)| {
            let part = |ch: Option<char>| ch.is_some_and(|ch| ch.is_ascii_alphanumeric());
            // A Latin word stands for itself only where it is not a part of another.
            !is_latin
                || !(part(text[..at].chars().next_back())
                    || part(text[at + word.len()..].chars().next()))
        })
    };
    let is_named = |area: &&std::sync::Arc<crate::expertise::ExpertiseArea>| {
        area.parent_id.is_some()
            && (stands(&area.label)
                || area.label_en.as_deref().is_some_and(stands)
                || crate::json::texts(&area.aliases).iter().any(|alias| stands(alias)))
    };
    tree.areas().iter().filter(is_named).map(|area| area.id).collect()
}
