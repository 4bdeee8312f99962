//! A company's question on its way to a reply, as everybody who has to do with it sees it.

mod rights;
pub(crate) mod secrecy;
mod story;
mod time;
pub(crate) mod work;
