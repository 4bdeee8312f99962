//! Identifiers as clients see them: opaque, and each good for one kind of thing.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use uuid::Uuid;

use crate::{
    error::{Error, Result},
    language::Text,
};

/// What a global id can point to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum NodeKind {
    District,
    Station,
    ServicePoint,
    ExpertiseArea,
    Regulation,
    RegulationRelation,
    RegulationProposal,
    Organization,
    AnsweredQuestion,
    ResearchOutput,
    ResearchOutputTombstone,
    ResearchOutputImport,
    Resource,
    Member,
    ApiClient,
    Consultation,
    AnswerReport,
    SavedSearch,
    Need,
    Introduction,
}

impl NodeKind {
    const ALL: [Self; 20] = [
        Self::District,
        Self::Station,
        Self::ServicePoint,
        Self::ExpertiseArea,
        Self::Regulation,
        Self::RegulationRelation,
        Self::RegulationProposal,
        Self::Organization,
        Self::AnsweredQuestion,
        Self::ResearchOutput,
        Self::ResearchOutputTombstone,
        Self::ResearchOutputImport,
        Self::Resource,
        Self::Member,
        Self::ApiClient,
        Self::Consultation,
        Self::AnswerReport,
        Self::SavedSearch,
        Self::Need,
        Self::Introduction,
    ];

    /// The name of the GraphQL type.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::District => "District",
            Self::Station => "Station",
            Self::ServicePoint => "ServicePoint",
            Self::ExpertiseArea => "ExpertiseArea",
            Self::Regulation => "Regulation",
            Self::RegulationRelation => "RegulationRelation",
            Self::RegulationProposal => "RegulationProposal",
            Self::Organization => "Organization",
            Self::AnsweredQuestion => "AnsweredQuestion",
            Self::ResearchOutput => "ResearchOutput",
            Self::ResearchOutputTombstone => "ResearchOutputTombstone",
            Self::ResearchOutputImport => "ResearchOutputImport",
            Self::Resource => "Resource",
            Self::Member => "Member",
            Self::ApiClient => "ApiClient",
            Self::Consultation => "Consultation",
            Self::AnswerReport => "AnswerReport",
            Self::SavedSearch => "SavedSearch",
            Self::Need => "Need",
            Self::Introduction => "Introduction",
        }
    }
}

impl NodeKind {
    /// The kind of a name that [`NodeKind::as_str`] gave.
    pub fn of_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|known| known.as_str() == name)
    }
}

/// The id of one thing among all things.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct GlobalId {
    /// What it points to.
    pub kind: NodeKind,
    /// Which one.
    pub id: Uuid,
}

impl GlobalId {
    /// The id as clients see it.
    pub fn encode(kind: NodeKind, id: Uuid) -> async_graphql::ID {
        async_graphql::ID(URL_SAFE_NO_PAD.encode(format!("{}:{}", kind.as_str(), id.simple())))
    }

    /// Reads what [`GlobalId::encode`] made. `field` is the argument it came in.
    pub fn decode(field: &str, text: &str) -> Result<Self> {
        Self::parse(text).ok_or_else(|| {
            Error::invalid(
                field,
                Text::new(
                    "this is not an id of ours; take ids as they come from the id field",
                    "不是本服务的标识，请原样使用 id 字段给出的值",
                ),
            )
        })
    }

    /// The ids that stand in a text: typed alone, or in a link that was pasted. At most eight.
    pub fn all_in(text: &str) -> impl Iterator<Item = Self> + '_ {
        let apart = |ch: char| !(ch.is_ascii_alphanumeric() || matches!(ch, '-' | '_'));
        text.split(apart).filter(|piece| piece.len() > 40).filter_map(Self::parse).take(8)
    }

    fn parse(text: &str) -> Option<Self> {
        let bytes = URL_SAFE_NO_PAD.decode(text).ok()?;
        let text = std::str::from_utf8(&bytes).ok()?;
        let (kind, id) = text.split_once(':')?;
        let kind = NodeKind::of_name(kind)?;
        Some(Self { kind, id: Uuid::try_parse(id).ok()? })
    }

    /// Reads an id that must be of one kind.
    pub fn decode_as(field: &str, text: &str, kind: NodeKind) -> Result<Uuid> {
        let found = Self::decode(field, text)?;
        if found.kind == kind {
            return Ok(found.id);
        }
        let reason = Text::new(
            format!(
                "this is the id of a {}, and a {} is wanted",
                found.kind.as_str(),
                kind.as_str()
            ),
            format!("这是 {} 的标识，此处需要 {}", found.kind.as_str(), kind.as_str()),
        );
        Err(Error::invalid(field, reason))
    }
}

/// A new id, later than those made before.
pub fn new_id() -> Uuid {
    Uuid::now_v7()
}

/// A number that people can read to each other over the telephone: ten letters and digits without those that look
/// alike (Crockford's base 32), taken from the random part of the id. It tells nothing of how many there are.
pub fn spoken_number(prefix: &str, id: Uuid) -> String {
    const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
    let mut rest = id.as_u128();
    let mut number = String::with_capacity(prefix.len() + 12);
    number.push_str(prefix);
    for place in 0..10 {
        if place % 5 == 0 {
            number.push('-');
        }
        number.push(char::from(ALPHABET[(rest & 31) as usize]));
        rest >>= 5;
    }
    number
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_read_out_of_a_text() {
        let (one, other) = (new_id(), new_id());
        let id = |id| GlobalId::encode(NodeKind::Station, id).0;
        let text = format!("请看 https://example.org/s/{}?a=b，以及 {}。", id(one), id(other));
        assert_eq!(GlobalId::all_in(&text).map(|it| it.id).collect::<Vec<_>>(), [one, other]);
        assert_eq!(GlobalId::all_in(&"A".repeat(50)).count(), 0);
    }

    #[test]
    fn an_id_of_another_kind_is_refused_by_name() {
        let id = GlobalId::encode(NodeKind::Station, new_id());
        let error = GlobalId::decode_as("id", &id, NodeKind::Regulation).expect_err("wrong kind");
        assert_eq!(
            error.to_string(),
            "id: this is the id of a Station, and a Regulation is wanted"
        );
    }

    #[test]
    fn what_is_no_id_is_refused() {
        for text in ["", "x", "U3RhdGlvbjo", "🦀", "U3RhdGlvbjox"] {
            assert!(GlobalId::decode("id", text).is_err(), "{text}");
        }
    }

    #[test]
    fn a_spoken_number_has_no_letters_that_look_alike() {
        let number = spoken_number("SH-PD", Uuid::from_u128(u128::MAX));
        assert_eq!(number, "SH-PD-ZZZZZ-ZZZZZ");
    }
}
