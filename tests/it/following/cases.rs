//! A case on its way, as those hear of it who have it in their queues, and nobody else.

use serde_json::{Value, json};
use zhanjian::access::ClientScope;

use super::{
    listener::{Listener, served},
    present,
};
use crate::{
    consultations::work::{Desk, QUESTION, portal},
    support::{House, on_both_engines},
};

on_both_engines!(
    a_case_is_heard_of_in_the_queues_that_it_is_in,
    a_portal_hears_of_what_it_recorded
);

const TOLD: &str = "{ revision type consultationId
    queues { myStation escalatedToMyBureau unassigned } consultation { state text } }";

async fn a_case_is_heard_of_in_the_queues_that_it_is_in(house: &House) {
    house.places().await;
    let desk = Desk::of(house).await;
    let served = served(house).await;
    let since = present(house).await;
    let queue = format!("queueChanged(since: {since:?}) {TOLD}");
    let mut ours = Listener::signed_in(&served, desk.staff.token(), &queue).await;
    let mut theirs = Listener::signed_in(&served, desk.elsewhere.token(), &queue).await;
    let mut bureau = Listener::signed_in(&served, desk.district.token(), &queue).await;
    let mut anything = Listener::signed_in(
        &served,
        desk.elsewhere.token(),
        &format!("changed(kinds: [CONSULTATION], since: {since:?}) {{ type }}"),
    )
    .await;

    let mut case = desk.triaged("DISTRICT").await;
    let recorded = ours.event().await;
    assert_eq!((&recorded["type"], &recorded["consultationId"]), (&json!("PUT"), &json!(case.id)));
    assert_eq!(recorded["consultation"]["text"], QUESTION);
    let classified = ours.event().await;
    assert_eq!(classified["consultation"]["state"], case.state());
    assert_eq!(classified["queues"]["myStation"], 1);
    assert_eq!(classified["queues"]["escalatedToMyBureau"], 0);
    bureau.hears_nothing().await;

    let one = format!(
        "consultationChanged(id: {:?}, since: {}) {{ type consultation {{ state }} }}",
        case.id, classified["revision"]
    );
    let mut followed = Listener::signed_in(&served, desk.head.token(), &one).await;
    let mut stranger = Listener::signed_in(&served, desk.elsewhere.token(), &one).await;
    assert_eq!(stranger.refusal().await, "NOT_FOUND");
    case.take(&desk.staff, "escalateConsultation", json!({ "to": "DISTRICT", "summary": "概述" }))
        .await;
    let event = bureau.event().await;
    assert_eq!(
        (&event["type"], &event["queues"]["escalatedToMyBureau"]),
        (&json!("PUT"), &json!(1))
    );
    assert_eq!(ours.event().await["consultation"]["state"], case.state());
    assert_eq!(
        followed.event().await,
        json!({ "type": "PUT", "consultation": { "state": case.state() } })
    );
    // Another case of the same station is another case.
    let other = desk.recorded(&desk.staff).await;
    assert_eq!(ours.event().await["consultationId"], json!(other.id));
    followed.hears_nothing().await;
    theirs.hears_nothing().await;
    anything.hears_nothing().await;
}

async fn a_portal_hears_of_what_it_recorded(house: &House) {
    house.places().await;
    let desk = Desk::of(house).await;
    let served = served(house).await;
    let since = present(house).await;
    let case = desk.recorded(&desk.portal).await;
    let pull = format!(
        "{{ changes(since: {since:?}) {{ changes {{ kind type nodeId node {{ id }} }} }} }}"
    );
    let own = desk.portal.ask(&pull).await;
    let expected = json!([{ "kind": "CONSULTATION", "type": "PUT", "nodeId": case.id, "node": { "id": case.id } }]);
    assert_eq!(own.at("/changes/changes"), &expected);
    for other in [&desk.other_portal, &desk.elsewhere, &desk.administrator, &house.anybody()] {
        assert_eq!(other.ask(&pull).await.at("/changes/changes"), &json!([]));
    }
    let queue = format!("queueChanged(since: {since:?}) {{ consultation {{ id }} }}");
    let mut listener = Listener::signed_in(&served, desk.portal.token(), &queue).await;
    assert_eq!(listener.event().await["consultation"]["id"], json!(case.id));
    // Without the scope for it, a program hears of no case, nor of its going.
    let reader = portal(house, "示例阅览", &[ClientScope::Read]).await;
    let mut refused = Listener::signed_in(&served, reader.token(), &queue).await;
    assert_eq!(refused.refusal().await, "FORBIDDEN");
    assert_eq!(reader.ask(&pull).await.at("/changes/changes"), &Value::Array(Vec::new()));
}
