//! How a research output is written from outside: under the names that the columns of a file have, and read by the same
//! rules.

use async_graphql::{InputObject, MaybeUndefined};
use sea_orm::ActiveEnum;
use serde_json::{Value, json};

use super::{CooperationMode, IpStatus, OutputKind, content::Fields};
use crate::{access::Audience, scalars::Date, transfer};

/// A patent, or an application for one.
#[derive(Clone, Debug, InputObject)]
#[graphql(name = "ResearchOutputPatentInput")]
pub(super) struct PatentInput {
    /// The office, by its two letters (WIPO ST.3); CN where nothing is said.
    office: Option<String>,
    /// The number of the application; of a Chinese one its check digit must be right.
    application_no: Option<String>,
    /// The number of the publication.
    publication_no: Option<String>,
    /// What kind of right, such as INVENTION or `UTILITY_MODEL`.
    kind: Option<String>,
    /// When it was filed.
    filed_on: Option<Date>,
    /// When it was granted.
    granted_on: Option<Date>,
}

/// Somebody who took part.
#[derive(Clone, Debug, InputObject)]
#[graphql(name = "ResearchOutputContributorInput")]
pub(super) struct ContributorInput {
    /// The name.
    name: String,
    /// The ORCID iD.
    orcid: Option<String>,
}

/// A further identifier.
#[derive(Clone, Debug, InputObject)]
#[graphql(name = "ResearchOutputIdentifierInput")]
pub(super) struct IdentifierInput {
    /// What kind of identifier.
    scheme: String,
    /// The identifier.
    value: String,
}

/// Whom to ask. Others see it only after an introduction.
#[derive(Clone, Debug, InputObject)]
#[graphql(name = "ResearchOutputContactInput")]
pub(super) struct ContactInput {
    /// A person or an office.
    name: Option<String>,
    /// An e-mail address.
    email: Option<String>,
    /// A telephone number.
    phone: Option<String>,
    /// Where to write to or to come to.
    address: Option<String>,
}

/// What a research output says: what is left out stays as it is, null or an empty list takes a value away.
#[derive(Clone, Debug, Default, InputObject)]
pub(super) struct ResearchOutputContentInput {
    /// Its title.
    title: MaybeUndefined<String>,
    /// What it is about; needed before it is submitted.
    #[graphql(name = "abstract")]
    summary: MaybeUndefined<String>,
    /// What kind of output it is.
    kind: Option<OutputKind>,
    /// The technology readiness level, 1 to 9 (GB/T 22900).
    trl: MaybeUndefined<i32>,
    /// How its intellectual property stands.
    ip_status: MaybeUndefined<IpStatus>,
    /// Its patents.
    patents: MaybeUndefined<Vec<PatentInput>>,
    /// How far it has come in the clinic.
    clinical_stage: MaybeUndefined<String>,
    /// The numbers under which its trials are registered.
    trial_ids: MaybeUndefined<Vec<String>>,
    /// How the owner is ready to work together.
    cooperation_modes: MaybeUndefined<Vec<CooperationMode>>,
    /// The codes of the areas it belongs to.
    areas: MaybeUndefined<Vec<String>>,
    /// Who took part.
    contributors: MaybeUndefined<Vec<ContributorInput>>,
    /// When it was completed.
    completed_on: MaybeUndefined<Date>,
    /// When it was published.
    published_on: MaybeUndefined<Date>,
    /// Until when only its owner is to see it, once it is published.
    embargo_until: MaybeUndefined<Date>,
    /// Who is to see it, once it is published.
    audience: Option<Audience>,
    /// Its DOI.
    doi: MaybeUndefined<String>,
    /// Further identifiers.
    identifiers: MaybeUndefined<Vec<IdentifierInput>>,
    /// What it does better than others.
    advantages: MaybeUndefined<String>,
    /// Whom to ask.
    contact: MaybeUndefined<ContactInput>,
}

impl ResearchOutputContentInput {
    /// What was sent, under the names that a file has; null for what is to be taken away.
    pub(super) fn fields(self) -> Fields {
        let mut fields = Changes::default();
        fields.put("title", self.title, Value::from);
        fields.put("abstract", self.summary, Value::from);
        fields.put("kind", self.kind.map(Some).into(), |kind: OutputKind| kind.to_value().into());
        fields.put("trl", self.trl, Value::from);
        fields.put("ipStatus", self.ip_status, |status: IpStatus| status.to_value().into());
        fields.put("patents", self.patents, |patents| list(patents, PatentInput::value));
        fields.put("clinicalStage", self.clinical_stage, Value::from);
        fields.put("trialIds", self.trial_ids, Value::from);
        fields.put("cooperationModes", self.cooperation_modes, |modes| {
            list(modes, |mode: CooperationMode| mode.to_value().into())
        });
        fields.put("areas", self.areas, Value::from);
        fields.put("contributors", self.contributors, |people| {
            list(people, |it: ContributorInput| {
                filled(json!({ "name": it.name, "orcid": it.orcid }))
            })
        });
        fields.put("completedOn", self.completed_on, day);
        fields.put("publishedOn", self.published_on, day);
        fields.put("embargoUntil", self.embargo_until, day);
        fields.put("audience", self.audience.map(Some).into(), |it: Audience| it.to_value().into());
        fields.put("doi", self.doi, Value::from);
        fields.put("identifiers", self.identifiers, |identifiers| {
            list(
                identifiers,
                |it: IdentifierInput| json!({ "scheme": it.scheme, "value": it.value }),
            )
        });
        fields.put("advantages", self.advantages, Value::from);
        fields.put("contact", self.contact, ContactInput::value);
        fields.0
    }
}

#[derive(Default)]
struct Changes(Fields);

impl Changes {
    fn put<T>(&mut self, column: &str, given: MaybeUndefined<T>, write: impl FnOnce(T) -> Value) {
        let value = match given {
            MaybeUndefined::Undefined => return,
            MaybeUndefined::Null => Value::Null,
            MaybeUndefined::Value(value) => write(value),
        };
        self.0.insert(column.to_owned(), value);
    }
}

impl PatentInput {
    fn value(self) -> Value {
        let fields = transfer::Fields::default()
            .with("office", self.office)
            .with("applicationNo", self.application_no)
            .with("publicationNo", self.publication_no)
            .with("kind", self.kind)
            .text("filedOn", self.filed_on.map(|Date(day)| day))
            .text("grantedOn", self.granted_on.map(|Date(day)| day));
        Value::Object(fields.done())
    }
}

impl ContactInput {
    /// Null where nothing of it is filled in: then there is none.
    fn value(self) -> Value {
        let Self { name, email, phone, address } = self;
        let contact =
            filled(json!({ "name": name, "email": email, "phone": phone, "address": address }));
        if contact.as_object().is_some_and(Fields::is_empty) { Value::Null } else { contact }
    }
}

fn day(Date(day): Date) -> Value {
    day.to_string().into()
}

fn list<T>(items: Vec<T>, write: impl Fn(T) -> Value) -> Value {
    Value::Array(items.into_iter().map(write).collect())
}

/// An object without what is nothing.
fn filled(value: Value) -> Value {
    match value {
        Value::Object(fields) => {
            Value::Object(fields.into_iter().filter(|(_, value)| !value.is_null()).collect())
        }
        other => other,
    }
}
