//! Many cases: a report over a year of a city must not keep anybody waiting.

use std::time::{Duration, Instant};

use sea_orm::{ConnectionTrait as _, DbBackend};
use serde_json::json;
use zhanjian::access::Role;

use super::{
    figures,
    models::{COLUMNS, Sql},
    report,
};
use crate::support::{House, on_both_engines};

on_both_engines!(ten_thousand_cases_are_counted_in_a_moment);

async fn ten_thousand_cases_are_counted_in_a_moment(house: &House) {
    // Unoptimised, and beside other tests; optimised it takes a tenth of that.
    assert!(counted(house, 10_000).await < Duration::from_secs(10));
}

/// How long a report with all its figures takes that many cases are in.
async fn counted(house: &House, many: u64) -> Duration {
    house.places().await;
    fill(house, many).await;
    let municipal = house.signed_in(Role::MunicipalOfficer, "").await;
    let input = json!({ "from": "2026-01-01", "to": "2026-11-22" });
    let fields = format!(
        "total {{ {0} }} byStation {{ figures {{ {0} }} }} rows(figure: OVERDUE, first: 20) {{ nodes {{ number }} }}",
        figures()
    );
    let began = Instant::now();
    let reply = report(&municipal, input, &fields).await;
    let took = began.elapsed();
    println!("{many} cases in {took:?}");
    assert_eq!(reply.at("/it/total/received"), many);
    assert_eq!(reply.at("/it/total/overdue/count"), many / 10);
    took
}

/// Cases of one station, of which every tenth missed a day.
async fn fill(house: &House, many: u64) {
    let sql = Sql(house.db().engine());
    let is_postgres = house.db().engine() == DbBackend::Postgres;
    let (id, ends_in) =
        if is_postgres { ("gen_random_uuid()", "i::text") } else { ("randomblob(16)", "i") };
    // Where literals are not inserted as they stand, PostgreSQL wants to know what they are.
    let typed = |kind: &str, text: &str| {
        if is_postgres { format!("{kind} '{text}'") } else { format!("'{text}'") }
    };
    let at = typed("timestamptz", "2026-05-06T04:00:00+00:00");
    let [never, past] = ["9999-12-31", "2026-05-05"].map(|day| typed("date", day));
    let station_id = if is_postgres { "::uuid" } else { "" };
    let station = zhanjian::stations::by_code(house.db().read(), "SH-PD").await.unwrap().unwrap();
    let station = sql.id(station.id) + station_id;
    let write = house.db().write().await.unwrap();
    let text = format!(
        "INSERT INTO consultations ({COLUMNS}, level, closure, first_response_at, replied_at, missed_on)
         WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {many})
         SELECT {id}, 1, {at}, {at}, 'T-' || {ends_in}, {station}, 'station:SH-PD', 'PD', 'PHONE', 'NORMAL', 'CLOSED',
            FALSE, {never}, FALSE, 'test', {at}, 0, 0, 5, 'key', 'a text of some length, as a company would write it',
            'BASIC', 'CONFIRMED', {at}, {at}, CASE WHEN i % 10 = 7 THEN {past} END FROM n"
    );
    write.execute_unprepared(&text).await.unwrap();
    write.commit(house.clock.now()).await.unwrap();
}
