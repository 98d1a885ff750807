//! What the tables themselves must say: row-level security forced, one policy alone, no right that goes around it.

use sqlx::PgPool;

/// The one condition of a tenant's policy as PostgreSQL writes it back, without what [`NOISE`] takes out.
const CONDITION: &str = "workspace_id=SELECTNULLIFcurrent_setting'app.workspace',true,''::uuid";

/// White space, brackets, casts to text and a column's own name differ from version to version, and change nothing.
const NOISE: &str = r#"\s|[()]|::text|AS "?nullif"?"#;

/// Says what is wrong with the tables that this would serve, one plain sentence each.
pub(super) async fn faults(pool: &PgPool) -> Result<Vec<String>, sqlx::Error> {
    let mut faults = unforced(pool).await?;
    faults.extend(open(pool).await?);
    faults.extend(blind(pool).await?);
    faults.extend(shown_to_clients(pool).await?);
    faults.extend(around(pool).await?);
    Ok(faults)
}

/// Tables that hold or tell of conversations: on each stands the policy of what a limited agent sees.
const SIGHT: [&str; 39] = [
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

async fn unforced(pool: &PgPool) -> Result<Vec<String>, sqlx::Error> {
    let tables: Vec<(String, bool, bool)> = sqlx::query_as(
        "SELECT format('%I.%I', n.nspname, c.relname), c.relrowsecurity, c.relforcerowsecurity
           FROM pg_class c
           JOIN pg_namespace n ON n.oid = c.relnamespace
           JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'workspace_id' AND NOT a.attisdropped
          WHERE c.relkind IN ('r', 'p')
            AND n.nspname NOT IN ('pg_catalog', 'information_schema')
            AND NOT (c.relrowsecurity AND c.relforcerowsecurity)
          ORDER BY 1",
    )
    .fetch_all(pool)
    .await?;
    Ok(tables
        .into_iter()
        .map(|(table, enabled, forced)| {
            let missing = match (enabled, forced) {
                (false, false) => "ENABLE and FORCE",
                (false, true) => "ENABLE",
                _ => "FORCE",
            };
            format!("{table} holds rows of workspaces but lacks {missing} ROW LEVEL SECURITY: run the migrations")
        })
        .collect())
}

/// Permissive policies add up: a second one opens what the first holds. A table without any is closed to this role. The
/// restrictive ones only narrow.
async fn open(pool: &PgPool) -> Result<Vec<String>, sqlx::Error> {
    let tables: Vec<(String, String)> = sqlx::query_as(
        "SELECT format('%I.%I', n.nspname, c.relname), string_agg(p.polname, ', ' ORDER BY p.polname)
           FROM pg_policy p
           JOIN pg_class c ON c.oid = p.polrelid
           JOIN pg_namespace n ON n.oid = c.relnamespace
           JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'workspace_id' AND NOT a.attisdropped
          WHERE p.polpermissive
            AND EXISTS (SELECT FROM unnest(p.polroles) AS bound (role)
                         -- None stands for PUBLIC.
                         WHERE bound.role = 0 OR pg_has_role(current_user, bound.role, 'MEMBER'))
          GROUP BY 1
         HAVING count(*) <> 1
             OR NOT bool_and(p.polcmd = '*'
                AND coalesce(regexp_replace(pg_get_expr(p.polqual, p.polrelid), $1, '', 'g') = $2, false)
                AND coalesce(regexp_replace(pg_get_expr(p.polwithcheck, p.polrelid), $1, '', 'g') = $2, false))
          ORDER BY 1",
    )
    .bind(NOISE)
    .bind(CONDITION)
    .fetch_all(pool)
    .await?;
    Ok(tables
        .into_iter()
        .map(|(table, policies)| {
            format!(
                "{table} has other policies than the one that holds workspaces apart ({policies}): DROP what is not of \
                 the migrations"
            )
        })
        .collect())
}

async fn blind(pool: &PgPool) -> Result<Vec<String>, sqlx::Error> {
    let tables: Vec<String> = sqlx::query_scalar(
        "SELECT format('%I.%I', n.nspname, c.relname)
           FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
          WHERE n.nspname = 'public' AND c.relkind IN ('r', 'p') AND c.relname = ANY ($1)
            AND NOT EXISTS (SELECT FROM pg_policy p
                             WHERE p.polrelid = c.oid AND p.polname = 'sight' AND NOT p.polpermissive AND p.polcmd = '*'
                               AND EXISTS (SELECT FROM unnest(p.polroles) AS bound (role)
                                            WHERE bound.role = 0 OR pg_has_role(current_user, bound.role, 'MEMBER')))
          ORDER BY 1",
    )
    .bind(SIGHT.as_slice())
    .fetch_all(pool)
    .await?;
    Ok(tables
        .into_iter()
        .map(|table| {
            format!("{table} lacks the policy of what a limited agent sees: run the migrations")
        })
        .collect())
}

/// TRUNCATE, references and triggers ask no policy.
/// Whatever holds rows of workspaces says what a client of the portal sees of it.
async fn shown_to_clients(pool: &PgPool) -> Result<Vec<String>, sqlx::Error> {
    let tables: Vec<String> = sqlx::query_scalar(
        "SELECT format('%I.%I', n.nspname, c.relname)
           FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
           JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'workspace_id' AND NOT a.attisdropped
          WHERE n.nspname = 'public' AND c.relkind IN ('r', 'p')
            AND EXISTS (SELECT FROM pg_policy p WHERE p.polrelid = c.oid AND p.polname = 'tenant')
            AND NOT EXISTS (SELECT FROM pg_policy p
                             WHERE p.polrelid = c.oid AND p.polname = 'client' AND NOT p.polpermissive AND p.polcmd = '*'
                               AND EXISTS (SELECT FROM unnest(p.polroles) AS bound (role)
                                            WHERE bound.role = 0 OR pg_has_role(current_user, bound.role, 'MEMBER')))
          ORDER BY 1",
    )
    .fetch_all(pool)
    .await?;
    Ok(tables
        .into_iter()
        .map(|table| {
            format!(
                "{table} lacks the policy of what a client of the portal sees: run the migrations"
            )
        })
        .collect())
}

async fn around(pool: &PgPool) -> Result<Vec<String>, sqlx::Error> {
    let tables: Vec<(String, String)> = sqlx::query_as(
        "SELECT format('%I.%I', n.nspname, c.relname),
                string_agg(DISTINCT held.privilege_type, ', ' ORDER BY held.privilege_type)
           FROM pg_class c
           JOIN pg_namespace n ON n.oid = c.relnamespace
          CROSS JOIN LATERAL aclexplode(c.relacl) held
          WHERE c.relkind IN ('r', 'p')
            AND n.nspname NOT IN ('pg_catalog', 'information_schema')
            AND held.privilege_type IN ('TRUNCATE', 'REFERENCES', 'TRIGGER')
            AND held.grantee <> c.relowner
            AND (held.grantee = 0 OR pg_has_role(current_user, held.grantee, 'MEMBER'))
          GROUP BY 1 ORDER BY 1",
    )
    .fetch_all(pool)
    .await?;
    Ok(tables
        .into_iter()
        .map(|(table, rights)| {
            format!("the serving role may {rights} on {table}, which asks no policy: REVOKE it")
        })
        .collect())
}
