//! How the work on an answered question looks from outside, for those who take part in it: the draft, what was found in a
//! text, who looked through it.

use std::{collections::HashMap, sync::Arc};

use async_graphql::{Context, Object, SimpleObject};
use chrono::{DateTime, Utc};
use sea_orm::prelude::Uuid;

use super::{
    AnswerDraft, Basis, Citation, Confirmation, DeidentificationCheck, DeidentificationPurpose,
    DeidentificationVerdict, DeviceClass, ProductKind, State,
    citation_graphql::{CitationNode, citation_nodes},
    content::{Content, Wording},
    deidentify::{self, Decided},
    findings, grounds_on,
};
use crate::{
    accounts::{self, MemberNode},
    app::Ctx,
    batch::{Batch, Shared},
    deidentification::{Finding, Kind},
    error::{Fault, Result},
    expertise::{ExpertiseAreaNode, LocalizedText, areas_of},
    regulations::{CurrencyNode, Verdicts},
    scalars::Date,
};

/// Something in a text that would tell who asked.
#[derive(Clone, SimpleObject)]
#[graphql(name = "DeidentificationFinding")]
pub(crate) struct FindingNode {
    /// The field in which it stands: `question`, `answer`, `summary` or `citations.0.quote` of an answered question,
    /// `title` or `text` of a need.
    field: String,
    /// What it is.
    kind: Kind,
    /// What people call what it is.
    label: LocalizedText,
    /// Its first character, counted in Unicode scalar values from 0.
    start: usize,
    /// The first character behind it.
    end: usize,
    /// The words that stand there.
    text: String,
    /// Whether it can hardly be anything else.
    sure: bool,
}

impl From<Finding> for FindingNode {
    fn from(finding: Finding) -> Self {
        let Finding { field, kind, start, end, text, sure } = finding;
        let label = kind.label();
        let label = LocalizedText::new(&label.zh, Some(&label.en));
        Self { field, kind, label, start, end, text, sure }
    }
}

/// What somebody decided about a finding. The words themselves are not kept.
#[derive(SimpleObject)]
struct DeidentificationDecision {
    /// The field in which it stands.
    field: String,
    /// What it is.
    kind: Kind,
    /// Its first character.
    start: usize,
    /// The first character behind it.
    end: usize,
    /// Whether it was found to tell nothing of who asked.
    harmless: bool,
    /// Why.
    reason: Option<String>,
}

/// A check among the others of its page.
#[derive(Clone)]
pub(super) struct CheckNode {
    check: Arc<DeidentificationCheck>,
    people: Shared<Uuid, MemberNode>,
}

impl CheckNode {
    /// The row behind it.
    pub(super) fn row(&self) -> &DeidentificationCheck {
        &self.check
    }
}

/// All checks of a page, by answered question.
pub(super) fn check_nodes(
    loaded: HashMap<Uuid, Vec<DeidentificationCheck>>,
) -> HashMap<Uuid, Vec<CheckNode>> {
    let people = Arc::new(Batch::new(loaded.values().flatten().map(|check| check.checked_by)));
    let node = |check| CheckNode { check: Arc::new(check), people: Arc::clone(&people) };
    loaded.into_iter().map(|(id, checks)| (id, checks.into_iter().map(node).collect())).collect()
}

async fn colleague(
    ctx: &Ctx,
    people: &Shared<Uuid, MemberNode>,
    id: &Uuid,
) -> Result<Option<MemberNode>> {
    let load = |ids| accounts::nodes_by_id(ctx, ids);
    Ok(people.get(id, load).await?.cloned())
}

/// Somebody's look through a text for what would tell who asked.
#[Object(name = "DeidentificationCheck")]
impl CheckNode {
    /// What it was for.
    async fn purpose(&self) -> DeidentificationPurpose {
        self.check.purpose
    }

    /// What came of it.
    async fn verdict(&self) -> DeidentificationVerdict {
        self.check.verdict
    }

    /// Who looked, where the viewer may see that colleague.
    async fn by(&self, ctx: &Context<'_>) -> Result<Option<MemberNode>, Fault> {
        let ctx = ctx.data_unchecked::<Ctx>();
        Ok(colleague(ctx, &self.people, &self.check.checked_by).await?)
    }

    /// When.
    async fn checked_at(&self) -> DateTime<Utc> {
        self.check.checked_at
    }

    /// What was decided about each finding.
    #[expect(
        clippy::unused_async,
        reason = "a resolver is, and what it asks for has been loaded with its page"
    )]
    async fn decisions(&self) -> Result<Vec<DeidentificationDecision>, Fault> {
        let decided: Vec<Decided> = serde_json::from_value(self.check.findings.clone())?;
        let decision = |decided: Decided| {
            let Decided { field, kind, start, end, harmless, reason } = decided;
            let kind = Kind::named(&kind)?;
            Some(DeidentificationDecision { field, kind, start, end, harmless, reason })
        };
        Ok(decided.into_iter().filter_map(decision).collect())
    }
}

/// A draft among the others of its page.
#[derive(Clone)]
pub(super) struct DraftNode {
    draft: Arc<AnswerDraft>,
    content: Arc<Content>,
    page: Arc<DraftPage>,
}

struct DraftPage {
    citations: HashMap<Uuid, Vec<Citation>>,
    citation_nodes: HashMap<Uuid, Vec<CitationNode>>,
    confirmations: Shared<Uuid, Vec<Confirmation>>,
    checks: Shared<Uuid, Vec<DeidentificationCheck>>,
    wordings: Vec<(Uuid, Wording, Option<Uuid>)>,
    findings: Shared<Uuid, Vec<Finding>>,
    people: Shared<Uuid, MemberNode>,
}

/// All drafts of a page, each with the case that it comes from, by answered question.
pub(super) fn draft_nodes(
    drafts: Vec<(AnswerDraft, Option<Uuid>)>,
) -> Result<HashMap<Uuid, DraftNode>> {
    let mut read = Vec::with_capacity(drafts.len());
    for (draft, consultation) in drafts {
        let content = Content::of_draft(&draft)?;
        read.push((draft, content, consultation));
    }
    let citations: HashMap<Uuid, Vec<Citation>> = read
        .iter()
        .map(|(draft, content, _)| {
            (draft.answered_question_id, content.citations_of(draft.answered_question_id))
        })
        .collect();
    let ids = || citations.keys().copied();
    let wording = |(draft, content, consultation): &(AnswerDraft, Content, Option<Uuid>)| {
        (draft.answered_question_id, content.wording(), *consultation)
    };
    let page = Arc::new(DraftPage {
        confirmations: Arc::new(Batch::new(ids())),
        checks: Arc::new(Batch::new(ids())),
        findings: Arc::new(Batch::new(ids())),
        wordings: read.iter().map(wording).collect(),
        citation_nodes: citation_nodes(&citations),
        citations,
        people: Arc::new(Batch::new(read.iter().filter_map(|(draft, ..)| draft.author_id))),
    });
    let node = |(draft, content, _): (AnswerDraft, Content, _)| {
        let (id, page) = (draft.answered_question_id, Arc::clone(&page));
        let (draft, content) = (Arc::new(draft), Arc::new(content));
        (id, DraftNode { draft, content, page })
    };
    Ok(read.into_iter().map(node).collect())
}

/// The text that is being worked on. Until it is published, only those who work on it see it.
#[Object(name = "AnsweredQuestionDraft")]
impl DraftNode {
    /// The question.
    async fn question(&self) -> &str {
        &self.content.question
    }

    /// The answer, in Markdown; empty where there is none yet.
    async fn answer(&self) -> &str {
        &self.content.answer
    }

    /// The answer in a sentence.
    async fn summary(&self) -> Option<&str> {
        self.content.summary.as_deref()
    }

    /// The areas it belongs to.
    async fn areas(&self, ctx: &Context<'_>) -> Result<Vec<ExpertiseAreaNode>, Fault> {
        let ctx = ctx.data_unchecked::<Ctx>();
        Ok(areas_of(&ctx.tree().await?, &self.content.areas))
    }

    /// What kind of product it is about.
    async fn product_kind(&self) -> Option<ProductKind> {
        self.content.product_kind
    }

    /// The class of the device it is about.
    async fn device_class(&self) -> Option<DeviceClass> {
        self.content.device_class
    }

    /// What the answer rests on.
    async fn basis(&self) -> Basis {
        self.content.basis
    }

    /// The articles it rests on, and what else to read.
    async fn citations(&self) -> Vec<CitationNode> {
        let citations = self.page.citation_nodes.get(&self.draft.answered_question_id);
        citations.cloned().unwrap_or_default()
    }

    /// Whether the law that the draft rests on still stands.
    async fn currency(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "On which day; today where nothing is said.")] as_of: Option<Date>,
    ) -> Result<CurrencyNode, Fault> {
        let ctx = ctx.data_unchecked::<Ctx>();
        let id = self.draft.answered_question_id;
        let load = |ids| super::confirmations(ctx.db(), ids);
        let confirmations = self.page.confirmations.get(&id, load).await?;
        let confirmations = confirmations.map(Vec::as_slice).unwrap_or_default();
        let citations = self.page.citations.get(&id).map(Vec::as_slice).unwrap_or_default();
        let grounds = grounds_on(self.content.review_by, citations, confirmations);
        let day = as_of.map_or(ctx.today, |Date(day)| day);
        Ok(Verdicts::new([(id, grounds)], day, ctx.graph().await?).on(&id)?)
    }

    /// When it was answered; the day of publication where nothing is said.
    async fn answered_on(&self) -> Option<Date> {
        self.content.answered_on.map(Date)
    }

    /// The day by which it is to be looked at again.
    async fn review_by(&self) -> Option<Date> {
        self.content.review_by.map(Date)
    }

    /// Whether it is being written or looked at.
    async fn state(&self) -> State {
        self.draft.state
    }

    /// Who began it, where the viewer may see that colleague.
    async fn author(&self, ctx: &Context<'_>) -> Result<Option<MemberNode>, Fault> {
        let Some(author) = &self.draft.author_id else { return Ok(None) };
        let ctx = ctx.data_unchecked::<Ctx>();
        Ok(colleague(ctx, &self.page.people, author).await?)
    }

    /// Why it was given back, where it was.
    async fn returned_reason(&self) -> Option<&str> {
        self.draft.returned_reason.as_deref()
    }

    /// When it was last handed to a second person.
    async fn submitted_at(&self) -> Option<DateTime<Utc>> {
        self.draft.submitted_at
    }

    /// For what its text as it stands has been cleared.
    async fn cleared_for(&self, ctx: &Context<'_>) -> Result<Vec<DeidentificationPurpose>, Fault> {
        let ctx = ctx.data_unchecked::<Ctx>();
        let load = |ids| deidentify::checks(ctx.db(), ids);
        let checks = self.page.checks.get(&self.draft.answered_question_id, load).await?;
        let checks = checks.map(Vec::as_slice).unwrap_or_default();
        Ok(deidentify::cleared(checks, &self.content.wording().digest()))
    }

    /// What in it would tell who asked.
    async fn deidentification_findings(
        &self,
        ctx: &Context<'_>,
    ) -> Result<Vec<FindingNode>, Fault> {
        let ctx = ctx.data_unchecked::<Ctx>();
        let load = |_| findings::findings_in(ctx, self.page.wordings.clone());
        let found = self.page.findings.get(&self.draft.answered_question_id, load).await?;
        Ok(found.into_iter().flatten().cloned().map(FindingNode::from).collect())
    }

    /// How often it has been changed, counted from 1: what changes of the draft go by.
    async fn version(&self) -> i32 {
        self.draft.version
    }

    /// When it was begun.
    async fn created_at(&self) -> DateTime<Utc> {
        self.draft.created_at
    }

    /// When it was last changed.
    async fn updated_at(&self) -> DateTime<Utc> {
        self.draft.updated_at
    }
}

#[cfg(test)]
mod tests {
    use async_graphql::{InputType as _, Value, resolver_utils::EnumType as _};

    use super::*;

    #[test]
    fn kinds_are_kept_as_the_contract_names_them() {
        for item in Kind::items() {
            let Value::Enum(name) = item.value.to_value() else { panic!("no enumeration") };
            assert_eq!(Kind::named(&name), Some(item.value));
        }
    }
}
