//! The people of a story, and how they ask for changes.

use serde_json::{Value, json};
use zhanjian::access::Role;

use crate::support::{House, Member, Reply};

/// What every change gives back of the answered question.
const SHOWN: &str = "
    id number question answer state audience version clearedFor possibleActions withdrawnOn withdrawnReason
    helpful unhelpful openReportCount
    deidentificationFindings { field kind start end text sure }
    deidentificationChecks { purpose verdict by { id } decisions { field kind start end harmless reason } }
    supersededBy { number }
    draft { question answer state version returnedReason clearedFor author { id } currency { status }
        deidentificationFindings { field kind start end text sure } }";

/// Those who work on an answer of Pudong's station, and one who does not.
pub struct People<'a> {
    pub author: Member<'a>,
    pub colleague: Member<'a>,
    pub head: Member<'a>,
    pub officer: Member<'a>,
    pub stranger: Member<'a>,
}

impl<'a> People<'a> {
    pub async fn of(house: &'a House) -> Self {
        Self {
            author: house.signed_in(Role::Staff, "SH-PD").await,
            colleague: house.signed_in(Role::Staff, "SH-PD").await,
            head: house.signed_in(Role::Head, "SH-PD").await,
            officer: house.signed_in(Role::DistrictOfficer, "PD").await,
            stranger: house.signed_in(Role::Staff, "SH-XH").await,
        }
    }
}

/// A text that nothing in it tells of anybody.
pub fn text(question: &str) -> Value {
    json!({
        "question": question,
        "answer": "按现行要求办理，应当提交的资料见所列条款。",
        "areas": ["REG-1"],
        "productKind": "DEVICE",
        "deviceClass": "II",
        "citations": [{ "regulation": "nmpa-2025-107", "articles": ["第五条"] }],
    })
}

/// What became of a change.
pub struct Outcome {
    pub reply: Reply,
    mutation: String,
}

impl Outcome {
    fn payload(&self) -> &Value {
        self.reply.at(&format!("/{}", self.mutation))
    }

    /// The answered question as it is now; the change must have been made.
    #[track_caller]
    pub fn done(&self) -> Value {
        assert_eq!(self.payload()["userErrors"], json!([]), "{}", self.reply.text);
        self.payload()["answeredQuestion"].clone()
    }

    /// The revision of the change.
    #[track_caller]
    pub fn revision(&self) -> String {
        self.payload()["revision"].as_str().unwrap().to_owned()
    }

    /// Code and message of why nothing was changed.
    #[track_caller]
    pub fn refused(&self) -> (String, String) {
        let error = &self.payload()["userErrors"][0];
        let text = |field: &str| error[field].as_str().unwrap_or_default().to_owned();
        assert!(error.is_object(), "{}", self.reply.text);
        (text("code"), text("message"))
    }

    /// In one word: done, the code of what can be mended, or the code of the refusal.
    pub fn word(&self) -> String {
        if self.reply.body.get("errors").is_some() {
            return self.reply.code().to_owned();
        }
        match self.payload()["userErrors"][0]["code"].as_str() {
            Some(code) => code.to_owned(),
            None => "ok".to_owned(),
        }
    }
}

/// Asks for a change of an answered question.
pub async fn change(who: &Member<'_>, mutation: &str, input: Value) -> Outcome {
    ask(who, mutation, input, &format!("answeredQuestion {{ {SHOWN} }}")).await
}

/// Asks for any change.
pub async fn ask(who: &Member<'_>, mutation: &str, input: Value, shown: &str) -> Outcome {
    let kind = mutation[..1].to_uppercase() + &mutation[1..] + "Input";
    let query = format!(
        "mutation($input: {kind}!) {{ {mutation}(input: $input) {{
            {shown} userErrors {{ code path message currentVersion }} revision }} }}"
    );
    let reply = who.run(&query, json!({ "input": input })).await;
    Outcome { reply, mutation: mutation.to_owned() }
}

/// What somebody sees of an answered question; null where it does not exist for them.
pub async fn seen(who: &Member<'_>, id: &Value) -> Value {
    let query = format!(
        "query($id: ID!) {{ node(id: $id) {{ ... on AnsweredQuestion {{ {SHOWN} versions {{ answer }} }} }} }}"
    );
    who.run(&query, json!({ "id": id })).await.at("/node").clone()
}

/// How many hits somebody has, at a revision where there is one.
pub async fn hits(who: &Member<'_>, words: &str, at_least: Option<&str>) -> usize {
    let query = "query($words: String!, $atLeast: Revision) {
        search(query: $words, atLeast: $atLeast, first: 20, filter: { kinds: [ANSWERED_QUESTION] }) {
            nodes { ... on AnsweredQuestion { question } } } }";
    let reply = who.run(query, json!({ "words": words, "atLeast": at_least })).await;
    let nodes = reply.at("/search/nodes").as_array().unwrap();
    nodes.iter().filter(|node| node["question"].as_str().unwrap().contains(words)).count()
}

/// The version of the draft.
pub fn draft(answered: &Value) -> Value {
    answered["draft"]["version"].clone()
}

/// Every finding called harmless.
pub fn harmless(findings: &Value) -> Value {
    let harmless = |finding: &Value| {
        json!({ "field": finding["field"], "kind": finding["kind"], "start": finding["start"],
            "end": finding["end"], "harmless": true, "reason": "公开信息，与提问方无关" })
    };
    findings.as_array().unwrap().iter().map(harmless).collect()
}

/// A draft of the author's.
pub async fn drafted(people: &People<'_>, content: Value) -> Value {
    change(&people.author, "draftAnsweredQuestion", json!({ "content": content })).await.done()
}

/// The draft of it handed to a second person.
pub async fn submitted(people: &People<'_>, answered: &Value) -> Value {
    let input = json!({ "id": answered["id"], "version": draft(answered) });
    change(&people.author, "submitForReview", input).await.done()
}

/// The draft in review, cleared by a colleague to leave the station.
pub async fn cleared(people: &People<'_>, answered: &Value) -> Value {
    let findings = harmless(&answered["draft"]["deidentificationFindings"]);
    let input = json!({ "id": answered["id"], "version": draft(answered), "purpose": "STATION_EXIT",
        "findings": findings });
    change(&people.colleague, "clearDeidentification", input).await.done()
}

/// The cleared draft, published by the head for whom it goes to by itself.
pub async fn published(people: &People<'_>, answered: &Value) -> Value {
    let input = json!({ "id": answered["id"], "version": draft(answered) });
    change(&people.head, "publishAnsweredQuestion", input).await.done()
}

/// A new answer all the way to the network.
pub async fn in_the_network(people: &People<'_>, content: Value) -> Value {
    let answered = drafted(people, content).await;
    let answered = submitted(people, &answered).await;
    let answered = cleared(people, &answered).await;
    published(people, &answered).await
}

/// What is shown, cleared by the officer to go further.
pub async fn cleared_wider(people: &People<'_>, answered: &Value) -> Value {
    let findings = &seen(&people.officer, &answered["id"]).await["deidentificationFindings"];
    let input = json!({ "id": answered["id"], "version": answered["version"], "purpose": "WIDER",
        "findings": harmless(findings) });
    change(&people.officer, "clearDeidentification", input).await.done()
}

/// A new answer all the way to the public.
pub async fn in_public(people: &People<'_>, content: Value) -> Value {
    let answered = in_the_network(people, content).await;
    let answered = cleared_wider(people, &answered).await;
    let input =
        json!({ "id": answered["id"], "version": answered["version"], "audience": "PUBLIC" });
    change(&people.officer, "widenAnsweredQuestion", input).await.done()
}
