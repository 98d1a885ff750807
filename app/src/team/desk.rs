//! What the parts of the page share: the team as it was read last, and when it is read again.

mod act;

use super::{api, asking::Asked};
use crate::{
    boxed::{effect, heed, memo},
    browser,
    error::ApiError,
    live::{Live, use_live},
    session::{Session, use_session},
    ui::toast::{Toasts, use_toasts},
};
use leptos::prelude::*;
use postern_types::{MemberId, MemberState, Right, Role, Team, TeamMember};
use std::time::Duration;

/// Between two looks at what no event tells: who has the workspace open, and who set a second step up.
const EVERY: Duration = Duration::from_secs(30);

/// The head where one goes on when what had the focus is gone.
pub const HEAD: &str = "team-members";

/// Copied about freely.
#[derive(Clone, Copy)]
pub struct Desk {
    /// As it was read last; none before the first time.
    pub team: RwSignal<Option<Team>>,
    /// Why it could not be read.
    pub failed: RwSignal<Option<ApiError>>,
    /// The reader's own role.
    pub mine: Memo<Option<Role>>,
    /// Whether the reader runs the team.
    pub shown: Memo<bool>,
    /// Owners who work here.
    pub owners: Memo<usize>,
    /// Whether the form that invites is open.
    pub inviting: RwSignal<bool>,
    /// What the reader is asked before it is done.
    pub asked: RwSignal<Option<Asked>>,
    /// Whether they are asked.
    pub asking: RwSignal<bool>,
    /// Where is said what was done.
    pub toasts: Toasts,
    session: Session,
    /// True once the server has refused the list.
    refused: RwSignal<bool>,
    /// Counts readings: what an older one brings is thrown away.
    turn: StoredValue<u32>,
    /// True from an act until what came of it is shown: the line that had the focus may go.
    acted: StoredValue<bool>,
}

impl Desk {
    /// Reads the team, and again whenever something about it may have changed, until the owner is cleaned up.
    pub fn open() -> Self {
        let (live, session) = (use_live(), use_session());
        let team = RwSignal::new(None::<Team>);
        let refused = RwSignal::new(false);
        let mine = memo(move || {
            // The store hears of another role at once.
            let heard = live
                .inbox
                .with(|inbox| inbox.member(inbox.me).map(|me| me.role));
            heard.or_else(|| session.membership().map(|place| place.role))
        });
        let shown = memo(move || {
            let runs = mine.get().is_some_and(|role| role.may(Right::Team));
            runs && !refused.get()
        });
        let owners = memo(move || {
            team.with(|team| {
                let members = team.iter().flat_map(|team| &team.members);
                members
                    .filter(|who| who.role == Role::Owner && who.state == MemberState::Active)
                    .count()
            })
        });
        let desk = Self {
            team,
            failed: RwSignal::new(None),
            mine,
            shown,
            owners,
            inviting: RwSignal::new(false),
            asked: RwSignal::new(None),
            asking: RwSignal::new(false),
            toasts: use_toasts(),
            session,
            refused,
            turn: StoredValue::new(0),
            acted: StoredValue::new(false),
        };
        desk.keep_reading(live);
        desk.keep_place();
        desk
    }

    fn keep_reading(self, live: Live) {
        let told = memo(move || live.inbox.with(|inbox| inbox.team_rev));
        effect(move || {
            heed(told);
            if self.mine.get().is_some_and(|role| role.may(Right::Team)) {
                self.refresh();
            }
        });
        let look = move || {
            if browser::visible() && self.shown.try_get_untracked() == Some(true) {
                self.refresh();
            }
        };
        let looks = set_interval_with_handle(look, EVERY);
        // The event is the document's and bubbles to the window.
        let seen = window_event_listener_untyped("visibilitychange", move |_| look());
        on_cleanup(move || {
            seen.remove();
            if let Ok(looks) = looks {
                looks.clear();
            }
        });
    }

    /// What stands around the page goes by the session: it learns of another role, too.
    fn keep_place(self) {
        effect(move || {
            let mine = self.mine.get();
            let held = untrack(move || self.session.membership()).map(|place| place.role);
            if mine.is_some() && mine != held {
                leptos::task::spawn_local(self.look_around());
            }
        });
    }

    /// Learns where the reader stands now; what fails, the next renewal makes up for.
    async fn look_around(self) {
        let _ = self.session.look_again().await;
    }

    /// Reads the team anew; what is shown stays until it is here.
    pub fn refresh(self) {
        leptos::task::spawn_local(self.read());
    }

    /// The same, to wait for.
    pub async fn read(self) {
        let turn = self.turn.try_update_value(|turn| {
            *turn = turn.wrapping_add(1);
            *turn
        });
        let Some(turn) = turn else { return };
        let answer = api::list().await;
        if self.turn.try_get_value() != Some(turn) {
            return;
        }
        match answer {
            Ok(team) => {
                self.failed.try_set(None);
                self.refused.try_set(false);
                let same = self
                    .team
                    .try_with_untracked(|known| known.as_ref() == Some(&team));
                if same == Some(false) {
                    self.team.try_set(Some(team));
                }
                if self.acted.try_get_value() == Some(true) {
                    self.acted.try_set_value(false);
                    act::keep_focus();
                }
            }
            Err(ApiError::Forbidden) => {
                self.refused.try_set(true);
                self.team.try_set(None);
                self.look_around().await;
            }
            Err(error) => {
                let here = self.team.try_with_untracked(Option::is_some);
                // What passes by itself is told around the page, and the next look makes up for it.
                if here != Some(true) || !error.is_passing() {
                    self.failed.try_set(Some(error));
                }
            }
        }
    }

    /// Whose state is so, in the order of the list.
    pub fn ids(self, is_so: fn(&TeamMember) -> bool) -> Memo<Vec<MemberId>> {
        memo(move || {
            self.team.with(|team| {
                let members = team.iter().flat_map(|team| &team.members);
                members.filter(|who| is_so(who)).map(|who| who.id).collect()
            })
        })
    }
}
