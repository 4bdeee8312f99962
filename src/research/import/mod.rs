//! What a row says of a research output, wherever the row comes from: a file of the operator, whose word is taken (what it
//! says is published is), a file that an office brings, or a form that somebody fills in here.

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
    organizations::Organization,
    outbox::Write,
    transfer::{self, Known, Tally, Transfer, required_term, term},
};

mod columns;
mod details;
mod export;
mod labels;
mod merge;
mod store;
mod template;

pub(super) use columns::{fill, fresh, tokens};
pub(crate) use export::rows_by_external_id;
pub use export::shown_records;
pub(super) use export::{columns_of, fields, fields_of, is_shown, record};
pub(crate) use labels::kind_label;
pub(super) use merge::{Merged, Saying, edited, merge};
pub use template::{sheet, template};

/// In the column externalId this marks a row that is there for people to look at. It is never taken in.
pub const SAMPLE: &str = "示例行（导入时忽略）";

/// In a table this empties what is there already: an empty cell says nothing, for the template has all columns.
const CLEAR: &str = "-";

/// The longest record that is kept as it came, as for what is harvested.
pub(super) const RAW_BYTES: usize = 256 * 1024;

/// Under this name the text of a record goes along with the columns that were read from it.
pub(super) const RAW_RECORD: &str = "rawRecord";

/// How research outputs come in.
#[derive(Clone, Debug, Default)]
pub struct ResearchOutputs {
    /// The audience of rows that name none.
    pub audience: Option<Audience>,
    /// The code of the organization of rows that name none: no bibliographic format names one.
    pub organization: Option<String>,
    /// The format of the file, where its name and content are not to tell.
    pub format: Option<Format>,
    /// Whether the rows come from a format that cannot hold all columns: then those that a row does not have stay as
    /// they are, where the output is there already.
    pub partial: bool,
    /// Who brings the rows.
    pub route: Route,
}

/// Who brings rows, and so what is taken from them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Route {
    /// The operator: the state of a row is taken as it stands.
    #[default]
    Operator,
    /// An office, by a file: rows are of its own organization, and become drafts.
    Office,
    /// Somebody who fills in a form: the same, and not everything need be there yet.
    Form,
    /// A file and what is there already, laid together: what is there need not be finished either.
    Merged,
}

/// What a row says.
#[derive(Clone, Debug)]
pub struct Draft {
    pub(super) organization: Uuid,
    /// The code of the organization.
    pub(super) organization_code: String,
    /// The code of the district that the organization sits in.
    pub(super) district: Option<String>,
    pub(super) external_id: String,
    pub(super) title: String,
    pub(super) summary: String,
    pub(super) kind: OutputKind,
    pub(super) trl: Option<i32>,
    pub(super) ip_status: IpStatus,
    pub(super) patents: Vec<Value>,
    pub(super) clinical_stage: Option<String>,
    pub(super) trial_ids: Vec<String>,
    pub(super) cooperation_modes: Vec<String>,
    pub(super) areas: Vec<Uuid>,
    pub(super) contributors: Vec<Value>,
    pub(super) completed_on: Option<NaiveDate>,
    pub(super) published_on: Option<NaiveDate>,
    pub(super) embargo_until: Option<NaiveDate>,
    pub(super) audience: Audience,
    pub(super) doi: Option<String>,
    pub(super) identifiers: Vec<Value>,
    pub(super) advantages: Option<String>,
    pub(super) contact: Option<Value>,
    pub(super) state: State,
    pub(super) withdrawn_on: Option<NaiveDate>,
    pub(super) withdrawal_reason: Option<String>,
    pub(super) source_format: Option<String>,
    /// The row as it stood in the file, as JSON; none where that is too long to be kept.
    pub(super) raw_record: Option<String>,
    /// Whether what the row does not say stays as it is, where the output is there already.
    pub(super) partial: bool,
    /// The columns that the row has, whether anything stands in them or not; of a record or a row of a table, those of
    /// which it says anything.
    pub(super) said: Vec<&'static str>,
    /// Where the contact stands in columns of its own, those of its parts of which the row says anything.
    pub(super) contact_parts: Option<Vec<&'static str>>,
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
        let reader = bibliography::open(input, self.format)?.without_samples("externalId", SAMPLE);
        // What offices take away is for people to look at; the operator's own files are exact.
        let of_office = self.route == Route::Office;
        Ok(if of_office { reader.without_apostrophes() } else { reader })
    }

    fn read(&self, row: &mut Row, known: &Known) -> Draft {
        // Where a record was looked at before, its own text comes along.
        let brought = row.json(RAW_RECORD).and_then(|raw| raw.as_str().map(str::to_owned));
        let raw_record = brought.unwrap_or_else(|| row.raw_record());
        let raw_record = Some(raw_record).filter(|raw| raw.len() <= RAW_BYTES);
        let cleared =
            if self.partial && row.is_of_table() { row.take_marked(CLEAR) } else { Vec::new() };
        labels::translate(row);
        let organization = self.organization(row, known);
        let district = organization.and_then(|organization| organization.district_code(known));
        let trl = row.integer("trl", 1..=9).and_then(|trl| i32::try_from(trl).ok());
        let draft = Draft {
            organization: organization.map(|organization| organization.id).unwrap_or_default(),
            organization_code: organization.map(|row| row.code.clone()).unwrap_or_default(),
            district: district.map(str::to_owned),
            external_id: row.required_text("externalId"),
            title: row.required_text("title"),
            summary: self.summary(row),
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
            audience: self.audience(row),
            doi: checked(row, "doi", checkdigits::doi),
            identifiers: details::identifiers(row),
            advantages: row.text("advantages"),
            contact: details::contact(row),
            state: self.state(row),
            withdrawn_on: self.of_operator(row, |row| row.date("withdrawnOn")),
            withdrawal_reason: self.of_operator(row, |row| row.text("withdrawalReason")),
            source_format: row.text("sourceFormat"),
            raw_record,
            partial: self.partial || row.is_of_record(),
            said: said(row, &cleared),
            contact_parts: details::contact_parts(row, &cleared),
        };
        if self.route == Route::Operator {
            check_state(row, &draft);
        }
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
        known: &mut Known,
        now: DateTime<Utc>,
    ) -> Result<Tally> {
        store::store(write, drafts, known, now).await
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

impl ResearchOutputs {
    /// What an office brings by a file for an organization.
    pub(super) fn of_office(organization: &str, route: Route) -> Self {
        let organization = Some(organization.to_owned());
        let audience = Some(Audience::Organization);
        Self { audience, organization, format: None, partial: true, route }
    }

    /// The organization of a row: the one it names, or the one given for the file. What an office brings is its own.
    fn organization<'known>(
        &self,
        row: &mut Row,
        known: &'known Known,
    ) -> Option<&'known Organization> {
        let given = self.organization.as_ref();
        let found = match given.filter(|_| !row.has("organization")) {
            Some(code) => {
                let organization = known.organizations.get(code);
                if organization.is_none() {
                    row.fault_of_row(transfer::unknown("organization", "机构", code));
                }
                organization
            }
            None => known.organization(row, "organization"),
        };
        let foreign = |found: &&Organization| given.is_some_and(|code| *code != found.code);
        let own_only = matches!(self.route, Route::Office | Route::Form);
        if own_only && found.as_ref().is_some_and(foreign) {
            let text = Text::new(
                "is another organization than yours; leave the column out, or name your own",
                "不是您所在的机构；请留空或填写本机构代码",
            );
            row.fault("organization", text);
        }
        found
    }

    fn summary(&self, row: &mut Row) -> String {
        match self.route {
            Route::Form | Route::Merged => row.text("abstract").unwrap_or_default(),
            Route::Operator | Route::Office => row.required_text("abstract"),
        }
    }

    /// Who is to see it. Before it is published, an office need not have decided that.
    fn audience(&self, row: &mut Row) -> Audience {
        transfer::audience(row, self.audience, Audience::Organization)
    }

    fn state(&self, row: &mut Row) -> State {
        match self.route {
            Route::Operator | Route::Merged => term(row, "state").unwrap_or(State::Published),
            Route::Office | Route::Form => State::Draft,
        }
    }

    /// What only the operator may say.
    fn of_operator<T>(&self, row: &mut Row, read: impl FnOnce(&mut Row) -> Option<T>) -> Option<T> {
        match self.route {
            Route::Operator | Route::Merged => read(row),
            Route::Office | Route::Form => None,
        }
    }
}

/// The columns of which a row says anything; in those that are cleared it says that there is nothing.
fn said(row: &mut Row, cleared: &[String]) -> Vec<&'static str> {
    let (of_record, of_table) = (row.is_of_record(), row.is_of_table());
    let column_of = |name: &String| name.split('.').next().unwrap_or_default().to_owned();
    let cleared: Vec<String> = cleared.iter().map(column_of).collect();
    let is_cleared = |column: &str| cleared.iter().any(|name| name.eq_ignore_ascii_case(column));
    let says = |column: &&'static str| match (of_record, of_table) {
        (true, _) => row.has(column),
        (false, true) => row.says(column) || is_cleared(column),
        (false, false) => row.knows(column),
    };
    ResearchOutputs::COLUMNS.iter().copied().filter(says).collect()
}

/// What goes with the state of a row.
fn check_state(row: &mut Row, draft: &Draft) {
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
}

/// What must fit together within a row. Texts have a longest length: what is longer is no description any more.
fn check(row: &mut Row, draft: &Draft) {
    let lengths = [
        ("externalId", Some(&draft.external_id), 200),
        ("title", Some(&draft.title), 1_000),
        ("abstract", Some(&draft.summary), 50_000),
        ("advantages", draft.advantages.as_ref(), 20_000),
        ("clinicalStage", draft.clinical_stage.as_ref(), 2_000),
        ("withdrawalReason", draft.withdrawal_reason.as_ref(), 2_000),
    ];
    for (column, text, most) in lengths {
        if text.is_some_and(|text| text.chars().count() > most) {
            let text = Text::new(
                format!("is longer than {most} characters"),
                format!("超过 {most} 个字符"),
            );
            row.fault(column, text);
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
