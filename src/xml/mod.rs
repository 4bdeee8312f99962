//! XML, out and in: written with every sign escaped that needs it, read within bounds and without anything that a
//! document could use to reach beyond itself.

mod read;
mod write;

pub use read::{Bounds, Element, XmlError, read};
pub use write::Xml;
