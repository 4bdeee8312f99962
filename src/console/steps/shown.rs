//! Forms of steps as a template shows them.

use super::{Field, Group, Kind, Offer, Offers, Step, Tried};
use crate::console::{api::UserError, texts::Texts};

/// A step that can be taken now.
pub(in crate::console) struct ShownStep {
    pub slug: &'static str,
    pub address: String,
    pub heading: String,
    pub hint: Option<String>,
    pub version: Option<i64>,
    pub is_grave: bool,
    pub is_open: bool,
    pub faults: Vec<UserError>,
    pub fields: Vec<ShownField>,
}

impl ShownStep {
    /// Whether somebody else was faster.
    pub(in crate::console) fn is_conflict(&self) -> bool {
        self.faults.iter().any(UserError::is_conflict)
    }
}

/// A field of a form.
pub(in crate::console) struct ShownField {
    pub id: String,
    pub name: &'static str,
    pub label: String,
    pub is_required: bool,
    pub is_wrong: bool,
    pub value: Shown,
}

/// What stands in a field.
pub(in crate::console) enum Shown {
    /// Paragraphs: how many lines are shown, how many characters they may have.
    Words(String, usize, usize),
    Line(String),
    Law(String),
    Moment(String),
    Day(String),
    One(Vec<ShownGroup>),
    Any(Vec<ShownGroup>),
}

/// What belongs together of what can be chosen.
pub(in crate::console) struct ShownGroup {
    pub label: String,
    pub offers: Vec<ShownOffer>,
}

impl ShownGroup {
    /// How many are chosen.
    pub(in crate::console) fn chosen(&self) -> usize {
        self.offers.iter().filter(|offer| offer.is_set).count()
    }
}

/// Something that can be chosen, and whether it is.
pub(in crate::console) struct ShownOffer {
    pub offer: Offer,
    pub is_set: bool,
}

impl Step {
    /// The form of this step: as it was filled in where it was tried, else as `filled` says.
    pub(in crate::console) fn shown(
        &self,
        text: Texts,
        about: (String, String, Option<i64>),
        offers: &Offers,
        filled: impl Fn(&str) -> Vec<String>,
        tried: Option<&Tried>,
    ) -> ShownStep {
        let (heading, address, version) = about;
        let tried = tried.filter(|it| it.slug == self.slug);
        let of_form = |name: &str| match tried {
            Some(tried) => tried.form.all(name).into_iter().map(str::to_owned).collect(),
            None => filled(name),
        };
        let faults = tried.map(|it| it.faults.clone()).unwrap_or_default();
        let version = version.map(|read| tried.map_or(read, |tried| tried.version(read)));
        ShownStep {
            slug: self.slug,
            fields: fields(self.fields, self.slug, text, offers, of_form, &faults),
            address,
            heading,
            hint: (!self.hint.is_empty()).then(|| text.of(self.hint).into_owned()),
            version,
            is_grave: self.is_grave,
            is_open: tried.is_some(),
            faults,
        }
    }
}

/// The fields of a form, with what stands in them.
pub(in crate::console) fn fields(
    fields: &'static [Field],
    form: &str,
    text: Texts,
    offers: &Offers,
    filled: impl Fn(&str) -> Vec<String>,
    faults: &[UserError],
) -> Vec<ShownField> {
    let shown = |field: &'static Field| {
        let said = filled(field.name);
        let one = || said.first().cloned().unwrap_or_default();
        let groups = || chosen(offers.of(field.name), &said);
        let value = match field.kind {
            Kind::Words => Shown::Words(one(), 4, 20_000),
            Kind::Pages => Shown::Words(one(), 16, 50_000),
            Kind::Line => Shown::Line(one()),
            Kind::Law => Shown::Law(one()),
            Kind::Several => Shown::Line(said.join("、")),
            Kind::Moment => Shown::Moment(one()),
            Kind::Day => Shown::Day(one()),
            Kind::One => Shown::One(groups()),
            Kind::Any => Shown::Any(groups()),
        };
        ShownField {
            id: format!("{form}-{}", field.name),
            name: field.name,
            label: text.of(field.text).into_owned(),
            is_required: field.is_required,
            is_wrong: faults.iter().any(|it| it.path.first().is_some_and(|at| at == field.name)),
            value,
        }
    };
    // Where nothing can be chosen, and nothing needs to be, there is no field.
    let is_there = |field: &ShownField| match &field.value {
        Shown::Any(groups) => !groups.is_empty(),
        Shown::One(groups) => field.is_required || !groups.is_empty(),
        _ => true,
    };
    fields.iter().map(shown).filter(is_there).collect()
}

fn chosen(groups: &[Group], said: &[String]) -> Vec<ShownGroup> {
    let of_group = |group: &Group| ShownGroup {
        label: group.label.clone(),
        offers: group
            .offers
            .iter()
            .map(|offer| ShownOffer { offer: offer.clone(), is_set: said.contains(&offer.value) })
            .collect(),
    };
    groups.iter().filter(|group| !group.offers.is_empty()).map(of_group).collect()
}
