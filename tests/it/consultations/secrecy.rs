//! What is confidential stands nowhere in plain, is shown only with a trace, is found again by its keepers alone, and can
//! be forgotten.

use sea_orm::{ConnectionTrait as _, DbBackend, Statement};
use serde_json::{Value, json};
use zhanjian::{consultations, vault};

use super::work::{
    COMPANY, CONTACT, CREDIT_CODE, Case, Desk, EMAIL, QUESTION, TELEPHONE, heard, station,
};
use crate::{
    knowledge::desk::{self, change},
    support::{House, on_both_engines, tables},
};

on_both_engines!(
    nothing_confidential_stands_in_any_table_in_plain,
    every_reading_of_an_asker_leaves_one_trace,
    an_asker_is_found_again_however_it_is_written,
    an_asker_is_erased_for_good_and_the_events_stay,
    a_new_master_key_opens_what_the_old_one_closed,
);

/// Everything that stands in a database, value by value, with its place.
pub async fn everything(house: &House) -> Vec<(String, String)> {
    let mut all = Vec::new();
    for (table, columns) in tables::columns(house.db()).await {
        for column in columns {
            let sql = match house.db().engine() {
                DbBackend::Postgres => format!(r#"SELECT CAST("{column}" AS TEXT) FROM "{table}""#),
                _ => format!(
                    r#"SELECT CASE typeof("{column}") WHEN 'blob' THEN hex("{column}") ELSE CAST("{column}" AS TEXT) END FROM "{table}""#
                ),
            };
            let statement = Statement::from_string(house.db().engine(), sql);
            for row in house.db().read().query_all_raw(statement).await.unwrap() {
                let value = row.try_get_by_index::<Option<String>>(0).unwrap();
                all.extend(value.map(|value| (format!("{table}.{column}"), value)));
            }
        }
    }
    all
}

async fn count(house: &House, sql: &str) -> i64 {
    let statement = Statement::from_string(house.db().engine(), sql);
    let row = house.db().read().query_one_raw(statement).await.unwrap().unwrap();
    row.try_get_by_index(0).unwrap()
}

/// A case that has been everywhere, with a note at every step.
async fn travelled(desk: &Desk<'_>) -> Case {
    let note = |what: &str| format!("{COMPANY}（{CONTACT}，{TELEPHONE}）{what}");
    let mut case = desk.triaged("DISTRICT").await;
    case.take(&desk.staff, "askForDetails", json!({ "question": note("补充什么") })).await;
    case.take(&desk.staff, "giveDetails", json!({ "details": note("补充了") })).await;
    let across = json!({ "stationId": station(desk.house, "SH-XH").await, "reason": note("转办") });
    case.take(&desk.staff, "referConsultation", across).await;
    case.take(&desk.elsewhere, "returnConsultation", json!({ "reason": note("退回") })).await;
    let up = json!({ "to": "DISTRICT", "summary": note("概述") });
    case.take(&desk.staff, "escalateConsultation", up).await;
    case.take(&desk.district, "tierReply", json!({ "text": note("答复") })).await;
    case.take(&desk.staff, "replyToAsker", json!({ "toldBy": "PHONE" })).await;
    case.take(&desk.staff, "confirmReply", json!({ "note": note("满意") })).await;
    case
}

async fn nothing_confidential_stands_in_any_table_in_plain(house: &House) {
    house.places().await;
    let desk = Desk::of(house).await;
    let case = travelled(&desk).await;
    case.read(&desk.staff, "asker { company }").await;
    case.attempt(&desk.staff, "withdrawConsultation", json!({ "note": COMPANY })).await;
    house.settle().await;
    let everything = everything(house).await;
    assert!(everything.iter().any(|(place, _)| place == "consultation_events.sealed_note"));
    for (place, value) in &everything {
        for secret in [
            COMPANY,
            "心脉",
            CONTACT,
            TELEPHONE,
            "55550123",
            EMAIL,
            CREDIT_CODE,
            "介入瓣膜",
            QUESTION,
        ] {
            assert!(!value.contains(secret), "{place} tells {secret}: {value}");
        }
    }
    let query = "query($text: String!) { search(query: $text) { totalCount } suggest(text: $text) { text } }";
    for secret in [CREDIT_CODE, COMPANY] {
        let reply = desk.staff.run(query, json!({ "text": secret })).await;
        assert!(!reply.text.contains(secret), "{secret}: {}", reply.text);
    }
}

async fn every_reading_of_an_asker_leaves_one_trace(house: &House) {
    house.places().await;
    let desk = Desk::of(house).await;
    let one = desk.recorded(&desk.staff).await;
    let two = desk.recorded(&desk.staff).await;
    let readings =
        "SELECT COUNT(*) FROM audit_events WHERE action = 'readAsker' AND outcome = 'DONE'";
    assert_eq!(count(house, readings).await, 0);
    one.read(&desk.staff, "number text").await;
    assert_eq!(count(house, readings).await, 0);
    one.read(&desk.staff, "asker { company }").await;
    assert_eq!(count(house, readings).await, 1);
    // A list reads each of its cases; one request reads a case once.
    desk.staff.ask("{ consultations { nodes { asker { telephone } } } }").await.data();
    assert_eq!(count(house, readings).await, 3);
    let query =
        "query($id: ID!) { a: consultation(id: $id) { asker { email } b: asker { company } }
        c: consultation(id: $id) { asker { contact } } }";
    desk.head.run(query, json!({ "id": two.id })).await.data();
    assert_eq!(count(house, readings).await, 4);
    // Whoever sees nothing reads nothing.
    let unseen = desk.elsewhere.run(query, json!({ "id": two.id })).await;
    assert_eq!(unseen.at("/a"), &Value::Null);
    assert_eq!(count(house, readings).await, 4);
    let find =
        "query($name: String) { consultations(filter: { askerName: $name }) { totalCount } }";
    desk.staff.run(find, json!({ "name": "示例" })).await.data();
    assert_eq!(
        count(house, "SELECT COUNT(*) FROM audit_events WHERE action = 'findAsker'").await,
        1
    );
    assert_eq!(count(house, "SELECT COUNT(*) FROM audit_events WHERE action = 'recordConsultation' AND district_code = 'PD'").await, 2);
}

async fn an_asker_is_found_again_however_it_is_written(house: &House) {
    house.places().await;
    let desk = Desk::of(house).await;
    let case = desk.recorded(&desk.staff).await;
    let found = async |filter: Value| {
        let query = "query($filter: ConsultationFilter) { consultations(filter: $filter) { nodes { number } } }";
        let reply = desk.staff.run(query, json!({ "filter": filter })).await;
        reply.texts("/consultations/nodes", "/number")
    };
    let own = std::slice::from_ref(&case.number);
    assert_eq!(found(json!({ "askerName": COMPANY })).await, own);
    assert_eq!(found(json!({ "askerName": " 上海示例心脉 医疗科技有限公司。" })).await, own);
    assert_eq!(found(json!({ "askerCode": "91350100m000100y43" })).await, own);
    assert_eq!(found(json!({ "askerName": "示例心脉" })).await, Vec::<String>::new());
    assert_eq!(
        found(json!({ "askerName": COMPANY, "askerCode": "91350100M000100Y44" })).await,
        Vec::<String>::new()
    );
}

async fn an_asker_is_erased_for_good_and_the_events_stay(house: &House) {
    house.places().await;
    let desk = Desk::of(house).await;
    let mut case = travelled(&desk).await;
    let reason = json!({ "reason": "企业要求删除" });
    // A draft that was begun from it and given a name.
    let begun = json!({ "consultationId": case.id });
    let begun = change(&desk.staff, "draftAnsweredQuestion", begun).await.done();
    let mut content = desk::text(&format!("{COMPANY}（{CONTACT}）的瓣膜如何分类"));
    content["citations"][0]["articles"] = json!([format!("第五条（{TELEPHONE}）")]);
    let input = json!({ "id": begun["id"], "version": 1, "content": content });
    change(&desk.staff, "editDraft", input).await.done();
    assert_eq!(heard(&case.attempt(&desk.staff, "eraseAsker", reason.clone()).await), "FORBIDDEN");
    case.take(&desk.head, "eraseAsker", reason.clone()).await;
    let fields = "asker { company } askerErasedAt text summary reply timeline { step note }";
    let read = case.read(&desk.staff, fields).await;
    assert_eq!(read["asker"], Value::Null);
    assert!(read["askerErasedAt"].is_string());
    for field in ["text", "summary", "reply"] {
        let text = read[field].as_str().unwrap();
        assert!(!text.contains("心脉") && !text.contains("55550123"), "{text}");
    }
    assert_eq!(read["timeline"].as_array().unwrap().len(), 11);
    // Nobody is shown a note of before any more, for nobody could take the name out of it now.
    for reader in [&desk.staff, &desk.district, &desk.elsewhere] {
        let read = case.read(reader, fields).await;
        let notes = read["timeline"].as_array().unwrap().iter().filter(|it| !it["note"].is_null());
        let steps: Vec<&str> = notes.map(|event| event["step"].as_str().unwrap()).collect();
        assert!(steps.is_empty() || steps == ["ERASE_ASKER"], "{read}");
    }
    let shown = desk::seen(&desk.staff, &begun["id"]).await;
    assert_eq!(shown["question"], "■■（■■）的瓣膜如何分类");
    assert_eq!(shown["draft"]["question"], shown["question"]);
    for (place, value) in everything(house).await {
        let told = [COMPANY, "心脉", CONTACT, "55550123"].iter().any(|it| value.contains(it));
        assert!(!told, "{place} tells {value}");
    }
    assert_eq!(count(house, "SELECT COUNT(*) FROM askers").await, 0);
    assert_eq!(heard(&case.attempt(&desk.head, "eraseAsker", reason.clone()).await), "WRONG_STATE");
    assert_eq!(
        heard(&case.attempt(&desk.staff, "reopenConsultation", reason).await),
        "WRONG_STATE"
    );
    // What has happened is never changed, not even by the hand of an administrator of the database.
    let connection = house.db().read();
    assert!(connection.execute_unprepared("DELETE FROM consultation_events").await.is_err());
}

async fn a_new_master_key_opens_what_the_old_one_closed(house: &House) {
    house.places().await;
    let desk = Desk::of(house).await;
    let case = desk.recorded(&desk.staff).await;
    desk.triaged("BASIC").await;
    let vault::Source::File(file) = house.keys() else {
        panic!("the keys of a house are in a file")
    };
    let vault = &house.service.app.vault;
    assert_eq!(consultations::rewrap(house.db(), vault).await.unwrap(), 0);
    vault::Vault::rotate_file(&file).unwrap();
    vault.reload().unwrap();
    // Before it is carried over it is read and found all the same.
    let find =
        "query($name: String) { consultations(filter: { askerName: $name }) { totalCount } }";
    let found = desk.staff.run(find, json!({ "name": COMPANY })).await;
    assert_eq!(found.at("/consultations/totalCount"), 2);
    assert_eq!(consultations::rewrap(house.db(), vault).await.unwrap(), 4);
    assert_eq!(consultations::rewrap(house.db(), vault).await.unwrap(), 0);
    let current = format!("{}.", vault.current_id());
    for (place, value) in everything(house).await {
        let key = matches!(place.as_str(), "consultations.data_key" | "askers.data_key");
        assert!(!key || value.starts_with(&current), "{place} is under an old key");
    }
    let read = case.read(&desk.staff, "text asker { company }").await;
    assert_eq!(
        (read["text"].as_str(), read["asker"]["company"].as_str()),
        (Some(QUESTION), Some(COMPANY))
    );
    let found = desk.staff.run(find, json!({ "name": COMPANY })).await;
    assert_eq!(found.at("/consultations/totalCount"), 2);
}
