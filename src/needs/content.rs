//! What a need says, looked at before it is written.

use std::collections::BTreeSet;

use chrono::{Days, NaiveDate};
use sea_orm::{ActiveEnum as _, prelude::Uuid};

use super::{Need, NeedKind, Settings};
use crate::{
    access::Audience,
    app::Ctx,
    error::{Error, Result},
    expertise::unknown_area,
    language::Text,
    research::CooperationMode,
};

const MAX_TITLE: usize = 200;
const MAX_TEXT: usize = 5_000;
const MAX_REASON: usize = 1_000;
const MAX_AREAS: usize = 20;

/// What somebody has written, as it came in.
#[derive(Clone, Debug)]
pub(super) struct Given {
    pub(super) kind: NeedKind,
    pub(super) title: Option<String>,
    pub(super) text: String,
    pub(super) areas: Vec<String>,
    pub(super) min_trl: Option<i32>,
    pub(super) max_trl: Option<i32>,
    pub(super) wanted_modes: Vec<CooperationMode>,
}

/// What a need says; its areas are there.
#[derive(Clone, Debug)]
pub(super) struct Content {
    kind: NeedKind,
    title: Option<String>,
    text: String,
    min_trl: Option<i32>,
    max_trl: Option<i32>,
    wanted_modes: BTreeSet<String>,
    pub(super) areas: Vec<Uuid>,
}

impl Given {
    /// Looks at it.
    ///
    /// # Errors
    /// [`Error::Invalid`] names the field and the way out.
    pub(super) async fn checked(self, ctx: &Ctx) -> Result<Content> {
        let title = self.title.map(|title| words("content.title", &title, 0, MAX_TITLE));
        let title = title.transpose()?.filter(|title| !title.is_empty());
        let text = words("content.text", &self.text, 1, MAX_TEXT)?;
        check_levels(self.min_trl, self.max_trl)?;
        if self.areas.len() > MAX_AREAS {
            let reason = Text::new(
                format!("at most {MAX_AREAS} areas are wanted"),
                format!("最多填写 {MAX_AREAS} 个专业领域"),
            );
            return Err(Error::invalid("content.areas", reason));
        }
        let tree = ctx.tree().await?;
        let mut areas = BTreeSet::new();
        for code in &self.areas {
            let area = tree.by_code(code).ok_or_else(|| unknown_area("content.areas", code))?;
            areas.insert(area.id);
        }
        Ok(Content {
            kind: self.kind,
            title,
            text,
            min_trl: self.min_trl,
            max_trl: self.max_trl,
            wanted_modes: self.wanted_modes.into_iter().map(|mode| mode.to_value()).collect(),
            areas: areas.into_iter().collect(),
        })
    }
}

impl Content {
    /// Lets a need say this.
    pub(super) fn write_into(&self, row: &mut Need) {
        row.kind = self.kind;
        row.title.clone_from(&self.title);
        row.text.clone_from(&self.text);
        row.min_trl = self.min_trl;
        row.max_trl = self.max_trl;
        row.wanted_modes = self.wanted_modes.iter().cloned().collect::<Vec<_>>().into();
    }
}

fn check_levels(min: Option<i32>, max: Option<i32>) -> Result<()> {
    for (field, level) in [("content.minTrl", min), ("content.maxTrl", max)] {
        if level.is_some_and(|level| !(1..=9).contains(&level)) {
            let reason = Text::new(
                "a technology readiness level lies between 1 and 9 (GB/T 22900)",
                "技术成熟度为 1 至 9 级（GB/T 22900）",
            );
            return Err(Error::invalid(field, reason));
        }
    }
    if min.zip(max).is_some_and(|(min, max)| min > max) {
        let reason = Text::new("is below minTrl", "低于 minTrl");
        return Err(Error::invalid("content.maxTrl", reason));
    }
    Ok(())
}

/// For whom a need may be meant.
pub(super) fn checked_audience(audience: Audience, district: Option<&str>) -> Result<Audience> {
    let reason = match (audience, district) {
        (Audience::Organization, _) => Text::new(
            "needs belong to who raised them: use STATION for these alone",
            "需求归提出方所有：仅提出方可见请用 STATION",
        ),
        (Audience::District, None) => {
            Text::new("say which district is meant", "请指明所指的区（district）")
        }
        _ => return Ok(audience),
    };
    Err(Error::invalid("audience", reason))
}

/// The last day of a need: the one that was asked for, or the usual one.
pub(super) fn checked_end(
    asked: Option<NaiveDate>,
    today: NaiveDate,
    settings: &Settings,
) -> Result<NaiveDate> {
    let after = |days: u32| today.checked_add_days(Days::new(u64::from(days))).unwrap_or(today);
    let (usual, longest) = (after(settings.open_days), after(settings.longest_days));
    let end = asked.unwrap_or(usual.min(longest));
    if (today..=longest).contains(&end) {
        return Ok(end);
    }
    let reason = Text::new(
        format!("a need is open until {longest} at the latest, and not before today"),
        format!("需求的有效期最迟至 {longest}，且不早于今日"),
    );
    Err(Error::invalid("expiresOn", reason))
}

/// Why something is done.
pub(super) fn reason_given(field: &str, reason: &str) -> Result<String> {
    words(field, reason, 1, MAX_REASON)
}

/// A text within bounds, without spaces around it.
fn words(field: &str, text: &str, least: usize, most: usize) -> Result<String> {
    let text = text.trim();
    let length = text.chars().count();
    // PostgreSQL takes no NUL, and nobody types one.
    if (least..=most).contains(&length) && !text.contains('\0') {
        return Ok(text.to_owned());
    }
    let reason = Text::new(
        format!("has {length} characters; it takes {least} to {most}"),
        format!("共 {length} 个字符，应为 {least} 至 {most} 个"),
    );
    Err(Error::invalid(field, reason))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_need_ends_within_its_bounds() {
        let day = |text: &str| text.parse::<NaiveDate>().expect("a day");
        let today = day("2026-11-22");
        let settings = Settings::default();
        assert_eq!(checked_end(None, today, &settings).expect("usual"), day("2027-05-21"));
        assert_eq!(checked_end(Some(today), today, &settings).expect("today"), today);
        for wrong in ["2026-11-21", "2028-11-22"] {
            assert!(checked_end(Some(day(wrong)), today, &settings).is_err(), "{wrong}");
        }
    }

    #[test]
    fn levels_lie_in_their_order() {
        assert!(check_levels(Some(3), Some(3)).is_ok());
        for (min, max) in [(Some(0), None), (None, Some(10)), (Some(5), Some(4))] {
            assert!(check_levels(min, max).is_err());
        }
    }
}
