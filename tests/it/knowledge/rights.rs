//! Who may do what with an answered question, cell by cell, over HTTP. The table can be checked by someone who reads no
//! Rust: it is that of the domain, with what is hidden told as what does not exist.

use std::fmt::Write as _;

use axum::http::{Request, header};
use serde_json::{Value, json};
use zhanjian::access::{ClientScope, Role};

use super::desk::{
    People, change, cleared, cleared_wider, draft, drafted, in_public, in_the_network, seen,
    submitted, text,
};
use crate::support::{House, Member, on_both_engines};

on_both_engines!(every_right_is_as_the_table_says, what_can_be_done_now_is_told);

/// A partner portal's program with every scope.
pub async fn portal(house: &House) -> Member<'_> {
    let new = zhanjian::accounts::NewClient {
        name: "示例园区平台".to_owned(),
        organization: None,
        scopes: ClientScope::ALL.to_vec(),
        requests_per_minute: None,
        cost_per_minute: None,
    };
    let write = house.db().write().await.unwrap();
    let now = house.clock.now();
    let (client, secret) = zhanjian::accounts::add_client(&*write, new, "test", now).await.unwrap();
    write.commit(now).await.unwrap();
    let form = format!(
        "grant_type=client_credentials&client_id={}&client_secret={secret}",
        client.client_id
    );
    let request = Request::post("/oauth/token")
        .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
    let reply = house.send(request.body(form.into()).unwrap()).await;
    house.bearer(reply.body["access_token"].as_str().unwrap_or_else(|| panic!("{}", reply.text)))
}

/// Where an answered question stands before somebody tries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stage {
    Nothing,
    Draft,
    Review,
    ClearedReview,
    Network,
    ClearedNetwork,
    Public,
}

/// What is tried, from which stage on.
const TRIED: [(&str, &str, Stage); 18] = [
    ("draft", "draftAnsweredQuestion", Stage::Nothing),
    ("edit", "editDraft", Stage::Draft),
    ("submit", "submitForReview", Stage::Draft),
    ("discard", "discardDraft", Stage::Draft),
    ("clear to leave", "clearDeidentification", Stage::Review),
    ("return", "returnDraft", Stage::ClearedReview),
    ("clear again", "clearDeidentification", Stage::ClearedReview),
    ("clear as officer", "clearDeidentification", Stage::ClearedReview),
    ("publish", "publishAnsweredQuestion", Stage::ClearedReview),
    ("revise", "reviseAnsweredQuestion", Stage::Network),
    ("clear wider", "clearDeidentification", Stage::Network),
    ("widen", "widenAnsweredQuestion", Stage::ClearedNetwork),
    ("withdraw", "withdrawAnsweredQuestion", Stage::Network),
    ("withdraw by number", "withdrawAnsweredQuestion", Stage::Network),
    ("archive", "archiveAnsweredQuestion", Stage::Network),
    ("supersede", "supersedeAnsweredQuestion", Stage::Network),
    ("rate", "rateAnsweredQuestion", Stage::Public),
    ("report", "reportAnswerError", Stage::Public),
];

async fn at(people: &People<'_>, stage: Stage) -> Value {
    let content = text("权限表里的问题");
    match stage {
        Stage::Nothing => Value::Null,
        Stage::Draft => drafted(people, content).await,
        Stage::Review => submitted(people, &drafted(people, content).await).await,
        Stage::ClearedReview => {
            let answered = submitted(people, &drafted(people, content).await).await;
            cleared(people, &answered).await
        }
        Stage::Network => in_the_network(people, content).await,
        Stage::Public => in_public(people, content).await,
        Stage::ClearedNetwork => {
            cleared_wider(people, &in_the_network(people, content).await).await
        }
    }
}

fn input(trial: &str, answered: &Value, other: &Value, station: &str) -> Value {
    let id = &answered["id"];
    let of_draft = json!({ "id": id, "version": draft(answered) });
    let of_row = json!({ "id": id, "version": answered["version"] });
    let with = |base: Value, more: Value| {
        let mut all = base;
        all.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        all
    };
    match trial {
        "draft" => {
            let station = (!station.is_empty()).then_some(station);
            json!({ "station": station, "content": text("新问题") })
        }
        "edit" => with(of_draft, json!({ "content": text("改过的问题") })),
        "submit" | "discard" | "publish" => of_draft,
        "return" => with(of_draft, json!({ "reason": "请补充" })),
        "clear to leave" | "clear again" => with(of_draft, json!({ "purpose": "STATION_EXIT" })),
        "clear as officer" => with(of_draft, json!({ "purpose": "WIDER" })),
        "revise" | "archive" => of_row,
        "clear wider" => with(of_row, json!({ "purpose": "WIDER" })),
        "widen" => with(of_row, json!({ "audience": "PUBLIC" })),
        "withdraw" => json!({ "id": id, "reason": "理由" }),
        "withdraw by number" => json!({ "number": answered["number"], "reason": "理由" }),
        "supersede" => with(of_row, json!({ "byId": other["id"] })),
        "rate" => json!({ "id": id, "helpful": true }),
        "report" => json!({ "id": id, "text": "有误" }),
        other => panic!("{other}"),
    }
}

async fn every_right_is_as_the_table_says(house: &House) {
    house.places().await;
    let people = People::of(house).await;
    // Each with the station that they would name for a draft of their own.
    let viewers: Vec<(&str, &str, Member<'_>)> = vec![
        ("anonymous", "SH-PD", house.anybody()),
        ("portal", "SH-PD", portal(house).await),
        ("author", "", house.signed_in(Role::Staff, "SH-PD").await),
        ("staff", "", house.signed_in(Role::Staff, "SH-PD").await),
        ("staff XH", "", house.signed_in(Role::Staff, "SH-XH").await),
        ("head", "", house.signed_in(Role::Head, "SH-PD").await),
        ("head XH", "", house.signed_in(Role::Head, "SH-XH").await),
        ("district", "SH-PD", house.signed_in(Role::DistrictOfficer, "PD").await),
        ("district XH", "SH-PD", house.signed_in(Role::DistrictOfficer, "XH").await),
        ("municipal", "SH-PD", house.signed_in(Role::MunicipalOfficer, "").await),
        ("tech", "SH-PD", house.signed_in(Role::TechTransfer, "fudan").await),
        ("admin", "SH-PD", house.signed_in(Role::Administrator, "").await),
    ];
    let other = in_the_network(&people, text("取而代之的答复")).await;
    let mut table = format!("{:20}", "");
    viewers.iter().for_each(|(name, ..)| write!(table, "{name:16}").unwrap());
    table = table.trim_end().to_owned() + "\n";
    for (trial, mutation, stage) in TRIED {
        let mut row = format!("{trial:20}");
        let mut answered = at(&people, stage).await;
        for (name, station, viewer) in &viewers {
            // The author of these drafts is one of the people, and asks in the place of the viewer of that name.
            let asking = if *name == "author" { &people.author } else { viewer };
            let asked = input(trial, &answered, &other, station);
            let outcome = change(asking, mutation, asked).await;
            let word = outcome.word();
            write!(row, "{:16}", short(&word)).unwrap();
            if word == "ok" {
                answered = at(&people, stage).await;
            } else if stage != Stage::Nothing {
                let now = seen(&people.author, &answered["id"]).await;
                let versions = |of: &Value| (of["version"].clone(), of["draft"]["version"].clone());
                assert_eq!(versions(&now), versions(&answered), "{name} {trial} changed something");
            }
        }
        table += row.trim_end();
        table.push('\n');
    }
    insta::assert_snapshot!(table, @"
                        anonymous       portal          author          staff           staff XH        head            head XH         district        district XH     municipal       tech            admin
    draft               sign in         no              ok              ok              ok              ok              ok              ok              no              ok              no              no
    edit                sign in         no              ok              ok              hidden          ok              hidden          hidden          hidden          hidden          no              no
    submit              sign in         no              ok              ok              hidden          ok              hidden          hidden          hidden          hidden          no              no
    discard             sign in         no              ok              ok              hidden          ok              hidden          hidden          hidden          hidden          no              no
    clear to leave      sign in         no              second person   ok              hidden          ok              hidden          hidden          hidden          hidden          no              no
    return              sign in         no              ok              no              hidden          ok              hidden          ok              hidden          ok              no              no
    clear again         sign in         no              second person   ok              hidden          ok              hidden          ok              hidden          ok              no              no
    clear as officer    sign in         no              no              no              no              no              no              ok              hidden          ok              no              no
    publish             sign in         no              no              no              no              ok              hidden          ok              hidden          ok              no              no
    revise              sign in         no              ok              ok              no              ok              no              ok              no              ok              no              no
    clear wider         sign in         no              no              no              no              no              no              ok              no              ok              no              no
    widen               sign in         no              no              no              no              no              no              ok              no              ok              no              no
    withdraw            sign in         no              no              no              no              ok              no              ok              no              ok              no              hidden
    withdraw by number  sign in         no              no              no              no              ok              no              ok              no              ok              no              ok
    archive             sign in         no              no              no              no              ok              no              ok              no              ok              no              no
    supersede           sign in         no              no              no              no              ok              no              ok              no              ok              no              no
    rate                sign in         ok              ok              ok              ok              ok              ok              ok              ok              ok              no              no
    report              sign in         ok              ok              ok              ok              ok              ok              ok              ok              ok              no              no
    ");
}

fn short(word: &str) -> &str {
    match word {
        "UNAUTHENTICATED" => "sign in",
        "FORBIDDEN" => "no",
        "NOT_FOUND" => "hidden",
        "SECOND_PERSON_NEEDED" => "second person",
        other => other,
    }
}

async fn what_can_be_done_now_is_told(house: &House) {
    house.places().await;
    let people = People::of(house).await;
    let mut told = String::new();
    for stage in [Stage::Draft, Stage::Review, Stage::ClearedReview, Stage::Network] {
        let answered = at(&people, stage).await;
        let viewers = [
            ("author", &people.author),
            ("colleague", &people.colleague),
            ("head", &people.head),
            ("officer", &people.officer),
            ("stranger", &people.stranger),
        ];
        for (name, viewer) in viewers {
            let seen = seen(viewer, &answered["id"]).await;
            let actions: Vec<&str> = seen["possibleActions"]
                .as_array()
                .into_iter()
                .flatten()
                .map(|action| action.as_str().unwrap())
                .collect();
            let line = format!("{stage:?} {name}: {}", actions.join(" "));
            writeln!(told, "{}", line.trim_end()).unwrap();
        }
    }
    insta::assert_snapshot!(told, @"
    Draft author: EDIT_DRAFT DISCARD_DRAFT SUBMIT_FOR_REVIEW
    Draft colleague: EDIT_DRAFT DISCARD_DRAFT SUBMIT_FOR_REVIEW
    Draft head: EDIT_DRAFT DISCARD_DRAFT SUBMIT_FOR_REVIEW
    Draft officer:
    Draft stranger:
    Review author: DISCARD_DRAFT RETURN_DRAFT
    Review colleague: DISCARD_DRAFT CLEAR_FOR_STATION_EXIT
    Review head: DISCARD_DRAFT CLEAR_FOR_STATION_EXIT RETURN_DRAFT PUBLISH
    Review officer:
    Review stranger:
    ClearedReview author: DISCARD_DRAFT RETURN_DRAFT
    ClearedReview colleague: DISCARD_DRAFT CLEAR_FOR_STATION_EXIT
    ClearedReview head: DISCARD_DRAFT CLEAR_FOR_STATION_EXIT RETURN_DRAFT PUBLISH
    ClearedReview officer: CLEAR_FOR_STATION_EXIT CLEAR_FOR_WIDER RETURN_DRAFT PUBLISH
    ClearedReview stranger:
    Network author: REVISE RATE REPORT_ERROR
    Network colleague: REVISE RATE REPORT_ERROR
    Network head: REVISE WITHDRAW ARCHIVE SUPERSEDE RATE REPORT_ERROR
    Network officer: REVISE CLEAR_FOR_WIDER WIDEN WITHDRAW ARCHIVE SUPERSEDE RATE REPORT_ERROR
    Network stranger: RATE REPORT_ERROR
    ");
}
