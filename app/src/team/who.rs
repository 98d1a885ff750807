//! One member, followed: a line of the list stays where it is while what it shows changes.

use super::{asking::What, desk::Desk};
use crate::boxed::memo;
use leptos::prelude::*;
use postern_types::{MemberId, Role, TeamMember};

/// Copied about freely. What is gone from the list is shown as nothing.
#[derive(Clone, Copy)]
pub struct Who {
    pub id: MemberId,
    pub desk: Desk,
    member: Memo<Option<TeamMember>>,
}

impl Who {
    /// Follows one of the list.
    pub fn follow(desk: Desk, id: MemberId) -> Self {
        let member = memo(move || {
            desk.team.with(|team| {
                let mut members = team.iter().flat_map(|team| &team.members);
                members.find(|who| who.id == id).cloned()
            })
        });
        Self { id, desk, member }
    }

    /// Reads something of them, and follows it.
    pub fn read<T: Default>(self, read: impl FnOnce(&TeamMember) -> T) -> T {
        self.member
            .with(|member| member.as_ref().map(read).unwrap_or_default())
    }

    /// The same, as it is at this moment.
    pub fn known<T: Default>(self, read: impl FnOnce(&TeamMember) -> T) -> T {
        self.member
            .with_untracked(|member| member.as_ref().map(read).unwrap_or_default())
    }

    /// Their role, followed.
    pub fn role(self) -> Role {
        self.read(|who| Some(who.role)).unwrap_or(Role::Agent)
    }

    /// Whether the reader may act upon them: on others, of no higher rank.
    pub fn within_reach(self) -> bool {
        let mine = self.desk.mine.get();
        self.read(|who| !who.you && mine >= Some(who.role))
    }

    /// Asks before something is done to them.
    pub fn ask(self, what: What) {
        self.desk.ask(what, self.id);
    }
}
