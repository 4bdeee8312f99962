//! What becomes of fields that fail: the ten cases, and panics.

use crate::gate::support::House;
use serde_json::{Value, json};

/// Each case: a query, its data, and the path and code of its errors.
#[tokio::test]
async fn nulls_are_where_the_specification_puts_them() {
    let house = House::new();
    let cases: Vec<(&str, Value, Value)> = vec![
        // 1. A nullable field fails as Result<Option<T>>: null, siblings kept.
        (
            "{ thing { name nullableFails plain } }",
            json!({ "thing": { "name": "thing 1", "nullableFails": null, "plain": "plain" } }),
            json!([["thing/nullableFails", "NOT_FOUND"]]),
        ),
        // 2. As Option<Result<T>>: the same.
        (
            "{ thing { optionOfResult plain } }",
            json!({ "thing": { "optionOfResult": null, "plain": "plain" } }),
            json!([["thing/optionOfResult", "NOT_FOUND"]]),
        ),
        // 3. By its guard.
        (
            "{ thing { guarded plain } }",
            json!({ "thing": { "guarded": null, "plain": "plain" } }),
            json!([["thing/guarded", "UNAUTHENTICATED"]]),
        ),
        // 4. By a validator of an argument.
        (
            "{ thing { bounded(number: 11) plain } }",
            json!({ "thing": { "bounded": null, "plain": "plain" } }),
            json!([["thing/bounded", "BAD_USER_INPUT"]]),
        ),
        // 5. A nullable object fails.
        (
            "{ requiredThing { nullableThingFails { name } plain } }",
            json!({ "requiredThing": { "nullableThingFails": null, "plain": "plain" } }),
            json!([["requiredThing/nullableThingFails", "NOT_FOUND"]]),
        ),
        // 6. A field that may not be null fails: its nullable parent becomes null, aunts and uncles stay.
        (
            "{ hello requiredThing { thing { name requiredFails } plain } }",
            json!({ "hello": "hello", "requiredThing": { "thing": null, "plain": "plain" } }),
            json!([["requiredThing/thing/requiredFails", "NOT_FOUND"]]),
        ),
        // 7. It goes up through parents that may not be null either, to the nullable one above.
        (
            "{ hello thing { requiredThing { requiredThing { requiredFails } } } }",
            json!({ "hello": "hello", "thing": null }),
            json!([["thing/requiredThing/requiredThing/requiredFails", "NOT_FOUND"]]),
        ),
        // 8. To the top, when nothing on the way may be null.
        (
            "{ hello requiredThing { requiredFails } }",
            json!(null),
            json!([["requiredThing/requiredFails", "NOT_FOUND"]]),
        ),
        // 9. An entry of a list of nullable entries.
        (
            "{ thing { list { name failsWhenTwo } } }",
            json!({ "thing": { "list": [{ "name": "thing 1", "failsWhenTwo": "fine" }, null, null] } }),
            json!([["thing/list/1/failsWhenTwo", "NOT_FOUND"]]),
        ),
        // 10. An entry of a list whose entries may not be null: the list becomes null.
        (
            "{ thing { plain requiredList { failsWhenTwo } } }",
            json!({ "thing": { "plain": "plain", "requiredList": null } }),
            // async-graphql forgets what is below the entry when a plain field without a guard fails.
            json!([["thing/requiredList/1", "NOT_FOUND"]]),
        ),
        (
            "{ thing { plain requiredList { requiredThing { requiredFails } } } }",
            json!({ "thing": { "plain": "plain", "requiredList": null } }),
            json!([["thing/requiredList/0/requiredThing/requiredFails", "NOT_FOUND"],]),
        ),
        // And under aliases, in fragments, twice.
        (
            "{ a: thing { b: nullableFails ...f } } fragment f on Thing { c: nullableFails plain }",
            json!({ "a": { "b": null, "c": null, "plain": "plain" } }),
            json!([["a/b", "NOT_FOUND"], ["a/c", "NOT_FOUND"]]),
        ),
        (
            "{ node(id: 1) { id ... on Thing { nullableFails plain } } }",
            json!({ "node": { "id": "3", "nullableFails": null, "plain": "plain" } }),
            json!([["node/nullableFails", "NOT_FOUND"]]),
        ),
        (
            "mutation { fails count { again } }",
            json!({ "fails": null, "count": { "again": true } }),
            json!([["fails", "NOT_FOUND"]]),
        ),
        // Panics: null where it may be, the parent where it may not.
        (
            "{ thing { panics plain } hello }",
            json!({ "thing": { "panics": null, "plain": "plain" }, "hello": "hello" }),
            json!([["thing/panics", "INTERNAL"]]),
        ),
        (
            "{ requiredThing { thing { requiredPanics } plain } }",
            json!({ "requiredThing": { "thing": null, "plain": "plain" } }),
            json!([["requiredThing/thing", "INTERNAL"]]),
        ),
        (
            "{ requiredThing { requiredPanics } }",
            json!(null),
            json!([["requiredThing", "INTERNAL"]]),
        ),
    ];
    for (query, data, errors) in cases {
        let reply = house.ask(query).await;
        assert_eq!(reply.status, 200, "{query}");
        assert_eq!(reply.body["data"], data, "{query} {}", reply.text);
        let said: Vec<Value> = reply.body["errors"].as_array().unwrap().iter().map(said).collect();
        assert_eq!(Value::from(said), errors, "{query} {}", reply.text);
    }
}

fn said(error: &Value) -> Value {
    let path: Vec<String> = error["path"]
        .as_array()
        .unwrap()
        .iter()
        .map(|part| part.to_string().replace('"', ""))
        .collect();
    assert!(error["locations"][0]["line"].is_number(), "{error}");
    json!([path.join("/"), error["extensions"]["code"]])
}
