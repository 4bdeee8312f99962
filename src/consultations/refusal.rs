//! What is said when a step cannot be taken: what is missing, and the way out.

use super::{
    State,
    state::{Guard, REOPEN_DAYS, Refusal},
};
use crate::{
    error::{Error, RuleCode},
    language::Text,
};

impl From<Refusal> for Error {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::WrongState(state) => {
                Self::rule(RuleCode::WrongState, "consultationId", not_from(state))
            }
            Refusal::Missing(guard) => missing(guard),
        }
    }
}

fn not_from(state: State) -> Text {
    let (en, zh) = match state {
        State::Received => ("received and not yet classified", "已受理、尚未分类"),
        State::Triaged => ("classified and at its station", "已分类，在受理工作站"),
        State::NeedsInfo => ("waiting for details from the company", "等待企业补充材料"),
        State::WithStation => ("with another station", "在其他工作站办理"),
        State::WithDistrict => ("with the district bureau", "在区级部门办理"),
        State::WithMunicipal => ("with the municipal level", "在市级部门办理"),
        State::Referred => ("with the national level", "已转国家级部门"),
        State::ReplyReceived => {
            ("back with a reply that the company has not heard yet", "已收到答复、尚未告知企业")
        }
        State::Replied => ("answered", "已答复"),
        State::Closed => ("closed", "已办结"),
    };
    Text::new(
        format!(
            "the consultation is {en}, and from there this step cannot be taken; possibleActions lists those that can"
        ),
        format!("该咨询当前{zh}，不能进行此操作；possibleActions 列出了可进行的操作"),
    )
}

fn missing(guard: Guard) -> Error {
    let (field, en, zh) = match guard {
        Guard::Classified => (
            "areaIds",
            "at least one area, a level and a kind of product are needed",
            "须至少填写一个专业领域、级别和产品类型",
        ),
        Guard::Basic => {
            let reason = Text::new(
                "only a basic question is answered directly; classify it anew as BASIC, or hand it up",
                "仅基础问题可直接答复；请重新分类为 BASIC，或上报",
            );
            return Error::rule(RuleCode::WrongState, "consultationId", reason);
        }
        Guard::Note => ("reason", "say why in a few words", "请说明理由"),
        Guard::NoteOnceHandedOn => (
            "reason",
            "it has been handed up or across before, so a reason is needed",
            "该咨询曾上报或转办，须说明理由",
        ),
        Guard::Reply => (
            "text",
            "give a reply in words, or the answered questions that answer it",
            "请填写答复内容，或指明所引用的已答问题",
        ),
        Guard::Assigned => {
            ("assigneeId", "name the person at the station who follows it", "请指定工作站的跟踪人")
        }
        Guard::ByAssignee => {
            let reason = Text::new(
                "whoever follows it tells the company; take it over with assignConsultation first",
                "由跟踪人答复企业；请先用 assignConsultation 接手",
            );
            return Error::rule(RuleCode::WrongState, "consultationId", reason);
        }
        Guard::Summary => {
            ("summary", "sum up what is asked of the next tier", "请概述需上级答复的问题")
        }
        Guard::Counterpart => (
            "counterpartId",
            "name the officer of the municipal level who takes it",
            "请指定市级对口人员",
        ),
        Guard::AskerHeldBack => {
            let reason = Text::new(
                "no other station reads it without knowing who asked",
                "没有需要向其公开咨询企业的其他工作站",
            );
            return Error::rule(RuleCode::WrongState, "consultationId", reason);
        }
        Guard::AskerKnown => {
            let reason = Text::new("who asked has been erased", "咨询企业信息已删除");
            return Error::rule(RuleCode::WrongState, "consultationId", reason);
        }
        Guard::Recent => {
            let reason = Text::new(
                format!("it ended more than {REOPEN_DAYS} days ago; record a new one"),
                format!("办结已超过 {REOPEN_DAYS} 天，请重新登记"),
            );
            return Error::rule(RuleCode::WrongState, "consultationId", reason);
        }
    };
    Error::invalid(field, Text::new(en, zh))
}
