//! Pages of what one's teams have: each team's by its own index, however many others there are.

use super::Record;
use postern_types::InboxView;
use sqlx::{Postgres, query::QueryAs};

/// Of the workspace `$1` the rows in the state `$4` that come behind `($2, $3)`.
type Page<'q> = QueryAs<'q, Postgres, Record, <Postgres as sqlx::Database>::Arguments>;

/// Those of the teams that the reader is in, limited or not.
pub(super) fn of_teams<'q>() -> Page<'q> {
    sqlx::query_as(
        "SELECT r.* FROM team_member t
          CROSS JOIN LATERAL (
               SELECT * FROM conversation_row c
                WHERE c.workspace_id = $1 AND c.team_id = t.team_id AND c.state = $4 AND (c.last_at, c.id) < ($2, $3)
                ORDER BY c.last_at DESC, c.id DESC LIMIT 41) r
          WHERE t.workspace_id = $1 AND t.member_id = (SELECT nullif(current_setting('app.member', true), '')::uuid)
          ORDER BY r.last_at DESC, r.id DESC LIMIT 41",
    )
}

/// A page of what a limited agent sees: what their teams have and what is theirs, each by its own index.
pub(super) fn seen<'q>(view: InboxView) -> Page<'q> {
    if view == InboxView::Unassigned {
        return sqlx::query_as(
            "SELECT r.* FROM unnest((SELECT nullif(current_setting('app.teams', true), '')::uuid[])::uuid[]) AS t (id)
              CROSS JOIN LATERAL (
                   SELECT * FROM conversation_row c
                    WHERE c.workspace_id = $1 AND c.team_id = t.id AND c.state = $4 AND c.assignee_id IS NULL
                      AND (c.last_at, c.id) < ($2, $3)
                    ORDER BY c.last_at DESC, c.id DESC LIMIT 41) r
              ORDER BY r.last_at DESC, r.id DESC LIMIT 41",
        );
    }
    sqlx::query_as(
        "SELECT b.* FROM (
             SELECT r.* FROM unnest((SELECT nullif(current_setting('app.teams', true), '')::uuid[])::uuid[]) AS t (id)
              CROSS JOIN LATERAL (
                   SELECT * FROM conversation_row c
                    WHERE c.workspace_id = $1 AND c.team_id = t.id AND c.state = $4 AND (c.last_at, c.id) < ($2, $3)
                    ORDER BY c.last_at DESC, c.id DESC LIMIT 41) r
             UNION
             SELECT o.* FROM (
                   SELECT * FROM conversation_row c
                    WHERE c.workspace_id = $1 AND c.state = $4
                      AND c.assignee_id = (SELECT nullif(current_setting('app.member', true), '')::uuid)
                      AND (c.last_at, c.id) < ($2, $3)
                    ORDER BY c.last_at DESC, c.id DESC LIMIT 41) o) b
          ORDER BY b.last_at DESC, b.id DESC LIMIT 41",
    )
}
