//! Areas to choose from, as the tree has them.

use serde::Deserialize;

use super::Localized;
use crate::console::{
    steps::{Group, Offer},
    texts::Texts,
};

/// An area that can be chosen.
#[derive(Clone, Debug, Deserialize)]
pub(in crate::console) struct Area {
    pub id: String,
    pub code: String,
    pub label: Localized,
    pub facet: String,
    pub parent: Option<Parent>,
}

/// The area above another.
#[derive(Clone, Debug, Deserialize)]
pub(in crate::console) struct Parent {
    pub id: String,
}

/// The areas by their facets, each below the one that it belongs to; what is chosen is said by `value`.
pub(in crate::console) fn groups(
    areas: &[Area],
    text: Texts,
    value: impl Fn(&Area) -> &str,
) -> Vec<Group> {
    ["REG", "SVC", "FLD", "CAT"]
        .into_iter()
        .map(|facet| {
            let mut ordered = Vec::new();
            let of_facet: Vec<&Area> = areas.iter().filter(|it| it.facet == facet).collect();
            let is_top = |it: &&&Area| {
                !it.parent.as_ref().is_some_and(|up| of_facet.iter().any(|o| o.id == up.id))
            };
            for top in of_facet.iter().filter(is_top) {
                walk(top, &of_facet, 0, &mut ordered);
            }
            let offers = ordered.into_iter().map(|(depth, area)| Offer {
                value: value(area).to_owned(),
                label: area.label.of(&text).to_owned(),
                depth,
            });
            Group {
                label: text.label("expertise-facet", facet).into_owned(),
                offers: offers.collect(),
            }
        })
        .filter(|group| !group.offers.is_empty())
        .collect()
}

fn walk<'a>(area: &'a Area, all: &[&'a Area], depth: usize, into: &mut Vec<(usize, &'a Area)>) {
    into.push((depth, area));
    let below = all.iter().filter(|it| it.parent.as_ref().is_some_and(|up| up.id == area.id));
    for child in below {
        // A tree is never deeper than this; whatever the API says, this ends.
        if depth < 8 {
            walk(child, all, depth + 1, into);
        }
    }
}
