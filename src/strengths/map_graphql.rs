//! How the map of the network's strengths and gaps looks from outside.

use std::{collections::HashMap, sync::Arc};

use async_graphql::{Context, Object, SimpleObject};
use sea_orm::prelude::Uuid;

use super::{
    Asked, Choice, GapKind, Network,
    area_graphql::{AreaConsultations, StrengthEvidence},
    evidence,
    gaps::Supply,
    terms::AreaDeclaration,
    weights,
};
use crate::{
    app::Ctx,
    error::{Error, Fault, Result},
    expertise::{ExpertiseAreaNode, LocalizedText},
    language::Text,
    scalars::Date,
    stations::{Station, StationNode, nodes_by_id},
};

/// The map.
pub(super) struct NetworkStrengths {
    network: Arc<Network>,
    rows: Vec<Station>,
    nodes: HashMap<Uuid, StationNode>,
}

impl NetworkStrengths {
    fn area(&self, place: usize) -> ExpertiseAreaNode {
        ExpertiseAreaNode::new(&self.network.areas[place], &self.network.tree)
    }

    fn cell(&self, station: &Station, place: usize) -> Option<StrengthCell> {
        let evidence = self.network.evidence(station.id, Some(place));
        let declared = self.network.declares(station.id, &self.network.areas[place]);
        Some(StrengthCell {
            station: self.nodes.get(&station.id)?.clone(),
            area: self.area(place),
            declared,
            evidence: StrengthEvidence::from(&evidence),
            consultations: self.network.demand().at(station.id, Some(place)).map(Into::into),
            value: evidence::sum(&evidence.parts(declared)),
        })
    }

    fn supply(&self, place: Option<usize>) -> Supply {
        let together = self.network.together(place);
        Supply {
            consultations: self.network.demand().asked(place),
            answers: together.answers(),
            sound: together.sound(),
            stale: together.stale(),
        }
    }
}

/// What the stations of the network are good at, as the cells of a heat map, and where something is missing. Everything is
/// counted from what the viewer may see.
#[Object]
impl NetworkStrengths {
    /// The first day of the period; absent where it goes back to the beginning.
    async fn from(&self) -> Option<Date> {
        self.network.asked.from.map(Date)
    }

    /// The last day of the period; absent where it goes on until now. With a period, answers without a day do not count.
    async fn to(&self) -> Option<Date> {
        self.network.asked.to.map(Date)
    }

    /// The day as of which currency is judged.
    async fn as_of(&self) -> Date {
        Date(self.network.today)
    }

    /// The name of the formula; it changes when the formula does.
    async fn algorithm_version(&self) -> &str {
        weights::STRENGTH_VERSION
    }

    /// The rows of the map, by their codes.
    async fn stations(&self) -> Vec<StationNode> {
        self.rows.iter().filter_map(|row| self.nodes.get(&row.id).cloned()).collect()
    }

    /// The columns of the map.
    async fn areas(&self) -> Vec<ExpertiseAreaNode> {
        (0..self.network.areas.len()).map(|place| self.area(place)).collect()
    }

    /// The cells, row by row.
    async fn cells(&self) -> Vec<StrengthCell> {
        let row = |station| {
            (0..self.network.areas.len()).filter_map(move |place| self.cell(station, place))
        };
        self.rows.iter().flat_map(row).collect()
    }

    /// The areas in which many ask and little is written down, or what is written down no longer holds, the gravest
    /// first. Consultations are those of the stations whose reports the viewer may read, answers those of all stations;
    /// absent for who may read no reports.
    async fn gaps(&self) -> Option<Vec<StrengthGap>> {
        if !self.network.demand().is_shown() {
            return None;
        }
        let whole = self.supply(None);
        let mut gaps = Vec::new();
        for (place, area) in self.network.areas.iter().enumerate() {
            let supply = self.supply(Some(place));
            let english = area.label_en.as_deref().unwrap_or(&area.label);
            for gap in supply.gaps(&whole, &area.label, english) {
                gaps.push((
                    place,
                    StrengthGap {
                        area: self.area(place),
                        kind: gap.kind,
                        consultations: supply.consultations,
                        answers: supply.answers,
                        sound: supply.sound,
                        stale: supply.stale,
                        quotient: supply.quotient(&whole),
                        severity: gap.severity,
                        explanation: LocalizedText::new(
                            &gap.explanation.zh,
                            Some(&gap.explanation.en),
                        ),
                    },
                ));
            }
        }
        gaps.sort_by(|(one, first), (other, second)| {
            second.severity.total_cmp(&first.severity).then(one.cmp(other))
        });
        Some(gaps.into_iter().map(|(_, gap)| gap).collect())
    }
}

/// A cell of the map: a station in an area and all below it.
#[derive(SimpleObject)]
pub(super) struct StrengthCell {
    /// The station.
    station: StationNode,
    /// The area.
    area: ExpertiseAreaNode,
    /// Whether the station declares it.
    declared: AreaDeclaration,
    /// What it has in the area.
    evidence: StrengthEvidence,
    /// What companies asked it in the area; absent for who may not read its reports.
    consultations: Option<AreaConsultations>,
    /// How strong it is, from 0 to 1: the score of its profile.
    value: f64,
}

/// An area in which something is missing.
#[derive(SimpleObject)]
pub(super) struct StrengthGap {
    /// The area.
    area: ExpertiseAreaNode,
    /// What is missing.
    kind: GapKind,
    /// How many consultations are counted: those of the stations whose reports the viewer may read, but for cells that are
    /// held back.
    consultations: u64,
    /// How many published answers all stations have.
    answers: u64,
    /// The same, each counted by how far it still stands.
    sound: f64,
    /// How many of them rest on what no longer holds, in part or wholly.
    stale: u64,
    /// The area's part of all consultations over its part of all answers that stand; absent where none stands.
    quotient: Option<f64>,
    /// How grave it is: the consultations that the answers fall short of.
    severity: f64,
    /// The same as a sentence.
    explanation: LocalizedText,
}

/// The entry point to the map.
#[derive(Default)]
pub struct StrengthQuery;

#[Object]
impl StrengthQuery {
    /// What the stations of the network are good at and where something is missing, as data for a heat map of stations
    /// and areas.
    async fn network_strengths(
        &self,
        ctx: &Context<'_>,
        #[graphql(
            desc = "The codes of the areas, each with all below it; those right below the tops of the tree where \
                          nothing is said."
        )]
        areas: Option<Vec<String>>,
        #[graphql(
            desc = "The codes of the stations; all at work where nothing is said. Gaps are always the network's."
        )]
        stations: Option<Vec<String>>,
        #[graphql(desc = "The first day of the period; from the beginning where nothing is said.")]
        from: Option<Date>,
        #[graphql(desc = "The last day of the period; until now where nothing is said.")]
        to: Option<Date>,
    ) -> Result<NetworkStrengths, Fault> {
        let ctx = ctx.data_unchecked::<Ctx>();
        let asked = Asked { from: from.map(|Date(day)| day), to: to.map(|Date(day)| day), areas };
        let network = Arc::new(Network::load(ctx, asked, Choice::Map, &[]).await?);
        let rows = rows(&network, stations)?;
        let nodes = nodes_by_id(ctx, rows.iter().map(|row| row.id).collect()).await?;
        Ok(NetworkStrengths { network, rows, nodes })
    }
}

/// The stations that were asked for, by their codes.
fn rows(network: &Network, codes: Option<Vec<String>>) -> Result<Vec<Station>> {
    let Some(codes) = codes else { return Ok(network.stations.clone()) };
    for code in &codes {
        if !network.stations.iter().any(|station| station.code == *code) {
            let reason = Text::new(
                format!("there is no station {code:?} at work; stations lists their codes"),
                format!("没有在运行的工作站“{code}”，可用 stations 查看代码"),
            );
            return Err(Error::invalid("stations", reason));
        }
    }
    let wanted = network.stations.iter().filter(|station| codes.contains(&station.code));
    Ok(wanted.cloned().collect())
}
