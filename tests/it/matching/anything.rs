//! Whatever is looked for, by whomever: every score can be computed again from what is shown, and every word stands where
//! it is shown to stand, in a text that the viewer may read.

use proptest::{collection::vec, option, prelude::*, sample::select, strategy::ValueTree as _};
use serde_json::{Value, json};

use super::{check, output, partners, publish};
use crate::{
    consultations::work::Desk,
    support::{House, chance::runner, on_both_engines},
};

on_both_engines!(whatever_is_looked_for_every_score_can_be_computed_again);

/// So many texts are asked for.
const LOOKS: usize = 40;

/// Judged needs, for their words, areas and wishes.
fn judged() -> Vec<Value> {
    let file = include_str!("../../../index/judged/matching/needs-a.jsonl");
    let needs = file.lines().map(|line| serde_json::from_str(line).unwrap());
    needs.filter(|need: &Value| need["half"] == "tuning").collect()
}

/// What may stand in a text beside what needs say: other scripts, signs, widths, breaks.
const NOISE: [&str; 12] =
    ["　", "\n", "CAR-T", "ＩＶＤ", "體外診斷", "🧪", "é", "3.0T MRI", "“”", "血", "the of", "‍"];

fn text(needs: &[Value]) -> impl Strategy<Value = String> + use<> {
    let texts: Vec<String> =
        needs.iter().map(|need| need["text"].as_str().unwrap().to_owned()).collect();
    let part = (select(texts), 0..60_usize, 1..40_usize)
        .prop_map(|(text, from, many)| text.chars().skip(from).take(many).collect::<String>());
    let piece = prop_oneof![4 => part, 1 => select(NOISE.to_vec()).prop_map(str::to_owned), 1 => "\\PC{0,12}"];
    // What is asked for must say something.
    vec(piece, 1..6).prop_map(|pieces| format!("{}支架", pieces.concat()))
}

fn filter(needs: &[Value]) -> impl Strategy<Value = Value> + use<> {
    let of = |field: &str| needs.iter().map(|need| need[field].clone()).collect::<Vec<_>>();
    let targets = ["RESEARCH_OUTPUT", "RESOURCE", "ORGANIZATION", "STATION"];
    (
        option::of(select(of("kind"))),
        option::of(select(of("areas"))),
        option::of(1..=9),
        option::of(select(of("modes"))),
        option::of(select(vec!["PD", "XH"])),
        option::of(proptest::sample::subsequence(targets.to_vec(), 1..=4)),
    )
        .prop_map(|(kind, areas, trl, modes, district, targets)| {
            json!({ "kind": kind, "areas": areas, "minTrl": trl, "modes": modes, "district": district,
                "targets": targets })
        })
}

async fn whatever_is_looked_for_every_score_can_be_computed_again(house: &House) {
    let mut runner = runner();

    house.demo().await;
    let audiences = ["PUBLIC", "PARTNERS", "NETWORK", "ORGANIZATION"];
    let outputs = audiences.map(|audience| output(audience, json!({ "audience": audience })));
    publish(house, &outputs).await;
    let desk = Desk::of(house).await;
    let needs = judged();
    let (texts, filters) = (text(&needs), filter(&needs));
    let mut shown = 0;
    for look in 0..LOOKS {
        let text = texts.new_tree(&mut runner).unwrap().current();
        let filter = filters.new_tree(&mut runner).unwrap().current();
        let viewers = [&desk.staff, &desk.portal, &desk.head, &desk.municipal];
        let variables = json!({ "text": text, "filter": filter, "first": 100 });
        println!("{variables}");
        let reply = partners(viewers[look % viewers.len()], variables).await;
        let edges = reply.at("/matchPartners/edges").as_array().unwrap();
        edges.iter().for_each(|edge| check(edge, &[("TEXT", &text)]));
        shown += edges.len();
    }
    assert!(shown > LOOKS, "only {shown} partners were looked at");
}
