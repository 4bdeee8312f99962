//! Identifiers that tell by themselves whether they were copied right: by a check digit, or by their form.
//!
//! Each is taken as people write it (with its address or label in front) and given back in the one form in which it is
//! kept, so that the same identifier is always the same text.

use crate::{files::Object, language::Text};

/// The identifier as it is kept, or what is wrong with it and what would be right.
pub type Checked = Result<String, Text>;

/// The identifier in a column; one that is wrong is a fault of that column.
pub fn checked(row: &mut Object, column: &str, check: fn(&str) -> Checked) -> Option<String> {
    match check(&row.text(column)?) {
        Ok(identifier) => Some(identifier),
        Err(reason) => {
            row.fault(column, reason);
            None
        }
    }
}

/// The number of a Chinese patent application, as `201710601862.3`: year, kind, serial number, check digit (since 2003).
///
/// `ZL` and `CN` in front and a missing point are taken. Older numbers, as `85100001.X`, are taken by their form alone.
pub fn patent_application(text: &str) -> Checked {
    let bare: String = without(text, &["ZL", "CN"])
        .chars()
        .filter(|c| !c.is_whitespace() && *c != '.')
        .map(|c| c.to_ascii_uppercase())
        .collect();
    let form = || {
        Text::new(
            "is no number of a Chinese application: write it as 201710601862.3, with its check digit; for another \
             office, name it in office",
            "不是中国专利申请号：请按 201710601862.3 的形式填写，含校验位；其他专利局请在 office 中注明",
        )
    };
    let (serial, check) = bare.split_at_checked(bare.len().saturating_sub(1)).ok_or_else(form)?;
    let digits = digits(serial).ok_or_else(form)?;
    let is_check = check == "X" || check.bytes().all(|byte| byte.is_ascii_digit());
    if !is_check || check.is_empty() || !matches!(digits.len(), 8 | 12) {
        return Err(form());
    }
    if digits.len() == 12 && check != check_of_patent(&digits) {
        return Err(wrong_check_digit());
    }
    Ok(format!("{serial}.{check}"))
}

/// Weights 2 to 9 and again from 2, modulo 11; ten is X.
fn check_of_patent(digits: &[u32]) -> String {
    let sum: u32 = digits.iter().zip((2..=9).cycle()).map(|(digit, weight)| digit * weight).sum();
    eleventh(sum % 11)
}

/// An ORCID iD, as `0000-0002-1825-0097` (ISO 7064 mod 11-2).
pub fn orcid(text: &str) -> Checked {
    let bare = without(text, &["https://", "http://"]);
    let bare = without(bare, &["www."]);
    let bare = without(bare, &["orcid.org/", "orcid:"]).replace('-', "").to_ascii_uppercase();
    let form = || {
        Text::new(
            "is no ORCID iD: write it as 0000-0002-1825-0097",
            "不是 ORCID 标识：请按 0000-0002-1825-0097 的形式填写",
        )
    };
    let (serial, check) = bare.split_at_checked(15).ok_or_else(form)?;
    let digits = digits(serial).ok_or_else(form)?;
    if !(check == "X" || check.len() == 1 && check.bytes().all(|byte| byte.is_ascii_digit())) {
        return Err(form());
    }
    let total = digits.iter().fold(0, |total, digit| (total + digit) * 2 % 11);
    if check != eleventh((12 - total) % 11) {
        return Err(wrong_check_digit());
    }
    Ok(format!("{}-{}-{}-{}{check}", &serial[..4], &serial[4..8], &serial[8..12], &serial[12..]))
}

/// The letters and digits of ROR, each at the place of its value (Crockford's base 32).
const ROR_ALPHABET: &str = "0123456789abcdefghjkmnpqrstvwxyz";

/// An identifier of the Research Organization Registry, as `013q1eq08`: seven characters in base 32 and two check
/// digits (ISO 7064 mod 97-10).
pub fn ror(text: &str) -> Checked {
    let bare = without(text, &["https://", "http://"]);
    let bare = without(bare, &["ror.org/", "ror:"]).to_ascii_lowercase();
    let form = || {
        Text::new(
            "is no ROR identifier: write it as 013q1eq08",
            "不是 ROR 标识：请按 013q1eq08 的形式填写",
        )
    };
    let (serial, check) = bare.split_at_checked(7).ok_or_else(form)?;
    let number = values(serial, ROR_ALPHABET).ok_or_else(form)?;
    let check = digits(check).filter(|check| check.len() == 2).ok_or_else(form)?;
    if !serial.starts_with('0') {
        return Err(form());
    }
    let number = number.iter().fold(0_u64, |number, value| number * 32 + u64::from(*value));
    if u64::from(check[0] * 10 + check[1]) != 98 - number * 100 % 97 {
        return Err(wrong_check_digit());
    }
    Ok(bare)
}

/// The letters and digits of GB 32100, each at the place of its value: no I, O, S, V, Z.
const CREDIT_CODE_ALPHABET: &str = "0123456789ABCDEFGHJKLMNPQRTUWXY";

/// A 统一社会信用代码: 17 letters and digits and a check character (GB 32100).
pub fn social_credit_code(text: &str) -> Checked {
    let code = text.trim().to_ascii_uppercase();
    let values = values(&code, CREDIT_CODE_ALPHABET).filter(|values| values.len() == 18);
    let Some(values) = values else {
        return Err(Text::new(
            "is no unified social credit code: 18 digits and capital letters, without I, O, S, V, Z",
            "不是统一社会信用代码：应为 18 位数字或大写字母，不含 I、O、S、V、Z",
        ));
    };
    let mut weight = 1;
    let mut sum = 0;
    for value in &values[..17] {
        sum += value * weight;
        weight = weight * 3 % 31;
    }
    if (sum + values[17]) % 31 != 0 {
        return Err(wrong_check_digit());
    }
    Ok(code)
}

/// A DOI in lower case, as `10.5555/example`.
pub fn doi(text: &str) -> Checked {
    let bare = without(text, &["https://", "http://"]);
    let bare = without(bare, &["dx.doi.org/", "doi.org/", "doi:"]).trim().to_lowercase();
    let parts = bare.strip_prefix("10.").and_then(|rest| rest.split_once('/'));
    let right = parts.is_some_and(|(registrant, name)| {
        let registered = registrant.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
        registered && registrant.len() >= 4 && !name.is_empty()
    });
    if !right || bare.contains(char::is_whitespace) {
        return Err(Text::new(
            "is no DOI: write it as 10.5555/example",
            "不是 DOI：请按 10.5555/example 的形式填写",
        ));
    }
    Ok(bare)
}

/// The number of a registered trial: `NCT` and 8 digits (ClinicalTrials.gov), or `ChiCTR` and 10 digits.
pub fn trial(text: &str) -> Checked {
    let text = text.trim();
    for (registry, length) in [("NCT", 8), ("ChiCTR", 10)] {
        let number = without(text, &[registry]);
        let named = number.len() < text.len();
        if named && number.len() == length && digits(number).is_some() {
            return Ok(format!("{registry}{number}"));
        }
    }
    Err(Text::new(
        format!("{text:?} is no number of a trial: write NCT and 8 digits, or ChiCTR and 10"),
        format!("“{text}”不是临床试验注册号：应为 NCT 加 8 位数字，或 ChiCTR 加 10 位数字"),
    ))
}

fn wrong_check_digit() -> Text {
    Text::new(
        "has a wrong check digit, so some character of it is wrong; compare it with its source",
        "校验位不符，其中有字符写错，请核对原件",
    )
}

/// Ten is written X.
fn eleventh(value: u32) -> String {
    if value == 10 { "X".to_owned() } else { value.to_string() }
}

/// A text without the first of these that stands in front of it, in any case.
fn without<'a>(text: &'a str, prefixes: &[&str]) -> &'a str {
    let text = text.trim();
    for prefix in prefixes {
        if let Some((front, rest)) = text.split_at_checked(prefix.len())
            && front.eq_ignore_ascii_case(prefix)
        {
            return rest;
        }
    }
    text
}

/// The values of digits, if there is nothing else.
fn digits(text: &str) -> Option<Vec<u32>> {
    text.chars().map(|digit| digit.to_digit(10)).collect()
}

/// The place of each character in an alphabet of ASCII, if all are in it.
fn values(text: &str, alphabet: &str) -> Option<Vec<u32>> {
    let value = |c| alphabet.find(c).and_then(|place| u32::try_from(place).ok());
    text.chars().map(value).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every single wrong digit must be found: that is what check digits are for.
    fn finds_any_wrong_digit(check: fn(&str) -> Checked, right: &str) {
        assert_eq!(check(right).as_deref(), Ok(right));
        for (at, old) in right.char_indices().filter(|(_, c)| c.is_ascii_digit()) {
            for new in ('0'..='9').filter(|new| *new != old) {
                let mut wrong = right.to_owned();
                wrong.replace_range(at..=at, &new.to_string());
                assert!(check(&wrong).is_err(), "{wrong}");
            }
        }
    }

    #[test]
    fn numbers_of_applications() {
        finds_any_wrong_digit(patent_application, "201710601862.3");
        for text in ["ZL201710601862.3", "CN 201710601862.3", "2017106018623"] {
            assert_eq!(patent_application(text).as_deref(), Ok("201710601862.3"));
        }
        for text in
            ["", "X", "201710601862", "17/123,456", "2017106018623X", "二〇一七.3", "8510000１.2"]
        {
            assert!(patent_application(text).is_err(), "{text}");
        }
    }

    #[test]
    fn a_check_digit_of_ten_is_x() {
        let right = (0..100).map(|serial| format!("2020100000{serial:02}.x"));
        let right: Vec<String> = right.filter_map(|text| patent_application(&text).ok()).collect();
        assert!(!right.is_empty() && right.iter().all(|text| text.ends_with('X')), "{right:?}");
    }

    #[test]
    fn people() {
        finds_any_wrong_digit(orcid, "0000-0002-1825-0097");
        assert_eq!(
            orcid("https://orcid.org/0000-0002-1694-233x").as_deref(),
            Ok("0000-0002-1694-233X")
        );
        for text in ["", "0000-0002-1825-009", "0000-0002-1825-00977", "张三", "张三张三张三"]
        {
            assert!(orcid(text).is_err(), "{text}");
        }
    }

    #[test]
    fn research_organizations() {
        for right in ["013q1eq08", "0220qvk04", "01vyrm377", "010826a91", "02br7py06"] {
            finds_any_wrong_digit(ror, right);
        }
        assert_eq!(ror("https://ror.org/013Q1EQ08").as_deref(), Ok("013q1eq08"));
        for text in ["", "013q1eq0", "013q1eq088", "013q1el08", "复旦大学"] {
            assert!(ror(text).is_err(), "{text}");
        }
    }

    #[test]
    fn social_credit_codes() {
        finds_any_wrong_digit(social_credit_code, "91350100M000100Y43");
        assert_eq!(social_credit_code("91350100m000100y43").as_deref(), Ok("91350100M000100Y43"));
        for text in ["", "91350100M000100Y4", "91350100M000100I43", "统一社会信用代码"] {
            assert!(social_credit_code(text).is_err(), "{text}");
        }
    }

    #[test]
    fn works_and_trials() {
        assert_eq!(doi("https://doi.org/10.5555/ABC.1").as_deref(), Ok("10.5555/abc.1"));
        for text in ["", "10.5555", "10.5555/", "10.x/1", "11.5555/1", "10.5555/a b"] {
            assert!(doi(text).is_err(), "{text}");
        }
        assert_eq!(trial("nct01234567").as_deref(), Ok("NCT01234567"));
        assert_eq!(trial("ChiCTR9900000001").as_deref(), Ok("ChiCTR9900000001"));
        for text in ["", "NCT1234567", "ChiCTR12345678", "01234567", "试验"] {
            assert!(trial(text).is_err(), "{text}");
        }
    }
}
