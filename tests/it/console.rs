//! The pages as people read them in a browser that runs no script.

mod administration;
pub mod browser;
mod consultations;
mod drafting;
mod endurance;
mod figures;
mod gate;
mod network;
mod partners;
mod publishing;
mod search;
mod supervision;
