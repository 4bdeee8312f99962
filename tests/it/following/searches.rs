//! Searches that are kept, and told of what they newly find.

use std::time::Duration;

use serde_json::{Value, json};
use zhanjian::{
    access::Role,
    http::Lasting,
    regulations::{RegulationRelations, Regulations},
};

use super::{
    answer,
    listener::{Listener, served},
    present, write,
};
use crate::{
    gate::support::line::Served,
    support::{House, Member, Reply, on_both_engines},
};

on_both_engines!(
    a_search_is_kept_by_its_owner_and_by_nobody_else,
    an_owner_hears_of_what_the_search_finds_and_of_nothing_else,
    a_verdict_that_changes_is_told,
);

const SAVE: &str = "mutation($input: SaveSearchInput!) { saveSearch(input: $input) {
    savedSearch { id name query filter version } userErrors { code path message } clientMutationId } }";

const SAVED: &str = "{ savedSearches { totalCount nodes { id name } } }";

async fn save(member: &Member<'_>, input: Value) -> Reply {
    member.run(SAVE, json!({ "input": input })).await
}

async fn a_search_is_kept_by_its_owner_and_by_nobody_else(house: &House) {
    house.places().await;
    let staff = house.signed_in(Role::Staff, "SH-PD").await;
    let colleague = house.signed_in(Role::Staff, "SH-PD").await;
    let filter = json!({ "kinds": ["ANSWERED_QUESTION"], "areas": ["REG-1"], "yearFrom": 2024 });
    let input =
        json!({ "name": " 注册变更 ", "query": "变更", "filter": filter, "clientMutationId": "1" });
    let reply = save(&staff, input.clone()).await;
    let kept = reply.at("/saveSearch/savedSearch").clone();
    assert_eq!((kept["name"].as_str(), kept["query"].as_str()), (Some("注册变更"), Some("变更")));
    assert_eq!(serde_json::from_str::<Value>(kept["filter"].as_str().unwrap()).unwrap(), filter);
    // Asked for again it is the same one.
    assert_eq!(save(&staff, input).await.at("/saveSearch/savedSearch/id"), &kept["id"]);
    // What the filter was is good as a variable.
    let search =
        "query($filter: SearchFilter) { search(query: \"\", filter: $filter) { totalCount } }";
    let given: Value = serde_json::from_str(kept["filter"].as_str().unwrap()).unwrap();
    staff.run(search, json!({ "filter": given })).await.at("/search/totalCount");

    for (input, code, path) in [
        (json!({ "name": "注册变更" }), "ALREADY_THERE", "name"),
        (json!({ "name": "  " }), "INVALID", "name"),
        (json!({ "name": "长".repeat(101) }), "INVALID", "name"),
        (json!({ "name": "a", "query": "长".repeat(2_001) }), "INVALID", "query"),
        (json!({ "name": "a", "filter": { "areas": ["no such area"] } }), "INVALID", "filter"),
    ] {
        let reply = save(&staff, input.clone()).await;
        let error = reply.at("/saveSearch/userErrors/0");
        assert_eq!(
            (error["code"].as_str(), error["path"][1].as_str()),
            (Some(code), Some(path)),
            "{input}"
        );
    }
    assert_eq!(save(&house.anybody(), json!({ "name": "a" })).await.code(), "UNAUTHENTICATED");

    assert_eq!(staff.ask(SAVED).await.texts("/savedSearches/nodes", "/name"), ["注册变更"]);
    for other in [&colleague, &house.anybody()] {
        assert_eq!(other.ask(SAVED).await.at("/savedSearches/totalCount"), &json!(0));
        let node = other
            .run("query($id: ID!) { node(id: $id) { id } }", json!({ "id": kept["id"] }))
            .await;
        assert_eq!(node.at("/node"), &Value::Null);
    }
    let delete = "mutation($id: ID!, $version: Int!) { deleteSavedSearch(input: { savedSearchId: $id, version: $version }) {
        deletedSavedSearchId userErrors { code currentVersion } } }";
    let id = &kept["id"];
    assert_eq!(colleague.run(delete, json!({ "id": id, "version": 1 })).await.code(), "NOT_FOUND");
    assert_eq!(
        house.anybody().run(delete, json!({ "id": id, "version": 1 })).await.code(),
        "UNAUTHENTICATED"
    );
    let stale = staff.run(delete, json!({ "id": id, "version": 7 })).await;
    assert_eq!(
        stale.at("/deleteSavedSearch/userErrors/0"),
        &json!({ "code": "CONFLICT", "currentVersion": 1 })
    );
    let done = staff.run(delete, json!({ "id": id, "version": 1 })).await;
    assert_eq!(done.at("/deleteSavedSearch/deletedSavedSearchId"), id);
    assert_eq!(staff.ask(SAVED).await.at("/savedSearches/totalCount"), &json!(0));
}

const FOUND: &str = "{ revision reason answeredQuestionId answeredQuestion { externalId } }";

/// Keeps a search, and listens to what it finds.
async fn following(house: &House, served: &Served, input: Value) -> (Listener, String) {
    let staff = house.signed_in(Role::Staff, "SH-XH").await;
    let id =
        save(&staff, input).await.at("/saveSearch/savedSearch/id").as_str().unwrap().to_owned();
    let since = present(house).await;
    let found = format!("answeredQuestionFound(savedSearch: {id:?}, since: {since:?}) {FOUND}");
    (Listener::signed_in(served, staff.token(), &found).await, id)
}

fn said(event: &Value) -> (String, String) {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    (text(&event["reason"]), text(&event["answeredQuestion"]["externalId"]))
}

fn expected(reason: &str, id: &str) -> (String, String) {
    (reason.to_owned(), id.to_owned())
}

async fn an_owner_hears_of_what_the_search_finds_and_of_nothing_else(house: &House) {
    house.places().await;
    let served = served(house).await;
    let (mut listener, id) = following(
        house,
        &served,
        json!({ "name": "灭菌", "query": "灭菌验证", "filter": { "stations": ["SH-PD"] } }),
    )
    .await;
    write(house, "other", "NETWORK", "胰岛素泵的说明书怎么写").await;
    write(house, "found", "NETWORK", "灭菌验证要做几批").await;
    let event = listener.event().await;
    assert_eq!(said(&event), expected("PUBLISHED", "found"));
    write(house, "hidden", "STATION", "灭菌验证，仅限本站").await;
    write(house, "found", "NETWORK", "灭菌验证要做几批，连续三批吗").await;
    assert_eq!(said(&listener.event().await), expected("REVISED", "found"));
    // Shared with the network afterwards, it is new to the network.
    write(house, "hidden", "NETWORK", "灭菌验证，仅限本站").await;
    assert_eq!(said(&listener.event().await), expected("PUBLISHED", "hidden"));
    let row = json!({ "externalId": "found", "question": "灭菌验证要做几批", "answer": "答", "audience": "NETWORK", "state": "WITHDRAWN" });
    answer(house, row).await;
    let gone = listener.event().await;
    assert_eq!(gone["answeredQuestionId"], event["answeredQuestionId"]);
    assert_eq!(said(&gone), expected("GONE", ""));
    listener.hears_nothing().await;

    // What was missed comes first.
    let staff = house.signed_in(Role::Staff, "SH-XH").await;
    let since = event["revision"].as_str().unwrap();
    let own = save(&staff, json!({ "name": "灭菌", "query": "灭菌验证" })).await;
    let own = own.at("/saveSearch/savedSearch/id").as_str().unwrap().to_owned();
    let again = format!("answeredQuestionFound(savedSearch: {own:?}, since: {since:?}) {FOUND}");
    let mut again = Listener::signed_in(&served, staff.token(), &again).await;
    // As things are now: what was revised is gone since.
    let heard =
        [said(&again.event().await), said(&again.event().await), said(&again.event().await)];
    assert_eq!(
        heard,
        [expected("GONE", ""), expected("PUBLISHED", "hidden"), expected("GONE", "")]
    );
    // The search of another is none.
    let found = format!("answeredQuestionFound(savedSearch: {id:?}) {FOUND}");
    let mut stranger = Listener::signed_in(&served, staff.token(), &found).await;
    assert_eq!(stranger.refusal().await, "NOT_FOUND");
    let mut anybody = Listener::holding(&served, &[], &found).await;
    assert_eq!(anybody.refusal().await, "UNAUTHENTICATED");
}

async fn a_verdict_that_changes_is_told(house: &House) {
    house.places().await;
    // Days go by in which no token lasts: it is looked after the socket only once a minute.
    let lasting = Lasting { recheck: Duration::from_mins(1), ..Lasting::default() };
    let served = Served::new(house.front(lasting).await).await;
    let cites = |id: &str, key: &str| json!({ "externalId": id, "question": format!("飞行检查 {id}"), "answer": "答", "audience": "NETWORK", "citations": [{ "regulation": key }] });
    let rules = "key,title,region,issuedOn,effectiveOn\n\
        old-law,示例旧办法,CN,2020-01-01,2020-01-01\nnew-law,示例新办法,CN,2026-11-01,2026-11-25\n\
        other-law,示例另一办法,CN,2020-01-01,2020-01-01\nlatest-law,示例最新办法,CN,2026-11-01,2026-11-20\n";
    house.import(&Regulations, "regulations.csv", rules).await;
    let relation = "from,to,kind,scope,effectiveOn\nnew-law,old-law,REPLACES,FULL,2026-11-25\n";
    house.import(&RegulationRelations, "relations.csv", relation).await;
    answer(house, cites("by-day", "old-law")).await;
    answer(house, cites("by-relation", "other-law")).await;
    house.settle().await;
    zhanjian::transitions::tell(&house.service.app).await.unwrap();
    let (mut listener, _) =
        following(house, &served, json!({ "name": "检查", "query": "飞行检查" })).await;

    listener.hears_nothing().await;
    // A day comes.
    house.clock.advance_days(2);
    zhanjian::transitions::tell(&house.service.app).await.unwrap();
    listener.hears_nothing().await;
    house.clock.advance_days(2);
    zhanjian::transitions::tell(&house.service.app).await.unwrap();
    assert_eq!(said(&listener.event().await), expected("CURRENCY_CHANGED", "by-day"));
    // A relation is recorded.
    let relation =
        "from,to,kind,scope,effectiveOn\nlatest-law,other-law,REPLACES,FULL,2026-11-20\n";
    house.import(&RegulationRelations, "relations.csv", relation).await;
    assert_eq!(said(&listener.event().await), expected("CURRENCY_CHANGED", "by-relation"));
    listener.hears_nothing().await;
}
