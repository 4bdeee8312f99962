//! Keeping stations, the taxonomy and the programs of partner portals.

use serde_json::{Value, json};
use zhanjian::access::Role;

use crate::{
    rights::{everybody, heard, table},
    support::{House, Member, Reply, on_both_engines},
};

on_both_engines!(
    who_keeps_what_is_a_table,
    a_station_is_changed_and_found_by_what_it_is_called_now,
    a_station_is_met_at_its_service_points,
    a_station_is_no_branch_of_itself,
    an_area_is_added_changed_and_removed,
    an_area_stands_where_it_makes_sense,
    an_area_in_use_stays,
    a_client_is_made_and_its_secret_shown_once,
);

async fn one(member: &Member<'_>, query: &str, path: &str) -> Value {
    member.ask(query).await.at(path).clone()
}

async fn station(house: &House, code: &str) -> (Value, Value) {
    let query = format!("{{ station(code: \"{code}\") {{ id version }} }}");
    let reply = house.ask(&query).await;
    (reply.at("/station/id").clone(), reply.at("/station/version").clone())
}

async fn area(house: &House, code: &str) -> (Value, Value) {
    let query = format!("{{ expertiseArea(code: \"{code}\") {{ id version }} }}");
    let reply = house.ask(&query).await;
    (reply.at("/expertiseArea/id").clone(), reply.at("/expertiseArea/version").clone())
}

/// Changes a station: the verb, and what it needs besides the station and the version.
async fn keep_station(house: &House, by: &Member<'_>, code: &str, verb: &str, more: &str) -> Reply {
    let (id, version) = station(house, code).await;
    let query = format!(
        "mutation {{ it: {verb}(input: {{ stationId: {id}, version: {version} {more} }}) {{
            station {{ name serviceModel state version parent {{ code }} areas {{ code }}
                servicePoints {{ id name park address hours }} }}
            userErrors {{ code path }} revision }} }}"
    );
    by.ask(&query).await
}

async fn keep_area(house: &House, by: &Member<'_>, code: &str, verb: &str, more: &str) -> Reply {
    let (id, version) = area(house, code).await;
    let query = format!(
        "mutation {{ it: {verb}(input: {{ expertiseAreaId: {id}, version: {version} {more} }}) {{
            expertiseArea {{ code label {{ zh en }} aliases position version parent {{ code }} }}
            userErrors {{ code path }} revision }} }}"
    );
    by.ask(&query).await
}

async fn add_area(by: &Member<'_>, code: &str, more: &str) -> Reply {
    let query = format!(
        "mutation {{ it: addExpertiseArea(input: {{ code: \"{code}\", label: {{ zh: \"示例领域\" }} {more} }}) {{
            expertiseArea {{ code facet position aliases parent {{ code }} }} userErrors {{ code path }} revision }} }}"
    );
    by.ask(&query).await
}

async fn who_keeps_what_is_a_table(house: &House) {
    house.places().await;
    let viewers = everybody(house).await;
    let (client, _) = crate::accounts::client(house, None, None).await;
    let admin = house.signed_in(Role::Administrator, "").await;
    let mut rows: Vec<(String, Vec<String>)> = Vec::new();
    for (name, code, verb, more) in [
        ("changeStation PD", "SH-PD", "changeStation", ", serviceModel: \"示例\""),
        ("changeStation XH", "SH-XH", "changeStation", ", serviceModel: \"示例\""),
        ("changeStation PD, state", "SH-PD", "changeStation", ", state: RECTIFYING"),
        ("setStationAreas PD", "SH-PD", "setStationAreas", ", areaIds: []"),
        ("setStationAreas XH", "SH-XH", "setStationAreas", ", areaIds: []"),
        ("addServicePoint PD", "SH-PD", "addServicePoint", ", name: \"示例\""),
        ("addServicePoint XH", "SH-XH", "addServicePoint", ", name: \"示例\""),
    ] {
        let mut cells = Vec::new();
        for (_, viewer) in &viewers {
            cells.push(heard(&keep_station(house, viewer, code, verb, more).await));
        }
        rows.push((name.to_owned(), cells));
    }
    for verb in ["changeServicePoint", "removeServicePoint"] {
        for code in ["SH-PD", "SH-XH"] {
            let mut cells = Vec::new();
            for (_, viewer) in &viewers {
                keep_station(house, &admin, code, "addServicePoint", ", name: \"示例\"").await;
                let query = format!("{{ station(code: \"{code}\") {{ servicePoints {{ id }} }} }}");
                let points = house.ask(&query).await;
                let point = points.texts("/station/servicePoints", "/id").pop().unwrap();
                let name = if verb == "changeServicePoint" { ", name: \"示例\"" } else { "" };
                let more = format!(", servicePointId: \"{point}\"{name}");
                cells.push(heard(&keep_station(house, viewer, code, verb, &more).await));
            }
            rows.push((format!("{verb} {}", &code[3..]), cells));
        }
    }
    let mut cells = Vec::new();
    for (number, (_, viewer)) in viewers.iter().enumerate() {
        cells.push(heard(&add_area(viewer, &format!("X-{number}"), ", facet: SVC").await));
    }
    rows.push(("addExpertiseArea".to_owned(), cells));
    for (verb, more) in
        [("changeExpertiseArea", ", aliases: [\"示例\"]"), ("removeExpertiseArea", "")]
    {
        let mut cells = Vec::new();
        for (number, (_, viewer)) in viewers.iter().enumerate() {
            let code = format!("Y-{verb}-{number}");
            add_area(&admin, &code, ", facet: SVC").await;
            cells.push(heard(&keep_area(house, viewer, &code, verb, more).await));
        }
        rows.push((verb.to_owned(), cells));
    }
    let kept = format!(
        "{{ apiClients(filter: {{ clientIds: [\"{client}\"] }}) {{ nodes {{ id version state }} }} }}"
    );
    for (verb, more) in [
        ("changeApiClient", ", name: \"示例\""),
        ("rotateApiClientSecret", ""),
        ("disableApiClient", ""),
        ("enableApiClient", ""),
    ] {
        let mut cells = Vec::new();
        for (_, viewer) in &viewers {
            let now = one(&admin, &kept, "/apiClients/nodes/0").await;
            let query = format!(
                "mutation {{ it: {verb}(input: {{ apiClientId: {}, version: {} {more} }}) {{ userErrors {{ code }} }} }}",
                now["id"], now["version"]
            );
            cells.push(heard(&viewer.ask(&query).await));
        }
        rows.push((verb.to_owned(), cells));
    }
    let mut reads = vec![
        ("createApiClient", "mutation { createApiClient(input: { name: \"示例\", scopes: [READ] }) { userErrors { code } } }".to_owned()),
        ("apiClients", "{ apiClients { totalCount } }".to_owned()),
        ("auditEvents", "{ auditEvents { pageInfo { hasNextPage } } }".to_owned()),
    ];
    let id = one(&admin, &kept, "/apiClients/nodes/0/id").await;
    reads.push(("apiClient", format!("{{ apiClient(id: {id}) {{ name }} }}")));
    for (name, query) in &reads {
        let mut cells = Vec::new();
        for (_, viewer) in &viewers {
            cells.push(heard(&viewer.ask(query).await));
        }
        rows.push(((*name).to_owned(), cells));
    }
    // By its id, a program is there for those who keep it.
    let mut cells = Vec::new();
    for (_, viewer) in &viewers {
        let found = one(viewer, &format!("{{ node(id: {id}) {{ id }} }}"), "/node").await;
        cells.push(if found.is_null() { "nothing".to_owned() } else { "ok".to_owned() });
    }
    rows.push(("node of a client".to_owned(), cells));
    insta::assert_snapshot!(table(&rows), @"
                                      anonymous       portal          staff           head            district        municipal       transfer        admin
    changeStation PD                  UNAUTHENTICATED FORBIDDEN       FORBIDDEN       ok              ok              ok              FORBIDDEN       ok
    changeStation XH                  UNAUTHENTICATED FORBIDDEN       FORBIDDEN       FORBIDDEN       FORBIDDEN       ok              FORBIDDEN       ok
    changeStation PD, state           UNAUTHENTICATED FORBIDDEN       FORBIDDEN       FORBIDDEN       FORBIDDEN       ok              FORBIDDEN       ok
    setStationAreas PD                UNAUTHENTICATED FORBIDDEN       FORBIDDEN       ok              ok              ok              FORBIDDEN       ok
    setStationAreas XH                UNAUTHENTICATED FORBIDDEN       FORBIDDEN       FORBIDDEN       FORBIDDEN       ok              FORBIDDEN       ok
    addServicePoint PD                UNAUTHENTICATED FORBIDDEN       FORBIDDEN       ok              ok              ok              FORBIDDEN       ok
    addServicePoint XH                UNAUTHENTICATED FORBIDDEN       FORBIDDEN       FORBIDDEN       FORBIDDEN       ok              FORBIDDEN       ok
    changeServicePoint PD             UNAUTHENTICATED FORBIDDEN       FORBIDDEN       ok              ok              ok              FORBIDDEN       ok
    changeServicePoint XH             UNAUTHENTICATED FORBIDDEN       FORBIDDEN       FORBIDDEN       FORBIDDEN       ok              FORBIDDEN       ok
    removeServicePoint PD             UNAUTHENTICATED FORBIDDEN       FORBIDDEN       ok              ok              ok              FORBIDDEN       ok
    removeServicePoint XH             UNAUTHENTICATED FORBIDDEN       FORBIDDEN       FORBIDDEN       FORBIDDEN       ok              FORBIDDEN       ok
    addExpertiseArea                  UNAUTHENTICATED FORBIDDEN       FORBIDDEN       FORBIDDEN       FORBIDDEN       FORBIDDEN       FORBIDDEN       ok
    changeExpertiseArea               UNAUTHENTICATED FORBIDDEN       FORBIDDEN       FORBIDDEN       FORBIDDEN       FORBIDDEN       FORBIDDEN       ok
    removeExpertiseArea               UNAUTHENTICATED FORBIDDEN       FORBIDDEN       FORBIDDEN       FORBIDDEN       FORBIDDEN       FORBIDDEN       ok
    changeApiClient                   UNAUTHENTICATED FORBIDDEN       FORBIDDEN       FORBIDDEN       FORBIDDEN       FORBIDDEN       FORBIDDEN       ok
    rotateApiClientSecret             UNAUTHENTICATED FORBIDDEN       FORBIDDEN       FORBIDDEN       FORBIDDEN       FORBIDDEN       FORBIDDEN       ok
    disableApiClient                  UNAUTHENTICATED FORBIDDEN       FORBIDDEN       FORBIDDEN       FORBIDDEN       FORBIDDEN       FORBIDDEN       ok
    enableApiClient                   UNAUTHENTICATED FORBIDDEN       FORBIDDEN       FORBIDDEN       FORBIDDEN       FORBIDDEN       FORBIDDEN       ok
    createApiClient                   UNAUTHENTICATED FORBIDDEN       FORBIDDEN       FORBIDDEN       FORBIDDEN       FORBIDDEN       FORBIDDEN       ok
    apiClients                        UNAUTHENTICATED FORBIDDEN       FORBIDDEN       FORBIDDEN       FORBIDDEN       FORBIDDEN       FORBIDDEN       ok
    auditEvents                       UNAUTHENTICATED FORBIDDEN       FORBIDDEN       FORBIDDEN       ok              ok              FORBIDDEN       ok
    apiClient                         UNAUTHENTICATED FORBIDDEN       FORBIDDEN       FORBIDDEN       FORBIDDEN       FORBIDDEN       FORBIDDEN       ok
    node of a client                  nothing         nothing         nothing         nothing         nothing         nothing         nothing         ok
    ");
}

async fn found(house: &House, words: &str, revision: &Value) -> Vec<String> {
    let query = format!(
        "{{ search(query: \"{words}\", filter: {{ kinds: [STATION] }}, atLeast: {revision}) {{ nodes {{ ... on Station {{ code }} }} }} }}"
    );
    house.ask(&query).await.texts("/search/nodes", "/code")
}

async fn a_station_is_changed_and_found_by_what_it_is_called_now(house: &House) {
    house.places().await;
    let head = house.signed_in(Role::Head, "SH-PD").await;
    let more = ", name: \" 示例麒麟工作站 \", serviceModel: \"预约上门\"";
    let reply = keep_station(house, &head, "SH-PD", "changeStation", more).await;
    assert_eq!(reply.at("/it/station/name"), "示例麒麟工作站");
    assert_eq!(reply.at("/it/station/serviceModel"), "预约上门");
    assert_eq!(reply.at("/it/station/version"), 2);
    let revision = reply.at("/it/revision").clone();
    assert_eq!(found(house, "麒麟", &revision).await, ["SH-PD"]);
    let reply = keep_station(house, &head, "SH-PD", "changeStation", ", serviceModel: null").await;
    assert_eq!(reply.at("/it/station/serviceModel"), &Value::Null);
    assert_eq!(reply.at("/it/station/name"), "示例麒麟工作站");

    let (area, _) = area(house, "FLD-3-01").await;
    let more = format!(", areaIds: [{area}, {area}]");
    let reply = keep_station(house, &head, "SH-PD", "setStationAreas", &more).await;
    assert_eq!(reply.at("/it/station/areas"), &json!([{ "code": "FLD-3-01" }]));
    let filtered = house
        .ask("{ stations(filter: { areas: [\"FLD-3-01\"], codes: [\"SH-PD\"] }) { totalCount } }")
        .await;
    assert_eq!(filtered.at("/stations/totalCount"), 1);
    let nothing = zhanjian::ids::GlobalId::encode(
        zhanjian::ids::NodeKind::ExpertiseArea,
        zhanjian::ids::new_id(),
    );
    let more = format!(", areaIds: [\"{}\"]", nothing.as_str());
    let reply = keep_station(house, &head, "SH-PD", "setStationAreas", &more).await;
    assert_eq!(reply.at("/it/userErrors/0/path"), &json!(["input", "areaIds"]));
    assert_eq!(reply.at("/it/station/areas"), &json!([{ "code": "FLD-3-01" }]));
    let reply = keep_station(house, &head, "SH-PD", "changeStation", ", name: \"\"").await;
    assert_eq!(
        reply.at("/it/userErrors/0"),
        &json!({ "code": "INVALID", "path": ["input", "name"] })
    );
    // Somebody else was faster.
    let (id, _) = station(house, "SH-PD").await;
    let stale = format!(
        "mutation {{ it: changeStation(input: {{ stationId: {id}, version: 1, name: \"示例\" }}) {{ userErrors {{ code }} }} }}"
    );
    assert_eq!(heard(&head.ask(&stale).await), "CONFLICT");
    house.settle().await;
}

async fn a_station_is_met_at_its_service_points(house: &House) {
    house.places().await;
    let head = house.signed_in(Role::Head, "SH-XH").await;
    let more =
        ", name: \"示例服务点\", park: \"示例园\", address: \"示例路1号\", hours: \"周一至周五\"";
    let reply = keep_station(house, &head, "SH-XH", "addServicePoint", more).await;
    let point = reply.at("/it/station/servicePoints/0").clone();
    assert_eq!(point["address"], "示例路1号");
    let revision = reply.at("/it/revision").clone();
    assert_eq!(found(house, "示例路", &revision).await, ["SH-XH"]);
    let more = format!(", servicePointId: {}, name: \"示例新址\"", point["id"]);
    let reply = keep_station(house, &head, "SH-XH", "changeServicePoint", &more).await;
    let changed = json!([{ "id": point["id"], "name": "示例新址", "park": null, "address": null, "hours": null }]);
    assert_eq!(reply.at("/it/station/servicePoints"), &changed);
    // A point of another station is not there.
    let pudong = house.signed_in(Role::Head, "SH-PD").await;
    let more = format!(", servicePointId: {}", point["id"]);
    let reply = keep_station(house, &pudong, "SH-PD", "removeServicePoint", &more).await;
    assert_eq!(reply.code(), "NOT_FOUND");
    // Removed once, however often it is asked for.
    let (id, version) = station(house, "SH-XH").await;
    let remove = format!("mutation {{ it: removeServicePoint(input: {{ stationId: {id}, servicePointId: {}, version: {version}, clientMutationId: \"once\" }}) {{
        station {{ servicePoints {{ id }} }} userErrors {{ code }} }} }}", point["id"]);
    for _ in 0..2 {
        let reply = head.ask(&remove).await;
        assert_eq!(
            reply.at("/it"),
            &json!({ "station": { "servicePoints": [] }, "userErrors": [] })
        );
    }
    house.settle().await;
}

async fn a_station_is_no_branch_of_itself(house: &House) {
    house.places().await;
    let municipal = house.signed_in(Role::MunicipalOfficer, "").await;
    let parent = async |code: &str, of: &str| {
        let (id, _) = station(house, of).await;
        keep_station(house, &municipal, code, "changeStation", &format!(", parentId: {id}")).await
    };
    assert_eq!(parent("SH-XH", "SH-PD").await.at("/it/station/parent/code"), "SH-PD");
    assert_eq!(parent("SH-CN", "SH-XH").await.at("/it/station/parent/code"), "SH-XH");
    for of in ["SH-PD", "SH-XH", "SH-CN"] {
        let reply = parent("SH-PD", of).await;
        assert_eq!(
            reply.at("/it/userErrors/0"),
            &json!({ "code": "INVALID", "path": ["input", "parentId"] })
        );
    }
    let reply = keep_station(house, &municipal, "SH-XH", "changeStation", ", parentId: null").await;
    assert_eq!(reply.at("/it/station/parent"), &Value::Null);
    // A head makes a branch of nobody's station but their own.
    let head = house.signed_in(Role::Head, "SH-BS").await;
    let (id, _) = station(house, "SH-PD").await;
    let reply =
        keep_station(house, &head, "SH-BS", "changeStation", &format!(", parentId: {id}")).await;
    assert_eq!(reply.code(), "FORBIDDEN");
}

async fn an_area_is_added_changed_and_removed(house: &House) {
    house.places().await;
    let admin = house.signed_in(Role::Administrator, "").await;
    let (parent, _) = area(house, "REG-1").await;
    let reply = add_area(
        &admin,
        "REG-1-99",
        &format!(", parentId: {parent}, aliases: [\"麒麟\", \" 麒麟 \"]"),
    )
    .await;
    let added = reply.at("/it/expertiseArea");
    assert_eq!(added["facet"], "REG");
    assert_eq!(added["parent"]["code"], "REG-1");
    assert_eq!(added["aliases"], json!(["麒麟"]));
    // What is filed under it is found by what it is called, as soon as it is called so.
    house.answers([json!({ "externalId": "a", "question": "示例问题", "answer": "示例答复", "areas": ["REG-1-99"] })]).await;
    let under = "{ answeredQuestions(filter: { areas: [\"REG-1-99\"] }) { totalCount } }";
    assert_eq!(house.ask(under).await.at("/answeredQuestions/totalCount"), 1);
    let more = ", label: { zh: \"示例青龙\", en: \"Sample\" }, aliases: [], position: 7";
    let reply = keep_area(house, &admin, "REG-1-99", "changeExpertiseArea", more).await;
    let changed = reply.at("/it/expertiseArea");
    assert_eq!(changed["label"], json!({ "zh": "示例青龙", "en": "Sample" }));
    assert_eq!(
        (&changed["aliases"], &changed["position"], &changed["version"]),
        (&json!([]), &json!(7), &json!(2))
    );
    let refused = keep_area(house, &admin, "REG-1-99", "removeExpertiseArea", "").await;
    assert_eq!(refused.at("/it/userErrors/0/code"), "IN_USE");
    assert_eq!(refused.at("/it/expertiseArea/code"), "REG-1-99");
    add_area(&admin, "REG-1-98", &format!(", parentId: {parent}")).await;
    let (id, version) = area(house, "REG-1-98").await;
    let remove = format!("mutation {{ it: removeExpertiseArea(input: {{ expertiseAreaId: {id}, version: {version}, clientMutationId: \"once\" }}) {{
        removedId expertiseArea {{ code }} userErrors {{ code }} }} }}");
    for _ in 0..2 {
        let reply = admin.ask(&remove).await;
        assert_eq!(
            reply.at("/it"),
            &json!({ "removedId": id, "expertiseArea": null, "userErrors": [] })
        );
    }
    assert_eq!(
        house.ask("{ expertiseArea(code: \"REG-1-98\") { code } }").await.at("/expertiseArea"),
        &Value::Null
    );
    house.settle().await;
}

async fn an_area_stands_where_it_makes_sense(house: &House) {
    house.places().await;
    let admin = house.signed_in(Role::Administrator, "").await;
    let (reg, _) = area(house, "REG-1").await;
    let (below, _) = area(house, "REG-1-01").await;
    let wrong = async |reply: Reply, field: &str, code: &str| {
        let first = reply.at("/it/userErrors/0");
        assert_eq!(
            (&first["code"], &first["path"][1]),
            (&json!(code), &json!(field)),
            "{}",
            reply.text
        );
    };
    for code in ["", "two words", "区", "REG/1"] {
        wrong(add_area(&admin, code, ", facet: SVC").await, "code", "INVALID").await;
    }
    wrong(add_area(&admin, "REG-1", ", facet: REG").await, "code", "ALREADY_THERE").await;
    wrong(add_area(&admin, "Z", "").await, "facet", "INVALID").await;
    wrong(
        add_area(&admin, "Z", &format!(", parentId: {reg}, facet: SVC")).await,
        "facet",
        "INVALID",
    )
    .await;
    wrong(add_area(&admin, "Z", ", facet: SVC, position: -1").await, "position", "INVALID").await;
    wrong(add_area(&admin, "Z", ", facet: SVC, aliases: [\" \"]").await, "aliases", "INVALID")
        .await;
    let change = async |code: &str, more: &str| {
        keep_area(house, &admin, code, "changeExpertiseArea", more).await
    };
    for parent in [&reg, &below] {
        wrong(change("REG-1", &format!(", parentId: {parent}")).await, "parentId", "INVALID").await;
    }
    let (other, _) = area(house, "SVC-04").await;
    wrong(change("REG-1-01", &format!(", parentId: {other}")).await, "parentId", "INVALID").await;
    wrong(change("REG-1", ", label: { zh: \"\" }").await, "label", "INVALID").await;
    let top = change("REG-1-01", ", parentId: null").await;
    assert_eq!(top.at("/it/expertiseArea/parent"), &Value::Null);
    assert_eq!(
        change("REG-1-01", &format!(", parentId: {reg}")).await.at("/it/expertiseArea/parent/code"),
        "REG-1"
    );
    house.settle().await;
}

async fn an_area_in_use_stays(house: &House) {
    house.demo().await;
    let admin = house.signed_in(Role::Administrator, "").await;
    // An area below it, a station, an organization, a member: each keeps it.
    for code in ["REG-1", "FLD-3-09"] {
        let reply = keep_area(house, &admin, code, "removeExpertiseArea", "").await;
        assert_eq!(reply.at("/it/userErrors/0/code"), "IN_USE", "{code}");
    }
    add_area(&admin, "M-1", ", facet: SVC").await;
    let (id, _) = area(house, "M-1").await;
    let me = format!(
        "mutation {{ changeMember(input: {{ memberId: \"{}\", version: 1, areaIds: [{id}] }}) {{ userErrors {{ code }} }} }}",
        admin.id
    );
    assert_eq!(heard(&admin.ask(&me).await), "ok");
    let reply = keep_area(house, &admin, "M-1", "removeExpertiseArea", "").await;
    assert_eq!(reply.at("/it/userErrors/0/code"), "IN_USE");
    house.settle().await;
}

async fn a_client_is_made_and_its_secret_shown_once(house: &House) {
    house.places().await;
    let admin = house.signed_in(Role::Administrator, "").await;
    let organization = one(
        &admin,
        "{ organizations(filter: { codes: [\"demo-univ\"] }) { nodes { id } } }",
        "/organizations/nodes/0/id",
    )
    .await;
    let create = format!("mutation {{ it: createApiClient(input: {{ name: \"示例门户\", organizationId: {organization}, scopes: [READ, NEEDS, READ],
        requestsPerMinute: 60, clientMutationId: \"once\" }}) {{
        apiClient {{ id clientId name organization {{ code }} scopes state requestsPerMinute costPerMinute secrets {{ createdAt expiresAt }} version }}
        clientSecret userErrors {{ code path }} }} }}");
    let first = admin.ask(&create).await;
    let client = first.at("/it/apiClient").clone();
    assert_eq!(client["organization"]["code"], "demo-univ");
    assert_eq!(
        (&client["scopes"], &client["state"]),
        (&json!(["READ", "NEEDS"]), &json!("ACTIVE"))
    );
    assert_eq!(
        (&client["requestsPerMinute"], &client["costPerMinute"]),
        (&json!(60), &Value::Null)
    );
    assert_eq!(
        client["secrets"],
        json!([{ "createdAt": "2026-11-22T04:00:00+00:00", "expiresAt": null }])
    );
    let secret = first.at("/it/clientSecret").as_str().unwrap();
    assert!(secret.starts_with("zjs_"));
    let second = admin.ask(&create).await;
    assert_eq!(second.at("/it/apiClient"), &client);
    assert_eq!(second.at("/it/clientSecret"), &Value::Null);
    // Nothing that can be read tells the secret or its digest.
    let all = admin.ask("{ apiClients { nodes { id clientId name secrets { createdAt } } } auditEvents { nodes { detail } } }").await;
    assert!(!all.text.contains(secret));
    for (more, path) in [
        ("name: \" \", scopes: [READ]", json!(["input", "name"])),
        ("name: \"示例\", scopes: []", json!(["input", "scopes"])),
        ("name: \"示例\", scopes: [READ], costPerMinute: 0", json!(["input", "costPerMinute"])),
        (
            "name: \"示例\", scopes: [READ], organizationId: \"x\"",
            json!(["input", "organizationId"]),
        ),
    ] {
        let wrong = format!(
            "mutation {{ it: createApiClient(input: {{ {more} }}) {{ apiClient {{ id }} clientSecret userErrors {{ code path }} }} }}"
        );
        let reply = admin.ask(&wrong).await;
        assert_eq!(reply.at("/it/userErrors/0"), &json!({ "code": "INVALID", "path": path }));
        assert_eq!(reply.at("/it/clientSecret"), &Value::Null);
    }
    let change = format!("mutation {{ it: changeApiClient(input: {{ apiClientId: {}, version: 1, name: \"示例新名\", organizationId: null,
        requestsPerMinute: null, costPerMinute: 5000 }}) {{
        apiClient {{ name organization {{ code }} requestsPerMinute costPerMinute version }} userErrors {{ code }} }} }}", client["id"]);
    let changed = admin.ask(&change).await;
    assert_eq!(
        changed.at("/it/apiClient"),
        &json!({ "name": "示例新名", "organization": null, "requestsPerMinute": null, "costPerMinute": 5000, "version": 2 })
    );
    assert_eq!(heard(&admin.ask(&change).await), "CONFLICT");
}
