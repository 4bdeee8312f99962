//! When the law changes: recording it, proposing it, what it would touch, what has to be looked at again, confirming.

use serde_json::{Value, json};
use zhanjian::{
    access::{ClientScope, Role},
    accounts::{self, NewClient},
    regulations::Regulations,
};

use crate::support::{House, Member, Reply};

mod affected;
mod clock;
mod confirming;
mod proposals;
mod queue;
mod recording;
mod rights;

const RECORD: &str = "mutation($input: RecordRegulationInput!) { it: recordRegulation(input: $input) {
    regulation { id key version number } revision userErrors { code path message currentVersion } } }";

const RELATE: &str = "mutation($input: RecordRegulationRelationInput!) {
    it: recordRegulationRelation(input: $input) {
        relation { id version articles from { key } to { key } } revision
        userErrors { code path message currentVersion } } }";

/// What a form was told: the codes of its faults, each with its place, or nothing.
fn faults(reply: &Reply) -> Vec<String> {
    let told = reply.at("/it/userErrors").as_array().unwrap().iter();
    let place = |error: &Value| {
        let path: Vec<&str> =
            error["path"].as_array().unwrap().iter().map(|step| step.as_str().unwrap()).collect();
        format!("{} {}", error["code"].as_str().unwrap(), path.join("."))
    };
    told.map(place).collect()
}

/// Did it, and nothing was wrong with it.
#[track_caller]
fn done(reply: &Reply) -> &Value {
    assert_eq!(faults(reply), Vec::<String>::new(), "{}", reply.text);
    reply.at("/it")
}

fn relation(from: &str, kind: &str, to: &str, on: &str) -> Value {
    json!({ "from": from, "to": to, "kind": kind, "scope": "FULL", "effectiveOn": on })
}

async fn relate(member: &Member<'_>, relation: Value) -> Reply {
    member.run(RELATE, json!({ "input": { "relation": relation } })).await
}

/// Regulations by their keys, each issued on a day and in force from then on.
async fn rules(house: &House, rules: &[(&str, &str)]) {
    let mut file = "key,title,region,issuedOn,effectiveOn\n".to_owned();
    for (key, day) in rules {
        file += &format!("{key},示例办法 {key},CN,{day},{day}\n");
    }
    house.import(&Regulations, "regulations.csv", file).await;
}

/// An answer that rests on articles of a rule; none where the whole is meant.
fn answer(id: &str, rule: &str, articles: &[&str], uses: i32) -> Value {
    json!({ "externalId": id, "question": format!("示例问题 {id}"), "answer": "答", "reuseCount": uses,
        "citations": [{ "regulation": rule, "articles": articles }] })
}

/// The verdict on an answer today, and the day of it.
async fn verdict(house: &House, id: &str) -> (String, Value) {
    const ONE: &str = "query($ids: [String!]!) {
        answeredQuestions(filter: { externalIds: $ids }) { nodes { currency { status day } } } }";
    let viewer = house.member_of(crate::support::sample::EVERY_STATION);
    let reply = viewer.run(ONE, json!({ "ids": [id] })).await;
    let currency = reply.at("/answeredQuestions/nodes/0/currency");
    (currency["status"].as_str().unwrap().to_owned(), currency["day"].clone())
}

async fn status(house: &House, id: &str) -> String {
    verdict(house, id).await.0
}

/// The global id and the version of an answer.
async fn version(house: &House, id: &str) -> (String, i64) {
    const ONE: &str = "query($ids: [String!]!) {
        answeredQuestions(filter: { externalIds: $ids }) { nodes { id version } } }";
    let viewer = house.member_of(crate::support::sample::EVERY_STATION);
    let reply = viewer.run(ONE, json!({ "ids": [id] })).await;
    let node = reply.at("/answeredQuestions/nodes/0");
    (node["id"].as_str().unwrap().to_owned(), node["version"].as_i64().unwrap())
}

/// One of each standing, in the order of the table of rights.
async fn everybody(house: &House) -> Vec<(&'static str, Member<'_>)> {
    vec![
        ("anonymous", house.anybody()),
        ("portal", portal(house).await),
        ("staff", house.signed_in(Role::Staff, "SH-PD").await),
        ("head", house.signed_in(Role::Head, "SH-PD").await),
        ("district", house.signed_in(Role::DistrictOfficer, "PD").await),
        ("elsewhere", house.signed_in(Role::DistrictOfficer, "XH").await),
        ("municipal", house.signed_in(Role::MunicipalOfficer, "").await),
        ("transfer", house.signed_in(Role::TechTransfer, "fudan").await),
        ("admin", house.signed_in(Role::Administrator, "").await),
    ]
}

/// A partner portal's program with every scope.
async fn portal(house: &House) -> Member<'_> {
    let new = NewClient {
        name: "示例园区平台".to_owned(),
        organization: None,
        scopes: ClientScope::ALL.to_vec(),
        requests_per_minute: None,
        cost_per_minute: None,
    };
    let now = house.clock.now();
    let write = house.db().write().await.unwrap();
    let (client, secret) = accounts::add_client(&*write, new, "test", now).await.unwrap();
    write.commit(now).await.unwrap();
    let accounts = &house.service.app.accounts;
    let grant = accounts.grant(house.db(), &client.client_id, &secret, None, now).await.unwrap();
    house.bearer(grant.unwrap().token)
}
