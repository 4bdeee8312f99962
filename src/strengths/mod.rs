//! What each station is good at, where the network has gaps, and whom to ask.
//!
//! A strength is what a station declares and what it has written down: answers by area, how far they still stand, how
//! often others reused them. Everything is computed when it is asked for, from what the viewer may see and nothing else:
//! the answers are counted by the index, through the same gate as every search, so that a count here is the total of the
//! search that lists them. What companies ask is counted only for those who may read the reports of the station.
//! `docs/strengths.md` gives the formulas to people.

use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
};

use chrono::NaiveDate;
use sea_orm::prelude::Uuid;
use zhanjian_index::{Filter, Kind, TallyRequest};

mod area_graphql;
mod demand;
mod evidence;
mod gaps;
mod graphql;
mod map_graphql;
mod matching_graphql;
mod suggested;
mod terms;
pub mod weights;
pub mod whom;

pub use self::{
    demand::{Demand, Questions, Shown},
    evidence::{Comparison, Evidence, Part},
    graphql::{Profiles, StationStrengths},
    map_graphql::StrengthQuery,
    matching_graphql::{StationMatch, StationMatchQuery, suggestions_for},
    terms::{AreaDeclaration, GapKind, StationMatchComponent, StrengthComponent, TouchedBy},
};
use crate::{
    access::{self, Action, Holding, IndexScope, station_token},
    answers,
    app::Ctx,
    clock::day_number,
    consultations::{self, Recorded},
    error::{Error, Result},
    expertise::{ExpertiseArea, Tree, unknown_area},
    language::Text,
    stations::{self, Station},
};

/// The most areas of one request.
const MAX_AREAS: usize = 500;

/// The most answers that are named for one area.
const MAX_NAMED: usize = 20;

/// What is asked for.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Asked {
    /// The first day on which what counts was answered or asked; from the beginning where nothing is said.
    pub from: Option<NaiveDate>,
    /// The last day; until now where nothing is said.
    pub to: Option<NaiveDate>,
    /// The codes of the areas; a choice of the room's where nothing is said.
    pub areas: Option<Vec<String>>,
}

impl Asked {
    /// Whether the period is one.
    fn check(&self) -> Result<()> {
        match (self.from, self.to) {
            (Some(from), Some(to)) if from > to => {
                let reason = Text::new(
                    format!("the period ends before it begins, on {from}"),
                    format!("截止日早于起始日 {from}"),
                );
                Err(Error::invalid("to", reason))
            }
            _ => Ok(()),
        }
    }

    /// The areas by their codes, in the order in which they were asked for, each once.
    fn named_areas(&self, tree: &Tree) -> Result<Option<Vec<Arc<ExpertiseArea>>>> {
        let Some(codes) = &self.areas else { return Ok(None) };
        let mut areas: Vec<Arc<ExpertiseArea>> = Vec::new();
        for code in codes {
            let area = tree.by_code(code).ok_or_else(|| unknown_area("areas", code))?;
            if !areas.iter().any(|known| known.id == area.id) {
                areas.push(Arc::clone(area));
            }
        }
        if areas.len() > MAX_AREAS {
            let reason = Text::new(
                format!("at most {MAX_AREAS} areas can be asked for at once"),
                format!("一次最多查询{MAX_AREAS}个专业领域"),
            );
            return Err(Error::invalid("areas", reason));
        }
        Ok(Some(areas))
    }
}

/// Where a thing counts that is filed under some areas: in each wanted area that is one of them or above one, and in the
/// whole.
#[derive(Clone, Debug, Default)]
struct Places(HashMap<Uuid, Vec<usize>>);

impl Places {
    fn new(tree: &Tree, wanted: &[Arc<ExpertiseArea>]) -> Self {
        let place: HashMap<Uuid, usize> =
            wanted.iter().enumerate().map(|(place, area)| (area.id, place)).collect();
        let of = |area: &Arc<ExpertiseArea>| {
            let closed =
                std::iter::once(area.id).chain(tree.ancestors(area).into_iter().map(|it| it.id));
            (area.id, closed.filter_map(|id| place.get(&id).copied()).collect())
        };
        Self(tree.areas().iter().map(of).collect())
    }

    /// The places of a thing, each once; none stands for the whole.
    fn of(&self, areas: &[Uuid]) -> HashSet<Option<usize>> {
        let places = areas.iter().filter_map(|area| self.0.get(area)).flatten();
        places.map(|place| Some(*place)).chain([None]).collect()
    }
}

/// The stations with what they have, as the viewer may see it.
#[derive(Debug)]
pub struct Network {
    /// What was asked for.
    pub asked: Asked,
    /// The day as of which it is.
    pub today: NaiveDate,
    /// The taxonomy.
    pub tree: Arc<Tree>,
    /// The areas.
    pub areas: Vec<Arc<ExpertiseArea>>,
    /// The stations at work, by their codes.
    pub stations: Vec<Station>,
    declared: HashMap<Uuid, Vec<Uuid>>,
    evidence: HashMap<(Uuid, Option<usize>), Evidence>,
    demand: Demand,
}

/// Which areas a room chooses where none are named.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Choice {
    /// Those of a profile: the tops of the tree, what stands right below them, and what the stations declare.
    Profile,
    /// Those of a map: what stands right below the tops.
    Map,
}

impl Network {
    /// Counts. The answers of the stations with the codes in `named` are named, too: the newest of each area.
    async fn load(ctx: &Ctx, asked: Asked, choice: Choice, named: &[String]) -> Result<Self> {
        asked.check()?;
        let tree = ctx.tree().await?;
        let there = stations::with_districts(ctx.db()).await?;
        let ids = there.values().map(|(station, _)| station.id).collect();
        let declared = stations::area_ids(ctx.db(), ids).await?;
        let areas = if let Some(areas) = asked.named_areas(&tree)? {
            areas
        } else {
            let named = there.values().filter(|(station, _)| named.contains(&station.code));
            let declared = named.filter_map(|(station, _)| declared.get(&station.id)).flatten();
            chosen(&tree, choice, &declared.copied().collect())
        };
        let places = Places::new(&tree, &areas);
        let mut evidence = counted(ctx, &asked, &areas, &there, named).await?;
        for rated in answers::rated(ctx.db(), &ctx.scope(), asked.from, asked.to).await? {
            for place in places.of(&rated.areas) {
                let evidence = evidence.entry((rated.station_id, place)).or_default();
                evidence.helpful += rated.helpful;
                evidence.unhelpful += rated.unhelpful;
            }
        }
        let demand = demand(ctx, &asked, &there, &places).await?;
        let mut stations: Vec<Station> = there.into_values().map(|(station, _)| station).collect();
        stations.retain(|station| station.state != stations::State::Delisted);
        stations.sort_unstable_by(|one, other| one.code.cmp(&other.code));
        Ok(Self { asked, today: ctx.today, tree, areas, stations, declared, evidence, demand })
    }

    /// What a station has in an area, or in all of them.
    pub fn evidence(&self, station: Uuid, place: Option<usize>) -> Evidence {
        self.evidence.get(&(station, place)).cloned().unwrap_or_default()
    }

    /// What all stations at work have together.
    pub fn together(&self, place: Option<usize>) -> Evidence {
        let mut all = Evidence::default();
        let parts = self.stations.iter().filter_map(|it| self.evidence.get(&(it.id, place)));
        parts.for_each(|part| all.add(part));
        all
    }

    /// The consultations of the stations whose reports the viewer may read.
    pub fn demand(&self) -> &Demand {
        &self.demand
    }

    /// Whether a station declares an area.
    pub fn declares(&self, station: Uuid, area: &ExpertiseArea) -> AreaDeclaration {
        let declared = self.declared.get(&station).map(Vec::as_slice).unwrap_or_default();
        let is_in = |id: &Uuid| {
            let Some(own) = self.tree.by_id(*id) else { return false };
            own.id == area.id || self.tree.ancestors(own).iter().any(|above| above.id == area.id)
        };
        if declared.iter().any(is_in) {
            AreaDeclaration::Declared
        } else if self.tree.ancestors(area).iter().any(|above| declared.contains(&above.id)) {
            AreaDeclaration::Above
        } else {
            AreaDeclaration::Not
        }
    }

    /// How a station stands in an area beside the others at work.
    pub fn comparison(&self, station: Uuid, place: usize) -> Comparison {
        let answers = |station: Uuid, place| {
            self.evidence.get(&(station, place)).map_or(0, Evidence::answers)
        };
        let here: Vec<u64> = self.stations.iter().map(|it| answers(it.id, Some(place))).collect();
        let network = self.stations.iter().map(|it| answers(it.id, None)).sum();
        Comparison::of(answers(station, Some(place)), &here, answers(station, None), network)
    }
}

/// The areas where none were named, in the tree's order.
fn chosen(tree: &Tree, choice: Choice, declared: &HashSet<Uuid>) -> Vec<Arc<ExpertiseArea>> {
    let is_chosen = |area: &&Arc<ExpertiseArea>| {
        let depth = tree.ancestors(area).len();
        match choice {
            Choice::Map => depth == 1,
            Choice::Profile => depth <= 1 || declared.contains(&area.id),
        }
    };
    tree.areas().iter().filter(is_chosen).take(MAX_AREAS).cloned().collect()
}

/// What the index counts of published answers.
async fn counted(
    ctx: &Ctx,
    asked: &Asked,
    areas: &[Arc<ExpertiseArea>],
    there: &HashMap<String, (Station, String)>,
    named: &[String],
) -> Result<HashMap<(Uuid, Option<usize>), Evidence>> {
    let IndexScope { tokens, today } = ctx.index_scope();
    let request = TallyRequest {
        tokens,
        today,
        as_of: today,
        filter: Filter {
            kinds: vec![Kind::AnsweredQuestion],
            tags: vec![vec![answers::PUBLISHED.to_owned()]],
            dated: (asked.from.map(day_number), asked.to.map(day_number)),
            ..Filter::default()
        },
        areas: areas.iter().map(|area| area.code.clone()).collect(),
        named: named.to_vec(),
        newest: MAX_NAMED,
    };
    let tally = ctx.ask_index(move |index| index.tally(&request)).await?;
    let mut evidence: HashMap<(Uuid, Option<usize>), Evidence> = HashMap::new();
    for ((code, place), count) in tally {
        if let Some((station, _)) = there.get(&code) {
            evidence.entry((station.id, place)).or_default().add_count(count);
        }
    }
    Ok(evidence)
}

/// What companies asked of the stations whose reports the viewer may read.
async fn demand(
    ctx: &Ctx,
    asked: &Asked,
    there: &HashMap<String, (Station, String)>,
    places: &Places,
) -> Result<Demand> {
    let may_read = |(station, district): &&(Station, String)| {
        let holding = Holding::of(station_token(&station.code), Some(district));
        access::may(&ctx.viewer, Action::ReadReports, &holding)
    };
    let readable: HashSet<Uuid> =
        there.values().filter(may_read).map(|(station, _)| station.id).collect();
    let is_own =
        |(station, _): &&(Station, String)| ctx.viewer.holds(&station_token(&station.code));
    let own = there.values().filter(is_own).map(|(station, _)| station.id).collect();
    let recorded = Recorded {
        stations: readable.iter().copied().collect(),
        from: asked.from.unwrap_or_default(),
        to: asked.to.unwrap_or(ctx.today),
    };
    let cases = consultations::asked_in(&ctx.app.db, &recorded).await?;
    Ok(Demand::of(readable, own, cases, places))
}
