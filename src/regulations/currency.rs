//! Does the law that an answer rests on still stand?
//!
//! Computed for a day, from the citations and the graph of which regulation replaces, amends or adjusts which; never
//! typed in, never stored as a flag. Everything follows from one list of findings (what begins to be wrong, from which
//! day, by which path), so that what a page shows and the days that the index keeps cannot disagree.
//!
//! Known dates are often a year or a month only. Then the first day is taken: an answer is doubted too early rather
//! than trusted too long.

use std::collections::{HashMap, HashSet};

use chrono::NaiveDate;
use sea_orm::prelude::Uuid;

pub use super::graph::{Document, Graph, Relation};
use super::{RelationKind, RelationScope};
use crate::{clock::day_number, partial_date::PartialDate};

/// Whether an answer still stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, async_graphql::Enum)]
pub enum Currency {
    /// What it rests on is in force.
    Current,
    /// What it rests on will be replaced or changed on a day that is known.
    Upcoming,
    /// The day by which it was to be looked at again has passed.
    ReviewDue,
    /// Parts of what it rests on have been replaced or changed.
    PartlyStale,
    /// What it rests on has been replaced.
    Stale,
    /// What it rests on was repealed or expired, and nothing took its place.
    Broken,
    /// It names nothing that it rests on.
    Unverified,
}

/// What an answer rests on.
#[derive(Clone, Debug, Default)]
pub struct Grounds {
    /// The regulations cited as its basis, with the articles cited (none: the whole).
    pub basis: Vec<(Uuid, Vec<String>)>,
    /// The regulations against which it was checked and found to stand, each with the day of the last check.
    pub confirmed: HashMap<Uuid, NaiveDate>,
    /// The day by which it is to be looked at again.
    pub review_by: Option<NaiveDate>,
}

/// One step on the way from an answer to what became of its basis.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// What happened.
    pub event: Event,
    /// The regulation that the step leads to.
    pub regulation: Uuid,
    /// When, as far as it is known.
    pub on: Option<PartialDate>,
    /// The articles in question, where they are known.
    pub articles: Vec<String>,
    /// How the change goes over.
    pub note: Option<String>,
}

/// What a step tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, async_graphql::Enum)]
#[graphql(name = "CurrencyEvent")]
pub enum Event {
    /// The answer cites this regulation as its basis.
    Cites,
    /// This regulation took its place.
    ReplacedBy,
    /// This regulation amended it.
    AmendedBy,
    /// This regulation adjusted it.
    AdjustedBy,
    /// The regulation was repealed or expired.
    Ended,
    /// The answer was checked against this regulation and stands.
    ConfirmedAgainst,
}

/// Whether an answer stands on a day, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Assessment {
    /// The verdict.
    pub currency: Currency,
    /// The day since which it holds, or, for [`Currency::Upcoming`], the day on which it ends.
    pub day: Option<NaiveDate>,
    /// What led to it.
    pub path: Vec<Step>,
    /// What changed without touching the verdict, for all that is known.
    pub notes: Vec<Vec<Step>>,
}

/// Something that begins to be wrong with an answer on a day.
#[derive(Clone, Debug)]
struct Finding {
    currency: Currency,
    from: NaiveDate,
    announced: NaiveDate,
    path: Vec<Step>,
}

/// Findings that change the verdict, and changes that do not.
#[derive(Debug, Default)]
struct Findings {
    grave: Vec<Finding>,
    noted: Vec<Finding>,
}

/// The verdict at a day, with the path that led to it.
pub fn assess(grounds: &Grounds, graph: &Graph, day: NaiveDate) -> Assessment {
    let findings = findings(grounds, graph);
    let notes = findings.noted.iter().filter(|note| note.from <= day).map(|note| note.path.clone());
    let notes = notes.collect();
    for currency in [Currency::Broken, Currency::Stale, Currency::PartlyStale] {
        let earliest = findings.grave.iter().filter(|found| found.currency == currency);
        if let Some(found) =
            earliest.filter(|found| found.from <= day).min_by_key(|found| found.from)
        {
            let path = until(&found.path, day);
            return Assessment { currency, day: Some(found.from), path, notes };
        }
    }
    let announced = findings.grave.iter().filter(|found| found.announced <= day);
    if let Some(found) = announced.min_by_key(|found| found.from) {
        let path = found.path.clone();
        return Assessment { currency: Currency::Upcoming, day: Some(found.from), path, notes };
    }
    let verdict = |currency, day, path| Assessment { currency, day, path, notes };
    match grounds.review_by {
        Some(review_by) if review_by < day => {
            verdict(Currency::ReviewDue, review_by.succ_opt(), Vec::new())
        }
        _ if grounds.basis.is_empty() => verdict(Currency::Unverified, None, Vec::new()),
        _ => verdict(Currency::Current, None, Vec::new()),
    }
}

/// The days from which each verdict holds, as the index compares them with the day that is asked for.
pub fn days(grounds: &Grounds, graph: &Graph) -> zhanjian_index::CurrencyDays {
    let findings = findings(grounds, graph).grave;
    let first = |currency| {
        let of_kind = findings.iter().filter(|found| found.currency == currency);
        of_kind.map(|found| day_number(found.from)).min()
    };
    zhanjian_index::CurrencyDays {
        verified: !grounds.basis.is_empty(),
        upcoming: findings.iter().map(|found| day_number(found.announced)).min(),
        partly_stale: first(Currency::PartlyStale),
        stale: first(Currency::Stale),
        broken: first(Currency::Broken),
        review_due: grounds.review_by.and_then(|day| day.succ_opt()).map(day_number),
    }
}

/// The regulations that have touched an answer, or will: those against which it can be checked. An amendment whose
/// articles are not known is among them, and a regulation that ended without an heir.
pub fn touching(grounds: &Grounds, graph: &Graph) -> HashSet<Uuid> {
    let findings = findings(grounds, graph);
    let steps = findings.grave.iter().chain(&findings.noted).flat_map(|found| &found.path);
    let touched = |step: &&Step| !matches!(step.event, Event::Cites | Event::ConfirmedAgainst);
    steps.filter(touched).map(|step| step.regulation).collect()
}

/// The later steps of a chain that have not happened by a day are left out.
fn until(path: &[Step], day: NaiveDate) -> Vec<Step> {
    let happened = |step: &&Step| step.on.is_none_or(|on| on.first_day() <= day);
    path.iter().take_while(happened).cloned().collect()
}

fn findings(grounds: &Grounds, graph: &Graph) -> Findings {
    let mut findings = Findings::default();
    for (regulation, articles) in &grounds.basis {
        let cites = Step {
            event: Event::Cites,
            regulation: *regulation,
            on: None,
            articles: articles.clone(),
            note: None,
        };
        let mut walk = Walk { grounds, graph, visited: HashSet::new(), findings: &mut findings };
        walk.visit(*regulation, articles, &[cites]);
    }
    findings
}

/// The way from one citation through what became of it.
struct Walk<'a> {
    grounds: &'a Grounds,
    graph: &'a Graph,
    visited: HashSet<Uuid>,
    findings: &'a mut Findings,
}

impl Walk<'_> {
    fn visit(&mut self, regulation: Uuid, articles: &[String], path: &[Step]) {
        // A ring of replacements is a mistake in the data; it must not hang the reader.
        if !self.visited.insert(regulation) {
            return;
        }
        let graph = self.graph;
        let acting = graph.acting_on(regulation);
        let ends_on = graph.document(regulation).and_then(|document| document.ends_on);
        let succeeded = acting.iter().any(|relation| relation.kind == RelationKind::Replaces);
        if let (Some(end), false) = (ends_on, succeeded) {
            self.ended(regulation, end, path.to_vec());
        }
        for relation in acting {
            self.follow(relation, articles, ends_on, path.to_vec());
        }
    }

    fn ended(&mut self, regulation: Uuid, end: PartialDate, mut path: Vec<Step>) {
        // Whoever checks an answer against what it cites has its end in mind. Checked against a successor, it falls with
        // it, unless somebody has looked again since it ended.
        let cited = path.len() == 1;
        let checked_on = self.grounds.confirmed.get(&regulation);
        if checked_on.is_some_and(|on| cited || end.first_day() <= *on) {
            return;
        }
        let event = Event::Ended;
        path.push(Step { event, regulation, on: Some(end), articles: Vec::new(), note: None });
        let from = end.first_day();
        self.findings.grave.push(Finding {
            currency: Currency::Broken,
            from,
            announced: NaiveDate::MIN,
            path,
        });
    }

    fn follow(
        &mut self,
        relation: &Relation,
        articles: &[String],
        ends_on: Option<PartialDate>,
        mut path: Vec<Step>,
    ) {
        let Some(event) = event_of(relation.kind) else { return };
        let (from, announced) = self.graph.days_of(relation, ends_on);
        if let Some(checked) = checked(self.grounds, self.graph, relation) {
            if relation.kind == RelationKind::Replaces {
                path.push(Step {
                    event: Event::ConfirmedAgainst,
                    ..step(event, checked, self.graph)
                });
                // It has been checked against the successor, so it stands or falls with the successor from here on.
                self.visit(checked.from, &[], &path);
            }
            return;
        }
        path.push(step(event, relation, self.graph));
        let finding = |currency, path| Finding { currency, from, announced, path };
        match touch(relation, articles) {
            Touch::Nothing => {}
            Touch::Unknown => self.findings.noted.push(finding(Currency::Current, path)),
            Touch::Parts => self.findings.grave.push(finding(Currency::PartlyStale, path)),
            Touch::Whole => {
                self.extend_chain(relation.from, &mut path);
                self.findings.grave.push(finding(Currency::Stale, path));
            }
        }
    }

    /// Goes on through full replacements of the successor: the reader wants to know what holds now.
    fn extend_chain(&self, regulation: Uuid, path: &mut Vec<Step>) {
        let later = self.graph.successors(regulation);
        path.extend(later.iter().map(|relation| step(Event::ReplacedBy, relation, self.graph)));
    }
}

/// The relation whose acting regulation an answer was checked against, where that settles what a relation does: this
/// one, or the latest by which its regulation has wholly been replaced. Who checks an answer against what holds now need
/// not check it against all that held in between.
fn checked<'a>(
    grounds: &Grounds,
    graph: &'a Graph,
    relation: &'a Relation,
) -> Option<&'a Relation> {
    let settles = |relation: &&Relation| grounds.confirmed.contains_key(&relation.from);
    let directly = Some(relation).filter(settles);
    if relation.kind != RelationKind::Replaces {
        return directly;
    }
    graph.successors(relation.from).into_iter().rfind(settles).or(directly)
}

fn event_of(kind: RelationKind) -> Option<Event> {
    match kind {
        RelationKind::Replaces => Some(Event::ReplacedBy),
        RelationKind::Amends => Some(Event::AmendedBy),
        RelationKind::Adjusts => Some(Event::AdjustedBy),
        RelationKind::Supplements | RelationKind::Implements => None,
    }
}

fn step(event: Event, relation: &Relation, graph: &Graph) -> Step {
    let effective = || graph.document(relation.from).and_then(|document| document.effective_on);
    Step {
        event,
        regulation: relation.from,
        on: relation.effective_on.or_else(effective),
        articles: relation.articles.clone(),
        note: relation.note.clone(),
    }
}

/// How much of what is cited a relation touches.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Touch {
    Nothing,
    Unknown,
    Parts,
    Whole,
}

fn touch(relation: &Relation, cited: &[String]) -> Touch {
    let named = &relation.articles;
    let common = || cited.iter().any(|cited| named.iter().any(|named| same_article(cited, named)));
    if relation.kind == RelationKind::Amends {
        // An amendment is no replacement: what is not known to be touched still stands.
        return match (named.is_empty(), cited.is_empty()) {
            (true, _) | (false, true) => Touch::Unknown,
            (false, false) if common() => Touch::Parts,
            (false, false) => Touch::Nothing,
        };
    }
    let full = relation.kind == RelationKind::Replaces && relation.scope == RelationScope::Full;
    // No article named, or none cited: the whole is meant.
    let of_all = named.is_empty() || cited.is_empty();
    if !of_all && !common() {
        return Touch::Nothing;
    }
    // Where only some articles were replaced, an answer that cites the whole has lost a part of its ground.
    if full && (named.is_empty() || !cited.is_empty()) { Touch::Whole } else { Touch::Parts }
}

/// Whether two ways of writing name the same article: 第三十二条, 第32条, 32, art. 32; a paragraph of it counts as it.
fn same_article(left: &str, right: &str) -> bool {
    match (article_number(left), article_number(right)) {
        (Some(left), Some(right)) => left == right,
        _ => left.trim() == right.trim(),
    }
}

/// The first number in the text, written in digits of either width or in Chinese.
fn article_number(text: &str) -> Option<u32> {
    let mut digits =
        text.chars().skip_while(|c| digit(*c).is_none() && unit(*c).is_none()).peekable();
    digits.peek()?;
    let (mut total, mut last) = (0_u32, None::<u32>);
    for c in digits {
        if let Some(digit) = digit(c) {
            last = Some(last.unwrap_or(0).checked_mul(10)?.checked_add(digit)?);
        } else if let Some(unit) = unit(c) {
            total = total.checked_add(last.take().unwrap_or(1).checked_mul(unit)?)?;
        } else {
            break;
        }
    }
    total.checked_add(last.unwrap_or(0))
}

fn digit(c: char) -> Option<u32> {
    const CHINESE: [char; 10] = ['零', '一', '二', '三', '四', '五', '六', '七', '八', '九'];
    let position =
        || CHINESE.iter().position(|digit| *digit == c).and_then(|at| u32::try_from(at).ok());
    match c {
        '0'..='9' => c.to_digit(10),
        '０'..='９' => Some(u32::from(c) - u32::from('０')),
        '〇' => Some(0),
        _ => position(),
    }
}

fn unit(c: char) -> Option<u32> {
    match c {
        '十' => Some(10),
        '百' => Some(100),
        _ => None,
    }
}

#[cfg(test)]
#[path = "currency_tests.rs"]
mod tests;
