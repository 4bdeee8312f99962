//! Strengths: a little world counted by hand, every score computed again from what is shown, whom to ask, and that nothing
//! hidden has a part in any of it.

use serde_json::{Value, json};
use zhanjian::answers::AnsweredQuestions;

use crate::{
    consultations::work::{Desk, asker, done, mutate, station},
    support::{House, Member, on_both_engines},
};

mod whom;

on_both_engines!(
    a_little_world_is_counted_as_a_hand_counts_it,
    every_strength_is_what_its_parts_add,
    what_is_hidden_changes_nothing,
    consultations_are_shown_to_who_may_read_reports,
);

const EVIDENCE: &str = "answers current upcoming reviewDue unverified partlyStale stale broken sound reused uses helpful unhelpful";

/// Takes in answers that say themselves whose they are.
pub async fn tell(house: &House, rows: impl IntoIterator<Item = Value>) {
    let lines: Vec<String> = rows.into_iter().map(|row| row.to_string()).collect();
    house.import(&AnsweredQuestions::default(), "answers.jsonl", lines.join("\n")).await;
    house.settle().await;
}

/// An answer of a station in some areas.
pub fn answer(id: &str, station: &str, areas: &[&str], audience: &str, more: Value) -> Value {
    let mut row = json!({ "externalId": id, "station": station, "areas": areas, "audience": audience,
        "question": format!("输送系统{id}怎么分类？"), "answer": "按第三类。" });
    row.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    row
}

fn cites(regulation: &str) -> Value {
    json!([{ "regulation": regulation, "role": "BASIS" }])
}

async fn little_world(house: &House) {
    house.places().await;
    tell(house, [
        answer("p1", "SH-PD", &["REG-1-01"], "PUBLIC",
            json!({ "citations": cites("samr-47"), "answeredOn": "2026-03-01", "reuseCount": 3, "helpful": 2 })),
        answer("p2", "SH-PD", &["REG-1-02"], "PUBLIC", json!({ "basis": "EXPERIENCE", "answeredOn": "2026-05-01" })),
        // What it rests on was replaced three weeks ago.
        answer("p3", "SH-PD", &["REG-1-01", "REG-1-02", "REG-2-01"], "PUBLIC",
            json!({ "citations": cites("cfda-2014-64"), "answeredOn": "2025-01-01" })),
        answer("x1", "SH-XH", &["REG-1-01"], "PUBLIC", json!({ "citations": cites("samr-47"), "unhelpful": 1 })),
        answer("x2", "SH-XH", &["REG-1-01"], "NETWORK", json!({ "citations": cites("samr-47") })),
        answer("s1", "SH-PD", &["REG-1-01"], "STATION", json!({})),
        answer("d1", "SH-PD", &["REG-1-01"], "NETWORK", json!({ "state": "DRAFT" })),
    ])
    .await;
}

/// A station's strengths in some areas.
async fn strengths(member: &Member<'_>, code: &str, arguments: &str) -> Value {
    let query = format!(
        "{{ station(code: \"{code}\") {{ strengths({arguments}) {{ algorithmVersion total {{ answers }}
            areas {{ area {{ code }} declared score evidence {{ {EVIDENCE} }} components {{ component weight value contribution }}
                comparison {{ rank stations median answers share locationQuotient }} answers {{ externalId }}
                consultations {{ asked }} }} }} }} }}"
    );
    member.ask(&query).await.at("/station/strengths").clone()
}

fn close(one: &Value, other: f64) {
    let one = one.as_f64().unwrap_or_else(|| panic!("{one} is no number"));
    assert!((one - other).abs() < 1e-9, "{one} {other}");
}

async fn a_little_world_is_counted_as_a_hand_counts_it(house: &House) {
    little_world(house).await;
    let anybody = house.anybody();
    let areas = "areas: [\"REG-1\", \"REG-2\", \"REG-4\", \"REG-4-03\", \"REG-4-01\"]";
    let seen = strengths(&anybody, "SH-PD", areas).await;
    assert_eq!(seen["total"]["answers"], 3);
    let topics = &seen["areas"][0];
    assert_eq!(
        topics["evidence"],
        json!({ "answers": 3, "current": 1, "upcoming": 0, "reviewDue": 0, "unverified": 1, "partlyStale": 0,
            "stale": 1, "broken": 0, "sound": 1.5, "reused": 1, "uses": 3, "helpful": 2, "unhelpful": 0 })
    );
    assert_eq!(
        topics["answers"],
        json!([{ "externalId": "p2" }, { "externalId": "p1" }, { "externalId": "p3" }])
    );
    assert_eq!(topics["consultations"], Value::Null);
    let compared = &topics["comparison"];
    assert_eq!((compared["rank"].as_u64(), compared["stations"].as_u64()), (Some(1), Some(12)));
    assert_eq!((compared["median"].as_u64(), compared["answers"].as_u64()), (Some(0), Some(4)));
    close(&compared["share"], 0.75);
    close(&compared["locationQuotient"], 1.0);
    close(&topics["score"], 0.4 * 1.5 / 6.5 + 0.2 * 0.5 + 0.2 * 3.0 / 8.0 + 0.1 * 2.0 / 5.0);
    // The only one who answers there.
    close(&seen["areas"][1]["comparison"]["locationQuotient"], 4.0 / 3.0);
    let declared: Vec<&Value> = (2..5).map(|at| &seen["areas"][at]["declared"]).collect();
    assert_eq!(declared, ["DECLARED", "DECLARED", "NOT"]);

    // A count is the total of the search that lists it.
    let found = "{ search(query: \"\", filter: { kinds: [ANSWERED_QUESTION], stations: [\"SH-PD\"], areas: [\"REG-1\"] }) { totalCount } }";
    assert_eq!(anybody.ask(found).await.at("/search/totalCount"), 3);

    // A period leaves out what was answered on no day of it.
    let seen = strengths(
        &anybody,
        "SH-PD",
        "areas: [\"REG-1\"], from: \"2026-03-01\", to: \"2026-04-30\"",
    )
    .await;
    assert_eq!(seen["areas"][0]["answers"], json!([{ "externalId": "p1" }]));
    assert_eq!(seen["areas"][0]["evidence"]["helpful"], 2);
    let seen = strengths(&anybody, "SH-PD", "areas: [\"REG-1\"], from: \"2026-04-01\"").await;
    assert_eq!(seen["areas"][0]["evidence"]["helpful"], 0);

    // Who sees more counts more; drafts count for nobody.
    let network = house.member_of(["network"]);
    assert_eq!(strengths(&network, "SH-XH", areas).await["areas"][0]["evidence"]["answers"], 2);
    let own = house.member_of(["network", "station:SH-PD"]);
    let seen = strengths(&own, "SH-PD", areas).await;
    assert_eq!(seen["areas"][0]["evidence"]["answers"], 4);
    assert_eq!(seen["areas"][0]["answers"][3]["externalId"], "s1");

    // What is recorded of the law moves with the day: nothing is written down.
    house.clock.advance_days(1);
    let without =
        anybody.ask("{ station(code: \"SH-PD\") { strengths { areas { area { code } } } } }").await;
    let codes = without.texts("/station/strengths/areas", "/area/code");
    for code in ["REG", "REG-1", "CAT-14", "REG-4-03"] {
        assert!(codes.iter().any(|shown| shown == code), "{code} is left out");
    }
    for (arguments, code) in [
        ("areas: [\"REG-99\"]", "BAD_USER_INPUT"),
        ("from: \"2026-02-01\", to: \"2026-01-01\"", "BAD_USER_INPUT"),
    ] {
        let query =
            format!("{{ station(code: \"SH-PD\") {{ strengths({arguments}) {{ asOf }} }} }}");
        assert_eq!(anybody.ask(&query).await.code(), code);
    }
}

/// Computes the score of a profile's area again, from nothing but what is shown.
fn again(area: &Value) -> f64 {
    let evidence = |field: &str| area["evidence"][field].as_f64().unwrap();
    let sound = evidence("current")
        + evidence("upcoming")
        + (evidence("reviewDue") + evidence("unverified") + evidence("partlyStale")) / 2.0;
    let (answers, said) = (evidence("answers"), evidence("helpful") + evidence("unhelpful"));
    let declared = match area["declared"].as_str().unwrap() {
        "DECLARED" => 1.0,
        "ABOVE" => 0.5,
        _ => 0.0,
    };
    0.4 * sound / (sound + 5.0)
        + if answers > 0.0 { 0.2 * sound / answers } else { 0.0 }
        + 0.2 * evidence("uses") / (evidence("uses") + 5.0)
        + 0.1 * declared
        + 0.1 * evidence("helpful") / (said + 3.0)
}

async fn every_strength_is_what_its_parts_add(house: &House) {
    house.demo().await;
    let member = house.member_of(["partners", "network"]);
    let query = format!(
        "{{ stations {{ nodes {{ code strengths {{ areas {{ area {{ code }} declared score evidence {{ {EVIDENCE} }}
            components {{ weight value contribution }} }} }} }} }}
            networkStrengths {{ cells {{ station {{ code }} area {{ code }} value evidence {{ answers }} }} areas {{ code }} }} }}"
    );
    let reply = member.ask(&query).await;
    let mut shown = std::collections::BTreeMap::new();
    let mut strong = 0;
    for station in reply.at("/stations/nodes").as_array().unwrap() {
        for area in station["strengths"]["areas"].as_array().unwrap() {
            let components = area["components"].as_array().unwrap();
            let sum: f64 =
                components.iter().map(|part| part["contribution"].as_f64().unwrap()).sum();
            close(&area["score"], sum);
            close(&area["score"], again(area));
            for part in components {
                close(
                    &part["contribution"],
                    part["weight"].as_f64().unwrap() * part["value"].as_f64().unwrap(),
                );
                assert!((0.0..=1.0).contains(&part["value"].as_f64().unwrap()));
            }
            strong += i32::from(area["score"].as_f64().unwrap() > 0.3);
            shown.insert(
                (station["code"].to_string(), area["area"]["code"].to_string()),
                area.clone(),
            );
        }
    }
    assert!(strong > 20, "{strong}");
    // The map shows what the profiles show.
    let cells = reply.at("/networkStrengths/cells").as_array().unwrap();
    let areas = reply.at("/networkStrengths/areas").as_array().unwrap().len();
    assert_eq!(cells.len(), 12 * areas);
    for cell in cells {
        let area = &shown[&(cell["station"]["code"].to_string(), cell["area"]["code"].to_string())];
        close(&cell["value"], area["score"].as_f64().unwrap());
        assert_eq!(cell["evidence"]["answers"], area["evidence"]["answers"]);
    }
}

async fn what_is_hidden_changes_nothing(house: &House) {
    little_world(house).await;
    let query = format!(
        "{{ stations {{ nodes {{ code strengths {{ total {{ {EVIDENCE} }} areas {{ score evidence {{ {EVIDENCE} }}
            comparison {{ rank median answers share locationQuotient }} answers(first: 20) {{ externalId }} }} }} }} }}
          networkStrengths {{ cells {{ value evidence {{ {EVIDENCE} }} }} gaps {{ severity }} }}
          matchStations(text: \"输送系统怎么分类？\", first: 12) {{ touchedAreas {{ weight area {{ code }} }}
            matches {{ score station {{ code }} similarCount components {{ value }} reason {{ zh en }}
                evidence {{ score answeredQuestion {{ externalId }} passages {{ field fragments {{ text matched }} }} }} }} }} }}"
    );
    let viewers: [(&str, Vec<&str>); 4] = [
        ("anybody", vec![]),
        ("partner", vec!["partners"]),
        ("elsewhere", vec!["partners", "network", "station:SH-XH"]),
        ("own", vec!["partners", "network", "station:SH-PD", "district:PD"]),
    ];
    let mut before = Vec::new();
    for (_, tokens) in &viewers {
        before.push(house.member_of(tokens.iter().copied()).ask(&query).await.data().clone());
    }
    // What comes is seen by Pudong's station alone, but for a draft, which is nobody's evidence.
    tell(
        house,
        [
            answer(
                "h1",
                "SH-PD",
                &["REG-1-01"],
                "STATION",
                json!({ "reuseCount": 9, "helpful": 7, "citations": cites("samr-47") }),
            ),
            answer(
                "h2",
                "SH-PD",
                &["REG-3-01"],
                "STATION",
                json!({ "question": "输送系统怎么分类？", "unhelpful": 4 }),
            ),
            answer(
                "h3",
                "SH-PD",
                &["REG-1-01"],
                "PUBLIC",
                json!({ "state": "DRAFT", "reuseCount": 5 }),
            ),
        ],
    )
    .await;
    for ((name, tokens), before) in viewers.iter().zip(&before) {
        let after = house.member_of(tokens.iter().copied()).ask(&query).await.data().clone();
        if *name == "own" {
            assert_ne!(after, *before);
            assert!(!after.to_string().contains("h3"));
        } else {
            assert_eq!(after, *before, "{name}");
        }
    }
}

/// Records a question at a station, files it under the desk's area, and answers it where that is wanted.
async fn asked(desk: &Desk<'_>, by: &Member<'_>, code: &str, answered: bool) {
    let input = json!({ "stationId": station(desk.house, code).await, "channel": "PHONE",
        "text": "示例问题", "asker": asker() });
    let mut case =
        crate::consultations::work::Case::of(&done(&mutate(by, "recordConsultation", input).await));
    let classified = json!({ "level": "BASIC", "areaIds": [desk.area], "productKind": "DEVICE" });
    case.take(by, "classifyConsultation", classified).await;
    if answered {
        case.take(by, "answerDirectly", json!({ "text": "答复", "toldBy": "PHONE" })).await;
    }
}

async fn consultations_are_shown_to_who_may_read_reports(house: &House) {
    house.places().await;
    let desk = Desk::of(house).await;
    for answered in [true, true, false, false, false] {
        asked(&desk, &desk.staff, "SH-PD", answered).await;
    }
    for answered in [true, false] {
        asked(&desk, &desk.elsewhere, "SH-XH", answered).await;
    }
    let query = "{ networkStrengths(areas: [\"REG-1\", \"REG-2\"], stations: [\"SH-PD\", \"SH-XH\"]) {
        cells { station { code } consultations { suppressed asked answered answeredShare medianMinutesToReply } }
        gaps { kind area { code } consultations answers quotient severity explanation { zh en } } } }";
    let whole = |asked: u64, answered: u64| {
        json!({ "suppressed": false, "asked": asked, "answered": answered,
            "answeredShare": answered as f64 / asked as f64, "medianMinutesToReply": 0 })
    };
    let few = json!({ "suppressed": true, "asked": null, "answered": null, "answeredShare": null,
        "medianMinutesToReply": null });
    let none = Value::Null;
    let anybody = house.anybody();
    for (name, member, pudong, xuhui, gaps) in [
        ("anybody", &anybody, &none, &none, None),
        ("portal", &desk.portal, &none, &none, None),
        ("tech transfer", &desk.transfer, &none, &none, None),
        ("administrator", &desk.administrator, &none, &none, None),
        ("staff", &desk.staff, &whole(5, 2), &none, Some(5)),
        ("head", &desk.head, &whole(5, 2), &none, Some(5)),
        ("elsewhere", &desk.elsewhere, &none, &whole(2, 1), Some(0)),
        ("district", &desk.district, &whole(5, 2), &none, Some(5)),
        ("other district", &desk.other_district, &none, &few, Some(0)),
        // What is held back is in no sum.
        ("municipal", &desk.municipal, &whole(5, 2), &few, Some(5)),
    ] {
        let reply = member.ask(query).await;
        let at = |place: usize| {
            reply.at(&format!("/networkStrengths/cells/{place}/consultations")).clone()
        };
        assert_eq!((&at(0), &at(2)), (pudong, xuhui), "{name}");
        let listed = reply.at("/networkStrengths/gaps");
        match gaps {
            None => assert_eq!(listed, &Value::Null, "{name}"),
            Some(0) => assert_eq!(listed, &json!([]), "{name}"),
            Some(consultations) => {
                let gap = &listed[0];
                assert_eq!(gap["kind"], "FEW_ANSWERS", "{name}");
                assert_eq!(
                    (&gap["consultations"], &gap["answers"]),
                    (&json!(consultations), &json!(0)),
                    "{name}"
                );
                assert!(gap["explanation"]["zh"].as_str().unwrap().contains("咨询5件"), "{name}");
            }
        }
    }
}
