//! How the register is read and kept from outside.

use async_graphql::{Context, ID, InputObject, MaybeUndefined, Object, SimpleObject};
use sea_orm::sea_query::{Func, LikeExpr};
use sea_orm::{
    Condition, ExprTrait as _, QueryFilter, QuerySelect, QueryTrait, entity::prelude::*,
};

use super::{
    Employment, Enrolment, Member, MemberNode, MemberState, Post, Step,
    administration::{self, MemberChange},
    member_entity, member_graphql,
};
use crate::{
    access::{Guarded, Role},
    app::Ctx,
    audit::Entry,
    change::{Answered, Once, UserError, answered, payload},
    error::{Done, Fault, Result},
    ids::{GlobalId, NodeKind},
    page::{Keyset, Page, Place, connection, counter, slice},
    scalars::{Date, RevisionScalar},
    stations,
};

connection!(
    MemberConnection,
    MemberEdge,
    MemberNode,
    "A page of members.",
    "A member in a list, with its cursor."
);

/// Which members are wanted.
#[derive(Debug, Default, InputObject)]
struct MemberFilter {
    /// In one of these states: only members whose register the viewer keeps.
    states: Option<Vec<MemberState>>,
    /// There for one of these.
    roles: Option<Vec<Role>>,
    /// Of the stations with these codes.
    stations: Option<Vec<String>>,
    /// Only those at work (true), or only those who are not (false).
    at_work: Option<bool>,
    /// Whose name holds this text, or whose login does, where the viewer keeps their register.
    text: Option<String>,
}

impl MemberFilter {
    fn condition(self, ctx: &Ctx) -> Condition {
        use member_entity::Column;
        let mut condition = Condition::all();
        let kept = || administration::kept_by(&ctx.viewer);
        if let Some(states) = self.states {
            condition = condition.add(Column::State.is_in(states)).add(kept());
        }
        if let Some(roles) = self.roles {
            condition = condition.add(Column::Role.is_in(roles));
        }
        if let Some(codes) = self.stations {
            let ids = stations::entity::Entity::visible_to(&ctx.scope())
                .select_only()
                .column(stations::entity::Column::Id)
                .filter(stations::entity::Column::Code.is_in(codes));
            condition = condition.add(Column::StationId.in_subquery(ids.into_query()));
        }
        if let Some(at_work) = self.at_work {
            let entering = Condition::all()
                .add(Column::State.eq(MemberState::Active))
                .add(Column::UndertakingSignedOn.is_not_null());
            condition = condition.add(if at_work { entering } else { entering.not() });
        }
        let text = self.text.map(|text| text.trim().to_lowercase()).filter(|text| !text.is_empty());
        if let Some(text) = text {
            let name = Expr::expr(Func::lower(Expr::col(Column::Name))).like(holding(&text));
            let login = Condition::all().add(Column::Login.like(holding(&text))).add(kept());
            condition = condition.add(Condition::any().add(name).add(login));
        }
        condition
    }
}

/// A pattern for what holds a text, whose own signs mean themselves.
fn holding(text: &str) -> LikeExpr {
    let mut pattern = String::from("%");
    for sign in text.chars() {
        if matches!(sign, '%' | '_' | '\\') {
            pattern.push('\\');
        }
        pattern.push(sign);
    }
    pattern.push('%');
    LikeExpr::new(pattern).escape('\\')
}

/// The entry point to the register.
#[derive(Default)]
pub struct RegisterQuery;

#[Object]
impl RegisterQuery {
    /// The members whom the viewer sees: a station's people each other and the officers of their district, officers the
    /// people below and beside them, a tech-transfer office its own. In the order in which they came onto the register.
    async fn members(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How many, from the front.")] first: Option<i32>,
        #[graphql(desc = "Behind this cursor.")] after: Option<String>,
        #[graphql(desc = "How many, from the back.")] last: Option<i32>,
        #[graphql(desc = "In front of this cursor.")] before: Option<String>,
        #[graphql(desc = "Which members; all where nothing is said.")] filter: Option<MemberFilter>,
    ) -> Result<MemberConnection, Fault> {
        let ctx = ctx.data_unchecked::<Ctx>();
        let page = Page::new(ctx.app.paging, first, after, last, before)?;
        let select = member_entity::Entity::visible_to(&ctx.scope())
            .filter(filter.unwrap_or_default().condition(ctx));
        let keyset = Keyset {
            name: "members",
            column: member_entity::Column::Id,
            id: member_entity::Column::Id,
            descending: false,
            place: |row: &Member| (Place::Id, row.id),
        };
        let count = counter(ctx.db(), &select);
        let slice = slice(ctx.db(), select, &keyset, &page).await?;
        Ok(MemberConnection::new(slice, count, member_graphql::nodes))
    }
}

/// What somebody is there for, and where.
#[derive(InputObject)]
struct PostInput {
    /// What they are there for. Nobody gives a role above their own.
    role: Role,
    /// The station of staff and heads.
    station_id: Option<ID>,
    /// The district of a district's officer.
    district_id: Option<ID>,
    /// The organization of a tech-transfer office.
    organization_id: Option<ID>,
}

impl PostInput {
    fn read(&self) -> Result<Post> {
        let read = |field: &str, id: &Option<ID>, kind| {
            id.as_ref().map(|id| GlobalId::decode_as(field, id, kind)).transpose()
        };
        Ok(Post {
            role: self.role,
            station: read("post.stationId", &self.station_id, NodeKind::Station)?,
            district: read("post.districtId", &self.district_id, NodeKind::District)?,
            organization: read(
                "post.organizationId",
                &self.organization_id,
                NodeKind::Organization,
            )?,
        })
    }
}

/// Somebody who is to be put on the register.
#[derive(InputObject)]
struct EnrolMemberInput {
    /// The name to sign in with: 2 to 128 letters, digits or the signs `. _ - @ +`.
    login: String,
    /// What people call them.
    name: String,
    /// What they are there for, and where.
    post: PostInput,
    /// How they are employed.
    employment: Option<Employment>,
    /// The day on which they signed the undertaking of confidentiality; with it they are at work at once.
    undertaking_signed_on: Option<Date>,
    /// The areas that they know about.
    #[graphql(default)]
    area_ids: Vec<ID>,
    /// Make a first password. Without one they sign in by single sign-on.
    #[graphql(default)]
    with_password: bool,
    /// The client's own id for this change.
    client_mutation_id: Option<String>,
}

impl EnrolMemberInput {
    fn read(self) -> Result<Enrolment> {
        let post = self.post.read()?;
        Ok(Enrolment {
            login: self.login,
            name: self.name,
            role: post.role,
            station: post.station,
            district: post.district,
            organization: post.organization,
            employment: self.employment,
            undertaking_signed_on: self.undertaking_signed_on.map(|day| day.0),
            areas: read_areas(&self.area_ids)?,
            password: None,
        })
    }
}

fn read_areas(ids: &[ID]) -> Result<Vec<Uuid>> {
    ids.iter().map(|id| GlobalId::decode_as("areaIds", id, NodeKind::ExpertiseArea)).collect()
}

/// What came of a change that gives a member a password.
#[derive(SimpleObject)]
struct MemberPasswordPayload {
    /// The member as the register has them now.
    member: Option<MemberNode>,
    /// The password, where one was made: shown this once and kept nowhere. It is absent where the same change is sent a
    /// second time.
    initial_password: Option<String>,
    /// Why nothing was changed; empty where it was.
    user_errors: Vec<UserError>,
    /// The revision of the change: given to `search(atLeast:)`, it waits until the change is found.
    revision: Option<RevisionScalar>,
    /// The id that the client gave to this change.
    client_mutation_id: Option<String>,
}

impl MemberPasswordPayload {
    fn new(
        answered: Answered<MemberNode>,
        initial_password: Option<String>,
        client_mutation_id: Option<String>,
    ) -> Self {
        let Answered { node: member, user_errors, revision } = answered;
        Self { member, initial_password, user_errors, revision, client_mutation_id }
    }
}

/// What is to be otherwise about a member.
#[derive(InputObject)]
struct ChangeMemberInput {
    /// The member.
    member_id: ID,
    /// The version of the entry that was read.
    version: i32,
    /// Their name; as it is where nothing is said.
    name: Option<String>,
    /// How they are employed; as it is where nothing is said, not said any more where it is null.
    employment: MaybeUndefined<Employment>,
    /// The areas that they know about, all of them; as they are where nothing is said.
    area_ids: Option<Vec<ID>>,
    /// Their post, whole; as it is where nothing is said.
    post: Option<PostInput>,
    /// The client's own id for this change.
    client_mutation_id: Option<String>,
}

impl ChangeMemberInput {
    fn read(&self) -> Result<MemberChange> {
        Ok(MemberChange {
            name: self.name.clone(),
            employment: match self.employment {
                MaybeUndefined::Undefined => None,
                MaybeUndefined::Null => Some(None),
                MaybeUndefined::Value(employment) => Some(Some(employment)),
            },
            areas: self.area_ids.as_deref().map(read_areas).transpose()?,
            post: self.post.as_ref().map(PostInput::read).transpose()?,
        })
    }
}

/// Who has signed the undertaking of confidentiality, and when.
#[derive(InputObject)]
struct SignUndertakingInput {
    /// The member.
    member_id: ID,
    /// The version of the entry that was read.
    version: i32,
    /// The day on which they signed it.
    signed_on: Date,
    /// The client's own id for this change.
    client_mutation_id: Option<String>,
}

/// A member, as the register was read.
#[derive(InputObject)]
struct MemberInput {
    /// The member.
    member_id: ID,
    /// The version of the entry that was read.
    version: i32,
    /// The client's own id for this change.
    client_mutation_id: Option<String>,
}

/// Who is to be kept out, and why.
#[derive(InputObject)]
struct SuspendMemberInput {
    /// The member.
    member_id: ID,
    /// The version of the entry that was read.
    version: i32,
    /// Why, for those who keep the register.
    reason: String,
    /// The client's own id for this change.
    client_mutation_id: Option<String>,
}

/// Who has left.
#[derive(InputObject)]
struct MemberLeftInput {
    /// The member.
    member_id: ID,
    /// The version of the entry that was read.
    version: i32,
    /// Why, for those who keep the register.
    reason: Option<String>,
    /// The client's own id for this change.
    client_mutation_id: Option<String>,
}

payload!(MemberPayload { member: MemberNode = "the member as the register has them now." });

/// Keeping the register.
#[derive(Default)]
pub struct RegisterMutation;

#[Object]
impl RegisterMutation {
    /// Puts somebody on the register. Heads do so for their station, district officers for their district, the municipal
    /// level and administrators for all.
    async fn enrol_member(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Who, and at which post.")] input: EnrolMemberInput,
    ) -> Result<MemberPasswordPayload, Fault> {
        let ctx = context.data_unchecked::<Ctx>();
        let client_mutation_id = input.client_mutation_id.clone();
        let ctx = &ctx.asked(Once::of(context, ctx, client_mutation_id.as_deref()));
        let with_password = input.with_password;
        let outcome = match input.read() {
            Ok(enrolment) => administration::enrol_member(ctx, enrolment, with_password).await,
            Err(fault) => Err(fault),
        };
        let mut password = None;
        let outcome = outcome.map(|(done, made)| {
            password = made;
            done
        });
        let refused = Entry::new("enrolMember");
        let answered =
            answered(ctx, refused, None, outcome, async |id| node(ctx, id).await).await?;
        Ok(MemberPasswordPayload::new(answered, password, client_mutation_id))
    }

    /// Changes what the register says of a member: name, employment, areas, post.
    async fn change_member(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Who, and what is to be otherwise.")] input: ChangeMemberInput,
    ) -> Result<MemberPayload, Fault> {
        let asked = Asked::of(context, &input.member_id, input.client_mutation_id.clone())?;
        let outcome = match input.read() {
            Ok(change) => {
                administration::change_member(&asked.ctx, asked.id, input.version, change).await
            }
            Err(fault) => Err(fault),
        };
        asked.answer("changeMember", outcome).await
    }

    /// Notes that a member has signed the undertaking of confidentiality. Without it nobody gets in.
    async fn sign_undertaking(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Who, and when.")] input: SignUndertakingInput,
    ) -> Result<MemberPayload, Fault> {
        let asked = Asked::of(context, &input.member_id, input.client_mutation_id)?;
        let day = input.signed_on.0;
        let outcome = administration::sign_undertaking(&asked.ctx, asked.id, input.version, day);
        let outcome = outcome.await;
        asked.answer("signUndertaking", outcome).await
    }

    /// Lets a member go to work, for the first time or after they were suspended.
    async fn activate_member(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Who.")] input: MemberInput,
    ) -> Result<MemberPayload, Fault> {
        let asked = Asked::of(context, &input.member_id, input.client_mutation_id)?;
        asked.step("activateMember", input.version, Step::Activate).await
    }

    /// Keeps a member out for a time: with their next request they are signed out.
    async fn suspend_member(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Who, and why.")] input: SuspendMemberInput,
    ) -> Result<MemberPayload, Fault> {
        let asked = Asked::of(context, &input.member_id, input.client_mutation_id)?;
        let step = Step::Suspend { reason: input.reason };
        asked.step("suspendMember", input.version, step).await
    }

    /// Lets a member leave, for good: with their next request they are signed out. What they wrote keeps their name.
    async fn member_left(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Who.")] input: MemberLeftInput,
    ) -> Result<MemberPayload, Fault> {
        let asked = Asked::of(context, &input.member_id, input.client_mutation_id)?;
        asked.step("memberLeft", input.version, Step::Leave { reason: input.reason }).await
    }

    /// Gives a member a new password, shown this once, and ends all their sessions.
    async fn reset_password(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Whose.")] input: MemberInput,
    ) -> Result<MemberPasswordPayload, Fault> {
        let asked = Asked::of(context, &input.member_id, input.client_mutation_id)?;
        let mut password = None;
        let outcome = administration::reset_password(&asked.ctx, asked.id, input.version).await;
        let outcome = outcome.map(|(done, made)| {
            password = Some(made);
            done
        });
        let client_mutation_id = asked.client_mutation_id.clone();
        let answered = asked.answered("resetPassword", outcome).await?;
        Ok(MemberPasswordPayload::new(answered, password, client_mutation_id))
    }
}

/// A mutation about one member.
struct Asked {
    ctx: Ctx,
    id: Uuid,
    client_mutation_id: Option<String>,
}

impl Asked {
    fn of(context: &Context<'_>, id: &ID, client_mutation_id: Option<String>) -> Result<Self> {
        let ctx = context.data_unchecked::<Ctx>();
        let id = GlobalId::decode_as("memberId", id, NodeKind::Member)?;
        let ctx = ctx.asked(Once::of(context, ctx, client_mutation_id.as_deref()));
        Ok(Self { ctx, id, client_mutation_id })
    }

    async fn step(
        self,
        action: &'static str,
        version: i32,
        step: Step,
    ) -> Result<MemberPayload, Fault> {
        let outcome = administration::step_member(&self.ctx, action, self.id, version, step).await;
        self.answer(action, outcome).await
    }

    async fn answer(
        self,
        action: &'static str,
        outcome: Result<Done>,
    ) -> Result<MemberPayload, Fault> {
        let client_mutation_id = self.client_mutation_id.clone();
        Ok(MemberPayload::new(self.answered(action, outcome).await?, client_mutation_id))
    }

    async fn answered(
        self,
        action: &'static str,
        outcome: Result<Done>,
    ) -> Result<Answered<MemberNode>, Fault> {
        let refused = Entry::new(action).of(NodeKind::Member, self.id);
        let load = async |id| node(&self.ctx, id).await;
        answered(&self.ctx, refused, Some(self.id), outcome, load).await
    }
}

async fn node(ctx: &Ctx, id: Uuid) -> Result<Option<MemberNode>> {
    Ok(member_graphql::nodes_by_id(ctx, vec![id]).await?.remove(&id))
}
