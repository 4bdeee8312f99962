//! The workbook in which tech-transfer offices fill in their outputs, empty or with outputs in it.

use chrono::{DateTime, NaiveDate, Utc};
use serde_json::{Map, Value};

use super::{CLEAR, SAMPLE, details::CONTACT, labels};
use crate::{
    error::{Error, Result},
    files::{self, Accepts, Cell, Format, Table, Template, TemplateColumn},
    transfer::Known,
};

/// A column: its heading, what it is to us, whether it must be filled in, what it takes, a sample, and what people should
/// know of it in both languages.
struct Column {
    heading: &'static str,
    column: &'static str,
    required: bool,
    takes: Takes,
    sample: &'static str,
    zh: &'static str,
    en: &'static str,
}

enum Takes {
    Text(u16),
    Day,
    Trl,
    Yes,
    Kinds,
    IpStatuses,
    Audiences,
    Areas,
    Organizations,
}

const fn of(
    heading: &'static str,
    column: &'static str,
    takes: Takes,
    sample: &'static str,
    zh: &'static str,
    en: &'static str,
) -> Column {
    Column { heading, column, required: false, takes, sample, zh, en }
}

const fn required(column: Column) -> Column {
    Column { required: true, ..column }
}

const COLUMNS: [Column; 38] = [
    required(of(
        "编号",
        "externalId",
        Takes::Text(22),
        SAMPLE,
        "本机构内部编号，不可重复；再次导入同一编号即为更新。示例行不会导入，可删除。",
        "Your own number of the output; the same number again updates it. The sample row is passed over.",
    )),
    of(
        "机构",
        "organization",
        Takes::Organizations,
        "",
        "机构代码，其后可带名称；由本机构账号导入时可不填。",
        "The code of the organization, its name may follow; may be left out when you import for your own.",
    ),
    required(of(
        "标题",
        "title",
        Takes::Text(40),
        "示例：一种可穿戴心电监测贴片",
        "成果名称。",
        "The title.",
    )),
    required(of(
        "摘要",
        "abstract",
        Takes::Text(60),
        "示例摘要：贴片式单导联心电采集，续航 7 天。",
        "做了什么、解决什么问题；不要写联系方式。",
        "What it does and what for; no contact data.",
    )),
    required(of(
        "类型",
        "kind",
        Takes::Kinds,
        "样机",
        "从列表中选择。",
        "Choose from the list; the words of the API are taken too (PROTOTYPE …).",
    )),
    of(
        "技术成熟度",
        "trl",
        Takes::Trl,
        "5",
        "1 至 9 级（GB/T 22900）。",
        "Technology readiness level, 1 to 9.",
    ),
    of(
        "知识产权状态",
        "ipStatus",
        Takes::IpStatuses,
        "已申请",
        "从列表中选择；不填为“无”。",
        "Choose from the list; NONE where it is empty.",
    ),
    of(
        "专利局",
        "patents.office",
        Takes::Text(10),
        "CN",
        "两个字母，如 CN、WO；不填为 CN。",
        "The two letters of the office; CN where it is empty.",
    ),
    of(
        "专利申请号",
        "patents.applicationNo",
        Takes::Text(20),
        "201710601862.3",
        "含校验位，如 201710601862.3；可带 ZL 或 CN。",
        "With its check digit; ZL or CN in front is taken.",
    ),
    of(
        "专利公开号",
        "patents.publicationNo",
        Takes::Text(20),
        "",
        "公开（公告）号，如 CN107412754A。",
        "The number of the publication.",
    ),
    of(
        "专利类型",
        "patents.kind",
        Takes::Text(12),
        "发明",
        "发明、实用新型、外观设计。",
        "The kind of the patent.",
    ),
    of("专利申请日", "patents.filedOn", Takes::Day, "", "日期。", "The day of filing."),
    of("专利授权日", "patents.grantedOn", Takes::Day, "", "日期。", "The day of granting."),
    of(
        "其他专利号",
        "patents",
        Takes::Text(24),
        "",
        "另有专利时填写，申请号或公开号均可，以；分隔。",
        "Further patents by the number of the application or publication, parted by ; .",
    ),
    of(
        "临床阶段",
        "clinicalStage",
        Takes::Text(14),
        "",
        "如：首次人体试验。",
        "Such as first in human.",
    ),
    of(
        "临床试验注册号",
        "trialIds",
        Takes::Text(20),
        "",
        "NCT 加 8 位数字或 ChiCTR 加 10 位数字，以；分隔。",
        "NCT and 8 digits or ChiCTR and 10, parted by ; .",
    ),
    of("合作方式：自行投资实施", "cooperationModes.SELF_INVEST", Takes::Yes, "", YES_ZH, YES_EN),
    of("合作方式：转让", "cooperationModes.ASSIGN", Takes::Yes, "", YES_ZH, YES_EN),
    of("合作方式：许可", "cooperationModes.LICENSE", Takes::Yes, "是", YES_ZH, YES_EN),
    of("合作方式：合作实施", "cooperationModes.JOINT", Takes::Yes, "是", YES_ZH, YES_EN),
    of("合作方式：作价投资", "cooperationModes.EQUITY", Takes::Yes, "", YES_ZH, YES_EN),
    of("合作方式：其他", "cooperationModes.OTHER", Takes::Yes, "", YES_ZH, YES_EN),
    of("专业领域1", "areas.1", Takes::Areas, "", AREA_ZH, AREA_EN),
    of("专业领域2", "areas.2", Takes::Areas, "", AREA_ZH, AREA_EN),
    of("专业领域3", "areas.3", Takes::Areas, "", AREA_ZH, AREA_EN),
    of(
        "其他专业领域",
        "areas",
        Takes::Text(20),
        "",
        "更多领域的代码，以；分隔。",
        "Codes of further areas, parted by ; .",
    ),
    of(
        "完成人",
        "contributors",
        Takes::Text(24),
        "示例张；示例李 0000-0002-1825-0097",
        "姓名以；分隔，其后可带 ORCID。",
        "Names parted by ; , an ORCID iD may follow.",
    ),
    of("完成日期", "completedOn", Takes::Day, "", "日期。", "The day of completion."),
    of(
        "发布日期",
        "publishedOn",
        Takes::Day,
        "",
        "论文、专利等公开的日期。",
        "The day on which it was published.",
    ),
    of(
        "保密期至",
        "embargoUntil",
        Takes::Day,
        "",
        "在此日期之前仅本机构可见。",
        "Before this day only your organization sees it.",
    ),
    of(
        "可见范围",
        "audience",
        Takes::Audiences,
        "合作平台",
        "发布后谁可以看到。",
        "Who may see it once it is published.",
    ),
    of("DOI", "doi", Takes::Text(20), "", "如 10.5555/example。", "Such as 10.5555/example."),
    of(
        "其他标识",
        "identifiers",
        Takes::Text(24),
        "",
        "类型：标识，以；分隔，如 PMID：12345；网址可直接填写。",
        "Scheme and identifier, parted by ; , such as PMID: 12345; an address by itself.",
    ),
    of(
        "优势",
        "advantages",
        Takes::Text(40),
        "",
        "与已有技术相比的优势。",
        "What it does better than others.",
    ),
    of("联系人", "contact.name", Takes::Text(12), "", CONTACT_ZH, CONTACT_EN),
    of("联系邮箱", "contact.email", Takes::Text(20), "", CONTACT_ZH, CONTACT_EN),
    of("联系电话", "contact.phone", Takes::Text(16), "", CONTACT_ZH, CONTACT_EN),
    of("联系地址", "contact.address", Takes::Text(24), "", CONTACT_ZH, CONTACT_EN),
];

const YES_ZH: &str = "可接受时选“是”。";
const YES_EN: &str = "是 (yes) where you would accept it.";
const AREA_ZH: &str = "从列表中选择，或填写代码。";
const AREA_EN: &str = "Choose from the list, or write the code.";
const CONTACT_ZH: &str = "保密，仅在接受对接后告知对方。";
/// What an office should know of every column.
const ALL_ZH: (&str, &str) = (
    "（各列）",
    "由本机构账号导入已有编号时：空白单元格不改变原有内容；要清空原有内容，请填“-”。\
     专利、合作方式、专业领域各为一个整体：其中任一单元格已填写，即以本行所填替换。",
);
const ALL_EN: (&str, &str) = (
    "(every column)",
    "When you import an id of yours that is there already, an empty cell leaves what is there as it is, and - empties it. \
     Patents, ways of cooperation and areas are each one list: as soon as one of its cells is filled in, the row's list \
     takes its place.",
);
const CONTACT_EN: &str = "Confidential until an introduction is accepted.";

/// What an operator's file has besides, so that nothing of an output is lost.
const BESIDES: [(&str, &str); 4] = [
    ("状态", "state"),
    ("撤回日期", "withdrawnOn"),
    ("撤回原因", "withdrawalReason"),
    ("来源格式", "sourceFormat"),
];

/// The template, with a sample that is never taken in: as XLSX with lists to choose from, or as CSV.
///
/// Areas and organizations to choose from are those that are known.
pub fn template(known: &Known, format: Format, now: DateTime<Utc>) -> Result<Vec<u8>> {
    let sample = COLUMNS.iter().map(|column| match (&column.takes, column.sample) {
        (_, "") => Cell::Empty,
        (Takes::Trl, number) => number.parse().map_or(Cell::Empty, Cell::Count),
        (_, text) => Cell::text(text),
    });
    let rows = vec![sample.collect()];
    if format == Format::Csv {
        let columns = COLUMNS.iter().map(|column| column.heading.to_owned()).collect();
        let table = Table { name: SHEET.to_owned(), columns, rows };
        return files::csv(&table).map_err(Error::internal);
    }
    let columns = COLUMNS.iter().map(|column| filled_in(column, known)).collect();
    workbook(columns, rows, now)
}

const SHEET: &str = "成果";

/// Outputs, as rows of an export, in a workbook like the template; an import takes it as it is.
pub fn sheet(rows: &[Map<String, Value>], known: &Known, now: DateTime<Utc>) -> Result<Vec<u8>> {
    let mut columns: Vec<TemplateColumn> =
        COLUMNS.iter().map(|column| filled_in(column, known)).collect();
    let besides = BESIDES.iter().map(|(heading, _)| TemplateColumn {
        heading: (*heading).to_owned(),
        required: false,
        accepts: Accepts::Text,
        width: 14,
    });
    columns.extend(besides);
    let rows = rows.iter().map(|row| {
        let cells = COLUMNS.iter().map(|column| cell(row, column));
        let besides = BESIDES.iter().map(|(_, column)| text_cell(row.get(*column)));
        cells.chain(besides).collect()
    });
    workbook(columns, rows.collect(), now)
}

fn workbook(
    columns: Vec<TemplateColumn>,
    rows: Vec<Vec<Cell>>,
    now: DateTime<Utc>,
) -> Result<Vec<u8>> {
    let template = Template { name: SHEET.to_owned(), columns, rows, explanation: explanation() };
    files::template(&template, now).map_err(Error::internal)
}

fn filled_in(column: &Column, known: &Known) -> TemplateColumn {
    let names = |labels: &[(&str, &str)]| {
        Accepts::OneOf(labels.iter().map(|(label, _)| (*label).to_owned()).collect())
    };
    let (accepts, width) = match &column.takes {
        Takes::Text(width) => (Accepts::Text, *width),
        Takes::Day => (Accepts::Day, 12),
        Takes::Trl => (Accepts::Whole(1, 9), 8),
        Takes::Yes => (Accepts::OneOf(vec!["是".to_owned(), CLEAR.to_owned()]), 10),
        Takes::Kinds => (names(labels::KINDS), 12),
        Takes::IpStatuses => (names(labels::IP_STATUSES), 12),
        Takes::Audiences => (names(labels::AUDIENCES), 12),
        Takes::Areas => {
            let areas = known.tree.parents_first();
            let mut areas: Vec<String> =
                areas.iter().map(|area| format!("{} {}", area.code, area.label)).collect();
            areas.sort_unstable();
            (Accepts::Suggestions(areas), 22)
        }
        Takes::Organizations => {
            let owners = known.organizations.values();
            let mut owners: Vec<String> =
                owners.map(|owner| format!("{} {}", owner.code, owner.name)).collect();
            owners.sort_unstable();
            (Accepts::Suggestions(owners), 22)
        }
    };
    let (heading, required) = (column.heading.to_owned(), column.required);
    TemplateColumn { heading, required, accepts, width }
}

/// The sheet that explains.
fn explanation() -> Table {
    let row = |column: &Column| {
        vec![
            Cell::text(column.heading),
            Cell::text(if column.required { "必填" } else { "" }),
            Cell::text(column.zh),
            Cell::text(column.column),
            Cell::text(column.en),
        ]
    };
    let columns = ["列", "是否必填", "填写说明", "Column", "Explanation"];
    let whole = [ALL_ZH.0, "", ALL_ZH.1, ALL_EN.0, ALL_EN.1].map(Cell::text).to_vec();
    Table {
        name: "填写说明".to_owned(),
        columns: columns.map(str::to_owned).into(),
        rows: std::iter::once(whole).chain(COLUMNS.iter().map(row)).collect(),
    }
}

/// The cell of a column in which an exported row has its value.
fn cell(row: &Map<String, Value>, column: &Column) -> Cell {
    let value = |name: &str| row.get(name);
    let list =
        |name: &str| row.get(name).and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    let nested = |name: &str, field: &str| value(name).and_then(|value| value.get(field));
    match column.column.split_once('.') {
        Some(("patents", field)) => {
            dated(list("patents").first().and_then(|it| it.get(field)), column)
        }
        Some(("cooperationModes", mode)) => {
            let chosen = list("cooperationModes").iter().any(|it| it.as_str() == Some(mode));
            if chosen { Cell::text("是") } else { Cell::Empty }
        }
        Some(("areas", number)) => {
            let at = number.parse::<usize>().unwrap_or(1).saturating_sub(1);
            text_cell(list("areas").get(at))
        }
        Some(("contact", field)) if CONTACT.contains(&field) => text_cell(nested("contact", field)),
        Some(_) => Cell::Empty,
        None => match column.column {
            "patents" => rest(list("patents"), 1),
            "areas" => rest(list("areas"), 3),
            "kind" => labelled(value("kind"), labels::KINDS),
            "ipStatus" => labelled(value("ipStatus"), labels::IP_STATUSES),
            "audience" => labelled(value("audience"), labels::AUDIENCES),
            name => dated(value(name), column),
        },
    }
}

/// What is left of a list behind those that have columns of their own, as JSON.
fn rest(items: &[Value], from: usize) -> Cell {
    match items.get(from..) {
        Some(rest) if !rest.is_empty() => Cell::text(Value::Array(rest.to_vec()).to_string()),
        _ => Cell::Empty,
    }
}

fn labelled(word: Option<&Value>, names: &'static [(&'static str, &'static str)]) -> Cell {
    let word = word.and_then(Value::as_str);
    Cell::of(word, |word| Cell::text(labels::label(names, word)))
}

fn dated(value: Option<&Value>, column: &Column) -> Cell {
    let day = value.and_then(Value::as_str).and_then(|day| day.parse::<NaiveDate>().ok());
    match (&column.takes, day) {
        (Takes::Day, Some(day)) => Cell::Day(day),
        _ => text_cell(value),
    }
}

fn text_cell(value: Option<&Value>) -> Cell {
    match value {
        None | Some(Value::Null) => Cell::Empty,
        Some(Value::String(text)) => Cell::text(text),
        Some(Value::Number(number)) => {
            number.as_u64().map_or_else(|| Cell::text(number.to_string()), Cell::Count)
        }
        Some(Value::Array(items)) if items.is_empty() => Cell::Empty,
        Some(other) => Cell::text(other.to_string()),
    }
}
