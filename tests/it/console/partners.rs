//! From what a company looks for to an introduction: partners with their reasons, a need that is looked through and opened,
//! contact that is asked for and given.

use zhanjian::access::Role;

use super::browser::{Browser, Page};
use crate::support::{House, on_both_engines};

on_both_engines!(
    a_need_leads_to_an_introduction,
    who_is_declined_learns_why_and_no_more,
    what_is_offered_leads_to_asking_for_it,
    what_would_tell_who_it_is_for_is_cleared_by_a_second_person,
    what_two_write_at_once_is_kept_and_told,
    whose_it_is_not_is_shown_none_of_it,
);

const TEXT: &str =
    "寻找可降解镁合金接骨螺钉的表面缓蚀涂层技术，希望已有动物试验数据，可许可或合作开发。";

/// The form of a step of the page that is shown.
fn step(page: &Page, step: &str) -> String {
    format!("form[action='{}/{step}']", page.address.split(['#', '?']).next().unwrap())
}

/// A need that was raised and opened by the forms.
async fn opened(browser: &mut Browser<'_>) -> Page {
    let form = browser.read("/needs/new").await;
    let fields = [
        ("kind", "TECHNOLOGY"),
        ("title", "接骨螺钉涂层"),
        ("text", TEXT),
        ("audience", "PARTNERS"),
    ];
    let draft = browser.send(&form, "form[action='/needs']", &fields).await;
    assert!(draft.has(".state.draft"), "{}", draft.html);
    let open = browser.send(&draft, &step(&draft, "open"), &[]).await;
    assert!(open.has("header .state.open"), "{}", open.html);
    open
}

async fn a_need_leads_to_an_introduction(house: &House) {
    house.demo().await;
    let mut staff = Browser::of(house, Role::Staff, "SH-PD").await;
    // The finder shows who fits, and why; what was written stands in no address, and in the form of a need.
    let finder = staff.read("/partners").await;
    let found = staff.send(&finder, "form[action='/partners']", &[("text", TEXT)]).await;
    assert_eq!((found.status.as_u16(), found.address.as_str()), (200, "/partners"));
    assert!(
        found.has(".partner .reasons svg rect") && found.has(".partner h3 mark"),
        "{}",
        found.html
    );
    assert!(found.text(".partner .figures").contains('%'), "{}", found.html);
    assert_eq!(found.text("textarea"), TEXT);

    let address = opened(&mut staff).await.address;
    // The matchmaker proposes pairs a moment later, and one who acts on a pair meanwhile is told that it has changed.
    let mut need = staff.read(&address).await;
    for _ in 0..200 {
        if need.has(".state.proposed") {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        need = staff.read(&address).await;
    }
    // Pairs are taken into closer view, or put aside with a reason.
    let shortlist = need.attribute("form[action$='/shortlist']", "action");
    let need = staff.send(&need, &format!("form[action='{shortlist}']"), &[]).await;
    assert!(need.has("#pairs") && need.has(".state.shortlisted"), "{}", need.html);
    let dismiss = need.attribute("form[action$='/dismiss']", "action");
    let dismiss = format!("form[action='{dismiss}']");
    let need = staff.send(&need, &dismiss, &[("reason", "材料路线不同")]).await;
    assert!(need.html.contains("材料路线不同") && need.has(".state.dismissed"), "{}", need.html);

    // Contact is asked for; without any, what is missing is told and nothing typed is lost.
    let ask = staff.read(&need.attribute("a[href^='/introductions/new']", "href")).await;
    let fields = [("purpose", "TECHNOLOGY_TRANSFER"), ("message", "希望了解涂层的许可条件。")];
    let refused = staff.send(&ask, "form[action='/introductions']", &fields).await;
    assert!(refused.has("[role='alert']"), "{}", refused.html);
    assert_eq!(refused.text("#message"), "希望了解涂层的许可条件。");
    let phone = [("contact-name", "示例询方"), ("contact-phone", "021-66660123")];
    let asked = staff.send(&refused, "form[action='/introductions']", &phone).await;
    assert!(asked.has(".state.requested") && asked.html.contains("021-66660123"), "{}", asked.html);
    assert!(staff.read("/introductions?side=ASKING").await.has("tbody tr"));
    assert!(staff.read(&address).await.has("#introductions"));

    // The organization sees who asks, not how to reach them, until it accepts.
    let code = asked.attribute("a[href^='/organizations/']", "href").replace("/organizations/", "");
    let mut office = Browser::of(house, Role::TechTransfer, &code).await;
    let listed = office.read("/introductions?side=ASKED").await;
    let waiting = office.read(&listed.attribute("tbody th a", "href")).await;
    assert!(!waiting.html.contains("021-66660123"), "{}", waiting.html);
    let waiting = office.send(&waiting, &step(&waiting, "acknowledge"), &[]).await;
    let contact = [("contact-name", "示例成果方"), ("contact-email", "owner@lab.example")];
    let accepted = office.send(&waiting, &step(&waiting, "accept"), &contact).await;
    assert!(accepted.html.contains("021-66660123"), "{}", accepted.html);
    let asked = staff.read(&asked.address).await;
    assert!(asked.html.contains("owner@lab.example"), "{}", asked.html);
    let signed = [("outcome", "CONTRACT_SIGNED")];
    let done = staff.send(&asked, &step(&asked, "outcome"), &signed).await;
    assert!(done.text("#outcomes + ul").contains("已签约"), "{}", done.html);
}

async fn who_is_declined_learns_why_and_no_more(house: &House) {
    house.demo().await;
    let mut staff = Browser::of(house, Role::Staff, "SH-PD").await;
    let finder = staff.read("/partners").await;
    let found = staff.send(&finder, "form[action='/partners']", &[("text", TEXT)]).await;
    let ask = staff.read(&found.attribute("a[href^='/introductions/new']", "href")).await;
    let fields = [
        ("purpose", "TECHNOLOGY_TRANSFER"),
        ("message", "希望了解涂层的许可条件。"),
        ("contact-name", "示例询方"),
        ("contact-phone", "021-66660123"),
    ];
    let asked = staff.send(&ask, "form[action='/introductions']", &fields).await;
    let code = asked.attribute("a[href^='/organizations/']", "href").replace("/organizations/", "");

    let mut office = Browser::of(house, Role::TechTransfer, &code).await;
    let before = too_early(&office.read("/publishing").await);
    let listed = office.read("/introductions?side=ASKED").await;
    let waiting = office.read(&listed.attribute("tbody th a", "href")).await;
    let refused = office.send(&waiting, &step(&waiting, "decline"), &[]).await;
    assert!(refused.has("[role='alert']") && refused.has(".state.requested"), "{}", refused.html);
    let reason = [("reason", "TOO_EARLY"), ("note", "内部：等动物试验做完再谈")];
    let declined = office.send(&refused, &step(&waiting, "decline"), &reason).await;
    assert!(declined.has(".state.declined"), "{}", declined.html);
    assert!(declined.html.contains("内部：等动物试验做完再谈"), "{}", declined.html);
    assert!(!declined.html.contains("021-66660123"), "{}", declined.html);

    // Who asked learns the reason, and neither the note nor whom to call.
    let told = staff.read(&asked.address).await;
    assert!(told.has(".state.declined") && told.html.contains("为时尚早"), "{}", told.html);
    assert!(!told.html.contains("内部：等动物试验") && !told.has("form[action$='/outcome']"));
    // The office finds it among its figures.
    assert_eq!(too_early(&office.read("/publishing").await), before + 1);
}

async fn what_is_offered_leads_to_asking_for_it(house: &House) {
    house.demo().await;
    let mut staff = Browser::of(house, Role::Staff, "SH-PD").await;
    const ASKING: &str = "a[href^='/introductions/new?about=']";
    for (list, entry) in [("/research", ".rows h3 a"), ("/resources", ".rows h2 a")] {
        let address = staff.read(list).await.attribute(entry, "href");
        let page = staff.read(&address).await;
        let ask = staff.read(&page.attribute(ASKING, "href")).await;
        assert!(ask.has("form[action='/introductions']"), "{}", ask.html);
        assert!(ask.text("main").contains(&page.text("h1")), "{}", ask.html);
    }
    // Nobody is led to what they may not do, nor to what is no longer to be had.
    let mut anybody = Browser::new(house);
    let mut office = Browser::of(house, Role::TechTransfer, "demo-univ").await;
    let theirs = staff.read("/research?organization=demo-univ").await;
    let address = theirs.attribute(".rows h3 a", "href");
    let own = office.read(&address.replace("/research/", "/publishing/")).await;
    assert!(staff.read(&address).await.has(ASKING), "{address}");
    assert!(!office.read(&address).await.has(ASKING), "{address}");
    let public = anybody.read("/research").await.attribute(".rows h3 a", "href");
    assert!(!anybody.read(&public).await.has(ASKING), "{public}");
    let in_talks = office.send(&own, &step(&own, "negotiate"), &[]).await;
    assert!(staff.read(&address).await.has(ASKING), "{address}");
    office.send(&in_talks, &step(&in_talks, "transfer"), &[]).await;
    let transferred = staff.read(&address).await;
    assert!(!transferred.has(ASKING), "{}", transferred.html);
}

/// How often an office has declined because it was too early, by its own figures.
fn too_early(figures: &Page) -> usize {
    let said = figures.texts(".ranked li").into_iter().find(|it| it.contains("为时尚早"));
    let digits = |it: String| it.chars().filter(char::is_ascii_digit).collect::<String>();
    said.map_or(0, |it| digits(it).parse().unwrap())
}

async fn what_would_tell_who_it_is_for_is_cleared_by_a_second_person(house: &House) {
    house.demo().await;
    let mut staff = Browser::of(house, Role::Staff, "SH-PD").await;
    let mut head = Browser::of(house, Role::Head, "SH-PD").await;
    let form = staff.read("/needs/new").await;
    let text = "寻找支架涂层技术，联系电话13800138000，希望尽快。";
    let fields = [("kind", "TECHNOLOGY"), ("text", text)];
    let draft = staff.send(&form, "form[action='/needs']", &fields).await;
    assert_eq!(draft.text(".written mark"), "13800138000", "{}", draft.html);
    let refused = staff.send(&draft, &step(&draft, "open"), &[]).await;
    assert!(refused.has("[role='alert']") && refused.has(".state.draft"), "{}", refused.html);

    let seen = head.read(&draft.address).await;
    let cleared = head
        .send(&seen, &step(&seen, "findings"), &[("reason", "示例号码，并非任何企业的电话")])
        .await;
    assert!(!cleared.has(".written mark"), "{}", cleared.html);
    let open = head.send(&cleared, &step(&cleared, "open"), &[]).await;
    assert!(open.has("header .state.open"), "{}", open.html);
}

async fn what_two_write_at_once_is_kept_and_told(house: &House) {
    house.demo().await;
    let mut staff = Browser::of(house, Role::Staff, "SH-PD").await;
    let mut colleague = Browser::of(house, Role::Staff, "SH-PD").await;
    let form = staff.read("/needs/new").await;
    let fields = [("kind", "TECHNOLOGY"), ("text", TEXT), ("audience", "STATION")];
    let draft = staff.send(&form, "form[action='/needs']", &fields).await;
    // Changed by a form in which stands what it said.
    let address = format!("{}/edit", draft.address);
    let save = format!("form[action='{address}']");
    let (mine, theirs) = (staff.read(&address).await, colleague.read(&address).await);
    assert_eq!(mine.text("#text"), TEXT);
    colleague.send(&theirs, &save, &[("title", "先改的标题")]).await;
    let refused = staff.send(&mine, &save, &[("title", "后改的标题")]).await;
    assert!(refused.has("[data-code='CONFLICT']") && refused.has(".notice"), "{}", refused.html);
    assert_eq!(refused.attribute("#title", "value"), "后改的标题");
    let saved = staff.send(&refused, &save, &[]).await;
    assert!(!saved.has("[role='alert']") && saved.html.contains("后改的标题"), "{}", saved.html);
}

async fn whose_it_is_not_is_shown_none_of_it(house: &House) {
    house.demo().await;
    let mut staff = Browser::of(house, Role::Staff, "SH-PD").await;
    let form = staff.read("/needs/new").await;
    let fields = [("kind", "TECHNOLOGY"), ("text", TEXT), ("audience", "STATION")];
    let draft = staff.send(&form, "form[action='/needs']", &fields).await;
    let mut elsewhere = Browser::of(house, Role::Staff, "SH-XH").await;
    assert_eq!(elsewhere.open(&draft.address).await.status, 404);
    let body = "seal=none";
    for address in [format!("{}/open", draft.address), "/needs".into(), "/partners".into()] {
        assert_eq!(elsewhere.post(&address, body).await.status, 403, "{address}");
    }
    let mut office = Browser::of(house, Role::TechTransfer, "demo-univ").await;
    assert_eq!(office.open("/partners").await.status, 403);
    assert!(!office.read("/needs").await.has("a[href='/needs/new']"));
    // Whoever has not signed in is led to the sign-in.
    let mut anybody = Browser::new(house);
    for address in ["/partners", "/needs/new", "/introductions", "/publishing", "/publishing/new"] {
        let page = anybody.open(address).await;
        assert!(page.has("form[action='/sign-in']"), "{address}: {}", page.html);
    }
}
