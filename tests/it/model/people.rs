//! Who takes part, and where they stand.

use zhanjian::access::{ClientScope, Role};

use crate::{
    consultations::work::portal,
    support::{House, Member},
};

/// What somebody is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Post {
    Anybody,
    Portal,
    Staff,
    Head,
    District,
    Municipal,
    Transfer,
    Administrator,
}

/// One who takes part.
pub struct Person<'a> {
    pub name: &'static str,
    pub post: Post,
    /// The station that they work at.
    pub station: Option<&'static str>,
    /// The district that they work in, as the domain writes it.
    pub district: Option<&'static str>,
    pub member: Member<'a>,
}

impl Person<'_> {
    pub fn is(&self, posts: &[Post]) -> bool {
        posts.contains(&self.post)
    }

    /// Whether they work at this station.
    pub fn works_at(&self, station: &str) -> bool {
        self.station == Some(station)
    }

    /// Whether they are an officer of this district's bureau.
    pub fn is_officer_of(&self, district: &str) -> bool {
        self.post == Post::District && self.district == Some(district)
    }

    /// Whether they work at a station or a bureau.
    pub fn is_of_the_network(&self) -> bool {
        self.is(&[Post::Staff, Post::Head, Post::District, Post::Municipal])
    }

    /// Why they cannot even try, where they cannot.
    pub fn kept_out(&self, posts: &[Post]) -> Option<&'static str> {
        match self.post {
            Post::Anybody => Some("UNAUTHENTICATED"),
            post if posts.contains(&post) => None,
            _ => Some("FORBIDDEN"),
        }
    }
}

/// All of them.
pub struct Everybody<'a> {
    pub all: Vec<Person<'a>>,
}

impl<'a> Everybody<'a> {
    pub async fn of(house: &'a House) -> Self {
        let mut all = Vec::new();
        for (name, role, place) in [
            ("clerk", Role::Staff, "SH-PD"),
            ("colleague", Role::Staff, "SH-PD"),
            ("head", Role::Head, "SH-PD"),
            ("clerk of Xuhui", Role::Staff, "SH-XH"),
            ("head of Xuhui", Role::Head, "SH-XH"),
            ("officer", Role::DistrictOfficer, "PD"),
            ("second officer", Role::DistrictOfficer, "PD"),
            ("officer of Xuhui", Role::DistrictOfficer, "XH"),
            ("municipal officer", Role::MunicipalOfficer, ""),
            ("transfer office", Role::TechTransfer, "fudan"),
            ("administrator", Role::Administrator, ""),
        ] {
            let (post, station, district) = match role {
                Role::Staff => (Post::Staff, Some(place), Some(&place[3..])),
                Role::Head => (Post::Head, Some(place), Some(&place[3..])),
                Role::DistrictOfficer => (Post::District, None, Some(place)),
                Role::MunicipalOfficer => (Post::Municipal, None, None),
                Role::TechTransfer => (Post::Transfer, None, None),
                Role::Administrator => (Post::Administrator, None, None),
            };
            let member = house.signed_in(role, place).await;
            all.push(Person { name, post, station, district, member });
        }
        for name in ["portal", "other portal"] {
            let member = portal(house, name, &ClientScope::ALL).await;
            all.push(Person { name, post: Post::Portal, station: None, district: None, member });
        }
        let member = house.anybody();
        all.push(Person {
            name: "anybody",
            post: Post::Anybody,
            station: None,
            district: None,
            member,
        });
        Self { all }
    }

    /// Who works at a station.
    pub fn at(&self, station: &str) -> Vec<usize> {
        self.those(|person| person.works_at(station))
    }

    /// Those of whom something is true.
    pub fn those(&self, holds: impl Fn(&Person<'_>) -> bool) -> Vec<usize> {
        let all = self.all.iter().enumerate();
        all.filter(|(_, person)| holds(person)).map(|(place, _)| place).collect()
    }
}
