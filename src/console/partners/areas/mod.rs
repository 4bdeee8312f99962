//! The areas of the taxonomy, for forms in which one chooses some of them.

use std::collections::HashMap;

use serde::Deserialize;

use crate::console::{forms::Form, parts::Localized, texts::Texts};

/// An area, as the API gives it: each behind the one above it.
#[derive(Deserialize)]
pub(in crate::console) struct Area {
    code: String,
    label: Localized,
    parent: Option<Above>,
}

#[derive(Deserialize)]
struct Above {
    code: String,
}

/// The areas below one of the tops of the taxonomy.
pub(in crate::console) struct AreaGroup {
    pub label: String,
    pub choices: Vec<AreaChoice>,
    /// How many of them are chosen.
    pub chosen: usize,
}

/// An area that can be chosen.
pub(in crate::console) struct AreaChoice {
    pub code: String,
    pub label: String,
    pub is_chosen: bool,
    /// Whether it stands below another one of the group.
    pub is_deep: bool,
}

/// The areas, in groups, as they are chosen in a form.
pub(in crate::console) fn groups(areas: &[Area], form: &Form, text: Texts) -> Vec<AreaGroup> {
    let parents: HashMap<&str, Option<&str>> = areas
        .iter()
        .map(|area| (area.code.as_str(), area.parent.as_ref().map(|it| it.code.as_str())))
        .collect();
    let way_up = |code: &str| {
        let mut way = vec![code.to_owned()];
        // A tree is no deeper than it has areas; a ring, which there must not be, ends there, too.
        while let Some(Some(above)) = parents.get(way[way.len() - 1].as_str())
            && way.len() <= areas.len()
        {
            way.push((*above).to_owned());
        }
        way
    };
    let mut groups: Vec<(String, AreaGroup)> = Vec::new();
    for area in areas {
        let way = way_up(&area.code);
        let label = area.label.of(&text).to_owned();
        let Some(top) = way.last().filter(|_| way.len() > 1) else {
            let group = AreaGroup { label, choices: Vec::new(), chosen: 0 };
            groups.push((area.code.clone(), group));
            continue;
        };
        let Some((_, group)) = groups.iter_mut().find(|(code, _)| code == top) else { continue };
        let is_chosen = form.has("area", &area.code);
        group.chosen += usize::from(is_chosen);
        let is_deep = way.len() > 2;
        group.choices.push(AreaChoice { code: area.code.clone(), label, is_chosen, is_deep });
    }
    groups.into_iter().map(|(_, group)| group).filter(|group| !group.choices.is_empty()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::language::Language;

    fn area(code: &str, parent: Option<&str>) -> Area {
        let parent = parent.map(|code| Above { code: code.to_owned() });
        Area { code: code.to_owned(), label: Localized { zh: code.to_owned(), en: None }, parent }
    }

    #[test]
    fn areas_are_grouped_by_the_top_they_stand_below() {
        let areas = [
            area("REG", None),
            area("REG-1", Some("REG")),
            area("REG-1-01", Some("REG-1")),
            area("SVC", None),
        ];
        let form = Form::of([("area", "REG-1-01".to_owned())]);
        let groups = groups(&areas, &form, Texts::in_language(Language::ZhCn));
        assert_eq!(groups.len(), 1, "a top without areas is nothing to choose from");
        let group = &groups[0];
        assert_eq!((group.label.as_str(), group.chosen, group.choices.len()), ("REG", 1, 2));
        assert!(
            !group.choices[0].is_deep && group.choices[1].is_deep && group.choices[1].is_chosen
        );
    }
}
