//! What can be done with a consultation: one table of steps, in the order in which they are offered.

use crate::console::{
    api::{Done, documents},
    steps::{Field, Kind, Nothing, Step},
};

documents! {
    CLASSIFY: Done<Nothing> = ["classify_consultation.graphql"];
    RECLASSIFY: Done<Nothing> = ["reclassify_consultation.graphql"];
    ASSIGN: Done<Nothing> = ["assign_consultation.graphql"];
    ASK_FOR_DETAILS: Done<Nothing> = ["ask_for_details.graphql"];
    GIVE_DETAILS: Done<Nothing> = ["give_details.graphql"];
    ANSWER_DIRECTLY: Done<Nothing> = ["answer_directly.graphql"];
    REFER: Done<Nothing> = ["refer_consultation.graphql"];
    RELEASE_ASKER: Done<Nothing> = ["release_asker.graphql"];
    RELEASE_REFERRAL: Done<Nothing> = ["release_referral.graphql"];
    ESCALATE: Done<Nothing> = ["escalate_consultation.graphql"];
    REFER_NATIONAL: Done<Nothing> = ["refer_national.graphql"];
    RETURN: Done<Nothing> = ["return_consultation.graphql"];
    TIER_REPLY: Done<Nothing> = ["tier_reply.graphql"];
    REPLY: Done<Nothing> = ["reply_to_asker.graphql"];
    CONFIRM: Done<Nothing> = ["confirm_reply.graphql"];
    REOPEN: Done<Nothing> = ["reopen_consultation.graphql"];
    MARK_DUPLICATE: Done<Nothing> = ["mark_duplicate.graphql"];
    WITHDRAW: Done<Nothing> = ["withdraw_consultation.graphql"];
    ERASE_ASKER: Done<Nothing> = ["erase_asker.graphql"];
}

const fn field(name: &'static str, text: &'static str, kind: Kind, is_required: bool) -> Field {
    Field { name, text, kind, is_required }
}

const REASON: Field =
    Field { name: "reason", text: "case-reason", kind: Kind::Words, is_required: true };
const LATER_REASON: Field =
    Field { name: "reason", text: "case-later-reason", kind: Kind::Words, is_required: false };
const NOTE: Field =
    Field { name: "note", text: "case-note", kind: Kind::Words, is_required: false };
const FOLLOWER: Field =
    Field { name: "assigneeId", text: "case-follower", kind: Kind::One, is_required: false };
const TOLD_BY: Field =
    Field { name: "toldBy", text: "case-told-by", kind: Kind::One, is_required: true };
const TOLD_AT: Field =
    Field { name: "toldAt", text: "case-told-at", kind: Kind::Moment, is_required: false };

/// The name of the field by which the other case of a double is written: its number, where the change wants its id.
pub(super) const DOUBLE: &str = "duplicateOfId";

/// The slug of the step with that field.
pub(super) const MARKING: &str = "duplicate";

const fn classification() -> [Field; 6] {
    [
        Field { name: "level", text: "case-level", kind: Kind::One, is_required: true },
        Field { name: "areaIds", text: "case-areas", kind: Kind::Any, is_required: false },
        Field {
            name: "productKind",
            text: "case-product-kind",
            kind: Kind::One,
            is_required: true,
        },
        Field {
            name: "deviceClass",
            text: "case-device-class",
            kind: Kind::One,
            is_required: false,
        },
        Field { name: "priority", text: "case-priority", kind: Kind::One, is_required: false },
        FOLLOWER,
    ]
}

const CLASSIFICATION: [Field; 6] = classification();
const RECLASSIFICATION: [Field; 7] = {
    let [a, b, c, d, e, f] = classification();
    [a, b, c, d, e, f, LATER_REASON]
};

const PLAIN: Step = Step {
    name: "",
    slug: "",
    change: &CLASSIFY,
    subject: "consultationId",
    fixed: &[],
    hint: "",
    is_grave: false,
    fields: &[],
};

/// The table.
pub(super) const STEPS: [Step; 20] = [
    Step {
        name: "CLASSIFY",
        slug: "classify",
        change: &CLASSIFY,
        fields: &CLASSIFICATION,
        ..PLAIN
    },
    Step {
        name: "ANSWER_DIRECTLY",
        slug: "answer",
        change: &ANSWER_DIRECTLY,
        hint: "case-answer-hint",
        fields: &[
            field("text", "case-answer", Kind::Words, false),
            field("answeredQuestionIds", "case-answered-by", Kind::Any, false),
            TOLD_BY,
            TOLD_AT,
        ],
        ..PLAIN
    },
    Step {
        name: "TIER_REPLY",
        slug: "tier-reply",
        change: &TIER_REPLY,
        hint: "case-tier-reply-hint",
        fields: &[field("text", "case-reply", Kind::Words, true)],
        ..PLAIN
    },
    Step {
        name: "REPLY",
        slug: "reply",
        change: &REPLY,
        hint: "case-reply-hint",
        fields: &[TOLD_BY, TOLD_AT, field("text", "case-reply-otherwise", Kind::Words, false)],
        ..PLAIN
    },
    Step { name: "CONFIRM", slug: "confirm", change: &CONFIRM, fields: &[NOTE], ..PLAIN },
    Step {
        name: "REFER_ACROSS",
        slug: "refer",
        change: &REFER,
        hint: "case-refer-hint",
        fields: &[field("stationId", "case-station", Kind::One, true), REASON, FOLLOWER],
        ..PLAIN
    },
    Step {
        name: "ESCALATE_TO_DISTRICT",
        slug: "to-district",
        change: &ESCALATE,
        fixed: &[("to", "DISTRICT")],
        fields: &[field("summary", "case-summary", Kind::Words, true), FOLLOWER],
        ..PLAIN
    },
    Step {
        name: "ESCALATE_TO_MUNICIPAL",
        slug: "to-municipal",
        change: &ESCALATE,
        fixed: &[("to", "MUNICIPAL")],
        fields: &[
            field("counterpartId", "case-counterpart", Kind::One, true),
            field("summary", "case-summary", Kind::Words, false),
        ],
        ..PLAIN
    },
    Step {
        name: "REFER_NATIONAL",
        slug: "to-national",
        change: &REFER_NATIONAL,
        fields: &[REASON],
        ..PLAIN
    },
    Step { name: "RETURN", slug: "return", change: &RETURN, fields: &[REASON], ..PLAIN },
    Step {
        name: "ASK_FOR_DETAILS",
        slug: "ask-for-details",
        change: &ASK_FOR_DETAILS,
        hint: "case-ask-hint",
        fields: &[field("question", "case-details-wanted", Kind::Words, true)],
        ..PLAIN
    },
    Step {
        name: "GIVE_DETAILS",
        slug: "give-details",
        change: &GIVE_DETAILS,
        fields: &[field("details", "case-details", Kind::Words, true)],
        ..PLAIN
    },
    Step {
        name: "ASSIGN",
        slug: "assign",
        change: &ASSIGN,
        fields: &[field("assigneeId", "case-person", Kind::One, true), LATER_REASON],
        ..PLAIN
    },
    Step {
        name: "RECLASSIFY",
        slug: "reclassify",
        change: &RECLASSIFY,
        fields: &RECLASSIFICATION,
        ..PLAIN
    },
    Step {
        name: "RELEASE_ASKER",
        slug: "release-asker",
        change: &RELEASE_ASKER,
        hint: "case-release-asker-hint",
        ..PLAIN
    },
    Step {
        name: "RELEASE_REFERRAL",
        slug: "take-back",
        change: &RELEASE_REFERRAL,
        fields: &[REASON],
        ..PLAIN
    },
    Step { name: "REOPEN", slug: "reopen", change: &REOPEN, fields: &[REASON], ..PLAIN },
    Step {
        name: "MARK_DUPLICATE",
        slug: MARKING,
        change: &MARK_DUPLICATE,
        is_grave: true,
        fields: &[field(DOUBLE, "case-double", Kind::Line, true), NOTE],
        ..PLAIN
    },
    Step {
        name: "WITHDRAW",
        slug: "withdraw",
        change: &WITHDRAW,
        is_grave: true,
        fields: &[NOTE],
        ..PLAIN
    },
    Step {
        name: "ERASE_ASKER",
        slug: "erase-asker",
        change: &ERASE_ASKER,
        hint: "case-erase-hint",
        is_grave: true,
        fields: &[REASON],
        ..PLAIN
    },
];
