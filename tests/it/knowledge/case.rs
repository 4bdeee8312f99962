//! A draft from a case: nothing that names the asker goes with it, and nothing that does leaves the station.

use serde_json::{Value, json};

use super::desk::{People, change, draft, harmless, hits, seen, submitted, text};
use crate::support::{House, Member, on_both_engines};

on_both_engines!(
    a_draft_from_a_case_names_nobody,
    a_confidential_value_is_found_in_every_form_and_never_harmless,
    whoever_may_not_know_who_asked_cannot_find_it_out_by_guessing,
    what_comes_from_a_case_is_not_indexed_before_it_is_published,
);

const COMPANY: &str = "示例瑞康生物医药科技（上海）有限公司";

/// A case of Pudong's station that was answered: the global id of the consultation.
async fn a_case(author: &Member<'_>) -> Value {
    let question = format!(
        "我公司{COMPANY}（联系人王示例，13800138000，ask@example.org）拟将微针贴片按二类申报，示例瑞康是否需要临床？"
    );
    let area = author.ask("{ expertiseArea(code: \"REG-1\") { id } }").await;
    let area = area.at("/expertiseArea/id").clone();
    let recorded = author
        .run(
            "mutation($input: RecordConsultationInput!) { it: recordConsultation(input: $input) {
                consultation { id version } userErrors { message } } }",
            json!({ "input": { "channel": "PHONE", "text": question, "productKind": "DEVICE", "areaIds": [area],
                "asker": { "company": COMPANY, "contact": "王示例", "telephone": "13800138000",
                    "email": "ask@example.org" } } }),
        )
        .await;
    let case = recorded.at("/it/consultation/id").clone();
    let classified = author
        .run(
            "mutation($input: ClassifyConsultationInput!) { it: classifyConsultation(input: $input) {
                consultation { version } userErrors { message } } }",
            json!({ "input": { "consultationId": case, "version": recorded.at("/it/consultation/version"),
                "level": "BASIC", "areaIds": [area], "productKind": "DEVICE" } }),
        )
        .await;
    let answered = author
        .run(
            "mutation($input: AnswerDirectlyInput!) { it: answerDirectly(input: $input) {
                consultation { state } userErrors { message } } }",
            json!({ "input": { "consultationId": case, "version": classified.at("/it/consultation/version"),
                "text": "王女士：贵司产品见分类目录，示例瑞康生物可先申请分类界定。", "answeredQuestionIds": [],
                "toldBy": "PHONE" } }),
        )
        .await;
    assert_eq!(answered.at("/it/consultation/state"), "REPLIED");
    case
}

async fn a_draft_from_a_case_names_nobody(house: &House) {
    house.places().await;
    let people = People::of(house).await;
    let case = a_case(&people.author).await;
    let input = json!({ "consultationId": case });
    let refused = change(&people.stranger, "draftAnsweredQuestion", input.clone()).await;
    assert_eq!(refused.word(), "NOT_FOUND");
    let answered = change(&people.author, "draftAnsweredQuestion", input).await.done();
    let (question, answer) = (answered["question"].as_str(), answered["answer"].as_str());
    let (question, answer) = (question.unwrap(), answer.unwrap());
    for name in ["瑞康", "王示例", "王女士", "13800138000", "example.org"] {
        assert!(!question.contains(name) && !answer.contains(name), "{question} {answer}");
    }
    assert!(
        question.contains("拟将微针贴片按二类申报")
            && question.contains(zhanjian::consultations::MASK),
        "{question}"
    );
    assert_eq!(answered["deidentificationFindings"], json!([]));
    let query =
        "query($id: ID!) { node(id: $id) { ... on AnsweredQuestion { consultation { id } } } }";
    let own = people.author.run(query, json!({ "id": answered["id"] })).await;
    assert_eq!(own.at("/node/consultation/id"), &case);
}

async fn a_confidential_value_is_found_in_every_form_and_never_harmless(house: &House) {
    house.places().await;
    let people = People::of(house).await;
    let input = json!({ "consultationId": a_case(&people.author).await });
    let answered = change(&people.author, "draftAnsweredQuestion", input).await.done();
    let forms = [
        COMPANY,
        "示例瑞康生物醫藥科技（上海）有限公司",
        "示例瑞康",
        "王女士",
        "１３８００１３８０００",
    ];
    for form in forms {
        let content = text(&format!("关于{form}提出的微针贴片分类问题"));
        let current = seen(&people.author, &answered["id"]).await;
        let input = json!({ "id": answered["id"], "version": draft(&current), "content": content });
        let edited = change(&people.author, "editDraft", input).await.done();
        let findings = edited["draft"]["deidentificationFindings"].as_array().unwrap();
        let found = findings.iter().find(|it| it["kind"] == "CONFIDENTIAL");
        assert_eq!(found.unwrap_or_else(|| panic!("{form}: {findings:?}"))["text"], form);
    }
    let current = seen(&people.author, &answered["id"]).await;
    let answered = submitted(&people, &current).await;
    let findings = harmless(&answered["draft"]["deidentificationFindings"]);
    let input = json!({ "id": answered["id"], "version": draft(&answered), "purpose": "STATION_EXIT",
        "findings": findings });
    let refused = change(&people.colleague, "clearDeidentification", input).await;
    let (code, message) = refused.refused();
    assert_eq!(code, "FINDINGS_OPEN");
    assert!(message.contains("a confidential value is never harmless"), "{message}");
    // Nothing about it can be read anywhere else.
    let audit = house.path().join("copy");
    zhanjian::backup::copy(house.db(), &audit).await.unwrap();
    for table in ["deidentification_checks", "answered_question_versions", "audit_events"] {
        let rows = std::fs::read_to_string(audit.join(format!("{table}.jsonl"))).unwrap();
        assert!(!rows.contains("瑞康"), "{table}");
    }
}

async fn whoever_may_not_know_who_asked_cannot_find_it_out_by_guessing(house: &House) {
    house.places().await;
    let people = People::of(house).await;
    let input = json!({ "consultationId": a_case(&people.author).await, "content": text("微针贴片如何分类") });
    let answered = change(&people.author, "draftAnsweredQuestion", input).await.done();
    let answered = submitted(&people, &answered).await;
    let answered = super::cleared(&people, &answered).await;
    let answered = super::desk::published(&people, &answered).await;
    // The case never came to the bureau: its officer writes names and numbers into a revision, and looks which are found.
    let input = json!({ "id": answered["id"], "version": answered["version"] });
    let revised = change(&people.officer, "reviseAnsweredQuestion", input).await.done();
    let guesses = format!("{COMPANY}、13800138000与13900139000，哪一个是？");
    let input =
        json!({ "id": answered["id"], "version": draft(&revised), "content": text(&guesses) });
    let edited = change(&people.officer, "editDraft", input).await.done();
    let found = |of: &Value| {
        let found = of["draft"]["deidentificationFindings"].as_array().unwrap().iter();
        let word = |it: &Value, field: &str| it[field].as_str().unwrap().to_owned();
        found.map(|it| (word(it, "kind"), word(it, "text"))).collect::<Vec<_>>()
    };
    let telephone = |number: &str| ("TELEPHONE".to_owned(), number.to_owned());
    let [own, other] = ["13800138000", "13900139000"].map(telephone);
    let found_here = found(&edited);
    assert!(found_here.contains(&own) && found_here.contains(&other), "{found_here:?}");
    assert!(found_here.iter().all(|(kind, _)| kind != "CONFIDENTIAL"), "{found_here:?}");
    // Whoever knows the case sees the place; who does not is told no more than that there is one.
    let own = seen(&people.author, &answered["id"]).await;
    assert!(found(&own).contains(&("CONFIDENTIAL".to_owned(), "13800138000".to_owned())));
    let input = json!({ "id": answered["id"], "version": draft(&edited) });
    let edited = change(&people.officer, "submitForReview", input).await.done();
    let second = house.signed_in(zhanjian::access::Role::DistrictOfficer, "PD").await;
    let input = json!({ "id": answered["id"], "version": draft(&edited), "purpose": "STATION_EXIT",
        "findings": harmless(&edited["draft"]["deidentificationFindings"]) });
    let refused = change(&second, "clearDeidentification", input).await;
    let (code, message) = refused.refused();
    assert_eq!(code, "FINDINGS_OPEN");
    assert!(message.contains("not yours to see"), "{message}");
}

async fn what_comes_from_a_case_is_not_indexed_before_it_is_published(house: &House) {
    house.places().await;
    let people = People::of(house).await;
    let input = json!({ "consultationId": a_case(&people.author).await, "content": text("微针贴片如何分类界定") });
    let begun = change(&people.author, "draftAnsweredQuestion", input).await;
    let (answered, revision) = (begun.done(), begun.revision());
    assert_eq!(hits(&people.author, "微针贴片如何分类界定", Some(&revision)).await, 0);
    let answered = submitted(&people, &answered).await;
    let answered = super::cleared(&people, &answered).await;
    let input = json!({ "id": answered["id"], "version": draft(&answered) });
    let shown = change(&people.head, "publishAnsweredQuestion", input).await;
    assert_eq!(hits(&people.stranger, "微针贴片如何分类界定", Some(&shown.revision())).await, 1);
    let other = seen(&people.stranger, &answered["id"]).await;
    assert_eq!(other["draft"], Value::Null);
    let query =
        "query($id: ID!) { node(id: $id) { ... on AnsweredQuestion { consultation { id } } } }";
    let reply = people.stranger.run(query, json!({ "id": answered["id"] })).await;
    assert_eq!(reply.at("/node/consultation"), &Value::Null);
}
