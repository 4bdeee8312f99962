//! The table of rights, as whoever signs in reads it.

use std::fmt::Write as _;

use serde_json::Value;
use zhanjian::access::Role;

use crate::{
    accounts::portal,
    support::{House, Member, on_both_engines},
};

on_both_engines!(everybody_reads_their_column_of_the_table);

/// One of each standing, in the order of the table. They belong to Pudong, where they belong anywhere.
pub async fn everybody(house: &House) -> [(&'static str, Member<'_>); 8] {
    [
        ("anonymous", house.anybody()),
        ("portal", portal(house).await),
        ("staff", house.signed_in(Role::Staff, "SH-PD").await),
        ("head", house.signed_in(Role::Head, "SH-PD").await),
        ("district", house.signed_in(Role::DistrictOfficer, "PD").await),
        ("municipal", house.signed_in(Role::MunicipalOfficer, "").await),
        ("transfer", house.signed_in(Role::TechTransfer, "demo-univ").await),
        ("admin", house.signed_in(Role::Administrator, "").await),
    ]
}

/// A table with a row for each thing to do and a column for each standing.
pub fn table(rows: &[(String, Vec<String>)]) -> String {
    let standings =
        ["anonymous", "portal", "staff", "head", "district", "municipal", "transfer", "admin"];
    let mut table = String::new();
    let header = ("".to_owned(), standings.map(str::to_owned).to_vec());
    for (name, cells) in std::iter::once(&header).chain(rows) {
        let mut line = format!("{name:34}");
        cells.iter().for_each(|cell| write!(line, "{cell:16}").unwrap());
        table += line.trim_end();
        table.push('\n');
    }
    table
}

async fn everybody_reads_their_column_of_the_table(house: &House) {
    house.places().await;
    let types = house
        .ask("{ __type(name: \"Action\") { enumValues { name } } }")
        .await
        .texts("/__type/enumValues", "/name");
    let mut rows: Vec<(String, Vec<String>)> =
        types.into_iter().map(|action| (action, Vec::new())).collect();
    for (_, member) in everybody(house).await {
        let reply = member.ask("{ viewer { rights { action reach } } }").await;
        let rights = reply.at("/viewer/rights").as_array().unwrap();
        for (action, cells) in &mut rows {
            let right = rights.iter().find(|right| right["action"] == action.as_str());
            let cell = match right.map(|right| right["reach"].as_str().unwrap()) {
                None => "-",
                Some("YES") => "Y",
                Some("OWN") => "own",
                Some("DISTRICT") => "district",
                Some("ESCALATED") => "escalated",
                Some(other) => panic!("{other}"),
            };
            cells.push(cell.to_owned());
        }
    }
    insta::assert_snapshot!(table(&rows), @"
                                      anonymous       portal          staff           head            district        municipal       transfer        admin
    READ_PUBLIC                       Y               Y               Y               Y               Y               Y               Y               Y
    READ_PARTNERS                     -               Y               Y               Y               Y               Y               Y               Y
    READ_NETWORK                      -               -               Y               Y               Y               Y               -               -
    READ_DISTRICT                     -               -               own             own             district        Y               -               -
    READ_CONSULTATION                 -               own             own             own             escalated       escalated       -               -
    RECORD_CONSULTATION               -               own             Y               Y               Y               -               -               -
    HANDLE_CONSULTATION               -               -               own             own             escalated       escalated       -               -
    RELAY_ASKER                       -               own             own             own             -               -               -               -
    ESCALATE_TO_DISTRICT              -               -               own             own             -               -               -               -
    ESCALATE_TO_MUNICIPAL             -               -               -               -               district        -               -               -
    REFER_NATIONAL                    -               -               -               -               -               Y               -               -
    DRAFT_ANSWER                      -               -               Y               Y               Y               Y               -               -
    REVIEW_ANSWER                     -               -               -               own             district        Y               -               -
    CHECK_DEIDENTIFICATION            -               -               Y               Y               Y               Y               -               -
    WIDEN_ANSWER                      -               -               -               -               district        Y               -               -
    WITHDRAW_ANSWER                   -               -               -               own             district        Y               -               Y
    PROPOSE_REGULATION                -               -               Y               Y               Y               Y               -               Y
    DECIDE_REGULATION                 -               -               -               -               -               Y               -               Y
    CONFIRM_ANSWER                    -               -               -               -               district        Y               -               -
    REUSE_ANSWER                      -               -               Y               Y               Y               Y               -               -
    RATE_ANSWER                       -               Y               Y               Y               Y               Y               -               -
    WRITE_RESEARCH_OUTPUT             -               -               -               -               -               -               own             -
    RAISE_NEED                        -               own             Y               Y               Y               Y               -               -
    SEE_OWN_MATCHES                   -               -               -               -               -               -               own             -
    ASK_INTRODUCTION                  -               Y               Y               Y               Y               -               -               -
    ANSWER_INTRODUCTION               -               -               -               -               -               -               own             -
    READ_REPORTS                      -               -               own             own             district        Y               own             -
    KEEP_REGISTER                     -               -               -               own             district        Y               -               Y
    KEEP_STATION                      -               -               -               own             district        Y               -               Y
    KEEP_CLIENTS                      -               -               -               -               -               -               -               Y
    KEEP_TAXONOMY                     -               -               -               -               -               -               -               Y
    READ_AUDIT_LOG                    -               -               -               -               district        Y               -               Y
    ");
}

/// What came of a request: `ok`, the code of a fault of the form, or the code of an error.
pub fn heard(reply: &crate::support::Reply) -> String {
    if reply.body.get("errors").is_some() {
        return reply.code().to_owned();
    }
    let payload = reply.data().as_object().unwrap().values().next().unwrap();
    match payload.get("userErrors").and_then(Value::as_array).and_then(|errors| errors.first()) {
        Some(error) => error["code"].as_str().unwrap().to_owned(),
        None => "ok".to_owned(),
    }
}
