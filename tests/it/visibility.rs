//! What a viewer may not see leaves no trace: random things, viewers and queries, compared with a model.
//!
//! Every thing carries a word that no other has. Whatever is asked, no answer may hold the word or the id of a thing
//! that is hidden from whoever asks; and wherever things are counted, exactly those are counted that the model shows.

use std::collections::{BTreeMap, BTreeSet};

use proptest::{
    strategy::{Strategy, ValueTree as _},
    test_runner::TestRunner,
};
use serde_json::{Value, json};

use crate::support::{House, Reply, chance::runner, on_both_engines};

mod world;

use world::{Kind, Thing, World, queries, viewers};

on_both_engines!(what_a_viewer_may_not_see_leaves_no_trace);

/// Viewers, each with a query, that look at every state of the world.
const LOOKS: usize = 25;

async fn what_a_viewer_may_not_see_leaves_no_trace(house: &House) {
    let mut runner = runner();

    house.places().await;
    let mut world = World::new(draw(&mut runner, &world::things()), house).await;
    world.import(house).await;
    look_around(house, &world, &mut runner).await;

    // Audiences change, what was shown is withdrawn, drafts are published.
    let changes = draw(&mut runner, &world::changes(world.things.len()));
    world.change(changes);
    world.import(house).await;
    look_around(house, &world, &mut runner).await;

    // Embargoes end by the clock alone.
    house.clock.advance_days(20);
    world.today += 20;
    look_around(house, &world, &mut runner).await;
}

fn draw<S: Strategy>(runner: &mut TestRunner, strategy: &S) -> S::Value {
    strategy.new_tree(runner).unwrap().current()
}

async fn look_around(house: &House, world: &World, runner: &mut TestRunner) {
    let ids = world.ids(house).await;
    for _ in 0..LOOKS {
        let tokens = draw(runner, &viewers(&world.tokens));
        let query = draw(runner, &queries(&world.things));
        let look = Look { house, world, ids: &ids, tokens, query };
        look.finds_no_trace().await;
        look.counts_what_the_model_counts().await;
        look.finds_what_is_there().await;
    }
}

/// One viewer with one query.
struct Look<'a> {
    house: &'a House,
    world: &'a World,
    ids: &'a BTreeMap<String, String>,
    tokens: Vec<String>,
    query: String,
}

const SEARCHED: &str = "query($query: String!, $start: String!) {
    search(query: $query, first: 50, filter: { includeSuperseded: true }) {
        totalCount didYouMean
        facets { field buckets { value count label { zh } } }
        edges { score highlights { field fragments { text matched } } node { ...Found } }
    }
    suggest(text: $start, first: 50) { text node { ...Found } }
    similarAnsweredQuestions(text: $query, first: 50, includeSuperseded: true) { score node { id question } }
}
fragment Found on SearchResult {
    __typename
    ... on AnsweredQuestion { id externalId supersededBy { id question } versions { question } }
    ... on ResearchOutput { id title } ... on Resource { id name } ... on Organization { id } ... on Station { id }
    ... on Regulation { id }
}";

const LISTED: &str = "query($ids: [ID!]!) {
    answeredQuestions(first: 100) { totalCount nodes { id externalId supersededBy { id question } } }
    researchOutputs(first: 100) { totalCount nodes { id externalId title } }
    resources(first: 100) { totalCount nodes { id name } }
    nodes(ids: $ids) { id }
}";

const COUNTED: &str = "{
    search(query: \"\", first: 0,
            filter: { kinds: [ANSWERED_QUESTION, RESEARCH_OUTPUT, RESOURCE], includeSuperseded: true }) {
        totalCount facets(fields: [KIND, STATION, ORGANIZATION]) { field buckets { value count } }
    }
    plain: search(query: \"\", first: 0, filter: { kinds: [ANSWERED_QUESTION] }) { totalCount }
}";

impl Look<'_> {
    async fn ask(&self, query: &str, variables: Value) -> Reply {
        let tokens = self.tokens.iter().map(String::as_str);
        self.house.member_of(tokens).run(query, variables).await
    }

    fn shown(&self) -> impl Iterator<Item = &Thing> {
        self.world.things.iter().filter(|thing| self.world.shows(thing, &self.tokens))
    }

    fn hidden(&self) -> impl Iterator<Item = &Thing> {
        self.world.things.iter().filter(|thing| !self.world.shows(thing, &self.tokens))
    }

    async fn finds_no_trace(&self) {
        // A start of what was typed, as a person types it.
        let start: String = self.query.chars().take(4).collect();
        let searched = self.ask(SEARCHED, json!({ "query": self.query, "start": start })).await;
        let listed =
            self.ask(LISTED, json!({ "ids": self.ids.values().collect::<Vec<_>>() })).await;
        for reply in [&searched, &listed] {
            reply.data();
            for thing in self.hidden() {
                let found =
                    reply.text.contains(&thing.word) || reply.text.contains(&self.ids[&thing.name]);
                assert!(
                    !found,
                    "{} asks {:?} and sees {thing:?}: {}",
                    self.tokens.join(" "),
                    self.query,
                    reply.text
                );
            }
        }
        let edges = searched.at("/search/edges").as_array().unwrap().len();
        let total = usize::try_from(searched.at("/search/totalCount").as_u64().unwrap()).unwrap();
        assert_eq!(edges, total.min(50), "{:?}: hits are counted that are not shown", self.query);

        // By its id, what is hidden looks like what is not there.
        if let Some(thing) = self.hidden().find(|thing| thing.kind == Kind::Answer) {
            let similar = "query($id: ID!) { similarAnsweredQuestions(id: $id) { score } }";
            let reply = self.ask(similar, json!({ "id": self.ids[&thing.name] })).await;
            assert_eq!(reply.code(), "NOT_FOUND");
        }
    }

    async fn counts_what_the_model_counts(&self) {
        let listed = self.ask(LISTED, json!({ "ids": [] })).await;
        for (kind, list) in [
            (Kind::Answer, "answeredQuestions"),
            (Kind::Output, "researchOutputs"),
            (Kind::Resource, "resources"),
        ] {
            let expected = self.shown().filter(|thing| thing.kind == kind).count();
            assert_eq!(
                listed.at(&format!("/{list}/totalCount")),
                &json!(expected),
                "{list} for {:?}",
                self.tokens
            );
        }
        let counted = self.ask(COUNTED, json!({})).await;
        assert_eq!(
            counted.at("/search/totalCount"),
            &json!(self.shown().count()),
            "{:?}",
            self.tokens
        );
        let plain = self
            .shown()
            .filter(|thing| thing.kind == Kind::Answer && thing.superseded_by.is_none());
        assert_eq!(counted.at("/plain/totalCount"), &json!(plain.count()));
        for facet in counted.at("/search/facets").as_array().unwrap() {
            let buckets = facet["buckets"].as_array().unwrap().iter();
            let found: BTreeMap<String, u64> = buckets
                .map(|bucket| {
                    (
                        bucket["value"].as_str().unwrap().to_owned(),
                        bucket["count"].as_u64().unwrap(),
                    )
                })
                .collect();
            let mut expected: BTreeMap<String, u64> = BTreeMap::new();
            for value in
                self.shown().filter_map(|thing| thing.counted_as(facet["field"].as_str().unwrap()))
            {
                *expected.entry(value.to_owned()).or_default() += 1;
            }
            assert_eq!(found, expected, "{} for {:?}", facet["field"], self.tokens);
        }
    }

    /// Hiding everything would be easy: what is shown is found by its word, and only it has that word.
    async fn finds_what_is_there(&self) {
        const WORD: &str = "query($word: String!) {
            search(query: $word, first: 50, filter: { includeSuperseded: true }) { nodes {
                ... on AnsweredQuestion { id } ... on ResearchOutput { id } ... on Resource { id } } } }";
        let thing = self.shown().nth(self.query.len() % 7);
        for thing in thing.into_iter().chain(self.hidden().next()) {
            let reply = self.ask(WORD, json!({ "word": thing.word })).await;
            let found: BTreeSet<&str> = reply
                .at("/search/nodes")
                .as_array()
                .unwrap()
                .iter()
                .filter_map(|node| node["id"].as_str())
                .collect();
            let shown = self.world.shows(thing, &self.tokens);
            assert_eq!(
                found.contains(self.ids[&thing.name].as_str()),
                shown,
                "{thing:?} for {:?}",
                self.tokens
            );
        }
    }
}
