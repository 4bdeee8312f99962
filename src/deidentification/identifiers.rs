//! Numbers that tell by themselves whom they belong to: of companies, of people, of inventions.

use super::{
    Kind,
    text::{Folded, Found, Pattern, last, pattern},
};
use crate::checkdigits::{patent_application, social_credit_code};

static CREDIT_CODE: Pattern = Pattern::new(|| {
    pattern("[1-9any][ -]?[0-9a-hj-npqrtuwxy](?:[ -]?[0-9]){6}(?:[ -]?[0-9a-hj-npqrtuwxy]){10}")
});

static ID_NUMBER: Pattern = Pattern::new(|| {
    pattern(
        "[1-8][0-9]{5} ?(?:(?:18|19|20)[0-9]{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01]) ?[0-9]{3}[0-9x]\
         |[0-9]{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01]) ?[0-9]{3})",
    )
});

static PATENT: Pattern = Pattern::new(|| {
    pattern("(?:(zl|cn)[ .:]{0,2})?((?:19|20)[0-9]{2}[ -]?[1-3589][ -]?[0-9]{7}( ?\\. ?)?[0-9x])")
});

static OLDER_PATENT: Pattern =
    Pattern::new(|| pattern("(?:zl|cn)[ .:]{0,2}[089][0-9]{7}\\.?[0-9x]"));

static PUBLICATION: Pattern = Pattern::new(|| {
    pattern(
        "cn ?[12][0-9]{8} ?[abcusy][0-9]?|pct/[a-z]{2}(?:20)?[0-9]{2}/[0-9]{5,6}|wo ?20[0-9]{2} ?/ ?[0-9]{6}",
    )
});

pub(super) fn find(folded: &Folded, found: &mut Vec<Found>) {
    folded.each(&CREDIT_CODE, |_, range| {
        let code = bare(&folded.text[range.clone()]);
        // A code of digits alone is more often something else: it counts when its check digit is right.
        let right = social_credit_code(&code).is_ok();
        let taken = folded.is_alone(&range)
            && (right || code.contains(|ch: char| ch.is_ascii_alphabetic()) && !is_id(&code));
        if taken {
            found.push(Found { kind: Kind::SocialCreditCode, range, sure: right });
        }
        taken
    });
    folded.each(&ID_NUMBER, |_, range| {
        let sure = is_id(&bare(&folded.text[range.clone()]));
        let taken = folded.is_alone(&range);
        if taken {
            found.push(Found { kind: Kind::IdNumber, range, sure });
        }
        taken
    });
    patents(folded, found);
}

fn patents(folded: &Folded, found: &mut Vec<Found>) {
    folded.each(&PATENT, |captures, range| {
        let Some(number) = captures.get(2) else { return false };
        let right = patent_application(&bare(number.as_str())).is_ok();
        let before = last(folded.before(&range), 36);
        let named =
            captures.get(1).is_some() || before.contains("专利") || before.contains("申请号");
        // Thirteen digits may be a bar code or a batch: the point, a name or the check digit must speak for a patent.
        let taken = folded.is_alone(&range) && (right || named || captures.get(3).is_some());
        if taken {
            found.push(Found { kind: Kind::PatentApplication, range, sure: right });
        }
        taken
    });
    for (regex, sure) in [(&OLDER_PATENT, false), (&PUBLICATION, true)] {
        folded.each(regex, |_, range| {
            let taken = folded.is_alone(&range);
            if taken {
                found.push(Found { kind: Kind::PatentApplication, range, sure });
            }
            taken
        });
    }
}

/// The number of an identity card (GB 11643): weights are the powers of 2 modulo 11, ten is X.
fn is_id(number: &str) -> bool {
    const WEIGHTS: [u32; 17] = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
    const CHECKS: &[u8] = b"10x98765432";
    let digits = number.chars().map_while(|ch| ch.to_digit(10)).take(17);
    let sum: u32 = digits.zip(WEIGHTS).map(|(digit, weight)| digit * weight).sum();
    let check = CHECKS.get((sum % 11) as usize);
    number.len() == 18 && number.as_bytes().last() == check
}

fn bare(text: &str) -> String {
    text.chars().filter(|ch| !matches!(ch, ' ' | '-')).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_wrong_digit_of_an_identity_card_is_noticed() {
        let right = "110101198506121234";
        assert!(is_id(right) && !is_id("") && !is_id("11010119850612123"));
        assert!((0..20).any(|serial| is_id(&format!("1101011985061{serial:04}x"))), "ten is X");
        for (at, old) in right.char_indices() {
            for new in ('0'..='9').filter(|new| *new != old) {
                let mut wrong = right.to_owned();
                wrong.replace_range(at..=at, &new.to_string());
                assert!(!is_id(&wrong), "{wrong}");
            }
        }
    }
}
