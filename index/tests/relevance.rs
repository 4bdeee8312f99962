//! A small golden set: these words find these answers, in both languages and scripts.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on should stop")]

use zhanjian_index::{
    Change, CurrencyDays, Document, FacetField, Filter, Found, Index, Key, Kind, Options, Page,
    SearchRequest, SimilarRequest, Sort,
};

/// Number, title, body, keywords, identifiers.
type Answer = (u128, &'static str, &'static str, &'static [&'static str], &'static [&'static str]);

const ANSWERS: [Answer; 12] = [
    (
        1,
        "第三类医疗器械首次注册需要哪些资料？",
        "应当提交产品技术要求、检验报告、临床评价资料和质量管理体系文件。",
        &[],
        &["SH-PD-2024-001"],
    ),
    (
        2,
        "二类医疗器械变更注册如何办理？",
        "产品名称以外的许可事项发生变化的，向原注册部门申请变更注册。",
        &[],
        &[],
    ),
    (
        3,
        "医疗器械唯一标识如何赋码？",
        "注册人按照唯一标识系统规则创建产品标识和生产标识，并上传数据库。",
        &[],
        &[],
    ),
    (
        4,
        "境外注册人能否委托境内企业生产？",
        "上市许可持有人应当对受托生产企业的质量管理体系进行评估。",
        &[],
        &[],
    ),
    (
        5,
        "一次性使用无菌导管的货架有效期怎样验证？",
        "可采用加速老化试验，并以实时老化试验确认。包装完整性一并考察。",
        &[],
        &[],
    ),
    (
        6,
        "人工智能辅助诊断软件按几类管理？",
        "给出明确诊断提示的独立软件通常按第三类管理，算法更新须评估网络安全。",
        &[],
        &[],
    ),
    (
        7,
        "医疗器械监督管理条例",
        "为了保证医疗器械的安全、有效，制定本条例。",
        &["国务院令第739号"],
        &["国令第739号"],
    ),
    (
        8,
        "关于做好注册指导服务工作站建设的通知",
        "分级分类服务、专人跟踪、闭环管理。",
        &["沪药监械注〔2024〕25号"],
        &[],
    ),
    (
        9,
        "How is a catheter classified?",
        "Catheters for single use are usually class II devices; registration is required.",
        &[],
        &[],
    ),
    (
        10,
        "When does the sterilization process need to be revalidated?",
        "After changes of equipment, product or packaging.",
        &[],
        &["10.1000/XYZ.2024"],
    ),
    (11, "胃镜清洗消毒要求", "内镜使用后应当立即床旁预处理。", &[], &[]),
    (12, "IL-6检测试剂盒的临床评价路径", "可选择同品种比对，或开展临床试验。", &[], &[]),
];

fn golden() -> (tempfile::TempDir, Index) {
    let folder = tempfile::tempdir().unwrap();
    let index = Index::open(folder.path(), Options::default()).unwrap();
    let put = |(id, title, body, keywords, identifiers): &Answer| {
        // Two of them are regulations, which are known by their numbers too.
        let kind = if keywords.is_empty() { Kind::AnsweredQuestion } else { Kind::Regulation };
        Change::Put(Box::new(Document {
            audience: vec!["public".to_owned()],
            title: (*title).to_owned(),
            body: (*body).to_owned(),
            keywords: keywords.iter().map(|&word| word.to_owned()).collect(),
            identifiers: identifiers.iter().map(|&word| word.to_owned()).collect(),
            uses: u32::try_from(*id).unwrap(),
            dated_on: Some(i32::try_from(*id).unwrap()),
            year: Some(2024),
            areas: vec![
                "REG".to_owned(),
                if id % 2 == 0 { "REG-1".to_owned() } else { "REG-2".to_owned() },
            ],
            ..Document::new(Key { kind, id: *id })
        }))
    };
    index.apply(ANSWERS.iter().map(put).collect(), 1).unwrap();
    (folder, index)
}

fn asking(text: &str) -> SearchRequest {
    SearchRequest {
        tokens: vec!["public".to_owned()],
        text: text.to_owned(),
        total: true,
        ..SearchRequest::default()
    }
}

fn ids(found: &Found) -> Vec<u128> {
    found.hits.iter().map(|hit| hit.key.id).collect()
}

#[test]
fn these_words_find_these_answers_first() {
    let (_folder, index) = golden();
    let cases: [(&str, u128); 32] = [
        ("首次注册资料", 1),
        ("首次註冊資料", 1),
        ("Ⅲ类医疗器械注册", 1),
        ("III類醫療器械註冊", 1),
        ("三类器械 注册", 1),
        ("变更注册", 2),
        ("變更註冊怎麼辦理", 2),
        ("Ⅱ类变更", 2),
        ("UDI", 3),
        ("ＵＤＩ赋码", 3),
        ("唯一標識", 3),
        ("MAH 委托生产", 4),
        ("marketing authorization holder", 4),
        ("无菌导管 货架有效期", 5),
        ("有效期 加速老化 导管", 5),
        ("AI 辅助诊断", 6),
        ("SaMD", 6),
        ("独立软件 第三类", 6),
        ("国令第739号", 7),
        ("国务院令第７３９号", 7),
        ("沪药监械注〔2024〕25号", 8),
        ("滬藥監械注（2024）25號", 8),
        ("2024〕25号", 8),
        ("catheter classification", 9),
        ("classified catheters", 9),
        ("sterilization revalidation", 10),
        ("10.1000/xyz.2024", 10),
        ("胃", 11),
        ("IL6 临床评价", 12),
        ("il-6", 12),
        ("sh-pd-2024-001", 1),
        ("\"同品种比对\"", 12),
    ];
    for (text, first) in cases {
        let found = index.search(&asking(text)).unwrap();
        assert_eq!(ids(&found).first(), Some(&first), "{text}: {:?}", ids(&found));
        assert!((found.hits[0].score - 1.0).abs() < 1e-6);
        assert_eq!(found.total, found.hits.len() as u64);
    }
}

#[test]
fn quotes_demand_and_minus_excludes() {
    let (_folder, index) = golden();
    assert_eq!(ids(&index.search(&asking("“变更注册”")).unwrap()), [2]);
    assert_eq!(ids(&index.search(&asking("「變更註冊」")).unwrap()), [2]);
    assert!(ids(&index.search(&asking("\"注册变更\"")).unwrap()).is_empty());
    let without = index.search(&asking("注册 -变更 -\"首次注册\"")).unwrap();
    assert!(!ids(&without).is_empty() && !ids(&without).iter().any(|id| [1, 2].contains(id)));
    assert_eq!(
        index.search(&asking("-注册")).unwrap().total,
        12 - index.search(&asking("\"注册\"")).unwrap().total
    );
}

#[test]
fn a_filter_finds_as_many_as_its_facet_has_counted() {
    let folder = tempfile::tempdir().unwrap();
    let index = Index::open(folder.path(), Options::default()).unwrap();
    let full = "体外诊断仪器变更注册检验";
    let documents = (0..600_u128).map(|id| {
        let (station, title) = match id {
            // Enough of these meet all of the query; of the others, few meet a part.
            0..400 => ("SH-PD", full),
            400..403 => ("SH-MH", full),
            403..500 => ("SH-MH", "变更的一般说明"),
            _ => ("SH-JD", "检验"),
        };
        Change::Put(Box::new(Document {
            audience: vec!["public".to_owned()],
            title: title.to_owned(),
            station: Some(station.to_owned()),
            ..Document::new(Key { kind: Kind::AnsweredQuestion, id })
        }))
    });
    index.apply(documents.collect(), 1).unwrap();
    let facets = vec![FacetField::Station];
    let found = index.search(&SearchRequest { facets, ..asking(full) }).unwrap();
    assert_eq!(found.total, 403);
    let counted = &found.facets[0].buckets;
    assert_eq!(counted.len(), 2);
    for (station, count) in
        counted.iter().map(|(it, count)| (it.as_str(), *count)).chain([("SH-JD", 0)])
    {
        let filter = Filter { stations: vec![station.to_owned()], ..Filter::default() };
        let found = index.search(&SearchRequest { filter, ..asking(full) }).unwrap();
        assert_eq!(found.total, count, "{station}");
    }
}

#[test]
fn an_empty_text_lists_everything_newest_first() {
    let (_folder, index) = golden();
    let found = index.search(&asking(" ")).unwrap();
    assert_eq!(ids(&found), (1..=12).rev().collect::<Vec<_>>());
    let facets = SearchRequest { facets: vec![FacetField::Area, FacetField::Year], ..asking("") };
    let found = index.search(&facets).unwrap();
    assert_eq!(
        found.facets[0].buckets,
        [("REG".to_owned(), 12), ("REG-1".to_owned(), 6), ("REG-2".to_owned(), 6)]
    );
    assert_eq!(found.facets[1].buckets, [("2024".to_owned(), 12)]);
    let filtered = SearchRequest {
        filter: Filter { areas: vec!["REG-1".to_owned()], ..Filter::default() },
        ..asking("")
    };
    assert_eq!(index.search(&filtered).unwrap().total, 6);
}

#[test]
fn no_shape_of_text_is_an_error() {
    let (_folder, index) = golden();
    let shapes = [
        "？！…。",
        "\0\u{1}\u{7}",
        "👩‍👩‍👧🙂",
        "\u{301}\u{302}",
        "\"",
        "- -",
        "”“",
        "(((",
        "AND OR NOT *:*",
        "\u{fffd}",
    ];
    for text in shapes.iter().map(|&text| text.to_owned()).chain([
        "注册".repeat(10_000),
        "a".repeat(20_000),
        "- \"".repeat(7_000),
    ]) {
        let request = asking(&text);
        index.search(&request).unwrap();
        index.suggest(&request.tokens, 0, &text, &[], 10).unwrap();
        index
            .similar(&SimilarRequest {
                tokens: request.tokens,
                text,
                limit: 5,
                ..SimilarRequest::default()
            })
            .unwrap();
    }
    assert_eq!(index.search(&asking("？！…。")).unwrap().total, 0);
}

#[test]
fn a_pasted_letter_finds_the_answer_to_its_question() {
    let (_folder, index) = golden();
    let letter = "老师您好！我们公司位于园区，主要从事介入类产品的研发。近期正在准备一款导管产品，属于一次性使用的无菌产品。\
                  想请教一下：关于该产品的货架有效期，是否可以只做加速老化试验？包装方面还需要考虑什么？期待回复，谢谢！";
    let request = SimilarRequest {
        tokens: vec!["public".to_owned()],
        text: letter.repeat(8),
        limit: 3,
        ..SimilarRequest::default()
    };
    assert_eq!(index.similar(&request).unwrap()[0].key.id, 5);
    assert_eq!(ids(&index.search(&asking(letter)).unwrap())[0], 5);
    let excluded =
        SimilarRequest { exclude: Some(Key { kind: Kind::AnsweredQuestion, id: 5 }), ..request };
    assert!(index.similar(&excluded).unwrap().iter().all(|hit| hit.key.id != 5));
}

#[test]
fn names_are_found_while_typing() {
    let (_folder, index) = golden();
    let first = |typed: &str| {
        let names = index.suggest(&["public".to_owned()], 0, typed, &[], 10).unwrap();
        names.first().map(|name| name.key.id)
    };
    for (typed, id) in [
        ("医疗器械唯一", 3),
        ("醫療器械唯一", 3),
        ("唯一标识", 3),
        ("weiyibiaoshi", 3),
        ("yiliaoqixiew", 3),
        ("yi liao qi xie jian du", 7),
        ("wybs", 3),
        ("ylqxjd", 7),
        ("rengongz", 6),
        ("cathe", 9),
        ("胃", 11),
        ("weijing", 11),
        ("国务院令", 7),
        ("人工zhineng", 6),
    ] {
        assert_eq!(first(typed), Some(id), "{typed}");
    }
    // Both begin with it: the more used one comes first.
    assert_eq!(first("ylqx"), Some(7));
    assert_eq!(first("没有这样的名字"), None);
}

#[test]
fn what_still_holds_is_completed_before_what_does_not() {
    let (_folder, index) = golden();
    let document = |id, title: &str, uses, stale| {
        let currency = Some(CurrencyDays { verified: true, stale, ..CurrencyDays::default() });
        Change::Put(Box::new(Document {
            audience: vec!["public".to_owned()],
            title: title.to_owned(),
            uses,
            currency,
            ..Document::new(Key { kind: Kind::AnsweredQuestion, id })
        }))
    };
    let changes = [
        document(40, "换气次数的旧要求", 500, Some(10)),
        document(41, "换气次数的新要求", 3, None),
        document(42, "换气次数怎样监测", 7, None),
    ];
    index.apply(changes.into(), 2).unwrap();
    let names = |today| -> Vec<u128> {
        let names = index.suggest(&["public".to_owned()], today, "hqcs", &[], 10).unwrap();
        names.iter().map(|name| name.key.id).collect()
    };
    assert_eq!(names(9), [40, 42, 41]);
    assert_eq!(names(10), [42, 41, 40]);
}

#[test]
fn a_wrong_character_is_put_right() {
    let (_folder, index) = golden();
    let meant = |text: &str| index.search(&asking(text)).unwrap().did_you_mean;
    assert_eq!(meant("唯一表识").as_deref(), Some("唯一标识"));
    assert_eq!(meant("cathetr").as_deref(), Some("catheter"));
    assert_eq!(meant("变更注册"), None);
}

#[test]
fn what_was_replaced_is_left_out_or_stands_behind() {
    let (_folder, index) = golden();
    let key = |id| Key { kind: Kind::AnsweredQuestion, id };
    let document = |id, title: &str, by: Option<u128>| {
        Change::Put(Box::new(Document {
            audience: vec!["public".to_owned()],
            title: title.to_owned(),
            superseded: by.is_some(),
            superseded_by: by.map(key),
            ..Document::new(key(id))
        }))
    };
    let chain = [
        document(20, "洁净车间换气次数", Some(21)),
        document(21, "洁净车间的换气次数与压差", Some(22)),
        document(22, "关于洁净车间环境参数例如换气次数的新要求", None),
    ];
    index.apply(chain.into(), 2).unwrap();
    let text = "洁净车间换气次数";
    assert_eq!(ids(&index.search(&asking(text)).unwrap()), [22]);
    let all = SearchRequest {
        filter: Filter { include_superseded: true, ..Filter::default() },
        ..asking(text)
    };
    assert_eq!(ids(&index.search(&all).unwrap()), [22, 21, 20]);
}

#[test]
fn currency_is_judged_on_the_day_asked_for() {
    let (_folder, index) = golden();
    let currency = Some(CurrencyDays {
        verified: true,
        upcoming: Some(100),
        stale: Some(200),
        ..CurrencyDays::default()
    });
    let document = Document {
        audience: vec!["public".to_owned()],
        title: "换气".to_owned(),
        currency,
        ..Document::new(Key { kind: Kind::AnsweredQuestion, id: 30 })
    };
    index.apply(vec![Change::Put(Box::new(document))], 2).unwrap();
    for (day, state) in [(99, "CURRENT"), (100, "UPCOMING"), (199, "UPCOMING"), (200, "STALE")] {
        let filter = Filter { currency: vec![state.parse().unwrap()], ..Filter::default() };
        let request = SearchRequest {
            as_of: day,
            filter,
            facets: vec![FacetField::Currency],
            ..asking("换气")
        };
        let found = index.search(&request).unwrap();
        assert_eq!(found.total, 1, "{day}");
        assert_eq!(found.facets[0].buckets, [(state.to_owned(), 1)]);
    }
}

#[test]
fn pages_are_parts_of_one_list_in_both_directions() {
    let (_folder, index) = golden();
    for (text, sort) in [
        ("注册 医疗器械 产品", Sort::Relevance),
        ("", Sort::Newest),
        ("", Sort::Oldest),
        ("", Sort::MostReused),
    ] {
        let whole =
            SearchRequest { sort, page: Page::First { limit: 100, after: None }, ..asking(text) };
        let whole = ids(&index.search(&whole).unwrap());
        assert!(whole.len() > 4);
        let (mut forward, mut after) = (Vec::new(), None);
        loop {
            let page = index
                .search(&SearchRequest {
                    sort,
                    page: Page::First { limit: 2, after },
                    ..asking(text)
                })
                .unwrap();
            forward.extend(ids(&page));
            after = page.hits.last().map(|hit| hit.cursor);
            if !page.has_next {
                break;
            }
        }
        assert_eq!(forward, whole, "{sort:?}");
        let (mut backward, mut before) = (Vec::new(), None);
        loop {
            let page = index
                .search(&SearchRequest {
                    sort,
                    page: Page::Last { limit: 2, before },
                    ..asking(text)
                })
                .unwrap();
            backward.splice(0..0, ids(&page));
            before = page.hits.first().map(|hit| hit.cursor);
            if !page.has_previous {
                break;
            }
        }
        assert_eq!(backward, whole, "{sort:?}");
    }
}

/// The rows of a file of JSON Lines.
fn rows(file: &str) -> Vec<serde_json::Value> {
    let file = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join(file);
    let text = std::fs::read_to_string(file).unwrap();
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[test]
fn the_sample_answers_are_found_in_every_notation() {
    let folder = tempfile::tempdir().unwrap();
    let index = Index::open(folder.path(), Options::default()).unwrap();
    let answers = rows("../src/demo/answered-questions.jsonl");
    let put = |(id, row): (u128, &serde_json::Value)| {
        Change::Put(Box::new(Document {
            audience: vec!["public".to_owned()],
            title: row["question"].as_str().unwrap().to_owned(),
            body: row["answer"].as_str().unwrap().to_owned(),
            ..Document::new(Key { kind: Kind::AnsweredQuestion, id })
        }))
    };
    index.apply((0..).zip(&answers).map(put).collect(), 1).unwrap();
    let (mut asked, mut missed) = (0, Vec::new());
    for query in rows("judged/notation.jsonl") {
        let target = answers.iter().position(|row| row["externalId"] == query["target"]);
        let Some(target) = target else { continue };
        asked += 1;
        let found = ids(&index.search(&asking(query["query"].as_str().unwrap())).unwrap());
        if !found.iter().take(3).any(|id| *id == target as u128) {
            missed.push(query["id"].clone());
        }
    }
    assert!(asked > 150, "{asked}");
    assert!(missed.len() * 100 <= asked, "{missed:?}");
}

#[test]
fn what_is_called_the_same_question_is() {
    let folder = tempfile::tempdir().unwrap();
    let index = Index::open(folder.path(), Options::default()).unwrap();
    let (mut right, mut wrong, mut all) = (0, Vec::new(), 0);
    for pair in rows("judged/same-question.jsonl") {
        let same = pair["same"] == true;
        all += u32::from(same);
        let asked = index.asked(pair["b"].as_str().unwrap());
        match (asked.is_the_same_as(pair["a"].as_str().unwrap()), same) {
            (true, true) => right += 1,
            (true, false) => wrong.push(pair["id"].clone()),
            _ => {}
        }
    }
    // Precision, and the recall that was reached.
    assert!(wrong.len() * 20 <= wrong.len() + right as usize, "{wrong:?}");
    assert!(right * 100 >= all * 40, "{right} of {all}");
}
