//! A regulation is replaced and its answers are looked at again; errors are reported and dealt with.

use zhanjian::access::Role;

use super::{
    browser::{Browser, Page},
    consultations::{offered, step},
};
use crate::support::{House, on_both_engines};

on_both_engines!(
    a_regulation_is_replaced_and_an_answer_confirmed,
    what_may_not_be_recorded_is_proposed_and_decided,
    a_reported_error_is_dealt_with,
);

const REPLACING: [(&str, &str); 4] =
    [("from", "nmpa-2026-1"), ("kind", "REPLACES"), ("to", "nmpa-2025-107"), ("scope", "FULL")];

/// The first number in a text.
fn number(text: &str) -> u32 {
    let digits = text.chars().skip_while(|it| !it.is_ascii_digit());
    digits.take_while(char::is_ascii_digit).collect::<String>().parse().unwrap()
}

fn regulation(title: &str) -> [(&str, &str); 4] {
    [("key", "nmpa-2026-1"), ("title", title), ("region", "CN"), ("effectiveOn", "2026-01")]
}

async fn sent(browser: &mut Browser<'_>, kind: &str, what: &str, fields: &[(&str, &str)]) -> Page {
    let page = browser.read(&format!("/supervision/law/{kind}")).await;
    let mut all = vec![("do", what)];
    all.extend(fields);
    browser.send(&page, "form.content", &all).await
}

async fn a_regulation_is_replaced_and_an_answer_confirmed(house: &House) {
    house.demo().await;
    let mut municipal = Browser::of(house, Role::MunicipalOfficer, "").await;
    let recorded = sent(&mut municipal, "regulation", "keep", &regulation("示例公告")).await;
    assert_eq!(recorded.address, "/supervision/reviews", "{}", recorded.html);
    let before = number(&recorded.text("h1"));

    let preview = sent(&mut municipal, "relation", "preview", &REPLACING).await;
    let touched = number(&preview.text(".preview"));
    assert!(touched > 0 && preview.has(".preview table .currency"), "{}", preview.html);
    assert_eq!(preview.attribute("[name='to']", "value"), "nmpa-2025-107");
    assert_eq!(number(&municipal.read("/supervision/reviews").await.text("h1")), before);
    let queue = municipal.send(&preview, "form.content", &[("do", "keep")]).await;
    assert!(number(&queue.text("h1")) > before, "{}", queue.html);

    let stale = municipal.read("/supervision/reviews?status=STALE").await;
    let confirm = stale.link("核对并确认");
    let desk = municipal.read(confirm.split('#').next().unwrap()).await;
    let form = step("confirm");
    let law = offered(&desk, &form, "regulation");
    let fields =
        [("regulation", law.as_str()), ("note", "新公告未改变该要求"), ("articles", "第三条")];
    let desk = municipal.send(&desk, &form, &fields).await;
    assert!(desk.text(".currency").contains("现行有效"), "{}", desk.html);

    // What makes no sense is told beside what was written.
    let odd =
        [("from", "nonsense"), ("kind", "AMENDS"), ("to", "nmpa-2025-107"), ("scope", "FULL")];
    let refused = sent(&mut municipal, "relation", "preview", &odd).await;
    assert!(refused.has("[role='alert']"), "{}", refused.html);
    assert_eq!(refused.attribute("[name='from']", "value"), "nonsense");
}

async fn what_may_not_be_recorded_is_proposed_and_decided(house: &House) {
    house.demo().await;
    let mut staff = Browser::of(house, Role::Staff, "SH-PD").await;
    let mut municipal = Browser::of(house, Role::MunicipalOfficer, "").await;
    let list = sent(&mut staff, "regulation", "keep", &regulation("示例公告")).await;
    assert_eq!(list.address, "/supervision/proposals");
    let own = staff.read(&list.link("示例公告")).await;
    assert!(!own.has(&step("accept")), "who proposes does not decide");
    let proposal = municipal.read(&own.address).await;
    let refused = municipal.send(&proposal, &step("reject"), &[]).await;
    assert!(refused.has("#step-reject [role='alert']"), "a reason is wanted");
    let accepted = municipal.send(&proposal, &step("accept"), &[]).await;
    assert_eq!(accepted.text(".state"), "已采纳", "{}", accepted.html);
    assert!(!accepted.has(&step("accept")));
}

async fn a_reported_error_is_dealt_with(house: &House) {
    house.demo().await;
    let mut reader = Browser::of(house, Role::Staff, "SH-XH").await;
    let mut staff = Browser::of(house, Role::Staff, "SH-PD").await;
    let found = reader
        .read("/?q=%E5%8C%BB%E7%96%97%E5%99%A8%E6%A2%B0&kind=ANSWERED_QUESTION&station=SH-PD")
        .await;
    let answer = found.attribute(".hit h3 a", "href");
    let page = reader.read(&answer).await;
    let report = format!("form[action='{answer}/report']");
    reader.send(&page, &report, &[("text", "第三条已经修改，请核对。")]).await;

    let overview = staff.read("/supervision").await;
    let report = staff.read(&overview.link("第三条已经修改")).await;
    assert!(report.has(&format!("a[href='{answer}']")), "{}", report.html);
    let resolved = staff.send(&report, &step("resolve"), &[("note", "已核对，条文未改")]).await;
    assert_eq!(resolved.text(".state"), "已处理", "{}", resolved.html);
    assert!(!resolved.has(&step("resolve")) && resolved.html.contains("条文未改"));
    // Who neither reported it nor looks after it does not find it.
    let mut other = Browser::of(house, Role::Staff, "SH-XH").await;
    assert_eq!(other.open(&report.address).await.status, 404);
}
