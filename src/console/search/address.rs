//! The state of a search, which stands whole in its address.

use serde_json::{Map, Value as Json, json};

use crate::console::links;

/// Hits on a page.
pub(super) const PAGE: usize = 20;

/// A filter: its name in the address, and in the contract.
pub(super) struct Filter {
    pub name: &'static str,
    field: &'static str,
}

/// The filters with counts beside: the facet of the contract, and what it filters by.
pub(super) const FACETS: [(&str, Filter); 8] = [
    ("KIND", Filter { name: "kind", field: "kinds" }),
    ("CURRENCY", Filter { name: "currency", field: "currency" }),
    ("STATION", Filter { name: "station", field: "stations" }),
    ("AREA", Filter { name: "area", field: "areas" }),
    ("YEAR", Filter { name: "year", field: "year" }),
    ("PRODUCT_KIND", Filter { name: "product", field: "productKinds" }),
    ("DEVICE_CLASS", Filter { name: "class", field: "deviceClasses" }),
    ("ORGANIZATION", Filter { name: "organization", field: "organizations" }),
];

/// What else an address says: what was typed, how the hits are sorted, which of them are shown.
const OTHERS: [&str; 6] = ["q", "superseded", "sort", "as-of", "after", "before"];
/// So many parameters count, and values of so many bytes; what was typed is for the API to judge.
const MOST: usize = 50;
const LONGEST: usize = 500;

/// What is asked for, as the address says it.
#[derive(Clone, Debug, Default)]
pub(super) struct Asked(Vec<(String, String)>);

impl Asked {
    /// What a query of an address says. What means nothing here is left out, for each link of the page repeats the rest.
    pub(super) fn of(query: Option<&str>) -> Self {
        let means_something = |(name, value): &(String, String)| {
            let is_known = OTHERS.contains(&name.as_str())
                || FACETS.iter().any(|(_, filter)| filter.name == name);
            is_known && (name == "q" || value.len() <= LONGEST)
        };
        let parameters = links::parameters(query).into_iter().filter(means_something);
        Self(parameters.take(MOST).collect())
    }

    /// What was typed.
    pub(super) fn words(&self) -> &str {
        self.get("q").unwrap_or_default()
    }

    /// Whether anything is looked for at all.
    pub(super) fn is_search(&self) -> bool {
        self.0.iter().any(|(name, _)| name == "q" || FACETS.iter().any(|(_, it)| it.name == name))
    }

    /// The value of a parameter.
    pub(super) fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// Whether a filter has a value.
    pub(super) fn has(&self, name: &str, value: &str) -> bool {
        self.0.iter().any(|(known, said)| known == name && said == value)
    }

    /// What is filtered by, for a form that begins another search within it.
    pub(super) fn kept(&self) -> impl Iterator<Item = &(String, String)> {
        self.0.iter().filter(|(name, _)| !matches!(name.as_str(), "q" | "after" | "before"))
    }

    /// The filters in force.
    pub(super) fn filters(&self) -> impl Iterator<Item = &(String, String)> {
        self.0.iter().filter(|(name, _)| FACETS.iter().any(|(_, it)| it.name == name))
    }

    /// The address with a filter set that was not, or no longer set; the list begins anew.
    pub(super) fn toggled(&self, name: &str, value: &str) -> String {
        let set = self.has(name, value);
        let others = self.0.iter().filter(|(known, said)| {
            !is_place(known) && !(known == name && (said == value || name == "year"))
        });
        let added = (!set).then_some((name, value));
        links::address("/", others.map(pair).chain(added))
    }

    /// The address with one parameter as given, or without it; the list begins anew.
    pub(super) fn having(&self, name: &str, value: Option<&str>) -> String {
        let others = self.0.iter().filter(|(known, _)| !is_place(known) && known != name);
        links::address("/", others.map(pair).chain(value.map(|value| (name, value))))
    }

    /// The address without any filter.
    pub(super) fn unfiltered(&self) -> String {
        links::address("/", self.0.iter().filter(|(name, _)| name == "q").map(pair))
    }

    /// The address of another page of the list.
    pub(super) fn page(&self, name: &str, cursor: &str) -> String {
        let others = self.0.iter().filter(|(known, _)| !is_place(known));
        links::address("/", others.map(pair).chain([(name, cursor)]))
    }

    /// The variables of the document.
    pub(super) fn variables(&self) -> Json {
        let mut filter = Map::new();
        for (_, Filter { name, field }) in &FACETS {
            let values = self.0.iter().filter(|(known, _)| known == name);
            let values: Vec<&str> = values.map(|(_, value)| value.as_str()).collect();
            if *name == "year" {
                if let Some(year) = values.first().and_then(|year| year.parse::<i32>().ok()) {
                    filter.insert("yearFrom".to_owned(), json!(year));
                    filter.insert("yearTo".to_owned(), json!(year));
                }
            } else if !values.is_empty() {
                filter.insert((*field).to_owned(), json!(values));
            }
        }
        if self.get("superseded").is_some() {
            filter.insert("includeSuperseded".to_owned(), json!(true));
        }
        let mut variables = json!({ "query": self.words(), "filter": filter });
        let mut set = |name: &str, value: Json| variables[name] = value;
        if let Some(sort) = self.get("sort") {
            set("sort", json!(sort));
        }
        if let Some(day) = self.get("as-of") {
            set("asOf", json!(day));
        }
        match (self.get("after"), self.get("before")) {
            (_, Some(before)) => {
                set("last", json!(PAGE));
                set("before", json!(before));
            }
            (after, None) => {
                set("first", json!(PAGE));
                if let Some(after) = after {
                    set("after", json!(after));
                }
            }
        }
        variables
    }
}

fn is_place(name: &str) -> bool {
    matches!(name, "after" | "before")
}

fn pair((name, value): &(String, String)) -> (&str, &str) {
    (name, value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_filter_is_set_and_taken_back_and_the_list_begins_anew() {
        let asked = Asked::of(Some("q=%E6%B3%A8%E5%86%8C&kind=STATION&after=x"));
        assert_eq!(asked.toggled("area", "REG"), "/?q=%E6%B3%A8%E5%86%8C&kind=STATION&area=REG");
        assert_eq!(asked.toggled("kind", "STATION"), "/?q=%E6%B3%A8%E5%86%8C");
        assert_eq!(asked.unfiltered(), "/?q=%E6%B3%A8%E5%86%8C");
        assert_eq!(
            asked.having("sort", Some("NEWEST")),
            "/?q=%E6%B3%A8%E5%86%8C&kind=STATION&sort=NEWEST"
        );
    }

    #[test]
    fn one_year_at_a_time() {
        let asked = Asked::of(Some("q=a&year=2024"));
        assert_eq!(asked.toggled("year", "2025"), "/?q=a&year=2025");
        let filter = &asked.variables()["filter"];
        assert_eq!((&filter["yearFrom"], &filter["yearTo"]), (&json!(2024), &json!(2024)));
    }
}
