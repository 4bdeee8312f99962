//! What in a need would tell who it is for, as far as the viewer may be shown it.

use std::collections::HashMap;

use sea_orm::{QueryFilter, QueryOrder, entity::prelude::*};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use super::{Need, NeedCheck, check_entity};
use crate::{
    access::{Guarded, Scope},
    app::Ctx,
    batch::grouped,
    consultations,
    deidentification::{Confidential, Finding, Kind, find, listed},
    error::{Error, Result, RuleCode},
    language::Text,
};

/// What was found in a text.
#[derive(Clone, Debug, Default)]
pub(crate) struct Found {
    /// What the viewer may be shown.
    pub(crate) shown: Vec<Finding>,
    /// Whether there is something of the case that the viewer may not know. They are told so much and neither what it is
    /// nor where: whoever writes names into a text and looks which are found would learn who asked.
    pub(crate) hidden: bool,
}

/// A finding that somebody has called harmless: its place, never the words that stand there.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Harmless {
    pub(super) field: String,
    pub(super) kind: String,
    pub(super) start: usize,
    pub(super) end: usize,
    pub(super) reason: String,
}

impl Harmless {
    /// Whether it is about a finding.
    pub(super) fn is_about(&self, finding: &Finding) -> bool {
        self.field == finding.field
            && self.kind == finding.kind.name()
            && (self.start, self.end) == (finding.start, finding.end)
    }
}

impl Found {
    /// What would tell who something is for, in fields that come from a case or from nothing.
    pub(crate) async fn within(
        ctx: &Ctx,
        fields: &[(&str, &str)],
        consultation: Option<Uuid>,
    ) -> Result<Self> {
        let enterprises = ctx.enterprises().await?;
        let nothing = Confidential::default();
        let Some(case) = consultation else {
            return Ok(Self { shown: find(fields, &nothing, &enterprises), hidden: false });
        };
        let values = consultations::confidential(ctx.db(), &ctx.app.vault, case).await?;
        let shown = find(fields, &Confidential { values }, &enterprises);
        if consultations::telling_who_asked(ctx, vec![case]).await?.contains(&case) {
            return Ok(Self { shown, hidden: false });
        }
        let hidden = shown.iter().any(|finding| finding.kind == Kind::Confidential);
        // As if the case were not known: a telephone number of the asker's is a telephone number.
        Ok(Self { shown: find(fields, &nothing, &enterprises), hidden })
    }

    /// Refuses a text in which something stands that nobody has called harmless.
    ///
    /// # Errors
    /// [`Error::Rule`] with [`RuleCode::FindingsOpen`], naming kinds and places.
    pub(super) fn check_open(&self, field: &str, harmless: &[Harmless]) -> Result<()> {
        if self.hidden {
            return Err(hidden(field));
        }
        let open: Vec<&Finding> =
            self.shown.iter().filter(|it| !is_harmless(it, harmless)).collect();
        if open.is_empty() {
            return Ok(());
        }
        let places = listed(&open);
        let reason = Text::new(
            format!(
                "something in it would tell who it is for: {}. Change the text; at a station or a bureau, a second person \
                 may declare a finding harmless with clearNeedFindings, but never a confidential value",
                places.en
            ),
            format!(
                "文本中有可能透露企业身份的内容：{}。请修改文本；工作站或对口部门可由另一人用 clearNeedFindings 说明无害\
                 理由，但保密信息不能视为无害",
                places.zh
            ),
        );
        Err(Error::rule(RuleCode::FindingsOpen, field, reason))
    }

    /// Refuses words beside a need, in which something surely tells who they are for. What may well be something else is
    /// let pass: there is nobody who could call it harmless.
    ///
    /// # Errors
    /// [`Error::Rule`] with [`RuleCode::FindingsOpen`], naming kinds and places.
    pub(crate) fn check_sure(&self, field: &str) -> Result<()> {
        if self.hidden {
            return Err(hidden(field));
        }
        let sure: Vec<&Finding> = self
            .shown
            .iter()
            .filter(|it| it.sure && !matches!(it.kind, Kind::Amount | Kind::Date))
            .collect();
        if sure.is_empty() {
            return Ok(());
        }
        let places = listed(&sure);
        let reason = Text::new(
            format!("something in it would tell who it is for: {}. Change the text", places.en),
            format!("文本中有可能透露企业身份的内容：{}。请修改文本", places.zh),
        );
        Err(Error::rule(RuleCode::FindingsOpen, field, reason))
    }
}

fn is_harmless(finding: &Finding, harmless: &[Harmless]) -> bool {
    finding.kind != Kind::Confidential && harmless.iter().any(|one| one.is_about(finding))
}

fn hidden(field: &str) -> Error {
    let reason = Text::new(
        "something in it would tell who asked, and it is not yours to see what: whoever handles the case has to change it",
        "文本中有可能透露咨询企业的内容，您无权查看其位置：请由该咨询的经办方修改",
    );
    Error::rule(RuleCode::FindingsOpen, field, reason)
}

/// What the viewer may be shown of it in needs that are their own, each with whether it is still open.
pub(super) async fn in_own(
    ctx: &Ctx,
    needs: &[&Need],
) -> Result<HashMap<Uuid, Vec<(Finding, bool)>>> {
    let own: Vec<&Need> = needs.iter().copied().filter(|need| need.is_own(&ctx.viewer)).collect();
    if own.is_empty() {
        return Ok(HashMap::new());
    }
    let enterprises = ctx.enterprises().await?;
    let cases = own.iter().filter_map(|need| need.consultation_id).collect();
    let told = consultations::telling_who_asked(ctx, cases).await?;
    let values =
        consultations::confidential_of(ctx.db(), &ctx.app.vault, told.into_iter().collect())
            .await?;
    let values: HashMap<Uuid, Confidential> =
        values.into_iter().map(|(id, values)| (id, Confidential { values })).collect();
    let harmless = harmless(ctx.db(), &own).await?;
    let nothing = Confidential::default();
    let mut found = HashMap::new();
    for need in own {
        let confidential = need.consultation_id.and_then(|id| values.get(&id)).unwrap_or(&nothing);
        let harmless = harmless.get(&need.id).map(Vec::as_slice).unwrap_or_default();
        let findings = find(&need.wording(), confidential, &enterprises).into_iter();
        let judged = findings.map(|finding| {
            let open = !is_harmless(&finding, harmless);
            (finding, open)
        });
        found.insert(need.id, judged.collect());
    }
    Ok(found)
}

/// A text is told by its digest, so that a change of it leaves what was decided behind.
pub(super) fn digest(need: &Need) -> String {
    let mut hash = Sha256::new();
    for (name, text) in need.wording() {
        hash.update(format!("{name}:{}:{text}\n", text.len()));
    }
    hash.finalize().iter().fold(String::with_capacity(64), |mut text, byte| {
        use std::fmt::Write as _;
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// The checks of needs, the latest first.
pub(super) async fn checks(
    db: &impl ConnectionTrait,
    ids: Vec<Uuid>,
) -> Result<HashMap<Uuid, Vec<NeedCheck>>> {
    let rows = check_entity::Entity::visible_to(&Scope::Service)
        .filter(check_entity::Column::NeedId.is_in(ids))
        .order_by_desc(check_entity::Column::Id)
        .all(db)
        .await?;
    Ok(grouped(rows.into_iter().map(|row| (row.need_id, row))))
}

/// What has been called harmless in the texts that needs have now.
pub(super) async fn harmless(
    db: &impl ConnectionTrait,
    needs: &[&Need],
) -> Result<HashMap<Uuid, Vec<Harmless>>> {
    let checks = checks(db, needs.iter().map(|need| need.id).collect()).await?;
    let mut harmless = HashMap::new();
    for need in needs {
        let digest = digest(need);
        let of_text = checks.get(&need.id).into_iter().flatten();
        let of_text = of_text.filter(|check| check.text_digest == digest);
        let decided = of_text.flat_map(|check| {
            serde_json::from_value::<Vec<Harmless>>(check.findings.clone()).unwrap_or_default()
        });
        harmless.insert(need.id, decided.collect::<Vec<_>>());
    }
    Ok(harmless)
}
