//! Research outputs by file: the operator's attested route (published for the audience given).

use chrono::{DateTime, NaiveDate, Utc};
use sea_orm::{ActiveEnum, Iterable, prelude::Uuid};
use serde_json::{Map, Value};

use super::{CooperationMode, IpStatus, OutputKind, State};
use crate::{
    access::Audience,
    bibliography,
    checkdigits::{self, checked},
    db::Database,
    error::Result,
    files::{FileError, Format, Input, Object, Reader, Row},
    language::Text,
    outbox::Write,
    transfer::{self, Known, Tally, Transfer, required_term, term},
};

mod details;
mod export;
mod labels;
mod store;
mod template;

pub use export::shown_records;
pub(super) use export::{fields, is_shown, record};
pub use template::{sheet, template};

/// In the column externalId this marks a row that is there for people to look at. It is never taken in.
pub const SAMPLE: &str = "示例行（导入时忽略）";

/// How research outputs come in.
#[derive(Clone, Debug, Default)]
pub struct ResearchOutputs {
    /// The audience of rows that name none.
    pub audience: Option<Audience>,
    /// The code of the organization of rows that name none: no bibliographic format names one.
    pub organization: Option<String>,
    /// The format of the file, where its name and content are not to tell.
    pub format: Option<Format>,
}

/// What a row says.
#[derive(Debug)]
pub struct Draft {
    organization: Uuid,
    /// The code of the district that the organization sits in.
    district: Option<String>,
    external_id: String,
    title: String,
    summary: String,
    kind: OutputKind,
    trl: Option<i32>,
    ip_status: IpStatus,
    patents: Vec<Value>,
    clinical_stage: Option<String>,
    trial_ids: Vec<String>,
    cooperation_modes: Vec<String>,
    areas: Vec<Uuid>,
    contributors: Vec<Value>,
    completed_on: Option<NaiveDate>,
    published_on: Option<NaiveDate>,
    embargo_until: Option<NaiveDate>,
    audience: Audience,
    doi: Option<String>,
    identifiers: Vec<Value>,
    advantages: Option<String>,
    contact: Option<Value>,
    state: State,
    withdrawn_on: Option<NaiveDate>,
    withdrawal_reason: Option<String>,
    source_format: Option<String>,
    /// The row as it stood in the file, as JSON.
    raw_record: String,
}

#[async_trait::async_trait]
impl Transfer for ResearchOutputs {
    type Draft = Draft;

    const COLUMNS: &'static [&'static str] = &[
        "externalId",
        "organization",
        "title",
        "abstract",
        "kind",
        "trl",
        "ipStatus",
        "patents",
        "clinicalStage",
        "trialIds",
        "cooperationModes",
        "areas",
        "contributors",
        "completedOn",
        "publishedOn",
        "embargoUntil",
        "audience",
        "doi",
        "identifiers",
        "advantages",
        "contact",
        "state",
        "withdrawnOn",
        "withdrawalReason",
        "sourceFormat",
    ];

    const ALIASES: &'static [(&'static str, &'static str)] = &[
        ("编号", "externalId"),
        ("机构", "organization"),
        ("标题", "title"),
        ("成果名称", "title"),
        ("摘要", "abstract"),
        ("简介", "abstract"),
        ("类型", "kind"),
        ("技术成熟度", "trl"),
        ("知识产权状态", "ipStatus"),
        ("专利", "patents"),
        ("临床阶段", "clinicalStage"),
        ("临床试验注册号", "trialIds"),
        ("合作方式", "cooperationModes"),
        ("专业领域", "areas"),
        ("完成人", "contributors"),
        ("完成日期", "completedOn"),
        ("发布日期", "publishedOn"),
        ("保密期至", "embargoUntil"),
        ("可见范围", "audience"),
        ("其他标识", "identifiers"),
        ("优势", "advantages"),
        ("联系方式", "contact"),
        ("状态", "state"),
        ("撤回日期", "withdrawnOn"),
        ("撤回原因", "withdrawalReason"),
        ("来源格式", "sourceFormat"),
        ("专利局", "patents.office"),
        ("专利申请号", "patents.applicationNo"),
        ("专利公开号", "patents.publicationNo"),
        ("专利类型", "patents.kind"),
        ("专利申请日", "patents.filedOn"),
        ("专利授权日", "patents.grantedOn"),
        ("其他专利号", "patents"),
        ("合作方式：自行投资实施", "cooperationModes.SELF_INVEST"),
        ("合作方式：转让", "cooperationModes.ASSIGN"),
        ("合作方式：许可", "cooperationModes.LICENSE"),
        ("合作方式：合作实施", "cooperationModes.JOINT"),
        ("合作方式：作价投资", "cooperationModes.EQUITY"),
        ("合作方式：其他", "cooperationModes.OTHER"),
        ("专业领域1", "areas.1"),
        ("专业领域2", "areas.2"),
        ("专业领域3", "areas.3"),
        ("其他专业领域", "areas"),
        ("联系人", "contact.name"),
        ("联系邮箱", "contact.email"),
        ("联系电话", "contact.phone"),
        ("联系地址", "contact.address"),
    ];

    fn open(&self, input: Input) -> Result<Reader, FileError> {
        Ok(bibliography::open(input, self.format)?.without_samples("externalId", SAMPLE))
    }

    fn read(&self, row: &mut Row, known: &Known) -> Draft {
        let raw_record = row.raw_record();
        labels::translate(row);
        let organization = match &self.organization {
            Some(code) if !row.has("organization") => {
                let organization = known.organizations.get(code);
                if organization.is_none() {
                    row.fault_of_row(transfer::unknown("organization", "机构", code));
                }
                organization
            }
            _ => known.organization(row, "organization"),
        };
        let district = organization.and_then(|organization| organization.district_code(known));
        let trl = row.integer("trl", 1..=9).and_then(|trl| i32::try_from(trl).ok());
        let draft = Draft {
            organization: organization.map(|organization| organization.id).unwrap_or_default(),
            district: district.map(str::to_owned),
            external_id: row.required_text("externalId"),
            title: row.required_text("title"),
            summary: row.required_text("abstract"),
            kind: required_term(row, "kind", OutputKind::Other),
            trl,
            ip_status: term(row, "ipStatus").unwrap_or(IpStatus::None),
            patents: details::patents(row),
            clinical_stage: row.text("clinicalStage"),
            trial_ids: details::trial_ids(row),
            cooperation_modes: cooperation_modes(row),
            areas: areas(row, known),
            contributors: details::contributors(row),
            completed_on: row.date("completedOn"),
            published_on: row.date("publishedOn"),
            embargo_until: row.date("embargoUntil"),
            audience: transfer::audience(row, self.audience, Audience::Organization),
            doi: checked(row, "doi", checkdigits::doi),
            identifiers: details::identifiers(row),
            advantages: row.text("advantages"),
            contact: details::contact(row),
            state: term(row, "state").unwrap_or(State::Published),
            withdrawn_on: row.date("withdrawnOn"),
            withdrawal_reason: row.text("withdrawalReason"),
            source_format: row.text("sourceFormat"),
            raw_record,
        };
        check(row, &draft);
        draft
    }

    fn identity(draft: &Draft) -> String {
        format!("{}\n{}", draft.organization, draft.external_id)
    }

    async fn store(
        &self,
        write: &mut Write,
        drafts: Vec<Draft>,
        _: &mut Known,
        now: DateTime<Utc>,
    ) -> Result<Tally> {
        store::store(write, drafts, now).await
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

/// What must fit together within a row.
fn check(row: &mut Row, draft: &Draft) {
    if draft.state == State::Withdrawn {
        row.require("withdrawnOn");
        row.require("withdrawalReason");
    } else {
        for column in ["withdrawnOn", "withdrawalReason"] {
            if row.has(column) {
                let text = Text::new(
                    "is for what is in state WITHDRAWN, and for nothing else",
                    "仅当 state 为 WITHDRAWN 时填写",
                );
                row.fault(column, text);
            }
        }
    }
    if draft.audience == Audience::Station {
        let text = Text::new(
            "research outputs belong to organizations: use ORGANIZATION for the owner alone",
            "成果属于机构：仅本机构可见请用 ORGANIZATION",
        );
        row.fault("audience", text);
    }
}

/// The modes by their words, each once, in the order of the file.
fn cooperation_modes(row: &mut Object) -> Vec<String> {
    let names: Vec<String> = CooperationMode::iter().map(|mode| mode.to_value()).collect();
    let allowed: Vec<&str> = names.iter().map(String::as_str).collect();
    let mut modes: Vec<String> = Vec::new();
    for mode in row.choices("cooperationModes", &allowed) {
        if !modes.contains(&mode) {
            modes.push(mode);
        }
    }
    // The template has a column for each.
    for mode in names {
        if row.boolean(&format!("cooperationModes.{mode}")) == Some(true) && !modes.contains(&mode)
        {
            modes.push(mode);
        }
    }
    modes
}

/// The areas, sorted: they are a set, and their order in a file is no difference.
fn areas(row: &mut Object, known: &Known) -> Vec<Uuid> {
    let mut areas: Vec<Uuid> = ["areas", "areas.1", "areas.2", "areas.3"]
        .into_iter()
        .flat_map(|column| known.areas(row, column))
        .collect();
    areas.sort_unstable();
    areas.dedup();
    areas
}
