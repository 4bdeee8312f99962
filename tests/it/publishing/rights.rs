//! Who may take which step, cell by cell, and what is left when something was taken back, for eight kinds of readers.

use serde_json::{Value, json};
use zhanjian::access::Role;

use super::{at, content, fault, finds, office, published, step, well, with};
use crate::{
    rights::{everybody, heard, table},
    support::{House, on_both_engines},
};

on_both_engines!(
    each_standing_may_do_what_the_table_says,
    what_was_taken_back_is_gone_at_once_and_leaves_a_date_and_a_reason,
    what_nobody_saw_leaves_nothing,
    whoever_leaves_counts_no_longer_as_a_second_person,
);

async fn each_standing_may_do_what_the_table_says(house: &House) {
    house.places().await;
    let (author, second) = office(house).await;
    let shown = published(&author, &second, content("示例导管甲")).await;
    let draft = json!({ "content": content("示例导管乙") });
    let hidden = well(&step(&author, "draftResearchOutput", draft).await);
    let foreign = house.signed_in(Role::TechTransfer, "fudan").await;
    let mut people: Vec<_> = everybody(house).await.into();
    // The one of the table belongs to the same office; this one to another.
    people[6] = ("transfer", foreign);
    let mut rows = Vec::new();
    let steps = [
        ("updateResearchOutput", &hidden, json!({})),
        ("submitResearchOutput", &hidden, json!({})),
        ("returnResearchOutput", &shown, json!({ "reason": "x" })),
        ("publishResearchOutput", &shown, json!({})),
        ("negotiateResearchOutput", &shown, json!({})),
        ("resumeResearchOutput", &shown, json!({})),
        ("transferResearchOutput", &shown, json!({})),
        ("setResearchOutputEmbargo", &shown, json!({})),
        ("reviseResearchOutput", &shown, json!({})),
        ("discardResearchOutputDraft", &hidden, json!({})),
    ];
    for (mutation, output, more) in steps {
        let mut cells = Vec::new();
        for (_, member) in &people {
            cells.push(heard(&step(member, mutation, with(output, more.clone())).await));
        }
        rows.push((mutation.to_owned(), cells));
    }
    let (mut drafting, mut withdrawing) = (Vec::new(), Vec::new());
    for (_, member) in &people {
        let input = json!({ "content": content("示例导管丙") });
        drafting.push(heard(&step(member, "draftResearchOutput", input).await));
        let input = json!({ "id": shown["id"], "reason": "x" });
        withdrawing.push(heard(&step(member, "withdrawResearchOutput", input).await));
    }
    rows.push(("draftResearchOutput".to_owned(), drafting));
    rows.push(("withdrawResearchOutput".to_owned(), withdrawing));
    insta::assert_snapshot!(table(&rows), @"
                                      anonymous       portal          staff           head            district        municipal       transfer        admin
    updateResearchOutput              UNAUTHENTICATED FORBIDDEN       FORBIDDEN       FORBIDDEN       FORBIDDEN       FORBIDDEN       NOT_FOUND       FORBIDDEN
    submitResearchOutput              UNAUTHENTICATED FORBIDDEN       FORBIDDEN       FORBIDDEN       FORBIDDEN       FORBIDDEN       NOT_FOUND       FORBIDDEN
    returnResearchOutput              UNAUTHENTICATED FORBIDDEN       FORBIDDEN       FORBIDDEN       FORBIDDEN       FORBIDDEN       FORBIDDEN       FORBIDDEN
    publishResearchOutput             UNAUTHENTICATED FORBIDDEN       FORBIDDEN       FORBIDDEN       FORBIDDEN       FORBIDDEN       FORBIDDEN       FORBIDDEN
    negotiateResearchOutput           UNAUTHENTICATED FORBIDDEN       FORBIDDEN       FORBIDDEN       FORBIDDEN       FORBIDDEN       FORBIDDEN       FORBIDDEN
    resumeResearchOutput              UNAUTHENTICATED FORBIDDEN       FORBIDDEN       FORBIDDEN       FORBIDDEN       FORBIDDEN       FORBIDDEN       FORBIDDEN
    transferResearchOutput            UNAUTHENTICATED FORBIDDEN       FORBIDDEN       FORBIDDEN       FORBIDDEN       FORBIDDEN       FORBIDDEN       FORBIDDEN
    setResearchOutputEmbargo          UNAUTHENTICATED FORBIDDEN       FORBIDDEN       FORBIDDEN       FORBIDDEN       FORBIDDEN       FORBIDDEN       FORBIDDEN
    reviseResearchOutput              UNAUTHENTICATED FORBIDDEN       FORBIDDEN       FORBIDDEN       FORBIDDEN       FORBIDDEN       FORBIDDEN       FORBIDDEN
    discardResearchOutputDraft        UNAUTHENTICATED FORBIDDEN       FORBIDDEN       FORBIDDEN       FORBIDDEN       FORBIDDEN       NOT_FOUND       FORBIDDEN
    draftResearchOutput               UNAUTHENTICATED FORBIDDEN       FORBIDDEN       FORBIDDEN       FORBIDDEN       FORBIDDEN       ok              FORBIDDEN
    withdrawResearchOutput            UNAUTHENTICATED FORBIDDEN       FORBIDDEN       FORBIDDEN       FORBIDDEN       FORBIDDEN       FORBIDDEN       FORBIDDEN
    ");
}

/// What somebody reads of what is left.
const LEFT: &str = "query($id: ID!) { node(id: $id) { id }
    researchOutputTombstone(id: $id) { id researchOutputId withdrawnOn reason }
    researchOutputTombstones { totalCount nodes { researchOutputId } } }";

async fn what_was_taken_back_is_gone_at_once_and_leaves_a_date_and_a_reason(house: &House) {
    house.places().await;
    let (author, second) = office(house).await;
    // How many of the eight, in the order of the table, could see it; the last but one is of the same office.
    let audiences = [
        ("PUBLIC", [true; 8]),
        ("PARTNERS", [false, true, true, true, true, true, true, true]),
        ("NETWORK", [false, false, true, true, true, true, true, false]),
    ];
    let people = everybody(house).await;
    for (place, (audience, expected)) in audiences.into_iter().enumerate() {
        let mut content = content(&format!("示例支架{place}"));
        content["audience"] = json!(audience);
        let shown = published(&author, &second, content).await;
        let before: Vec<bool> = {
            let mut seen = Vec::new();
            for (_, member) in &people {
                seen.push(finds(house, member, &shown).await == [true; 3]);
            }
            seen
        };
        assert_eq!(before, expected, "{audience}");
        let input = json!({ "id": shown["id"], "reason": "示例：数据有误" });
        let gone = well(&step(&second, "withdrawResearchOutput", input).await);
        assert_eq!(gone["state"], "WITHDRAWN");
        for ((name, member), could) in people.iter().zip(expected) {
            let own = *name == "transfer";
            let left = member.run(LEFT, json!({ "id": shown["id"] })).await;
            assert_eq!(!left.at("/node").is_null(), own, "{audience} {name}");
            let tombstone = left.at("/researchOutputTombstone");
            let listed = left.texts("/researchOutputTombstones/nodes", "/researchOutputId");
            assert_eq!(listed.contains(&shown["id"].as_str().unwrap().to_owned()), could);
            if could {
                assert_eq!(tombstone["reason"], "示例：数据有误", "{audience} {name}");
                assert_eq!(tombstone["withdrawnOn"], "2026-11-22");
                let node = "query($id: ID!) { node(id: $id) { __typename } }";
                let node = member.run(node, json!({ "id": tombstone["id"] })).await;
                assert_eq!(node.at("/node/__typename"), "ResearchOutputTombstone");
            } else {
                assert_eq!(tombstone, &Value::Null, "{audience} {name}");
            }
            assert!(!left.text.contains("示例支架"), "{audience} {name}: {}", left.text);
            assert_eq!(finds(house, member, &shown).await, [own; 3], "{audience} {name}");
        }
    }
}

async fn what_nobody_saw_leaves_nothing(house: &House) {
    house.places().await;
    let (author, second) = office(house).await;
    let mut later = content("示例支架丁");
    later["embargoUntil"] = json!("2027-01-01");
    let hidden = published(&author, &second, later).await;
    let input = json!({ "id": hidden["id"], "reason": "示例：撤回" });
    well(&step(&author, "withdrawResearchOutput", input).await);
    let draft = json!({ "content": content("示例支架戊") });
    let draft = well(&step(&author, "draftResearchOutput", draft).await);
    let discarded = well(&step(&author, "discardResearchOutputDraft", at(&draft)).await);
    assert_eq!(discarded["state"], "WITHDRAWN");
    for output in [&hidden, &draft] {
        let left = house.member_of(["partners", "network"]);
        let left = left.run(LEFT, json!({ "id": output["id"] })).await;
        assert_eq!(left.at("/researchOutputTombstone"), &Value::Null);
        assert_eq!(left.at("/researchOutputTombstones/totalCount"), &json!(0));
    }
}

async fn whoever_leaves_counts_no_longer_as_a_second_person(house: &House) {
    house.places().await;
    let (author, second) = office(house).await;
    let draft = json!({ "content": content("示例支架己") });
    let draft = well(&step(&author, "draftResearchOutput", draft).await);
    let submitted = well(&step(&author, "submitResearchOutput", at(&draft)).await);
    assert_eq!(
        fault(&step(&author, "publishResearchOutput", at(&submitted)).await),
        "SECOND_PERSON_NEEDED"
    );
    let head = house.signed_in(Role::MunicipalOfficer, "").await;
    let query = "query($id: ID!) { node(id: $id) { ... on Member { register { version } } } }";
    let version =
        head.run(query, json!({ "id": second.id })).await.at("/node/register/version").clone();
    let leave = "mutation($input: MemberLeftInput!) { memberLeft(input: $input) { userErrors { code message } } }";
    let input = json!({ "memberId": second.id, "version": version, "reason": "示例：调离" });
    let left = head.run(leave, json!({ "input": input })).await;
    assert_eq!(left.at("/memberLeft/userErrors"), &json!([]));
    well(&step(&author, "publishResearchOutput", at(&submitted)).await);
}
