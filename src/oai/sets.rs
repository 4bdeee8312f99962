//! Sets: by kind, and by the organization that offers. An output belongs to one of each, and to the two that stand above
//! them.

use std::collections::HashMap;

use sea_orm::{ActiveEnum as _, Iterable as _, prelude::Uuid};

use super::request::Fault;
use crate::{
    app::Ctx,
    error::Result,
    organizations::{self, Organization},
    research::{OutputKind, public},
};

/// The sets that stand above the others.
const ROOTS: [(&str, &str); 2] =
    [("kind", "By kind / 按类型"), ("organization", "By organization / 按机构")];

/// Which outputs a set holds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Chosen {
    pub(super) kind: Option<OutputKind>,
    pub(super) organization: Option<Uuid>,
}

/// The sets that there are: specification and name.
pub(super) async fn all(ctx: &Ctx) -> Result<Vec<(String, String)>> {
    let ids = public::listed_organizations(ctx.db(), ctx.now()).await?;
    let organizations = organizations::by_ids(ctx.db(), ids).await?;
    let mut organizations: Vec<(String, String)> = organizations
        .into_values()
        .filter_map(|row| Some((of_organization(&row)?, row.name)))
        .collect();
    organizations.sort_unstable();
    let roots = ROOTS.map(|(spec, name)| (spec.to_owned(), name.to_owned()));
    let kinds = OutputKind::iter().map(|kind| (of_kind(kind), kind.to_value()));
    Ok(roots.into_iter().chain(kinds).chain(organizations).collect())
}

/// The outputs of a set. One that there is not holds none.
pub(super) async fn chosen(ctx: &Ctx, spec: Option<&str>) -> Result<Result<Chosen, Fault>> {
    let Some(spec) = spec else { return Ok(Ok(Chosen::default())) };
    if ROOTS.iter().any(|(root, _)| *root == spec) {
        return Ok(Ok(Chosen::default()));
    }
    let none = || Err(Fault::new("noRecordsMatch", "there is no such set: ListSets tells them"));
    let Some((root, name)) = spec.split_once(':') else { return Ok(none()) };
    if root == "kind" {
        let kind = OutputKind::try_from_value(&name.to_owned()).ok();
        return Ok(
            kind.map_or_else(none, |kind| Ok(Chosen { kind: Some(kind), ..Chosen::default() }))
        );
    }
    if root != "organization" {
        return Ok(none());
    }
    let found = organizations::by_codes(ctx.db(), vec![name.to_owned()]).await?;
    let id = found.into_values().next().map(|row| row.id);
    Ok(id.map_or_else(none, |id| Ok(Chosen { organization: Some(id), ..Chosen::default() })))
}

/// The sets of a record.
pub(super) fn of_record(
    listed: &public::Listed,
    organizations: &HashMap<Uuid, Organization>,
) -> Vec<String> {
    let organization = organizations.get(&listed.organization).and_then(of_organization);
    [Some(of_kind(listed.kind)), organization].into_iter().flatten().collect()
}

fn of_kind(kind: OutputKind) -> String {
    format!("kind:{}", kind.to_value())
}

/// The set of an organization. A code may hold signs that a set's name may not; that organization then has no set.
fn of_organization(row: &Organization) -> Option<String> {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.!~*'()".contains(&byte);
    row.code.bytes().all(allowed).then(|| format!("organization:{}", row.code))
}
