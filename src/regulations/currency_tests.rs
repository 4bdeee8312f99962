//! The five cases that must come out right (their facts are rows of the sample data), and the rules around them.

use proptest::prelude::*;

use super::*;
use crate::clock::day_number;

/// Names instead of ids: the graph of a test is written as a story.
fn id(name: &str) -> Uuid {
    Uuid::from_u128(name.bytes().fold(7, |sum, byte| sum * 131 + u128::from(byte)))
}

fn on(text: &str) -> Option<PartialDate> {
    (!text.is_empty()).then(|| text.parse().expect("a date"))
}

fn day(text: &str) -> NaiveDate {
    text.parse().expect("a day")
}

fn document(name: &str, issued: &str, effective: &str, ends: &str) -> Document {
    Document {
        id: id(name),
        name: name.to_owned(),
        issued_on: on(issued),
        effective_on: on(effective),
        ends_on: on(ends),
    }
}

fn relation(
    from: &str,
    kind: RelationKind,
    scope: RelationScope,
    to: &str,
    effective: &str,
    articles: &[&str],
) -> Relation {
    Relation {
        from: id(from),
        to: id(to),
        kind,
        scope,
        articles: articles.iter().map(|article| (*article).to_owned()).collect(),
        effective_on: on(effective),
        note: None,
    }
}

use RelationKind::{Adjusts, Amends, Replaces, Supplements};
use RelationScope::{Full, Partial, Staged};

/// The five cases, as the reference data knows them.
fn law() -> Graph {
    Graph::new(
        [
            document("GMP 2014", "2014", "2015-03-01", "2026-11-01"),
            document("GMP 2025", "2025-11-04", "2026-11-01", ""),
            document("739", "2021-02-09", "2021-06-01", ""),
            document("797", "2024-12-06", "2025-01-20", ""),
            document("IVD 2013", "2013", "2013", "2025-01-01"),
            document("IVD 2024", "2024-05-11", "2025-01-01", ""),
            document("priority 2017", "2017-07-26", "2017-09-01", "2020"),
            document("priority 2020", "2020-01", "2020", "2025"),
            document("priority 2025", "2025-07-28", "", ""),
            document("144", "2022", "2022", ""),
            document("25", "2024-01-24", "2024-01-24", ""),
        ],
        [
            relation("GMP 2025", Replaces, Full, "GMP 2014", "2026-11-01", &[]),
            relation("797", Amends, Partial, "739", "2025-01-20", &[]),
            relation("IVD 2024", Replaces, Staged, "IVD 2013", "2025-01-01", &[]),
            relation("priority 2020", Replaces, Full, "priority 2017", "2020", &[]),
            relation("priority 2025", Replaces, Full, "priority 2020", "2025", &[]),
            relation("25", Supplements, Partial, "144", "2024-01-24", &[]),
        ],
    )
}

fn citing(name: &str, articles: &[&str]) -> Grounds {
    let articles = articles.iter().map(|article| (*article).to_owned()).collect();
    Grounds { basis: vec![(id(name), articles)], ..Grounds::default() }
}

fn verdict(grounds: &Grounds, graph: &Graph, on: &str) -> Currency {
    assess(grounds, graph, day(on)).currency
}

#[test]
fn a_replacement_that_is_announced_is_upcoming_for_a_year_and_stale_from_its_day() {
    let (grounds, law) = (citing("GMP 2014", &["第三十二条"]), law());
    assert_eq!(verdict(&grounds, &law, "2025-11-03"), Currency::Current);
    assert_eq!(verdict(&grounds, &law, "2025-11-04"), Currency::Upcoming);
    assert_eq!(verdict(&grounds, &law, "2026-10-31"), Currency::Upcoming);
    assert_eq!(verdict(&grounds, &law, "2026-11-01"), Currency::Stale);
    let stale = assess(&grounds, &law, day("2026-11-22"));
    assert_eq!(stale.day, Some(day("2026-11-01")));
    let events: Vec<(Event, &str)> =
        stale.path.iter().map(|step| (step.event, law.name(step.regulation))).collect();
    assert_eq!(events, [(Event::Cites, "GMP 2014"), (Event::ReplacedBy, "GMP 2025")]);
}

#[test]
fn an_amendment_is_no_replacement() {
    let (grounds, law) = (citing("739", &["第二十三条"]), law());
    let assessed = assess(&grounds, &law, day("2026-11-22"));
    assert_eq!(assessed.currency, Currency::Current);
    assert_eq!(
        assessed.notes.len(),
        1,
        "the amendment is told of, though its articles are not known"
    );
    assert!(assess(&grounds, &law, day("2025-01-19")).notes.is_empty());
}

#[test]
fn an_amendment_touches_only_the_articles_it_names() {
    let law = Graph::new(
        [document("739", "2021", "2021", ""), document("797", "2024-12-06", "2025-01-20", "")],
        [relation("797", Amends, Partial, "739", "2025-01-20", &["第24条", "二十五"])],
    );
    let on = "2026-01-01";
    assert_eq!(verdict(&citing("739", &["第二十四条第二款"]), &law, on), Currency::PartlyStale);
    assert_eq!(verdict(&citing("739", &["第二十三条"]), &law, on), Currency::Current);
    let whole = assess(&citing("739", &[]), &law, day(on));
    assert_eq!((whole.currency, whole.notes.len()), (Currency::Current, 1));
}

#[test]
fn a_replacement_by_stages_makes_partly_stale() {
    let (grounds, law) = (citing("IVD 2013", &[]), law());
    assert_eq!(verdict(&grounds, &law, "2024-05-10"), Currency::Current);
    assert_eq!(verdict(&grounds, &law, "2024-12-31"), Currency::Upcoming);
    assert_eq!(verdict(&grounds, &law, "2025-01-01"), Currency::PartlyStale);
}

#[test]
fn a_chain_of_replacements_is_followed_to_what_holds_now() {
    let (grounds, law) = (citing("priority 2017", &[]), law());
    assert_eq!(verdict(&grounds, &law, "2019-12-31"), Currency::Current);
    let in_2021 = assess(&grounds, &law, day("2021-01-01"));
    assert_eq!((in_2021.currency, in_2021.path.len()), (Currency::Stale, 2));
    let today = assess(&grounds, &law, day("2026-11-22"));
    assert_eq!((today.currency, today.path.len()), (Currency::Stale, 3));
    assert_eq!(law.name(today.path[2].regulation), "priority 2025");
}

#[test]
fn a_sunset_without_successor_breaks_an_answer() {
    let law = Graph::new([document("trial rule", "2018", "2018", "2023-07-01")], []);
    let grounds = citing("trial rule", &[]);
    assert_eq!(verdict(&grounds, &law, "2023-06-30"), Currency::Upcoming);
    assert_eq!(verdict(&grounds, &law, "2023-07-01"), Currency::Broken);
}

#[test]
fn a_supplement_changes_nothing() {
    assert_eq!(verdict(&citing("144", &["二"]), &law(), "2026-11-22"), Currency::Current);
}

#[test]
fn a_confirmation_clears_the_relation_it_was_checked_against_ahead_of_its_day_too() {
    let law = law();
    let confirmed = HashMap::from([(id("GMP 2025"), day("2026-01-01"))]);
    let grounds = Grounds { confirmed, ..citing("GMP 2014", &[]) };
    for on in ["2026-01-01", "2026-11-01", "2030-01-01"] {
        assert_eq!(verdict(&grounds, &law, on), Currency::Current, "{on}");
    }
}

#[test]
fn what_was_checked_against_a_successor_falls_with_the_successor() {
    let confirmed = HashMap::from([(id("priority 2020"), day("2021-01-01"))]);
    let grounds = Grounds { confirmed, ..citing("priority 2017", &[]) };
    assert_eq!(verdict(&grounds, &law(), "2022-01-01"), Currency::Current);
    assert_eq!(verdict(&grounds, &law(), "2026-01-01"), Currency::Stale);
}

#[test]
fn what_was_checked_against_what_holds_now_is_checked_for_the_whole_chain() {
    let law = law();
    let confirmed = HashMap::from([(id("priority 2025"), day("2026-01-01"))]);
    let grounds = Grounds { confirmed, ..citing("priority 2017", &[]) };
    for on in ["2020-06-01", "2026-11-22"] {
        assert_eq!(verdict(&grounds, &law, on), Currency::Current, "{on}");
    }
    let against = touching(&citing("priority 2017", &[]), &law);
    assert_eq!(against, HashSet::from(["priority 2020", "priority 2025"].map(id)));
    assert_eq!(touching(&grounds, &law), HashSet::new());
}

#[test]
fn the_end_of_a_successor_breaks_an_answer_until_somebody_looks_again() {
    let law = Graph::new(
        [document("old", "2015", "2015", ""), document("heir", "2018", "2018", "2023-07-01")],
        [relation("heir", Replaces, Full, "old", "2018", &[])],
    );
    let checked = |on: &str| Grounds {
        confirmed: HashMap::from([(id("heir"), day(on))]),
        ..citing("old", &[])
    };
    assert_eq!(verdict(&checked("2019-01-01"), &law, "2023-06-30"), Currency::Upcoming);
    assert_eq!(verdict(&checked("2019-01-01"), &law, "2023-07-01"), Currency::Broken);
    assert_eq!(verdict(&checked("2023-07-01"), &law, "2023-07-01"), Currency::Current);
}

#[test]
fn a_ring_is_noticed_before_it_is_closed() {
    let law = law();
    assert!(law.is_replaced_by(id("priority 2017"), id("priority 2025")));
    assert!(!law.is_replaced_by(id("priority 2025"), id("priority 2017")));
    assert!(!law.is_replaced_by(id("739"), id("797")), "an amendment is no replacement");
}

#[test]
fn the_law_as_it_would_be_is_the_law_with_more_in_it() {
    let new = document("new", "2027-01-01", "2027-06-01", "");
    let with = law().with(Some(new), [relation("new", Replaces, Full, "GMP 2025", "", &[])]);
    let grounds = citing("GMP 2025", &[]);
    assert_eq!(verdict(&grounds, &with, "2027-05-31"), Currency::Upcoming);
    assert_eq!(verdict(&grounds, &with, "2027-06-01"), Currency::Stale);
    let without = with.without_acts_of(id("new"));
    assert_eq!(verdict(&grounds, &without, "2027-06-01"), Currency::Current);
}

#[test]
fn a_review_that_is_due_and_a_missing_basis_are_told() {
    let law = law();
    let mut grounds = Grounds { review_by: Some(day("2026-06-30")), ..citing("25", &[]) };
    assert_eq!(verdict(&grounds, &law, "2026-06-30"), Currency::Current);
    assert_eq!(verdict(&grounds, &law, "2026-07-01"), Currency::ReviewDue);
    grounds.basis.clear();
    assert_eq!(verdict(&grounds, &law, "2026-06-30"), Currency::Unverified);
}

#[test]
fn an_adjustment_touches_what_is_cited() {
    let law = Graph::new(
        [document("37", "2022-10", "2022-10", ""), document("30", "2025-12-23", "2026-01-01", "")],
        [relation("30", Adjusts, Partial, "37", "2026-01-01", &[])],
    );
    assert_eq!(verdict(&citing("37", &[]), &law, "2026-01-01"), Currency::PartlyStale);
}

#[test]
fn a_ring_of_replacements_ends() {
    let law = Graph::new(
        [document("a", "", "", ""), document("b", "", "", "")],
        [
            relation("a", Replaces, Full, "b", "2020", &[]),
            relation("b", Replaces, Full, "a", "2021", &[]),
        ],
    );
    assert_eq!(verdict(&citing("a", &[]), &law, "2022-01-01"), Currency::Stale);
}

#[test]
fn what_lies_upstream_of_a_regulation_is_found_through_chains() {
    let upstream = law().upstream(id("priority 2025"));
    let expected = ["priority 2025", "priority 2020", "priority 2017"].map(id);
    assert_eq!(upstream, HashSet::from(expected));
}

#[test]
fn articles_are_the_same_however_they_are_written() {
    for other in ["第32条", "32", "第三十二条第一款", "３２", "art. 32"] {
        assert!(same_article("第三十二条", other), "{other}");
    }
    assert!(!same_article("第三十二条", "第三十三条"));
    assert!(same_article("第一百零七条", "107"));
    assert!(same_article("附件", "附件") && !same_article("附件", "附录"));
}

fn any_graph() -> impl Strategy<Value = (Graph, Grounds)> {
    let kinds = prop::sample::select(vec![Replaces, Amends, Adjusts, Supplements]);
    let scopes = prop::sample::select(vec![Full, Partial, Staged]);
    let year = || prop::option::of(2015_i32..2030);
    let date = |year: Option<i32>| year.and_then(PartialDate::year);
    let document = (year(), year(), year());
    let articles = prop::collection::vec("[1-4]", 0..2);
    let relation = (0_u128..6, 0_u128..6, kinds, scopes, articles.clone(), year());
    let documents = prop::collection::vec(document, 6);
    let relations = prop::collection::vec(relation, 0..8);
    let basis = prop::collection::vec((0_u128..6, articles), 0..3);
    let checked =
        (2014_i32..2030).prop_filter_map("a day", |year| NaiveDate::from_ymd_opt(year, 3, 1));
    let confirmed =
        prop::collection::hash_map((0_u128..6).prop_map(Uuid::from_u128), checked, 0..3);
    (documents, relations, basis, confirmed, year()).prop_map(
        move |(documents, relations, basis, confirmed, review)| {
            let documents =
                documents.into_iter().zip(0_u128..).map(|((issued, from, to), id)| Document {
                    id: Uuid::from_u128(id),
                    name: id.to_string(),
                    issued_on: date(issued),
                    effective_on: date(from),
                    ends_on: date(to),
                });
            let relation = |(from, to, kind, scope, articles, on)| Relation {
                from: Uuid::from_u128(from),
                to: Uuid::from_u128(to),
                kind,
                scope,
                articles,
                effective_on: date(on),
                note: None,
            };
            let graph = Graph::new(documents, relations.into_iter().map(relation));
            let basis = basis.into_iter().map(|(id, articles)| (Uuid::from_u128(id), articles));
            let review_by = review.and_then(|year| NaiveDate::from_ymd_opt(year, 6, 30));
            (graph, Grounds { basis: basis.collect(), confirmed, review_by })
        },
    )
}

proptest! {
    /// What a page shows and what the index files an answer under are the same on every day.
    #[test]
    fn the_days_that_the_index_keeps_agree_with_the_assessment(
        (graph, grounds) in any_graph(),
        offset in 0_u64..6000,
    ) {
        let day = day("2014-06-01") + chrono::Days::new(offset);
        let shown = assess(&grounds, &graph, day).currency;
        let filed = days(&grounds, &graph).at(day_number(day));
        prop_assert_eq!(zhanjian_index::Currency::from(shown), filed);
    }

    /// Whoever looks only at what cites these regulations misses no answer that has to be looked at.
    #[test]
    fn what_has_been_touched_is_among_the_regulations_said_to_be(
        (graph, grounds) in any_graph(),
        offset in 0_u64..6000,
        within in 0_u64..400,
    ) {
        let day = day("2014-06-01") + chrono::Days::new(offset);
        let horizon = day + chrono::Days::new(within);
        let touched = graph.touched(day, horizon);
        let verdict = assess(&grounds, &graph, day);
        let far = verdict.currency == Currency::Upcoming && verdict.day > Some(horizon);
        let by_law = !matches!(verdict.currency, Currency::Current | Currency::Unverified | Currency::ReviewDue);
        if by_law && !far {
            prop_assert!(grounds.basis.iter().any(|(id, _)| touched.contains(id)));
        }
    }

    /// Whoever tells only of what cites these regulations, or has its day of review, misses no change of a verdict.
    #[test]
    fn no_verdict_moves_but_by_regulations_said_to_move(
        (graph, grounds) in any_graph(),
        offset in 0_u64..6000,
        later in 1_u64..40,
    ) {
        let after = day("2014-06-01") + chrono::Days::new(offset);
        let until = after + chrono::Days::new(later);
        let verdict = |day| assess(&grounds, &graph, day).currency;
        if verdict(after) != verdict(until) {
            let moving = graph.moving(after, until);
            let reviewed = grounds.review_by.is_some_and(|day| after <= day && day < until);
            prop_assert!(reviewed || grounds.basis.iter().any(|(id, _)| moving.contains(id)));
        }
    }

    /// What an answer can be checked against clears it: one regulation after the other, until nothing is left.
    #[test]
    fn checking_against_all_that_touches_clears_an_answer((graph, mut grounds) in any_graph()) {
        let on = day("2040-01-01");
        for _ in 0..10 {
            let touching = touching(&grounds, &graph);
            grounds.confirmed.extend(touching.into_iter().map(|id| (id, on)));
        }
        let verdict = assess(&grounds, &graph, on).currency;
        let cleared = [Currency::Current, Currency::Unverified, Currency::ReviewDue];
        prop_assert!(cleared.contains(&verdict), "{verdict:?}");
    }
}
