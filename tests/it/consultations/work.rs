//! Who works with consultations in these tests, and how they say it.

use std::sync::Arc;

use serde_json::{Value, json};
use zhanjian::{
    access::{ClientScope, Role, Viewer},
    accounts,
    app::Ctx,
};

use crate::support::{House, Member, Reply};

/// The company of these tests, who is asked for there, and what they ask.
pub const COMPANY: &str = "上海示例心脉医疗科技有限公司";
pub const CREDIT_CODE: &str = "91350100M000100Y43";
pub const CONTACT: &str = "欧阳示例";
pub const TELEPHONE: &str = "021-55550123";
pub const EMAIL: &str = "someone@heart.example";
pub const QUESTION: &str =
    "上海示例心脉医疗科技有限公司想问：介入瓣膜输送系统按第几类医疗器械注册，是否需要临床试验？";

/// Everybody who may come near a case of Pudong's station.
pub struct Desk<'a> {
    pub house: &'a House,
    pub staff: Member<'a>,
    pub head: Member<'a>,
    pub elsewhere: Member<'a>,
    pub district: Member<'a>,
    pub other_district: Member<'a>,
    pub municipal: Member<'a>,
    pub portal: Member<'a>,
    pub other_portal: Member<'a>,
    pub transfer: Member<'a>,
    pub administrator: Member<'a>,
    pub area: String,
}

impl<'a> Desk<'a> {
    /// Puts them all on the register. The places must be there.
    pub async fn of(house: &'a House) -> Self {
        let area = house.ask("{ expertiseArea(code: \"REG-1\") { id } }").await;
        Self {
            house,
            staff: house.signed_in(Role::Staff, "SH-PD").await,
            head: house.signed_in(Role::Head, "SH-PD").await,
            elsewhere: house.signed_in(Role::Staff, "SH-XH").await,
            district: house.signed_in(Role::DistrictOfficer, "PD").await,
            other_district: house.signed_in(Role::DistrictOfficer, "XH").await,
            municipal: house.signed_in(Role::MunicipalOfficer, "").await,
            portal: portal(house, "示例园区", &ClientScope::ALL).await,
            other_portal: portal(house, "示例协会", &ClientScope::ALL).await,
            transfer: house.signed_in(Role::TechTransfer, "fudan").await,
            administrator: house.signed_in(Role::Administrator, "").await,
            area: area.at("/expertiseArea/id").as_str().unwrap().to_owned(),
        }
    }

    /// Days later: tokens are short-lived, so everybody signs in again.
    pub async fn days_later(&mut self, days: u64) {
        self.house.clock.advance_days(days);
        for member in [
            &mut self.staff,
            &mut self.head,
            &mut self.elsewhere,
            &mut self.district,
            &mut self.other_district,
            &mut self.municipal,
        ] {
            *member = again(self.house, member).await;
        }
    }

    /// What one records for Pudong's station.
    pub async fn recorded(&self, by: &Member<'_>) -> Case {
        let input = json!({ "stationId": station(self.house, "SH-PD").await, "channel": "PHONE",
            "text": QUESTION, "asker": asker() });
        let reply = mutate(by, "recordConsultation", input).await;
        Case::of(&done(&reply))
    }

    /// The same, classified, with somebody of the station who follows it.
    pub async fn triaged(&self, level: &str) -> Case {
        let mut case = self.recorded(&self.staff).await;
        case.take(&self.staff, "classifyConsultation", self.classified(level)).await;
        case
    }

    /// How a case is classified.
    pub fn classified(&self, level: &str) -> Value {
        json!({ "level": level, "areaIds": [self.area], "productKind": "DEVICE", "deviceClass": "III",
            "assigneeId": self.staff.id })
    }
}

/// Who asks.
pub fn asker() -> Value {
    json!({ "company": COMPANY, "socialCreditCode": CREDIT_CODE, "contact": CONTACT, "telephone": TELEPHONE,
        "email": EMAIL })
}

/// The global id of a station.
pub async fn station(house: &House, code: &str) -> String {
    let reply = house.ask(&format!("{{ station(code: \"{code}\") {{ id }} }}")).await;
    reply.at("/station/id").as_str().unwrap().to_owned()
}

/// A new session of a member.
pub async fn again<'a>(house: &'a House, member: &Member<'_>) -> Member<'a> {
    let mut anew = house.bearer(house.session(&member.id).await);
    anew.id.clone_from(&member.id);
    anew
}

/// A request of somebody, as the rules of other rooms see it.
pub async fn ctx(house: &House, member: &Member<'_>) -> Ctx {
    let app = Arc::clone(&house.service.app);
    let token = house.session(&member.id).await;
    let identity = app.accounts.identify(&app.db, &token, app.clock.now()).await.unwrap();
    Ctx::new(app, Viewer::of(identity))
}

/// A partner portal's program, signed in.
pub async fn portal<'a>(house: &'a House, name: &str, scopes: &[ClientScope]) -> Member<'a> {
    let new = accounts::NewClient {
        name: name.to_owned(),
        organization: None,
        scopes: scopes.to_vec(),
        requests_per_minute: None,
        cost_per_minute: None,
    };
    let app = &house.service.app;
    let write = house.db().write().await.unwrap();
    let now = house.clock.now();
    let (client, secret) = accounts::add_client(&*write, new, "test", now).await.unwrap();
    write.commit(now).await.unwrap();
    let granted = app.accounts.grant(house.db(), &client.client_id, &secret, None, now).await;
    house.bearer(granted.unwrap().ok().unwrap().token)
}

/// What is read of a case after every step.
const SEEN: &str = "id number version state level dueOn possibleActions";

/// Asks for a change.
pub async fn mutate(member: &Member<'_>, name: &str, input: Value) -> Reply {
    mutate_and_read(member, name, input, "").await
}

/// The same, and reads more of the payload.
pub async fn mutate_and_read(member: &Member<'_>, name: &str, input: Value, more: &str) -> Reply {
    let kind = format!("{}{}Input", name[..1].to_uppercase(), &name[1..]);
    let query = format!(
        "mutation($input: {kind}!) {{ it: {name}(input: $input) {{ consultation {{ {SEEN} }} revision clientMutationId
            userErrors {{ code path message currentVersion }} {more} }} }}"
    );
    member.run(&query, json!({ "input": input })).await
}

/// The consultation of a change that was made.
#[track_caller]
pub fn done(reply: &Reply) -> Value {
    let errors = reply.at("/it/userErrors");
    assert_eq!(errors, &json!([]), "{}", reply.text);
    reply.at("/it/consultation").clone()
}

/// What was answered: `ok`, the code of the first user error, or of the error of the request.
pub fn heard(reply: &Reply) -> String {
    if reply.body.get("errors").is_some() {
        return reply.code().to_owned();
    }
    let errors = reply.at("/it/userErrors").as_array().unwrap();
    errors.first().map_or("ok".to_owned(), |error| error["code"].as_str().unwrap().to_owned())
}

/// A case, as somebody last saw it.
#[derive(Clone, Debug)]
pub struct Case {
    pub id: String,
    pub number: String,
    pub version: i64,
    pub seen: Value,
}

impl Case {
    pub fn of(seen: &Value) -> Self {
        Self {
            id: seen["id"].as_str().unwrap().to_owned(),
            number: seen["number"].as_str().unwrap().to_owned(),
            version: seen["version"].as_i64().unwrap(),
            seen: seen.clone(),
        }
    }

    /// The input of a step with what every step names.
    pub fn input(&self, input: Value) -> Value {
        let mut input = input;
        input["consultationId"] = json!(self.id);
        input["version"] = json!(self.version);
        input
    }

    /// Tries a step.
    pub async fn attempt(&self, member: &Member<'_>, name: &str, input: Value) -> Reply {
        mutate(member, name, self.input(input)).await
    }

    /// Takes a step, which must succeed.
    pub async fn take(&mut self, member: &Member<'_>, name: &str, input: Value) {
        let reply = self.attempt(member, name, input).await;
        *self = Self::of(&done(&reply));
    }

    /// Where it stood when it was last seen.
    pub fn state(&self) -> &str {
        self.seen["state"].as_str().unwrap()
    }

    /// Reads of it.
    pub async fn read(&self, member: &Member<'_>, fields: &str) -> Value {
        let query = format!("query($id: ID!) {{ consultation(id: $id) {{ {fields} }} }}");
        member.run(&query, json!({ "id": self.id })).await.at("/consultation").clone()
    }

    /// Sees it anew.
    pub async fn look(&mut self, member: &Member<'_>) {
        *self = Self::of(&self.read(member, SEEN).await);
    }
}
