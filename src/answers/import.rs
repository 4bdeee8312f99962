//! Answered questions by file: the operator's attested route (published for the audience given).

use std::collections::HashSet;

use chrono::{DateTime, NaiveDate, Utc};
use sea_orm::{ActiveEnum, prelude::Uuid};
use serde::Serialize;
use serde_json::{Map, Value};

use super::{Basis, CitationRole, DeviceClass, ProductKind, State, export, store};
use crate::{
    access::Audience,
    db::Database,
    error::Result,
    files::{Object, Row},
    language::Text,
    outbox::Write,
    transfer::{self, Known, Tally, Transfer, term},
};

/// How answered questions come in.
#[derive(Clone, Debug, Default)]
pub struct AnsweredQuestions {
    /// The station of rows that name none.
    pub station: Option<String>,
    /// The audience of rows that name none.
    pub audience: Option<Audience>,
}

/// What a row says.
#[derive(Clone, Debug, Serialize)]
pub struct Draft {
    #[serde(skip)]
    pub(super) station_id: Uuid,
    #[serde(skip)]
    pub(super) station: String,
    #[serde(skip)]
    pub(super) district: String,
    #[serde(skip)]
    pub(super) external_id: String,
    pub(super) number: Option<String>,
    pub(super) question: String,
    pub(super) answer: String,
    pub(super) summary: Option<String>,
    pub(super) areas: Vec<Uuid>,
    #[serde(serialize_with = "as_word")]
    pub(super) product_kind: Option<ProductKind>,
    #[serde(serialize_with = "as_word")]
    pub(super) device_class: Option<DeviceClass>,
    #[serde(serialize_with = "as_plain_word")]
    pub(super) state: State,
    #[serde(serialize_with = "as_plain_word")]
    pub(super) audience: Audience,
    #[serde(serialize_with = "as_plain_word")]
    pub(super) basis: Basis,
    pub(super) author: Option<String>,
    pub(super) answered_on: Option<NaiveDate>,
    pub(super) confirmed_on: Option<NaiveDate>,
    pub(super) review_by: Option<NaiveDate>,
    pub(super) superseded_by: Option<String>,
    pub(super) reuse_count: i32,
    pub(super) helpful: i32,
    pub(super) unhelpful: i32,
    pub(super) citations: Vec<CitationDraft>,
    pub(super) confirmations: Vec<ConfirmationDraft>,
}

/// What a row says of one citation.
#[derive(Clone, Debug, Serialize)]
pub(super) struct CitationDraft {
    pub(super) regulation: Uuid,
    pub(super) articles: Vec<String>,
    pub(super) quote: Option<String>,
    #[serde(serialize_with = "as_plain_word")]
    pub(super) role: CitationRole,
    pub(super) checked_on: Option<NaiveDate>,
}

/// What a row says of one check against a later regulation.
#[derive(Clone, Debug, Serialize)]
pub(super) struct ConfirmationDraft {
    pub(super) regulation: Uuid,
    pub(super) on: NaiveDate,
    pub(super) note: Option<String>,
}

#[expect(clippy::ref_option, reason = "serde hands over the field as it is")]
fn as_word<T: ActiveEnum<Value = String>, S: serde::Serializer>(
    value: &Option<T>,
    serializer: S,
) -> std::result::Result<S::Ok, S::Error> {
    value.as_ref().map(ActiveEnum::to_value).serialize(serializer)
}

fn as_plain_word<T: ActiveEnum<Value = String>, S: serde::Serializer>(
    value: &T,
    serializer: S,
) -> std::result::Result<S::Ok, S::Error> {
    value.to_value().serialize(serializer)
}

#[async_trait::async_trait]
impl Transfer for AnsweredQuestions {
    type Draft = Draft;

    const COLUMNS: &'static [&'static str] = &[
        "externalId",
        "number",
        "station",
        "question",
        "answer",
        "summary",
        "areas",
        "productKind",
        "deviceClass",
        "citations",
        "audience",
        "state",
        "basis",
        "author",
        "answeredOn",
        "confirmedOn",
        "reviewBy",
        "confirmations",
        "supersededBy",
        "reuseCount",
        "helpful",
        "unhelpful",
    ];

    const ALIASES: &'static [(&'static str, &'static str)] = &[
        ("编号", "externalId"),
        ("工作站", "station"),
        ("问题", "question"),
        ("答复", "answer"),
        ("回答", "answer"),
        ("摘要", "summary"),
        ("专业领域", "areas"),
        ("expertiseAreas", "areas"),
        ("产品类型", "productKind"),
        ("管理类别", "deviceClass"),
        ("依据", "citations"),
        ("可见范围", "audience"),
        ("答复人", "author"),
        ("答复日期", "answeredOn"),
        ("复核期限", "reviewBy"),
    ];

    fn read(&self, row: &mut Row, known: &Known) -> Draft {
        let station = row.text("station").or_else(|| self.station.clone());
        let (station_id, station, district) = answering_station(row, known, station);
        let question = row.required_text("question");
        let citations = citations(row, known);
        let rests = citations.iter().any(|citation| citation.role == CitationRole::Basis);
        let basis = if rests { Basis::Cited } else { Basis::Experience };
        let superseded_by = row.text("supersededBy");
        let otherwise = if superseded_by.is_some() { State::Superseded } else { State::Published };
        let count = |row: &mut Row, column| {
            let count = row.integer(column, 0..=i64::from(i32::MAX)).unwrap_or(0);
            i32::try_from(count).unwrap_or(i32::MAX)
        };
        let draft = Draft {
            external_id: row.text("externalId").unwrap_or_else(|| derived_id(&question)),
            number: row.text("number"),
            answer: row.required_text("answer"),
            summary: row.text("summary"),
            areas: known.areas(row, "areas"),
            product_kind: term(row, "productKind"),
            device_class: term(row, "deviceClass"),
            state: term(row, "state").unwrap_or(otherwise),
            audience: transfer::audience(row, self.audience, Audience::Station),
            basis: term(row, "basis").unwrap_or(basis),
            author: row.text("author"),
            answered_on: row.date("answeredOn"),
            confirmed_on: row.date("confirmedOn"),
            review_by: row.date("reviewBy"),
            confirmations: confirmations(row, known),
            reuse_count: count(row, "reuseCount"),
            helpful: count(row, "helpful"),
            unhelpful: count(row, "unhelpful"),
            station_id,
            station,
            district,
            question,
            superseded_by,
            citations,
        };
        check(row, &draft);
        draft
    }

    fn identity(draft: &Draft) -> String {
        identity(&draft.station, &draft.external_id)
    }

    fn leads_to(draft: &Draft) -> Option<(&'static str, String)> {
        let successor = draft.superseded_by.as_ref()?;
        Some(("supersededBy", identity(&draft.station, successor)))
    }

    async fn there(
        &self,
        db: &Database,
        known: &Known,
        identities: Vec<String>,
    ) -> Result<HashSet<String>> {
        store::there(db, known, identities).await
    }

    async fn store(
        &self,
        write: &mut Write,
        drafts: Vec<Draft>,
        known: &mut Known,
        now: DateTime<Utc>,
    ) -> Result<Tally> {
        store::store(write, drafts, known, now).await
    }

    async fn finish(
        &self,
        write: &mut Write,
        known: &mut Known,
        now: DateTime<Utc>,
    ) -> Result<Tally> {
        store::link(write, known, now).await
    }

    async fn export(
        &self,
        db: &Database,
        known: &Known,
        after: Option<Uuid>,
    ) -> Result<(Vec<Map<String, Value>>, Option<Uuid>)> {
        export::rows(db, known, after).await
    }
}

/// By what a row is the same as one that came before.
pub(super) fn identity(station: &str, external_id: &str) -> String {
    format!("{station}\n{external_id}")
}

/// The identity of a row that names none: the same question of the same station is the same row.
fn derived_id(question: &str) -> String {
    format!("q-{}", transfer::digest(&question))
}

/// The station that answered: its id, its code, and the code of its district.
fn answering_station(row: &mut Row, known: &Known, code: Option<String>) -> (Uuid, String, String) {
    let Some(code) = code else {
        row.fault_of_row(Text::new(
            "nobody says which station answered: fill the column station, or give --station",
            "未说明所属工作站：请填写 station 列，或使用 --station",
        ));
        return Default::default();
    };
    if let Some((station, district)) = known.stations.get(&code) {
        return (station.id, code, district.clone());
    }
    row.fault("station", transfer::unknown("station", "工作站", &code));
    Default::default()
}

/// What must fit together within a row.
fn check(row: &mut Row, draft: &Draft) {
    let superseded = draft.state == State::Superseded;
    if superseded != draft.superseded_by.is_some() {
        row.fault(
            "supersededBy",
            Text::new(
                "names the answer that takes the place of one in state SUPERSEDED, and of no other",
                "仅当 state 为 SUPERSEDED 时填写取而代之的答复编号，且必须填写",
            ),
        );
    }
    if draft.superseded_by.as_ref() == Some(&draft.external_id) {
        let text = Text::new("an answer cannot take its own place", "答复不能取代自身");
        row.fault("supersededBy", text);
    }
    if draft.audience == Audience::Organization {
        let text = Text::new(
            "answers belong to stations: use STATION for the owner alone",
            "答复属于工作站：仅本站可见请用 STATION",
        );
        row.fault("audience", text);
    }
    if draft.basis == Basis::Cited
        && !draft.citations.iter().any(|citation| citation.role == CitationRole::Basis)
    {
        let text = Text::new(
            "CITED needs a citation with the role BASIS; without one it is EXPERIENCE",
            "CITED 须有 role 为 BASIS 的依据，否则应为 EXPERIENCE",
        );
        row.fault("basis", text);
    }
}

fn citations(row: &mut Object, known: &Known) -> Vec<CitationDraft> {
    let mut citations = Vec::new();
    for mut citation in row.objects("citations") {
        let regulation = known.regulation(&mut citation, "regulation");
        let draft = CitationDraft {
            regulation: regulation.unwrap_or_default(),
            articles: citation.texts("articles"),
            quote: citation.text("quote"),
            role: term(&mut citation, "role").unwrap_or(CitationRole::Basis),
            checked_on: citation.date("checkedOn"),
        };
        citations.push(draft);
    }
    citations
}

fn confirmations(row: &mut Object, known: &Known) -> Vec<ConfirmationDraft> {
    let mut confirmations = Vec::new();
    for mut confirmation in row.objects("confirmations") {
        let regulation = known.regulation(&mut confirmation, "regulation");
        confirmation.require("on");
        let draft = ConfirmationDraft {
            regulation: regulation.unwrap_or_default(),
            on: confirmation.date("on").unwrap_or_default(),
            note: confirmation.text("note"),
        };
        confirmations.push(draft);
    }
    confirmations
}
