//! What is shown stays as it is while it is revised; what it said before stays readable for whom it was shown.

use serde_json::{Value, json};

use super::{at, content, fault, finds, office, published, step, well, with};
use crate::support::{House, Member, on_both_engines};

on_both_engines!(
    what_is_shown_stays_until_its_revision_is_published,
    a_revision_is_given_up,
    former_texts_are_for_whom_they_were_shown,
);

const READ: &str = "query($id: ID!) { node(id: $id) { ... on ResearchOutput {
    title edition revision { state } versions { number content { title trl areas { code } } } } } }";

async fn read(member: &Member<'_>, output: &Value) -> Value {
    member.run(READ, json!({ "id": output["id"] })).await.at("/node").clone()
}

async fn what_is_shown_stays_until_its_revision_is_published(house: &House) {
    house.places().await;
    let (author, second) = office(house).await;
    let shown = published(&author, &second, content("示例镜片甲")).await;
    let direct = with(&shown, json!({ "content": { "trl": 8 } }));
    assert_eq!(fault(&step(&author, "updateResearchOutput", direct).await), "WRONG_STATE");
    let changes = with(&shown, json!({ "content": { "title": "示例镜片甲改" } }));
    let revised = well(&step(&author, "reviseResearchOutput", changes).await);
    assert_eq!(revised["title"], "示例镜片甲");
    assert_eq!(revised["revision"]["content"]["title"], "示例镜片甲改");
    let twice = step(&second, "reviseResearchOutput", at(&revised)).await;
    assert_eq!(fault(&twice), "ALREADY_THERE");
    let more = with(&revised, json!({ "content": { "trl": 7, "areas": [] } }));
    let revised = well(&step(&author, "updateResearchOutput", more).await);
    let submitted = well(&step(&author, "submitResearchOutput", at(&revised)).await);
    assert_eq!(submitted["state"], "PUBLISHED");
    assert_eq!(submitted["revision"]["state"], "SUBMITTED");
    let own = step(&author, "publishResearchOutput", at(&submitted)).await;
    assert_eq!(fault(&own), "SECOND_PERSON_NEEDED");
    // Others see nothing of all this.
    let before = read(&house.anybody(), &shown).await;
    assert_eq!(
        before,
        json!({ "title": "示例镜片甲", "edition": 1, "revision": null, "versions": [] })
    );
    let mut hidden = shown.clone();
    hidden["title"] = json!("示例镜片甲改");
    let found = house.anybody();
    house.settle().await;
    let text = found
        .ask("{ search(query: \"示例镜片甲改\") { edges { highlights { fragments { text } } } } }")
        .await;
    assert!(!text.text.contains("甲改"), "{}", text.text);

    let new = well(&step(&second, "publishResearchOutput", at(&submitted)).await);
    assert_eq!((&new["title"], &new["edition"]), (&json!("示例镜片甲改"), &json!(2)));
    assert_eq!(new["revision"], Value::Null);
    assert_eq!(finds(house, &house.anybody(), &new).await, [true; 3]);
    let after = read(&house.anybody(), &shown).await;
    let former = json!([{ "number": 1, "content": { "title": "示例镜片甲", "trl": 5, "areas": [{ "code": "REG-1" }] } }]);
    assert_eq!(
        after,
        json!({ "title": "示例镜片甲改", "edition": 2, "revision": null, "versions": former })
    );
}

async fn a_revision_is_given_up(house: &House) {
    house.places().await;
    let (author, second) = office(house).await;
    let shown = published(&author, &second, content("示例镜片乙")).await;
    let changes = with(&shown, json!({ "content": { "trl": 9 } }));
    let revised = well(&step(&author, "reviseResearchOutput", changes).await);
    let submitted = well(&step(&author, "submitResearchOutput", at(&revised)).await);
    let why = with(&submitted, json!({ "reason": "示例：尚无依据" }));
    let returned = well(&step(&second, "returnResearchOutput", why).await);
    assert_eq!(
        (&returned["state"], &returned["revision"]["state"]),
        (&json!("PUBLISHED"), &json!("RETURNED"))
    );
    let kept = well(&step(&author, "discardResearchOutputDraft", at(&returned)).await);
    assert_eq!((&kept["revision"], &kept["edition"]), (&Value::Null, &json!(1)));
    assert_eq!(read(&author, &shown).await["versions"], json!([]));
}

async fn former_texts_are_for_whom_they_were_shown(house: &House) {
    house.places().await;
    let (author, second) = office(house).await;
    let mut narrow = content("示例镜片丙");
    narrow["audience"] = json!("NETWORK");
    let shown = published(&author, &second, narrow).await;
    let changes =
        with(&shown, json!({ "content": { "title": "示例镜片丁", "audience": "PUBLIC" } }));
    let revised = well(&step(&author, "reviseResearchOutput", changes).await);
    let submitted = well(&step(&author, "submitResearchOutput", at(&revised)).await);
    well(&step(&second, "publishResearchOutput", at(&submitted)).await);
    let count = |node: &Value| node["versions"].as_array().unwrap().len();
    let everybody = read(&house.anybody(), &shown).await;
    assert_eq!((everybody["title"].as_str(), count(&everybody)), (Some("示例镜片丁"), 0));
    assert_eq!(count(&read(&house.member_of(["network"]), &shown).await), 1);
    assert_eq!(count(&read(&author, &shown).await), 1);
}
