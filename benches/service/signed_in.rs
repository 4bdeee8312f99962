//! What it costs to be somebody: the same search by anybody, by a station's staff, and by an officer who holds a thousand
//! tokens, in a network where as many are in use.

use std::{fmt::Write as _, fs};

use serde_json::json;

use super::{
    Asked, Result,
    client::Client,
    fresh,
    measure::{Goal, Table, Times},
    prepare::Place,
    program::{self, Served},
    search,
};

/// Districts, each with a station and an answer that is shared within it.
const DISTRICTS: usize = 1_000;

/// The officer and the member of a station, and a password that is good for nothing else.
const OFFICER: &str = "bench-officer";
const STAFF: &str = "bench-staff";
const PASSWORD: &str = "only for measuring, then gone";

const SIGN_IN: &str = "mutation($login: String!, $password: String!) { signIn(input: { login: $login, password: $password }) { session { accessToken } userErrors { message } } }";

pub(super) fn measure(table: &mut Table, place: &Place, asked: &Asked) -> Result<()> {
    println!("signed in");
    // On a copy, so that the next run finds what this one did.
    let copy = place.data.with_file_name("known");
    if copy.exists() {
        fs::remove_dir_all(&copy)?;
    }
    fresh::copy_folder(&place.data, &copy)?;
    let mut stations =
        "code,name,district,districtName,districtNameEn,marketBureau,industryBody\n".to_owned();
    let mut answers = String::new();
    for number in 0..DISTRICTS {
        writeln!(
            stations,
            "BE-{number:04},示例工作站{number},B{number:04},示例区{number},Sample District {number},示例市场局,示例科经委"
        )?;
        let row = json!({
            "externalId": "shared", "station": format!("BE-{number:04}"), "audience": "DISTRICT",
            "question": format!("示例区{number}的无菌导管变更注册怎么办"), "answer": "按示例办法办理。",
        });
        writeln!(answers, "{row}")?;
    }
    let file = |name: &str, text: &str| -> Result<String> {
        let path = copy.join(name);
        fs::write(&path, text)?;
        Ok(path.to_string_lossy().into_owned())
    };
    program::run(&copy, &["import", "stations", &file("stations.csv", &stations)?])?;
    program::run(&copy, &["import", "answered-questions", &file("answers.jsonl", &answers)?])?;
    let password = file("password", PASSWORD)?;
    let add = |login: &str, post: &[&str]| {
        #[rustfmt::skip]
        let who = ["account", "add", "--login", login, "--name", "示例联系人", "--undertaking-signed-on", "2026-01-01",
            "--password-file", &password];
        program::run(&copy, &[&who, post].concat())
    };
    add(OFFICER, &["--role", "MUNICIPAL_OFFICER"])?;
    add(STAFF, &["--role", "STAFF", "--station", "BE-0007"])?;

    let served = Served::start(&copy)?;
    let mut anybody = served.client()?;
    let mut signed_in = |login: &str| -> Result<Client> {
        let variables = json!({ "login": login, "password": PASSWORD });
        let signed = anybody.json(SIGN_IN, &variables)?;
        let token = signed["data"]["signIn"]["session"]["accessToken"].as_str();
        let token = token.ok_or_else(|| format!("nobody signed in: {signed}"))?;
        Ok(served.client()?.signed_in(token))
    };
    let mut clients = [signed_in(STAFF)?, signed_in(OFFICER)?, served.client()?];
    let mut times = [Times::default(), Times::default(), Times::default()];
    let requests = search::requests(asked.seed, if asked.quick { 100 } else { 400 })?;
    for (_, request) in requests.iter().take(50) {
        for client in &mut clients {
            client.ask(request)?;
        }
    }
    for _ in 0..if asked.quick { 2 } else { 5 } {
        for (_, request) in &requests {
            for (client, times) in clients.iter_mut().zip(&mut times) {
                times.of(|| client.ask(request).map(<[u8]>::len))?;
            }
        }
    }
    let [staff, officer, anybody] = times;
    for (who, times) in [("staff", staff), ("an officer with 1,000 tokens", officer)] {
        let beside = format!("search by {who}, 1,000 tokens in use, beside anybody");
        let goal = Goal::RatioAtMost(1.3);
        table.add(&format!("{beside}, p50 ms"), times.median(), Some(anybody.median()), goal);
        table.add(&format!("{beside}, mean ms"), times.mean(), Some(anybody.mean()), goal);
        table.add(&format!("{beside}, p99 ms"), times.p99(), Some(anybody.p99()), Goal::Shown);
    }
    served.end()?;
    let _ = fs::remove_dir_all(&copy);
    Ok(())
}
