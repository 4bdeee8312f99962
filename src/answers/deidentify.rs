//! Looking through a text for what would tell who asked, before it leaves its station, and again before it goes to
//! partners or the public.
//!
//! What is found is found anew each time it is asked for; what is kept is that a person looked at each finding, of which
//! text, and what they decided. So a change of the text leaves the check behind, and a name that has become known since
//! opens it again.

use std::collections::{HashMap, HashSet};

use sea_orm::{IntoActiveModel as _, QueryFilter, QueryOrder, Set, entity::prelude::*};
use serde::{Deserialize, Serialize};

use super::{
    AnsweredQuestion, Citation, DeidentificationCheck, DeidentificationPurpose,
    DeidentificationVerdict, State, Step,
    case::{Case, at_version, member},
    check_entity,
    content::{Content, Wording, words},
    draft_entity,
    drafts::{About, entry},
    findings::findings,
    write::{self, Next},
};
use crate::{
    access::{Guarded, Scope, check_at_all},
    app::Ctx,
    batch::grouped,
    change::{Change, Done},
    deidentification::{Finding, Kind, listed},
    error::{Error, Result, RuleCode},
    ids::new_id,
    language::Text,
};

/// What somebody decided about a finding.
#[derive(Clone, Debug)]
pub(super) struct Decision {
    pub(super) field: String,
    pub(super) kind: Kind,
    pub(super) start: usize,
    pub(super) end: usize,
    pub(super) harmless: bool,
    pub(super) reason: Option<String>,
}

/// A decision as it is kept: its place, never the words that stand there.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Decided {
    pub(super) field: String,
    pub(super) kind: String,
    pub(super) start: usize,
    pub(super) end: usize,
    pub(super) harmless: bool,
    pub(super) reason: Option<String>,
}

impl Decided {
    fn is_about(&self, finding: &Finding) -> bool {
        self.field == finding.field
            && self.kind == finding.kind.name()
            && (self.start, self.end) == (finding.start, finding.end)
    }
}

impl Decision {
    fn is_about(&self, finding: &Finding) -> bool {
        self.field == finding.field
            && self.kind == finding.kind
            && (self.start, self.end) == (finding.start, finding.end)
    }
}

/// The checks of answered questions, the latest first.
pub(super) async fn checks(
    db: &impl ConnectionTrait,
    ids: Vec<Uuid>,
) -> Result<HashMap<Uuid, Vec<DeidentificationCheck>>> {
    let rows = check_entity::Entity::visible_to(&Scope::Service)
        .filter(check_entity::Column::AnsweredQuestionId.is_in(ids))
        .order_by_desc(check_entity::Column::Id)
        .all(db)
        .await?;
    Ok(grouped(rows.into_iter().map(|row| (row.answered_question_id, row))))
}

/// Those of some answers whose shown text was looked through last with the verdict that it tells who asked.
pub(super) async fn rejected(
    db: &impl ConnectionTrait,
    rows: &[&AnsweredQuestion],
    citations: &HashMap<Uuid, Vec<Citation>>,
) -> Result<HashSet<Uuid>> {
    let ids: Vec<Uuid> = rows.iter().map(|row| row.id).collect();
    let all = checks(db, ids.clone()).await?;
    if all.is_empty() {
        return Ok(HashSet::new());
    }
    let confirmations = super::confirmations(db, ids).await?;
    let is_rejected = |row: &&&AnsweredQuestion| {
        let citations = citations.get(&row.id).map(Vec::as_slice).unwrap_or_default();
        let notes = confirmations.get(&row.id).map(Vec::as_slice).unwrap_or_default();
        // Looked through before it was confirmed, or after.
        let digests = [&[], notes].map(|notes| Wording::of_row(row, citations, notes).digest());
        let latest = all.get(&row.id).into_iter().flatten();
        let mut of_text = latest.filter(|check| digests.contains(&check.text_digest));
        of_text.next().is_some_and(|check| check.verdict == DeidentificationVerdict::Rejected)
    };
    Ok(rows.iter().filter(is_rejected).map(|row| row.id).collect())
}

/// For what a text has been cleared, of checks of which the latest comes first.
pub(super) fn cleared(
    checks: &[DeidentificationCheck],
    digest: &str,
) -> Vec<DeidentificationPurpose> {
    let latest = |purpose: &DeidentificationPurpose| {
        let mut of_text = checks.iter().filter(|check| check.text_digest == digest);
        of_text.find(|check| check.purpose == *purpose)
    };
    let passes = |purpose: &DeidentificationPurpose| {
        latest(purpose).is_some_and(|check| check.verdict == DeidentificationVerdict::Cleared)
    };
    let all = [DeidentificationPurpose::StationExit, DeidentificationPurpose::Wider];
    all.into_iter().filter(passes).collect()
}

/// The check of a text that counts: the latest of its purpose, if it cleared the text.
async fn passing(
    db: &impl ConnectionTrait,
    id: Uuid,
    purpose: DeidentificationPurpose,
    digest: &str,
) -> Result<Option<DeidentificationCheck>> {
    let latest = check_entity::Entity::visible_to(&Scope::Service)
        .filter(check_entity::Column::AnsweredQuestionId.eq(id))
        .filter(check_entity::Column::Purpose.eq(purpose))
        .filter(check_entity::Column::TextDigest.eq(digest))
        .order_by_desc(check_entity::Column::Id)
        .one(db)
        .await?;
    Ok(latest.filter(|check| check.verdict == DeidentificationVerdict::Cleared))
}

/// Whether a text has been cleared.
pub(super) async fn passes(
    db: &impl ConnectionTrait,
    id: Uuid,
    purpose: DeidentificationPurpose,
    digest: &str,
) -> Result<bool> {
    Ok(passing(db, id, purpose, digest).await?.is_some())
}

/// Refuses a text that has not been cleared, or in which something stands now that nobody has decided about.
pub(super) async fn require(
    ctx: &Ctx,
    change: &Change<'_>,
    case: &Case,
    wording: &Wording,
    purpose: DeidentificationPurpose,
) -> Result<()> {
    let Some(check) = passing(&**change, case.row.id, purpose, &wording.digest()).await? else {
        let reason = match purpose {
            DeidentificationPurpose::StationExit => Text::new(
                "nobody has cleared this text to leave its station: clearDeidentification, by a second person",
                "该文本尚未通过出站去标识化检查：须由另一人执行 clearDeidentification",
            ),
            DeidentificationPurpose::Wider => Text::new(
                "no officer has cleared this text for partners or the public: clearDeidentification with the purpose WIDER",
                "该文本尚未由对口部门通过对外公开的去标识化检查：请以 purpose WIDER 执行 clearDeidentification",
            ),
        };
        return Err(Error::rule(RuleCode::FindingsOpen, "", reason));
    };
    let decided: Vec<Decided> = serde_json::from_value(check.findings)?;
    let found = findings(ctx, wording, case.row.consultation_id).await?;
    found.check_nothing_hidden("")?;
    let open: Vec<&Finding> = found
        .shown
        .iter()
        .filter(|it| it.kind == Kind::Confidential || !decided.iter().any(|one| one.is_about(it)))
        .collect();
    if open.is_empty() { Ok(()) } else { Err(still_open("", &open)) }
}

/// Enters that somebody has looked at every finding of a text: of the draft in review where there is one, else of what is
/// shown. One that is not harmless rejects the text, and gives a draft back.
pub(super) async fn clear(
    ctx: &Ctx,
    about: About,
    purpose: DeidentificationPurpose,
    decisions: Vec<Decision>,
) -> Result<Done> {
    let step = Step::clearing(purpose);
    check_at_all(&ctx.viewer, step.action())?;
    let checker = member(&ctx.viewer)?.id;
    let decisions = looked_at(decisions)?;
    // Made ready before anybody has to wait for this change.
    ctx.enterprises().await?;
    let mut change = Change::begin(ctx).await?;
    let case = Case::find(ctx, &*change, about.id).await?;
    case.may(&ctx.viewer, step)?;
    let draft = case.draft.as_ref().filter(|draft| draft.state == State::InReview);
    at_version(about.version, draft.map_or(case.row.version, |draft| draft.version))?;
    case.ready(&ctx.viewer, step)?;
    let wording = match draft {
        Some(draft) => Content::of_draft(draft)?.wording(),
        None => shown_wording(&change, &case).await?,
    };
    let found = findings(ctx, &wording, case.row.consultation_id).await?;
    let verdict = judge(&wording, &found.shown, &decisions)?;
    if verdict == DeidentificationVerdict::Cleared {
        found.check_nothing_hidden("findings")?;
    }
    let check = DeidentificationCheck {
        id: new_id(),
        answered_question_id: about.id,
        purpose,
        text_digest: wording.digest(),
        checked_by: checker,
        checked_at: ctx.now(),
        verdict,
        findings: serde_json::to_value(kept(&decisions))?,
    };
    let row = check.clone().into_active_model();
    check_entity::Entity::insert(row).exec_without_returning(&*change).await?;
    if draft.is_some() {
        judged(ctx, &mut change, &case, &check, &decisions).await?;
    } else {
        // The next step goes by this version, so that nobody widens what has just been rejected.
        write::touch(ctx, &mut change, &case.row).await?;
    }
    let said = format!("{} {}", purpose.to_value(), verdict.to_value());
    change.audit(entry("clearDeidentification", about.id, &case.district).saying(said));
    change.commit(about.id).await
}

/// What becomes of a draft that has been looked through.
async fn judged(
    ctx: &Ctx,
    change: &mut Change<'_>,
    case: &Case,
    check: &DeidentificationCheck,
    decisions: &[Decision],
) -> Result<()> {
    let purpose = DeidentificationPurpose::StationExit;
    let cleared = passes(&**change, case.row.id, purpose, &check.text_digest).await?;
    let (state, returned_reason) = match check.verdict {
        DeidentificationVerdict::Cleared => (State::InReview, None),
        DeidentificationVerdict::Rejected => (State::Draft, Some(why_rejected(decisions))),
    };
    let set =
        draft_entity::ActiveModel { returned_reason: Set(returned_reason), ..Default::default() };
    write::draft(ctx, change, case, Next { state, cleared, content: None, set }).await
}

/// The texts that are shown of an answered question.
pub(super) async fn shown_wording(change: &Change<'_>, case: &Case) -> Result<Wording> {
    let id = case.row.id;
    let citations = super::citations(&**change, vec![id]).await?.remove(&id).unwrap_or_default();
    let confirmations = super::confirmations(&**change, vec![id]).await?.remove(&id);
    Ok(Wording::of_row(&case.row, &citations, &confirmations.unwrap_or_default()))
}

/// Decisions whose reasons can be kept.
fn looked_at(decisions: Vec<Decision>) -> Result<Vec<Decision>> {
    let look = |(place, decision): (usize, Decision)| {
        let field = format!("findings.{place}.reason");
        let given = decision.reason.as_deref().unwrap_or_default();
        // Why something is harmless must be said; why it is not, may be.
        let reason = words(&field, given, usize::from(decision.harmless), 500)?;
        Ok(Decision { reason: Some(reason).filter(|reason| !reason.is_empty()), ..decision })
    };
    decisions.into_iter().enumerate().map(look).collect()
}

/// The verdict that follows from what was decided.
///
/// # Errors
/// [`Error::Invalid`] for a decision about what has not been found, or one that repeats the words; [`Error::Rule`] with
/// [`RuleCode::FindingsOpen`] where a finding is not named, or is a confidential value, which nobody can call harmless.
fn judge(
    wording: &Wording,
    findings: &[Finding],
    decisions: &[Decision],
) -> Result<DeidentificationVerdict> {
    for (place, decision) in decisions.iter().enumerate() {
        let found = findings.iter().any(|finding| decision.is_about(finding));
        // A person may find what no rule has found; calling it harmless would say nothing.
        let text = wording.at(&decision.field, decision.start, decision.end);
        let Some(text) = text.filter(|_| found || !decision.harmless) else {
            let reason = Text::new(
                "nothing of this kind was found at this place; read deidentificationFindings again",
                "该位置没有此类发现，请重新读取 deidentificationFindings",
            );
            return Err(Error::invalid(format!("findings.{place}"), reason));
        };
        if decision.reason.as_ref().is_some_and(|reason| reason.contains(&text)) {
            let reason = Text::new(
                "do not repeat the words that were found: the check is kept, and they are not",
                "理由中请勿重复所发现的文字：检查记录会长期保存",
            );
            return Err(Error::invalid(format!("findings.{place}.reason"), reason));
        }
    }
    if decisions.iter().any(|decision| !decision.harmless) {
        return Ok(DeidentificationVerdict::Rejected);
    }
    let named = |finding: &Finding| decisions.iter().any(|decision| decision.is_about(finding));
    let open: Vec<&Finding> = findings
        .iter()
        .filter(|finding| finding.kind == Kind::Confidential || !named(finding))
        .collect();
    if open.is_empty() {
        Ok(DeidentificationVerdict::Cleared)
    } else {
        Err(still_open("findings", &open))
    }
}

fn kept(decisions: &[Decision]) -> Vec<Decided> {
    let decided = |decision: &Decision| Decided {
        field: decision.field.clone(),
        kind: decision.kind.name(),
        start: decision.start,
        end: decision.end,
        harmless: decision.harmless,
        reason: decision.reason.clone(),
    };
    decisions.iter().map(decided).collect()
}

fn why_rejected(decisions: &[Decision]) -> String {
    let harmful = decisions.iter().filter(|decision| !decision.harmless);
    let reasons: Vec<&str> = harmful.filter_map(|decision| decision.reason.as_deref()).collect();
    if reasons.is_empty() {
        return "去标识化检查未通过 / rejected by the de-identification check".to_owned();
    }
    reasons.join("；")
}

/// The refusal that lists what is open: kinds and places, and never the words.
fn still_open(field: &str, open: &[&Finding]) -> Error {
    let places = listed(open);
    let reason = Text::new(
        format!(
            "still open: {}. Name each as harmless with a reason; a confidential value is never harmless, so change the text",
            places.en
        ),
        format!("尚未处理：{}。请逐一说明无害的理由；保密信息不能视为无害，须修改文本", places.zh),
    );
    Error::rule(RuleCode::FindingsOpen, field, reason)
}

#[cfg(test)]
#[path = "deidentify_tests.rs"]
mod tests;
