//! The facts of the notices, the counting over holidays, and what a file of the operator's may and may not do.

use super::*;
use crate::language::Language;

fn day(text: &str) -> NaiveDate {
    text.parse().expect("a day")
}

/// All days from one to another.
fn days(first: &str, last: &str) -> impl Iterator<Item = NaiveDate> {
    let last = day(last);
    day(first).iter_days().take_while(move |day| *day <= last)
}

fn is_worked(text: &str) -> bool {
    Calendar::built_in().is_working_day(day(text)).expect("a known year")
}

/// A year with nothing but the holidays that every year has, and further lines.
fn plain_year(year: i32, more: &str) -> String {
    format!(
        "date,kind,name\n{year}-01-01,HOLIDAY,元旦\n{year}-05-01,HOLIDAY,劳动节\n{year}-10-01,HOLIDAY,国庆节\n{more}"
    )
}

/// The calendar with one file, or what is said of the file, in one language.
fn with(text: impl AsRef<[u8]>, language: Language) -> std::result::Result<Calendar, String> {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("later.csv");
    fs::write(&file, text).expect("written");
    Calendar::with_file(&file).map_err(|error| {
        let folder = format!("{}/", folder.path().display());
        error.message(language).replace(&folder, "")
    })
}

fn refused(text: impl AsRef<[u8]>) -> String {
    with(text, Language::En).expect_err("refused")
}

#[test]
fn a_year_has_as_many_working_days_as_the_law_gives_it() {
    // 365 days, less 104 of weekends, less the 13 holidays of 全国年节及纪念日放假办法 as of 2025.
    let calendar = Calendar::built_in();
    for (year, expected) in [(2025, 248), (2026, 248)] {
        let (first, last) = (format!("{year}-01-01"), format!("{year}-12-31"));
        let worked = days(&first, &last).filter(|day| calendar.is_working_day(*day) == Ok(true));
        assert_eq!(worked.count(), expected, "{year}");
    }
    assert_eq!(calendar.years(), 2025..=2026);
}

#[test]
fn holidays_are_off_and_no_day_longer() {
    for (first, last) in [
        ("2025-01-01", "2025-01-01"),
        ("2025-01-28", "2025-02-04"),
        ("2025-04-04", "2025-04-06"),
        ("2025-05-01", "2025-05-05"),
        ("2025-05-31", "2025-06-02"),
        ("2025-10-01", "2025-10-08"),
        ("2026-01-01", "2026-01-03"),
        ("2026-02-15", "2026-02-23"),
        ("2026-04-04", "2026-04-06"),
        ("2026-05-01", "2026-05-05"),
        ("2026-06-19", "2026-06-21"),
        ("2026-09-25", "2026-09-27"),
        ("2026-10-01", "2026-10-07"),
    ] {
        let calendar = Calendar::built_in();
        let worked: Vec<_> =
            days(first, last).filter(|day| calendar.is_working_day(*day) != Ok(false)).collect();
        assert_eq!(worked, [], "{first} to {last}");
        assert!(is_worked(&(day(last) + chrono::Days::new(1)).to_string()), "after {last}");
    }
}

#[test]
fn weekend_days_that_make_up_for_holidays_are_worked_and_no_others() {
    let calendar = Calendar::built_in();
    let made_up: Vec<String> = days("2025-01-01", "2026-12-31")
        .filter(|day| is_weekend(*day) && calendar.is_working_day(*day) == Ok(true))
        .map(|day| day.to_string())
        .collect();
    assert_eq!(
        made_up,
        [
            "2025-01-26",
            "2025-02-08",
            "2025-04-27",
            "2025-09-28",
            "2025-10-11",
            "2026-01-04",
            "2026-02-14",
            "2026-02-28",
            "2026-05-09",
            "2026-09-20",
            "2026-10-10",
        ]
    );
}

#[test]
fn a_deadline_passes_over_what_is_not_worked() {
    let calendar = Calendar::built_in();
    for (from, working_days, due) in [
        ("2026-03-02", 1, "2026-03-03"),
        ("2026-03-06", 1, "2026-03-09"),
        ("2026-03-02", 10, "2026-03-16"),
        // Spring Festival, with a Saturday worked before and after it.
        ("2026-02-13", 1, "2026-02-14"),
        ("2026-02-13", 2, "2026-02-24"),
        ("2026-02-13", 6, "2026-02-28"),
        // A question that comes in amid the holiday.
        ("2025-10-03", 5, "2025-10-14"),
        ("2025-12-31", 1, "2026-01-04"),
        ("2026-03-06", 0, "2026-03-06"),
        ("2026-03-07", 0, "2026-03-09"),
        ("2026-10-01", 0, "2026-10-08"),
    ] {
        assert_eq!(calendar.after(day(from), working_days), Ok(day(due)), "{from} {working_days}");
    }
}

#[test]
fn counting_there_and_back_agrees_for_every_day() {
    let calendar = Calendar::built_in();
    for from in days("2024-12-31", "2026-06-30") {
        for working_days in [1, 2, 3, 5, 10, 21, 60] {
            let due = calendar.after(from, working_days).expect("within the calendar");
            assert_eq!(calendar.is_working_day(due), Ok(true), "{from} {working_days}");
            assert_eq!(calendar.between(from, due), Ok(working_days), "{from} {working_days}");
        }
    }
    for from in days("2025-01-01", "2026-12-25") {
        let due = calendar.after(from, 0).expect("within the calendar");
        assert_eq!(calendar.is_working_day(due), Ok(true), "{from}");
        assert_eq!(calendar.is_working_day(from) == Ok(true), due == from, "{from}");
    }
}

#[test]
fn nothing_lies_between_a_day_and_an_earlier_one() {
    let calendar = Calendar::built_in();
    assert_eq!(calendar.between(day("2026-03-02"), day("2026-03-02")), Ok(0));
    assert_eq!(calendar.between(day("2026-03-02"), day("2026-02-02")), Ok(0));
    assert_eq!(calendar.between(day("2024-12-31"), day("2026-12-31")), Ok(496));
}

#[test]
fn beyond_the_calendar_nothing_is_guessed() {
    let calendar = Calendar::built_in();
    let beyond = |text| BeyondCalendar { day: day(text) };
    // 2 January 2027 is a Saturday; that it is, does not say that it is off.
    assert_eq!(calendar.is_working_day(day("2027-01-02")), Err(beyond("2027-01-02")));
    assert_eq!(calendar.is_working_day(day("2024-12-31")), Err(beyond("2024-12-31")));
    assert_eq!(calendar.after(day("2026-12-30"), 1), Ok(day("2026-12-31")));
    assert_eq!(calendar.after(day("2026-12-30"), 2), Err(beyond("2027-01-01")));
    assert_eq!(calendar.after(day("2026-03-02"), u32::MAX), Err(beyond("2027-01-01")));
    assert_eq!(calendar.after(day("2027-03-01"), 0), Err(beyond("2027-03-01")));
    assert_eq!(calendar.between(day("2026-12-30"), NaiveDate::MAX), Err(beyond("2027-01-01")));
    assert_eq!(calendar.between(NaiveDate::MIN, day("2026-01-01")).map_err(|e| e.day.year()), {
        Err(NaiveDate::MIN.year())
    });
    let last = BeyondCalendar { day: NaiveDate::MAX };
    assert_eq!(calendar.after(NaiveDate::MAX, 1), Err(last));
    assert_eq!(calendar.is_working_day(NaiveDate::MAX), Err(last));
}

#[test]
fn whoever_asks_beyond_it_is_told_which_year_is_missing() {
    let error = Error::from(BeyondCalendar { day: day("2027-01-01") });
    assert_eq!(error.field(), Some("dueAt"));
    assert_eq!(
        error.message(Language::En),
        "dueAt: the working days of 2027 are not known, so nothing can be counted to or beyond 2027-01-01; ask the \
         operator to add the State Council's holiday notice for 2027 as a file and to name it in the setting calendar"
    );
    let chinese = error.message(Language::ZhCn);
    assert!(chinese.starts_with("dueAt: 尚无 2027 年的工作日安排"), "{chinese}");
}

#[test]
fn a_file_adds_years_as_spreadsheets_save_them() {
    let text = "\u{feff}# 注释,,\r\n\r\ndate, kind, name\r\n2027/1/1,HOLIDAY,元旦\r\n2027-05-01,HOLIDAY,劳动节\r\n\
                2027/10/1,HOLIDAY,国庆节\r\n2027-01-02,WORKDAY,元旦";
    let calendar = with(text, Language::En).expect("a calendar");
    assert_eq!(calendar.years(), 2025..=2027);
    assert_eq!(calendar.after(day("2026-12-31"), 1), Ok(day("2027-01-02")));
    assert_eq!(calendar.after(day("2026-12-31"), 2), Ok(day("2027-01-04")));
    let earlier = with(plain_year(2024, ""), Language::En).expect("a calendar");
    assert_eq!(earlier.years(), 2024..=2026);
}

#[test]
fn a_year_is_replaced_whole() {
    let calendar = with(plain_year(2026, ""), Language::En).expect("a calendar");
    assert_eq!(calendar.years(), 2025..=2026);
    assert_eq!(calendar.is_working_day(day("2026-02-16")), Ok(true), "no Spring Festival in it");
    assert_eq!(calendar.is_working_day(day("2026-01-04")), Ok(false), "a Sunday");
}

#[test]
fn december_may_be_arranged_by_the_notice_of_the_year_after() {
    let december = "2026-12-26,WORKDAY,元旦\n2026-12-31,HOLIDAY,元旦\n";
    let calendar = with(plain_year(2027, december), Language::En).expect("a calendar");
    assert_eq!(calendar.is_working_day(day("2026-12-26")), Ok(true));
    assert_eq!(calendar.is_working_day(day("2026-12-31")), Ok(false));
    assert_eq!(calendar.is_working_day(day("2026-10-05")), Ok(false), "the rest of 2026 stays");
    // The same days in a file that has both years belong to their own year.
    let both = plain_year(2026, december) + &plain_year(2027, "").replace("date,kind,name\n", "");
    let calendar = with(both, Language::En).expect("a calendar");
    assert_eq!(calendar.is_working_day(day("2026-12-31")), Ok(false));
}

#[test]
fn a_fault_is_told_with_file_line_and_reason() {
    let faults = "2027-02-30,HOLIDAY,春节\n2027-02-08,WORKDAY,春节\n2027-02-09,holiday,春节\n2027-05-01,HOLIDAY,又\n\
                  2027-02-10,HOLIDAY,\n2027-02-11;HOLIDAY\n226-02-11,HOLIDAY,春节\n";
    assert_eq!(
        refused(plain_year(2027, faults)),
        "calendar: later.csv: line 5 has the date \"2027-02-30\", which is none; write it as 2026-01-31; \
         line 6 has 2027-02-08 as WORKDAY, which is a weekday and worked anyway; check the date; \
         line 7 has the kind \"holiday\"; write HOLIDAY or WORKDAY; \
         line 8 has 2027-05-01, which line 3 has already; keep one of them; \
         line 9 has no name; write the holiday that the notice lists the day under; and 2 more faults"
    );
    assert_eq!(
        with("date,kind,name\n2027-01-01,休,元旦\n", Language::ZhCn).expect_err("refused"),
        "calendar: later.csv：第 2 行的 kind 为“休”，应为 HOLIDAY 或 WORKDAY"
    );
}

#[test]
fn what_is_no_such_file_is_refused() {
    assert!(refused("").contains("line 1 and what follows have no day"));
    assert!(refused("# nothing\ndate,kind,name\n").contains("have no day"));
    assert!(refused("2027-01-01,HOLIDAY,元旦\n").contains("line 1 is not the heading"));
    assert!(refused("date，kind，name\n").contains("line 1 has 1 columns and not 3"));
    // 元旦 in GB18030, as spreadsheets in China save it.
    let foreign = [b"date,kind,name\n2027-01-01,HOLIDAY,".as_slice(), b"\xd4\xaa\xb5\xa9\n"];
    assert!(refused(foreign.concat()).contains("line 2 is not UTF-8"));
    assert!(refused(vec![b'#'; 1 << 21]).contains("larger than 1 MiB"));
    let missing = Calendar::with_file(Path::new("no-such-folder/2027.csv")).expect_err("refused");
    assert_eq!(missing.field(), Some("calendar"));
    assert!(missing.message(Language::En).contains("cannot be read"));
}

#[test]
fn a_year_that_is_not_whole_is_refused() {
    let cut = plain_year(2027, "").replace("2027-10-01,HOLIDAY,国庆节\n", "");
    assert!(refused(cut).contains("line 3 is where 2027-10-01 would be due as HOLIDAY"));
    let headless = plain_year(2027, "").replace("2027-01-01,HOLIDAY,元旦\n", "");
    assert!(refused(headless).contains("line 2 has 2027-05-01, but 2027-01-01 is not listed"));
    let november = plain_year(2027, "2026-11-28,WORKDAY,元旦\n");
    assert!(refused(november).contains("2026-01-01 is not listed as HOLIDAY"));
    assert!(refused(plain_year(2028, "")).contains("2027 is missing between the years"));
}

#[test]
fn a_folder_gives_all_its_files_and_no_year_twice() {
    let folder = tempfile::tempdir().expect("a folder");
    let put = |name: &str, text: &str| fs::write(folder.path().join(name), text).expect("written");
    let read = || Calendar::with_file(folder.path());
    put("notes.txt", "nothing to do with it");
    put(".2027.csv", "left by a program");
    assert!(read().expect_err("refused").message(Language::En).contains("has no file *.csv"));
    // By name the later year comes first: only the calendar as a whole may have no gap.
    put("a.csv", &plain_year(2028, ""));
    put("b.CSV", &plain_year(2027, ""));
    assert_eq!(read().expect("a calendar").years(), 2025..=2028);
    put("c.csv", &plain_year(2027, ""));
    let message = read().expect_err("refused").message(Language::En);
    assert!(message.contains("2027 is in ") && message.contains("b.CSV and in "), "{message}");
}
