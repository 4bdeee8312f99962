//! Resources that an organization's own people keep: added, changed, taken back, and never undone by a later file.

use serde_json::{Value, json};
use zhanjian::access::Role;

use crate::{
    consultations::work::Desk,
    support::{House, Member, Reply, on_both_engines},
};

on_both_engines!(an_organization_keeps_its_resources);

const RESOURCE: &str = "resource { id externalId version name accreditation isAccredited state validUntil areas { code } }
    userErrors { code path message }";

async fn resource(member: &Member<'_>, name: &str, input: Value) -> Reply {
    let kind = format!("{}{}Input", name[..1].to_uppercase(), &name[1..]);
    let query =
        format!("mutation($input: {kind}!) {{ it: {name}(input: $input) {{ {RESOURCE} }} }}");
    member.run(&query, json!({ "input": input })).await
}

async fn an_organization_keeps_its_resources(house: &House) {
    house.places().await;
    let desk = Desk::of(house).await;
    let content = |name: &str| {
        json!({ "kind": "CLINICAL", "name": name, "capabilities": ["心血管介入"], "areas": ["REG-1"],
            "accreditation": "示例机构备案", "validUntil": "2027-12-31", "audience": "PARTNERS" })
    };
    let mut rows = Vec::new();
    for (_, member) in &crate::rights::everybody(house).await {
        let reply =
            resource(member, "addResource", json!({ "resource": content("示例临床中心") })).await;
        rows.push(crate::rights::heard(&reply));
    }
    let expected = [
        "UNAUTHENTICATED",
        "FORBIDDEN",
        "FORBIDDEN",
        "FORBIDDEN",
        "FORBIDDEN",
        "FORBIDDEN",
        "ok",
        "FORBIDDEN",
    ];
    assert_eq!(rows, expected);
    let input = json!({ "resource": content("示例临床中心"), "externalId": "centre" });
    let reply = resource(&desk.transfer, "addResource", input.clone()).await;
    let added = reply.at("/it/resource").clone();
    assert_eq!(
        (&added["state"], &added["areas"]),
        (&json!("OFFERED"), &json!([{ "code": "REG-1" }]))
    );
    assert_eq!(
        crate::rights::heard(&resource(&desk.transfer, "addResource", input).await),
        "ALREADY_THERE"
    );
    let mut wrong = content("示例");
    wrong["areas"] = json!(["NO-SUCH"]);
    let reply = resource(&desk.transfer, "addResource", json!({ "resource": wrong })).await;
    assert_eq!(reply.at("/it/userErrors/0/path"), &json!(["input", "resource", "areas"]));
    // Another office sees it, and does not change it.
    let other = house.signed_in(Role::TechTransfer, "demo-univ").await;
    let mut changed = content("示例临床研究中心");
    changed["accreditation"] = Value::Null;
    let input = json!({ "id": added["id"], "version": added["version"], "resource": changed });
    assert_eq!(
        crate::rights::heard(&resource(&other, "updateResource", input.clone()).await),
        "FORBIDDEN"
    );
    let reply = resource(&desk.transfer, "updateResource", input.clone()).await;
    let updated = reply.at("/it/resource").clone();
    assert_eq!(
        (&updated["name"], &updated["isAccredited"]),
        (&json!("示例临床研究中心"), &json!(false))
    );
    assert_eq!(
        crate::rights::heard(&resource(&desk.transfer, "updateResource", input).await),
        "CONFLICT"
    );
    // A later file does not undo what was edited here.
    let row = json!({ "externalId": "centre", "organization": "fudan", "kind": "CLINICAL", "name": "旧名称",
        "audience": "PARTNERS", "capacity": "20 床" });
    let kind = zhanjian::organizations::Resources::default();
    house.import(&kind, "resources.jsonl", row.to_string()).await;
    let list = "{ resources(filter: { validOn: \"2026-12-01\", organizations: [\"fudan\"] }) { totalCount nodes { name version } } }";
    let shown = desk.portal.ask(list).await;
    assert_eq!(shown.at("/resources/nodes/0/name"), "示例临床研究中心");
    // Taken back, it is its own organization's alone, and no file brings it back.
    let input = json!({ "id": added["id"], "version": shown.at("/resources/nodes/0/version") });
    let reply = resource(&desk.transfer, "retireResource", input).await;
    assert_eq!(reply.at("/it/resource/state"), "RETIRED");
    house.import(&kind, "resources.jsonl", row.to_string()).await;
    assert_eq!(desk.portal.ask(list).await.at("/resources/totalCount"), &json!(0));
    let own = desk
        .transfer
        .ask("{ resources(filter: { organizations: [\"fudan\"] }) { nodes { state } } }")
        .await;
    assert_eq!(own.at("/resources/nodes/0/state"), "RETIRED");
}
