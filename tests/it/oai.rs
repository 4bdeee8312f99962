//! Others harvest here what anybody may read, and follow the pages of research outputs.

use std::collections::BTreeMap;

use axum::{
    body::Body,
    http::{Request, StatusCode, header},
};
use serde_json::{Value, json};
use zhanjian::{
    access::Audience,
    research::ResearchOutputs,
    xml::{Bounds, Element},
};

use crate::support::{House, Reply, on_both_engines};

pub mod asking;
mod fake;
mod harvesting;
mod landing;

use asking::{List, harvested, oai};

on_both_engines!(
    a_repository_introduces_itself,
    every_fault_has_its_code,
    a_list_in_parts_is_whole_and_in_order,
    only_what_anybody_may_read_is_harvested,
    an_embargo_ends_with_the_stamp_of_its_day,
    what_was_public_stays_as_a_deleted_record,
    an_embargo_set_anew_deletes_until_its_day,
    formats_hold_what_they_can,
    signs_that_xml_cannot_hold_are_left_out,
);

/// Takes research outputs of the sample organization in, for everybody where a row does not say otherwise.
pub async fn publish(house: &House, rows: impl IntoIterator<Item = Value>) {
    let lines: Vec<String> = rows.into_iter().map(|row| row.to_string()).collect();
    let kind = ResearchOutputs { audience: Some(Audience::Public), ..ResearchOutputs::default() };
    house.import(&kind, "outputs.jsonl", lines.join("\n")).await;
}

/// A research output with nothing special about it.
pub fn plain(id: &str) -> Value {
    json!({
        "externalId": id,
        "organization": "demo-biomaterials",
        "title": format!("示例成果 {id}"),
        "abstract": "一种示例材料的制备方法",
        "kind": "DATASET",
    })
}

pub fn with(row: Value, fields: Value) -> Value {
    let mut row = row;
    for (name, value) in fields.as_object().unwrap() {
        row[name] = value.clone();
    }
    row
}

async fn a_repository_introduces_itself(house: &House) {
    house.places().await;
    let said = oai(house, "verb=Identify").await;
    let identify = said.first("Identify").unwrap();
    let text = |name: &str| identify.first(name).unwrap().trimmed().to_owned();
    assert_eq!(text("protocolVersion"), "2.0");
    assert_eq!(text("deletedRecord"), "persistent");
    assert_eq!(text("granularity"), "YYYY-MM-DDThh:mm:ssZ");
    assert_eq!(text("baseURL"), "http://127.0.0.1:8080/oai");
    assert_eq!(text("earliestDatestamp"), "2026-11-22T04:00:00Z");
    let formats = oai(house, "verb=ListMetadataFormats").await;
    let formats: Vec<String> = formats
        .first("ListMetadataFormats")
        .unwrap()
        .all("metadataFormat")
        .map(|format| format.first("metadataPrefix").unwrap().trimmed().to_owned())
        .collect();
    assert_eq!(formats, ["oai_dc", "oai_datacite"]);
    publish(house, [plain("a")]).await;
    let sets = oai(house, "verb=ListSets").await;
    let sets: Vec<String> = sets
        .first("ListSets")
        .unwrap()
        .all("set")
        .map(|set| set.first("setSpec").unwrap().trimmed().to_owned())
        .collect();
    assert!(sets.contains(&"kind:DATASET".to_owned()), "{sets:?}");
    assert!(sets.contains(&"organization:demo-biomaterials".to_owned()), "{sets:?}");
    assert_eq!(sets.iter().filter(|set| set.starts_with("organization:")).count(), 1);
}

async fn every_fault_has_its_code(house: &House) {
    house.places().await;
    let fault = async |parameters: &str| {
        let said = oai(house, parameters).await;
        let fault = said.first("error").unwrap_or_else(|| panic!("{parameters}: {said:?}"));
        fault.attribute("code").unwrap().to_owned()
    };
    assert_eq!(fault("verb=ListRecords&metadataPrefix=oai_dc").await, "noRecordsMatch");
    publish(house, [plain("a")]).await;
    for (parameters, code) in [
        ("", "badVerb"),
        ("verb=ListRecords", "badArgument"),
        ("verb=ListRecords&metadataPrefix=mods", "cannotDisseminateFormat"),
        ("verb=ListRecords&resumptionToken=x", "badResumptionToken"),
        ("verb=ListSets&resumptionToken=x", "badResumptionToken"),
        ("verb=ListRecords&metadataPrefix=oai_dc&set=kind:PATENT", "noRecordsMatch"),
        ("verb=ListRecords&metadataPrefix=oai_dc&set=nowhere", "noRecordsMatch"),
        ("verb=ListRecords&metadataPrefix=oai_dc&set=organization:%27", "noRecordsMatch"),
        ("verb=ListRecords&metadataPrefix=oai_dc&from=2026-11-23", "noRecordsMatch"),
        ("verb=ListRecords&metadataPrefix=oai_dc&until=2026-11-21", "noRecordsMatch"),
        ("verb=GetRecord&metadataPrefix=oai_dc&identifier=x", "idDoesNotExist"),
        (
            "verb=GetRecord&metadataPrefix=oai_dc&identifier=oai:localhost.localdomain:research-output/\
             00000000-0000-0000-0000-000000000000",
            "idDoesNotExist",
        ),
        ("verb=ListMetadataFormats&identifier=x", "idDoesNotExist"),
    ] {
        assert_eq!(fault(parameters).await, code, "{parameters}");
    }
    // A form is as good as an address, and nothing else is.
    let form = |kind: &str| {
        Request::post("/oai")
            .header(header::CONTENT_TYPE, kind)
            .body(Body::from("verb=ListIdentifiers&metadataPrefix=oai_dc"))
            .unwrap()
    };
    let reply = house.send(form("application/x-www-form-urlencoded")).await;
    assert!(reply.text.contains("<ListIdentifiers>"), "{}", reply.text);
    assert_eq!(reply.header("content-type"), "text/xml; charset=utf-8");
    assert_eq!(house.send(form("text/plain")).await.status, StatusCode::UNSUPPORTED_MEDIA_TYPE);
}

async fn a_list_in_parts_is_whole_and_in_order(house: &House) {
    house.places().await;
    // Several at one instant, and some at later ones: more than one page of them.
    publish(house, (0..130).map(|number| plain(&format!("first-{number}")))).await;
    house.clock.advance_days(1);
    publish(house, (0..90).map(|number| plain(&format!("second-{number}")))).await;
    let List { records, parts, size, .. } = harvested(house, "oai_dc", "").await;
    assert_eq!((records.len(), parts, size), (220, 3, Some(220)));
    let stamps: Vec<&String> = records.values().map(|record| &record.datestamp).collect();
    assert_eq!(stamps.iter().filter(|stamp| ***stamp == "2026-11-22T04:00:00Z").count(), 130);
    let later = harvested(house, "oai_dc", "&from=2026-11-23").await;
    assert_eq!((later.records.len(), later.parts, later.size), (90, 1, None));
    let earlier = harvested(house, "oai_dc", "&until=2026-11-22").await;
    assert_eq!((earlier.records.len(), earlier.size), (130, Some(130)));
    let to_the_second = "&from=2026-11-22T04:00:00Z&until=2026-11-22T04:00:00Z";
    assert_eq!(harvested(house, "oai_dc", to_the_second).await.records.len(), 130);
}

async fn only_what_anybody_may_read_is_harvested(house: &House) {
    house.demo().await;
    let shown = house.anybody().ask("{ researchOutputs(first: 100) { nodes { id title } } }").await;
    let mut shown: Vec<String> = shown.texts("/researchOutputs/nodes", "/title");
    shown.sort_unstable();
    let list = harvested(house, "oai_dc", "").await;
    let title = |record: &asking::Record| {
        let metadata = record.metadata.as_ref().unwrap();
        metadata.children[0].first("title").unwrap().trimmed().to_owned()
    };
    let mut listed: Vec<String> = list.records.values().map(title).collect();
    listed.sort_unstable();
    assert_eq!(listed, shown);
    assert!(!listed.is_empty());
    let everything = harvested(house, "oai_datacite", "").await.text;
    for row in crate::support::sample::rows(crate::support::sample::OUTPUTS) {
        if let Some(contact) = row["contact"]["email"].as_str() {
            assert!(!everything.contains(contact), "a contact is let out");
        }
    }
}

async fn an_embargo_ends_with_the_stamp_of_its_day(house: &House) {
    house.places().await;
    publish(house, [with(plain("hidden"), json!({ "embargoUntil": "2026-11-24" }))]).await;
    let nothing = oai(house, "verb=ListRecords&metadataPrefix=oai_dc").await;
    assert_eq!(nothing.first("error").unwrap().attribute("code"), Some("noRecordsMatch"));
    // It is noon in Shanghai; a day later it is the 23rd, another day later the 24th.
    house.clock.advance_days(1);
    let nothing = oai(house, "verb=ListRecords&metadataPrefix=oai_dc").await;
    assert!(nothing.first("error").is_some());
    house.clock.advance_days(1);
    let list = harvested(house, "oai_dc", "&from=2026-11-23T12:00:00Z").await;
    let record = list.records.values().next().unwrap();
    assert_eq!((record.datestamp.as_str(), record.deleted), ("2026-11-23T16:00:00Z", false));
    let identify = oai(house, "verb=Identify").await;
    let earliest = identify.first("Identify").unwrap().first("earliestDatestamp").unwrap();
    assert_eq!(earliest.trimmed(), "2026-11-23T16:00:00Z");
}

async fn what_was_public_stays_as_a_deleted_record(house: &House) {
    house.places().await;
    let secret = json!({ "audience": "NETWORK", "title": "只给网络看的示例成果" });
    publish(house, [plain("kept"), plain("withdrawn"), plain("narrowed")]).await;
    publish(house, [with(plain("never"), secret)]).await;
    let first = harvested(house, "oai_dc", "").await;
    assert_eq!(first.records.len(), 3);
    house.clock.advance_days(1);
    let withdrawn = json!({ "state": "WITHDRAWN", "withdrawnOn": "2026-11-23", "withdrawalReason": "示例原因" });
    let narrowed = json!({ "audience": "PARTNERS" });
    publish(house, [with(plain("withdrawn"), withdrawn), with(plain("narrowed"), narrowed)]).await;
    let gone = harvested(house, "oai_dc", "&from=2026-11-23").await;
    assert_eq!(gone.records.len(), 2);
    for record in gone.records.values() {
        assert!(record.deleted && record.metadata.is_none(), "{record:?}");
        assert_eq!(record.datestamp, "2026-11-23T04:00:00Z");
        assert!(first.records.contains_key(&record.identifier));
        let asked =
            format!("verb=GetRecord&metadataPrefix=oai_dc&identifier={}", record.identifier);
        let said = oai(house, &asked).await;
        let header = said.first("GetRecord").unwrap().first("record").unwrap().first("header");
        assert_eq!(header.unwrap().attribute("status"), Some("deleted"));
    }
    assert!(!gone.text.contains("示例成果"), "{}", gone.text);
    // Years later still.
    house.clock.advance_days(1_000);
    let all = harvested(house, "oai_dc", "").await;
    assert_eq!(all.records.values().filter(|record| record.deleted).count(), 2);
    assert_eq!(all.records.len(), 3);
    // Back again, it is a record as any other, with a new stamp.
    publish(house, [plain("withdrawn")]).await;
    let all = harvested(house, "oai_dc", "").await;
    assert_eq!(all.records.values().filter(|record| record.deleted).count(), 1);
}

async fn an_embargo_set_anew_deletes_until_its_day(house: &House) {
    house.places().await;
    publish(house, [plain("a")]).await;
    house.clock.advance_days(1);
    publish(house, [with(plain("a"), json!({ "embargoUntil": "2026-12-01" }))]).await;
    let record = |list: List| list.records.into_values().next().unwrap();
    let gone = record(harvested(house, "oai_dc", "").await);
    assert_eq!((gone.datestamp.as_str(), gone.deleted), ("2026-11-23T04:00:00Z", true));
    house.clock.advance_days(8);
    let back = record(harvested(house, "oai_dc", "").await);
    assert_eq!((back.datestamp.as_str(), back.deleted), ("2026-11-30T16:00:00Z", false));
    assert_eq!(back.identifier, gone.identifier);
}

/// An output with all that a format could hold.
pub fn full(id: &str) -> Value {
    with(
        plain(id),
        json!({
            "abstract": "第一段 <b>&amp;\n第二段",
            "advantages": "降解更慢",
            "kind": "PROTOTYPE",
            "contributors": [{ "name": "示例甲", "orcid": "0000-0002-1825-0097" }, { "name": "示例乙" }],
            "publishedOn": "2025-06-01",
            "completedOn": "2024-12-31",
            "doi": "10.5555/Example.1",
            "identifiers": [{ "scheme": "ARK", "value": "ark:/12345/x" }],
            "patents": [{ "office": "CN", "applicationNo": "201710601862.3" }],
            "trialIds": ["NCT01234567"],
            "areas": ["FLD-3-02"],
            "contact": { "email": "secret@example.org" },
        }),
    )
}

async fn formats_hold_what_they_can(house: &House) {
    house.places().await;
    publish(house, [full("a")]).await;
    let list = harvested(house, "oai_datacite", "").await;
    let metadata = list.records.values().next().unwrap().metadata.clone().unwrap();
    let resource = metadata.find("http://datacite.org/schema/kernel-4", "resource").unwrap();
    assert_eq!(resource.first("identifier").unwrap().trimmed(), "10.5555/example.1");
    assert_eq!(resource.first("publicationYear").unwrap().trimmed(), "2025");
    assert!(!list.text.contains("secret@example.org"));
    let row = zhanjian::oai::formats::Format::DataCite.read(&metadata).unwrap();
    assert_eq!(row["kind"], "PROTOTYPE");
    assert_eq!(row["abstract"], "第一段 <b>&amp;\n第二段");
    assert_eq!(row["contributors"][0]["orcid"], "0000-0002-1825-0097");
    assert_eq!(
        (&row["publishedOn"], &row["completedOn"]),
        (&json!("2025-06-01"), &json!("2024-12-31"))
    );
    assert_eq!(row["patents"], json!([{ "office": "CN", "applicationNo": "201710601862.3" }]));
    assert_eq!(row["trialIds"], json!(["NCT01234567"]));
    assert!(row["identifiers"].to_string().contains("ark:/12345/x"));
    let list = harvested(house, "oai_dc", "").await;
    let metadata = list.records.values().next().unwrap().metadata.clone().unwrap();
    let row = zhanjian::oai::formats::Format::DublinCore.read(&metadata).unwrap();
    assert_eq!((&row["kind"], &row["doi"]), (&json!("PROTOTYPE"), &json!("10.5555/example.1")));
    assert_eq!(row["publishedOn"], "2025-06-01");
    assert!(!list.text.contains("secret@example.org"));
}

async fn signs_that_xml_cannot_hold_are_left_out(house: &House) {
    house.places().await;
    publish(house, [with(plain("a"), json!({ "title": "一 < 二 & \u{fffe}三\u{ffff}" }))]).await;
    let list = harvested(house, "oai_dc", "").await;
    let record = list.records.values().next().unwrap();
    let title = record.metadata.as_ref().unwrap().children[0].first("title").unwrap();
    assert_eq!(title.text, "一 < 二 & 三");
}

/// How a document is read in a test.
pub const BOUNDS: Bounds = Bounds { bytes: 64 << 20, depth: 32, elements: 1_000_000 };

/// What a reply holds.
pub fn document(reply: &Reply) -> Element {
    assert_eq!(reply.status, StatusCode::OK, "{}", reply.text);
    zhanjian::xml::read(reply.text.as_bytes(), BOUNDS).unwrap_or_else(|fault| panic!("{fault}"))
}

/// Records by identifier.
pub type Records = BTreeMap<String, asking::Record>;
