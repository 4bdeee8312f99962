//! The register: who keeps it, what they may do with it, and what that does to those who are on it.

use serde_json::{Value, json};
use zhanjian::access::Role;

use crate::{
    accounts::{PASSWORD, enrol, sign_in},
    rights::{everybody, heard, table},
    support::{House, Member, Reply, on_both_engines},
};

on_both_engines!(
    the_way_of_a_member_through_the_register,
    a_step_counts_with_the_next_request,
    who_enrols_whom_is_a_table,
    who_touches_whom_is_a_table,
    who_keeps_the_register_sees_it_and_nobody_else,
    members_are_listed_and_found,
    what_is_wrong_is_told_by_its_field,
    the_last_administrator_stays,
    somebody_was_faster,
    the_same_change_sent_twice_is_done_once,
    a_page_of_members_costs_a_fixed_number_of_statements,
);

const ENROL: &str = "mutation($input: EnrolMemberInput!) { enrolMember(input: $input) {
    member { id name register { login state version } } initialPassword userErrors { code path message } } }";

/// The ids of what posts name.
struct Ids {
    pudong: Value,
    xuhui: Value,
    district: Value,
    other_district: Value,
    university: Value,
    area: Value,
}

async fn ids(house: &House) -> Ids {
    let reply = house
        .ask(
            "{ pd: station(code: \"SH-PD\") { id district { id } } xh: station(code: \"SH-XH\") { id district { id } }
                organizations(filter: { codes: [\"demo-univ\"] }) { nodes { id } } expertiseArea(code: \"REG-1\") { id } }",
        )
        .await;
    let at = |path: &str| reply.at(path).clone();
    Ids {
        pudong: at("/pd/id"),
        xuhui: at("/xh/id"),
        district: at("/pd/district/id"),
        other_district: at("/xh/district/id"),
        university: at("/organizations/nodes/0/id"),
        area: at("/expertiseArea/id"),
    }
}

fn login() -> String {
    format!("new-{}", zhanjian::ids::new_id().simple())
}

fn new(post: Value) -> Value {
    json!({ "input": { "login": login(), "name": "示例新人", "post": post } })
}

/// The version of a member's entry, as an administrator reads it.
async fn version(admin: &Member<'_>, id: &Value) -> Value {
    let query = "query($id: ID!) { node(id: $id) { ... on Member { register { version } } } }";
    admin.run(query, json!({ "id": id })).await.at("/node/register/version").clone()
}

/// Takes a step with a member: `verb` with what it needs besides the member and the version.
async fn step(by: &Member<'_>, verb: &str, more: &str, id: &Value, version: &Value) -> Reply {
    let query = format!(
        "mutation($id: ID!, $version: Int!) {{ it: {verb}(input: {{ memberId: $id, version: $version {more} }}) {{
            member {{ name atWork register {{ state stateReason version undertakingSignedOn }} }}
            userErrors {{ code path currentVersion }} }} }}"
    );
    by.run(&query, json!({ "id": id, "version": version })).await
}

async fn the_way_of_a_member_through_the_register(house: &House) {
    house.places().await;
    let ids = ids(house).await;
    let head = house.signed_in(Role::Head, "SH-PD").await;
    let mut input = new(json!({ "role": "STAFF", "stationId": ids.pudong }));
    input["input"]["login"] = json!("Wang.Fang");
    input["input"]["withPassword"] = json!(true);
    input["input"]["employment"] = json!("PART_TIME");
    input["input"]["areaIds"] = json!([ids.area]);
    let reply = head.run(ENROL, input).await;
    let id = reply.at("/enrolMember/member/id").clone();
    let password = reply.at("/enrolMember/initialPassword").as_str().unwrap().to_owned();
    assert_eq!(
        reply.at("/enrolMember/member/register"),
        &json!({ "login": "wang.fang", "state": "ENROLLED", "version": 1 })
    );
    let refused = sign_in(house, "wang.fang", &password).await;
    assert_eq!(refused.at("/signIn/userErrors/0/code"), "WRONG_CREDENTIALS");
    // Without the undertaking nobody goes to work.
    let early = step(&head, "activateMember", "", &id, &json!(1)).await;
    assert_eq!(early.at("/it/userErrors/0/code"), "WRONG_STATE");
    assert_eq!(early.at("/it/member/register/state"), "ENROLLED");
    let tomorrow =
        step(&head, "signUndertaking", ", signedOn: \"2026-11-23\"", &id, &json!(1)).await;
    assert_eq!(
        tomorrow.at("/it/userErrors/0"),
        &json!({ "code": "INVALID", "path": ["input", "signedOn"], "currentVersion": null })
    );
    let signed = step(&head, "signUndertaking", ", signedOn: \"2026-11-20\"", &id, &json!(1)).await;
    assert_eq!(signed.at("/it/member/register/undertakingSignedOn"), "2026-11-20");
    assert_eq!(signed.at("/it/member/register/state"), "ENROLLED");
    let active = step(&head, "activateMember", "", &id, &json!(2)).await;
    assert_eq!(active.at("/it/member/register/state"), "ACTIVE");
    assert_eq!(active.at("/it/member/atWork"), true);
    let token = sign_in(house, "wang.fang", &password).await;
    let token = token.at("/signIn/session/accessToken").as_str().unwrap().to_owned();
    let own = house.bearer(&token);
    // Members read what the register says of themselves.
    let me = own.run("query($id: ID!) { node(id: $id) { ... on Member { register { login employment areas { code } hasPassword } } } }", json!({ "id": id })).await;
    assert_eq!(
        me.at("/node/register"),
        &json!({ "login": "wang.fang", "employment": "PART_TIME", "areas": [{ "code": "REG-1" }], "hasPassword": true })
    );

    let out = step(&head, "suspendMember", ", reason: \"长期休假\"", &id, &json!(3)).await;
    assert_eq!(out.at("/it/member/register/state"), "SUSPENDED");
    assert_eq!(out.at("/it/member/register/stateReason"), "长期休假");
    assert_eq!(out.at("/it/member/atWork"), false);
    let back = step(&head, "activateMember", "", &id, &json!(4)).await;
    assert_eq!(back.at("/it/member/register/state"), "ACTIVE");
    assert_eq!(back.at("/it/member/register/stateReason"), &Value::Null);
    let left = step(&head, "memberLeft", "", &id, &json!(5)).await;
    assert_eq!(left.at("/it/member/register/state"), "LEFT");
    // That is final, and the name stays.
    for (verb, more) in [
        ("activateMember", ""),
        ("suspendMember", ", reason: \"x\""),
        ("memberLeft", ""),
        ("signUndertaking", ", signedOn: \"2026-11-20\""),
        ("changeMember", ", name: \"示例\""),
        ("resetPassword", ""),
    ] {
        let late = step(&head, verb, more, &id, &json!(6)).await;
        assert_eq!(late.at("/it/userErrors/0/code"), "WRONG_STATE", "{verb}");
        assert_eq!(late.at("/it/member/name"), "示例新人");
    }
}

async fn a_step_counts_with_the_next_request(house: &House) {
    house.places().await;
    let head = house.signed_in(Role::Head, "SH-PD").await;
    let who = "{ viewer { standing stationCode } }";
    let session = async |login: &str| {
        let reply = sign_in(house, login, PASSWORD).await;
        let token =
            |name: &str| reply.at(&format!("/signIn/session/{name}")).as_str().unwrap().to_owned();
        (token("accessToken"), token("refreshToken"))
    };
    for (login, verb, more) in [
        ("suspended", "suspendMember", ", reason: \"示例\""),
        ("left", "memberLeft", ", reason: \"示例\""),
        ("reset", "resetPassword", ""),
    ] {
        let id = json!(enrol(house, login, true).await);
        let (access, refresh) = session(login).await;
        assert_eq!(house.bearer(&access).ask(who).await.at("/viewer/standing"), "STAFF");
        let reply = step(&head, verb, more, &id, &json!(1)).await;
        assert_eq!(reply.at("/it/userErrors"), &json!([]), "{verb}");
        let late = house.bearer(&access).ask(who).await;
        assert_eq!((late.status.as_u16(), late.code()), (401, "UNAUTHENTICATED"), "{verb}");
        let refresh = house
            .anybody()
            .run("mutation($t: String!) { refreshSession(input: { refreshToken: $t }) { session { accessToken } } }", json!({ "t": refresh }))
            .await;
        assert_eq!(refresh.code(), "UNAUTHENTICATED", "{verb}");
        let again = sign_in(house, login, PASSWORD).await;
        assert_eq!(again.at("/signIn/userErrors/0/code"), "WRONG_CREDENTIALS", "{verb}");
    }
    // Back at work, the old session stays ended.
    let id = json!(enrol(house, "back", true).await);
    let (access, _) = session("back").await;
    step(&head, "suspendMember", ", reason: \"示例\"", &id, &json!(1)).await;
    step(&head, "activateMember", "", &id, &json!(2)).await;
    assert_eq!(house.bearer(&access).ask(who).await.code(), "UNAUTHENTICATED");
    // A new post counts at once too.
    let municipal = house.signed_in(Role::MunicipalOfficer, "").await;
    let id = json!(enrol(house, "moved", true).await);
    let (access, _) = session("moved").await;
    let post = format!(", post: {{ role: HEAD, stationId: {} }}", ids(house).await.xuhui);
    step(&municipal, "changeMember", &post, &id, &json!(1)).await;
    let now = house.bearer(&access).ask(who).await;
    assert_eq!(now.at("/viewer"), &json!({ "standing": "HEAD", "stationCode": "SH-XH" }));
}

/// Each post, as an input, by what it is called in the tables below.
fn posts(ids: &Ids) -> [(&'static str, Value); 8] {
    [
        ("staff of PD", json!({ "role": "STAFF", "stationId": ids.pudong })),
        ("head of PD", json!({ "role": "HEAD", "stationId": ids.pudong })),
        ("staff of XH", json!({ "role": "STAFF", "stationId": ids.xuhui })),
        ("officer of PD", json!({ "role": "DISTRICT_OFFICER", "districtId": ids.district })),
        ("officer of XH", json!({ "role": "DISTRICT_OFFICER", "districtId": ids.other_district })),
        ("municipal officer", json!({ "role": "MUNICIPAL_OFFICER" })),
        ("tech transfer", json!({ "role": "TECH_TRANSFER", "organizationId": ids.university })),
        ("administrator", json!({ "role": "ADMINISTRATOR" })),
    ]
}

async fn who_enrols_whom_is_a_table(house: &House) {
    house.places().await;
    let ids = ids(house).await;
    let viewers = everybody(house).await;
    let mut rows = Vec::new();
    for (name, post) in posts(&ids) {
        let mut cells = Vec::new();
        for (_, viewer) in &viewers {
            cells.push(heard(&viewer.run(ENROL, new(post.clone())).await));
        }
        rows.push((name.to_owned(), cells));
    }
    insta::assert_snapshot!(table(&rows), @"
                                      anonymous       portal          staff           head            district        municipal       transfer        admin
    staff of PD                       UNAUTHENTICATED FORBIDDEN       FORBIDDEN       ok              ok              ok              FORBIDDEN       ok
    head of PD                        UNAUTHENTICATED FORBIDDEN       FORBIDDEN       ok              ok              ok              FORBIDDEN       ok
    staff of XH                       UNAUTHENTICATED FORBIDDEN       FORBIDDEN       FORBIDDEN       FORBIDDEN       ok              FORBIDDEN       ok
    officer of PD                     UNAUTHENTICATED FORBIDDEN       FORBIDDEN       FORBIDDEN       ok              ok              FORBIDDEN       ok
    officer of XH                     UNAUTHENTICATED FORBIDDEN       FORBIDDEN       FORBIDDEN       FORBIDDEN       ok              FORBIDDEN       ok
    municipal officer                 UNAUTHENTICATED FORBIDDEN       FORBIDDEN       FORBIDDEN       FORBIDDEN       ok              FORBIDDEN       ok
    tech transfer                     UNAUTHENTICATED FORBIDDEN       FORBIDDEN       FORBIDDEN       FORBIDDEN       ok              FORBIDDEN       ok
    administrator                     UNAUTHENTICATED FORBIDDEN       FORBIDDEN       FORBIDDEN       FORBIDDEN       FORBIDDEN       FORBIDDEN       ok
    ");
}

async fn who_touches_whom_is_a_table(house: &House) {
    house.places().await;
    let viewers = everybody(house).await;
    let admin = house.signed_in(Role::Administrator, "").await;
    let mut rows = Vec::new();
    for (name, role, place) in [
        ("staff of PD", Role::Staff, "SH-PD"),
        ("head of PD", Role::Head, "SH-PD"),
        ("staff of XH", Role::Staff, "SH-XH"),
        ("officer of PD", Role::DistrictOfficer, "PD"),
        ("officer of XH", Role::DistrictOfficer, "XH"),
        ("municipal officer", Role::MunicipalOfficer, ""),
        ("tech transfer", Role::TechTransfer, "demo-univ"),
        ("administrator", Role::Administrator, ""),
    ] {
        let id = json!(house.signed_in(role, place).await.id);
        for (verb, more) in [
            ("changeMember", ", name: \"示例改名\""),
            ("signUndertaking", ", signedOn: \"2026-11-20\""),
            ("suspendMember", ", reason: \"示例\""),
            ("activateMember", ""),
            ("resetPassword", ""),
            ("memberLeft", ""),
        ] {
            let mut cells = Vec::new();
            for (_, viewer) in &viewers {
                // As it was before, so that everybody meets the same.
                let now = version(&admin, &id).await;
                cells.push(heard(&step(viewer, verb, more, &id, &now).await));
            }
            // The table tells of rights alone: a step that was taken by one cannot be taken again by the next.
            let cells: Vec<String> =
                cells.into_iter().map(|cell| cell.replace("WRONG_STATE", "ok")).collect();
            match rows.last_mut() {
                Some((last, same)) if *last == name && *same == cells => {}
                _ => rows.push((name.to_owned(), cells)),
            }
        }
    }
    insta::assert_snapshot!(table(&rows), @"
                                      anonymous       portal          staff           head            district        municipal       transfer        admin
    staff of PD                       UNAUTHENTICATED FORBIDDEN       FORBIDDEN       ok              ok              ok              FORBIDDEN       ok
    head of PD                        UNAUTHENTICATED FORBIDDEN       FORBIDDEN       ok              ok              ok              FORBIDDEN       ok
    staff of XH                       UNAUTHENTICATED FORBIDDEN       FORBIDDEN       NOT_FOUND       NOT_FOUND       ok              FORBIDDEN       ok
    officer of PD                     UNAUTHENTICATED FORBIDDEN       FORBIDDEN       FORBIDDEN       ok              ok              FORBIDDEN       ok
    officer of XH                     UNAUTHENTICATED FORBIDDEN       FORBIDDEN       NOT_FOUND       NOT_FOUND       ok              FORBIDDEN       ok
    municipal officer                 UNAUTHENTICATED FORBIDDEN       FORBIDDEN       NOT_FOUND       FORBIDDEN       ok              FORBIDDEN       ok
    tech transfer                     UNAUTHENTICATED FORBIDDEN       FORBIDDEN       NOT_FOUND       NOT_FOUND       ok              FORBIDDEN       ok
    administrator                     UNAUTHENTICATED FORBIDDEN       FORBIDDEN       NOT_FOUND       NOT_FOUND       FORBIDDEN       FORBIDDEN       ok
    ");
}

async fn who_keeps_the_register_sees_it_and_nobody_else(house: &House) {
    house.places().await;
    for (role, place) in [
        (Role::Staff, "SH-PD"),
        (Role::Head, "SH-XH"),
        (Role::DistrictOfficer, "XH"),
        (Role::MunicipalOfficer, ""),
        (Role::Administrator, ""),
    ] {
        house.signed_in(role, place).await;
    }
    let query = "{ members(first: 100) { totalCount nodes { id register { login } } } }";
    let mut rows = Vec::new();
    for (name, viewer) in everybody(house).await {
        let reply = viewer.ask(query).await;
        let nodes = reply.at("/members/nodes").as_array().unwrap().clone();
        let others = nodes.iter().filter(|node| node["id"] != viewer.id.as_str());
        let (kept, seen): (Vec<&Value>, Vec<&Value>) =
            others.partition(|node| !node["register"].is_null());
        assert_eq!(reply.at("/members/totalCount").as_u64().unwrap() as usize, nodes.len());
        rows.push(format!("{name}: keeps {}, sees {} more", kept.len(), seen.len()));
        // Filters speak of states only where the register is kept, so that nobody finds one out by asking.
        let states =
            "{ members(filter: { states: [ENROLLED, ACTIVE, SUSPENDED, LEFT] }) { totalCount } }";
        let own = nodes
            .iter()
            .any(|node| node["id"] == viewer.id.as_str() && name != "staff" && name != "transfer");
        let expected = kept.len() + usize::from(own);
        assert_eq!(viewer.ask(states).await.at("/members/totalCount"), expected, "{name}");
        let logins = "{ members(filter: { text: \"member-\" }) { totalCount } }";
        assert_eq!(viewer.ask(logins).await.at("/members/totalCount"), expected, "{name}");
    }
    insta::assert_snapshot!(rows.join("\n"), @"
    anonymous: keeps 0, sees 0 more
    portal: keeps 0, sees 0 more
    staff: keeps 0, sees 3 more
    head: keeps 2, sees 1 more
    district: keeps 3, sees 2 more
    municipal: keeps 8, sees 2 more
    transfer: keeps 0, sees 0 more
    admin: keeps 10, sees 0 more
    ");
}

async fn members_are_listed_and_found(house: &House) {
    house.places().await;
    let admin = house.signed_in(Role::Administrator, "").await;
    let ids = ids(house).await;
    for (login, name, post) in [
        ("li_ming", "示例李明", json!({ "role": "STAFF", "stationId": ids.pudong })),
        ("li%ping", "示例李平", json!({ "role": "HEAD", "stationId": ids.xuhui })),
    ] {
        let mut input = new(post);
        input["input"]["login"] = json!(login.replace('%', "-"));
        input["input"]["name"] = json!(name);
        assert_eq!(heard(&admin.run(ENROL, input).await), "ok");
    }
    let found = async |filter: &str| {
        let query =
            format!("{{ members(first: 50, filter: {{ {filter} }}) {{ nodes {{ name }} }} }}");
        admin.ask(&query).await.texts("/members/nodes", "/name")
    };
    assert_eq!(found("text: \"李\"").await, ["示例李明", "示例李平"]);
    assert_eq!(found("text: \" LI_M \"").await, ["示例李明"]);
    assert_eq!(found("text: \"li-p\"").await, ["示例李平"]);
    // The signs of a pattern mean themselves.
    for text in ["%", "l_-", "\\\\"] {
        assert!(found(&format!("text: \"{text}\"")).await.is_empty(), "{text}");
    }
    assert_eq!(found("stations: [\"SH-PD\"]").await, ["示例李明"]);
    assert_eq!(found("roles: [HEAD, STAFF], states: [ENROLLED]").await, ["示例李明", "示例李平"]);
    assert_eq!(found("atWork: false").await, ["示例李明", "示例李平"]);
    assert_eq!(found("atWork: true").await.len(), 1);
    assert!(found("states: [LEFT]").await.is_empty());
    // Pages go on where they ended, from both ends.
    let page = async |arguments: &str| {
        let query = format!(
            "{{ members({arguments}) {{ nodes {{ name }} pageInfo {{ endCursor startCursor hasNextPage hasPreviousPage }} }} }}"
        );
        admin.ask(&query).await
    };
    let first = page("first: 2").await;
    assert_eq!(first.at("/members/pageInfo/hasNextPage"), true);
    let rest = page(&format!("first: 2, after: {}", first.at("/members/pageInfo/endCursor"))).await;
    assert_eq!(rest.texts("/members/nodes", "/name"), ["示例李平"]);
    let last = page("last: 1").await;
    assert_eq!(last.texts("/members/nodes", "/name"), ["示例李平"]);
    assert_eq!(page("first: 1, after: \"x\"").await.code(), "BAD_USER_INPUT");
}

async fn what_is_wrong_is_told_by_its_field(house: &House) {
    house.places().await;
    let ids = ids(house).await;
    let admin = house.signed_in(Role::Administrator, "").await;
    let nothing =
        zhanjian::ids::GlobalId::encode(zhanjian::ids::NodeKind::Station, zhanjian::ids::new_id());
    let area = zhanjian::ids::GlobalId::encode(
        zhanjian::ids::NodeKind::ExpertiseArea,
        zhanjian::ids::new_id(),
    );
    let staff = json!({ "role": "STAFF", "stationId": ids.pudong });
    let changed = |field: &str, value: Value| {
        let mut input = new(staff.clone());
        input["input"][field] = value;
        input
    };
    for (input, path) in [
        (changed("login", json!("x")), json!(["input", "login"])),
        (changed("login", json!("two words")), json!(["input", "login"])),
        (changed("name", json!("  ")), json!(["input", "name"])),
        (
            changed("undertakingSignedOn", json!("2026-11-23")),
            json!(["input", "undertakingSignedOn"]),
        ),
        (changed("areaIds", json!([area.as_str()])), json!(["input", "areaIds"])),
        (changed("areaIds", json!([ids.pudong])), json!(["input", "areaIds"])),
        (new(json!({ "role": "STAFF" })), json!(["input", "post", "stationId"])),
        (
            new(json!({ "role": "STAFF", "stationId": nothing.as_str() })),
            json!(["input", "post", "stationId"]),
        ),
        (
            new(json!({ "role": "STAFF", "stationId": ids.district })),
            json!(["input", "post", "stationId"]),
        ),
        (
            new(json!({ "role": "STAFF", "stationId": ids.pudong, "districtId": ids.district })),
            json!(["input", "post", "districtId"]),
        ),
        (
            new(json!({ "role": "ADMINISTRATOR", "organizationId": ids.university })),
            json!(["input", "post", "organizationId"]),
        ),
    ] {
        let reply = admin.run(ENROL, input.clone()).await;
        assert_eq!(reply.at("/enrolMember/userErrors/0/path"), &path, "{input}");
        assert_eq!(reply.at("/enrolMember/userErrors/0/code"), "INVALID", "{input}");
        assert_eq!(reply.at("/enrolMember/member"), &Value::Null);
        assert_eq!(reply.at("/enrolMember/initialPassword"), &Value::Null);
    }
    enrol(house, "taken", true).await;
    let taken = admin.run(ENROL, changed("login", json!("TAKEN"))).await;
    assert_eq!(taken.at("/enrolMember/userErrors/0/code"), "ALREADY_THERE");
    // A member that is not there, and one that a head does not see, are the same.
    let head = house.signed_in(Role::Head, "SH-PD").await;
    let hidden = json!(house.signed_in(Role::Staff, "SH-XH").await.id);
    let absent =
        zhanjian::ids::GlobalId::encode(zhanjian::ids::NodeKind::Member, zhanjian::ids::new_id());
    for id in [hidden, json!(absent.as_str())] {
        assert_eq!(step(&head, "activateMember", "", &id, &json!(1)).await.code(), "NOT_FOUND");
    }
}

async fn the_last_administrator_stays(house: &House) {
    house.places().await;
    let admin = house.signed_in(Role::Administrator, "").await;
    let me = json!(admin.id);
    for (verb, more) in [
        ("suspendMember", ", reason: \"示例\""),
        ("memberLeft", ""),
        ("changeMember", ", post: { role: MUNICIPAL_OFFICER }"),
    ] {
        let reply = step(&admin, verb, more, &me, &json!(1)).await;
        assert_eq!(reply.at("/it/userErrors/0/code"), "LAST_ADMINISTRATOR", "{verb}");
        assert_eq!(reply.at("/it/member/atWork"), true);
    }
    // One who is enrolled and not at work is nobody to rely on.
    let other = new(json!({ "role": "ADMINISTRATOR" }));
    let other = admin.run(ENROL, other).await.at("/enrolMember/member/id").clone();
    let reply = step(&admin, "memberLeft", "", &me, &json!(1)).await;
    assert_eq!(reply.at("/it/userErrors/0/code"), "LAST_ADMINISTRATOR");
    step(&admin, "signUndertaking", ", signedOn: \"2026-11-20\"", &other, &json!(1)).await;
    step(&admin, "activateMember", "", &other, &json!(2)).await;
    let reply = step(&admin, "memberLeft", "", &me, &json!(1)).await;
    assert_eq!(reply.at("/it/userErrors"), &json!([]));
    assert_eq!(admin.ask("{ viewer { signedIn } }").await.code(), "UNAUTHENTICATED");
}

async fn somebody_was_faster(house: &House) {
    house.places().await;
    let head = house.signed_in(Role::Head, "SH-PD").await;
    let id = json!(enrol(house, "li", true).await);
    step(&head, "changeMember", ", name: \"示例甲\"", &id, &json!(1)).await;
    let late = step(&head, "changeMember", ", name: \"示例乙\"", &id, &json!(1)).await;
    assert_eq!(
        late.at("/it/userErrors/0"),
        &json!({ "code": "CONFLICT", "path": ["input", "version"], "currentVersion": 2 })
    );
    assert_eq!(late.at("/it/member/name"), "示例甲");
    // Of two who come at once, one is told.
    let change = |name: &str| format!(", name: \"{name}\"");
    let (one, other) = (change("示例丙"), change("示例丁"));
    let version = json!(2);
    let (one, other) = tokio::join!(
        step(&head, "changeMember", &one, &id, &version),
        step(&head, "changeMember", &other, &id, &version),
    );
    let mut heard = [heard(&one), heard(&other)];
    heard.sort();
    assert_eq!(heard, ["CONFLICT", "ok"]);
}

async fn the_same_change_sent_twice_is_done_once(house: &House) {
    house.places().await;
    let head = house.signed_in(Role::Head, "SH-PD").await;
    let mut input = new(json!({ "role": "STAFF", "stationId": ids(house).await.pudong }));
    input["input"]["withPassword"] = json!(true);
    input["input"]["clientMutationId"] = json!("once");
    let first = head.run(ENROL, input.clone()).await;
    assert!(first.at("/enrolMember/initialPassword").is_string());
    let second = head.run(ENROL, input.clone()).await;
    assert_eq!(first.at("/enrolMember/member"), second.at("/enrolMember/member"));
    assert_eq!(second.at("/enrolMember/userErrors"), &json!([]));
    // A password is shown once.
    assert_eq!(second.at("/enrolMember/initialPassword"), &Value::Null);
    input["input"]["name"] = json!("示例另一人");
    let other = head.run(ENROL, input).await;
    assert_eq!(other.at("/enrolMember/userErrors/0/path"), &json!(["input", "clientMutationId"]));
}

async fn a_page_of_members_costs_a_fixed_number_of_statements(house: &House) {
    house.places().await;
    let admin = house.signed_in(Role::Administrator, "").await;
    for number in 0..6 {
        house.signed_in(Role::Staff, if number % 2 == 0 { "SH-PD" } else { "SH-XH" }).await;
        house.signed_in(Role::TechTransfer, "demo-univ").await;
        house.signed_in(Role::DistrictOfficer, "PD").await;
    }
    let query = "query($first: Int) { members(first: $first) { totalCount nodes { name station { code district { code } }
        district { code } organization { code } register { login areas { code } } } } }";
    let few = house.cost(&admin, query, json!({ "first": 6 })).await;
    let many = house.cost(&admin, query, json!({ "first": 19 })).await;
    assert_eq!(few, many);
    assert!(many <= 16, "{many}");
}
