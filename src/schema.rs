//! The contract: what can be asked, gathered from the rooms.

use async_graphql::{
    Context, MergedObject, MergedSubscription, Object, SDLExportOptions, SchemaBuilder,
};

use crate::{
    access::ViewerNode,
    accounts::{
        AccountMutation, ApiClientMutation, ApiClientQuery, RegisterMutation, RegisterQuery,
        SessionMutation, SessionQuery,
    },
    answers::{
        AffectedQuery, AnswerDraftMutation, AnswerReaderMutation, AnswerReportQuery,
        AnswerReviewMutation, AnsweredQuestionQuery, ConfirmingMutation, ReviewQuery,
    },
    app::Ctx,
    audit::AuditQuery,
    consultations::{ConsultationMutation, ConsultationQuery},
    execution::{Executor, Limits},
    expertise::{ExpertiseMutation, ExpertiseQuery},
    following::{FollowingQuery, FollowingSubscription, SavedSearchMutation, SavedSearchQuery},
    introductions::{IntroductionMutation, IntroductionQuery},
    matching::{MatchListQuery, MatchMutation, MatchQuery, NeedMatchQuery},
    needs::{NeedMutation, NeedQuery},
    node::NodeQuery,
    organizations::{OrganizationQuery, ResourceMutation, ResourceQuery},
    regulations::{
        RegulationMutation, RegulationProposalMutation, RegulationProposalQuery, RegulationQuery,
    },
    reports::ReportQuery,
    research::{
        DashboardQuery, ImportMutation, ImportQuery, ResearchMutation, ResearchQuery,
        TombstoneQuery,
    },
    search::{SearchQuery, SuggestQuery},
    stations::{StationMutation, StationQuery},
    strengths::{StationMatchQuery, StrengthQuery},
};

/// What can be asked.
#[derive(Default, MergedObject)]
pub struct Query(
    NodeQuery,
    ViewerQuery,
    SearchQuery,
    SuggestQuery,
    AnsweredQuestionQuery,
    ReviewQuery,
    AffectedQuery,
    AnswerReportQuery,
    ResearchQuery,
    TombstoneQuery,
    ImportQuery,
    DashboardQuery,
    ResourceQuery,
    OrganizationQuery,
    StationQuery,
    ExpertiseQuery,
    RegulationQuery,
    RegisterQuery,
    SessionQuery,
    ApiClientQuery,
    AuditQuery,
    RegulationProposalQuery,
    ConsultationQuery,
    FollowingQuery,
    SavedSearchQuery,
    ReportQuery,
    StrengthQuery,
    StationMatchQuery,
    NeedQuery,
    MatchQuery,
    MatchListQuery,
    NeedMatchQuery,
    IntroductionQuery,
);

/// What can be changed.
#[derive(Default, MergedObject)]
pub struct Mutation(
    AccountMutation,
    SessionMutation,
    RegisterMutation,
    ApiClientMutation,
    StationMutation,
    ExpertiseMutation,
    ConsultationMutation,
    ConfirmingMutation,
    RegulationMutation,
    RegulationProposalMutation,
    AnswerDraftMutation,
    AnswerReviewMutation,
    AnswerReaderMutation,
    ResearchMutation,
    ImportMutation,
    SavedSearchMutation,
    ResourceMutation,
    NeedMutation,
    MatchMutation,
    IntroductionMutation,
);

/// What can be followed as it happens, over `graphql-transport-ws` or server-sent events. Each event carries a revision:
/// begun again with `since`, a subscription first tells what was missed, and then goes on.
#[derive(Default, MergedSubscription)]
pub struct Subscription(FollowingSubscription);

/// Who is asking.
#[derive(Default)]
pub struct ViewerQuery;

#[Object]
impl ViewerQuery {
    /// Who is asking, as the service understands it.
    async fn viewer(&self, ctx: &Context<'_>) -> ViewerNode {
        ViewerNode(ctx.data_unchecked::<Ctx>().viewer.clone())
    }
}

/// The schema, not yet finished.
pub fn builder() -> SchemaBuilder<Query, Mutation, Subscription> {
    async_graphql::Schema::build(Query::default(), Mutation::default(), Subscription::default())
        .register_output_type::<crate::node::Node>()
}

/// The contract as it is printed: what `schema.graphql` holds.
pub fn sdl() -> String {
    let options = SDLExportOptions::new().include_specified_by();
    let sdl = builder().finish().sdl_with_options(options);
    format!("{}\n", sdl.trim_end())
}

/// What executes requests within limits.
pub fn executor(limits: Limits) -> Result<Executor, String> {
    Executor::new(builder, limits)
}
