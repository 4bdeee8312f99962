//! How the figures of a report look from outside.

use async_graphql::SimpleObject;

use super::{Figure, Figures, Share};

/// How many cases count in a figure, out of how many.
#[derive(SimpleObject)]
pub(super) struct ReportCount {
    /// How many cases.
    count: u64,
    /// Out of how many: what these are, the figure's own description says.
    of: u64,
    /// The part of the whole, from 0 to 1; absent where there is no whole.
    share: Option<f64>,
}

impl From<Share> for ReportCount {
    fn from(share: Share) -> Self {
        Self { count: share.count, of: share.of, share: share.part() }
    }
}

/// How many companies heard something, and how long they waited for it.
#[derive(SimpleObject)]
pub(super) struct FirstResponseCount {
    /// How many cases.
    count: u64,
    /// Out of how many: those to be answered.
    of: u64,
    /// The part of the whole, from 0 to 1; absent where there is no whole.
    share: Option<f64>,
    /// Half of the companies waited this many minutes at most, from the recording to the first word; absent where nobody
    /// has heard anything. Minutes by the clock: nights, weekends and holidays count.
    median_minutes: Option<u64>,
    /// Nine of ten companies waited this many minutes at most, counted likewise.
    p90_minutes: Option<u64>,
}

/// How many cases were answered with what other stations had answered.
#[derive(SimpleObject)]
pub(super) struct ReuseCount {
    /// How many cases.
    count: u64,
    /// Out of how many: those that were replied to.
    of: u64,
    /// The part of the whole, from 0 to 1; absent where there is no whole.
    share: Option<f64>,
    /// How many answered questions of other stations they used: one case may use several.
    answers: u64,
}

/// The figures of the closed loop. Each has the name of its `ReportFigure`, which says what it counts.
#[derive(SimpleObject)]
pub(super) struct ClosedLoopFigures {
    /// 受理: recorded in the period.
    received: u64,
    /// 撤回或重复: withdrawn, or a duplicate. Out of those received.
    dropped: ReportCount,
    /// 办结: closed. Out of those received.
    closed: ReportCount,
    /// 在办: waiting for a reply. Out of those received.
    open: ReportCount,
    /// 待企业确认: replied to, and not closed yet. Out of those received.
    awaiting: ReportCount,
    /// 应答复: neither withdrawn nor a duplicate. Out of those received.
    to_answer: ReportCount,
    /// 已分类: classified. Out of those to be answered.
    classified: ReportCount,
    /// 基础问题: basic. Out of those classified.
    basic: ReportCount,
    /// 首次响应: where the company has heard something. Out of those to be answered.
    first_response: FirstResponseCount,
    /// 上转或转办: handed up or across. Out of those to be answered.
    handed_on: ReportCount,
    /// 退回: given back without a reply. Out of those handed up or across.
    bounced: ReportCount,
    /// 应专人跟踪: above basic. Out of those classified.
    above_basic: ReportCount,
    /// 已专人跟踪: with a named person and a due date. Out of those above basic; the share is the 跟踪服务率.
    tracked: ReportCount,
    /// 已答复: replied to. Out of those to be answered.
    replied: ReportCount,
    /// 按时答复: replied to before any due date passed. Out of those replied to.
    replied_in_time: ReportCount,
    /// 本站解决: replied to without a bureau. Out of those replied to.
    solved_at_station: ReportCount,
    /// 复用他站答案: replied to with an answered question of another station. Out of those replied to.
    reused_from_others: ReuseCount,
    /// 曾办理完毕: replied to, or taken up again since. Out of those to be answered.
    ended: ReportCount,
    /// 重新办理: taken up again. Out of those that ended once.
    reopened: ReportCount,
    /// 闭环: closed with a reply. Out of those to be answered.
    closed_loop: ReportCount,
    /// 未按时分类: not classified in time. Out of those to be answered.
    unclassified: ReportCount,
    /// 未专人跟踪: above basic without a named person or a due date. Out of those above basic.
    untracked: ReportCount,
    /// 逾期: where a due date has passed. Out of those to be answered.
    overdue: ReportCount,
    /// 已回复未告知企业: where a reply has come back that was not passed on. Out of those to be answered.
    not_told: ReportCount,
    /// 未答复办结: closed without a reply. Out of those closed.
    closed_unanswered: ReportCount,
}

impl From<&Figures> for ClosedLoopFigures {
    fn from(figures: &Figures) -> Self {
        let count = |figure: Figure| ReportCount::from(figures.share(figure));
        let (response, waiting) = (figures.share(Figure::FirstResponse), figures.waiting());
        let reused = figures.share(Figure::ReusedFromOthers);
        Self {
            received: figures.count(Figure::Received),
            dropped: count(Figure::Dropped),
            closed: count(Figure::Closed),
            open: count(Figure::Open),
            awaiting: count(Figure::Awaiting),
            to_answer: count(Figure::ToAnswer),
            classified: count(Figure::Classified),
            basic: count(Figure::Basic),
            first_response: FirstResponseCount {
                count: response.count,
                of: response.of,
                share: response.part(),
                median_minutes: waiting.map(|waiting| waiting.median),
                p90_minutes: waiting.map(|waiting| waiting.ninetieth),
            },
            handed_on: count(Figure::HandedOn),
            bounced: count(Figure::Bounced),
            above_basic: count(Figure::AboveBasic),
            tracked: count(Figure::Tracked),
            replied: count(Figure::Replied),
            replied_in_time: count(Figure::RepliedInTime),
            solved_at_station: count(Figure::SolvedAtStation),
            reused_from_others: ReuseCount {
                count: reused.count,
                of: reused.of,
                share: reused.part(),
                answers: figures.reuses(),
            },
            ended: count(Figure::Ended),
            reopened: count(Figure::Reopened),
            closed_loop: count(Figure::ClosedLoop),
            unclassified: count(Figure::Unclassified),
            untracked: count(Figure::Untracked),
            overdue: count(Figure::Overdue),
            not_told: count(Figure::NotTold),
            closed_unanswered: count(Figure::ClosedUnanswered),
        }
    }
}
