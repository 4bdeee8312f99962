//! Numbers under which a product, a maker or a trial is registered, filed, licensed or accepted: a public register leads
//! from each to a name.

use super::{
    Kind,
    text::{Folded, Found, Pattern, pattern},
};

/// How the registers of the state and of the provinces begin.
const REGISTERS: &str = "[国京津沪渝冀晋蒙辽吉黑苏浙皖闽赣鲁豫鄂湘粤桂琼川贵云滇黔藏陕甘青宁新]";

/// Digits, some perhaps masked, blanks between.
const DIGITS: &str = "[0-9](?: ?[0-9x×*]){6,12}";

static PATTERNS: [Pattern; 7] = [
    // Devices: 国械注准, 沪浦械备, 国食药监械(准)字2014第…号, 沪药监械生产许, 沪械广审(文)第…号.
    Pattern::new(|| {
        pattern(&format!(
            "{REGISTERS}[\u{4e00}-\u{9fff}]{{0,2}}?(?:食?药监)?械(?:注|备|生产|经营|临机|网经|网备|广审)?\
             ?(?:\\(?[准进许试备更文视声]\\)?)?字? ?第? ?(?:20[0-9]{{2}} ?第 ?[0-9]{{7}}|{DIGITS}|[0-9]{{6}}-[0-9]{{5}}) ?号?"
        ))
    }),
    // Drugs: 国药准字H…, 国药准字HJ….
    Pattern::new(|| pattern("国药[准试证健]字 ?[a-z]{0,2} ?[0-9](?: ?[0-9x×*]){7,8} ?号?")),
    // Cosmetics: 国妆特字, 沪G妆网备字.
    Pattern::new(|| {
        pattern(&format!(
            "{REGISTERS} ?[a-z]?妆(?:特|备|网备|原|原备)?进?字? ?[a-z]{{0,2}} ?{DIGITS}"
        ))
    }),
    // Acceptance: devices (CQZ, JSZ), drugs (CXHL, CYHS, JXSL).
    Pattern::new(|| pattern("[cj][a-z]{2,3} ?[0-9]{7,8}(?:国|沪|京|苏|浙|粤)?")),
    // Trials (CTR, ChiCTR, NCT) and the notices that allow them (2020LP00001).
    Pattern::new(|| {
        pattern(
            "ctr ?20[0-9]{6}|chictr-?[a-z]{0,4}-?[0-9]{8,10}|nct ?[0-9]{8}|20[0-9]{2}l[pb]?[0-9]{5}",
        )
    }),
    // Active substances, excipients, packaging (Y20190001234), master files of devices (M2021001-000).
    Pattern::new(|| pattern("[yfb]20[0-9]{9}|m20[0-9]{4,6}-[0-9]{3}")),
    // Anything behind its label.
    Pattern::new(|| {
        pattern(
            "(?:受理号|注册证(?:编?号)|备案(?:编?号|凭证编?号)|许可证(?:编?号)|批准文号|登记号)[ :：为是]{0,3}([a-z]{0,4}[0-9][0-9a-z-]{6,18}[0-9])",
        )
    }),
];

pub(super) fn find(folded: &Folded, found: &mut Vec<Found>) {
    for regex in &PATTERNS {
        folded.each(regex, |captures, whole| {
            let range = captures.get(1).map_or(whole, |number| number.range());
            let taken = folded.is_alone(&range);
            if taken {
                let masked = folded.text[range.clone()].contains(['×', '*']);
                found.push(Found { kind: Kind::RegistrationNumber, range, sure: !masked });
            }
            taken
        });
    }
}
