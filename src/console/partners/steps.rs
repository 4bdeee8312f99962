//! Steps that people take by a form that a template of their own shows: each is a change of the API, and what of the form
//! goes with it.

use serde_json::{Map, Value as Json, json};

use crate::console::{
    api::{Change, UserError},
    forms::Form,
    gate::Guest,
    texts::Texts,
    trouble::Trouble,
};

pub(in crate::console) use crate::console::steps::{Nothing, Tried};

/// A step: its name in the address, the change, what goes with it.
pub(in crate::console) struct Step {
    pub name: &'static str,
    pub change: &'static Change<Nothing>,
    pub fields: &'static [Field],
}

/// Something that goes with a step, by its name in the form and in the input of the change.
pub(in crate::console) enum Field {
    /// It has to be there; with the name of the text of its label.
    Needed(&'static str, &'static str),
    /// It may be left out.
    Optional(&'static str),
    /// Whom to talk to, where that is said.
    Contact(&'static str),
}

/// The parts of a contact.
pub(in crate::console) const CONTACT: [&str; 5] =
    ["name", "organization", "phone", "email", "address"];

impl Field {
    /// What is said where it has to be there and is not.
    fn missing(&self, form: &Form, text: Texts) -> Option<UserError> {
        match *self {
            Self::Needed(name, label) if form.given(name).is_none() => {
                Some(UserError::missing(name, label, text))
            }
            _ => None,
        }
    }

    fn put(&self, form: &Form, input: &mut Map<String, Json>) {
        let (name, value) = match *self {
            Self::Needed(name, _) => (name, json!(form.text(name))),
            Self::Optional(name) => (name, json!(form.given(name))),
            Self::Contact(name) => (name, contact(form, name, &CONTACT)),
        };
        input.insert(name.to_owned(), value);
    }
}

/// A contact of a form, whose fields are called `contact-phone` and so on; nothing where all are empty.
pub(in crate::console) fn contact(form: &Form, name: &str, parts: &[&str]) -> Json {
    let given = |part: &&str| form.given(&format!("{name}-{part}")).map(str::to_owned);
    let said: Map<String, Json> =
        parts.iter().map(|part| ((*part).to_owned(), json!(given(part)))).collect();
    if said.values().all(Json::is_null) { Json::Null } else { Json::Object(said) }
}

/// The step of a name, of those that there are.
pub(in crate::console) fn named<'a>(steps: &'a [Step], name: &str) -> Result<&'a Step, Trouble> {
    steps.iter().find(|step| step.name == name).ok_or(Trouble::NotFound)
}

impl Step {
    /// Takes the step on what `subject` names: at the version that the form was made for, and once.
    pub(in crate::console) async fn take(
        &self,
        guest: &Guest,
        subject: &[(&str, &str)],
        form: &Form,
    ) -> Result<Result<Nothing, Vec<UserError>>, Trouble> {
        let text = Texts::in_language(guest.language());
        let missing = self.fields.iter().filter_map(|field| field.missing(form, text));
        let missing: Vec<UserError> = missing.collect();
        if !missing.is_empty() {
            return Ok(Err(missing));
        }
        let mut input = begun(subject, form);
        for field in self.fields {
            field.put(form, &mut input);
        }
        guest.change(self.change, Json::Object(input)).await
    }
}

/// The input of a change: what it is of, the version that was read, and what makes it happen once.
pub(in crate::console) fn begun(subject: &[(&str, &str)], form: &Form) -> Map<String, Json> {
    let mut input: Map<String, Json> =
        subject.iter().map(|(name, id)| ((*name).to_owned(), json!(id))).collect();
    if let Some(version) = form.given("version").and_then(|it| it.parse::<i64>().ok()) {
        input.insert("version".to_owned(), json!(version));
    }
    input.insert("clientMutationId".to_owned(), json!(form.given("once")));
    input
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_contact_of_which_nothing_is_said_is_none() {
        let form = Form::of([("contact-phone", " ".to_owned()), ("contact-name", String::new())]);
        assert_eq!(contact(&form, "contact", &CONTACT), Json::Null);
        let form = Form::of([("contact-phone", " 021 ".to_owned())]);
        assert_eq!(
            contact(&form, "contact", &["name", "phone"]),
            json!({ "name": null, "phone": "021" })
        );
    }
}
