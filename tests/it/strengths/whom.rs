//! Whom to ask about a text.

use serde_json::{Value, json};

use super::{answer, close, tell};
use crate::support::{House, on_both_engines};

on_both_engines!(
    who_has_answered_the_like_is_asked_first,
    every_match_is_what_its_parts_add,
    what_is_asked_wrongly_is_refused,
);

const MATCH: &str = "algorithmVersion touchedAreas { area { code } weight by } matches { station { code } score similarCount
    components { component weight value contribution } areas { touched { code } declared { code } nearness }
    evidence { score weight isSameQuestion answeredQuestion { number question answer reuseCount station { code } currency { status } }
        passages { field fragments { text matched } } } reason { zh en } }";

async fn who_has_answered_the_like_is_asked_first(house: &House) {
    house.places().await;
    let question = |text: &str| json!({ "question": text, "answer": "见说明。" });
    tell(
        house,
        [
            answer(
                "a",
                "SH-MH",
                &["REG-2-03"],
                "PUBLIC",
                question("植入材料的生物学评价可以引用同类产品的数据吗？"),
            ),
            answer(
                "b",
                "SH-MH",
                &["REG-2-03"],
                "PUBLIC",
                question("植入材料做生物学评价，要做哪些毒性试验？"),
            ),
            answer(
                "c",
                "SH-JD",
                &["REG-2-04"],
                "PUBLIC",
                question("有源植入设备的电磁兼容检验怎么做？"),
            ),
            answer(
                "d",
                "SH-PT",
                &["REG-2-03"],
                "NETWORK",
                question("植入材料的生物学评价报告由谁出具？"),
            ),
        ],
    )
    .await;
    let text = "我们的植入材料需要重新做生物学评价吗？";
    let query = format!("query($text: String!) {{ it: matchStations(text: $text) {{ {MATCH} }} }}");
    let anybody = house.anybody().run(&query, json!({ "text": text })).await;
    let first = anybody.at("/it/matches/0");
    assert_eq!(first["station"]["code"], "SH-MH");
    assert_eq!(first["similarCount"], 2);
    assert!(first["reason"]["zh"].as_str().unwrap().contains("相近的已答问题"));
    // The text names the area by its label.
    assert_eq!(
        anybody.at("/it/touchedAreas/0"),
        &json!({ "area": { "code": "REG-2-03" }, "weight": 1.0, "by": "NAMED" })
    );
    assert!(
        !anybody.text.contains("SH-PT")
            || anybody
                .at("/it/matches")
                .as_array()
                .unwrap()
                .iter()
                .all(|it| { it["station"]["code"] != "SH-PT" || it["similarCount"] == 0 })
    );
    // What is shown as a passage stands in the text of the answer.
    let evidence = &first["evidence"][0];
    let passages = evidence["passages"].as_array().unwrap();
    assert!(!passages.is_empty());
    for passage in passages {
        let fragments = passage["fragments"].as_array().unwrap();
        let piece: String = fragments.iter().map(|it| it["text"].as_str().unwrap()).collect();
        let field = if passage["field"] == "QUESTION" { "question" } else { "answer" };
        let whole = evidence["answeredQuestion"][field].as_str().unwrap();
        assert!(whole.contains(&piece), "{piece}");
    }
    // The network sees Putuo's, too; and whoever is left out is not proposed.
    let network = house.member_of(["network"]).run(&query, json!({ "text": text })).await;
    let codes = network.texts("/it/matches", "/station/code");
    assert!(codes.contains(&"SH-PT".to_owned()), "{codes:?}");
    let without = "query($text: String!) { it: matchStations(text: $text, exceptStations: [\"SH-MH\"]) { matches { station { code } } } }";
    let without = house.anybody().run(without, json!({ "text": text })).await;
    assert!(!without.texts("/it/matches", "/station/code").contains(&"SH-MH".to_owned()));

    // Areas alone will do: Jiading declares the one.
    let by_areas = house.ask("{ it: matchStations(areas: [\"REG-2-04\"], first: 1) { matches { station { code } evidence { score } } } }").await;
    assert_eq!(
        by_areas.at("/it/matches"),
        &json!([{ "station": { "code": "SH-JD" }, "evidence": [] }])
    );

    // Like an answered question: the question itself is no evidence of its own.
    let id =
        house.ask("{ answeredQuestions(filter: { externalIds: [\"a\"] }) { nodes { id } } }").await;
    let id = id.at("/answeredQuestions/nodes/0/id").clone();
    let query = "query($id: ID!) { it: matchStations(id: $id) { matches { station { code } similarCount } } }";
    let like = house.anybody().run(query, json!({ "id": id })).await;
    assert_eq!(
        like.at("/it/matches/0"),
        &json!({ "station": { "code": "SH-MH" }, "similarCount": 1 })
    );
}

/// Computes a match again, from nothing but what is shown.
fn again(found: &Value, of: &Value) -> Vec<f64> {
    let number = |value: &Value| value.as_f64().unwrap();
    let evidence = of["evidence"].as_array().unwrap();
    let standing = |it: &Value| match it["answeredQuestion"]["currency"]["status"].as_str().unwrap()
    {
        "CURRENT" | "UPCOMING" => 1.0,
        "REVIEW_DUE" | "UNVERIFIED" | "PARTLY_STALE" => 0.5,
        _ => 0.0,
    };
    let similar: f64 = evidence.iter().map(|it| number(&it["weight"]) * number(&it["score"])).sum();
    let standing: f64 =
        evidence.iter().map(|it| number(&it["weight"]) * number(&it["score"]) * standing(it)).sum();
    let uses: f64 = evidence.iter().map(|it| number(&it["answeredQuestion"]["reuseCount"])).sum();
    let touched = found["touchedAreas"].as_array().unwrap();
    let weight = |code: &Value| {
        touched
            .iter()
            .find(|it| it["area"]["code"] == *code)
            .map_or(0.0, |it| number(&it["weight"]))
    };
    let near: f64 = of["areas"]
        .as_array()
        .unwrap()
        .iter()
        .map(|it| number(&it["nearness"]) * weight(&it["touched"]["code"]))
        .sum();
    let all: f64 = touched.iter().map(|it| number(&it["weight"])).sum();
    vec![
        similar,
        if all > 0.0 { near / all } else { 0.0 },
        if similar > 0.0 { standing / similar } else { 0.0 },
        uses / (uses + 3.0),
    ]
}

async fn every_match_is_what_its_parts_add(house: &House) {
    house.demo().await;
    let query = format!(
        "query($text: String!) {{ it: matchStations(text: $text, first: 12) {{ {MATCH} }} }}"
    );
    let member = house.member_of(["partners", "network"]);
    let mut seen = 0;
    for text in [
        "一次性使用内窥镜做临床评价能否走同品种比对？",
        "GMP 现场检查不通过怎么办",
        "AI software as a medical device, clinical evaluation",
        "生物制品补充申请需要哪些药学研究资料？委托生产的场地变更呢？",
        "完全无关的话",
    ] {
        let reply = member.run(&query, json!({ "text": text })).await;
        let found = reply.at("/it");
        // The same question gives the same answer.
        assert_eq!(member.run(&query, json!({ "text": text })).await.at("/it"), found);
        let mut last = f64::INFINITY;
        for of in found["matches"].as_array().unwrap() {
            let parts = of["components"].as_array().unwrap();
            let value = |name: &str| {
                parts.iter().find(|part| part["component"] == name).unwrap()["value"]
                    .as_f64()
                    .unwrap()
            };
            let by_hand = again(found, of);
            for (name, value_by_hand) in
                ["SIMILAR", "AREAS", "CURRENCY", "REUSE"].into_iter().zip(by_hand)
            {
                assert!(
                    (value(name) - value_by_hand).abs() < 1e-9,
                    "{name} {} {value_by_hand}",
                    value(name)
                );
            }
            let sum: f64 = parts.iter().map(|part| part["contribution"].as_f64().unwrap()).sum();
            close(&of["score"], sum);
            assert!(sum <= last);
            last = sum;
            for evidence in of["evidence"].as_array().unwrap() {
                assert_eq!(evidence["answeredQuestion"]["station"], of["station"]);
                seen += 1;
            }
        }
        // All that is similar is somebody's.
        let shares: f64 = found["matches"]
            .as_array()
            .unwrap()
            .iter()
            .map(|of| of["components"][1]["value"].as_f64().unwrap())
            .sum();
        assert!(shares <= 1.0 + 1e-9);
    }
    assert!(seen > 20, "{seen}");
}

async fn what_is_asked_wrongly_is_refused(house: &House) {
    house.places().await;
    for arguments in [
        "first: 3",
        "text: \"x\", id: \"x\"",
        "text: \"x\", first: 51",
        "text: \"x\", first: -1",
        "areas: [\"REG-99\"]",
        "id: \"x\"",
    ] {
        let reply =
            house.ask(&format!("{{ matchStations({arguments}) {{ algorithmVersion }} }}")).await;
        assert_eq!(reply.code(), "BAD_USER_INPUT", "{arguments}");
    }
    let unknown = zhanjian::ids::GlobalId::encode(
        zhanjian::ids::NodeKind::AnsweredQuestion,
        zhanjian::ids::new_id(),
    );
    let reply = house
        .ask(&format!("{{ matchStations(id: \"{}\") {{ algorithmVersion }} }}", unknown.0))
        .await;
    assert_eq!(reply.code(), "NOT_FOUND");
    let reply = house
        .ask("{ matchStations(text: \"\") { matches { score } touchedAreas { weight } } }")
        .await;
    assert_eq!(reply.at("/matchStations"), &json!({ "matches": [], "touchedAreas": [] }));
}
