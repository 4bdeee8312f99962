//! What is left out of a draft, and what a decision clears, without a database.

use super::*;

fn finding(kind: Kind, start: usize, end: usize, text: &str) -> Finding {
    Finding { field: "question".to_owned(), kind, start, end, text: text.to_owned(), sure: true }
}

fn decision(finding: &Finding, harmless: bool, reason: &str) -> Decision {
    Decision {
        field: finding.field.clone(),
        kind: finding.kind,
        start: finding.start,
        end: finding.end,
        harmless,
        reason: Some(reason.to_owned()),
    }
}

/// 示例生物的产品于2026年3月5日受理，费用50万元
fn wording() -> Wording {
    let content = Content {
        question: "示例生物的产品于2026年3月5日受理，费用50万元".to_owned(),
        answer: "答".to_owned(),
        summary: None,
        areas: Vec::new(),
        product_kind: None,
        device_class: None,
        basis: super::super::Basis::Experience,
        citations: Vec::new(),
        answered_on: None,
        review_by: None,
    };
    content.wording()
}

#[test]
fn every_finding_must_be_named_before_a_text_is_cleared() {
    let date = finding(Kind::Date, 8, 17, "2026年3月5日");
    let amount = finding(Kind::Amount, 22, 26, "50万元");
    let findings = [date.clone(), amount.clone()];
    let both = [decision(&date, true, "公开日期"), decision(&amount, true, "公开收费标准")];
    let verdict = judge(&wording(), &findings, &both).expect("cleared");
    assert_eq!(verdict, DeidentificationVerdict::Cleared);
    let open = judge(&wording(), &findings, &both[..1]).expect_err("one is open");
    let Error::Rule { code: RuleCode::FindingsOpen, reason, .. } = open else { panic!("{open}") };
    assert!(reason.en.contains("question 22–26 (amount of money)"), "{}", reason.en);
    assert!(!reason.en.contains("50万元") && !reason.zh.contains("50万元"));
    assert_eq!(judge(&wording(), &[], &[]).expect("clear"), DeidentificationVerdict::Cleared);
}

#[test]
fn nobody_calls_a_confidential_value_harmless() {
    let name = finding(Kind::Confidential, 0, 4, "示例生物");
    let refused =
        judge(&wording(), std::slice::from_ref(&name), &[decision(&name, true, "只是举例")]);
    assert!(matches!(refused, Err(Error::Rule { code: RuleCode::FindingsOpen, .. })));
    let rejected =
        judge(&wording(), std::slice::from_ref(&name), &[decision(&name, false, "请改写")]);
    assert_eq!(rejected.expect("a verdict"), DeidentificationVerdict::Rejected);
}

#[test]
fn a_person_may_find_what_no_rule_has_found_but_not_clear_it() {
    let own = finding(Kind::Enterprise, 0, 4, "示例生物");
    let rejected = judge(&wording(), &[], &[decision(&own, false, "这是简称")]);
    assert_eq!(rejected.expect("a verdict"), DeidentificationVerdict::Rejected);
    for (strange, harmless) in [(own, true), (finding(Kind::Date, 90, 95, "x"), false)] {
        let refused = judge(&wording(), &[], &[decision(&strange, harmless, "理由")]);
        assert!(matches!(refused, Err(Error::Invalid { .. })));
    }
}

#[test]
fn a_reason_does_not_repeat_the_words() {
    let amount = finding(Kind::Amount, 22, 26, "50万元");
    let repeated = [decision(&amount, true, "50万元是公开的标准")];
    assert!(matches!(judge(&wording(), &[amount], &repeated), Err(Error::Invalid { .. })));
}

#[test]
fn a_decision_has_a_reason_where_it_clears() {
    let amount = finding(Kind::Amount, 22, 26, "50万元");
    assert!(looked_at(vec![decision(&amount, true, " ")]).is_err());
    assert!(looked_at(vec![decision(&amount, false, "")]).is_ok());
}

#[test]
fn what_is_kept_holds_places_and_no_words() {
    let amount = finding(Kind::Amount, 22, 26, "50万元");
    let text = serde_json::to_string(&kept(&[decision(&amount, true, "收费标准")])).expect("JSON");
    assert!(Kind::ALL.into_iter().all(|kind| Kind::named(&kind.name()) == Some(kind)));
    assert!(text.contains("AMOUNT") && text.contains("22") && !text.contains("50万元"), "{text}");
}

#[test]
fn the_latest_check_of_a_text_counts() {
    use DeidentificationPurpose::{StationExit, Wider};
    use DeidentificationVerdict::{Cleared, Rejected};
    let check = |digest: &str, purpose, verdict| DeidentificationCheck {
        id: new_id(),
        answered_question_id: Uuid::nil(),
        purpose,
        text_digest: digest.to_owned(),
        checked_by: Uuid::nil(),
        checked_at: chrono::DateTime::UNIX_EPOCH,
        verdict,
        findings: serde_json::Value::Null,
    };
    let checks = [
        check("now", Wider, Rejected),
        check("now", StationExit, Cleared),
        check("now", Wider, Cleared),
        check("before", Wider, Cleared),
    ];
    assert_eq!(cleared(&checks, "now"), [StationExit]);
    assert_eq!(cleared(&checks, "before"), [Wider]);
    assert_eq!(cleared(&checks, "other"), []);
}
