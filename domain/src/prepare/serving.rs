//! Refuses to serve through a role that row-level security does not bind.

use super::tables;
use sqlx::PgPool;

/// Roles of PostgreSQL's own that the serving role must not belong to.
pub(super) const FAR: [&str; 5] = [
    "pg_read_all_data",
    "pg_write_all_data",
    "pg_read_server_files",
    "pg_write_server_files",
    "pg_execute_server_program",
];

/// Says everything that is wrong with the role this pool signs in as and with the tables it would serve, one plain
/// sentence each; empty when the database holds the tenants' line. The server does not start otherwise.
pub async fn verify_serving_role(pool: &PgPool) -> Result<Vec<String>, sqlx::Error> {
    let mut faults = bypasses(pool).await?;
    // A superuser is a member of everything: the list of all that it may become would say nothing more.
    if faults.is_empty() {
        faults = powers(pool).await?;
    }
    faults.extend(tables::faults(pool).await?);
    Ok(faults)
}

async fn bypasses(pool: &PgPool) -> Result<Vec<String>, sqlx::Error> {
    let (role, superuser, bypass, create, replication): (String, bool, bool, bool, bool) =
        sqlx::query_as(
            "SELECT rolname::text, rolsuper, rolbypassrls, rolcreaterole, rolreplication
           FROM pg_roles WHERE rolname = current_user",
        )
        .fetch_one(pool)
        .await?;
    let mut faults = Vec::new();
    for (holds, attribute) in [
        (superuser, "SUPERUSER"),
        (bypass, "BYPASSRLS"),
        (create, "CREATEROLE"),
        // It copies the whole cluster.
        (replication, "REPLICATION"),
    ] {
        if holds {
            faults.push(format!(
                "the serving role {role} is {attribute}: row-level security would not bind it; serve as a plain role \
                 (see `postern db prepare`)"
            ));
        }
    }
    Ok(faults)
}

/// What the role owns, and which more powerful roles it can turn into.
async fn powers(pool: &PgPool) -> Result<Vec<String>, sqlx::Error> {
    let owned: Vec<(String, String)> = sqlx::query_as(
        "SELECT current_user::text, format('%I.%I', n.nspname, c.relname)
           FROM pg_class c
           JOIN pg_namespace n ON n.oid = c.relnamespace
           JOIN pg_roles r ON r.oid = c.relowner
          WHERE r.rolname = current_user
            AND c.relkind IN ('r', 'p', 'v', 'm', 'f')
            AND n.nspname NOT IN ('pg_catalog', 'information_schema')
          ORDER BY 2",
    )
    .fetch_all(pool)
    .await?;
    // Membership counts even where it is not inherited: SET ROLE is one statement away.
    let memberships: Vec<(String, String, String)> = sqlx::query_as(
        "SELECT current_user::text, r.rolname::text,
                CASE WHEN r.rolsuper THEN 'is SUPERUSER'
                     WHEN r.rolbypassrls THEN 'is BYPASSRLS'
                     WHEN r.rolcreaterole THEN 'is CREATEROLE'
                     WHEN r.rolname = ANY ($1) THEN 'reaches every table or the server''s files'
                     WHEN d.oid IS NOT NULL THEN 'owns the database'
                     WHEN EXISTS (SELECT FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
                                   WHERE c.relowner = r.oid AND c.relkind IN ('r', 'p')
                                     AND n.nspname NOT IN ('pg_catalog', 'information_schema')) THEN 'owns tables'
                     WHEN EXISTS (SELECT FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
                                   WHERE p.proowner = r.oid AND p.prosecdef
                                     AND n.nspname NOT IN ('pg_catalog', 'information_schema'))
                       THEN 'owns definer functions'
                     ELSE 'the owner hands its definer functions to' END
           FROM pg_roles r
           LEFT JOIN pg_database d ON d.datdba = r.oid AND d.datname = current_database()
          WHERE r.rolname <> current_user
            AND pg_has_role(current_user, r.oid, 'MEMBER')
            AND (r.rolsuper OR r.rolbypassrls OR r.rolcreaterole OR r.rolname = ANY ($1) OR d.oid IS NOT NULL
                 -- The role of the definer functions, even before it has any: the database's owner belongs to it.
                 OR EXISTS (SELECT FROM pg_auth_members m JOIN pg_database o ON o.datdba = m.member
                             WHERE m.roleid = r.oid AND o.datname = current_database())
                 OR EXISTS (SELECT FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
                             WHERE c.relowner = r.oid AND c.relkind IN ('r', 'p')
                               AND n.nspname NOT IN ('pg_catalog', 'information_schema'))
                 OR EXISTS (SELECT FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
                             WHERE p.proowner = r.oid AND p.prosecdef
                               AND n.nspname NOT IN ('pg_catalog', 'information_schema')))
          ORDER BY 2",
    )
    .bind(FAR.as_slice())
    .fetch_all(pool)
    .await?;
    let owned = owned.into_iter().map(|(role, table)| {
        format!("the serving role {role} owns {table}: an owner can lift its policies; give it to the owner role")
    });
    let memberships = memberships.into_iter().map(|(role, other, power)| {
        format!(
            "the serving role {role} is a member of {other}, which {power}: REVOKE that membership"
        )
    });
    Ok(owned.chain(memberships).collect())
}
