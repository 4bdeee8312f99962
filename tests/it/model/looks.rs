//! What people are told, and what stands where nobody looks.

use serde_json::json;

use super::{World, answers::Text, cases::Case, steps::may_know};
use crate::support::Reply;

const LOOK: &str = "query($words: String!, $since: Revision!, $ids: [ID!]!) {
    viewer { name rights { action reach } }
    consultations(first: 50) { totalCount nodes { id number text summary reply
        asker { company contact telephone } timeline { step note actor { name } }
        similarAnsweredQuestions(first: 3) { node { id question answer } } } }
    answeredQuestions(first: 50) { nodes { id question answer summary
        versions { question answer } draft { question answer } deidentificationFindings { text }
        deidentificationChecks { decisions { reason } } consultation { id text } } }
    search(query: $words, first: 50) { didYouMean nodes { __typename ... on AnsweredQuestion { id question } }
        edges { highlights { fragments { text } } } }
    suggest(text: $words) { text }
    similarAnsweredQuestions(text: $words, first: 10) { node { id question answer } }
    changes(since: $since, first: 100) { changes { kind type nodeId node { id
        ... on AnsweredQuestion { question answer } ... on Consultation { text asker { company } } } } }
    nodes(ids: $ids) { id ... on Consultation { text } ... on AnsweredQuestion { question } }
}";

const FIND: &str =
    "query($name: String) { consultations(filter: { askerName: $name }) { nodes { id } } }";

const LOG: &str = "{ auditEvents(first: 100) { nodes { action detail actor { name } outcome } } }";

impl World<'_> {
    pub(super) async fn somebody_looks_around(&mut self) {
        let who = self.below(self.people.all.len());
        self.looks_around(who).await;
    }

    pub(super) async fn everybody_looks_around(&mut self) {
        self.house.settle().await;
        for who in 0..self.people.all.len() {
            self.looks_around(who).await;
        }
    }

    /// Somebody looks at all that there is, and for what they should not find.
    async fn looks_around(&mut self, who: usize) {
        if self.cases.is_empty() {
            return;
        }
        let case = self.below(self.cases.len());
        let case = self.cases[case].clone();
        let text = self.below(self.answers.len().max(1));
        let text = self.answers.get(text).map(|it| it.text.word.clone());
        let words = match self.below(4) {
            0 => case.secrets.company.clone(),
            1 => case.secrets.word.clone(),
            2 => case.secrets.contact.clone(),
            _ => text.unwrap_or_else(|| "如何分类".to_owned()),
        };
        let ids: Vec<&str> = self
            .cases
            .iter()
            .map(|case| case.id.as_str())
            .chain(self.answers.iter().map(|answer| answer.id.as_str()))
            .collect();
        let person = &self.people.all[who];
        let variables = json!({ "words": words, "since": self.since, "ids": ids });
        let look = person.member.run(LOOK, variables).await;
        look.data();
        let hidden =
            |ids: &mut dyn Iterator<Item = &str>| ids.map(str::to_owned).collect::<Vec<_>>();
        let cases = hidden(
            &mut self.cases.iter().filter(|it| !it.is_read_by(person)).map(|it| it.id.as_str()),
        );
        let answers = hidden(
            &mut self.answers.iter().filter(|it| !it.is_seen_by(person)).map(|it| it.id.as_str()),
        );
        let mut shown = look.body["data"].clone();
        // A change says what has gone by its id.
        shown["changes"] = json!(null);
        let shown = shown.to_string();
        for id in cases.iter().chain(&answers) {
            assert!(!shown.contains(id.as_str()), "{} sees {id}: {}", person.name, look.text);
        }
        let listed = look.at("/consultations/totalCount").as_u64().unwrap();
        let readable = self.cases.iter().filter(|it| it.is_read_by(person)).count();
        assert_eq!(usize::try_from(listed).unwrap(), readable, "{}", person.name);
        self.knows(who, &look, &[]);

        let find =
            self.people.all[who].member.run(FIND, json!({ "name": case.secrets.company })).await;
        let known = case.tells_who_asked_to(&self.people.all[who]) && !case.erased;
        if find.body.get("errors").is_none() {
            let found = find.at("/consultations/nodes").as_array().unwrap().len();
            assert_eq!(
                found,
                usize::from(known),
                "{} looks for an asker",
                self.people.all[who].name
            );
        }
        let log = self.people.all[who].member.ask(LOG).await;
        self.knows(who, &log, &[]);
        self.nobody_is_named_in(&log.text);
    }

    fn nobody_is_named_in(&self, text: &str) {
        for case in &self.cases {
            let secrets = &case.secrets;
            for secret in [&secrets.short, &secrets.contact, &secrets.telephone, &secrets.word] {
                assert!(!text.contains(secret.as_str()), "{secret} stands in {text}");
            }
        }
    }

    /// Nobody is told what they may not know, now or, where something was just changed, a moment before.
    pub(super) fn knows(&self, who: usize, reply: &Reply, before: &[Case]) {
        self.check_knowledge(who, reply, before, &[], None);
    }

    pub(super) fn knows_texts(
        &self,
        who: usize,
        reply: &Reply,
        before: &[String],
        typed: Option<&Text>,
    ) {
        self.check_knowledge(who, reply, &[], before, typed);
    }

    fn check_knowledge(
        &self,
        who: usize,
        reply: &Reply,
        before: &[Case],
        texts_before: &[String],
        typed: Option<&Text>,
    ) {
        let person = &self.people.all[who];
        let texts = may_know(&self.answers, person);
        let told = |word: &str| {
            texts.iter().any(|text| text.word.contains(word))
                || texts_before.iter().any(|text| text.contains(word))
                || typed.is_some_and(|text| text.word.contains(word))
        };
        // Now, or a moment before.
        let ever = |case: &Case, holds: &dyn Fn(&Case) -> bool| {
            holds(case) || before.iter().any(|it| it.id == case.id && holds(it))
        };
        for case in &self.cases {
            let secrets = &case.secrets;
            if !ever(case, &|case| case.tells_who_asked_to(person)) {
                for secret in [&secrets.short, &secrets.contact, &secrets.telephone] {
                    let leaked = reply.text.contains(secret.as_str()) && !told(secret);
                    assert!(!leaked, "{} is told {secret}: {}", person.name, reply.text);
                }
            }
            if !ever(case, &|case| case.is_read_by(person)) {
                let leaked = reply.text.contains(&secrets.word) && !told(&secrets.word);
                assert!(!leaked, "{} is told {}: {}", person.name, secrets.word, reply.text);
            }
        }
        for answer in &self.answers {
            for text in answer.texts() {
                let leaked = reply.text.contains(&text.word) && !told(&text.word);
                let case = answer.case.map(|place| &self.cases[place]);
                let of_case = case
                    .is_some_and(|case| case.is_read_by(person) && text.word == case.secrets.word);
                assert!(
                    !leaked || of_case,
                    "{} is told {}: {}",
                    person.name,
                    text.word,
                    reply.text
                );
            }
        }
    }
}
