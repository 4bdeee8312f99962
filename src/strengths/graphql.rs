//! How a station's strengths look from outside.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

use async_graphql::{Context, Object};
use sea_orm::prelude::Uuid;
use tokio::sync::OnceCell;

use super::{
    Asked, Choice, MAX_NAMED, Network,
    area_graphql::{AreaConsultations, StrengthComparison, StrengthEvidence, StrengthPart},
    evidence,
    terms::AreaDeclaration,
    weights,
};
use crate::{
    answers::{self, AnsweredQuestionNode},
    app::Ctx,
    batch::{Batch, Shared},
    error::{Error, Fault, Result},
    expertise::ExpertiseAreaNode,
    language::Text,
    scalars::Date,
};

/// The profiles of the stations of a page: what is asked of one of them is counted for all.
#[derive(Default)]
pub struct Profiles {
    codes: Vec<String>,
    counted: Mutex<HashMap<Asked, Arc<OnceCell<Arc<Profile>>>>>,
}

/// What was counted for a page, and the answers that it names.
pub(super) struct Profile {
    network: Network,
    named: Shared<Uuid, AnsweredQuestionNode>,
}

impl Profiles {
    /// Of the stations with these codes, none of them counted yet.
    pub fn new(codes: Vec<String>) -> Self {
        Self { codes, counted: Mutex::default() }
    }

    /// The strengths of one of the stations.
    pub async fn of(&self, ctx: &Ctx, station: Uuid, asked: Asked) -> Result<StationStrengths> {
        let cell = {
            let mut counted = self.counted.lock().unwrap_or_else(PoisonError::into_inner);
            Arc::clone(counted.entry(asked.clone()).or_default())
        };
        let load = async || {
            let network = Network::load(ctx, asked, Choice::Profile, &self.codes).await?;
            let ids = network.evidence.values().flat_map(|evidence| evidence.newest.clone());
            let named = Arc::new(Batch::new(ids));
            Ok::<_, Error>(Arc::new(Profile { network, named }))
        };
        let profile = Arc::clone(cell.get_or_try_init(load).await?);
        Ok(StationStrengths { profile, station })
    }
}

/// What a station is good at.
pub struct StationStrengths {
    profile: Arc<Profile>,
    station: Uuid,
}

/// What a station is good at: what it declares, and what it has written down, area by area, beside the other stations.
/// Everything is counted from what the viewer may see.
#[Object]
impl StationStrengths {
    /// The first day of the period; absent where it goes back to the beginning.
    async fn from(&self) -> Option<Date> {
        self.profile.network.asked.from.map(Date)
    }

    /// The last day of the period; absent where it goes on until now. With a period, answers without a day do not count.
    async fn to(&self) -> Option<Date> {
        self.profile.network.asked.to.map(Date)
    }

    /// The day as of which currency is judged.
    async fn as_of(&self) -> Date {
        Date(self.profile.network.today)
    }

    /// The name of the formula; it changes when the formula does.
    async fn algorithm_version(&self) -> &str {
        weights::STRENGTH_VERSION
    }

    /// What it has over all areas, each answer counted once.
    async fn total(&self) -> StrengthEvidence {
        StrengthEvidence::from(&self.profile.network.evidence(self.station, None))
    }

    /// What companies asked it over all areas; absent for who may not read its reports.
    async fn consultations(&self) -> Option<AreaConsultations> {
        self.profile.network.demand().at(self.station, None).map(Into::into)
    }

    /// The areas: those asked for in their order, else the tops of the tree, what stands right below them, and what the
    /// stations of the page declare.
    async fn areas(&self) -> Vec<AreaStrength> {
        let area = |place| AreaStrength {
            profile: Arc::clone(&self.profile),
            station: self.station,
            place,
        };
        (0..self.profile.network.areas.len()).map(area).collect()
    }
}

/// How good a station is at an area.
pub(super) struct AreaStrength {
    profile: Arc<Profile>,
    station: Uuid,
    place: usize,
}

impl AreaStrength {
    fn declaration(&self) -> AreaDeclaration {
        let network = &self.profile.network;
        network.declares(self.station, &network.areas[self.place])
    }

    fn own(&self) -> evidence::Evidence {
        self.profile.network.evidence(self.station, Some(self.place))
    }
}

/// How good a station is at an area and all below it.
#[Object]
impl AreaStrength {
    /// The area.
    async fn area(&self) -> ExpertiseAreaNode {
        let network = &self.profile.network;
        ExpertiseAreaNode::new(&network.areas[self.place], &network.tree)
    }

    /// Whether the station declares it.
    async fn declared(&self) -> AreaDeclaration {
        self.declaration()
    }

    /// What it has in the area.
    async fn evidence(&self) -> StrengthEvidence {
        StrengthEvidence::from(&self.own())
    }

    /// How it stands in the area beside the other stations.
    async fn comparison(&self) -> StrengthComparison {
        self.profile.network.comparison(self.station, self.place).into()
    }

    /// What companies asked it in the area; absent for who may not read its reports.
    async fn consultations(&self) -> Option<AreaConsultations> {
        self.profile.network.demand().at(self.station, Some(self.place)).map(Into::into)
    }

    /// How strong it is, from 0 to 1: the sum of what the components add. Consultations are no part of it, so that it
    /// is the same for all who see the same answers.
    async fn score(&self) -> f64 {
        evidence::sum(&self.own().parts(self.declaration()))
    }

    /// The components of the score, each of which can be computed from the evidence.
    async fn components(&self) -> Vec<StrengthPart> {
        self.own().parts(self.declaration()).into_iter().map(Into::into).collect()
    }

    /// The newest answers behind it, those without a day last. All of them are found by a search with the same station,
    /// area and days.
    async fn answers(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How many at most, 20 or fewer.", default = 5)] first: i32,
    ) -> Result<Vec<AnsweredQuestionNode>, Fault> {
        let most = usize::try_from(first).ok().filter(|most| *most <= MAX_NAMED);
        let most = most.ok_or_else(|| {
            let reason = Text::new(
                format!("{first} is out of range; 0 to {MAX_NAMED} can be had"),
                format!("{first} 超出范围，可取 0 至 {MAX_NAMED}"),
            );
            Error::invalid("first", reason)
        })?;
        let ctx = ctx.data_unchecked::<Ctx>();
        let nodes = self.profile.named.all(|ids| answers::nodes_by_id(ctx, ids)).await?;
        let newest = self.own().newest;
        Ok(newest.iter().filter_map(|id| nodes.get(id).cloned()).take(most).collect())
    }
}
