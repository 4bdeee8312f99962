//! What a station has to look at again: published answers that the law has left behind or soon will, and those whose
//! day of review has passed, the most used first.
//!
//! The list is made when it is asked for, from dates: candidates by SQL, then the verdict on each. No job has to run for
//! it to be right.

use std::collections::HashSet;

use chrono::{Days, NaiveDate};
use sea_orm::{Condition, QueryFilter, Select, entity::prelude::*};

use super::{
    AnsweredQuestion,
    affected::{Load, by_station},
    entity,
    sifting::{Sifting, grounds_of, published, resting_on},
};
use crate::{
    access::{Action, Reach, check_at_all},
    app::Ctx,
    error::Result,
    page::{Keyset, Page, Place, Slice, slice},
    regulations::currency::{Assessment, Currency, Graph, Grounds, assess},
    stations,
};

/// Which answers of the list are wanted.
#[derive(Clone, Debug)]
pub(super) struct Wanted {
    /// Of the stations with these codes.
    pub stations: Option<Vec<String>>,
    /// With one of these verdicts.
    pub statuses: HashSet<Currency>,
    /// How many days ahead an announced change counts.
    pub upcoming_within: u64,
}

impl Wanted {
    /// The verdicts that call for somebody to look again.
    pub(super) const STATUSES: [Currency; 5] = [
        Currency::Broken,
        Currency::Stale,
        Currency::PartlyStale,
        Currency::Upcoming,
        Currency::ReviewDue,
    ];

    fn horizon(&self, today: NaiveDate) -> NaiveDate {
        today.checked_add_days(Days::new(self.upcoming_within)).unwrap_or(NaiveDate::MAX)
    }

    fn takes(&self, verdict: &Assessment, horizon: NaiveDate) -> bool {
        let near = || verdict.day.is_some_and(|day| day <= horizon);
        self.statuses.contains(&verdict.currency)
            && (verdict.currency != Currency::Upcoming || near())
    }
}

/// An answer on the list.
#[derive(Clone, Debug)]
pub(super) struct Item {
    /// The answer.
    pub answered: AnsweredQuestion,
    /// What it rests on.
    pub grounds: Grounds,
}

/// How the list is ordered.
const BY_USE: Keyset<entity::Entity> = Keyset {
    name: "reviewQueue/MOST_REUSED",
    column: entity::Column::ReuseCount,
    id: entity::Column::Id,
    descending: true,
    place: |row| (Place::Number(row.reuse_count), row.id),
};

/// Rows of the first step of a page; each further step takes twice as many, up to a bound.
const FIRST_STEP: usize = 100;
const LARGEST_STEP: usize = 2_000;

/// A page of the list.
pub(super) async fn page(ctx: &Ctx, wanted: &Wanted, page: &Page) -> Result<Slice<Item>> {
    let graph = ctx.graph().await?;
    let select = candidates(ctx, wanted, &graph)?;
    let horizon = wanted.horizon(ctx.today);
    let (_, cursor) = page.cursor();
    let (started, limit) = (cursor.is_some(), page.limit());
    let backwards = matches!(page, Page::Last { .. });
    let mut cursor = cursor.map(str::to_owned);
    let mut size = FIRST_STEP;
    let mut items: Vec<(String, Item)> = Vec::new();
    loop {
        let step = match page {
            Page::First { .. } => Page::First { limit: size, after: cursor },
            Page::Last { .. } => Page::Last { limit: size, before: cursor },
        };
        let mut rows = slice(ctx.db(), select.clone(), &BY_USE, &step).await?;
        let more = if backwards { rows.has_previous } else { rows.has_next };
        let reviews = rows.items.iter().map(|(_, row)| (row.id, row.review_by)).collect();
        let mut grounds = grounds_of(ctx.db(), reviews).await?;
        if backwards {
            rows.items.reverse();
        }
        cursor = rows.items.last().map(|(cursor, _)| cursor.clone());
        for (cursor, answered) in rows.items {
            let Some(grounds) = grounds.remove(&answered.id) else { continue };
            if wanted.takes(&assess(&grounds, &graph, ctx.today), horizon) {
                items.push((cursor, Item { answered, grounds }));
            }
        }
        // One more than the page holds tells whether there is a next one.
        if items.len() > limit || !more {
            break;
        }
        size = (size * 2).min(LARGEST_STEP);
    }
    let further = items.len() > limit;
    items.truncate(limit);
    if backwards {
        items.reverse();
    }
    let (has_next, has_previous) = if backwards { (started, further) } else { (further, started) };
    Ok(Slice { items, has_next, has_previous })
}

/// How many answers of which station are on the list, those with the most used ones first.
pub(super) async fn loads(ctx: &Ctx, wanted: &Wanted) -> Result<Vec<Load>> {
    let graph = ctx.graph().await?;
    let horizon = wanted.horizon(ctx.today);
    let mut sifting = Sifting::of(candidates(ctx, wanted, &graph)?);
    let mut loads = Vec::new();
    loop {
        let mut some = sifting.next(ctx.db()).await?;
        if some.is_empty() {
            break;
        }
        some.retain(|lean| wanted.takes(&assess(&lean.grounds, &graph, ctx.today), horizon));
        loads.extend(some);
    }
    Ok(by_station(&loads))
}

/// What may be on the list: of the stations that the viewer answers for, resting on something that has been touched or
/// soon will be, or due for review.
fn candidates(ctx: &Ctx, wanted: &Wanted, graph: &Graph) -> Result<Select<entity::Entity>> {
    use entity::Column;
    let touched = graph.touched(ctx.today, wanted.horizon(ctx.today)).into_iter().collect();
    let due = Condition::any().add(resting_on(touched)).add_option(
        wanted.statuses.contains(&Currency::ReviewDue).then(|| Column::ReviewBy.lt(ctx.today)),
    );
    let mut select = published(&ctx.scope()).filter(answered_for(ctx)?).filter(due);
    if let Some(codes) = &wanted.stations {
        let ids = stations::ids_of_codes(codes.clone());
        select = select.filter(Column::StationId.in_subquery(ids));
    }
    Ok(select)
}

/// The answers that the viewer's duties reach to. The list is a report of what is missing, and the right to reports
/// says whose.
fn answered_for(ctx: &Ctx) -> Result<Condition> {
    use entity::Column;
    let viewer = &ctx.viewer;
    check_at_all(viewer, Action::ReadReports)?;
    let own = viewer.tokens().iter().map(String::as_str);
    Ok(match viewer.reach(Action::ReadReports) {
        Reach::Yes => Condition::all(),
        Reach::Own => Condition::all().add(Column::OwnerToken.is_in(own)),
        Reach::District => {
            let district = viewer.member().and_then(|member| member.district.as_ref());
            let stations = stations::ids_of_district(district.map(|place| place.id));
            Condition::all().add(Column::StationId.in_subquery(stations))
        }
        Reach::No | Reach::Escalated => Condition::all().add(Expr::value(false)),
    })
}
