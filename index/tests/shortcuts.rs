//! What is not read through gives the same hits as if it were: rare kinds, whose documents are looked up one by one, and
//! what cannot come among the best.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on should stop")]

use std::ops::Range;

use zhanjian_index::{
    Change, Day, Document, Filter, Found, Hit, Index, Key, Kind, Options, Page, SearchRequest,
    SimilarRequest, Sort,
};

const TODAY: Day = 20_000;
const WORDS: [&str; 40] = [
    "医疗器械",
    "注册",
    "无菌",
    "导管",
    "支架",
    "敷料",
    "临床评价",
    "生物学评价",
    "委托生产",
    "质量管理体系",
    "变更",
    "延续",
    "检验",
    "包装",
    "有效期",
    "灭菌",
    "软件",
    "网络安全",
    "算法",
    "影像",
    "体外诊断",
    "试剂",
    "样本量",
    "境外",
    "备案",
    "分类",
    "水凝胶",
    "可吸收",
    "心房",
    "封堵器",
    "测序",
    "内窥镜",
    "说明书",
    "标签",
    "召回",
    "不良事件",
    "catheter",
    "GMP",
    "IL-6",
    "冷冻",
];

/// Numbers that look drawn, the same in every run.
struct Chance(u64);

impl Chance {
    fn below(&mut self, end: usize) -> usize {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % end
    }

    /// Words as they are used: few often, most seldom.
    fn text(&mut self, words: Range<usize>) -> String {
        let count = words.start + self.below(words.len());
        let word = |_| {
            let most = 1 + self.below(WORDS.len());
            WORDS[self.below(most)]
        };
        (0..count).map(word).collect::<Vec<_>>().join("的")
    }
}

/// Of a hundred documents two are resources and one is a station; a tag says so, too.
fn document(id: u128, chance: &mut Chance) -> Document {
    let (kind, tag) = match chance.below(100) {
        0..2 => (Kind::Resource, "rare"),
        2 => (Kind::Station, "rare"),
        _ => (Kind::ResearchOutput, "frequent"),
    };
    Document {
        title: chance.text(1..4),
        body: chance.text(3..30),
        audience: vec![if chance.below(5) == 0 { "network" } else { "public" }.to_owned()],
        tags: vec![tag.to_owned()],
        uses: u32::try_from(chance.below(50)).unwrap(),
        ..Document::new(Key { kind, id })
    }
}

fn index(chance: &mut Chance) -> (tempfile::TempDir, Index) {
    let folder = tempfile::tempdir().unwrap();
    let index = Index::open(folder.path(), Options::default()).unwrap();
    for (revision, count) in (1..).zip([2_500, 1_200, 40, 5]) {
        let first = u128::from(revision) * 1_000_000;
        let changes = (first..first + count).map(|id| Change::Put(Box::new(document(id, chance))));
        index.apply(changes.collect(), revision).unwrap();
    }
    (folder, index)
}

fn request(text: &str, filter: Filter) -> SearchRequest {
    SearchRequest {
        tokens: vec!["public".to_owned()],
        today: TODAY,
        as_of: TODAY,
        text: text.to_owned(),
        filter,
        page: Page::First { limit: 300, after: None },
        total: true,
        ..SearchRequest::default()
    }
}

fn keys(found: &Found) -> Vec<(Key, f32)> {
    found.hits.iter().map(|hit| (hit.key, hit.score)).collect()
}

#[test]
fn documents_of_rare_kinds_are_found_as_by_reading_everything() {
    let mut chance = Chance(1);
    let (_folder, index) = index(&mut chance);
    for round in 0..90 {
        let text = if round % 50 == 0 { String::new() } else { chance.text(1..16) };
        let sort = [Sort::Relevance, Sort::Newest, Sort::MostReused][round % 3];
        let kinds = vec![Kind::Resource, Kind::Station];
        let by_kind = request(&text, Filter { kinds, ..Filter::default() });
        let tags = vec![vec!["rare".to_owned()]];
        let by_tag = request(&text, Filter { tags, ..Filter::default() });
        let [by_kind, by_tag] = [by_kind, by_tag]
            .map(|request| index.search(&SearchRequest { sort, ..request }).unwrap());
        assert_eq!(by_kind.total, by_tag.total, "{text}");
        assert_eq!(keys(&by_kind), keys(&by_tag), "{text}");
        assert!(by_kind.total > 0 || !text.is_empty());
    }
}

#[test]
fn the_most_alike_are_the_first_hits_of_a_search_that_counts_all() {
    let mut chance = Chance(2);
    let (_folder, index) = index(&mut chance);
    for _ in 0..60 {
        // So many words that a search takes them for a pasted text, too.
        let text = chance.text(30..60);
        for kinds in [vec![Kind::ResearchOutput], vec![Kind::Resource], Vec::new()] {
            let found = index
                .search(&request(&text, Filter { kinds: kinds.clone(), ..Filter::default() }))
                .unwrap();
            let like = SimilarRequest {
                tokens: vec!["public".to_owned()],
                today: TODAY,
                as_of: TODAY,
                text: text.clone(),
                kinds,
                limit: 300,
                ..SimilarRequest::default()
            };
            let similar = index.similar(&like).unwrap();
            let similar: Vec<(Key, f32)> =
                similar.iter().map(|Hit { key, score, .. }| (*key, *score)).collect();
            assert_eq!(similar, keys(&found), "{text}");
        }
    }
}
