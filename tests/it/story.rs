//! The closed loop, from a company's question to what a whole city knows, as those meet it who take part: everybody
//! signs in with what was given to them, and sees exactly what they may.

use serde_json::{Value, json};
use zhanjian::{
    access::{Audience, Role},
    answers::AnsweredQuestions,
};

use crate::{
    accounts::{PASSWORD, portal, sign_in},
    consultations::work::{COMPANY, Case, asker, done, mutate_and_read},
    knowledge::desk::{change, draft, harmless, text},
    support::{House, Member, on_both_engines},
};

on_both_engines!(from_a_question_to_what_everybody_knows);

/// Asked in Xuhui long ago, and of Pudong today.
const KNOWN: &str = "介入瓣膜输送系统按第几类医疗器械注册，是否需要临床试验？";

/// Asked of nobody before, by a company that is named in it.
const NEW: &str = "上海示例心脉医疗科技有限公司（欧阳示例，021-55550123）研制的可降解封堵器，\
    生物相容性试验能否豁免慢性毒性项目？";

/// What is to be shared in the end.
const SHARED: &str = "可降解封堵器的生物相容性试验能否豁免慢性毒性项目";

/// What tells who asked.
const SECRETS: [&str; 4] = ["心脉", "欧阳", "55550123", "heart.example"];

/// Somebody on the register who has signed in with a password.
async fn at_work<'a>(house: &'a House, role: Role, place: &str) -> Member<'a> {
    let (login, id) = house.enrolled(role, place, Some(PASSWORD)).await;
    let reply = sign_in(house, &login, PASSWORD).await;
    let token = reply.at("/signIn/session/accessToken").as_str().unwrap().to_owned();
    let mut member = house.bearer(token);
    member.id = id;
    let told = member.ask("{ viewer { standing stationCode districtCode } }").await;
    let told = told.at("/viewer");
    assert!(
        place.is_empty() || told["stationCode"] == place || told["districtCode"] == place,
        "{told}"
    );
    member
}

struct City<'a> {
    house: &'a House,
    clerk: Member<'a>,
    colleague: Member<'a>,
    head: Member<'a>,
    elsewhere: Member<'a>,
    bureau: Member<'a>,
    municipal: Member<'a>,
    portal: Member<'a>,
    anybody: Member<'a>,
    area: Value,
}

impl<'a> City<'a> {
    async fn of(house: &'a House) -> Self {
        house.places().await;
        let area = house.ask("{ expertiseArea(code: \"REG-1\") { id } }").await;
        Self {
            house,
            clerk: at_work(house, Role::Staff, "SH-PD").await,
            colleague: at_work(house, Role::Staff, "SH-PD").await,
            head: at_work(house, Role::Head, "SH-PD").await,
            elsewhere: at_work(house, Role::Staff, "SH-XH").await,
            bureau: at_work(house, Role::DistrictOfficer, "PD").await,
            municipal: at_work(house, Role::MunicipalOfficer, "").await,
            portal: portal(house).await,
            anybody: house.anybody(),
            area: area.at("/expertiseArea/id").clone(),
        }
    }

    fn everybody(&self) -> [(&'static str, &Member<'a>); 8] {
        [
            ("clerk", &self.clerk),
            ("colleague", &self.colleague),
            ("head", &self.head),
            ("elsewhere", &self.elsewhere),
            ("bureau", &self.bureau),
            ("municipal", &self.municipal),
            ("portal", &self.portal),
            ("anybody", &self.anybody),
        ]
    }

    fn classified(&self, level: &str) -> Value {
        json!({ "level": level, "areaIds": [self.area], "productKind": "DEVICE", "deviceClass": "III",
            "assigneeId": self.clerk.id })
    }

    /// What the clerk records, and what is known of it already.
    async fn asked(&self, question: &str) -> (Case, Value) {
        let input = json!({ "channel": "VISIT", "text": question, "asker": asker() });
        let similar = "similarAnsweredQuestions(first: 5) { isSameQuestion node { id number question answer } }";
        let reply = mutate_and_read(&self.clerk, "recordConsultation", input, similar).await;
        (Case::of(&done(&reply)), reply.at("/it/similarAnsweredQuestions").clone())
    }

    /// Who reads the case, of all.
    async fn readers_of(&self, case: &Case) -> Vec<&'static str> {
        let mut readers = Vec::new();
        for (name, member) in self.everybody() {
            let query = "query($id: ID!) { node(id: $id) { ... on Consultation { number } } }";
            let reply = member.run(query, json!({ "id": case.id })).await;
            match reply.at("/node") {
                Value::Null => {}
                found => {
                    assert_eq!(found["number"], case.number.as_str());
                    readers.push(name);
                }
            }
        }
        readers
    }

    /// Who finds the answer by the words of its question, and reads it by its id; the same people do both. Nobody is told
    /// who asked, and none but those who handle the case see that there was one.
    async fn finders_of(&self, id: &Value) -> Vec<&'static str> {
        self.house.settle().await;
        let mut finders = Vec::new();
        for (name, member) in self.everybody() {
            let query = "query($words: String!, $id: ID!) {
                search(query: $words, first: 20) { nodes { ... on AnsweredQuestion { id } } }
                suggest(text: $words) { node { ... on AnsweredQuestion { id } } }
                answeredQuestions(first: 100) { nodes { id } }
                node(id: $id) { ... on AnsweredQuestion {
                    id number question answer state audience consultation { number } versions { question answer } } } }";
            let reply = member.run(query, json!({ "words": SHARED, "id": id })).await;
            let among =
                |list: &str| reply.at(list).as_array().unwrap().iter().any(|it| &it["id"] == id);
            let found = among("/search/nodes");
            assert_eq!(!reply.at("/node").is_null(), found, "{name}: {}", reply.text);
            assert_eq!(among("/answeredQuestions/nodes"), found, "{name}: {}", reply.text);
            for secret in SECRETS {
                assert!(!reply.text.contains(secret), "{name} is told {secret}: {}", reply.text);
            }
            if found {
                finders.push(name);
                let handles = !["elsewhere", "portal", "anybody"].contains(&name);
                assert_eq!(!reply.at("/node/consultation").is_null(), handles, "{name}");
            }
        }
        finders
    }
}

async fn from_a_question_to_what_everybody_knows(house: &House) {
    let city = City::of(house).await;
    a_known_question_is_answered_by_what_xuhui_knows(&city).await;
    let mut case = a_new_one_goes_up_and_comes_back(&city).await;
    let answered = it_becomes_a_draft_that_names_nobody(&city, &case).await;
    it_is_found_by_ever_more(&city, answered, &mut case).await;
}

async fn a_known_question_is_answered_by_what_xuhui_knows(city: &City<'_>) {
    let of_xuhui =
        AnsweredQuestions { station: Some("SH-XH".to_owned()), audience: Some(Audience::Network) };
    let row =
        json!({ "externalId": "xh-7", "question": KNOWN, "answer": "按第三类，见分类目录。" });
    city.house.import(&of_xuhui, "xuhui.jsonl", row.to_string()).await;
    city.house.settle().await;

    let (mut case, similar) = city.asked(&format!("{COMPANY}：{KNOWN}")).await;
    assert_eq!(similar[0]["isSameQuestion"], true, "{similar}");
    assert_eq!(similar[0]["node"]["question"], KNOWN);
    let answer = similar[0]["node"]["id"].clone();
    case.take(&city.clerk, "classifyConsultation", city.classified("BASIC")).await;
    let told = json!({ "answeredQuestionIds": [answer], "toldBy": "VISIT" });
    case.take(&city.clerk, "answerDirectly", told).await;
    case.take(&city.clerk, "confirmReply", json!({})).await;
    assert_eq!(case.state(), "CLOSED");

    // Xuhui sees that it was of use, and not to whom.
    let query = "query($id: ID!) { node(id: $id) { ... on AnsweredQuestion { reuseCount } } }";
    let reply = city.elsewhere.run(query, json!({ "id": answer })).await;
    assert_eq!(reply.at("/node/reuseCount"), 1);
    assert_eq!(city.readers_of(&case).await, ["clerk", "colleague", "head"]);
}

async fn a_new_one_goes_up_and_comes_back(city: &City<'_>) -> Case {
    let (mut case, similar) = city.asked(NEW).await;
    let same = similar.as_array().unwrap().iter().any(|it| it["isSameQuestion"] == true);
    assert!(!same, "{similar}");
    case.take(&city.clerk, "classifyConsultation", city.classified("DISTRICT")).await;
    let up = json!({ "to": "DISTRICT", "summary": "生物相容性豁免" });
    case.take(&city.clerk, "escalateConsultation", up).await;
    assert_eq!(city.readers_of(&case).await, ["clerk", "colleague", "head", "bureau"]);
    let up = json!({ "to": "MUNICIPAL", "counterpartId": city.municipal.id });
    case.take(&city.bureau, "escalateConsultation", up).await;
    assert_eq!(city.readers_of(&case).await, ["clerk", "colleague", "head", "bureau", "municipal"]);
    let told = json!({ "text": "不能当然豁免：应按材料表征与既往数据论证，按第五条提交。" });
    case.take(&city.municipal, "tierReply", told).await;
    case.take(&city.clerk, "replyToAsker", json!({ "toldBy": "PHONE" })).await;
    case.take(&city.clerk, "confirmReply", json!({})).await;
    assert_eq!(case.state(), "CLOSED");
    let read = case.read(&city.municipal, "asker { company } text").await;
    assert_eq!(read, json!({ "asker": { "company": COMPANY }, "text": NEW }));
    case
}

async fn it_becomes_a_draft_that_names_nobody(city: &City<'_>, case: &Case) -> Value {
    let input = json!({ "consultationId": case.id });
    let drafted = change(&city.clerk, "draftAnsweredQuestion", input).await.done();
    for field in ["question", "answer"] {
        let said = drafted[field].as_str().unwrap();
        assert!(SECRETS.iter().all(|secret| !said.contains(secret)), "{said}");
    }
    assert!(drafted["answer"].as_str().unwrap().contains("材料表征"));
    // Until it leaves its station it is the station's own, and in nobody's search but by its list.
    let input = json!({ "id": drafted["id"], "version": draft(&drafted), "content": text(SHARED) });
    let edited = change(&city.clerk, "editDraft", input).await.done();
    let input = json!({ "id": edited["id"], "version": draft(&edited) });
    let submitted = change(&city.clerk, "submitForReview", input).await.done();
    assert_eq!(submitted["state"], "IN_REVIEW");
    for outside in [&city.elsewhere, &city.portal, &city.anybody] {
        let query = "query($id: ID!) { node(id: $id) { id } }";
        let reply = outside.run(query, json!({ "id": submitted["id"] })).await;
        assert_eq!(reply.at("/node"), &Value::Null);
    }
    submitted
}

async fn it_is_found_by_ever_more(city: &City<'_>, submitted: Value, case: &mut Case) {
    let id = submitted["id"].clone();
    let clearing = json!({ "id": id, "version": draft(&submitted), "purpose": "STATION_EXIT",
        "findings": harmless(&submitted["draft"]["deidentificationFindings"]) });
    // Whoever wrote it is no second person.
    let own = change(&city.clerk, "clearDeidentification", clearing.clone()).await;
    assert_eq!(own.word(), "SECOND_PERSON_NEEDED");
    let cleared = change(&city.colleague, "clearDeidentification", clearing).await.done();
    let publish = json!({ "id": id, "version": draft(&cleared) });
    let published = change(&city.head, "publishAnsweredQuestion", publish).await.done();
    assert_eq!(
        (&published["state"], &published["audience"]),
        (&json!("PUBLISHED"), &json!("NETWORK"))
    );
    assert_eq!(
        city.finders_of(&id).await,
        ["clerk", "colleague", "head", "elsewhere", "bureau", "municipal"]
    );

    let wider = json!({ "id": id, "version": published["version"], "purpose": "WIDER",
        "findings": harmless(&published["deidentificationFindings"]) });
    let cleared = change(&city.bureau, "clearDeidentification", wider).await.done();
    let widen = json!({ "id": id, "version": cleared["version"], "audience": "PARTNERS" });
    let with_partners = change(&city.bureau, "widenAnsweredQuestion", widen).await.done();
    assert_eq!(
        city.finders_of(&id).await,
        ["clerk", "colleague", "head", "elsewhere", "bureau", "municipal", "portal"]
    );
    let widen = json!({ "id": id, "version": with_partners["version"], "audience": "PUBLIC" });
    change(&city.bureau, "widenAnsweredQuestion", widen).await.done();
    assert_eq!(city.finders_of(&id).await.len(), city.everybody().len());

    // The next who asks it is answered at once, and whoever asked first is still known to those alone who handled it.
    let (_, similar) = city.asked(&format!("{SHARED}？")).await;
    assert_eq!(similar[0]["isSameQuestion"], true, "{similar}");
    assert_eq!(similar[0]["node"]["id"], id);
    assert_eq!(city.readers_of(case).await, ["clerk", "colleague", "head", "bureau", "municipal"]);

    // What turns out to be wrong is gone for all within one request.
    let input = json!({ "id": id, "reason": "口径有变" });
    change(&city.head, "withdrawAnsweredQuestion", input).await.done();
    city.house.settle().await;
    for (name, member) in city.everybody() {
        let query = "query($words: String!, $id: ID!) {
            search(query: $words, first: 20) { nodes { ... on AnsweredQuestion { id } } }
            node(id: $id) { ... on AnsweredQuestion { state } } }";
        let reply = member.run(query, json!({ "words": SHARED, "id": id })).await;
        assert!(!reply.at("/search").to_string().contains(id.as_str().unwrap()), "{name}");
        // Its own station keeps it, and sees that it is withdrawn.
        let own = ["clerk", "colleague", "head"].contains(&name);
        let kept = if own { json!({ "state": "WITHDRAWN" }) } else { Value::Null };
        assert_eq!(reply.at("/node"), &kept, "{name}");
    }
}
