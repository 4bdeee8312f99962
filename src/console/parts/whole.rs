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

impl<T> Part<T> {
    /// Where the list goes on.
    fn next(&self) -> Option<String> {
        self.page_info.end_cursor.clone().filter(|_| self.page_info.has_next_page)
    }
}

/// All of a list, page by page; `part` is where the pages stand in the answers of the document.
pub(in crate::console) async fn whole<A: DeserializeOwned, T>(
    guest: &Guest,
    document: &Document<A>,
    part: impl Fn(A) -> Part<T>,
) -> Result<Vec<T>, Trouble> {
    let first = part(guest.ask(document, json!({ "after": null })).await?);
    completed(guest, first, document, part).await
}

/// The same of a list whose first page is there already.
pub(in crate::console) async fn completed<A: DeserializeOwned, T>(
    guest: &Guest,
    first: Part<T>,
    document: &Document<A>,
    part: impl Fn(A) -> Part<T>,
) -> Result<Vec<T>, Trouble> {
    let mut next = first.next();
    let mut all = first.nodes;
    for _ in 1..MOST {
        let Some(after) = next else { break };
        let more = part(guest.ask(document, json!({ "after": after })).await?);
        next = more.next();
        all.extend(more.nodes);
    }
    Ok(all)
}
