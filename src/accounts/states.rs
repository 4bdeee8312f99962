//! Where members stand on the register, and how they come from there to where they stand next: enrolled, at work, kept
//! out for a time and let in again, gone for good.
//!
//! These rules know no viewer: whoever may take a step has been settled before. So the command line takes the same
//! steps as the API.

use chrono::{DateTime, NaiveDate, Utc};
use sea_orm::{QueryFilter, QueryOrder, QuerySelect, Set, entity::prelude::*};

use super::{Member, MemberState, member_entity, sessions};
use crate::{
    access::{Guarded, Role, Scope},
    change::update_at,
    error::{Error, Result, RuleCode},
    language::Text,
};

/// What becomes of a member.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// They go to work, for the first time or again.
    Activate,
    /// They are kept out for a time.
    Suspend {
        /// Why.
        reason: String,
    },
    /// They leave, for good.
    Leave {
        /// Why, where that is said.
        reason: Option<String>,
    },
}

/// The state that a step leads to from a state; none where it does not start there.
fn next(state: MemberState, step: &Step) -> Option<MemberState> {
    use MemberState::{Active, Enrolled, Left, Suspended};
    match (state, step) {
        (Enrolled | Suspended, Step::Activate) => Some(Active),
        (Active, Step::Suspend { .. }) => Some(Suspended),
        (Enrolled | Active | Suspended, Step::Leave { .. }) => Some(Left),
        _ => None,
    }
}

/// Takes a step. Whoever is kept out or leaves is out with the next request, and every session of theirs has ended.
///
/// # Errors
/// [`Error::Rule`] where the step does not start from the present state, where the undertaking is missing, and where
/// nobody would be left to run the service; [`Error::Conflict`] where somebody was faster.
pub async fn step(
    db: &impl ConnectionTrait,
    member: &Member,
    step: Step,
    by: &str,
    now: DateTime<Utc>,
) -> Result<MemberState> {
    let state = next(member.state, &step).ok_or_else(|| wrong_state(member.state))?;
    if state == MemberState::Active {
        if member.undertaking_signed_on.is_none() {
            return Err(undertaking_missing());
        }
    } else {
        leave_an_administrator(db, member).await?;
    }
    let reason = match step {
        Step::Activate => None,
        Step::Suspend { reason } => Some(checked_reason(&reason)?),
        Step::Leave { reason } => reason.as_deref().map(checked_reason).transpose()?,
    };
    let row = member_entity::ActiveModel {
        state: Set(state),
        state_reason: Set(reason),
        ..Default::default()
    };
    save(db, member, row, by, now).await?;
    if state != MemberState::Active {
        let word = if state == MemberState::Left { "LEFT" } else { "SUSPENDED" };
        sessions::end_all(db, member.id, word, now).await?;
    }
    Ok(state)
}

/// Notes that a member has signed the undertaking of confidentiality on a day.
///
/// # Errors
/// [`Error::Invalid`] for a day that is still to come; [`Error::Rule`] where they have left.
pub async fn sign_undertaking(
    db: &impl ConnectionTrait,
    member: &Member,
    day: NaiveDate,
    today: NaiveDate,
    by: &str,
    now: DateTime<Utc>,
) -> Result<()> {
    check_present(member)?;
    check_signed_on("signedOn", day, today)?;
    let row =
        member_entity::ActiveModel { undertaking_signed_on: Set(Some(day)), ..Default::default() };
    save(db, member, row, by, now).await
}

/// Gives a member another password, whose hash this is, and ends all their sessions.
///
/// # Errors
/// [`Error::Rule`] where they have left.
pub async fn put_password(
    db: &impl ConnectionTrait,
    member: &Member,
    hash: String,
    by: &str,
    now: DateTime<Utc>,
) -> Result<()> {
    check_present(member)?;
    let row = member_entity::ActiveModel { password_hash: Set(Some(hash)), ..Default::default() };
    save(db, member, row, by, now).await?;
    sessions::end_all(db, member.id, "PASSWORD_RESET", now).await
}

/// Refuses a day of signing that is still to come.
pub(super) fn check_signed_on(field: &'static str, day: NaiveDate, today: NaiveDate) -> Result<()> {
    if day <= today {
        return Ok(());
    }
    let reason = Text::new("this day is still to come", "该日期尚未到来");
    Err(Error::invalid(field, reason))
}

/// Refuses to change anything about somebody who has left.
pub(super) fn check_present(member: &Member) -> Result<()> {
    if member.state == MemberState::Left { Err(wrong_state(member.state)) } else { Ok(()) }
}

/// Refuses to take away the last one who can run the service.
pub(super) async fn leave_an_administrator(
    db: &impl ConnectionTrait,
    member: &Member,
) -> Result<()> {
    use member_entity::{Column, Entity};
    if member.role != Role::Administrator || member.state != MemberState::Active {
        return Ok(());
    }
    // The rows are locked: of two administrators who shut each other out at once, the second waits and is then the last.
    let administrators: Vec<Uuid> = Entity::visible_to(&Scope::Service)
        .select_only()
        .column(Column::Id)
        .filter(Column::Role.eq(Role::Administrator))
        .filter(Column::State.eq(MemberState::Active))
        .filter(Column::UndertakingSignedOn.is_not_null())
        .order_by_asc(Column::Id)
        .lock_exclusive()
        .into_tuple()
        .all(db)
        .await?;
    if administrators.iter().any(|id| *id != member.id) {
        return Ok(());
    }
    let reason = Text::new(
        "this is the last administrator at work; let somebody else take over first",
        "这是最后一名在岗的系统管理员，请先由他人接任",
    );
    Err(Error::rule(RuleCode::LastAdministrator, "memberId", reason))
}

/// Writes what has changed of a member, as long as nobody else has meanwhile.
pub(super) async fn save(
    db: &impl ConnectionTrait,
    member: &Member,
    changed: member_entity::ActiveModel,
    by: &str,
    now: DateTime<Utc>,
) -> Result<()> {
    use member_entity::Column;
    let row = member_entity::ActiveModel {
        version: Set(member.version + 1),
        updated_at: Set(now),
        updated_by: Set(Some(by.to_owned())),
        ..changed
    };
    update_at(db, (Column::Id, member.id), (Column::Version, member.version), row).await
}

fn checked_reason(reason: &str) -> Result<String> {
    let reason = reason.trim();
    if (1..=500).contains(&reason.chars().count()) {
        return Ok(reason.to_owned());
    }
    let text = Text::new("say why, in 1 to 500 characters", "请说明原因，1 至 500 个字");
    Err(Error::invalid("reason", text))
}

fn wrong_state(state: MemberState) -> Error {
    let reason = match state {
        MemberState::Enrolled => {
            Text::new("they are on the register and not yet at work", "该成员已登记，尚未启用")
        }
        MemberState::Active => Text::new("they are at work already", "该成员已在岗"),
        MemberState::Suspended => Text::new("they are suspended", "该成员已停用"),
        MemberState::Left => Text::new(
            "they have left, and that is final; enrol them anew",
            "该成员已离岗，不可恢复，请重新登记",
        ),
    };
    Error::rule(RuleCode::WrongState, "memberId", reason)
}

fn undertaking_missing() -> Error {
    let reason = Text::new(
        "the undertaking of confidentiality has not been signed; note its day first",
        "尚未签署保密承诺，请先登记签署日期",
    );
    Error::rule(RuleCode::WrongState, "memberId", reason)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_way_of_a_member_through_the_register() {
        use MemberState::{Active, Enrolled, Left, Suspended};
        let steps =
            [Step::Activate, Step::Suspend { reason: String::new() }, Step::Leave { reason: None }];
        let table = [
            (Enrolled, [Some(Active), None, Some(Left)]),
            (Active, [None, Some(Suspended), Some(Left)]),
            (Suspended, [Some(Active), None, Some(Left)]),
            (Left, [None, None, None]),
        ];
        for (state, leads_to) in table {
            assert_eq!(steps.each_ref().map(|step| next(state, step)), leads_to, "{state:?}");
        }
    }
}
