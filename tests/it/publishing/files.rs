//! Files that offices bring over the API: faults by cell, then mended and taken in; nothing is published by them, nothing
//! doubled, and what a person has changed wins.

use axum::{body::Body, http::Request};
use serde_json::{Value, json};
use zhanjian::access::Role;

use super::{at, content, office, published, step, well, with};
use crate::support::{House, Member, Reply, on_both_engines};

on_both_engines!(
    faults_are_shown_by_cell_then_mended_and_taken_in,
    a_library_of_references_comes_as_drafts_with_its_own_text,
    the_same_id_again_changes_and_never_doubles,
    an_empty_cell_of_a_table_says_nothing_and_a_mark_empties,
    what_a_person_changed_wins_and_is_listed,
    beside_what_is_shown_a_revision_is_laid,
    the_same_work_under_another_id_is_shown_and_not_taken,
    areas_are_proposed_and_not_set,
    what_was_made_harmless_for_spreadsheets_comes_back_as_it_was,
    only_their_own_office_brings_and_sees_files,
    what_is_no_table_is_refused_in_words,
    who_sends_slowly_holds_nobody_up,
    a_sign_that_no_database_takes_costs_one_row,
    nobody_takes_a_file_in_when_it_is_over,
    the_operator_s_files_respect_what_was_done_here,
);

/// Brings a file.
pub async fn bring(
    house: &House,
    member: &Member<'_>,
    query: &str,
    file: impl Into<Body>,
) -> Reply {
    let request = Request::post(format!("/imports/research-outputs?{query}"))
        .header("authorization", format!("Bearer {}", member.token()))
        .header("accept-language", "en");
    house.send(request.body(file.into()).unwrap()).await
}

/// Brings a file that can be read; what was seen of it.
async fn seen(house: &House, member: &Member<'_>, name: &str, file: impl Into<Body>) -> Value {
    let reply = bring(house, member, &format!("name={name}"), file).await;
    assert_eq!(reply.status, 201, "{}", reply.text);
    reply.body
}

const ROWS: &str = "id state goodRowCount outcomes { outcome rows } rows(first: 50) { nodes { line externalId outcome
    values { column value } faults { line column columnLabel cell value message }
    conflicts { column present given } duplicates { line by researchOutput { externalId } }
    proposedAreas { area { code } term }
    researchOutput { id version state title externalId trl areas { code } editedColumns revision { state content { title trl } } } } }";

/// Takes a file in.
async fn taken(member: &Member<'_>, seen: &Value, good_rows: bool) -> Reply {
    let query = format!(
        "mutation($input: CommitResearchOutputImportInput!) {{ it: commitResearchOutputImport(input: $input) {{
            userErrors {{ code path message }} researchOutputImport {{ {ROWS} }} }} }}"
    );
    let input = json!({ "id": seen["id"], "takeGoodRows": good_rows });
    member.run(&query, json!({ "input": input })).await
}

/// The rows of a file that was taken in.
#[track_caller]
fn rows(reply: &Reply) -> Vec<Value> {
    assert_eq!(reply.at("/it/userErrors"), &json!([]), "{}", reply.text);
    reply.at("/it/researchOutputImport/rows/nodes").as_array().unwrap().clone()
}

fn lines(rows: &[Value]) -> String {
    rows.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
}

fn row(id: &str, title: &str) -> Value {
    json!({ "externalId": id, "title": title, "abstract": "示例摘要", "kind": "PROTOTYPE", "trl": 4 })
}

const TABLE: &str = "编号,标题,摘要,类型,技术成熟度,发布日期,专利,可见范围\n\
    t-1,示例夹具一,示例摘要,PROTOTYPE,5,2026-01-02,,PUBLIC\n\
    t-2,,示例摘要,PROTOTYPE,12,2026-01-02,,PUBLIC\n\
    t-3,示例夹具三,示例摘要,GADGET,5,2026-13-02,\"[{\"\"applicationNo\"\":\"\"201710601862.4\"\"}]\",PUBLIC\n";

async fn faults_are_shown_by_cell_then_mended_and_taken_in(house: &House) {
    house.places().await;
    let (author, second) = office(house).await;
    // As a spreadsheet program in China saves it.
    let (gbk, _, _) = encoding_rs::GBK.encode(TABLE);
    let first = seen(house, &author, "outputs.csv", gbk.into_owned()).await;
    assert_eq!((&first["rows"], &first["good"]), (&json!(3), &json!(1)));
    assert_eq!(first["format"], "CSV");
    assert!(first["encoding"].as_str().unwrap().starts_with("GB"), "{first}");
    assert_eq!(first["outcomes"], json!({ "NEW": 1, "FAULTY": 2 }));
    let cells: Vec<(&str, &str)> = first["faults"]
        .as_array()
        .unwrap()
        .iter()
        .map(|fault| (fault["cell"].as_str().unwrap(), fault["column"].as_str().unwrap()))
        .collect();
    let expected = [
        ("B3", "title"),
        ("E3", "trl"),
        ("D4", "kind"),
        ("F4", "publishedOn"),
        ("G4", "patents[0].applicationNo"),
    ];
    for cell in expected {
        assert!(cells.contains(&cell), "{cell:?} is not among {cells:?}");
    }
    assert_eq!(cells.len(), expected.len(), "{cells:?}");
    let faults = first["faults"].as_array().unwrap().iter();
    let title = faults.clone().find(|fault| fault["column"] == "title").unwrap();
    assert_eq!(title["message"], "is required but empty");
    assert_eq!(title["columnLabel"], "标题");

    let refused = taken(&author, &first, false).await;
    assert_eq!(refused.at("/it/userErrors/0/path"), &json!(["input", "takeGoodRows"]));
    let mended = TABLE
        .replace("t-2,,示例摘要,PROTOTYPE,12", "t-2,示例夹具二,示例摘要,PROTOTYPE,6")
        .replace("GADGET", "DATASET")
        .replace("2026-13-02", "2026-12-02")
        .replace("1862.4", "1862.3");
    let whole = seen(house, &author, "outputs.csv", mended).await;
    assert_eq!((&whole["good"], &whole["faults"]), (&json!(3), &json!([])));
    let rows = rows(&taken(&author, &whole, false).await);
    assert!(rows.iter().all(|row| row["outcome"] == "NEW"), "{rows:?}");
    // Nothing is published by a file.
    let output = rows[0]["researchOutput"].clone();
    assert_eq!((&output["state"], &output["trl"]), (&json!("DRAFT"), &json!(5)));
    let submitted = well(&step(&author, "submitResearchOutput", at(&output)).await);
    let own = step(&author, "publishResearchOutput", at(&submitted)).await;
    assert_eq!(super::fault(&own), "SECOND_PERSON_NEEDED", "who brings a file has written it");
    let shown = well(&step(&second, "publishResearchOutput", at(&submitted)).await);
    assert_eq!(shown["audience"], "PUBLIC");
    // Once taken in, it is done.
    let again = taken(&author, &whole, false).await;
    assert_eq!(again.at("/it/userErrors/0/code"), "WRONG_STATE");
    // Of a file with faults the good rows are taken by who says so.
    let some =
        seen(house, &author, "more.csv", TABLE.replace("t-1", "t-9").replace("夹具一", "夹具九"))
            .await;
    let outcomes: Vec<Value> = self::rows(&taken(&author, &some, true).await)
        .iter()
        .map(|row| row["outcome"].clone())
        .collect();
    assert_eq!(json!(outcomes), json!(["NEW", "FAULTY", "FAULTY"]));
}

async fn a_library_of_references_comes_as_drafts_with_its_own_text(house: &House) {
    house.places().await;
    let (author, _) = office(house).await;
    let ris = "TY  - JOUR\nTI  - 示例贴片的研究\nAU  - 示例张\nAB  - 示例摘要\nPY  - 2024\nDO  - 10.5555/RIS.1\nER  - \n\
        TY  - JOUR\nTI  - 错误的标识\nAB  - 示例摘要\nDO  - 10.1\nER  - \n";
    let first = seen(house, &author, "library.ris", ris).await;
    assert_eq!((&first["rows"], &first["good"]), (&json!(2), &json!(1)), "{first}");
    assert_eq!(first["format"], "RIS");
    assert_eq!(first["faults"][0]["column"], "doi");
    let reply = taken(&author, &first, true).await;
    let output = &rows(&reply)[0]["researchOutput"];
    assert_eq!(output["externalId"], "10.5555/ris.1");
    assert_eq!((&output["state"], &output["trl"]), (&json!("DRAFT"), &Value::Null));
    // What the record looked like is kept with it.
    use sea_orm::{ConnectionTrait as _, Statement};
    let db = house.db().read();
    let sql = "SELECT raw_record FROM research_outputs WHERE external_id = '10.5555/ris.1'";
    let row = db.query_one_raw(Statement::from_string(db.get_database_backend(), sql)).await;
    let raw: String = row.unwrap().unwrap().try_get("", "raw_record").unwrap();
    assert!(raw.starts_with("TY  - JOUR\nTI  - 示例贴片的研究"), "{raw}");
    // A record of any length is taken; of a very long one what was read of it is kept, and not its own text.
    let long = "注".repeat(100 * 1024);
    let long = format!(
        "TY  - JOUR\nTI  - 示例贴片续\nAB  - 示例摘要\nDO  - 10.5555/ris.2\nN1  - {long}\nER  - \n"
    );
    let first = seen(house, &author, "library.ris", long).await;
    rows(&taken(&author, &first, false).await);
    let sql = "SELECT raw_record FROM research_outputs WHERE external_id = '10.5555/ris.2'";
    let row = db.query_one_raw(Statement::from_string(db.get_database_backend(), sql)).await;
    let raw: String = row.unwrap().unwrap().try_get("", "raw_record").unwrap();
    assert!(raw.len() < 1024 && raw.contains("示例贴片续"), "{}", raw.len());
    // The same by another format, said under another name: nothing that it cannot say is lost.
    let bib = "@misc{x, title={示例贴片的研究}, abstract={新的摘要}, doi={10.5555/ris.1}}";
    let reply = bring(house, &author, "format=bibtex&name=x.txt", bib).await;
    assert_eq!(reply.status, 201, "{}", reply.text);
    assert_eq!(reply.body["outcomes"], json!({ "UPDATE": 1 }));
    let reply = bring(house, &author, "format=docx&name=x", bib).await;
    assert_eq!(reply.status, 400, "{}", reply.text);
}

async fn the_same_id_again_changes_and_never_doubles(house: &House) {
    house.places().await;
    let (author, _) = office(house).await;
    let file = lines(&[row("s-1", "示例阀一"), row("s-2", "示例阀二")]);
    let first = seen(house, &author, "a.jsonl", file.clone()).await;
    rows(&taken(&author, &first, false).await);
    let again = seen(house, &author, "a.jsonl", file).await;
    assert_eq!(again["outcomes"], json!({ "UNCHANGED": 2 }));
    // A file that says nothing of a column leaves it as it is.
    let part = json!({ "externalId": "s-1", "title": "示例阀一改", "abstract": "示例摘要", "kind": "PROTOTYPE" });
    let changed = seen(house, &author, "a.jsonl", part.to_string()).await;
    let rows = rows(&taken(&author, &changed, false).await);
    assert_eq!(rows[0]["outcome"], "UPDATE");
    assert_eq!(rows[0]["researchOutput"]["title"], "示例阀一改");
    assert_eq!(rows[0]["researchOutput"]["trl"], 4);
    let count = author.ask("{ researchOutputs { totalCount } }").await;
    assert_eq!(count.at("/researchOutputs/totalCount"), &json!(2));
    // Twice in one file is a fault of the second.
    let twice = lines(&[row("s-9", "示例阀八"), row("s-9", "示例阀九")]);
    let twice = seen(house, &author, "a.jsonl", twice).await;
    assert_eq!(twice["outcomes"], json!({ "NEW": 1, "FAULTY": 1 }));
    assert_eq!(twice["faults"][0]["column"], "externalId");
}

/// The revision beside the first output of a file that was taken in.
async fn revision(author: &Member<'_>, reply: &Reply) -> Value {
    const READ: &str = "query($id: ID!) { node(id: $id) { ... on ResearchOutput { revision {
        embargoUntil contact { name email phone }
        content { title doi advantages areas { code } patents { applicationNo } } } } } }";
    let id = rows(reply)[0]["researchOutput"]["id"].clone();
    author.run(READ, json!({ "id": id })).await.at("/node/revision").clone()
}

async fn an_empty_cell_of_a_table_says_nothing_and_a_mark_empties(house: &House) {
    house.places().await;
    let (author, second) = office(house).await;
    let mut whole = row("b-1", "示例探针甲");
    let more = json!({
        "doi": "10.5555/example.7", "advantages": "示例优势", "areas": ["REG-1"],
        "patents": [{ "office": "CN", "applicationNo": "201710601862.3" }],
        "embargoUntil": "2026-12-01", "audience": "PUBLIC",
        "contact": { "name": "示例成果办", "email": "office@example.org", "phone": "021-55550000" },
    });
    whole.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    let file = seen(house, &author, "a.jsonl", whole.to_string()).await;
    let draft = rows(&taken(&author, &file, false).await)[0]["researchOutput"].clone();
    let submitted = well(&step(&author, "submitResearchOutput", at(&draft)).await);
    well(&step(&second, "publishResearchOutput", at(&submitted)).await);
    // As in the template, most columns are there and left empty.
    let table = |title: &str, cells: &str| {
        "编号,标题,摘要,类型,技术成熟度,知识产权状态,可见范围,保密期至,专业领域1,专业领域2,专利申请号,DOI,优势,\
            联系人,联系邮箱,联系电话\n"
            .to_owned()
            + &format!("b-1,{title},示例摘要,样机,{cells}\n")
    };
    let same = seen(house, &author, "a.csv", table("示例探针甲", ",,,,,,,,,,,")).await;
    assert_eq!(same["outcomes"], json!({ "UNCHANGED": 1 }), "{same}");
    let half = seen(house, &author, "a.csv", table("示例探针乙", ",,,,,,,,,,,021-55551111")).await;
    assert_eq!(half["outcomes"], json!({ "UPDATE": 1 }), "{half}");
    let reply = taken(&author, &half, false).await;
    let expected = json!({
        "embargoUntil": "2026-12-01",
        "contact": { "name": "示例成果办", "email": "office@example.org", "phone": "021-55551111" },
        "content": {
            "title": "示例探针乙", "doi": "10.5555/example.7", "advantages": "示例优势",
            "areas": [{ "code": "REG-1" }], "patents": [{ "applicationNo": "201710601862.3" }],
        },
    });
    assert_eq!(revision(&author, &reply).await, expected);
    let cleared = table("示例探针乙", ",,,-,-,,-,-,,,-,");
    let cleared = seen(house, &author, "a.csv", cleared).await;
    let reply = taken(&author, &cleared, false).await;
    let expected = json!({
        "embargoUntil": null,
        "contact": { "name": "示例成果办", "email": null, "phone": "021-55551111" },
        "content": {
            "title": "示例探针乙", "doi": null, "advantages": "示例优势", "areas": [], "patents": [],
        },
    });
    assert_eq!(revision(&author, &reply).await, expected);
}

async fn what_a_person_changed_wins_and_is_listed(house: &House) {
    house.places().await;
    let (author, _) = office(house).await;
    let first = seen(house, &author, "a.jsonl", row("p-1", "示例泵").to_string()).await;
    let output = rows(&taken(&author, &first, false).await)[0]["researchOutput"].clone();
    let edit = with(&output, json!({ "content": { "trl": 7 } }));
    well(&step(&author, "updateResearchOutput", edit).await);
    let mut later = row("p-1", "示例泵改");
    later["trl"] = json!(3);
    let later = seen(house, &author, "a.jsonl", later.to_string()).await;
    assert_eq!(later["conflicts"][0]["conflict"]["column"], "trl");
    let row = rows(&taken(&author, &later, false).await).remove(0);
    assert_eq!(row["conflicts"], json!([{ "column": "trl", "present": "7", "given": "3" }]));
    assert_eq!((&row["outcome"], &row["researchOutput"]["trl"]), (&json!("UPDATE"), &json!(7)));
    assert_eq!(row["researchOutput"]["title"], "示例泵改");
    assert_eq!(row["researchOutput"]["editedColumns"], json!(["trl"]));
}

async fn beside_what_is_shown_a_revision_is_laid(house: &House) {
    house.places().await;
    let (author, second) = office(house).await;
    let draft = json!({ "externalId": "r-1", "content": content("示例滤器") });
    let draft = well(&step(&author, "draftResearchOutput", draft).await);
    let submitted = well(&step(&author, "submitResearchOutput", at(&draft)).await);
    let shown = well(&step(&second, "publishResearchOutput", at(&submitted)).await);
    let mut file = row("r-1", "另一个标题");
    file["advantages"] = json!("示例优势");
    let file = seen(house, &author, "a.jsonl", file.to_string()).await;
    let row = rows(&taken(&author, &file, false).await).remove(0);
    // All that was filled in by hand stays; what was left empty comes from the file, beside what is shown.
    let output = &row["researchOutput"];
    assert_eq!((&row["outcome"], &output["state"]), (&json!("UPDATE"), &json!("PUBLISHED")));
    assert_eq!(output["title"], "示例滤器");
    assert_eq!(output["revision"]["state"], "DRAFT");
    let conflicts: Vec<&Value> =
        row["conflicts"].as_array().unwrap().iter().map(|conflict| &conflict["column"]).collect();
    assert_eq!(json!(conflicts), json!(["title", "abstract", "trl"]));
    let read = "query($id: ID!) { node(id: $id) { ... on ResearchOutput { advantages version } } }";
    let others = house.anybody().run(read, json!({ "id": shown["id"] })).await;
    assert_eq!(others.at("/node/advantages"), &Value::Null);
    let submitted = well(&step(&author, "submitResearchOutput", at(output)).await);
    well(&step(&second, "publishResearchOutput", at(&submitted)).await);
    let others = house.anybody().run(read, json!({ "id": shown["id"] })).await;
    assert_eq!(others.at("/node/advantages"), "示例优势");
    // What a second person is looking at is not changed under their eyes.
    let other = published(&author, &second, content("示例滤器乙")).await;
    let id = author
        .run(
            "query($id: ID!) { node(id: $id) { ... on ResearchOutput { externalId } } }",
            json!({ "id": other["id"] }),
        )
        .await;
    let id = id.at("/node/externalId").as_str().unwrap().to_owned();
    let revised = well(&step(&author, "reviseResearchOutput", at(&other)).await);
    well(&step(&author, "submitResearchOutput", at(&revised)).await);
    let mut late = self::row(&id, "示例滤器丙");
    late["advantages"] = json!("示例");
    let late = seen(house, &author, "a.jsonl", late.to_string()).await;
    assert_eq!(late["outcomes"], json!({ "CONFLICT": 1 }));
}

async fn the_same_work_under_another_id_is_shown_and_not_taken(house: &House) {
    house.places().await;
    let (author, _) = office(house).await;
    let mut with_doi = row("d-1", "示例探头");
    with_doi["doi"] = json!("10.99999/Demo.1");
    let first = seen(house, &author, "a.jsonl", with_doi.to_string()).await;
    rows(&taken(&author, &first, false).await);
    let mut same = row("d-2", "另一个标题");
    same["doi"] = json!("https://doi.org/10.99999/demo.1");
    let file =
        lines(&[same, row("d-3", "示例探头。"), row("d-4", "示例探针"), row("d-5", "示例 探针")]);
    let second = seen(house, &author, "b.jsonl", file).await;
    assert_eq!(second["outcomes"], json!({ "DUPLICATE": 3, "NEW": 1 }));
    assert_eq!(second["duplicates"].as_array().unwrap().len(), 3);
    let rows = rows(&taken(&author, &second, false).await);
    let known =
        json!([{ "line": null, "by": "NUMBER", "researchOutput": { "externalId": "d-1" } }]);
    assert_eq!(rows[0]["duplicates"], known);
    assert_eq!(rows[1]["duplicates"][0]["by"], "TITLE");
    let count = author.ask("{ researchOutputs { totalCount } }").await;
    assert_eq!(count.at("/researchOutputs/totalCount"), &json!(2));
}

async fn areas_are_proposed_and_not_set(house: &House) {
    house.places().await;
    let (author, _) = office(house).await;
    let areas = author.ask("{ expertiseArea(code: \"FLD-3-07\") { code label { zh } } }").await;
    let label = areas.at("/expertiseArea/label/zh").as_str().unwrap();
    let named = json!({ "externalId": "a-1", "title": format!("一种{label}的部件"), "abstract": "示例", "kind": "PROTOTYPE" });
    let mut filed = named.clone();
    filed["externalId"] = json!("a-2");
    filed["title"] = json!(format!("另一种{label}的部件"));
    filed["areas"] = json!(["REG-1"]);
    let file = seen(house, &author, "a.jsonl", lines(&[named, filed])).await;
    assert_eq!(file["proposedAreas"][0]["areas"][0]["area"], "FLD-3-07", "{file}");
    assert_eq!(
        file["proposedAreas"].as_array().unwrap().len(),
        1,
        "whoever names areas is not doubted"
    );
    let rows = rows(&taken(&author, &file, false).await);
    assert_eq!(rows[0]["researchOutput"]["areas"], json!([]));
    assert_eq!(rows[0]["proposedAreas"][0]["area"]["code"], "FLD-3-07");
}

async fn what_was_made_harmless_for_spreadsheets_comes_back_as_it_was(house: &House) {
    house.places().await;
    let (author, second) = office(house).await;
    for (id, title) in [("f-1", "-80℃示例冻存盒"), ("f-2", "'=示例公式")] {
        let mut said = row(id, title);
        said["audience"] = json!("PUBLIC");
        let file = seen(house, &author, "a.jsonl", said.to_string()).await;
        let draft = rows(&taken(&author, &file, false).await)[0]["researchOutput"].clone();
        let submitted = well(&step(&author, "submitResearchOutput", at(&draft)).await);
        well(&step(&second, "publishResearchOutput", at(&submitted)).await);
    }
    let request = Request::get("/exports/research-outputs?format=csv").body(Body::empty());
    let csv = house.send(request.unwrap()).await.text;
    assert!(csv.contains(",'-80℃") && csv.contains(",''=示例"), "{csv}");
    let again = seen(house, &author, "a.csv", csv).await;
    assert_eq!(again["outcomes"], json!({ "UNCHANGED": 2 }), "{again}");
}

async fn only_their_own_office_brings_and_sees_files(house: &House) {
    house.places().await;
    let (author, second) = office(house).await;
    let foreign = house.signed_in(Role::TechTransfer, "fudan").await;
    let staff = house.signed_in(Role::Staff, "SH-PD").await;
    let file = row("o-1", "示例托架").to_string();
    let none = Request::post("/imports/research-outputs?name=a.jsonl");
    let none = house.send(none.body(Body::from(file.clone())).unwrap()).await;
    assert_eq!((none.status.as_u16(), none.code()), (401, "UNAUTHENTICATED"));
    let refused = bring(house, &staff, "name=a.jsonl", file.clone()).await;
    assert_eq!((refused.status.as_u16(), refused.code()), (403, "FORBIDDEN"));
    let other = bring(house, &author, "name=a.jsonl&organization=fudan", file.clone()).await;
    assert_eq!(other.code(), "FORBIDDEN");
    let strange = bring(house, &author, "nmae=a.jsonl", file.clone()).await;
    assert_eq!(strange.code(), "BAD_USER_INPUT");
    let mut theirs = row("o-2", "示例托架乙");
    theirs["organization"] = json!("fudan");
    let mine = seen(house, &author, "a.jsonl", lines(&[row("o-1", "示例托架"), theirs])).await;
    assert_eq!(mine["faults"][0]["column"], "organization");
    let look = format!(
        "query($id: ID!) {{ it: researchOutputImport(id: $id) {{ {ROWS} }} node(id: $id) {{ id }} }}"
    );
    for (member, sees) in
        [(&second, true), (&foreign, false), (&staff, false), (&house.anybody(), false)]
    {
        let reply = member.run(&look, json!({ "id": mine["id"] })).await;
        assert_eq!(!reply.at("/it").is_null(), sees);
        assert_eq!(!reply.at("/node").is_null(), sees);
    }
    assert_eq!(taken(&foreign, &mine, true).await.code(), "NOT_FOUND");
    assert_eq!(taken(&staff, &mine, true).await.code(), "FORBIDDEN");
}

async fn what_is_no_table_is_refused_in_words(house: &House) {
    house.places().await;
    let (author, _) = office(house).await;
    let cases: [(&str, Vec<u8>); 4] = [
        ("name=a.xlsx", b"no workbook".to_vec()),
        ("name=a.csv", vec![0; 4096]),
        ("name=a.csv", b"title,title\na,b".to_vec()),
        ("name=a&format=xlsx", b"{}".to_vec()),
    ];
    for (query, bytes) in cases {
        let reply = bring(house, &author, query, bytes).await;
        assert_eq!(
            (reply.status.as_u16(), reply.code()),
            (400, "BAD_USER_INPUT"),
            "{}",
            reply.text
        );
    }
    let many: Vec<Value> = (0..10_001).map(|at| row(&format!("m-{at}"), "示例")).collect();
    let reply = bring(house, &author, "name=a.jsonl", lines(&many)).await;
    assert!(reply.text.contains("10000 rows"), "{}", reply.text);
    let large = bring(house, &author, "name=a.jsonl", vec![b' '; (20 << 20) + 1]).await;
    assert_eq!(large.status, 413);
}

async fn who_sends_slowly_holds_nobody_up(house: &House) {
    use futures_util::StreamExt as _;
    use std::time::Duration;
    house.places().await;
    let (author, _) = office(house).await;
    let slow = || {
        let letter = futures_util::stream::iter([Ok::<_, std::io::Error>("{")]);
        let body = Body::from_stream(letter.chain(futures_util::stream::pending()));
        bring(house, &author, "name=slow.jsonl", body)
    };
    let slow = futures_util::future::join_all((0..8).map(|_| slow()));
    let quick = async {
        tokio::time::sleep(Duration::from_secs(1)).await;
        bring(house, &author, "name=a.jsonl", row("q-1", "示例快件").to_string()).await
    };
    tokio::select! {
        _ = slow => panic!("they are still sending"),
        reply = tokio::time::timeout(Duration::from_secs(30), quick) => {
            assert_eq!(reply.expect("it does not wait for the others").status, 201);
        }
    }
}

async fn a_sign_that_no_database_takes_costs_one_row(house: &House) {
    house.places().await;
    let (author, _) = office(house).await;
    let mut nested = row("z-3", "示例丙");
    nested["contributors"] = json!([{ "name": "示\u{0}例", "other\u{0}": ["\u{0}"] }]);
    let mut remark = row("z-4", "示例丁");
    remark["remark\u{0}"] = json!("\u{0}");
    let rows = [row("z-1", "示\u{0}例"), row("z\u{0}-2", "示例乙"), nested, remark];
    let first = seen(house, &author, "a.jsonl", lines(&rows)).await;
    assert_eq!(first["outcomes"], json!({ "FAULTY": 3, "NEW": 1 }), "{first}");
    let faults = first["faults"].as_array().unwrap();
    assert!(faults.iter().all(|it| it["message"].as_str().unwrap().contains("U+0000")), "{first}");
    let table = "编号,标题,摘要,类型,备\0注\nz-5,示\0例,示例摘要,PROTOTYPE,\0\n";
    let second = seen(house, &author, "a.csv", table).await;
    assert_eq!(second["outcomes"], json!({ "FAULTY": 1 }));
    // In a field that nobody reads it does no harm, nor is it kept.
    let bib = "@misc{z6, title={示例己}, abstract={示例摘要}, note={a\0b}, doi={10.5555/z6}}\n";
    let csl =
        "[{\"id\":\"z7\",\"title\":\"示例庚\",\"abstract\":\"示例摘要\",\"note\":\"a\\u0000b\"}]";
    for (name, text) in [("a.bib", bib), ("a.json", csl)] {
        let file = seen(house, &author, name, text).await;
        assert_eq!(file["outcomes"], json!({ "NEW": 1 }), "{file}");
        let taken = self::rows(&taken(&author, &file, false).await);
        assert_eq!(taken[0]["outcome"], "NEW");
    }
    assert_eq!(taken(&author, &first, true).await.at("/it/userErrors"), &json!([]));
}

async fn nobody_takes_a_file_in_when_it_is_over(house: &House) {
    house.places().await;
    let (author, _) = office(house).await;
    let mut secret = row("e-1", "示例压板");
    secret["contact"] = json!({ "email": "secret-office@example.org" });
    let file = seen(house, &author, "a.jsonl", secret.to_string()).await;
    house.clock.advance_days(7);
    // Whoever was away for so long signs in again.
    let author = house.signed_in(Role::TechTransfer, "demo-univ").await;
    let late = taken(&author, &file, false).await;
    assert_eq!(late.at("/it/userErrors/0/code"), "WRONG_STATE");
    zhanjian::research::tick(&house.service.app).await.unwrap();
    let look = format!("query($id: ID!) {{ it: researchOutputImport(id: $id) {{ {ROWS} }} }}");
    let over = author.run(&look, json!({ "id": file["id"] })).await;
    assert_eq!(over.at("/it/state"), "EXPIRED");
    assert_eq!(over.at("/it/rows/nodes"), &json!([]));
}

async fn the_operator_s_files_respect_what_was_done_here(house: &House) {
    house.places().await;
    let (author, second) = office(house).await;
    let kind = zhanjian::research::ResearchOutputs::default();
    let attested = |trl: i32, title: &str| {
        json!({ "externalId": "c-1", "organization": "demo-univ", "title": title, "abstract": "示例",
            "kind": "PROTOTYPE", "trl": trl, "audience": "PUBLIC" })
        .to_string()
    };
    house.import(&kind, "a.jsonl", attested(4, "示例支具")).await;
    let list = "{ researchOutputs(first: 10) { nodes { id version state title trl externalId } } }";
    let shown = author.ask(list).await.at("/researchOutputs/nodes/0").clone();
    assert_eq!(shown["state"], "PUBLISHED");
    let changes = with(&shown, json!({ "content": { "trl": 8 } }));
    let revised = well(&step(&author, "reviseResearchOutput", changes).await);
    let submitted = well(&step(&author, "submitResearchOutput", at(&revised)).await);
    well(&step(&second, "publishResearchOutput", at(&submitted)).await);
    let summary = house.import(&kind, "a.jsonl", attested(5, "示例支具改")).await;
    assert_eq!(summary.tally.updated, 1);
    assert_eq!(summary.kept, ["demo-univ c-1 (trl)"]);
    let now = author.ask(list).await.at("/researchOutputs/nodes/0").clone();
    assert_eq!((&now["title"], &now["trl"]), (&json!("示例支具改"), &json!(8)));
    // What was taken back here is not shown again by a file.
    let input = json!({ "id": now["id"], "reason": "示例：撤回" });
    well(&step(&author, "withdrawResearchOutput", input).await);
    let summary = house.import(&kind, "a.jsonl", attested(5, "示例支具改")).await;
    assert_eq!((summary.tally.kept, summary.tally.updated), (1, 0));
    assert_eq!(house.anybody().ask(list).await.at("/researchOutputs/nodes"), &json!([]));
    // The same work under another id is told and not doubled.
    let one = json!({ "externalId": "c-2", "organization": "demo-univ", "title": "示例矫形器", "abstract": "示例",
        "kind": "PROTOTYPE", "audience": "PUBLIC" });
    let mut other = one.clone();
    other["externalId"] = json!("c-3");
    let summary = house.import(&kind, "b.jsonl", lines(&[one, other])).await;
    assert_eq!((summary.tally.added, summary.tally.doubled), (1, 1));
    assert_eq!(summary.doubled, ["demo-univ c-3"]);
}
