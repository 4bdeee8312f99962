//! The words for organizations and what they offer.

use async_graphql::Enum;
use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

/// What kind of organization it is.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    Hash,
    EnumIter,
    DeriveActiveEnum,
    Enum,
    Serialize,
    Deserialize,
)]
#[sea_orm(
    rs_type = "String",
    db_type = "String(StringLen::None)",
    rename_all = "SCREAMING_SNAKE_CASE"
)]
pub enum OrganizationType {
    /// A university.
    University,
    /// A hospital.
    Hospital,
    /// A research institute.
    ResearchInstitute,
    /// A company.
    Enterprise,
    /// An association.
    Association,
    /// A test laboratory.
    TestLab,
    /// A contract research organization.
    Cro,
    /// A contract development and manufacturing organization.
    Cdmo,
    /// An exchange for technologies.
    Exchange,
    /// A regulatory body.
    Regulator,
}

/// Whether a resource is offered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
pub enum ResourceState {
    /// It is offered.
    Offered,
    /// Its last day is over. It is still shown, and is neither matched nor introduced.
    Expired,
    /// Its organization has taken it back; nobody else sees it.
    Retired,
}

/// What a resource is for.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    Hash,
    EnumIter,
    DeriveActiveEnum,
    Enum,
    Serialize,
    Deserialize,
)]
#[sea_orm(
    rs_type = "String",
    db_type = "String(StringLen::None)",
    rename_all = "SCREAMING_SNAKE_CASE"
)]
pub enum ResourceKind {
    /// Clinical studies.
    Clinical,
    /// Testing.
    Testing,
    /// Training.
    Training,
    /// Manufacturing.
    Manufacturing,
}
