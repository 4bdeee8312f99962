//! Files in the shape in which repositories, databases and reference managers give them away. All names are made up.

use serde_json::json;

use super::super::open;
use super::{outcome, rows, told};
use crate::files::{Format, Input, in_gb18030};

#[test]
fn an_answer_of_datacite_is_read_record_by_record() {
    let file = r#"{
      "data": [
        {"id": "10.5555/EX.1", "type": "dois", "attributes": {
          "doi": "10.5555/EX.1",
          "identifiers": [{"identifier": "oai:example.org:1", "identifierType": "oai"}],
          "creators": [
            {"name": "Beispiel, Anna", "nameType": "Personal", "givenName": "Anna", "familyName": "Beispiel",
             "affiliation": ["Example University"],
             "nameIdentifiers": [{"nameIdentifier": "https://orcid.org/0000-0002-1825-0097", "nameIdentifierScheme": "ORCID"}]},
            {"name": "示例课题组", "nameType": "Organizational"}],
          "contributors": [{"name": "Secret, Contact", "contributorType": "ContactPerson"}],
          "titles": [{"title": "A made-up biosensor"}, {"title": "一种示例传感器", "lang": "zh-CN"},
                     {"title": "Ein Sensor", "titleType": "TranslatedTitle"}],
          "publisher": "Zenodo", "publicationYear": 2025,
          "subjects": [{"subject": "biosensors"}],
          "dates": [{"date": "2025-03-04", "dateType": "Issued"}, {"date": "2024-12", "dateType": "Created"}],
          "types": {"ris": "DATA", "resourceTypeGeneral": "Dataset", "resourceType": ""},
          "descriptions": [{"description": "<p>First.</p><p>a &lt; b</p>", "descriptionType": "Abstract"}],
          "url": "https://example.org/records/1", "contentUrl": null, "rightsList": []}},
        {"id": "10.5555/ex.2", "attributes": {"doi": "10.5555/ex.2", "titles": [{"title": "Second"}],
          "types": {"resourceTypeGeneral": "Other", "resourceType": "Patent"},
          "alternateIdentifiers": [{"alternateIdentifier": "ZL201710601862.3", "alternateIdentifierType": "Patent number"}],
          "publicationYear": 2019, "publisher": {"name": "Example"}}}
      ],
      "meta": {"total": 2, "states": [{"id": "findable"}]}, "links": {"self": "https://example.org"}
    }"#;
    let rows = rows(Format::DataCite, file);
    assert_eq!(rows.len(), 2);
    assert_eq!(
        told(&rows[0]),
        json!({
            "externalId": "10.5555/ex.1", "doi": "10.5555/EX.1", "kind": "DATASET",
            "title": "一种示例传感器", "abstract": "First.\na < b",
            "contributors": [{"name": "Anna Beispiel", "orcid": "0000-0002-1825-0097"},
                             {"name": "示例课题组"}],
            "completedOn": "2024-12-01", "publishedOn": "2025-03-04",
            "identifiers": [{"scheme": "oai", "value": "oai:example.org:1"},
                            {"scheme": "url", "value": "https://example.org/records/1"}],
            "keywords": ["biosensors"], "sourceFormat": "DataCite JSON",
        })
    );
    assert_eq!(rows[1]["kind"], "PATENT");
    assert_eq!(rows[1]["publishedOn"], "2019-01-01");
    assert_eq!(rows[1]["patents"][0]["applicationNo"], "201710601862.3");
}

#[test]
fn one_datacite_record_and_one_a_line_are_read_too() {
    let one = r#"{"titles": [{"title": "One"}], "types": {"resourceTypeGeneral": "Software"}}"#;
    for file in
        [one.to_owned(), format!("[{one}]"), format!("{{\"data\": {{\"attributes\": {one}}}}}")]
    {
        let rows = rows(Format::DataCite, file);
        assert_eq!(
            (rows[0]["title"].as_str(), rows[0]["kind"].as_str()),
            (Some("One"), Some("SOFTWARE"))
        );
    }
    assert_eq!(rows(Format::DataCite, format!("{one}\n{one}\n\n{one}")).len(), 3);
}

#[test]
fn bibtex_of_zotero_and_of_the_web_of_science_is_read() {
    let file = r#"
This is a comment with an address: info@example.org (nobody).
@string{jbe = "Journal of Biomedical Examples"}
@comment{jabref-meta: databaseType:bibtex;}
@article{beispiel_made-up_2024,
	title = {A {Made}-up {$\alpha$}-Sensor for {H}$_2${O}: 50\% {M{\"u}ller}},
	volume = {12},
	issn = {1234-5678},
	url = {https://example.org/a\_b},
	doi = {10.5555/Example.2024},
	abstract = {First line
that goes on.

Second paragraph.},
	journal = jbe # { (Online)},
	author = {Beispiel, Anna and {van der Muster}, Jan and {Example Group and Partners} and others},
	month = may,
	year = {2024},
	keywords = {sensors, water},
}

@PhdThesis( short1, Title = "Quotes {"} inside", YEAR = 2019, author = "王小明 and 李 红" )

@patent{cnp, title={一种示例装置}, number={CN201710601862.3}, holder={示例大学}, date={2018-03}, nationality={China}}
Web of Science writes fields so:
@article{ WOS:000123,
Author = {Example, A. B. and
   Sample, C. D.},
Title = {Long titles are
   wrapped},
Year = {2021},
Unique-ID = {WOS:000123},
}
"#;
    let rows = rows(Format::Bibtex, file);
    assert_eq!(rows.len(), 4);
    assert_eq!(
        told(&rows[0]),
        json!({
            "externalId": "10.5555/example.2024", "doi": "10.5555/Example.2024", "kind": "JOURNAL_ARTICLE",
            "title": "A Made-up α-Sensor for H2O: 50% Müller",
            "abstract": "First line that goes on.\nSecond paragraph.",
            "contributors": [{"name": "Anna Beispiel"}, {"name": "Jan van der Muster"},
                             {"name": "Example Group and Partners"}],
            "publishedOn": "2024-05-01", "keywords": ["sensors", "water"],
            "identifiers": [{"scheme": "url", "value": "https://example.org/a_b"}],
            "sourceFormat": "BibTeX",
        })
    );
    assert_eq!(rows[1]["externalId"], "short1");
    assert_eq!(rows[1]["kind"], "THESIS");
    assert_eq!(rows[1]["title"], "Quotes \" inside");
    assert_eq!(rows[1]["contributors"][1]["name"], "李 红");
    assert_eq!(rows[2]["patents"][0]["applicationNo"], "201710601862.3");
    assert_eq!(rows[2]["publishedOn"], "2018-03-01");
    assert_eq!(rows[3]["title"], "Long titles are wrapped");
    assert_eq!(rows[3]["contributors"][1]["name"], "C. D. Sample");
}

#[test]
fn ris_with_the_habits_of_chinese_databases_is_read() {
    let file = "\u{FEFF}\r\nTY  - JOUR\r\nAU  - 王小明；李红\r\nAU  - Beispiel, Anna\r\nT1  - 一种示例方法\r\n\
        JO  - 示例学报\r\nY1  - 2023/05/10/\r\nKW  - 示例; 传感器;\r\nAB  - 第一行，\r\n接着一行。\r\n\
        M3  - 10.5555/CN.2023\r\nUR  - https://doi.org/10.5555/CN.2023\r\nER  -\r\n\
        TY  - THES\nTI  - No end of record\nPY  - 2020///\nID  - key7\n\
        TY - PAT\nTI - Loose spaces\nSN - CN107412754A\nCY - CN\nM1 - 201710601862.3\nER - \n";
    let rows = rows(Format::Ris, file);
    assert_eq!(rows.len(), 3);
    assert_eq!(
        told(&rows[0]),
        json!({
            "externalId": "10.5555/cn.2023", "doi": "10.5555/cn.2023", "kind": "JOURNAL_ARTICLE",
            "title": "一种示例方法", "abstract": "第一行， 接着一行。",
            "contributors": [{"name": "王小明"}, {"name": "李红"}, {"name": "Anna Beispiel"}],
            "publishedOn": "2023-05-10", "keywords": ["示例", "传感器"], "sourceFormat": "RIS",
        })
    );
    assert_eq!((&rows[1]["externalId"], &rows[1]["kind"]), (&json!("key7"), &json!("THESIS")));
    assert_eq!(rows[2]["patents"][0]["publicationNo"], "CN107412754A");
    assert_eq!(rows[2]["patents"][0]["applicationNo"], "201710601862.3");
}

#[test]
fn csl_of_zotero_and_crossref_is_read() {
    let file = r#"[
      {"id": "http://zotero.org/groups/1/items/ABC", "type": "article-journal", "title": "A <i>made-up</i> study",
       "container-title": "Journal", "author": [{"family": "Muster", "given": "Jan", "non-dropping-particle": "van der"},
       {"family": "王", "given": "小明"}, {"literal": "Example Group"}],
       "issued": {"date-parts": [["2024", 5, 6]]}, "URL": "https://doi.org/10.5555/z", "abstract": "Plain."},
      {"type": "journal-article", "title": ["Of Crossref"], "DOI": "10.5555/c", "issued": {"date-parts": [[2022, 3]]},
       "author": [{"given": "Anna", "family": "Beispiel", "ORCID": "http://orcid.org/0000-0002-1825-0097"}],
       "abstract": "<jats:p>Marked.</jats:p>"},
      {"id": 7, "type": "patent", "title": "Numbers as ids", "number": "US10123456B2", "authority": "US",
       "issued": {"raw": "2020-02"}}
    ]"#;
    let rows = rows(Format::CslJson, file);
    assert_eq!(rows[0]["contributors"][0]["name"], "Jan van der Muster");
    assert_eq!(rows[0]["contributors"][1]["name"], "王小明");
    assert_eq!(rows[0]["externalId"], "10.5555/z");
    assert_eq!(rows[0]["title"], "A made-up study");
    assert_eq!(rows[1]["abstract"], "Marked.");
    assert_eq!(rows[1]["publishedOn"], "2022-03-01");
    assert_eq!(rows[2]["externalId"], "7");
    assert_eq!(rows[2]["patents"][0]["publicationNo"], "US10123456B2");
    let wrapped = r#"{"items": [{"id": "a", "type": "book", "title": "Of Zotero's API"}]}"#;
    assert_eq!(super::rows(Format::CslJson, wrapped)[0]["kind"], "OTHER");
}

#[test]
fn chinese_encodings_are_found_and_told() {
    let bib = "@article{a, title={医疗器械示例}, author={王小明 and 李红}}";
    let bytes = in_gb18030(bib);
    let reader = open(Input::memory("a.bib", bytes), None).expect("it opens");
    assert_eq!(reader.encoding().label(), "GBK");
    assert_eq!(reader.format(), Format::Bibtex);
    let row = reader.map(Result::unwrap).next().expect("a row");
    assert_eq!(row.record()["title"], "医疗器械示例");
}

#[test]
fn a_fault_names_line_column_and_field() {
    let mut reader =
        open(Input::memory("a.bib", "\n\n@misc{a,\n title={x},\n doi={10/wrong}\n}"), None)
            .expect("it opens");
    let mut row = reader.next().expect("a row").expect("a record");
    assert!(row.raw_record().starts_with("@misc{a,\n title"));
    row.fault("doi", "is no DOI");
    row.required_text("abstract");
    let faults = row.finish().unwrap_err().to_string();
    assert_eq!(
        faults,
        "line 3, column doi (doi): \"10/wrong\" is no DOI\nline 3, column abstract (abstract): is required but empty"
    );
    assert_eq!(reader.unknown_columns(), Vec::<String>::new());
}

#[test]
fn records_without_an_id_get_the_same_one_each_time() {
    let id = |file: &str| rows(Format::Ris, file.to_owned())[0]["externalId"].clone();
    let one = id("TY  - JOUR\nTI  - A made-up title\nPY  - 2020\nER  - \n");
    assert_eq!(one, id("TY  - GEN\nTI  - A Made-Up  Title.\nDA  - 2020/05/01\nER  - \n"));
    assert_ne!(one, id("TY  - JOUR\nTI  - A made-up title\nPY  - 2021\nER  - \n"));
    assert!(outcome(Format::Ris, "").is_empty());
}
