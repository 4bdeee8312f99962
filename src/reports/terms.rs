//! The figures of reports: what each counts, and out of what.

use async_graphql::Enum;

use crate::{
    consultations::{Brief, Closure, Level, State},
    language::Text,
};

/// A figure of the closed loop of consultations. All figures but the first five leave out what was withdrawn or was a
/// duplicate: nobody has to answer that. `docs/reports.md` gives each with its source and its reason.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Enum)]
#[graphql(name = "ReportFigure")]
pub enum Figure {
    /// 受理: recorded on a day of the period, in China.
    Received,
    /// 撤回或重复: closed because the company took its question back, or because the same was asked in another. Out of
    /// `RECEIVED`.
    Dropped,
    /// 办结: closed, for whatever reason; a reply that nobody objected to in time closes its case. Out of `RECEIVED`.
    Closed,
    /// 在办: waiting for a reply to the company. Out of `RECEIVED`.
    Open,
    /// 待企业确认: replied to, and the company may still object. Out of `RECEIVED`.
    Awaiting,
    /// 应答复: neither withdrawn nor a duplicate. Out of `RECEIVED`.
    ToAnswer,
    /// 已分类: it is known how far up the question has to go. Out of `TO_ANSWER`.
    Classified,
    /// 基础问题: classified as one that the station answers itself. Out of `CLASSIFIED`.
    Basic,
    /// 首次响应: the company has heard something, be it that details are wanted or the reply. Out of `TO_ANSWER`.
    FirstResponse,
    /// 上转或转办: handed up to a bureau or across to another station at any time. Out of `TO_ANSWER`.
    HandedOn,
    /// 退回: given back without a reply at least once by whoever it had been handed to. Out of `HANDED_ON`.
    Bounced,
    /// 应专人跟踪: classified above basic. Out of `CLASSIFIED`.
    AboveBasic,
    /// 已专人跟踪: a named person of its station follows it, and it has a due date unless its clock stands while the
    /// company is asked, or has ended. Out of `ABOVE_BASIC`; the share is the 跟踪服务率.
    Tracked,
    /// 已答复: the company has been told a reply, and the case was not taken up again since. Out of `TO_ANSWER`.
    Replied,
    /// 按时答复: replied to, and no due date had passed until then, neither the station's own nor that of whoever it was
    /// handed to. Out of `REPLIED`.
    RepliedInTime,
    /// 本站解决: replied to without ever having been handed up to a bureau. Out of `REPLIED`.
    SolvedAtStation,
    /// 复用他站答案: replied to, with an answered question of another station. Out of `REPLIED`.
    ReusedFromOthers,
    /// 曾办理完毕: replied to, or taken up again after it had been. Out of `TO_ANSWER`.
    Ended,
    /// 重新办理: taken up again at least once after it had been replied to or closed. Out of `ENDED`.
    Reopened,
    /// 闭环: closed with a reply that the company confirmed, or did not object to in time. Out of `TO_ANSWER`.
    ClosedLoop,
    /// 未按时分类 (missing): not classified though its day for that has passed. Out of `TO_ANSWER`.
    Unclassified,
    /// 未专人跟踪 (missing): above basic, without a named person or without a due date. Out of `ABOVE_BASIC`.
    Untracked,
    /// 逾期 (missing): a due date has passed without what was due, and the company had not been told by then; of open
    /// cases and of those that were replied to. Out of `TO_ANSWER`.
    Overdue,
    /// 已回复未告知企业 (missing): a reply has come back to the station, and the company has not been told. Out of
    /// `TO_ANSWER`.
    NotTold,
    /// 未答复办结 (missing): closed without any reply. Out of `CLOSED`.
    ClosedUnanswered,
}

impl Figure {
    /// Every figure, in the order of an assessment sheet.
    pub const ALL: [Self; 25] = [
        Self::Received,
        Self::Dropped,
        Self::Closed,
        Self::Open,
        Self::Awaiting,
        Self::ToAnswer,
        Self::Classified,
        Self::Basic,
        Self::FirstResponse,
        Self::HandedOn,
        Self::Bounced,
        Self::AboveBasic,
        Self::Tracked,
        Self::Replied,
        Self::RepliedInTime,
        Self::SolvedAtStation,
        Self::ReusedFromOthers,
        Self::Ended,
        Self::Reopened,
        Self::ClosedLoop,
        Self::Unclassified,
        Self::Untracked,
        Self::Overdue,
        Self::NotTold,
        Self::ClosedUnanswered,
    ];

    /// What is missing of the duties: classify, track, answer in time, tell, close with a reply.
    pub const MISSING: [Self; 5] =
        [Self::Unclassified, Self::Untracked, Self::Overdue, Self::NotTold, Self::ClosedUnanswered];

    /// Out of which it is counted; the first is counted out of itself.
    #[must_use]
    pub fn whole(self) -> Self {
        match self {
            Self::Received
            | Self::Dropped
            | Self::Closed
            | Self::Open
            | Self::Awaiting
            | Self::ToAnswer => Self::Received,
            Self::Classified
            | Self::FirstResponse
            | Self::HandedOn
            | Self::Replied
            | Self::Ended
            | Self::ClosedLoop
            | Self::Unclassified
            | Self::Overdue
            | Self::NotTold => Self::ToAnswer,
            Self::Basic | Self::AboveBasic => Self::Classified,
            Self::Bounced => Self::HandedOn,
            Self::Tracked | Self::Untracked => Self::AboveBasic,
            Self::RepliedInTime | Self::SolvedAtStation | Self::ReusedFromOthers => Self::Replied,
            Self::Reopened => Self::Ended,
            Self::ClosedUnanswered => Self::Closed,
        }
    }

    /// Whether a case counts. This is the one definition: numbers, rows and sheets all ask here.
    pub fn counts(self, case: &Brief, today: chrono::NaiveDate) -> bool {
        let dropped = matches!(case.closure, Some(Closure::Withdrawn | Closure::Duplicate));
        let to_answer = !dropped;
        let replied = to_answer && case.replied_at.is_some();
        let above = to_answer && case.level.is_some_and(|level| level > Level::Basic);
        match self {
            Self::Received => true,
            Self::Dropped => dropped,
            Self::Closed => case.state == State::Closed,
            Self::Open => case.state.is_open(),
            Self::Awaiting => case.state == State::Replied,
            Self::ToAnswer => to_answer,
            Self::Classified => to_answer && case.level.is_some(),
            Self::Basic => to_answer && case.level == Some(Level::Basic),
            Self::FirstResponse => to_answer && case.first_response_at.is_some(),
            Self::HandedOn => to_answer && handed_on(case),
            Self::Bounced => to_answer && handed_on(case) && case.bounced > 0,
            Self::AboveBasic => above,
            Self::Tracked => above && tracked(case),
            Self::Untracked => above && !tracked(case),
            Self::Replied => replied,
            Self::RepliedInTime => replied && case.missed_on.is_none(),
            Self::SolvedAtStation => replied && case.highest_tier.is_none(),
            Self::ReusedFromOthers => replied && case.reused > 0,
            Self::Ended => replied || (to_answer && case.reopened > 0),
            Self::Reopened => to_answer && case.reopened > 0,
            Self::ClosedLoop => replied && case.state == State::Closed,
            Self::Unclassified => {
                let late = case.due_on.is_some_and(|due| due < today);
                case.state == State::Received && case.level.is_none() && late
            }
            Self::Overdue => to_answer && case.missed_on.is_some(),
            Self::NotTold => case.state == State::ReplyReceived,
            Self::ClosedUnanswered => case.state == State::Closed && case.replied_at.is_none(),
        }
    }

    /// What people call it.
    pub fn label(self) -> Text {
        let (en, zh) = match self {
            Self::Received => ("received", "受理"),
            Self::Dropped => ("withdrawn or duplicate", "撤回或重复"),
            Self::Closed => ("closed", "办结"),
            Self::Open => ("open", "在办"),
            Self::Awaiting => ("awaiting the company's word", "待企业确认"),
            Self::ToAnswer => ("to be answered", "应答复"),
            Self::Classified => ("classified", "已分类"),
            Self::Basic => ("basic", "基础问题"),
            Self::FirstResponse => ("first response", "首次响应"),
            Self::HandedOn => ("handed on", "上转或转办"),
            Self::Bounced => ("given back", "退回"),
            Self::AboveBasic => ("to be tracked", "应专人跟踪"),
            Self::Tracked => ("tracked", "已专人跟踪"),
            Self::Replied => ("replied", "已答复"),
            Self::RepliedInTime => ("replied in time", "按时答复"),
            Self::SolvedAtStation => ("solved at the station", "本站解决"),
            Self::ReusedFromOthers => ("with others' answers", "复用他站答案"),
            Self::Ended => ("ended once", "曾办理完毕"),
            Self::Reopened => ("reopened", "重新办理"),
            Self::ClosedLoop => ("closed loop", "闭环"),
            Self::Unclassified => ("not classified in time", "未按时分类"),
            Self::Untracked => ("not tracked", "未专人跟踪"),
            Self::Overdue => ("overdue", "逾期"),
            Self::NotTold => ("reply not passed on", "已回复未告知企业"),
            Self::ClosedUnanswered => ("closed without a reply", "未答复办结"),
        };
        Text::new(en, zh)
    }

    /// What people call its share, where the share is a figure of its own in an assessment.
    pub fn share_label(self) -> Option<&'static str> {
        Some(match self {
            Self::Classified => "分类率",
            Self::Basic => "基础问题占比",
            Self::FirstResponse => "首次响应率",
            Self::Bounced => "退回率",
            Self::Tracked => "跟踪服务率",
            Self::Replied => "答复率",
            Self::RepliedInTime => "按时答复率",
            Self::SolvedAtStation => "本站解决率",
            Self::ReusedFromOthers => "复用率",
            Self::Reopened => "重新办理率",
            Self::ClosedLoop => "闭环率",
            Self::Overdue => "逾期率",
            _ => return None,
        })
    }
}

fn handed_on(case: &Brief) -> bool {
    case.highest_tier.is_some() || case.referred
}

/// Whether a named person follows a case by a day. While the company is asked for details the clock stands, and once it
/// has been told the clock has ended.
fn tracked(case: &Brief) -> bool {
    let no_clock = matches!(case.state, State::NeedsInfo | State::Replied | State::Closed);
    case.followed && (no_clock || case.due_on.is_some())
}
