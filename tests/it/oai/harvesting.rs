//! Repositories are harvested as they are: slow, forgetful, broken, hostile, or in order.

use std::time::Duration;

use serde_json::{Value, json};
use tokio::net::TcpListener;
use zhanjian::{
    access::Audience,
    oai::{
        formats::Format,
        harvest::{self, HarvestError, Manner, Order, Report},
    },
    transfer::Tally,
};

use super::{
    asking,
    fake::{Fake, Says, deleted, fault, page, record},
    full, plain, publish, with,
};
use crate::support::{House, on_both_engines};

on_both_engines!(
    records_become_outputs_and_never_double,
    the_next_harvest_begins_where_the_last_one_ended,
    a_clock_that_runs_ahead_does_not_make_us_pass_over_what_comes,
    a_deleted_record_withdraws_only_what_came_from_it,
    what_the_format_does_not_speak_of_stays,
    what_was_withdrawn_here_is_not_brought_back,
    a_harvest_that_was_cut_off_goes_on_where_it_stopped,
    a_token_that_has_expired_begins_the_interval_anew,
    a_busy_repository_is_asked_again_later,
    a_record_with_a_fault_is_refused_and_the_others_are_taken,
    two_repositories_do_each_other_no_harm,
    a_page_full_of_numbers_is_taken,
    what_we_give_out_comes_back_as_it_was,
);

fn order(url: &str) -> Order {
    Order {
        source: url.to_owned(),
        format: Format::DublinCore,
        set: None,
        organization: "demo-biomaterials".to_owned(),
        audience: Audience::Public,
        full: false,
    }
}

/// As patient as a test.
fn manner() -> Manner {
    Manner {
        timeout: Duration::from_secs(2),
        max_bytes: 1 << 20,
        attempts: 3,
        first_wait: Duration::from_millis(10),
        longest_wait: Duration::from_secs(2),
        private_network: false,
    }
}

async fn harvested(house: &House, order: &Order) -> Result<Report, HarvestError> {
    harvest::run(house.db(), &house.clock, order, &manner(), |_| {}).await
}

/// The titles of what anybody sees, in their order.
async fn titles(house: &House) -> Vec<String> {
    let reply = house.anybody().ask("{ researchOutputs(first: 100) { nodes { title } } }").await;
    let mut titles = reply.texts("/researchOutputs/nodes", "/title");
    titles.sort_unstable();
    titles
}

async fn records_become_outputs_and_never_double(house: &House) {
    house.places().await;
    let fake = Fake::new().await;
    let more = "<dc:creator>示例甲</dc:creator><dc:date>2024-05</dc:date>\
                <dc:identifier>https://doi.org/10.5555/ABC</dc:identifier>\
                <dc:identifier>https://repository.example/1</dc:identifier>";
    let both = [record("oai:x:1", "一 &amp; 二", more), record("oai:x:2", "三", "")];
    fake.says([page(&both[..1], Some("t 1&amp;2")), page(&both[1..], None)]);
    let report = harvested(house, &order(&fake.url)).await.unwrap();
    assert_eq!(report.tally, Tally { added: 2, ..Tally::default() });
    assert_eq!(
        fake.asked(),
        ["verb=ListRecords&metadataPrefix=oai_dc", "verb=ListRecords&resumptionToken=t+1%262"]
    );
    let reply = house
        .anybody()
        .ask(
            "{ researchOutputs(first: 9) { nodes { title kind doi publishedOn externalId
                contributors { name } identifiers { scheme value } organization { code } } } }",
        )
        .await;
    let nodes = reply.at("/researchOutputs/nodes").as_array().unwrap();
    let first = nodes.iter().find(|node| node["externalId"] == "oai:x:1").unwrap();
    assert_eq!(first["title"], "一 & 二");
    assert_eq!((&first["kind"], &first["doi"]), (&json!("JOURNAL_ARTICLE"), &json!("10.5555/abc")));
    assert_eq!(first["publishedOn"], "2024-05-01");
    assert_eq!(first["contributors"], json!([{ "name": "示例甲" }]));
    assert_eq!(
        first["identifiers"],
        json!([{ "scheme": "URL", "value": "https://repository.example/1" }])
    );
    assert_eq!(first["organization"]["code"], "demo-biomaterials");
    // The same again, all of it, with one title mended.
    let mended = record("oai:x:2", "叁", "");
    fake.says([page(&[both[0].clone(), mended], None)]);
    let again = Order { full: true, ..order(&fake.url) };
    let report = harvested(house, &again).await.unwrap();
    assert_eq!(report.tally, Tally { updated: 1, unchanged: 1, ..Tally::default() });
    assert_eq!(titles(house).await, ["一 & 二", "叁"]);
    house.settle().await;
    let found = house.ask("{ search(query: \"叁\") { totalCount } }").await;
    assert_eq!(found.at("/search/totalCount"), 1);
}

async fn the_next_harvest_begins_where_the_last_one_ended(house: &House) {
    house.places().await;
    let fake = Fake::new().await;
    fake.at("2026-11-22T04:00:00Z");
    fake.says([page(&[record("oai:x:1", "一", "")], None)]);
    harvested(house, &order(&fake.url)).await.unwrap();
    fake.asked();
    fake.at("2026-11-25T00:00:00Z");
    house.clock.advance_days(3);
    fake.says([fault("noRecordsMatch"), fault("noRecordsMatch")]);
    harvested(house, &order(&fake.url)).await.unwrap();
    harvested(house, &order(&fake.url)).await.unwrap();
    assert_eq!(
        fake.asked(),
        [
            "verb=ListRecords&metadataPrefix=oai_dc&from=2026-11-22T03%3A59%3A59Z",
            "verb=ListRecords&metadataPrefix=oai_dc&from=2026-11-24T23%3A59%3A59Z",
        ]
    );
    // A set of it is another harvest; so is a repository that counts by days.
    let set = Order { set: Some("a:b".to_owned()), ..order(&fake.url) };
    fake.granularity("YYYY-MM-DD");
    fake.says([fault("noRecordsMatch"), fault("noRecordsMatch")]);
    harvested(house, &set).await.unwrap();
    harvested(house, &set).await.unwrap();
    assert_eq!(
        fake.asked(),
        [
            "verb=ListRecords&metadataPrefix=oai_dc&set=a%3Ab",
            "verb=ListRecords&metadataPrefix=oai_dc&from=2026-11-24&set=a%3Ab",
        ]
    );
}

async fn a_clock_that_runs_ahead_does_not_make_us_pass_over_what_comes(house: &House) {
    house.places().await;
    let fake = Fake::new().await;
    fake.at("9999-01-01T00:00:00Z");
    fake.says([page(&[record("oai:x:1", "一", "")], None), fault("noRecordsMatch")]);
    harvested(house, &order(&fake.url)).await.unwrap();
    harvested(house, &order(&fake.url)).await.unwrap();
    let before = house.clock.now() - chrono::Duration::seconds(1);
    let from = before.format("%Y-%m-%dT%H%%3A%M%%3A%SZ");
    let asked = fake.asked();
    assert!(asked[1].ends_with(&format!("&from={from}")), "{asked:?}");
}

async fn a_deleted_record_withdraws_only_what_came_from_it(house: &House) {
    house.places().await;
    publish(house, [plain("oai:x:own")]).await;
    let fake = Fake::new().await;
    fake.says([page(&[record("oai:x:1", "一", ""), record("oai:x:2", "二", "")], None)]);
    harvested(house, &order(&fake.url)).await.unwrap();
    fake.says([page(&[deleted("oai:x:1"), deleted("oai:x:own"), deleted("oai:x:never")], None)]);
    let report = harvested(house, &order(&fake.url)).await.unwrap();
    assert_eq!((report.deleted, report.tally), (1, Tally::default()));
    assert_eq!(titles(house).await, ["二", "示例成果 oai:x:own"]);
    // Others who harvest here hear of it.
    let list = asking::harvested(house, "oai_dc", "").await;
    assert_eq!(list.records.values().filter(|record| record.deleted).count(), 1);
    // Told twice, it is withdrawn once; and it comes back when it does there.
    fake.says([page(&[deleted("oai:x:1")], None), page(&[record("oai:x:1", "一", "")], None)]);
    let report = harvested(house, &order(&fake.url)).await.unwrap();
    assert_eq!((report.deleted, report.tally), (0, Tally::default()));
    let report = harvested(house, &order(&fake.url)).await.unwrap();
    assert_eq!(report.tally, Tally { updated: 1, ..Tally::default() });
    assert_eq!(titles(house).await, ["一", "二", "示例成果 oai:x:own"]);
}

async fn what_the_format_does_not_speak_of_stays(house: &House) {
    house.places().await;
    let fake = Fake::new().await;
    fake.says([page(&[record("oai:x:1", "一", "")], None)]);
    harvested(house, &order(&fake.url)).await.unwrap();
    // The office adds by file what a repository cannot say.
    let added = json!({
        "title": "一", "abstract": "示例摘要", "kind": "JOURNAL_ARTICLE", "trl": 6, "areas": ["FLD-3-02"],
        "advantages": "更快", "cooperationModes": ["LICENSE"], "audience": "NETWORK",
    });
    publish(house, [with(plain("oai:x:1"), added)]).await;
    fake.says([page(&[record("oai:x:1", "一（修订）", "")], None)]);
    let report = harvested(house, &order(&fake.url)).await.unwrap();
    assert_eq!(report.tally.updated, 1);
    let reply = house
        .member_of(["network"])
        .ask("{ researchOutputs(first: 9) { nodes { title trl advantages cooperationModes audience areas { code } } } }")
        .await;
    let expected = json!([{
        "title": "一（修订）", "trl": 6, "advantages": "更快", "cooperationModes": ["LICENSE"],
        "audience": "NETWORK", "areas": [{ "code": "FLD-3-02" }],
    }]);
    assert_eq!(reply.at("/researchOutputs/nodes"), &expected);
}

async fn what_was_withdrawn_here_is_not_brought_back(house: &House) {
    house.places().await;
    let fake = Fake::new().await;
    fake.says([page(&[record("oai:x:1", "一", "")], None)]);
    harvested(house, &order(&fake.url)).await.unwrap();
    let withdrawn = json!({
        "title": "一", "abstract": "示例摘要", "kind": "JOURNAL_ARTICLE",
        "state": "WITHDRAWN", "withdrawnOn": "2026-11-22", "withdrawalReason": "权属不清",
    });
    publish(house, [with(plain("oai:x:1"), withdrawn)]).await;
    fake.says([page(&[record("oai:x:1", "一", "")], None)]);
    let report = harvested(house, &order(&fake.url)).await.unwrap();
    assert_eq!(report.tally, Tally { kept: 1, ..Tally::default() });
    assert!(titles(house).await.is_empty());
}

async fn a_harvest_that_was_cut_off_goes_on_where_it_stopped(house: &House) {
    house.places().await;
    let fake = Fake::new().await;
    fake.at("2026-11-22T04:00:00Z");
    let one = |number: u32| record(&format!("oai:x:{number}"), &format!("示例 {number}"), "");
    fake.says([page(&[one(1)], Some("two")), Says::Silence]);
    let cut = order(&fake.url);
    let cut = harvested(house, &cut);
    assert!(tokio::time::timeout(Duration::from_millis(1_500), cut).await.is_err(), "it waits");
    assert_eq!(titles(house).await, ["示例 1"], "what had come is there");
    fake.asked();
    fake.at("2026-11-29T04:00:00Z");
    fake.says([page(&[one(2)], Some("three")), page(&[one(3)], None), fault("noRecordsMatch")]);
    let report = harvested(house, &order(&fake.url)).await.unwrap();
    assert!(report.resumed);
    assert_eq!(titles(house).await, ["示例 1", "示例 2", "示例 3"]);
    harvested(house, &order(&fake.url)).await.unwrap();
    assert_eq!(
        fake.asked(),
        [
            "verb=ListRecords&resumptionToken=two",
            "verb=ListRecords&resumptionToken=three",
            // From when the list was begun, not from when it was ended.
            "verb=ListRecords&metadataPrefix=oai_dc&from=2026-11-22T03%3A59%3A59Z",
        ]
    );
}

async fn a_token_that_has_expired_begins_the_interval_anew(house: &House) {
    house.places().await;
    let fake = Fake::new().await;
    let one = |number: u32| record(&format!("oai:x:{number}"), &format!("示例 {number}"), "");
    fake.says([
        page(&[one(1)], Some("two")),
        fault("badResumptionToken"),
        page(&[one(1)], Some("2")),
        page(&[one(2)], None),
    ]);
    let report = harvested(house, &order(&fake.url)).await.unwrap();
    assert_eq!(report.tally, Tally { added: 2, unchanged: 1, ..Tally::default() });
    assert_eq!(
        fake.asked(),
        [
            "verb=ListRecords&metadataPrefix=oai_dc",
            "verb=ListRecords&resumptionToken=two",
            "verb=ListRecords&metadataPrefix=oai_dc",
            "verb=ListRecords&resumptionToken=2",
        ]
    );
    // One that never holds out is given up.
    let pairs = (0..9).flat_map(|_| [page(&[one(1)], Some("again")), fault("badResumptionToken")]);
    fake.says(pairs);
    let full = Order { full: true, ..order(&fake.url) };
    let fault = harvested(house, &full).await.unwrap_err();
    assert!(fault.to_string().contains("tokens expire"), "{fault}");
}

async fn a_busy_repository_is_asked_again_later(house: &House) {
    house.places().await;
    let fake = Fake::new().await;
    let good = || page(&[record("oai:x:1", "一", "")], None);
    let busy = |wait: &str| Says::Status(503, Some(("retry-after", wait.to_owned())));
    fake.says([busy("1"), Says::Bytes(b"<OAI-PMH><responseD".to_vec()), good()]);
    let began = std::time::Instant::now();
    harvested(house, &order(&fake.url)).await.unwrap();
    assert!(began.elapsed() >= Duration::from_secs(1), "it was asked to wait");
    assert_eq!(fake.asked().len(), 3);
    // Three times and no more; and who asks for an hour is left alone.
    fake.says([busy("0"), busy("0"), busy("0"), busy("3600")]);
    let fault = harvested(house, &order(&fake.url)).await.unwrap_err();
    assert!(
        fault.to_string().contains("503") && fault.to_string().contains("3 attempts"),
        "{fault}"
    );
    let fault = harvested(house, &order(&fake.url)).await.unwrap_err();
    assert!(fault.to_string().contains("3600 s"), "{fault}");
    fake.nothing_is_left();
    assert_eq!(titles(house).await, ["一"]);
}

async fn a_record_with_a_fault_is_refused_and_the_others_are_taken(house: &House) {
    house.places().await;
    let fake = Fake::new().await;
    let nameless = record("oai:x:2", " ", "");
    let foreign = "<record><header><identifier>oai:x:3</identifier></header><metadata><mods/></metadata></record>";
    fake.says([page(&[record("oai:x:1", "一", ""), nameless, foreign.to_owned()], None)]);
    let report = harvested(house, &order(&fake.url)).await.unwrap();
    assert_eq!((report.refused, report.tally.added), (2, 1));
    let faults = report.faults.join("\n");
    assert!(faults.contains("oai:x:2, title"), "{faults}");
    assert!(faults.contains("oai:x:3: is not in oai_dc"), "{faults}");
}

async fn two_repositories_do_each_other_no_harm(house: &House) {
    house.places().await;
    let (one, other) = (Fake::new().await, Fake::new().await);
    one.says([page(&[record("oai:x:1", "一", "")], None)]);
    harvested(house, &order(&one.url)).await.unwrap();
    other.says([page(&[deleted("oai:x:1")], None)]);
    let report = harvested(house, &order(&other.url)).await.unwrap();
    assert_eq!(report.deleted, 0);
    assert_eq!(titles(house).await, ["一"]);
    // Nor does one rewrite what came from the other, or what an office brought, though it says the same id.
    publish(house, [plain("oai:x:own")]).await;
    let claimed = [record("oai:x:1", "他人之作", ""), record("oai:x:own", "他人之作", "")];
    other.says([page(&claimed, None), page(&claimed, None)]);
    for _ in 0..2 {
        let report = harvested(house, &order(&other.url)).await.unwrap();
        assert_eq!(report.tally, Tally { kept: 2, ..Tally::default() });
        assert_eq!(report.refused, 0);
        let said = report.faults.join("\n");
        assert!(said.contains("oai:x:own: is here already and did not come"), "{said}");
    }
    assert_eq!(titles(house).await, ["一", "示例成果 oai:x:own"]);
    one.says([page(&[record("oai:x:1", "壹", "")], None)]);
    assert_eq!(harvested(house, &order(&one.url)).await.unwrap().tally.updated, 1);
}

/// As many numbers as no statement takes at once.
async fn a_page_full_of_numbers_is_taken(house: &House) {
    house.places().await;
    let fake = Fake::new().await;
    let patents = |record: usize| -> String {
        let number = |at: usize| {
            format!(
                "<alternateIdentifier alternateIdentifierType='US patent publication'>US{record:02}{at:04}</alternateIdentifier>"
            )
        };
        (0..1_000).map(number).collect()
    };
    let one = |at: usize, numbers: &str| {
        format!(
            "<record><header><identifier>oai:n:{at}</identifier></header><metadata>\
             <resource xmlns='http://datacite.org/schema/kernel-4'><titles><title>示例 {at}</title></titles>\
             <alternateIdentifiers>{numbers}</alternateIdentifiers></resource></metadata></record>"
        )
    };
    let records: Vec<String> = (0..34).map(|at| one(at, &patents(at))).collect();
    let more = one(99, &(patents(99) + &patents(98)));
    fake.says([page(&records, None), page(&[more], None)]);
    let order = Order { format: Format::DataCite, ..order(&fake.url) };
    let manner = Manner { timeout: Duration::from_secs(60), max_bytes: 16 << 20, ..manner() };
    let harvest = async || harvest::run(house.db(), &house.clock, &order, &manner, |_| {}).await;
    let report = harvest().await.unwrap();
    assert_eq!((report.tally.added, report.refused), (34, 0), "{:?}", report.faults);
    // Of a record with more than anybody describes an output by, it is told.
    let report = harvest().await.unwrap();
    assert_eq!((report.tally.added, report.refused), (0, 1));
    assert!(report.faults[0].contains("more than 1000 items"), "{:?}", report.faults);
}

/// A house harvests another one, over the network.
async fn what_we_give_out_comes_back_as_it_was(house: &House) {
    house.places().await;
    let other = House::new(house.engine).await;
    other.places().await;
    publish(&other, (0..120).map(|number| plain(&format!("plain-{number}")))).await;
    publish(&other, [full("full")]).await;
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/oai", listener.local_addr().unwrap());
    let router = other.router.clone();
    let serving = tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
    let order = Order { format: Format::DataCite, ..order(&url) };
    let report = harvested(house, &order).await.unwrap();
    assert_eq!((report.tally.added, report.refused, report.pages), (121, 0, 2));
    const OUTPUTS: &str = "{ researchOutputs(first: 9, filter: { kinds: [PROTOTYPE] }) { nodes { title abstract kind doi
        publishedOn completedOn contributors { name orcid } patents { office applicationNo } trialIds } } }";
    let of = async |house: &House| {
        let reply = house.anybody().ask(OUTPUTS).await;
        let nodes = reply.at("/researchOutputs/nodes").as_array().unwrap().clone();
        nodes.into_iter().find(|node| node["title"] == "示例成果 full").unwrap()
    };
    let (there, here): (Value, Value) = (of(&other).await, of(house).await);
    assert_eq!(there, here);
    // What is taken back there is taken back here.
    other.clock.advance_days(1);
    house.clock.advance_days(1);
    let withdrawn = json!({ "state": "WITHDRAWN", "withdrawnOn": "2026-11-23", "withdrawalReason": "示例原因" });
    publish(&other, [with(plain("plain-7"), withdrawn)]).await;
    let report = harvested(house, &order).await.unwrap();
    assert_eq!((report.deleted, report.tally.unchanged), (1, 120), "all of the last second again");
    assert!(!titles(house).await.contains(&"示例成果 plain-7".to_owned()));
    serving.abort();
    drop(serving.await);
    other.leave().await;
}

#[tokio::test]
async fn what_is_hostile_is_an_error_and_nothing_else() {
    let house = House::new(crate::support::Engine::Sqlite).await;
    house.places().await;
    let frame = |inside: &str| {
        format!("<OAI-PMH><responseDate>2026-11-22T04:00:00Z</responseDate>{inside}</OAI-PMH>")
            .into_bytes()
    };
    let laughs = "<!DOCTYPE l [<!ENTITY a \"ha\"><!ENTITY b \"&a;&a;&a;\">]><OAI-PMH>&b;</OAI-PMH>";
    for (says, expected) in [
        (vec![Says::Bytes(laughs.as_bytes().to_vec())], "entities"),
        (vec![Says::Bytes(frame("<ListRecords>&file;</ListRecords>"))], "entities"),
        (vec![Says::Bytes("<a>".repeat(200_000).into_bytes())], "deeper"),
        (vec![Says::Endless], "larger than the 1048576 bytes"),
        (vec![Says::Silence, Says::Silence, Says::Silence], "3 attempts"),
        (vec![Says::Bytes(b"\xff\xfe".to_vec())], "UTF-8"),
        (vec![Says::Bytes(b"<html></html>".to_vec())], "is this the address"),
        (vec![Says::Bytes(vec![]); 3], "well-formed"),
        (vec![Says::Status(404, None)], "404"),
        (
            vec![Says::Status(302, Some(("location", "http://169.254.169.254/".to_owned())))],
            "leads elsewhere",
        ),
        (
            vec![Says::Status(302, Some(("location", "/oai?again".to_owned()))); 4],
            "from one address to the next",
        ),
        (vec![Says::Bytes(frame("<ListRecords><record/></ListRecords>"))], "no header"),
        (vec![Says::Bytes(frame("<Nonsense/>"))], "none to a question"),
        (vec![fault("badArgument")], "badArgument"),
        (vec![page(&[], Some("t")), page(&[], Some("t"))], "same token"),
        (["a", "b", "a", "b", "a", "b"].map(|token| page(&[], Some(token))).to_vec(), "same token"),
        (
            vec![Says::Bytes(
                format!(
                    "<OAI-PMH xmlns='u:{}'>{}</OAI-PMH>",
                    "x".repeat(500_000),
                    "<b/>".repeat(2_000)
                )
                .into_bytes(),
            )],
            "longer in its namespaces",
        ),
        (
            vec![Says::Bytes(
                b"<OAI-PMH><responseDate>-262143-01-01</responseDate><ListRecords/></OAI-PMH>"
                    .to_vec(),
            )],
            "does not tell its date",
        ),
    ] {
        let fake = Fake::new().await;
        fake.says(says);
        let said = harvested(&house, &order(&fake.url)).await.unwrap_err().to_string();
        assert!(said.contains(expected), "{expected}: {said}");
    }
    for (source, organization) in
        [("ftp://x/", "demo-biomaterials"), ("http://x.example/", "nobody")]
    {
        let order = Order { organization: organization.to_owned(), ..order(source) };
        let fault = harvested(&house, &order).await.unwrap_err();
        assert!(matches!(fault, HarvestError::Order(_)), "{fault}");
    }
    house.leave().await;
}
