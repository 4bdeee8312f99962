//! The short forms of names: what people write instead of 示例生物医药科技（上海）有限公司.
//!
//! A company's name is its region, its core, its trade and its legal form. Region and legal form are left out first, then
//! one word of the trade after the other, until two characters are left. What would then be an ordinary word tells of
//! nobody and is no short form.

use super::{
    text::{Folded, count, is_han, letters},
    words::{
        BEFORE_NAMES, COMMON, DOUBLE_SURNAMES, LATIN_COMMON, LATIN_LEGAL, LATIN_TRADES, REGIONS,
        TITLES, TRADES, beginning, ending, is_generic,
    },
};

/// How much a form tells by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Weight {
    /// The name as it was given.
    Full,
    /// Enough of it to mean nobody else.
    Short,
    /// A surname and a title.
    Titled,
    /// Only its core: two or three characters, or one Latin word.
    Core,
    /// Nothing but ordinary words, which together still name a company for who knows it is meant.
    Ordinary,
}

/// A form of a name: folded letters and digits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Form {
    pub(super) letters: String,
    pub(super) weight: Weight,
}

/// A company's name and its short forms.
pub(super) fn of_company(name: &str) -> Vec<Form> {
    let (outside, inside) = brackets(&Folded::new(name).text);
    let mut forms = Forms::new(name);
    let bare: String = outside.chars().filter(|ch| ch.is_alphanumeric()).collect();
    if bare.chars().any(is_han) {
        han(&bare, &inside, &mut forms);
    } else {
        latin(&outside, &mut forms);
    }
    // 示例（Example Bio）有限公司: a name of its own may stand in the brackets.
    for part in
        inside.iter().filter(|part| count(part) >= 4 && !is_generic(&without_legal_form(part)))
    {
        forms.add(&letters(part), Weight::Short);
    }
    forms.all
}

/// A person's name, and the surname with a title.
pub(super) fn of_person(name: &str) -> Vec<Form> {
    let mut forms = Forms::new(name);
    let folded = Folded::new(name).text;
    for part in folded.split(['(', ')', '/', ',', '，', '、', ';', '；', '|', '\n']) {
        let bare: String = part.chars().filter(|ch| ch.is_alphanumeric()).collect();
        forms.add(&bare, Weight::Full);
        let named =
            ending(&bare, &TITLES).map_or(bare.as_str(), |title| &bare[..bare.len() - title]);
        if (1..=4).contains(&count(named)) && named.chars().all(is_han) {
            let double = beginning(named, &DOUBLE_SURNAMES);
            let surname = double.unwrap_or_else(|| named.chars().next().map_or(0, char::len_utf8));
            for title in TITLES.iter() {
                forms.add(&format!("{}{title}", &named[..surname]), Weight::Titled);
            }
        }
    }
    forms.all
}

/// A value of another kind, and what people leave of it.
pub(super) fn of_other(value: &str) -> Vec<Form> {
    let mut forms = Forms::new(value);
    let folded = Folded::new(value).text;
    if let Some((_, domain)) = folded.split_once('@')
        && !PUBLIC_MAIL.contains(&domain.trim())
        && domain.contains('.')
    {
        forms.add(&letters(domain), Weight::Short);
    }
    if folded.chars().all(|ch| ch.is_ascii_digit() || " +-()转*#".contains(ch)) {
        telephone(&folded, &mut forms);
    }
    if folded.contains(['号', '路', '街', '弄', '巷']) {
        address(&forms.all[0].letters.clone(), &mut forms);
    }
    forms.all
}

/// Mail providers that everybody uses.
const PUBLIC_MAIL: &[&str] = &[
    "qq.com",
    "163.com",
    "126.com",
    "139.com",
    "189.cn",
    "sina.com",
    "sina.cn",
    "sohu.com",
    "foxmail.com",
    "aliyun.com",
    "yeah.net",
    "gmail.com",
    "hotmail.com",
    "outlook.com",
    "icloud.com",
    "yahoo.com",
    "live.com",
    "vip.163.com",
    "vip.qq.com",
];

struct Forms {
    all: Vec<Form>,
}

impl Forms {
    fn new(whole: &str) -> Self {
        Self { all: vec![Form { letters: letters(whole), weight: Weight::Full }] }
    }

    /// Never shorter than two characters, and each once.
    fn add(&mut self, letters: &str, weight: Weight) {
        if count(letters) >= 2 && !self.all.iter().any(|form| form.letters == letters) {
            self.all.push(Form { letters: letters.to_owned(), weight });
        }
    }
}

/// What stands outside of brackets, and what stands in each.
fn brackets(folded: &str) -> (String, Vec<String>) {
    let (mut outside, mut inside) = (String::new(), Vec::new());
    for (number, part) in folded.split(['(', ')']).enumerate() {
        if number % 2 == 0 { outside.push_str(part) } else { inside.push(part.to_owned()) }
    }
    (outside, inside)
}

fn han(name: &str, inside: &[String], forms: &mut Forms) {
    let stem = without_legal_form(name);
    let (region, stem) = without_region(&stem);
    let regions = inside
        .iter()
        .map(String::as_str)
        .filter(|part| beginning(part, &REGIONS) == Some(part.len()));
    let regions: Vec<&str> = regions.chain((!region.is_empty()).then_some(region)).collect();
    for step in steps(stem) {
        let core = ending(step, &TRADES).is_none() || count(step) <= 3;
        match (is_generic(step), count(step)) {
            (false, ..=3) if core => forms.add(step, Weight::Core),
            (false, _) => forms.add(step, Weight::Short),
            (true, 6..) => forms.add(step, Weight::Ordinary),
            (true, _) => {
                for region in regions.iter().filter(|region| count(region) + count(step) >= 6) {
                    forms.add(&format!("{region}{step}"), Weight::Ordinary);
                }
            }
        }
    }
}

/// A stem, and the same without the last word of its trade, and so on.
fn steps(stem: &str) -> impl Iterator<Item = &str> {
    std::iter::successors(Some(stem), |step| {
        let trade = ending(step, &TRADES)?;
        let rest = &step[..step.len() - trade];
        (count(rest) >= 2).then_some(rest)
    })
}

/// A name without 股份有限公司 and the like, and without what stands behind that (上海分公司).
pub(super) fn without_legal_form(name: &str) -> String {
    let end = ["有限", "股份公司", "集团公司", "总公司", "分公司", "公司", "合伙企业"]
        .iter()
        .filter_map(|form| name.find(form))
        .min()
        .unwrap_or(name.len());
    let mut stem = &name[..end];
    while let Some(rest) = ["股份", "集团", "控股"]
        .iter()
        .find_map(|form| stem.strip_suffix(form))
        .filter(|rest| count(rest) >= 2)
    {
        stem = rest;
    }
    let region = ending(stem, &REGIONS).filter(|region| count(&stem[..stem.len() - region]) >= 4);
    stem[..stem.len() - region.unwrap_or(0)].to_owned()
}

/// The regions in front, and the rest; a name that is nothing but a region keeps it.
fn without_region(stem: &str) -> (&str, &str) {
    let mut rest = stem;
    while let Some(length) = beginning(rest, &REGIONS) {
        let behind = &rest[length..];
        let behind = behind.strip_prefix(['省', '市', '区', '县']).unwrap_or(behind);
        if count(behind) < 2 {
            break;
        }
        rest = behind;
    }
    (&stem[..stem.len() - rest.len()], rest)
}

fn latin(name: &str, forms: &mut Forms) {
    let mut words: Vec<&str> =
        name.split(|ch: char| !ch.is_alphanumeric()).filter(|word| !word.is_empty()).collect();
    // "B.V." and "S.A." are two words here.
    while words.len() > 1
        && words.last().is_some_and(|word| LATIN_LEGAL.contains(word) || word.len() == 1)
    {
        words.pop();
    }
    if words.len() > 1 && words[0] == "the" {
        words.remove(0);
    }
    loop {
        let is_plain = |word: &&str| LATIN_TRADES.contains(word) || LATIN_COMMON.contains(word);
        if !words.iter().all(is_plain) {
            let weight = if words.len() > 1 { Weight::Short } else { Weight::Core };
            if words.len() > 1 || words[0].len() >= 4 {
                forms.add(&words.concat(), weight);
            }
        }
        if words.len() < 2 || !words.last().is_some_and(|word| LATIN_TRADES.contains(word)) {
            break;
        }
        words.pop();
    }
}

fn telephone(folded: &str, forms: &mut Forms) {
    let main = folded.split(['转', '*', '#']).next().unwrap_or(folded);
    let digits: String = main.chars().filter(char::is_ascii_digit).collect();
    forms.add(&digits, Weight::Full);
    let national = digits
        .strip_prefix("0086")
        .or_else(|| digits.strip_prefix("86").filter(|rest| rest.len() >= 10));
    let national = national.unwrap_or(&digits);
    if national.len() >= 10 {
        forms.add(national, Weight::Short);
        if !national.starts_with('1') {
            let area = national.trim_start_matches('0');
            let area = if area.starts_with("10") || area.starts_with('2') {
                area.get(2..)
            } else {
                area.get(3..)
            };
            forms.add(area.filter(|local| local.len() >= 7).unwrap_or_default(), Weight::Short);
        }
    }
}

/// An address from its road on, to the number of the house.
fn address(letters: &str, forms: &mut Forms) {
    let Some(road) = letters.find(['路', '街', '弄', '巷', '道']) else { return };
    let start = letters[..road]
        .rfind(['区', '县', '市', '镇', '乡', '省'])
        .map_or(0, |at| at + '区'.len_utf8());
    let from_road = &letters[start..];
    let end = from_road.find('号').map_or(from_road.len(), |at| at + '号'.len_utf8());
    if count(&from_road[..end]) >= 5 {
        forms.add(from_road, Weight::Short);
        forms.add(&from_road[..end], Weight::Short);
    }
}

/// Whether this could be what a company calls itself: something is left when region and trade are taken off, and that
/// is more than ordinary words.
pub(super) fn has_core(stem: &str) -> bool {
    let bare: String = stem.chars().filter(|ch| ch.is_alphanumeric()).collect();
    let (_, own) = without_region(&bare);
    let core = steps(own).last().unwrap_or(own);
    let masked =
        core.starts_with(['某', '×', '*']) || core.starts_with("xx") || stem.ends_with('的');
    count(core) >= 2
        && !masked
        && !is_generic(core)
        && !COMMON.contains(&core)
        && !BEFORE_NAMES.contains(&core)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn short(name: &str) -> Vec<String> {
        of_company(name).into_iter().skip(1).map(|form| form.letters).collect()
    }

    #[test]
    fn short_forms_of_companies() {
        let wanted = ["示例生物医药科技", "示例生物医药", "示例生物", "示例"];
        for name in [
            "示例生物医药科技（上海）有限公司",
            "上海示例生物医药科技有限公司",
            "上海市浦东新区示例生物医药科技股份有限公司",
            "示例生物醫藥科技集團有限公司北京分公司",
        ] {
            assert_eq!(short(name), wanted, "{name}");
        }
        assert_eq!(
            short("Example Orchid Medical Technologies Co., Ltd."),
            ["exampleorchidmedicaltechnologies", "exampleorchidmedical", "exampleorchid"]
        );
        assert_eq!(short("Fictiva Imaging GmbH"), ["fictivaimaging", "fictiva"]);
    }

    #[test]
    fn ordinary_words_are_no_short_forms() {
        for name in ["国药集团有限公司", "General Medical Inc.", "上海有限公司"] {
            assert_eq!(short(name), [""; 0], "{name}");
        }
        for name in ["上海医疗器械有限公司", "示范医疗科技（杭州）有限公司"]
        {
            let forms = of_company(name);
            assert!(forms[1..].iter().all(|form| form.weight == Weight::Ordinary), "{forms:?}");
        }
    }

    #[test]
    fn short_forms_of_people_telephones_and_addresses() {
        let has = |forms: Vec<Form>, wanted: &str| forms.iter().any(|form| form.letters == wanted);
        for (name, wanted) in [
            ("王晓明", "王女士"),
            ("歐陽示例", "欧阳总"),
            ("王女士", "王经理"),
            ("王晓明（注册部）", "王晓明"),
        ] {
            assert!(has(of_person(name), wanted), "{name}");
        }
        for (value, wanted) in [
            ("+86 21 50800001-802", "8621508000018 02"),
            ("021-50800001", "50800001"),
            ("+86 13800138000", "13800138000"),
            ("上海市浦东新区示例路100号3幢", "示例路100号"),
            ("wang@shili.example", "shiliexample"),
        ] {
            assert!(has(of_other(value), &wanted.replace(' ', "")), "{value}");
        }
        assert!(!has(of_other("wang@qq.com"), "qqcom"));
    }
}
