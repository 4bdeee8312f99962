//! Why two fit, in one plain sentence that a person can check against what is shown.

use zhanjian_index::matching::{Component, Met, Part};

use super::{finding::Pair, sides::paths};
use crate::{expertise::Tree, language::Text};

/// So many words are named.
const WORDS: usize = 3;

impl Pair {
    fn value(&self, component: Component) -> Option<f64> {
        self.score.parts.iter().find(|part| part.component == component)?.value
    }

    /// What the two sides have in common, and what speaks against them.
    pub(super) fn reason(&self, tree: &Tree) -> Text {
        let (mut zh, mut en) = (Vec::new(), Vec::new());
        self.of_words(&mut zh, &mut en);
        if let Some((label, label_en)) = self.common_area(tree) {
            zh.push(format!("同属“{label}”"));
            en.push(format!("both belong to {label_en}"));
        }
        self.of_facts(&mut zh, &mut en);
        if zh.is_empty() {
            return Text::new(
                "Little is known of what the two have in common.",
                "双方的共同之处尚不明确。",
            );
        }
        let en = en.join("; ");
        let mut letters = en.chars();
        let first = letters.next().map(|letter| letter.to_uppercase().to_string());
        let en = format!("{}{}.", first.unwrap_or_default(), letters.as_str());
        Text::new(en, format!("{}。", zh.join("，")))
    }

    /// The weightiest words: those that both write, and what the other side writes instead of one.
    fn of_words(&self, zh: &mut Vec<String>, en: &mut Vec<String>) {
        let words = self.score.words.iter().take(WORDS);
        let (both, differing): (Vec<&Met>, Vec<&Met>) = words.partition(|met| self.is_written(met));
        if !both.is_empty() {
            let words: Vec<&str> = both.iter().map(|met| met.text.as_str()).collect();
            zh.push(format!("都谈到“{}”", words.join("”“")));
            en.push(format!("both speak of “{}”", words.join("”, “")));
        }
        let instead = differing.iter().find_map(|met| Some((&met.text, self.written(met).next()?)));
        if let Some((word, instead)) = instead {
            zh.push(format!("所需的“{word}”，对方写作“{instead}”"));
            en.push(format!("for “{word}” the other side writes “{instead}”"));
        }
    }

    /// Whether the other side writes a word as the need does.
    fn is_written(&self, met: &Met) -> bool {
        let word = met.text.to_lowercase();
        self.written(met).any(|text| text.to_lowercase() == word)
    }

    /// What the other side writes where a word is met.
    fn written<'a>(&'a self, met: &'a Met) -> impl Iterator<Item = String> + 'a {
        met.passages.iter().map(|at| {
            let text = self.target.texts.get(at.text).map_or("", |text| &text.text);
            text.chars().skip(at.range.start).take(at.range.len()).collect()
        })
    }

    /// The deepest area that both are filed under.
    fn common_area(&self, tree: &Tree) -> Option<(String, String)> {
        let offered = &self.target.paths;
        let wanted = paths(tree, &self.sought.areas);
        let common = wanted.iter().flat_map(|path| {
            offered.iter().map(|other| {
                path.iter()
                    .zip(other)
                    .take_while(|(a, b)| a == b)
                    .map(|(code, _)| code)
                    .collect::<Vec<_>>()
            })
        });
        let deepest = common.max_by_key(Vec::len).filter(|path| path.len() > 1)?;
        let area = tree.by_code(deepest.last()?)?;
        let label_en = area.label_en.clone().unwrap_or_else(|| area.label.clone());
        Some((area.label.clone(), label_en))
    }

    fn of_facts(&self, zh: &mut Vec<String>, en: &mut Vec<String>) {
        let (trl, least) = (self.target.trl, self.sought.wanted.least_trl);
        if let (Some(value), Some(trl), Some(least)) = (self.value(Component::Maturity), trl, least)
        {
            if value < 1.0 {
                zh.push(format!("但成熟度 {trl} 低于所需的 {least}"));
                en.push(format!("but its readiness is {trl}, and {least} is wanted"));
            } else {
                zh.push(format!("成熟度 {trl} 达到所需的 {least}"));
                en.push(format!("its readiness is {trl}, and {least} is enough"));
            }
        }
        match self.value(Component::CooperationMode) {
            Some(value) if value > 0.0 => {
                zh.push("合作方式相合".to_owned());
                en.push("a way of working together suits both".to_owned());
            }
            Some(_) => {
                zh.push("但合作方式不同".to_owned());
                en.push("but their ways of working together differ".to_owned());
            }
            None => {}
        }
        if self.value(Component::Nearness).is_some_and(|value| value >= 1.0) {
            zh.push("同在一区".to_owned());
            en.push("both are in the same district".to_owned());
        }
    }
}

/// What one component says, for people.
pub(super) fn explained(part: &Part) -> Text {
    let Some(value) = part.value else {
        return Text::new(
            "A side does not say what this would be judged by; its weight goes to the others.",
            "一方未说明判断所需的内容，其权重按比例分给其他项。",
        );
    };
    let rounded = (value * 100.0).round();
    match part.component {
        Component::Text => Text::new(
            format!(
                "The words that are met, by how much they say: {rounded} of 100; half of all that the need says is as good as all."
            ),
            format!(
                "对得上的词按信息量计 {rounded} 分（满分 100），达到需求全文信息量的一半即满分。"
            ),
        ),
        Component::Areas => Text::new(
            format!("How near the areas of both are in the taxonomy: {rounded} of 100."),
            format!("双方专业领域在分类树上的接近程度：{rounded} 分（满分 100）。"),
        ),
        Component::Kind => Text::new(
            format!("How well this sort of offer helps with this kind of need: {rounded} of 100."),
            format!("此类资源对此类需求的适用程度：{rounded} 分（满分 100）。"),
        ),
        Component::Maturity => Text::new(
            format!(
                "Its readiness beside what is wanted: {rounded} of 100; one level below is half."
            ),
            format!("成熟度与所需相比：{rounded} 分（满分 100），低一级计一半。"),
        ),
        Component::CooperationMode => Text::new(
            format!("Whether a way of working together suits both: {rounded} of 100."),
            format!("是否有双方都接受的合作方式：{rounded} 分（满分 100）。"),
        ),
        Component::Nearness => Text::new(
            format!(
                "The same district 100, Shanghai 60, the Yangtze River Delta 30: here {rounded}."
            ),
            format!("同区 100 分，同在上海 60 分，同在长三角 30 分：此处 {rounded} 分。"),
        ),
        Component::TrackRecord => Text::new(
            format!(
                "What came of former introductions, from three outcomes on, rounded to tenths: {rounded} of 100."
            ),
            format!("以往对接的结果（满三次起计，取整到一成）：{rounded} 分（满分 100）。"),
        ),
    }
}
