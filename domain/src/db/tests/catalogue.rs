//! What the migrated database says of itself: tables, policies, rights, functions, keys.

use crate::testing;
use sqlx::{
    AssertSqlSafe, Connection as _, PgConnection,
    postgres::{PgConnectOptions, PgPoolOptions},
};

#[sqlx::test(migrations = "../migrations")]
async fn every_table_is_a_tenants_under_a_forced_policy_or_on_the_reviewed_list(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    /// The condition of every tenant's policy, for what is read and for what is written.
    const TENANT: &str = "(workspace_id = ( SELECT (NULLIF(current_setting('app.workspace'::text, true), ''::text))::uuid \
                          AS \"nullif\"))";
    /// What the definer functions see beyond a workspace.
    const DEFINER: &[&str] = &[
        "api_call: definer PERMISSIVE SELECT {postern_definer} true ",
        "api_call: sweep PERMISSIVE DELETE {postern_definer} (at < (now() - '1 day'::interval)) ",
        "api_key: definer PERMISSIVE SELECT {postern_definer} true ",
        "api_window: definer PERMISSIVE ALL {postern_definer} true true",
        "audit: definer PERMISSIVE ALL {postern_definer} true true",
        "audit_head: definer PERMISSIVE ALL {postern_definer} true true",
        "channel: definer PERMISSIVE SELECT {postern_definer} true ",
        "channel_route: definer PERMISSIVE ALL {postern_definer} true true",
        "contact: definer PERMISSIVE SELECT {postern_definer} true ",
        "contact_identity: definer PERMISSIVE SELECT {postern_definer} true ",
        "contact_import: definer PERMISSIVE SELECT {postern_definer} true ",
        "contact_import_fault: definer PERMISSIVE SELECT {postern_definer} true ",
        "conversation: definer PERMISSIVE ALL {postern_definer} true true",
        "channel_event: definer PERMISSIVE SELECT {postern_definer} true ",
        "delivery: definer PERMISSIVE SELECT {postern_definer} true ",
        "delivery: sweep PERMISSIVE DELETE {postern_definer} (cut_at < (now() - '30 days'::interval)) ",
        "endpoint: definer PERMISSIVE SELECT {postern_definer} true ",
        "endpoint_feed: definer PERMISSIVE SELECT {postern_definer} true ",
        "event: definer PERMISSIVE INSERT {postern_definer}  true",
        "event: forget PERMISSIVE ALL {postern_definer} (workspace_id = ( SELECT (NULLIF(current_setting('app.workspace'::text, true), ''::text))::uuid AS \"nullif\")) ",
        "invitation: forget PERMISSIVE ALL {postern_definer} (workspace_id = ( SELECT (NULLIF(current_setting('app.workspace'::text, true), ''::text))::uuid AS \"nullif\")) ",
        "file: definer PERMISSIVE SELECT {postern_definer} true ",
        "job: definer PERMISSIVE ALL {postern_definer} true true",
        "live_ticket: definer PERMISSIVE ALL {postern_definer} true ",
        "member: definer PERMISSIVE SELECT {postern_definer} true ",
        "invitation: definer PERMISSIVE SELECT {postern_definer} true ",
        "portal_link: definer PERMISSIVE SELECT {postern_definer} true ",
        "portal_session: definer PERMISSIVE SELECT {postern_definer} true ",
        "portal_session: sweep PERMISSIVE DELETE {postern_definer} (LEAST(ended_at, expires_at) < (now() - '30 days'::interval)) ",
        "otp_budget: definer PERMISSIVE SELECT {postern_definer} true ",
        "otp_budget: sweep PERMISSIVE DELETE {postern_definer} (at < (now() - '2 days'::interval)) ",
        "otp_challenge: definer PERMISSIVE SELECT {postern_definer} true ",
        "otp_challenge: lapse PERMISSIVE UPDATE {postern_definer} ((state = 'pending'::text) AND (expires_at < now())) (state = 'expired'::text)",
        "otp_challenge: sweep PERMISSIVE DELETE {postern_definer} (created_at < (now() - '30 days'::interval)) ",
        "test_message: definer PERMISSIVE SELECT {postern_definer} true ",
        "test_message: sweep PERMISSIVE DELETE {postern_definer} (at < (now() - '30 days'::interval)) ",
        "source: definer PERMISSIVE SELECT {postern_definer} true ",
        "source_entry: definer PERMISSIVE SELECT {postern_definer} true ",
        "source_entry: sweep PERMISSIVE DELETE {postern_definer} (at < (now() - '90 days'::interval)) ",
        "task: definer PERMISSIVE SELECT {postern_definer} true ",
        "task_document: definer PERMISSIVE SELECT {postern_definer} true ",
        "message: definer PERMISSIVE ALL {postern_definer} true true",
        "message_key: definer PERMISSIVE ALL {postern_definer} true true",
        "rate_bucket: definer PERMISSIVE ALL {postern_definer} true ",
        "status_early: definer PERMISSIVE ALL {postern_definer} true ",
        "team: definer PERMISSIVE SELECT {postern_definer} true ",
        "team_member: definer PERMISSIVE SELECT {postern_definer} true ",
        "webhook_part: definer PERMISSIVE ALL {postern_definer} true true",
        "workspace: definer PERMISSIVE SELECT {postern_definer} true ",
        "workspace_key: definer PERMISSIVE ALL {postern_definer} true true",
        "workspace_logo: definer PERMISSIVE SELECT {postern_definer} true ",
        "workspace_setting: definer PERMISSIVE SELECT {postern_definer} true ",
    ];
    /// What every table has for the day on which its workspace is deleted, and for no other.
    const PURGE: &str = "(workspace_id IN ( SELECT e.workspace\n   FROM erasure e))";
    /// Where a limited agent sees their own and their teams' alone. What these say is tried in `teams`.
    const SIGHT: &[&str] = &[
        "audit",
        "contact",
        "contact_identity",
        "contact_import",
        "contact_import_fault",
        "contact_import_row",
        "contact_label",
        "contact_merge",
        "contact_note",
        "contact_suggestion",
        "contact_term",
        "contact_value",
        "conversation",
        "conversation_label",
        "delivery",
        "delivery_attempt",
        "draft",
        "endpoint",
        "event",
        "file",
        "job",
        "message",
        "message_key",
        "message_status",
        "message_try",
        "otp_challenge",
        "portal_link",
        "portal_session",
        "rate_bucket",
        "source",
        "source_entry",
        "status_early",
        "task",
        "task_change",
        "task_comment",
        "task_document",
        "task_item",
        "test_message",
        "webhook_part",
    ];
    /// Tables without tenant rows, each for a reason.
    const GLOBAL: &[&str] = &[
        "_sqlx_migrations", // the migrator's own
        "mail",             // letters, sealed
        "mailed_code",      // what a code confirms, sealed
        "account_link",     // mailed links, as hashes
        "account_setting",  // how a person reads dates
        "totp",             // people's seeds, sealed
        "recovery_code",    // keyed digests
        "factor_step",      // sign-ins that wait for a factor
        "trusted_device",   // people's browsers, as hashes
        "passkey",          // people's public keys
        "passkey_state",    // questions to passkeys, sealed
        "installation",     // facts about the whole
        "account",          // people are global
        "session",          // a person's browsers
        "session_spent",    // their old tokens, as hashes
        "account_audit",    // what happened to people
        "account_identity", // by which names providers know people
        "oidc_way",         // ways to a provider and back, by hash
        "attempt",          // failed tries, by hashed key
        "quarantine",       // sealed, nobody's
        "limit_bucket",     // by keyed hash; no right of the serving role's
        "erasure",          // workspaces that are being emptied, as ids
        "erased_number",    // keyed digests
    ];
    let (env, _) = testing::env(options);
    let mut global = env.db.global().await.unwrap();
    let tables: Vec<(String, bool, bool, bool)> = sqlx::query_as(
        "SELECT c.relname::text, c.relrowsecurity, c.relforcerowsecurity,
                EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attname = 'workspace_id'
                           AND a.attnotnull AND NOT a.attisdropped)
           FROM pg_class c WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p')
          ORDER BY 1",
    )
    .fetch_all(global.conn())
    .await
    .unwrap();
    assert!(tables.len() > 15, "the schema is there: {tables:?}");
    let mut expected: Vec<String> = DEFINER.iter().map(|line| (*line).to_owned()).collect();
    for (table, enabled, forced, scoped) in tables {
        let global = GLOBAL.contains(&table.as_str());
        assert_eq!(
            (enabled, forced, scoped),
            (!global, !global, !global),
            "{table}"
        );
        if !global {
            expected.push(format!(
                "{table}: purge PERMISSIVE ALL {{postern_definer}} {PURGE} "
            ));
        }
        // Routing: the serving role has no right on it at all.
        if !global && table != "channel_route" {
            expected.push(format!(
                "{table}: tenant PERMISSIVE ALL {{postern_app}} {TENANT} {TENANT}"
            ));
        }
    }
    // All of them, whomever they are for: a second one would open what the first holds.
    let mut policies: Vec<String> = sqlx::query_scalar(
        "SELECT format('%s: %s %s %s %s %s %s', tablename, policyname, permissive, cmd, roles, qual, with_check)
           FROM pg_policies WHERE schemaname = 'public' AND permissive = 'PERMISSIVE'",
    )
    .fetch_all(global.conn())
    .await
    .unwrap();
    let narrow: Vec<String> = sqlx::query_scalar(
        "SELECT tablename::text FROM pg_policies
          WHERE schemaname = 'public' AND permissive = 'RESTRICTIVE' AND policyname = 'sight' AND cmd = 'ALL'
            AND roles = '{postern_app}' ORDER BY 1",
    )
    .fetch_all(global.conn())
    .await
    .unwrap();
    assert_eq!(narrow, SIGHT);
    let unclear: Vec<String> = sqlx::query_scalar(
        "SELECT t.tablename::text FROM pg_policies t
          WHERE t.schemaname = 'public' AND t.policyname = 'tenant'
            AND NOT EXISTS (SELECT FROM pg_policies c
                             WHERE c.schemaname = 'public' AND c.tablename = t.tablename AND c.policyname = 'client'
                               AND c.permissive = 'RESTRICTIVE' AND c.cmd = 'ALL' AND c.roles = '{postern_app}')",
    )
    .fetch_all(global.conn())
    .await
    .unwrap();
    assert!(
        unclear.is_empty(),
        "what a client sees of these: {unclear:?}"
    );
    expected.sort();
    policies.sort();
    assert_eq!(policies, expected);
    let open: Vec<(String,)> = sqlx::query_as(
        "SELECT c.relname::text FROM pg_class c
          WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'v'
            AND NOT coalesce(c.reloptions @> ARRAY['security_invoker=true'], false)",
    )
    .fetch_all(global.conn())
    .await
    .unwrap();
    assert!(open.is_empty(), "views that read as their owner: {open:?}");
}

#[sqlx::test(migrations = "../migrations")]
async fn each_role_has_the_rights_that_its_work_needs_and_no_other(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    /// Rights of everybody but the owner. Nobody has TRUNCATE, REFERENCES or TRIGGER, and PUBLIC has nothing.
    const RIGHTS: &[&str] = &[
        "postern_app account: INSERT, SELECT, UPDATE (disabled_at, email, name, password_hash, password_mailed)",
        "postern_app account_audit: INSERT, SELECT",
        "postern_app account_identity: DELETE, INSERT, SELECT",
        "postern_app account_link: DELETE, INSERT, SELECT, UPDATE (spent_at)",
        "postern_app account_setting: DELETE, INSERT, SELECT, UPDATE",
        "postern_app api_call: INSERT, SELECT, UPDATE (sealed, status)",
        "postern_app api_key: INSERT, SELECT, UPDATE (revoked_at, used_at, used_from)",
        "postern_app attempt: DELETE, INSERT, SELECT, UPDATE",
        "postern_app audit: INSERT (action, actor, at, detail, digest, id, network, workspace_id), SELECT",
        "postern_app audit_head: SELECT",
        "postern_app channel: INSERT, SELECT, UPDATE",
        "postern_app channel_alert: INSERT, SELECT, UPDATE (seen_at, seen_by)",
        "postern_app channel_change: INSERT, SELECT",
        "postern_app channel_event: INSERT, SELECT, UPDATE (sealed)",
        "postern_app channel_fact: INSERT, SELECT, UPDATE (since, told_at, value)",
        "postern_app contact: DELETE, INSERT, SELECT, UPDATE",
        "postern_app contact_field: INSERT, SELECT, UPDATE (choices, deleted_at, name, position)",
        "postern_app contact_identity: DELETE, INSERT, SELECT, UPDATE (contact_id, ended_at, scope)",
        "postern_app contact_import: DELETE, INSERT, SELECT, UPDATE",
        "postern_app contact_import_fault: DELETE, INSERT, SELECT, UPDATE (sealed)",
        "postern_app contact_import_row: DELETE, INSERT, SELECT",
        "postern_app contact_label: DELETE, INSERT, SELECT",
        "postern_app contact_merge: INSERT, SELECT, UPDATE (undone_at)",
        "postern_app contact_note: DELETE, INSERT, SELECT, UPDATE (body, contact_id, edited_at)",
        "postern_app contact_suggestion: INSERT, SELECT, UPDATE (dismissed_at)",
        "postern_app contact_term: DELETE, INSERT, SELECT",
        "postern_app contact_value: DELETE, INSERT, SELECT, UPDATE (value)",
        "postern_app conversation: INSERT, SELECT, UPDATE",
        "postern_app conversation_label: DELETE, INSERT, SELECT",
        "postern_app conversation_row: SELECT",
        "postern_app courtesy: INSERT, SELECT, UPDATE",
        "postern_app delivery: DELETE, INSERT, SELECT, UPDATE (attempts, due_at, ended_at, first_at, sealed, state, tries)",
        "postern_app delivery_attempt: INSERT, SELECT, UPDATE (duration_ms, fault, head, status)",
        "postern_app draft: DELETE, INSERT, SELECT, UPDATE",
        "postern_app endpoint: DELETE, INSERT, SELECT, UPDATE",
        "postern_app endpoint_feed: DELETE, INSERT, SELECT, UPDATE",
        "postern_app erased_number: INSERT, SELECT",
        "postern_app erasure: SELECT",
        "postern_app event: INSERT, SELECT",
        "postern_app factor_step: DELETE, INSERT, SELECT, UPDATE (mailed, spent_at, tries)",
        "postern_app file: DELETE, INSERT, SELECT, UPDATE",
        "postern_app installation: SELECT, UPDATE (master_id, set_up_at, token_id, token_retired, token_since)",
        "postern_app invitation: INSERT, SELECT, UPDATE (ended_at, expires_at, sent_at, token_hash)",
        "postern_app job: DELETE, INSERT, SELECT, UPDATE",
        "postern_app label: INSERT, SELECT, UPDATE (deleted_at, name, tone)",
        "postern_app live_ticket: INSERT",
        "postern_app mail: DELETE, INSERT, SELECT, UPDATE (attempts, dead_at, fault, run_at, sealed)",
        "postern_app mailed_code: DELETE, INSERT, SELECT, UPDATE",
        "postern_app member: INSERT, SELECT, UPDATE (access_from, asked_from, removed_at, role, since, state)",
        "postern_app member_access: DELETE, INSERT, SELECT, UPDATE (seen_at)",
        "postern_app message: INSERT, SELECT, UPDATE",
        "postern_app message_key: INSERT, SELECT",
        "postern_app message_row: SELECT",
        "postern_app message_status: INSERT, SELECT",
        "postern_app message_try: INSERT, SELECT",
        "postern_app oidc_way: DELETE, INSERT, SELECT, UPDATE (back_at, email, expires_at, issuer, name, refused, \
         spent_at, subject, verified)",
        "postern_app otp_budget: INSERT, SELECT, UPDATE",
        "postern_app otp_challenge: INSERT, SELECT, UPDATE (attempt_id, code_hash, delivery, delivery_at, ended_at, \
         fault_code, fault_reason, state, tries, wamid_hash, wrong)",
        "postern_app otp_setting: INSERT, SELECT, UPDATE",
        "postern_app passkey: DELETE, INSERT, SELECT, UPDATE (data, name, used_at)",
        "postern_app passkey_state: DELETE, INSERT, SELECT, UPDATE (sealed, spent_at)",
        "postern_app portal_link: INSERT, SELECT, UPDATE (asked_at, contact_id, pin_at, pin_hash, revoked_at, tries, tries_from, \
         used_at, wrong)",
        "postern_app portal_session: INSERT, SELECT, UPDATE (ended_at, seen_at)",
        "postern_app quarantine: DELETE, INSERT, SELECT, UPDATE (sealed, times)",
        "postern_app rate_bucket: INSERT, SELECT, UPDATE",
        "postern_app recovery_code: DELETE, INSERT, SELECT, UPDATE (spent_at)",
        "postern_app session: INSERT, SELECT, UPDATE",
        "postern_app session_spent: DELETE, INSERT, SELECT",
        "postern_app source: INSERT, SELECT, UPDATE (deleted_at, description, refused, refused_at, secret_sealed, token_hash)",
        "postern_app source_entry: INSERT, SELECT, UPDATE (contact_id, done_at, kind, payments, sealed, state, why)",
        "postern_app source_payment: INSERT, SELECT",
        "postern_app status_early: DELETE, INSERT, SELECT",
        "postern_app task: DELETE, INSERT, SELECT, UPDATE",
        "postern_app task_change: INSERT, SELECT",
        "postern_app task_comment: DELETE, INSERT, SELECT",
        "postern_app task_document: DELETE, INSERT, SELECT, UPDATE (at, author_id, file_id)",
        "postern_app task_item: DELETE, INSERT, SELECT, UPDATE (body, done_at, position)",
        "postern_app team: DELETE, INSERT, SELECT, UPDATE (deleted_at, name)",
        "postern_app team_member: DELETE, INSERT, SELECT",
        "postern_app template: INSERT, SELECT, UPDATE",
        "postern_app template_sync: INSERT, SELECT, UPDATE",
        "postern_app test_message: DELETE, INSERT, SELECT, UPDATE (sealed)",
        "postern_app totp: DELETE, INSERT, SELECT, UPDATE (confirmed_at, last_step, sealed)",
        "postern_app trusted_device: DELETE, INSERT, SELECT, UPDATE (label, network, since, until)",
        "postern_app webhook_part: INSERT, SELECT, UPDATE",
        "postern_app workspace: INSERT, SELECT, UPDATE (agents_limited, factor_required, name)",
        "postern_app workspace_key: INSERT, SELECT",
        "postern_app workspace_logo: DELETE, INSERT, SELECT, UPDATE",
        "postern_app workspace_setting: INSERT, SELECT, UPDATE",
        "postern_definer account: SELECT (disabled_at, email, id)",
        "postern_definer account_audit: SELECT (account_id, id), UPDATE (address)",
        "postern_definer api_call: DELETE, SELECT (at, ctid, sealed, workspace_id)",
        "postern_definer api_key: DELETE, SELECT (author_id, created_at, ctid, expires_at, hash, id, revoked_at, workspace_id)",
        "postern_definer api_window: DELETE, INSERT, SELECT, UPDATE",
        "postern_definer audit: DELETE, SELECT (action, actor, at, ctid, detail, digest, id, network, position, \
         workspace_id), UPDATE (detail, link, position)",
        "postern_definer audit_head: DELETE, INSERT, SELECT, UPDATE (link, position)",
        "postern_definer channel: DELETE, SELECT (app_secret_sealed, connected_at, ctid, id, people_scope, phone, state, \
         token_sealed, verify_token_sealed, workspace_id)",
        "postern_definer channel_alert: DELETE, SELECT (ctid, workspace_id)",
        "postern_definer channel_change: DELETE, SELECT (ctid, workspace_id)",
        "postern_definer channel_event: DELETE, SELECT (ctid, sealed, workspace_id)",
        "postern_definer channel_fact: DELETE, SELECT (ctid, workspace_id)",
        "postern_definer channel_route: DELETE, INSERT, SELECT, UPDATE",
        "postern_definer contact: DELETE, SELECT (ctid, id, name, phone, username, workspace_id)",
        "postern_definer contact_field: DELETE, SELECT (ctid, workspace_id)",
        "postern_definer contact_identity: DELETE, SELECT (contact_id, ctid, kind, scope, value, workspace_id)",
        "postern_definer contact_import: DELETE, SELECT (ctid, key_sealed, workspace_id)",
        "postern_definer contact_import_fault: DELETE, SELECT (ctid, sealed, workspace_id)",
        "postern_definer contact_import_row: DELETE, SELECT (ctid, workspace_id)",
        "postern_definer contact_label: DELETE, SELECT (ctid, workspace_id)",
        "postern_definer contact_merge: DELETE, SELECT (ctid, workspace_id)",
        "postern_definer contact_note: DELETE, SELECT (ctid, workspace_id)",
        "postern_definer contact_suggestion: DELETE, SELECT (ctid, workspace_id)",
        "postern_definer contact_term: DELETE, SELECT (ctid, workspace_id)",
        "postern_definer contact_value: DELETE, SELECT (ctid, workspace_id)",
        "postern_definer conversation: DELETE, SELECT (assignee_id, channel_id, contact_id, contact_name, \
         contact_phone, ctid, heard_at, id, labels, last_at, last_direction, last_kind, last_message_id, last_status, \
         last_text, reply_to, rev, state, team_id, unread, workspace_id), UPDATE (assignee_id, contact_name, \
         contact_phone, heard_at, last_at, last_direction, last_kind, last_message_id, last_status, last_text, rev, \
         team_id, unread)",
        "postern_definer conversation_label: DELETE, SELECT (ctid, workspace_id)",
        "postern_definer courtesy: DELETE, SELECT (ctid, workspace_id)",
        "postern_definer delivery: DELETE, SELECT (ctid, cut_at, sealed, workspace_id)",
        "postern_definer delivery_attempt: DELETE, SELECT (ctid, workspace_id)",
        "postern_definer draft: DELETE, SELECT (ctid, workspace_id)",
        "postern_definer endpoint: DELETE, SELECT (ctid, old_sealed, secret_sealed, workspace_id)",
        "postern_definer endpoint_feed: DELETE, SELECT (ctid, workspace_id)",
        "postern_definer erasure: DELETE, INSERT, SELECT, UPDATE (gone)",
        "postern_definer event: DELETE, INSERT (anew, at, body, lost_by, lost_team, workspace_id), SELECT (body, \
         ctid, workspace_id)",
        "postern_definer file: DELETE, SELECT (ctid, key_sealed, workspace_id)",
        "postern_definer invitation: DELETE, SELECT (ctid, email, ended_at, expires_at, id, token_hash, workspace_id)",
        "postern_definer job: DELETE, SELECT (attempts, behind, claimed_until, ctid, id, lane, run_at, sealed, state, \
         turn, worker, workspace_id), UPDATE (attempts, behind, claimed_until, run_at, state, worker)",
        "postern_definer label: DELETE, SELECT (ctid, workspace_id)",
        "postern_definer limit_bucket: DELETE, INSERT, SELECT, UPDATE",
        "postern_definer live_ticket: DELETE, SELECT",
        "postern_definer member: DELETE, SELECT, UPDATE (removed_at)",
        "postern_definer member_access: DELETE, SELECT (ctid, workspace_id)",
        "postern_definer message: DELETE, INSERT (at, body, channel_id, conversation_id, direction, id, kind, \
         received_at, status, status_at, wamid, workspace_id), SELECT (arrival, channel_id, ctid, direction, id, \
         target, target_id, wamid, workspace_id)",
        "postern_definer message_key: DELETE, INSERT (digest, workspace_id), SELECT (ctid, digest, workspace_id)",
        "postern_definer message_status: DELETE, SELECT (ctid, workspace_id)",
        "postern_definer message_try: DELETE, SELECT (ctid, workspace_id)",
        "postern_definer otp_budget: DELETE, SELECT (at, ctid, workspace_id)",
        "postern_definer otp_challenge: DELETE, SELECT (created_at, ctid, expires_at, state, workspace_id), UPDATE \
         (code_hash, ended_at, state)",
        "postern_definer otp_setting: DELETE, SELECT (ctid, workspace_id)",
        "postern_definer passkey: SELECT (account_id)",
        "postern_definer portal_link: DELETE, SELECT (contact_id, ctid, expires_at, id, revoked_at, token_hash, workspace_id)",
        "postern_definer portal_session: DELETE, SELECT (ctid, ended_at, expires_at, id, link_id, workspace_id)",
        "postern_definer rate_bucket: DELETE, SELECT",
        "postern_definer session: DELETE, SELECT (account_id, created_at, device, ended_at, expires_at, id)",
        "postern_definer session_spent: DELETE, SELECT",
        "postern_definer source: DELETE, SELECT (ctid, id, secret_sealed, token_hash, workspace_id)",
        "postern_definer source_entry: DELETE, SELECT (at, ctid, sealed, workspace_id)",
        "postern_definer source_payment: DELETE, SELECT (ctid, workspace_id)",
        "postern_definer status_early: DELETE, SELECT",
        "postern_definer task: DELETE, SELECT (contact_id, ctid, id, shared, workspace_id)",
        "postern_definer task_change: DELETE, SELECT (ctid, workspace_id)",
        "postern_definer task_comment: DELETE, SELECT (ctid, workspace_id)",
        "postern_definer task_document: DELETE, SELECT (ctid, task_id, workspace_id)",
        "postern_definer task_item: DELETE, SELECT (ctid, workspace_id)",
        "postern_definer team: DELETE, SELECT (ctid, deleted_at, id, workspace_id)",
        "postern_definer team_member: DELETE, SELECT (ctid, member_id, team_id, workspace_id)",
        "postern_definer template: DELETE, SELECT (ctid, workspace_id)",
        "postern_definer template_sync: DELETE, SELECT (ctid, workspace_id)",
        "postern_definer test_message: DELETE, SELECT (at, ctid, sealed, workspace_id)",
        "postern_definer totp: SELECT (account_id, confirmed_at)",
        "postern_definer webhook_part: DELETE, INSERT (channel_id, digest, id, received_at, sealed, state, \
         workspace_id), SELECT (ctid, digest, id, replays, sealed, state, workspace_id), UPDATE (replays)",
        "postern_definer workspace: DELETE, SELECT",
        "postern_definer workspace_key: DELETE, SELECT (ctid, master_id, number, workspace_id, wrapped), UPDATE \
         (master_id, wrapped)",
        "postern_definer workspace_logo: DELETE, SELECT (ctid, id, sealed, workspace_id)",
        "postern_definer workspace_setting: DELETE, SELECT (ctid, tone, workspace_id)",
    ];
    let (env, _) = testing::env(options);
    let mut global = env.db.global().await.unwrap();
    let mut rights: Vec<String> = sqlx::query_scalar(
        "WITH held AS (
             SELECT c.relname, a.grantee, a.privilege_type AS verb, NULL::name AS part
               FROM pg_class c CROSS JOIN LATERAL aclexplode(c.relacl) a
              WHERE c.relnamespace = 'public'::regnamespace AND a.grantee <> c.relowner
             UNION ALL
             SELECT c.relname, a.grantee, a.privilege_type, t.attname
               FROM pg_class c JOIN pg_attribute t ON t.attrelid = c.oid CROSS JOIN LATERAL aclexplode(t.attacl) a
              WHERE c.relnamespace = 'public'::regnamespace),
         verb AS (
             SELECT relname, grantee, verb || coalesce(' (' || string_agg(part, ', ' ORDER BY part) || ')', '') AS verb
               FROM held GROUP BY relname, grantee, held.verb, part IS NULL)
         SELECT format('%s %s: %s', CASE grantee WHEN 0 THEN 'PUBLIC' ELSE grantee::regrole::text END, relname,
                       string_agg(verb, ', ' ORDER BY verb))
           FROM verb GROUP BY grantee, relname",
    )
    .fetch_all(global.conn())
    .await
    .unwrap();
    rights.sort();
    assert_eq!(rights, RIGHTS);
}

#[sqlx::test(migrations = "../migrations")]
async fn a_policy_or_a_right_that_opens_a_table_stops_the_start(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    const ON_MESSAGE: &str = "DROP POLICY more ON message";
    const ONE: &str =
        "workspace_id = (SELECT nullif(current_setting('app.workspace', true), '')::uuid)";
    let (env, _) = testing::env(options.clone());
    let mut owner = PgConnection::connect_with(&options).await.unwrap();
    assert_eq!(env.db.faults().await.unwrap(), [""; 0]);
    let tenant = |using: &str, check: &str| {
        format!(
            "DROP POLICY tenant ON message;
             CREATE POLICY tenant ON message TO postern_app USING ({using}) WITH CHECK ({check})"
        )
    };
    for (opens, mends) in [
        (
            "CREATE POLICY more ON message USING (true)".to_owned(),
            ON_MESSAGE.to_owned(),
        ),
        (
            "CREATE POLICY more ON message FOR SELECT TO postern_app USING (true)".to_owned(),
            ON_MESSAGE.to_owned(),
        ),
        (
            "CREATE POLICY more ON message FOR INSERT TO postern_app WITH CHECK (true)".to_owned(),
            ON_MESSAGE.to_owned(),
        ),
        // The same words, and open all the same.
        (
            format!("CREATE POLICY more ON message TO postern_app USING ({ONE} OR true)"),
            ON_MESSAGE.to_owned(),
        ),
        (tenant("true", ONE), tenant(ONE, ONE)),
        (tenant(ONE, "true"), tenant(ONE, ONE)),
        (
            tenant(&format!("{ONE} OR direction = 'in'"), ONE),
            tenant(ONE, ONE),
        ),
        (
            "ALTER POLICY sight ON message RENAME TO blind".to_owned(),
            "ALTER POLICY blind ON message RENAME TO sight".to_owned(),
        ),
        (
            "ALTER POLICY client ON message RENAME TO open".to_owned(),
            "ALTER POLICY open ON message RENAME TO client".to_owned(),
        ),
        (
            "ALTER TABLE message NO FORCE ROW LEVEL SECURITY".to_owned(),
            "ALTER TABLE message FORCE ROW LEVEL SECURITY".to_owned(),
        ),
        (
            "GRANT TRUNCATE ON message TO postern_app".to_owned(),
            "REVOKE TRUNCATE ON message FROM postern_app".to_owned(),
        ),
        (
            "GRANT REFERENCES, TRIGGER ON message TO PUBLIC".to_owned(),
            "REVOKE ALL ON message FROM PUBLIC".to_owned(),
        ),
    ] {
        sqlx::raw_sql(AssertSqlSafe(opens.clone()))
            .execute(&mut owner)
            .await
            .unwrap();
        let faults = env.db.faults().await.unwrap();
        assert!(
            faults.len() == 1 && faults[0].contains("public.message"),
            "{opens}: {faults:?}"
        );
        sqlx::raw_sql(AssertSqlSafe(mends))
            .execute(&mut owner)
            .await
            .unwrap();
        assert_eq!(env.db.faults().await.unwrap(), [""; 0], "{opens}");
    }
}

#[sqlx::test(migrations = "../migrations")]
async fn definer_functions_are_the_listed_ones_and_belong_to_a_role_that_cannot_log_in(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    /// They run as who writes or asks, and see what that one sees.
    const TRIGGERS: &[&str] = &[
        "conversation_takes_contact",
        "conversation_takes_team",
        "conversation_tells_losers",
        "job_lines_up",
        "job_moves_up",
        "label_tells_conversation",
        "message_came_by_ad",
        "message_keeps_status",
        "owns_contact",
        "portal_link_stays",
        "sees_contact",
        "sees_conversation",
        "sees_file",
        "sees_lane",
        "sees_message",
        "sees_side",
        "sees_task",
        "shows_file",
        "workspace_key_follows",
    ];
    const LISTED: &[&str] = &[
        "claim_jobs",
        "claim_number",
        "contact_tells_conversations",
        "conversation_takes_contact",
        "conversation_takes_team",
        "conversation_tells_losers",
        "drop_key",
        "enter_channel",
        "enter_invitation",
        "enter_job",
        "enter_key",
        "enter_leaving",
        "enter_link",
        "enter_member",
        "enter_new_workspace",
        "enter_portal",
        "enter_source",
        "enter_system",
        "erase_workspace",
        "factor_required",
        "find_api_key",
        "find_invitation",
        "find_portal_link",
        "find_source",
        "forget_browsers",
        "forget_member",
        "hand_conversation",
        "hand_conversations",
        "intake_events",
        "intake_messages",
        "intake_routes",
        "job_lines_up",
        "job_moves_up",
        "label_tells_conversation",
        "leaving_places",
        "link_audit",
        "message_came_by_ad",
        "message_keeps_status",
        "my_marks",
        "my_memberships",
        "my_places",
        "next_job_ms",
        "next_workspaces",
        "owns_contact",
        "portal_chat",
        "portal_link_stays",
        "purge_workspace",
        "redeem_ticket",
        "redeem_ticket",
        "reseal_details",
        "rewrap_key",
        "route_accounts",
        "route_callback",
        "route_numbers",
        "sees_contact",
        "sees_conversation",
        "sees_file",
        "sees_lane",
        "sees_message",
        "sees_side",
        "sees_task",
        "shows_file",
        "sweep",
        "sweep_calls",
        "sweep_codes",
        "sweep_deliveries",
        "sweep_limits",
        "sweep_sources",
        "sweep_visits",
        "take_call",
        "take_limit",
        "task_has_room",
        "wake_cuts",
        "workspace_key_follows",
    ];
    let (env, _) = testing::env(options);
    let mut global = env.db.global().await.unwrap();
    let functions: Vec<(String, String, bool, bool, bool, bool)> = sqlx::query_as(
        "SELECT p.proname::text, r.rolname::text, r.rolcanlogin OR r.rolsuper OR r.rolbypassrls,
                coalesce(p.proconfig @> ARRAY['search_path=pg_catalog, pg_temp'], false), p.prosecdef,
                has_function_privilege('public', p.oid, 'execute')
           FROM pg_proc p JOIN pg_roles r ON r.oid = p.proowner
          WHERE p.pronamespace = 'public'::regnamespace ORDER BY 1",
    )
    .fetch_all(global.conn())
    .await
    .unwrap();
    let names: Vec<_> = functions
        .iter()
        .map(|function| function.0.as_str())
        .collect();
    assert_eq!(names, LISTED);
    for (name, owner, powerful, fixed_path, definer, public) in functions {
        assert!(fixed_path && !public, "{name}");
        if TRIGGERS.contains(&name.as_str()) {
            assert!(!definer, "{name}");
        } else {
            assert_eq!(owner, "postern_definer", "{name}");
            assert!(!powerful && definer, "{name}");
        }
    }
}

#[sqlx::test(migrations = "../migrations")]
async fn no_reference_between_tenant_tables_leaves_the_workspace_out(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let (env, _) = testing::env(options);
    let mut global = env.db.global().await.unwrap();
    let loose: Vec<(String,)> = sqlx::query_as(
        "SELECT k.conname::text FROM pg_constraint k
          WHERE k.contype = 'f' AND k.connamespace = 'public'::regnamespace
            AND EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = k.confrelid AND a.attname = 'workspace_id')
            AND NOT EXISTS (SELECT FROM unnest(k.conkey, k.confkey) AS pair (own, other)
                              JOIN pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = pair.own
                              JOIN pg_attribute b ON b.attrelid = k.confrelid AND b.attnum = pair.other
                             WHERE a.attname = 'workspace_id' AND b.attname = 'workspace_id')",
    )
    .fetch_all(global.conn())
    .await
    .unwrap();
    assert!(loose.is_empty(), "{loose:?}");
    let unscoped: Vec<(String,)> = sqlx::query_as(
        "SELECT i.indexrelid::regclass::text FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid
          WHERE i.indisunique AND c.relnamespace = 'public'::regnamespace
            AND EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attname = 'workspace_id')
            AND NOT EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attnum = i.indkey[0]
                               AND a.attname = 'workspace_id')
            -- Routing tables are looked up before the workspace is known.
            AND c.relname NOT IN ('api_key', 'channel_route', 'invitation', 'live_ticket', 'portal_link', 'source')",
    )
    .fetch_all(global.conn())
    .await
    .unwrap();
    assert!(
        unscoped.is_empty(),
        "unique keys that do not begin with the workspace: {unscoped:?}"
    );
}
