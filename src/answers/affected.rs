//! Which answers a change of the law touches: before it is recorded, or looking back.
//!
//! Both verdicts are computed, by the law as it is and as it would be, so that what is foreseen is what will be. Nothing
//! is counted that the viewer may not see.

use std::{collections::HashMap, sync::Arc};

use chrono::NaiveDate;
use sea_orm::{QueryFilter, prelude::Uuid};

use super::sifting::{Lean, Sifting, published, resting_on};
use crate::{
    access::Scope,
    app::Ctx,
    error::Result,
    regulations::{
        Preview, Regulation,
        currency::{Graph, assess},
    },
};

/// Answers that are looked at for one question; a law that everything rests on would keep the asker waiting.
const EXAMINED_AT_MOST: usize = 50_000;

/// What a change of the law does to answers.
#[derive(Debug)]
pub(super) struct Affected {
    /// The day for which it was asked.
    pub as_of: NaiveDate,
    /// The law without the change.
    pub before: Arc<Graph>,
    /// The law with it.
    pub after: Arc<Graph>,
    /// The regulation that is not recorded yet.
    pub planned: Option<Regulation>,
    /// The answers whose verdict changes, the most used first.
    pub answers: Vec<Lean>,
    /// Whether all answers were looked at that could be touched.
    pub complete: bool,
}

/// What a change of the law does to the answers that the viewer may see, on a day.
pub(super) async fn affected(ctx: &Ctx, preview: Preview, as_of: NaiveDate) -> Result<Affected> {
    let Preview { before, after, touched, planned } = preview;
    let mut answers = Vec::new();
    let (mut examined, mut complete) = (0, true);
    if !touched.is_empty() {
        // The day of the request decides what may be seen, whatever day is asked about.
        let select = published(&Scope::of(&ctx.viewer, ctx.today)).filter(resting_on(touched));
        let mut sifting = Sifting::of(select);
        loop {
            let some = sifting.next(ctx.db()).await?;
            if some.is_empty() {
                break;
            }
            examined += some.len();
            answers.extend(some.into_iter().filter(|lean| moves(lean, &before, &after, as_of)));
            if examined >= EXAMINED_AT_MOST {
                complete = false;
                break;
            }
        }
    }
    let (before, after) = (Arc::new(before), Arc::new(after));
    Ok(Affected { as_of, before, after, planned, answers, complete })
}

fn moves(lean: &Lean, before: &Graph, after: &Graph, as_of: NaiveDate) -> bool {
    let verdict = |graph| {
        let assessed = assess(&lean.grounds, graph, as_of);
        (assessed.currency, assessed.day)
    };
    verdict(before) != verdict(after)
}

/// How many answers of a station, and how often those were reused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Load {
    /// Which station.
    pub station_id: Uuid,
    /// How many answers.
    pub count: u64,
    /// How often they were reused, taken together.
    pub uses: u64,
}

/// Counts answers by their stations, those with the most used ones first.
pub(super) fn by_station<'a>(answers: impl IntoIterator<Item = &'a Lean>) -> Vec<Load> {
    let mut loads: HashMap<Uuid, Load> = HashMap::new();
    for lean in answers {
        let none = Load { station_id: lean.station_id, count: 0, uses: 0 };
        let load = loads.entry(lean.station_id).or_insert(none);
        load.count += 1;
        load.uses += u64::try_from(lean.reuse_count).unwrap_or(0);
    }
    let mut loads: Vec<Load> = loads.into_values().collect();
    loads
        .sort_unstable_by_key(|load| (std::cmp::Reverse((load.uses, load.count)), load.station_id));
    loads
}
