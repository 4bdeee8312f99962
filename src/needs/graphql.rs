//! How needs look from outside.

use std::{
    collections::HashMap,
    sync::{Arc, OnceLock},
};

use async_graphql::{Context, ID, Object, SimpleObject};
use chrono::{DateTime, Utc};
use sea_orm::prelude::Uuid;

use super::{
    Need, NeedCheck, NeedKind, NeedState, NeedStep,
    findings::{self, Harmless},
    raising,
};
use crate::{
    access::Audience,
    accounts::{self, MemberNode},
    answers::FindingNode,
    app::Ctx,
    batch::{Batch, Shared},
    consultations::{self, ConsultationNode},
    deidentification::{Finding, Kind},
    error::{Fault, Result},
    expertise::{ExpertiseAreaNode, areas_of},
    ids::{GlobalId, NodeKind},
    research::CooperationMode,
    scalars::Date,
    stations::{self, DistrictNode, StationNode},
};

/// A need among the others of its page.
#[derive(Clone)]
pub struct NeedNode {
    need: Arc<Need>,
    page: Arc<NeedPage>,
}

struct NeedPage {
    needs: Vec<Arc<Need>>,
    areas: Shared<Uuid, Vec<Uuid>>,
    districts: Shared<String, DistrictNode>,
    stations: Shared<Uuid, StationNode>,
    members: Shared<Uuid, MemberNode>,
    consultations: Shared<Uuid, ConsultationNode>,
    findings: Shared<Uuid, Vec<(Finding, bool)>>,
    checks: Shared<Uuid, Vec<NeedCheck>>,
    /// Who looked at any of them; known once the checks are loaded.
    checkers: OnceLock<Shared<Uuid, MemberNode>>,
}

/// Needs that know of each other, so that what belongs to them is loaded at once.
pub fn nodes(rows: impl IntoIterator<Item = Need>) -> Vec<NeedNode> {
    let needs: Vec<Arc<Need>> = rows.into_iter().map(Arc::new).collect();
    let ids = || needs.iter().map(|need| need.id);
    let page = Arc::new(NeedPage {
        areas: Arc::new(Batch::new(ids())),
        districts: Arc::new(Batch::new(needs.iter().filter_map(|need| need.district_code.clone()))),
        stations: Arc::new(Batch::new(needs.iter().filter_map(|need| need.station_id))),
        members: Arc::new(Batch::new(needs.iter().filter_map(|need| need.raised_by_id))),
        consultations: Arc::new(Batch::new(needs.iter().filter_map(|need| need.consultation_id))),
        findings: Arc::new(Batch::new(ids())),
        checks: Arc::new(Batch::new(ids())),
        checkers: OnceLock::new(),
        needs: needs.clone(),
    });
    let node = |need| NeedNode { need, page: Arc::clone(&page) };
    needs.into_iter().map(node).collect()
}

/// What the viewer may see of these, as nodes of one page.
pub async fn nodes_by_id(ctx: &Ctx, ids: Vec<Uuid>) -> Result<HashMap<Uuid, NeedNode>> {
    let rows = super::by_ids(ctx.db(), &ctx.scope(), ids).await?;
    Ok(nodes(rows.into_values()).into_iter().map(|node| (node.need.id, node)).collect())
}

impl NeedNode {
    /// The row behind it.
    pub fn row(&self) -> &Need {
        &self.need
    }

    fn is_own(&self, ctx: &Ctx) -> bool {
        self.need.is_own(&ctx.viewer)
    }
}

/// Something in a need that would tell who it is for.
#[derive(SimpleObject)]
struct NeedFinding {
    /// What was found, and where.
    #[graphql(flatten)]
    finding: FindingNode,
    /// Whether it is still open: neither changed nor declared harmless by a second person.
    open: bool,
}

/// A finding that somebody declared harmless. The words themselves are not kept.
#[derive(SimpleObject)]
struct NeedFindingDecision {
    /// The field in which it stands.
    field: String,
    /// What it is.
    kind: Kind,
    /// Its first character, counted in Unicode scalar values from 0.
    start: usize,
    /// The first character behind it.
    end: usize,
    /// Why it is harmless.
    reason: String,
}

impl NeedFindingDecision {
    fn of(harmless: Harmless) -> Option<Self> {
        let Harmless { field, kind, start, end, reason } = harmless;
        Some(Self { field, kind: Kind::named(&kind)?, start, end, reason })
    }
}

/// Somebody's look at what was found in a need.
struct NeedCheckNode {
    check: NeedCheck,
    is_current: bool,
    members: Shared<Uuid, MemberNode>,
}

/// Somebody's look at what was found in a need.
#[Object(name = "NeedCheck")]
impl NeedCheckNode {
    /// Who looked, where the viewer may see that colleague.
    async fn by(&self, ctx: &Context<'_>) -> Result<Option<MemberNode>, Fault> {
        let ctx = ctx.data_unchecked::<Ctx>();
        let load = |ids| accounts::nodes_by_id(ctx, ids);
        Ok(self.members.get(&self.check.checked_by, load).await?.cloned())
    }

    /// When.
    async fn checked_at(&self) -> DateTime<Utc> {
        self.check.checked_at
    }

    /// Whether it was of the text as it is now; otherwise it counts no more.
    async fn is_current(&self) -> bool {
        self.is_current
    }

    /// What was declared harmless.
    async fn findings(&self) -> Vec<NeedFindingDecision> {
        let decided = serde_json::from_value::<Vec<Harmless>>(self.check.findings.clone());
        decided.unwrap_or_default().into_iter().filter_map(NeedFindingDecision::of).collect()
    }
}

/// What a company or a station looks for, described without naming the company.
#[Object(name = "Need")]
impl NeedNode {
    /// Its global id.
    pub(crate) async fn id(&self) -> ID {
        GlobalId::encode(NodeKind::Need, self.need.id)
    }

    /// Its number, as people call it.
    async fn number(&self) -> &str {
        &self.need.number
    }

    /// What is looked for.
    async fn kind(&self) -> NeedKind {
        self.need.kind
    }

    /// It in a few words.
    async fn title(&self) -> Option<&str> {
        self.need.title.as_deref()
    }

    /// What exactly.
    async fn text(&self) -> &str {
        &self.need.text
    }

    /// The areas it belongs to.
    async fn areas(&self, ctx: &Context<'_>) -> Result<Vec<ExpertiseAreaNode>, Fault> {
        let ctx = ctx.data_unchecked::<Ctx>();
        let load = |ids| super::area_ids(ctx.db(), ids);
        let areas = self.page.areas.get(&self.need.id, load).await?;
        Ok(areas_of(&ctx.tree().await?, areas.map(Vec::as_slice).unwrap_or_default()))
    }

    /// The lowest technology readiness level that would do, 1 to 9 (GB/T 22900).
    async fn min_trl(&self) -> Option<i32> {
        self.need.min_trl
    }

    /// The highest technology readiness level that would do.
    async fn max_trl(&self) -> Option<i32> {
        self.need.max_trl
    }

    /// The ways of working together that would do; any, where none is said.
    async fn wanted_modes(&self) -> Vec<CooperationMode> {
        let modes = crate::json::texts(&self.need.wanted_modes);
        modes.iter().filter_map(|mode| CooperationMode::named(mode)).collect()
    }

    /// The district that it belongs to.
    async fn district(&self, ctx: &Context<'_>) -> Result<Option<DistrictNode>, Fault> {
        let Some(code) = &self.need.district_code else { return Ok(None) };
        let db = ctx.data_unchecked::<Ctx>().db();
        let load = |codes| stations::districts_by_code(db, codes);
        let district = self.page.districts.get(code, async |codes| {
            let found = load(codes).await?.into_iter();
            Ok(found.map(|(code, district)| (code, DistrictNode(district))).collect())
        });
        Ok(district.await?.cloned())
    }

    /// The station that raised it, where a station did.
    async fn station(&self, ctx: &Context<'_>) -> Result<Option<StationNode>, Fault> {
        let Some(id) = &self.need.station_id else { return Ok(None) };
        let ctx = ctx.data_unchecked::<Ctx>();
        let load = |ids| stations::nodes_by_id(ctx, ids);
        Ok(self.page.stations.get(id, load).await?.cloned())
    }

    /// The member who raised it, where the viewer may see that colleague.
    async fn raised_by(&self, ctx: &Context<'_>) -> Result<Option<MemberNode>, Fault> {
        let Some(id) = &self.need.raised_by_id else { return Ok(None) };
        let ctx = ctx.data_unchecked::<Ctx>();
        let load = |ids| accounts::nodes_by_id(ctx, ids);
        Ok(self.page.members.get(id, load).await?.cloned())
    }

    /// Whether it is of the viewer's own station, bureau or portal.
    async fn is_own_need(&self, ctx: &Context<'_>) -> bool {
        self.is_own(ctx.data_unchecked::<Ctx>())
    }

    /// The case that it comes from, for those who raised it and may see the case.
    async fn consultation(&self, ctx: &Context<'_>) -> Result<Option<ConsultationNode>, Fault> {
        let ctx = ctx.data_unchecked::<Ctx>();
        let Some(id) = self.need.consultation_id.filter(|_| self.is_own(ctx)) else {
            return Ok(None);
        };
        let load = |ids| consultations::nodes_by_id(ctx, ids);
        Ok(self.page.consultations.get(&id, load).await?.cloned())
    }

    /// Who sees it once it is open.
    async fn audience(&self) -> Audience {
        self.need.audience
    }

    /// Where it stands today.
    async fn state(&self, ctx: &Context<'_>) -> NeedState {
        self.need.state_on(ctx.data_unchecked::<Ctx>().today)
    }

    /// The last day on which it is open.
    async fn expires_on(&self) -> Date {
        Date(self.need.expires_on)
    }

    /// When it was first opened.
    async fn opened_at(&self) -> Option<DateTime<Utc>> {
        self.need.opened_at
    }

    /// Why it was taken back, for those who raised it.
    async fn withdrawal_reason(&self, ctx: &Context<'_>) -> Option<&str> {
        let own = self.is_own(ctx.data_unchecked::<Ctx>());
        self.need.closed_reason.as_deref().filter(|_| own)
    }

    /// What in it would tell who it is for, for those who raised it; null for everybody else. What of the case that it
    /// comes from the viewer may not know is left out.
    async fn findings(&self, ctx: &Context<'_>) -> Result<Option<Vec<NeedFinding>>, Fault> {
        let ctx = ctx.data_unchecked::<Ctx>();
        if !self.is_own(ctx) {
            return Ok(None);
        }
        let needs: Vec<&Need> = self.page.needs.iter().map(Arc::as_ref).collect();
        let load = async |_| findings::in_own(ctx, &needs).await;
        let found = self.page.findings.get(&self.need.id, load).await?;
        let finding = |(finding, open): &(Finding, bool)| NeedFinding {
            finding: finding.clone().into(),
            open: *open,
        };
        Ok(Some(found.into_iter().flatten().map(finding).collect()))
    }

    /// Who declared what harmless, the latest first, for those who raised it; null for everybody else.
    async fn checks(&self, ctx: &Context<'_>) -> Result<Option<Vec<NeedCheckNode>>, Fault> {
        let ctx = ctx.data_unchecked::<Ctx>();
        if !self.is_own(ctx) {
            return Ok(None);
        }
        let load = |ids| findings::checks(ctx.db(), ids);
        let of_page = self.page.checks.all(load).await?;
        let checks = of_page.get(&self.need.id).map(Vec::as_slice).unwrap_or_default();
        let people = self.page.checkers.get_or_init(|| {
            let everybody = of_page.values().flatten().map(|check| check.checked_by);
            Arc::new(Batch::new(everybody))
        });
        let digest = findings::digest(&self.need);
        let node = |check: &NeedCheck| NeedCheckNode {
            is_current: check.text_digest == digest,
            check: check.clone(),
            members: Arc::clone(people),
        };
        Ok(Some(checks.iter().map(node).collect()))
    }

    /// What the viewer could do with it now.
    async fn possible_actions(&self, ctx: &Context<'_>) -> Vec<NeedStep> {
        let ctx = ctx.data_unchecked::<Ctx>();
        raising::possible(&ctx.viewer, &self.need, ctx.today)
    }

    /// How often it has been changed, counted from 1; for saying what a change is made to.
    async fn version(&self) -> i32 {
        self.need.version
    }

    /// When it was raised.
    async fn created_at(&self) -> DateTime<Utc> {
        self.need.created_at
    }

    /// When it was last changed.
    async fn updated_at(&self) -> DateTime<Utc> {
        self.need.updated_at
    }
}
