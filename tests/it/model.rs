//! Random people do random things to many cases and answers, and a small model of the rules says beforehand what comes of
//! each: whether it is done, or why not. After every step nobody has been told what they may not know, and in the end
//! nothing confidential stands in the database, in the index or in the log.
//!
//! The model knows the rules as the domain states them, and nothing of how the service keeps them.

use std::collections::BTreeMap;

use rand::{RngExt as _, SeedableRng as _, rngs::StdRng};
use serde_json::{Value, json};

use crate::support::{House, Reply, chance::seed, on_both_engines};

mod answers;
mod cases;
mod looks;
mod people;
mod steps;
mod traces;

use answers::Answer;
use cases::Case;
use people::{Everybody, Person};

on_both_engines!(whatever_people_do_the_rules_hold);

/// How many things are tried.
const MOVES: usize = 500;

/// Between two looks around.
const LOOK_EVERY: usize = 6;

/// Among how many cases and answers the steps choose: few enough that each goes far.
const AT_MOST: usize = 12;

async fn whatever_people_do_the_rules_hold(house: &House) {
    traces::listen();
    house.places().await;
    let mut world = World::new(house, seed()).await;
    for step in 0..MOVES {
        world.something_happens().await;
        if step % 100 == 0 {
            world.nothing_that_happened_was_changed().await;
        }
        if step % LOOK_EVERY == 0 {
            world.somebody_looks_around().await;
        }
    }
    world.everybody_looks_around().await;
    world.no_trace_is_left().await;
    assert!(world.done > MOVES / 4, "only {} of {MOVES} steps were taken", world.done);
}

/// All that the model knows.
struct World<'a> {
    house: &'a House,
    people: Everybody<'a>,
    cases: Vec<Case>,
    answers: Vec<Answer>,
    dice: StdRng,
    /// Texts with a secret in them that somebody typed into a draft, where it may stand until it is found.
    typed: Vec<String>,
    /// Where the log of changes began.
    since: String,
    /// Events as they were last read, by their id.
    events: BTreeMap<String, String>,
    done: usize,
}

/// Why something must not be done: the codes that may say so. Nothing where it must be done.
type Obstacles = Vec<&'static str>;

impl<'a> World<'a> {
    async fn new(house: &'a House, seed: u64) -> Self {
        let reply = house.ask("{ changes { revision } }").await;
        Self {
            house,
            people: Everybody::of(house).await,
            cases: Vec::new(),
            answers: Vec::new(),
            dice: StdRng::seed_from_u64(seed),
            typed: Vec::new(),
            since: reply.at("/changes/revision").as_str().unwrap().to_owned(),
            events: BTreeMap::new(),
            done: 0,
        }
    }

    fn below(&mut self, bound: usize) -> usize {
        self.dice.random_range(0..bound)
    }

    fn chance(&mut self, per_cent: usize) -> bool {
        self.below(100) < per_cent
    }

    async fn something_happens(&mut self) {
        match self.below(10) {
            0 if self.cases.len() < AT_MOST => self.somebody_records().await,
            1 if self.answers.len() < AT_MOST && !self.cases.is_empty() => {
                self.somebody_drafts().await;
            }
            2 if !self.cases.is_empty() => self.two_take_steps_at_once().await,
            3..=5 if !self.answers.is_empty() => self.somebody_works_on_an_answer().await,
            _ if !self.cases.is_empty() => self.somebody_takes_a_step().await,
            _ => self.somebody_records().await,
        }
    }

    /// Compares what came of something with what the model said.
    #[track_caller]
    fn judge(&mut self, who: usize, what: &str, heard: &str, obstacles: &Obstacles, reply: &Reply) {
        let name = self.people.all[who].name;
        if obstacles.is_empty() {
            assert_eq!(heard, "ok", "{name} may {what}: {}", reply.text);
            self.done += 1;
        } else {
            assert!(
                obstacles.contains(&heard),
                "{name} tries to {what}; {obstacles:?} was foreseen, and {heard} said: {}",
                reply.text
            );
        }
    }
}

/// What was answered: `ok`, the code of the first user error, or of the error of the request. The change stands under
/// `it`.
fn heard(reply: &Reply) -> String {
    if reply.body.get("errors").is_some() {
        return reply.code().to_owned();
    }
    let first = &reply.at("/it/userErrors")[0];
    first["code"].as_str().unwrap_or("ok").to_owned()
}

/// Asks for a change; sometimes twice, as a client does that has heard nothing.
async fn change(
    person: &Person<'_>,
    name: &str,
    input: Value,
    shown: &str,
    twice: Option<u32>,
) -> Reply {
    let kind = format!("{}{}Input", name[..1].to_uppercase(), &name[1..]);
    let query = format!(
        "mutation($input: {kind}!) {{ it: {name}(input: $input) {{ {shown}
            userErrors {{ code path message currentVersion }} }} }}"
    );
    let Some(key) = twice else {
        return person.member.run(&query, json!({ "input": input })).await;
    };
    let mut input = input;
    input["clientMutationId"] = json!(format!("once-{key}"));
    let first = person.member.run(&query, json!({ "input": input })).await;
    let second = person.member.run(&query, json!({ "input": input })).await;
    assert_eq!(heard(&first), heard(&second), "{} then {}", first.text, second.text);
    if heard(&first) == "ok" {
        assert_eq!(first.body["data"], second.body["data"], "done twice");
    }
    first
}
