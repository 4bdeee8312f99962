//! A harvester, as simple as one can be.

use axum::{body::Body, http::Request};
use zhanjian::xml::Element;

use super::{Records, document};
use crate::support::House;

/// A record as it came.
#[derive(Debug)]
pub struct Record {
    pub identifier: String,
    pub datestamp: String,
    pub deleted: bool,
    pub metadata: Option<Element>,
}

/// All of a list.
pub struct List {
    pub records: Records,
    pub parts: usize,
    pub size: Option<usize>,
    pub text: String,
}

/// Asks the repository of a house.
pub async fn oai(house: &House, parameters: &str) -> Element {
    let request = Request::get(format!("/oai?{parameters}")).body(Body::empty()).unwrap();
    document(&house.send(request).await)
}

/// Harvests a list to its end, and looks whether it is in order.
pub async fn harvested(house: &House, prefix: &str, more: &str) -> List {
    let mut list = List { records: Records::new(), parts: 0, size: None, text: String::new() };
    let mut asked = format!("verb=ListRecords&metadataPrefix={prefix}{more}");
    let mut last = (String::new(), 0);
    loop {
        let request = Request::get(format!("/oai?{asked}")).body(Body::empty()).unwrap();
        let reply = house.send(request).await;
        let said = document(&reply);
        let records = said.first("ListRecords").unwrap_or_else(|| panic!("{}", reply.text));
        list.text.push_str(&reply.text);
        list.parts += 1;
        for record in records.all("record") {
            let header = record.first("header").unwrap();
            let text = |name: &str| header.first(name).unwrap().trimmed().to_owned();
            let record = Record {
                identifier: text("identifier"),
                datestamp: text("datestamp"),
                deleted: header.attribute("status") == Some("deleted"),
                metadata: record.first("metadata").cloned(),
            };
            assert!(last.0 <= record.datestamp, "out of order");
            last = (record.datestamp.clone(), last.1 + 1);
            let twice = list.records.insert(record.identifier.clone(), record);
            assert!(twice.is_none(), "a record comes twice");
        }
        let Some(token) = records.first("resumptionToken") else { return list };
        let number = |name: &str| token.attribute(name).unwrap().parse::<usize>().unwrap();
        list.size = Some(number("completeListSize"));
        assert_eq!(number("cursor") + records.all("record").count(), last.1);
        if token.trimmed().is_empty() {
            return list;
        }
        asked = format!("verb=ListRecords&resumptionToken={}", token.trimmed());
    }
}
