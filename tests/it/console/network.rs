//! Reading the network: from a station to its answers, from a list of research to what is taken away, from a regulation to
//! what rests on it.

use axum::{
    body::Body,
    http::{Request, header},
};
use serde_json::{Value, json};
use zhanjian::access::Role;

use super::browser::{Browser, Page};
use crate::support::{House, on_both_engines};

on_both_engines!(
    a_station_shows_what_it_is_good_at_and_by_what_evidence,
    the_map_shows_every_station_and_says_it_in_a_table,
    research_is_narrowed_read_and_taken_away,
    what_is_not_for_everybody_is_in_no_list_and_no_file,
    an_organization_leads_to_what_it_offers,
    organizations_and_resources_are_taken_away_and_told_to_catalogues,
    a_regulation_leads_to_what_acts_on_it_and_what_rests_on_it,
    lists_are_read_page_by_page_and_bad_filters_are_told,
);

fn number(text: &str) -> usize {
    let digits: String = text.chars().filter(char::is_ascii_digit).collect();
    digits.parse().unwrap_or_else(|_| panic!("no number in {text}"))
}

async fn a_station_shows_what_it_is_good_at_and_by_what_evidence(house: &House) {
    house.demo().await;
    let mut browser = Browser::of(house, Role::Staff, "SH-PD").await;
    let directory = browser.read("/stations").await;
    let all = directory.texts(".cards h2").len();
    assert!(all > 5, "{}", directory.html);
    let narrowed = browser.send(&directory, "form.filters", &[("area", "REG-3")]).await;
    let fewer = narrowed.texts(".cards h2").len();
    assert!(fewer > 0 && fewer < all, "{fewer} of {all}");

    let station = browser.read("/stations/SH-PD").await;
    assert!(
        station.has(".numbers tbody tr") && station.has("details .numbers"),
        "{}",
        station.html
    );
    // The answers counted are those that the link finds.
    let counted: Vec<String> = station.texts(".numbers tbody tr:first-child .number-cell");
    let found = browser.read(&station.attribute(".numbers tbody th a", "href")).await;
    assert_eq!(number(&found.text("#total")), number(&counted[1]));
    let all = browser.read(&station.link("条答复")).await;
    assert!(number(&all.text("#total")) > 0);
    // Its own people see what companies asked it, others do not.
    assert!(station.text(".numbers thead").contains("受理咨询"), "{}", station.html);
    let other = Browser::new(house).read("/stations/SH-PD").await;
    assert!(!other.text(".numbers thead").contains("受理咨询"), "{}", other.html);
    assert_eq!(browser.open("/stations/SH-NO").await.status, 404);
}

async fn the_map_shows_every_station_and_says_it_in_a_table(house: &House) {
    house.demo().await;
    let mut browser = Browser::of(house, Role::MunicipalOfficer, "").await;
    let map = browser.read("/stations/map").await;
    let stations = map.texts("svg.heat .column").len();
    assert!(stations > 5 && map.has("svg.heat[role='img'][aria-label]"), "{}", map.html);
    let rows = map.texts("details .numbers tbody tr").len();
    let drawn = map.texts("svg.heat rect").len();
    assert_eq!(drawn, rows * stations, "a square for each cell of the table");
    assert!(map.has("#gaps"), "gaps are named to who may read reports");
    let found = browser.read(&map.attribute("details td a", "href")).await;
    assert_eq!(number(&found.text("#total")), number(&map.text("details td a")));
    assert!(!Browser::new(house).read("/stations/map").await.has("#gaps"));
    let nobody_had_asked = browser.read("/stations/map?from=1990-01-01&to=1990-01-02").await;
    assert_eq!(nobody_had_asked.attribute("#from", "value"), "1990-01-01");
    let odd = browser.open("/stations/map?from=then").await;
    assert_eq!(odd.status, 400);
}

async fn research_is_narrowed_read_and_taken_away(house: &House) {
    house.demo().await;
    let mut browser = Browser::of(house, Role::Staff, "SH-PD").await;
    let list = browser.read("/research").await;
    let all = number(&list.text("#total"));
    let narrowed = browser.send(&list, "form.filters", &[("kind", "PATENT")]).await;
    let patents = number(&narrowed.text("#total"));
    assert!(patents > 0 && patents < all, "{patents} of {all}");
    assert!(narrowed.texts(".rows .facts").iter().all(|it| it.contains("专利")));

    // The file has what the list has.
    let file = fetched(&mut browser, &narrowed.link("CSV")).await;
    let lines = file.lines().filter(|line| !line.is_empty()).count();
    assert!(lines > patents, "{lines} lines for {patents} patents");
    let output = browser.read(&narrowed.attribute(".rows h3 a", "href")).await;
    let title = output.text("h1");
    assert!(output.has(".about") && !title.is_empty());
    let cited = fetched(&mut browser, &output.link("RIS")).await;
    assert!(cited.contains("TY  -") && cited.contains(&title), "{cited}");
    let nothing = browser.open("/download/nothing").await;
    assert_eq!((nothing.status.as_u16(), nothing.has("h1")), (404, true));
    assert_eq!(browser.open("/research/nothing").await.status, 404);
}

/// What is in a file that is taken away.
async fn fetched(browser: &mut Browser<'_>, address: &str) -> String {
    let request = Request::get(address).body(Body::empty()).unwrap();
    let reply = browser.ask(request).await;
    assert_eq!(reply.status, 200, "{address}: {}", reply.text);
    let disposition = reply.headers[header::CONTENT_DISPOSITION].to_str().unwrap();
    assert!(disposition.starts_with("attachment;"), "{disposition}");
    reply.text
}

async fn what_is_not_for_everybody_is_in_no_list_and_no_file(house: &House) {
    house.demo().await;
    let (mut staff, mut anybody) =
        (Browser::of(house, Role::Staff, "SH-PD").await, Browser::new(house));
    for list in ["/research", "/resources"] {
        let seen = anybody.read(list).await;
        let audiences = seen.texts(".rows .audience");
        assert!(!audiences.is_empty() && audiences.iter().all(|it| it == "公开"), "{audiences:?}");
    }
    let hidden = address_of(&staff.read("/research").await, "站网内部");
    let (there, nowhere) = (anybody.open(&hidden).await, anybody.open("/research/none").await);
    assert_eq!((there.status, there.text("h1")), (nowhere.status, nowhere.text("h1")));
    let internal = staff.read(&hidden).await;
    assert!(!internal.has("link[type='application/ld+json']"), "only public ones have such data");
    let id = hidden.rsplit('/').next().unwrap();
    let file = anybody.open(&format!("/download/research-outputs/{id}?format=ris")).await;
    assert!(!file.html.contains(&internal.text("h1")), "{}", file.html);

    let public = address_of(&anybody.read("/research").await, "公开");
    let page = anybody.read(&public).await;
    let data = page.attribute("link[type='application/ld+json']", "href");
    let reply = anybody.ask(Request::get(&data).body(Body::empty()).unwrap()).await;
    assert_eq!(reply.status, 200, "{data}");
}

/// The address of the first of a list that is for an audience.
fn address_of(list: &Page, audience: &str) -> String {
    let document = scraper::Html::parse_document(&list.html);
    let parsed = |selector: &str| scraper::Selector::parse(selector).unwrap();
    let found = document.select(&parsed(".rows > li")).find(|it| {
        let said: String = it.select(&parsed(".audience")).flat_map(|it| it.text()).collect();
        said == audience
    });
    let found = found.unwrap_or_else(|| panic!("nothing for {audience} in {}", list.html));
    let link = found.select(&parsed("h3 a, h2 a")).next().unwrap();
    link.value().attr("href").unwrap().to_owned()
}

async fn an_organization_leads_to_what_it_offers(house: &House) {
    house.demo().await;
    let mut browser = Browser::of(house, Role::Staff, "SH-PD").await;
    let list = browser.read("/organizations").await;
    let hospitals = browser.send(&list, "form.filters", &[("type", "HOSPITAL")]).await;
    assert!(hospitals.texts(".rows .facts").iter().all(|it| it.contains("医院")));
    let output = browser.read("/research").await.attribute(".rows .facts a", "href");
    let organization = browser.read(&output).await;
    assert!(output.starts_with("/organizations/") && organization.has("#outputs"));
    let resources = browser.read("/resources").await;
    let resource = browser.read(&resources.attribute(".rows h2 a", "href")).await;
    let owner = browser.read(&resource.attribute(".facts a", "href")).await;
    assert!(owner.html.contains(&resource.text("h1")), "{}", owner.html);
    assert_eq!(browser.open("/organizations/nobody").await.status, 404);
    assert_eq!(browser.open("/resources/nothing").await.status, 404);
}

async fn organizations_and_resources_are_taken_away_and_told_to_catalogues(house: &House) {
    house.demo().await;
    let (mut staff, mut anybody) =
        (Browser::of(house, Role::Staff, "SH-PD").await, Browser::new(house));

    // A file has what its list has, and what the list counts.
    let list = anybody.read("/organizations?type=HOSPITAL").await;
    let file = fetched(&mut anybody, &list.link("JSON Lines")).await;
    let rows: Vec<Value> = file.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(rows.len(), number(&list.text("section > .quiet")), "{file}");
    assert!(rows.iter().all(|row| row["type"] == "HOSPITAL"), "{file}");
    let list = staff.read("/resources?accredited=true").await;
    let file = fetched(&mut staff, &list.link("JSON Lines")).await;
    let rows: Vec<Value> = file.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(rows.len(), number(&list.text("section > .quiet")), "{file}");
    let told = |row: &Value| row["accreditation"].is_string() && row.get("audience").is_none();
    assert!(!rows.is_empty() && rows.iter().all(told), "{file}");

    // What only the network sees is in no file of anybody, and no catalogue is told of it.
    let (theirs, ours) = (
        "/download/resources?format=jsonl",
        address_of(&staff.read("/resources").await, "站网内部"),
    );
    let internal = staff.read(&ours).await;
    let name = internal.text("h1");
    assert!(fetched(&mut staff, theirs).await.contains(&name));
    assert!(!fetched(&mut anybody, theirs).await.contains(&name));
    assert!(!internal.has(LINKED_DATA), "{}", internal.html);
    let one = internal.link("CSV");
    assert!(fetched(&mut staff, &one).await.contains(&name));
    assert_eq!(anybody.open(&one).await.status, 404);

    // What everybody sees says of itself what it is, by addresses that lead back to it.
    let public = address_of(&anybody.read("/resources").await, "公开");
    let page = anybody.read(&public).await;
    let data = linked_data(&page);
    assert_eq!((&data["@type"], &data["name"]), (&json!("Service"), &json!(page.text("h1"))));
    assert!(data["url"].as_str().unwrap().ends_with(&public), "{data}");
    let owner = page.attribute(".facts a", "href");
    assert!(data["provider"]["@id"].as_str().unwrap().ends_with(&owner), "{data}");
    let page = anybody.read(&owner).await;
    let data = linked_data(&page);
    assert_eq!(data["name"], page.text("h1"));
    assert_eq!(data["@context"], "https://schema.org");
    assert!(fetched(&mut anybody, &page.link("CSV")).await.contains(&page.text("h1")));

    for (address, status) in [
        ("/download/organizations?format=ris", 400),
        ("/download/organizations?format=csv&kind=HOSPITAL", 400),
        ("/download/organizations?format=csv&type=NOTHING", 400),
        ("/download/organizations/nobody?format=csv", 404),
        ("/download/resources", 400),
        ("/download/resources?format=csv&accredited=maybe", 400),
        ("/download/resources?format=csv&area=NOTHING", 400),
        ("/download/resources/nothing?format=csv", 400),
    ] {
        let page = anybody.open(address).await;
        assert_eq!((page.status.as_u16(), page.has("h1")), (status, true), "{address}");
    }
}

const LINKED_DATA: &str = "script[type='application/ld+json']";

/// What a page says of itself for catalogues.
fn linked_data(page: &Page) -> Value {
    serde_json::from_str(&page.text(LINKED_DATA)).unwrap()
}

async fn a_regulation_leads_to_what_acts_on_it_and_what_rests_on_it(house: &House) {
    house.demo().await;
    let mut browser = Browser::in_english(house);
    let list = browser.read("/regulations").await;
    let found = browser.send(&list, "form[role='search']", &[("q", "医疗器械监督管理条例")]).await;
    assert!(number(&found.text("#total")) > 0, "{}", found.html);
    let page = browser.read("/regulations/sc-739").await;
    assert!(page.text("section[aria-labelledby='coming']").contains("Amended by"), "{}", page.html);
    assert!(page.text("section[aria-labelledby='going']").contains("Replaces"), "{}", page.html);
    let count = number(&page.text("#citing"));
    assert!(count > 0 && page.texts(".latest li").len() <= count, "{}", page.html);
    // The drawing has each of them once, with a line between.
    assert!(page.texts("svg.graph a").len() > 2 && page.texts("svg.graph .act").len() >= 2);
    let before =
        browser.read(&page.attribute("section[aria-labelledby='going'] .chain a", "href")).await;
    assert!(before.has(".law-ended"), "what was replaced is said to be: {}", before.html);
    let then = browser.read("/regulations?on=2019-01-01").await;
    assert!(number(&then.text("#total")) < number(&list.text("#total")));
    assert_eq!(browser.open("/regulations/none").await.status, 404);
}

async fn lists_are_read_page_by_page_and_bad_filters_are_told(house: &House) {
    house.demo().await;
    let mut browser = Browser::of(house, Role::Staff, "SH-PD").await;
    let first = browser.read("/research").await;
    let next = browser.read(&first.attribute("a[rel='next']", "href")).await;
    let (one, other) = (first.texts(".rows h3"), next.texts(".rows h3"));
    assert!(!other.is_empty() && one.iter().all(|title| !other.contains(title)));
    let back = browser.read(&next.attribute("a[rel='prev']", "href")).await;
    assert_eq!(back.texts(".rows h3"), one);
    for odd in ["/research?kind=NOTHING", "/research?after=nothing", "/organizations?type=X"] {
        let page = browser.open(odd).await;
        assert!(page.status == 400 && page.has("[role='alert']"), "{odd}: {}", page.html);
    }
    let written =
        browser.open("/research?organization=%22%3E%3Cscript%3Ealert(1)%3C/script%3E").await;
    assert!(!written.html.contains("<script>alert"), "{}", written.html);
}
