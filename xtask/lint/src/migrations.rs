//! Every table has its workspace, its forced policy and keys that cannot point across tenants, or a reviewed reason.

pub mod schema;

use std::path::Path;

use anyhow::Result;

use crate::exceptions::Exceptions;
use crate::migrations::schema::{Kind, Schema, Table, View};

/// Reads all migrations.
pub fn check(root: &Path) -> Result<Vec<String>> {
    let schema = Schema::of_checkout(root)?;
    Ok(faults(&schema, &Exceptions::read(root)?))
}

fn faults(schema: &Schema, exceptions: &Exceptions) -> Vec<String> {
    let mut faults = Vec::new();
    for (name, table) in &schema.tables {
        let listed = exceptions
            .global_table
            .iter()
            .any(|global| global.name == *name);
        if let Some(view) = table.view {
            if view == View::Owner {
                faults.push(format!("the view {name} ({}) is not read under its reader's policies: it lacks security_invoker", table.file));
            }
            if !table.is_tenant() {
                faults.push(format!(
                    "the view {name} ({}) does not show workspace_id",
                    table.file
                ));
            }
            continue;
        }
        match (table.is_tenant(), listed) {
            (true, true) => faults.push(format!("{name} has a workspace_id, and is listed as global all the same")),
            (false, false) => faults.push(format!(
                "{name} ({}) has no workspace_id, and is not among the global tables of docs/sql-exceptions.toml",
                table.file
            )),
            (false, true) => {}
            (true, false) => tenant(name, table, schema, exceptions, &mut faults),
        }
    }
    for global in &exceptions.global_table {
        if !schema.tables.contains_key(&global.name) {
            faults.push(format!(
                "docs/sql-exceptions.toml lists {}, which no migration makes",
                global.name
            ));
        }
    }
    functions(schema, exceptions, &mut faults);
    faults
}

/// What a function does is not read by machine: a person reads each body, and each that replaces it.
fn functions(schema: &Schema, exceptions: &Exceptions, faults: &mut Vec<String>) {
    for (name, file) in &schema.functions {
        let listed = exceptions
            .function
            .iter()
            .filter(|function| function.name == *name && function.file == *file)
            .count();
        if listed != 1 {
            faults.push(format!(
                "the function {name} is made or changed in {file}: read it, and list it with that file in \
                 docs/sql-exceptions.toml"
            ));
        }
    }
    for listed in &exceptions.function {
        if schema.functions.get(&listed.name) != Some(&listed.file) {
            faults.push(format!(
                "docs/sql-exceptions.toml: {} is not as {} left it",
                listed.name, listed.file
            ));
        }
    }
}

fn tenant(
    name: &str,
    table: &Table,
    schema: &Schema,
    exceptions: &Exceptions,
    faults: &mut Vec<String>,
) {
    let file = &table.file;
    // What only narrows what others open is no policy by itself.
    let mut policies = table.policies.iter();
    let opened = policies.any(|policy| !matches!(policy.kind, Kind::Narrow));
    for (there, what) in [
        (table.enabled, "ENABLE ROW LEVEL SECURITY"),
        (table.forced, "FORCE ROW LEVEL SECURITY"),
        (opened, "CREATE POLICY"),
    ] {
        if !there {
            faults.push(format!("{name} ({file}) lacks {what}"));
        }
    }
    let mut held = false;
    for policy in &table.policies {
        match policy.kind {
            Kind::Tenant if !held => held = true,
            Kind::Definer | Kind::Narrow => {}
            Kind::Tenant | Kind::Other => faults.push(format!(
                "{name} ({file}): the policy {} is not the one that every tenant table has, once, word for word",
                policy.name
            )),
        }
    }
    for key in &table.foreign_keys {
        let to_tenant = schema.tables.get(&key.table).is_some_and(Table::is_tenant);
        if to_tenant
            && !(key.columns.contains(&WORKSPACE.to_owned())
                && key.referred.contains(&WORKSPACE.to_owned()))
        {
            faults.push(format!(
                "{name} ({file}): the key ({}) to {} can point across workspaces",
                key.columns.join(", "),
                key.table
            ));
        }
    }
    for key in &table.unique_keys {
        let listed = exceptions
            .key
            .iter()
            .any(|listed| listed.table == name && listed.columns == *key);
        if key.first().is_none_or(|first| first != WORKSPACE) && !listed {
            faults.push(format!(
                "{name} ({file}): the unique key ({}) does not begin with workspace_id",
                key.join(", ")
            ));
        }
    }
}

/// The column that every tenant table has.
pub const WORKSPACE: &str = "workspace_id";

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exceptions::{Function, GlobalTable};

    const GOOD: &str = "
        CREATE TABLE workspace (id uuid PRIMARY KEY, name text NOT NULL);
        CREATE TABLE contact (
            workspace_id uuid NOT NULL REFERENCES workspace (id), id uuid NOT NULL, name text CHECK (name <> ''),
            CONSTRAINT contact_key PRIMARY KEY (workspace_id, id)
        );
        ALTER TABLE contact ENABLE ROW LEVEL SECURITY;
        ALTER TABLE contact FORCE ROW LEVEL SECURITY;
        CREATE POLICY tenant ON contact TO postern_app
            USING (workspace_id = (SELECT nullif(current_setting('app.workspace', true), '')::uuid))
            WITH CHECK (workspace_id = (SELECT nullif(current_setting('app.workspace', true), '')::uuid));
        CREATE POLICY definer ON contact FOR SELECT TO postern_definer USING (true);
        CREATE TABLE note (
            workspace_id uuid NOT NULL, id uuid NOT NULL, contact_id uuid NOT NULL,
            PRIMARY KEY (workspace_id, id),
            CONSTRAINT note_contact_fkey FOREIGN KEY (workspace_id, contact_id) REFERENCES contact (workspace_id, id)
        );
        ALTER TABLE ONLY public.note ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
        CREATE POLICY tenant ON public.note AS PERMISSIVE FOR ALL TO postern_app
            USING (workspace_id = (SELECT nullif(current_setting('app.workspace', true), '')::uuid))
            WITH CHECK (workspace_id = (SELECT nullif(current_setting('app.workspace', true), '')::uuid));
        CREATE FUNCTION f() RETURNS int LANGUAGE plpgsql AS $$ BEGIN RETURN 1; END $$;
    ";

    fn judge(sql: &str) -> Vec<String> {
        let mut schema = Schema::default();
        schema.read("test.sql", sql).expect("it is SQL");
        let mut exceptions = Exceptions::default();
        exceptions.global_table.push(GlobalTable {
            name: "workspace".to_owned(),
            reason: "the tenants themselves".to_owned(),
        });
        exceptions.function.push(Function {
            name: "f".to_owned(),
            file: "test.sql".to_owned(),
            reason: "it answers one".to_owned(),
        });
        faults(&schema, &exceptions)
    }

    #[test]
    fn a_sound_schema_passes() {
        assert_eq!(judge(GOOD), Vec::<String>::new());
    }

    #[test]
    fn each_missing_line_of_defence_is_named() {
        for (cut, fault) in [
            (
                "ALTER TABLE contact ENABLE ROW LEVEL SECURITY;",
                "contact (test.sql) lacks ENABLE",
            ),
            (
                "ALTER TABLE contact FORCE ROW LEVEL SECURITY;",
                "contact (test.sql) lacks FORCE",
            ),
            (
                "CREATE FUNCTION f() RETURNS int LANGUAGE plpgsql AS $$ BEGIN RETURN 1; END $$;",
                "docs/sql-exceptions.toml: f is not as",
            ),
        ] {
            let faults = judge(&GOOD.replace(cut, ""));
            assert_eq!(faults.len(), 1, "{faults:?}");
            assert!(faults[0].starts_with(fault), "{faults:?}");
        }
        let faults = judge(&format!("{GOOD} DROP POLICY tenant ON note;"));
        assert_eq!(faults, ["note (test.sql) lacks CREATE POLICY"]);
    }

    #[test]
    fn a_policy_that_opens_a_table_or_a_second_one_is_refused() {
        let one =
            "workspace_id = (SELECT nullif(current_setting('app.workspace', true), '')::uuid)";
        for more in [
            "CREATE POLICY support ON note USING (true);".to_owned(),
            "CREATE POLICY support ON note FOR SELECT TO postern_app USING (true);".to_owned(),
            "CREATE POLICY support ON note TO postern_definer, postern_app USING (true);".to_owned(),
            "CREATE POLICY support ON note TO postern_app, postern_definer USING (true);".to_owned(),
            format!("CREATE POLICY again ON note TO postern_app USING ({one}) WITH CHECK ({one});"),
            format!("DROP POLICY tenant ON note; CREATE POLICY tenant ON note TO postern_app USING ({one});"),
            format!(
                "DROP POLICY tenant ON note;
                 CREATE POLICY tenant ON note TO postern_app USING ({one} OR true) WITH CHECK ({one});"
            ),
        ] {
            let faults = judge(&format!("{GOOD} {more}"));
            assert!(
                faults.len() == 1 && faults[0].contains("word for word"),
                "{more}: {faults:?}"
            );
        }
        let narrow =
            "CREATE POLICY sight ON note AS RESTRICTIVE TO postern_app USING (id IS NOT NULL);";
        assert!(judge(&format!("{GOOD} {narrow}")).is_empty());
        let alone = judge(&format!("{GOOD} DROP POLICY tenant ON note; {narrow}"));
        assert_eq!(alone, ["note (test.sql) lacks CREATE POLICY"]);
        let mut schema = Schema::default();
        for hidden in [
            "ALTER POLICY tenant ON note USING (true);",
            "DO $$ BEGIN EXECUTE 'CREATE POLICY p ON note USING (true)'; END $$;",
        ] {
            schema.read("test.sql", GOOD).expect("it is SQL");
            assert!(schema.read("test.sql", hidden).is_err(), "{hidden}");
        }
    }

    #[test]
    fn a_function_that_is_made_or_replaced_elsewhere_waits_for_its_reader() {
        for more in [
            "CREATE FUNCTION g() RETURNS int LANGUAGE sql AS $$ SELECT 1 $$;",
            "CREATE OR REPLACE FUNCTION public.f() RETURNS int LANGUAGE sql SECURITY DEFINER AS $$ SELECT 2 $$;",
            "ALTER FUNCTION f() SECURITY DEFINER;",
        ] {
            let mut schema = Schema::default();
            schema
                .read(
                    "old.sql",
                    "CREATE FUNCTION f() RETURNS int LANGUAGE sql AS $$ SELECT 1 $$;",
                )
                .expect("it is SQL");
            schema.read("new.sql", more).expect("it is SQL");
            let mut exceptions = Exceptions::default();
            exceptions.function.push(Function {
                name: "f".to_owned(),
                file: "old.sql".to_owned(),
                reason: "it answers one".to_owned(),
            });
            let faults = faults(&schema, &exceptions);
            assert!(
                faults
                    .iter()
                    .any(|fault| fault.contains("in new.sql: read it")),
                "{more}: {faults:?}"
            );
        }
    }

    #[test]
    fn a_key_that_can_point_across_workspaces_is_refused() {
        let single = GOOD.replace(
            "FOREIGN KEY (workspace_id, contact_id) REFERENCES contact (workspace_id, id)",
            "FOREIGN KEY (contact_id) REFERENCES contact (id)",
        );
        assert_eq!(judge(&single).len(), 1);
        let on_the_column = GOOD.replace(
            "contact_id uuid NOT NULL,",
            "contact_id uuid NOT NULL REFERENCES contact,",
        );
        assert_eq!(judge(&on_the_column).len(), 1);
        let later = format!(
            "{GOOD} ALTER TABLE note ADD CONSTRAINT x FOREIGN KEY (id) REFERENCES contact (id);"
        );
        assert_eq!(judge(&later).len(), 1);
    }

    #[test]
    fn a_unique_key_over_all_workspaces_is_refused() {
        let column = GOOD.replace("name text CHECK", "name text UNIQUE CHECK");
        assert_eq!(judge(&column).len(), 1);
        let index = format!("{GOOD} CREATE UNIQUE INDEX x ON note (contact_id);");
        assert_eq!(judge(&index).len(), 1);
        let sound = format!(
            "{GOOD} CREATE UNIQUE INDEX x ON note (workspace_id, contact_id) WHERE id IS NOT NULL;"
        );
        assert_eq!(judge(&sound), Vec::<String>::new());
    }

    #[test]
    fn an_unlisted_table_without_a_workspace_is_refused() {
        let faults = judge(&format!(
            "{GOOD} CREATE TABLE forgotten (id uuid PRIMARY KEY);"
        ));
        assert_eq!(faults.len(), 1);
        assert!(faults[0].starts_with("forgotten"), "{faults:?}");
    }

    #[test]
    fn a_view_is_read_under_its_readers_policies_and_shows_the_workspace() {
        let view = "CREATE VIEW v WITH (security_invoker = true) AS SELECT c.workspace_id, c.id FROM contact c;";
        assert_eq!(judge(&format!("{GOOD} {view}")), Vec::<String>::new());
        assert_eq!(
            judge(&format!(
                "{GOOD} {}",
                view.replace("WITH (security_invoker = true) ", "")
            ))
            .len(),
            1
        );
        assert_eq!(
            judge(&format!("{GOOD} {}", view.replace("c.workspace_id, ", ""))).len(),
            1
        );
    }

    #[test]
    fn a_loop_over_named_tables_counts_for_them() {
        let looped = GOOD.replace("ALTER TABLE contact FORCE ROW LEVEL SECURITY;", "")
            + "DO $$ DECLARE t text; BEGIN FOREACH t IN ARRAY ARRAY['contact'] LOOP
                 EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', t); END LOOP; END $$;";
        assert_eq!(judge(&looped), Vec::<String>::new());
    }
}
