//! Reports of the closed loop: a little world counted by hand, random worlds counted by a model that knows nothing of the
//! service, and who may read what.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::{
    consultations::work::{Case, Desk, asker, done, mutate, station},
    support::{House, Member, Reply, on_both_engines},
};

mod many;
mod models;
mod rights;
mod sheets;

on_both_engines!(
    a_little_world_is_counted_as_a_hand_counts_it,
    what_is_told_in_time_and_entered_late_is_in_time,
);

/// Each figure by its name in the contract, with the field that counts it.
const FIGURES: [(&str, &str); 25] = [
    ("RECEIVED", "received"),
    ("DROPPED", "dropped"),
    ("CLOSED", "closed"),
    ("OPEN", "open"),
    ("AWAITING", "awaiting"),
    ("TO_ANSWER", "toAnswer"),
    ("CLASSIFIED", "classified"),
    ("BASIC", "basic"),
    ("FIRST_RESPONSE", "firstResponse"),
    ("HANDED_ON", "handedOn"),
    ("BOUNCED", "bounced"),
    ("ABOVE_BASIC", "aboveBasic"),
    ("TRACKED", "tracked"),
    ("REPLIED", "replied"),
    ("REPLIED_IN_TIME", "repliedInTime"),
    ("SOLVED_AT_STATION", "solvedAtStation"),
    ("REUSED_FROM_OTHERS", "reusedFromOthers"),
    ("ENDED", "ended"),
    ("REOPENED", "reopened"),
    ("CLOSED_LOOP", "closedLoop"),
    ("UNCLASSIFIED", "unclassified"),
    ("UNTRACKED", "untracked"),
    ("OVERDUE", "overdue"),
    ("NOT_TOLD", "notTold"),
    ("CLOSED_UNANSWERED", "closedUnanswered"),
];

/// What is read of the figures of a part.
fn figures() -> String {
    let shares = FIGURES.iter().skip(1).map(|(figure, field)| match *figure {
        "FIRST_RESPONSE" => format!("{field} {{ count of share medianMinutes p90Minutes }}"),
        "REUSED_FROM_OTHERS" => format!("{field} {{ count of share answers }}"),
        _ => format!("{field} {{ count of share }}"),
    });
    format!("received {}", shares.collect::<Vec<_>>().join(" "))
}

/// Whether two shares are the same, but for the last digit that a file or a parser rounds.
fn close(one: Option<f64>, other: Option<f64>) -> bool {
    match (one, other) {
        (Some(one), Some(other)) => (one - other).abs() < 1e-12,
        (one, other) => one == other,
    }
}

/// Asks for a report.
async fn report(member: &Member<'_>, input: Value, fields: &str) -> Reply {
    let query = format!(
        "query($input: ClosedLoopReportInput!) {{ it: closedLoopReport(input: $input) {{ {fields} }} }}"
    );
    member.run(&query, json!({ "input": input })).await
}

/// The numbers of the cases behind a figure, gathered page by page.
async fn numbers(
    member: &Member<'_>,
    input: &Value,
    figure: &str,
    station: Option<&str>,
) -> Vec<String> {
    let (mut after, mut numbers) = (Value::Null, Vec::new());
    let query = "query($input: ClosedLoopReportInput!, $figure: ReportFigure!, $station: String, $after: String) {
        it: closedLoopReport(input: $input) { rows(figure: $figure, station: $station, first: 7, after: $after) {
            totalCount nodes { number } pageInfo { hasNextPage endCursor } } } }";
    loop {
        let variables =
            json!({ "input": input, "figure": figure, "station": station, "after": after });
        let reply = member.run(query, variables).await;
        numbers.extend(reply.texts("/it/rows/nodes", "/number"));
        if reply.at("/it/rows/pageInfo/hasNextPage") == false {
            assert_eq!(reply.at("/it/rows/totalCount"), numbers.len());
            return numbers;
        }
        after = reply.at("/it/rows/pageInfo/endCursor").clone();
    }
}

/// What a hand counts: the cases behind a figure of each of the two stations, by their letters; and out of which figure.
const BY_HAND: [(&str, &str, &str, &str); 25] = [
    // figure, of Pudong's station, of Xuhui's, out of
    ("RECEIVED", "ABCDEFGJK", "HI", "RECEIVED"),
    ("DROPPED", "GK", "", "RECEIVED"),
    ("CLOSED", "AGK", "H", "RECEIVED"),
    ("OPEN", "DEFJ", "I", "RECEIVED"),
    ("AWAITING", "BC", "", "RECEIVED"),
    ("TO_ANSWER", "ABCDEFJ", "HI", "RECEIVED"),
    ("CLASSIFIED", "ABCDFJ", "HI", "TO_ANSWER"),
    ("BASIC", "ABJ", "H", "CLASSIFIED"),
    ("FIRST_RESPONSE", "ABCJ", "H", "TO_ANSWER"),
    ("HANDED_ON", "CDJ", "I", "TO_ANSWER"),
    ("BOUNCED", "D", "", "HANDED_ON"),
    ("ABOVE_BASIC", "CDF", "I", "CLASSIFIED"),
    ("TRACKED", "CD", "I", "ABOVE_BASIC"),
    ("REPLIED", "ABC", "H", "TO_ANSWER"),
    ("REPLIED_IN_TIME", "AC", "H", "REPLIED"),
    ("SOLVED_AT_STATION", "AB", "H", "REPLIED"),
    ("REUSED_FROM_OTHERS", "", "H", "REPLIED"),
    ("ENDED", "ABCJ", "H", "TO_ANSWER"),
    ("REOPENED", "J", "", "ENDED"),
    ("CLOSED_LOOP", "A", "H", "TO_ANSWER"),
    ("UNCLASSIFIED", "E", "", "TO_ANSWER"),
    ("UNTRACKED", "F", "", "ABOVE_BASIC"),
    ("OVERDUE", "BEF", "I", "TO_ANSWER"),
    ("NOT_TOLD", "", "I", "TO_ANSWER"),
    ("CLOSED_UNANSWERED", "GK", "", "CLOSED"),
];

async fn a_little_world_is_counted_as_a_hand_counts_it(house: &House) {
    let (desk, letters) = little_world(house).await;
    let input = json!({ "from": "2026-11-22", "to": "2026-11-27" });
    let fields = format!(
        "from to asOf dueDatesEstimated total {{ {0} }}
         byStation {{ station {{ code }} figures {{ {0} }} }} byDistrict {{ district {{ code }} figures {{ received }} }}
         missing {{ figure count {{ count of }} cases(first: 20) {{ totalCount nodes {{ number }} }} }}",
        figures()
    );
    let reply = report(&desk.municipal, input.clone(), &fields).await;
    assert_eq!(reply.at("/it/from"), "2026-11-22");
    assert_eq!(reply.at("/it/asOf"), "2026-11-28");
    assert_eq!(reply.at("/it/dueDatesEstimated"), false);
    let part = |code: &str| {
        let parts = reply.at("/it/byStation").as_array().unwrap();
        parts.iter().find(|part| part["station"]["code"] == code).unwrap()["figures"].clone()
    };
    let (pudong, xuhui, total) = (part("SH-PD"), part("SH-XH"), reply.at("/it/total").clone());
    let by_hand = |figure: &str| *BY_HAND.iter().find(|row| row.0 == figure).unwrap();
    for (figure, field) in FIGURES {
        let (_, of_pudong, of_xuhui, whole) = by_hand(figure);
        let (_, whole_of_pudong, whole_of_xuhui, _) = by_hand(whole);
        let both = (format!("{of_pudong}{of_xuhui}"), format!("{whole_of_pudong}{whole_of_xuhui}"));
        for (name, counted, hand, whole) in [
            ("Pudong", &pudong, of_pudong, whole_of_pudong),
            ("Xuhui", &xuhui, of_xuhui, whole_of_xuhui),
            ("total", &total, both.0.as_str(), both.1.as_str()),
        ] {
            if figure == "RECEIVED" {
                assert_eq!(counted[field], hand.len(), "{name} {figure}");
                continue;
            }
            assert_eq!(counted[field]["count"], hand.len(), "{name} {figure}");
            assert_eq!(counted[field]["of"], whole.len(), "{name} {figure} out of");
            let share = (!whole.is_empty()).then(|| hand.len() as f64 / whole.len() as f64);
            assert!(close(counted[field]["share"].as_f64(), share), "{name} {figure} share");
        }
        for (code, hand) in [("SH-PD", of_pudong), ("SH-XH", of_xuhui)] {
            let rows = numbers(&desk.municipal, &input, figure, Some(code)).await;
            let seen: String = rows.iter().map(|number| letters[number.as_str()]).collect();
            assert_eq!(seen, hand, "{code} {figure}");
        }
    }
    let waited = |part: &Value| {
        let waited = &part["firstResponse"];
        (waited["medianMinutes"].as_u64(), waited["p90Minutes"].as_u64())
    };
    // At once, a day, twice two days; and Xuhui's at once.
    assert_eq!(waited(&pudong), (Some(1_440), Some(2_880)));
    assert_eq!(waited(&xuhui), (Some(0), Some(0)));
    assert_eq!(waited(&total), (Some(1_440), Some(2_880)));
    assert_eq!(xuhui["reusedFromOthers"]["answers"], 1);

    // What is missing is listed, and is the rows of its figure.
    let missing: BTreeMap<String, String> = reply
        .at("/it/missing")
        .as_array()
        .unwrap()
        .iter()
        .map(|duty| {
            let cases = duty["cases"]["nodes"].as_array().unwrap();
            assert_eq!(duty["count"]["count"], cases.len());
            let letter = |case: &Value| letters[case["number"].as_str().unwrap()];
            (duty["figure"].as_str().unwrap().to_owned(), cases.iter().map(letter).collect())
        })
        .collect();
    let listed = json!({ "UNCLASSIFIED": "E", "UNTRACKED": "F", "OVERDUE": "BEFI", "NOT_TOLD": "I",
        "CLOSED_UNANSWERED": "GK" });
    let in_order = |text: &str| {
        let mut letters: Vec<char> = text.chars().collect();
        letters.sort_unstable();
        letters.into_iter().collect::<String>()
    };
    let missing: BTreeMap<_, _> =
        missing.into_iter().map(|(figure, text)| (figure, in_order(&text))).collect();
    assert_eq!(json!(missing), listed);

    // A row says what it counts by, and nothing of the question.
    let row = "number level state closure recordedAt dueOn missedOn firstResponseAt repliedAt closedAt bounced reopened
        reused station { code } consultation { number }";
    let rows = format!("rows(figure: OVERDUE, station: \"SH-PD\") {{ nodes {{ {row} }} }}");
    let reply = report(&desk.municipal, input.clone(), &rows).await;
    let late = reply.at("/it/rows/nodes/0");
    assert_eq!(
        *late,
        json!({ "number": late["number"], "level": "BASIC", "state": "REPLIED", "closure": null,
            "recordedAt": "2026-11-22T04:00:00+00:00", "dueOn": null, "missedOn": "2026-11-23",
            "firstResponseAt": "2026-11-24T04:00:00+00:00", "repliedAt": "2026-11-24T04:00:00+00:00", "closedAt": null,
            "bounced": 0, "reopened": 0, "reused": 0, "station": { "code": "SH-PD" }, "consultation": null })
    );
    // Nobody objected to it in time: it is closed by the clock, though nobody has written that down.
    let rows = format!("rows(figure: CLOSED, station: \"SH-XH\") {{ nodes {{ {row} }} }}");
    let reply = report(&desk.elsewhere, input.clone(), &rows).await;
    let closed = reply.at("/it/rows/nodes/0");
    assert_eq!(
        (&closed["closure"], &closed["closedAt"], &closed["reused"]),
        (&json!("NO_OBJECTION"), &json!("2026-11-27T16:00:00+00:00"), &json!(1))
    );
    assert_eq!(closed["consultation"]["number"], closed["number"]);

    // One day further there is one case more.
    let longer = json!({ "from": "2026-11-22", "to": "2026-11-28" });
    let reply = report(&desk.municipal, longer, "total { received }").await;
    assert_eq!(reply.at("/it/total/received"), 12);
}

/// Eleven cases from A to K of two stations, and one of the day after the period; as of 2026-11-28, a Saturday. Gives the
/// letter of each by its number.
async fn little_world(house: &House) -> (Desk<'_>, BTreeMap<String, char>) {
    house.places().await;
    house
        .answers([json!({ "externalId": "a-1", "question": "输送系统按第几类注册？", "answer": "按第三类。" })])
        .await;
    let answered = house.ask("{ answeredQuestions { nodes { id } } }").await;
    let answered = answered.at("/answeredQuestions/nodes/0/id").clone();
    let mut desk = Desk::of(house).await;
    let municipal_officer = desk.municipal.id.clone();
    let xuhui = station(house, "SH-XH").await;

    // Sunday the 22nd. Basic questions are due on Monday, those of the district on Friday.
    let mut a = desk.triaged("BASIC").await;
    let answer = json!({ "text": "答复", "toldBy": "PHONE" });
    a.take(&desk.staff, "answerDirectly", answer.clone()).await;
    let mut b = desk.triaged("BASIC").await;
    let mut c = desk.triaged("DISTRICT").await;
    let up = json!({ "to": "DISTRICT", "summary": "请区局答复" });
    c.take(&desk.staff, "escalateConsultation", up.clone()).await;
    let mut d = desk.triaged("DISTRICT").await;
    d.take(&desk.staff, "escalateConsultation", up.clone()).await;
    let e = desk.recorded(&desk.staff).await;
    let mut f = desk.recorded(&desk.staff).await;
    let mut nobody = desk.classified("DISTRICT");
    nobody.as_object_mut().unwrap().remove("assigneeId");
    f.take(&desk.staff, "classifyConsultation", nobody).await;
    let mut g = desk.recorded(&desk.staff).await;
    let mut h = recorded_elsewhere(&desk).await;
    let classified = json!({ "level": "BASIC", "areaIds": [desk.area], "productKind": "DEVICE" });
    h.take(&desk.elsewhere, "classifyConsultation", classified).await;
    let reused = json!({ "answeredQuestionIds": [answered], "toldBy": "VISIT" });
    h.take(&desk.elsewhere, "answerDirectly", reused).await;
    let mut i = recorded_elsewhere(&desk).await;
    let classified = json!({ "level": "MUNICIPAL", "areaIds": [desk.area], "productKind": "DEVICE",
        "assigneeId": desk.elsewhere.id });
    i.take(&desk.elsewhere, "classifyConsultation", classified).await;
    i.take(&desk.elsewhere, "escalateConsultation", up).await;
    let mut j = desk.triaged("BASIC").await;
    let across = json!({ "stationId": xuhui, "reason": "贵站有经验" });
    j.take(&desk.staff, "referConsultation", across).await;
    let mut k = desk.recorded(&desk.staff).await;

    desk.days_later(1).await;
    a.take(&desk.staff, "confirmReply", json!({})).await;
    c.take(&desk.district, "tierReply", json!({ "text": "区局答复" })).await;
    d.take(&desk.district, "returnConsultation", json!({ "reason": "请先补充" })).await;
    g.take(&desk.staff, "withdrawConsultation", json!({})).await;
    let up = json!({ "to": "MUNICIPAL", "counterpartId": municipal_officer });
    i.take(&desk.other_district, "escalateConsultation", up).await;
    j.take(&desk.elsewhere, "tierReply", json!({ "text": "他站答复" })).await;
    j.take(&desk.staff, "replyToAsker", json!({ "toldBy": "PHONE" })).await;
    k.take(&desk.staff, "markDuplicate", json!({ "duplicateOfId": a.id })).await;

    desk.days_later(1).await;
    b.take(&desk.staff, "answerDirectly", answer).await;
    c.take(&desk.staff, "replyToAsker", json!({ "toldBy": "PHONE" })).await;
    j.take(&desk.staff, "reopenConsultation", json!({ "reason": "企业追问" })).await;
    j.take(&desk.staff, "askForDetails", json!({ "question": "请补充" })).await;

    desk.days_later(1).await;
    i.take(&desk.municipal, "tierReply", json!({ "text": "市局答复" })).await;

    desk.days_later(3).await;
    let outside = desk.recorded(&desk.staff).await;
    let cases = [a, b, c, d, e, f, g, h, i, j, k, outside];
    let letters = cases.iter().map(|case| case.number.clone()).zip('A'..).collect();
    (desk, letters)
}

async fn recorded_elsewhere(desk: &Desk<'_>) -> Case {
    let input = json!({ "channel": "VISIT", "text": "示例问题", "asker": asker() });
    Case::of(&done(&mutate(&desk.elsewhere, "recordConsultation", input).await))
}

async fn what_is_told_in_time_and_entered_late_is_in_time(house: &House) {
    house.places().await;
    let mut desk = Desk::of(house).await;
    // Both are due on Monday the 23rd, and both are entered on Wednesday.
    let mut told = desk.triaged("BASIC").await;
    let mut late = desk.triaged("BASIC").await;
    desk.days_later(3).await;
    let answer = |day: &str| json!({ "text": "答复", "toldBy": "PHONE", "toldAt": format!("{day}T09:00:00+08:00") });
    told.take(&desk.staff, "answerDirectly", answer("2026-11-23")).await;
    late.take(&desk.staff, "answerDirectly", answer("2026-11-24")).await;
    let input = json!({ "from": "2026-11-22", "to": "2026-11-22" });
    let fields =
        "total { repliedInTime { count } } rows(figure: OVERDUE) { nodes { number missedOn } }";
    let expected = json!({ "total": { "repliedInTime": { "count": 1 } },
        "rows": { "nodes": [{ "number": late.number, "missedOn": "2026-11-23" }] } });
    let reply = report(&desk.staff, input.clone(), fields).await;
    assert_eq!(*reply.at("/it"), expected);
    // Taken up again and answered at once, each stays what it was.
    for case in [&mut told, &mut late] {
        case.take(&desk.staff, "reopenConsultation", json!({ "reason": "企业追问" })).await;
        case.take(&desk.staff, "answerDirectly", json!({ "text": "再答", "toldBy": "PHONE" }))
            .await;
    }
    let reply = report(&desk.staff, input, fields).await;
    assert_eq!(*reply.at("/it"), expected);
}
