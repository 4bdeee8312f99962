//! From a search to an answer that is used.

use axum::{body::Body, http::Request};
use zhanjian::access::Role;

use super::browser::Browser;
use crate::support::{House, on_both_engines};

on_both_engines!(
    somebody_searches_narrows_and_reads,
    a_search_that_finds_nothing_says_what_to_do,
    what_one_may_not_see_is_on_no_page,
    somebody_rates_an_answer_and_reports_a_fault,
    names_are_suggested_while_one_types,
);

async fn somebody_searches_narrows_and_reads(house: &House) {
    house.demo().await;
    let mut browser = Browser::of(house, Role::Staff, "SH-PD").await;
    let start = browser.read("/").await;
    assert!(start.has(".latest a"), "the latest answers");
    let found = browser.send(&start, "form.search", &[("q", "医疗器械注册人委托生产")]).await;
    let all: u32 = number(&found.text("#total"));
    assert!(all > 1 && found.has(".hit mark") && found.has(".hit .currency"), "{}", found.html);

    // A filter shows beforehand how many there will be, stands in the address, and can be taken back.
    let (label, count) = first_choice(&found, "kind=ANSWERED_QUESTION");
    let narrowed =
        browser.read(&found.attribute("a[href*='kind=ANSWERED_QUESTION']", "href")).await;
    assert_eq!(number(&narrowed.text("#total")), count, "{label}");
    assert!(narrowed.address.contains("kind=ANSWERED_QUESTION"));
    let back = browser.read(&narrowed.attribute(".set a", "href")).await;
    assert_eq!(number(&back.text("#total")), all);

    let answer = browser.read(&narrowed.attribute(".hit h3 a", "href")).await;
    assert!(
        answer.has(".written")
            && answer.has(".citations li")
            && answer.has("h1 + .standing-line .currency")
    );
    assert!(answer.text("#reply").contains("核对至"), "{}", answer.html);
    assert!(answer.text(".cite").contains(&answer.text("h1")));
    let unknown = browser.open("/answers/nothing").await;
    assert_eq!(unknown.status, 404);
}

/// The label and the count of the first value of a filter.
fn first_choice(page: &super::browser::Page, address: &str) -> (String, u32) {
    let text = page.text(&format!(".facet a[href*='{address}']"));
    let (label, count) = text.rsplit_once(' ').unwrap();
    (label.to_owned(), count.parse().unwrap())
}

fn number(text: &str) -> u32 {
    let digits: String = text.chars().filter(char::is_ascii_digit).collect();
    digits.parse().unwrap()
}

async fn a_search_that_finds_nothing_says_what_to_do(house: &House) {
    house.demo().await;
    let mut browser = Browser::new(house);
    let page = browser.read("/?q=zzzzqqqq&kind=STATION").await;
    assert_eq!(number(&page.text("#total")), 0);
    assert!(page.has(".nothing a[href='/?q=zzzzqqqq']"), "without the filters: {}", page.html);
    assert!(page.has(".set a"), "the filter can be taken back");
    // A filter that makes no sense is told, and the way back is there.
    let page = browser.open("/?q=a&currency=NONSENSE").await;
    assert_eq!(page.status, 400);
    assert!(page.has("[role='alert']") && page.has("main a[href='/']"), "{}", page.html);
}

async fn what_one_may_not_see_is_on_no_page(house: &House) {
    house.demo().await;
    let mut staff = Browser::of(house, Role::Staff, "SH-PD").await;
    let found = staff.read("/?q=%E6%B3%A8%E5%86%8C&kind=ANSWERED_QUESTION").await;
    let internal = found.texts(".hit .audience");
    assert!(internal.iter().any(|it| it == "站网内部"), "{internal:?}");
    let mut anybody = Browser::new(house);
    let found = anybody.read("/?q=%E6%B3%A8%E5%86%8C&kind=ANSWERED_QUESTION").await;
    assert!(found.texts(".hit .audience").iter().all(|it| it == "公开"), "{}", found.html);

    let hidden = staff.read("/?q=%E6%B3%A8%E5%86%8C&kind=ANSWERED_QUESTION").await;
    let document = scraper::Html::parse_document(&hidden.html);
    let hits = scraper::Selector::parse(".hit").unwrap();
    let (audience, link) =
        (scraper::Selector::parse(".audience").unwrap(), scraper::Selector::parse("h3 a").unwrap());
    let hidden = document.select(&hits).find(|hit| {
        let said: String = hit.select(&audience).flat_map(|it| it.text()).collect();
        said.contains("站网内部")
    });
    let address = hidden.unwrap().select(&link).next().unwrap().value().attr("href").unwrap();
    let (there, nowhere) = (anybody.open(address).await, anybody.open("/answers/none").await);
    assert_eq!((there.status, there.text("h1")), (nowhere.status, nowhere.text("h1")));
    assert_eq!(staff.open(address).await.status, 200);
}

async fn somebody_rates_an_answer_and_reports_a_fault(house: &House) {
    house.demo().await;
    let mut browser = Browser::of(house, Role::Staff, "SH-XH").await;
    let found = browser
        .read("/?q=%E5%8C%BB%E7%96%97%E5%99%A8%E6%A2%B0&kind=ANSWERED_QUESTION&station=SH-PD")
        .await;
    let address = found.attribute(".hit h3 a", "href");
    let answer = browser.read(&address).await;
    let before = answer.text(".about");
    let rating = format!("form[action='{address}/rating']");
    let rated = browser.send(&answer, &rating, &[("helpful", "yes")]).await;
    assert_eq!(rated.address, address);
    assert_ne!(rated.text(".about"), before, "it counts");
    let report = format!("form[action='{address}/report']");
    let reported = browser.send(&rated, &report, &[("text", "第三条已经修改，请核对。")]).await;
    assert!(!reported.has("[role='alert']"), "{}", reported.html);
    // An empty report is told to be empty, and is not taken.
    let empty = browser.send(&rated, &report, &[("text", " ")]).await;
    assert!(empty.has("[role='alert']"), "{}", empty.html);
    // Who has not signed in is offered neither.
    let anybody = Browser::new(house).open(&address).await;
    assert!(!anybody.has(&rating) && !anybody.has(&report));
}

async fn names_are_suggested_while_one_types(house: &House) {
    house.demo().await;
    let mut browser = Browser::new(house);
    let request = Request::get("/suggestions?q=ylqx").body(Body::empty());
    let reply = browser.ask(request.unwrap()).await;
    let first = &reply.body[0];
    assert!(first["text"].as_str().is_some_and(|it| it.contains("医疗器械")), "{}", reply.text);
    assert!(first["kind"].as_str().is_some_and(|it| !it.is_ascii()), "named for people");
}
