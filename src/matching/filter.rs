//! What is looked for where it is no need yet, and which pairs are wanted.

use async_graphql::InputObject;
use zhanjian_index::matching::{Place, Wanted};

use super::{
    MatchState, MatchTargetKind,
    sides::{Sought, paths, wanted_kind},
};
use crate::{
    access::{Identity, Viewer},
    error::{Error, Result},
    expertise::{Tree, unknown_area},
    language::Text,
    needs::NeedKind,
    research::CooperationMode,
};

/// What is looked for beside the text, and among what. A need says the former itself.
#[derive(Clone, Debug, Default, InputObject)]
pub(super) struct MatchFilter {
    /// Among these kinds of things; all where nothing is said.
    pub(super) targets: Option<Vec<MatchTargetKind>>,
    /// What kind of help is looked for.
    kind: Option<NeedKind>,
    /// In these areas.
    areas: Option<Vec<String>>,
    /// The lowest technology readiness level that would do, 1 to 9 (GB/T 22900).
    min_trl: Option<i32>,
    /// The ways of working together that would do.
    modes: Option<Vec<CooperationMode>>,
    /// The code of the district from which it is looked.
    district: Option<String>,
}

/// All that can fit.
const ALL: [MatchTargetKind; 4] = [
    MatchTargetKind::ResearchOutput,
    MatchTargetKind::Resource,
    MatchTargetKind::Organization,
    MatchTargetKind::Station,
];

impl MatchFilter {
    /// Among which kinds, in their order.
    pub(super) fn kinds(&self) -> Vec<MatchTargetKind> {
        let wanted = self.targets.as_deref().unwrap_or(&ALL);
        ALL.into_iter().filter(|kind| wanted.contains(kind)).collect()
    }

    /// Refuses what a need says itself.
    pub(super) fn check_beside_need(&self) -> Result<()> {
        let said = self.kind.is_some()
            || self.areas.is_some()
            || self.min_trl.is_some()
            || self.modes.is_some()
            || self.district.is_some();
        if !said {
            return Ok(());
        }
        Err(Error::invalid(
            "filter",
            Text::new(
                "the need says these itself: give filter.targets alone, or a text instead of the need",
                "这些内容以需求本身为准：此处只可给出 filter.targets，或改用 text 代替 need",
            ),
        ))
    }

    /// A text with what is said beside it.
    pub(super) fn sought(self, text: String, viewer: &Viewer, tree: &Tree) -> Result<Sought> {
        if self.min_trl.is_some_and(|level| !(1..=9).contains(&level)) {
            return Err(Error::invalid(
                "filter.minTrl",
                Text::new("levels go from 1 to 9", "成熟度等级为 1 至 9"),
            ));
        }
        let mut areas = Vec::new();
        for code in self.areas.iter().flatten() {
            let area = tree.by_code(code).ok_or_else(|| unknown_area("filter.areas", code))?;
            areas.push(area.id);
        }
        let modes = self.modes.into_iter().flatten();
        let wanted = Wanted {
            text,
            kind: self.kind.map(wanted_kind),
            areas: paths(tree, &areas),
            least_trl: self.min_trl,
            modes: modes.map(|mode| sea_orm::ActiveEnum::to_value(&mode)).collect(),
            place: Place { district: self.district, region: None },
        };
        let organization = match viewer.identity() {
            Identity::Client(client) => client.organization,
            Identity::Anonymous | Identity::Member(_) => None,
        };
        Ok(Sought { need: None, wanted, areas, title: 0, organization })
    }
}

/// Which matches are wanted; what is said in several fields must all hold.
#[derive(Debug, Default, InputObject)]
pub(super) struct MatchListFilter {
    /// Of this need.
    pub(super) need: Option<async_graphql::ID>,
    /// With this research output, resource, organization or station.
    pub(super) target: Option<async_graphql::ID>,
    /// In one of these states.
    pub(super) states: Option<Vec<MatchState>>,
}
