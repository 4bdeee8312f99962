//! Steps that somebody can take with a thing: each is a small form and a change. A page says them in a table; how they are
//! shown, read and sent is said here, once.

mod shown;

pub(super) use shown::{Shown, ShownField, ShownStep, fields};

use serde::Deserialize;
use serde_json::{Map, Value as Json, json};

use super::{
    api::{Change, UserError},
    forms::Form,
    gate::Guest,
    parts::moments,
    texts::Texts,
    trouble::Trouble,
};

/// Of what was changed nothing is read: the page that one is led back to shows it.
#[derive(Deserialize)]
pub(super) struct Nothing {}

/// A step: its name in the API's list of what is possible now, the form for it, and the change.
pub(super) struct Step {
    pub name: &'static str,
    /// The last part of its address.
    pub slug: &'static str,
    pub change: &'static Change<Nothing>,
    /// How the change calls the thing that it is about.
    pub subject: &'static str,
    /// What the change always says.
    pub fixed: &'static [(&'static str, &'static str)],
    /// The text that says what it does; none where it is empty.
    pub hint: &'static str,
    /// Whether it cannot be undone, or ends something.
    pub is_grave: bool,
    pub fields: &'static [Field],
}

/// A field of a form.
pub(super) struct Field {
    pub name: &'static str,
    /// The name of the text of its label.
    pub text: &'static str,
    pub kind: Kind,
    pub is_required: bool,
}

/// What is written into a field.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// Paragraphs.
    Words,
    /// Many paragraphs.
    Pages,
    /// A line.
    Line,
    /// A regulation, which the page has a list of.
    Law,
    /// A day and a time.
    Moment,
    /// A day.
    Day,
    /// One of what is offered.
    One,
    /// Any of what is offered.
    Any,
    /// Several short texts, with signs between them that are in none.
    Several,
}

/// Something that can be chosen.
#[derive(Clone, Debug, Default)]
pub(super) struct Offer {
    pub value: String,
    pub label: String,
    /// How far it stands below others.
    pub depth: usize,
}

/// What belongs together of what can be chosen; without a heading where all does.
#[derive(Clone, Debug, Default)]
pub(super) struct Group {
    pub label: String,
    pub offers: Vec<Offer>,
}

impl Group {
    /// Values of an enumeration with their names.
    pub(super) fn of(values: &[&str], label: impl Fn(&str) -> String) -> Vec<Self> {
        let offers = values.iter().map(|value| Offer {
            value: (*value).to_owned(),
            label: label(value),
            ..Offer::default()
        });
        vec![Self { label: String::new(), offers: offers.collect() }]
    }
}

/// What can be chosen in the fields of a page, by their names.
#[derive(Default)]
pub(super) struct Offers(Vec<(&'static str, Vec<Group>)>);

impl Offers {
    /// Offers something in all fields of a name.
    pub(super) fn offer(&mut self, field: &'static str, groups: Vec<Group>) {
        self.0.push((field, groups));
    }

    fn of(&self, field: &str) -> &[Group] {
        self.0.iter().find(|(known, _)| *known == field).map_or(&[], |(_, groups)| groups)
    }
}

/// A step that was tried and not taken: its form as it was filled in, so that nobody writes it twice, and what was wrong.
/// Where nothing was tried, nothing stands in it.
#[derive(Default)]
pub(super) struct Tried {
    pub slug: String,
    pub form: Form,
    pub faults: Vec<UserError>,
}

impl Tried {
    /// Whether it was this step.
    pub(super) fn is(&self, slug: &str) -> bool {
        self.slug == slug
    }

    /// What was written for this step.
    pub(super) fn text(&self, slug: &str, name: &str) -> &str {
        if self.is(slug) { self.form.text(name) } else { "" }
    }

    /// Whether a value was chosen for this step.
    pub(super) fn has(&self, slug: &str, name: &str, value: &str) -> bool {
        self.is(slug) && self.form.has(name, value)
    }

    /// Whether a field of the change was wrong, of this step.
    pub(super) fn is_wrong(&self, slug: &str, field: &str) -> bool {
        self.is(slug) && self.faults.iter().any(|fault| fault.path.iter().any(|at| at == field))
    }

    /// Whether somebody else was faster.
    pub(super) fn is_conflict(&self) -> bool {
        self.faults.iter().any(UserError::is_conflict)
    }

    /// The version that the form speaks of when it is sent again: the one that was just read where somebody was told that
    /// there is another, else the one that the form was made for, lest it goes over what somebody else has written since.
    pub(super) fn version(&self, read: i64) -> i64 {
        let made_for = self.form.given("version").and_then(|version| version.parse().ok());
        made_for.filter(|_| !self.is_conflict()).unwrap_or(read)
    }
}

impl Step {
    /// Takes the step with what a form says; what was not taken comes back with the form.
    pub(super) async fn take(
        &self,
        guest: &Guest,
        id: &str,
        form: Form,
    ) -> Result<Result<(), Tried>, Trouble> {
        let input = self.input(id, &form);
        self.send(guest, input, form).await
    }

    /// The same with an input that was made already.
    pub(super) async fn send(
        &self,
        guest: &Guest,
        input: Json,
        form: Form,
    ) -> Result<Result<(), Tried>, Trouble> {
        let text = Texts::in_language(guest.language());
        let missing = missing(self.fields, &form, text);
        let faults = if missing.is_empty() {
            match guest.change(self.change, input).await? {
                Ok(Nothing {}) => return Ok(Ok(())),
                Err(faults) => faults,
            }
        } else {
            missing
        };
        Ok(Err(Tried { slug: self.slug.to_owned(), form, faults }))
    }

    /// What a form says, as the input of the change.
    pub(super) fn input(&self, id: &str, form: &Form) -> Json {
        let mut input = read(self.fields, form);
        input.insert(self.subject.to_owned(), json!(id));
        if let Some(version) = form.given("version") {
            input.insert("version".to_owned(), json!(version.parse::<i32>().unwrap_or_default()));
        }
        input.insert("clientMutationId".to_owned(), json!(form.given("once")));
        for (name, value) in self.fixed {
            let value = match *value {
                "true" => json!(true),
                "false" => json!(false),
                value => json!(value),
            };
            input.insert((*name).to_owned(), value);
        }
        Json::Object(input)
    }
}

/// What fields say, as an input names it; what was left empty is left out.
pub(super) fn read(fields: &[Field], form: &Form) -> Map<String, Json> {
    let mut input = Map::new();
    for field in fields {
        let value = match field.kind {
            Kind::Any => Some(json!(form.all(field.name))),
            Kind::Several => Some(json!(several(form.text(field.name)))),
            Kind::Moment => form.given(field.name).map(|text| json!(moments::written(text))),
            Kind::Words | Kind::Pages | Kind::Line | Kind::Law | Kind::Day | Kind::One => {
                form.given(field.name).map(|text| json!(text))
            }
        };
        input.extend(value.map(|value| (field.name.to_owned(), value)));
    }
    input
}

/// The texts of a field for several.
pub(super) fn several(text: &str) -> Vec<&str> {
    let parts = text.split(['、', '，', ',', '；', ';', '\n']);
    parts.map(str::trim).filter(|part| !part.is_empty()).collect()
}

/// What must be said and is not.
pub(super) fn missing(fields: &[Field], form: &Form, text: Texts) -> Vec<UserError> {
    let empty = fields.iter().filter(|field| field.is_required && form.given(field.name).is_none());
    empty.map(|field| UserError::missing(field.name, field.text, text)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn several_texts_stand_in_one_field() {
        assert_eq!(several("第五条、第八条第二款，第十条\n"), ["第五条", "第八条第二款", "第十条"]);
        assert!(several(" ， ").is_empty());
    }

    #[test]
    fn what_was_written_is_kept_for_its_step_alone() {
        let fault = UserError {
            code: "CONFLICT".to_owned(),
            path: vec!["input".to_owned(), "reason".to_owned()],
            message: String::new(),
        };
        let form = Form::of([("reason", "改由自研".to_owned())]);
        let tried = Tried { slug: "withdraw".to_owned(), form, faults: vec![fault] };
        assert_eq!(tried.text("withdraw", "reason"), "改由自研");
        assert_eq!(tried.text("dismiss", "reason"), "");
        assert!(tried.is_wrong("withdraw", "reason") && !tried.is_wrong("dismiss", "reason"));
        assert!(tried.has("withdraw", "reason", "改由自研") && tried.is_conflict());
        assert!(!Tried::default().is_conflict());
    }
}
