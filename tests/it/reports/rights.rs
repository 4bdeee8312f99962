//! Who may read which report, and what its rows show to whom.

use std::fmt::Write as _;

use axum::{body::Body, http::Request};
use serde_json::{Value, json};

use super::{numbers, report};
use crate::{
    consultations::work::Desk,
    support::{House, Member, Reply, on_both_engines},
};

on_both_engines!(everybody_reads_the_reports_that_are_theirs, rows_open_no_case);

async fn everybody_reads_the_reports_that_are_theirs(house: &House) {
    house.places().await;
    let desk = Desk::of(house).await;
    let anybody = house.anybody();
    let viewers: [(&str, &Member<'_>); 9] = [
        ("anonymous", &anybody),
        ("portal", &desk.portal),
        ("staff of PD", &desk.staff),
        ("head of PD", &desk.head),
        ("officer of PD", &desk.district),
        ("officer of XH", &desk.other_district),
        ("municipal", &desk.municipal),
        ("tech transfer", &desk.transfer),
        ("administrator", &desk.administrator),
    ];
    let wanted: [(&str, Value, &str); 6] = [
        ("all", json!({}), ""),
        ("station PD", json!({ "stations": ["SH-PD"] }), "&station=SH-PD"),
        ("station XH", json!({ "stations": ["SH-XH"] }), "&station=SH-XH"),
        ("both", json!({ "stations": ["SH-PD", "SH-XH"] }), "&station=SH-PD&station=SH-XH"),
        ("district PD", json!({ "districts": ["PD"] }), "&district=PD"),
        ("district XH", json!({ "districts": ["XH"] }), "&district=XH"),
    ];
    let mut table = format!("{:15}", "");
    wanted.iter().for_each(|(name, _, _)| write!(table, "{name:17}").unwrap());
    table = table.trim_end().to_owned() + "\n";
    for (name, member) in viewers {
        let token = if member.id.is_empty() || name == "portal" {
            None
        } else {
            Some(house.session(&member.id).await)
        };
        let mut line = format!("{name:15}");
        for (_, places, parameters) in &wanted {
            let mut input = places.clone();
            input["from"] = json!("2026-01-01");
            input["to"] = json!("2026-12-31");
            let reply = report(member, input, "byStation { station { code } }").await;
            let heard = heard(&reply);
            write!(line, "{heard:17}").unwrap();
            // The sheet is given to whom the report is given.
            let address =
                format!("/reports/assessment.csv?from=2026-01-01&to=2026-12-31{parameters}");
            let request = Request::get(address);
            let request = match &token {
                Some(token) => request.header("authorization", format!("Bearer {token}")),
                None if name == "portal" => continue,
                None => request,
            };
            let sheet = house.send(request.body(Body::empty()).unwrap()).await;
            let expected = match heard.as_str() {
                "UNAUTHENTICATED" => 401,
                "FORBIDDEN" => 403,
                _ => 200,
            };
            assert_eq!(sheet.status, expected, "{name} {parameters} {}", sheet.text);
            if expected != 200 {
                assert_eq!(sheet.code(), heard, "{name} {parameters}");
            }
        }
        table += line.trim_end();
        table.push('\n');
    }
    // Both engines give the same.
    insta::allow_duplicates! {
    insta::assert_snapshot!(table, @r"
                   all              station PD       station XH       both             district PD      district XH
    anonymous      UNAUTHENTICATED  UNAUTHENTICATED  UNAUTHENTICATED  UNAUTHENTICATED  UNAUTHENTICATED  UNAUTHENTICATED
    portal         FORBIDDEN        FORBIDDEN        FORBIDDEN        FORBIDDEN        FORBIDDEN        FORBIDDEN
    staff of PD    SH-PD            SH-PD            FORBIDDEN        FORBIDDEN        FORBIDDEN        FORBIDDEN
    head of PD     SH-PD            SH-PD            FORBIDDEN        FORBIDDEN        FORBIDDEN        FORBIDDEN
    officer of PD  SH-PD            SH-PD            FORBIDDEN        FORBIDDEN        SH-PD            FORBIDDEN
    officer of XH  SH-XH            FORBIDDEN        SH-XH            FORBIDDEN        FORBIDDEN        SH-XH
    municipal      12 stations      SH-PD            SH-XH            SH-PD SH-XH      SH-PD            SH-XH
    tech transfer  FORBIDDEN        FORBIDDEN        FORBIDDEN        FORBIDDEN        FORBIDDEN        FORBIDDEN
    administrator  FORBIDDEN        FORBIDDEN        FORBIDDEN        FORBIDDEN        FORBIDDEN        FORBIDDEN
    ");
    }

    // What is no period or no place is said at its field.
    for (input, field) in [
        (json!({ "from": "2026-02-01", "to": "2026-01-31" }), "to"),
        (json!({ "from": "2001-01-01", "to": "2026-01-31" }), "to"),
        (json!({ "from": "2026-01-01", "to": "2026-01-31", "stations": ["SH-??"] }), "stations"),
        (json!({ "from": "2026-01-01", "to": "2026-01-31", "districts": ["SH-PD"] }), "districts"),
    ] {
        let reply = report(&desk.municipal, input, "asOf").await;
        assert_eq!(reply.code(), "BAD_USER_INPUT", "{}", reply.text);
        assert_eq!(reply.body["errors"][0]["extensions"]["field"], field);
    }
}

fn heard(reply: &Reply) -> String {
    if reply.body.get("errors").is_some() {
        return reply.code().to_owned();
    }
    let codes = reply.texts("/it/byStation", "/station/code");
    if codes.len() > 2 { format!("{} stations", codes.len()) } else { codes.join(" ") }
}

async fn rows_open_no_case(house: &House) {
    house.places().await;
    let desk = Desk::of(house).await;
    let kept = desk.triaged("DISTRICT").await;
    let mut raised = desk.triaged("DISTRICT").await;
    let up = json!({ "to": "DISTRICT", "summary": "请区局答复" });
    raised.take(&desk.staff, "escalateConsultation", up).await;
    let input = json!({ "from": "2026-11-01", "to": "2026-11-30" });
    // Whoever reads the report reads of both cases; the case itself opens by its own rights.
    for (member, opened) in [
        (&desk.staff, vec![&kept.number, &raised.number]),
        (&desk.district, vec![&raised.number]),
        (&desk.municipal, vec![]),
    ] {
        let all = numbers(member, &input, "RECEIVED", None).await;
        assert_eq!(all, [kept.number.clone(), raised.number.clone()]);
        let fields = "rows(figure: RECEIVED) { nodes { consultation { number } } }";
        let reply = report(member, input.clone(), fields).await;
        let nodes = reply.at("/it/rows/nodes").as_array().unwrap();
        let seen: Vec<&str> =
            nodes.iter().filter_map(|node| node["consultation"]["number"].as_str()).collect();
        assert_eq!(seen, opened);
    }
    // A row has no field for what was asked, by whom, or for the case's id.
    let reply = house.ask("{ __type(name: \"ReportRow\") { fields { name } } }").await;
    let fields = reply.texts("/__type/fields", "/name");
    for field in ["id", "text", "asker", "reply", "summary", "timeline"] {
        assert!(!fields.iter().any(|name| name == field), "{field}");
    }
}
