//! The SQL text that makes the roles and the database, every name and password quoted.

use secrecy::ExposeSecret;

use super::{Names, Passwords, serving::FAR};

/// The whole preparation as a psql script, one statement or psql command an element: what [`super::run`] does, for
/// somebody else to run as administrator. A role whose password is `None` keeps (or gets) none.
pub fn sql(names: &Names, passwords: &Passwords) -> Vec<String> {
    let mut lines = vec!["\\set ON_ERROR_STOP on".to_owned()];
    lines.extend(roles(names, passwords).into_iter().map(ended));
    // CREATE DATABASE cannot stand in a DO block; psql runs the text that this query answers, if it answers any.
    lines.push(format!(
        "SELECT {} WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = {}) \\gexec",
        quote_literal(&create_database(names)),
        quote_literal(&names.database),
    ));
    lines.extend(database(names).into_iter().map(ended));
    lines.push(format!("\\connect {}", quote_ident(&names.database)));
    lines.extend(schema(names).into_iter().map(ended));
    lines
}

fn ended(statement: String) -> String {
    statement + ";"
}

/// The three roles, run in any database of the server.
pub(super) fn roles(names: &Names, passwords: &Passwords) -> Vec<String> {
    let [owner, app, definer] =
        [&names.owner, &names.app, &names.definer].map(|name| quote_ident(name));
    let password = |given: &Option<secrecy::SecretString>| {
        given.as_ref().map_or(String::new(), |p| {
            format!(" PASSWORD {}", quote_literal(p.expose_secret()))
        })
    };
    vec![
        // Before anything is made.
        alone(names),
        role(&names.owner),
        role(&names.app),
        role(&names.definer),
        format!("ALTER ROLE {owner} LOGIN{}", password(&passwords.owner)),
        format!("ALTER ROLE {app} LOGIN{}", password(&passwords.app)),
        format!("ALTER ROLE {definer} NOLOGIN"),
        format!("ALTER ROLE {app} SET idle_in_transaction_session_timeout = '30s'"),
        format!("ALTER ROLE {app} SET statement_timeout = '30s'"),
        // The owner hands its definer functions over to this role when it migrates.
        format!("GRANT {definer} TO {owner}"),
        // Only where there is something to take away: PostgreSQL warns otherwise.
        block(&format!(
            "DECLARE power text; BEGIN FOR power IN SELECT r.rolname FROM pg_auth_members m JOIN pg_roles r ON r.oid = m.roleid \
                                   JOIN pg_roles a ON a.oid = m.member \
                          WHERE a.rolname = {} AND r.rolname IN ({}) LOOP \
               EXECUTE format('REVOKE %I FROM %I', power, {}); \
             END LOOP; END;",
            quote_literal(&names.app),
            [names.owner.as_str(), names.definer.as_str()]
                .into_iter()
                .chain(FAR)
                .map(quote_literal)
                .collect::<Vec<_>>()
                .join(", "),
            quote_literal(&names.app),
        )),
        // An administrator that is no superuser may only give a database to a role that it belongs to.
        block(&format!(
            "IF NOT (SELECT rolsuper FROM pg_roles WHERE rolname = current_user) THEN GRANT {owner} TO CURRENT_USER; END IF;"
        )),
    ]
}

/// Refuses where the owner has another database on this server: each would be open to the roles of the other.
fn alone(names: &Names) -> String {
    block(&format!(
        "IF EXISTS (SELECT FROM pg_database d JOIN pg_roles r ON r.oid = d.datdba \
                     WHERE r.rolname = {} AND d.datname <> {}) THEN \
           RAISE EXCEPTION 'the roles of Postern serve another database on this server already; \
prepare that one, or take another server'; \
         END IF;",
        quote_literal(&names.owner),
        quote_literal(&names.database),
    ))
}

/// Makes the role when it is missing. Attributes are changed only when they are wrong: asking for them at all needs a
/// superuser, which managed PostgreSQL does not give.
fn role(name: &str) -> String {
    let (literal, ident) = (quote_literal(name), quote_ident(name));
    block(&format!(
        "IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = {literal}) THEN \
           CREATE ROLE {ident} NOSUPERUSER NOBYPASSRLS NOCREATEROLE; \
         END IF; \
         IF EXISTS (SELECT FROM pg_roles WHERE rolname = {literal} \
                      AND (rolsuper OR rolbypassrls OR rolcreaterole OR rolreplication)) THEN \
           ALTER ROLE {ident} NOSUPERUSER NOBYPASSRLS NOCREATEROLE NOREPLICATION; \
         END IF;"
    ))
}

/// Makes the database; it must not exist.
pub(super) fn create_database(names: &Names) -> String {
    format!(
        "CREATE DATABASE {} OWNER {} ENCODING 'UTF8' TEMPLATE template0",
        quote_ident(&names.database),
        quote_ident(&names.owner),
    )
}

/// Who owns the database and who may connect, run in any database of the server.
pub(super) fn database(names: &Names) -> Vec<String> {
    let (database, owner, app) = (
        quote_ident(&names.database),
        quote_ident(&names.owner),
        quote_ident(&names.app),
    );
    vec![
        block(&format!(
            "IF NOT EXISTS (SELECT FROM pg_database d JOIN pg_roles r ON r.oid = d.datdba \
                            WHERE d.datname = {} AND r.rolname = {}) THEN \
               ALTER DATABASE {database} OWNER TO {owner}; \
             END IF;",
            quote_literal(&names.database),
            quote_literal(&names.owner),
        )),
        format!("REVOKE ALL ON DATABASE {database} FROM PUBLIC"),
        format!("GRANT CONNECT ON DATABASE {database} TO {app}"),
    ]
}

/// Who may use the schema, run in the database itself.
pub(super) fn schema(names: &Names) -> Vec<String> {
    let [owner, app, definer] =
        [&names.owner, &names.app, &names.definer].map(|name| quote_ident(name));
    vec![
        "REVOKE ALL ON SCHEMA public FROM PUBLIC".to_owned(),
        format!("GRANT USAGE, CREATE ON SCHEMA public TO {owner}"),
        format!("GRANT USAGE ON SCHEMA public TO {app}, {definer}"),
    ]
}

fn block(body: &str) -> String {
    // A quoted literal, not dollar quotes: a name may hold any dollar tag, but no literal can end a literal.
    format!("DO {}", quote_literal(&format!("BEGIN {body} END")))
}

/// Quotes an identifier (PostgreSQL 4.1.1); a NUL, which no identifier can hold, is left out.
pub fn quote_ident(name: &str) -> String {
    format!("\"{}\"", name.replace('\0', "").replace('"', "\"\""))
}

/// Quotes a string constant for any setting of `standard_conforming_strings` (PostgreSQL 4.1.2.1 and 4.1.2.2).
pub fn quote_literal(text: &str) -> String {
    let doubled = text.replace('\0', "").replace('\'', "''");
    if doubled.contains('\\') {
        format!(" E'{}'", doubled.replace('\\', "\\\\"))
    } else {
        format!("'{doubled}'")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quoting_lets_nothing_out() {
        for (text, ident, literal) in [
            ("plain", "\"plain\"", "'plain'"),
            ("it's", "\"it's\"", "'it''s'"),
            ("say \"x\"", "\"say \"\"x\"\"\"", "'say \"x\"'"),
            ("back\\slash'", "\"back\\slash'\"", " E'back\\\\slash'''"),
            (
                "$$; DROP ROLE x; --",
                "\"$$; DROP ROLE x; --\"",
                "'$$; DROP ROLE x; --'",
            ),
            ("nul\0", "\"nul\"", "'nul'"),
        ] {
            assert_eq!(quote_ident(text), ident);
            assert_eq!(quote_literal(text), literal);
        }
    }

    #[test]
    fn the_printed_script_is_the_one_that_is_run() {
        let names = Names::default();
        let passwords = Passwords {
            owner: Some("o'p".into()),
            app: None,
        };
        let printed = sql(&names, &passwords).join("\n");
        for statement in roles(&names, &passwords)
            .iter()
            .chain(&database(&names))
            .chain(&schema(&names))
        {
            assert!(printed.contains(statement.as_str()), "{statement}");
        }
        assert!(printed.contains("LOGIN PASSWORD 'o''p'"));
        assert!(
            printed.contains("ALTER ROLE \"postern_app\" LOGIN;"),
            "no password given: none is touched"
        );
    }
}
