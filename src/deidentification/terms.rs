//! The words for what would tell who asked.

use async_graphql::Enum;

use crate::language::Text;

/// What kind of thing was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Enum)]
#[graphql(name = "FindingKind")]
pub enum Kind {
    /// A confidential value of the consultation, or a short form of it.
    Confidential,
    /// The name of a company.
    Enterprise,
    /// A unified social credit code (GB 32100).
    SocialCreditCode,
    /// The number of an identity card (GB 11643).
    IdNumber,
    /// A telephone number.
    Telephone,
    /// An e-mail address.
    Email,
    /// A name on a messenger: 微信, QQ.
    MessengerId,
    /// The number of a registration, filing, licence, trial or acceptance.
    RegistrationNumber,
    /// The number of a patent or of the application for it.
    PatentApplication,
    /// An amount of money.
    Amount,
    /// An exact date.
    Date,
}

impl Kind {
    /// All kinds.
    pub const ALL: [Self; 11] = [
        Self::Confidential,
        Self::Enterprise,
        Self::SocialCreditCode,
        Self::IdNumber,
        Self::Telephone,
        Self::Email,
        Self::MessengerId,
        Self::RegistrationNumber,
        Self::PatentApplication,
        Self::Amount,
        Self::Date,
    ];

    /// The kind as a column keeps it: as the contract names it.
    pub fn name(self) -> String {
        format!("{self:?}").chars().enumerate().fold(String::new(), |mut name, (place, ch)| {
            if place > 0 && ch.is_ascii_uppercase() {
                name.push('_');
            }
            name.push(ch.to_ascii_uppercase());
            name
        })
    }

    /// The kind of a name that [`Kind::name`] gave.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }

    /// What people call it.
    pub fn label(self) -> Text {
        let (en, zh) = match self {
            Self::Confidential => ("confidential value of the consultation", "咨询中的保密信息"),
            Self::Enterprise => ("name of a company", "企业名称"),
            Self::SocialCreditCode => ("unified social credit code", "统一社会信用代码"),
            Self::IdNumber => ("identity card number", "身份证号"),
            Self::Telephone => ("telephone number", "电话号码"),
            Self::Email => ("e-mail address", "电子邮箱"),
            Self::MessengerId => ("WeChat or QQ name", "微信号或 QQ 号"),
            Self::RegistrationNumber => {
                ("registration or acceptance number", "注册证号、备案号或受理号")
            }
            Self::PatentApplication => ("patent number", "专利号或专利申请号"),
            Self::Amount => ("amount of money", "金额"),
            Self::Date => ("exact date", "具体日期"),
        };
        Text::new(en, zh)
    }
}

/// What a confidential value is, which decides what its short forms are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ValueKind {
    /// The name of a company: also without its region, legal form and trade.
    Company,
    /// The name of a person: also the surname with a title.
    Person,
    /// Anything else: a telephone also without its codes, an address also from its road on, an e-mail also its domain.
    Other,
}
