//! Who may do what to the law: every change, asked for by every standing.

use serde_json::{Value, json};
use zhanjian::access::Role;

use super::{RECORD, RELATE, answer, done, everybody, relation, rules};
use crate::support::{House, on_both_engines};

on_both_engines!(each_change_is_for_those_whom_the_table_names);

/// What is heard: done, or the code of the refusal.
async fn each_change_is_for_those_whom_the_table_names(house: &House) {
    house.places().await;
    let keys: Vec<String> = (0..40).map(|number| format!("r{number}")).collect();
    rules(house, &keys.iter().map(|key| (key.as_str(), "2020")).collect::<Vec<_>>()).await;
    house.answers([answer("answer", "r0", &[], 1)]).await;
    let municipal = house.signed_in(Role::MunicipalOfficer, "").await;
    let changes = [
        "proposeRegulation",
        "proposeRegulationRelation",
        "decideRegulationProposal",
        "recordRegulation",
        "recordRegulationRelation",
        "amendRegulation",
        "amendRegulationRelation",
        "removeRegulationRelation",
        "affectedBy",
        "reviewQueue",
    ];
    let mut table = format!("{:27}", "");
    let standings = everybody(house).await;
    for (name, _) in &standings {
        table += &format!("{name:17}");
    }
    table = table.trim_end().to_owned() + "\n";
    let mut next = 0;
    for change in changes {
        table += &format!("{change:27}");
        for (name, member) in &standings {
            next += 1;
            let new = json!({ "key": format!("{change}-{name}"), "title": "示例", "region": "SH" });
            let between = relation(
                &format!("r{}", next % 39 + 1),
                "AMENDS",
                &format!("r{}", next / 39),
                "2021",
            );
            let (query, input): (&str, Value) = match change {
                "proposeRegulation" => (
                    "mutation($input: ProposeRegulationInput!) { it: proposeRegulation(input: $input) { userErrors { message } } }",
                    json!({ "regulation": new }),
                ),
                "proposeRegulationRelation" => (
                    "mutation($input: ProposeRegulationRelationInput!) {
                        it: proposeRegulationRelation(input: $input) { userErrors { message } } }",
                    json!({ "relation": relation("sc-797", "ADJUSTS", "sc-739", "2025-06-01") }),
                ),
                "decideRegulationProposal" => {
                    let proposal = "mutation($input: ProposeRegulationInput!) {
                        it: proposeRegulation(input: $input) { proposal { id } userErrors { message } } }";
                    let reply =
                        municipal.run(proposal, json!({ "input": { "regulation": new } })).await;
                    (
                        "mutation($input: DecideRegulationProposalInput!) {
                            it: decideRegulationProposal(input: $input) { userErrors { message } } }",
                        json!({ "proposalId": reply.at("/it/proposal/id"), "version": 1, "accept": true }),
                    )
                }
                "recordRegulation" => (RECORD, json!({ "regulation": new })),
                "recordRegulationRelation" => (RELATE, json!({ "relation": between })),
                "amendRegulation" => {
                    let found = house.ask("{ regulation(key: \"r39\") { id version } }").await;
                    (
                        "mutation($input: AmendRegulationInput!) { it: amendRegulation(input: $input) { userErrors { message } } }",
                        json!({ "regulationId": found.at("/regulation/id"), "version": found.at("/regulation/version"),
                            "regulation": { "level": name } }),
                    )
                }
                "amendRegulationRelation" | "removeRegulationRelation" => {
                    let made =
                        municipal.run(RELATE, json!({ "input": { "relation": between } })).await;
                    let made = &done(&made)["relation"];
                    let amends = change.starts_with("amend");
                    let more = if amends {
                        ("relation", json!({ "note": "示例" }))
                    } else {
                        ("reason", json!("示例"))
                    };
                    let mut input = json!({ "relationId": made["id"], "version": made["version"] });
                    input[more.0] = more.1;
                    let query = if amends {
                        "mutation($input: AmendRegulationRelationInput!) {
                            it: amendRegulationRelation(input: $input) { userErrors { message } } }"
                    } else {
                        "mutation($input: RemoveRegulationRelationInput!) {
                            it: removeRegulationRelation(input: $input) { userErrors { message } } }"
                    };
                    (query, input)
                }
                "affectedBy" => (
                    "query($input: AffectedByInput!) { it: affectedBy(input: $input) { totalCount } }",
                    json!({ "recorded": "sc-739" }),
                ),
                _ => (
                    "query($input: ReviewQueueFilter) { it: reviewQueue(filter: $input) { totalCount } }",
                    json!({}),
                ),
            };
            let reply = member.run(query, json!({ "input": input })).await;
            let heard = match reply.body.get("errors") {
                Some(_) => reply.code().to_owned(),
                None => {
                    let errors = reply.at("/it").get("userErrors").cloned().unwrap_or(json!([]));
                    assert_eq!(errors, json!([]), "{change} {name}: {}", reply.text);
                    "done".to_owned()
                }
            };
            table += &format!("{heard:17}");
        }
        table = table.trim_end().to_owned() + "\n";
    }
    // Both engines give the same.
    insta::allow_duplicates! {
    insta::assert_snapshot!(table, @"
                               anonymous        portal           staff            head             district         elsewhere        municipal        transfer         admin
    proposeRegulation          UNAUTHENTICATED  FORBIDDEN        done             done             done             done             done             FORBIDDEN        done
    proposeRegulationRelation  UNAUTHENTICATED  FORBIDDEN        done             done             done             done             done             FORBIDDEN        done
    decideRegulationProposal   NOT_FOUND        NOT_FOUND        FORBIDDEN        FORBIDDEN        FORBIDDEN        FORBIDDEN        done             NOT_FOUND        done
    recordRegulation           UNAUTHENTICATED  FORBIDDEN        FORBIDDEN        FORBIDDEN        FORBIDDEN        FORBIDDEN        done             FORBIDDEN        done
    recordRegulationRelation   UNAUTHENTICATED  FORBIDDEN        FORBIDDEN        FORBIDDEN        FORBIDDEN        FORBIDDEN        done             FORBIDDEN        done
    amendRegulation            UNAUTHENTICATED  FORBIDDEN        FORBIDDEN        FORBIDDEN        FORBIDDEN        FORBIDDEN        done             FORBIDDEN        done
    amendRegulationRelation    UNAUTHENTICATED  FORBIDDEN        FORBIDDEN        FORBIDDEN        FORBIDDEN        FORBIDDEN        done             FORBIDDEN        done
    removeRegulationRelation   UNAUTHENTICATED  FORBIDDEN        FORBIDDEN        FORBIDDEN        FORBIDDEN        FORBIDDEN        done             FORBIDDEN        done
    affectedBy                 UNAUTHENTICATED  FORBIDDEN        done             done             done             done             done             FORBIDDEN        done
    reviewQueue                UNAUTHENTICATED  FORBIDDEN        done             done             done             done             done             done             FORBIDDEN
    ");
    }
}
