//! Asking for contact, and taking that back.

use sea_orm::{IntoActiveModel as _, QueryFilter, entity::prelude::*, sea_query::OnConflict};

use super::{
    Introduction, IntroductionPurpose, IntroductionSide, IntroductionState, IntroductionStep,
    IntroductionSubjectKind,
    contact::Contact,
    entity,
    steps::{self, About},
    store,
    target::{self, Target},
    tick,
};
use crate::{
    access::{
        Action, Guarded, Holding, Identity, Scope, check, check_at_all, client_token,
        district_bureau, station_token,
    },
    app::Ctx,
    change::{Change, Done},
    error::{Error, Result, RuleCode},
    ids::new_id,
    language::Text,
    needs::{self, Found, Need},
    outbox::{Note, Subject},
};

const MAX_MESSAGE: usize = 3_000;

/// What somebody asks for.
#[derive(Clone, Debug)]
pub(super) struct Request {
    pub(super) about: (IntroductionSubjectKind, Uuid),
    pub(super) need: Option<Uuid>,
    pub(super) purpose: IntroductionPurpose,
    pub(super) message: String,
    pub(super) contact: Contact,
}

/// Asks for contact.
///
/// # Errors
/// [`Error::NotFound`] for what the viewer may not see; [`Error::Invalid`] for what is not offered, or is their own, or a
/// message that names a company; [`Error::Rule`] where the same is being asked for already.
pub(super) async fn request(ctx: &Ctx, request: Request) -> Result<Done> {
    check_at_all(&ctx.viewer, Action::AskIntroduction)?;
    let contact = request.contact.clone().checked()?;
    let message = checked_message(&request.message)?;
    let about = target::load(ctx, ctx.db(), &ctx.scope(), &[request.about]).await?;
    let about = about.into_values().next().ok_or(Error::NotFound)?;
    let mut row = blank(ctx, &about)?;
    check(&ctx.viewer, Action::AskIntroduction, &Holding::of(row.asker_token.clone(), None))?;
    check_target(ctx, &about)?;
    let need = match request.need {
        Some(id) => Some(own_need(ctx, &row, id).await?),
        None => None,
    };
    let case = need.as_ref().and_then(|need| need.consultation_id);
    Found::within(ctx, &[("message", &message)], case).await?.check_sure("message")?;
    let (key, wrapped) = ctx.app.vault.new_data_key();
    row.need_id = request.need;
    row.purpose = request.purpose;
    row.message = message;
    row.data_key = wrapped.into();
    row.sealed_asker_contact = Some(contact.seal(&key, row.id, IntroductionSide::Asking)?);
    row.open_key = Some(open_key(&row));
    let mut change = Change::begin(ctx).await?;
    make_room(ctx, &mut change, &row).await?;
    let place = OnConflict::column(entity::Column::OpenKey).do_nothing().to_owned();
    let inserted = entity::Entity::insert(row.clone().into_active_model())
        .on_conflict(place)
        .exec_without_returning(&*change)
        .await;
    match inserted {
        Ok(0) | Err(DbErr::RecordNotInserted) => return Err(asked_already()),
        Ok(_) => {}
        Err(fault) => return Err(fault.into()),
    }
    let after = store::tokens(&row);
    change.note(Note { subject: Subject::Introduction, id: row.id, before: Vec::new(), after });
    if let Some(id) = row.need_id {
        // As it is now: it may have been changed since it was looked at.
        let need = needs::find(&*change, &ctx.scope(), id).await?;
        needs::matched(ctx, &mut change, &need).await?;
    }
    change.audit(store::entry("requestIntroduction", &row).saying(row.about_kind.to_value()));
    change.commit(row.id).await
}

/// Who asks for what.
fn open_key(row: &Introduction) -> String {
    let need = row.need_id.map(|id| id.simple().to_string()).unwrap_or_default();
    format!("{} {} {need}", row.asker_token, row.about_id.simple())
}

/// Lets the same be asked for again where the last request has expired and that has not been written down yet.
async fn make_room(ctx: &Ctx, change: &mut Change<'_>, row: &Introduction) -> Result<()> {
    let before = entity::Entity::visible_to(&Scope::Service)
        .filter(entity::Column::OpenKey.eq(row.open_key.clone()))
        .one(&**change)
        .await?;
    match before {
        None => Ok(()),
        Some(old) if old.state_on(ctx.today) == IntroductionState::Expired => {
            tick::expire(change.write(), &old, ctx.now()).await
        }
        Some(_) => Err(asked_already()),
    }
}

fn asked_already() -> Error {
    let reason = Text::new(
        "this has been asked for already, and goes on; introductions lists it",
        "已提出过相同的对接请求且仍在进行，可用 introductions 查看",
    );
    Error::rule(RuleCode::AlreadyThere, "aboutId", reason)
}

fn checked_message(message: &str) -> Result<String> {
    let message = message.trim();
    let length = message.chars().count();
    if (1..=MAX_MESSAGE).contains(&length) && !message.contains('\0') {
        return Ok(message.to_owned());
    }
    let reason = Text::new(
        format!("has {length} characters; it takes 1 to {MAX_MESSAGE}"),
        format!("共 {length} 个字符，应为 1 至 {MAX_MESSAGE} 个"),
    );
    Err(Error::invalid("message", reason))
}

/// Whether contact can be asked for at all: nobody is introduced to themselves, and not to what is no longer offered.
fn check_target(ctx: &Ctx, about: &Target) -> Result<()> {
    let organization = match ctx.viewer.identity() {
        Identity::Anonymous => None,
        Identity::Member(member) => member.organization,
        Identity::Client(client) => client.organization,
    };
    let reason = if organization == Some(about.organization_id) {
        Text::new("this is your own organization's", "这是本机构自己的内容")
    } else if !about.takes_requests {
        Text::new("this is not offered any more", "该项内容已不再提供")
    } else {
        return Ok(());
    };
    Err(Error::invalid("aboutId", reason))
}

/// A need of those who ask, for which they ask.
async fn own_need(ctx: &Ctx, row: &Introduction, id: Uuid) -> Result<Need> {
    let need = needs::find(ctx.db(), &ctx.scope(), id).await?;
    let reason = if need.owner_token != row.asker_token {
        Text::new(
            "this need is another's: ask for your own, or name none",
            "该需求由他人提出：请填写本方的需求，或留空",
        )
    } else if !need.state_on(ctx.today).is_shown() {
        Text::new(
            "this need is not open: openNeed or extendNeed first",
            "该需求未开放：请先 openNeed 或 extendNeed",
        )
    } else {
        return Ok(need);
    };
    Err(Error::invalid("needId", reason))
}

/// A request as it begins: who asks follows from who is signed in.
fn blank(ctx: &Ctx, about: &Target) -> Result<Introduction> {
    let now = ctx.now();
    let by = Some(ctx.viewer.identity().actor());
    let (mut station_id, mut client_id, mut asked_by_id, mut district_code) =
        (None, None, None, None);
    let asker_token = match ctx.viewer.identity() {
        Identity::Anonymous => return Err(Error::Unauthenticated),
        Identity::Client(client) => {
            client_id = Some(client.id);
            client_token(client.id)
        }
        Identity::Member(member) => {
            asked_by_id = Some(member.id);
            station_id = member.station.as_ref().map(|place| place.id);
            district_code = member.district.as_ref().map(|place| place.code.clone());
            match (&member.station, &member.district) {
                (Some(station), _) => station_token(&station.code),
                (None, Some(district)) => district_bureau(&district.code),
                (None, None) => return Err(Error::Forbidden),
            }
        }
    };
    Ok(Introduction {
        id: new_id(),
        version: 1,
        created_at: now,
        created_by: by.clone(),
        updated_at: now,
        updated_by: by,
        about_kind: about.kind,
        about_id: about.id,
        organization_id: about.organization_id,
        need_id: None,
        purpose: IntroductionPurpose::Other,
        message: String::new(),
        station_id,
        client_id,
        asked_by_id,
        district_code,
        asker_token,
        owner_token: about.owner_token.clone(),
        open_key: None,
        state: IntroductionState::Requested,
        due_on: ctx.app.introductions.due(&ctx.app.calendar, ctx.today),
        acknowledged_at: None,
        answered_at: None,
        answered_by_id: None,
        closed_at: None,
        decline_reason: None,
        decline_note: None,
        data_key: String::new(),
        sealed_asker_contact: None,
        sealed_owner_contact: None,
    })
}

/// Takes a request back before it is answered.
pub(super) async fn withdraw(ctx: &Ctx, about: About) -> Result<Done> {
    let (mut change, row, _) = steps::at(ctx, about, IntroductionStep::Withdraw).await?;
    let mut changed = row.clone();
    store::ended(&mut changed, IntroductionState::Withdrawn, ctx.now());
    change.audit(store::entry("withdrawIntroduction", &row).saying(changed.state.to_value()));
    store::save(ctx, &mut change, &row, changed).await?;
    change.commit(about.id).await
}
