//! Answered questions by the hundred thousand, made from a seed: the same seed gives the same bytes.
//!
//! Products get composed names, questions come from patterns and from the sample questions, answers from the sentences
//! of the sample answers. What is drawn is drawn as words are used: few often, most seldom.

use std::{
    collections::HashSet,
    fs::File,
    io::{BufWriter, Write as _},
    path::Path,
};

use serde_json::{Value, json};

use super::Result;

/// Raised whenever other bytes come out; data of another version is made anew.
pub(super) const VERSION: u32 = 1;

const SAMPLES: &str = include_str!("../../src/demo/answered-questions.jsonl");
const AREAS: &str = include_str!("../../src/demo/expertise-areas.csv");
const REGULATIONS: &str = include_str!("../../src/demo/regulations.csv");
const STATIONS: &str = include_str!("../../src/demo/stations.csv");

const PREFIXES: [&str; 24] = [
    "一次性使用",
    "医用",
    "可吸收",
    "无菌",
    "便携式",
    "植入式",
    "全自动",
    "定制式",
    "家用",
    "数字化",
    "可重复使用",
    "自粘",
    "双腔",
    "半自动",
    "超声",
    "高频",
    "低温",
    "射频",
    "磁控",
    "多参数",
    "热敏",
    "抗菌",
    "水凝胶",
    "纳米银",
];
const PLACES: [&str; 30] = [
    "冠状动脉",
    "颅内",
    "皮肤",
    "膝关节",
    "口腔",
    "角膜",
    "椎间",
    "输尿管",
    "胆道",
    "心房",
    "肝脏",
    "鼻腔",
    "外周血管",
    "骨盆",
    "眼底",
    "宫腔",
    "肺部",
    "乳腺",
    "气道",
    "静脉",
    "食管",
    "结肠",
    "甲状腺",
    "前列腺",
    "耳蜗",
    "腹壁",
    "脊柱",
    "足踝",
    "泪道",
    "胰腺",
];
const NOUNS: [&str; 40] = [
    "导管",
    "支架",
    "敷料",
    "检测试剂盒",
    "内窥镜",
    "缝合线",
    "监护仪",
    "影像处理软件",
    "球囊扩张导管",
    "穿刺针",
    "手术刀",
    "植入体",
    "固定板",
    "贴片",
    "雾化器",
    "吸引管",
    "导丝",
    "封堵器",
    "起搏电极",
    "康复训练仪",
    "治疗仪",
    "消毒液",
    "人工晶状体",
    "粘接剂",
    "血糖仪",
    "测序试剂",
    "止血材料",
    "补片",
    "骨水泥",
    "辅助诊断软件",
    "活检钳",
    "引流袋",
    "面罩",
    "分析仪",
    "采样拭子",
    "护理软膏",
    "矫治器",
    "激光光纤",
    "刺激器",
    "输注泵",
];
const PATTERNS: [&str; 22] = [
    "{p}属于哪一类医疗器械？分类编码是什么？",
    "{p}首次注册需要提交哪些资料？",
    "{p}的{a}应当怎样准备？",
    "{p}变更注册时，{a}要不要重新做？",
    "我司的{p}拟委托生产，{a}方面有什么要求？",
    "{p}能否免于临床评价？",
    "{p}的有效期验证和包装验证如何设计？",
    "{p}延续注册期间能继续生产销售吗？",
    "{p}在境外已上市，{a}可以引用境外数据吗？",
    "关于{p}的{a}，不同规格型号能否放在同一个注册单元？",
    "{p}用于{q}患者，说明书要怎样写？",
    "{p}的软件版本升级是否需要变更注册？",
    "生产{p}的洁净区级别应当是多少？",
    "{p}的生物学评价需要做哪些项目？",
    "{p}可以走{a}的特别通道吗？",
    "{p}的产品技术要求里性能指标怎么定？",
    "{p}的注册检验送哪家机构，自检行不行？",
    "{p}的唯一标识怎样赋码？",
    "网上销售{p}需要办什么手续？",
    "{p}发生不良事件后多久上报？",
    "{p}与{b}组合销售，{a}按哪个产品准备？",
    "{a}的现场核查会怎样看{p}的生产记录？",
];
const OPENINGS: [&str; 10] = [
    "{p}按{c}管理，具体以分类目录和界定结果为准。",
    "就{p}而言，先对照分类目录确认管理类别，再看{a}的要求。",
    "{p}可以按现有品种准备，关键在{a}。",
    "同类产品我站办过{n}件，{p}的主要难点是{a}。",
    "对{p}，建议先做差距分析，列出{a}缺什么。",
    "{p}的情况要分两步看：先定属性，再谈{a}。",
    "可以。{p}须在{a}中说明理由，并附{n}批数据。",
    "不可以。{p}涉及{a}，应当另行申请。",
    "{p}由{q}相关科室使用，风险主要来自{b}。",
    "企业应当保留{p}不少于{n}个月的留样和记录。",
];
const CLASSES: [(&str, &str); 3] = [("第一类", "I"), ("第二类", "II"), ("第三类", "III")];

/// Chance from a seed (splitmix64), the same on every machine.
pub(super) struct Chance(u64);

impl Chance {
    pub(super) fn new(seed: u64) -> Self {
        Self(seed)
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// Below a bound, each as likely.
    fn below(&mut self, bound: usize) -> usize {
        usize::try_from(self.next() % bound.max(1) as u64).unwrap_or_default()
    }

    /// Below a bound, the k-th about 1/k as likely as the first (Zipf), in whole numbers.
    fn seldom(&mut self, bound: usize) -> usize {
        let octaves = usize::BITS - bound.leading_zeros();
        loop {
            let octave = u32::try_from(self.below(octaves as usize)).unwrap_or_default();
            let place = (1_usize << octave) - 1 + self.below(1 << octave);
            if place < bound {
                return place;
            }
        }
    }

    fn one<'a, T: ?Sized>(&mut self, of: &[&'a T]) -> &'a T {
        of[self.seldom(of.len())]
    }

    fn percent(&mut self, share: usize) -> bool {
        self.below(100) < share
    }
}

/// What rows are made from.
pub(super) struct Stuff {
    questions: Vec<String>,
    sentences: Vec<String>,
    /// Code and label of the areas that a thing can be filed under.
    areas: Vec<(String, String)>,
    /// Key and title.
    regulations: Vec<(String, String)>,
    stations: Vec<String>,
}

/// One generated row.
pub(super) struct Row {
    pub(super) station: String,
    pub(super) question: String,
    pub(super) answer: String,
    json: Value,
}

impl Row {
    /// The row as `zhanjian import` reads it.
    pub(super) fn line(&self) -> String {
        self.json.to_string()
    }
}

impl Stuff {
    /// Reads the sample texts and the taxonomy.
    pub(super) fn read() -> Result<Self> {
        let (mut questions, mut sentences, mut seen) = (Vec::new(), Vec::new(), HashSet::new());
        for line in SAMPLES.lines() {
            let row: Value = serde_json::from_str(line)?;
            questions.push(row["question"].as_str().unwrap_or_default().to_owned());
            let answer = row["answer"].as_str().unwrap_or_default();
            for sentence in answer.split_inclusive(['。', '；', '\n']) {
                let sentence = sentence.trim();
                if sentence.chars().count() > 5 && seen.insert(sentence.to_owned()) {
                    sentences.push(sentence.to_owned());
                }
            }
        }
        let first_two = |text: &'static str| {
            let cells = |line: &'static str| -> Vec<&'static str> { line.split(',').collect() };
            text.lines().skip(1).map(cells).collect::<Vec<_>>()
        };
        // The columns that are read come before any that is quoted.
        let mut areas: Vec<(String, String)> = first_two(AREAS)
            .iter()
            .filter(|cells| !cells[1].is_empty() && !cells[2].starts_with('"'))
            .map(|cells| (cells[0].to_owned(), cells[2].to_owned()))
            .collect();
        let regulations = first_two(REGULATIONS)
            .iter()
            .filter(|cells| !cells[1].starts_with('"'))
            .map(|cells| (cells[0].to_owned(), cells[1].to_owned()))
            .collect();
        let stations = first_two(STATIONS).iter().map(|cells| cells[0].to_owned()).collect();
        // So that what is drawn often comes from all over the samples.
        let mut chance = Chance::new(0);
        for at in (1..sentences.len()).rev() {
            sentences.swap(at, chance.below(at + 1));
        }
        for at in (1..areas.len()).rev() {
            areas.swap(at, chance.below(at + 1));
        }
        Ok(Self { questions, sentences, areas, regulations, stations })
    }

    fn area(&self, chance: &mut Chance) -> &(String, String) {
        &self.areas[chance.seldom(self.areas.len())]
    }

    fn fill(&self, pattern: &str, product: &str, class: &str, chance: &mut Chance) -> String {
        let mut text = String::with_capacity(pattern.len() + product.len());
        let mut rest = pattern;
        while let Some((before, after)) = rest.split_once('{') {
            text.push_str(before);
            let (name, after) = after.split_once('}').unwrap_or((after, ""));
            match name {
                "p" => text.push_str(product),
                "a" => text.push_str(&self.area(chance).1),
                "b" => text.push_str(chance.one(&NOUNS)),
                "c" => text.push_str(class),
                "q" => text.push_str(chance.one(&PLACES)),
                _ => text.push_str(&(3 + chance.below(58)).to_string()),
            }
            rest = after;
        }
        text.push_str(rest);
        text
    }

    /// The next row.
    pub(super) fn row(&self, number: usize, seed: u64, chance: &mut Chance) -> Row {
        let product = product(chance);
        let (class, class_code) = CLASSES[[1, 2, 1, 2, 0][chance.below(5)]];
        let question = if chance.percent(12) {
            let sample = &self.questions[chance.seldom(self.questions.len())];
            format!("{product}：{sample}")
        } else {
            self.fill(chance.one(&PATTERNS), &product, class, chance)
        };
        let mut answer = self.fill(chance.one(&OPENINGS), &product, class, chance);
        for _ in 0..3 + chance.below(8) {
            answer.push_str(&self.sentences[chance.seldom(self.sentences.len())]);
            if !answer.ends_with(['。', '；', '：']) {
                answer.push('。');
            }
        }
        let summary = chance
            .percent(50)
            .then(|| self.fill("{p}按{c}办理，注意{a}。", &product, class, chance));
        let mut areas: Vec<&str> = Vec::new();
        for _ in 0..=chance.below(3) {
            let code = self.area(chance).0.as_str();
            if !areas.contains(&code) {
                areas.push(code);
            }
        }
        let audience = match chance.below(100) {
            0..78 => "PUBLIC",
            78..88 => "NETWORK",
            88..96 => "PARTNERS",
            96..98 => "DISTRICT",
            _ => "STATION",
        };
        let external_id = format!("gen-{seed}-{number}");
        let station = self.stations[chance.below(self.stations.len())].clone();
        let mut json = json!({
            "externalId": external_id,
            "station": station,
            "question": question,
            "answer": answer,
            "areas": areas,
            "productKind": "DEVICE",
            "deviceClass": class_code,
            "citations": self.citations(chance),
            "audience": audience,
            "answeredOn": day(chance),
            "reuseCount": chance.seldom(400),
        });
        if let Some(summary) = summary {
            json["summary"] = summary.into();
        }
        Row { station, question, answer, json }
    }

    fn citations(&self, chance: &mut Chance) -> Vec<Value> {
        let mut cited: Vec<usize> = Vec::new();
        for _ in 0..chance.below(5) {
            let regulation = chance.seldom(self.regulations.len());
            if !cited.contains(&regulation) {
                cited.push(regulation);
            }
        }
        let mut citations = Vec::new();
        for (position, regulation) in cited.into_iter().enumerate() {
            citations.push(json!({
                "regulation": self.regulations[regulation].0,
                "articles": [format!("第{}条", 1 + chance.seldom(90))],
                "role": if position == 0 { "BASIS" } else { "REFERENCE" },
                "checkedOn": "2026-06-15",
            }));
        }
        citations
    }

    /// What people would type: names of products, some words, a question, a regulation.
    pub(super) fn queries(&self, seed: u64, count: usize) -> Vec<String> {
        let mut chance = Chance::new(!seed);
        let chance = &mut chance;
        let typed = |_| match chance.below(20) {
            0..6 => plain_product(chance),
            6..10 => format!("{} {}", plain_product(chance), self.area(chance).1),
            10..14 => format!("{} {}", chance.one(&NOUNS), self.area(chance).1),
            14..17 => {
                let (product, pattern) = (plain_product(chance), chance.one(&PATTERNS));
                self.fill(pattern, &product, CLASSES[2].0, chance)
            }
            17 => product(chance),
            18 => self.regulations[chance.seldom(self.regulations.len())].1.clone(),
            _ => self.questions[chance.seldom(self.questions.len())].clone(),
        };
        (0..count).map(typed).collect()
    }
}

fn plain_product(chance: &mut Chance) -> String {
    let prefix = if chance.percent(70) { chance.one(&PREFIXES) } else { "" };
    let place = if chance.percent(60) { chance.one(&PLACES) } else { "" };
    format!("{prefix}{place}{}", chance.one(&NOUNS))
}

/// A product's name; every third carries a model of its own.
fn product(chance: &mut Chance) -> String {
    let mut name = plain_product(chance);
    if chance.percent(33) {
        let letter =
            |chance: &mut Chance| char::from(b'A' + u8::try_from(chance.below(26)).unwrap_or(0));
        let (first, second) = (letter(chance), letter(chance));
        let number = 100 + chance.below(9_900);
        name = format!("{name}{first}{second}-{number}");
    }
    name
}

fn day(chance: &mut Chance) -> String {
    format!("{}-{:02}-{:02}", 2018 + chance.below(8), 1 + chance.below(12), 1 + chance.below(28))
}

/// Writes a file of rows.
pub(super) fn write(path: &Path, rows: usize, seed: u64) -> Result<()> {
    let stuff = Stuff::read()?;
    let mut chance = Chance::new(seed);
    let mut file = BufWriter::new(File::create(path)?);
    for number in 0..rows {
        writeln!(file, "{}", stuff.row(number, seed, &mut chance).line())?;
    }
    file.flush()?;
    Ok(())
}
