//! How what has to be looked at again looks from outside.

use std::sync::Arc;

use async_graphql::{Context, InputObject, Object};

use super::{
    AnsweredQuestionNode,
    affected_graphql::{StationLoad, station_loads},
    nodes,
    review_queue::{self, Item, Wanted},
};
use crate::{
    app::Ctx,
    error::{Error, Fault, Result},
    language::Text,
    page::{Counter, Page, Slice, connection},
    regulations::{CurrencyNode, RegulationNode, Verdicts, currency::Currency},
    scalars::Date,
};

/// How many days ahead an announced change counts where nothing is said.
const UPCOMING_WITHIN: i32 = 90;

/// Which answers are wanted; what is said in several fields must all hold.
#[derive(Debug, Default, InputObject)]
struct ReviewQueueFilter {
    /// Of the stations with these codes.
    stations: Option<Vec<String>>,
    /// With one of these verdicts; BROKEN, STALE, `PARTLY_STALE`, UPCOMING and `REVIEW_DUE` where nothing is said. CURRENT
    /// and UNVERIFIED call for nothing and are never on the list.
    statuses: Option<Vec<Currency>>,
    /// How many days ahead an announced change counts, 0 to 3650; 90 where nothing is said.
    upcoming_within_days: Option<i32>,
}

impl ReviewQueueFilter {
    fn wanted(self) -> Result<Wanted> {
        let days = self.upcoming_within_days.unwrap_or(UPCOMING_WITHIN);
        let upcoming_within = u64::try_from(days).ok().filter(|days| *days <= 3_650);
        let upcoming_within = upcoming_within.ok_or_else(|| {
            let reason = Text::new("give a number from 0 to 3650", "应为 0 至 3650");
            Error::invalid("filter.upcomingWithinDays", reason)
        })?;
        let asked = |status: &Currency| {
            self.statuses.as_ref().is_none_or(|statuses| statuses.contains(status))
        };
        let statuses = Wanted::STATUSES.into_iter().filter(asked).collect();
        Ok(Wanted { stations: self.stations, statuses, upcoming_within })
    }
}

/// An answer that somebody has to look at again.
pub(crate) struct ReviewItem {
    answered: AnsweredQuestionNode,
    verdicts: Arc<Verdicts>,
}

impl ReviewItem {
    fn verdict(&self) -> Result<CurrencyNode> {
        self.verdicts.on(&self.answered.row().id)
    }
}

/// An answer that somebody has to look at again, and why.
#[Object]
impl ReviewItem {
    /// The answer.
    async fn answered_question(&self) -> &AnsweredQuestionNode {
        &self.answered
    }

    /// The verdict of today, with the path that led to it.
    #[expect(
        clippy::unused_async,
        reason = "a resolver is, and what it asks for has been loaded with its page"
    )]
    async fn currency(&self) -> Result<CurrencyNode, Fault> {
        Ok(self.verdict()?)
    }

    /// Since when it calls for a look; of one that is UPCOMING, the day that is coming.
    #[expect(
        clippy::unused_async,
        reason = "a resolver is, and what it asks for has been loaded with its page"
    )]
    async fn day(&self) -> Result<Option<Date>, Fault> {
        Ok(self.verdict()?.since().map(Date))
    }

    /// The regulation to check it against; none where nothing but its day of review has passed.
    async fn due_to(&self, ctx: &Context<'_>) -> Result<Option<RegulationNode>, Fault> {
        Ok(self.verdict()?.cause(ctx.data_unchecked()).await?)
    }
}

connection!(
    ReviewQueueConnection,
    ReviewQueueEdge,
    ReviewItem,
    "A page of answers that somebody has to look at again.",
    "An answer that somebody has to look at again, with its cursor."
);

/// What has to be looked at again.
#[derive(Default)]
pub struct ReviewQuery;

#[Object]
impl ReviewQuery {
    /// The published answers that have to be looked at again, the most reused first: of the viewer's station, of the
    /// stations of their district, or of all, as far as their duties reach.
    async fn review_queue(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How many, from the front.")] first: Option<i32>,
        #[graphql(desc = "Behind this cursor.")] after: Option<String>,
        #[graphql(desc = "How many, from the back.")] last: Option<i32>,
        #[graphql(desc = "In front of this cursor.")] before: Option<String>,
        #[graphql(desc = "Which answers; all that call for a look where nothing is said.")]
        filter: Option<ReviewQueueFilter>,
    ) -> Result<ReviewQueueConnection, Fault> {
        let ctx = ctx.data_unchecked::<Ctx>();
        let page = Page::new(ctx.app.paging, first, after, last, before)?;
        let wanted = filter.unwrap_or_default().wanted()?;
        let slice = review_queue::page(ctx, &wanted, &page).await?;
        let graph = ctx.graph().await?;
        let grounds = |(_, item): &(String, Item)| (item.answered.id, item.grounds.clone());
        let grounds: Vec<_> = slice.items.iter().map(grounds).collect();
        let verdicts = Arc::new(Verdicts::new(grounds, ctx.today, graph));
        let answered = |(cursor, item): (String, Item)| (cursor, item.answered);
        let slice = Slice {
            items: slice.items.into_iter().map(answered).collect(),
            has_next: slice.has_next,
            has_previous: slice.has_previous,
        };
        Ok(ReviewQueueConnection::new(slice, counter(ctx, wanted), |rows| {
            let item = |answered| ReviewItem { answered, verdicts: Arc::clone(&verdicts) };
            nodes(rows).into_iter().map(item).collect()
        }))
    }

    /// How many answers have to be looked at again, by station, those with the most reused ones first.
    async fn review_loads(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which answers; all that call for a look where nothing is said.")]
        filter: Option<ReviewQueueFilter>,
    ) -> Result<Vec<StationLoad>, Fault> {
        let ctx = ctx.data_unchecked::<Ctx>();
        let wanted = filter.unwrap_or_default().wanted()?;
        Ok(station_loads(review_queue::loads(ctx, &wanted).await?))
    }
}

fn counter(ctx: &Ctx, wanted: Wanted) -> Counter {
    let ctx = ctx.clone();
    Box::new(move || {
        let (ctx, wanted) = (ctx.clone(), wanted.clone());
        Box::pin(async move {
            let loads = review_queue::loads(&ctx, &wanted).await?;
            Ok(loads.iter().map(|load| load.count).sum())
        })
    })
}
