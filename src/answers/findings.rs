//! What in a text would tell who asked, as far as the viewer may be shown it; and a text without it.

use std::collections::HashMap;

use sea_orm::prelude::Uuid;

use super::content::{Cited, Content, Wording};
use crate::{
    app::Ctx,
    consultations::{self, DraftSource, MASK},
    deidentification::{Confidential, Finding, Kind, find},
    error::{Error, Result, RuleCode},
    language::Text,
};

/// What the cases that answers come from keep confidential, by case.
async fn confidential(
    ctx: &Ctx,
    consultations: impl Iterator<Item = Uuid>,
) -> Result<HashMap<Uuid, Confidential>> {
    let mut ids: Vec<Uuid> = consultations.collect();
    ids.sort_unstable();
    ids.dedup();
    let values = consultations::confidential_of(ctx.db(), &ctx.app.vault, ids).await?;
    Ok(values.into_iter().map(|(id, values)| (id, Confidential { values })).collect())
}

/// What was found in a text.
#[derive(Debug)]
pub(super) struct Found {
    /// What the viewer may be shown.
    pub(super) shown: Vec<Finding>,
    /// Whether there is something of the case that the viewer may not know. They are told so much and neither what it is
    /// nor where: whoever writes names into a text and looks which are found would learn who asked.
    pub(super) hidden: bool,
}

impl Found {
    /// Refuses a text that the viewer alone cannot put right.
    pub(super) fn check_nothing_hidden(&self, field: &str) -> Result<()> {
        if !self.hidden {
            return Ok(());
        }
        let reason = Text::new(
            "something in it would tell who asked, and it is not yours to see what: give it back to its station, which sees \
             the place",
            "文本中有可能透露咨询企业的内容，您无权查看其位置：请退回所属工作站处理",
        );
        Err(Error::rule(RuleCode::FindingsOpen, field, reason))
    }
}

/// What would tell who asked, in a text that comes from a case.
pub(super) async fn findings(
    ctx: &Ctx,
    wording: &Wording,
    consultation: Option<Uuid>,
) -> Result<Found> {
    findings_beside(ctx, &wording.fields(), consultation).await
}

/// The same, in words that come to an answer beside its text.
pub(super) async fn findings_beside(
    ctx: &Ctx,
    fields: &[(&str, &str)],
    consultation: Option<Uuid>,
) -> Result<Found> {
    let enterprises = ctx.enterprises().await?;
    let Some(case) = consultation else {
        let shown = find(fields, &Confidential::default(), &enterprises);
        return Ok(Found { shown, hidden: false });
    };
    let confidential = confidential(ctx, std::iter::once(case)).await?.remove(&case);
    let shown = find(fields, &confidential.unwrap_or_default(), &enterprises);
    if consultations::telling_who_asked(ctx, vec![case]).await?.contains(&case) {
        return Ok(Found { shown, hidden: false });
    }
    let hidden = shown.iter().any(|finding| finding.kind == Kind::Confidential);
    // As if the case were not known: a telephone number of the asker's is a telephone number.
    Ok(Found { shown: find(fields, &Confidential::default(), &enterprises), hidden })
}

/// What the viewer may be shown of it in the texts of a page, each by its answered question and with the case that it
/// comes from.
pub(super) async fn findings_in(
    ctx: &Ctx,
    wordings: Vec<(Uuid, Wording, Option<Uuid>)>,
) -> Result<HashMap<Uuid, Vec<Finding>>> {
    let enterprises = ctx.enterprises().await?;
    let cases = wordings.iter().filter_map(|(_, _, consultation)| *consultation).collect();
    let told = consultations::telling_who_asked(ctx, cases).await?;
    let confidential = confidential(ctx, told.into_iter()).await?;
    let nothing = Confidential::default();
    let found = |(id, wording, consultation): (Uuid, Wording, Option<Uuid>)| {
        let confidential = consultation.and_then(|id| confidential.get(&id)).unwrap_or(&nothing);
        (id, find(&wording.fields(), confidential, &enterprises))
    };
    Ok(wordings.into_iter().map(found).collect())
}

/// What a case says, as the beginning of a draft: without the values of its asker and without other ways to reach
/// somebody, so that none of them gets into a table that is not sealed.
pub(super) async fn from_case(ctx: &Ctx, source: DraftSource) -> Result<Content> {
    let id = source.consultation_id;
    let confidential = confidential(ctx, std::iter::once(id)).await?.remove(&id);
    let confidential = confidential.unwrap_or_default();
    let enterprises = ctx.enterprises().await?;
    let without = |text: &str| {
        let text = text.trim();
        without_asker(text, find(&[("text", text)], &confidential, &enterprises))
    };
    Ok(Content {
        question: without(&source.question),
        answer: source.reply.as_deref().map(without).unwrap_or_default(),
        // What was summed up for the next tier is correspondence, and no summary of the answer.
        summary: None,
        areas: source.areas,
        product_kind: source.product_kind,
        device_class: source.device_class,
        basis: super::Basis::Cited,
        citations: Vec::<Cited>::new(),
        answered_on: None,
        review_by: None,
    })
}

/// A text in which what leads to a person or a company is left out. What else was found stays, for somebody to judge.
fn without_asker(text: &str, mut found: Vec<Finding>) -> String {
    found.retain(|finding| {
        matches!(
            finding.kind,
            Kind::Confidential
                | Kind::SocialCreditCode
                | Kind::IdNumber
                | Kind::Telephone
                | Kind::Email
                | Kind::MessengerId
        )
    });
    without(text, &found)
}

/// A text in which what was found is left out.
pub(crate) fn without(text: &str, found: &[Finding]) -> String {
    let mut places: Vec<(usize, usize)> = found.iter().map(|it| (it.start, it.end)).collect();
    places.sort_unstable();
    let letters: Vec<char> = text.chars().collect();
    let (mut kept, mut at) = (String::with_capacity(text.len()), 0);
    for (start, end) in places {
        if end <= at {
            continue;
        }
        kept.extend(letters.get(at..start.clamp(at, letters.len())).unwrap_or_default());
        if !kept.ends_with(MASK) {
            kept.push_str(MASK);
        }
        at = end.min(letters.len());
    }
    kept.extend(letters.get(at..).unwrap_or_default());
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    fn finding(kind: Kind, start: usize, end: usize, text: &str) -> Finding {
        Finding {
            field: "question".to_owned(),
            kind,
            start,
            end,
            text: text.to_owned(),
            sure: true,
        }
    }

    #[test]
    fn what_leads_to_somebody_is_left_out_and_the_rest_stays() {
        let text =
            "示例生物（021-12345678、ask@example.org）问：费用50万元是否可减？示例生物急需答复";
        let found = [
            finding(Kind::Confidential, 0, 4, "示例生物"),
            finding(Kind::Telephone, 5, 17, "021-12345678"),
            finding(Kind::Email, 18, 33, "ask@example.org"),
            finding(Kind::Amount, 38, 42, "50万元"),
            finding(Kind::Confidential, 47, 51, "示例生物"),
        ];
        assert_eq!(
            without_asker(text, found.to_vec()),
            "■■（■■、■■）问：费用50万元是否可减？■■急需答复"
        );
    }

    #[test]
    fn findings_that_overlap_or_touch_leave_one_gap() {
        let found = [
            finding(Kind::Confidential, 0, 2, "甲乙"),
            finding(Kind::Confidential, 1, 3, "乙丙"),
            finding(Kind::Telephone, 3, 5, "丁戊"),
            finding(Kind::Confidential, 4, 5, "戊"),
        ];
        assert_eq!(without_asker("甲乙丙丁戊己", found.to_vec()), "■■己");
        assert_eq!(without_asker("甲", vec![finding(Kind::Confidential, 5, 9, "x")]), "甲■■");
    }
}
