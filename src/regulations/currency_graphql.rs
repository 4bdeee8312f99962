//! How the currency of answers looks from outside.

use std::{collections::HashMap, sync::Arc};

use async_graphql::{Context, Object, SimpleObject};
use chrono::NaiveDate;
use sea_orm::prelude::Uuid;

use super::{
    Regulation, RegulationNode,
    currency::{Assessment, Currency, Event, Graph, Grounds, Step, assess},
    nodes, nodes_by_id,
};
use crate::{
    app::Ctx,
    batch::{Batch, Shared},
    error::{Error, Fault, Result},
    expertise::LocalizedText,
    language::Text,
    scalars::{Date, PartialDate},
};

/// The regulations on the ways of a page: those of the database, and one that may not be there yet.
#[derive(Clone)]
struct Documents {
    recorded: Shared<Uuid, RegulationNode>,
    planned: Option<Box<RegulationNode>>,
}

impl Documents {
    async fn get(&self, ctx: &Ctx, id: Uuid) -> Result<RegulationNode> {
        if let Some(planned) = self.planned.as_ref().filter(|planned| planned.is(id)) {
            return Ok((**planned).clone());
        }
        Ok(self.recorded.require(&id, |ids| nodes_by_id(ctx, ids)).await?.clone())
    }
}

/// The verdicts on the answers of a page on a day, which load the regulations on all their ways at once.
pub struct Verdicts {
    assessments: HashMap<Uuid, Arc<Assessment>>,
    as_of: NaiveDate,
    graph: Arc<Graph>,
    documents: Documents,
}

impl Verdicts {
    /// Judges answers, each by its id and what it rests on.
    pub fn new(
        grounds: impl IntoIterator<Item = (Uuid, Grounds)>,
        as_of: NaiveDate,
        graph: Arc<Graph>,
    ) -> Self {
        Self::foreseen(grounds, as_of, graph, None)
    }

    /// The same by a graph as it would be, with a regulation in it that has not been recorded.
    pub fn foreseen(
        grounds: impl IntoIterator<Item = (Uuid, Grounds)>,
        as_of: NaiveDate,
        graph: Arc<Graph>,
        planned: Option<&Regulation>,
    ) -> Self {
        let assess =
            |(id, grounds): (Uuid, Grounds)| (id, Arc::new(assess(&grounds, &graph, as_of)));
        let assessments: HashMap<_, _> = grounds.into_iter().map(assess).collect();
        let ways = assessments.values().flat_map(|verdict| {
            verdict.path.iter().chain(verdict.notes.iter().flatten()).map(|step| step.regulation)
        });
        let recorded = Arc::new(Batch::new(ways));
        let planned = nodes(planned.cloned()).pop().map(Box::new);
        let documents = Documents { recorded, planned };
        Self { assessments, as_of, graph, documents }
    }

    /// The verdict on one of them.
    pub fn on(&self, id: &Uuid) -> Result<CurrencyNode> {
        let assessment = self.assessments.get(id);
        let assessment = assessment.ok_or_else(|| Error::internal("an answer is not judged"))?;
        Ok(CurrencyNode {
            assessment: Arc::clone(assessment),
            as_of: self.as_of,
            graph: Arc::clone(&self.graph),
            documents: self.documents.clone(),
        })
    }
}

/// Whether an answer still stands on a day, and why.
pub struct CurrencyNode {
    assessment: Arc<Assessment>,
    as_of: NaiveDate,
    graph: Arc<Graph>,
    documents: Documents,
}

impl CurrencyNode {
    /// Since when the verdict holds; for UPCOMING, the day on which the answer ceases to stand.
    pub fn since(&self) -> Option<NaiveDate> {
        // What holds since always is shown without a day.
        self.assessment.day.filter(|day| *day > NaiveDate::MIN)
    }

    /// The regulation at the end of the way: what an answer is to be checked against.
    pub async fn cause(&self, ctx: &Ctx) -> Result<Option<RegulationNode>> {
        let Some(last) = self.assessment.path.last() else { return Ok(None) };
        Ok(Some(self.documents.get(ctx, last.regulation).await?))
    }

    fn steps(&self, steps: &[Step]) -> Vec<StepNode> {
        let step = |step: &Step| StepNode { step: step.clone(), documents: self.documents.clone() };
        steps.iter().map(step).collect()
    }
}

/// Whether an answer still stands on a day, computed from its citations and what became of them.
#[Object(name = "CurrencyAssessment")]
impl CurrencyNode {
    /// The verdict.
    async fn status(&self) -> Currency {
        self.assessment.currency
    }

    /// The day that was asked for.
    async fn as_of(&self) -> Date {
        Date(self.as_of)
    }

    /// Since when the verdict holds; for UPCOMING, the day on which the answer ceases to stand.
    async fn day(&self) -> Option<Date> {
        self.since().map(Date)
    }

    /// The way that led to the verdict, from the citation on; empty where nothing is wrong.
    async fn path(&self) -> Vec<StepNode> {
        self.steps(&self.assessment.path)
    }

    /// What has changed without touching the verdict, for all that is known: amendments whose articles are not
    /// recorded, or that the answer does not say it rests on.
    async fn notes(&self) -> Vec<CurrencyNote> {
        let note = |steps: &Vec<Step>| CurrencyNote {
            path: self.steps(steps),
            explanation: explain(steps, &self.graph),
        };
        self.assessment.notes.iter().map(note).collect()
    }

    /// The path as a sentence.
    async fn explanation(&self) -> Option<LocalizedText> {
        (!self.assessment.path.is_empty()).then(|| explain(&self.assessment.path, &self.graph))
    }
}

/// A change that does not touch the verdict.
#[derive(SimpleObject)]
pub(super) struct CurrencyNote {
    /// The way from the citation to the change.
    path: Vec<StepNode>,
    /// The same as a sentence.
    explanation: LocalizedText,
}

/// One step on the way from an answer to what became of its basis.
pub(super) struct StepNode {
    step: Step,
    documents: Documents,
}

/// One step on the way from an answer to what became of its basis.
#[Object(name = "CurrencyStep")]
impl StepNode {
    /// What happened.
    async fn event(&self) -> Event {
        self.step.event
    }

    /// The regulation that the step leads to.
    async fn regulation(&self, ctx: &Context<'_>) -> Result<RegulationNode, Fault> {
        Ok(self.documents.get(ctx.data_unchecked(), self.step.regulation).await?)
    }

    /// When, as far as it is known.
    async fn on(&self) -> Option<PartialDate> {
        self.step.on.map(PartialDate)
    }

    /// The articles in question, where they are known.
    async fn articles(&self) -> &[String] {
        &self.step.articles
    }

    /// How the change goes over.
    async fn note(&self) -> Option<&str> {
        self.step.note.as_deref()
    }
}

fn explain(steps: &[Step], graph: &Graph) -> LocalizedText {
    let told = explanation(steps, graph);
    LocalizedText::new(&told.zh, Some(&told.en))
}

/// The way to a verdict as a sentence.
pub(crate) fn explanation(steps: &[Step], graph: &Graph) -> Text {
    let (mut zh, mut en) = (Vec::new(), Vec::new());
    for step in steps {
        let name = graph.name(step.regulation);
        let on = step.on.map(|on| on.to_string());
        let (since_zh, since_en) =
            on.map_or_else(Default::default, |on| (format!("自{on}起"), format!(" on {on}")));
        let articles = match step.articles.as_slice() {
            [] => String::new(),
            articles => format!(" {}", articles.join("、")),
        };
        let (chinese, english) = match step.event {
            Event::Cites => (format!("依据{name}{articles}"), format!("cites {name}{articles}")),
            Event::ReplacedBy => {
                (format!("{since_zh}被{name}代替"), format!("replaced{since_en} by {name}"))
            }
            Event::AmendedBy => (
                format!("{since_zh}被{name}修改{articles}"),
                format!("amended{since_en} by {name}{articles}"),
            ),
            Event::AdjustedBy => (
                format!("{since_zh}被{name}调整{articles}"),
                format!("adjusted{since_en} by {name}{articles}"),
            ),
            Event::Ended => (format!("{since_zh}废止或失效"), format!("ended{since_en}")),
            Event::ConfirmedAgainst => {
                (format!("已对照{name}核对"), format!("checked against {name}"))
            }
        };
        zh.push(chinese);
        en.push(english);
    }
    Text::new(en.join(" → "), zh.join(" → "))
}
