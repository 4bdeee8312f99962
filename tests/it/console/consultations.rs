//! From what a company asks to its being told, as a station's clerk and an officer do it in their browsers.

use serde_json::json;
use zhanjian::access::Role;

use super::browser::{Browser, Page};
use crate::support::{House, on_both_engines};

on_both_engines!(
    a_question_is_recorded_handed_up_answered_and_closed,
    what_was_answered_before_is_seen_before_it_is_recorded,
    another_station_reads_it_without_who_asked,
    what_somebody_else_was_faster_with_is_told,
    what_is_overdue_says_so_in_words,
    nobody_else_sees_a_case_or_its_pages,
);

const COMPANY: &str = "上海示例心脉医疗科技有限公司";
const QUESTION: &str =
    "上海示例心脉医疗科技有限公司研制的可降解封堵器，生物相容性试验能否豁免慢性毒性项目？";

const RECORD: &str = "form.record";

/// The form of a step of a case.
pub fn step(slug: &str) -> String {
    format!("#step-{slug} form")
}

/// The first thing that can be chosen in a field.
pub fn offered(page: &Page, form: &str, field: &str) -> String {
    page.attribute(&format!("{form} select[name='{field}'] option:not([value=''])"), "value")
}

/// Records a question; the page of the case.
async fn recorded(browser: &mut Browser<'_>, question: &str) -> Page {
    let page = browser.read("/consultations/new").await;
    let fields = [
        ("text", question),
        ("company", COMPANY),
        ("contact", "欧阳示例"),
        ("telephone", "021-55550123"),
        ("channel", "PHONE"),
    ];
    let case = browser.send(&page, RECORD, &fields).await;
    assert!(case.address.starts_with("/consultations/Q"), "{}: {}", case.address, case.html);
    case
}

/// Classifies it, and has the first of the station follow it.
async fn classified(browser: &mut Browser<'_>, case: &Page, level: &str) -> Page {
    let form = step("classify");
    let clerk = offered(case, &form, "assigneeId");
    let area = case.attribute(&format!("{form} input[name='areaIds']"), "value");
    let fields = [
        ("level", level),
        ("areaIds", area.as_str()),
        ("productKind", "DEVICE"),
        ("deviceClass", "III"),
        ("assigneeId", clerk.as_str()),
    ];
    browser.send(case, &form, &fields).await
}

async fn a_question_is_recorded_handed_up_answered_and_closed(house: &House) {
    house.places().await;
    let mut clerk = Browser::of(house, Role::Staff, "SH-PD").await;
    let mut officer = Browser::of(house, Role::DistrictOfficer, "PD").await;
    let empty = clerk.read("/consultations").await;
    assert!(!empty.has("table") && empty.text(".tabs [aria-current]").contains("本站在办"));

    let case = recorded(&mut clerk, QUESTION).await;
    assert!(case.text("aside .about").contains(COMPANY), "{}", case.html);
    assert_eq!(case.text(".state"), "已登记");
    let case = classified(&mut clerk, &case, "DISTRICT").await;
    assert_eq!(case.text(".state"), "本站办理", "{}", case.html);
    assert!(!case.has(&step("answer")), "what is no basic question is not answered here");
    let address = case.address.clone();

    // What must be said is asked for, and what was written is still there.
    let form = step("to-district");
    let refused = clerk.send(&case, &form, &[("summary", " ")]).await;
    assert!(refused.has("#step-to-district[open] [role='alert']"), "{}", refused.html);
    let case = clerk.send(&refused, &form, &[("summary", "生物相容性豁免")]).await;
    assert_eq!(case.text(".state"), "区级承办", "{}", case.html);

    let queue = officer.read("/consultations").await;
    assert!(queue.text(".tabs [aria-current]").contains("本部门承办 1"), "{}", queue.html);
    let case = officer.read(&queue.attribute("table th a", "href")).await;
    assert_eq!(case.address, address);
    let told = [("text", "不能当然豁免：应按材料表征与既往数据论证。")];
    officer.send(&case, &step("tier-reply"), &told).await;

    let case = clerk.read(&address).await;
    assert_eq!(case.text(".state"), "待转告企业");
    let case = clerk.send(&case, &step("reply"), &[("toldBy", "PHONE")]).await;
    assert_eq!(case.text(".state"), "已告知企业", "{}", case.html);
    let case = clerk.send(&case, &step("confirm"), &[("note", "企业无异议")]).await;
    assert_eq!(case.text(".state"), "已办结", "{}", case.html);
    let happened = case.texts(".timeline strong");
    assert_eq!(happened.len(), 6, "{happened:?}");
    assert!(case.text(".timeline").contains("企业无异议"));

    // What was learnt becomes a draft that does not say who asked.
    let draft = clerk.send(&case, "form[action='/drafts']", &[]).await;
    assert!(draft.address.starts_with("/drafts/Q"), "{}", draft.html);
    let question = draft.text("[name='question']");
    assert!(!question.contains("心脉") && question.contains("可降解封堵器"), "{question}");
}

async fn what_was_answered_before_is_seen_before_it_is_recorded(house: &House) {
    house.places().await;
    let known = "介入瓣膜输送系统按第几类医疗器械注册，是否需要临床试验？";
    let row =
        json!({ "externalId": "pd-7", "question": known, "answer": "按第三类，见分类目录。" });
    house.answers([row]).await;
    let mut clerk = Browser::of(house, Role::Staff, "SH-PD").await;
    let page = clerk.read("/consultations/new").await;
    let asked = format!("{COMPANY}问：{known}");
    let fields = [("text", asked.as_str()), ("company", COMPANY), ("do", "similar")];
    let shown = clerk.send(&page, RECORD, &fields).await;
    assert_eq!(shown.address, "/consultations/new");
    assert!(shown.text("#found").contains(known), "{}", shown.html);
    assert_eq!(shown.text("#text"), asked, "what was written is still there");
    assert_eq!(shown.attribute("[name='company']", "value"), COMPANY);

    // Answered by it at the station, once it is classified as basic.
    let case = recorded(&mut clerk, &asked).await;
    let case = classified(&mut clerk, &case, "BASIC").await;
    let form = step("answer");
    let answer = case.attribute(&format!("{form} [name='answeredQuestionIds']"), "value");
    let fields = [("answeredQuestionIds", answer.as_str()), ("toldBy", "VISIT")];
    let case = clerk.send(&case, &form, &fields).await;
    assert_eq!(case.text(".state"), "已告知企业", "{}", case.html);
    assert!(case.has(&format!("a[href='/answers/{answer}']")));
}

async fn another_station_reads_it_without_who_asked(house: &House) {
    house.places().await;
    let mut clerk = Browser::of(house, Role::Staff, "SH-PD").await;
    let mut elsewhere = Browser::of(house, Role::Staff, "SH-XH").await;
    let case = recorded(&mut clerk, QUESTION).await;
    let case = classified(&mut clerk, &case, "BASIC").await;
    let form = step("refer");
    let stations = case.texts(&format!("{form} select[name='stationId'] option"));
    let place = stations.iter().position(|name| name.contains("徐汇")).unwrap();
    let document = scraper::Html::parse_document(&case.html);
    let options =
        scraper::Selector::parse(&format!("{form} select[name='stationId'] option")).unwrap();
    let station = document.select(&options).nth(place).unwrap().value().attr("value").unwrap();
    let fields = [("stationId", station), ("reason", "贵站答过同类问题")];
    let case = clerk.send(&case, &form, &fields).await;
    assert_eq!(case.text(".state"), "他站承办", "{}", case.html);

    let there = elsewhere.read(&case.address).await;
    for secret in ["心脉", "欧阳", "55550123"] {
        assert!(!there.html.contains(secret), "{secret}: {}", there.html);
    }
    assert!(there.html.contains("可降解封堵器") && there.html.contains("咨询方未向您公开"));
    clerk.send(&case, &step("release-asker"), &[]).await;
    let there = elsewhere.read(&case.address).await;
    assert!(there.text("aside .about").contains(COMPANY), "{}", there.html);
}

async fn what_somebody_else_was_faster_with_is_told(house: &House) {
    house.places().await;
    let mut clerk = Browser::of(house, Role::Staff, "SH-PD").await;
    let mut colleague = Browser::of(house, Role::Staff, "SH-PD").await;
    let seen = recorded(&mut clerk, QUESTION).await;
    let theirs = colleague.read(&seen.address).await;
    classified(&mut colleague, &theirs, "BASIC").await;
    let written = [("question", "请补充材料清单")];
    let refused = clerk.send(&seen, &step("ask-for-details"), &written).await;
    assert!(refused.has("#step-ask-for-details .notice"), "{}", refused.html);
    assert_eq!(refused.text("#step-ask-for-details textarea"), "请补充材料清单");
    let taken = clerk.send(&refused, &step("ask-for-details"), &[]).await;
    assert_eq!(taken.text(".state"), "待企业补充", "{}", taken.html);
    // A number that is none is told beside its field.
    let form = step("duplicate");
    let refused = clerk.send(&taken, &form, &[("duplicateOfId", "SH-PD-1999-0001")]).await;
    assert!(refused.text("#step-duplicate [role='alert']").contains("SH-PD-1999-0001"));
}

async fn what_is_overdue_says_so_in_words(house: &House) {
    house.places().await;
    let mut clerk = Browser::of(house, Role::Staff, "SH-PD").await;
    let case = recorded(&mut clerk, QUESTION).await;
    classified(&mut clerk, &case, "DISTRICT").await;
    let queue = clerk.read("/consultations?queue=overdue").await;
    assert!(!queue.has("table"), "{}", queue.html);
    house.clock.advance_days(30);
    let mut later = Browser::of(house, Role::Staff, "SH-PD").await;
    let queue = later.read("/consultations?queue=overdue").await;
    assert_eq!(queue.text("tr.late .overdue"), "已逾期", "{}", queue.html);
    assert!(queue.has("tr.late .overdue svg"), "and by a sign");
    assert!(queue.text(".tabs .late").contains('1'));
}

async fn nobody_else_sees_a_case_or_its_pages(house: &House) {
    house.places().await;
    let mut clerk = Browser::of(house, Role::Staff, "SH-PD").await;
    let case = recorded(&mut clerk, QUESTION).await;
    let number = case.text("h1");
    let number = number.rsplit(' ').next().unwrap();
    for (role, place) in
        [(Role::Staff, "SH-XH"), (Role::DistrictOfficer, "PD"), (Role::TechTransfer, "fudan")]
    {
        let mut other = Browser::of(house, role, place).await;
        assert_eq!(other.open(&case.address).await.status, 404, "{place}");
        let found = other.open(&format!("/consultations?queue=all&number={number}")).await;
        assert!(!found.html.contains("可降解封堵器"), "{}", found.html);
    }
    let mut anybody = Browser::new(house);
    assert!(!anybody.read("/").await.has("nav a[href='/consultations']"));
    for address in ["/consultations/new", "/drafts", "/supervision", &case.address] {
        let page = anybody.open(address).await;
        assert!(!page.html.contains("可降解封堵器") && !page.has(RECORD), "{address}");
    }
    let mut transfer = Browser::of(house, Role::TechTransfer, "fudan").await;
    let ways = transfer.read("/").await;
    assert!(!ways.has("nav a[href='/consultations']") && !ways.has("nav a[href='/drafts']"));
    assert_eq!(transfer.open("/consultations/new").await.status, 404);
    assert_eq!(transfer.open("/supervision").await.status, 404);
}
