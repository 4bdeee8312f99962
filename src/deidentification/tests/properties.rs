//! What holds for any text.

use proptest::prelude::*;

use super::{super::*, asker, companies};

/// Texts of what the patterns look at, and of anything else.
fn any_text() -> impl Strategy<Value = String> {
    prop_oneof![
        any::<String>(),
        "[0-9a-zA-Z年月日元万第号有限公司()（）.,，。@+ \\-\n上海示例王〔〕二〇三Ⅲ\u{301}🙂]{0,80}",
        "[一-龥0-9 \n，。（）]{0,60}",
    ]
}

/// Half of what is found overlaps nothing of its kind, and all of it is cut from the text.
fn check(text: &str) -> Result<(), TestCaseError> {
    let (asker, companies) = (asker(), companies());
    let findings = find(&[("question", text), ("answer", text)], &asker, &companies);
    let half = findings.len() / 2;
    for (number, it) in findings.iter().enumerate() {
        prop_assert_eq!(it.field == "question", number < half);
        let cut: String = text.chars().skip(it.start).take(it.end - it.start).collect();
        prop_assert!(it.start < it.end && cut == it.text, "{:?}", it);
    }
    for (number, it) in findings[..half].iter().enumerate() {
        for other in &findings[number + 1..half] {
            prop_assert!(other.start >= it.start);
            prop_assert!(other.kind != it.kind || other.start >= it.end, "{:?} {:?}", it, other);
            let inside = other.end <= it.end && other.start >= it.start;
            prop_assert!(!inside || other.kind == Kind::Confidential, "{:?} {:?}", it, other);
        }
    }
    Ok(())
}

proptest! {
    #[test]
    fn places_cut_the_text_and_nothing_panics(text in any_text()) {
        check(&text)?;
    }

    #[test]
    fn a_confidential_value_is_found_wherever_it_is_put(
        text in any_text(),
        at in any::<prop::sample::Index>(),
        value in prop_oneof![
            Just("示例生物医药科技（上海）有限公司"),
            Just("示例生物醫藥科技（上海）有限公司"),
            Just("示　例 生·物，醫藥科技(上海)有限公司"),
            Just("示例生物医药"), Just("示例生物醫藥"), Just("示例"),
            Just("王晓明"), Just("王曉明"), Just("康示宁"), Just("康示寧"),
            Just("021-50800001"), Just("０２１５０８００００１"),
            Just("Wang.XM@shili-bio.example"), Just("ｐ-sl2025"),
            Just("上海市浦東新區示例路100號3幢"),
        ],
    ) {
        let mut chars: Vec<char> = text.chars().collect();
        let at = at.index(chars.len() + 1);
        chars.splice(at..at, value.chars());
        let text: String = chars.iter().collect();
        let findings = find(&[("text", &text)], &asker(), &companies());
        let end = at + value.chars().count();
        let covers = |it: &Finding| {
            it.kind == Kind::Confidential && it.start <= at && it.end >= end
        };
        prop_assert!(findings.iter().any(covers), "{:?}\n{:?}", text, findings);
    }

    #[test]
    fn any_name_is_found_in_either_script(
        (simplified, traditional) in prop::collection::vec(
            prop::sample::select(vec![('医', '醫'), ('药', '藥'), ('类', '類'), ('华', '華'), ('康', '康'), ('龙', '龍'), ('云', '雲')]), 2..6,
        ).prop_map(|pairs| pairs.into_iter().unzip::<char, char, String, String>()),
        kind in prop::sample::select(vec![ValueKind::Company, ValueKind::Person, ValueKind::Other]),
        (before, after) in (any_text(), any_text()),
    ) {
        for (value, written) in [(&simplified, &traditional), (&traditional, &simplified)] {
            let confidential = Confidential { values: vec![ConfidentialValue { value: value.clone(), kind }] };
            let text = format!("{before}{written}{after}");
            let findings = find(&[("text", &text)], &confidential, &companies());
            let found = findings.iter().any(|it| it.kind == Kind::Confidential && it.text.contains(written.as_str()));
            prop_assert!(found, "{:?}\n{:?}", text, findings);
        }
    }
}
