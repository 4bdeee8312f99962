//! The audit log: written with the change, never changed, read by those whom the table allows.

use sea_orm::ConnectionTrait as _;
use serde_json::{Value, json};
use zhanjian::access::Role;

use crate::{
    accounts::enrol,
    support::{House, Member, on_both_engines},
};

on_both_engines!(
    what_is_done_and_what_is_refused_is_entered,
    a_change_that_fails_leaves_no_entry_that_it_was_done,
    the_database_itself_refuses_to_change_an_entry,
    officers_read_their_district_and_the_municipal_level_all,
    entries_are_found_by_who_what_when_and_what_came_of_it,
    a_page_goes_on_where_it_ended,
    an_actor_is_shown_to_who_may_see_them,
);

const EVENTS: &str = "query($filter: AuditEventFilter, $first: Int, $after: String) {
    auditEvents(first: $first, after: $after, filter: $filter) { totalCount pageInfo { hasNextPage endCursor }
        nodes { at action outcome detail districtCode requestId target { kind id }
            actor { kind standing member { name } apiClient { name } } } } }";

async fn events(by: &Member<'_>, filter: Value) -> Vec<Value> {
    let reply = by.run(EVENTS, json!({ "filter": filter, "first": 100 })).await;
    reply.at("/auditEvents/nodes").as_array().unwrap().clone()
}

async fn suspend(by: &Member<'_>, id: &str, version: i32) -> crate::support::Reply {
    let query = "mutation($id: ID!, $v: Int!) { suspendMember(input: { memberId: $id, version: $v, reason: \"示例原因\" }) {
        userErrors { code } } }";
    by.run(query, json!({ "id": id, "v": version })).await
}

async fn what_is_done_and_what_is_refused_is_entered(house: &House) {
    house.places().await;
    let municipal = house.signed_in(Role::MunicipalOfficer, "").await;
    let head = house.signed_in(Role::Head, "SH-PD").await;
    let staff = house.signed_in(Role::Staff, "SH-PD").await;
    let id = enrol(house, "li", true).await;
    assert_eq!(suspend(&staff, &id, 1).await.code(), "FORBIDDEN");
    assert_eq!(suspend(&house.anybody(), &id, 1).await.code(), "UNAUTHENTICATED");
    assert_eq!(suspend(&head, &id, 1).await.at("/suspendMember/userErrors"), &json!([]));
    assert_eq!(suspend(&head, &id, 2).await.at("/suspendMember/userErrors/0/code"), "WRONG_STATE");
    // What a form can mend was no attempt at anything.
    suspend(&head, &id, 1).await;
    let mut found = events(&municipal, json!({ "actions": ["suspendMember"] })).await;
    for event in &mut found {
        assert!(!event["requestId"].as_str().unwrap().is_empty());
        event.as_object_mut().unwrap().remove("requestId");
        event["actor"].as_object_mut().unwrap().remove("member");
    }
    let event = |outcome: &str, detail: &str, standing: &str| {
        json!({ "at": "2026-11-22T04:00:00+00:00", "action": "suspendMember", "outcome": outcome, "detail": detail,
            "districtCode": "PD", "target": { "kind": "Member", "id": id },
            "actor": { "kind": "MEMBER", "standing": standing, "apiClient": null } })
    };
    assert_eq!(
        found,
        [
            event("REFUSED", "BAD_USER_INPUT", "HEAD"),
            event("DONE", "SUSPENDED", "HEAD"),
            event("REFUSED", "FORBIDDEN", "STAFF"),
        ]
    );
    // No word of the reason, and no password, is in the log.
    let all = municipal.run(EVENTS, json!({ "first": 100 })).await;
    assert!(!all.text.contains("示例原因"));
}

async fn a_change_that_fails_leaves_no_entry_that_it_was_done(house: &House) {
    house.places().await;
    let municipal = house.signed_in(Role::MunicipalOfficer, "").await;
    let id = enrol(house, "li", true).await;
    suspend(&municipal, &id, 7).await;
    assert!(events(&municipal, json!({ "actions": ["suspendMember"] })).await.is_empty());
    // Of many that come at once, one is done, and one entry says so.
    let all = futures_util::future::join_all((0..6).map(|_| suspend(&municipal, &id, 1))).await;
    let done = all.iter().filter(|reply| reply.at("/suspendMember/userErrors") == &json!([]));
    assert_eq!(done.count(), 1);
    let entered =
        events(&municipal, json!({ "actions": ["suspendMember"], "outcome": "DONE" })).await;
    assert_eq!(entered.len(), 1);
}

async fn the_database_itself_refuses_to_change_an_entry(house: &House) {
    house.places().await;
    let municipal = house.signed_in(Role::MunicipalOfficer, "").await;
    let id = enrol(house, "li", true).await;
    suspend(&municipal, &id, 1).await;
    let before = events(&municipal, json!({})).await;
    assert!(!before.is_empty());
    for sql in [
        "UPDATE audit_events SET actor = 'somebody else'",
        "UPDATE audit_events SET outcome = 'REFUSED' WHERE action = 'suspendMember'",
        "DELETE FROM audit_events",
        "DELETE FROM audit_events WHERE action = 'suspendMember'",
    ] {
        let write = house.db().write().await.unwrap();
        let refused = write.execute_unprepared(sql).await.unwrap_err();
        assert!(
            refused.to_string().contains("rows of audit_events are never changed"),
            "{sql}: {refused}"
        );
    }
    assert_eq!(events(&municipal, json!({})).await, before);
}

async fn officers_read_their_district_and_the_municipal_level_all(house: &House) {
    house.places().await;
    let municipal = house.signed_in(Role::MunicipalOfficer, "").await;
    let admin = house.signed_in(Role::Administrator, "").await;
    let pudong = house.signed_in(Role::DistrictOfficer, "PD").await;
    let xuhui = house.signed_in(Role::DistrictOfficer, "XH").await;
    let one = house.signed_in(Role::Staff, "SH-PD").await;
    let other = house.signed_in(Role::Staff, "SH-XH").await;
    suspend(&municipal, &one.id, 1).await;
    suspend(&municipal, &other.id, 1).await;
    // What belongs to no district is for those who read everything.
    admin.ask("mutation { createApiClient(input: { name: \"示例\", scopes: [READ] }) { userErrors { code } } }").await.data();
    let districts = async |by: &Member<'_>| {
        let events = events(by, json!({ "actions": ["suspendMember", "createApiClient"] })).await;
        events
            .iter()
            .map(|event| event["districtCode"].as_str().unwrap_or("-").to_owned())
            .collect::<Vec<_>>()
    };
    assert_eq!(districts(&pudong).await, ["PD"]);
    assert_eq!(districts(&xuhui).await, ["XH"]);
    for by in [&municipal, &admin] {
        assert_eq!(districts(by).await, ["-", "XH", "PD"]);
    }
    let count = pudong
        .ask("{ auditEvents(filter: { actions: [\"suspendMember\"] }) { totalCount } }")
        .await;
    assert_eq!(count.at("/auditEvents/totalCount"), 1);
    for by in [
        house.signed_in(Role::Head, "SH-PD").await,
        house.signed_in(Role::Staff, "SH-PD").await,
        house.signed_in(Role::TechTransfer, "demo-univ").await,
        crate::accounts::portal(house).await,
    ] {
        assert_eq!(by.run(EVENTS, json!({})).await.code(), "FORBIDDEN");
    }
    assert_eq!(house.anybody().run(EVENTS, json!({})).await.code(), "UNAUTHENTICATED");
    // Somebody who goes from one district to another is in the log of both.
    let moved = house.signed_in(Role::Staff, "SH-PD").await;
    let to = house.ask("{ station(code: \"SH-XH\") { id } }").await.at("/station/id").clone();
    let query = format!(
        "mutation {{ changeMember(input: {{ memberId: \"{}\", version: 1, post: {{ role: HEAD, stationId: {to} }} }}) {{ userErrors {{ code }} }} }}",
        moved.id
    );
    municipal.ask(&query).await.data();
    for by in [&pudong, &xuhui] {
        assert_eq!(events(by, json!({ "actions": ["changeMember"] })).await.len(), 1);
    }
}

async fn entries_are_found_by_who_what_when_and_what_came_of_it(house: &House) {
    house.places().await;
    let head = house.signed_in(Role::Head, "SH-PD").await;
    let one = house.signed_in(Role::Staff, "SH-PD").await;
    suspend(&head, &one.id, 1).await;
    house.clock.advance_days(1);
    let municipal = house.signed_in(Role::MunicipalOfficer, "").await;
    let admin = house.signed_in(Role::Administrator, "").await;
    let program = crate::accounts::portal(house).await;
    program.ask("mutation { addExpertiseArea(input: { code: \"x\", label: { zh: \"示例\" } }) { userErrors { code } } }").await;
    suspend(&admin, &one.id, 2).await;
    let now = house.clock.now();
    let write = house.db().write().await.unwrap();
    let entry = zhanjian::audit::Entry::new("rotateSigningKey").saying("示例");
    zhanjian::audit::by_operator(&*write, entry, now).await.unwrap();
    write.commit(now).await.unwrap();
    let count = async |filter: Value| events(&municipal, filter).await.len();
    let ours = json!(["suspendMember", "addExpertiseArea", "rotateSigningKey"]);
    assert_eq!(count(json!({ "actions": ours })).await, 4);
    assert_eq!(count(json!({ "actorId": head.id })).await, 1);
    assert_eq!(count(json!({ "targetId": one.id })).await, 2);
    assert_eq!(count(json!({ "targetId": one.id, "outcome": "REFUSED" })).await, 1);
    assert_eq!(count(json!({ "actions": ours, "from": "2026-11-23T00:00:00Z" })).await, 3);
    assert_eq!(count(json!({ "actions": ours, "to": "2026-11-23T00:00:00+08:00" })).await, 1);
    // From an instant on, before an instant.
    let at = "2026-11-23T04:00:00Z";
    assert_eq!(count(json!({ "actions": ours, "from": at })).await, 3);
    assert_eq!(count(json!({ "actions": ours, "to": at })).await, 1);
    assert_eq!(count(json!({ "actorKinds": ["API_CLIENT"] })).await, 1);
    assert_eq!(count(json!({ "actorKinds": ["OPERATOR"] })).await, 1);
    assert_eq!(count(json!({ "actorKinds": ["SERVICE"] })).await, 0);
    assert_eq!(count(json!({ "actorKinds": ["OPERATOR", "API_CLIENT"] })).await, 2);
    let operator = &events(&municipal, json!({ "actorKinds": ["OPERATOR"] })).await[0];
    assert_eq!(
        operator["actor"],
        json!({ "kind": "OPERATOR", "standing": null, "member": null, "apiClient": null })
    );
    assert_eq!((&operator["target"], &operator["requestId"]), (&Value::Null, &Value::Null));
    let station = house.ask("{ station(code: \"SH-PD\") { id } }").await.at("/station/id").clone();
    let wrong = municipal.run(EVENTS, json!({ "filter": { "actorId": station } })).await;
    assert_eq!(
        (wrong.code(), wrong.body["errors"][0]["extensions"]["field"].as_str()),
        ("BAD_USER_INPUT", Some("filter.actorId"))
    );
}

async fn a_page_goes_on_where_it_ended(house: &House) {
    house.places().await;
    for _ in 0..3 {
        // A token is over after a day.
        let municipal = house.signed_in(Role::MunicipalOfficer, "").await;
        for _ in 0..3 {
            let staff = house.signed_in(Role::Staff, "SH-PD").await;
            suspend(&municipal, &staff.id, 1).await;
        }
        house.clock.advance_days(1);
    }
    let municipal = house.signed_in(Role::MunicipalOfficer, "").await;
    let all = events(&municipal, json!({ "actions": ["suspendMember"] })).await;
    assert_eq!(all.iter().filter(|event| event["outcome"] == "DONE").count(), all.len());
    let (mut pages, mut after) = (Vec::new(), Value::Null);
    loop {
        let variables =
            json!({ "filter": { "actions": ["suspendMember"] }, "first": 2, "after": after });
        let reply = municipal.run(EVENTS, variables).await;
        pages.extend(reply.at("/auditEvents/nodes").as_array().unwrap().clone());
        after = reply.at("/auditEvents/pageInfo/endCursor").clone();
        if reply.at("/auditEvents/pageInfo/hasNextPage") == false {
            break;
        }
    }
    assert_eq!(pages, all);
    let mut instants: Vec<&str> = all.iter().map(|event| event["at"].as_str().unwrap()).collect();
    let newest_first = instants.clone();
    instants.sort_by(|one, other| other.cmp(one));
    assert_eq!(instants, newest_first);
    let wrong = municipal.run(EVENTS, json!({ "after": "x" })).await;
    assert_eq!(wrong.code(), "BAD_USER_INPUT");
}

async fn an_actor_is_shown_to_who_may_see_them(house: &House) {
    house.places().await;
    let admin = house.signed_in(Role::Administrator, "").await;
    let municipal = house.signed_in(Role::MunicipalOfficer, "").await;
    let pudong = house.signed_in(Role::DistrictOfficer, "PD").await;
    let staff = house.signed_in(Role::Staff, "SH-PD").await;
    suspend(&admin, &staff.id, 1).await;
    let name = |events: &[Value]| events[0]["actor"]["member"]["name"].clone();
    let filter = json!({ "actions": ["suspendMember"] });
    assert!(name(&events(&municipal, filter.clone()).await).is_string());
    // A district's officer does not see who runs the service, and reads that it was an administrator.
    let seen = events(&pudong, filter).await;
    assert_eq!(
        (name(&seen), &seen[0]["actor"]["standing"]),
        (Value::Null, &json!("ADMINISTRATOR"))
    );
}
