//! The preparation of a database, on a real PostgreSQL whose administrator is `POSTERN_TEST_ADMIN_URL`.

use std::str::FromStr;

use postern_domain::prepare::{self, Names, Passwords, Prepared};
use secrecy::{ExposeSecret, SecretString};
use sqlx::{
    AssertSqlSafe, Connection, PgConnection, PgPool,
    postgres::{PgConnectOptions, PgPoolOptions},
};

fn admin_url() -> SecretString {
    std::env::var("POSTERN_TEST_ADMIN_URL")
        .expect("POSTERN_TEST_ADMIN_URL must name a PostgreSQL and its administrator: postgres://postgres:…@…/postgres")
        .into()
}

/// Names of this run alone, with every sign that could end a quotation.
fn names(tag: &str) -> Names {
    let tag = format!("prep{}_{tag}", std::process::id());
    Names {
        database: format!("{tag} 'd\"b\\"),
        owner: format!("{tag}'ow\"ner"),
        app: format!("{tag}'a\\pp$do$"),
        definer: format!("{tag}'de\"finer"),
    }
}

fn given(word: &str) -> Passwords {
    Passwords {
        owner: Some(format!("o'\"\\ {word}").into()),
        app: Some(format!("a'\"\\%41 {word}").into()),
    }
}

async fn prepare(names: &Names, passwords: Passwords) -> Prepared {
    prepare::run(&admin_url(), names, passwords, || "made".into())
        .await
        .expect("the preparation runs")
}

async fn connect(url: &SecretString) -> Result<PgConnection, sqlx::Error> {
    PgConnection::connect_with(&PgConnectOptions::from_str(url.expose_secret())?).await
}

async fn execute(connection: &mut PgConnection, sql: &str) -> Result<(), sqlx::Error> {
    sqlx::raw_sql(AssertSqlSafe(sql.to_owned()))
        .execute(connection)
        .await
        .map(|_| ())
}

async fn pool(url: &SecretString) -> PgPool {
    let options = PgConnectOptions::from_str(url.expose_secret()).expect("url");
    PgPoolOptions::new()
        .max_connections(1)
        .connect_with(options)
        .await
        .expect("signs in")
}

/// What PostgreSQL keeps of the passwords: its tests' cluster may let everybody in, so signing in proves nothing.
async fn verifiers(names: &Names) -> [String; 2] {
    let mut admin = connect(&admin_url()).await.expect("administrator");
    let mut found = [String::new(), String::new()];
    for (verifier, role) in found.iter_mut().zip([&names.owner, &names.app]) {
        *verifier = sqlx::query_scalar("SELECT rolpassword FROM pg_authid WHERE rolname = $1")
            .bind(role)
            .fetch_one(&mut admin)
            .await
            .expect("the role has a password");
    }
    found
}

async fn remove(names: &Names) {
    let mut admin = connect(&admin_url()).await.expect("administrator");
    let ident = prepare::quote_ident;
    execute(
        &mut admin,
        &format!("DROP DATABASE {} WITH (FORCE)", ident(&names.database)),
    )
    .await
    .expect("drops");
    for role in [&names.app, &names.owner, &names.definer] {
        execute(&mut admin, &format!("DROP ROLE {}", ident(role)))
            .await
            .expect("drops");
    }
}

#[tokio::test]
async fn preparing_twice_makes_the_roles_once_and_keeps_their_passwords() {
    let names = names("twice");
    let first = prepare(&names, given("first")).await;
    assert!(first.database_made && first.owner_password_set && first.app_password_set);

    let mut owner = connect(&first.owner_url).await.expect("the owner signs in");
    execute(
        &mut owner,
        "CREATE TABLE kept (n int); INSERT INTO kept VALUES (7)",
    )
    .await
    .expect("the owner makes tables");

    let verifiers_made = verifiers(&names).await;
    let second = prepare(&names, Passwords::default()).await;
    assert!(!second.database_made && !second.owner_password_set && !second.app_password_set);
    let kept: i32 = sqlx::query_scalar("SELECT n FROM kept")
        .fetch_one(&mut owner)
        .await
        .expect("the row is kept");
    assert_eq!(kept, 7);

    assert_eq!(
        verifiers(&names).await,
        verifiers_made,
        "a password that was not given is left alone"
    );

    let mut app = connect(&first.app_url)
        .await
        .expect("the serving role signs in");
    let (idle, statement): (String, String) = sqlx::query_as(
        "SELECT current_setting('idle_in_transaction_session_timeout'), current_setting('statement_timeout')",
    )
    .fetch_one(&mut app)
    .await
    .expect("settings");
    assert_eq!((idle.as_str(), statement.as_str()), ("30s", "30s"));
    assert!(
        execute(&mut app, "CREATE TABLE mine (n int)")
            .await
            .is_err(),
        "the serving role makes no tables"
    );
    assert!(
        execute(&mut app, "SELECT n FROM kept").await.is_err(),
        "and reads nothing it was not granted"
    );

    prepare(&names, given("third")).await;
    let verifiers_set = verifiers(&names).await;
    assert!(verifiers_set[0] != verifiers_made[0] && verifiers_set[1] != verifiers_made[1]);
    remove(&names).await;
}

#[tokio::test]
async fn a_role_that_is_made_without_a_password_gets_the_generated_one() {
    let names = names("generated");
    let made = prepare(&names, Passwords::default()).await;
    assert!(
        made.app_url.expose_secret().contains(":made@")
            && made.owner_url.expose_secret().contains(":made@")
    );
    remove(&names).await;
}

#[tokio::test]
async fn the_roles_have_no_more_than_they_need() {
    let names = names("attributes");
    let made = prepare(&names, given("x")).await;
    let mut app = connect(&made.app_url).await.expect("signs in");
    let attributes: Vec<(String, bool, bool, bool)> = sqlx::query_as(
        "SELECT rolname::text, rolcanlogin, rolsuper OR rolbypassrls OR rolcreaterole,
                pg_has_role(oid, (SELECT oid FROM pg_roles WHERE rolname = $2), 'MEMBER')
           FROM pg_roles WHERE rolname = ANY ($1) ORDER BY rolname = $3, rolname = $4",
    )
    .bind(vec![
        names.definer.clone(),
        names.app.clone(),
        names.owner.clone(),
    ])
    .bind(&names.definer)
    .bind(&names.owner)
    .bind(&names.app)
    .fetch_all(&mut app)
    .await
    .expect("attributes");
    assert_eq!(
        attributes,
        [
            (names.definer.clone(), false, false, true),
            (names.app.clone(), true, false, false),
            (names.owner.clone(), true, false, true)
        ]
    );
    let public: bool = sqlx::query_scalar("SELECT has_schema_privilege('public', 'CREATE') OR has_database_privilege(current_database(), 'TEMP')")
        .fetch_one(&mut app)
        .await
        .expect("privileges");
    assert!(!public);
    remove(&names).await;
}

#[tokio::test]
async fn the_printed_script_does_the_same_in_psql() {
    let names = Names {
        database: format!("prep{}_printed", std::process::id()),
        ..names("printed")
    };
    let admin = admin_url();
    for _ in 0..2 {
        let script = prepare::sql(&names, &given("printed")).join("\n");
        let mut psql = std::process::Command::new("psql")
            .args(["--quiet", "--no-psqlrc", "--dbname", admin.expose_secret()])
            .stdin(std::process::Stdio::piped())
            .spawn()
            .expect("psql runs");
        std::io::Write::write_all(&mut psql.stdin.take().expect("stdin"), script.as_bytes())
            .expect("psql reads");
        assert!(psql.wait().expect("psql ends").success());
    }
    // Nothing is left to make, and the roles sign in with the passwords of the script.
    let made = prepare(&names, Passwords::default()).await;
    assert!(!made.database_made && !made.owner_password_set);
    let with_passwords = prepare(&names, given("printed")).await;
    assert_eq!(
        prepare::verify_serving_role(&pool(&with_passwords.app_url).await)
            .await
            .expect("asks"),
        [""; 0]
    );
    remove(&names).await;
}

#[tokio::test]
async fn a_serving_role_that_policies_would_not_bind_is_refused_with_every_reason() {
    let names = names("refused");
    let made = prepare(&names, given("x")).await;
    let mut owner = connect(&made.owner_url).await.expect("owner");
    let mut admin = connect(&made_admin(&names)).await.expect("administrator");
    let app = pool(&made.app_url).await;
    let verify = || async { prepare::verify_serving_role(&app).await.expect("asks") };
    let [app_name, owner_name] = [&names.app, &names.owner].map(|name| prepare::quote_ident(name));

    execute(
        &mut owner,
        "CREATE TABLE guarded (workspace_id uuid); ALTER TABLE guarded ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
         CREATE TABLE routing (hash text)",
    )
    .await
    .expect("tables");
    assert_eq!(
        verify().await,
        [""; 0],
        "a plain role and guarded tables are served"
    );

    execute(
        &mut owner,
        "CREATE TABLE open (workspace_id uuid);
         CREATE TABLE unforced (workspace_id uuid); ALTER TABLE unforced ENABLE ROW LEVEL SECURITY",
    )
    .await
    .expect("tables");
    execute(
        &mut admin,
        &format!("GRANT CREATE ON SCHEMA public TO {app_name}"),
    )
    .await
    .expect("grants");
    execute(&mut admin, &format!("GRANT {owner_name} TO {app_name}"))
        .await
        .expect("grants");
    let mut as_app = connect(&made.app_url).await.expect("app");
    execute(&mut as_app, "CREATE TABLE own (n int)")
        .await
        .expect("makes");
    let all = verify().await;
    for part in [
        "owns public.own",
        "owns the database",
        "public.open holds",
        "public.unforced holds",
    ] {
        assert_eq!(
            all.iter().filter(|fault| fault.contains(part)).count(),
            1,
            "{part}: {all:#?}"
        );
    }

    execute(
        &mut admin,
        &format!("REVOKE {owner_name} FROM {app_name}; DROP TABLE own, open, unforced"),
    )
    .await
    .expect("mends");
    assert_eq!(verify().await, [""; 0]);

    drop((owner, as_app));
    app.close().await;
    admin.close().await.expect("closes");
    remove(&names).await;
}

#[tokio::test]
async fn each_power_that_would_bypass_policies_is_named_and_preparing_again_takes_it_back() {
    let names = names("powers");
    let made = prepare(&names, given("x")).await;
    let mut admin = connect(&made_admin(&names)).await.expect("administrator");
    let app = pool(&made.app_url).await;
    let verify = || async { prepare::verify_serving_role(&app).await.expect("asks") };
    let [app_name, owner_name, definer_name] =
        [&names.app, &names.owner, &names.definer].map(|name| prepare::quote_ident(name));

    for (fault, mend, part) in [
        (
            format!("GRANT {definer_name} TO {app_name}"),
            format!("REVOKE {definer_name} FROM {app_name}"),
            "definer functions",
        ),
        (
            format!("ALTER ROLE {app_name} BYPASSRLS"),
            format!("ALTER ROLE {app_name} NOBYPASSRLS"),
            "is BYPASSRLS",
        ),
        (
            format!("ALTER ROLE {app_name} REPLICATION"),
            format!("ALTER ROLE {app_name} NOREPLICATION"),
            "is REPLICATION",
        ),
        power(&app_name, "pg_read_all_data"),
        power(&app_name, "pg_write_all_data"),
        power(&app_name, "pg_read_server_files"),
        power(&app_name, "pg_write_server_files"),
        power(&app_name, "pg_execute_server_program"),
        (
            format!("ALTER ROLE {app_name} CREATEROLE"),
            format!("ALTER ROLE {app_name} NOCREATEROLE"),
            "is CREATEROLE",
        ),
        (
            format!("ALTER ROLE {app_name} SUPERUSER"),
            format!("ALTER ROLE {app_name} NOSUPERUSER"),
            "is SUPERUSER",
        ),
    ] {
        execute(&mut admin, &fault).await.expect("breaks");
        let found = verify().await;
        assert!(
            found.len() == 1 && found[0].contains(part),
            "{part}: {found:#?}"
        );
        execute(&mut admin, &mend).await.expect("mends");
    }
    assert_eq!(verify().await, [""; 0]);

    // Preparing again takes back what a hand granted.
    execute(
        &mut admin,
        &format!(
            "GRANT {owner_name}, pg_read_all_data TO {app_name}; ALTER ROLE {app_name} BYPASSRLS REPLICATION"
        ),
    )
    .await
    .expect("breaks");
    prepare(&names, Passwords::default()).await;
    assert_eq!(verify().await, [""; 0]);
    app.close().await;
    admin.close().await.expect("closes");
    remove(&names).await;
}

/// A role of PostgreSQL's own, given and taken back.
fn power(app: &str, role: &'static str) -> (String, String, &'static str) {
    (
        format!("GRANT {role} TO {app}"),
        format!("REVOKE {role} FROM {app}"),
        role,
    )
}

#[tokio::test]
async fn a_second_database_on_the_same_roles_is_refused_before_anything_is_made() {
    let names = names("shared");
    prepare(&names, given("first")).await;
    let verifiers_made = verifiers(&names).await;
    let second = Names {
        database: format!("{}_second", names.database),
        ..names.clone()
    };
    let refused = prepare::run(&admin_url(), &second, given("second"), || "made".into()).await;
    let words = refused.expect_err("it is refused").to_string();
    assert!(words.contains("another database on this server"), "{words}");
    assert_eq!(verifiers(&names).await, verifiers_made);
    let mut admin = connect(&admin_url()).await.expect("administrator");
    let made: bool =
        sqlx::query_scalar("SELECT EXISTS (SELECT FROM pg_database WHERE datname = $1)")
            .bind(&second.database)
            .fetch_one(&mut admin)
            .await
            .expect("asks");
    assert!(!made);
    remove(&names).await;
}

/// The administrator, in the database that was made.
fn made_admin(names: &Names) -> SecretString {
    let mut url = url::Url::parse(admin_url().expose_secret()).expect("url");
    url.set_path("");
    url.path_segments_mut()
        .expect("path")
        .push(&names.database.replace('%', "%25"));
    String::from(url).into()
}
