//! Statements that must pass, and statements that must be refused.

use super::*;

fn schema() -> Schema {
    let mut schema = Schema::default();
    schema
        .read(
            "test.sql",
            "CREATE TABLE workspace (id uuid); CREATE TABLE account (id uuid);
             CREATE TABLE contact (workspace_id uuid, id uuid, name text);
             CREATE TABLE message (workspace_id uuid, id uuid, contact_id uuid, body text);",
        )
        .expect("it is SQL");
    schema
}

#[track_caller]
fn passes(sql: &str) {
    assert_eq!(statement(sql, &schema()), Vec::<String>::new(), "{sql}");
}

#[track_caller]
fn refused(sql: &str, why: &str) {
    let faults = statement(sql, &schema());
    assert!(
        faults.iter().any(|fault| fault.contains(why)),
        "{sql}: {faults:?}"
    );
}

#[test]
fn a_predicate_on_the_workspace_is_enough() {
    passes("SELECT id, name AS \"name!\" FROM contact WHERE workspace_id = $1 AND id = $2");
    passes(
        "SELECT c.id FROM contact AS c WHERE c.workspace_id = $1::uuid ORDER BY c.name LIMIT 10 FOR UPDATE SKIP LOCKED",
    );
    passes("SELECT id FROM contact WHERE (workspace_id, id) = ($1, $2)");
    passes(
        "SELECT id FROM contact WHERE workspace_id = (SELECT nullif(current_setting('app.workspace', true), '')::uuid)",
    );
    passes("UPDATE contact SET name = $3 WHERE workspace_id = $1 AND id = $2 RETURNING id");
    passes("DELETE FROM contact WHERE id = $2 AND (workspace_id = $1 AND name <> '')");
    passes(
        "INSERT INTO contact (workspace_id, id) VALUES ($1, $2) ON CONFLICT (workspace_id, id) DO UPDATE SET name = excluded.name",
    );
}

#[test]
fn a_lock_may_be_of_any_strength() {
    for strength in ["UPDATE", "NO KEY UPDATE", "SHARE", "KEY SHARE"] {
        passes(&format!(
            "SELECT id FROM contact c WHERE workspace_id = $1 FOR {strength} OF c"
        ));
        refused(
            &format!("SELECT id FROM contact FOR {strength}"),
            "workspace",
        );
    }
}

#[test]
fn a_conflict_may_name_a_partial_index() {
    let sql = "INSERT INTO contact (workspace_id, id) VALUES ($1, $2)
               ON CONFLICT (workspace_id, id) WHERE (name <> '') AND id IS NOT NULL DO ";
    passes(&format!("{sql} NOTHING RETURNING id"));
    passes(&format!(
        "{sql} UPDATE SET name = '' WHERE contact.name <> ''"
    ));
    refused(
        &format!("{sql} UPDATE SET workspace_id = $3"),
        "sets workspace_id",
    );
}

#[test]
fn joins_carry_the_workspace_on() {
    passes(
        "SELECT 1 FROM message m JOIN contact c ON (c.workspace_id, c.id) = (m.workspace_id, m.contact_id) WHERE m.workspace_id = $1",
    );
    passes(
        "SELECT 1 FROM message m LEFT JOIN contact c ON c.workspace_id = m.workspace_id AND c.id = m.contact_id WHERE m.workspace_id = $1",
    );
    passes(
        "SELECT 1 FROM message JOIN contact USING (workspace_id) WHERE message.workspace_id = $1",
    );
    passes(
        "SELECT 1 FROM contact c WHERE c.workspace_id = $1 AND EXISTS (SELECT 1 FROM message m WHERE m.workspace_id = c.workspace_id)",
    );
    passes(
        "UPDATE message m SET body = '' FROM contact c WHERE c.workspace_id = m.workspace_id AND m.workspace_id = $1",
    );
    passes(
        "WITH due AS (SELECT workspace_id, id FROM message WHERE workspace_id = $1)
         DELETE FROM message m USING due WHERE m.workspace_id = due.workspace_id AND m.id = due.id",
    );
    passes(
        "SELECT c.id FROM unnest($2::uuid[]) AS wanted (id) JOIN contact c ON c.workspace_id = $1 AND c.id = wanted.id",
    );
}

#[test]
fn what_touches_no_tenant_table_passes() {
    passes("SELECT id FROM account WHERE id = $1");
    passes("SELECT pg_notify('feed', $1)");
    passes("SELECT * FROM route_by_key($1)");
    passes("SELECT rolsuper FROM pg_catalog.pg_roles WHERE rolname = current_user");
    passes("BEGIN");
}

#[test]
fn a_missing_predicate_is_refused() {
    refused(
        "SELECT id FROM contact WHERE id = $1",
        "contact is read or changed",
    );
    refused("UPDATE contact SET name = $1 WHERE id = $2", "contact");
    refused("DELETE FROM contact WHERE id = $1", "contact");
    refused("DELETE FROM contact", "contact");
    refused(
        "INSERT INTO contact (id) VALUES ($1)",
        "does not name workspace_id",
    );
    refused(
        "INSERT INTO contact VALUES ($1, $2)",
        "does not name workspace_id",
    );
}

#[test]
fn a_predicate_that_does_not_hold_for_every_row_is_refused() {
    refused(
        "SELECT id FROM contact WHERE workspace_id = $1 OR name = $2",
        "contact",
    );
    refused(
        "SELECT id FROM contact WHERE NOT (workspace_id = $1)",
        "contact",
    );
    refused("SELECT id FROM contact WHERE workspace_id <> $1", "contact");
    refused(
        "SELECT id FROM contact WHERE workspace_id = workspace_id",
        "contact",
    );
    refused(
        "SELECT id FROM contact WHERE workspace_id = ANY($1)",
        "contact",
    );
    refused(
        "SELECT id FROM contact WHERE workspace_id = coalesce(workspace_id, $1)",
        "contact",
    );
    refused(
        "SELECT id FROM contact c WHERE workspace_id = (SELECT c.workspace_id)",
        "contact",
    );
    refused(
        "SELECT c.id FROM contact c LEFT JOIN message m ON c.workspace_id = $1",
        "contact",
    );
    refused(
        "SELECT c.id FROM contact c LEFT JOIN message m ON c.workspace_id = $1",
        "message",
    );
}

#[test]
fn every_table_needs_its_own_tie() {
    refused(
        "SELECT 1 FROM message m JOIN contact c ON c.id = m.contact_id WHERE m.workspace_id = $1",
        "contact",
    );
    refused(
        "SELECT 1 FROM message m, contact c WHERE c.workspace_id = m.workspace_id",
        "contact",
    );
    refused(
        "SELECT 1 FROM contact c JOIN workspace w ON c.workspace_id = w.id",
        "contact",
    );
    refused(
        "SELECT 1 FROM account WHERE id IN (SELECT id FROM contact)",
        "contact",
    );
    refused(
        "SELECT (SELECT count(*) FROM message) FROM contact WHERE workspace_id = $1",
        "message",
    );
    refused(
        "WITH all_of AS (SELECT * FROM message) SELECT * FROM all_of",
        "message",
    );
    refused(
        "WITH gone AS (DELETE FROM message RETURNING id) SELECT * FROM gone",
        "message",
    );
    refused(
        "SELECT id FROM contact WHERE workspace_id = $1 UNION ALL SELECT id FROM message",
        "message",
    );
    refused(
        "INSERT INTO message (workspace_id, id) SELECT workspace_id, id FROM contact",
        "contact",
    );
}

#[test]
fn a_row_does_not_move_and_forms_that_are_not_known_need_a_reason() {
    refused(
        "UPDATE contact SET workspace_id = $1 WHERE workspace_id = $2",
        "sets workspace_id",
    );
    refused("TRUNCATE contact", "not understood");
    refused("TABLE contact", "not understood");
    refused("SELECT 1 FROM nobody_made_this", "no migration makes");
    refused("SELEKT 1", "not understood");
    refused(
        "WITH contact AS (SELECT 1) SELECT * FROM contact",
        "named like the table",
    );
}

#[test]
fn a_value_that_rows_decide_ties_nothing() {
    // A derived column that only hands the row's own workspace back.
    for from in [
        "CROSS JOIN LATERAL (SELECT c.workspace_id AS w) x",
        "CROSS JOIN LATERAL (SELECT c.workspace_id AS w FROM account a) x",
        "JOIN (SELECT a.id AS w FROM account a) x ON true",
        "JOIN (SELECT * FROM route_numbers($1)) x (w) ON true",
        "JOIN unnest($1::uuid[]) AS x (w) ON true",
        "JOIN route_numbers($1) x ON true",
    ] {
        refused(
            &format!("SELECT 1 FROM contact c {from} WHERE c.workspace_id = x.w"),
            "contact",
        );
    }
    refused(
        "SELECT 1 FROM route_numbers($1) r JOIN contact c ON c.workspace_id = r.workspace_id",
        "contact",
    );
    refused(
        "SELECT 1 FROM contact c JOIN route_numbers($1) r USING (workspace_id)",
        "contact",
    );
    refused(
        "WITH all_of AS (SELECT id AS w FROM account) SELECT 1 FROM contact c JOIN all_of a ON c.workspace_id = a.w",
        "contact",
    );
    refused(
        "SELECT 1 FROM contact c WHERE c.workspace_id = (SELECT c.workspace_id FROM account LIMIT 1)",
        "contact",
    );
    refused(
        "SELECT 1 FROM contact c WHERE c.workspace_id = (SELECT a.id FROM account a LIMIT 1)",
        "contact",
    );
    refused(
        "SELECT 1 FROM account a WHERE EXISTS (SELECT 1 FROM contact c WHERE c.workspace_id = a.id)",
        "contact",
    );
    refused(
        "SELECT 1 FROM contact c WHERE c.workspace_id = nowhere.workspace_id",
        "contact",
    );
}

#[test]
fn a_value_that_no_row_decides_ties() {
    for from in [
        "JOIN (SELECT $1::uuid AS w) x ON c.workspace_id = x.w",
        "JOIN (SELECT $1::uuid) AS x (w) ON c.workspace_id = x.w",
        "JOIN (SELECT m.workspace_id AS w FROM message m WHERE m.workspace_id = $1) x ON c.workspace_id = x.w",
        "JOIN (SELECT m.* FROM message m WHERE m.workspace_id = $1) x ON c.workspace_id = x.workspace_id",
    ] {
        passes(&format!("SELECT 1 FROM contact c {from}"));
    }
    passes(
        "WITH RECURSIVE up AS (
             SELECT workspace_id, id FROM contact WHERE workspace_id = $1
             UNION ALL
             SELECT c.workspace_id, c.id FROM up JOIN contact c ON c.workspace_id = up.workspace_id)
         SELECT 1 FROM message m JOIN up ON m.workspace_id = up.workspace_id",
    );
    passes(
        "WITH made AS (INSERT INTO contact (workspace_id, id) VALUES ($1, $2) RETURNING workspace_id, id)
         UPDATE message m SET body = '' FROM made WHERE m.workspace_id = made.workspace_id",
    );
    passes(
        "UPDATE message m SET body = (SELECT c.name FROM contact c WHERE c.workspace_id = m.workspace_id)
          WHERE m.workspace_id = $1",
    );
}
