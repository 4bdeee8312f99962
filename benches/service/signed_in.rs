//! What it costs to be somebody: the same search by anybody and by an officer who holds a thousand tokens, in a network
//! where as many are in use.

use std::{fmt::Write as _, fs};

use serde_json::json;

use super::{
    Asked, Result, fresh,
    measure::{Goal, Table, Times},
    prepare::Place,
    program::{self, Served},
    search,
};

/// Districts, each with a station and an answer that is shared within it.
const DISTRICTS: usize = 1_000;

/// The officer, and a password that is good for nothing else.
const LOGIN: &str = "bench-officer";
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
    #[rustfmt::skip]
    program::run(&copy, &[
        "account", "add", "--login", LOGIN, "--name", "示例联系人", "--role", "MUNICIPAL_OFFICER",
        "--undertaking-signed-on", "2026-01-01", "--password-file", &password,
    ])?;

    let served = Served::start(&copy)?;
    let mut anybody = served.client()?;
    let variables = json!({ "login": LOGIN, "password": PASSWORD });
    let signed = anybody.json(SIGN_IN, &variables)?;
    let token = signed["data"]["signIn"]["session"]["accessToken"].as_str();
    let token = token.ok_or_else(|| format!("nobody signed in: {signed}"))?;
    let mut officer = served.client()?.signed_in(token);
    let requests = search::requests(asked.seed, if asked.quick { 100 } else { 400 })?;
    for (_, request) in requests.iter().take(50) {
        anybody.ask(request)?;
        officer.ask(request)?;
    }
    let (mut known, mut unknown) = (Times::default(), Times::default());
    for _ in 0..if asked.quick { 2 } else { 5 } {
        for (_, request) in &requests {
            known.of(|| officer.ask(request).map(<[u8]>::len))?;
            unknown.of(|| anybody.ask(request).map(<[u8]>::len))?;
        }
    }
    let shown = Goal::Shown;
    let beside = "search signed in with 1,000 tokens, beside anybody";
    table.add(&format!("{beside}, p50 ms"), known.median(), Some(unknown.median()), shown);
    table.add(&format!("{beside}, mean ms"), known.mean(), Some(unknown.mean()), shown);
    table.add(&format!("{beside}, p99 ms"), known.p99(), Some(unknown.p99()), shown);
    served.end()?;
    let _ = fs::remove_dir_all(&copy);
    Ok(())
}
