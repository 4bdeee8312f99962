//! Who may do what: one table, as the domain states it, and the one function that reads it.
//!
//! Rules ask the literal question ("may this viewer reply to this consultation?") by an [`Action`] and the [`Holding`]
//! of the thing; only this file knows the answer. What somebody may *see* is settled before, by [`super::Scope`].

use async_graphql::Enum;

use super::{Identity, Role, Viewer};
use crate::error::{Error, Result};

/// What somebody may want to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Enum)]
pub enum Action {
    /// Read what everybody may.
    ReadPublic,
    /// Read what is shared with partner portals.
    ReadPartners,
    /// Read what is shared among stations.
    ReadNetwork,
    /// Read what is shared within a district.
    ReadDistrict,
    /// Read a consultation with its asker.
    ReadConsultation,
    /// Record a company's question.
    RecordConsultation,
    /// Classify a consultation, assign it, reply to it.
    HandleConsultation,
    /// Tell the company's word: that it confirms a reply, or withdraws.
    RelayAsker,
    /// Erase who asked, once the case is closed.
    EraseAsker,
    /// Hand a consultation up to the district.
    EscalateToDistrict,
    /// Hand a consultation up to the municipal level.
    EscalateToMunicipal,
    /// Refer a consultation to the national level.
    ReferNational,
    /// Draft an answered question.
    DraftAnswer,
    /// Review somebody else's answered question.
    ReviewAnswer,
    /// Look through an answered question for what would tell who asked.
    CheckDeidentification,
    /// Share an answered question with partners or the public.
    WidenAnswer,
    /// Withdraw an answered question at once.
    WithdrawAnswer,
    /// Propose a regulation, or what it does to others.
    ProposeRegulation,
    /// Record a regulation, or what it does to others.
    DecideRegulation,
    /// Confirm that an answer still stands.
    ConfirmAnswer,
    /// Reuse an answered question.
    ReuseAnswer,
    /// Rate an answered question, or report an error in it.
    RateAnswer,
    /// Write, publish, embargo and import research outputs.
    WriteResearchOutput,
    /// Raise a need, and see its matches and why.
    RaiseNeed,
    /// See the matches of one's own research outputs.
    SeeOwnMatches,
    /// Ask for an introduction.
    AskIntroduction,
    /// Answer a request for an introduction.
    AnswerIntroduction,
    /// Read reports.
    ReadReports,
    /// Keep the register of members.
    KeepRegister,
    /// Keep a station's profile and the areas it declares.
    KeepStation,
    /// Keep API clients.
    KeepClients,
    /// Keep the taxonomy.
    KeepTaxonomy,
    /// Read the audit log.
    ReadAuditLog,
}

/// How far somebody's right reaches.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(name = "RightReach")]
pub enum Reach {
    /// Not at all.
    No,
    /// Everywhere.
    Yes,
    /// To what is one's own station's, organization's or client's.
    Own,
    /// To what belongs to one's own district.
    District,
    /// To what has been handed up to one's own bureau.
    Escalated,
}

/// The columns of the table.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Enum)]
pub enum Standing {
    /// Nobody signed in.
    Anonymous,
    /// A partner portal's program.
    Portal,
    /// A member of a station's staff.
    Staff,
    /// The head of a station.
    Head,
    /// An officer of a district bureau.
    DistrictOfficer,
    /// An officer of the municipal level.
    MunicipalOfficer,
    /// A member of a tech-transfer office.
    TechTransfer,
    /// Who runs the service.
    Administrator,
}

impl Action {
    /// Every action, in the order of the table.
    pub const ALL: [Self; 33] = [
        Self::ReadPublic,
        Self::ReadPartners,
        Self::ReadNetwork,
        Self::ReadDistrict,
        Self::ReadConsultation,
        Self::RecordConsultation,
        Self::HandleConsultation,
        Self::RelayAsker,
        Self::EraseAsker,
        Self::EscalateToDistrict,
        Self::EscalateToMunicipal,
        Self::ReferNational,
        Self::DraftAnswer,
        Self::ReviewAnswer,
        Self::CheckDeidentification,
        Self::WidenAnswer,
        Self::WithdrawAnswer,
        Self::ProposeRegulation,
        Self::DecideRegulation,
        Self::ConfirmAnswer,
        Self::ReuseAnswer,
        Self::RateAnswer,
        Self::WriteResearchOutput,
        Self::RaiseNeed,
        Self::SeeOwnMatches,
        Self::AskIntroduction,
        Self::AnswerIntroduction,
        Self::ReadReports,
        Self::KeepRegister,
        Self::KeepStation,
        Self::KeepClients,
        Self::KeepTaxonomy,
        Self::ReadAuditLog,
    ];
}

impl Standing {
    /// Every column, in the order of the table.
    pub const ALL: [Self; 8] = [
        Self::Anonymous,
        Self::Portal,
        Self::Staff,
        Self::Head,
        Self::DistrictOfficer,
        Self::MunicipalOfficer,
        Self::TechTransfer,
        Self::Administrator,
    ];
}

/// The table. `y` yes, `o` own only, `d` own district, `e` escalated to them, `-` no; the columns stand in the order of
/// [`Standing::ALL`].
#[expect(clippy::match_same_arms, reason = "a table has a row for each")]
const fn row(action: Action) -> &'static [u8; 8] {
    match action {
        //                               anonymous, portal, staff, head, district, municipal, tech transfer, admin
        Action::ReadPublic => b"yyyyyyyy",
        Action::ReadPartners => b"-yyyyyyy",
        Action::ReadNetwork => b"--yyyy--",
        Action::ReadDistrict => b"--oody--",
        Action::ReadConsultation => b"-oooee--",
        Action::RecordConsultation => b"-oyyy---",
        Action::HandleConsultation => b"--ooee--",
        Action::RelayAsker => b"-ooo----",
        Action::EraseAsker => b"---o----",
        Action::EscalateToDistrict => b"--oo----",
        Action::EscalateToMunicipal => b"----d---",
        Action::ReferNational => b"-----y--",
        Action::DraftAnswer => b"--yyyy--",
        Action::ReviewAnswer => b"---ody--",
        Action::CheckDeidentification => b"--yyyy--",
        Action::WidenAnswer => b"----dy--",
        Action::WithdrawAnswer => b"---ody-y",
        Action::ProposeRegulation => b"--yyyy-y",
        Action::DecideRegulation => b"-----y-y",
        Action::ConfirmAnswer => b"----dy--",
        Action::ReuseAnswer => b"--yyyy--",
        Action::RateAnswer => b"-yyyyy--",
        Action::WriteResearchOutput => b"------o-",
        Action::RaiseNeed => b"-oyyyy--",
        Action::SeeOwnMatches => b"------o-",
        Action::AskIntroduction => b"-yyyy---",
        Action::AnswerIntroduction => b"------o-",
        Action::ReadReports => b"--oodyo-",
        Action::KeepRegister => b"---ody-y",
        Action::KeepStation => b"---ody-y",
        Action::KeepClients => b"-------y",
        Action::KeepTaxonomy => b"-------y",
        Action::ReadAuditLog => b"----dy-y",
    }
}

/// How far the right to an action reaches for one standing.
pub fn reach(standing: Standing, action: Action) -> Reach {
    match row(action)[standing as usize] {
        b'y' => Reach::Yes,
        b'o' => Reach::Own,
        b'd' => Reach::District,
        b'e' => Reach::Escalated,
        _ => Reach::No,
    }
}

/// What a partner portal's client may be allowed beyond reading.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Enum)]
#[graphql(name = "ClientScope")]
pub enum ClientScope {
    /// Search and read what is shared with partners.
    Read,
    /// Record consultations for companies, and follow them.
    Consultations,
    /// Raise needs and see their matches.
    Needs,
    /// Ask for introductions.
    Introductions,
    /// Rate answers and report errors in them.
    Ratings,
}

impl ClientScope {
    /// All scopes.
    pub const ALL: [Self; 5] =
        [Self::Read, Self::Consultations, Self::Needs, Self::Introductions, Self::Ratings];

    /// The scope as OAuth names it (RFC 6749, section 3.3).
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Consultations => "consultations",
            Self::Needs => "needs",
            Self::Introductions => "introductions",
            Self::Ratings => "ratings",
        }
    }

    /// The scope of a name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|scope| scope.as_str() == name)
    }

    /// The scope that a client needs for an action; reading needs no more than being a client that may read.
    fn of(action: Action) -> Self {
        match action {
            Action::ReadConsultation | Action::RecordConsultation | Action::RelayAsker => {
                Self::Consultations
            }
            Action::RaiseNeed => Self::Needs,
            Action::AskIntroduction => Self::Introductions,
            Action::RateAnswer => Self::Ratings,
            _ => Self::Read,
        }
    }
}

/// Whose a thing is, as far as rights go.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Holding {
    /// The tokens of its owners: a station's, an organization's, a client's.
    pub owners: Vec<String>,
    /// The code of its district.
    pub district: Option<String>,
    /// The tokens of the bureaus that it has been handed up to.
    pub escalated: Vec<String>,
}

impl Holding {
    /// What belongs to nobody in particular: a right that reaches everywhere is needed.
    pub fn nobody() -> Self {
        Self::default()
    }

    /// What is one owner's, in a district.
    pub fn of(owner: impl Into<String>, district: Option<&str>) -> Self {
        Self {
            owners: vec![owner.into()],
            district: district.map(str::to_owned),
            escalated: Vec::new(),
        }
    }
}

/// Whether a viewer may do something to a thing of this holding.
pub fn may(viewer: &Viewer, action: Action, holding: &Holding) -> bool {
    if let Identity::Client(client) = viewer.identity()
        && !client.scopes.contains(&ClientScope::of(action))
    {
        return false;
    }
    match viewer.reach(action) {
        Reach::No => false,
        Reach::Yes => true,
        Reach::Own => holding.owners.iter().any(|owner| viewer.holds(owner)),
        Reach::District => holding.district.as_deref().is_some_and(|code| viewer.is_of(code)),
        Reach::Escalated => holding.escalated.iter().any(|bureau| viewer.holds(bureau)),
    }
}

/// The same, as a refusal: [`Error::Unauthenticated`] for those who have not signed in, [`Error::Forbidden`] for those
/// who have. Ask only about what the viewer can see: what is hidden does not exist.
pub fn check(viewer: &Viewer, action: Action, holding: &Holding) -> Result<()> {
    if may(viewer, action, holding) {
        Ok(())
    } else if viewer.is_anonymous() {
        Err(Error::Unauthenticated)
    } else {
        Err(Error::Forbidden)
    }
}

/// Whether a viewer may do something to anything at all; asked before a thing is looked for, so that who may not even
/// try learns nothing about what there is.
pub fn check_at_all(viewer: &Viewer, action: Action) -> Result<()> {
    let scoped = match viewer.identity() {
        Identity::Client(client) => client.scopes.contains(&ClientScope::of(action)),
        _ => true,
    };
    if scoped && viewer.reach(action) != Reach::No {
        Ok(())
    } else if viewer.is_anonymous() {
        Err(Error::Unauthenticated)
    } else {
        Err(Error::Forbidden)
    }
}

/// The roles that a viewer may give to others, and whose people they may change: nobody gives, takes or suspends a role
/// above their own. How far this reaches is what the right to keep the register says.
pub fn roles_given(viewer: &Viewer) -> &'static [Role] {
    const UPWARDS: [Role; 6] = [
        Role::Staff,
        Role::Head,
        Role::DistrictOfficer,
        Role::TechTransfer,
        Role::MunicipalOfficer,
        Role::Administrator,
    ];
    match viewer.member().map(|member| member.role) {
        None | Some(Role::Staff | Role::TechTransfer) => &[],
        Some(Role::Head) => &UPWARDS[..2],
        Some(Role::DistrictOfficer) => &UPWARDS[..3],
        Some(Role::MunicipalOfficer) => &UPWARDS[..5],
        Some(Role::Administrator) => &UPWARDS,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_lists_are_whole_and_every_cell_means_something() {
        for (place, action) in Action::ALL.into_iter().enumerate() {
            assert_eq!(action as usize, place);
            for standing in Standing::ALL {
                let cell = row(action)[standing as usize];
                assert!(b"yode-".contains(&cell), "{action:?} {standing:?}");
            }
        }
        for (place, standing) in Standing::ALL.into_iter().enumerate() {
            assert_eq!(standing as usize, place);
        }
    }

    #[test]
    fn nobody_reads_for_being_an_administrator() {
        for action in [Action::ReadNetwork, Action::ReadDistrict, Action::ReadConsultation] {
            assert_eq!(reach(Standing::Administrator, action), Reach::No);
        }
    }
}
