//! The assessment sheet, taken away over HTTP and at the command line, read again by other programs than wrote it.

use std::{collections::BTreeMap, io::Cursor};

use axum::{body::Body, http::Request};
use calamine::{Data, Reader as _, Xlsx};
use http_body_util::BodyExt as _;
use serde_json::{Value, json};
use tower::ServiceExt as _;
use zhanjian::reports::Figure;

use super::{FIGURES, close, figures, little_world, report};
use crate::support::{Engine, House, Member, on_both_engines, site::Site};

on_both_engines!(a_sheet_says_what_the_report_says);

/// What came back, with the headers that say what it is.
struct Taken {
    status: u16,
    media_type: String,
    disposition: String,
    bytes: Vec<u8>,
}

async fn take(house: &House, member: &Member<'_>, address: &str) -> Taken {
    let bearer = format!("Bearer {}", house.session(&member.id).await);
    let request = Request::get(address).header("authorization", bearer);
    let response =
        house.router.clone().oneshot(request.body(Body::empty()).unwrap()).await.unwrap();
    let (parts, body) = response.into_parts();
    let header = |name: &str| {
        parts.headers.get(name).map_or(String::new(), |value| value.to_str().unwrap().to_owned())
    };
    Taken {
        status: parts.status.as_u16(),
        media_type: header("content-type"),
        disposition: header("content-disposition"),
        bytes: body.collect().await.unwrap().to_bytes().to_vec(),
    }
}

/// The rows of a table by the code in their second column (the total has none), each by its headings.
type Sheet = BTreeMap<String, BTreeMap<String, String>>;

fn sheet(rows: &[Vec<String>]) -> Sheet {
    let (headings, rows) = rows.split_first().unwrap();
    rows.iter()
        .map(|row| {
            let row: BTreeMap<_, _> = headings.iter().cloned().zip(row.iter().cloned()).collect();
            (format!("{} {}", row["范围"], row["代码"]), row)
        })
        .collect()
}

fn of_csv(bytes: &[u8]) -> Sheet {
    let text = std::str::from_utf8(bytes).unwrap().strip_prefix('\u{feff}').unwrap();
    // The sample's texts have neither quotes nor commas.
    let rows: Vec<Vec<String>> =
        text.lines().map(|line| line.split(',').map(str::to_owned).collect()).collect();
    sheet(&rows)
}

fn of_workbook(bytes: &[u8], name: &str) -> Vec<Vec<String>> {
    let mut book = Xlsx::new(Cursor::new(bytes.to_vec())).unwrap();
    let cell = |cell: &Data| match cell {
        Data::Empty => String::new(),
        Data::Float(number) => number.to_string(),
        Data::DateTime(day) => {
            let (year, month, day, ..) = day.to_ymd_hms_milli();
            format!("{year}-{month:02}-{day:02}")
        }
        other => other.to_string(),
    };
    let range = book.worksheet_range(name).unwrap();
    range.rows().map(|row| row.iter().map(cell).collect()).collect()
}

async fn a_sheet_says_what_the_report_says(house: &House) {
    let (desk, _) = little_world(house).await;
    let period = "from=2026-11-22&to=2026-11-27";
    let fields = format!(
        "total {{ {0} }} byStation {{ station {{ code }} figures {{ {0} }} }} byDistrict {{ district {{ code }} figures {{ {0} }} }}
         missing {{ figure cases {{ nodes {{ number }} }} }}",
        figures()
    );
    let input = json!({ "from": "2026-11-22", "to": "2026-11-27" });
    let reply = report(&desk.municipal, input, &fields).await;
    let mut parts: BTreeMap<String, Value> = BTreeMap::new();
    parts.insert("合计 ".to_owned(), reply.at("/it/total").clone());
    for (list, range, place) in
        [("byStation", "工作站", "station"), ("byDistrict", "区", "district")]
    {
        for part in reply.at(&format!("/it/{list}")).as_array().unwrap() {
            let key = format!("{range} {}", part[place]["code"].as_str().unwrap());
            parts.insert(key, part["figures"].clone());
        }
    }

    let csv = take(house, &desk.municipal, &format!("/reports/assessment.csv?{period}")).await;
    assert_eq!((csv.status, csv.media_type.as_str()), (200, "text/csv; charset=utf-8"));
    assert_eq!(
        csv.disposition,
        "attachment; filename=\"assessment_2026-11-22_2026-11-27.csv\"; \
         filename*=UTF-8''%E8%80%83%E6%A0%B8%E8%A1%A8_2026-11-22_2026-11-27.csv"
    );
    let book = take(house, &desk.municipal, &format!("/reports/assessment.xlsx?{period}")).await;
    assert_eq!(book.status, 200);
    assert!(book.media_type.ends_with("spreadsheetml.sheet"), "{}", book.media_type);
    let (csv, sheet) = (of_csv(&csv.bytes), sheet(&of_workbook(&book.bytes, "考核表")));
    let keys = |of: &Sheet| of.keys().cloned().collect::<Vec<_>>();
    assert_eq!(keys(&csv), parts.keys().cloned().collect::<Vec<_>>());
    assert_eq!(keys(&sheet), keys(&csv));
    for (key, figures) in &parts {
        let (csv, sheet) = (&csv[key], &sheet[key]);
        assert_eq!((csv["起始日"].as_str(), csv["统计日"].as_str()), ("2026-11-22", "2026-11-28"));
        assert_eq!(sheet["截止日"], "2026-11-27");
        for (figure, (_, field)) in Figure::ALL.into_iter().zip(FIGURES) {
            let label = figure.label().zh;
            let counted = if figure == Figure::Received {
                figures[field].to_string()
            } else {
                figures[field]["count"].to_string()
            };
            assert_eq!(csv[&*label], counted, "{key} {label}");
            assert_eq!(sheet[&*label], counted, "{key} {label}");
            if let Some(share) = figure.share_label() {
                let part = figures[field]["share"].as_f64();
                let shown = part.map_or(String::new(), |part| format!("{:.2}%", part * 100.0));
                assert_eq!(csv[share], shown, "{key} {share}");
                assert!(close(sheet[share].parse().ok(), part), "{key} {share}");
            }
        }
        for (heading, value) in [
            ("首次响应中位数（分钟）", &figures["firstResponse"]["medianMinutes"]),
            ("首次响应九成位（分钟）", &figures["firstResponse"]["p90Minutes"]),
            ("复用他站答案次数", &figures["reusedFromOthers"]["answers"]),
        ] {
            let value = if value.is_null() { String::new() } else { value.to_string() };
            assert_eq!((&csv[heading], &sheet[heading]), (&value, &value), "{key} {heading}");
        }
    }
    // What is missing stands in both: by number, and in the workbook row by row.
    let mut listed = Vec::new();
    for (figure, duty) in
        Figure::MISSING.into_iter().zip(reply.at("/it/missing").as_array().unwrap())
    {
        let label = figure.label().zh;
        let cases = duty["cases"]["nodes"].as_array().unwrap();
        let numbers: Vec<&str> =
            cases.iter().map(|case| case["number"].as_str().unwrap()).collect();
        for total in [&csv["合计 "], &sheet["合计 "]] {
            assert_eq!(total[&format!("{label}编号")], numbers.join("；"));
        }
        listed.extend(numbers.into_iter().map(|number| (label.to_string(), number.to_owned())));
    }
    let rows = of_workbook(&book.bytes, "缺项清单");
    let seen: Vec<_> = rows[1..].iter().map(|row| (row[0].clone(), row[1].clone())).collect();
    assert_eq!(seen, listed);
    assert!(of_workbook(&book.bytes, "口径说明").len() > 25);

    // The same for one station; and what is no sheet is not there.
    let own = take(house, &desk.staff, &format!("/reports/assessment.csv?{period}")).await;
    assert_eq!(keys(&of_csv(&own.bytes)), ["区 PD", "合计 ", "工作站 SH-PD"].map(str::to_owned));
    for (address, status) in [
        ("/reports/assessment.pdf?from=2026-11-22&to=2026-11-27", 404),
        ("/reports/secrets.csv", 404),
        ("/reports/assessment.csv", 400),
        ("/reports/assessment.csv?from=2026-11-22&to=tomorrow", 400),
        ("/reports/assessment.csv?from=2026-11-22&to=2026-11-27&by=station", 400),
    ] {
        assert_eq!(take(house, &desk.municipal, address).await.status, status, "{address}");
    }
}

#[test]
fn the_operator_takes_a_sheet_away_at_the_command_line() {
    let site = Site::with_stations(Engine::Sqlite);
    let file = site.folder.path().join("sheet.xlsx");
    let period = ["--from", "2026-01-01", "--to", "2026-12-31"];
    let export = |more: &[&str]| {
        let arguments: Vec<&str> =
            ["export", "assessment"].iter().chain(&period).chain(more).copied().collect();
        site.run(&arguments)
    };
    export(&[file.to_str().unwrap()]).expect_status(0);
    let rows = sheet(&of_workbook(&std::fs::read(&file).unwrap(), "考核表"));
    let places: Vec<&String> = rows.keys().collect();
    assert_eq!(places, ["区 PD", "区 XH", "合计 ", "工作站 SH-PD", "工作站 SH-XH"]);
    assert_eq!(rows["合计 "]["受理"], "0");
    assert_eq!(rows["合计 "]["闭环率"], "");

    let out = export(&["--district", "XH"]);
    out.expect_status(0);
    assert_eq!(of_csv(out.out.as_bytes()).len(), 3);
    export(&["--station", "SH-PD", "--format", "jsonl"]).expect_status(2);
    let wrong = export(&["--station", "SH-ZZ"]);
    assert_ne!(wrong.status, Some(0));
    assert!(wrong.sentence().contains("SH-ZZ"), "{}", wrong.err);
    let rows = ["export", "stations", "--from", "2026-01-01"];
    site.run(&rows).expect_status(2);
}
