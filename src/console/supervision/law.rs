//! Recording a regulation, or what one does to another, with what that would touch in sight before; who may not record it
//! proposes it.

use askama::Template;
use axum::{
    extract::Path,
    response::{IntoResponse as _, Redirect, Response},
};
use serde::Deserialize;
use serde_json::{Map, Value as Json, json};

use super::touched::{self, Touched};
use crate::console::{
    api::{Change, Done, UserError, documents},
    forms::Form,
    gate::Guest,
    partners::choices,
    parts::laws::{self, Law, key_of},
    shell::{self, Section, Shell, Viewer},
    steps::{self, Field, Group, Kind, Nothing, Offers, Shown, ShownField},
    texts::Texts,
    trouble::Trouble,
};

documents! {
    READER: Reader = ["law.graphql", "../parts/viewer.graphql"];
    RECORD: Done<Nothing> = ["steps/record_regulation.graphql"];
    RECORD_RELATION: Done<Nothing> = ["steps/record_regulation_relation.graphql"];
    PROPOSE: Done<Nothing> = ["steps/propose_regulation.graphql"];
    PROPOSE_RELATION: Done<Nothing> = ["steps/propose_regulation_relation.graphql"];
}

#[derive(Deserialize)]
struct Reader {
    viewer: Viewer,
}

const fn field(name: &'static str, text: &'static str, kind: Kind, is_required: bool) -> Field {
    Field { name, text, kind, is_required }
}

/// A relation between two regulations that are recorded.
const RELATION: [Field; 7] = [
    field("from", "law-from", Kind::Law, true),
    field("kind", "law-kind", Kind::One, true),
    field("to", "law-to", Kind::Law, true),
    field("scope", "law-scope", Kind::One, true),
    field("articles", "law-articles", Kind::Several, false),
    field("effectiveOn", "law-acts-from", Kind::Line, false),
    field("note", "law-note", Kind::Words, false),
];

/// A regulation.
const REGULATION: [Field; 11] = [
    field("key", "law-key", Kind::Line, true),
    field("title", "law-title", Kind::Line, true),
    field("titleEn", "law-title-en", Kind::Line, false),
    field("number", "law-number", Kind::Line, false),
    field("level", "law-level", Kind::Line, false),
    field("issuer", "law-issuer", Kind::Line, false),
    field("region", "law-region", Kind::One, true),
    field("issuedOn", "law-issued-on", Kind::Line, false),
    field("effectiveOn", "law-effective-on", Kind::Line, false),
    field("endsOn", "law-ends-on", Kind::Line, false),
    field("source", "law-source", Kind::Line, false),
];

/// What is recorded by one form.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kept {
    Relation,
    Regulation,
}

impl Kept {
    fn of(name: &str) -> Result<Self, Trouble> {
        match name {
            "relation" => Ok(Self::Relation),
            "regulation" => Ok(Self::Regulation),
            _ => Err(Trouble::NotFound),
        }
    }

    fn fields(self) -> &'static [Field] {
        match self {
            Self::Relation => &RELATION,
            Self::Regulation => &REGULATION,
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::Relation => "relation",
            Self::Regulation => "regulation",
        }
    }

    fn change(self, records: bool) -> &'static Change<Nothing> {
        match (self, records) {
            (Self::Relation, true) => &RECORD_RELATION,
            (Self::Relation, false) => &PROPOSE_RELATION,
            (Self::Regulation, true) => &RECORD,
            (Self::Regulation, false) => &PROPOSE,
        }
    }

    /// What a form says, as changes and previews take it.
    fn read(self, form: &Form, laws: &[Law]) -> Map<String, Json> {
        let mut said = steps::read(self.fields(), form);
        for name in ["from", "to"] {
            if let Some(Json::String(written)) = said.get(name) {
                let key = key_of(laws, written).to_owned();
                said.insert(name.to_owned(), json!(key));
            }
        }
        let mut input = Map::new();
        input.insert(self.name().to_owned(), said.into());
        input
    }
}

#[derive(Template)]
#[template(path = "supervision/law.html")]
struct LawPage {
    shell: Shell,
    name: &'static str,
    fields: Vec<ShownField>,
    laws: Vec<(String, String)>,
    faults: Vec<UserError>,
    touched: Option<Touched>,
    may_record: bool,
}

pub(super) async fn page(guest: Guest, Path(kind): Path<String>) -> Result<Response, Trouble> {
    show(&guest, Kept::of(&kind)?, None).await
}

pub(super) async fn send(
    guest: Guest,
    Path(kind): Path<String>,
    form: Form,
) -> Result<Response, Trouble> {
    show(&guest, Kept::of(&kind)?, Some(form)).await
}

/// The empty form; or the form that was sent with what it would touch, unless it was taken.
async fn show(guest: &Guest, kept: Kept, form: Option<Form>) -> Result<Response, Trouble> {
    let Reader { viewer } = guest.ask(&READER, json!({})).await?;
    let shell = guest.shell(viewer, Section::Supervision);
    let may_record = shell.viewer.may("DECIDE_REGULATION");
    if !may_record && !shell.viewer.may("PROPOSE_REGULATION") {
        return Err(if shell.viewer.signed_in {
            Trouble::NotFound
        } else {
            Trouble::Unauthenticated
        });
    }
    let text = shell.text;
    let known = laws::recorded(guest).await?;
    let (mut faults, mut touched) = (Vec::new(), None);
    if let Some(form) = &form {
        faults = steps::missing(kept.fields(), form, text);
        if faults.is_empty() {
            let mut input = kept.read(form, &known);
            if form.text("do") == "keep" {
                input.insert("clientMutationId".to_owned(), json!(form.given("once")));
                match guest.change(kept.change(may_record), input.into()).await? {
                    Ok(Nothing {}) => return Ok(onwards(may_record)),
                    Err(refused) => faults = refused,
                }
            } else {
                match touched::by(guest, input.into()).await {
                    Ok(found) => touched = Some(found),
                    Err(trouble) => faults = vec![told(trouble, text)?],
                }
            }
        }
    }
    let filled = |name: &str| -> Vec<String> {
        form.as_ref()
            .map(|it| it.all(name).into_iter().map(str::to_owned).collect())
            .unwrap_or_default()
    };
    let laws = known.iter().map(|law| (law.key.clone(), law.called(&text)));
    let page = LawPage {
        name: kept.name(),
        fields: steps::fields(kept.fields(), "law", text, &offers(text), filled, &faults),
        laws: laws.collect(),
        shell,
        faults,
        touched,
        may_record,
    };
    shell::show(&page)
}

/// Where one goes on to: to the answers that are touched now, or to what waits for a decision.
fn onwards(recorded: bool) -> Response {
    let address = if recorded { "/supervision/reviews" } else { "/supervision/proposals" };
    Redirect::to(address).into_response()
}

/// Why nothing can be said beforehand, beside the form.
fn told(trouble: Trouble, text: Texts) -> Result<UserError, Trouble> {
    let message = match trouble {
        Trouble::BadInput(message) => message,
        Trouble::NotFound => text.of("law-unknown").into_owned(),
        other => return Err(other),
    };
    Ok(UserError { code: "INVALID".to_owned(), path: Vec::new(), message })
}

fn offers(text: Texts) -> Offers {
    let mut offers = Offers::default();
    offers.offer(
        "kind",
        Group::of(&["REPLACES", "AMENDS", "ADJUSTS", "SUPPLEMENTS", "IMPLEMENTS"], |it| {
            text.label("relation-kind", it).into_owned()
        }),
    );
    offers.offer(
        "scope",
        Group::of(&["FULL", "PARTIAL", "STAGED"], |it| text.label("scope", it).into_owned()),
    );
    offers
        .offer("region", Group::of(&choices::REGIONS, |it| text.label("region", it).into_owned()));
    offers
}
