//! From case to knowledge: drafts, review by a second person, what would tell who asked, publication, revision,
//! withdrawal, and what readers say.

use serde_json::{Value, json};
use zhanjian::{access::Role, organizations::Organizations};

use crate::support::{House, on_both_engines};

mod case;
pub(crate) mod desk;
mod readers;
mod rights;

use desk::{
    People, change, cleared, cleared_wider, draft, drafted, harmless, hits, in_public,
    in_the_network, published, seen, submitted, text,
};

on_both_engines!(
    a_draft_goes_from_its_station_to_the_network_to_everybody,
    names_are_found_in_both_scripts_each_at_its_place,
    every_finding_is_named_by_a_second_person_before_a_text_leaves,
    a_text_that_tells_who_asked_goes_back_and_is_hidden_again,
    a_change_of_the_text_leaves_the_check_behind,
    an_answer_whose_grounds_are_gone_goes_no_wider,
    a_revision_keeps_the_old_text_visible_until_it_is_published,
    a_revision_of_what_the_public_reads_waits_for_an_officer,
    what_is_withdrawn_is_gone_within_the_request,
    an_administrator_withdraws_by_number_without_reading,
    of_two_who_change_a_draft_the_second_hears_of_the_first,
    asked_for_twice_it_is_done_once,
    an_officer_s_draft_is_the_bureau_s_and_the_station_s,
    an_answer_is_archived_or_superseded,
    an_incomplete_draft_stays_with_its_author,
    every_step_and_every_refusal_is_entered_into_the_audit_log,
    a_page_of_drafts_costs_a_fixed_number_of_statements,
    what_was_changed_here_is_not_undone_by_a_file,
    a_text_that_was_rejected_is_not_kept_for_its_readers,
);

async fn a_draft_goes_from_its_station_to_the_network_to_everybody(house: &House) {
    house.places().await;
    let people = People::of(house).await;
    let words = "无菌采样拭子出口前要做哪些准备";
    let answered = drafted(&people, text("无菌采样拭子怎么出口")).await;
    let id = &answered["id"];
    assert_eq!(answered["state"], "DRAFT");
    assert_eq!(answered["draft"]["author"]["id"], people.author.id.as_str());
    let input = json!({ "id": id, "version": draft(&answered), "content": text(words) });
    let edited = change(&people.author, "editDraft", input).await;
    let (answered, revision) = (edited.done(), edited.revision());
    assert_eq!(answered["question"], words);
    // The station's people find it, and nobody else knows of it.
    assert_eq!(hits(&people.colleague, words, Some(&revision)).await, 1);
    for outsider in [&people.officer, &people.stranger, &house.anybody()] {
        assert_eq!(seen(outsider, id).await, Value::Null);
        assert_eq!(hits(outsider, words, None).await, 0);
    }
    let answered = submitted(&people, &answered).await;
    assert_eq!(answered["state"], "IN_REVIEW");
    assert_eq!(seen(&people.officer, id).await, Value::Null, "nobody has cleared it");
    let answered = cleared(&people, &answered).await;
    assert_eq!(answered["draft"]["clearedFor"], json!(["STATION_EXIT"]));
    assert_eq!(seen(&people.officer, id).await["draft"]["currency"]["status"], "CURRENT");
    assert_eq!(seen(&people.stranger, id).await, Value::Null);
    let input = json!({ "id": id, "version": draft(&answered) });
    let shown = change(&people.head, "publishAnsweredQuestion", input).await;
    let answered = shown.done();
    assert_eq!(answered["audience"], "NETWORK");
    assert_eq!(answered["draft"], Value::Null);
    assert_eq!(hits(&people.stranger, words, Some(&shown.revision())).await, 1);
    assert_eq!(hits(&house.anybody(), words, Some(&shown.revision())).await, 0);
    // Once more, by an officer, before everybody reads it.
    let wider = |version: &Value| json!({ "id": id, "version": version, "audience": "PUBLIC" });
    let refused =
        change(&people.officer, "widenAnsweredQuestion", wider(&answered["version"])).await;
    assert_eq!(refused.refused().0, "FINDINGS_OPEN");
    let answered = cleared_wider(&people, &answered).await;
    let shown = change(&people.officer, "widenAnsweredQuestion", wider(&answered["version"])).await;
    assert_eq!(shown.done()["audience"], "PUBLIC");
    assert_eq!(hits(&house.anybody(), words, Some(&shown.revision())).await, 1);
    let public = seen(&house.anybody(), id).await;
    assert_eq!(public["question"], words);
    for hidden in ["draft", "deidentificationFindings", "openReportCount"] {
        assert_eq!(public[hidden], Value::Null, "{hidden}");
    }
    for hidden in ["deidentificationChecks", "clearedFor", "possibleActions"] {
        assert_eq!(public[hidden], json!([]), "{hidden}");
    }
}

/// A company that the service knows.
async fn a_company(house: &House) {
    let file = "code,name,nameEn,type\nshili,示例恒远医疗器械（上海）有限公司,Shili Hengyuan Medical,ENTERPRISE\n";
    house.import(&Organizations, "companies.csv", file).await;
}

async fn names_are_found_in_both_scripts_each_at_its_place(house: &House) {
    house.places().await;
    a_company(house).await;
    let people = People::of(house).await;
    let question =
        "示例恒远醫療器械（上海）有限公司與示例恒远医疗器械（上海）有限公司是否为同一注册人？";
    let mut content = text(question);
    content["summary"] = json!(
        "电话13800138000，统一社会信用代码９１３１０１１５ＭＡ１Ｈ７ＹＴＸ５Ｋ，费用３５万元。"
    );
    content["citations"][0]["quote"] = json!("见国械注准20203140123。");
    let answered = drafted(&people, content.clone()).await;
    let findings = answered["draft"]["deidentificationFindings"].as_array().unwrap().clone();
    assert_eq!(answered["deidentificationFindings"], json!(findings), "a new one shows its draft");
    let of = |field: &str, kind: &str| {
        let found = findings.iter().filter(|it| it["field"] == field && it["kind"] == kind);
        found.map(|it| it["text"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(
        of("question", "ENTERPRISE"),
        ["示例恒远醫療器械（上海）有限公司", "示例恒远医疗器械（上海）有限公司"]
    );
    assert_eq!(of("summary", "TELEPHONE"), ["13800138000"]);
    assert_eq!(of("summary", "SOCIAL_CREDIT_CODE").len(), 1);
    assert_eq!(of("summary", "AMOUNT"), ["３５万元"]);
    assert_eq!(of("citations.0.quote", "REGISTRATION_NUMBER"), ["国械注准20203140123"]);
    for finding in &findings {
        let field = match finding["field"].as_str().unwrap() {
            "citations.0.quote" => &content["citations"][0]["quote"],
            field => &content[field],
        };
        let place = |name: &str| finding[name].as_u64().unwrap() as usize;
        let (start, end) = (place("start"), place("end"));
        let there: String = field.as_str().unwrap().chars().skip(start).take(end - start).collect();
        assert_eq!(finding["text"], there);
    }
}

async fn every_finding_is_named_by_a_second_person_before_a_text_leaves(house: &House) {
    house.places().await;
    let people = People::of(house).await;
    let answered =
        drafted(&people, text("示例产品于2026年3月5日受理，费用50万元，可否撤回？")).await;
    let answered = submitted(&people, &answered).await;
    let findings = answered["draft"]["deidentificationFindings"].clone();
    assert_eq!(findings.as_array().unwrap().len(), 2, "{findings}");
    let all = harmless(&findings);
    let input = |findings: Value| {
        json!({ "id": answered["id"], "version": draft(&answered), "purpose": "STATION_EXIT",
            "findings": findings })
    };
    let nothing_named = change(&people.colleague, "clearDeidentification", input(json!([]))).await;
    let (code, message) = nothing_named.refused();
    assert_eq!(code, "FINDINGS_OPEN");
    for told in ["exact date", "amount of money", "question"] {
        assert!(message.contains(told), "{message}");
    }
    assert!(!message.contains("50万元"), "{message}");
    let one_named =
        change(&people.colleague, "clearDeidentification", input(json!([all[0]]))).await;
    assert_eq!(one_named.refused().0, "FINDINGS_OPEN");
    let own = change(&people.author, "clearDeidentification", input(all.clone())).await;
    assert_eq!(own.refused().0, "SECOND_PERSON_NEEDED");
    let publish = json!({ "id": answered["id"], "version": draft(&answered) });
    let uncleared = change(&people.head, "publishAnsweredQuestion", publish).await;
    assert_eq!(uncleared.refused().0, "FINDINGS_OPEN");
    let answered = change(&people.colleague, "clearDeidentification", input(all)).await.done();
    let check = &answered["deidentificationChecks"][0];
    assert_eq!(check["verdict"], "CLEARED");
    assert_eq!(check["by"]["id"], people.colleague.id.as_str());
    assert_eq!(check["decisions"].as_array().unwrap().len(), 2);
    assert!(!check.to_string().contains("50万元"), "{check}");
    // The author may not review what they wrote, whatever they are.
    let input = json!({ "content": text("由负责人撰写的问题") });
    let by_head = change(&people.head, "draftAnsweredQuestion", input).await.done();
    let input = json!({ "id": by_head["id"], "version": 1 });
    let by_head = change(&people.head, "submitForReview", input).await.done();
    let by_head = cleared(&people, &by_head).await;
    let input = json!({ "id": by_head["id"], "version": draft(&by_head) });
    let own = change(&people.head, "publishAnsweredQuestion", input.clone()).await;
    assert_eq!(own.refused().0, "SECOND_PERSON_NEEDED");
    let by_officer = change(&people.officer, "publishAnsweredQuestion", input).await.done();
    assert_eq!(by_officer["state"], "PUBLISHED");
}

async fn a_text_that_tells_who_asked_goes_back_and_is_hidden_again(house: &House) {
    house.places().await;
    let people = People::of(house).await;
    let answered = drafted(&people, text("张江一家做微球的公司能否委托生产")).await;
    let answered = submitted(&people, &answered).await;
    let answered = cleared(&people, &answered).await;
    let id = &answered["id"];
    // The officer knows better: no rule has found this.
    let told = json!([{ "field": "question", "kind": "CONFIDENTIAL", "start": 0, "end": 9, "harmless": false,
        "reason": "只有一家符合此描述，请改写" }]);
    let input =
        json!({ "id": id, "version": draft(&answered), "purpose": "WIDER", "findings": told });
    let rejected = change(&people.officer, "clearDeidentification", input).await;
    assert_eq!(rejected.word(), "ok");
    assert_eq!(seen(&people.officer, id).await, Value::Null);
    let back = seen(&people.author, id).await;
    assert_eq!(back["state"], "DRAFT");
    assert_eq!(back["draft"]["returnedReason"], "只有一家符合此描述，请改写");
    // Returned by a reviewer for another reason, and cleared text handed in again is open to officers at once.
    let answered = submitted(&people, &back).await;
    assert_eq!(answered["draft"]["clearedFor"], json!(["STATION_EXIT"]));
    let input = json!({ "id": id, "version": draft(&answered), "reason": "请补充依据的条款" });
    let returned = change(&people.head, "returnDraft", input).await.done();
    assert_eq!(returned["draft"]["returnedReason"], "请补充依据的条款");
    assert_eq!(seen(&people.officer, id).await, Value::Null);
}

async fn a_change_of_the_text_leaves_the_check_behind(house: &House) {
    house.places().await;
    let people = People::of(house).await;
    let answered = drafted(&people, text("软件组件单独注册的路径")).await;
    let answered = submitted(&people, &answered).await;
    let answered = cleared(&people, &answered).await;
    let id = &answered["id"];
    let input = json!({ "id": id, "version": draft(&answered), "reason": "改一个字" });
    let answered = change(&people.author, "returnDraft", input).await.done();
    let content = text("软件组件单独注册的途径");
    let input = json!({ "id": id, "version": draft(&answered), "content": content });
    let answered = change(&people.author, "editDraft", input).await.done();
    let answered = submitted(&people, &answered).await;
    assert_eq!(answered["draft"]["clearedFor"], json!([]));
    assert_eq!(seen(&people.officer, id).await, Value::Null);
    // So does a change of the articles that it rests on: they are read as the rest is.
    let answered = cleared(&people, &answered).await;
    let input = json!({ "id": id, "version": draft(&answered), "reason": "改条款" });
    let answered = change(&people.author, "returnDraft", input).await.done();
    let mut content = text("软件组件单独注册的途径");
    content["citations"][0]["articles"] = json!(["第五条", "联系电话021-55550199"]);
    let input = json!({ "id": id, "version": draft(&answered), "content": content });
    let answered = change(&people.author, "editDraft", input).await.done();
    let answered = submitted(&people, &answered).await;
    assert_eq!(answered["draft"]["clearedFor"], json!([]));
    let found = &answered["draft"]["deidentificationFindings"][0];
    assert_eq!(
        (&found["field"], &found["text"]),
        (&json!("citations.0.articles"), &json!("021-55550199"))
    );
    let input = json!({ "id": id, "version": draft(&answered) });
    let refused = change(&people.head, "publishAnsweredQuestion", input).await;
    assert_eq!(refused.refused().0, "FINDINGS_OPEN");
    // A colleague who mends a word has had a hand in it.
    let input = json!({ "id": id, "version": draft(&answered), "reason": "再改" });
    let answered = change(&people.head, "returnDraft", input).await.done();
    let input = json!({ "id": id, "version": draft(&answered), "content": text("软件组件注册") });
    let answered = change(&people.colleague, "editDraft", input).await.done();
    let answered = submitted(&people, &answered).await;
    let input = json!({ "id": id, "version": draft(&answered), "purpose": "STATION_EXIT" });
    let refused = change(&people.colleague, "clearDeidentification", input).await;
    assert_eq!(refused.refused().0, "SECOND_PERSON_NEEDED");
}

async fn an_answer_whose_grounds_are_gone_goes_no_wider(house: &House) {
    house.places().await;
    let people = People::of(house).await;
    let mut content = text("旧版生产质量管理规范下的洁净室要求");
    content["citations"][0]["regulation"] = json!("cfda-2014-64");
    let answered = drafted(&people, content).await;
    let answered = submitted(&people, &answered).await;
    assert_eq!(answered["draft"]["currency"]["status"], "STALE", "the reviewer sees it");
    let answered = cleared(&people, &answered).await;
    let answered = published(&people, &answered).await;
    let answered = cleared_wider(&people, &answered).await;
    for audience in ["PARTNERS", "PUBLIC"] {
        let input =
            json!({ "id": answered["id"], "version": answered["version"], "audience": audience });
        let refused = change(&people.officer, "widenAnsweredQuestion", input).await;
        let (code, message) = refused.refused();
        assert_eq!(code, "GROUNDS_GONE");
        assert!(message.contains("cites 总局公告2014年第64号"), "{message}");
        assert!(message.contains("replaced on 2026-11-01 by 国家药监局公告2025年第107号"));
    }
}

async fn a_revision_keeps_the_old_text_visible_until_it_is_published(house: &House) {
    house.places().await;
    let people = People::of(house).await;
    let answered = in_the_network(&people, text("冷链运输的验证要求")).await;
    let id = &answered["id"];
    let old = answered["answer"].clone();
    let input = json!({ "id": id, "version": answered["version"] });
    let (one, other) = tokio::join!(
        change(&people.author, "reviseAnsweredQuestion", input.clone()),
        change(&people.author, "reviseAnsweredQuestion", input),
    );
    let (one, other) = if one.word() == "ok" { (one, other) } else { (other, one) };
    assert_eq!(other.refused().0, "ALREADY_THERE");
    let answered = one.done();
    let mut content = text("冷链运输的验证要求");
    content["answer"] = json!("按新版要求，还应当提交运输确认报告。");
    let input = json!({ "id": id, "version": draft(&answered), "content": content });
    let answered = change(&people.author, "editDraft", input).await.done();
    let answered = submitted(&people, &answered).await;
    for reader in [&people.stranger, &people.officer] {
        let shown = seen(reader, id).await;
        assert_eq!((&shown["answer"], &shown["state"]), (&old, &json!("PUBLISHED")));
        assert_eq!(shown["draft"], Value::Null, "nobody has cleared it");
    }
    let waiting = "{ answeredQuestions(filter: { draftStates: [IN_REVIEW] }) { nodes { state } } }";
    for (viewer, count) in [(&people.head, 1), (&people.officer, 0), (&people.stranger, 0)] {
        assert_eq!(
            viewer.ask(waiting).await.texts("/answeredQuestions/nodes", "/state").len(),
            count
        );
    }
    let answered = cleared(&people, &answered).await;
    assert_eq!(
        people.officer.ask(waiting).await.at("/answeredQuestions/nodes/0/state"),
        "PUBLISHED"
    );
    assert_eq!(seen(&people.officer, id).await["draft"]["answer"], content["answer"]);
    assert_eq!(seen(&people.stranger, id).await["draft"], Value::Null);
    let answered = published(&people, &answered).await;
    assert_eq!(answered["audience"], "NETWORK");
    let shown = seen(&people.stranger, id).await;
    assert_eq!(shown["answer"], content["answer"]);
    assert_eq!(shown["versions"], json!([{ "answer": old }]));
    // Given up, a revision leaves what is shown as it is.
    let input = json!({ "id": id, "version": shown["version"] });
    let answered = change(&people.author, "reviseAnsweredQuestion", input).await.done();
    let input = json!({ "id": id, "version": draft(&answered) });
    let answered = change(&people.author, "discardDraft", input).await.done();
    assert_eq!((&answered["draft"], &answered["state"]), (&Value::Null, &json!("PUBLISHED")));
}

async fn a_revision_of_what_the_public_reads_waits_for_an_officer(house: &House) {
    house.places().await;
    let people = People::of(house).await;
    let answered = in_public(&people, text("标签上的储存条件怎么写")).await;
    let id = &answered["id"];
    let input = json!({ "id": id, "version": answered["version"] });
    let answered = change(&people.author, "reviseAnsweredQuestion", input).await.done();
    let input = json!({ "id": id, "version": draft(&answered), "content": text("标签与储存条件") });
    let answered = change(&people.author, "editDraft", input).await.done();
    let answered = submitted(&people, &answered).await;
    let answered = cleared(&people, &answered).await;
    let publish = |answered: &Value| json!({ "id": id, "version": draft(answered) });
    let by_head = change(&people.head, "publishAnsweredQuestion", publish(&answered)).await;
    let (code, message) = by_head.refused();
    assert!(code == "INVALID" && message.contains("an officer publishes it"), "{code} {message}");
    let by_officer = change(&people.officer, "publishAnsweredQuestion", publish(&answered)).await;
    assert_eq!(
        by_officer.refused().0,
        "FINDINGS_OPEN",
        "the new text has not been cleared for all"
    );
    let input = json!({ "id": id, "version": draft(&answered), "purpose": "WIDER" });
    let answered = change(&people.officer, "clearDeidentification", input).await.done();
    assert_eq!(seen(&house.anybody(), id).await["question"], "标签上的储存条件怎么写");
    let answered =
        change(&people.officer, "publishAnsweredQuestion", publish(&answered)).await.done();
    assert_eq!(answered["audience"], "PUBLIC");
    assert_eq!(seen(&house.anybody(), id).await["question"], "标签与储存条件");
}

async fn what_is_withdrawn_is_gone_within_the_request(house: &House) {
    house.places().await;
    let people = People::of(house).await;
    let words = "一次性使用无菌注射器的货架有效期";
    let answered = in_public(&people, text(words)).await;
    let id = &answered["id"];
    let input = json!({ "id": id, "version": answered["version"] });
    change(&people.author, "reviseAnsweredQuestion", input).await.done();
    house.settle().await;
    assert_eq!(hits(&house.anybody(), words, None).await, 1);
    let input = json!({ "id": id, "reason": "答复中提到了企业的研发计划", "clientMutationId": "withdraw-1" });
    let withdrawn = change(&people.officer, "withdrawAnsweredQuestion", input.clone()).await;
    assert_eq!(withdrawn.done(), Value::Null, "it does not exist for the officer any more");
    let revision = withdrawn.revision();
    for outsider in [&house.anybody(), &people.stranger, &people.officer] {
        assert_eq!(hits(outsider, words, Some(&revision)).await, 0);
        assert_eq!(seen(outsider, id).await, Value::Null);
    }
    let own = seen(&people.head, id).await;
    assert_eq!(own["state"], "WITHDRAWN");
    assert_eq!(own["withdrawnOn"], "2026-11-22");
    assert_eq!(own["withdrawnReason"], "答复中提到了企业的研发计划");
    assert_eq!(own["draft"], Value::Null, "the work on it has ended");
    // Asked for again under the same id, it has been done; under another, there is nothing any more.
    let again = change(&people.officer, "withdrawAnsweredQuestion", input).await;
    assert_eq!(again.word(), "ok");
    let input = json!({ "id": id, "reason": "再次" });
    let gone = change(&people.officer, "withdrawAnsweredQuestion", input).await;
    assert_eq!(gone.word(), "NOT_FOUND");
}

async fn an_administrator_withdraws_by_number_without_reading(house: &House) {
    house.places().await;
    let people = People::of(house).await;
    let administrator = house.signed_in(Role::Administrator, "").await;
    let answered = in_the_network(&people, text("临床评价豁免目录的使用")).await;
    let unseen = drafted(&people, text("还没有给别人看的问题")).await;
    assert_eq!(seen(&administrator, &answered["id"]).await, Value::Null);
    let by = |key: &str, value: &Value| json!({ key: value, "reason": "收到投诉" });
    let input = by("id", &answered["id"]);
    let by_id = change(&administrator, "withdrawAnsweredQuestion", input).await;
    assert_eq!(by_id.word(), "NOT_FOUND");
    let input = by("number", &unseen["number"]);
    let draft = change(&administrator, "withdrawAnsweredQuestion", input).await;
    assert_eq!(draft.word(), "NOT_FOUND", "a draft is shown to nobody");
    let input = by("number", &answered["number"]);
    let withdrawn = change(&administrator, "withdrawAnsweredQuestion", input).await;
    assert_eq!(withdrawn.done(), Value::Null, "and still does not read it");
    assert_eq!(seen(&people.head, &answered["id"]).await["state"], "WITHDRAWN");
}

async fn of_two_who_change_a_draft_the_second_hears_of_the_first(house: &House) {
    house.places().await;
    let people = People::of(house).await;
    let answered = drafted(&people, text("第一稿")).await;
    let edit = |words: &str| json!({ "id": answered["id"], "version": draft(&answered), "content": text(words) });
    let first = change(&people.author, "editDraft", edit("甲的改动")).await.done();
    let second = change(&people.colleague, "editDraft", edit("乙的改动")).await;
    assert_eq!(second.refused().0, "CONFLICT");
    let error = &second.reply.at("/editDraft/userErrors/0");
    assert_eq!(error["currentVersion"], first["draft"]["version"]);
    assert_eq!(second.reply.at("/editDraft/answeredQuestion/draft/question"), "甲的改动");
    let (one, other) = tokio::join!(
        change(
            &people.author,
            "submitForReview",
            json!({ "id": answered["id"], "version": draft(&first) })
        ),
        change(
            &people.colleague,
            "editDraft",
            json!({ "id": answered["id"], "version": draft(&first), "content": text("同时") })
        ),
    );
    let mut words = [one.word(), other.word()];
    words.sort_unstable();
    assert_eq!(words, ["CONFLICT", "ok"]);
}

async fn asked_for_twice_it_is_done_once(house: &House) {
    house.places().await;
    let people = People::of(house).await;
    let input = json!({ "content": text("只记一次的问题"), "clientMutationId": "draft-1" });
    let first = change(&people.author, "draftAnsweredQuestion", input.clone()).await.done();
    let second = change(&people.author, "draftAnsweredQuestion", input).await.done();
    assert_eq!(first["id"], second["id"]);
    let input = json!({ "id": first["id"], "version": 1, "clientMutationId": "submit-1" });
    let first = change(&people.author, "submitForReview", input.clone()).await.done();
    let second = change(&people.author, "submitForReview", input).await.done();
    assert_eq!(first["draft"]["version"], second["draft"]["version"]);
}

async fn an_officer_s_draft_is_the_bureau_s_and_the_station_s(house: &House) {
    house.places().await;
    let people = People::of(house).await;
    let beside = house.signed_in(Role::DistrictOfficer, "XH").await;
    let municipal = house.signed_in(Role::MunicipalOfficer, "").await;
    let begin =
        |station: Option<&str>| json!({ "station": station, "content": text("区局起草的问题") });
    let nowhere = change(&people.officer, "draftAnsweredQuestion", begin(None)).await;
    assert_eq!(nowhere.refused().0, "INVALID");
    let elsewhere = change(&people.officer, "draftAnsweredQuestion", begin(Some("SH-XH"))).await;
    assert_eq!(elsewhere.word(), "FORBIDDEN");
    let answered =
        change(&people.officer, "draftAnsweredQuestion", begin(Some("SH-PD"))).await.done();
    let id = &answered["id"];
    for inside in [&people.officer, &people.author] {
        assert_eq!(seen(inside, id).await["state"], "DRAFT");
    }
    for outside in [&beside, &municipal, &people.stranger] {
        assert_eq!(seen(outside, id).await, Value::Null);
    }
    let input = json!({ "id": id, "version": 1 });
    let answered = change(&people.officer, "submitForReview", input).await.done();
    let answered = cleared(&people, &answered).await;
    assert_eq!(seen(&municipal, id).await["state"], "IN_REVIEW");
    let answered = published(&people, &answered).await;
    assert_eq!(answered["state"], "PUBLISHED");
}

async fn an_answer_is_archived_or_superseded(house: &House) {
    house.places().await;
    let people = People::of(house).await;
    let old = in_the_network(&people, text("旧的说法")).await;
    let new = in_the_network(&people, text("新的说法")).await;
    house
        .answers([json!({ "externalId": "xh", "station": "SH-XH", "question": "别站的问题", "answer": "答" })])
        .await;
    let elsewhere = people
        .head
        .ask("{ answeredQuestions(filter: { externalIds: [\"xh\"] }) { nodes { id } } }")
        .await;
    let by = |other: &Value| json!({ "id": old["id"], "version": old["version"], "byId": other });
    for wrong in [&old["id"], elsewhere.at("/answeredQuestions/nodes/0/id")] {
        let refused = change(&people.head, "supersedeAnsweredQuestion", by(wrong)).await;
        assert_eq!(refused.refused().0, "INVALID");
    }
    let superseded = change(&people.head, "supersedeAnsweredQuestion", by(&new["id"])).await.done();
    assert_eq!(superseded["state"], "SUPERSEDED");
    assert_eq!(superseded["supersededBy"]["number"], new["number"]);
    assert_eq!(seen(&people.stranger, &old["id"]).await["state"], "SUPERSEDED");
    let input = json!({ "id": new["id"], "version": new["version"] });
    let archived = change(&people.head, "archiveAnsweredQuestion", input).await.done();
    assert_eq!(archived["state"], "ARCHIVED");
    assert_eq!(seen(&people.stranger, &new["id"]).await, Value::Null);
    let shown = seen(&people.stranger, &old["id"]).await;
    assert_eq!(shown["supersededBy"], Value::Null, "a hidden successor does not exist");
    // What was never shown is archived with its draft.
    let unseen = drafted(&people, text("不写了")).await;
    let input = json!({ "id": unseen["id"], "version": 1 });
    let given_up = change(&people.author, "discardDraft", input).await.done();
    assert_eq!((&given_up["state"], &given_up["draft"]), (&json!("ARCHIVED"), &Value::Null));
}

async fn an_incomplete_draft_stays_with_its_author(house: &House) {
    house.places().await;
    let people = People::of(house).await;
    let submit = async |content: Value| {
        let answered = drafted(&people, content).await;
        let input = json!({ "id": answered["id"], "version": 1 });
        change(&people.author, "submitForReview", input).await.word()
    };
    let mut without_answer = text("还没有答复");
    without_answer["answer"] = json!("");
    assert_eq!(submit(without_answer).await, "INVALID");
    let mut without_basis = text("没有依据");
    without_basis["citations"][0]["role"] = json!("REFERENCE");
    assert_eq!(submit(without_basis.clone()).await, "INVALID");
    without_basis["basis"] = json!("EXPERIENCE");
    assert_eq!(submit(without_basis).await, "ok");
    for (field, wrong) in [
        ("question", json!("")),
        ("areas", json!(["REG-99"])),
        ("citations", json!([{ "regulation": "nothing" }])),
    ] {
        let mut content = text("有错的草稿");
        content[field] = wrong;
        let input = json!({ "content": content });
        let refused = change(&people.author, "draftAnsweredQuestion", input).await;
        assert_eq!(refused.refused().0, "INVALID", "{field}");
        let path = refused.reply.at("/draftAnsweredQuestion/userErrors/0/path");
        assert_eq!((&path[1], &path[2]), (&json!("content"), &json!(field)));
    }
    let nothing = change(&people.author, "draftAnsweredQuestion", json!({})).await;
    assert_eq!(nothing.refused().0, "INVALID");
}

async fn what_was_changed_here_is_not_undone_by_a_file(house: &House) {
    house.places().await;
    let people = People::of(house).await;
    let file =
        json!({ "externalId": "file-1", "question": "文件里的问题", "answer": "文件里的答复" });
    house.answers([file.clone()]).await;
    let list =
        "{ answeredQuestions(filter: { externalIds: [\"file-1\"] }) { nodes { id version } } }";
    let row = people.author.ask(list).await.at("/answeredQuestions/nodes/0").clone();
    let input = json!({ "id": row["id"], "version": row["version"] });
    let answered = change(&people.author, "reviseAnsweredQuestion", input).await.done();
    let input =
        json!({ "id": row["id"], "version": draft(&answered), "content": text("改过的问题") });
    let answered = change(&people.author, "editDraft", input).await.done();
    let answered = submitted(&people, &answered).await;
    let answered = cleared(&people, &answered).await;
    let input = json!({ "id": row["id"], "version": draft(&answered), "audience": "NETWORK" });
    change(&people.head, "publishAnsweredQuestion", input).await.done();
    // The same file again does not bring back to everybody what was taken out for the network.
    let again = house.answers([file.clone()]).await;
    assert_eq!((again.tally.updated, again.tally.kept), (0, 1));
    assert_eq!(again.kept, ["SH-PD file-1"]);
    let shown = seen(&people.stranger, &row["id"]).await;
    assert_eq!(shown["question"], "改过的问题");
    assert_eq!(seen(&house.anybody(), &row["id"]).await, Value::Null);
    // Nor what somebody took back, whatever the file says now.
    let input = json!({ "id": row["id"], "reason": "不宜公开" });
    change(&people.head, "withdrawAnsweredQuestion", input).await.done();
    let mut other = file;
    other["answer"] = json!("另一个答复");
    other["audience"] = json!("PUBLIC");
    assert_eq!(house.answers([other]).await.tally.kept, 1);
    assert_eq!(seen(&house.anybody(), &row["id"]).await, Value::Null);
    assert_eq!(seen(&people.head, &row["id"]).await["state"], "WITHDRAWN");
}

async fn a_text_that_was_rejected_is_not_kept_for_its_readers(house: &House) {
    house.places().await;
    let people = People::of(house).await;
    let answered = in_public(&people, text("后来发现不妥的说法")).await;
    let second = house.signed_in(Role::DistrictOfficer, "PD").await;
    let place = json!([{ "field": "question", "kind": "ENTERPRISE", "start": 0, "end": 2, "harmless": false,
        "reason": "可认出企业" }]);
    let input = json!({ "id": answered["id"], "version": answered["version"], "purpose": "WIDER",
        "findings": place });
    let rejected = change(&second, "clearDeidentification", input).await.done();
    let input = json!({ "id": answered["id"], "version": rejected["version"] });
    let revised = change(&people.author, "reviseAnsweredQuestion", input).await.done();
    let input =
        json!({ "id": answered["id"], "version": draft(&revised), "content": text("改过的说法") });
    let revised = change(&people.author, "editDraft", input).await.done();
    let revised = submitted(&people, &revised).await;
    let revised = cleared(&people, &revised).await;
    let input = json!({ "id": answered["id"], "version": draft(&revised), "audience": "NETWORK" });
    change(&people.head, "publishAnsweredQuestion", input).await.done();
    let shown = seen(&people.stranger, &answered["id"]).await;
    assert_eq!((&shown["question"], &shown["versions"]), (&json!("改过的说法"), &json!([])));
    let own = seen(&people.head, &answered["id"]).await;
    assert_eq!(own["versions"].as_array().unwrap().len(), 1);
}

async fn every_step_and_every_refusal_is_entered_into_the_audit_log(house: &House) {
    house.places().await;
    let people = People::of(house).await;
    let answered = in_public(&people, text("留痕的问题")).await;
    let input = json!({ "id": answered["id"], "reason": "撤回的理由" });
    let refused = change(&people.stranger, "withdrawAnsweredQuestion", input.clone()).await;
    assert_eq!(refused.word(), "FORBIDDEN");
    change(&people.head, "withdrawAnsweredQuestion", input).await.done();
    let folder = house.path().join("copy");
    zhanjian::backup::copy(house.db(), &folder).await.unwrap();
    let rows = std::fs::read_to_string(folder.join("audit_events.jsonl")).unwrap();
    let events: Vec<Value> = rows.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let told = |event: &Value| {
        let text = |field: &str| event[field].as_str().unwrap_or("-").to_owned();
        assert_eq!(event["target_kind"], "AnsweredQuestion");
        format!("{} {} {}", text("action"), text("district_code"), text("detail"))
    };
    let told: Vec<String> = events.iter().map(told).collect();
    assert_eq!(
        told,
        [
            "draftAnsweredQuestion PD DRAFT",
            "submitForReview PD IN_REVIEW",
            "clearDeidentification PD STATION_EXIT CLEARED",
            "publishAnsweredQuestion PD PUBLISHED NETWORK",
            "clearDeidentification PD WIDER CLEARED",
            "widenAnsweredQuestion PD PUBLIC",
            "withdrawAnsweredQuestion XH FORBIDDEN",
            "withdrawAnsweredQuestion PD WITHDRAWN",
        ]
    );
    assert!(!rows.contains("留痕的问题") && !rows.contains("撤回的理由"));
}

async fn a_page_of_drafts_costs_a_fixed_number_of_statements(house: &House) {
    house.places().await;
    let people = People::of(house).await;
    for number in 0..12 {
        let answered = drafted(&people, text(&format!("第{number}个问题"))).await;
        cleared(&people, &submitted(&people, &answered).await).await;
    }
    let page = "query($first: Int) { answeredQuestions(first: $first) { nodes { id possibleActions clearedFor openReportCount
        deidentificationFindings { text } deidentificationChecks { by { name } } consultation { id }
        draft { question author { name } areas { code } citations { regulation { key } } currency { status } clearedFor
            deidentificationFindings { text } } } } }";
    let few = house.cost(&people.head, page, json!({ "first": 2 })).await;
    let many = house.cost(&people.head, page, json!({ "first": 12 })).await;
    assert_eq!(few, many);
    assert!(many <= 30, "{many} statements");
}
