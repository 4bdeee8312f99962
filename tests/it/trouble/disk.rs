//! A disk that is full, a folder that may not be written to.

use std::{
    fs,
    os::unix::fs::{MetadataExt as _, PermissionsExt as _},
    path::Path,
    process::Command,
    time::Duration,
};

use crate::support::{
    Engine,
    process::{Ended, PATIENCE, run, tell, wait_for},
    site::{Running, SERVE, Site, answer},
};

#[test]
fn an_import_onto_a_full_disk_fails_with_a_sentence_and_loses_nothing() {
    let site = Site::with_stations(Engine::Sqlite);
    site.import_answers((0..10).map(|row| format!("SL-1-{row}")));
    let rows: String =
        (0..3_000).map(|row| answer(&format!("SL-2-{row}"), &"示例答复".repeat(40))).collect();
    let file = site.file("many.jsonl", &rows);

    let ended = run(with_full_disk(&site.importing(&file), 4_096));
    ended.expect_status(3);
    assert!(!ended.sentence().is_empty(), "{}", ended.err);
    tell!("{}", ended.sentence());
    // What went in, went in by whole transactions of 500 rows; the rest is mended by doing it once more.
    let there = exported(&site);
    assert_eq!((there - 10) % 500, 0, "{there} rows");
    assert!(there < 3_010, "the disk was not full");
    let again = site.import(&file);
    again.expect_status(0);
    let unchanged = format!("unchanged {}", there - 10);
    assert!(again.out.contains(&unchanged), "{}", again.out);
    assert_eq!(exported(&site), 3_010);
}

fn exported(site: &Site) -> usize {
    site.run(&["export", "answered-questions"]).expect_status(0).out.lines().count()
}

#[test]
fn a_service_whose_disk_is_full_goes_on_and_catches_up_once_there_is_room() {
    let site = Site::with_stations(Engine::Sqlite);
    site.import_answers((0..10).map(|row| format!("SL-1-{row}")));
    // So large a limit that it is none, until it is set anew.
    let service = Running::of(with_full_disk(&site.command(SERVE), 1 << 30)).listening().ready();
    limit_files_of(&service, "1000");
    site.import_answers((0..200).map(|row| format!("SL-2-{row}")));
    wait_for("the fault is logged", PATIENCE, || {
        service.log().contains("the index cannot follow for now").then_some(())
    });
    assert_eq!(service.health("live").0, 200);
    assert!(service.found("SL-1-7").is_some(), "what was there is still found");
    assert_eq!(service.found("SL-2-7"), None, "the disk was not full");

    limit_files_of(&service, "unlimited");
    assert!(service.finds("SL-2-199") < Duration::from_secs(15));
    assert_eq!(service.health("ready").0, 200);
    site.expect_verified();
    service.terminate().expect_status(0);
}

/// The same command where no file can grow beyond this many blocks of 512 bytes: writing fails as on a full disk. (A
/// small file system of its own would need rights that a test does not have everywhere.)
fn with_full_disk(command: &Command, blocks: u64) -> Command {
    // Unless the signal is ignored it ends the process, which no full disk does.
    let script = format!("trap '' XFSZ; ulimit -S -f {blocks}; exec \"$@\"");
    wrapped("sh", &["-c", &script, "sh"], command)
}

fn limit_files_of(service: &Running, bytes: &str) {
    let pid = service.id().to_string();
    let limit = format!("--fsize={bytes}:");
    let done = Command::new("prlimit").args(["--pid", &pid, &limit]).status().unwrap();
    assert!(done.success());
}

/// A command run by another program.
fn wrapped(program: &str, arguments: &[&str], command: &Command) -> Command {
    let mut outer = Command::new(program);
    outer.args(arguments).arg(command.get_program()).args(command.get_args());
    for (name, value) in command.get_envs() {
        match value {
            Some(value) => outer.env(name, value),
            None => outer.env_remove(name),
        };
    }
    if let Some(folder) = command.get_current_dir() {
        outer.current_dir(folder);
    }
    outer
}

#[test]
fn a_read_only_data_folder_is_named() {
    let site = Site::with_stations(Engine::Sqlite);
    site.import_answers(["SL-1-1".to_owned()]);
    site.run(&["index", "rebuild"]).expect_status(0);
    let rows = site.file("more.jsonl", &answer("SL-1-2", "示例答复"));
    let before = exported(&site);
    let as_others = Others::new(&site);
    nobody_may_write(&site.data());

    for command in [site.command(SERVE), site.importing(&rows), site.command(&["index", "rebuild"])]
    {
        let ended = as_others.run(&command);
        ended.expect_status(3);
        let sentence = ended.sentence();
        assert!(sentence.contains(&site.data().display().to_string()), "{}", ended.err);
        tell!("{sentence}");
    }
    everybody_may_read(&site.data());
    assert_eq!(exported(&site), before);
    assert!(site.serve().ready().found("SL-1-1").is_some());
}

#[test]
fn a_data_folder_that_cannot_be_made_is_named() {
    let site = Site::new(Engine::Sqlite);
    let locked = site.folder.path().join("locked");
    fs::create_dir(&locked).unwrap();
    let as_others = Others::new(&site);
    nobody_may_write(&locked);
    let ended = as_others.run(&site.command_in(&locked.join("data"), SERVE));
    ended.expect_status(3);
    let sentence = ended.sentence();
    assert!(sentence.contains(&locked.display().to_string()), "{}", ended.err);
    everybody_may_read(&locked);
}

/// Those who may not write everywhere: root may, so where root runs the tests the program runs as nobody.
struct Others {
    root: bool,
    program: std::path::PathBuf,
}

impl Others {
    fn new(site: &Site) -> Self {
        let root = fs::metadata("/proc/self").unwrap().uid() == 0;
        let mut program = std::path::PathBuf::from(env!("CARGO_BIN_EXE_zhanjian"));
        if root {
            // Where others may read it, wherever it was built.
            let copy = site.folder.path().join("zhanjian");
            fs::copy(&program, &copy).unwrap();
            program = copy;
            allow(site.folder.path(), 0o755);
        }
        Self { root, program }
    }

    fn run(&self, command: &Command) -> Ended {
        let mut same = Command::new(&self.program);
        same.args(command.get_args());
        for (name, value) in command.get_envs() {
            if let Some(value) = value {
                same.env(name, value);
            } else {
                same.env_remove(name);
            }
        }
        if let Some(folder) = command.get_current_dir() {
            same.current_dir(folder);
        }
        if !self.root {
            return run(same);
        }
        run(wrapped("setpriv", &["--reuid=65534", "--regid=65534", "--clear-groups"], &same))
    }
}

fn nobody_may_write(folder: &Path) {
    each(folder, &|path| allow(path, if path.is_dir() { 0o555 } else { 0o444 }));
}

fn everybody_may_read(folder: &Path) {
    each(folder, &|path| allow(path, if path.is_dir() { 0o755 } else { 0o644 }));
}

fn allow(path: &Path, mode: u32) {
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
}

/// A folder and all below it.
fn each(path: &Path, act: &dyn Fn(&Path)) {
    if path.is_dir() {
        allow(path, 0o755);
        for entry in fs::read_dir(path).unwrap().map(Result::unwrap) {
            each(&entry.path(), act);
        }
    }
    act(path);
}
