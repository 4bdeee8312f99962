//! A start that cannot succeed ends with a sentence, the status that says whose fault it is, and nothing half done.

use std::{fs, net::TcpListener};

use crate::support::{
    Engine,
    process::{Begun, run},
    site::{Running, SERVE, Site},
};

#[test]
fn a_second_service_on_the_same_data_folder_is_refused() {
    let site = Site::with_stations(Engine::Sqlite);
    site.import_answers(["SL-1-1".to_owned()]);
    let first = site.serve().ready();
    let second = site.serve_and_fail();
    second.expect_status(3);
    let index = site.index().display().to_string();
    let sentence = second.sentence();
    assert!(sentence.contains(&index) && sentence.contains("already open"), "{sentence}");
    first.finds("SL-1-1");
    first.terminate().expect_status(0);
    // And once the first has gone, the folder is free.
    site.serve().ready().terminate().expect_status(0);
}

#[test]
fn commands_that_begin_at_once_on_an_empty_folder_all_find_their_tables() {
    for _ in 0..20 {
        let site = Site::new(Engine::Sqlite);
        fs::create_dir(site.data()).unwrap();
        let stations =
            site.file("stations.csv", "code,name,district,districtName\nSH-PD,示例,PD,浦东新区\n");
        let import = ["import", "stations", stations.to_str().unwrap()];
        let service = Running::of(site.command(SERVE));
        let begun = [Begun::of(site.command(&import)), Begun::of(site.command(&["migrate"]))];
        for command in begun {
            command.ended().expect_status(0);
        }
        service.listening().ready().terminate().expect_status(0);
    }
}

#[test]
fn after_a_kill_the_data_folder_is_free_at_once() {
    let site = Site::with_stations(Engine::Sqlite);
    assert!(site.serve().ready().kill());
    site.serve().ready();
}

#[test]
fn an_address_in_use_is_named_and_nothing_is_written() {
    let site = Site::new(Engine::Sqlite);
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let ended = site.run(&["serve", "--listen", &address]);
    ended.expect_status(3);
    assert!(ended.sentence().contains(&format!("cannot listen on {address}")), "{}", ended.err);
    assert!(!site.data().exists());
}

#[test]
fn wrong_settings_are_all_named_and_nothing_is_done() {
    let site = Site::new(Engine::Sqlite);
    let file = site.file("zhanjian.toml", "[http]\nmax_body_bytes = \"much\"\n[outboks]\na = 1\n");
    let mut command = site.command(SERVE);
    command.arg("--config").arg(file);
    command.env("ZHANJIAN_HTTP_READ_TIMEOUT", "soon").env("ZHANJIAN_HTTP_REED_TIMEOUT", "1s");
    let ended = run(command);
    ended.expect_status(2);
    for named in [
        "ZHANJIAN_HTTP_READ_TIMEOUT",
        "ZHANJIAN_HTTP_REED_TIMEOUT",
        "http.max_body_bytes",
        "outboks",
    ] {
        assert!(ended.err.contains(named), "{named}: {}", ended.err);
    }
    assert!(!site.data().exists());
}

#[test]
fn a_database_that_is_no_database_is_named() {
    let site = Site::new(Engine::Sqlite);
    fs::create_dir(site.data()).unwrap();
    let text = "示例：这不是数据库。".repeat(200);
    fs::write(site.data().join("zhanjian.sqlite"), &text).unwrap();
    for arguments in [SERVE, &["index", "verify"], &["export", "stations"]] {
        let ended = site.run(arguments);
        ended.expect_status(3);
        let sentence = ended.sentence();
        assert!(
            sentence.contains("zhanjian.sqlite") && sentence.contains("not a database"),
            "{}",
            ended.err
        );
    }
    assert_eq!(fs::read_to_string(site.data().join("zhanjian.sqlite")).unwrap(), text);
}

#[test]
fn a_data_folder_that_is_a_file_is_named() {
    let site = Site::new(Engine::Sqlite);
    fs::write(site.data(), b"").unwrap();
    let ended = site.serve_and_fail();
    ended.expect_status(3);
    assert!(ended.sentence().contains(&site.data().display().to_string()), "{}", ended.err);
}

#[test]
fn a_database_server_out_of_reach_is_named_without_its_password() {
    let site = Site::new(Engine::Sqlite);
    let free = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let mut command = site.command(SERVE);
    command.env("ZHANJIAN_DATABASE_URL", format!("postgres://zhanjian:hunter2@{free}/zhanjian"));
    command.env("ZHANJIAN_DATABASE_ACQUIRE_TIMEOUT", "500ms");
    let ended = run(command);
    ended.expect_status(3);
    assert!(ended.sentence().contains(&free.to_string()), "{}", ended.err);
    assert!(!ended.err.contains("hunter2"), "{}", ended.err);
}
