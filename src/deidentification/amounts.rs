//! Amounts of money, in figures and in words, before or behind their currency.

use super::{
    Kind,
    text::{Folded, Found, Pattern, last, pattern},
};

const FIGURES: &str = r"(?:[0-9]{1,3}(?:[, ][0-9]{3}){1,6}|[0-9]{1,18})(?:\.[0-9]{1,6})?";
const WORDS: &str = "[零〇一二两三四五六七八九十百千万亿几数余多壹贰叁肆伍陆柒捌玖拾佰仟]{1,24}";
/// Ten thousands and the like, once or in a row: 3亿6千5百万.
const TIMES: &str = r"[余多]?(?: ?(?:[十百千万亿兆]{1,3}(?:[0-9][0-9,]{0,12}(?:\.[0-9]{1,6})?[十百千万亿]{0,3}){0,4}|million|billion|thousand|mn|bn|[mk](?-u:\b)))?";
const BEFORE: &str = r"(?:人民币|美元|美金|港币|台币|日币|欧元|rmb|cny|us ?\$|usd|nt ?\$|hk ?\$|hkd|eur|gbp|jpy|chf|[¥$€£])";
const BEHIND: &str = "(?:人民币|元人民币|美元|美金|欧元|港元|港币|日元|日圆|韩元|加元|澳元|新币|台币|英镑|瑞士法郎|卢布|元|圆|块钱|rmb|cny|usd|hkd|eur|gbp|yuan|us dollars|dollars|euros)";

/// Behind these 元 is no money: 元素, 二元醇.
const NO_MONEY: &str = "素件器化醇胺酸环组体共复论酚宵旦";

static WITH_CURRENCY_BEFORE: Pattern = Pattern::new(|| {
    pattern(&format!(
        "{BEFORE} ?:? ?(?:hk|nt)?\\$? ?(?:{FIGURES}{TIMES}|{WORDS})(?: ?{BEHIND})?(?:[零〇一二三四五六七八九壹贰叁肆伍陆柒捌玖][角分])*[整正]?"
    ))
});

static WITH_CURRENCY_BEHIND: Pattern = Pattern::new(|| {
    pattern(&format!(
        "(?:({FIGURES}){TIMES}|({WORDS})) ?{BEHIND}(?:[零〇一二三四五六七八九壹贰叁肆伍陆柒捌玖0-9]{{1,2}}[角分])*[整正]?"
    ))
});

/// 800万, without a currency: money only where the words before speak of it.
static BARE: Pattern = Pattern::new(|| pattern(&format!("{FIGURES} ?[十百千]?[万亿]")));

const OF_MONEY: &[&str] = &[
    "费",
    "投入",
    "投资",
    "资金",
    "金额",
    "资本",
    "价",
    "预算",
    "营收",
    "收入",
    "销售额",
    "产值",
    "融资",
    "补贴",
    "补助",
    "经费",
    "成本",
    "合同额",
    "利润",
    "罚款",
    "赔偿",
    "估值",
    "花",
];

/// Behind these a number of ten thousands counts something else.
const COUNTED: &str = "例人名台件支片次单个盒瓶粒份级倍条只套针株种亩平字元圆iu美欧港日英";

pub(super) fn find(folded: &Folded, found: &mut Vec<Found>) {
    folded.each(&WITH_CURRENCY_BEFORE, |_, range| {
        let taken = folded.is_alone(&range);
        if taken {
            found.push(Found { kind: Kind::Amount, range, sure: true });
        }
        taken
    });
    folded.each(&WITH_CURRENCY_BEHIND, |captures, range| {
        let in_words = captures.get(2).map(|words| words.as_str());
        // 三元 and 多元 are no money, 三十元 and 叁元 are.
        let small = in_words.is_some_and(|words| {
            words.chars().all(|ch| "零〇一二两三四五六七八九几数余多".contains(ch))
        });
        let other = folded.after(&range).starts_with(|next| NO_MONEY.contains(next));
        let taken = folded.is_alone(&range) && !small && !other;
        if taken {
            found.push(Found { kind: Kind::Amount, range, sure: true });
        }
        taken
    });
    folded.each(&BARE, |_, range| {
        let counted = folded.after(&range).trim_start().starts_with(|next| COUNTED.contains(next));
        let before = last(folded.before(&range), 30);
        let of_money = OF_MONEY.iter().any(|word| before.contains(word));
        let taken = folded.is_alone(&range) && !counted && of_money;
        if taken {
            found.push(Found { kind: Kind::Amount, range, sure: false });
        }
        taken
    });
}
