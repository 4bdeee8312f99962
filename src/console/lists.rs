//! What a list is asked for, which stands whole in its address: what it is filtered by, and which page of it is shown.

use serde::Deserialize;
use serde_json::{Value as Json, json};

use super::{
    links,
    partners::choices,
    parts::{AreaName, Localized, Page},
    texts::Texts,
};

/// The enumerations of the API that lists are filtered by: the name, how the names of the texts begin, the values.
const ENUMERATIONS: [(&str, &str, &[&str]); 5] = [
    ("ResearchOutputKind", "output-kind", &choices::OUTPUT_KINDS),
    ("IpStatus", "ip-status", &choices::IP_STATUSES),
    ("OrganizationType", "organization-type", &choices::ORGANIZATION_TYPES),
    ("ResourceKind", "resource-kind", &choices::RESOURCE_KINDS),
    ("Region", "region", &choices::REGIONS),
];

/// The most parameters of an address that are kept, since each link of the page repeats them.
const MOST: usize = 40;
/// The most characters that are kept of a value. No cursor and no words that are looked for are as long.
const LONGEST: usize = 500;

/// A list as its address asks for it.
pub(super) struct Listed {
    path: String,
    parameters: Vec<(String, String)>,
}

impl Listed {
    /// What the query of an address asks for of the list at a path.
    pub(super) fn of(path: &str, query: Option<&str>) -> Self {
        let parameters = links::parameters(query).into_iter();
        let parameters = parameters.filter(|(name, _)| name.len() <= LONGEST).take(MOST);
        let bounded =
            |(name, value): (String, String)| (name, value.chars().take(LONGEST).collect());
        Self { path: path.to_owned(), parameters: parameters.map(bounded).collect() }
    }

    /// The same without a parameter, which the links of the page do not repeat.
    pub(super) fn without(mut self, name: &str) -> Self {
        self.parameters.retain(|(known, _)| known != name);
        self
    }

    /// The value of a parameter.
    pub(super) fn get(&self, name: &str) -> Option<&str> {
        self.parameters.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// The value of a parameter, empty where there is none: for a field of a form.
    pub(super) fn text(&self, name: &str) -> &str {
        self.get(name).unwrap_or_default()
    }

    /// The values of a parameter that may stand there several times.
    pub(super) fn all(&self, name: &str) -> Vec<&str> {
        let found = self.parameters.iter().filter(|(known, _)| known == name);
        found.map(|(_, value)| value.as_str()).collect()
    }

    /// Whether a parameter has a value.
    pub(super) fn is(&self, name: &str, value: &str) -> bool {
        self.get(name) == Some(value)
    }

    /// The value of a parameter as a number, where it is one.
    pub(super) fn number(&self, name: &str) -> Option<i64> {
        self.get(name)?.parse().ok()
    }

    /// The value of a parameter as the one of a list, which the API's filters take.
    pub(super) fn only(&self, name: &str) -> Option<[&str; 1]> {
        self.get(name).map(|value| [value])
    }

    /// Whether one of these is filtered by.
    pub(super) fn has_any(&self, names: &[&str]) -> bool {
        names.iter().any(|name| self.get(name).is_some())
    }

    /// The variables of a document: the filter, and the page of so many.
    pub(super) fn variables(&self, filter: Json, size: usize) -> Json {
        let mut variables = self.place(size);
        variables["filter"] = filter;
        variables
    }

    /// The variables of a document that say which page of so many is wanted.
    pub(super) fn place(&self, size: usize) -> Json {
        match (self.get("after"), self.get("before")) {
            (_, Some(before)) => json!({ "last": size, "before": before }),
            (after, None) => json!({ "first": size, "after": after }),
        }
    }

    /// The addresses of the page before and the page after.
    pub(super) fn pages(&self, page: &Page) -> Pages {
        let at = |name: &str, cursor: &Option<String>, there: bool| {
            cursor.as_deref().filter(|_| there).map(|cursor| self.having(name, Some(cursor)))
        };
        Pages {
            previous: at("before", &page.start_cursor, page.has_previous_page),
            next: at("after", &page.end_cursor, page.has_next_page),
        }
    }

    /// The address with one parameter as given, or without it; the list begins anew.
    pub(super) fn having(&self, name: &str, value: Option<&str>) -> String {
        let is_kept = |known: &str| !matches!(known, "after" | "before") && known != name;
        let kept = self.parameters.iter().filter(|(known, _)| is_kept(known));
        let kept = kept.map(|(known, value)| (known.as_str(), value.as_str()));
        links::address(&self.path, kept.chain(value.map(|value| (name, value))))
    }

    /// Another address with those of the parameters that it knows, and more. Of a parameter that comes several times the
    /// first counts, as in the list.
    pub(super) fn elsewhere(&self, path: &str, known: &[&str], more: &[(&str, &str)]) -> String {
        let known = known.iter().filter_map(|name| Some((*name, self.get(name)?)));
        links::address(path, known.chain(more.iter().copied()))
    }

    /// What can be chosen for a parameter. What is chosen is among it, even if nobody offered it.
    pub(super) fn choices(
        &self,
        name: &str,
        offered: impl IntoIterator<Item = (String, String)>,
    ) -> Vec<Choice> {
        let chosen = self.get(name);
        let choice = |(value, label): (String, String)| Choice {
            is_chosen: chosen == Some(value.as_str()),
            value,
            label,
        };
        let mut choices: Vec<Choice> = offered.into_iter().map(choice).collect();
        if let Some(chosen) = chosen.filter(|_| !choices.iter().any(|it| it.is_chosen)) {
            let (value, label) = (chosen.to_owned(), chosen.to_owned());
            choices.push(Choice { value, label, is_chosen: true });
        }
        choices
    }

    /// What can be chosen for a parameter that is an enumeration of the API.
    pub(super) fn values(&self, name: &str, enumeration: &str, text: Texts) -> Vec<Choice> {
        let known = ENUMERATIONS.iter().find(|(known, ..)| *known == enumeration);
        let offered = known.into_iter().flat_map(|(_, kind, values)| {
            values.iter().map(|value| ((*value).to_owned(), text.label(kind, value).into_owned()))
        });
        self.choices(name, offered)
    }

    /// The areas that can be chosen, by the top of the tree that they are under.
    pub(super) fn areas(&self, tops: &[AreaTop], text: Texts) -> Vec<Group> {
        let mut groups: Vec<Group> = tops
            .iter()
            .map(|top| {
                let offered = top.children.iter();
                let offered = offered.map(|it| (it.code.clone(), it.label.of(&text).to_owned()));
                let chosen = self.get("area");
                let choices = offered.map(|(value, label)| Choice {
                    is_chosen: chosen == Some(value.as_str()),
                    value,
                    label,
                });
                Group { label: top.label.of(&text).to_owned(), choices: choices.collect() }
            })
            .collect();
        let is_there = groups.iter().flat_map(|it| &it.choices).any(|it| it.is_chosen);
        if !is_there && let (Some(group), Some(chosen)) = (groups.first_mut(), self.get("area")) {
            let (value, label) = (chosen.to_owned(), chosen.to_owned());
            group.choices.push(Choice { value, label, is_chosen: true });
        }
        groups
    }
}

/// The addresses of the pages beside this one.
pub(super) struct Pages {
    pub previous: Option<String>,
    pub next: Option<String>,
}

/// A value that a filter can have.
pub(super) struct Choice {
    pub value: String,
    pub label: String,
    pub is_chosen: bool,
}

/// Values that belong together.
pub(super) struct Group {
    pub label: String,
    pub choices: Vec<Choice>,
}

/// A top of the tree of areas, with what is right below it.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct AreaTop {
    pub label: Localized,
    pub children: Vec<AreaName>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_keeps_the_filters_and_what_is_chosen_is_offered() {
        let listed = Listed::of("/research", Some("kind=PATENT&area=&after=x"));
        assert_eq!(listed.having("after", Some("y")), "/research?kind=PATENT&after=y");
        assert_eq!(listed.having("before", Some("y")), "/research?kind=PATENT&before=y");
        assert_eq!(listed.place(20)["after"], "x");
        assert!(!listed.has_any(&["area", "organization"]));
        let choices = listed.choices("kind", []);
        assert!(choices.len() == 1 && choices[0].is_chosen && choices[0].value == "PATENT");
    }

    #[test]
    fn a_filter_is_set_or_taken_back_and_the_list_begins_anew() {
        let listed = Listed::of("/needs", Some("state=OPEN&mine=1&before=x"));
        assert!(listed.is("state", "OPEN") && !listed.is("mine", "") && !listed.is("kind", ""));
        assert_eq!(listed.having("state", Some("DRAFT")), "/needs?mine=1&state=DRAFT");
        assert_eq!(listed.having("state", None), "/needs?mine=1");
        assert_eq!(listed.without("mine").having("state", None), "/needs");
    }

    #[test]
    fn what_every_link_repeats_is_bounded() {
        let many: Vec<String> = (0..2 * MOST).map(|it| format!("a{it}=x")).collect();
        let listed = Listed::of("/research", Some(&many.join("&")));
        assert_eq!(listed.having("kind", None).matches('=').count(), MOST);
        let long = format!("q={}&{}=x", "长".repeat(2 * LONGEST), "n".repeat(2 * LONGEST));
        let listed = Listed::of("/research", Some(&long));
        assert_eq!(listed.text("q").chars().count(), LONGEST);
        assert!(!listed.having("q", None).contains('?'));
    }
}
