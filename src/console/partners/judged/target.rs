//! What may fit a need, with its own words, in which is marked what is met.

use serde::Deserialize;

use super::{Judgement, marked};
use crate::console::{
    links,
    parts::{AreaName, DistrictName, Fragment, Localized, OrganizationName},
    texts::Texts,
};

/// A partner, with all the texts in which a word can be met.
#[derive(Deserialize)]
#[serde(tag = "__typename", rename_all_fields = "camelCase")]
pub(in crate::console) enum Target {
    ResearchOutput {
        id: String,
        title: String,
        #[serde(rename = "abstract")]
        summary: String,
        advantages: Option<String>,
        clinical_stage: Option<String>,
        audience: String,
        output_kind: String,
        trl: Option<i64>,
        organization: OrganizationName,
    },
    Resource {
        id: String,
        name: String,
        description: Option<String>,
        capabilities: Vec<String>,
        audience: String,
        resource_kind: String,
        organization: OrganizationName,
    },
    Organization {
        id: String,
        code: String,
        label: Localized,
        organization_type: String,
        areas: Vec<AreaName>,
    },
    Station {
        id: String,
        code: String,
        name: String,
        service_model: Option<String>,
        district: DistrictName,
        areas: Vec<AreaName>,
    },
}

/// A text of a partner, with what is met in it marked.
pub(in crate::console) struct MarkedText {
    /// Which text it is, as the API calls it.
    pub field: &'static str,
    pub fragments: Vec<Fragment>,
}

impl Target {
    pub(in crate::console) fn id(&self) -> &str {
        match self {
            Self::ResearchOutput { id, .. }
            | Self::Resource { id, .. }
            | Self::Organization { id, .. }
            | Self::Station { id, .. } => id,
        }
    }

    /// Where its own page is.
    pub(in crate::console) fn address(&self) -> String {
        match self {
            Self::ResearchOutput { id, .. } => format!("/research/{id}"),
            Self::Resource { id, .. } => format!("/resources/{id}"),
            Self::Organization { code, .. } => format!("/organizations/{}", links::part(code)),
            Self::Station { code, .. } => format!("/stations/{}", links::part(code)),
        }
    }

    /// Its kind, as the API calls it.
    pub(in crate::console) fn kind(&self) -> &'static str {
        match self {
            Self::ResearchOutput { .. } => "RESEARCH_OUTPUT",
            Self::Resource { .. } => "RESOURCE",
            Self::Organization { .. } => "ORGANIZATION",
            Self::Station { .. } => "STATION",
        }
    }

    /// Whether those who offer it can be asked for an introduction.
    pub(in crate::console) fn can_be_asked_for(&self) -> bool {
        matches!(self, Self::ResearchOutput { .. } | Self::Resource { .. })
    }

    /// What it is called, with what is met marked.
    pub(in crate::console) fn heading(&self, judgement: &Judgement, text: &Texts) -> Vec<Fragment> {
        match self {
            Self::ResearchOutput { title, .. } => whole(title, "TITLE", judgement),
            Self::Resource { name, .. } | Self::Station { name, .. } => {
                whole(name, "NAME", judgement)
            }
            // It is the Chinese name in which words are met.
            Self::Organization { label, .. } if label.of(text) != label.zh => {
                vec![Fragment { text: label.of(text).to_owned(), matched: false }]
            }
            Self::Organization { label, .. } => whole(&label.zh, "NAME", judgement),
        }
    }

    /// Its other texts in which something is met.
    pub(in crate::console) fn texts(&self, judgement: &Judgement) -> Vec<MarkedText> {
        let text = |field: &'static str, text: &str| MarkedText {
            field,
            fragments: whole(text, field, judgement),
        };
        let texts = match self {
            Self::ResearchOutput { summary, advantages, clinical_stage, .. } => {
                let more = [("ADVANTAGES", advantages), ("CLINICAL_STAGE", clinical_stage)];
                let more =
                    more.into_iter().filter_map(|(field, said)| Some((field, said.as_ref()?)));
                [("ABSTRACT", summary)]
                    .into_iter()
                    .chain(more)
                    .map(|(it, said)| text(it, said))
                    .collect()
            }
            Self::Resource { description, capabilities, .. } => {
                let mut texts: Vec<MarkedText> =
                    description.iter().map(|said| text("DESCRIPTION", said)).collect();
                texts.push(listed("CAPABILITIES", capabilities.iter(), judgement));
                texts
            }
            Self::Organization { areas, .. } => {
                vec![listed("AREAS", areas.iter().map(|area| &area.label.zh), judgement)]
            }
            Self::Station { areas, service_model, .. } => {
                let mut texts =
                    vec![listed("AREAS", areas.iter().map(|it| &it.label.zh), judgement)];
                texts.extend(service_model.iter().map(|said| text("SERVICE_MODEL", said)));
                texts
            }
        };
        let is_met = |text: &MarkedText| text.fragments.iter().any(|it| it.matched);
        texts.into_iter().filter(is_met).collect()
    }
}

fn whole(text: &str, field: &str, judgement: &Judgement) -> Vec<Fragment> {
    marked(text, judgement.in_offer(field, 0))
}

/// Several short texts, one behind the other.
fn listed<'a>(
    field: &'static str,
    items: impl Iterator<Item = &'a String>,
    judgement: &Judgement,
) -> MarkedText {
    let mut fragments = Vec::new();
    for (item, text) in items.enumerate() {
        if item > 0 {
            fragments.push(Fragment { text: "；".to_owned(), matched: false });
        }
        fragments.extend(marked(text, judgement.in_offer(field, item)));
    }
    MarkedText { field, fragments }
}

/// A partner by its name alone.
#[derive(Deserialize)]
#[serde(tag = "__typename")]
pub(in crate::console) enum TargetName {
    ResearchOutput { id: String, title: String },
    Resource { id: String, name: String },
    Organization { id: String, code: String, label: Localized },
    Station { id: String, code: String, name: String },
}

impl TargetName {
    pub(in crate::console) fn id(&self) -> &str {
        match self {
            Self::ResearchOutput { id, .. }
            | Self::Resource { id, .. }
            | Self::Organization { id, .. }
            | Self::Station { id, .. } => id,
        }
    }

    /// Where its own page is.
    pub(in crate::console) fn address(&self) -> String {
        match self {
            Self::ResearchOutput { id, .. } => format!("/research/{id}"),
            Self::Resource { id, .. } => format!("/resources/{id}"),
            Self::Organization { code, .. } => format!("/organizations/{}", links::part(code)),
            Self::Station { code, .. } => format!("/stations/{}", links::part(code)),
        }
    }

    /// What it is called.
    pub(in crate::console) fn name(&self, text: &Texts) -> &str {
        match self {
            Self::ResearchOutput { title, .. } => title,
            Self::Resource { name, .. } | Self::Station { name, .. } => name,
            Self::Organization { label, .. } => label.of(text),
        }
    }

    /// Its kind, as the API calls it.
    pub(in crate::console) fn kind(&self) -> &'static str {
        match self {
            Self::ResearchOutput { .. } => "RESEARCH_OUTPUT",
            Self::Resource { .. } => "RESOURCE",
            Self::Organization { .. } => "ORGANIZATION",
            Self::Station { .. } => "STATION",
        }
    }
}
