//! A workspace's events on their way out: an endpoint for all of them, and what the feed says that it should get.

use crate::{api::Api, town::Town};
use postern_domain::{Env, Tenant, endpoint, event};
use postern_types::{EndpointForm, EventKind, FeedCursor, WorkspaceId};

/// The feed of a workspace, read beside the program.
pub struct Outward {
    env: Env,
    workspace: WorkspaceId,
}

/// An event that an endpoint for all kinds should get.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Expected {
    pub id: String,
    pub kind: &'static str,
    /// What it is of: events of one object arrive in their order.
    pub object: String,
}

impl Outward {
    /// That of the page's workspace.
    pub async fn of(town: &Town, api: &Api) -> Self {
        Self {
            env: town.environment().await,
            workspace: api.workspace.parse().expect("an id"),
        }
    }

    /// Opens an endpoint there for events of all kinds; the place in the feed before the first of them.
    pub async fn open(&self, url: &str, secret: Option<&str>) -> FeedCursor {
        let form = EndpointForm {
            url: url.to_owned(),
            description: String::new(),
            kinds: EventKind::choosable().collect(),
        };
        let mut tenant = self.enter().await;
        let since = event::end(&mut tenant).await.expect("the feed's end");
        let made = endpoint::create(&self.env, &mut tenant, &form, secret).await;
        made.expect("an endpoint");
        tenant.commit().await.expect("it is made");
        since
    }

    /// What came after that place, in the feed's order.
    pub async fn expected(&self, since: &FeedCursor) -> Vec<Expected> {
        let mut tenant = self.enter().await;
        let (mut after, mut found) = (since.clone(), Vec::new());
        loop {
            let page = event::read(&mut tenant, &after).await.expect("the feed");
            let Some(last) = page.entries.last() else {
                return found;
            };
            after = last.cursor.clone();
            for entry in &page.entries {
                let told = event::told(&mut tenant, entry).await.expect("an event");
                found.extend(told.map(|told| Expected {
                    id: told.id,
                    kind: told.kind.as_str(),
                    object: told.object,
                }));
            }
        }
    }

    async fn enter(&self) -> Tenant {
        let entered = self.env.db.operator(self.workspace).await;
        entered.expect("the workspace")
    }
}
