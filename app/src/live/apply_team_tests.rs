//! What the reader's teams have.

use super::*;
use postern_types::{TeamBrief, TeamId};

const OPEN_TEAMS: (InboxView, ConversationState) = (InboxView::Teams, ConversationState::Open);

fn team(n: u128) -> TeamId {
    TeamId(Uuid::from_u128(n))
}

#[test]
fn what_is_given_to_a_team_of_the_readers_stands_under_my_teams_and_goes_with_it() {
    let mut inbox = inbox(vec![row(1, 1, 10)], None);
    assert!(!inbox.in_a_team());
    let brief = |n, mine| TeamBrief {
        id: team(n),
        name: format!("Team {n}"),
        mine,
    };
    inbox.teams = vec![brief(1, true), brief(2, false)];
    assert!(inbox.in_a_team());
    for (rev, given, expected) in [
        (2, Some(team(1)), vec![1]),
        (3, Some(team(2)), vec![]),
        (4, Some(team(1)), vec![1]),
        // One that is deleted, and none.
        (5, Some(team(3)), vec![]),
        (6, None, vec![]),
    ] {
        let mut next = row(1, rev, 10);
        next.team = given;
        apply(&mut inbox, changed(next));
        assert_eq!(ids(&inbox, OPEN_TEAMS), expected, "{rev}");
    }
}
