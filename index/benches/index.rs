//! How fast the index analyses, searches, suggests and takes in changes: `cargo bench -p zhanjian-index`.
#![expect(clippy::unwrap_used, reason = "a benchmark that cannot go on should stop")]

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use std::hint::black_box;
use zhanjian_index::{
    Change, Document, Index, Key, Kind, Options, SearchRequest, SimilarRequest, baseline::terms_of,
};

const WORDS: [&str; 16] = [
    "医疗器械",
    "注册",
    "变更",
    "第三类",
    "临床评价",
    "无菌",
    "导管",
    "生产质量管理规范",
    "唯一标识",
    "人工智能",
    "软件",
    "检验报告",
    "有效期",
    "catheter",
    "包装验证",
    "受托生产企业",
];

fn document(id: u128) -> Document {
    let word = |n: u128| {
        WORDS[usize::try_from((id.wrapping_mul(2_654_435_761) >> (n % 23)) % 16).unwrap()]
    };
    Document {
        audience: vec!["public".to_owned()],
        title: format!("{}{}的{}如何办理{id}", word(1), word(2), word(3)),
        body: (4..40).map(word).collect::<Vec<_>>().join("，"),
        ..Document::new(Key { kind: Kind::AnsweredQuestion, id })
    }
}

fn benches(criterion: &mut Criterion) {
    let folder = tempfile::tempdir().unwrap();
    let index = Index::open(folder.path(), Options::default()).unwrap();
    let mut rebuild = index.begin_rebuild().unwrap();
    rebuild.add((0..20_000).map(document).collect()).unwrap();
    rebuild.finish(1).unwrap();
    let tokens = vec!["public".to_owned()];

    let mut group = criterion.benchmark_group("index");
    let text = document(7).body;
    for (name, text) in [
        ("two words", "变更注册"),
        ("a question", "第三类无菌导管的有效期如何验证"),
        ("everything", ""),
        ("a letter", &text),
    ] {
        let request = SearchRequest {
            tokens: tokens.clone(),
            text: text.to_owned(),
            total: true,
            ..SearchRequest::default()
        };
        group.bench_function(format!("search/{name}"), |bench| {
            bench.iter(|| index.search(black_box(&request)).unwrap().total);
        });
    }
    for typed in ["医疗", "ylqx", "yiliaoq"] {
        group.bench_function(format!("suggest/{typed}"), |bench| {
            bench.iter(|| index.suggest(&tokens, 0, black_box(typed), &[], 10).unwrap().len());
        });
    }
    let like =
        SimilarRequest { tokens, text: text.clone(), limit: 10, ..SimilarRequest::default() };
    group.bench_function("similar", |bench| {
        bench.iter(|| index.similar(black_box(&like)).unwrap().len());
    });
    group.throughput(Throughput::Bytes(text.len() as u64));
    group.bench_function("analysis", |bench| {
        bench.iter(|| terms_of([black_box(text.as_str())]));
    });
    let found = index
        .search(&SearchRequest { text: "无菌导管".to_owned(), ..SearchRequest::default() })
        .unwrap();
    group.throughput(Throughput::Bytes(text.len() as u64));
    group.bench_function("highlight", |bench| {
        bench.iter(|| found.highlighter.fragments(black_box(&text), 3, 120).len());
    });
    group.throughput(Throughput::Elements(1));
    let mut next = 100_000;
    group.sample_size(20).bench_function("apply", |bench| {
        bench.iter(|| {
            next += 1;
            index.apply(vec![Change::Put(Box::new(document(next)))], 2).unwrap();
        });
    });
}

criterion_group!(all, benches);
criterion_main!(all);
