//! Confirming that an answer still stands: an officer has checked it against the regulation that touched it, or has
//! looked at it again when its day of review had passed. What was said stays as it is; whoever finds it wrong revises it.

use chrono::NaiveDate;
use sea_orm::{IntoActiveModel as _, QueryFilter, Set, entity::prelude::*};

use super::{
    Citation, CitationRole, Confirmation, Step,
    case::{Case, at_version},
    citation_entity, confirmation_entity,
    drafts::entry,
    entity,
    findings::findings_beside,
    grounds, write,
};
use crate::{
    app::Ctx,
    change::Change,
    deidentification::{self, Kind},
    error::{Done, Error, Result, RuleCode},
    ids::new_id,
    language::Text,
    regulations::{
        self,
        currency::{Currency, Graph, Grounds, assess, touching},
    },
};

/// What an officer found.
#[derive(Clone, Debug)]
pub(super) struct Finding {
    /// The regulation that the answer was checked against, by its global id or its key; none where nothing has touched
    /// it and only its day of review has passed.
    pub regulation: Option<String>,
    /// What was found.
    pub note: String,
    /// Where in that regulation the answer now rests.
    pub citation: Option<NewCitation>,
    /// The day by which it is to be looked at again.
    pub review_by: Option<NaiveDate>,
}

/// A pointer to the regulation that an answer was checked against.
#[derive(Clone, Debug)]
pub(super) struct NewCitation {
    /// The articles; none where the whole is meant.
    pub articles: Vec<String>,
    /// The words that matter.
    pub quote: Option<String>,
}

/// Confirms that a published answer still stands.
pub(super) async fn confirm(ctx: &Ctx, id: Uuid, version: i32, finding: Finding) -> Result<Done> {
    let case = Case::find(ctx, ctx.db(), id).await?;
    case.may(&ctx.viewer, Step::Confirm)?;
    let finding = checked(ctx, finding)?;
    tells_nobody(ctx, &finding, case.row.consultation_id).await?;
    let against = match &finding.regulation {
        Some(name) => Some(regulations::named(ctx, "regulation", name).await?.id),
        None => None,
    };
    let mut change = Change::begin(ctx).await?;
    let case = Case::find(ctx, &*change, id).await?;
    at_version(version, case.row.version)?;
    case.ready(&ctx.viewer, Step::Confirm)?;
    let citations = super::citations(&*change, vec![id]).await?.remove(&id).unwrap_or_default();
    let confirmed = super::confirmations(&*change, vec![id]).await?;
    let confirmed = confirmed.get(&id).map(Vec::as_slice).unwrap_or_default();
    let grounds = grounds(&case.row, &citations, confirmed);
    let graph = regulations::graph(&*change).await?;
    fits(&grounds, &graph, against, ctx.today)?;
    if finding.review_by.is_none() && case.row.review_by.is_some_and(|day| day < ctx.today) {
        let reason = Text::new(
            "the day of review has passed: say by when it is to be looked at again",
            "复核期限已过，请填写新的复核期限",
        );
        return Err(Error::invalid("reviewBy", reason));
    }
    let said = match against {
        Some(regulation) => {
            let position = next(confirmed.iter().map(|row| row.position));
            add_confirmation(ctx, &change, id, (position, regulation), &finding.note).await?;
            if let Some(citation) = finding.citation {
                cite(ctx, &change, id, regulation, &citations, citation).await?;
            }
            graph.name(regulation).to_owned()
        }
        None => "looked at again".to_owned(),
    };
    let set = entity::ActiveModel {
        confirmed_on: Set(Some(ctx.today)),
        review_by: Set(finding.review_by.or(case.row.review_by)),
        ..Default::default()
    };
    write::row(ctx, &mut change, &case.row, set).await?;
    change.audit(entry("confirmAnswer", id, &case.district).saying(said));
    change.commit(id).await
}

/// What is said of a check is read by all who read the answer, and nobody looks through it a second time: it names no
/// company and no person. Dates and amounts are left to the officer, for rules are full of them.
async fn tells_nobody(ctx: &Ctx, finding: &Finding, consultation: Option<Uuid>) -> Result<()> {
    let quote = finding.citation.as_ref().and_then(|citation| citation.quote.as_deref());
    let articles = finding.citation.as_ref().map(|citation| citation.articles.join("；"));
    let fields = [
        ("note", finding.note.as_str()),
        ("citation.articles", articles.as_deref().unwrap_or_default()),
        ("citation.quote", quote.unwrap_or_default()),
    ];
    let found = findings_beside(ctx, &fields, consultation).await?;
    found.check_nothing_hidden("note")?;
    let telling = |it: &&deidentification::Finding| {
        let of_rules = matches!(it.kind, Kind::Date | Kind::Amount);
        it.kind == Kind::Confidential || !of_rules
    };
    let Some(found) = found.shown.iter().find(telling) else { return Ok(()) };
    let label = found.kind.label();
    let reason = Text::new(
        format!("“{}” would tell who asked ({}): leave it out", found.text, label.en),
        format!("“{}”（{}）可能透露咨询人，请删去", found.text, label.zh),
    );
    Err(Error::rule(RuleCode::FindingsOpen, found.field.as_str(), reason))
}

/// A finding whose texts and days are in order.
fn checked(ctx: &Ctx, mut finding: Finding) -> Result<Finding> {
    finding.note = String::from(finding.note.trim());
    if finding.note.is_empty() || finding.note.chars().count() > 2_000 {
        let reason = Text::new(
            "say in at most 2,000 characters what was found",
            "请说明核对结果，不超过 2000 个字符",
        );
        return Err(Error::invalid("note", reason));
    }
    if finding.review_by.is_some_and(|day| day <= ctx.today) {
        let reason = Text::new("should be a day to come", "应为今天之后的日期");
        return Err(Error::invalid("reviewBy", reason));
    }
    let Some(citation) = &mut finding.citation else { return Ok(finding) };
    if finding.regulation.is_none() {
        let reason = Text::new(
            "belongs to the regulation that the answer was checked against; name that too",
            "引用的是所核对的法规，请同时填写 regulation",
        );
        return Err(Error::invalid("citation", reason));
    }
    let trimmed = |text: &String| Some(text.trim().to_owned()).filter(|text| !text.is_empty());
    citation.articles = citation.articles.iter().filter_map(trimmed).collect();
    citation.quote = citation.quote.as_ref().and_then(trimmed);
    let long = |text: &String, most| text.chars().count() > most;
    if citation.articles.len() > 100
        || citation.articles.iter().any(|article| long(article, 100))
        || citation.quote.as_ref().is_some_and(|quote| long(quote, 2_000))
    {
        let reason = Text::new(
            "has at most 100 articles of 100 characters, and a quote of 2,000",
            "最多 100 个条款（每个 100 字符），引文不超过 2000 个字符",
        );
        return Err(Error::invalid("citation", reason));
    }
    Ok(finding)
}

/// What an answer is checked against must have touched it; and what has touched it is not passed over.
fn fits(grounds: &Grounds, graph: &Graph, against: Option<Uuid>, today: NaiveDate) -> Result<()> {
    let touching = touching(grounds, graph);
    let Some(regulation) = against else {
        let verdict = assess(grounds, graph, today);
        let untouched = [Currency::Current, Currency::ReviewDue, Currency::Unverified]
            .contains(&verdict.currency);
        let name = verdict.path.last().map_or("?", |step| graph.name(step.regulation));
        let reason = Text::new(
            format!(
                "the answer has been touched by {name}: name the regulation that it was checked against"
            ),
            format!("该答复已受{name}影响，请填写所核对的法规"),
        );
        return if untouched { Ok(()) } else { Err(Error::invalid("regulation", reason)) };
    };
    // Checked before, it may be checked again.
    if touching.contains(&regulation) || grounds.confirmed.contains_key(&regulation) {
        return Ok(());
    }
    let mut names: Vec<&str> = touching.iter().map(|id| graph.name(*id)).collect();
    names.sort_unstable();
    let reason = if names.is_empty() {
        Text::new(
            "nothing has touched what this answer rests on: leave the regulation out, and give a new reviewBy",
            "该答复的依据未受任何法规影响，请不填写法规，仅填写新的复核期限",
        )
    } else {
        Text::new(
            format!(
                "this regulation does not touch what the answer rests on; these do: {}",
                names.join(", ")
            ),
            format!("该法规不影响该答复的依据；影响其依据的是：{}", names.join("、")),
        )
    };
    Err(Error::invalid("regulation", reason))
}

fn next(positions: impl Iterator<Item = i32>) -> i32 {
    positions.max().unwrap_or(0) + 1
}

async fn add_confirmation(
    ctx: &Ctx,
    change: &Change<'_>,
    answered_question_id: Uuid,
    (position, regulation_id): (i32, Uuid),
    note: &str,
) -> Result<()> {
    let row = Confirmation {
        id: new_id(),
        answered_question_id,
        position,
        regulation_id,
        confirmed_on: ctx.today,
        note: Some(note.to_owned()),
    };
    let row = row.into_active_model();
    confirmation_entity::Entity::insert(row).exec_without_returning(&**change).await?;
    Ok(())
}

/// Lets the answer rest on the regulation that it was checked against. A citation that is there stays as it is written;
/// the same one is marked as checked.
async fn cite(
    ctx: &Ctx,
    change: &Change<'_>,
    answered_question_id: Uuid,
    regulation_id: Uuid,
    citations: &[Citation],
    new: NewCitation,
) -> Result<()> {
    let articles: Json = new.articles.into();
    let same = |row: &&Citation| {
        row.regulation_id == regulation_id
            && row.role == CitationRole::Basis
            && row.articles == articles
            && (new.quote.is_none() || row.quote == new.quote)
    };
    if let Some(there) = citations.iter().find(same) {
        citation_entity::Entity::update_many()
            .col_expr(citation_entity::Column::CheckedOn, Expr::value(Some(ctx.today)))
            .filter(citation_entity::Column::Id.eq(there.id))
            .exec(&**change)
            .await?;
        return Ok(());
    }
    let row = citation_entity::ActiveModel {
        id: Set(new_id()),
        answered_question_id: Set(answered_question_id),
        position: Set(next(citations.iter().map(|row| row.position))),
        regulation_id: Set(regulation_id),
        articles: Set(articles),
        quote: Set(new.quote),
        role: Set(CitationRole::Basis),
        checked_on: Set(Some(ctx.today)),
    };
    citation_entity::Entity::insert(row).exec_without_returning(&**change).await?;
    Ok(())
}
