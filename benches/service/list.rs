//! A list of answered questions over GraphQL beside the bare statements that read the same from the database.

use sea_orm::{
    prelude::{Date, Uuid},
    sqlx::{
        Row as _, SqlitePool,
        sqlite::{SqliteConnectOptions, SqlitePoolOptions, SqliteRow},
    },
};
use serde_json::{Value, json};

use super::{
    Asked, Result, client,
    measure::{Goal, Table, Times},
    prepare::{self, Place},
    program::Served,
};

const QUERY: &str = "query($after: String) { answeredQuestions(first: 50, after: $after) { nodes { id number question answer summary answeredOn station { code name } areas { code label { zh } } citations { articles quote regulation { key title { zh } } } } pageInfo { hasNextPage endCursor } } }";

/// So many pages are read, one after the other.
const PAGES: usize = 40;

pub(super) fn measure(
    table: &mut Table,
    place: &Place,
    served: &Served,
    asked: &Asked,
) -> Result<()> {
    println!("list");
    let mut client = served.client()?;
    let runtime = prepare::runtime()?;
    let options = SqliteConnectOptions::new()
        .filename(place.data.join("zhanjian.sqlite"))
        .read_only(true)
        .pragma("cache_size", "-16000");
    let _inside = runtime.enter();
    let pool = SqlitePoolOptions::new().max_connections(1).connect_lazy_with(options);

    // Where each page begins, for both.
    let mut places: Vec<(String, Option<(Date, Uuid)>)> = Vec::new();
    let (mut cursor, mut last) = (Value::Null, None);
    for _ in 0..PAGES {
        let variables = json!({ "after": cursor });
        let answer = client.json(QUERY, &variables)?;
        let page = runtime.block_on(read(&pool, last))?;
        let given = &answer["data"]["answeredQuestions"];
        same(given, &page)?;
        places.push((client::request(QUERY, &variables), last));
        cursor = given["pageInfo"]["endCursor"].clone();
        last = page.rows.last().map(|row| (row.ordered_on, row.id));
        if given["pageInfo"]["hasNextPage"] == false {
            break;
        }
    }
    let (mut ours, mut theirs) = (Times::default(), Times::default());
    for _ in 0..if asked.quick { 5 } else { 20 } {
        for (request, last) in &places {
            ours.of(|| client.ask(request).map(<[u8]>::len))?;
            theirs.of(|| runtime.block_on(read(&pool, *last)))?;
        }
    }
    let goal = Goal::RatioAtMost(2.0);
    table.add("list of 50, p50 ms", ours.median(), Some(theirs.median()), goal);
    table.add("list of 50, p99 ms", ours.p99(), Some(theirs.p99()), Goal::Shown);
    Ok(())
}

/// Whether both read the same.
fn same(list: &Value, page: &Page) -> Result<()> {
    let nodes = list["nodes"].as_array().ok_or("the list has no nodes")?;
    let ours = nodes.iter().map(|node| node["number"].as_str().unwrap_or_default());
    if !ours.eq(page.rows.iter().map(|row| row.number.as_str())) {
        return Err("the API and the statements do not list the same".into());
    }
    let sum = |field: &str| {
        nodes.iter().map(|node| node[field].as_array().map_or(0, Vec::len)).sum::<usize>()
    };
    let parts = (sum("areas"), sum("citations"));
    if parts != (page.areas.len(), page.citations.len()) {
        return Err("the API and the statements do not show the same areas and citations".into());
    }
    Ok(())
}

/// What the statements read; all of it is decoded, as an answer would need it.
#[expect(dead_code, reason = "what an answer would show is decoded, and shown to nobody")]
struct Page {
    rows: Vec<Row>,
    stations: Vec<(Uuid, String, String)>,
    areas: Vec<(Uuid, String, String)>,
    citations: Vec<(Uuid, Value, Option<String>, String, String)>,
}

#[expect(dead_code, reason = "see above")]
struct Row {
    id: Uuid,
    number: String,
    station_id: Uuid,
    ordered_on: Date,
    texts: (String, String, Option<String>, Option<Date>),
}

/// Four statements, the least there can be: the page, its stations, its areas, its citations.
async fn read(pool: &SqlitePool, after: Option<(Date, Uuid)>) -> Result<Page> {
    const COLUMNS: &str = "SELECT id, number, station_id, ordered_on, question, answer, summary, answered_on FROM answered_questions WHERE (audience_token IN ('public') OR owner_token IN ('public'))";
    const ORDER: &str = "ORDER BY ordered_on DESC, id DESC LIMIT 51";
    let found = match after {
        None => {
            let sql = format!("{COLUMNS} {ORDER}");
            sea_orm::sqlx::query(sea_orm::sqlx::AssertSqlSafe(sql)).fetch_all(pool).await?
        }
        Some((day, id)) => {
            let sql = format!("{COLUMNS} AND (ordered_on, id) < (?, ?) {ORDER}");
            let query = sea_orm::sqlx::query(sea_orm::sqlx::AssertSqlSafe(sql));
            query.bind(day).bind(id).fetch_all(pool).await?
        }
    };
    let rows = found.iter().take(50).map(row).collect::<Result<Vec<Row>>>()?;
    let mut stations: Vec<Uuid> = rows.iter().map(|row| row.station_id).collect();
    stations.sort_unstable();
    stations.dedup();
    let ids: Vec<Uuid> = rows.iter().map(|row| row.id).collect();
    let stations =
        many(pool, "SELECT id, code, name FROM stations WHERE id IN", &stations, "").await?;
    let areas = many(pool, "SELECT p.answered_question_id, a.code, a.label FROM answered_question_areas p JOIN expertise_areas a ON a.id = p.area_id WHERE p.answered_question_id IN", &ids, "").await?;
    let citations = many(pool, "SELECT c.answered_question_id, c.articles, c.quote, r.key, r.title FROM citations c JOIN regulations r ON r.id = c.regulation_id WHERE c.answered_question_id IN", &ids, "ORDER BY c.position").await?;
    let three = |row: &SqliteRow| Ok((row.try_get(0)?, row.try_get(1)?, row.try_get(2)?));
    let five = |row: &SqliteRow| {
        let articles = serde_json::from_slice(row.try_get_unchecked::<&[u8], _>(1)?)?;
        Ok((row.try_get(0)?, articles, row.try_get(2)?, row.try_get(3)?, row.try_get(4)?))
    };
    Ok(Page {
        rows,
        stations: stations.iter().map(three).collect::<Result<_>>()?,
        areas: areas.iter().map(three).collect::<Result<_>>()?,
        citations: citations.iter().map(five).collect::<Result<_>>()?,
    })
}

fn row(row: &SqliteRow) -> Result<Row> {
    Ok(Row {
        id: row.try_get(0)?,
        number: row.try_get(1)?,
        station_id: row.try_get(2)?,
        ordered_on: row.try_get(3)?,
        texts: (row.try_get(4)?, row.try_get(5)?, row.try_get(6)?, row.try_get(7)?),
    })
}

async fn many(
    pool: &SqlitePool,
    select: &str,
    ids: &[Uuid],
    order: &str,
) -> Result<Vec<SqliteRow>> {
    let places = vec!["?"; ids.len()].join(",");
    let sql = format!("{select} ({places}) {order}");
    let mut query = sea_orm::sqlx::query(sea_orm::sqlx::AssertSqlSafe(sql));
    for id in ids {
        query = query.bind(*id);
    }
    Ok(query.fetch_all(pool).await?)
}
