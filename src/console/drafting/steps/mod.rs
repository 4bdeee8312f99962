//! What can be done with an answered question and its draft: one table of steps, in the order in which they are offered.

use crate::console::{
    api::{Done, documents},
    steps::{Field, Kind, Nothing, Step},
};

documents! {
    SUBMIT: Done<Nothing> = ["submit_for_review.graphql"];
    PUBLISH: Done<Nothing> = ["publish_answered_question.graphql"];
    RETURN: Done<Nothing> = ["return_draft.graphql"];
    DISCARD: Done<Nothing> = ["discard_draft.graphql"];
    CONFIRM: Done<Nothing> = ["confirm_answer.graphql"];
    REVISE: Done<Nothing> = ["revise_answered_question.graphql"];
    WIDEN: Done<Nothing> = ["widen_answered_question.graphql"];
    SUPERSEDE: Done<Nothing> = ["supersede_answered_question.graphql"];
    ARCHIVE: Done<Nothing> = ["archive_answered_question.graphql"];
    WITHDRAW: Done<Nothing> = ["withdraw_answered_question.graphql"];
}

const fn field(name: &'static str, text: &'static str, kind: Kind, is_required: bool) -> Field {
    Field { name, text, kind, is_required }
}

/// The name of the field by which the answer that takes another's place is written: its number, where the change wants
/// its id.
pub(super) const SUCCESSOR: &str = "byId";

/// What a step changes, whose version it names.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Of {
    Draft,
    Shown,
    /// Whatever is there: no version is asked for.
    Whole,
}

const PLAIN: Step = Step {
    name: "",
    slug: "",
    change: &SUBMIT,
    subject: "id",
    fixed: &[],
    hint: "",
    is_grave: false,
    fields: &[],
};

/// The table.
pub(super) const STEPS: [(Of, Step); 10] = [
    (
        Of::Draft,
        Step {
            name: "SUBMIT_FOR_REVIEW",
            slug: "submit",
            change: &SUBMIT,
            hint: "draft-submit-hint",
            ..PLAIN
        },
    ),
    (
        Of::Draft,
        Step {
            name: "PUBLISH",
            slug: "publish",
            change: &PUBLISH,
            hint: "draft-publish-hint",
            fields: &[field("audience", "draft-audience", Kind::One, false)],
            ..PLAIN
        },
    ),
    (
        Of::Draft,
        Step {
            name: "RETURN_DRAFT",
            slug: "return",
            change: &RETURN,
            fields: &[field("reason", "draft-return-reason", Kind::Words, true)],
            ..PLAIN
        },
    ),
    (
        Of::Shown,
        Step {
            name: "CONFIRM",
            slug: "confirm",
            change: &CONFIRM,
            subject: "answeredQuestionId",
            hint: "draft-confirm-hint",
            fields: &[
                field("regulation", "confirm-regulation", Kind::One, false),
                field("note", "confirm-note", Kind::Words, true),
                field("articles", "confirm-articles", Kind::Several, false),
                field("quote", "confirm-quote", Kind::Words, false),
                field("reviewBy", "confirm-review-by", Kind::Day, false),
            ],
            ..PLAIN
        },
    ),
    (
        Of::Shown,
        Step {
            name: "REVISE",
            slug: "revise",
            change: &REVISE,
            hint: "draft-revise-hint",
            ..PLAIN
        },
    ),
    (
        Of::Shown,
        Step {
            name: "WIDEN",
            slug: "widen",
            change: &WIDEN,
            hint: "draft-widen-hint",
            fields: &[field("audience", "draft-wider", Kind::One, true)],
            ..PLAIN
        },
    ),
    (
        Of::Shown,
        Step {
            name: "SUPERSEDE",
            slug: "supersede",
            change: &SUPERSEDE,
            is_grave: true,
            fields: &[field(SUCCESSOR, "draft-successor", Kind::Line, true)],
            ..PLAIN
        },
    ),
    (
        Of::Shown,
        Step {
            name: "ARCHIVE",
            slug: "archive",
            change: &ARCHIVE,
            hint: "draft-archive-hint",
            is_grave: true,
            ..PLAIN
        },
    ),
    (
        Of::Whole,
        Step {
            name: "WITHDRAW",
            slug: "withdraw",
            change: &WITHDRAW,
            hint: "draft-withdraw-hint",
            is_grave: true,
            fields: &[field("reason", "draft-withdraw-reason", Kind::Words, true)],
            ..PLAIN
        },
    ),
    (
        Of::Draft,
        Step {
            name: "DISCARD_DRAFT",
            slug: "discard",
            change: &DISCARD,
            is_grave: true,
            hint: "draft-discard-hint",
            ..PLAIN
        },
    ),
];
