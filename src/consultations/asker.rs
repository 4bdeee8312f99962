//! Who asked: sealed in a row of its own, found again by a keyed hash, shown only where a trace of it is left, erased for
//! good.

use std::collections::HashMap;

use sea_orm::{
    IntoActiveModel as _, QueryFilter, QuerySelect, QueryTrait as _, entity::prelude::*,
    sea_query::SelectStatement,
};
use serde::{Deserialize, Serialize};
use unicode_normalization::UnicodeNormalization as _;

use super::{asker_entity, reader_entity};
use crate::{
    access::{Guarded, Scope, Viewer},
    app::Ctx,
    audit::{self, Entry},
    checkdigits,
    deidentification::{self, Confidential, ConfidentialValue, Enterprises, ValueKind},
    error::{Error, Result},
    ids::{NodeKind, new_id},
    language::Text,
    vault::Vault,
};

/// What a fingerprint of a name is for; another purpose gives another one.
const NAME: &str = "asker name";
/// The same for codes.
const CODE: &str = "asker code";

/// What stands in the place of what somebody may not read.
pub const MASK: &str = "■■";

/// Who asked. It has no `Debug` that shows it.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Asker {
    /// The company.
    pub company: String,
    /// Its 统一社会信用代码.
    pub social_credit_code: Option<String>,
    /// The person to talk to.
    pub contact: Option<String>,
    /// Their telephone.
    pub telephone: Option<String>,
    /// Their e-mail address.
    pub email: Option<String>,
}

impl std::fmt::Debug for Asker {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str("Asker(…)")
    }
}

impl Asker {
    /// Looks at what was given. What is wrong is named without repeating it.
    pub fn checked(self) -> Result<Self> {
        let company = bounded("asker.company", Some(&self.company), 200)?;
        let company = company.ok_or_else(|| {
            Error::invalid("asker.company", Text::new("name the company", "请填写企业名称"))
        })?;
        let code = bounded("asker.socialCreditCode", self.social_credit_code.as_deref(), 40)?;
        let code = code.map(|code| checkdigits::social_credit_code(&code)).transpose();
        let code = code.map_err(|reason| Error::invalid("asker.socialCreditCode", reason))?;
        Ok(Self {
            company,
            social_credit_code: code,
            contact: bounded("asker.contact", self.contact.as_deref(), 100)?,
            telephone: bounded("asker.telephone", self.telephone.as_deref(), 60)?,
            email: bounded("asker.email", self.email.as_deref(), 254)?,
        })
    }

    /// Each of its values, and what it is.
    pub(super) fn confidential(&self) -> Confidential {
        let all = [
            (Some(&self.company), ValueKind::Company),
            (self.social_credit_code.as_ref(), ValueKind::Other),
            (self.contact.as_ref(), ValueKind::Person),
            (self.telephone.as_ref(), ValueKind::Other),
            (self.email.as_ref(), ValueKind::Other),
        ];
        let value = |(value, kind): (Option<&String>, ValueKind)| {
            Some(ConfidentialValue { value: value?.clone(), kind })
        };
        let values = all.into_iter().filter_map(value).collect();
        Confidential { values }
    }
}

fn bounded(field: &str, text: Option<&str>, most: usize) -> Result<Option<String>> {
    let Some(text) = text.map(str::trim).filter(|text| !text.is_empty()) else { return Ok(None) };
    if text.chars().count() <= most && !text.contains(char::is_control) {
        return Ok(Some(text.to_owned()));
    }
    let reason = Text::new(
        format!("at most {most} characters on one line are wanted"),
        format!("应为单行，不超过 {most} 个字符"),
    );
    Err(Error::invalid(field, reason))
}

/// A name or a code without the differences that people do not see: width, case, spaces and signs.
fn normal(text: &str) -> String {
    let plain = text.nfkc().flat_map(char::to_lowercase);
    plain.filter(|ch| ch.is_alphanumeric()).collect()
}

fn context(consultation: Uuid) -> String {
    format!("consultation:{consultation}:asker")
}

/// The row of an asker.
pub(super) fn row(
    vault: &Vault,
    consultation_id: Uuid,
    asker: &Asker,
) -> Result<asker_entity::ActiveModel> {
    let (key, wrapped) = vault.new_data_key();
    let (name_fingerprint, code_fingerprint) = fingerprints(vault, asker);
    let row = asker_entity::Model {
        id: new_id(),
        consultation_id,
        data_key: wrapped.into(),
        sealed: key.seal(&context(consultation_id), &serde_json::to_string(asker)?),
        name_fingerprint,
        code_fingerprint,
    };
    Ok(row.into_active_model())
}

/// The name and the code of an asker as they are found again.
pub(super) fn fingerprints(vault: &Vault, asker: &Asker) -> (String, Option<String>) {
    let code = asker.social_credit_code.as_deref();
    (
        vault.fingerprint(NAME, &normal(&asker.company)),
        code.map(|code| vault.fingerprint(CODE, &normal(code))),
    )
}

/// Opens a row.
pub(super) fn open(vault: &Vault, row: &asker_entity::Model) -> Result<Asker> {
    let key = vault.unwrap(&row.data_key)?;
    let text = key.open(&context(row.consultation_id), &row.sealed)?;
    // The cause of a fault in it could repeat what stands in it.
    serde_json::from_str(&text)
        .map_err(|_| Error::internal("what is sealed of an asker is not one"))
}

/// The askers of cases, by case, for what the service itself does with them: nobody is shown them.
pub(super) async fn unseen(
    db: &impl ConnectionTrait,
    vault: &Vault,
    ids: Vec<Uuid>,
) -> Result<HashMap<Uuid, Asker>> {
    let rows = asker_entity::Entity::visible_to(&Scope::Service)
        .filter(asker_entity::Column::ConsultationId.is_in(ids))
        .all(db)
        .await?;
    rows.iter().map(|row| Ok((row.consultation_id, open(vault, row)?))).collect()
}

/// The askers of cases, by case, for a viewer who may see them. Each reading is entered into the audit log before it is
/// given, once a request.
pub(super) async fn read(ctx: &Ctx, cases: &HashMap<Uuid, String>) -> Result<HashMap<Uuid, Asker>> {
    let askers = unseen(ctx.db(), &ctx.app.vault, cases.keys().copied().collect()).await?;
    let mut told = ctx.readings().lock().await;
    let new: Vec<Uuid> = askers.keys().copied().filter(|id| !told.contains(id)).collect();
    let entries = new.iter().map(|id| {
        let district = cases.get(id).map(String::as_str);
        Entry::new("readAsker").of(NodeKind::Consultation, *id).within(district)
    });
    audit::record_all(ctx, entries.collect()).await?;
    told.extend(new);
    Ok(askers)
}

/// The cases of an asker of this name or code that a viewer may see with their asker, as a part of a larger question.
/// Whoever may not see who asked cannot find it out by asking for a name either.
pub(super) fn cases_of(
    vault: &Vault,
    viewer: &Viewer,
    name: Option<&str>,
    code: Option<&str>,
) -> SelectStatement {
    use asker_entity::{Column, Entity};
    let mut askers = Entity::visible_to(&Scope::Service)
        .select_only()
        .column(Column::ConsultationId)
        .filter(Column::ConsultationId.in_subquery(shown_with_asker(viewer)));
    if let Some(name) = name {
        let prints = vault.fingerprints(NAME, &normal(name));
        askers = askers.filter(Column::NameFingerprint.is_in(prints));
    }
    if let Some(code) = code {
        let prints = vault.fingerprints(CODE, &normal(code));
        askers = askers.filter(Column::CodeFingerprint.is_in(prints));
    }
    askers.into_query()
}

fn shown_with_asker(viewer: &Viewer) -> SelectStatement {
    let tokens = viewer.tokens().iter().map(String::as_str);
    reader_entity::Entity::visible_to(&Scope::Service)
        .select_only()
        .column(reader_entity::Column::ConsultationId)
        .filter(reader_entity::Column::Token.is_in(tokens))
        .filter(reader_entity::Column::SeesAsker.eq(true))
        .into_query()
}

/// Deletes who asked, with the key and the fingerprints. Whether there was somebody.
pub(super) async fn erase(db: &impl ConnectionTrait, consultation_id: Uuid) -> Result<bool> {
    let erased = asker_entity::Entity::delete_many()
        .filter(asker_entity::Column::ConsultationId.eq(consultation_id))
        .exec(db)
        .await?;
    Ok(erased.rows_affected > 0)
}

/// A text without what would tell who asked: the asker's own values and their short forms, in both scripts.
pub(super) fn masked(text: &str, asker: &Asker) -> Result<String> {
    let nobody_else = Enterprises::new::<&str>([])?;
    let findings = deidentification::find(&[("text", text)], &asker.confidential(), &nobody_else);
    let mut masked = String::with_capacity(text.len());
    let mut chars = text.chars().enumerate().peekable();
    let own = findings.iter().filter(|found| found.kind == deidentification::Kind::Confidential);
    for found in own {
        while chars.peek().is_some_and(|(at, _)| *at < found.start) {
            masked.extend(chars.next().map(|(_, ch)| ch));
        }
        if chars.peek().is_some_and(|(at, _)| *at < found.end) {
            masked.push_str(MASK);
        }
        while chars.peek().is_some_and(|(at, _)| *at < found.end) {
            chars.next();
        }
    }
    masked.extend(chars.map(|(_, ch)| ch));
    Ok(masked)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asker() -> Asker {
        Asker {
            company: "上海示例心脉医疗科技有限公司".to_owned(),
            social_credit_code: Some("91350100m000100y43".to_owned()),
            contact: Some("欧阳示例".to_owned()),
            telephone: Some("021-55550123".to_owned()),
            email: Some("someone@example.com".to_owned()),
        }
    }

    #[test]
    fn an_asker_is_checked_and_shows_itself_to_no_log() {
        let checked = asker().checked().expect("an asker");
        assert_eq!(checked.social_credit_code.as_deref(), Some("91350100M000100Y43"));
        assert_eq!(format!("{checked:?}"), "Asker(…)");
        for wrong in [
            Asker { company: " ".to_owned(), ..asker() },
            Asker { social_credit_code: Some("91350100M000100Y44".to_owned()), ..asker() },
            Asker { telephone: Some("1\n2".to_owned()), ..asker() },
        ] {
            let error = wrong.checked().expect_err("refused").to_string();
            assert!(!error.contains("示例") && !error.contains("91350100"), "{error}");
        }
    }

    #[test]
    fn a_name_is_found_again_however_it_is_written() {
        assert_eq!(normal("示例（上海）Co., Ltd."), normal("示例(上海) CO LTD"));
        assert_ne!(normal("示例甲公司"), normal("示例乙公司"));
    }

    #[test]
    fn a_masked_text_tells_nothing_of_the_asker() {
        let text = "上海示例心脉医疗科技有限公司来电（021-55550123）：介入瓣膜是否按第三类申报？联系 someone@example.com";
        let masked = masked(text, &asker()).expect("a text");
        assert!(masked.contains("介入瓣膜是否按第三类申报"), "{masked}");
        for value in ["心脉", "55550123", "someone"] {
            assert!(!masked.contains(value), "{masked}");
        }
        assert_eq!(super::masked("", &asker()).expect("nothing"), "");
    }
}
