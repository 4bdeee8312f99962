//! Keeping the register: who is put on it, at which post, and what becomes of them. Each change is for those whose right
//! to keep the register reaches the member's post, and nobody gives or touches a role above their own.

use chrono::NaiveDate;
use sea_orm::{Condition, QueryFilter as _, Set, entity::prelude::*};

use super::{
    Employment, Enrolment, Member, Post, Step, area_entity, by_id, by_ids, enrol, member_entity,
    passwords,
    posts::Places,
    register::{check_name, keep_areas},
    states,
};
use crate::{
    access::{self, Action, Guarded, Reach, Scope, Viewer},
    app::Ctx,
    audit::Entry,
    change::{Change, check_version},
    error::{Done, Error, Result},
    ids::NodeKind,
    language::Text,
    stations,
};

/// What is to be otherwise about a member; what is absent stays as it is.
#[derive(Clone, Debug, Default)]
pub(super) struct MemberChange {
    /// Their name.
    pub(super) name: Option<String>,
    /// How they are employed; nothing said any more where it is given as nothing.
    pub(super) employment: Option<Option<Employment>>,
    /// The areas that they know about, all of them.
    pub(super) areas: Option<Vec<Uuid>>,
    /// Their post.
    pub(super) post: Option<Post>,
}

/// What the fields of a post are called in the inputs.
const POST: [&str; 3] = ["post.stationId", "post.districtId", "post.organizationId"];

/// Puts somebody on the register. With `with_password` a first password is made, which is given back and kept nowhere.
pub(super) async fn enrol_member(
    ctx: &Ctx,
    enrolment: Enrolment,
    with_password: bool,
) -> Result<(Done, Option<String>)> {
    access::check_at_all(&ctx.viewer, Action::KeepRegister)?;
    let post = Post::from(&enrolment);
    let places = checked_post(ctx, &post).await?;
    if let Some(day) = enrolment.undertaking_signed_on {
        states::check_signed_on("undertakingSignedOn", day, ctx.today)?;
    }
    check_areas(ctx, &enrolment.areas).await?;
    let password = with_password.then(passwords::random_password);
    let checked = Enrolment { password: password.clone(), ..enrolment }.checked().await?;
    let mut change = Change::begin(ctx).await?;
    let member = enrol(&*change, checked, &change.actor(), ctx.now()).await?;
    let entry = Entry::new("enrolMember").of(NodeKind::Member, member.id);
    change.audit(entry.within(places.district(&post)).saying(member.state.to_value()));
    Ok((change.commit(member.id).await?, password))
}

/// Changes what the register says of a member.
pub(super) async fn change_member(
    ctx: &Ctx,
    id: Uuid,
    version: i32,
    wanted: MemberChange,
) -> Result<Done> {
    let kept = kept(ctx, id).await?;
    let name = wanted.name.as_deref().map(check_name).transpose()?;
    let places = match &wanted.post {
        Some(post) => Some(checked_post(ctx, post).await?),
        None => None,
    };
    check_areas(ctx, wanted.areas.as_deref().unwrap_or_default()).await?;
    let mut change = Change::begin(ctx).await?;
    let member = kept.present(&change, version).await?;
    states::check_present(&member)?;
    let mut row = <member_entity::ActiveModel as Default>::default();
    if let Some(name) = name {
        row.name = Set(name);
    }
    if let Some(employment) = wanted.employment {
        row.employment = Set(employment);
    }
    let entry = || Entry::new("changeMember").of(NodeKind::Member, id);
    let mut entries = vec![entry().within(kept.district.as_deref())];
    if let (Some(post), Some(places)) = (wanted.post, places) {
        if post.role != member.role {
            states::leave_an_administrator(&*change, &member).await?;
            let said = format!("{} → {}", member.role.to_value(), post.role.to_value());
            entries[0] = entry().within(kept.district.as_deref()).saying(said);
        }
        // Both districts learn of somebody who goes from one to the other.
        let to = places.district(&post);
        entries.extend((to != kept.district.as_deref()).then(|| entry().within(to)));
        row.role = Set(post.role);
        row.station_id = Set(post.station);
        row.district_id = Set(post.district);
        row.organization_id = Set(post.organization);
    }
    states::save(&*change, &member, row, &change.actor(), ctx.now()).await?;
    if let Some(areas) = wanted.areas {
        keep_areas(&*change, id, areas).await?;
    }
    entries.into_iter().for_each(|entry| change.audit(entry));
    change.commit(id).await
}

/// Notes that a member has signed the undertaking of confidentiality.
pub(super) async fn sign_undertaking(
    ctx: &Ctx,
    id: Uuid,
    version: i32,
    day: NaiveDate,
) -> Result<Done> {
    let kept = kept(ctx, id).await?;
    let mut change = Change::begin(ctx).await?;
    let member = kept.present(&change, version).await?;
    let (by, now) = (change.actor(), ctx.now());
    states::sign_undertaking(&*change, &member, day, ctx.today, &by, now).await?;
    change.audit(kept.entry("signUndertaking").saying(day.to_string()));
    change.commit(id).await
}

/// Lets a member go to work, keeps them out, or lets them leave. `action` is the name of the mutation.
pub(super) async fn step_member(
    ctx: &Ctx,
    action: &'static str,
    id: Uuid,
    version: i32,
    step: Step,
) -> Result<Done> {
    let kept = kept(ctx, id).await?;
    let mut change = Change::begin(ctx).await?;
    let member = kept.present(&change, version).await?;
    let state = states::step(&*change, &member, step, &change.actor(), ctx.now()).await?;
    change.audit(kept.entry(action).saying(state.to_value()));
    change.commit(id).await
}

/// Gives a member a new password, which is given back and kept nowhere. All their sessions end.
pub(super) async fn reset_password(ctx: &Ctx, id: Uuid, version: i32) -> Result<(Done, String)> {
    let kept = kept(ctx, id).await?;
    let password = passwords::random_password();
    let hash = passwords::hash(&password).await?;
    let mut change = Change::begin(ctx).await?;
    let member = kept.present(&change, version).await?;
    states::put_password(&*change, &member, hash, &change.actor(), ctx.now()).await?;
    change.audit(kept.entry("resetPassword"));
    Ok((change.commit(id).await?, password))
}

/// A member whom the viewer keeps, as they were when the right was looked at.
struct Kept {
    member: Member,
    district: Option<String>,
}

async fn kept(ctx: &Ctx, id: Uuid) -> Result<Kept> {
    access::check_at_all(&ctx.viewer, Action::KeepRegister)?;
    let member = by_ids(ctx.db(), &ctx.scope(), vec![id]).await?.remove(&id);
    let member = member.ok_or(Error::NotFound)?;
    let post = Post::from(&member);
    let places = Places::load(ctx.db(), &[post]).await?;
    places.check_keeper(&ctx.viewer, &post)?;
    Ok(Kept { district: places.district(&post).map(str::to_owned), member })
}

impl Kept {
    /// The member within a change: as the caller has seen them, and at the post that the right was looked at for.
    async fn present(&self, change: &Change<'_>, version: i32) -> Result<Member> {
        let member = by_id(&**change, self.member.id).await?.ok_or(Error::NotFound)?;
        check_version(member.version, version)?;
        check_version(member.version, self.member.version)?;
        Ok(member)
    }

    fn entry(&self, action: &'static str) -> Entry {
        let entry = Entry::new(action).of(NodeKind::Member, self.member.id);
        entry.within(self.district.as_deref())
    }
}

/// The places of a post that somebody is to have: it must be one, be there, and be the viewer's to give.
async fn checked_post(ctx: &Ctx, post: &Post) -> Result<Places> {
    post.check(POST)?;
    let places = Places::load(ctx.db(), std::slice::from_ref(post)).await?;
    places.check(post, POST)?;
    places.check_keeper(&ctx.viewer, post)?;
    Ok(places)
}

async fn check_areas(ctx: &Ctx, areas: &[Uuid]) -> Result<()> {
    let tree = ctx.tree().await?;
    if areas.iter().all(|id| tree.by_id(*id).is_some()) {
        return Ok(());
    }
    let reason = Text::new(
        "there is no area with one of these ids; expertiseAreas lists them",
        "其中有不存在的专业领域，可用 expertiseAreas 查看全部领域",
    );
    Err(Error::invalid("areaIds", reason))
}

/// The members whom a viewer keeps, as a condition: what [`Places::may_keep`] says of each, for lists.
pub(super) fn kept_by(viewer: &Viewer) -> Condition {
    use member_entity::Column;
    let roles = access::roles_given(viewer).iter().copied();
    let roles = Condition::all().add(Column::Role.is_in(roles));
    let nobody = Condition::all().add(Expr::value(false));
    let Some(member) = viewer.member() else { return nobody };
    match viewer.reach(Action::KeepRegister) {
        Reach::Yes => roles,
        Reach::Own => match &member.station {
            Some(station) => roles.add(Column::StationId.eq(station.id)),
            None => nobody,
        },
        Reach::District => match &member.district {
            Some(district) => {
                roles.add(Condition::any().add(Column::DistrictId.eq(district.id)).add(
                    Column::StationId.in_subquery(stations::ids_of_district(Some(district.id))),
                ))
            }
            None => nobody,
        },
        Reach::No | Reach::Escalated => nobody,
    }
}

/// The areas that the register says, by member.
pub(super) async fn area_ids(
    db: &impl ConnectionTrait,
    members: Vec<Uuid>,
) -> Result<std::collections::HashMap<Uuid, Vec<Uuid>>> {
    let rows = area_entity::Entity::visible_to(&Scope::Service)
        .filter(area_entity::Column::MemberId.is_in(members))
        .all(db)
        .await?;
    Ok(crate::batch::grouped(rows.into_iter().map(|row| (row.member_id, row.area_id))))
}
