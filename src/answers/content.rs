//! What an answered question says while it is worked on, looked at before it is written.

use chrono::NaiveDate;
use sea_orm::{Set, prelude::Uuid};
use serde::{Deserialize, Serialize};

use super::{
    AnswerDraft, AnsweredQuestion, Basis, Citation, CitationRole, Confirmation, DeviceClass,
    ProductKind, draft_entity, entity,
};
use crate::{
    app::Ctx,
    error::{Error, Result, RuleCode},
    expertise::unknown_area,
    json::texts,
    language::Text,
    regulations, transfer,
};

/// How long things may be, in characters, and how many there may be of them.
const MAX_QUESTION: usize = 20_000;
const MAX_ANSWER: usize = 50_000;
const MAX_SUMMARY: usize = 1_000;
const MAX_QUOTE: usize = 5_000;
const MAX_ARTICLE: usize = 100;
const MAX_AREAS: usize = 20;
const MAX_CITATIONS: usize = 50;
const MAX_ARTICLES: usize = 50;

/// What somebody has written, as it came in.
#[derive(Clone, Debug)]
pub(super) struct Given {
    pub(super) question: String,
    pub(super) answer: String,
    pub(super) summary: Option<String>,
    pub(super) areas: Vec<String>,
    pub(super) product_kind: Option<ProductKind>,
    pub(super) device_class: Option<DeviceClass>,
    pub(super) basis: Basis,
    pub(super) citations: Vec<GivenCitation>,
    pub(super) answered_on: Option<NaiveDate>,
    pub(super) review_by: Option<NaiveDate>,
}

/// A citation as it came in.
#[derive(Clone, Debug)]
pub(super) struct GivenCitation {
    pub(super) regulation: String,
    pub(super) articles: Vec<String>,
    pub(super) quote: Option<String>,
    pub(super) role: CitationRole,
}

/// What a draft says; its areas and regulations are there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Content {
    pub(super) question: String,
    pub(super) answer: String,
    pub(super) summary: Option<String>,
    pub(super) areas: Vec<Uuid>,
    pub(super) product_kind: Option<ProductKind>,
    pub(super) device_class: Option<DeviceClass>,
    pub(super) basis: Basis,
    pub(super) citations: Vec<Cited>,
    pub(super) answered_on: Option<NaiveDate>,
    pub(super) review_by: Option<NaiveDate>,
}

/// A citation as a draft keeps it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Cited {
    pub(super) regulation_id: Uuid,
    pub(super) articles: Vec<String>,
    pub(super) quote: Option<String>,
    pub(super) role: CitationRole,
    pub(super) checked_on: Option<NaiveDate>,
}

impl Given {
    /// Looks at what came in: lengths, codes of areas, keys of regulations.
    pub(super) async fn checked(self, ctx: &Ctx) -> Result<Content> {
        let areas = areas(ctx, &self.areas).await?;
        let citations = citations(ctx, self.citations).await?;
        Ok(Content {
            question: words("content.question", &self.question, 1, MAX_QUESTION)?,
            answer: words("content.answer", &self.answer, 0, MAX_ANSWER)?,
            summary: optional("content.summary", self.summary, MAX_SUMMARY)?,
            areas,
            product_kind: self.product_kind,
            device_class: self.device_class,
            basis: self.basis,
            citations,
            answered_on: self.answered_on,
            review_by: self.review_by,
        })
    }
}

async fn areas(ctx: &Ctx, codes: &[String]) -> Result<Vec<Uuid>> {
    few("content.areas", codes.len(), MAX_AREAS)?;
    let tree = ctx.tree().await?;
    let mut ids = Vec::with_capacity(codes.len());
    for code in codes {
        let area = tree.by_code(code).ok_or_else(|| unknown_area("content.areas", code))?;
        if !ids.contains(&area.id) {
            ids.push(area.id);
        }
    }
    Ok(ids)
}

async fn citations(ctx: &Ctx, given: Vec<GivenCitation>) -> Result<Vec<Cited>> {
    few("content.citations", given.len(), MAX_CITATIONS)?;
    let keys = given.iter().map(|citation| citation.regulation.clone()).collect();
    let known = regulations::ids_by_key(ctx.db(), keys).await?;
    let mut cited = Vec::with_capacity(given.len());
    for (place, citation) in given.into_iter().enumerate() {
        let field = |name: &str| format!("content.citations.{place}.{name}");
        let regulation_id = known.get(&citation.regulation).copied().ok_or_else(|| {
            let key = &citation.regulation;
            Error::invalid(
                field("regulation"),
                Text::new(
                    format!("there is no regulation {key:?}; regulations lists their keys"),
                    format!("没有法规“{key}”，可用 regulations 查看全部法规"),
                ),
            )
        })?;
        few(&field("articles"), citation.articles.len(), MAX_ARTICLES)?;
        let articles = citation
            .articles
            .iter()
            .map(|article| words(&field("articles"), article, 1, MAX_ARTICLE))
            .collect::<Result<_>>()?;
        cited.push(Cited {
            regulation_id,
            articles,
            quote: optional(&field("quote"), citation.quote, MAX_QUOTE)?,
            role: citation.role,
            checked_on: Some(ctx.today),
        });
    }
    Ok(cited)
}

/// A text without blanks at its ends, if its length fits.
pub(super) fn words(field: &str, text: &str, least: usize, most: usize) -> Result<String> {
    let text = text.trim();
    let length = text.chars().count();
    if (least..=most).contains(&length) {
        return Ok(text.to_owned());
    }
    let reason = Text::new(
        format!("has {length} characters; it takes {least} to {most}"),
        format!("共 {length} 个字符，应为 {least} 至 {most} 个"),
    );
    Err(Error::invalid(field, reason))
}

fn optional(field: &str, text: Option<String>, most: usize) -> Result<Option<String>> {
    let text = text.map(|text| words(field, &text, 0, most)).transpose()?;
    Ok(text.filter(|text| !text.is_empty()))
}

fn few(field: &str, count: usize, most: usize) -> Result<()> {
    if count <= most {
        return Ok(());
    }
    let reason = Text::new(
        format!("{count} are too many; at most {most}"),
        format!("共 {count} 项，最多 {most} 项"),
    );
    Err(Error::invalid(field, reason))
}

impl Content {
    /// What an answered question says now, for working on it again.
    pub(super) fn of_row(row: &AnsweredQuestion, areas: Vec<Uuid>, citations: &[Citation]) -> Self {
        let cited = |citation: &Citation| Cited {
            regulation_id: citation.regulation_id,
            articles: texts(&citation.articles),
            quote: citation.quote.clone(),
            role: citation.role,
            checked_on: citation.checked_on,
        };
        Self {
            question: row.question.clone(),
            answer: row.answer.clone(),
            summary: row.summary.clone(),
            areas,
            product_kind: row.product_kind,
            device_class: row.device_class,
            basis: row.basis,
            citations: citations.iter().map(cited).collect(),
            answered_on: row.answered_on,
            review_by: row.review_by,
        }
    }

    /// What a draft says.
    pub(super) fn of_draft(draft: &AnswerDraft) -> Result<Self> {
        Ok(Self {
            question: draft.question.clone(),
            answer: draft.answer.clone(),
            summary: draft.summary.clone(),
            areas: serde_json::from_value(draft.areas.clone())?,
            product_kind: draft.product_kind,
            device_class: draft.device_class,
            basis: draft.basis,
            citations: serde_json::from_value(draft.citations.clone())?,
            answered_on: draft.answered_on,
            review_by: draft.review_by,
        })
    }

    /// The same as columns of a draft.
    pub(super) fn as_draft(&self) -> Result<draft_entity::ActiveModel> {
        Ok(draft_entity::ActiveModel {
            question: Set(self.question.clone()),
            answer: Set(self.answer.clone()),
            summary: Set(self.summary.clone()),
            areas: Set(serde_json::to_value(&self.areas)?),
            product_kind: Set(self.product_kind),
            device_class: Set(self.device_class),
            basis: Set(self.basis),
            citations: Set(serde_json::to_value(&self.citations)?),
            answered_on: Set(self.answered_on),
            review_by: Set(self.review_by),
            ..Default::default()
        })
    }

    /// The same as columns of an answered question. Its digest is emptied, so that an import of the same row sees that
    /// it has been changed here, and leaves it alone.
    pub(super) fn as_row(&self) -> entity::ActiveModel {
        entity::ActiveModel {
            question: Set(self.question.clone()),
            answer: Set(self.answer.clone()),
            summary: Set(self.summary.clone()),
            product_kind: Set(self.product_kind),
            device_class: Set(self.device_class),
            basis: Set(self.basis),
            answered_on: Set(self.answered_on),
            ordered_on: Set(super::filter::ordered_on(self.answered_on)),
            review_by: Set(self.review_by),
            content_digest: Set(String::new()),
            ..Default::default()
        }
    }

    /// The citations as rows of an answered question.
    pub(super) fn citations_of(&self, answered_question_id: Uuid) -> Vec<Citation> {
        let row = |(citation, position): (&Cited, i32)| Citation {
            id: crate::ids::new_id(),
            answered_question_id,
            position,
            regulation_id: citation.regulation_id,
            articles: citation.articles.clone().into(),
            quote: citation.quote.clone(),
            role: citation.role,
            checked_on: citation.checked_on,
        };
        self.citations.iter().zip(1..).map(row).collect()
    }

    /// What must be there before a second person looks at it.
    ///
    /// # Errors
    /// [`Error::Rule`] with [`RuleCode::Invalid`], naming what is missing; it stands in no field of the step's own input.
    pub(super) fn check_complete(&self) -> Result<()> {
        if self.answer.is_empty() {
            let reason = Text::new("there is no answer yet; write it first", "尚无答复，请先填写");
            return Err(Error::rule(RuleCode::Invalid, "", reason));
        }
        let rests = self.citations.iter().any(|citation| citation.role == CitationRole::Basis);
        if self.basis == Basis::Cited && !rests {
            let reason = Text::new(
                "an answer rests on at least one citation with the role BASIS, or says basis: EXPERIENCE",
                "答复须至少有一条 role 为 BASIS 的依据，或将 basis 设为 EXPERIENCE",
            );
            return Err(Error::rule(RuleCode::Invalid, "", reason));
        }
        Ok(())
    }

    /// The same with every text as a function gives it back.
    pub(super) fn with_texts(&self, change: impl Fn(&str) -> String) -> Self {
        let cited = |citation: &Cited| Cited {
            articles: citation.articles.iter().map(|article| change(article)).collect(),
            quote: citation.quote.as_deref().map(&change),
            ..citation.clone()
        };
        Self {
            question: change(&self.question),
            answer: change(&self.answer),
            summary: self.summary.as_deref().map(&change),
            citations: self.citations.iter().map(cited).collect(),
            ..self.clone()
        }
    }

    /// All that a reader would read of it.
    pub(super) fn wording(&self) -> Wording {
        let cited = self.citations.iter().map(|it| (it.articles.clone(), it.quote.as_deref()));
        Wording::new(&self.question, &self.answer, self.summary.as_deref(), cited)
    }
}

/// What stands between the articles of a citation, where they are looked through as one text.
const BETWEEN_ARTICLES: &str = "；";

/// The texts of an answered question, each with the name of its field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Wording(Vec<(String, String)>);

impl Wording {
    fn new<'a>(
        question: &str,
        answer: &str,
        summary: Option<&str>,
        cited: impl Iterator<Item = (Vec<String>, Option<&'a str>)>,
    ) -> Self {
        let mut fields = vec![
            ("question".to_owned(), question.to_owned()),
            ("answer".to_owned(), answer.to_owned()),
        ];
        fields.extend(summary.map(|text| ("summary".to_owned(), text.to_owned())));
        for (place, (articles, quote)) in cited.enumerate() {
            if !articles.is_empty() {
                fields
                    .push((format!("citations.{place}.articles"), articles.join(BETWEEN_ARTICLES)));
            }
            fields.extend(quote.map(|text| (format!("citations.{place}.quote"), text.to_owned())));
        }
        Self(fields)
    }

    /// What is shown of an answered question, with what was said when it was confirmed.
    pub(super) fn of_row(
        row: &AnsweredQuestion,
        citations: &[Citation],
        confirmations: &[Confirmation],
    ) -> Self {
        let cited = citations.iter().map(|it| (texts(&it.articles), it.quote.as_deref()));
        let mut shown = Self::new(&row.question, &row.answer, row.summary.as_deref(), cited);
        for (place, confirmation) in confirmations.iter().enumerate() {
            let note = confirmation.note.clone();
            shown.0.extend(note.map(|note| (format!("confirmations.{place}.note"), note)));
        }
        shown
    }

    /// The fields, as they are looked through.
    pub(super) fn fields(&self) -> Vec<(&str, &str)> {
        self.0.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect()
    }

    /// What stands between two places of a field, counted in characters; nothing where there is no such field or place.
    pub(super) fn at(&self, field: &str, start: usize, end: usize) -> Option<String> {
        let (_, text) = self.0.iter().find(|(name, _)| name == field)?;
        let found: String = text.chars().skip(start).take(end.checked_sub(start)?).collect();
        (!found.is_empty() && start + found.chars().count() == end).then_some(found)
    }

    /// By what this wording is told from every other.
    pub(super) fn digest(&self) -> String {
        transfer::digest(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn content(answer: &str, basis: Basis, role: Option<CitationRole>) -> Content {
        let cited = |role| Cited {
            regulation_id: Uuid::nil(),
            articles: Vec::new(),
            quote: Some("引文".to_owned()),
            role,
            checked_on: None,
        };
        Content {
            question: "问".to_owned(),
            answer: answer.to_owned(),
            summary: None,
            areas: Vec::new(),
            product_kind: None,
            device_class: None,
            basis,
            citations: role.map(cited).into_iter().collect(),
            answered_on: None,
            review_by: None,
        }
    }

    #[test]
    fn an_answer_rests_on_an_article_or_says_that_it_is_experience() {
        let complete = |answer, basis, role| content(answer, basis, role).check_complete().is_ok();
        assert!(complete("答", Basis::Cited, Some(CitationRole::Basis)));
        assert!(complete("答", Basis::Experience, None));
        assert!(!complete("答", Basis::Cited, Some(CitationRole::Reference)));
        assert!(!complete("答", Basis::Cited, None));
        assert!(!complete("", Basis::Experience, None));
    }

    #[test]
    fn every_text_that_is_read_counts_and_a_change_of_any_is_noticed() {
        let first = content("答", Basis::Cited, Some(CitationRole::Basis)).wording();
        let names: Vec<&str> = first.fields().into_iter().map(|(name, _)| name).collect();
        assert_eq!(names, ["question", "answer", "citations.0.quote"]);
        let other = content("答。", Basis::Cited, Some(CitationRole::Basis)).wording();
        assert_ne!(first.digest(), other.digest());
        assert_eq!(first.digest(), first.clone().digest());
    }

    #[test]
    fn a_text_has_a_length() {
        assert_eq!(words("f", " 两字 ", 1, 2).expect("fits"), "两字");
        for (text, least, most) in [("", 1, 5), ("三个字", 0, 2)] {
            assert!(words("f", text, least, most).is_err(), "{text:?}");
        }
    }
}
