//! Lists of which all is wanted, because something is chosen from them or found in them by its name.

use serde::{Deserialize, de::DeserializeOwned};
use serde_json::json;

use super::Page;
use crate::console::{api::Document, gate::Guest, trouble::Trouble};

/// The most pages that are read, each as long as the API gives one. A list to choose from that is longer helps nobody.
const MOST: usize = 20;

/// A page of a list.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(in crate::console) struct Part<T> {
    nodes: Vec<T>,
    page_info: Page,
}

/// All of a list, page by page; `part` is where the pages stand in the answers of the document.
pub(in crate::console) async fn whole<A: DeserializeOwned, T>(
    guest: &Guest,
    document: &Document<A>,
    part: impl Fn(A) -> Part<T>,
) -> Result<Vec<T>, Trouble> {
    let (mut all, mut after) = (Vec::new(), None);
    for _ in 0..MOST {
        let Part { nodes, page_info } = part(guest.ask(document, json!({ "after": after })).await?);
        all.extend(nodes);
        match page_info.end_cursor.filter(|_| page_info.has_next_page) {
            Some(cursor) => after = Some(cursor),
            None => break,
        }
    }
    Ok(all)
}
