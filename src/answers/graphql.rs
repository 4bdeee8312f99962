//! How answered questions look from outside.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

use async_graphql::{Context, ID, Object};
use chrono::{DateTime, NaiveDate, Utc};
use sea_orm::{QueryFilter, QueryOrder, entity::prelude::*};

use super::{
    AnsweredQuestion, Basis, Citation, Confirmation, DeidentificationPurpose, DeviceClass,
    ProductKind, State, Step, Version,
    case::Case,
    citation_graphql::{CitationNode, ConfirmationNode, citation_nodes, confirmation_nodes},
    content::Wording,
    deidentify, findings, ratings, version_entity,
    work_graphql::{CheckNode, DraftNode, FindingNode, check_nodes, draft_nodes},
};
use crate::{
    access::{Audience, Guarded},
    app::Ctx,
    batch::{Batch, Shared, grouped},
    consultations::{self, ConsultationNode},
    deidentification::Finding,
    error::{Error, Fault, Result},
    expertise::{ExpertiseAreaNode, areas_of},
    ids::{GlobalId, NodeKind},
    regulations::{CurrencyNode, Verdicts},
    scalars::Date,
    stations::{self, StationNode},
};

/// An answered question among the others of its page.
#[derive(Clone)]
pub struct AnsweredQuestionNode {
    answered: Arc<AnsweredQuestion>,
    page: Arc<AnsweredQuestionPage>,
}

struct AnsweredQuestionPage {
    rows: Vec<Arc<AnsweredQuestion>>,
    stations: Shared<Uuid, StationNode>,
    areas: Shared<Uuid, Vec<Uuid>>,
    citations: Shared<Uuid, Vec<Citation>>,
    citation_nodes: Shared<Uuid, Vec<CitationNode>>,
    confirmations: Shared<Uuid, Vec<Confirmation>>,
    confirmation_nodes: Shared<Uuid, Vec<ConfirmationNode>>,
    versions: Shared<Uuid, Vec<Version>>,
    successors: Shared<Uuid, AnsweredQuestionNode>,
    verdicts: Mutex<HashMap<NaiveDate, Arc<Verdicts>>>,
    cases: Shared<Uuid, Case>,
    drafts: Shared<Uuid, DraftNode>,
    findings: Shared<Uuid, Vec<Finding>>,
    checks: Shared<Uuid, Vec<CheckNode>>,
    reports: Shared<Uuid, i64>,
    consultations: Shared<Uuid, ConsultationNode>,
}

impl AnsweredQuestionPage {
    /// The verdicts on a day, where they have been found.
    fn verdicts_on(&self, day: NaiveDate) -> Option<Arc<Verdicts>> {
        let verdicts = self.verdicts.lock().unwrap_or_else(PoisonError::into_inner);
        verdicts.get(&day).map(Arc::clone)
    }

    /// The verdicts on all answers of the page on a day, found once for all of them.
    fn verdicts(&self, day: NaiveDate, find: impl FnOnce() -> Verdicts) -> Arc<Verdicts> {
        let mut verdicts = self.verdicts.lock().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(verdicts.entry(day).or_insert_with(|| Arc::new(find())))
    }
}

/// What was loaded of one of a page.
fn slice_of<T>(loaded: &HashMap<Uuid, Vec<T>>, id: Uuid) -> &[T] {
    loaded.get(&id).map(Vec::as_slice).unwrap_or_default()
}

/// Answered questions that know of each other, so that what belongs to them is loaded at once.
pub fn nodes(rows: impl IntoIterator<Item = AnsweredQuestion>) -> Vec<AnsweredQuestionNode> {
    let rows: Vec<Arc<AnsweredQuestion>> = rows.into_iter().map(Arc::new).collect();
    let ids = || rows.iter().map(|row| row.id);
    let page = Arc::new(AnsweredQuestionPage {
        stations: Arc::new(Batch::new(rows.iter().map(|row| row.station_id))),
        areas: Arc::new(Batch::new(ids())),
        citations: Arc::new(Batch::new(ids())),
        citation_nodes: Arc::new(Batch::new(ids())),
        confirmations: Arc::new(Batch::new(ids())),
        confirmation_nodes: Arc::new(Batch::new(ids())),
        versions: Arc::new(Batch::new(ids())),
        successors: Arc::new(Batch::new(rows.iter().filter_map(|row| row.superseded_by_id))),
        verdicts: Mutex::default(),
        cases: Arc::new(Batch::new(ids())),
        drafts: Arc::new(Batch::new(ids())),
        findings: Arc::new(Batch::new(ids())),
        checks: Arc::new(Batch::new(ids())),
        reports: Arc::new(Batch::new(ids())),
        consultations: Arc::new(Batch::new(rows.iter().filter_map(|row| row.consultation_id))),
        rows: rows.clone(),
    });
    let node = |answered| AnsweredQuestionNode { answered, page: Arc::clone(&page) };
    rows.into_iter().map(node).collect()
}

/// What the viewer may see of these, as nodes of one page.
pub async fn nodes_by_id(ctx: &Ctx, ids: Vec<Uuid>) -> Result<HashMap<Uuid, AnsweredQuestionNode>> {
    let rows = super::by_ids(ctx.db(), &ctx.scope(), ids).await?;
    Ok(nodes(rows.into_values()).into_iter().map(|node| (node.answered.id, node)).collect())
}

impl AnsweredQuestionNode {
    /// The row behind it.
    pub fn row(&self) -> &AnsweredQuestion {
        &self.answered
    }

    async fn loaded_citations(&self, ctx: &Ctx) -> Result<&HashMap<Uuid, Vec<Citation>>> {
        self.page.citations.all(|ids| super::citations(ctx.db(), ids)).await
    }

    /// With the draft that the viewer may see, and what they may do.
    async fn case(&self, ctx: &Ctx) -> Result<&Case> {
        let case = self.cases(ctx).await?.get(&self.answered.id);
        case.ok_or_else(|| Error::internal("a row of a page has lost its case"))
    }

    async fn cases(&self, ctx: &Ctx) -> Result<&HashMap<Uuid, Case>> {
        let rows = || self.page.rows.iter().map(|row| AnsweredQuestion::clone(row)).collect();
        self.page.cases.all(|_| Case::all(ctx, ctx.db(), rows())).await
    }

    /// The same, where the viewer takes part in the work on it.
    async fn worked_on(&self, ctx: &Ctx) -> Result<Option<&Case>> {
        if ctx.viewer.member().is_none() {
            return Ok(None);
        }
        let case = self.case(ctx).await?;
        Ok(Some(case).filter(|case| case.may_work(&ctx.viewer)))
    }

    async fn loaded_confirmations(&self, ctx: &Ctx) -> Result<&HashMap<Uuid, Vec<Confirmation>>> {
        self.page.confirmations.all(|ids| super::confirmations(ctx.db(), ids)).await
    }
}

/// A de-identified question with its answer: what a station shares of what it knows.
#[Object(name = "AnsweredQuestion")]
impl AnsweredQuestionNode {
    /// Its global id.
    pub(crate) async fn id(&self) -> ID {
        GlobalId::encode(NodeKind::AnsweredQuestion, self.answered.id)
    }

    /// The number by which people call it.
    async fn number(&self) -> &str {
        &self.answered.number
    }

    /// The question, without anything that would tell who asked.
    async fn question(&self) -> &str {
        &self.answered.question
    }

    /// The answer, in Markdown.
    async fn answer(&self) -> &str {
        &self.answered.answer
    }

    /// The answer in a sentence.
    async fn summary(&self) -> Option<&str> {
        self.answered.summary.as_deref()
    }

    /// The station that answered.
    async fn station(&self, ctx: &Context<'_>) -> Result<StationNode, Fault> {
        let ctx = ctx.data_unchecked::<Ctx>();
        let load = |ids| stations::nodes_by_id(ctx, ids);
        Ok(self.page.stations.require(&self.answered.station_id, load).await?.clone())
    }

    /// The areas it belongs to.
    async fn areas(&self, ctx: &Context<'_>) -> Result<Vec<ExpertiseAreaNode>, Fault> {
        let ctx = ctx.data_unchecked::<Ctx>();
        let load = |ids| super::area_ids(ctx.db(), ids);
        let areas = self.page.areas.get(&self.answered.id, load).await?;
        Ok(areas_of(&ctx.tree().await?, areas.map(Vec::as_slice).unwrap_or_default()))
    }

    /// What kind of product it is about.
    async fn product_kind(&self) -> Option<ProductKind> {
        self.answered.product_kind
    }

    /// The class of the device it is about.
    async fn device_class(&self) -> Option<DeviceClass> {
        self.answered.device_class
    }

    /// The articles it rests on, and what else to read.
    async fn citations(&self, ctx: &Context<'_>) -> Result<Vec<CitationNode>, Fault> {
        let ctx = ctx.data_unchecked::<Ctx>();
        let loaded = self.loaded_citations(ctx).await?;
        let load = async |_| Ok(citation_nodes(loaded));
        let citations = self.page.citation_nodes.get(&self.answered.id, load).await?;
        Ok(citations.cloned().unwrap_or_default())
    }

    /// Against which later regulations it was checked and found to stand.
    async fn confirmations(&self, ctx: &Context<'_>) -> Result<Vec<ConfirmationNode>, Fault> {
        let ctx = ctx.data_unchecked::<Ctx>();
        let loaded = self.loaded_confirmations(ctx).await?;
        let load = async |_| Ok(confirmation_nodes(loaded));
        let confirmations = self.page.confirmation_nodes.get(&self.answered.id, load).await?;
        Ok(confirmations.cloned().unwrap_or_default())
    }

    /// Whether the law it rests on still stands.
    async fn currency(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "On which day; today where nothing is said.")] as_of: Option<Date>,
    ) -> Result<CurrencyNode, Fault> {
        let ctx = ctx.data_unchecked::<Ctx>();
        let day = as_of.map_or(ctx.today, |Date(day)| day);
        if let Some(found) = self.page.verdicts_on(day) {
            return Ok(found.on(&self.answered.id)?);
        }
        let graph = ctx.graph().await?;
        let citations = self.loaded_citations(ctx).await?;
        let confirmations = self.loaded_confirmations(ctx).await?;
        let grounds = |row: &Arc<AnsweredQuestion>| {
            let citations = citations.get(&row.id).map(Vec::as_slice).unwrap_or_default();
            let confirmations = confirmations.get(&row.id).map(Vec::as_slice).unwrap_or_default();
            (row.id, super::grounds(row, citations, confirmations))
        };
        let find = || Verdicts::new(self.page.rows.iter().map(grounds), day, graph);
        Ok(self.page.verdicts(day, find).on(&self.answered.id)?)
    }

    /// How far it has been reviewed.
    async fn state(&self) -> State {
        self.answered.state
    }

    /// Who may see it.
    async fn audience(&self) -> Audience {
        self.answered.audience
    }

    /// What the answer rests on.
    async fn basis(&self) -> Basis {
        self.answered.basis
    }

    /// Who answered.
    async fn author(&self) -> Option<&str> {
        self.answered.author.as_deref()
    }

    /// When it was answered.
    async fn answered_on(&self) -> Option<Date> {
        self.answered.answered_on.map(Date)
    }

    /// When somebody last confirmed that it stands.
    async fn confirmed_on(&self) -> Option<Date> {
        self.answered.confirmed_on.map(Date)
    }

    /// The day by which it is to be looked at again.
    async fn review_by(&self) -> Option<Date> {
        self.answered.review_by.map(Date)
    }

    /// The answer that took its place, where there is one that the viewer may see.
    async fn superseded_by(
        &self,
        ctx: &Context<'_>,
    ) -> Result<Option<AnsweredQuestionNode>, Fault> {
        let Some(successor) = self.answered.superseded_by_id else { return Ok(None) };
        let ctx = ctx.data_unchecked::<Ctx>();
        Ok(self.page.successors.get(&successor, |ids| nodes_by_id(ctx, ids)).await?.cloned())
    }

    /// The id under which its station keeps it.
    async fn external_id(&self) -> &str {
        &self.answered.external_id
    }

    /// How often others have reused it.
    async fn reuse_count(&self) -> i32 {
        self.answered.reuse_count
    }

    /// How many found it helpful.
    async fn helpful(&self) -> i32 {
        self.answered.helpful
    }

    /// How many did not.
    async fn unhelpful(&self) -> i32 {
        self.answered.unhelpful
    }

    /// How often it has been changed, counted from 1; for telling whether what one has is the latest.
    async fn version(&self) -> i32 {
        self.answered.version
    }

    /// What it said before it was changed, the latest first, as far as the viewer may see that.
    async fn versions(&self, ctx: &Context<'_>) -> Result<Vec<VersionNode>, Fault> {
        let ctx = ctx.data_unchecked::<Ctx>();
        let load = |ids| versions(ctx, ids);
        let versions = self.page.versions.get(&self.answered.id, load).await?;
        Ok(versions.into_iter().flatten().cloned().map(VersionNode).collect())
    }

    /// The text that is being worked on, for those who take part in the work.
    async fn draft(&self, ctx: &Context<'_>) -> Result<Option<DraftNode>, Fault> {
        let ctx = ctx.data_unchecked::<Ctx>();
        if self.worked_on(ctx).await?.is_none_or(|case| case.draft.is_none()) {
            return Ok(None);
        }
        let load = async |_| {
            let cases = self.cases(ctx).await?.values();
            let drafts =
                cases.filter_map(|case| Some((case.draft.clone()?, case.row.consultation_id)));
            draft_nodes(drafts.collect())
        };
        Ok(self.page.drafts.get(&self.answered.id, load).await?.cloned())
    }

    /// What in it, as it is shown, would tell who asked; null for those who take no part in the work on it.
    async fn deidentification_findings(
        &self,
        ctx: &Context<'_>,
    ) -> Result<Option<Vec<FindingNode>>, Fault> {
        let ctx = ctx.data_unchecked::<Ctx>();
        if self.worked_on(ctx).await?.is_none() {
            return Ok(None);
        }
        let citations = self.loaded_citations(ctx).await?;
        let confirmations = self.loaded_confirmations(ctx).await?;
        let load = async |_| {
            let cases = self.cases(ctx).await?.values();
            let worked_on = cases.filter(|case| case.may_work(&ctx.viewer));
            let wording = |case: &Case| {
                let wording = Wording::of_row(
                    &case.row,
                    slice_of(citations, case.row.id),
                    slice_of(confirmations, case.row.id),
                );
                (case.row.id, wording, case.row.consultation_id)
            };
            findings::findings_in(ctx, worked_on.map(wording).collect()).await
        };
        let found = self.page.findings.get(&self.answered.id, load).await?;
        Ok(Some(found.into_iter().flatten().cloned().map(FindingNode::from).collect()))
    }

    /// Who looked through its texts for what would tell who asked, the latest first; empty for those who take no part
    /// in the work on it.
    async fn deidentification_checks(&self, ctx: &Context<'_>) -> Result<Vec<CheckNode>, Fault> {
        let ctx = ctx.data_unchecked::<Ctx>();
        if self.worked_on(ctx).await?.is_none() {
            return Ok(Vec::new());
        }
        let checks = self.page.checks.get(&self.answered.id, |ids| checks(ctx, ids)).await?;
        Ok(checks.cloned().unwrap_or_default())
    }

    /// For what it has been cleared as it is shown; empty for those who take no part in the work on it.
    async fn cleared_for(&self, ctx: &Context<'_>) -> Result<Vec<DeidentificationPurpose>, Fault> {
        let ctx = ctx.data_unchecked::<Ctx>();
        if self.worked_on(ctx).await?.is_none() {
            return Ok(Vec::new());
        }
        let wording = Wording::of_row(
            &self.answered,
            slice_of(self.loaded_citations(ctx).await?, self.answered.id),
            slice_of(self.loaded_confirmations(ctx).await?, self.answered.id),
        );
        let checks = self.page.checks.get(&self.answered.id, |ids| checks(ctx, ids)).await?;
        let checks: Vec<_> = checks.into_iter().flatten().map(CheckNode::row).cloned().collect();
        Ok(deidentify::cleared(&checks, &wording.digest()))
    }

    /// How many reports of errors nobody has dealt with yet; null for those who do not see its station's reports.
    async fn open_report_count(&self, ctx: &Context<'_>) -> Result<Option<i64>, Fault> {
        let ctx = ctx.data_unchecked::<Ctx>();
        if self.worked_on(ctx).await?.is_none() {
            return Ok(None);
        }
        let load = |ids| ratings::open_reports(ctx, ids);
        Ok(Some(self.page.reports.get(&self.answered.id, load).await?.copied().unwrap_or(0)))
    }

    /// The consultation that it comes from, for those who may read that.
    async fn consultation(&self, ctx: &Context<'_>) -> Result<Option<ConsultationNode>, Fault> {
        let Some(id) = self.answered.consultation_id else { return Ok(None) };
        let ctx = ctx.data_unchecked::<Ctx>();
        let load = |ids| consultations::nodes_by_id(ctx, ids);
        Ok(self.page.consultations.get(&id, load).await?.cloned())
    }

    /// What the viewer could do with it now.
    async fn possible_actions(&self, ctx: &Context<'_>) -> Result<Vec<Step>, Fault> {
        let ctx = ctx.data_unchecked::<Ctx>();
        if ctx.viewer.is_anonymous() {
            return Ok(Vec::new());
        }
        Ok(self.case(ctx).await?.possible(&ctx.viewer))
    }

    /// When it was taken back, where it was.
    async fn withdrawn_on(&self) -> Option<Date> {
        self.answered.withdrawn_on.map(Date)
    }

    /// Why it was taken back.
    async fn withdrawn_reason(&self) -> Option<&str> {
        self.answered.withdrawn_reason.as_deref()
    }

    /// When it was recorded here.
    async fn created_at(&self) -> DateTime<Utc> {
        self.answered.created_at
    }

    /// When it was last changed here.
    async fn updated_at(&self) -> DateTime<Utc> {
        self.answered.updated_at
    }
}

async fn checks(ctx: &Ctx, ids: Vec<Uuid>) -> Result<HashMap<Uuid, Vec<CheckNode>>> {
    Ok(check_nodes(deidentify::checks(ctx.db(), ids).await?))
}

async fn versions(ctx: &Ctx, ids: Vec<Uuid>) -> Result<HashMap<Uuid, Vec<Version>>> {
    let rows = version_entity::Entity::visible_to(&ctx.scope())
        .filter(version_entity::Column::AnsweredQuestionId.is_in(ids))
        .order_by_desc(version_entity::Column::Version)
        .all(ctx.db())
        .await?;
    Ok(grouped(rows.into_iter().map(|row| (row.answered_question_id, row))))
}

/// What an answered question said before it was changed.
pub(super) struct VersionNode(Version);

/// What an answered question said before it was changed.
#[Object(name = "AnsweredQuestionVersion")]
impl VersionNode {
    /// Which version it was, counted from 1.
    async fn version(&self) -> i32 {
        self.0.version
    }

    /// The question as it stood then.
    async fn question(&self) -> &str {
        &self.0.question
    }

    /// The answer as it stood then, in Markdown.
    async fn answer(&self) -> &str {
        &self.0.answer
    }

    /// The answer in a sentence, as it stood then.
    async fn summary(&self) -> Option<&str> {
        self.0.summary.as_deref()
    }

    /// When it was written.
    async fn written_at(&self) -> DateTime<Utc> {
        self.0.written_at
    }

    /// When the next version took its place.
    async fn replaced_at(&self) -> DateTime<Utc> {
        self.0.replaced_at
    }
}
