//! Writing: from a case or from nothing to a draft, and with it to a second person.
//!
//! All work goes on in a draft of its own, whether its answered question has been shown before or not, so that there is
//! one road for both. Of an answered question that is new, its own people see the draft in the question's place; one that
//! is shown stays as it is until the draft is published.

use chrono::{DateTime, Utc};
use sea_orm::{IntoActiveModel as _, Set, entity::prelude::*, sea_query::OnConflict};

use super::{
    AnswerDraft, AnsweredQuestion, DeidentificationPurpose, State, Step,
    case::{Case, at_version, district_codes, draft_there, member, with_writers},
    content::{Content, Given, words},
    deidentify, draft_entity, entity, findings,
    write::{self, Next},
};
use crate::{
    access::{
        Action, Audience, MemberIdentity, check_at_all, district_bureau, municipal_bureau,
        station_token,
    },
    app::Ctx,
    audit::Entry,
    change::{Change, Done},
    consultations,
    error::{Error, Result},
    ids::{NodeKind, new_id, spoken_number},
    language::Text,
    stations::{self, Station},
};

/// Which draft of which version a step is about.
#[derive(Clone, Copy, Debug)]
pub(super) struct About {
    /// The answered question.
    pub(super) id: Uuid,
    /// The version that the caller has seen.
    pub(super) version: i32,
}

/// What a new answered question begins with.
#[derive(Clone, Debug)]
pub(super) struct Beginning {
    /// The case that it comes from.
    pub(super) consultation: Option<Uuid>,
    /// The station that it is of; that of whoever begins where nothing is said.
    pub(super) station: Option<String>,
    /// What it says; what the case says, without who asked, where nothing is said.
    pub(super) content: Option<Given>,
}

/// The entry in the audit log of a step on an answered question.
pub(super) fn entry(action: &'static str, id: Uuid, district: &str) -> Entry {
    Entry::new(action).of(NodeKind::AnsweredQuestion, id).within(Some(district))
}

/// Begins a new answered question.
pub(super) async fn begin(ctx: &Ctx, beginning: Beginning) -> Result<Done> {
    check_at_all(&ctx.viewer, Action::DraftAnswer)?;
    let author = member(&ctx.viewer)?;
    let source = match beginning.consultation {
        Some(id) => Some(consultations::for_draft(ctx, id).await?),
        None => None,
    };
    let of_case = source.as_ref().map(|source| source.station_id);
    let (station, district) = place(ctx, author, of_case, beginning.station).await?;
    let content = match (beginning.content, source) {
        (Some(given), _) => given.checked(ctx).await?,
        (None, Some(source)) => findings::from_case(ctx, source).await?,
        (None, None) => {
            let reason = Text::new(
                "give the text, or the consultation that it comes from",
                "请填写内容，或指明所依据的咨询",
            );
            return Err(Error::invalid("content", reason));
        }
    };
    let home = home_token(author, &station);
    let row = new_row(ctx, author, &station, &home, beginning.consultation, &content);
    let draft = new_draft(&row, author, &home, ctx.now(), &content)?;
    let mut change = Change::begin(ctx).await?;
    entity::Entity::insert(row.clone().into_active_model())
        .exec_without_returning(&*change)
        .await?;
    write::parts(&change, row.id, &content).await?;
    draft_entity::Entity::insert(draft).exec_without_returning(&*change).await?;
    write::note(&mut change, row.id, Vec::new(), super::store::tokens(&row));
    change.audit(entry("draftAnsweredQuestion", row.id, &district).saying("DRAFT"));
    change.commit(row.id).await
}

/// The station that a new one is of, with the code of its district: for a station's people their own, for officers the
/// one that they name, within their district.
async fn place(
    ctx: &Ctx,
    author: &MemberIdentity,
    of_case: Option<Uuid>,
    named: Option<String>,
) -> Result<(Station, String)> {
    let own = author.station.as_ref().map(|place| place.id);
    let id = match (of_case.or(own), &named) {
        (Some(id), _) => id,
        (None, Some(code)) => {
            let reason = Text::new(
                format!("there is no station {code:?}; stations lists their codes"),
                format!("没有工作站“{code}”，可用 stations 查看全部工作站"),
            );
            let found = stations::by_code(ctx.db(), code).await?;
            found.ok_or_else(|| Error::invalid("station", reason))?.id
        }
        (None, None) => {
            let reason =
                Text::new("name the station whose answer it is", "请指明该答复所属的工作站");
            return Err(Error::invalid("station", reason));
        }
    };
    let station = stations::by_ids(ctx.db(), vec![id]).await?.remove(&id);
    let station = station.ok_or(Error::NotFound)?;
    if named.is_some_and(|code| code != station.code) {
        let reason = Text::new(
            format!("it is of the station {}; leave this out", station.code),
            format!("该答复属于工作站 {}，无需填写此项", station.code),
        );
        return Err(Error::invalid("station", reason));
    }
    let mut districts = district_codes(ctx.db(), std::iter::once(id)).await?;
    let district = districts.remove(&id).unwrap_or_default();
    let own_district = author.district.as_ref().map(|place| place.code.as_str());
    let strange = own.is_some_and(|own| own != id)
        || own_district.is_some_and(|own_district| own_district != district);
    if strange { Err(Error::Forbidden) } else { Ok((station, district)) }
}

/// Who sees a draft from its beginning: the station's people, or for an officer's the bureau.
fn home_token(author: &MemberIdentity, station: &Station) -> String {
    match (&author.station, &author.district) {
        (Some(_), _) => station_token(&station.code),
        (None, Some(district)) => district_bureau(&district.code),
        (None, None) => municipal_bureau(),
    }
}

fn new_row(
    ctx: &Ctx,
    author: &MemberIdentity,
    station: &Station,
    home: &str,
    consultation: Option<Uuid>,
    content: &Content,
) -> AnsweredQuestion {
    let id = new_id();
    let number = spoken_number(&station.code, id);
    let by = Some(ctx.viewer.identity().actor());
    AnsweredQuestion {
        id,
        version: 1,
        created_at: ctx.now(),
        created_by: by.clone(),
        updated_at: ctx.now(),
        updated_by: by,
        external_id: number.clone(),
        number,
        station_id: station.id,
        question: content.question.clone(),
        answer: content.answer.clone(),
        summary: content.summary.clone(),
        product_kind: content.product_kind,
        device_class: content.device_class,
        state: State::Draft,
        audience: Audience::Station,
        audience_token: home.to_owned(),
        owner_token: station_token(&station.code),
        basis: content.basis,
        author: Some(author.name.clone()),
        answered_on: content.answered_on,
        ordered_on: super::filter::ordered_on(content.answered_on),
        confirmed_on: None,
        review_by: content.review_by,
        superseded_by_id: None,
        reuse_count: 0,
        helpful: 0,
        unhelpful: 0,
        content_digest: String::new(),
        author_id: Some(author.id),
        writers: Some(with_writers(None, [author.id])),
        consultation_id: consultation,
        withdrawn_on: None,
        withdrawn_reason: None,
    }
}

fn new_draft(
    row: &AnsweredQuestion,
    author: &MemberIdentity,
    home: &str,
    now: DateTime<Utc>,
    content: &Content,
) -> Result<draft_entity::ActiveModel> {
    let by = Some(crate::access::member_actor(author.id));
    Ok(draft_entity::ActiveModel {
        id: Set(new_id()),
        version: Set(1),
        created_at: Set(now),
        created_by: Set(by.clone()),
        updated_at: Set(now),
        updated_by: Set(by),
        answered_question_id: Set(row.id),
        state: Set(State::Draft),
        author_id: Set(Some(author.id)),
        writers: Set(with_writers(None, [author.id])),
        returned_reason: Set(None),
        submitted_at: Set(None),
        audience_token: Set(home.to_owned()),
        owner_token: Set(row.owner_token.clone()),
        home_token: Set(home.to_owned()),
        ..content.as_draft()?
    })
}

/// Takes up the work on an answered question again.
pub(super) async fn revise(ctx: &Ctx, about: About) -> Result<Done> {
    check_at_all(&ctx.viewer, Step::Revise.action())?;
    let author = member(&ctx.viewer)?;
    let mut change = Change::begin(ctx).await?;
    let case = Case::find(ctx, &*change, about.id).await?;
    case.may(&ctx.viewer, Step::Revise)?;
    at_version(about.version, case.row.version)?;
    case.ready(&ctx.viewer, Step::Revise)?;
    let id = case.row.id;
    let areas = super::area_ids(&*change, vec![id]).await?.remove(&id).unwrap_or_default();
    let citations = super::citations(&*change, vec![id]).await?.remove(&id).unwrap_or_default();
    let content = Content::of_row(&case.row, areas, &citations);
    let home = match &author.station {
        Some(_) => case.row.owner_token.clone(),
        None => author
            .district
            .as_ref()
            .map_or_else(municipal_bureau, |district| district_bureau(&district.code)),
    };
    let draft = new_draft(&case.row, author, &home, ctx.now(), &content)?;
    let inserted = draft_entity::Entity::insert(draft)
        .on_conflict(
            OnConflict::column(draft_entity::Column::AnsweredQuestionId).do_nothing().to_owned(),
        )
        .exec_without_returning(&*change)
        .await;
    match inserted {
        // Somebody else's, which the viewer may not see.
        Ok(0) | Err(DbErr::RecordNotInserted) => return Err(draft_there()),
        Ok(_) => {}
        Err(fault) => return Err(fault.into()),
    }
    if case.is_new() {
        let set = entity::ActiveModel {
            state: Set(State::Draft),
            audience: Set(Audience::Station),
            audience_token: Set(home),
            ..Default::default()
        };
        write::row(ctx, &mut change, &case.row, set).await?;
    } else {
        let seen_by = vec![home, case.row.owner_token.clone()];
        write::note(&mut change, id, Vec::new(), seen_by);
    }
    change.audit(entry("reviseAnsweredQuestion", id, &case.district));
    change.commit(id).await
}

/// Changes what a draft says. Whoever does has had a hand in it, and is no second person any more.
pub(super) async fn edit(ctx: &Ctx, about: About, given: Given) -> Result<Done> {
    check_at_all(&ctx.viewer, Step::EditDraft.action())?;
    let editor = member(&ctx.viewer)?;
    let content = given.checked(ctx).await?;
    let (mut change, case) = at(ctx, about, Step::EditDraft).await?;
    let set = draft_entity::ActiveModel {
        writers: Set(with_writers(Some(&case.draft()?.writers), [editor.id])),
        ..Default::default()
    };
    let next = Next { state: State::Draft, cleared: false, content: Some(&content), set };
    write::draft(ctx, &mut change, &case, next).await?;
    change.audit(entry("editDraft", about.id, &case.district));
    change.commit(about.id).await
}

/// Hands a draft to a second person.
pub(super) async fn submit(ctx: &Ctx, about: About) -> Result<Done> {
    let (mut change, case) = at(ctx, about, Step::SubmitForReview).await?;
    let draft = case.draft()?;
    let content = Content::of_draft(draft)?;
    content.check_complete()?;
    // The same text may have been cleared before, and then given back for another reason.
    let purpose = DeidentificationPurpose::StationExit;
    let cleared =
        deidentify::passes(&*change, about.id, purpose, &content.wording().digest()).await?;
    let set = draft_entity::ActiveModel {
        returned_reason: Set(None),
        submitted_at: Set(Some(ctx.now())),
        ..Default::default()
    };
    let next = Next { state: State::InReview, cleared, content: None, set };
    write::draft(ctx, &mut change, &case, next).await?;
    change.audit(entry("submitForReview", about.id, &case.district).saying("IN_REVIEW"));
    change.commit(about.id).await
}

/// Gives a draft back to whoever wrote it, with a reason.
pub(super) async fn give_back(ctx: &Ctx, about: About, reason: &str) -> Result<Done> {
    check_at_all(&ctx.viewer, Step::ReturnDraft.action())?;
    let reason = words("reason", reason, 1, 1_000)?;
    let (mut change, case) = at(ctx, about, Step::ReturnDraft).await?;
    let set =
        draft_entity::ActiveModel { returned_reason: Set(Some(reason)), ..Default::default() };
    let next = Next { state: State::Draft, cleared: false, content: None, set };
    write::draft(ctx, &mut change, &case, next).await?;
    change.audit(entry("returnDraft", about.id, &case.district).saying("DRAFT"));
    change.commit(about.id).await
}

/// Gives a draft up. An answered question that was never shown is kept for its station as archived.
pub(super) async fn discard(ctx: &Ctx, about: About) -> Result<Done> {
    let (mut change, case) = at(ctx, about, Step::DiscardDraft).await?;
    write::drop_draft(&change, &case).await?;
    let owner = case.row.owner_token.clone();
    if case.is_new() {
        let set = entity::ActiveModel {
            state: Set(State::Archived),
            audience: Set(Audience::Station),
            audience_token: Set(owner),
            ..Default::default()
        };
        write::row(ctx, &mut change, &case.row, set).await?;
    } else {
        let seen_by = vec![case.draft()?.audience_token.clone(), owner];
        write::note(&mut change, about.id, seen_by, Vec::new());
    }
    change.audit(entry("discardDraft", about.id, &case.district));
    change.commit(about.id).await
}

/// Begins a change of a draft: right, version and state, in this order.
pub(super) async fn at(ctx: &Ctx, about: About, step: Step) -> Result<(Change<'_>, Case)> {
    check_at_all(&ctx.viewer, step.action())?;
    let change = Change::begin(ctx).await?;
    let case = Case::find(ctx, &*change, about.id).await?;
    case.may(&ctx.viewer, step)?;
    if let Some(AnswerDraft { version, .. }) = &case.draft {
        at_version(about.version, *version)?;
    }
    case.ready(&ctx.viewer, step)?;
    Ok((change, case))
}
