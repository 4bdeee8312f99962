//! From a draft to what the network reads, by those who write and those who look it through.

use zhanjian::access::Role;

use super::{
    browser::{Browser, Page},
    consultations::step,
};
use crate::support::{House, on_both_engines};

on_both_engines!(
    a_draft_is_looked_through_and_published,
    a_published_answer_is_revised_and_withdrawn
);

const QUESTION: &str = "可降解封堵器的生物相容性试验能否豁免慢性毒性项目";

const EDITOR: &str = "form.content";

/// Begins a draft; its desk.
async fn begun(author: &mut Browser<'_>, answer: &str) -> Page {
    let page = author.read("/drafts/new").await;
    let fields = [
        ("question", QUESTION),
        ("answer", answer),
        ("regulation", "nmpa-2025-107"),
        ("articles", "第五条、第八条"),
        ("role", "BASIS"),
        ("quote", ""),
        ("areas", "REG-1"),
        ("productKind", "DEVICE"),
    ];
    let desk = author.send(&page, EDITOR, &fields).await;
    assert!(desk.address.starts_with("/drafts/Q"), "{}", desk.html);
    desk
}

/// The same published by a second and a third person: its desk, as the head sees it.
async fn published(house: &House, head: &mut Browser<'_>) -> Page {
    let mut author = Browser::of(house, Role::Staff, "SH-PD").await;
    let mut colleague = Browser::of(house, Role::Staff, "SH-PD").await;
    let desk = begun(&mut author, "应按材料表征与既往数据论证。").await;
    author.send(&desk, &step("submit"), &[]).await;
    let desk = colleague.read(&desk.address).await;
    let desk = colleague.send(&desk, "form.clearing", &[("purpose", "STATION_EXIT")]).await;
    assert!(desk.has(".cleared"), "{}", desk.html);
    let desk = head.read(&desk.address).await;
    let desk = head.send(&desk, &step("publish"), &[("audience", "NETWORK")]).await;
    assert_eq!(desk.text(".state"), "已发布", "{}", desk.html);
    house.settle().await;
    desk
}

async fn a_draft_is_looked_through_and_published(house: &House) {
    house.places().await;
    let mut author = Browser::of(house, Role::Staff, "SH-PD").await;
    let mut colleague = Browser::of(house, Role::Staff, "SH-PD").await;
    let mut stranger = Browser::of(house, Role::Staff, "SH-XH").await;
    let desk = begun(&mut author, "😀请致电021-55550123，按第五条办理。").await;
    let address = desk.address.clone();
    assert_eq!(desk.text("mark.finding"), "021-555501231", "marked with its number: {}", desk.html);
    assert_eq!(desk.attribute("[name='articles']", "value"), "第五条、第八条");
    assert_eq!(stranger.open(&address).await.status, 404);
    assert!(author.read("/drafts").await.text("[aria-labelledby='writing']").contains(QUESTION));

    // More rows for citations can be had, and what was written stays.
    let rows = desk.texts("[name='regulation']").len();
    let desk = author.send(&desk, EDITOR, &[("do", "more"), ("summary", "不能当然豁免")]).await;
    assert!(desk.texts("[name='regulation']").len() >= rows);
    assert_eq!(desk.attribute("[name='summary']", "value"), "不能当然豁免");

    let desk = author.read(&address).await;
    let desk = author.send(&desk, &step("submit"), &[]).await;
    assert_eq!(desk.text(".state"), "审核中", "{}", desk.html);
    // Whoever finds that it tells who asked gives it back.
    let desk = colleague.read(&address).await;
    let telling =
        [("verdict-0", "telling"), ("reason-0", "请删去电话"), ("purpose", "STATION_EXIT")];
    let desk = colleague.send(&desk, "form.clearing", &telling).await;
    assert_eq!(desk.text(".state"), "草稿", "{}", desk.html);
    let desk = author.read(&address).await;
    assert!(desk.text(".notice").contains("请删去电话"), "{}", desk.html);
    let desk = author.send(&desk, EDITOR, &[("answer", "按第五条办理。")]).await;
    assert!(!desk.has("mark.finding"), "{}", desk.html);
    let desk = author.send(&desk, &step("submit"), &[]).await;
    // Whoever wrote it is no second person.
    assert!(!desk.has("form.clearing") && !desk.has(&step("publish")), "{}", desk.html);
}

async fn a_published_answer_is_revised_and_withdrawn(house: &House) {
    house.places().await;
    let mut head = Browser::of(house, Role::Head, "SH-PD").await;
    let mut stranger = Browser::of(house, Role::Staff, "SH-XH").await;
    let desk = published(house, &mut head).await;
    let answer = desk.address.replace("/drafts/", "/answers/");
    let read = stranger.read(&answer).await;
    assert_eq!(read.text("h1"), QUESTION);
    assert!(!read.has(&format!("a[href='{}']", desk.address)), "no way to the desk");
    assert_eq!(stranger.open(&desk.address).await.status, 404);

    let at_home = head.read(&answer).await;
    let desk = head.read(&at_home.link("修订、审核与确认")).await;
    let desk = head.send(&desk, &step("revise"), &[]).await;
    let desk = head.send(&desk, EDITOR, &[("answer", "应论证，并附文献。")]).await;
    assert!(desk.html.contains("另有修订稿"), "{}", desk.html);
    assert!(!stranger.read(&answer).await.html.contains("并附文献"), "not before it is published");
    let desk = head.send(&desk, &step("discard"), &[]).await;
    assert_eq!(desk.address, "/drafts");

    let desk = head.read(&answer.replace("/answers/", "/drafts/")).await;
    let refused = head.send(&desk, &step("supersede"), &[("byId", "SH-PD-NONE")]).await;
    assert!(refused.text("#step-supersede [role='alert']").contains("SH-PD-NONE"));
    let desk = head.send(&refused, &step("withdraw"), &[("reason", "口径有变")]).await;
    assert_eq!(desk.text(".state"), "已撤回", "{}", desk.html);
    house.settle().await;
    assert_eq!(stranger.open(&answer).await.status, 404);
}
