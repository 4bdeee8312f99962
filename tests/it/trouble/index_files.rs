//! The index can be thrown away: whatever becomes of its files, the database is the truth.

use std::{
    fs,
    path::{Path, PathBuf},
    time::Duration,
};

use zhanjian::{clock::Clock, outbox};

use crate::support::{
    Engine,
    process::{PATIENCE, block_on, tell, wait_for},
    site::Site,
};

fn numbers(file: usize, rows: usize) -> impl Iterator<Item = String> {
    (0..rows).map(move |row| format!("SL-{file}-{row}"))
}

/// In one step: what runs would make files in a folder that is being deleted.
fn delete_index(site: &Site) {
    let aside = site.data().join("deleted");
    fs::rename(site.index(), &aside).unwrap();
    fs::remove_dir_all(aside).unwrap();
}

#[test]
fn an_index_folder_deleted_under_a_running_service_is_made_anew_while_searches_go_on() {
    let site = Site::with_stations(Engine::Sqlite);
    site.import_answers(numbers(1, 40));
    // Looks rarely, so that there is a moment in which it has not noticed.
    let service = site.serve_with(&[("OUTBOX_POLL_INTERVAL", "1s")]).ready();
    delete_index(&site);

    let (status, health) = service.health("ready");
    assert_eq!((status, &health["checks"][1]["name"]), (503, &"index".into()), "{health}");
    assert_eq!(service.health("live").0, 200);
    wait_for("the index is there again", PATIENCE, || {
        assert!(service.found("SL-1-7").is_some(), "a search found nothing meanwhile");
        (service.health("ready").0 == 200).then_some(())
    });
    assert!(site.index().join("CURRENT").exists());
    site.import_answers(numbers(2, 10));
    assert!(service.finds("SL-2-3") < Duration::from_secs(10));
    site.expect_verified();
    service.terminate().expect_status(0);
    let service = site.serve().ready();
    assert!(service.found("SL-2-9").is_some());
}

#[test]
fn an_index_folder_that_was_deleted_and_made_anew_is_still_this_services_own() {
    let site = Site::with_stations(Engine::Sqlite);
    let service = site.serve().ready();
    delete_index(&site);
    wait_for("the index is there again", PATIENCE, || {
        site.index().join("CURRENT").exists().then_some(())
    });
    site.serve_and_fail().expect_status(3);
    assert_eq!(service.health("ready").0, 200);
}

#[test]
fn a_damaged_index_is_noticed_at_the_start_and_made_anew() {
    let site = Site::with_stations(Engine::Sqlite);
    site.import_answers(numbers(1, 20));
    site.run(&["index", "rebuild"]).expect_status(0);
    let whole = site.folder.path().join("whole");
    copy(&site.index(), &whole);

    let mut damaged = 0;
    for file in one_of_each_kind(&whole) {
        for (what, damage) in DAMAGES {
            fs::remove_dir_all(site.index()).unwrap();
            copy(&whole, &site.index());
            damage(&site.index(), &file);
            let name = file.display();
            tell!("{name} {what}");
            let service = site.serve().ready();
            for number in numbers(1, 20) {
                assert!(service.found(&number).is_some(), "{name} {what}: {number}");
            }
            site.expect_verified();
            service.kill();
            damaged += 1;
        }
    }
    assert!(damaged > 20, "only {damaged} kinds of damage");
}

type Damage = fn(&Path, &Path);

const DAMAGES: &[(&str, Damage)] = &[
    ("cut in half", |index, file| {
        let bytes = fs::read(index.join(file)).unwrap();
        fs::write(index.join(file), &bytes[..bytes.len() / 2]).unwrap();
    }),
    ("gone", |index, file| fs::remove_file(index.join(file)).unwrap()),
    ("empty after a power cut", |index, file| {
        fs::write(index.join(file), b"").unwrap();
        fs::write(index.join("OPEN"), b"another run of the machine").unwrap();
    }),
    ("overwritten in the middle before a power cut", |index, file| {
        let mut bytes = fs::read(index.join(file)).unwrap();
        let middle = bytes.len() / 2;
        for byte in &mut bytes[middle..] {
            *byte ^= 0x5a;
        }
        fs::write(index.join(file), bytes).unwrap();
        fs::write(index.join("OPEN"), b"another run of the machine").unwrap();
    }),
];

/// A file of every ending in the folder of the index and its generation, as paths below the index.
fn one_of_each_kind(index: &Path) -> Vec<PathBuf> {
    let mut files: Vec<PathBuf> = Vec::new();
    let generation = generation(index);
    for folder in [index.to_path_buf(), generation] {
        for entry in fs::read_dir(&folder).unwrap().map(Result::unwrap) {
            let path = entry.path().strip_prefix(index).unwrap().to_path_buf();
            let name = entry.file_name();
            let bookkeeping =
                name == "lock" || name == "OPEN" || name.to_string_lossy().ends_with(".lock");
            let known = files.iter().any(|file| {
                file.extension().is_some()
                    && file.extension() == path.extension()
                    && path.extension().is_none_or(|ending| ending != "json")
            });
            if entry.file_type().unwrap().is_file() && !bookkeeping && !known {
                files.push(path);
            }
        }
    }
    files
}

/// The folder of the serving generation.
fn generation(index: &Path) -> PathBuf {
    index.join(fs::read_to_string(index.join("CURRENT")).unwrap().trim())
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap().map(Result::unwrap) {
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).unwrap();
        }
    }
}

#[test]
fn an_index_of_another_analyzer_serves_until_the_new_one_is_made() {
    let site = Site::with_stations(Engine::Sqlite);
    site.import_answers(numbers(1, 1_500));
    site.run(&["index", "rebuild"]).expect_status(0);
    let before = generation(&site.index());
    let meta = before.join("meta.json");
    let text = fs::read_to_string(&meta).unwrap();
    let other =
        text.replace(&zhanjian_index::Options::default().fingerprint().unwrap(), "0-another");
    assert_ne!(text, other);
    fs::write(&meta, other).unwrap();
    let status = site.run(&["index", "status"]);
    assert!(status.expect_status(1).out.contains("another version's"), "{}", status.out);

    let service = site.serve_with(&[("INDEX_SNAPSHOT_KEEP", "100ms")]);
    let mut searches = 0;
    wait_for("the new index is made", PATIENCE, || {
        assert!(service.found("SL-1-1234").is_some(), "after {searches} searches");
        searches += 1;
        (service.health("ready").0 == 200).then_some(())
    });
    assert!(searches > 3, "it was ready after {searches} searches: nothing was shown");
    let status = site.run(&["index", "status"]);
    assert!(status.expect_status(0).out.contains("this version's"), "{}", status.out);
    // Its files go with the next change, once nobody can be paging through it any more.
    std::thread::sleep(Duration::from_millis(200));
    site.import_answers(numbers(2, 1));
    wait_for("the old generation is removed", PATIENCE, || (!before.exists()).then_some(()));
    site.expect_verified();
}

#[test]
fn an_index_behind_the_tail_of_a_pruned_log_is_made_anew() {
    let site = Site::with_stations(Engine::Sqlite);
    site.import_answers(numbers(1, 20));
    let service = site.serve().ready();
    service.finds("SL-1-19");
    service.terminate().expect_status(0);
    let before = generation(&site.index());
    site.import_answers(numbers(2, 20));
    prune(&site);

    let service = site.serve().ready();
    assert!(service.found("SL-2-19").is_some());
    assert!(service.log().contains("no longer reaches back"), "{}", service.log());
    assert_ne!(generation(&site.index()), before);
    site.expect_verified();

    // One that has caught up does not mind.
    let before = generation(&site.index());
    prune(&site);
    site.import_answers(numbers(3, 20));
    service.finds("SL-3-19");
    assert_eq!(generation(&site.index()), before);
    site.expect_verified();
}

fn prune(site: &Site) {
    block_on(async {
        let db = site.open().await;
        let now = Clock::system().now();
        let write = db.write().await.unwrap();
        outbox::prune(&write, now + chrono::Duration::days(1)).await.unwrap();
        write.commit(now).await.unwrap();
        db.close().await.unwrap();
    });
}

#[test]
fn a_database_that_was_put_back_takes_the_index_back_with_it() {
    let site = Site::with_stations(Engine::Sqlite);
    site.import_answers(numbers(1, 20));
    let kept = database_at_rest(&site);
    site.import_answers(numbers(2, 20));
    let behind = database_at_rest(&site);
    assert_ne!(kept, behind);
    fs::write(site.data().join("zhanjian.sqlite"), kept).unwrap();

    let service = site.serve().ready();
    assert_eq!(service.found("SL-2-19"), None, "it is in no database any more");
    assert!(service.found("SL-1-19").is_some());
    site.expect_verified();
    site.import_answers(numbers(3, 5));
    service.finds("SL-3-4");
    site.expect_verified();
}

/// The database's one file after a service has indexed it and ended.
fn database_at_rest(site: &Site) -> Vec<u8> {
    site.serve().ready().terminate().expect_status(0);
    for file in ["zhanjian.sqlite-wal", "zhanjian.sqlite-shm"] {
        assert!(!site.data().join(file).exists(), "{file} is left after a graceful end");
    }
    fs::read(site.data().join("zhanjian.sqlite")).unwrap()
}

#[test]
fn what_another_process_imports_is_found_without_a_restart() {
    let site = Site::with_stations(Engine::Sqlite);
    let service = site.serve().ready();
    let median = |series: usize| {
        let mut took: Vec<Duration> = (series * 10..series * 10 + 10)
            .map(|file| {
                site.import_answers(numbers(file, 3));
                service.finds(&format!("SL-{file}-2"))
            })
            .collect();
        took.sort_unstable();
        tell!("found after an import: median {:?}, slowest {:?}", took[5], took[9]);
        took[5]
    };
    // Looking every 100 ms, gathering for 20 ms, and the work itself. The machine has other things to do: one quiet
    // series is enough.
    assert!((0..5).any(|series| median(series) < Duration::from_millis(400)));
}
