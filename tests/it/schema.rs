//! The contract is what is checked in, whole and described.

use serde_json::Value;

use crate::support::{Engine, House};

#[test]
fn schema_graphql_is_what_the_program_serves() {
    let printed = zhanjian::schema::sdl();
    let checked_in = include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/schema.graphql"));
    assert!(
        printed.trim_end() == checked_in.trim_end(),
        "schema.graphql is not what the program serves: run `cargo run -- schema > schema.graphql`, and read the diff"
    );
}

const INTROSPECTION: &str = "{ __schema {
    queryType { name } mutationType { name } subscriptionType { name }
    types {
        name kind description specifiedByURL
        interfaces { name }
        fields(includeDeprecated: true) { name description isDeprecated type { ...Type }
            args { name description type { ...Type } } }
        inputFields { name description type { ...Type } }
        enumValues(includeDeprecated: true) { name description }
    }
} }
fragment Type on __Type { kind name ofType { kind name ofType { kind name ofType { kind name } } } }";

async fn types() -> Vec<Value> {
    let house = House::new(Engine::Sqlite).await;
    let types = house.ask(INTROSPECTION).await.at("/__schema/types").as_array().unwrap().clone();
    house.leave().await;
    types
}

fn list<'a>(of: &'a Value, field: &str) -> &'a [Value] {
    of[field].as_array().map_or(&[], Vec::as_slice)
}

fn text<'a>(of: &'a Value, field: &str) -> &'a str {
    of[field].as_str().unwrap_or("")
}

#[tokio::test]
async fn everything_in_the_contract_is_described() {
    let mut silent = Vec::new();
    for kind in types().await.iter().filter(|kind| !text(kind, "name").starts_with("__")) {
        let name = text(kind, "name");
        let mut tell = |of: &Value, path: String| {
            let said = text(of, "description").trim();
            if said.is_empty() {
                silent.push(path);
            } else if !said.ends_with(['.', '`']) {
                silent.push(format!("{path} (no sentence: {said})"));
            }
        };
        // The scalars that the specification defines describe themselves.
        if !matches!(name, "Int" | "Float" | "String" | "Boolean" | "ID" | "DateTime" | "Date") {
            tell(kind, name.to_owned());
        }
        for field in list(kind, "fields") {
            tell(field, format!("{name}.{}", text(field, "name")));
            for argument in list(field, "args") {
                tell(
                    argument,
                    format!("{name}.{}({})", text(field, "name"), text(argument, "name")),
                );
            }
        }
        for field in list(kind, "inputFields").iter().chain(list(kind, "enumValues")) {
            tell(field, format!("{name}.{}", text(field, "name")));
        }
    }
    assert!(silent.is_empty(), "{}", silent.join("\n"));
}

#[tokio::test]
async fn lists_are_connections_as_relay_knows_them() {
    let types = types().await;
    let named = |name: &str| types.iter().find(|kind| kind["name"] == name).unwrap();
    let field = |kind: &Value, name: &str| {
        list(kind, "fields").iter().find(|field| field["name"] == name).cloned().unwrap_or_default()
    };
    let mut connections = 0;
    for entry in list(named("Query"), "fields") {
        let given = text(&entry["type"]["ofType"], "name");
        if !given.ends_with("Connection") {
            continue;
        }
        connections += 1;
        let arguments: Vec<&str> =
            list(entry, "args").iter().map(|arg| text(arg, "name")).collect();
        for argument in ["first", "after", "last", "before"] {
            assert!(arguments.contains(&argument), "{} takes no {argument}", text(entry, "name"));
        }
        let connection = named(given);
        assert_eq!(field(connection, "pageInfo")["type"]["ofType"]["name"], "PageInfo");
        assert_eq!(field(connection, "totalCount")["type"]["ofType"]["name"], "Int");
        let edge = &field(connection, "edges")["type"]["ofType"]["ofType"]["ofType"]["name"];
        let edge = named(edge.as_str().unwrap());
        assert_eq!(field(edge, "cursor")["type"]["ofType"]["name"], "String");
        assert_eq!(field(edge, "node")["type"]["kind"], "NON_NULL");
    }
    assert!(connections >= 7, "{connections}");
}

#[tokio::test]
async fn all_fixed_entry_points_are_there() {
    let types = types().await;
    let query = types.iter().find(|kind| kind["name"] == "Query").unwrap();
    let fields: Vec<&str> = list(query, "fields").iter().map(|field| text(field, "name")).collect();
    for entry in [
        "node",
        "nodes",
        "viewer",
        "station",
        "stations",
        "expertiseArea",
        "expertiseAreas",
        "answeredQuestions",
        "researchOutputs",
        "organizations",
        "resources",
        "regulations",
        "search",
        "suggest",
        "similarAnsweredQuestions",
    ] {
        assert!(fields.contains(&entry), "{entry}");
    }
    let result = types.iter().find(|kind| kind["name"] == "SearchResult").unwrap();
    assert_eq!(result["kind"], "UNION");
    // A scalar says where its form is laid down, unless it is opaque.
    for scalar in types.iter().filter(|kind| kind["kind"] == "SCALAR") {
        let name = text(scalar, "name");
        let opaque = matches!(name, "Int" | "Float" | "String" | "Boolean" | "ID" | "Revision");
        assert!(opaque || scalar["specifiedByURL"].is_string(), "{name}");
    }
}
