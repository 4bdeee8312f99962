//! What a search is narrowed to, said to the index.

use async_graphql::{Enum, InputObject, InputType as _, Value};
use sea_orm::ActiveEnum;
use serde_json::Value as Json;
use zhanjian_index::{Filter, Kind};

use crate::{
    answers::{DeviceClass, ProductKind},
    app::Ctx,
    clock::day_number,
    error::{Error, Result},
    expertise::unknown_area,
    organizations::{OrganizationType, ResourceKind},
    regulations::currency::Currency,
    research::CooperationMode,
    scalars::Date,
};

/// The kinds of things that can be found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Enum)]
pub enum SearchKind {
    /// Answered questions.
    AnsweredQuestion,
    /// Research outputs.
    ResearchOutput,
    /// Resources.
    Resource,
    /// Organizations.
    Organization,
    /// Stations.
    Station,
    /// Regulations.
    Regulation,
}

impl From<SearchKind> for Kind {
    fn from(kind: SearchKind) -> Self {
        match kind {
            SearchKind::AnsweredQuestion => Self::AnsweredQuestion,
            SearchKind::ResearchOutput => Self::ResearchOutput,
            SearchKind::Resource => Self::Resource,
            SearchKind::Organization => Self::Organization,
            SearchKind::Station => Self::Station,
            SearchKind::Regulation => Self::Regulation,
        }
    }
}

impl SearchKind {
    /// The kind as clients call it; none for what is not searched.
    pub(super) fn of(kind: Kind) -> Option<Self> {
        Some(match kind {
            Kind::AnsweredQuestion => Self::AnsweredQuestion,
            Kind::ResearchOutput => Self::ResearchOutput,
            Kind::Resource => Self::Resource,
            Kind::Organization => Self::Organization,
            Kind::Station => Self::Station,
            Kind::Regulation => Self::Regulation,
            Kind::Need => return None,
        })
    }
}

impl From<Currency> for zhanjian_index::Currency {
    fn from(currency: Currency) -> Self {
        match currency {
            Currency::Current => Self::Current,
            Currency::Upcoming => Self::Upcoming,
            Currency::ReviewDue => Self::ReviewDue,
            Currency::PartlyStale => Self::PartlyStale,
            Currency::Stale => Self::Stale,
            Currency::Broken => Self::Broken,
            Currency::Unverified => Self::Unverified,
        }
    }
}

/// What is searched among; what is said in several fields must all hold, of the values of one field any.
#[derive(Debug, Default, InputObject)]
pub struct SearchFilter {
    /// Things of these kinds.
    kinds: Option<Vec<SearchKind>>,
    /// Of the stations with these codes.
    stations: Option<Vec<String>>,
    /// Of the organizations with these codes.
    organizations: Option<Vec<String>>,
    /// In these areas, or below them.
    areas: Option<Vec<String>>,
    /// About these kinds of products.
    product_kinds: Option<Vec<ProductKind>>,
    /// About devices of these classes.
    device_classes: Option<Vec<DeviceClass>>,
    /// With this currency on the day of `asOf`; things without a currency are left out.
    currency: Option<Vec<Currency>>,
    /// Of this year or a later one.
    year_from: Option<i32>,
    /// Of this year or an earlier one.
    year_to: Option<i32>,
    /// Of this day or a later one.
    dated_from: Option<Date>,
    /// Of this day or an earlier one.
    dated_to: Option<Date>,
    /// Research outputs with a technology readiness level of at least this.
    min_trl: Option<i32>,
    /// Research outputs with a technology readiness level of at most this.
    max_trl: Option<i32>,
    /// Research outputs open to one of these ways of working together.
    cooperation_modes: Option<Vec<CooperationMode>>,
    /// Organizations of these types.
    organization_types: Option<Vec<OrganizationType>>,
    /// Resources for these uses.
    resource_kinds: Option<Vec<ResourceKind>>,
    /// Answers whose place another has taken, too.
    include_superseded: Option<bool>,
}

/// The levels there are (GB/T 22900).
const LEVELS: std::ops::RangeInclusive<i32> = 1..=9;

impl SearchFilter {
    /// The filter as it is kept, in the words of the contract.
    pub fn to_json(&self) -> Result<Json> {
        let Json::Object(mut fields) = self.to_value().into_json()? else { return Ok(Json::Null) };
        fields.retain(|_, value| !value.is_null());
        Ok(Json::Object(fields))
    }

    /// Reads what [`SearchFilter::to_json`] gave.
    pub fn from_json(kept: &Json) -> Result<Self> {
        let value = Value::from_json(kept.clone())?;
        let told = |_| Error::internal("a filter that was kept cannot be read any more");
        Self::parse(Some(value)).map_err(told)
    }

    /// The filter as the index takes it. An area that does not exist is refused by name.
    pub(crate) async fn into_index(self, ctx: &Ctx) -> Result<Filter> {
        if let Some(codes) = &self.areas {
            let tree = ctx.tree().await?;
            for code in codes {
                tree.by_code(code).ok_or_else(|| unknown_area("filter.areas", code))?;
            }
        }
        let levels = (self.min_trl.is_some() || self.max_trl.is_some()).then(|| {
            let (min, max) = (self.min_trl.unwrap_or(1), self.max_trl.unwrap_or(9));
            LEVELS
                .filter(move |level| (min..=max).contains(level))
                .map(|level| format!("trl:{level}"))
        });
        let tags = [
            // A range that holds no level finds nothing, rather than everything.
            levels.map(|levels| levels.chain(["trl:none".to_owned()]).collect()),
            self.cooperation_modes.map(|modes| tagged("mode", modes)),
            self.organization_types.map(|types| tagged("organizationType", types)),
            self.resource_kinds.map(|kinds| tagged("resourceKind", kinds)),
        ];
        Ok(Filter {
            kinds: self.kinds.into_iter().flatten().map(Kind::from).collect(),
            stations: self.stations.unwrap_or_default(),
            organizations: self.organizations.unwrap_or_default(),
            areas: self.areas.unwrap_or_default(),
            product_kinds: values(self.product_kinds),
            device_classes: values(self.device_classes),
            currency: self.currency.into_iter().flatten().map(Into::into).collect(),
            years: (self.year_from, self.year_to),
            dated: (self.dated_from.map(day), self.dated_to.map(day)),
            tags: tags.into_iter().flatten().collect(),
            include_superseded: self.include_superseded.unwrap_or(false),
            only: Vec::new(),
        })
    }
}

fn day(Date(day): Date) -> zhanjian_index::Day {
    day_number(day)
}

fn values<T: ActiveEnum<Value = String>>(chosen: Option<Vec<T>>) -> Vec<String> {
    chosen.into_iter().flatten().map(|value| value.to_value()).collect()
}

fn tagged<T: ActiveEnum<Value = String>>(field: &str, chosen: Vec<T>) -> Vec<String> {
    chosen.into_iter().map(|value| format!("{field}:{}", value.to_value())).collect()
}
