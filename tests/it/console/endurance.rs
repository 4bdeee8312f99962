//! What the pages bear: addresses and forms beyond all measure, and a sign-in that ends while somebody writes.

use axum::http::StatusCode;
use serde_json::{Value, json};
use zhanjian::access::Role;

use super::browser::Browser;
use crate::support::{House, on_both_engines};

on_both_engines!(
    an_address_is_repeated_within_bounds,
    a_form_has_as_many_fields_as_ours_and_no_more,
    what_was_written_is_not_lost_when_the_sign_in_has_ended,
    a_text_keeps_its_lines,
);

async fn an_address_is_repeated_within_bounds(house: &House) {
    house.demo().await;
    let mut browser = Browser::new(house);
    let plain = browser.read("/?q=%E6%B3%A8%E5%86%8C").await;
    assert!(plain.has(".facet a"), "there is something to repeat it");
    for more in
        ["&a=1".repeat(10_000), "&sort=x".repeat(8_000), format!("&x={}", "y".repeat(50_000))]
    {
        let page = browser.open(&format!("/?q=%E6%B3%A8%E5%86%8C{more}")).await;
        assert!(
            page.html.len() < 2 * plain.html.len(),
            "{} bytes for {}",
            page.html.len(),
            &more[..8]
        );
    }
}

async fn a_form_has_as_many_fields_as_ours_and_no_more(house: &House) {
    house.places().await;
    let mut browser = Browser::new(house);
    let seal = browser.read("/similar").await.attribute("[name='seal']", "value");
    let fields = [("seal", seal.as_str()), ("text", "注册检验")];
    let body = form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
    assert_eq!(
        browser.post("/similar", &format!("{body}{}", "&a".repeat(500))).await.status,
        StatusCode::OK
    );
    let page = browser.post("/similar", &format!("{body}{}", "&a".repeat(400_000))).await;
    assert_eq!(page.status, StatusCode::PAYLOAD_TOO_LARGE);
}

async fn what_was_written_is_not_lost_when_the_sign_in_has_ended(house: &House) {
    house.places().await;
    house
        .answers([
            json!({ "externalId": "a", "question": "样品数量", "answer": "按产品技术要求。" }),
        ])
        .await;
    let mut browser = Browser::of(house, Role::Staff, "SH-PD").await;
    let hit = browser.read("/?q=%E6%A0%B7%E5%93%81").await.attribute(".hit a", "href");
    let answer = browser.read(&hit).await;
    browser.set_cookie("zhanjian-access", None);
    let form = "form[action$='/report']";
    let page = browser.send(&answer, form, &[("text", "引用的条款已经废止。")]).await;
    assert_eq!(page.status, StatusCode::UNAUTHORIZED);
    assert_eq!(page.texts("textarea[readonly]"), ["引用的条款已经废止。"]);
    // Back to where the form was, by signing in as by another language.
    let back: String = form_urlencoded::byte_serialize(hit.as_bytes()).collect();
    assert!(page.has(&format!("a[href='/sign-in?next={back}']")), "{}", page.html);
    let page = browser.send(&page, "form[action='/language']", &[]).await;
    assert_eq!((page.status, page.address.as_str()), (StatusCode::OK, hit.as_str()));
}

async fn a_text_keeps_its_lines(house: &House) {
    house.places().await;
    let clerk = house.signed_in(Role::Staff, "SH-PD").await;
    let mut browser = Browser::of(house, Role::Staff, "SH-PD").await;
    let page = browser.read("/consultations/new").await;
    // As browsers send what was typed.
    let fields = [
        ("text", "第一行\r\n\r\n第二行"),
        ("company", "上海示例医疗科技有限公司"),
        ("contact", "欧阳示例"),
    ];
    let case = browser.send(&page, "form.record", &fields).await;
    assert_eq!(case.status, StatusCode::OK, "{}", case.html);
    let reply = clerk.ask("{ consultations(first: 1) { nodes { text } } }").await;
    let question = reply.body["data"]["consultations"]["nodes"][0]["text"].clone();
    assert_eq!(question, Value::from("第一行\n\n第二行"), "{}", reply.text);
}
