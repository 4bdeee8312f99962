//! A STAND-IN for the room of consultations, so that the room of answers can be built and tested beside it: cases that a
//! test puts here. It is replaced whole by the room itself.

use std::{
    collections::HashMap,
    sync::{LazyLock, Mutex, PoisonError},
};

use sea_orm::{ConnectionTrait, prelude::Uuid};

use crate::{
    access::{Action, Holding, check},
    answers::{DeviceClass, ProductKind},
    app::Ctx,
    deidentification::ConfidentialValue,
    error::{Error, Result},
    vault::Vault,
};

mod graphql;

pub use graphql::{ConsultationNode, nodes_by_id};

/// What a case says, for drafting an answered question from it.
#[derive(Clone, Debug)]
pub struct DraftSource {
    /// The case.
    pub consultation_id: Uuid,
    /// The station that it is of.
    pub station_id: Uuid,
    /// Its areas.
    pub areas: Vec<Uuid>,
    /// What kind of product it is about.
    pub product_kind: Option<ProductKind>,
    /// The class of the device it is about.
    pub device_class: Option<DeviceClass>,
    /// What was asked.
    pub question: String,
    /// What was answered.
    pub reply: Option<String>,
    /// What was handed up.
    pub summary: Option<String>,
}

/// A case that a test puts here.
#[derive(Clone, Debug)]
pub struct StandIn {
    /// What it says.
    pub source: DraftSource,
    /// The token of its station.
    pub owner: String,
    /// Every value of the asker.
    pub confidential: Vec<ConfidentialValue>,
}

static CASES: LazyLock<Mutex<HashMap<Uuid, StandIn>>> = LazyLock::new(Mutex::default);

fn case(id: Uuid) -> Option<StandIn> {
    CASES.lock().unwrap_or_else(PoisonError::into_inner).get(&id).cloned()
}

/// Puts a case here.
pub fn put(stand_in: StandIn) {
    let mut cases = CASES.lock().unwrap_or_else(PoisonError::into_inner);
    cases.insert(stand_in.source.consultation_id, stand_in);
}

/// What a case says, for whoever may read it.
#[expect(clippy::unused_async, reason = "the room itself asks the database")]
pub async fn for_draft(ctx: &Ctx, id: Uuid) -> Result<DraftSource> {
    let found = case(id).filter(|case| ctx.viewer.holds(&case.owner)).ok_or(Error::NotFound)?;
    check(&ctx.viewer, Action::ReadConsultation, &Holding::of(found.owner, None))?;
    Ok(found.source)
}

/// What stands in the place of what was left out.
pub const MASK: &str = "■■";

/// Every value of the askers of cases, by case.
#[expect(clippy::unused_async, reason = "the room itself asks the database")]
pub async fn confidential_of(
    _: &impl ConnectionTrait,
    _: &Vault,
    ids: Vec<Uuid>,
) -> Result<HashMap<Uuid, Vec<ConfidentialValue>>> {
    Ok(ids.into_iter().filter_map(|id| Some((id, case(id)?.confidential))).collect())
}
