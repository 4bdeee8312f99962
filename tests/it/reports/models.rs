//! Random cases, written straight into the tables, and a model that counts them in its own way.

use std::{collections::BTreeSet, fmt::Write as _};

use chrono::{DateTime, Days, NaiveDate, TimeDelta, Utc};
use rand::{RngExt as _, SeedableRng as _, rngs::StdRng};
use sea_orm::{ConnectionTrait as _, DbBackend, prelude::Uuid};
use serde_json::{Value, json};
use zhanjian::access::Role;

use super::{FIGURES, figures, numbers, report};
use crate::support::{House, chance::seed, on_both_engines};

on_both_engines!(random_worlds_are_counted_as_a_model_counts_them);

const STATIONS: [&str; 3] = ["SH-PD", "SH-XH", "SH-MH"];
const LEVELS: [&str; 4] = ["BASIC", "DISTRICT", "MUNICIPAL", "NATIONAL"];
const STATES: [&str; 10] = [
    "RECEIVED",
    "TRIAGED",
    "NEEDS_INFO",
    "WITH_STATION",
    "WITH_DISTRICT",
    "WITH_MUNICIPAL",
    "REFERRED",
    "REPLY_RECEIVED",
    "REPLIED",
    "CLOSED",
];

/// A case as it stands in the tables.
#[derive(Clone, Debug)]
struct Row {
    id: Uuid,
    number: String,
    station: usize,
    recorded_at: DateTime<Utc>,
    level: Option<&'static str>,
    state: &'static str,
    closure: Option<&'static str>,
    followed: bool,
    due_on: Option<NaiveDate>,
    /// A due day that an earlier step came too late for.
    missed_on: Option<NaiveDate>,
    no_objection_on: Option<NaiveDate>,
    first_response_at: Option<DateTime<Utc>>,
    replied_at: Option<DateTime<Utc>>,
    tier: Option<&'static str>,
    referred: bool,
    bounced: u32,
    reopened: u32,
    /// For each answered question that went into the reply, whether it was another station's.
    reuses: Vec<bool>,
}

struct Dice(StdRng);

impl Dice {
    fn chance(&mut self, per_cent: u32) -> bool {
        self.0.random_range(0..100) < per_cent
    }

    fn below(&mut self, bound: usize) -> usize {
        self.0.random_range(0..bound)
    }

    fn one_of<T: Copy>(&mut self, of: &[T]) -> T {
        of[self.below(of.len())]
    }

    fn often<T>(&mut self, per_cent: u32, value: impl FnOnce(&mut Self) -> T) -> Option<T> {
        let is_there = self.chance(per_cent);
        is_there.then(|| value(self))
    }
}

/// The day that an instant falls on in Shanghai.
fn day(at: DateTime<Utc>) -> NaiveDate {
    (at.naive_utc() + TimeDelta::hours(8)).date()
}

fn draw(dice: &mut Dice, place: usize, today: NaiveDate) -> Row {
    // Around both ends of the period, and around midnight in Shanghai, which is 16:00 of UTC.
    let first = today - Days::new(40);
    let recorded_at = first.and_hms_opt(15, 30, 0).unwrap().and_utc()
        + TimeDelta::days(dice.below(39) as i64)
        + TimeDelta::minutes(dice.below(60) as i64);
    let later = |dice: &mut Dice| recorded_at + TimeDelta::minutes(dice.below(6 * 24 * 60) as i64);
    let state = dice.one_of(&STATES);
    let closed = state == "CLOSED";
    let ended = closed || state == "REPLIED";
    let closure =
        closed.then(|| dice.one_of(&["CONFIRMED", "NO_OBJECTION", "DUPLICATE", "WITHDRAWN"]));
    let dropped = matches!(closure, Some("DUPLICATE" | "WITHDRAWN"));
    let told = ended && !dropped;
    let replied_at = told.then(|| later(dice));
    Row {
        id: zhanjian::ids::new_id(),
        number: format!("{}-{}-{place:04}", STATIONS[place % 3], 2026),
        station: place % 3,
        recorded_at,
        level: dice.often(75, |dice| dice.one_of(&LEVELS)),
        state,
        closure,
        followed: dice.chance(60),
        due_on: dice
            .often(80, |dice| today - Days::new(3) + Days::new(dice.below(6) as u64))
            .filter(|_| !ended),
        missed_on: dice.often(30, |dice| day(recorded_at) + Days::new(dice.below(5) as u64)),
        no_objection_on: (state == "REPLIED")
            .then(|| today - Days::new(3) + Days::new(dice.below(6) as u64)),
        first_response_at: dice.often(60, later),
        replied_at,
        tier: dice.often(40, |dice| dice.one_of(&LEVELS[1..])),
        referred: dice.chance(20),
        bounced: dice.often(30, |dice| 1 + dice.below(3) as u32).unwrap_or(0),
        reopened: dice.often(20, |dice| 1 + dice.below(2) as u32).unwrap_or(0),
        reuses: (0..dice.below(4)).map(|_| dice.chance(50)).collect(),
    }
}

/// Literals of SQL, as each engine writes them.
pub(super) struct Sql(pub(super) DbBackend);

impl Sql {
    pub(super) fn id(&self, id: Uuid) -> String {
        match self.0 {
            DbBackend::Postgres => format!("'{id}'"),
            _ => format!("X'{}'", id.simple()),
        }
    }

    fn text(value: Option<&str>) -> String {
        value.map_or("NULL".to_owned(), |value| format!("'{value}'"))
    }

    fn day(value: Option<NaiveDate>) -> String {
        value.map_or("NULL".to_owned(), |day| format!("'{day}'"))
    }

    fn at(value: Option<DateTime<Utc>>) -> String {
        value.map_or("NULL".to_owned(), |at| format!("'{}'", at.to_rfc3339()))
    }
}

/// The columns that must be filled, in the order of what follows.
pub(super) const COLUMNS: &str = "id, version, created_at, updated_at, number, station_id, owner_token, district_code,
    channel, priority, state, asker_released, ordered_due, due_estimated, recorded_by, recorded_at, bounced, reopened,
    events, data_key, sealed_text";

async fn write(house: &House, rows: &[Row], stations: [Uuid; 3], member: Uuid, answers: &[Uuid]) {
    let sql = Sql(house.db().engine());
    let write = house.db().write().await.unwrap();
    for row in rows {
        let (id, at) = (sql.id(row.id), Sql::at(Some(row.recorded_at)));
        let station = sql.id(stations[row.station]);
        let code = STATIONS[row.station];
        let mut text = format!(
            "INSERT INTO consultations ({COLUMNS}, level, closure, assignee_id, due_on, missed_on, no_objection_on,
                first_response_at, replied_at, highest_tier, referred_station_id)
             VALUES ({id}, 1, {at}, {at}, '{}', {station}, 'station:{code}', '{}', 'PHONE', 'NORMAL', '{}', FALSE,
                '9999-12-31', FALSE, 'test', {at}, {}, {}, 1, '', ''",
            row.number, &code[3..], row.state, row.bounced, row.reopened,
        );
        let assignee = if row.followed { sql.id(member) } else { "NULL".to_owned() };
        let referred = if row.referred { sql.id(stations[0]) } else { "NULL".to_owned() };
        for value in [
            Sql::text(row.level),
            Sql::text(row.closure),
            assignee,
            Sql::day(row.due_on),
            Sql::day(row.missed_on),
            Sql::day(row.no_objection_on),
            Sql::at(row.first_response_at),
            Sql::at(row.replied_at),
            Sql::text(row.tier),
            referred,
        ] {
            write!(text, ", {value}").unwrap();
        }
        write.execute_unprepared(&format!("{text})")).await.unwrap();
        for (answer, counted) in answers.iter().zip(&row.reuses) {
            let answer = sql.id(*answer);
            let text = format!(
                "INSERT INTO consultation_answers VALUES ({id}, {answer}, {counted}, {at})"
            );
            write.execute_unprepared(&text).await.unwrap();
        }
    }
    write.commit(house.clock.now()).await.unwrap();
}

/// The figures that a case counts in, worked out from the tables' own words.
fn counted(row: &Row, today: NaiveDate) -> BTreeSet<&'static str> {
    let unopposed = row.state == "REPLIED" && row.no_objection_on.is_some_and(|day| day < today);
    let state = if unopposed { "CLOSED" } else { row.state };
    let mut counted = BTreeSet::from(["RECEIVED"]);
    let mut add = |figure: &'static str, counts: bool| {
        if counts {
            counted.insert(figure);
        }
    };
    let dropped = ["DUPLICATE", "WITHDRAWN"].map(Some).contains(&row.closure);
    add("DROPPED", dropped);
    add("CLOSED", state == "CLOSED");
    add("AWAITING", state == "REPLIED");
    add("OPEN", state != "CLOSED" && state != "REPLIED");
    add("CLOSED_UNANSWERED", state == "CLOSED" && row.replied_at.is_none());
    if dropped {
        return counted;
    }
    add("TO_ANSWER", true);
    add("CLASSIFIED", row.level.is_some());
    add("BASIC", row.level == Some("BASIC"));
    add("FIRST_RESPONSE", row.first_response_at.is_some());
    let handed_on = row.tier.is_some() || row.referred;
    add("HANDED_ON", handed_on);
    add("BOUNCED", handed_on && row.bounced != 0);
    let above = matches!(row.level, Some("DISTRICT" | "MUNICIPAL" | "NATIONAL"));
    add("ABOVE_BASIC", above);
    let stands = ["NEEDS_INFO", "REPLIED", "CLOSED"].contains(&state);
    let tracked = row.followed && (stands || row.due_on.is_some());
    add("TRACKED", above && tracked);
    add("UNTRACKED", above && !tracked);
    let late = missed(row, today).is_some();
    add("OVERDUE", late);
    if row.replied_at.is_some() {
        add("REPLIED", true);
        add("REPLIED_IN_TIME", !late);
        add("SOLVED_AT_STATION", row.tier.is_none());
        add("REUSED_FROM_OTHERS", row.reuses.contains(&true));
        add("CLOSED_LOOP", state == "CLOSED");
    }
    add("ENDED", row.replied_at.is_some() || row.reopened != 0);
    add("REOPENED", row.reopened != 0);
    let past = row.due_on.is_some_and(|due| due < today);
    add("UNCLASSIFIED", state == "RECEIVED" && row.level.is_none() && past);
    add("NOT_TOLD", state == "REPLY_RECEIVED");
    counted
}

/// The first due day of a case that passed.
fn missed(row: &Row, today: NaiveDate) -> Option<NaiveDate> {
    let now = row.due_on.filter(|due| *due < today);
    row.missed_on.into_iter().chain(now).min()
}

/// The smallest time that so many per cent of the cases do not exceed.
fn waited(rows: &[&Row], per_cent: usize) -> Option<i64> {
    let mut minutes: Vec<i64> = rows
        .iter()
        .filter_map(|row| Some((row.first_response_at? - row.recorded_at).num_minutes()))
        .collect();
    minutes.sort_unstable();
    let enough = |at: &i64| {
        let within = minutes.iter().filter(|other| *other <= at).count();
        within * 100 >= per_cent * minutes.len()
    };
    minutes.iter().copied().find(|at| enough(at))
}

async fn random_worlds_are_counted_as_a_model_counts_them(house: &House) {
    let mut dice = Dice(StdRng::seed_from_u64(seed()));
    house.places().await;
    let answers = (0..4).map(|place| {
        json!({ "externalId": format!("a-{place}"), "question": format!("第{place}问"),
        "answer": "答" })
    });
    house.answers(answers).await;
    let municipal = house.signed_in(Role::MunicipalOfficer, "").await;
    let staff = house.signed_in(Role::Staff, STATIONS[0]).await;
    let local = |id: &str, kind| zhanjian::ids::GlobalId::decode_as("id", id, kind).unwrap();
    let member = local(&staff.id, zhanjian::ids::NodeKind::Member);
    let mut stations = [Uuid::nil(); 3];
    for (place, code) in STATIONS.iter().enumerate() {
        let station = zhanjian::stations::by_code(house.db().read(), code).await.unwrap();
        stations[place] = station.unwrap().id;
    }
    let reply = house.ask("{ answeredQuestions { nodes { id } } }").await;
    let ids = reply.texts("/answeredQuestions/nodes", "/id");
    let answers: Vec<Uuid> =
        ids.iter().map(|id| local(id, zhanjian::ids::NodeKind::AnsweredQuestion)).collect();
    let today = house.service.app.clock.today();
    let rows: Vec<Row> = (0..120).map(|place| draw(&mut dice, place, today)).collect();
    write(house, &rows, stations, member, &answers).await;

    let (from, to) = (today - Days::new(36), today - Days::new(6));
    let input = json!({ "from": from, "to": to });
    let within: Vec<&Row> =
        rows.iter().filter(|row| (from..=to).contains(&day(row.recorded_at))).collect();
    assert!(within.len() > 40 && within.len() < rows.len(), "{}", within.len());
    let fields =
        format!("total {{ {0} }} byStation {{ station {{ code }} figures {{ {0} }} }}", figures());
    let reply = report(&municipal, input.clone(), &fields).await;
    check(&within, reply.at("/it/total"), today);
    for part in reply.at("/it/byStation").as_array().unwrap() {
        let code = part["station"]["code"].as_str().unwrap();
        let own: Vec<&Row> =
            within.iter().copied().filter(|row| STATIONS[row.station] == code).collect();
        check(&own, &part["figures"], today);
    }
    // The rows behind a figure are those that count in it, over all pages.
    for (figure, _) in FIGURES {
        let station = dice.often(50, |dice| dice.below(3));
        let code = station.map(|station| STATIONS[station]);
        let rows = numbers(&municipal, &input, figure, code).await;
        let counting = within.iter().filter(|row| {
            counted(row, today).contains(figure) && station.is_none_or(|it| row.station == it)
        });
        let counting: Vec<&String> = counting.map(|row| &row.number).collect();
        assert_eq!(rows.iter().collect::<Vec<_>>(), counting, "{figure} of {code:?}");
    }
    let late = "rows(figure: OVERDUE, first: 100) { nodes { number missedOn } }";
    let reply = report(&municipal, input, late).await;
    for node in reply.at("/it/rows/nodes").as_array().unwrap() {
        let row = within.iter().find(|row| node["number"] == row.number.as_str()).unwrap();
        assert_eq!(node["missedOn"], json!(missed(row, today)), "{row:?}");
    }
}

/// Compares figures with the model's.
fn check(rows: &[&Row], figures: &Value, today: NaiveDate) {
    let marked: Vec<BTreeSet<&str>> = rows.iter().map(|row| counted(row, today)).collect();
    let count = |figure: &str| marked.iter().filter(|marks| marks.contains(figure)).count();
    assert_eq!(figures["received"], rows.len());
    for (figure, field) in FIGURES.into_iter().skip(1) {
        assert_eq!(figures[field]["count"], count(figure), "{figure}");
    }
    let answered: Vec<&Row> = rows
        .iter()
        .copied()
        .zip(&marked)
        .filter(|(_, marks)| marks.contains("FIRST_RESPONSE"))
        .map(|(row, _)| row)
        .collect();
    let response = &figures["firstResponse"];
    assert_eq!(response["medianMinutes"].as_i64(), waited(&answered, 50));
    assert_eq!(response["p90Minutes"].as_i64(), waited(&answered, 90));
    let reused = rows.iter().zip(&marked).filter(|(_, marks)| marks.contains("REUSED_FROM_OTHERS"));
    let answers: usize =
        reused.map(|(row, _)| row.reuses.iter().filter(|counted| **counted).count()).sum();
    assert_eq!(figures["reusedFromOthers"]["answers"], answers);
    // What belongs together adds up.
    let of = |figure| count(figure);
    assert_eq!(of("RECEIVED"), of("OPEN") + of("AWAITING") + of("CLOSED"));
    assert_eq!(of("RECEIVED"), of("TO_ANSWER") + of("DROPPED"));
    assert_eq!(of("CLOSED"), of("CLOSED_LOOP") + of("CLOSED_UNANSWERED"));
    assert_eq!(of("ABOVE_BASIC"), of("TRACKED") + of("UNTRACKED"));
}
