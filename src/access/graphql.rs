//! How a viewer looks from outside.

use async_graphql::{ID, Object, SimpleObject};
use chrono::{DateTime, Utc};

use super::{Action, ClientScope, Identity, Reach, Standing, Viewer};
use crate::ids::{GlobalId, NodeKind};

/// Who is asking, as the service understands it.
pub struct ViewerNode(pub Viewer);

/// What the viewer may do, and how far.
#[derive(SimpleObject)]
struct Right {
    /// What may be done.
    action: Action,
    /// To what.
    reach: Reach,
}

/// Who is asking, as the service understands it: what a user interface needs to know to offer what is allowed and
/// nothing else.
#[Object(name = "Viewer")]
impl ViewerNode {
    /// Whether somebody is signed in. Without, what is public can be read.
    async fn signed_in(&self) -> bool {
        !self.0.is_anonymous()
    }

    /// As what the viewer counts in the table of rights.
    async fn standing(&self) -> Standing {
        self.0.identity().standing()
    }

    /// What people call the viewer.
    async fn name(&self) -> Option<&str> {
        match self.0.identity() {
            Identity::Anonymous => None,
            Identity::Member(member) => Some(&member.name),
            Identity::Client(client) => Some(&client.name),
        }
    }

    /// The global id of the member, where a member is signed in.
    async fn member_id(&self) -> Option<ID> {
        self.0.member().map(|member| GlobalId::encode(NodeKind::Member, member.id))
    }

    /// The code of the viewer's station.
    async fn station_code(&self) -> Option<&str> {
        self.0.member()?.station.as_ref().map(|place| place.code.as_str())
    }

    /// The code of the viewer's district.
    async fn district_code(&self) -> Option<&str> {
        self.0.member()?.district.as_ref().map(|place| place.code.as_str())
    }

    /// The global id of the organization that the viewer speaks for.
    async fn organization_id(&self) -> Option<ID> {
        let id = match self.0.identity() {
            Identity::Anonymous => None,
            Identity::Member(member) => member.organization,
            Identity::Client(client) => client.organization,
        };
        id.map(|id| GlobalId::encode(NodeKind::Organization, id))
    }

    /// What a partner portal's program was granted; empty for everybody else.
    async fn scopes(&self) -> &[ClientScope] {
        match self.0.identity() {
            Identity::Client(client) => &client.scopes,
            Identity::Anonymous | Identity::Member(_) => &[],
        }
    }

    /// When the viewer's token ends.
    async fn token_ends_at(&self) -> Option<DateTime<Utc>> {
        self.0.identity().ends_at()
    }

    /// The audiences that the viewer belongs to: what carries one of these tokens can be read.
    async fn audiences(&self) -> &[String] {
        self.0.tokens()
    }

    /// What the viewer may do, and how far; what is not allowed at all is left out.
    async fn rights(&self) -> Vec<Right> {
        let rights =
            Action::ALL.into_iter().map(|action| Right { action, reach: self.0.reach_now(action) });
        rights.filter(|right| right.reach != Reach::No).collect()
    }
}
