//! Declaring what was found in a need harmless: a second person of those who raised it looks at each finding, and what
//! they decided is kept with the digest of the text, so that a change of it leaves the decision behind.

use sea_orm::{IntoActiveModel as _, entity::prelude::*};

use super::{
    NeedCheck, NeedStep, check_entity,
    content::reason_given,
    findings::{self, Found, Harmless},
    raising::{About, at, entry},
    store,
};
use crate::{
    app::Ctx,
    change::Done,
    deidentification::Kind,
    error::{Error, Result, RuleCode},
    ids::new_id,
    language::Text,
};

/// A finding that somebody calls harmless.
#[derive(Clone, Debug)]
pub(super) struct Decision {
    pub(super) field: String,
    pub(super) kind: Kind,
    pub(super) start: usize,
    pub(super) end: usize,
    pub(super) reason: String,
}

/// Enters that somebody calls findings harmless.
///
/// # Errors
/// [`Error::Invalid`] for what has not been found, or a reason that repeats the words; [`Error::Rule`] for a confidential
/// value, which nobody can call harmless, and for whoever had a hand in the text.
pub(super) async fn clear(ctx: &Ctx, about: About, decisions: Vec<Decision>) -> Result<Done> {
    crate::access::check_at_all(&ctx.viewer, NeedStep::ClearFindings.action())?;
    let (mut change, need) = at(ctx, about, NeedStep::ClearFindings).await?;
    let Some(member) = ctx.viewer.member().map(|member| member.id) else {
        return Err(Error::Forbidden);
    };
    let found = Found::within(ctx, &need.wording(), need.consultation_id).await?;
    if decisions.is_empty() {
        let reason = Text::new("name what is harmless", "请指明无害的内容");
        return Err(Error::invalid("findings", reason));
    }
    let mut harmless = Vec::with_capacity(decisions.len());
    for (at, decision) in decisions.into_iter().enumerate() {
        harmless.push(judge(&found, decision, &format!("findings.{at}"))?);
    }
    let check = NeedCheck {
        id: new_id(),
        need_id: need.id,
        text_digest: findings::digest(&need),
        checked_by: member,
        checked_at: ctx.now(),
        findings: serde_json::to_value(&harmless)?,
    };
    check_entity::Entity::insert(check.into_active_model())
        .exec_without_returning(&*change)
        .await?;
    change.audit(entry("clearNeedFindings", &need).saying(format!("{}", harmless.len())));
    // The next step goes by this version, so that nobody opens what is being looked at.
    store::save(ctx, &mut change, &need, need.clone()).await?;
    change.commit(about.id).await
}

fn judge(found: &Found, decision: Decision, path: &str) -> Result<Harmless> {
    let reason = reason_given(&format!("{path}.reason"), &decision.reason)?;
    let harmless = Harmless {
        field: decision.field,
        kind: decision.kind.name(),
        start: decision.start,
        end: decision.end,
        reason,
    };
    let Some(finding) = found.shown.iter().find(|finding| harmless.is_about(finding)) else {
        let reason = Text::new(
            "nothing of this kind was found at this place; read findings again",
            "该位置没有此类发现，请重新读取 findings",
        );
        return Err(Error::invalid(path, reason));
    };
    if finding.kind == Kind::Confidential {
        let reason = Text::new(
            "a confidential value is never harmless: change the text",
            "保密信息不能视为无害，须修改文本",
        );
        return Err(Error::rule(RuleCode::FindingsOpen, path, reason));
    }
    if harmless.reason.contains(&finding.text) {
        let reason = Text::new(
            "do not repeat the words that were found: the check is kept, and they are not",
            "理由中请勿重复所发现的文字：检查记录会长期保存",
        );
        return Err(Error::invalid(format!("{path}.reason"), reason));
    }
    Ok(harmless)
}
