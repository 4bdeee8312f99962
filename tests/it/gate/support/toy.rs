//! A toy schema with every kind of field that the gate must get right.
#![expect(
    clippy::unused_async,
    clippy::too_many_arguments,
    reason = "resolvers are as the macros want them"
)]

use async_graphql::{
    Context, Enum, ErrorExtensionValues, Guard, ID, InputObject, Interface, Object, OneofObject,
    Schema, SchemaBuilder, SimpleObject, Subscription as Subscribed,
};
use chrono::NaiveDate;
use futures_util::stream::{self, Stream, StreamExt};
use std::collections::BTreeSet;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;
use zhanjian::error::{Error, Fault};

/// How often `Mutation.count` ran.
pub static COUNTED: AtomicU32 = AtomicU32::new(0);

pub struct Query;
pub struct Mutation;
pub struct Subscription;

pub fn builder() -> SchemaBuilder<Query, Mutation, Subscription> {
    Schema::build(Query, Mutation, Subscription)
}

/// Who asks, as the reception found out.
pub struct Caller(pub String);

/// The id of the request, as the reception was told.
pub struct Asked(pub String);

/// How many resolvers have noted that they saw this very context.
#[derive(Default)]
pub struct Noted(AtomicU32);

#[derive(Clone, Copy, PartialEq, Eq, Enum)]
pub enum Colour {
    Red,
    Blue,
}

#[derive(InputObject)]
pub struct Filter {
    word: Option<String>,
    colours: Option<Vec<Colour>>,
    inner: Option<Box<Filter>>,
    #[graphql(default = 7)]
    weight: i32,
}

#[derive(OneofObject)]
pub enum By {
    Id(ID),
    Name(String),
}

#[derive(Interface)]
#[graphql(field(name = "id", ty = "ID"))]
pub enum Node {
    Thing(Thing),
    Other(Other),
}

pub struct Other(ID);

#[Object]
impl Other {
    async fn id(&self) -> ID {
        self.0.clone()
    }
    async fn other(&self) -> &'static str {
        "other"
    }
}

fn blow() -> String {
    panic!("a secret about the database")
}

#[derive(SimpleObject)]
pub struct Row {
    number: i32,
    name: String,
    note: Option<String>,
}

#[derive(SimpleObject)]
pub struct ThingConnection {
    edges: Vec<ThingEdge>,
    nodes: Vec<Thing>,
    page_info: PageInfo,
    total_count: i32,
}

#[derive(SimpleObject)]
pub struct ThingEdge {
    cursor: String,
    node: Thing,
}

#[derive(SimpleObject)]
pub struct PageInfo {
    has_next_page: bool,
}

pub struct Thing(pub i32);

pub struct Denied;

impl Guard for Denied {
    async fn check(&self, _ctx: &Context<'_>) -> async_graphql::Result<()> {
        Err(coded("UNAUTHENTICATED", "Sign in first."))
    }
}

/// An error with a code but without one of our own behind it.
pub fn coded(code: &str, message: &str) -> async_graphql::Error {
    let mut error = async_graphql::Error::new(message);
    let mut extensions = ErrorExtensionValues::default();
    extensions.set("code", code);
    error.extensions = Some(extensions);
    error
}

fn fault<T>() -> Result<T, Fault> {
    Err(Error::NotFound.into())
}

#[Object]
impl Thing {
    async fn id(&self) -> ID {
        self.0.into()
    }
    async fn name(&self) -> String {
        format!("thing {}", self.0)
    }
    async fn plain(&self) -> Option<String> {
        Some("plain".to_owned())
    }
    async fn nullable_fails(&self) -> Result<Option<String>, Fault> {
        fault()
    }
    async fn option_of_result(&self) -> Option<Result<String, Fault>> {
        Some(fault())
    }
    async fn required_fails(&self) -> Result<String, Fault> {
        fault()
    }
    #[graphql(guard = "Denied")]
    async fn guarded(&self) -> Option<String> {
        Some("secret".to_owned())
    }
    async fn bounded(&self, #[graphql(validator(maximum = 10))] number: i32) -> Option<i32> {
        Some(number)
    }
    async fn nullable_thing_fails(&self) -> Result<Option<Thing>, Fault> {
        fault()
    }
    async fn thing(&self) -> Option<Thing> {
        Some(Thing(self.0 + 1))
    }
    async fn required_thing(&self) -> Thing {
        Thing(self.0 + 1)
    }
    async fn list(&self) -> Vec<Option<Thing>> {
        vec![Some(Thing(1)), Some(Thing(2)), None]
    }
    async fn required_list(&self) -> Option<Vec<Thing>> {
        Some(vec![Thing(1), Thing(2)])
    }
    async fn fails_when_two(&self) -> Result<String, Fault> {
        if self.0 == 2 { fault() } else { Ok("fine".to_owned()) }
    }
    async fn panics(&self) -> Option<String> {
        Some(blow())
    }
    async fn required_panics(&self) -> String {
        blow()
    }
    async fn leaks(&self) -> async_graphql::Result<Option<String>> {
        Err("SELECT secret FROM table".parse::<i32>()?.to_string().into())
    }
    async fn internal(&self) -> Result<Option<String>, Fault> {
        Err(Error::internal("a secret about the database").into())
    }
    async fn odd_code(&self) -> async_graphql::Result<Option<String>> {
        Err(coded("TEAPOT", "a secret"))
    }
    async fn things(&self, first: Option<i32>, last: Option<i32>) -> ThingConnection {
        things(first.or(last))
    }
}

fn things(first: Option<i32>) -> ThingConnection {
    let many = first.unwrap_or(20);
    ThingConnection {
        edges: (0..many).map(|n| ThingEdge { cursor: n.to_string(), node: Thing(n) }).collect(),
        nodes: (0..many).map(Thing).collect(),
        page_info: PageInfo { has_next_page: true },
        total_count: 1_000,
    }
}

#[Object]
impl Query {
    async fn hello(&self) -> &'static str {
        "hello"
    }
    async fn caller(&self, ctx: &Context<'_>) -> String {
        ctx.data_unchecked::<Caller>().0.clone()
    }
    async fn thing(&self) -> Option<Thing> {
        Some(Thing(1))
    }
    async fn required_thing(&self) -> Thing {
        Thing(1)
    }
    async fn node(&self, id: ID) -> Option<Node> {
        Some(if id == "other" { Node::Other(Other(id)) } else { Node::Thing(Thing(3)) })
    }
    async fn nodes(&self, ids: Vec<ID>) -> Vec<Option<Node>> {
        ids.iter().map(|_| Some(Node::Thing(Thing(4)))).collect()
    }
    async fn things(&self, first: Option<i32>, last: Option<i32>) -> ThingConnection {
        things(first.or(last))
    }
    async fn pages(&self, #[graphql(default = 50)] first: i32) -> ThingConnection {
        things(Some(first))
    }
    async fn rows(&self, #[graphql(default = 10)] limit: i32) -> Vec<Row> {
        (0..limit).map(|number| Row { number, name: format!("row {number}"), note: None }).collect()
    }
    async fn echo(
        &self,
        text: Option<String>,
        number: Option<i32>,
        real: Option<f64>,
        yes: Option<bool>,
        date: Option<NaiveDate>,
        filter: Option<Filter>,
        by: Option<By>,
        list: Option<Vec<i32>>,
    ) -> String {
        let by = by.map(|by| match by {
            By::Id(id) => format!("id {}", *id),
            By::Name(name) => format!("name {name}"),
        });
        let filter = filter.map(|filter| {
            (
                filter.word,
                filter.colours.map(|colours| colours.len()),
                filter.inner.is_some(),
                filter.weight,
            )
        });
        format!(
            "{text:?} {number:?} {real:?} {yes:?} {date:?} {filter:?} {by:?} {:?}",
            list.map(|list| list.len())
        )
    }
    async fn required_flag(&self, flag: bool) -> bool {
        flag
    }
    async fn slow(&self) -> bool {
        tokio::time::sleep(Duration::from_mins(1)).await;
        true
    }
}

#[Object]
impl Mutation {
    async fn count(&self) -> Counted {
        Counted { so_far: COUNTED.fetch_add(1, Ordering::SeqCst) + 1, again: true }
    }
    async fn fails(&self) -> Result<Option<bool>, Fault> {
        fault()
    }
}

#[derive(SimpleObject)]
pub struct Counted {
    so_far: u32,
    again: bool,
}

/// The subscriptions to `Subscription.never` that have begun and not ended, by the names that tests gave them.
static LISTENING: Mutex<BTreeSet<String>> = Mutex::new(BTreeSet::new());

/// Whether the subscription of a name is listened to.
pub fn listened_to(name: &str) -> bool {
    LISTENING.lock().unwrap().contains(name)
}

/// One event.
pub struct Tick(i32);

#[Object]
impl Tick {
    async fn number(&self) -> i32 {
        self.0
    }
    async fn asked(&self, ctx: &Context<'_>) -> String {
        ctx.data_unchecked::<Asked>().0.clone()
    }
    /// How many have seen the context of this event: one, when each event has its own.
    async fn seen(&self, ctx: &Context<'_>) -> u32 {
        ctx.data_unchecked::<Noted>().0.fetch_add(1, Ordering::SeqCst) + 1
    }
    async fn thing(&self) -> Option<Thing> {
        Some(Thing(self.0))
    }
    async fn panics_at_two(&self) -> String {
        if self.0 == 2 { blow() } else { "fine".to_owned() }
    }
    async fn slow_at_two(&self) -> bool {
        if self.0 == 2 {
            tokio::time::sleep(Duration::from_mins(1)).await;
        }
        true
    }
    async fn padding(&self, length: i32) -> String {
        "x".repeat(length as usize)
    }
}

struct Listening(String);

impl Drop for Listening {
    fn drop(&mut self) {
        LISTENING.lock().unwrap().remove(&self.0);
    }
}

#[Subscribed]
impl Subscription {
    /// Counts, as fast as it is listened to.
    async fn counter(&self, #[graphql(default = 3)] to: i32) -> impl Stream<Item = Tick> {
        stream::iter(1..=to).map(Tick)
    }
    /// Fails before there is an event.
    async fn failing(&self) -> Result<impl Stream<Item = i32>, Fault> {
        fault::<stream::Empty<i32>>()
    }
    /// Fails at its second event, and goes on.
    async fn fails_once(&self) -> impl Stream<Item = Result<i32, Fault>> {
        stream::iter(1..=3).map(|n| if n == 2 { fault() } else { Ok(n) })
    }
    /// Breaks down at its second event.
    async fn breaks(&self) -> impl Stream<Item = String> {
        stream::iter(1..=3).map(|n| if n == 2 { blow() } else { n.to_string() })
    }
    /// Has nothing to tell.
    async fn never(&self, name: Option<String>) -> impl Stream<Item = i32> {
        let listening = name.map(|name| {
            LISTENING.lock().unwrap().insert(name.clone());
            Listening(name)
        });
        stream::once(async move {
            let _listening = listening;
            std::future::pending().await
        })
    }
    /// Tells who listens.
    async fn caller(&self, ctx: &Context<'_>) -> impl Stream<Item = String> {
        stream::iter([ctx.data_unchecked::<Caller>().0.clone()])
    }
    async fn things(&self, first: i32) -> impl Stream<Item = ThingConnection> {
        stream::iter([things(Some(first))])
    }
}
