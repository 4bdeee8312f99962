//! Whether the time of a refusal tells what its words do not: a wrong password and a login that nobody has, a wrong
//! secret and a client that is none, what may not be seen and what there is not, in turns.

use std::{fs, path::Path};

use serde_json::{Value, json};
use zhanjian::ids::{GlobalId, NodeKind, new_id};

use super::{
    Asked, Result,
    client::{self, Client},
    measure::{Goal, Table, Times},
    program::{self, Served},
};

/// Logins that there are, and as many that there are not: few tries each, so that nobody has to wait.
const LOGINS: usize = 10;
const PASSWORD: &str = "only for measuring, then gone";

/// The most by which two distributions may lie apart (Kolmogorov and Smirnov): what chance does to 200 of each in one of
/// a thousand runs.
const APART: f64 = 0.2;

const SIGN_IN: &str =
    "mutation($login: String!) { signIn(input: { login: $login, password: \"a wrong password\" }) {
    session { accessToken } userErrors { code message } } }";
const READ: &str = "query($id: ID!) { node(id: $id) { id } }";
const RATE: &str = "mutation($id: ID!) { rateAnsweredQuestion(input: { id: $id, helpful: true }) {
    userErrors { code message } } }";

pub(super) fn measure(table: &mut Table, folder: &Path, asked: &Asked) -> Result<()> {
    println!("refusals");
    let data = folder.join("refused");
    if data.exists() {
        fs::remove_dir_all(&data)?;
    }
    fs::create_dir_all(&data)?;
    let client_id = furnish(&data)?;
    let served = Served::start(&data)?;
    let tries = if asked.quick { 40 } else { 200 };

    let mut place = 0_u32;
    let mut elsewhere = |client: Client| {
        place += 1;
        let [_, a, b, c] = place.to_be_bytes();
        client.forwarded_for(&format!("10.{a}.{b}.{c}"))
    };
    let (mut known, mut unknown) = (Times::default(), Times::default());
    for number in 0..tries {
        let login = number % LOGINS;
        for (times, login) in
            [(&mut known, format!("member-{login}")), (&mut unknown, format!("nobody-{login}"))]
        {
            let mut client = elsewhere(served.client()?);
            let answer = times.of(|| client.json(SIGN_IN, &json!({ "login": login })))?;
            let code = &answer["data"]["signIn"]["userErrors"][0]["code"];
            if code != "WRONG_CREDENTIALS" {
                return Err(format!("{login} was told {answer}").into());
            }
        }
    }
    add(table, "wrong password, beside a login that nobody has", &known, &unknown);

    let (mut known, mut unknown) = (Times::default(), Times::default());
    for _ in 0..tries {
        for (times, id) in [(&mut known, client_id.as_str()), (&mut unknown, "zj-nobody")] {
            let mut client = elsewhere(served.client()?);
            let form =
                format!("grant_type=client_credentials&client_id={id}&client_secret=zjs_wrong");
            let status = times.of(|| client.form("/oauth/token", &form))?;
            if status != 401 {
                return Err(format!("{id} was answered {status}").into());
            }
        }
    }
    add(table, "wrong secret, beside a client that is none", &known, &unknown);

    let hidden = hidden_answer(&served)?;
    let nothing = GlobalId::encode(NodeKind::AnsweredQuestion, new_id()).0;
    let token = token(&mut served.client()?, "outsider")?;
    for (name, query) in [("read", READ), ("changed", RATE)] {
        let (mut there, mut nowhere) = (Times::default(), Times::default());
        let mut client = served.client()?.signed_in(&token);
        let mut said: Option<Value> = None;
        for _ in 0..tries * 3 {
            for (times, id) in [(&mut there, &hidden), (&mut nowhere, &nothing)] {
                let request = client::request(query, &json!({ "id": id }));
                let answer = times.of(|| client.ask(&request).map(<[u8]>::to_vec))?;
                let mut answer: Value = serde_json::from_slice(&answer)?;
                // Each has the number of its own request.
                answer["extensions"] = Value::Null;
                if let Some(errors) = answer["errors"].as_array_mut() {
                    for error in errors {
                        error["extensions"]["requestId"] = Value::Null;
                    }
                }
                if *said.get_or_insert_with(|| answer.clone()) != answer {
                    return Err(format!("{said:?} and {answer}").into());
                }
            }
        }
        add(table, &format!("what may not be {name}, beside what there is not"), &there, &nowhere);
    }
    served.end()?;
    let _ = fs::remove_dir_all(&data);
    Ok(())
}

fn add(table: &mut Table, what: &str, one: &Times, other: &Times) {
    table.add(&format!("{what}, p50 ms"), one.median(), Some(other.median()), Goal::Shown);
    table.add(&format!("{what}, how far apart, 0…1"), one.apart(other), None, Goal::Below(APART));
}

/// A station with an answer of its own, people, and a client, whose id this gives.
fn furnish(data: &Path) -> Result<String> {
    let file = |name: &str, text: &str| -> Result<String> {
        let path = data.join(name);
        fs::write(&path, text)?;
        Ok(path.to_string_lossy().into_owned())
    };
    file("zhanjian.toml", "[http]\ntrusted_proxies = [\"127.0.0.1\"]\nrate_limit = \"off\"\n")?;
    let stations = "code,name,district,districtName,districtNameEn,marketBureau,industryBody
BE-1,示例一站,B1,示例一区,First Sample District,示例市场局,示例科经委
BE-2,示例二站,B2,示例二区,Second Sample District,示例市场局,示例科经委
";
    program::run(data, &["import", "stations", &file("stations.csv", stations)?])?;
    let answer = json!({ "externalId": "own", "station": "BE-1", "audience": "STATION",
        "question": "无菌导管变更注册怎么办", "answer": "按示例办法办理。" });
    let answers = file("answers.jsonl", &answer.to_string())?;
    program::run(data, &["import", "answered-questions", &answers])?;
    let password = file("password", PASSWORD)?;
    let add = |login: &str, station: &str| {
        #[rustfmt::skip]
        let arguments = ["account", "add", "--login", login, "--name", "示例", "--role", "STAFF", "--station", station,
            "--undertaking-signed-on", "2026-01-01", "--password-file", &password];
        program::run(data, &arguments)
    };
    for number in 0..LOGINS {
        add(&format!("member-{number}"), "BE-1")?;
    }
    add("insider", "BE-1")?;
    add("outsider", "BE-2")?;
    let said = program::output(data, &["client", "add", "--name", "示例门户", "--scope", "read"])?;
    let id = said.split_whitespace().find(|word| word.starts_with("zj-"));
    Ok(id.ok_or_else(|| format!("no client in {said}"))?.to_owned())
}

fn token(client: &mut Client, login: &str) -> Result<String> {
    let query = "mutation($login: String!, $password: String!) {
        signIn(input: { login: $login, password: $password }) { session { accessToken } } }";
    let signed = client.json(query, &json!({ "login": login, "password": PASSWORD }))?;
    let token = signed["data"]["signIn"]["session"]["accessToken"].as_str();
    Ok(token.ok_or_else(|| format!("nobody signed in: {signed}"))?.to_owned())
}

/// The id of the answer that its own station alone sees.
fn hidden_answer(served: &Served) -> Result<String> {
    let token = token(&mut served.client()?, "insider")?;
    let list = served
        .client()?
        .signed_in(&token)
        .json("{ answeredQuestions(first: 1) { nodes { id } } }", &json!({}))?;
    let id = list["data"]["answeredQuestions"]["nodes"][0]["id"].as_str();
    Ok(id.ok_or("the answer is not there")?.to_owned())
}
