//! How members look from outside: to colleagues, and to those who keep the register.

use std::{collections::HashMap, sync::Arc};

use async_graphql::{Context, ID, Object};
use chrono::{DateTime, Utc};
use sea_orm::prelude::Uuid;
use tokio::sync::OnceCell;

use super::{Employment, Member, MemberState, Post, administration, posts::Places};
use crate::{
    access::Role,
    app::Ctx,
    batch::{Batch, Shared},
    error::{Fault, Result},
    expertise::{ExpertiseAreaNode, areas_of},
    ids::{GlobalId, NodeKind},
    organizations::{self, OrganizationNode},
    scalars::Date,
    stations::{self, District, DistrictNode, StationNode},
};

/// A member of the register among the others of their page.
#[derive(Clone)]
pub struct MemberNode {
    member: Arc<Member>,
    page: Arc<MemberPage>,
}

struct MemberPage {
    members: Vec<Arc<Member>>,
    places: OnceCell<Places>,
    stations: Shared<Uuid, StationNode>,
    districts: Shared<Uuid, District>,
    organizations: Shared<Uuid, OrganizationNode>,
    areas: Shared<Uuid, Vec<Uuid>>,
}

/// Members who know of each other, so that what belongs to them is loaded at once.
pub(super) fn nodes(members: impl IntoIterator<Item = Member>) -> Vec<MemberNode> {
    let members: Vec<Arc<Member>> = members.into_iter().map(Arc::new).collect();
    let page = Arc::new(MemberPage {
        places: OnceCell::new(),
        stations: Arc::new(Batch::new(members.iter().filter_map(|row| row.station_id))),
        districts: Arc::new(Batch::new(members.iter().filter_map(|row| row.district_id))),
        organizations: Arc::new(Batch::new(members.iter().filter_map(|row| row.organization_id))),
        areas: Arc::new(Batch::new(members.iter().map(|row| row.id))),
        members: members.clone(),
    });
    let node = |member| MemberNode { member, page: Arc::clone(&page) };
    members.into_iter().map(node).collect()
}

/// What the viewer may see of these, as nodes of one page.
pub async fn nodes_by_id(ctx: &Ctx, ids: Vec<Uuid>) -> Result<HashMap<Uuid, MemberNode>> {
    let rows = super::by_ids(ctx.db(), &ctx.scope(), ids).await?;
    Ok(nodes(rows.into_values()).into_iter().map(|node| (node.member.id, node)).collect())
}

impl MemberNode {
    /// What people call them.
    pub fn name_text(&self) -> &str {
        &self.member.name
    }

    /// Whether the viewer may read what the register says of the member: who keeps it, and the member themselves.
    async fn opens_to(&self, ctx: &Ctx) -> Result<bool> {
        if ctx.viewer.member().is_some_and(|viewer| viewer.id == self.member.id) {
            return Ok(true);
        }
        let load = async || {
            let posts: Vec<Post> = self.page.members.iter().map(|row| Post::from(&**row)).collect();
            Places::load(ctx.db(), &posts).await
        };
        let places = self.page.places.get_or_try_init(load).await?;
        Ok(places.may_keep(&ctx.viewer, &Post::from(&*self.member)))
    }
}

/// A member of the register: somebody who works at a station, at a bureau or at a tech-transfer office, or did.
#[Object(name = "Member")]
impl MemberNode {
    /// Its global id.
    pub(crate) async fn id(&self) -> ID {
        GlobalId::encode(NodeKind::Member, self.member.id)
    }

    /// What people call them.
    async fn name(&self) -> &str {
        &self.member.name
    }

    /// What they are there for.
    async fn role(&self) -> Role {
        self.member.role
    }

    /// Whether they are at work. Whoever is not has no access, and keeps their name on what they wrote.
    async fn at_work(&self) -> bool {
        super::identify::may_enter(&self.member)
    }

    /// The station that they work at.
    async fn station(&self, ctx: &Context<'_>) -> Result<Option<StationNode>, Fault> {
        let Some(id) = self.member.station_id else { return Ok(None) };
        let ctx = ctx.data_unchecked::<Ctx>();
        Ok(self.page.stations.get(&id, |ids| stations::nodes_by_id(ctx, ids)).await?.cloned())
    }

    /// The district whose officer they are.
    async fn district(&self, ctx: &Context<'_>) -> Result<Option<DistrictNode>, Fault> {
        let Some(id) = self.member.district_id else { return Ok(None) };
        let db = ctx.data_unchecked::<Ctx>().db();
        let district = self.page.districts.get(&id, |ids| stations::districts(db, ids)).await?;
        Ok(district.cloned().map(DistrictNode))
    }

    /// The organization whose tech-transfer office they belong to.
    async fn organization(&self, ctx: &Context<'_>) -> Result<Option<OrganizationNode>, Fault> {
        let Some(id) = self.member.organization_id else { return Ok(None) };
        let ctx = ctx.data_unchecked::<Ctx>();
        let load = |ids| organizations::nodes_by_id(ctx, ids);
        Ok(self.page.organizations.get(&id, load).await?.cloned())
    }

    /// What the register says of them, for those who keep it and for the member themselves; nothing for everybody else.
    async fn register(&self, ctx: &Context<'_>) -> Result<Option<RegisterEntry>, Fault> {
        let ctx = ctx.data_unchecked::<Ctx>();
        Ok(self.opens_to(ctx).await?.then(|| RegisterEntry(self.clone())))
    }
}

/// What the register says of a member.
pub(super) struct RegisterEntry(MemberNode);

/// What the register says of a member, for those who keep it.
#[Object]
impl RegisterEntry {
    /// The name to sign in with.
    async fn login(&self) -> &str {
        &self.0.member.login
    }

    /// Where they stand.
    async fn state(&self) -> MemberState {
        self.0.member.state
    }

    /// Why they are suspended or have left, where that was said.
    async fn state_reason(&self) -> Option<&str> {
        self.0.member.state_reason.as_deref()
    }

    /// How they are employed.
    async fn employment(&self) -> Option<Employment> {
        self.0.member.employment
    }

    /// The day on which they signed the undertaking of confidentiality. Without it nobody gets in.
    async fn undertaking_signed_on(&self) -> Option<Date> {
        self.0.member.undertaking_signed_on.map(Date)
    }

    /// The areas that they know about.
    async fn areas(&self, ctx: &Context<'_>) -> Result<Vec<ExpertiseAreaNode>, Fault> {
        let ctx = ctx.data_unchecked::<Ctx>();
        let load = |ids| administration::area_ids(ctx.db(), ids);
        let areas = self.0.page.areas.get(&self.0.member.id, load).await?;
        Ok(areas_of(&ctx.tree().await?, areas.map(Vec::as_slice).unwrap_or_default()))
    }

    /// Whether they have a password here. Who has none signs in by single sign-on.
    async fn has_password(&self) -> bool {
        self.0.member.password_hash.is_some()
    }

    /// When they were put on the register.
    async fn enrolled_at(&self) -> DateTime<Utc> {
        self.0.member.created_at
    }

    /// When the entry was last changed.
    async fn updated_at(&self) -> DateTime<Utc> {
        self.0.member.updated_at
    }

    /// The version, which a change of the entry must name.
    async fn version(&self) -> i32 {
        self.0.member.version
    }
}
