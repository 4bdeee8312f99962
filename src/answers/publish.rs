//! Showing an answer: to the network after review by a second person, and to partners or the public after an officer has
//! looked at it once more.

use sea_orm::{Set, entity::prelude::*};

use super::{
    AnsweredQuestion, DeidentificationPurpose, State, Step,
    case::{Case, at_version, people, with_writers},
    content::{Content, Wording},
    deidentify,
    drafts::{About, at, entry},
    entity, grounds_on, store, write,
};
use crate::{
    access::{Audience, check_at_all},
    app::Ctx,
    change::{Change, Done},
    error::{Error, Result, RuleCode},
    language::Text,
    regulations::{
        currency::{Currency, Grounds, assess},
        explanation,
    },
};

/// From the narrowest to the widest.
fn breadth(audience: Audience) -> u8 {
    match audience {
        Audience::Station | Audience::Organization => 0,
        Audience::District => 1,
        Audience::Network => 2,
        Audience::Partners => 3,
        Audience::Public => 4,
    }
}

/// Whether an officer has to look at a text before this audience reads it.
fn is_wide(audience: Audience) -> bool {
    breadth(audience) > breadth(Audience::Network)
}

/// Publishes the draft in review, in place of what was shown before where there was something.
///
/// A new answer is first shown to the network, or to its district alone. A revision goes to whom the answer is shown
/// already, where what that takes is there: for partners and the public an officer, their check of the new text, and law
/// that still stands.
pub(super) async fn publish(ctx: &Ctx, about: About, audience: Option<Audience>) -> Result<Done> {
    // Made ready before anybody has to wait for this change.
    ctx.enterprises().await?;
    let (mut change, case) = at(ctx, about, Step::Publish).await?;
    let audience = first_audience(&case, audience)?;
    let draft = case.draft()?;
    let content = Content::of_draft(draft)?;
    content.check_complete()?;
    let wording = content.wording();
    let purpose = DeidentificationPurpose::StationExit;
    deidentify::require(ctx, &change, &case, &wording, purpose).await?;
    let id = case.row.id;
    if is_wide(audience) {
        if case.may(&ctx.viewer, Step::Widen).is_err() {
            return Err(an_officer_s());
        }
        let citations = content.citations_of(id);
        let confirmations = super::confirmations(&*change, vec![id]).await?;
        let confirmations = confirmations.get(&id).map(Vec::as_slice).unwrap_or_default();
        let grounds = grounds_on(content.review_by, &citations, confirmations);
        require_wide(ctx, &change, &case, &wording, &grounds).await?;
    }
    if !case.is_new() {
        store::keep_versions(&*change, &[&case.row], ctx.now()).await?;
    }
    write::drop_draft(&change, &case).await?;
    let set = published(ctx, &case, &content, audience)?;
    write::row(ctx, &mut change, &case.row, set).await?;
    write::parts(&change, id, &content).await?;
    let said = format!("PUBLISHED {}", audience.to_value());
    change.audit(entry("publishAnsweredQuestion", id, &case.district).saying(said));
    change.commit(id).await
}

/// What becomes of the answered question.
fn published(
    ctx: &Ctx,
    case: &Case,
    content: &Content,
    audience: Audience,
) -> Result<entity::ActiveModel> {
    let AnsweredQuestion { author_id, writers, answered_on, owner_token, .. } = &case.row;
    let draft = case.draft()?;
    let day = content.answered_on.or(*answered_on).unwrap_or(ctx.today);
    // Whoever had a hand in what was shown before still has one in what is shown now.
    let all = with_writers(writers.as_ref(), people(Some(&draft.writers)));
    let author_id = if case.is_new() { author_id.or(draft.author_id) } else { *author_id };
    Ok(entity::ActiveModel {
        state: Set(State::Published),
        audience: Set(audience),
        audience_token: Set(audience.token(owner_token, Some(&case.district))),
        author_id: Set(author_id),
        writers: Set(Some(all)),
        answered_on: Set(Some(day)),
        ordered_on: Set(super::filter::ordered_on(Some(day))),
        ..content.as_row()
    })
}

/// Whom a draft may be published for.
fn first_audience(case: &Case, asked: Option<Audience>) -> Result<Audience> {
    let shown = case.row.audience;
    let audience = match asked {
        Some(audience) => audience,
        None if case.is_new() => Audience::Network,
        None => shown,
    };
    let first = matches!(audience, Audience::District | Audience::Network);
    let again =
        !case.is_new() && audience != Audience::Organization && breadth(audience) <= breadth(shown);
    if first || again {
        return Ok(audience);
    }
    let reason = Text::new(
        "publish it to the network or the district first; widenAnsweredQuestion goes further",
        "请先发布给工作站网络或本区，再用 widenAnsweredQuestion 扩大可见范围",
    );
    Err(Error::invalid("audience", reason))
}

/// Why a revision of what partners or the public read waits for an officer.
fn an_officer_s() -> Error {
    let reason = Text::new(
        "partners or the public read this: an officer publishes it, or name NETWORK to show the revision to the network first",
        "该答复对合作方或公众可见：须由对口部门发布，或将 audience 设为 NETWORK 先在工作站网络内发布",
    );
    Error::invalid("audience", reason)
}

/// Lets partners or the public read what the network reads.
pub(super) async fn widen(ctx: &Ctx, about: About, audience: Audience) -> Result<Done> {
    check_at_all(&ctx.viewer, Step::Widen.action())?;
    ctx.enterprises().await?;
    let mut change = Change::begin(ctx).await?;
    let case = Case::find(ctx, &*change, about.id).await?;
    case.may(&ctx.viewer, Step::Widen)?;
    at_version(about.version, case.row.version)?;
    case.ready(&ctx.viewer, Step::Widen)?;
    if !is_wide(audience) || breadth(audience) <= breadth(case.row.audience) {
        let reason = Text::new(
            "name PARTNERS or PUBLIC, and more than may read it now",
            "只能扩大为 PARTNERS 或 PUBLIC，且须大于当前可见范围",
        );
        return Err(Error::invalid("audience", reason));
    }
    let id = case.row.id;
    let citations = super::citations(&*change, vec![id]).await?.remove(&id).unwrap_or_default();
    let confirmations =
        super::confirmations(&*change, vec![id]).await?.remove(&id).unwrap_or_default();
    let wording = Wording::of_row(&case.row, &citations, &confirmations);
    let grounds = super::grounds(&case.row, &citations, &confirmations);
    require_wide(ctx, &change, &case, &wording, &grounds).await?;
    let set = entity::ActiveModel {
        audience: Set(audience),
        audience_token: Set(audience.token(&case.row.owner_token, Some(&case.district))),
        ..Default::default()
    };
    write::row(ctx, &mut change, &case.row, set).await?;
    change.audit(entry("widenAnsweredQuestion", id, &case.district).saying(audience.to_value()));
    change.commit(id).await
}

/// What partners and the public may rely on: a text that an officer has cleared, and law that still stands.
async fn require_wide(
    ctx: &Ctx,
    change: &Change<'_>,
    case: &Case,
    wording: &Wording,
    grounds: &Grounds,
) -> Result<()> {
    let graph = ctx.graph().await?;
    let assessment = assess(grounds, &graph, ctx.today);
    if matches!(assessment.currency, Currency::Stale | Currency::Broken) {
        let why = explanation(&assessment.path, &graph);
        let reason = Text::new(
            format!("what it rests on does not stand any more: {}. Revise it first", why.en),
            format!("所依据的文件已不再有效：{}。请先修订", why.zh),
        );
        return Err(Error::rule(RuleCode::GroundsGone, "", reason));
    }
    deidentify::require(ctx, change, case, wording, DeidentificationPurpose::Wider).await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_partners_and_the_public_are_wide() {
        let wide = |audience| is_wide(audience);
        assert!(wide(Audience::Public) && wide(Audience::Partners));
        assert!(!wide(Audience::Network) && !wide(Audience::District) && !wide(Audience::Station));
    }
}
