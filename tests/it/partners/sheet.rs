//! The office's sheet: our template as a spreadsheet program opens it, filled in, and brought; faults are shown by cell,
//! then mended and taken in.

use std::io::{Cursor, Read as _};

use calamine::{Data, Reader as _, Xlsx};
use rust_xlsxwriter::{ExcelDateTime, Format as Look, Workbook};
use serde_json::{Value, json};
use zhanjian::{files::Format, research, transfer::Known};

use super::{HIDDEN, HIDDEN_NAME, OFFICE_MAIL, Office};
use crate::{publishing::files::bring, support::House};

/// A row as the office fills it in: headings with what stands below them.
type Cells = Vec<(&'static str, &'static str)>;

fn row(
    number: &'static str,
    title: &'static str,
    text: &'static str,
    more: &[(&'static str, &'static str)],
) -> Cells {
    let mut cells = vec![
        ("编号", number),
        ("标题", title),
        ("摘要", text),
        ("类型", "样机"),
        ("可见范围", "公开"),
        ("联系人", "示例成果办甲"),
        ("联系邮箱", OFFICE_MAIL),
    ];
    cells.extend(more);
    cells
}

/// What the office has: two that fit what will be looked for, one that shares its words and not its purpose, one of
/// something else, and one that nobody is to see yet.
fn rows() -> Vec<Cells> {
    vec![
        row(
            "day-1",
            "可降解心血管支架的药物缓释涂层",
            "雷帕霉素缓释涂层，可吸收载体随镁合金支架一同降解；已完成猪冠脉动物试验，随访六个月。",
            &[("技术成熟度", "6"), ("合作方式：许可", "是"), ("专业领域1", "FLD-3-02 植介入器械")],
        ),
        row(
            "day-2",
            "冠脉支架用可吸收聚合物载药涂层工艺",
            "超声喷涂可吸收载药层，厚度可控，药物缓释三个月；已有动物试验数据。",
            &[
                ("技术成熟度", "5"),
                ("专利申请号", "201710601862.3"),
                ("合作方式：合作实施", "是"),
                ("专业领域1", "FLD-3-02 植介入器械"),
            ],
        ),
        row(
            "day-3",
            "冠脉支架输送系统的推送手柄",
            "单手操作的推送手柄，回撤阻力可调；台架测试完成。",
            &[("技术成熟度", "4"), ("合作方式：转让", "是")],
        ),
        row(
            "day-4",
            "卒中患者上肢康复机器人",
            "外骨骼式上肢训练系统，力反馈控制，已做小样本临床观察。",
            &[
                ("技术成熟度", "6"),
                ("合作方式：许可", "是"),
                ("专业领域1", "FLD-3-03 高端康复辅助器具"),
            ],
        ),
        row(
            HIDDEN_NAME,
            "心血管支架磁控溅射药物缓释涂层",
            "以 Quonzarite 为靶材磁控溅射制得的可降解支架缓释涂层，载体可吸收，已有动物试验数据；专利公开前不对外。",
            &[
                ("技术成熟度", "6"),
                ("合作方式：许可", "是"),
                ("合作方式：合作实施", "是"),
                ("专业领域1", "FLD-3-02 植介入器械"),
                ("专业领域2", "FLD-3-05 生命支持设备"),
                ("保密期至", "2026-12-01"),
            ],
        ),
    ]
}

/// The same with what somebody in a hurry writes.
fn hasty() -> Vec<Cells> {
    let mut rows = rows();
    let mut write = |line: usize, heading: &str, text: &'static str| {
        rows[line].iter_mut().find(|(of, _)| *of == heading).unwrap().1 = text;
    };
    write(1, "专利申请号", "201710601862.4");
    write(2, "技术成熟度", "12");
    write(3, "类型", "小玩意");
    write(4, "标题", "");
    rows
}

/// The template as the office gets it, with its lists to choose from; what stands in its first sheet.
async fn template(house: &House) -> Vec<Vec<String>> {
    let known = Known::load(house.db()).await.unwrap();
    let file = research::template(&known, Format::Xlsx, house.clock.now()).unwrap();
    let mut parts = zip::ZipArchive::new(Cursor::new(&file)).unwrap();
    let mut sheet = String::new();
    parts.by_name("xl/worksheets/sheet1.xml").unwrap().read_to_string(&mut sheet).unwrap();
    assert!(sheet.matches("<dataValidation ").count() > 5, "there is nothing to choose from");
    let mut book: Xlsx<_> = Xlsx::new(Cursor::new(file)).unwrap();
    let sheet = book.worksheet_range_at(0).unwrap().unwrap();
    sheet.rows().map(|row| row.iter().map(Data::to_string).collect()).collect()
}

/// Rows filled in under the template's headings and its sample, as a spreadsheet program saves them: what is counted as
/// numbers, days as days.
fn filled(template: &[Vec<String>], rows: &[Cells]) -> Vec<u8> {
    let mut book = Workbook::new();
    let sheet = book.add_worksheet();
    for (line, cells) in (0..).zip(template) {
        for (column, text) in (0..).zip(cells) {
            sheet.write_string(line, column, text).unwrap();
        }
    }
    let day = Look::new().set_num_format("yyyy-mm-dd");
    for (line, cells) in (template.len()..).zip(rows) {
        let line = u32::try_from(line).unwrap();
        for (heading, text) in cells.iter().filter(|(_, text)| !text.is_empty()) {
            let column = template[0].iter().position(|it| it == heading);
            let column = column.unwrap_or_else(|| panic!("no {heading} in {:?}", template[0]));
            let column = u16::try_from(column).unwrap();
            match *heading {
                "技术成熟度" => sheet.write_number(line, column, text.parse::<f64>().unwrap()),
                "保密期至" => {
                    let date = ExcelDateTime::parse_from_str(text).unwrap();
                    sheet.write_datetime_with_format(line, column, &date, &day)
                }
                _ => sheet.write_string(line, column, *text),
            }
            .unwrap();
        }
    }
    book.save_to_buffer().unwrap()
}

const TAKE: &str = "mutation($input: CommitResearchOutputImportInput!) { it: commitResearchOutputImport(input: $input) {
    userErrors { code path message } researchOutputImport { rows(first: 50) { nodes { externalId outcome
        researchOutput { id version state title embargoUntil audience } } } } } }";

/// What the office and the database have of outputs, drafts and all.
async fn count(office: &Office<'_>) -> Value {
    let query = "{ researchOutputs { totalCount } publisherDashboard { states { state count } } }";
    office.author.ask(query).await.data().clone()
}

/// First with four faults, which are shown by cell with what is wrong and what to do; then mended, looked at again, and
/// taken in as drafts.
pub async fn a_sheet_is_filled_in_mended_and_taken_in(
    house: &House,
    office: &Office<'_>,
) -> Vec<Value> {
    let template = template(house).await;
    let first =
        bring(house, &office.author, "name=outputs.xlsx", filled(&template, &hasty())).await;
    assert_eq!(first.status, 201, "{}", first.text);
    // The template's own sample is passed over.
    assert_eq!(
        (&first.body["rows"], &first.body["good"]),
        (&json!(5), &json!(1)),
        "{}",
        first.text
    );
    assert_eq!(first.body["outcomes"], json!({ "NEW": 1, "FAULTY": 4 }));
    let place = |heading: &str, line: usize| {
        let at = template[0].iter().position(|it| it == heading).unwrap();
        let letter = char::from(b'A' + u8::try_from(at).unwrap());
        (json!(heading), json!(format!("{letter}{line}")))
    };
    let expected = [
        (place("专利申请号", 4), json!("201710601862.4"), "compare it with its source"),
        (place("技术成熟度", 5), json!("12"), "between 1 and 9"),
        (place("类型", 6), json!("小玩意"), "is not one of"),
        (place("标题", 7), Value::Null, "required"),
    ];
    let faults = first.body["faults"].as_array().unwrap();
    assert_eq!(faults.len(), expected.len(), "{}", first.text);
    for (fault, ((heading, cell), value, way_out)) in faults.iter().zip(expected) {
        assert_eq!(
            (&fault["columnLabel"], &fault["cell"], &fault["value"]),
            (&heading, &cell, &value),
            "{fault}"
        );
        assert!(fault["message"].as_str().unwrap().contains(way_out), "{fault}");
    }
    // Looking at a file takes nothing in, and one with faults is taken only by who says so.
    let nothing =
        json!({ "researchOutputs": { "totalCount": 0 }, "publisherDashboard": { "states": [] } });
    assert_eq!(count(office).await, nothing);
    let input = json!({ "id": first.body["id"], "takeGoodRows": false });
    let refused = office.author.run(TAKE, json!({ "input": input })).await;
    assert_eq!(refused.at("/it/userErrors/0/path"), &json!(["input", "takeGoodRows"]));
    assert_eq!(count(office).await, nothing);

    let mended =
        bring(house, &office.author, "name=outputs.xlsx", filled(&template, &rows())).await;
    assert_eq!(mended.body["faults"], json!([]), "{}", mended.text);
    assert_eq!(mended.body["outcomes"], json!({ "NEW": 5 }));
    assert_eq!(count(office).await, nothing);
    let input = json!({ "id": mended.body["id"], "takeGoodRows": false });
    let taken = office.author.run(TAKE, json!({ "input": input })).await;
    assert_eq!(taken.at("/it/userErrors"), &json!([]), "{}", taken.text);
    let rows = taken.at("/it/researchOutputImport/rows/nodes").as_array().unwrap();
    let drafts: Vec<Value> = rows.iter().map(|row| row["researchOutput"].clone()).collect();
    assert!(drafts.iter().all(|draft| draft["state"] == "DRAFT"), "{}", taken.text);
    assert_eq!(
        taken.texts("/it/researchOutputImport/rows/nodes", "/externalId").last().unwrap(),
        HIDDEN_NAME
    );
    assert_eq!((drafts.len(), &drafts[4]["embargoUntil"]), (5, &json!("2026-12-01")));
    assert!(drafts[4]["title"].as_str().unwrap().contains(HIDDEN));
    assert_eq!(
        count(office).await["publisherDashboard"]["states"],
        json!([{ "state": "DRAFT", "count": 5 }])
    );
    drafts
}
