//! Where the person belongs, told anew while they are signed in.

use super::{Api, ApiClient, Session, hold::Change};
use crate::ApiError;
use leptos::prelude::*;
use postern_types::{Me, MemberState, Membership, WorkspaceId};

impl Session {
    /// Takes what the server told of the person just now; nothing, when somebody else is in by then, or nobody.
    pub fn learn(self, me: Me) {
        let same = self
            .me
            .with_untracked(|known| known.as_ref().is_some_and(|k| k.account == me.account));
        if same {
            self.apply(Change::In(me));
        }
    }

    /// Asks where the person belongs now.
    pub async fn look_again(self) -> Result<(), ApiError> {
        self.learn(account_now().await?);
        Ok(())
    }

    /// Uses an invitation, and is in its workspace from then on, as far as one is let in. [`ApiError::NotFound`] when it is
    /// over, [`ApiError::Invalid`] on `email` when it is for another address, [`ApiError::Conflict`] for a member.
    pub async fn join(self, token: String) -> Result<(), ApiError> {
        let before = self.workspaces();
        let me = accept_invitation(token).await?;
        self.learn(me);
        let new = self
            .workspaces()
            .into_iter()
            .find(|workspace| !before.contains(workspace));
        if let Some(workspace) = new {
            self.switch(workspace);
        }
        Ok(())
    }

    fn workspaces(self) -> Vec<WorkspaceId> {
        self.me.with_untracked(|me| {
            let places = me.iter().flat_map(|me| &me.memberships);
            places.map(|place| place.workspace).collect()
        })
    }
}

/// Which of their workspaces somebody is in: the one that they chose, otherwise one that is open to them.
pub fn choice(places: &[Membership], chosen: Option<WorkspaceId>) -> Option<WorkspaceId> {
    places
        .iter()
        .find(|place| Some(place.workspace) == chosen)
        .or_else(|| places.iter().find(|p| p.state == MemberState::Active))
        .or_else(|| places.first())
        .map(|place| place.workspace)
}

/// Who asks, and how they stand in each of their workspaces.
#[server(client = ApiClient, prefix = "/api", endpoint = "account/now", protocol = Api)]
pub async fn account_now() -> Result<Me, ApiError> {
    let session = crate::ssr::caller()?.session;
    Ok(postern_domain::account::now(&crate::ssr::env(), session).await?)
}

/// Uses an invitation as whoever is signed in; they wait for an admin from then on.
#[server(client = ApiClient, prefix = "/api", endpoint = "invitation/accept", protocol = Api)]
pub async fn accept_invitation(token: String) -> Result<Me, ApiError> {
    let session = crate::ssr::caller()?.session;
    Ok(postern_domain::invitation::accept(&crate::ssr::env(), session, &token).await?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use MemberState::{Active, Suspended, Waiting};
    use postern_types::{MemberId, Role};
    use uuid::Uuid;

    fn id(n: usize) -> WorkspaceId {
        WorkspaceId(Uuid::from_u128(n as u128))
    }

    #[test]
    fn what_was_chosen_is_kept_and_otherwise_what_is_open_goes_first() {
        let cases: [(&[MemberState], Option<usize>, Option<usize>); 7] = [
            (&[], None, None),
            (&[], Some(0), None),
            (&[Waiting, Active, Active], None, Some(1)),
            (&[Waiting, Active, Active], Some(2), Some(2)),
            // Whoever asked to come in somewhere sees how that goes.
            (&[Waiting, Active], Some(0), Some(0)),
            (&[Suspended, Waiting], None, Some(0)),
            (&[Suspended, Active], Some(7), Some(1)),
        ];
        for (states, chosen, expected) in cases {
            let place = |(n, state): (usize, &MemberState)| Membership {
                workspace: id(n),
                workspace_name: String::new(),
                member: MemberId(Uuid::nil()),
                role: Role::Agent,
                state: *state,
                tone: None,
                logo: None,
            };
            let places: Vec<_> = states.iter().enumerate().map(place).collect();
            assert_eq!(choice(&places, chosen.map(id)), expected.map(id));
        }
    }
}
