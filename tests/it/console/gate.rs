//! Coming in: signing in, staying in, going out; and what is kept out.

use std::num::NonZeroU32;

use axum::{
    body::Body,
    http::{Request, StatusCode, header},
};
use serde_json::json;
use zhanjian::{access::Role, http::PeerAddress};

use super::browser::Browser;
use crate::support::{House, Reply, on_both_engines};

on_both_engines!(
    one_signs_in_and_out_by_a_form,
    a_sign_in_goes_on_with_its_refresh_token,
    a_form_from_elsewhere_does_nothing,
    signing_in_leads_nowhere_else,
    the_language_is_the_browser_s_or_the_chosen_one,
    pages_are_dressed_against_attacks,
    what_is_written_is_shown_and_never_run,
    files_are_kept_for_good_and_pages_not_at_all,
    who_asks_too_often_is_told_by_a_page,
);

const PASSWORD: &str = "correct horse battery staple";

async fn one_signs_in_and_out_by_a_form(house: &House) {
    house.places().await;
    let (login, _) = house.enrolled(Role::Staff, "SH-PD", Some(PASSWORD)).await;
    let mut browser = Browser::new(house);

    let refused = browser.sign_in(&login, "something else").await;
    assert!(refused.has("[role='alert']"), "{}", refused.html);
    assert_eq!(refused.attribute("#login", "value"), login, "what was typed is still there");
    assert!(browser.cookie("zhanjian-access").is_none());

    let page = browser.open("/?q=%E6%B3%A8%E5%86%8C").await;
    let before = browser.cookie("zhanjian-forms").unwrap().to_owned();
    let sign_in = browser.read(&page.link("登录")).await;
    let fields = [("login", login.as_str()), ("password", PASSWORD)];
    let page = browser.send(&sign_in, "form[action='/sign-in']", &fields).await;
    assert_eq!((page.status, page.address.as_str()), (StatusCode::OK, "/?q=%E6%B3%A8%E5%86%8C"));
    assert!(page.text(".who").contains("工作站专员"), "{}", page.html);
    assert_ne!(browser.cookie("zhanjian-forms").unwrap(), before, "old forms are good no more");

    let page = browser.send(&page, "form[action='/sign-out']", &[]).await;
    assert!(!page.has(".who") && browser.cookie("zhanjian-access").is_none());
    assert!(browser.cookie("zhanjian-refresh").is_none());
}

async fn a_sign_in_goes_on_with_its_refresh_token(house: &House) {
    house.places().await;
    let (login, _) = house.enrolled(Role::Staff, "SH-PD", Some(PASSWORD)).await;
    let mut browser = Browser::new(house);
    browser.sign_in(&login, PASSWORD).await;
    let (access, refresh) = (
        browser.cookie("zhanjian-access").unwrap().to_owned(),
        browser.cookie("zhanjian-refresh").unwrap().to_owned(),
    );

    // The access token has ended: a picture or a script does not renew it, a page does.
    browser.set_cookie("zhanjian-access", None);
    let beside = Request::get("/suggestions?q=a").header("sec-fetch-dest", "empty");
    browser.ask(beside.body(Body::empty()).unwrap()).await;
    assert_eq!(browser.cookie("zhanjian-refresh").unwrap(), refresh);
    assert!(browser.read("/").await.has(".who"));
    assert_ne!(browser.cookie("zhanjian-access").unwrap(), access);
    let renewed = browser.cookie("zhanjian-refresh").unwrap().to_owned();
    assert_ne!(renewed, refresh);

    // A second tab that comes with the old one at the same time ends nothing.
    browser.set_cookie("zhanjian-access", None);
    browser.set_cookie("zhanjian-refresh", Some(&refresh));
    assert!(browser.read("/").await.has(".who"));
    assert_eq!(browser.cookie("zhanjian-refresh").unwrap(), renewed);

    // What is no token is nobody's.
    browser.set_cookie("zhanjian-access", Some("nonsense"));
    browser.set_cookie("zhanjian-refresh", Some("nonsense"));
    assert!(!browser.read("/").await.has(".who"));
    assert!(browser.cookie("zhanjian-refresh").is_none());
}

async fn a_form_from_elsewhere_does_nothing(house: &House) {
    house.places().await;
    let (login, _) = house.enrolled(Role::Staff, "SH-PD", Some(PASSWORD)).await;
    let mut browser = Browser::new(house);
    let body = |seal: &str| {
        let fields = [("seal", seal), ("login", login.as_str()), ("password", PASSWORD)];
        form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish()
    };
    // Without a seal, with one of another browser, with a damaged one.
    let theirs = Browser::new(house).open("/sign-in").await.attribute("[name='seal']", "value");
    let ours = browser.open("/sign-in").await.attribute("[name='seal']", "value");
    for seal in ["", theirs.as_str(), &ours[1..], "%%%"] {
        let page = browser.post("/sign-in", &body(seal)).await;
        assert_eq!(page.status, StatusCode::FORBIDDEN, "{seal}");
        assert!(browser.cookie("zhanjian-access").is_none());
    }
    // With the right seal, but sent by the page of another site.
    for site in ["cross-site", "same-site"] {
        let request = Request::post("/sign-in")
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .header("sec-fetch-site", site)
            .body(Body::from(body(&ours)));
        let reply = browser.ask(request.unwrap()).await;
        assert_eq!(reply.status, StatusCode::FORBIDDEN);
        assert!(browser.cookie("zhanjian-access").is_none());
    }
    // As another kind of body, or as too large a one.
    let plain = Request::post("/sign-in").header(header::CONTENT_TYPE, "text/plain");
    let reply = browser.ask(plain.body(Body::from(body(&ours))).unwrap()).await;
    assert_eq!(reply.status, StatusCode::UNSUPPORTED_MEDIA_TYPE);
    let large = format!("{}&more={}", body(&ours), "a".repeat(3 << 20));
    assert_eq!(browser.post("/sign-in", &large).await.status, StatusCode::PAYLOAD_TOO_LARGE);
    assert!(browser.cookie("zhanjian-access").is_none());
    // And as it should be.
    assert!(browser.post("/sign-in", &body(&ours)).await.has(".who"));
}

async fn signing_in_leads_nowhere_else(house: &House) {
    house.places().await;
    let (login, _) = house.enrolled(Role::Staff, "SH-PD", Some(PASSWORD)).await;
    for theirs in [
        "https://evil.example/",
        "//evil.example",
        "/\\evil.example",
        "/%09/evil.example\t",
        "javascript:alert(1)",
        "/a\r\nSet-Cookie: a=b",
    ] {
        let mut browser = Browser::new(house);
        let query =
            form_urlencoded::Serializer::new(String::new()).append_pair("next", theirs).finish();
        let page = browser.read(&format!("/sign-in?{query}")).await;
        let next = page.attribute("form[action='/sign-in'] [name='next']", "value");
        assert!(next.starts_with('/') && !next.starts_with("//") && !next.contains('\\'), "{next}");
        // Nor where the form itself was changed.
        let seal = page.attribute("[name='seal']", "value");
        let fields =
            [("seal", seal.as_str()), ("login", &login), ("password", PASSWORD), ("next", theirs)];
        let body = form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
        let request = Request::post("/sign-in")
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .body(Body::from(body));
        let reply = browser.ask(request.unwrap()).await;
        assert_eq!(reply.status, StatusCode::SEE_OTHER);
        let led = reply.headers[header::LOCATION].to_str().unwrap();
        assert!(led == "/" || led.starts_with("/%09"), "{theirs}: {led}");
        assert!(!reply.headers.get_all(header::SET_COOKIE).iter().any(|it| it == "a=b"));
    }
}

async fn the_language_is_the_browser_s_or_the_chosen_one(house: &House) {
    let mut browser = Browser::new(house);
    let page = browser.read("/").await;
    assert_eq!(
        (page.attribute("html", "lang"), page.text("nav a")),
        ("zh-CN".into(), "搜索".into())
    );
    let page = browser.send(&page, "form[action='/language']", &[("language", "en")]).await;
    assert_eq!(
        (page.attribute("html", "lang"), page.text("nav a")),
        ("en".into(), "Search".into())
    );
    assert_eq!(page.headers[header::CONTENT_LANGUAGE], "en");

    let mut english = Browser::in_english(house);
    let page = english.read("/?q=abc").await;
    assert_eq!(page.attribute("html", "lang"), "en");
    let page = english.send(&page, "form[action='/language']", &[("language", "zh-CN")]).await;
    assert_eq!(
        (page.attribute("html", "lang"), page.address.as_str()),
        ("zh-CN".into(), "/?q=abc")
    );
}

async fn pages_are_dressed_against_attacks(house: &House) {
    let mut browser = Browser::new(house);
    for address in ["/", "/?q=a", "/sign-in", "/answers/none", "/nowhere"] {
        let page = browser.open(address).await;
        let policy = page.headers[header::CONTENT_SECURITY_POLICY].to_str().unwrap();
        for rule in
            ["default-src 'none'", "script-src 'self'", "frame-ancestors 'none'", "base-uri 'none'"]
        {
            assert!(policy.contains(rule), "{address}: {policy}");
        }
        assert!(!policy.contains("unsafe"), "{policy}");
        assert_eq!(page.headers[header::X_CONTENT_TYPE_OPTIONS], "nosniff");
        assert_eq!(page.headers[header::CACHE_CONTROL], "no-store", "{address}");
        assert!(
            page.headers[header::CONTENT_TYPE].to_str().unwrap().starts_with("text/html"),
            "{address}"
        );
        assert!(!page.has("[style]") && !page.has("[onclick]"), "{address}");
    }
    let mut fresh = Browser::new(house);
    let reply = fresh.ask(Request::get("/").body(Body::empty()).unwrap()).await;
    for kept in reply.headers.get_all(header::SET_COOKIE) {
        let kept = kept.to_str().unwrap();
        assert!(kept.contains("HttpOnly") && kept.contains("SameSite=Lax"), "{kept}");
    }
    // Programs are told as before that there is nothing.
    let request = Request::get("/nowhere").header(header::ACCEPT, "application/json");
    let reply = house.send(request.body(Body::empty()).unwrap()).await;
    assert_eq!(reply.body["errors"][0]["extensions"]["code"], "NOT_FOUND", "{}", reply.text);
}

async fn what_is_written_is_shown_and_never_run(house: &House) {
    house.places().await;
    const HOSTILE: &str =
        "\"><script>alert(1)</script><img src=x onerror=alert(1)>' onload='alert(1)";
    let row = json!({ "externalId": "hostile", "question": format!("脚本 {HOSTILE}"), "answer":
        format!("答复 {HOSTILE}\n\n[点](javascript:alert(1)) ![x](https://evil.example/x.png) <style>*{{}}</style>") });
    house.answers([row]).await;
    let mut browser = Browser::new(house);
    let query = form_urlencoded::Serializer::new(String::new())
        .append_pair("q", &format!("脚本 {HOSTILE}"))
        .append_pair("area", HOSTILE)
        .append_pair("sort", HOSTILE)
        .finish();
    let reflected = browser.open(&format!("/?{query}")).await;
    let found = browser.read("/?q=%E8%84%9A%E6%9C%AC").await;
    let answer = browser.read(&found.attribute(".hit a", "href")).await;
    assert!(
        answer.text("h1").contains("<script>alert(1)</script>"),
        "it is shown as it was written"
    );
    for page in [reflected, found, answer] {
        let scripts = page.texts("script").concat();
        assert_eq!(scripts, "", "{}", page.html);
        for hostile in ["img", "[onerror]", "[onload]", "style", "a[href^='javascript']"] {
            assert!(!page.has(hostile), "{hostile} in {}", page.html);
        }
    }
}

async fn files_are_kept_for_good_and_pages_not_at_all(house: &House) {
    let mut browser = Browser::new(house);
    let page = browser.read("/").await;
    let style = page.attribute("link[rel='stylesheet']", "href");
    let request = Request::get(&style).header(header::ACCEPT_ENCODING, "identity");
    let reply = browser.ask(request.body(Body::empty()).unwrap()).await;
    assert_eq!(reply.status, StatusCode::OK);
    assert!(reply.headers[header::CACHE_CONTROL].to_str().unwrap().contains("immutable"));
    assert!(reply.headers[header::CONTENT_TYPE].to_str().unwrap().starts_with("text/css"));
    // What once stood under another digest is no longer there, rather than something else.
    let other = style.replacen("/assets/", "/assets/x", 1);
    let reply = browser.ask(Request::get(&other).body(Body::empty()).unwrap()).await;
    assert_eq!(reply.status, StatusCode::NOT_FOUND);
}

async fn who_asks_too_often_is_told_by_a_page(house: &House) {
    house.places().await;
    let door = house.narrow_door(NonZeroU32::new(2).unwrap()).await;
    let ask = async |address: &str, accepts: &str| {
        let request = Request::get(address).header(header::ACCEPT, accepts);
        let mut request = request.body(Body::empty()).unwrap();
        request.extensions_mut().insert(PeerAddress("203.0.113.1:5".parse().unwrap()));
        Reply::to(&door, request).await
    };
    let shown = ask("/", "text/html").await;
    assert_eq!(shown.status, 200, "{}", shown.text);
    let style = shown.text.split('"').find(|part| part.starts_with("/assets/")).unwrap();
    ask("/stations", "text/html").await;

    // On a busy machine there is another turn meanwhile.
    let refused = async |address: &str, accepts: &str| {
        for _ in 0..20 {
            let reply = ask(address, accepts).await;
            if reply.status == 429 {
                return reply;
            }
        }
        panic!("{address} can be asked for as often as one likes");
    };
    for address in ["/", "/stations", "/nowhere", style] {
        let refused = refused(address, "text/html,*/*;q=0.8").await;
        assert!(refused.header("retry-after").parse::<u32>().unwrap() >= 1);
        if address != style {
            assert!(
                refused.text.contains("<h1>") && refused.text.contains("/assets/"),
                "{address}"
            );
        }
    }
    // A program is told as programs are.
    assert_eq!(refused(style, "*/*").await.code(), "RATE_LIMITED");
}
