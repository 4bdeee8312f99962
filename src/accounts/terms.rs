//! The words of the register.

use async_graphql::Enum;
use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

/// Defines an enumeration that is the same word in the database, in files and in the contract.
macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $($(#[$value_doc:meta])* $value:ident),+ $(,)? }) => {
        $(#[$doc])*
        #[derive(
            Clone,
            Copy,
            Debug,
            PartialEq,
            Eq,
            Hash,
            PartialOrd,
            Ord,
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
        pub enum $name {
            $($(#[$value_doc])* $value),+
        }
    };
}

pub(crate) use words;

words! {
    /// How a member is employed.
    Employment {
        /// Full time (专职).
        FullTime,
        /// Part time (兼职).
        PartTime,
        /// Lent by another body.
        Seconded,
    }
}

words! {
    /// Where a member stands on the register. Only an active member who has signed the undertaking gets in.
    MemberState {
        /// Put on the register, not yet at work.
        Enrolled,
        /// At work.
        Active,
        /// Kept out for a time.
        Suspended,
        /// Left; what they wrote keeps their name.
        Left,
    }
}

words! {
    /// Whether a partner portal's program gets in.
    ClientState {
        /// It does.
        Active,
        /// It does not.
        Disabled,
    }
}
