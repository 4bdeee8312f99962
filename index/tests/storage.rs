//! What lies on disk: recovery, rebuilding, snapshots, damage.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on should stop")]

use std::{collections::BTreeMap, fs, path::Path};
use zhanjian_index::{Change, Document, Error, Index, Key, Kind, Options, Page, SearchRequest};

fn key(id: u128) -> Key {
    Key { kind: Kind::AnsweredQuestion, id }
}

fn document(id: u128, title: &str) -> Document {
    Document {
        audience: vec!["public".to_owned()],
        title: title.to_owned(),
        ..Document::new(key(id))
    }
}

fn put(id: u128, title: &str) -> Change {
    Change::Put(Box::new(document(id, title)))
}

fn open(dir: &Path) -> Index {
    Index::open(dir, Options::default()).unwrap()
}

fn found(index: &Index, text: &str) -> Vec<u128> {
    let request = SearchRequest {
        tokens: vec!["public".to_owned()],
        text: text.to_owned(),
        ..SearchRequest::default()
    };
    index.search(&request).unwrap().hits.iter().map(|hit| hit.key.id).collect()
}

fn generations(dir: &Path) -> usize {
    fs::read_dir(dir)
        .unwrap()
        .filter(|entry| entry.as_ref().unwrap().file_name().to_string_lossy().starts_with("g-"))
        .count()
}

#[test]
fn what_is_staged_is_found_with_the_next_commit_and_not_before() {
    let dir = tempfile::tempdir().unwrap();
    let index = open(dir.path());
    index.apply(vec![put(1, "骨科植入物"), put(2, "心脏起搏器")], 2).unwrap();
    index.stage(vec![put(3, "体外诊断试剂"), put(1, "冠状动脉支架")]).unwrap();
    assert_eq!(found(&index, "体外诊断试剂"), []);
    assert_eq!(found(&index, "骨科植入物"), [1]);
    // Changed again, and dropped again, before it was ever committed.
    index.stage(vec![put(3, "体外诊断仪器"), put(4, "血糖仪"), put(5, "血压计")]).unwrap();
    index.stage(vec![Change::Drop(key(5))]).unwrap();
    assert_eq!(index.watermark(), Some(2));
    index.apply(vec![put(4, "血氧仪")], 9).unwrap();
    assert_eq!(index.watermark(), Some(9));
    assert_eq!(index.state().documents, 4);
    assert_eq!(found(&index, "诊断仪器"), [3]);
    assert_eq!(found(&index, "骨科植入物"), []);
    assert_eq!(found(&index, "冠状动脉支架"), [1]);
    assert_eq!(found(&index, "血氧仪"), [4]);
    assert_eq!(found(&index, "血压计"), []);
}

#[test]
fn what_was_staged_and_never_committed_is_gone_with_the_process() {
    let dir = tempfile::tempdir().unwrap();
    let index = open(dir.path());
    index.apply(vec![put(1, "骨科植入物")], 1).unwrap();
    index.stage(vec![put(2, "心脏起搏器")]).unwrap();
    drop(index);
    let index = open(dir.path());
    assert_eq!((index.watermark(), index.state().documents), (Some(1), 1));
    index.apply(vec![put(2, "心脏起搏器")], 2).unwrap();
    assert_eq!(found(&index, "心脏起搏器"), [2]);
}

#[test]
fn a_new_folder_asks_for_a_rebuild_until_something_was_applied() {
    let folder = tempfile::tempdir().unwrap();
    let index = open(folder.path());
    assert!(index.needs_rebuild());
    index.apply(vec![put(1, "注册"), put(2, "变更")], 7).unwrap();
    assert!(!index.needs_rebuild());
    let state = index.state();
    assert_eq!(
        (state.watermark, state.documents, state.fingerprint),
        (Some(7), 2, Options::default().fingerprint().unwrap())
    );
    drop(index);
    let index = open(folder.path());
    assert_eq!(index.state().watermark, Some(7));
    assert_eq!(found(&index, "注册"), [1]);
}

#[test]
fn changes_replace_and_drop_and_verify_tells_what_is_there() {
    let folder = tempfile::tempdir().unwrap();
    let index = open(folder.path());
    index.apply(vec![put(1, "注册"), put(2, "变更"), put(1, "延续")], 1).unwrap();
    assert!(found(&index, "\"注册\"").is_empty());
    assert_eq!(found(&index, "延续"), [1]);
    index.apply(vec![Change::Drop(key(2)), Change::Drop(key(9)), put(1, "注册")], 2).unwrap();
    let there: BTreeMap<Key, u64> = index.verify().collect();
    assert_eq!(there, BTreeMap::from([(key(1), document(1, "注册").digest())]));
}

#[test]
fn only_one_writer_has_it_open() {
    let folder = tempfile::tempdir().unwrap();
    let index = open(folder.path());
    assert!(matches!(Index::open(folder.path(), Options::default()), Err(Error::Locked(_))));
    index.apply(vec![put(1, "注册")], 1).unwrap();
    let reader = Index::open_read_only(folder.path(), Options::default()).unwrap();
    assert_eq!(found(&reader, "注册"), [1]);
    assert!(matches!(reader.apply(vec![], 2), Err(Error::ReadOnly)));
    assert!(matches!(reader.begin_rebuild(), Err(Error::ReadOnly)));
}

#[test]
fn a_rebuild_stands_beside_until_it_is_finished() {
    let folder = tempfile::tempdir().unwrap();
    let index = open(folder.path());
    index.apply(vec![put(1, "注册")], 1).unwrap();
    let before = index.state().generation;

    let mut rebuild = index.begin_rebuild().unwrap();
    assert!(matches!(index.begin_rebuild(), Err(Error::Rebuilding)));
    rebuild.add(vec![document(2, "变更"), document(3, "延续"), document(2, "变更备案")]).unwrap();
    index.apply(vec![put(4, "注销")], 2).unwrap();
    assert_eq!(found(&index, "注销"), [4]);
    assert!(found(&index, "变更").is_empty());
    rebuild.finish(5).unwrap();

    assert_eq!(found(&index, "变更备案"), [2]);
    let state = index.state();
    assert_eq!((state.documents, state.watermark), (2, Some(5)));
    assert!(state.generation > before);
    assert_eq!(generations(folder.path()), 1);
    index.apply(vec![put(6, "注册")], 6).unwrap();
    drop(index);
    assert_eq!(found(&open(folder.path()), "注册"), [6]);
}

#[test]
fn an_abandoned_rebuild_leaves_nothing_behind() {
    let folder = tempfile::tempdir().unwrap();
    let index = open(folder.path());
    index.apply(vec![put(1, "注册")], 1).unwrap();
    let mut rebuild = index.begin_rebuild().unwrap();
    rebuild.add(vec![document(2, "变更")]).unwrap();
    drop(rebuild);
    assert_eq!(generations(folder.path()), 1);
    // And one that a crash left half made is removed at the next start.
    fs::create_dir(folder.path().join("g-99")).unwrap();
    drop(index);
    let index = open(folder.path());
    assert_eq!((generations(folder.path()), found(&index, "注册")), (1, vec![1]));
    index.begin_rebuild().unwrap().finish(3).unwrap();
    assert_eq!(index.state().documents, 0);
}

#[test]
fn what_was_not_committed_is_gone_and_what_was_is_there() {
    let folder = tempfile::tempdir().unwrap();
    let copy = tempfile::tempdir().unwrap();
    let index = open(folder.path());
    index.apply(vec![put(1, "注册")], 1).unwrap();
    // A copy of the folder as a crash would leave it: with a stray segment file, without the lock's owner.
    let generation = folder.path().join(format!("g-{}", index.state().generation));
    let target = copy.path().join(generation.file_name().unwrap());
    fs::create_dir(&target).unwrap();
    for entry in fs::read_dir(&generation).unwrap().map(Result::unwrap) {
        fs::copy(entry.path(), target.join(entry.file_name())).unwrap();
    }
    fs::write(target.join("0123456789abcdef0123456789abcdef.idx"), b"half").unwrap();
    fs::copy(folder.path().join("CURRENT"), copy.path().join("CURRENT")).unwrap();
    let recovered = open(copy.path());
    assert_eq!((found(&recovered, "注册"), recovered.state().watermark), (vec![1], Some(1)));
    recovered.apply(vec![put(2, "变更")], 2).unwrap();
    assert_eq!(found(&recovered, "变更"), [2]);
}

#[test]
fn a_damaged_folder_begins_anew() {
    for damage in ["meta.json", "CURRENT", "segment"] {
        let folder = tempfile::tempdir().unwrap();
        let index = open(folder.path());
        index.apply(vec![put(1, "注册")], 1).unwrap();
        let generation = folder.path().join(format!("g-{}", index.state().generation));
        drop(index);
        match damage {
            "meta.json" => fs::write(generation.join("meta.json"), b"{").unwrap(),
            "CURRENT" => fs::write(folder.path().join("CURRENT"), b"nonsense").unwrap(),
            _ => {
                for entry in fs::read_dir(&generation).unwrap().map(Result::unwrap) {
                    if entry.path().extension().is_some_and(|extension| extension == "term") {
                        fs::write(entry.path(), b"short").unwrap();
                    }
                }
            }
        }
        let index = open(folder.path());
        assert!(index.needs_rebuild(), "{damage}");
        index.apply(vec![put(2, "变更")], 2).unwrap();
        assert_eq!(found(&index, "变更"), [2], "{damage}");
    }
}

#[test]
fn a_folder_deleted_underneath_is_damaged_and_can_be_rebuilt() {
    let folder = tempfile::tempdir().unwrap();
    let dir = folder.path().join("index");
    let index = open(&dir);
    index.apply(vec![put(1, "注册")], 1).unwrap();
    fs::remove_dir_all(&dir).unwrap();
    assert!(index.needs_rebuild());
    assert!(matches!(index.apply(vec![put(2, "变更")], 2), Err(Error::Damaged { .. })));
    // What it had is still served until the rebuild is done.
    assert_eq!(found(&index, "注册"), [1]);
    let mut rebuild = index.begin_rebuild().unwrap();
    rebuild.add(vec![document(3, "延续")]).unwrap();
    rebuild.finish(3).unwrap();
    assert!(!index.needs_rebuild());
    index.apply(vec![put(4, "注销")], 4).unwrap();
    assert_eq!((found(&index, "延续"), found(&index, "注销")), (vec![3], vec![4]));
}

#[test]
fn paging_is_exact_while_documents_change_underneath() {
    let folder = tempfile::tempdir().unwrap();
    let index = open(folder.path());
    index
        .apply(
            (1..=30)
                .map(|id| put(id, &format!("注册 {}", "其他".repeat(usize::try_from(id).unwrap()))))
                .collect(),
            1,
        )
        .unwrap();
    let page = |after| {
        let request = SearchRequest {
            tokens: vec!["public".to_owned()],
            text: "注册".to_owned(),
            page: Page::First { limit: 5, after },
            ..SearchRequest::default()
        };
        index.search(&request).unwrap()
    };
    let first = page(None);
    let mut ids: Vec<u128> = first.hits.iter().map(|hit| hit.key.id).collect();
    let mut after = first.hits.last().map(|hit| hit.cursor);
    index
        .apply(
            (1..=10)
                .map(|id| Change::Drop(key(id)))
                .chain((41..=60).map(|id| put(id, "注册")))
                .collect(),
            2,
        )
        .unwrap();
    loop {
        let next = page(after);
        ids.extend(next.hits.iter().map(|hit| hit.key.id));
        after = next.hits.last().map(|hit| hit.cursor);
        if !next.has_next {
            break;
        }
    }
    ids.sort_unstable();
    assert_eq!(ids, (1..=30).collect::<Vec<_>>());
}

#[test]
fn the_order_does_not_depend_on_how_the_documents_came_in() {
    let titles: Vec<(u128, String)> = (1..=60)
        .map(|id| {
            (id, format!("注册 变更 {}", "资料".repeat(1 + usize::try_from(id % 7).unwrap())))
        })
        .collect();
    let mut orders = Vec::new();
    for pieces in [1, 7, 60] {
        let folder = tempfile::tempdir().unwrap();
        let index = open(folder.path());
        for part in titles.chunks(titles.len() / pieces) {
            index.apply(part.iter().map(|(id, title)| put(*id, title)).collect(), 1).unwrap();
        }
        let request = SearchRequest {
            tokens: vec!["public".to_owned()],
            text: "变更注册资料".to_owned(),
            page: Page::First { limit: 60, after: None },
            ..SearchRequest::default()
        };
        let found = index.search(&request).unwrap();
        orders.push(
            found.hits.iter().map(|hit| (hit.key.id, hit.score.to_bits())).collect::<Vec<_>>(),
        );
    }
    assert_eq!(orders[0].len(), 60);
    assert!(orders.iter().all(|order| *order == orders[0]));
}

#[test]
fn a_folder_that_was_deleted_is_locked_again_once_it_is_made_anew() {
    let folder = tempfile::tempdir().unwrap();
    let dir = folder.path().join("index");
    let index = open(&dir);
    index.apply(vec![put(1, "注册")], 1).unwrap();
    fs::remove_dir_all(&dir).unwrap();
    assert!(index.needs_rebuild());
    index.begin_rebuild().unwrap().finish(2).unwrap();
    assert!(matches!(Index::open(&dir, Options::default()), Err(Error::Locked(_))));
}

#[test]
fn an_index_without_its_positions_is_not_taken_for_a_whole_one() {
    let folder = tempfile::tempdir().unwrap();
    let index = open(folder.path());
    index.apply(vec![put(1, "注册")], 1).unwrap();
    let generation = folder.path().join(format!("g-{}", index.state().generation));
    drop(index);
    for entry in fs::read_dir(&generation).unwrap().map(Result::unwrap) {
        if entry.path().extension().is_some_and(|ending| ending == "pos") {
            fs::remove_file(entry.path()).unwrap();
        }
    }
    assert!(open(folder.path()).needs_rebuild());
}

#[test]
fn dictionaries_of_a_folder_are_taken_up_by_a_rebuild() {
    let (folder, dictionaries) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let synonyms = dictionaries.path().join("synonyms.txt");
    fs::write(&synonyms, "# ours\n示例甲|示例乙\n").unwrap();
    let options =
        Options { dictionaries: Some(dictionaries.path().to_path_buf()), ..Options::default() };
    assert_ne!(options.fingerprint().unwrap(), Options::default().fingerprint().unwrap());
    let index = Index::open(folder.path(), options).unwrap();
    let build = || {
        let mut rebuild = index.begin_rebuild().unwrap();
        rebuild.add(vec![document(1, "关于示例甲的问题"), document(2, "别的事情")]).unwrap();
        rebuild.finish(1).unwrap();
    };
    build();
    assert_eq!(found(&index, "示例乙"), [1]);
    assert_eq!(found(&index, "UDX"), []);

    fs::write(&synonyms, "示例甲|UDX\n").unwrap();
    assert_eq!(found(&index, "UDX"), [], "not before the rebuild");
    build();
    assert_eq!(found(&index, "UDX"), [1]);

    // A fault is told with its place, and the index goes on as it was.
    for (file, text, line, word) in [
        ("synonyms.txt", "示例甲|UDX\n\n示例乙|udx\n", 3, "second group"),
        ("synonyms.txt", "示例甲||UDX\n", 1, "empty name"),
        ("domain.txt", "# words\n两个 词\n", 2, "space"),
        ("traditional.txt", "醫醫\t医\n", 1, "single characters"),
        ("synonym.txt", "示例甲|UDX\n", 0, "is no dictionary"),
    ] {
        let file = dictionaries.path().join(file);
        let before = fs::read_to_string(&file).ok();
        fs::write(&file, text).unwrap();
        let Err(error) = index.begin_rebuild() else { panic!("{text:?} was taken") };
        assert!(matches!(error, Error::Dictionary { line: at, .. } if at == line), "{error}");
        assert!(error.to_string().contains(word), "{error}");
        match before {
            Some(before) => fs::write(&file, before).unwrap(),
            None => fs::remove_file(&file).unwrap(),
        }
        assert_eq!(found(&index, "UDX"), [1]);
    }
    fs::write(dictionaries.path().join("domain.txt"), [0xff, 0xfe]).unwrap();
    assert!(index.begin_rebuild().err().unwrap().to_string().contains("UTF-8"));
}
