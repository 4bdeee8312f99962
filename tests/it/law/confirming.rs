//! An officer confirms that an answer still stands.

use serde_json::{Value, json};
use zhanjian::{access::Role, answers::AnsweredQuestions};

use super::{answer, done, faults, relate, relation, rules, status, verdict, version};
use crate::support::{House, Member, Reply, on_both_engines};

on_both_engines!(
    a_check_clears_what_it_was_made_against_ahead_of_its_day,
    a_check_against_what_holds_now_clears_the_whole_chain,
    a_day_of_review_that_passed_is_cleared_by_a_new_one,
    what_does_not_touch_an_answer_clears_nothing,
    the_officers_of_its_district_confirm_and_nobody_else,
);

const CONFIRM: &str = "mutation($input: ConfirmAnswerInput!) { it: confirmAnswer(input: $input) {
    answeredQuestion { externalId version confirmedOn reviewBy
        currency { status path { event regulation { key } } }
        citations { regulation { key } articles role quote checkedOn }
        confirmations { regulation { key } confirmedOn note } }
    revision userErrors { code path message currentVersion } } }";

async fn confirm(house: &House, member: &Member<'_>, id: &str, more: Value) -> Reply {
    let (id, version) = version(house, id).await;
    let mut input =
        json!({ "answeredQuestionId": id, "version": version, "note": "核对后结论不变" });
    input.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    member.run(CONFIRM, json!({ "input": input })).await
}

async fn a_check_clears_what_it_was_made_against_ahead_of_its_day(house: &House) {
    house.places().await;
    rules(house, &[("old", "2020-01-01"), ("new", "2026-10-01"), ("newest", "2026-11-01")]).await;
    let municipal = house.signed_in(Role::MunicipalOfficer, "").await;
    done(&relate(&municipal, relation("new", "REPLACES", "old", "2026-12-01")).await);
    house.answers([answer("checked", "old", &["第三条"], 1), answer("left", "old", &[], 1)]).await;
    let officer = house.signed_in(Role::DistrictOfficer, "PD").await;
    assert_eq!(status(house, "checked").await, "UPCOMING");
    let citation = json!({ "articles": ["第四条"], "quote": "示例条文" });
    let more = json!({ "regulation": "new", "citation": citation, "reviewBy": "2028-01-01" });
    let reply = confirm(house, &officer, "checked", more.clone()).await;
    assert_eq!(
        done(&reply)["answeredQuestion"],
        json!({
            "externalId": "checked", "version": 2, "confirmedOn": "2026-11-22", "reviewBy": "2028-01-01",
            "currency": { "status": "CURRENT", "path": [] },
            "citations": [
                { "regulation": { "key": "old" }, "articles": ["第三条"], "role": "BASIS", "quote": null, "checkedOn": null },
                { "regulation": { "key": "new" }, "articles": ["第四条"], "role": "BASIS", "quote": "示例条文",
                    "checkedOn": "2026-11-22" }],
            "confirmations": [{ "regulation": { "key": "new" }, "confirmedOn": "2026-11-22", "note": "核对后结论不变" }],
        })
    );
    // Found so as well, at the revision of the change.
    const FOUND: &str = "query($atLeast: Revision) { search(query: \"\", atLeast: $atLeast,
        filter: { kinds: [ANSWERED_QUESTION], currency: [CURRENT] }) { nodes { ... on AnsweredQuestion { externalId } } } }";
    let found = house.anybody().run(FOUND, json!({ "atLeast": done(&reply)["revision"] })).await;
    assert_eq!(found.texts("/search/nodes", "/externalId"), ["checked"]);
    // Once more, the same citation is not doubled.
    let again = confirm(house, &officer, "checked", more).await;
    assert_eq!(done(&again)["answeredQuestion"]["citations"].as_array().unwrap().len(), 2);
    assert_eq!(done(&again)["answeredQuestion"]["confirmations"].as_array().unwrap().len(), 2);
    house.clock.advance_days(9);
    assert_eq!(house.clock.today().to_string(), "2026-12-01");
    assert_eq!(status(house, "checked").await, "CURRENT");
    assert_eq!(status(house, "left").await, "STALE");
    // It falls with the regulation that it was checked against.
    let municipal = house.signed_in(Role::MunicipalOfficer, "").await;
    done(&relate(&municipal, relation("newest", "REPLACES", "new", "2026-12-01")).await);
    assert_eq!(verdict(house, "checked").await, ("STALE".to_owned(), json!("2026-12-01")));
}

async fn a_check_against_what_holds_now_clears_the_whole_chain(house: &House) {
    house.places().await;
    house
        .answers([
            answer("chain", "sh-c2prio-2017", &[], 1),
            answer("half", "sh-c2prio-2017", &[], 1),
        ])
        .await;
    let officer = house.signed_in(Role::MunicipalOfficer, "").await;
    let half = confirm(house, &officer, "half", json!({ "regulation": "sh-c2prio-2020" })).await;
    let path = &done(&half)["answeredQuestion"]["currency"]["path"];
    assert_eq!(done(&half)["answeredQuestion"]["currency"]["status"], "STALE");
    assert_eq!(path[1]["event"], "CONFIRMED_AGAINST");
    let whole = confirm(house, &officer, "chain", json!({ "regulation": "sh-c2prio-2025" })).await;
    assert_eq!(done(&whole)["answeredQuestion"]["currency"]["status"], "CURRENT");
    let rest = confirm(house, &officer, "half", json!({ "regulation": "sh-c2prio-2025" })).await;
    assert_eq!(done(&rest)["answeredQuestion"]["currency"]["status"], "CURRENT");
}

async fn a_day_of_review_that_passed_is_cleared_by_a_new_one(house: &House) {
    house.places().await;
    rules(house, &[("stands", "2020-01-01")]).await;
    let mut due = answer("due", "stands", &[], 1);
    due["reviewBy"] = json!("2026-11-01");
    house.answers([due]).await;
    let officer = house.signed_in(Role::DistrictOfficer, "PD").await;
    let refused = async |more: Value| faults(&confirm(house, &officer, "due", more).await);
    assert_eq!(refused(json!({})).await, ["INVALID input.reviewBy"]);
    assert_eq!(refused(json!({ "reviewBy": "2026-11-22" })).await, ["INVALID input.reviewBy"]);
    assert_eq!(
        refused(json!({ "reviewBy": "2027-11-01", "note": " " })).await,
        ["INVALID input.note"]
    );
    for telling in ["请联系 13812345678", "示例（上海）医疗科技有限公司的产品不变"]
    {
        let told = refused(json!({ "reviewBy": "2027-11-01", "note": telling })).await;
        assert_eq!(told, ["FINDINGS_OPEN input.note"], "{telling}");
    }
    let cited = json!({ "reviewBy": "2027-11-01", "citation": { "articles": ["1"] } });
    assert_eq!(refused(cited).await, ["INVALID input.citation"]);
    let reply = confirm(house, &officer, "due", json!({ "reviewBy": "2027-11-01" })).await;
    let confirmed = &done(&reply)["answeredQuestion"];
    assert_eq!(
        (&confirmed["currency"]["status"], &confirmed["confirmedOn"]),
        (&json!("CURRENT"), &json!("2026-11-22"))
    );
    assert_eq!(confirmed["confirmations"], json!([]));
}

async fn what_does_not_touch_an_answer_clears_nothing(house: &House) {
    house.places().await;
    rules(house, &[("old", "2020-01-01"), ("new", "2026-10-01"), ("other", "2026-10-01")]).await;
    let officer = house.signed_in(Role::MunicipalOfficer, "").await;
    done(&relate(&officer, relation("new", "REPLACES", "old", "2026-11-01")).await);
    done(&relate(&officer, relation("other", "SUPPLEMENTS", "old", "2026-11-01")).await);
    house.answers([answer("touched", "old", &[], 1), answer("current", "new", &[], 1)]).await;
    for (id, regulation) in [
        ("touched", json!("other")),
        ("touched", json!("old")),
        ("touched", json!("nowhere")),
        ("touched", Value::Null),
        ("current", json!("old")),
    ] {
        let reply = confirm(house, &officer, id, json!({ "regulation": regulation })).await;
        assert_eq!(faults(&reply), ["INVALID input.regulation"], "{id} {regulation}");
    }
    let reply = confirm(house, &officer, "touched", json!({ "regulation": "other" })).await;
    let told = reply.at("/it/userErrors/0/message").as_str().unwrap();
    assert!(told.ends_with("these do: 示例办法 new"), "{told}");
    // A version that somebody has changed meanwhile.
    let late =
        confirm(house, &officer, "touched", json!({ "regulation": "new", "version": 7 })).await;
    assert_eq!(faults(&late), ["CONFLICT input.version"]);
    assert_eq!(late.at("/it/userErrors/0/currentVersion"), &json!(1));
    let draft =
        json!({ "externalId": "draft", "question": "问", "answer": "答", "state": "ARCHIVED" });
    house.answers([draft]).await;
    let (id, _) = version(house, "draft").await;
    let input = json!({ "answeredQuestionId": id, "version": 1, "note": "示例" });
    let hidden = officer.run(CONFIRM, json!({ "input": input })).await;
    assert_eq!(hidden.code(), "NOT_FOUND");
}

async fn the_officers_of_its_district_confirm_and_nobody_else(house: &House) {
    house.places().await;
    rules(house, &[("old", "2020-01-01"), ("new", "2026-10-01")]).await;
    let officer = house.signed_in(Role::MunicipalOfficer, "").await;
    done(&relate(&officer, relation("new", "REPLACES", "old", "2026-11-01")).await);
    let mut lines = Vec::new();
    for audience in ["PUBLIC", "NETWORK", "DISTRICT", "STATION"] {
        let mut row = answer(audience, "old", &[], 1);
        row["station"] = json!("SH-PD");
        row["audience"] = json!(audience);
        lines.push(row.to_string());
    }
    house.import(&AnsweredQuestions::default(), "answers.jsonl", lines.join("\n")).await;
    let mut table = format!("{:12}{:18}{:18}{:18}STATION\n", "", "PUBLIC", "NETWORK", "DISTRICT");
    for (name, member) in super::everybody(house).await {
        table += &format!("{name:12}");
        for audience in ["PUBLIC", "NETWORK", "DISTRICT", "STATION"] {
            let reply = confirm(house, &member, audience, json!({ "regulation": "new" })).await;
            let heard = match reply.body.get("errors") {
                Some(_) => reply.code().to_owned(),
                None => done(&reply)["answeredQuestion"]["currency"]["status"]
                    .as_str()
                    .unwrap()
                    .to_owned(),
            };
            table += &format!("{heard:18}");
        }
        table = table.trim_end().to_owned() + "\n";
    }
    // Both engines give the same.
    insta::allow_duplicates! {
    insta::assert_snapshot!(table, @"
                PUBLIC            NETWORK           DISTRICT          STATION
    anonymous   UNAUTHENTICATED   NOT_FOUND         NOT_FOUND         NOT_FOUND
    portal      FORBIDDEN         NOT_FOUND         NOT_FOUND         NOT_FOUND
    staff       FORBIDDEN         FORBIDDEN         FORBIDDEN         FORBIDDEN
    head        FORBIDDEN         FORBIDDEN         FORBIDDEN         FORBIDDEN
    district    CURRENT           CURRENT           CURRENT           NOT_FOUND
    elsewhere   FORBIDDEN         FORBIDDEN         NOT_FOUND         NOT_FOUND
    municipal   CURRENT           CURRENT           CURRENT           NOT_FOUND
    transfer    FORBIDDEN         NOT_FOUND         NOT_FOUND         NOT_FOUND
    admin       FORBIDDEN         NOT_FOUND         NOT_FOUND         NOT_FOUND
    ");
    }
}
