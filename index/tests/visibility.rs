//! Nothing that a viewer may not see shows anywhere, and taking it away changes nothing for that viewer.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on should stop")]

use proptest::{prelude::*, sample::select};
use std::collections::{BTreeMap, BTreeSet};
use zhanjian_index::{
    Change, CurrencyDays, Day, Document, FacetField, Filter, Found, Index, Key, Kind, Options,
    Page, SearchRequest, SimilarRequest, Sort,
};

const TODAY: Day = 20_000;
const WORDS: [&str; 14] = [
    "医疗器械",
    "注册",
    "变更",
    "唯一标识",
    "UDI",
    "支架",
    "导管",
    "Ⅲ类",
    "第三类",
    "catheter",
    "registration",
    "胃",
    "临床评价",
    "无菌",
];
const TOKENS: [&str; 4] = ["public", "partners", "network", "station:1"];
const FACETS: [FacetField; 8] = [
    FacetField::Kind,
    FacetField::Station,
    FacetField::Organization,
    FacetField::Area,
    FacetField::Year,
    FacetField::Currency,
    FacetField::ProductKind,
    FacetField::DeviceClass,
];

fn words(most: usize) -> impl Strategy<Value = String> {
    prop::collection::vec(select(&WORDS[..]), 0..=most).prop_map(|words| words.join(""))
}

fn tokens(most: usize) -> impl Strategy<Value = Vec<String>> {
    prop::collection::vec(select(&TOKENS[..]).prop_map(str::to_owned), 0..=most)
}

prop_compose! {
    fn document()(
        title in words(3),
        body in words(8),
        audience in tokens(2),
        owner in tokens(1),
        visible_from in prop::option::of(TODAY - 1..=TODAY + 1),
        kind in 0..3_usize,
        station in prop::option::of(select(&["1", "2"][..])),
        dated_on in prop::option::of(0..5),
        stale in prop::option::of(TODAY - 1..=TODAY + 1),
        superseded in any::<bool>(),
        uses in 0..3_u32,
        identifier in prop::option::of(select(&["AB-1", "AB-2"][..])),
    ) -> Document {
        Document {
            title, body, audience, owner, visible_from, dated_on, superseded, uses,
            station: station.map(str::to_owned),
            areas: station.map(|code| format!("REG-{code}")).into_iter().collect(),
            identifiers: identifier.map(str::to_owned).into_iter().collect(),
            year: dated_on,
            currency: stale.map(|day| CurrencyDays { verified: true, stale: Some(day), ..CurrencyDays::default() }),
            ..Document::new(Key { kind: Kind::ALL[kind], id: 0 })
        }
    }
}

fn visible(document: &Document, tokens: &[String]) -> bool {
    let meets = |theirs: &[String]| theirs.iter().any(|token| tokens.contains(token));
    meets(&document.owner)
        || (meets(&document.audience) && document.visible_from.is_none_or(|from| from <= TODAY))
}

fn index_of(documents: &[Document]) -> (tempfile::TempDir, Index) {
    let folder = tempfile::tempdir().unwrap();
    let options = Options { writer_threads: 1, memory_budget: 15_000_000, ..Options::default() };
    let index = Index::open(folder.path(), options).unwrap();
    // Two commits, so that there are several segments.
    let (first, second) = documents.split_at(documents.len() / 2);
    for (watermark, part) in (1..).zip([first, second]) {
        let puts = part.iter().cloned().map(|document| Change::Put(Box::new(document)));
        index.apply(puts.collect(), watermark).unwrap();
    }
    (folder, index)
}

fn all_hits(index: &Index, request: &SearchRequest) -> (Found, BTreeSet<Key>) {
    let mut request = request.clone();
    let first = index.search(&request).unwrap();
    let mut keys: BTreeSet<Key> = first.hits.iter().map(|hit| hit.key).collect();
    let mut page = first.clone();
    while page.has_next {
        request.page = Page::First { limit: 3, after: page.hits.last().map(|hit| hit.cursor) };
        page = index.search(&request).unwrap();
        for hit in &page.hits {
            assert!(keys.insert(hit.key), "a hit came twice");
        }
    }
    (first, keys)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 40, ..ProptestConfig::default() })]

    #[test]
    fn what_one_may_not_see_is_as_if_it_were_not_there(
        documents in prop::collection::vec(document(), 1..25),
        viewer in tokens(2),
        text in prop_oneof![words(3), Just("\"变更\" -胃".to_owned()), Just("ab-1".to_owned()), Just("医疗器戒".to_owned()), Just("cathetr".to_owned())],
        sort in select(&[Sort::Relevance, Sort::Newest, Sort::Oldest, Sort::MostReused][..]),
        include_superseded in any::<bool>(),
        named in 0..4_usize,
        typed in select(&["医", "医疗", "ylq", "yiliao", "zhuce", "ca", "器械", "x", "weiyi"][..]),
    ) {
        let documents: Vec<Document> = (1..).zip(documents).map(|(id, mut document)| {
            document.key.id = id;
            document
        }).collect();
        let seen: Vec<Document> = documents.iter().filter(|document| visible(document, &viewer)).cloned().collect();
        let may_see: BTreeSet<Key> = seen.iter().map(|document| document.key).collect();
        let (_all_folder, all) = index_of(&documents);
        let (_seen_folder, only) = index_of(&seen);

        let request = SearchRequest {
            tokens: viewer.clone(),
            today: TODAY,
            as_of: TODAY,
            text: text.clone(),
            named: documents.iter().map(|document| document.key).take(named).collect(),
            filter: Filter { include_superseded, ..Filter::default() },
            sort,
            page: Page::First { limit: 3, after: None },
            facets: FACETS.to_vec(),
            total: true,
        };
        let (found, hits) = all_hits(&all, &request);
        let (expected, expected_hits) = all_hits(&only, &request);
        prop_assert!(hits.is_subset(&may_see));
        prop_assert_eq!(&hits, &expected_hits);
        prop_assert_eq!(found.total, hits.len() as u64);
        prop_assert_eq!(found.total, expected.total);
        let sorted = |found: &Found| -> Vec<BTreeMap<String, u64>> {
            found.facets.iter().map(|facet| facet.buckets.iter().cloned().collect()).collect()
        };
        prop_assert_eq!(sorted(&found), sorted(&expected));
        prop_assert_eq!(&found.did_you_mean, &expected.did_you_mean);

        // Asked for a few documents only, the answer is which of them are among the hits.
        let some: Vec<Key> = documents.iter().map(|document| document.key).step_by(2).collect();
        let newest = SearchRequest { sort: Sort::Newest, ..request.clone() };
        let among: BTreeSet<Key> = all_hits(&all, &newest).1.into_iter().filter(|key| some.contains(key)).collect();
        let narrowed = SearchRequest { filter: Filter { only: some, ..newest.filter.clone() }, ..newest };
        prop_assert_eq!(all_hits(&all, &narrowed).1, among);

        let everything = SearchRequest { text: String::new(), named: Vec::new(), ..request };
        let listed = seen.iter().filter(|document| include_superseded || !document.superseded);
        prop_assert_eq!(all_hits(&all, &everything).1, listed.map(|document| document.key).collect::<BTreeSet<_>>());

        let suggested = all.suggest(&viewer, TODAY, typed, &[], 50).unwrap();
        prop_assert!(suggested.iter().all(|name| may_see.contains(&name.key)));
        prop_assert_eq!(suggested, only.suggest(&viewer, TODAY, typed, &[], 50).unwrap());

        let like = SimilarRequest { tokens: viewer.clone(), today: TODAY, as_of: TODAY, text, limit: 50, ..SimilarRequest::default() };
        let similar = all.similar(&like).unwrap();
        prop_assert!(similar.iter().all(|hit| may_see.contains(&hit.key)));
    }
}

#[test]
fn without_tokens_nothing_is_there() {
    let mut document = Document::new(Key { kind: Kind::Station, id: 1 });
    document.title = "工作站".to_owned();
    document.audience = vec!["public".to_owned()];
    let (_folder, index) = index_of(&[document]);
    let found = index.search(&SearchRequest { total: true, ..SearchRequest::default() }).unwrap();
    assert_eq!((found.total, found.hits.len()), (0, 0));
    assert!(index.suggest(&[], TODAY, "工作", &[], 10).unwrap().is_empty());
}
