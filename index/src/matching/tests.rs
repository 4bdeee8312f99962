//! What a score says can be checked by whoever is shown it.

use super::*;
use proptest::prelude::*;

fn seeker(wanted: Wanted) -> Seeker {
    Seeker::new(Analyzer::embedded(), wanted)
}

fn texts(head: &'static str, body: &'static str) -> Vec<OfferedText<'static>> {
    vec![
        OfferedText { field: "title", head: true, text: head },
        OfferedText { field: "abstract", head: false, text: body },
    ]
}

fn offered(texts: Vec<OfferedText<'_>>) -> Offered<'_> {
    Offered {
        kind: OfferedKind::Technology,
        texts,
        areas: Vec::new(),
        trl: None,
        modes: Vec::new(),
        place: Place::default(),
        track_record: None,
    }
}

fn path(codes: &[&str]) -> AreaPath {
    codes.iter().map(|code| (*code).to_owned()).collect()
}

fn part(score: &Score, component: Component) -> Option<f64> {
    score.parts.iter().find(|part| part.component == component)?.value
}

/// The text as it stands at some characters.
fn at(text: &str, range: &Range<usize>) -> String {
    text.chars().skip(range.start).take(range.len()).collect()
}

#[test]
fn the_weights_are_whole() {
    let sum: f64 = weights::COMPONENTS.iter().sum();
    assert!((sum - 1.0).abs() < 1e-9);
}

#[test]
fn words_are_met_by_themselves_by_other_names_and_by_words_of_the_field() {
    let text = "找一种取出血块的办法，最好用于冠脉，UDI另议。";
    let score = seeker(Wanted { text: text.to_owned(), ..Wanted::default() })
        .score(&offered(texts("静脉血栓抽吸", "冠狀動脈支架；醫療器械唯一標識")));
    let met = |word: &str| score.words.iter().find(|met| met.text == word);
    assert!((met("冠脉").unwrap().value - weights::BODY).abs() < 1e-9);
    assert!((met("血块").unwrap().value - weights::LAY).abs() < 1e-9);
    let udi = met("UDI").unwrap();
    assert_eq!(at(text, &udi.in_need[0]), "UDI");
    assert_eq!(udi.passages[0].text, 1);
    assert_eq!(at("冠狀動脈支架；醫療器械唯一標識", &udi.passages[0].range), "醫療器械唯一標識");
    assert!(met("最好").is_none());
}

#[test]
fn areas_count_by_their_depth() {
    let value = |one: &[&str], other: &[&str]| area_nearness(&path(one), &path(other));
    let steps = [
        value(&["FLD", "FLD-3", "FLD-3-02"], &["FLD", "FLD-3", "FLD-3-02"]),
        value(&["FLD", "FLD-3", "FLD-3-02"], &["FLD", "FLD-3"]),
        value(&["FLD", "FLD-3", "FLD-3-02"], &["FLD", "FLD-3", "FLD-3-10"]),
        value(&["FLD", "FLD-3", "FLD-3-02"], &["FLD", "FLD-1", "FLD-1-01"]),
    ];
    assert!(steps.is_sorted_by(|a, b| a > b), "{steps:?}");
    assert!(steps[0] > 0.999 && steps[3] < 0.001);
    assert!(value(&["CAT", "CAT-03"], &["CAT", "CAT-13"]) < 0.001);
}

#[test]
fn what_is_not_said_is_neither_rewarded_nor_punished() {
    let wanted = Wanted {
        text: "可降解骨钉".to_owned(),
        least_trl: Some(5),
        modes: vec!["LICENSE".to_owned()],
        ..Wanted::default()
    };
    let seeker = seeker(wanted);
    let silent = offered(texts("可降解骨钉", ""));
    let score = seeker.score(&silent);
    assert_eq!(part(&score, Component::Maturity), None);
    assert!((score.score - 1.0).abs() < 1e-9);
    let ready = |trl| seeker.score(&Offered { trl: Some(trl), ..silent.clone() });
    assert_eq!(
        [6, 5, 4, 3].map(|trl| part(&ready(trl), Component::Maturity)),
        [Some(1.0), Some(1.0), Some(0.5), Some(0.0)]
    );
    assert!(ready(3).score < score.score);
}

#[test]
fn a_need_that_says_nothing_has_no_score_and_does_no_harm() {
    for text in ["", "  ", "？！", "的了", "企业希望", "\0", "🙂"] {
        let score = seeker(Wanted { text: text.to_owned(), ..Wanted::default() })
            .score(&offered(texts("可降解骨钉", "")));
        assert!(score.score.is_finite() && (0.0..=1.0).contains(&score.score), "{text:?}");
    }
}

const SAID: &str = "[血块栓冠脉支架可降解骨钉医療器械UDI研究 ，。a-c0-9Ⅲ🙂]{0,60}";

proptest! {
    #[test]
    fn a_score_is_the_sum_of_what_is_shown(
        need in SAID,
        title in SAID,
        body in SAID,
        trl in proptest::option::of(1..10),
        least in proptest::option::of(1..10),
        area in proptest::option::of(0..4_usize),
    ) {
        let areas = [&["FLD", "FLD-3"][..], &["FLD", "FLD-3", "FLD-3-02"], &["CAT", "CAT-03"], &["REG"]];
        let wanted = Wanted {
            text: need.clone(),
            kind: Some(WantedKind::Testing),
            areas: vec![path(areas[1])],
            least_trl: least,
            ..Wanted::default()
        };
        let given = [
            OfferedText { field: "title", head: true, text: &title },
            OfferedText { field: "abstract", head: false, text: &body },
        ];
        let of = Offered {
            trl,
            areas: area.map(|at| path(areas[at])).into_iter().collect(),
            ..offered(given.to_vec())
        };
        let seeker = seeker(wanted);
        let score = seeker.score(&of);
        prop_assert_eq!(&score, &seeker.score(&of));
        let weights: f64 = score.parts.iter().map(|part| part.weight).sum();
        prop_assert!((weights - 1.0).abs() < 1e-9);
        let sum: f64 = score.parts.iter().map(|part| part.weight * part.value.unwrap_or_default()).sum();
        prop_assert!((sum - score.score).abs() < 1e-9);
        prop_assert!(score.parts.iter().all(|part| part.value.is_none_or(|value| (0.0..=1.0).contains(&value))));
        if let Some(text) = part(&score, Component::Text) {
            prop_assert!((text - text_value(&score.words)).abs() < 1e-9);
        }
        // Every word stands where it is shown to.
        for met in &score.words {
            prop_assert!(met.value > 0.0 && met.value <= 1.0 && met.weight > 0.0);
            prop_assert_eq!(&at(&need, &met.in_need[0]), &met.text);
            prop_assert!(!met.passages.is_empty());
            for passage in &met.passages {
                prop_assert!(!passage.range.is_empty());
                prop_assert!(passage.range.end <= given[passage.text].text.chars().count());
            }
        }
    }
}
