//! Who may take which step, cell by cell, over HTTP. The table can be checked by someone who reads no Rust.

use std::fmt::Write as _;

use serde_json::{Value, json};

use super::work::{Case, Desk, heard, mutate, station};
use crate::support::{House, Member, on_both_engines};

on_both_engines!(every_step_is_open_to_whom_it_should);

/// A step, the state in which it is tried, and what it says beside the case.
struct Trial {
    name: &'static str,
    at: &'static str,
    input: Value,
}

/// A case of Pudong's station that a portal recorded and that everybody who may ever read one has read: it was with the
/// district, the municipal level and another station, and is back.
async fn known_to_all(desk: &Desk<'_>) -> Case {
    let mut case = desk.recorded(&desk.portal).await;
    case.take(&desk.staff, "classifyConsultation", desk.classified("DISTRICT")).await;
    up(desk, &mut case).await;
    let counterpart = json!({ "to": "MUNICIPAL", "counterpartId": desk.municipal.id });
    case.take(&desk.district, "escalateConsultation", counterpart).await;
    case.take(&desk.municipal, "returnConsultation", json!({ "reason": "退回" })).await;
    across(desk, &mut case).await;
    case.take(&desk.staff, "releaseReferral", json!({ "reason": "收回" })).await;
    case
}

async fn up(desk: &Desk<'_>, case: &mut Case) {
    let up = json!({ "to": "DISTRICT", "summary": "概述" });
    case.take(&desk.staff, "escalateConsultation", up).await;
}

async fn higher(desk: &Desk<'_>, case: &mut Case) {
    up(desk, case).await;
    let counterpart = json!({ "to": "MUNICIPAL", "counterpartId": desk.municipal.id });
    case.take(&desk.district, "escalateConsultation", counterpart).await;
}

async fn across(desk: &Desk<'_>, case: &mut Case) {
    let across = json!({ "stationId": station(desk.house, "SH-XH").await, "reason": "协助" });
    case.take(&desk.staff, "referConsultation", across).await;
}

async fn replied(desk: &Desk<'_>, case: &mut Case) {
    up(desk, case).await;
    case.take(&desk.district, "tierReply", json!({ "text": "答复" })).await;
    case.take(&desk.staff, "replyToAsker", json!({ "toldBy": "PHONE" })).await;
}

/// A case in the state in which a step is tried.
async fn prepared(desk: &Desk<'_>, at: &str) -> Case {
    if at == "RECEIVED" {
        return desk.recorded(&desk.portal).await;
    }
    let mut case = known_to_all(desk).await;
    match at {
        "TRIAGED" => {}
        "TRIAGED BASIC" => {
            let basic = json!({ "level": "BASIC", "reason": "改为基础问题" });
            case.take(&desk.staff, "reclassifyConsultation", basic).await;
        }
        "NEEDS_INFO" => {
            case.take(&desk.staff, "askForDetails", json!({ "question": "请补充" })).await;
        }
        "WITH_STATION" => across(desk, &mut case).await,
        "WITH_DISTRICT" => up(desk, &mut case).await,
        "WITH_MUNICIPAL" => higher(desk, &mut case).await,
        "REPLY_RECEIVED" => {
            up(desk, &mut case).await;
            case.take(&desk.district, "tierReply", json!({ "text": "答复" })).await;
        }
        "REPLIED" => replied(desk, &mut case).await,
        "CLOSED" => {
            replied(desk, &mut case).await;
            case.take(&desk.staff, "confirmReply", json!({})).await;
        }
        other => panic!("no way to {other}"),
    }
    case
}

async fn trials(desk: &Desk<'_>) -> Vec<Trial> {
    let of = desk.recorded(&desk.portal).await.id;
    let reason = || json!({ "reason": "示例理由" });
    let across = json!({ "stationId": station(desk.house, "SH-XH").await, "reason": "协助" });
    let district = json!({ "to": "DISTRICT", "summary": "概述" });
    let municipal = json!({ "to": "MUNICIPAL", "counterpartId": desk.municipal.id });
    let classified = desk.classified("BASIC");
    let assign = |id: &str| json!({ "assigneeId": id, "reason": "示例理由" });
    let text = || json!({ "text": "答复" });
    let told = || json!({ "toldBy": "PHONE", "text": "答复" });
    let trial = |name, at, input| Trial { name, at, input };
    vec![
        trial("classifyConsultation", "RECEIVED", classified),
        trial("reclassifyConsultation", "TRIAGED", json!({ "priority": "KEY", "reason": "重点" })),
        trial(
            "reclassifyConsultation",
            "WITH_DISTRICT",
            json!({ "priority": "KEY", "reason": "重点" }),
        ),
        trial("assignConsultation", "TRIAGED", assign(&desk.head.id)),
        trial("assignConsultation", "WITH_DISTRICT", assign(&desk.district.id)),
        trial("askForDetails", "TRIAGED", json!({ "question": "请补充" })),
        trial("askForDetails", "WITH_STATION", json!({ "question": "请补充" })),
        trial("giveDetails", "NEEDS_INFO", json!({ "details": "补充" })),
        trial("answerDirectly", "TRIAGED BASIC", told()),
        trial("referConsultation", "TRIAGED", across),
        trial("releaseAsker", "WITH_STATION", json!({})),
        trial("releaseReferral", "WITH_STATION", reason()),
        trial("escalateConsultation", "TRIAGED", district),
        trial("escalateConsultation", "WITH_DISTRICT", municipal),
        trial("referNational", "WITH_MUNICIPAL", reason()),
        trial("returnConsultation", "WITH_STATION", reason()),
        trial("returnConsultation", "WITH_DISTRICT", reason()),
        trial("returnConsultation", "WITH_MUNICIPAL", reason()),
        trial("tierReply", "WITH_STATION", text()),
        trial("tierReply", "WITH_DISTRICT", text()),
        trial("tierReply", "WITH_MUNICIPAL", text()),
        trial("replyToAsker", "REPLY_RECEIVED", told()),
        trial("confirmReply", "REPLIED", json!({})),
        trial("reopenConsultation", "CLOSED", reason()),
        trial("markDuplicate", "TRIAGED", json!({ "duplicateOfId": of })),
        trial("withdrawConsultation", "TRIAGED", json!({})),
        trial("eraseAsker", "CLOSED", reason()),
    ]
}

async fn every_step_is_open_to_whom_it_should(house: &House) {
    house.places().await;
    let desk = Desk::of(house).await;
    let anybody = house.anybody();
    let viewers: [(&str, &Member<'_>); 11] = [
        ("anonymous", &anybody),
        ("portal", &desk.portal),
        ("other portal", &desk.other_portal),
        ("staff", &desk.staff),
        ("head", &desk.head),
        ("elsewhere", &desk.elsewhere),
        ("district", &desk.district),
        ("other district", &desk.other_district),
        ("municipal", &desk.municipal),
        ("tech transfer", &desk.transfer),
        ("admin", &desk.administrator),
    ];
    let mut table = format!("{:40}", "");
    viewers.iter().for_each(|(name, _)| write!(table, "{name:17}").unwrap());
    let mut table = table.trim_end().to_owned() + "\n";

    let record = json!({ "stationId": station(house, "SH-PD").await, "channel": "PHONE", "text": "问",
        "asker": { "company": "示例公司" } });
    let mut row = format!("{:40}", "recordConsultation");
    for (_, viewer) in viewers {
        write!(row, "{:17}", heard(&mutate(viewer, "recordConsultation", record.clone()).await))
            .unwrap();
    }
    writeln!(table, "{}", row.trim_end()).unwrap();

    let known = known_to_all(&desk).await;
    for (name, fields) in [("read", "number"), ("read the asker", "asker { company }")] {
        let mut row = format!("{name:40}");
        for (_, viewer) in viewers {
            let read = known.read(viewer, fields).await;
            let seen = read.as_object().is_some_and(|read| read.values().all(|it| !it.is_null()));
            write!(row, "{:17}", if seen { "ok" } else { "-" }).unwrap();
        }
        writeln!(table, "{}", row.trim_end()).unwrap();
    }

    for trial in trials(&desk).await {
        let mut case = prepared(&desk, trial.at).await;
        let mut row = format!("{:40}", format!("{} {}", trial.name, trial.at));
        for (_, viewer) in viewers {
            let said = heard(&case.attempt(viewer, trial.name, trial.input.clone()).await);
            if said == "ok" {
                case = prepared(&desk, trial.at).await;
            }
            write!(row, "{said:17}").unwrap();
        }
        writeln!(table, "{}", row.trim_end()).unwrap();
    }
    insta::assert_snapshot!(table, @"
                                            anonymous        portal           other portal     staff            head             elsewhere        district         other district   municipal        tech transfer    admin
    recordConsultation                      UNAUTHENTICATED  ok               ok               ok               ok               INVALID          ok               INVALID          FORBIDDEN        FORBIDDEN        FORBIDDEN
    read                                    -                ok               -                ok               ok               ok               ok               -                ok               -                -
    read the asker                          -                ok               -                ok               ok               -                ok               -                ok               -                -
    classifyConsultation RECEIVED           UNAUTHENTICATED  FORBIDDEN        FORBIDDEN        ok               ok               NOT_FOUND        NOT_FOUND        NOT_FOUND        NOT_FOUND        FORBIDDEN        FORBIDDEN
    reclassifyConsultation TRIAGED          UNAUTHENTICATED  FORBIDDEN        FORBIDDEN        ok               ok               WRONG_STATE      WRONG_STATE      NOT_FOUND        WRONG_STATE      FORBIDDEN        FORBIDDEN
    reclassifyConsultation WITH_DISTRICT    UNAUTHENTICATED  FORBIDDEN        FORBIDDEN        WRONG_STATE      WRONG_STATE      WRONG_STATE      ok               NOT_FOUND        WRONG_STATE      FORBIDDEN        FORBIDDEN
    assignConsultation TRIAGED              UNAUTHENTICATED  FORBIDDEN        FORBIDDEN        ok               ok               WRONG_STATE      WRONG_STATE      NOT_FOUND        WRONG_STATE      FORBIDDEN        FORBIDDEN
    assignConsultation WITH_DISTRICT        UNAUTHENTICATED  FORBIDDEN        FORBIDDEN        WRONG_STATE      WRONG_STATE      WRONG_STATE      ok               NOT_FOUND        WRONG_STATE      FORBIDDEN        FORBIDDEN
    askForDetails TRIAGED                   UNAUTHENTICATED  FORBIDDEN        FORBIDDEN        ok               ok               WRONG_STATE      WRONG_STATE      NOT_FOUND        WRONG_STATE      FORBIDDEN        FORBIDDEN
    askForDetails WITH_STATION              UNAUTHENTICATED  FORBIDDEN        FORBIDDEN        WRONG_STATE      WRONG_STATE      ok               WRONG_STATE      NOT_FOUND        WRONG_STATE      FORBIDDEN        FORBIDDEN
    giveDetails NEEDS_INFO                  UNAUTHENTICATED  ok               NOT_FOUND        ok               ok               FORBIDDEN        FORBIDDEN        FORBIDDEN        FORBIDDEN        FORBIDDEN        FORBIDDEN
    answerDirectly TRIAGED BASIC            UNAUTHENTICATED  FORBIDDEN        FORBIDDEN        ok               ok               FORBIDDEN        FORBIDDEN        NOT_FOUND        FORBIDDEN        FORBIDDEN        FORBIDDEN
    referConsultation TRIAGED               UNAUTHENTICATED  FORBIDDEN        FORBIDDEN        ok               ok               FORBIDDEN        FORBIDDEN        NOT_FOUND        FORBIDDEN        FORBIDDEN        FORBIDDEN
    releaseAsker WITH_STATION               UNAUTHENTICATED  FORBIDDEN        FORBIDDEN        ok               ok               FORBIDDEN        FORBIDDEN        NOT_FOUND        FORBIDDEN        FORBIDDEN        FORBIDDEN
    releaseReferral WITH_STATION            UNAUTHENTICATED  FORBIDDEN        FORBIDDEN        ok               ok               FORBIDDEN        FORBIDDEN        NOT_FOUND        FORBIDDEN        FORBIDDEN        FORBIDDEN
    escalateConsultation TRIAGED            UNAUTHENTICATED  FORBIDDEN        FORBIDDEN        ok               ok               FORBIDDEN        FORBIDDEN        FORBIDDEN        FORBIDDEN        FORBIDDEN        FORBIDDEN
    escalateConsultation WITH_DISTRICT      UNAUTHENTICATED  FORBIDDEN        FORBIDDEN        FORBIDDEN        FORBIDDEN        FORBIDDEN        ok               NOT_FOUND        FORBIDDEN        FORBIDDEN        FORBIDDEN
    referNational WITH_MUNICIPAL            UNAUTHENTICATED  FORBIDDEN        FORBIDDEN        FORBIDDEN        FORBIDDEN        FORBIDDEN        FORBIDDEN        FORBIDDEN        ok               FORBIDDEN        FORBIDDEN
    returnConsultation WITH_STATION         UNAUTHENTICATED  FORBIDDEN        FORBIDDEN        WRONG_STATE      WRONG_STATE      ok               WRONG_STATE      NOT_FOUND        WRONG_STATE      FORBIDDEN        FORBIDDEN
    returnConsultation WITH_DISTRICT        UNAUTHENTICATED  FORBIDDEN        FORBIDDEN        WRONG_STATE      WRONG_STATE      WRONG_STATE      ok               NOT_FOUND        WRONG_STATE      FORBIDDEN        FORBIDDEN
    returnConsultation WITH_MUNICIPAL       UNAUTHENTICATED  FORBIDDEN        FORBIDDEN        WRONG_STATE      WRONG_STATE      WRONG_STATE      WRONG_STATE      NOT_FOUND        ok               FORBIDDEN        FORBIDDEN
    tierReply WITH_STATION                  UNAUTHENTICATED  FORBIDDEN        FORBIDDEN        WRONG_STATE      WRONG_STATE      ok               WRONG_STATE      NOT_FOUND        WRONG_STATE      FORBIDDEN        FORBIDDEN
    tierReply WITH_DISTRICT                 UNAUTHENTICATED  FORBIDDEN        FORBIDDEN        WRONG_STATE      WRONG_STATE      WRONG_STATE      ok               NOT_FOUND        WRONG_STATE      FORBIDDEN        FORBIDDEN
    tierReply WITH_MUNICIPAL                UNAUTHENTICATED  FORBIDDEN        FORBIDDEN        WRONG_STATE      WRONG_STATE      WRONG_STATE      WRONG_STATE      NOT_FOUND        ok               FORBIDDEN        FORBIDDEN
    replyToAsker REPLY_RECEIVED             UNAUTHENTICATED  FORBIDDEN        FORBIDDEN        ok               WRONG_STATE      FORBIDDEN        FORBIDDEN        NOT_FOUND        FORBIDDEN        FORBIDDEN        FORBIDDEN
    confirmReply REPLIED                    UNAUTHENTICATED  ok               NOT_FOUND        ok               ok               FORBIDDEN        FORBIDDEN        FORBIDDEN        FORBIDDEN        FORBIDDEN        FORBIDDEN
    reopenConsultation CLOSED               UNAUTHENTICATED  FORBIDDEN        FORBIDDEN        ok               ok               FORBIDDEN        FORBIDDEN        NOT_FOUND        FORBIDDEN        FORBIDDEN        FORBIDDEN
    markDuplicate TRIAGED                   UNAUTHENTICATED  ok               NOT_FOUND        ok               ok               FORBIDDEN        FORBIDDEN        FORBIDDEN        FORBIDDEN        FORBIDDEN        FORBIDDEN
    withdrawConsultation TRIAGED            UNAUTHENTICATED  ok               NOT_FOUND        ok               ok               FORBIDDEN        FORBIDDEN        FORBIDDEN        FORBIDDEN        FORBIDDEN        FORBIDDEN
    eraseAsker CLOSED                       UNAUTHENTICATED  FORBIDDEN        FORBIDDEN        FORBIDDEN        ok               FORBIDDEN        FORBIDDEN        FORBIDDEN        FORBIDDEN        FORBIDDEN        FORBIDDEN
    ");
}
