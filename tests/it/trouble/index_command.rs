//! `zhanjian index`, beside a running service and without one.

use std::time::Duration;

use sea_orm::ConnectionTrait as _;

use crate::support::{
    Engine,
    process::{Ended, block_on},
    site::Site,
};

#[test]
fn without_a_service_the_index_is_looked_at_and_made_anew() {
    let site = Site::with_stations(Engine::Sqlite);
    site.import_answers((0..30).map(|row| format!("SL-1-{row}")));
    for command in ["status", "verify"] {
        let ended = site.run(&["index", command]);
        ended.expect_status(3);
        assert!(ended.sentence().contains("there is no index"), "{}", ended.err);
    }
    let rebuilt = site.run(&["index", "rebuild"]);
    assert!(rebuilt.expect_status(0).out.contains("made anew"), "{}", rebuilt.out);
    let status = site.run(&["index", "status"]);
    status.expect_status(0);
    assert_eq!(line(&status, "documents"), "32");
    assert_eq!(line(&status, "behind"), "0");

    site.import_answers((0..5).map(|row| format!("SL-2-{row}")));
    let status = site.run(&["index", "status"]);
    assert_eq!(line(status.expect_status(1), "behind"), "5");
    let verified = site.run(&["index", "verify"]);
    let told = "37 documents compared, 0 differences, 5 changes still to be taken in";
    assert!(verified.expect_status(0).out.contains(told), "{}", verified.out);
}

#[test]
fn beside_a_running_service_the_index_is_looked_at_and_made_anew() {
    let site = Site::with_stations(Engine::Sqlite);
    site.import_answers((0..30).map(|row| format!("SL-1-{row}")));
    let service = site.serve().ready();
    let before = site.run(&["index", "status"]);
    before.expect_status(0);
    site.expect_verified();

    let rebuilt = site.run(&["index", "rebuild"]);
    assert!(rebuilt.expect_status(0).out.contains("by the running service"), "{}", rebuilt.out);
    let after = site.run(&["index", "status"]);
    assert_ne!(line(after.expect_status(0), "generation"), line(&before, "generation"));
    assert!(service.found("SL-1-29").is_some());
    site.import_answers((0..5).map(|row| format!("SL-2-{row}")));
    assert!(service.finds("SL-2-4") < Duration::from_secs(5));
    site.expect_verified();
    service.terminate().expect_status(0);
}

#[test]
fn an_edited_dictionary_is_taken_up_by_a_rebuild() {
    let site = Site::with_stations(Engine::Sqlite);
    site.import_answers((0..3).map(|row| format!("SL-1-{row}")));
    let synonyms = site.file("synonyms.txt", "# ours\n无菌敷料|zzdressing\n");
    let folder = synonyms.parent().unwrap().to_str().unwrap();
    let service = site.serve_with(&[("INDEX_DICTIONARIES", folder)]).ready();
    let total = |text: &str| {
        let query = format!("{{ search(query: \"{text}\") {{ totalCount }} }}");
        service.ask(&query)["search"]["totalCount"].as_u64().unwrap()
    };
    assert_eq!((total("zzdressing"), total("qqplaster")), (3, 0));

    site.file("synonyms.txt", "无菌敷料|qqplaster\n");
    let rebuild = ["--dictionaries", folder, "index", "rebuild"];
    site.run(&rebuild).expect_status(0);
    assert_eq!(total("qqplaster"), 3);
    // Where the files come from to be edited.
    let fresh = site.folder.path().join("fresh");
    let fresh = fresh.to_str().unwrap();
    let written = site.run(&["index", "dictionaries", fresh]);
    assert!(written.expect_status(0).out.contains("synonyms.txt"), "{}", written.out);
    site.run(&["index", "dictionaries", fresh]).expect_status(2);
    // The command that was given no folder sees that the index was built by other rules than its own.
    assert!(site.run(&["index", "status"]).expect_status(1).out.contains("other dictionaries"));

    site.file("synonyms.txt", "无菌敷料|qqplaster\n敷贴|无菌敷料\n");
    let refused = site.run(&rebuild);
    refused.expect_status(2);
    assert!(refused.sentence().contains("synonyms.txt, line 2"), "{}", refused.err);
    // Told without the folder, the service finds the fault itself, says so, and goes on as it was.
    let refused = site.run(&["index", "rebuild"]);
    refused.expect_status(3);
    assert!(refused.sentence().contains("see its log"), "{}", refused.err);
    assert!(service.log().contains("synonyms.txt, line 2"), "{}", service.log());
    assert_eq!(total("qqplaster"), 3);
    site.import_answers((0..1).map(|row| format!("SL-2-{row}")));
    service.finds("SL-2-0");
    service.terminate().expect_status(0);
}

#[test]
fn verify_names_every_difference_and_a_rebuild_mends_them() {
    let site = Site::with_stations(Engine::Sqlite);
    site.import_answers((0..10).map(|row| format!("SL-1-{row}")));
    site.run(&["index", "rebuild"]).expect_status(0);
    // Past the program, so that nothing is noted of it.
    block_on(async {
        let db = site.open().await;
        for sql in [
            "UPDATE answered_questions SET answer = '改过的答复' WHERE number = 'SL-1-3'",
            "DELETE FROM answered_questions WHERE number = 'SL-1-4'",
            "DELETE FROM outbox",
        ] {
            db.for_migrations().execute_unprepared(sql).await.unwrap();
        }
        db.close().await.unwrap();
    });
    let verified = site.run(&["index", "verify"]);
    verified.expect_status(1);
    for told in [
        "is in the index as it was, not as it is",
        "is in the index and not in the database",
        "11 documents compared, 2 differences",
    ] {
        assert!(verified.out.contains(told), "{told}: {}", verified.out);
    }
    site.run(&["index", "rebuild"]).expect_status(0);
    site.expect_verified();
}

#[test]
fn a_folder_without_data_is_not_mistaken_for_an_empty_service() {
    let site = Site::new(Engine::Sqlite);
    for command in ["status", "verify", "rebuild"] {
        let ended = site.run(&["index", command]);
        ended.expect_status(2);
        assert!(ended.sentence().contains("there is no data in"), "{}", ended.err);
    }
    assert!(!site.data().exists());
}

/// What a line of the status says.
fn line<'a>(status: &'a Ended, name: &str) -> &'a str {
    let found = status.out.lines().find_map(|line| line.strip_prefix(name));
    found.unwrap_or_else(|| panic!("no {name} in {}", status.out)).trim()
}
