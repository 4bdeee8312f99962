//! How a viewer looks from outside.

use async_graphql::Object;

use super::Viewer;

/// Who is asking, as the service understands it.
pub struct ViewerNode(pub Viewer);

/// Who is asking, as the service understands it.
#[Object(name = "Viewer")]
impl ViewerNode {
    /// Whether somebody is signed in. Without, what is public can be read.
    async fn signed_in(&self) -> bool {
        self.0 != Viewer::anonymous()
    }

    /// The audiences that the viewer belongs to: what carries one of these tokens can be read.
    async fn audiences(&self) -> &[String] {
        self.0.tokens()
    }
}
