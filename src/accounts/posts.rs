//! Posts: the role of a member, and the station, district or organization that goes with it.

use std::collections::HashMap;

use sea_orm::entity::prelude::*;

use super::{Enrolment, Member};
use crate::{
    access::{self, Action, Holding, Role, Viewer, organization_token, station_token},
    error::{Error, Result},
    language::Text,
    organizations::{self, Organization},
    stations::{self, District, Station},
};

/// What somebody is there for, and where.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Post {
    /// What they are there for.
    pub role: Role,
    /// The station of staff and heads.
    pub station: Option<Uuid>,
    /// The district of a district's officer.
    pub district: Option<Uuid>,
    /// The organization of a tech-transfer office.
    pub organization: Option<Uuid>,
}

impl From<&Member> for Post {
    fn from(member: &Member) -> Self {
        Self {
            role: member.role,
            station: member.station_id,
            district: member.district_id,
            organization: member.organization_id,
        }
    }
}

impl From<&Enrolment> for Post {
    fn from(enrolment: &Enrolment) -> Self {
        Self {
            role: enrolment.role,
            station: enrolment.station,
            district: enrolment.district,
            organization: enrolment.organization,
        }
    }
}

impl Post {
    /// Refuses a post without the place that its role belongs to, or with another one. `fields` names station, district
    /// and organization as the caller gave them.
    pub(super) fn check(&self, fields: [&'static str; 3]) -> Result<()> {
        let wanted = match self.role {
            Role::Staff | Role::Head => Some(0),
            Role::DistrictOfficer => Some(1),
            Role::TechTransfer => Some(2),
            Role::MunicipalOfficer | Role::Administrator => None,
        };
        let given = [self.station, self.district, self.organization];
        for (place, (field, given)) in fields.into_iter().zip(given).enumerate() {
            if given.is_some() == (wanted == Some(place)) {
                continue;
            }
            let reason = if given.is_some() {
                Text::new("does not go with this role; leave it out", "与该角色不符，请勿填写")
            } else {
                Text::new("is needed for this role", "该角色必须填写此项")
            };
            return Err(Error::invalid(field, reason));
        }
        Ok(())
    }
}

/// The code of the district that a post lies in, where it lies in one.
pub async fn district_of(db: &impl ConnectionTrait, post: &Post) -> Result<Option<String>> {
    let places = Places::load(db, std::slice::from_ref(post)).await?;
    Ok(places.district(post).map(str::to_owned))
}

/// The places of some posts.
#[derive(Debug, Default)]
pub(super) struct Places {
    stations: HashMap<Uuid, Station>,
    districts: HashMap<Uuid, District>,
    organizations: HashMap<Uuid, Organization>,
}

impl Places {
    /// Loads the places of posts: three statements at most, however many there are.
    pub(super) async fn load(db: &impl ConnectionTrait, posts: &[Post]) -> Result<Self> {
        let some = |ids: Vec<Uuid>| (!ids.is_empty()).then_some(ids);
        let mut places = Self::default();
        if let Some(ids) = some(posts.iter().filter_map(|post| post.station).collect()) {
            places.stations = stations::by_ids(db, ids).await?;
        }
        let of_stations = places.stations.values().map(|station| station.district_id);
        let districts = posts.iter().filter_map(|post| post.district).chain(of_stations);
        if let Some(ids) = some(districts.collect()) {
            places.districts = stations::districts(db, ids).await?;
        }
        if let Some(ids) = some(posts.iter().filter_map(|post| post.organization).collect()) {
            places.organizations = organizations::by_ids(db, ids).await?;
        }
        Ok(places)
    }

    /// The code of the district that a post lies in, where it lies in one.
    pub(super) fn district(&self, post: &Post) -> Option<&str> {
        let of_station = post.station.and_then(|id| self.stations.get(&id));
        let district = of_station.map(|station| station.district_id).or(post.district)?;
        self.districts.get(&district).map(|district| district.code.as_str())
    }

    /// The code of the station, district or organization of a post, where there is one.
    pub(super) fn code(&self, post: &Post) -> Option<&str> {
        let station = post.station.and_then(|id| self.stations.get(&id));
        let organization = post.organization.and_then(|id| self.organizations.get(&id));
        station
            .map(|station| station.code.as_str())
            .or_else(|| organization.map(|organization| organization.code.as_str()))
            .or_else(|| self.district(post))
    }

    /// Whose a post is, as far as rights go. What belongs to no station and no district is for those whose right reaches
    /// everywhere.
    pub(super) fn holding(&self, post: &Post) -> Holding {
        let station = post.station.and_then(|id| self.stations.get(&id));
        let owner = station
            .map(|station| station_token(&station.code))
            .or_else(|| post.organization.map(organization_token));
        Holding {
            owners: owner.into_iter().collect(),
            district: self.district(post).map(str::to_owned),
            ..Holding::default()
        }
    }

    /// Refuses a place that there is not. `fields` as for [`Post::check`].
    pub(super) fn check(&self, post: &Post, fields: [&'static str; 3]) -> Result<()> {
        let missing = [
            post.station.is_some_and(|id| !self.stations.contains_key(&id)),
            post.district.is_some_and(|id| !self.districts.contains_key(&id)),
            post.organization.is_some_and(|id| !self.organizations.contains_key(&id)),
        ];
        match fields.into_iter().zip(missing).find(|(_, missing)| *missing) {
            None => Ok(()),
            Some((field, _)) => {
                let reason = Text::new("there is nothing with this id", "没有该标识对应的对象");
                Err(Error::invalid(field, reason))
            }
        }
    }

    /// Whether a viewer keeps the register of people at this post.
    pub(super) fn may_keep(&self, viewer: &Viewer, post: &Post) -> bool {
        access::roles_given(viewer).contains(&post.role)
            && access::may(viewer, Action::KeepRegister, &self.holding(post))
    }

    /// The same, as a refusal.
    pub(super) fn check_keeper(&self, viewer: &Viewer, post: &Post) -> Result<()> {
        access::check(viewer, Action::KeepRegister, &self.holding(post))?;
        if access::roles_given(viewer).contains(&post.role) {
            Ok(())
        } else {
            Err(Error::Forbidden)
        }
    }
}
