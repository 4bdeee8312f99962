//! What the operator does at the command line: accounts, clients, keys, the audit log, the demonstration.

use std::{fs, os::unix::fs::PermissionsExt as _};

use serde_json::Value;

use crate::support::{
    Engine,
    process::{PATIENCE, wait_for},
    site::{Running, Site},
};

#[test]
fn the_first_administrator_comes_from_the_command_line() {
    let site = Site::with_stations(Engine::Sqlite);
    let added = site.run(&[
        "account",
        "add",
        "--login",
        "Root",
        "--name",
        "示例管理员",
        "--role",
        "administrator",
        "--undertaking-signed-on",
        "2026-11-20",
    ]);
    let password = added.expect_status(0).out.trim().to_owned();
    assert!(password.len() > 20, "{password}");
    let running = site.serve();
    let token = sign_in(&running, "root", &password).expect("signed in");
    let viewer = ask(&running, Some(&token), "{ viewer { standing name } }");
    assert_eq!(viewer["data"]["viewer"]["standing"], "ADMINISTRATOR");
    // While it serves: another one, whose password is in a file.
    let file = site.file("password", "seventeen quiet herons\n");
    let file = file.to_str().unwrap();
    site.run(&[
        "account",
        "add",
        "--login",
        "li",
        "--name",
        "示例李",
        "--role",
        "STAFF",
        "--station",
        "SH-PD",
        "--password-file",
        file,
    ])
    .expect_status(0);
    assert_eq!(sign_in(&running, "li", "seventeen quiet herons"), None);
    site.run(&["account", "activate", "li"]).expect_status(2);
    site.run(&["account", "activate", "li", "--undertaking-signed-on", "2026-11-20"])
        .expect_status(0);
    let token = sign_in(&running, "li", "seventeen quiet herons").expect("signed in");
    site.run(&["account", "suspend", "li", "--reason", "示例"]).expect_status(0);
    let late = ask(&running, Some(&token), "{ viewer { signedIn } }");
    assert_eq!(late["errors"][0]["extensions"]["code"], "UNAUTHENTICATED");
    site.run(&["account", "activate", "li"]).expect_status(0);
    let reset = site.run(&["account", "reset-password", "li"]);
    let password = reset.expect_status(0).out.trim().to_owned();
    assert_eq!(sign_in(&running, "li", "seventeen quiet herons"), None);
    sign_in(&running, "li", &password).expect("signed in");
    let list = site.run(&["account", "list"]);
    let list = &list.expect_status(0).out;
    assert!(list.contains("li\t示例李\tSTAFF\tSH-PD\tACTIVE\t2026-11-20"), "{list}");
    site.run(&["account", "left", "li"]).expect_status(0);
    assert_eq!(sign_in(&running, "li", &password), None);
    running.terminate().expect_status(0);
    // What is wrong is said, and nothing is done.
    for (arguments, said) in [
        (
            vec![
                "account",
                "add",
                "--login",
                "li",
                "--name",
                "示例",
                "--role",
                "STAFF",
                "--station",
                "SH-PD",
            ],
            "this login is taken",
        ),
        (
            vec!["account", "add", "--login", "wu", "--name", "示例", "--role", "STAFF"],
            "is needed for this role",
        ),
        (
            vec![
                "account",
                "add",
                "--login",
                "wu",
                "--name",
                "示例",
                "--role",
                "STAFF",
                "--station",
                "SH-ZZ",
            ],
            "there is nothing with the code \"SH-ZZ\"",
        ),
        (vec!["account", "activate", "li"], "they have left"),
        (vec!["account", "left", "root"], "the last administrator"),
        (vec!["account", "left", "nobody"], "there is nobody with the login"),
    ] {
        let ended = site.run(&arguments);
        assert!(ended.expect_status(2).err.contains(said), "{arguments:?}: {}", ended.err);
    }
    // All of it is in the audit log, as the operator's, and no password is.
    let log = site.file("log.jsonl", "");
    site.run(&["export", "audit-log", log.to_str().unwrap()]).expect_status(0);
    let text = fs::read_to_string(&log).unwrap();
    assert!(!text.contains(&password) && !text.contains("herons"));
    let actions: Vec<String> = text
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).unwrap())
        .filter(|event| event["actorKind"] == "OPERATOR")
        .map(|event| event["action"].as_str().unwrap().to_owned())
        .collect();
    assert_eq!(
        actions,
        [
            "enrolMember",
            "enrolMember",
            "signUndertaking",
            "activateMember",
            "suspendMember",
            "activateMember",
            "resetPassword",
            "memberLeft"
        ]
    );
    let csv = site.folder.path().join("log.csv");
    let csv = csv.to_str().unwrap();
    site.run(&["export", "audit-log", "--from", "2000-01-01", "--to", "2000-12-31", csv])
        .expect_status(0);
    assert_eq!(fs::read_to_string(csv).unwrap().lines().count(), 1, "nothing but the header");
    site.run(&["export", "audit-log", "--from", "2000-01-01", csv]).expect_status(0);
    let text = fs::read_to_string(csv).unwrap();
    assert!(
        text.starts_with(
            "at,actorKind,actorId,standing,action,targetKind,targetId,districtCode,outcome,detail,requestId"
        ),
        "{text}"
    );
    assert!(text.contains(",OPERATOR,,,suspendMember,Member,"), "{text}");
    site.run(&["export", "stations", "--from", "2000-01-01"]).expect_status(2);
}

#[test]
fn a_client_is_kept_from_the_command_line() {
    let site = Site::with_stations(Engine::Sqlite);
    let added = site.run(&["client", "add", "--name", "示例门户", "--scope", "read,needs"]);
    let credentials = |out: &str| {
        let word = |line: usize| {
            out.lines().nth(line).unwrap().split_whitespace().nth(1).unwrap().to_owned()
        };
        (word(0), word(1))
    };
    let (id, secret) = credentials(&added.expect_status(0).out);
    let running = site.serve();
    let token = grant(&running, &id, &secret).expect("a token");
    let viewer = ask(&running, Some(&token), "{ viewer { scopes } }");
    assert_eq!(viewer["data"]["viewer"]["scopes"], serde_json::json!(["READ", "NEEDS"]));
    let (_, new) = credentials(&site.run(&["client", "rotate-secret", &id]).expect_status(0).out);
    assert!(grant(&running, &id, &secret).is_some() && grant(&running, &id, &new).is_some());
    let (_, newest) =
        credentials(&site.run(&["client", "rotate-secret", &id, "--at-once"]).expect_status(0).out);
    assert!(grant(&running, &id, &secret).is_none() && grant(&running, &id, &new).is_none());
    site.run(&["client", "disable", &id]).expect_status(0);
    site.run(&["client", "disable", &id]).expect_status(2);
    assert!(grant(&running, &id, &newest).is_none());
    let late = ask(&running, Some(&token), "{ viewer { standing } }");
    assert_eq!(late["errors"][0]["extensions"]["code"], "UNAUTHENTICATED");
    site.run(&["client", "enable", &id]).expect_status(0);
    assert!(grant(&running, &id, &newest).is_some());
    let list = site.run(&["client", "list"]);
    assert!(
        list.expect_status(0).out.contains(&format!("{id}\t示例门户\tACTIVE\tread needs\t-\t-"))
    );
    assert!(!list.out.contains("zjs_"));
    site.run(&["client", "disable", "zj-nobody"]).expect_status(2);
    running.terminate().expect_status(0);
}

#[test]
fn keys_are_replaced_and_who_is_signed_in_stays() {
    let site = Site::with_stations(Engine::Sqlite);
    let added = site.run(&[
        "account",
        "add",
        "--login",
        "root",
        "--name",
        "示例管理员",
        "--role",
        "ADMINISTRATOR",
        "--undertaking-signed-on",
        "2026-11-20",
    ]);
    let password = added.expect_status(0).out.trim().to_owned();
    let running = site.serve();
    let token = sign_in(&running, "root", &password).expect("signed in");
    let signed_in = |running: &Running, token: &str| {
        ask(running, Some(token), "{ viewer { signedIn } }")["data"]["viewer"]["signedIn"] == true
    };
    let file = site.data().join("keys/master.keys");
    let keys = || {
        let text = fs::read_to_string(&file).unwrap();
        text.lines().filter(|line| !line.is_empty() && !line.starts_with('#')).count()
    };
    assert_eq!(keys(), 1);
    let rotated = site.run(&["keys", "rotate"]);
    assert!(rotated.expect_status(0).out.starts_with("1 sealed anew under "), "{}", rotated.out);
    assert_eq!(keys(), 2);
    assert!(signed_in(&running, &token));
    site.run(&["keys", "rotate-signing"]).expect_status(0);
    assert!(signed_in(&running, &token));
    assert!(signed_in(&running, &token));
    // A node may go on sealing under the old key for a minute.
    site.run(&["keys", "forget-old"]).expect_status(2);
    let struck = site.run(&["keys", "forget-old", "--at-once"]);
    assert!(struck.expect_status(0).out.starts_with("struck "), "{}", struck.out);
    assert_eq!(keys(), 1);
    running.terminate().expect_status(0);
    // Started anew, it opens everything with the one key that is left.
    let running = site.serve();
    assert!(signed_in(&running, &token));
    sign_in(&running, "root", &password).expect("signed in");
    running.terminate().expect_status(0);
}

#[test]
fn the_demonstration_has_an_account_a_role_with_passwords_of_its_own() {
    let site = Site::new(Engine::Sqlite);
    let file = site.folder.path().join("accounts.json");
    let arguments = ["--demo", "--demo-credentials", file.to_str().unwrap()];
    let credentials = || {
        let mode = fs::metadata(&file).unwrap().permissions().mode() & 0o777;
        assert_eq!(mode, 0o600);
        serde_json::from_str::<Vec<Value>>(&fs::read_to_string(&file).unwrap()).unwrap()
    };
    let running = site.serve_arguments(&arguments);
    let first = credentials();
    let roles: Vec<&str> = first.iter().map(|account| account["role"].as_str().unwrap()).collect();
    assert_eq!(
        roles,
        [
            "STAFF",
            "HEAD",
            "DISTRICT_OFFICER",
            "MUNICIPAL_OFFICER",
            "TECH_TRANSFER",
            "ADMINISTRATOR",
            "PORTAL"
        ]
    );
    for account in &first {
        let (login, password) =
            (account["login"].as_str().unwrap(), account["password"].as_str().unwrap());
        let token = match account["role"].as_str().unwrap() {
            "PORTAL" => grant(&running, login, password),
            _ => sign_in(&running, login, password),
        };
        let viewer = ask(&running, Some(&token.expect("let in")), "{ viewer { standing } }");
        assert_eq!(viewer["data"]["viewer"]["standing"], account["role"], "{login}");
        wait_for(&format!("the password of {login} is shown"), PATIENCE, || {
            running.log().contains(password).then_some(())
        });
    }
    assert!(running.log().contains("工作站专员"));
    running.terminate().expect_status(0);
    // Each start makes new ones, and the old ones are no good any more.
    let running = site.serve_arguments(&arguments);
    let second = credentials();
    assert_eq!(second.len(), first.len());
    for (old, new) in first.iter().zip(&second) {
        assert_eq!((&old["role"], &old["login"]), (&new["role"], &new["login"]));
        let login = new["login"].as_str().unwrap();
        let (old, new) = (old["password"].as_str().unwrap(), new["password"].as_str().unwrap());
        let enter = |password: &str| match login.starts_with("demo-") {
            true => sign_in(&running, login, password),
            false => grant(&running, login, password),
        };
        assert!(enter(old).is_none(), "{login}");
        assert!(enter(new).is_some(), "{login}");
    }
    running.terminate().expect_status(0);
    // Without --demo nothing is touched; and data of somebody's own gets no sample accounts.
    let running = site.serve();
    let admin = &second[5];
    assert!(
        sign_in(&running, admin["login"].as_str().unwrap(), admin["password"].as_str().unwrap())
            .is_some()
    );
    running.terminate().expect_status(0);
    let other = Site::with_stations(Engine::Sqlite);
    let running = other.serve_arguments(&arguments);
    assert!(credentials().is_empty());
    assert_eq!(ask(&running, None, "{ viewer { signedIn } }")["data"]["viewer"]["signedIn"], false);
    running.terminate().expect_status(0);
}

fn ask(running: &Running, token: Option<&str>, query: &str) -> Value {
    running.ask_as(token, query)
}

fn sign_in(running: &Running, login: &str, password: &str) -> Option<String> {
    let query = format!(
        "mutation {{ signIn(input: {{ login: {login:?}, password: {password:?} }}) {{ session {{ accessToken }} }} }}"
    );
    let reply = ask(running, None, &query);
    reply["data"]["signIn"]["session"]["accessToken"].as_str().map(str::to_owned)
}

fn grant(running: &Running, id: &str, secret: &str) -> Option<String> {
    let form = format!("grant_type=client_credentials&client_id={id}&client_secret={secret}");
    let reply = running.post_form("/oauth/token", &form);
    reply["access_token"].as_str().map(str::to_owned)
}
