//! What has gone on at the stations of the demonstration: a year of consultations, made through the API by the people of the
//! demonstration, under a clock that goes from then to now. It is what queues, figures and reports have to show.

use std::sync::Arc;

use chrono::{DateTime, Datelike as _, TimeDelta, Utc, Weekday};
use http::{HeaderMap, HeaderValue, header};
use serde_json::{Value as Json, json};

use super::Credential;
use crate::{
    clock::{self, Clock},
    error::{Error, Result},
    execution,
    http::{Admission, Reception as _, Visit},
    language::Language,
    reception::FrontDesk,
    service::{Service, Settings},
};

/// When it begins, in days before now.
const BEGAN: i64 = 300;
/// A consultation is recorded every so many days.
const EVERY: i64 = 7;
/// After so many days companies are told, one after the other.
const TOLD_AFTER: [i64; 7] = [0, 1, 0, 1, 0, 1, 3];
/// How companies come, one after the other.
const CHANNELS: [&str; 5] = ["PHONE", "VISIT", "ONLINE", "PHONE", "EVENT"];
/// What companies are called, one after the other.
const COMPANIES: [&str; 6] =
    ["示例启明", "示例安泰", "示例新研", "示例海康达", "示例云帆", "示例仁和"];

const ANSWERS: &str = include_str!("history/answers.graphql");
const RECORD: &str = include_str!("history/record.graphql");
const CLASSIFY: &str = include_str!("history/classify.graphql");
const ANSWER: &str = include_str!("history/answer.graphql");
const CONFIRM: &str = include_str!("history/confirm.graphql");
const ESCALATE: &str = include_str!("history/escalate.graphql");
const REPLY: &str = include_str!("history/tier_reply.graphql");
const RAISE: &str = include_str!("history/raise.graphql");
const OPEN: &str = include_str!("history/open.graphql");
const SIGN_IN: &str = include_str!("history/sign_in.graphql");

/// What has not come to its end yet: how many days ago it was asked, what, and how far it has come.
const UNDER_WAY: [(i64, &str, Stage); 5] = [
    (19, "可吸收止血材料的动物试验，能否引用同类产品已发表的数据？", Stage::Classified),
    (9, "二类软件从本地部署改为云端部署，是否需要变更注册？", Stage::HandedUp),
    (6, "体外诊断试剂的主要原材料供应商变更，注册人要做哪些验证？", Stage::Replied),
    (2, "委托生产的植入器械，双方质量协议里的放行职责怎样划分？", Stage::Classified),
    (0, "公司拟申报创新医疗器械特别审查，查新报告由哪类机构出具？", Stage::Recorded),
];

/// How far a consultation has come.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Stage {
    Recorded,
    Classified,
    HandedUp,
    Replied,
}

/// What is needed by a company, which partners are looked for.
const NEED: &str =
    "寻找可降解心血管植入材料的表面改性技术，要求已有动物试验数据，希望以许可方式合作。";

/// Lets a year of the demonstration pass, in a service of its own with these settings.
///
/// # Errors
///
/// Where the API does not take what the people of the demonstration do.
pub async fn pass(settings: Settings, accounts: &[Credential]) -> Result<()> {
    let now = settings.clock.now();
    let clock = Clock::set_to(morning(now - TimeDelta::days(BEGAN)));
    let mut settings = Settings { clock: clock.clone(), ..settings };
    settings.accounts.access_life = TimeDelta::days(BEGAN + 1);
    settings.accounts.session_life = TimeDelta::days(BEGAN + 2);
    let service = Service::start(settings).await?;
    let told = Year::begin(&service, accounts, clock, now).await?.pass().await;
    service.release().await?;
    told
}

/// The people, and what they know.
struct Year {
    staff: Person,
    district: Person,
    clock: Clock,
    now: DateTime<Utc>,
    /// Answered questions, each with its areas.
    answers: Vec<Json>,
}

impl Year {
    async fn begin(
        service: &Service,
        accounts: &[Credential],
        clock: Clock,
        now: DateTime<Utc>,
    ) -> Result<Self> {
        let staff = Person::sign_in(service, accounts, "STAFF").await?;
        let district = Person::sign_in(service, accounts, "DISTRICT_OFFICER").await?;
        let found = staff.ask(ANSWERS, json!({})).await?;
        let answers = found["answeredQuestions"]["nodes"].as_array().cloned().unwrap_or_default();
        Ok(Self { staff, district, clock, now, answers })
    }

    async fn pass(self) -> Result<()> {
        let last = UNDER_WAY[0].0 + EVERY;
        let mut ago = BEGAN;
        let mut asked = 0;
        while ago > last {
            self.closed(ago, asked).await?;
            (ago, asked) = (ago - EVERY, asked + 1);
        }
        let raised = self.staff.change(RAISE, json!({ "content": {
            "kind": "TECHNOLOGY", "text": NEED, "areas": ["FLD-3-02"], "minTrl": 4, "wantedModes": ["LICENSE"],
        } }));
        let need = raised.await?["need"].clone();
        self.staff.change(OPEN, json!({ "id": need["id"], "version": need["version"] })).await?;
        for (place, (ago, question, stage)) in UNDER_WAY.into_iter().enumerate() {
            self.under_way(ago, question, stage, place).await?;
        }
        Ok(())
    }

    /// A question that has been answered before, from its being asked to the company's being content.
    async fn closed(&self, ago: i64, place: usize) -> Result<()> {
        // One in three of them, so that they come from different fields.
        let Some(answer) = self.answers.get(place * 3 % self.answers.len().max(1)) else {
            return Ok(());
        };
        self.go_to(ago);
        let question = answer["question"].as_str().unwrap_or_default();
        let case = self.record(question, place, answer).await?;
        let case = self.classify(&case, "BASIC").await?;
        self.go_to(ago - TOLD_AFTER[place % TOLD_AFTER.len()]);
        let told = self.staff.change(ANSWER, json!({
            "consultationId": case["id"], "version": case["version"], "answeredQuestionIds": [answer["id"]],
            "toldBy": CHANNELS[place % CHANNELS.len()],
        }));
        let case = told.await?["consultation"].clone();
        let confirm = json!({ "consultationId": case["id"], "version": case["version"] });
        self.staff.change(CONFIRM, confirm).await?;
        Ok(())
    }

    /// A question that nobody has answered before.
    async fn under_way(&self, ago: i64, question: &str, stage: Stage, place: usize) -> Result<()> {
        let Some(like) = self.answers.get(place) else { return Ok(()) };
        self.go_to(ago);
        let case = self.record(question, place, like).await?;
        if stage == Stage::Recorded {
            return Ok(());
        }
        let level = if stage >= Stage::HandedUp { "DISTRICT" } else { "BASIC" };
        let case = self.classify(&case, level).await?;
        if stage < Stage::HandedUp {
            return Ok(());
        }
        let up = self.staff.change(
            ESCALATE,
            json!({
                "consultationId": case["id"], "version": case["version"], "to": "DISTRICT",
                "summary": format!("企业咨询：{question}"),
            }),
        );
        let case = up.await?["consultation"].clone();
        if stage == Stage::Replied {
            self.go_to(ago - 3);
            let reply = json!({
                "consultationId": case["id"], "version": case["version"],
                "text": "按变更对产品安全有效性的影响程度评估；需要验证的项目与记录见注册人质量管理体系文件。",
            });
            self.district.change(REPLY, reply).await?;
        }
        Ok(())
    }

    /// Records a question from the areas of an answer.
    async fn record(&self, question: &str, place: usize, like: &Json) -> Result<Json> {
        let areas = like["areas"].as_array().into_iter().flatten().map(|area| &area["id"]);
        let areas: Vec<&Json> = areas.take(2).collect();
        let company = COMPANIES[place % COMPANIES.len()];
        let input = json!({
            "channel": CHANNELS[place % CHANNELS.len()], "text": question, "areaIds": areas,
            "productKind": "DEVICE",
            "asker": { "company": format!("{company}医疗科技有限公司"), "contact": "示例联系人" },
        });
        Ok(self.staff.change(RECORD, input).await?["consultation"].clone())
    }

    async fn classify(&self, case: &Json, level: &str) -> Result<Json> {
        let input = json!({
            "consultationId": case["id"], "version": case["version"], "level": level,
            "assigneeId": self.staff.id,
        });
        Ok(self.staff.change(CLASSIFY, input).await?["consultation"].clone())
    }

    /// Lets time pass to the morning of a working day so many days ago; it never goes back, nor beyond now.
    fn go_to(&self, ago: i64) {
        let then = working(morning(self.now - TimeDelta::days(ago))).min(self.now);
        let days = (clock::day_of(then) - self.clock.today()).num_days();
        self.clock.advance_days(u64::try_from(days).unwrap_or_default());
    }
}

/// Ten o'clock in Shanghai on the day of an instant.
fn morning(instant: DateTime<Utc>) -> DateTime<Utc> {
    clock::begins(clock::day_of(instant)) + TimeDelta::hours(10)
}

/// The same time on the next day that is no weekend.
fn working(instant: DateTime<Utc>) -> DateTime<Utc> {
    let later = match clock::day_of(instant).weekday() {
        Weekday::Sat => 2,
        Weekday::Sun => 1,
        _ => 0,
    };
    instant + TimeDelta::days(later)
}

/// Somebody of the demonstration who is signed in.
struct Person {
    id: Json,
    executor: Arc<execution::Executor>,
    admission: Arc<dyn Admission>,
}

impl Person {
    async fn sign_in(service: &Service, accounts: &[Credential], role: &str) -> Result<Self> {
        let known = accounts.iter().find(|account| account.role == role);
        let account = known.ok_or_else(|| Error::internal(format!("there is no sample {role}")))?;
        let executor = Arc::clone(&service.executor);
        let nobody = Self { id: Json::Null, executor, admission: admit(service, None).await? };
        let who = json!({ "login": account.login, "password": account.password });
        let signed = nobody.change(SIGN_IN, who).await?;
        let token = signed["session"]["accessToken"].as_str().unwrap_or_default();
        let admission = admit(service, Some(token)).await?;
        Ok(Self { id: signed["member"]["id"].clone(), admission, ..nobody })
    }

    /// What the API answers to a query.
    async fn ask(&self, query: &str, variables: Json) -> Result<Json> {
        let variables = variables.as_object().cloned().unwrap_or_default();
        let request = execution::Request {
            query: Some(query.to_owned()),
            variables,
            ..execution::Request::default()
        };
        let response = self.executor.execute(request, self.admission.data("demo")).await;
        let answer: Json = serde_json::from_slice(&response.body).map_err(Error::internal)?;
        match answer.get("errors") {
            None => Ok(answer["data"].clone()),
            Some(errors) => Err(refused(errors)),
        }
    }

    /// What comes of a change.
    async fn change(&self, mutation: &str, input: Json) -> Result<Json> {
        let done = self.ask(mutation, json!({ "input": input })).await?["done"].clone();
        match done["userErrors"].as_array() {
            Some(errors) if !errors.is_empty() => Err(refused(&done["userErrors"])),
            _ => Ok(done),
        }
    }
}

fn refused(errors: &Json) -> Error {
    Error::internal(format!("the demonstration's past is refused: {errors}"))
}

async fn admit(service: &Service, token: Option<&str>) -> Result<Arc<dyn Admission>> {
    let mut headers = HeaderMap::new();
    if let Some(token) = token {
        let bearer = HeaderValue::try_from(format!("Bearer {token}")).map_err(Error::internal)?;
        headers.insert(header::AUTHORIZATION, bearer);
    }
    let visit = Visit {
        headers: &headers,
        address: None,
        request_id: "demo",
        language: Language::ZhCn,
        lasting: false,
    };
    let received = FrontDesk(Arc::clone(&service.app)).receive(&visit).await;
    received.map_err(|error| Error::internal(error.message))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_asked_is_in_the_contract() {
        for text in
            [ANSWERS, RECORD, CLASSIFY, ANSWER, CONFIRM, ESCALATE, REPLY, RAISE, OPEN, SIGN_IN]
        {
            let valid = execution::specimens(text);
            assert!(valid.is_ok(), "{:?}\n{text}", valid.err());
        }
    }
}
