//! The pages that are read, each as the statement that the server sends and as the call that a browser makes.

use anyhow::{Context, Result};
use serde_json::{Value, json};

use crate::bench::{database::Role, stage::Stage};

/// A page of the largest workspace.
pub struct Page {
    pub name: &'static str,
    pub place: String,
    /// As it stands in `domain`.
    pub sql: &'static str,
    pub types: &'static str,
    pub arguments: String,
    pub call: &'static str,
    pub body: Value,
}

const LIST: &str = "uuid, timestamptz, uuid, text";
const FAR: &str = "'9999-01-01 00:00Z', 'ffffffff-ffff-ffff-ffff-ffffffffffff'";
/// Rows and lines of a page.
const ROWS: u32 = 40;
const LINES: u32 = 50;

const VIEWS: [(&str, &str, &str); 3] = [
    (
        "all",
        "SELECT * FROM conversation_row
          WHERE workspace_id = $1 AND state = $4 AND (last_at, id) < ($2, $3)
          ORDER BY last_at DESC, id DESC LIMIT 41",
        "true",
    ),
    (
        "mine",
        "SELECT * FROM conversation_row
          WHERE workspace_id = $1 AND state = $4
            AND assignee_id = (SELECT nullif(current_setting('app.member', true), '')::uuid)
            AND (last_at, id) < ($2, $3)
          ORDER BY last_at DESC, id DESC LIMIT 41",
        "assignee_id IS NOT NULL",
    ),
    (
        "unassigned",
        "SELECT * FROM conversation_row
          WHERE workspace_id = $1 AND state = $4 AND assignee_id IS NULL AND (last_at, id) < ($2, $3)
          ORDER BY last_at DESC, id DESC LIMIT 41",
        "assignee_id IS NULL",
    ),
];
const SEARCH: &str = "SELECT r.* FROM (SELECT DISTINCT contact_id
                        FROM (SELECT t.contact_id FROM contact_term t
                               WHERE t.workspace_id = $1 AND t.term >= $4 AND t.term < $5
                               ORDER BY t.term, t.contact_id LIMIT 1000) f) f
      CROSS JOIN LATERAL (
           SELECT * FROM conversation_row c
            WHERE c.workspace_id = $1 AND c.contact_id = f.contact_id AND (c.last_at, c.id) < ($2, $3)
              AND NOT EXISTS (SELECT FROM unnest($6::uuid[]) AS w (id)
                   WHERE w.id <> ALL (c.labels)
                     AND NOT EXISTS (SELECT FROM contact_label l WHERE l.workspace_id = $1
                                        AND l.contact_id = c.contact_id AND l.label_id = w.id))
            ORDER BY c.last_at DESC, c.id DESC LIMIT 41) r
      ORDER BY r.last_at DESC, r.id DESC LIMIT 41";
const COUNTS: &str = r#"SELECT
    (SELECT count(*)::int FROM (SELECT FROM conversation c WHERE c.workspace_id = $1 AND c.state = 'open'
        AND c.unread > 0 AND c.assignee_id = (SELECT nullif(current_setting('app.member', true), '')::uuid)
        ORDER BY c.assignee_id, c.id LIMIT 100) m) AS "mine!",
    (SELECT count(*)::int FROM (SELECT FROM conversation c WHERE c.workspace_id = $1 AND c.state = 'open'
        AND c.unread > 0 AND c.assignee_id IS NULL ORDER BY c.assignee_id, c.id LIMIT 100) u) AS "unassigned!",
    (SELECT count(*)::int FROM (SELECT FROM conversation c WHERE c.workspace_id = $1 AND c.state = 'open'
        AND c.unread > 0 ORDER BY c.assignee_id, c.id LIMIT 100) a) AS "all!""#;
const THREAD: &str = r#"SELECT id AS "id!", rev AS "rev!", conversation_id AS "conversation_id!", direction AS "direction!: Direction",
    author_id, kind AS "kind!", body AS "body!", told, at AS "at!", arrival AS "arrival!",
    status AS "status!: Status", status_at AS "status_at!", ask_at, fault_code, fault_reason, fault_retry,
    fault_details, target_id,
    quotes, quoted_id, quoted_direction AS "quoted_direction: Direction", quoted_author, quoted_kind,
    quoted_line, edited_body, edited_told, edited_at, deleted_at, reaction_in, reaction_out,
    file AS "file: Json<FileView>"
    FROM message_row
    WHERE workspace_id = $1 AND conversation_id = $2 AND target_id IS NULL AND (at, arrival) < ($3, $4)
    ORDER BY at DESC, arrival DESC LIMIT 51"#;

/// All of them; `deep` is the page of a list that is held against its first.
pub fn all(stage: &Stage, deep: u32) -> Result<Vec<Page>> {
    let token = stage.token()?;
    let workspace = &stage.tenants[0].workspace;
    let mut pages = Vec::new();
    for (view, sql, of_view) in VIEWS {
        let rows = format!(
            "FROM conversation WHERE workspace_id = '{workspace}' AND state = 'open' AND {of_view}"
        );
        let count = stage
            .database
            .number(Role::Admin, &format!("SELECT count(*) {rows}"))?;
        let whole = u32::try_from(count).unwrap_or(u32::MAX) / ROWS;
        let number = deep.min(whole).max(2);
        let key = stage.database.ask(
            Role::Admin,
            &format!(
                "SELECT quote_literal(last_at) || ', ' || quote_literal(id) {rows}
                  ORDER BY last_at DESC, id DESC OFFSET {} LIMIT 1",
                (number - 1) * ROWS - 1
            ),
        )?;
        let body = |after: &Value| json!({ "request": { "view": view, "state": "open", "search": "", "after": after } });
        let mut after = Value::Null;
        for _ in 1..number {
            let page = stage.call(&token, workspace, "inbox/list", &body(&after))?;
            after = page["next"].clone();
        }
        for (place, key, after) in [
            ("first".to_owned(), FAR, Value::Null),
            (format!("page {number}"), key.as_str(), after),
        ] {
            pages.push(Page {
                name: view,
                place,
                sql,
                types: LIST,
                arguments: format!("'{workspace}', {key}, 'open'"),
                call: "inbox/list",
                body: body(&after),
            });
        }
    }
    pages.extend(around(workspace));
    threads(stage, &token, &mut pages)?;
    Ok(pages)
}

/// What stands around the lists. The name is one of the twelve that the customers have.
fn around(workspace: &str) -> [Page; 2] {
    let search =
        json!({ "request": { "view": "all", "state": "open", "search": "amina", "after": null } });
    [
        Page {
            name: "counts",
            place: String::new(),
            sql: COUNTS,
            types: "uuid",
            arguments: format!("'{workspace}'"),
            call: "inbox/counts",
            body: json!({}),
        },
        Page {
            name: "search",
            place: "first".to_owned(),
            sql: SEARCH,
            types: "uuid, timestamptz, uuid, text, text, uuid[]",
            arguments: format!("'{workspace}', {FAR}, 'amina', 'amina' || chr(1114111), '{{}}'"),
            call: "inbox/list",
            body: search,
        },
    ]
}

/// The longest thread, at its end, in its middle and at its beginning.
fn threads(stage: &Stage, token: &str, pages: &mut Vec<Page>) -> Result<()> {
    let workspace = &stage.tenants[0].workspace;
    let longest = stage.database.ask(
        Role::Admin,
        &format!(
            "SELECT conversation_id, count(*) FROM message WHERE workspace_id = '{workspace}'
              GROUP BY 1 ORDER BY 2 DESC LIMIT 1"
        ),
    )?;
    let (id, count) = longest.split_once('|').context("there is no thread")?;
    let whole = count.parse::<u32>()? / LINES;
    let body = |before: &Value| json!({ "id": id, "before": before });
    let mut before = Value::Null;
    for number in 1..=whole {
        let place = match number {
            1 => "first",
            _ if number == whole / 2 => "middle",
            _ if number == whole => "last",
            _ => "",
        };
        if !place.is_empty() {
            let key = match number {
                1 => "'9999-01-01 00:00Z', 9223372036854775807".to_owned(),
                _ => stage.database.ask(
                    Role::Admin,
                    &format!(
                        "SELECT quote_literal(at) || ', ' || arrival FROM message
                          WHERE workspace_id = '{workspace}' AND conversation_id = '{id}'
                          ORDER BY at DESC, arrival DESC OFFSET {} LIMIT 1",
                        (number - 1) * LINES - 1
                    ),
                )?,
            };
            pages.push(Page {
                name: "thread",
                place: place.to_owned(),
                sql: THREAD,
                types: "uuid, uuid, timestamptz, bigint",
                arguments: format!("'{workspace}', '{id}', {key}"),
                call: "conversation/thread",
                body: body(&before),
            });
        }
        let page = stage.call(token, workspace, "conversation/thread", &body(&before))?;
        before = page["older"].clone();
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// White space apart.
    fn plain(text: &str) -> String {
        text.split_whitespace().collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn what_is_measured_is_what_the_server_sends() {
        const LIST: &str = include_str!("../../../../domain/src/conversation/list.rs");
        const VIEW: &str = include_str!("../../../../domain/src/message/view.rs");
        let (list, view) = (plain(LIST), plain(VIEW));
        for sql in VIEWS
            .map(|(_, sql, _)| sql)
            .into_iter()
            .chain([SEARCH, COUNTS])
        {
            assert!(list.contains(&plain(sql)), "{sql}");
        }
        assert!(view.contains(&plain(THREAD)));
        assert!(list.contains(&format!("ROWS: usize = {ROWS};")));
        assert!(view.contains(&format!("LINES: usize = {LINES};")));
    }
}
