//! Looking after the service: nothing that was typed is lost, no secret goes missing without a word, and whatever there is can
//! be chosen, however much it is.

use zhanjian::{access::Role, organizations::Organizations, regulations::Regulations};

use super::browser::Browser;
use crate::support::{House, on_both_engines};

on_both_engines!(
    a_client_is_made_with_the_bounds_that_were_meant,
    what_was_typed_of_a_member_is_shown_again,
    what_was_typed_of_an_area_is_shown_again,
    what_stands_beyond_the_first_hundred_can_be_chosen,
    a_key_with_a_slash_leads_to_its_page,
);

const CLIENTS: &str = "form[action='/administration/clients']";
const MEMBERS: &str = "form[action='/administration/members'][method='post']";
const TAXONOMY: &str = "form[action='/administration/taxonomy']";

async fn a_client_is_made_with_the_bounds_that_were_meant(house: &House) {
    let mut admin = Browser::of(house, Role::Administrator, "").await;
    let page = admin.read("/administration/clients").await;
    let fields = [("name", "示例门户"), ("scope", "NEEDS"), ("requests", "6O"), ("cost", "500")];
    let refused = admin.send(&page, CLIENTS, &fields).await;
    assert!(refused.has("[role='alert'][data-field='requestsPerMinute']"), "{}", refused.html);
    assert!(!refused.has("tbody tr") && refused.has("#requests[aria-invalid='true']"));
    assert_eq!(refused.attribute("#requests", "value"), "6O");
    assert_eq!(refused.attribute("#name", "value"), "示例门户");
    assert!(refused.has("#scope-NEEDS[checked]"), "{}", refused.html);
    assert!(!refused.has("#scope-READ[checked]"), "{}", refused.html);

    let made = admin.send(&refused, CLIENTS, &[("requests", "60")]).await;
    assert!(
        made.has(".done code") && made.text("tbody td:nth-of-type(3)").contains("60"),
        "{}",
        made.html
    );
    // Whoever presses twice reads the second answer, in which there is no secret.
    let again = admin.send(&refused, CLIENTS, &[("requests", "60")]).await;
    assert!(!again.has(".done code"), "{}", again.html);
    assert!(again.text("[role='status'].notice").contains("更换密钥"), "{}", again.html);
    assert_eq!(again.texts("tbody tr").len(), 1);
    let rotate = "form[action$='/secret']";
    let rotated = admin.send(&again, rotate, &[]).await;
    assert!(rotated.has(".done code"), "{}", rotated.html);
    assert!(admin.send(&again, rotate, &[]).await.has("[role='status'].notice"));
}

async fn what_was_typed_of_a_member_is_shown_again(house: &House) {
    house.places().await;
    let mut admin = Browser::of(house, Role::Administrator, "").await;
    let (login, id) = house.enrolled(Role::Staff, "SH-PD", None).await;
    let page = admin.read("/administration/members").await;
    let station = page.attribute("#new-station option:nth-of-type(3)", "value");
    let fields = [
        ("login", login.as_str()),
        ("name", "示例新同事"),
        ("role", "HEAD"),
        ("station", &station),
        ("undertaking", "2026-01-02"),
    ];
    let refused = admin.send(&page, MEMBERS, &fields).await;
    assert!(refused.has("[role='alert']"), "somebody has that login: {}", refused.html);
    assert_eq!(refused.attribute("#new-station option[selected]", "value"), station);
    assert_eq!(refused.attribute("#new-role option[selected]", "value"), "HEAD");
    assert_eq!(refused.attribute("#new-undertaking", "value"), "2026-01-02");
    let taken = admin.send(&refused, MEMBERS, &[("login", "another-login")]).await;
    assert!(taken.has(".done code"), "{}", taken.html);
    let again = admin.send(&refused, MEMBERS, &[("login", "another-login")]).await;
    assert!(again.text("[role='status'].notice").contains("重置密码"), "{}", again.html);
    assert!(again.text("h1").contains("示例新同事") && !again.has(".done code"));

    // Somebody else is faster.
    let address = format!("/administration/members/{id}");
    let seen = admin.read(&address).await;
    let suspension = [("reason", "请长假")];
    let suspended = admin.send(&seen, "form[action$='/suspension']", &suspension).await;
    assert!(suspended.html.contains("请长假"), "{}", suspended.html);
    let leaving = "form[action$='/leaving']";
    let refused = admin.send(&seen, leaving, &[("reason", "调往外地")]).await;
    assert!(refused.has("[data-code='CONFLICT']") && refused.has(".notice"), "{}", refused.html);
    assert_eq!(refused.attribute("#left-reason", "value"), "调往外地");
    assert!(refused.has("details[open] #left-reason"), "{}", refused.html);
    let left = admin.send(&refused, leaving, &[]).await;
    assert!(left.html.contains("调往外地") && !left.has("[role='alert']"), "{}", left.html);
}

async fn what_was_typed_of_an_area_is_shown_again(house: &House) {
    house.places().await;
    let mut admin = Browser::of(house, Role::Administrator, "").await;
    let page = admin.read("/administration/taxonomy").await;
    let known = page.text(".tree summary code");
    let parent = page.attribute("#parent option:nth-of-type(2)", "value");
    let fields = [
        ("code", known.as_str()),
        ("parent", &parent),
        ("zh", "示例方向"),
        ("aliases", "示例别名；另一别名"),
    ];
    let refused = admin.send(&page, TAXONOMY, &fields).await;
    assert!(refused.has("[role='alert']"), "there is such a code: {}", refused.html);
    assert_eq!(refused.attribute("#parent option[selected]", "value"), parent);
    assert_eq!(refused.attribute("#zh", "value"), "示例方向");
    assert_eq!(refused.attribute("#aliases", "value"), "示例别名；另一别名");

    let change = page.attribute(".tree form", "action");
    let change = format!("form[action='{change}']");
    let later = admin.read("/administration/taxonomy").await;
    let changed = admin.send(&page, &change, &[("zh", "先改的名称")]).await;
    assert!(changed.html.contains("先改的名称"), "{}", changed.html);
    let refused = admin.send(&later, &change, &[("zh", "后改的名称")]).await;
    assert!(refused.has("[data-code='CONFLICT']") && refused.has(".notice"), "{}", refused.html);
    let field = format!("details[open] {change} [name='zh']");
    assert_eq!(refused.attribute(&field, "value"), "后改的名称");
    let changed = admin.send(&refused, &change, &[]).await;
    assert!(changed.html.contains("后改的名称") && !changed.has("[role='alert']"));
}

async fn what_stands_beyond_the_first_hundred_can_be_chosen(house: &House) {
    house.places().await;
    let many =
        (1..=130).map(|it| format!("zz-{it:03},示例规定第{it}号,CN,2020-01-01,2020-01-01\n"));
    let file = format!("key,title,region,issuedOn,effectiveOn\n{}", many.collect::<String>());
    house.import(&Regulations, "regulations.csv", file).await;
    let many = (1..=130).map(|it| format!("zz-{it:03},示例单位{it},ENTERPRISE\n"));
    let file = format!("code,name,type\n{}", many.collect::<String>());
    house.import(&Organizations, "organizations.csv", file).await;

    let mut municipal = Browser::of(house, Role::MunicipalOfficer, "").await;
    let page = municipal.read("/supervision/law/relation").await;
    assert!(page.texts("#laws option").len() > 130, "{}", page.texts("#laws option").len());
    let fields = [
        ("do", "preview"),
        ("from", "《示例规定第130号》"),
        ("kind", "REPLACES"),
        ("to", "示例规定第1号"),
        ("scope", "FULL"),
    ];
    let preview = municipal.send(&page, "form.content", &fields).await;
    assert!(preview.has(".preview") && !preview.has("[role='alert']"), "{}", preview.html);

    let mut staff = Browser::of(house, Role::Staff, "SH-PD").await;
    let page = staff.read("/drafts/new").await;
    assert!(page.texts("#laws option").len() > 130, "{}", page.html);

    let mut admin = Browser::of(house, Role::Administrator, "").await;
    let page = admin.read("/administration/members").await;
    let offices = page.texts("#new-organization option");
    assert!(offices.iter().any(|it| it == "示例单位130"), "{}", offices.len());
}

async fn a_key_with_a_slash_leads_to_its_page(house: &House) {
    let file =
        "key,title,region,issuedOn,effectiveOn\nYY/T 0316,示例行业标准,CN,2020-01-01,2020-01-01\n";
    house.import(&Regulations, "regulations.csv", file).await;
    let mut browser = Browser::new(house);
    let list = browser.read("/regulations").await;
    let page = browser.read(&list.link("示例行业标准")).await;
    assert!(page.text("h1").contains("示例行业标准"), "{}", page.html);
}
