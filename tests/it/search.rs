//! One box over all of it: what is found, and how it is shown.

use serde_json::{Value, json};

use crate::support::{House, Reply, on_both_engines, sample::EVERY_STATION};

mod bad_input;
mod paging;

on_both_engines!(
    simplified_traditional_and_full_width_find_the_same,
    an_id_or_a_link_with_it_finds_the_thing,
    highlights_are_cut_from_what_the_author_wrote,
    totals_facets_and_pages_speak_of_one_set,
    a_facet_counts_what_its_filter_finds,
    what_is_superseded_comes_only_when_asked_for,
    names_are_completed_from_characters_and_pinyin,
    similar_questions_are_found_by_text_and_by_id,
    a_slip_of_the_pen_is_mended,
    a_search_waits_for_the_revision_it_must_have,
    every_filter_narrows_to_what_it_says,
);

/// A search with everything that can be said.
pub const SEARCH: &str = "
    query Search($query: String!, $filter: SearchFilter, $sort: SearchSort! = RELEVANCE, $first: Int, $after: String,
            $last: Int, $before: String, $asOf: Date, $atLeast: Revision) {
        search(query: $query, filter: $filter, sort: $sort, first: $first, after: $after, last: $last, before: $before,
                asOf: $asOf, atLeast: $atLeast) {
            totalCount
            revision
            didYouMean
            pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
            edges {
                cursor score
                highlights { field fragments { text matched } }
                node {
                    __typename
                    ... on AnsweredQuestion { id externalId question answer reuseCount answeredOn }
                    ... on ResearchOutput { id externalId title abstract }
                    ... on Resource { id name description }
                    ... on Organization { id code organizationName: name { zh } }
                    ... on Station { id code stationName: name }
                    ... on Regulation { id key regulationTitle: title { zh } }
                }
            }
        }
    }";

/// The ids of the hits of a page.
pub fn ids(reply: &Reply) -> Vec<String> {
    reply.texts("/search/edges", "/node/id")
}

/// The ids that stations give their answers, of the hits of a page.
fn external_ids(reply: &Reply) -> Vec<String> {
    let edges = reply.at("/search/edges").as_array().unwrap().iter();
    edges.filter_map(|edge| edge["node"]["externalId"].as_str().map(str::to_owned)).collect()
}

async fn simplified_traditional_and_full_width_find_the_same(house: &House) {
    house.demo().await;
    let everybody = house.member_of(EVERY_STATION);
    let find = async |query: &str| {
        let reply = everybody.run(SEARCH, json!({ "query": query, "first": 50 })).await;
        assert!(!ids(&reply).is_empty(), "{query} finds nothing");
        (ids(&reply), reply.at("/search/totalCount").clone())
    };
    for (one, other) in [
        ("医疗器械注册人委托生产", "醫療器械註冊人委託生產"),
        ("境外注册人委托境内代理人", "境外註冊人委託境內代理人"),
        ("UDI", "ＵＤＩ"),
        ("udi", "UDI"),
        ("GB 9706.1-2020", "ＧＢ　９７０６．１－２０２０"),
    ] {
        assert_eq!(find(one).await, find(other).await, "{one} and {other}");
    }
    // Notations of a class find the same things; those written as it was typed come first.
    let sorted = async |query: &str| {
        let mut found = find(query).await.0;
        found.sort_unstable();
        found
    };
    for notation in ["Ⅲ类", "III类", "三类", "3类"] {
        assert_eq!(sorted(notation).await, sorted("第三类").await, "{notation}");
    }
    let reply = everybody.run(SEARCH, json!({ "query": "境外注册人委托我们做境内代理人" })).await;
    assert_eq!(external_ids(&reply).first().map(String::as_str), Some("demo-aq-088"));
}

async fn an_id_or_a_link_with_it_finds_the_thing(house: &House) {
    house.demo().await;
    let everybody = house.member_of(EVERY_STATION);
    let text = "境外注册人委托我们做境内代理人";
    let id = ids(&everybody.run(SEARCH, json!({ "query": text, "first": 1 })).await).remove(0);
    for text in
        [id.clone(), format!("请看 https://zhanjian.example.org/answers/{id}?from=mail 谢谢")]
    {
        let reply = everybody.run(SEARCH, json!({ "query": text, "first": 5 })).await;
        assert_eq!(ids(&reply).first(), Some(&id), "{text}");
    }
    // Where it may not be seen, its id finds nothing either.
    let all = json!({ "query": "", "first": 100 });
    let anybody = house.anybody();
    let open = ids(&anybody.run(SEARCH, all.clone()).await);
    let hidden = ids(&everybody.run(SEARCH, all).await);
    for id in hidden.iter().filter(|id| !open.contains(id)).take(5) {
        let reply = anybody.run(SEARCH, json!({ "query": id, "first": 5 })).await;
        assert!(!ids(&reply).contains(id), "{id}");
    }
}

async fn highlights_are_cut_from_what_the_author_wrote(house: &House) {
    house.demo().await;
    let everybody = house.member_of(EVERY_STATION);
    for query in ["境外注册人", "醫療器械註冊", "UDI 唯一标识", "ecg patch", "低剂量胸部CT"]
    {
        let reply = everybody.run(SEARCH, json!({ "query": query, "first": 20 })).await;
        let mut matched = 0;
        for edge in reply.at("/search/edges").as_array().unwrap() {
            for highlight in edge["highlights"].as_array().unwrap() {
                let field = highlight["field"].as_str().unwrap();
                let source = source(&edge["node"], field);
                let fragments = highlight["fragments"].as_array().unwrap();
                let text = |fragment: &Value| fragment["text"].as_str().unwrap().to_owned();
                let piece: String = fragments.iter().map(text).collect();
                assert!(source.contains(&piece), "{piece:?} is not in {source:?}");
                assert!(fragments.iter().all(|fragment| !text(fragment).is_empty()));
                matched += fragments.iter().filter(|fragment| fragment["matched"] == true).count();
            }
        }
        assert!(matched > 0, "{query} shows no reason");
    }
    // Asked in Simplified characters, shown as it was written in Traditional ones.
    let reply = everybody.run(SEARCH, json!({ "query": "境外注册人", "first": 20 })).await;
    assert!(reply.text.contains(r#"{"text":"境外註冊人","matched":true}"#), "{}", reply.text);
}

fn source<'a>(node: &'a Value, field: &str) -> &'a str {
    let of_field = match field {
        "QUESTION" => &node["question"],
        "ANSWER" => &node["answer"],
        "ABSTRACT" if node["__typename"] == "ResearchOutput" => &node["abstract"],
        "ABSTRACT" => &node["description"],
        "TITLE" => match node["__typename"].as_str().unwrap() {
            "ResearchOutput" => &node["title"],
            "Resource" => &node["name"],
            "Organization" => &node["organizationName"]["zh"],
            "Station" => &node["stationName"],
            "Regulation" => &node["regulationTitle"]["zh"],
            other => panic!("a title of {other}"),
        },
        other => panic!("a field {other}"),
    };
    of_field.as_str().unwrap_or_else(|| panic!("no {field} in {node}"))
}

async fn totals_facets_and_pages_speak_of_one_set(house: &House) {
    house.demo().await;
    const FACETS: &str = "query($query: String!) { search(query: $query, first: 100) {
        totalCount facets { field buckets { value count } } edges { node { __typename } } } }";
    for tokens in [&[][..], &["partners"], &["network", "station:SH-PD", "district:PD"]] {
        let viewer = house.member_of(tokens.iter().copied());
        for query in ["注册核查", "临床评价", "浦东新区", "影像"] {
            let everything = paging::forward(&viewer, json!({ "query": query }), 7).await;
            let reply = viewer.run(FACETS, json!({ "query": query })).await;
            let total = reply.at("/search/totalCount").as_u64().unwrap();
            assert_eq!(total, everything.len() as u64, "{query}");
            let kinds = &reply.at("/search/facets")[0];
            assert_eq!(kinds["field"], "KIND");
            let counts = kinds["buckets"].as_array().unwrap().iter();
            assert_eq!(counts.map(|bucket| bucket["count"].as_u64().unwrap()).sum::<u64>(), total);
        }
    }
}

async fn a_facet_counts_what_its_filter_finds(house: &House) {
    house.demo().await;
    const FACETS: &str = "query($query: String!) {
        search(query: $query) { totalCount facets { field buckets { value count label { zh } } } } }";
    const COUNT: &str = "query($query: String!, $filter: SearchFilter) {
        search(query: $query, filter: $filter, first: 0) { totalCount } }";
    let viewer = house.member_of(["network", "station:SH-PD", "district:PD"]);
    // Of one word nothing can be left out. A longer query that finds little within a filter is taken less strictly there.
    for query in ["", "注册"] {
        let reply = viewer.run(FACETS, json!({ "query": query })).await;
        let facets = reply.at("/search/facets").as_array().unwrap();
        assert_eq!(facets.len(), 8);
        for facet in facets {
            for bucket in facet["buckets"].as_array().unwrap() {
                let value = bucket["value"].as_str().unwrap();
                let filter = match facet["field"].as_str().unwrap() {
                    "KIND" => json!({ "kinds": [value] }),
                    "STATION" => json!({ "stations": [value] }),
                    "ORGANIZATION" => json!({ "organizations": [value] }),
                    "AREA" => json!({ "areas": [value] }),
                    "YEAR" => {
                        let year: i32 = value.parse().unwrap();
                        json!({ "yearFrom": year, "yearTo": year })
                    }
                    "CURRENCY" => json!({ "currency": [value] }),
                    "PRODUCT_KIND" => json!({ "productKinds": [value] }),
                    "DEVICE_CLASS" => json!({ "deviceClasses": [value] }),
                    other => panic!("no filter for {other}"),
                };
                let narrowed = viewer.run(COUNT, json!({ "query": query, "filter": filter })).await;
                let count = narrowed.at("/search/totalCount");
                assert_eq!(count, &bucket["count"], "{query:?} {filter}");
            }
        }
    }
}

async fn what_is_superseded_comes_only_when_asked_for(house: &House) {
    house.demo().await;
    let query = "我们的一次性手术器械属于免于临床评价目录，注册资料里要写什么？";
    let search = async |include: bool| {
        let filter = json!({ "includeSuperseded": include });
        let variables = json!({ "query": query, "filter": filter, "first": 100 });
        external_ids(&house.anybody().run(SEARCH, variables).await)
    };
    assert!(!search(false).await.contains(&"demo-aq-020".to_owned()));
    let with = search(true).await;
    let place = |id: &str| with.iter().position(|found| found == id).unwrap();
    // What is superseded never stands before what took its place.
    assert!(place("demo-aq-019") < place("demo-aq-020"), "{with:?}");
}

async fn names_are_completed_from_characters_and_pinyin(house: &House) {
    house.demo().await;
    const SUGGEST: &str = "query($text: String!) {
        suggest(text: $text, first: 20) { text fragments { text matched } kind node { __typename } } }";
    for (typed, named) in [
        ("浦东新区生物", "浦东新区生物医药产品注册指导服务工作站"),
        ("生物医药产品注册", "浦东新区生物医药产品注册指导服务工作站"),
        ("pudong", "浦东新区生物医药产品注册指导服务工作站"),
        ("复旦", "复旦大学"),
        ("fudan", "复旦大学"),
        ("fddx", "复旦大学"),
        ("醫療器械監督", "医疗器械监督管理条例"),
    ] {
        let reply = house.anybody().run(SUGGEST, json!({ "text": typed })).await;
        let texts = reply.texts("/suggest", "/text");
        let at = texts.iter().position(|text| text == named);
        let at = at.unwrap_or_else(|| panic!("{typed}: {texts:?}"));
        let fragments = reply.at(&format!("/suggest/{at}/fragments"));
        let text = |matched: bool| -> String {
            let fragments = fragments.as_array().unwrap().iter();
            let wanted = fragments.filter(|it| !matched || it["matched"] == true);
            wanted.map(|it| it["text"].as_str().unwrap()).collect()
        };
        assert_eq!(text(false), named, "{typed}");
        let marked = text(true);
        assert!(!marked.is_empty() && marked.len() < named.len() || marked == named, "{typed}");
    }
    // A question is suggested for its own words, not for the regulations that its answer cites.
    let reply = house.anybody().run(SUGGEST, json!({ "text": "ylqx" })).await;
    let suggested = reply.at("/suggest").as_array().unwrap();
    assert!(!suggested.is_empty());
    for one in suggested.iter().filter(|it| it["kind"] == "ANSWERED_QUESTION") {
        let fragments = one["fragments"].as_array().unwrap();
        assert!(fragments.iter().any(|fragment| fragment["matched"] == true), "{one}");
    }
    for typed in ["", " ", "，。", "\u{1}", "zzzzzz"] {
        house.anybody().run(SUGGEST, json!({ "text": typed })).await.data();
    }
}

async fn similar_questions_are_found_by_text_and_by_id(house: &House) {
    house.demo().await;
    const SIMILAR: &str = "query($text: String, $id: ID) {
        similarAnsweredQuestions(text: $text, id: $id, first: 5) {
            score isSameQuestion node { id externalId question } } }";
    let text = "您好，我们公司研制的创面护理凝胶在分类目录里查不到，想请问管理类别怎么确认，谢谢！";
    let reply = house.anybody().run(SIMILAR, json!({ "text": text })).await;
    let similar = reply.texts("/similarAnsweredQuestions", "/node/externalId");
    assert_eq!(similar[0], "demo-aq-002");
    assert_eq!(reply.at("/similarAnsweredQuestions/0/score"), 1.0);
    let question =
        reply.at("/similarAnsweredQuestions/0/node/question").as_str().unwrap().to_owned();
    let politely = format!("您好，请问{question}谢谢！");
    let again = house.anybody().run(SIMILAR, json!({ "text": politely })).await;
    let flags: Vec<bool> = again
        .at("/similarAnsweredQuestions")
        .as_array()
        .unwrap()
        .iter()
        .map(|it| it["isSameQuestion"] == true)
        .collect();
    assert_eq!(flags, [true, false, false, false, false], "{}", again.text);
    let id = reply.at("/similarAnsweredQuestions/0/node/id");
    let reply = house.anybody().run(SIMILAR, json!({ "id": id })).await;
    let similar = reply.texts("/similarAnsweredQuestions", "/node/externalId");
    assert!(!similar.is_empty() && !similar.contains(&"demo-aq-002".to_owned()), "{similar:?}");
    for both_or_none in [json!({}), json!({ "id": id, "text": text })] {
        assert_eq!(house.anybody().run(SIMILAR, both_or_none).await.code(), "BAD_USER_INPUT");
    }
}

async fn a_slip_of_the_pen_is_mended(house: &House) {
    house.demo().await;
    let reply = house.anybody().run(SEARCH, json!({ "query": "Fudan Univarsity" })).await;
    let better = reply.at("/search/didYouMean").as_str().unwrap_or("").to_lowercase();
    assert_eq!(better, "fudan university");
    let reply = house.anybody().run(SEARCH, json!({ "query": "Fudan University" })).await;
    assert_eq!(reply.at("/search/didYouMean"), &Value::Null);
}

async fn a_search_waits_for_the_revision_it_must_have(house: &House) {
    house.places().await;
    house.settle().await;
    let revision = |number: i64| {
        use async_graphql::ScalarType as _;
        zhanjian::scalars::RevisionScalar(number).to_value().into_json().unwrap()
    };
    for round in 0..5 {
        let question = format!("第{round}轮编写的问题");
        let row = json!({ "question": question, "answer": "答", "audience": "PUBLIC", "station": "SH-PD" });
        let kind = zhanjian::answers::AnsweredQuestions::default();
        house.import(&kind, "one.jsonl", row.to_string()).await;
        let head = zhanjian::outbox::head(house.db().read()).await.unwrap();
        // The index is given no time: whoever wrote finds what was written.
        let variables = json!({ "query": question, "atLeast": revision(head), "first": 1 });
        let reply = house.anybody().run(SEARCH, variables).await;
        assert_eq!(reply.at("/search/edges/0/node/question"), &json!(question));
        assert_eq!(reply.at("/search/revision"), &revision(head));
    }
    let ahead = json!({ "query": "问题", "atLeast": revision(i64::MAX) });
    assert_eq!(house.anybody().run(SEARCH, ahead).await.code(), "INDEX_BEHIND");
    for wrong in [json!("x"), json!(""), json!("cmV2aXNpb246"), json!(7)] {
        let variables = json!({ "query": "问题", "atLeast": wrong });
        assert_eq!(house.anybody().run(SEARCH, variables).await.code(), "BAD_USER_INPUT");
    }
}

async fn every_filter_narrows_to_what_it_says(house: &House) {
    house.demo().await;
    let viewer = house.member_of(EVERY_STATION);
    const COUNT: &str = "query($filter: SearchFilter) {
        search(query: \"\", filter: $filter, first: 0) { totalCount } }";
    let count = async |filter: Value| {
        let reply = viewer.run(COUNT, json!({ "filter": filter })).await;
        reply.at("/search/totalCount").as_u64().unwrap()
    };
    let outputs = json!({ "kinds": ["RESEARCH_OUTPUT"] });
    let all = count(outputs).await;
    assert!(all > 0);
    assert_eq!(count(json!({ "kinds": ["RESEARCH_OUTPUT"], "minTrl": 1, "maxTrl": 9 })).await, all);
    for level in 1..=9 {
        let exactly = count(json!({ "minTrl": level, "maxTrl": level })).await;
        let below = count(json!({ "maxTrl": level - 1 })).await;
        assert_eq!(below + exactly, count(json!({ "maxTrl": level })).await, "level {level}");
    }
    for nothing in [
        json!({ "minTrl": 5, "maxTrl": 4 }),
        json!({ "minTrl": i32::MAX }),
        json!({ "yearFrom": i32::MAX }),
        json!({ "yearTo": i32::MIN }),
        json!({ "datedFrom": "2020-01-02", "datedTo": "2020-01-01" }),
        json!({ "stations": ["no such station"] }),
        json!({ "organizations": ["\u{1}"] }),
        json!({ "kinds": ["STATION"], "currency": ["CURRENT"] }),
    ] {
        assert_eq!(count(nothing.clone()).await, 0, "{nothing}");
    }
    let hospitals = json!({ "organizationTypes": ["HOSPITAL"] });
    assert!(count(hospitals).await > 0);
    let clinical = json!({ "resourceKinds": ["CLINICAL"] });
    assert!(count(clinical).await > 0);
    let licence = json!({ "cooperationModes": ["LICENSE"] });
    assert!((1..all).contains(&count(licence).await));
    let reply = viewer.run(COUNT, json!({ "filter": { "areas": ["REG-99"] } })).await;
    assert_eq!(reply.code(), "BAD_USER_INPUT");
}
