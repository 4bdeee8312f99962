//! How readers' words look from outside: whether an answer helped, and reports of errors with their station's queue.

use std::{collections::HashMap, sync::Arc};

use async_graphql::{Context, ID, InputObject, Object};
use chrono::{DateTime, Utc};
use sea_orm::{Condition, QueryFilter, entity::prelude::*};

use super::{
    AnswerReport, AnswerReportState, AnsweredQuestionNode,
    draft_graphql::{answered_question, told},
    nodes_by_id, ratings, report_entity,
};
use crate::{
    access::{Guarded, station_token},
    accounts::{self, MemberNode},
    app::Ctx,
    audit::Entry,
    batch::{Batch, Shared},
    change::{Once, answered, payload},
    error::{Fault, Result},
    ids::{GlobalId, NodeKind},
    page::{Keyset, Page, Place, connection, counter, slice},
};

/// A report among the others of its page.
#[derive(Clone)]
pub struct AnswerReportNode {
    report: Arc<AnswerReport>,
    page: Arc<ReportPage>,
}

struct ReportPage {
    answers: Shared<Uuid, AnsweredQuestionNode>,
    people: Shared<Uuid, MemberNode>,
}

fn report_nodes(rows: Vec<AnswerReport>) -> Vec<AnswerReportNode> {
    let page = Arc::new(ReportPage {
        answers: Arc::new(Batch::new(rows.iter().map(|row| row.answered_question_id))),
        people: Arc::new(Batch::new(rows.iter().filter_map(|row| row.resolved_by))),
    });
    let node = |row| AnswerReportNode { report: Arc::new(row), page: Arc::clone(&page) };
    rows.into_iter().map(node).collect()
}

/// What the viewer may see of these reports.
pub async fn report_nodes_by_id(
    ctx: &Ctx,
    ids: Vec<Uuid>,
) -> Result<HashMap<Uuid, AnswerReportNode>> {
    let rows = ratings::reports(ctx, ids).await?.into_values().collect();
    Ok(report_nodes(rows).into_iter().map(|node| (node.report.id, node)).collect())
}

/// An error that somebody found in an answer, for its station and the officers of its district.
#[Object(name = "AnswerReport")]
impl AnswerReportNode {
    /// Its global id.
    pub(crate) async fn id(&self) -> ID {
        GlobalId::encode(NodeKind::AnswerReport, self.report.id)
    }

    /// The answered question that it is about, where the viewer may see it.
    async fn answered_question(
        &self,
        ctx: &Context<'_>,
    ) -> Result<Option<AnsweredQuestionNode>, Fault> {
        let ctx = ctx.data_unchecked::<Ctx>();
        let load = |ids| nodes_by_id(ctx, ids);
        Ok(self.page.answers.get(&self.report.answered_question_id, load).await?.cloned())
    }

    /// What is wrong, in the words of whoever reported it.
    async fn text(&self) -> &str {
        &self.report.text
    }

    /// Where it stands.
    async fn state(&self) -> AnswerReportState {
        self.report.state
    }

    /// What was done about it.
    async fn resolution(&self) -> Option<&str> {
        self.report.resolution.as_deref()
    }

    /// Who dealt with it, where the viewer may see that colleague.
    async fn resolved_by(&self, ctx: &Context<'_>) -> Result<Option<MemberNode>, Fault> {
        let Some(id) = &self.report.resolved_by else { return Ok(None) };
        let ctx = ctx.data_unchecked::<Ctx>();
        let load = |ids| accounts::nodes_by_id(ctx, ids);
        Ok(self.page.people.get(id, load).await?.cloned())
    }

    /// When it was dealt with.
    async fn resolved_at(&self) -> Option<DateTime<Utc>> {
        self.report.resolved_at
    }

    /// How often it has been changed, counted from 1.
    async fn version(&self) -> i32 {
        self.report.version
    }

    /// When it was reported.
    async fn created_at(&self) -> DateTime<Utc> {
        self.report.created_at
    }
}

connection!(
    AnswerReportConnection,
    AnswerReportEdge,
    AnswerReportNode,
    "A page of reports of errors.",
    "A report of an error in a list, with its cursor."
);

/// Which reports are wanted; what is said in several fields must all hold.
#[derive(Debug, Default, InputObject)]
pub(super) struct AnswerReportFilter {
    /// In one of these states.
    states: Option<Vec<AnswerReportState>>,
    /// About answers of the stations with these codes.
    stations: Option<Vec<String>>,
    /// About this answered question.
    answered_question_id: Option<ID>,
}

impl AnswerReportFilter {
    fn condition(self) -> Result<Condition> {
        use report_entity::Column;
        let about = self
            .answered_question_id
            .map(|id| answered_question("filter.answeredQuestionId", &id))
            .transpose()?;
        let owners =
            self.stations.map(|codes| codes.iter().map(|code| station_token(code)).collect());
        Ok(Condition::all()
            .add_option(self.states.map(|states| Column::State.is_in(states)))
            .add_option(owners.map(|owners: Vec<String>| Column::OwnerToken.is_in(owners)))
            .add_option(about.map(|id| Column::AnsweredQuestionId.eq(id))))
    }
}

/// The entry point to reports of errors.
#[derive(Default)]
pub struct AnswerReportQuery;

#[Object]
impl AnswerReportQuery {
    /// The reports of errors in the answers of the viewer's station or district, the newest first.
    async fn answer_reports(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How many, from the front.")] first: Option<i32>,
        #[graphql(desc = "Behind this cursor.")] after: Option<String>,
        #[graphql(desc = "How many, from the back.")] last: Option<i32>,
        #[graphql(desc = "In front of this cursor.")] before: Option<String>,
        #[graphql(desc = "Which reports; all where nothing is said.")] filter: Option<
            AnswerReportFilter,
        >,
    ) -> Result<AnswerReportConnection, Fault> {
        let ctx = ctx.data_unchecked::<Ctx>();
        let page = Page::new(ctx.app.paging, first, after, last, before)?;
        let condition = filter.unwrap_or_default().condition()?;
        let select = report_entity::Entity::visible_to(&ctx.scope()).filter(condition);
        // Ids are made in the order of time.
        let keyset = Keyset {
            name: "answerReports/NEWEST",
            column: report_entity::Column::Id,
            id: report_entity::Column::Id,
            descending: true,
            place: |row: &AnswerReport| (Place::Id, row.id),
        };
        let count = counter(ctx.db(), &select);
        let slice = slice(ctx.db(), select, &keyset, &page).await?;
        Ok(AnswerReportConnection::new(slice, count, report_nodes))
    }
}

/// Whether an answer helped.
#[derive(InputObject)]
struct RateAnsweredQuestionInput {
    /// The global id of the answered question.
    id: ID,
    /// Whether it helped.
    helpful: bool,
    /// The client's own id for this change; asked for again under the same one, it is done once.
    client_mutation_id: Option<String>,
}

/// What is wrong with an answer.
#[derive(InputObject)]
struct ReportAnswerErrorInput {
    /// The global id of the answered question.
    id: ID,
    /// What is wrong; its station and the officers of its district read it.
    text: String,
    /// The client's own id for this change; asked for again under the same one, it is done once.
    client_mutation_id: Option<String>,
}

/// What was done about a report.
#[derive(InputObject)]
struct ResolveAnswerReportInput {
    /// The global id of the report.
    report_id: ID,
    /// Its version, as it was read.
    version: i32,
    /// What was done about it.
    note: String,
    /// The client's own id for this change; asked for again under the same one, it is done once.
    client_mutation_id: Option<String>,
}

payload!(RateAnsweredQuestionPayload {
    answered_question: AnsweredQuestionNode = "The answered question, with its figures."
});
payload!(ReportAnswerErrorPayload {
    answered_question: AnsweredQuestionNode = "The answered question, whose station has been told."
});
payload!(ResolveAnswerReportPayload { report: AnswerReportNode = "The report as it is now." });

/// What readers say of answers.
#[derive(Default)]
pub struct AnswerReaderMutation;

#[Object]
impl AnswerReaderMutation {
    /// Says whether an answer helped. Everybody says it once; saying it again takes the place of what was said before.
    async fn rate_answered_question(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Which answered question, and whether it helped.")]
        input: RateAnsweredQuestionInput,
    ) -> Result<RateAnsweredQuestionPayload, Fault> {
        let ctx = context.data_unchecked::<Ctx>();
        let client_mutation_id = input.client_mutation_id;
        let ctx = &ctx.asked(Once::of(context, ctx, client_mutation_id.as_deref()));
        let id = answered_question("id", &input.id)?;
        let outcome = ratings::rate(ctx, id, input.helpful).await;
        let answered = told(ctx, "rateAnsweredQuestion", Some(id), outcome).await?;
        Ok(RateAnsweredQuestionPayload::new(answered, client_mutation_id))
    }

    /// Reports an error in an answer to its station.
    async fn report_answer_error(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Which answered question, and what is wrong.")]
        input: ReportAnswerErrorInput,
    ) -> Result<ReportAnswerErrorPayload, Fault> {
        let ctx = context.data_unchecked::<Ctx>();
        let client_mutation_id = input.client_mutation_id;
        let ctx = &ctx.asked(Once::of(context, ctx, client_mutation_id.as_deref()));
        let id = answered_question("id", &input.id)?;
        let outcome = ratings::report(ctx, id, &input.text).await;
        let answered = told(ctx, "reportAnswerError", Some(id), outcome).await?;
        Ok(ReportAnswerErrorPayload::new(answered, client_mutation_id))
    }

    /// Ends a report with a note of what was done about it.
    async fn resolve_answer_report(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Which report, and what was done.")] input: ResolveAnswerReportInput,
    ) -> Result<ResolveAnswerReportPayload, Fault> {
        let ctx = context.data_unchecked::<Ctx>();
        let client_mutation_id = input.client_mutation_id;
        let ctx = &ctx.asked(Once::of(context, ctx, client_mutation_id.as_deref()));
        let id = GlobalId::decode_as("reportId", &input.report_id, NodeKind::AnswerReport)?;
        let outcome = ratings::resolve(ctx, id, input.version, &input.note).await;
        let entry = Entry::new("resolveAnswerReport").of(NodeKind::AnswerReport, id);
        let load = async |id| Ok(report_nodes_by_id(ctx, vec![id]).await?.remove(&id));
        let answered = answered(ctx, entry, Some(id), outcome, load).await?;
        Ok(ResolveAnswerReportPayload::new(answered, client_mutation_id))
    }
}
