//! Pages of a list: Relay's arguments, opaque cursors, and the keyset that makes a page from them.
//!
//! A cursor says where in the order a thing stands (the value it is ordered by, and its id), so that a page goes on
//! exactly there whatever was added or removed meanwhile. See the Relay cursor connections specification.

use async_graphql::SimpleObject;
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::{DateTime, Datelike as _, NaiveDate, Utc};
use futures_util::future::BoxFuture;
use sea_orm::{
    Condition, DatabaseConnection, ExprTrait, Order, QueryFilter, QueryOrder, QuerySelect, Select,
    Value, entity::prelude::*,
};
use serde::{Deserialize, Serialize};

use crate::{
    app::Paging,
    error::{Error, Result},
    language::Text,
};

/// Which part of a list is wanted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Page {
    /// The first ones, after a cursor where there is one.
    First {
        /// How many.
        limit: usize,
        /// Behind which thing.
        after: Option<String>,
    },
    /// The last ones, before a cursor where there is one.
    Last {
        /// How many.
        limit: usize,
        /// In front of which thing.
        before: Option<String>,
    },
}

impl Page {
    /// Reads the four arguments of a connection.
    pub fn new(
        paging: Paging,
        first: Option<i32>,
        after: Option<String>,
        last: Option<i32>,
        before: Option<String>,
    ) -> Result<Self> {
        match (first, last) {
            (Some(_), Some(_)) => Err(Error::invalid(
                "last",
                Text::new("give first or last, not both", "first 与 last 只能给出其中一个"),
            )),
            (_, Some(last)) => {
                refuse_beside("after", after.as_ref(), "last")?;
                Ok(Self::Last { limit: size("last", last, paging)?, before })
            }
            (first, None) => {
                // `before` alone asks for what stands right in front of it.
                if let (None, None, Some(_)) = (first, &after, &before) {
                    return Ok(Self::Last { limit: paging.default, before });
                }
                refuse_beside("before", before.as_ref(), "first")?;
                let limit =
                    first.map_or(Ok(paging.default), |first| size("first", first, paging))?;
                Ok(Self::First { limit, after })
            }
        }
    }

    /// How many things are wanted.
    pub fn limit(&self) -> usize {
        match self {
            Self::First { limit, .. } | Self::Last { limit, .. } => *limit,
        }
    }

    /// The cursor it starts from, and the argument that it came in.
    pub fn cursor(&self) -> (&'static str, Option<&str>) {
        match self {
            Self::First { after, .. } => ("after", after.as_deref()),
            Self::Last { before, .. } => ("before", before.as_deref()),
        }
    }

    fn backwards(&self) -> bool {
        matches!(self, Self::Last { .. })
    }
}

fn refuse_beside(field: &'static str, value: Option<&String>, other: &str) -> Result<()> {
    match value {
        None => Ok(()),
        Some(_) => Err(Error::invalid(
            field,
            Text::new(
                format!(
                    "{field} does not go with {other}: after goes with first, before with last"
                ),
                format!("{field} 不能与 {other} 同用：after 配合 first，before 配合 last"),
            ),
        )),
    }
}

fn size(field: &'static str, asked: i32, paging: Paging) -> Result<usize> {
    let max = paging.max;
    let size = usize::try_from(asked).ok().filter(|size| *size <= max);
    size.ok_or_else(|| {
        Error::invalid(
            field,
            Text::new(
                format!("{asked} is out of range; a page has 0 to {max}"),
                format!("{asked} 超出范围，每页为 0 至 {max} 条"),
            ),
        )
    })
}

/// The value a list is ordered by, as a cursor keeps it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Place {
    /// A text, compared by its characters' numbers.
    Text(String),
    /// A day.
    Date(NaiveDate),
    /// An instant.
    Instant(DateTime<Utc>),
    /// A number.
    Number(i32),
    /// By the id alone.
    Id,
}

impl Place {
    fn value(&self, id: Uuid) -> Value {
        match self {
            Self::Text(text) => text.clone().into(),
            Self::Date(date) => (*date).into(),
            Self::Instant(at) => (*at).into(),
            Self::Number(number) => (*number).into(),
            Self::Id => id.into(),
        }
    }

    /// Whether a column of this type can be compared with it. Whoever writes a cursor by hand is refused here, and not
    /// by the database.
    fn fits(&self, column: &ColumnType) -> bool {
        match (self, column) {
            (Self::Text(text), ColumnType::String(_) | ColumnType::Text) => !text.contains('\0'),
            (Self::Date(day), ColumnType::Date) => (0..=9_999).contains(&day.year()),
            (Self::Instant(at), ColumnType::TimestampWithTimeZone) => {
                (0..=9_999).contains(&at.year())
            }
            (Self::Number(_), ColumnType::Integer) | (Self::Id, ColumnType::Uuid) => true,
            _ => false,
        }
    }
}

/// A cursor of one list in one order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Cursor {
    #[serde(rename = "l")]
    list: String,
    #[serde(rename = "p")]
    place: Place,
    #[serde(rename = "i")]
    id: Uuid,
}

impl Cursor {
    fn encode(&self) -> String {
        // A cursor is made of a text, a date or a number, none of which JSON can refuse.
        URL_SAFE_NO_PAD.encode(serde_json::to_vec(self).unwrap_or_default())
    }

    fn decode(text: &str) -> Option<Self> {
        serde_json::from_slice(&URL_SAFE_NO_PAD.decode(text).ok()?).ok()
    }
}

/// The sentence for a cursor that is none, or belongs elsewhere.
pub fn wrong_cursor(field: &str) -> Error {
    Error::invalid(
        field,
        Text::new(
            "this is not a cursor of this list in this order; take cursors as they come from it",
            "这不是本列表在此排序下的游标，请原样使用本列表给出的游标",
        ),
    )
}

/// An order of a list: by a column and, where that is equal, by id.
pub struct Keyset<E: EntityTrait> {
    /// Names list and order; a cursor of another is refused.
    pub name: &'static str,
    /// The column.
    pub column: E::Column,
    /// The id, of which there is one each.
    pub id: E::Column,
    /// From the greatest down.
    pub descending: bool,
    /// Where a row stands.
    pub place: fn(&E::Model) -> (Place, Uuid),
}

/// One page of a list.
#[derive(Debug)]
pub struct Slice<T> {
    /// The things, each with its cursor, in the list's order.
    pub items: Vec<(String, T)>,
    /// Whether there are more behind.
    pub has_next: bool,
    /// Whether there are more in front.
    pub has_previous: bool,
}

/// Loads one page.
pub async fn slice<E>(
    db: &DatabaseConnection,
    select: Select<E>,
    keyset: &Keyset<E>,
    page: &Page,
) -> Result<Slice<E::Model>>
where
    E: EntityTrait,
    E::Model: Send + Sync,
{
    let (field, cursor) = page.cursor();
    let started = cursor.is_some();
    let descending = keyset.descending != page.backwards();
    let mut select = select;
    if let Some(text) = cursor {
        let cursor = Cursor::decode(text)
            .filter(|cursor| cursor.list == keyset.name)
            .filter(|cursor| cursor.place.fits(keyset.column.def().get_column_type()))
            .ok_or_else(|| wrong_cursor(field))?;
        select = select.filter(beyond(keyset, &cursor, descending));
    }
    let order = if descending { Order::Desc } else { Order::Asc };
    let mut rows = select
        .order_by(keyset.column, order.clone())
        .order_by(keyset.id, order)
        .limit(page.limit() as u64 + 1)
        .all(db)
        .await?;
    let more = rows.len() > page.limit();
    rows.truncate(page.limit());
    if page.backwards() {
        rows.reverse();
    }
    let cursor = |row: &E::Model| {
        let (place, id) = (keyset.place)(row);
        Cursor { list: keyset.name.to_owned(), place, id }.encode()
    };
    let items = rows.into_iter().map(|row| (cursor(&row), row)).collect();
    let (has_next, has_previous) = if page.backwards() { (started, more) } else { (more, started) };
    Ok(Slice { items, has_next, has_previous })
}

fn beyond<E: EntityTrait>(keyset: &Keyset<E>, cursor: &Cursor, descending: bool) -> Condition {
    let (place, id) = (cursor.place.value(cursor.id), cursor.id);
    let (further, tied) = if descending {
        (keyset.column.lt(place.clone()), keyset.id.lt(id))
    } else {
        (keyset.column.gt(place.clone()), keyset.id.gt(id))
    };
    Condition::any().add(further).add(keyset.column.eq(place).and(tied))
}

/// One page of a list that stands in memory, in the order of its ids.
pub fn within<T>(
    name: &'static str,
    rows: Vec<T>,
    id: impl Fn(&T) -> Uuid,
    page: &Page,
) -> Result<Slice<T>> {
    let (field, cursor) = page.cursor();
    let started = cursor.is_some();
    let beyond = match cursor {
        None => None,
        Some(text) => {
            let cursor = Cursor::decode(text)
                .filter(|cursor| cursor.list == name && cursor.place == Place::Id);
            Some(cursor.ok_or_else(|| wrong_cursor(field))?.id)
        }
    };
    let is_in = |row: &T| {
        beyond.is_none_or(|edge| if page.backwards() { id(row) < edge } else { id(row) > edge })
    };
    let mut rows: Vec<T> = rows.into_iter().filter(is_in).collect();
    let more = rows.len() > page.limit();
    if page.backwards() {
        rows.drain(..rows.len().saturating_sub(page.limit()));
    } else {
        rows.truncate(page.limit());
    }
    let cursor = |id| Cursor { list: name.to_owned(), place: Place::Id, id }.encode();
    let items = rows.into_iter().map(|row| (cursor(id(&row)), row)).collect();
    let (has_next, has_previous) = if page.backwards() { (started, more) } else { (more, started) };
    Ok(Slice { items, has_next, has_previous })
}

/// Where a page stands in its list.
#[derive(Clone, Debug, SimpleObject)]
pub struct PageInfo {
    /// Whether there are more behind this page.
    pub has_next_page: bool,
    /// Whether there are more in front of this page.
    pub has_previous_page: bool,
    /// The cursor of the first thing on this page.
    pub start_cursor: Option<String>,
    /// The cursor of the last thing on this page.
    pub end_cursor: Option<String>,
}

impl PageInfo {
    /// Describes a slice.
    pub fn of<T>(slice: &Slice<T>) -> Self {
        Self {
            has_next_page: slice.has_next,
            has_previous_page: slice.has_previous,
            start_cursor: slice.items.first().map(|(cursor, _)| cursor.clone()),
            end_cursor: slice.items.last().map(|(cursor, _)| cursor.clone()),
        }
    }
}

/// Counts a whole list, when the count is asked for.
pub type Counter = Box<dyn Fn() -> BoxFuture<'static, Result<u64>> + Send + Sync>;

/// The counter of what a query selects.
pub fn counter<E>(db: &DatabaseConnection, select: &Select<E>) -> Counter
where
    E: EntityTrait,
    E::Model: Send + Sync,
{
    let (db, select) = (db.clone(), select.clone());
    Box::new(move || {
        let (db, select) = (db.clone(), select.clone());
        Box::pin(async move { Ok(select.count(&db).await?) })
    })
}

/// Defines the connection and the edge of a type of node, as the Relay specification names their fields.
macro_rules! connection {
    ($connection:ident, $edge:ident, $node:ty, $connection_doc:tt, $edge_doc:tt) => {
        #[doc = $connection_doc]
        pub(crate) struct $connection {
            edges: Vec<$edge>,
            page_info: $crate::page::PageInfo,
            count: $crate::page::Counter,
        }

        impl $connection {
            /// A page of nodes that stand for the rows of a slice.
            pub(crate) fn new<T>(
                slice: $crate::page::Slice<T>,
                count: $crate::page::Counter,
                nodes: impl FnOnce(Vec<T>) -> Vec<$node>,
            ) -> Self {
                let page_info = $crate::page::PageInfo::of(&slice);
                let (cursors, rows): (Vec<_>, Vec<_>) = slice.items.into_iter().unzip();
                let edges = cursors.into_iter().zip(nodes(rows));
                let edges = edges.map(|(cursor, node)| $edge { cursor, node }).collect();
                Self { edges, page_info, count }
            }
        }

        #[doc = $connection_doc]
        #[async_graphql::Object]
        impl $connection {
            /// The things of this page, each with its cursor.
            async fn edges(&self) -> &[$edge] {
                &self.edges
            }

            /// The things of this page.
            async fn nodes(&self) -> Vec<&$node> {
                self.edges.iter().map(|edge| &edge.node).collect()
            }

            /// Where this page stands in the list.
            async fn page_info(&self) -> &$crate::page::PageInfo {
                &self.page_info
            }

            /// How many there are in the whole list. It is counted only when asked for.
            async fn total_count(&self) -> Result<u64, $crate::error::Fault> {
                Ok((self.count)().await?)
            }
        }

        #[doc = $edge_doc]
        pub(crate) struct $edge {
            cursor: String,
            node: $node,
        }

        #[doc = $edge_doc]
        #[async_graphql::Object]
        impl $edge {
            /// Where it stands in the list; good for `after` and `before`.
            async fn cursor(&self) -> &str {
                &self.cursor
            }

            /// The thing itself.
            async fn node(&self) -> &$node {
                &self.node
            }
        }
    };
}
pub(crate) use connection;

#[cfg(test)]
mod tests {
    use super::*;

    const PAGING: Paging = Paging { default: 20, max: 100 };

    #[test]
    fn a_page_has_a_size_and_one_direction() {
        let page = |first, after: Option<&str>, last, before: Option<&str>| {
            Page::new(PAGING, first, after.map(str::to_owned), last, before.map(str::to_owned))
        };
        assert_eq!(page(None, None, None, None).expect("a page").limit(), 20);
        assert_eq!(page(Some(0), None, None, None).expect("a page").limit(), 0);
        for (first, after, last, before) in [
            (Some(-1), None, None, None),
            (Some(101), None, None, None),
            (Some(i32::MAX), None, None, None),
            (None, None, Some(-5), None),
            (Some(5), None, Some(5), None),
            (None, Some("x"), Some(5), None),
            (Some(5), None, None, Some("x")),
        ] {
            let error = page(first, after, last, before).expect_err("refused");
            assert_eq!(error.code().as_str(), "BAD_USER_INPUT");
        }
    }

    #[test]
    fn a_cursor_survives_its_journey_and_garbage_does_not() {
        let cursor = Cursor {
            list: "stations/CODE".to_owned(),
            place: Place::Date(NaiveDate::MIN),
            id: Uuid::from_u128(7),
        };
        assert_eq!(Cursor::decode(&cursor.encode()), Some(cursor));
        for text in ["", "x", "e30", "🦀", "bnVsbA"] {
            assert_eq!(Cursor::decode(text), None, "{text}");
        }
    }
}
