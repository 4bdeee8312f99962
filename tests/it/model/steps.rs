//! What people do: a case is recorded and handled, an answer is drafted and worked on.

use serde_json::{Value, json};

use super::{
    Answer, Case, Obstacles, Person, World,
    answers::{self, Audience, Draft, Text, Work},
    cases::{LEVELS, Reader, Secrets, State, Step},
    change, heard,
    people::Post,
};
use crate::{consultations::work::station, knowledge::desk::harmless};

/// What is read of a case after every step.
const CASE: &str = "consultation { id number version state level text reply summary possibleActions
    asker { company contact telephone } timeline { step note } }";

/// What is read of an answer after everything that is done with it.
const ANSWER: &str = "answeredQuestion { id number version question answer state audience possibleActions
    deidentificationFindings { text } versions { question answer } draft { version question answer state } }";

/// Letters of which names are made that stand nowhere else.
const RARE: [char; 24] = [
    '骉', '犇', '猋', '羴', '鱻', '麤', '毳', '淼', '焱', '垚', '鑫', '森', '晶', '磊', '品', '众',
    '轰', '矗', '蟲', '惢', '歮', '雥', '灥', '厵',
];

impl World<'_> {
    fn any_person(&mut self) -> usize {
        let bound = self.people.all.len();
        self.below(bound)
    }

    /// Mostly somebody who may do it, where there is one.
    fn likely(&mut self, may: &[usize]) -> usize {
        if may.is_empty() || self.chance(30) {
            return self.any_person();
        }
        may[self.below(may.len())]
    }

    fn secrets(&mut self) -> Secrets {
        let number = self.cases.len();
        let letter = |world: &mut Self| RARE[world.below(RARE.len())];
        let short: String =
            [RARE[number % RARE.len()], letter(self), letter(self)].iter().collect();
        Secrets {
            company: format!("上海示例{short}医疗科技有限公司"),
            contact: format!("司徒{}{}", RARE[number % RARE.len()], letter(self)),
            telephone: format!("1390000{:04}", 1000 + number),
            word: format!("代号{}乙{number:02}终", letter(self)),
            short,
        }
    }

    pub(super) async fn somebody_records(&mut self) {
        let who = self.any_person();
        let code = ["SH-PD", "SH-XH"][self.below(2)];
        let secrets = self.secrets();
        let Secrets { company, contact, telephone, word, .. } = &secrets;
        let input = json!({
            "stationId": station(self.house, code).await, "channel": "PHONE",
            "text": format!("{company}（{contact}，{telephone}）想问：{word}产品如何分类？"),
            "asker": { "company": company, "contact": contact, "telephone": telephone },
        });
        let person = &self.people.all[who];
        let posts = [Post::Portal, Post::Staff, Post::Head, Post::District];
        let district = &code[3..];
        let own =
            person.post == Post::Portal || person.works_at(code) || person.is_officer_of(district);
        let obstacles: Obstacles = match person.kept_out(&posts) {
            Some(refused) => vec![refused],
            None if own => Vec::new(),
            None => vec!["INVALID"],
        };
        let (twice, reply) = self.ask(who, "recordConsultation", input, CASE).await;
        let said = heard(&reply);
        self.judge(who, "recordConsultation", &said, &obstacles, &reply);
        let _ = twice;
        if said != "ok" {
            self.knows(who, &reply, &[]);
            return;
        }
        let person = &self.people.all[who];
        let recorder = match person.post {
            Post::Portal => Reader::Portal(person.name),
            Post::District => Reader::Bureau(district),
            _ => Reader::Station(code),
        };
        let mut readers = vec![(Reader::Station(code), true)];
        if recorder != Reader::Station(code) {
            readers.push((recorder, true));
        }
        // A bureau that recorded something handles it by what was handed up to it, and passes no word on.
        let recorder = if person.post == Post::District { Reader::Station(code) } else { recorder };
        let seen = reply.at("/it/consultation");
        self.cases.push(Case {
            id: seen["id"].as_str().unwrap().to_owned(),
            version: 1,
            station: code,
            district,
            state: State::Received,
            before_info: None,
            level: None,
            assignee: None,
            referred: None,
            released: false,
            handed_on: false,
            is_duplicate: false,
            erased: false,
            recorder,
            readers,
            secrets,
        });
        self.case_is_as_foreseen(self.cases.len() - 1, who, seen);
        self.knows(who, &reply, &[]);
    }

    /// Asks for a change, sometimes as one who has not heard the first answer.
    async fn ask(
        &mut self,
        who: usize,
        name: &str,
        input: Value,
        shown: &str,
    ) -> (bool, crate::support::Reply) {
        let twice = self.chance(12).then(|| self.dice_number());
        let reply = change(&self.people.all[who], name, input, shown, twice).await;
        (twice.is_some(), reply)
    }

    fn dice_number(&mut self) -> u32 {
        u32::try_from(self.below(1 << 30)).unwrap()
    }

    pub(super) async fn somebody_takes_a_step(&mut self) {
        let place = self.below(self.cases.len());
        let step = self.likely_step(place);
        let may = self.people_for(place, step);
        let who = self.likely(&may);
        let complete = !self.chance(10);
        let stale = self.chance(8);
        let mut obstacles = self.cases[place].obstacles(who, &self.people.all[who], step);
        let permitted = !["UNAUTHENTICATED", "FORBIDDEN", "NOT_FOUND"]
            .iter()
            .any(|code| obstacles.contains(code));
        if stale && permitted {
            obstacles = vec!["CONFLICT"];
        }
        let (name, mut input, effect) = self.input(place, step, who, complete).await;
        if let Effect::Refused(code) = effect {
            // What is wrong with the input may be said before anything is looked for.
            if obstacles.is_empty() || code == "INVALID" {
                obstacles.push(code);
            }
        }
        let case = &self.cases[place];
        input["consultationId"] = json!(case.id);
        input["version"] = json!(case.version - i64::from(stale));
        let (_, reply) = self.ask(who, name, input, CASE).await;
        let said = heard(&reply);
        let (state, version) = (case_state(&self.cases[place]), self.cases[place].version);
        self.judge(who, &format!("{name} ({state}, version {version})"), &said, &obstacles, &reply);
        let before = self.cases[place].clone();
        if said == "ok" {
            self.took(place, step, effect);
            self.case_is_as_foreseen(place, who, reply.at("/it/consultation"));
        }
        self.knows(who, &reply, &[before]);
    }

    /// Two take steps that each could be taken, from the same version of a case: one of them is, and the other hears that
    /// somebody was faster.
    pub(super) async fn two_take_steps_at_once(&mut self) {
        let place = self.below(self.cases.len());
        let mut steps = Vec::new();
        for _ in 0..2 {
            let step = self.likely_step(place);
            let may = self.people_for(place, step);
            if may.is_empty() {
                return;
            }
            let who = may[self.below(may.len())];
            let (name, mut input, effect) = self.input(place, step, who, true).await;
            if matches!(effect, Effect::Refused(_)) {
                return;
            }
            input["consultationId"] = json!(self.cases[place].id);
            input["version"] = json!(self.cases[place].version);
            steps.push((who, step, name, input, effect));
        }
        let (one, other) = (&steps[0], &steps[1]);
        let (first, second) = tokio::join!(
            change(&self.people.all[one.0], one.2, one.3.clone(), CASE, None),
            change(&self.people.all[other.0], other.2, other.3.clone(), CASE, None),
        );
        let replies = [first, second];
        let said = replies.each_ref().map(heard);
        let mut sorted = said.clone();
        sorted.sort();
        assert_eq!(sorted, ["CONFLICT", "ok"], "{} and {} at once", one.2, other.2);
        let before = self.cases[place].clone();
        let won = usize::from(said[0] != "ok");
        let (who, step, .., effect) = steps.swap_remove(won);
        self.done += 1;
        self.took(place, step, effect);
        self.case_is_as_foreseen(place, who, replies[won].at("/it/consultation"));
        let lost = replies[1 - won].at("/it/userErrors/0/currentVersion");
        assert_eq!(lost, self.cases[place].version);
        self.knows(who, &replies[won], std::slice::from_ref(&before));
        let who = steps[0].0;
        self.knows(who, &replies[1 - won], &[before]);
    }

    /// Mostly a step that can be taken by somebody.
    fn likely_step(&mut self, place: usize) -> Step {
        let any = Step::ALL[self.below(Step::ALL.len())];
        if self.chance(25) {
            return any;
        }
        let open: Vec<Step> = Step::ALL
            .into_iter()
            .filter(|step| !self.people_for(place, *step).is_empty())
            // What ends a case is rarer, or none would go far.
            .filter(|step| !matches!(step, Step::MarkDuplicate | Step::Withdraw | Step::EraseAsker))
            .collect();
        if open.is_empty() { any } else { open[self.below(open.len())] }
    }

    fn people_for(&self, place: usize, step: Step) -> Vec<usize> {
        let case = &self.cases[place];
        let all = self.people.all.iter().enumerate();
        all.filter(|(who, person)| case.obstacles(*who, person, step).is_empty())
            .map(|(who, _)| who)
            .collect()
    }

    /// How a step is asked for, and what it does beside what every such step does.
    async fn input(
        &mut self,
        place: usize,
        step: Step,
        who: usize,
        complete: bool,
    ) -> (&'static str, Value, Effect) {
        let case = self.cases[place].clone();
        let note = format!("{}（{}）有关：略", case.secrets.company, case.secrets.contact);
        let missing = || Effect::Refused("INVALID");
        let reason = json!({ "reason": note });
        match step {
            Step::Classify => {
                let level = self.below(LEVELS.len());
                let assignee = self.colleague(case.station);
                let area = self.area().await;
                let id = &self.people.all[assignee].member.id;
                let mut input =
                    json!({ "areaIds": [area], "productKind": "DEVICE", "assigneeId": id });
                if !complete && case.level.is_none() {
                    return ("classifyConsultation", input, missing());
                }
                input["level"] = json!(LEVELS[level]);
                ("classifyConsultation", input, Effect::Classified(level, Some(assignee)))
            }
            Step::Reclassify => {
                let level = self.below(LEVELS.len());
                let mut input = json!({ "level": LEVELS[level] });
                if complete {
                    input["reason"] = json!(note);
                } else if case.handed_on {
                    return ("reclassifyConsultation", input, missing());
                }
                ("reclassifyConsultation", input, Effect::Classified(level, None))
            }
            Step::Assign => {
                let fitting = self.people.those(|person| case.holder().is(person));
                let wrong = self.people.those(|person| person.post == Post::Transfer);
                let person = if complete { fitting[self.below(fitting.len())] } else { wrong[0] };
                let id = &self.people.all[person].member.id;
                let input = json!({ "assigneeId": id, "reason": note });
                let own = case.holder() == Reader::Station(case.station);
                let effect = match (complete, own) {
                    (false, _) => missing(),
                    (true, true) => Effect::Assigned(person),
                    (true, false) => Effect::None,
                };
                ("assignConsultation", input, effect)
            }
            Step::AskForDetails => ("askForDetails", json!({ "question": note }), Effect::None),
            Step::GiveDetails => ("giveDetails", json!({ "details": note }), Effect::None),
            Step::AnswerDirectly => self.direct_answer(who, complete, &note),
            Step::Refer => {
                let other = if case.station == "SH-PD" { "SH-XH" } else { "SH-PD" };
                let to = if complete { other } else { case.station };
                let input = json!({ "stationId": station(self.house, to).await, "reason": note });
                (
                    "referConsultation",
                    input,
                    if complete { Effect::Referred(other) } else { missing() },
                )
            }
            Step::ReleaseAsker => ("releaseAsker", json!({}), Effect::None),
            Step::ReleaseReferral => ("releaseReferral", reason, Effect::None),
            Step::EscalateToDistrict => {
                let mut input = json!({ "to": "DISTRICT" });
                if !complete {
                    return ("escalateConsultation", input, missing());
                }
                input["summary"] = json!(note);
                ("escalateConsultation", input, Effect::None)
            }
            Step::EscalateToMunicipal => {
                let counterpart = self.people.those(|person| person.post == Post::Municipal)[0];
                let mut input = json!({ "to": "MUNICIPAL" });
                if !complete {
                    return ("escalateConsultation", input, missing());
                }
                input["counterpartId"] = json!(self.people.all[counterpart].member.id);
                ("escalateConsultation", input, Effect::None)
            }
            Step::ReferNational => ("referNational", reason, Effect::None),
            Step::Return => ("returnConsultation", reason, Effect::None),
            Step::TierReply => ("tierReply", json!({ "text": note }), Effect::None),
            Step::Reply => {
                ("replyToAsker", json!({ "toldBy": "PHONE", "text": note }), Effect::None)
            }
            Step::Confirm => ("confirmReply", json!({ "note": note }), Effect::None),
            Step::Reopen => ("reopenConsultation", reason, Effect::None),
            Step::MarkDuplicate => {
                let person = &self.people.all[who];
                let other = self.cases.iter().enumerate().find(|(at, other)| {
                    *at != place && other.is_read_by(person) && !other.is_duplicate
                });
                let (of, effect) = match other.filter(|_| complete) {
                    Some((_, other)) => (&other.id, Effect::None),
                    None => (&case.id, missing()),
                };
                ("markDuplicate", json!({ "duplicateOfId": of, "note": note }), effect)
            }
            Step::Withdraw => ("withdrawConsultation", json!({ "note": note }), Effect::None),
            Step::EraseAsker => ("eraseAsker", json!({ "reason": "企业要求" }), Effect::None),
        }
    }

    fn direct_answer(
        &mut self,
        who: usize,
        complete: bool,
        note: &str,
    ) -> (&'static str, Value, Effect) {
        let name = "answerDirectly";
        if !complete {
            return (name, json!({ "toldBy": "PHONE" }), Effect::Refused("INVALID"));
        }
        if self.answers.is_empty() || self.chance(50) {
            return (name, json!({ "toldBy": "PHONE", "text": note }), Effect::None);
        }
        let answer = self.below(self.answers.len());
        let answer = &self.answers[answer];
        let person = &self.people.all[who];
        let fits =
            matches!(answer.state, answers::State::Published(_)) && answer.is_seen_by(person);
        let input = json!({ "toldBy": "PHONE", "answeredQuestionIds": [answer.id] });
        (name, input, if fits { Effect::None } else { Effect::Refused("INVALID") })
    }

    fn colleague(&mut self, station: &str) -> usize {
        let there = self.people.at(station);
        there[self.below(there.len())]
    }

    async fn area(&self) -> Value {
        let reply = self.house.ask("{ expertiseArea(code: \"REG-1\") { id } }").await;
        reply.at("/expertiseArea/id").clone()
    }

    fn took(&mut self, place: usize, step: Step, effect: Effect) {
        let case = &mut self.cases[place];
        match effect {
            Effect::Classified(level, assignee) => {
                case.level = Some(level);
                case.assignee = assignee.or(case.assignee);
            }
            Effect::Assigned(person) => case.assignee = Some(person),
            Effect::Referred(station) => case.refer_to(station),
            Effect::None | Effect::Refused(_) => {}
        }
        case.take(step);
        case.version += 1;
    }

    /// Compares a case with the model of it, as far as whoever acted still sees it.
    fn case_is_as_foreseen(&self, place: usize, who: usize, seen: &Value) {
        let case = &self.cases[place];
        assert!(case.is_read_by(&self.people.all[who]));
        assert_eq!(seen["state"], case.state.word(), "{case:?}");
        assert_eq!(seen["version"], case.version, "{case:?}");
        assert_eq!(seen["level"].as_str(), case.level.map(|level| LEVELS[level]), "{case:?}");
    }

    pub(super) async fn somebody_drafts(&mut self) {
        let of_case = self.chance(75).then(|| self.below(self.cases.len()));
        let with_content = self.chance(50);
        let code = ["SH-PD", "SH-XH"][self.below(2)];
        let case = of_case.map(|place| self.cases[place].clone());
        let code = case.as_ref().map_or(code, |case| case.station);
        let may = self.people.those(|person| {
            person.works_at(code) && case.as_ref().is_none_or(|case| case.is_read_by(person))
        });
        let who = self.likely(&may);
        let text = match (&case, with_content) {
            (Some(case), false) => {
                let number = self.dice_number();
                Text { number, word: case.secrets.word.clone(), complete: false, leaks: false }
            }
            _ => self.text(),
        };
        let person = &self.people.all[who];
        let mut input = json!({});
        if let Some(case) = &case {
            input["consultationId"] = json!(case.id);
        }
        if text.complete {
            input["content"] = content(&text.word);
        }
        if case.is_none() && person.station.is_none() {
            input["station"] = json!(code);
        }
        let of = if case.is_none() { person.station.unwrap_or(code) } else { code };
        let district = &of[3..];
        let reads = case.as_ref().is_none_or(|case| case.is_read_by(person));
        let near =
            person.works_at(of) || person.is_officer_of(district) || person.post == Post::Municipal;
        let obstacles: Obstacles =
            match person.kept_out(&[Post::Staff, Post::Head, Post::District, Post::Municipal]) {
                Some(code) => vec![code],
                None if !reads => vec!["NOT_FOUND"],
                None if !near => vec!["FORBIDDEN"],
                None => Vec::new(),
            };
        let (_, reply) = self.ask(who, "draftAnsweredQuestion", input, ANSWER).await;
        let said = heard(&reply);
        self.judge(who, "draftAnsweredQuestion", &said, &obstacles, &reply);
        if said == "ok" {
            let person = &self.people.all[who];
            let home = match person.post {
                Post::District => Reader::Bureau(district),
                Post::Municipal => Reader::Municipal,
                _ => Reader::Station(of),
            };
            let writers = std::collections::BTreeSet::from([who]);
            let draft = Draft {
                text: text.clone(),
                version: 1,
                in_review: false,
                writers: writers.clone(),
                home,
            };
            self.answers.push(Answer {
                id: reply.at("/it/answeredQuestion/id").as_str().unwrap().to_owned(),
                station: of,
                district,
                case: of_case,
                state: answers::State::New,
                version: 1,
                text,
                writers,
                draft: Some(draft),
                home,
                cleared: Default::default(),
                cleared_wider: Default::default(),
                former: Vec::new(),
            });
            self.answer_is_as_foreseen(
                self.answers.len() - 1,
                who,
                reply.at("/it/answeredQuestion"),
            );
        }
        self.knows(who, &reply, &[]);
    }

    /// A text that names nobody.
    fn text(&mut self) -> Text {
        let number = self.dice_number();
        Text { number, word: format!("甲类器械{number}项"), complete: true, leaks: false }
    }

    pub(super) async fn somebody_works_on_an_answer(&mut self) {
        let place = self.below(self.answers.len());
        let (work, may) = self.likely_work(place);
        let who = self.likely(&may);
        let stale = self.chance(8);
        let answer = self.answers[place].clone();
        let person = &self.people.all[who];
        let obstacles = answer.obstacles(who, person, work, stale);
        let version = answer.version_for(person, work) - i64::from(stale);
        let mut input = json!({ "id": answer.id, "version": version });
        let mut text = None;
        let name = match work {
            Work::Edit => {
                let mut new = self.text();
                if let Some(case) =
                    answer.case.filter(|place| !self.cases[*place].erased && self.chance(25))
                {
                    new.word = format!("示例{}的{}", self.cases[case].secrets.short, new.word);
                    new.leaks = true;
                    self.typed.push(new.word.clone());
                }
                input["content"] = content(&new.word);
                text = Some(new);
                "editDraft"
            }
            Work::Submit => "submitForReview",
            Work::Return => {
                input["reason"] = json!("请补充");
                "returnDraft"
            }
            Work::Discard => "discardDraft",
            Work::Clear | Work::ClearWider => {
                input["purpose"] =
                    json!(if work == Work::Clear { "STATION_EXIT" } else { "WIDER" });
                input["findings"] = self.found(who, place, work).await;
                "clearDeidentification"
            }
            Work::Publish => {
                input["audience"] = json!("NETWORK");
                "publishAnsweredQuestion"
            }
            Work::Revise => "reviseAnsweredQuestion",
            Work::Widen(audience) => {
                input["audience"] = json!(Audience::ALL[audience as usize].1);
                "widenAnsweredQuestion"
            }
            Work::Withdraw => {
                input = json!({ "id": answer.id, "reason": "口径有变" });
                "withdrawAnsweredQuestion"
            }
            Work::Archive => "archiveAnsweredQuestion",
            Work::Rate => {
                input = json!({ "id": answer.id, "helpful": true });
                "rateAnsweredQuestion"
            }
        };
        let (_, reply) = self.ask(who, name, input, ANSWER).await;
        let said = heard(&reply);
        let what = format!("{name} {work:?} {answer:?}");
        self.judge(who, &what, &said, &obstacles, &reply);
        let told = &self.people.all[who];
        let before: Vec<String> =
            answer.texts_for(told).iter().map(|text| text.word.clone()).collect();
        if said == "ok" {
            self.answers[place].take(who, told, work, text.clone());
            self.answer_is_as_foreseen(place, who, reply.at("/it/answeredQuestion"));
        }
        self.knows_texts(who, &reply, &before, text.as_ref());
    }

    /// Mostly what can be done by somebody, and them.
    fn likely_work(&mut self, place: usize) -> (Work, Vec<usize>) {
        let answer = &self.answers[place];
        let known = answer.case.is_some_and(|case| self.cases[case].erased);
        // Once who asked is forgotten, only a person would know the name again.
        let blind = known && answer.texts().iter().any(|text| text.leaks);
        let may = |work: Work| {
            let all = self.people.all.iter().enumerate();
            all.filter(|(who, person)| answer.obstacles(*who, person, work, false).is_empty())
                .map(|(who, _)| who)
                .collect::<Vec<_>>()
        };
        let all: Vec<(Work, Vec<usize>)> = Work::ALL
            .into_iter()
            .filter(|work| {
                !blind || !matches!(work, Work::Clear | Work::ClearWider | Work::Publish)
            })
            .map(|work| (work, may(work)))
            .collect();
        let open: Vec<(Work, Vec<usize>)> = all
            .iter()
            .filter(|(work, may)| {
                !may.is_empty()
                    && !matches!(work, Work::Withdraw | Work::Archive | Work::Discard | Work::Rate)
            })
            .cloned()
            .collect();
        if open.is_empty() || self.chance(25) {
            return all[self.below(all.len())].clone();
        }
        open[self.below(open.len())].clone()
    }

    /// What is found in the text that somebody looks through, all of it called harmless.
    async fn found(&self, who: usize, place: usize, work: Work) -> Value {
        let answer = &self.answers[place];
        let person = &self.people.all[who];
        let query = "query($id: ID!) { node(id: $id) { ... on AnsweredQuestion {
            found: deidentificationFindings { field kind start end }
            draft { found: deidentificationFindings { field kind start end } } } } }";
        let reply = person.member.run(query, json!({ "id": answer.id })).await;
        let node = reply.at("/node");
        let of_draft = work == Work::Clear
            || answer.draft_seen_by(person).is_some_and(|draft| draft.in_review);
        let found = if of_draft { &node["draft"]["found"] } else { &node["found"] };
        if found.is_null() { json!([]) } else { harmless(found) }
    }

    fn answer_is_as_foreseen(&self, place: usize, who: usize, seen: &Value) {
        let answer = &self.answers[place];
        let person = &self.people.all[who];
        assert_eq!(!seen.is_null(), answer.is_seen_by(person), "{} {answer:?}", person.name);
        if seen.is_null() {
            return;
        }
        assert_eq!(seen["version"], answer.version, "{answer:?}");
        let draft = answer.draft_seen_by(person).map(|draft| draft.version);
        let works = person.is_of_the_network();
        assert_eq!(seen["draft"]["version"].as_i64(), draft.filter(|_| works), "{answer:?}");
        assert!(
            seen["question"].as_str().unwrap().contains(&answer.text.word),
            "{seen} {answer:?}"
        );
    }
}

fn case_state(case: &Case) -> String {
    format!("{} {:?} of {}", case.state.word(), case.readers, case.station)
}

/// What a step does beside what every such step does; or how it is refused for what it says.
enum Effect {
    None,
    Classified(usize, Option<usize>),
    Assigned(usize),
    Referred(&'static str),
    Refused(&'static str),
}

/// What an answer says of a word.
fn content(word: &str) -> Value {
    let mut content = crate::knowledge::desk::text(&format!("关于{word}，如何分类"));
    content["summary"] = Value::Null;
    content
}

/// Whoever may be told by an answer what they are told.
pub(super) fn may_know<'t>(answers: &'t [Answer], person: &Person<'_>) -> Vec<&'t Text> {
    answers.iter().flat_map(|answer| answer.texts_for(person)).collect()
}
