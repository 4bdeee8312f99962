//! What tests stand on: a house with a database, an index, a clock and a front door of its own.

pub mod chance;
mod engine;
mod house;
pub mod process;
mod reply;
pub mod sample;
pub mod site;
pub mod tables;

pub use engine::{Engine, Place};
pub use house::{House, Member, TOKENS};
pub use reply::Reply;

/// Runs tests on both engines: each function takes a `&House` and becomes two tests, `name::sqlite` and
/// `name::postgres`. When it is done, the index must have caught up with the database and agree with it.
macro_rules! on_both_engines {
    ($($name:ident),+ $(,)?) => {
        $(
            mod $name {
                use crate::support::{Engine, House};

                #[tokio::test]
                async fn sqlite() {
                    let house = House::new(Engine::Sqlite).await;
                    super::$name(&house).await;
                    house.leave().await;
                }

                #[tokio::test]
                async fn postgres() {
                    let house = House::new(Engine::Postgres).await;
                    super::$name(&house).await;
                    house.leave().await;
                }
            }
        )+
    };
}
pub(crate) use on_both_engines;
