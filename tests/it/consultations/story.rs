//! Whole ways of questions, told step by step.

use serde_json::{Value, json};
use zhanjian::{
    access::{ClientScope, Role},
    consultations,
    ids::{GlobalId, NodeKind},
};

use super::work::{
    COMPANY, Case, Desk, QUESTION, TELEPHONE, asker, ctx, done, heard, mutate, mutate_and_read,
    portal, station,
};
use crate::support::{House, on_both_engines};

on_both_engines!(
    a_basic_question_is_solved_by_what_another_station_knows,
    a_hard_question_goes_up_to_the_municipal_level_and_comes_back,
    a_case_is_referred_across_and_its_asker_released,
    of_two_who_change_a_case_the_later_is_told,
    what_is_asked_for_twice_is_done_once,
    a_portal_follows_what_it_recorded_and_nothing_inside,
    what_is_wrong_is_said_at_its_field,
    queues_count_what_their_lists_give,
    a_case_gives_its_draft_and_no_more,
    no_number_is_given_out_twice,
    a_page_of_cases_costs_a_fixed_number_of_statements,
);

async fn a_basic_question_is_solved_by_what_another_station_knows(house: &House) {
    house.places().await;
    house
        .answers([json!({ "externalId": "a-1", "question": "介入瓣膜输送系统按第几类医疗器械注册，是否需要临床试验？",
            "answer": "按第三类，见分类目录。", "summary": "第三类" })])
        .await;
    let desk = Desk::of(house).await;
    let input = json!({ "channel": "VISIT", "text": QUESTION, "asker": asker() });
    let more =
        "similarAnsweredQuestions(first: 3) { isSameQuestion node { id number reuseCount } }";
    let reply = mutate_and_read(&desk.elsewhere, "recordConsultation", input, more).await;
    let mut case = Case::of(&done(&reply));
    assert_eq!(case.number, "SH-XH-2026-0001");
    assert_eq!(case.state(), "RECEIVED");
    let answered = reply.at("/it/similarAnsweredQuestions/0/node/id").clone();
    assert_eq!(reply.at("/it/similarAnsweredQuestions/0/node/reuseCount"), 0);

    let classified = json!({ "level": "BASIC", "areaIds": [desk.area], "productKind": "DEVICE" });
    case.take(&desk.elsewhere, "classifyConsultation", classified).await;
    // It is Sunday, so the next working day is Monday.
    assert_eq!(case.seen["dueOn"], "2026-11-23");
    let answer = json!({ "answeredQuestionIds": [answered], "toldBy": "VISIT" });
    let reply = case.attempt(&desk.elsewhere, "answerDirectly", answer.clone()).await;
    case = Case::of(&done(&reply));
    assert_eq!(case.state(), "REPLIED");
    assert_eq!(case.seen["dueOn"], Value::Null);
    let read = case
        .read(
            &desk.elsewhere,
            "reply answeredQuestions { id reuseCount } firstResponseAt repliedBy",
        )
        .await;
    assert_eq!(read["answeredQuestions"], json!([{ "id": answered, "reuseCount": 1 }]));
    assert_eq!(read["repliedBy"], "VISIT");
    assert_eq!(read["reply"], Value::Null);

    // Taken up again and answered by the same, it is still the same reuse.
    case.take(&desk.elsewhere, "reopenConsultation", json!({ "reason": "企业追问" })).await;
    assert_eq!(case.state(), "TRIAGED");
    case.take(&desk.elsewhere, "answerDirectly", answer).await;
    case.take(&desk.elsewhere, "confirmReply", json!({})).await;
    assert_eq!(case.state(), "CLOSED");
    let fields = "closure answeredQuestions { reuseCount } reopened
        timeline { step fromState toState actor { name member { role } } answeredQuestion { id } note }";
    let read = case.read(&desk.elsewhere, fields).await;
    assert_eq!(read["closure"], "CONFIRMED");
    assert_eq!(read["answeredQuestions"], json!([{ "reuseCount": 1 }]));
    assert_eq!(read["reopened"], 1);
    let steps: Vec<&str> = read["timeline"]
        .as_array()
        .unwrap()
        .iter()
        .map(|it| it["step"].as_str().unwrap())
        .collect();
    let told = ["RECORD", "CLASSIFY", "ANSWER_DIRECTLY", "REOPEN", "ANSWER_DIRECTLY", "CONFIRM"];
    assert_eq!(steps, told);
    assert_eq!(read["timeline"][2]["answeredQuestion"]["id"], answered);
    assert_eq!(read["timeline"][3]["note"], "企业追问");
    assert_eq!(read["timeline"][3]["actor"]["member"]["role"], "STAFF");

    // The station that it came from reuses nothing of another's.
    let mut own = desk.triaged("BASIC").await;
    own.take(
        &desk.staff,
        "answerDirectly",
        json!({ "answeredQuestionIds": [answered], "toldBy": "PHONE", "text": "见附" }),
    )
    .await;
    let read = own.read(&desk.staff, "reply answeredQuestions { reuseCount }").await;
    assert_eq!(read["answeredQuestions"], json!([{ "reuseCount": 1 }]));
    assert_eq!(read["reply"], "见附");
}

async fn a_hard_question_goes_up_to_the_municipal_level_and_comes_back(house: &House) {
    house.places().await;
    let desk = Desk::of(house).await;
    let mut case = desk.triaged("DISTRICT").await;
    assert_eq!(case.seen["dueOn"], "2026-11-27");
    let up = json!({ "to": "DISTRICT", "summary": "分类存疑", "counterpartId": desk.district.id });
    case.take(&desk.staff, "escalateConsultation", up).await;
    assert_eq!(case.state(), "WITH_DISTRICT");
    // Whoever has it in hand takes the next step, and nobody else.
    let early = case.attempt(&desk.staff, "tierReply", json!({ "text": "先答" })).await;
    assert_eq!(heard(&early), "WRONG_STATE");
    assert!(early.at("/it/userErrors/0/message").as_str().unwrap().contains("district"));
    case.look(&desk.district).await;
    let read = case.read(&desk.district, "text summary asker { company telephone } assignee { name } handler { name member { id } }").await;
    assert_eq!(read["text"], QUESTION);
    assert_eq!(read["summary"], "分类存疑");
    assert_eq!(read["asker"], json!({ "company": COMPANY, "telephone": TELEPHONE }));
    assert_eq!(read["handler"]["member"]["id"], json!(desk.district.id));

    let higher = json!({ "to": "MUNICIPAL" });
    assert_eq!(
        heard(&case.attempt(&desk.district, "escalateConsultation", higher).await),
        "INVALID"
    );
    let higher = json!({ "to": "MUNICIPAL", "counterpartId": desk.municipal.id });
    case.take(&desk.district, "escalateConsultation", higher).await;
    assert_eq!((case.state(), &case.seen["level"]), ("WITH_MUNICIPAL", &json!("MUNICIPAL")));
    assert_eq!(case.seen["dueOn"], "2026-12-04");
    case.take(&desk.municipal, "referNational", json!({ "reason": "需国家局界定" })).await;
    assert_eq!(case.state(), "REFERRED");
    case.take(&desk.municipal, "tierReply", json!({ "text": "按第三类申报" })).await;
    assert_eq!(case.state(), "REPLY_RECEIVED");
    // The one who follows it tells the company, and no colleague in passing.
    let told = json!({ "toldBy": "PHONE" });
    assert_eq!(heard(&case.attempt(&desk.head, "replyToAsker", told.clone()).await), "WRONG_STATE");
    case.take(&desk.staff, "replyToAsker", told).await;
    assert_eq!(case.state(), "REPLIED");
    assert_eq!(case.read(&desk.staff, "reply").await["reply"], "按第三类申报");
    // The bureaus go on reading what they handled.
    let read = case
        .read(&desk.district, "state timeline { step toState level dueOn note person { name } }")
        .await;
    let line = |event: &Value| {
        let text = |field: &str| event[field].as_str().unwrap_or("-").to_owned();
        [text("step"), text("toState"), text("level"), text("dueOn"), text("note")].join("  ")
    };
    let lines: Vec<String> = read["timeline"].as_array().unwrap().iter().map(line).collect();
    insta::assert_snapshot!(lines.join("\n"), @"
    RECORD  RECEIVED  -  2026-11-23  -
    CLASSIFY  TRIAGED  DISTRICT  2026-11-27  -
    ESCALATE_TO_DISTRICT  WITH_DISTRICT  DISTRICT  2026-11-27  分类存疑
    ESCALATE_TO_MUNICIPAL  WITH_MUNICIPAL  MUNICIPAL  2026-12-04  -
    REFER_NATIONAL  REFERRED  NATIONAL  2027-01-01  需国家局界定
    TIER_REPLY  REPLY_RECEIVED  NATIONAL  2026-11-23  按第三类申报
    REPLY  REPLIED  NATIONAL  -  -
    ");
}

async fn a_case_is_referred_across_and_its_asker_released(house: &House) {
    house.places().await;
    let desk = Desk::of(house).await;
    let mut case = desk.triaged("BASIC").await;
    let unseen = case.read(&desk.elsewhere, "number").await;
    assert_eq!(unseen, Value::Null);
    let xh = station(house, "SH-XH").await;
    let across = json!({ "stationId": xh, "reason": format!("{COMPANY}的产品贵站熟悉") });
    case.take(&desk.staff, "referConsultation", across).await;
    assert_eq!(case.state(), "WITH_STATION");

    let fields = "text asker { company } askerReleased referredTo { code } timeline { step note } possibleActions";
    let read = case.read(&desk.elsewhere, fields).await;
    assert_eq!(read["asker"], Value::Null);
    let text = read["text"].as_str().unwrap();
    assert!(text.contains("介入瓣膜输送系统按第几类") && !text.contains("心脉"), "{text}");
    assert!(!read.to_string().contains("心脉"), "{read}");
    assert_eq!(
        read["possibleActions"],
        json!(["RECLASSIFY", "ASK_FOR_DETAILS", "ASSIGN", "RETURN", "TIER_REPLY"])
    );
    // A name that is not shown cannot be found out by looking for it either.
    let find =
        "query($name: String) { consultations(filter: { askerName: $name }) { totalCount } }";
    let found = desk.elsewhere.run(find, json!({ "name": COMPANY })).await;
    assert_eq!(found.at("/consultations/totalCount"), 0);

    case.take(&desk.staff, "releaseAsker", json!({})).await;
    let read = case.read(&desk.elsewhere, fields).await;
    assert_eq!(read["asker"]["company"], COMPANY);
    assert_eq!(read["text"], QUESTION);
    let found = desk.elsewhere.run(find, json!({ "name": COMPANY })).await;
    assert_eq!(found.at("/consultations/totalCount"), 1);
    assert_eq!(heard(&case.attempt(&desk.staff, "releaseAsker", json!({})).await), "WRONG_STATE");

    case.look(&desk.elsewhere).await;
    case.take(&desk.elsewhere, "returnConsultation", json!({ "reason": "非本站专长" })).await;
    assert_eq!(case.state(), "TRIAGED");
    assert_eq!(case.read(&desk.staff, "bounced").await["bounced"], 1);
    // It goes on reading what it handled.
    assert_eq!(case.read(&desk.elsewhere, "number").await["number"], json!(case.number));
    let again = json!({ "stationId": xh, "reason": "再请协助" });
    case.take(&desk.staff, "referConsultation", again).await;
    assert_eq!(case.read(&desk.staff, "askerReleased").await["askerReleased"], true);
    case.take(&desk.staff, "releaseReferral", json!({ "reason": "久未答复" })).await;
    assert_eq!(case.state(), "TRIAGED");
}

async fn of_two_who_change_a_case_the_later_is_told(house: &House) {
    house.places().await;
    let desk = Desk::of(house).await;
    let case = desk.recorded(&desk.staff).await;
    let classify = || desk.classified("BASIC");
    let (one, other) = tokio::join!(
        case.attempt(&desk.staff, "classifyConsultation", classify()),
        case.attempt(&desk.head, "classifyConsultation", classify()),
    );
    let mut said = [heard(&one), heard(&other)];
    said.sort();
    assert_eq!(said, ["CONFLICT", "ok"]);
    let late = if heard(&one) == "ok" { other } else { one };
    assert_eq!(late.at("/it/userErrors/0/currentVersion"), 2);
    assert_eq!(late.at("/it/userErrors/0/path"), &json!(["input", "version"]));
    // The case as it is now stands beside the refusal.
    assert_eq!(late.at("/it/consultation/state"), "TRIAGED");
}

async fn what_is_asked_for_twice_is_done_once(house: &House) {
    house.places().await;
    let desk = Desk::of(house).await;
    let input = || json!({ "channel": "PHONE", "text": QUESTION, "asker": asker(), "clientMutationId": "c-1" });
    let first = mutate(&desk.staff, "recordConsultation", input()).await;
    let second = mutate(&desk.staff, "recordConsultation", input()).await;
    assert_eq!(done(&first)["number"], done(&second)["number"]);
    assert_eq!(second.at("/it/clientMutationId"), "c-1");
    let mut other = input();
    other["channel"] = json!("VISIT");
    assert_eq!(heard(&mutate(&desk.staff, "recordConsultation", other).await), "INVALID");
    let case = Case::of(&done(&first));
    let classify = case.input(desk.classified("BASIC"));
    let mut classify = classify;
    classify["clientMutationId"] = json!("c-2");
    let first = mutate(&desk.staff, "classifyConsultation", classify.clone()).await;
    // The version that it names is long past, and it was done.
    let second = mutate(&desk.staff, "classifyConsultation", classify).await;
    assert_eq!(done(&first)["version"], done(&second)["version"]);
    let count = desk.staff.ask("{ consultations { totalCount } }").await;
    assert_eq!(count.at("/consultations/totalCount"), 1);
}

async fn a_portal_follows_what_it_recorded_and_nothing_inside(house: &House) {
    house.places().await;
    let desk = Desk::of(house).await;
    let mut case = desk.recorded(&desk.portal).await;
    assert_eq!(case.number, "SH-PD-2026-0001");
    assert_eq!(case.seen["possibleActions"], json!(["MARK_DUPLICATE", "WITHDRAW"]));
    assert_eq!(case.read(&desk.other_portal, "number").await, Value::Null);
    // A program that was granted less does not even see what it recorded.
    let reader = portal(house, "示例平台", &[ClientScope::Read]).await;
    let input = json!({ "stationId": station(house, "SH-PD").await, "channel": "ONLINE", "text": "问", "asker": asker() });
    assert_eq!(heard(&mutate(&reader, "recordConsultation", input).await), "FORBIDDEN");

    case.take(&desk.staff, "classifyConsultation", desk.classified("DISTRICT")).await;
    let up = json!({ "to": "DISTRICT", "summary": "内部概述" });
    case.take(&desk.staff, "escalateConsultation", up).await;
    case.look(&desk.district).await;
    case.take(&desk.district, "askForDetails", json!({ "question": "请补充结构组成" })).await;
    assert_eq!(case.state(), "NEEDS_INFO");
    let read = case
        .read(
            &desk.portal,
            "summary reply asker { company } timeline { step note } possibleActions",
        )
        .await;
    assert_eq!(read["summary"], Value::Null);
    assert_eq!(read["asker"]["company"], COMPANY);
    assert!(!read.to_string().contains("内部概述"), "{read}");
    assert_eq!(read["timeline"][3], json!({ "step": "ASK_FOR_DETAILS", "note": "请补充结构组成" }));
    assert_eq!(read["possibleActions"], json!(["GIVE_DETAILS", "MARK_DUPLICATE", "WITHDRAW"]));
    case.look(&desk.portal).await;
    case.take(&desk.portal, "giveDetails", json!({ "details": "由支架与输送系统组成" })).await;
    assert_eq!(case.state(), "WITH_DISTRICT");
    case.look(&desk.district).await;
    case.take(&desk.district, "tierReply", json!({ "text": "按第三类" })).await;
    assert_eq!(case.read(&desk.portal, "reply").await["reply"], Value::Null);
    case.look(&desk.staff).await;
    case.take(&desk.staff, "replyToAsker", json!({ "toldBy": "ONLINE" })).await;
    assert_eq!(case.read(&desk.portal, "reply").await["reply"], "按第三类");
    case.look(&desk.portal).await;
    case.take(&desk.portal, "confirmReply", json!({ "note": "谢谢" })).await;
    assert_eq!(case.state(), "CLOSED");

    // What a bureau wrote stays inside where the company was never told.
    let mut case = desk.recorded(&desk.portal).await;
    case.take(&desk.staff, "classifyConsultation", desk.classified("DISTRICT")).await;
    let up = json!({ "to": "DISTRICT", "summary": "内部概述" });
    case.take(&desk.staff, "escalateConsultation", up).await;
    case.take(&desk.district, "tierReply", json!({ "text": "内部意见" })).await;
    case.take(&desk.portal, "withdrawConsultation", json!({})).await;
    let read = case.read(&desk.portal, "state reply timeline { note }").await;
    assert!(read["state"] == "CLOSED" && !read.to_string().contains("内部"), "{read}");
    assert_eq!(case.read(&desk.staff, "reply").await["reply"], "内部意见");
}

async fn what_is_wrong_is_said_at_its_field(house: &House) {
    house.places().await;
    let desk = Desk::of(house).await;
    let field = |reply: &crate::support::Reply| {
        let path = reply.at("/it/userErrors/0/path").as_array().unwrap().clone();
        path.iter().map(|part| part.as_str().unwrap().to_owned()).collect::<Vec<_>>().join(".")
    };
    let record = |change: Value| {
        let mut input = json!({ "channel": "PHONE", "text": "问", "asker": asker() });
        for (name, value) in change.as_object().unwrap() {
            input[name] = value.clone();
        }
        input
    };
    let mut wrong_code = asker();
    wrong_code["socialCreditCode"] = json!("91350100M000100Y44");
    for (change, expected) in [
        (json!({ "text": " " }), "input.text"),
        (json!({ "asker": { "company": "" } }), "input.asker.company"),
        (json!({ "asker": wrong_code }), "input.asker.socialCreditCode"),
        (json!({ "stationId": station(house, "SH-XH").await }), "input.stationId"),
    ] {
        let reply = mutate(&desk.staff, "recordConsultation", record(change)).await;
        assert_eq!(field(&reply), expected, "{}", reply.text);
        assert!(!reply.text.contains("91350100M000100Y44"), "a fault repeats a confidential value");
    }
    // An officer records for the stations of the district.
    let own = record(json!({ "stationId": station(house, "SH-PD").await }));
    assert_eq!(heard(&mutate(&desk.district, "recordConsultation", own.clone()).await), "ok");
    let reply = mutate(&desk.other_district, "recordConsultation", own).await;
    assert_eq!(field(&reply), "input.stationId");

    let case = desk.recorded(&desk.staff).await;
    let reply =
        case.attempt(&desk.staff, "classifyConsultation", json!({ "level": "BASIC" })).await;
    assert_eq!(field(&reply), "input.areaIds");
    let mut classified = desk.classified("BASIC");
    classified["assigneeId"] = json!(desk.elsewhere.id);
    let reply = case.attempt(&desk.staff, "classifyConsultation", classified).await;
    assert_eq!(field(&reply), "input.assigneeId");
    let case = desk.triaged("DISTRICT").await;
    let reply =
        case.attempt(&desk.staff, "escalateConsultation", json!({ "to": "DISTRICT" })).await;
    assert_eq!(field(&reply), "input.summary");
    let late = json!({ "toldBy": "PHONE", "toldAt": "2027-01-01T00:00:00Z", "text": "答" });
    let basic = desk.triaged("BASIC").await;
    assert_eq!(field(&basic.attempt(&desk.staff, "answerDirectly", late).await), "input.toldAt");
    let of = json!({ "duplicateOfId": basic.id });
    assert_eq!(
        field(&basic.attempt(&desk.staff, "markDuplicate", of).await),
        "input.duplicateOfId"
    );
}

async fn queues_count_what_their_lists_give(house: &House) {
    house.places().await;
    let mut desk = Desk::of(house).await;
    let plain = desk.recorded(&desk.portal).await;
    let triaged = desk.triaged("DISTRICT").await;
    let mut up = desk.triaged("DISTRICT").await;
    up.take(&desk.staff, "escalateConsultation", json!({ "to": "DISTRICT", "summary": "概述" }))
        .await;
    let mut across = desk.triaged("DISTRICT").await;
    let xh = station(house, "SH-XH").await;
    across
        .take(&desk.staff, "referConsultation", json!({ "stationId": xh, "reason": "协助" }))
        .await;
    let mut closed = desk.triaged("BASIC").await;
    closed.take(&desk.staff, "withdrawConsultation", json!({})).await;
    let original = json!({ "duplicateOfId": triaged.id });
    let mut twice = desk.triaged("BASIC").await;
    twice.take(&desk.staff, "markDuplicate", original).await;
    let read = twice.read(&desk.staff, "closure duplicateOf { number }").await;
    assert_eq!(
        read,
        json!({ "closure": "DUPLICATE", "duplicateOf": { "number": triaged.number } })
    );
    desk.days_later(3).await;
    assert_eq!(plain.read(&desk.staff, "isOverdue").await["isOverdue"], true);

    let viewers = [
        ("staff", &desk.staff),
        ("head", &desk.head),
        ("elsewhere", &desk.elsewhere),
        ("district", &desk.district),
        ("municipal", &desk.municipal),
    ];
    let queues = ["mine", "myStation", "escalatedToMyBureau", "overdue", "unassigned"];
    let mut table =
        String::from("viewer     mine myStation escalatedToMyBureau overdue unassigned\n");
    for (name, viewer) in viewers {
        let counts =
            viewer.ask(&format!("{{ consultationQueues {{ {} }} }}", queues.join(" "))).await;
        table += &format!("{name:10}");
        for queue in queues {
            let count = counts.at(&format!("/consultationQueues/{queue}"));
            let list = format!("{{ consultations(filter: {{ {queue}: true }}) {{ totalCount }} }}");
            assert_eq!(
                viewer.ask(&list).await.at("/consultations/totalCount"),
                count,
                "{name} {queue}"
            );
            table += &format!(" {count}");
        }
        table.push('\n');
    }
    insta::assert_snapshot!(table, @"
    viewer     mine myStation escalatedToMyBureau overdue unassigned
    staff      3 4 0 1 1
    head       0 4 0 1 1
    elsewhere  0 1 0 0 1
    district   0 0 1 0 1
    municipal  0 0 0 0 0
    ");

    let states = "{ consultations(filter: { states: [WITH_DISTRICT, WITH_STATION] }, orderBy: NEWEST) { nodes { number } } }";
    let numbers = desk.staff.ask(states).await.texts("/consultations/nodes", "/number");
    assert_eq!(numbers, [across.number, up.number]);
    for order in ["DUE", "NEWEST", "UPDATED"] {
        let mut seen = Vec::new();
        let mut after = Value::Null;
        loop {
            let page = format!(
                "query($after: String) {{ consultations(first: 2, after: $after, orderBy: {order}) {{
                    nodes {{ number }} pageInfo {{ hasNextPage endCursor }} }} }}"
            );
            let reply = desk.staff.run(&page, json!({ "after": after })).await;
            seen.extend(reply.texts("/consultations/nodes", "/number"));
            if reply.at("/consultations/pageInfo/hasNextPage") == &json!(false) {
                break;
            }
            after = reply.at("/consultations/pageInfo/endCursor").clone();
        }
        seen.sort();
        seen.dedup();
        assert_eq!(seen.len(), 6, "{order}");
    }
}

async fn a_case_gives_its_draft_and_no_more(house: &House) {
    house.places().await;
    let desk = Desk::of(house).await;
    let mut case = desk.triaged("DISTRICT").await;
    let id = GlobalId::decode_as("id", &case.id, NodeKind::Consultation).unwrap();
    let draft = consultations::for_draft(&ctx(house, &desk.staff).await, id).await.unwrap();
    assert_eq!((draft.question.as_str(), draft.reply, draft.areas.len()), (QUESTION, None, 1));
    let unseen = consultations::for_draft(&ctx(house, &desk.elsewhere).await, id).await;
    assert_eq!(unseen.err().unwrap().code().as_str(), "NOT_FOUND");
    let xh = station(house, "SH-XH").await;
    case.take(&desk.staff, "referConsultation", json!({ "stationId": xh, "reason": "协助" })).await;
    let read_only = consultations::for_draft(&ctx(house, &desk.elsewhere).await, id).await;
    assert_eq!(read_only.err().unwrap().code().as_str(), "FORBIDDEN");
    let vault = &house.service.app.vault;
    let values = consultations::confidential(house.db().read(), vault, id).await.unwrap();
    assert_eq!(values.len(), 5);
    assert_eq!(values[0].value, COMPANY);
    let other = house.signed_in(Role::Staff, "SH-MH").await;
    assert_eq!(case.read(&other, "number").await, Value::Null);
}

async fn no_number_is_given_out_twice(house: &House) {
    house.places().await;
    let desk = Desk::of(house).await;
    let recorded = (0..8).map(|_| desk.recorded(&desk.staff));
    let mut numbers: Vec<String> = futures_util::future::join_all(recorded)
        .await
        .into_iter()
        .map(|case| case.number)
        .collect();
    numbers.sort();
    let expected: Vec<String> = (1..=8).map(|serial| format!("SH-PD-2026-{serial:04}")).collect();
    assert_eq!(numbers, expected);
}

/// All that a list may be asked of each case.
const ALL: &str = "number state text reply summary asker { company } assignee { name member { id } } handler { name }
    station { code } servicePoint { name } referredTo { code } areas { code } duplicateOf { number }
    answeredQuestions { number } possibleActions
    timeline { step actor { name } note station { code } person { name } }";

async fn a_page_of_cases_costs_a_fixed_number_of_statements(house: &House) {
    house.places().await;
    let desk = Desk::of(house).await;
    let original = desk.recorded(&desk.portal).await;
    for _ in 0..6 {
        let mut case = desk.triaged("DISTRICT").await;
        let across = json!({ "stationId": station(house, "SH-XH").await, "reason": "协助" });
        case.take(&desk.staff, "referConsultation", across).await;
        case.take(&desk.staff, "markDuplicate", json!({ "duplicateOfId": original.id })).await;
    }
    house.settle().await;
    let query = format!(
        "query($first: Int) {{ consultations(first: $first, orderBy: NEWEST) {{ totalCount nodes {{ {ALL} }} }} }}"
    );
    let few = house.cost(&desk.staff, &query, json!({ "first": 2 })).await;
    let many = house.cost(&desk.staff, &query, json!({ "first": 6 })).await;
    // A follower may look in at the log meanwhile: that somebody read who asked is entered.
    assert!(many.abs_diff(few) <= 2, "{few} statements for 2 cases, {many} for 6");
    assert!(many <= 30, "a page costs {many} statements");
}
