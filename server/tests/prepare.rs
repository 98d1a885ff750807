//! `postern db prepare` as an operator sees it, on the PostgreSQL whose administrator is `POSTERN_TEST_ADMIN_URL`.

use std::{
    fs,
    io::{BufRead as _, BufReader, Read as _, Write as _},
    net::{TcpListener, TcpStream},
    process::{Command, Stdio},
};

use clap::{Args as _, FromArgMatches as _};
use postern_server::{config::os_random, prepare::Prepare};

fn admin_url() -> String {
    std::env::var("POSTERN_TEST_ADMIN_URL")
        .expect("POSTERN_TEST_ADMIN_URL must name a PostgreSQL and its administrator: postgres://postgres:…@…/postgres")
}

fn command(arguments: &[&str]) -> Prepare {
    let tag = format!("cli{}", std::process::id());
    let names =
        ["database", "owner", "app", "definer"].map(|name| format!("--{name}={tag}_{name}"));
    let all = ["prepare".to_owned()]
        .into_iter()
        .chain(names)
        .chain(arguments.iter().map(|a| (*a).to_owned()));
    let matches = Prepare::augment_args(clap::Command::new("prepare"))
        .try_get_matches_from(all)
        .expect("arguments");
    Prepare::from_arg_matches(&matches).expect("arguments")
}

async fn run(arguments: &[&str]) -> String {
    let mut out = Vec::new();
    command(arguments)
        .run(&os_random, &mut out)
        .await
        .expect("prepares");
    String::from_utf8(out).expect("text")
}

#[tokio::test]
async fn it_tells_the_two_variables_once_and_the_second_run_keeps_the_passwords() {
    let admin = format!("--admin-url={}", admin_url());
    let first = run(&[&admin]).await;
    assert!(first.starts_with("# The database is made."), "{first}");
    let urls: Vec<_> = first
        .lines()
        .filter_map(|line| line.split_once('='))
        .collect();
    assert_eq!(
        urls.iter().map(|(name, _)| *name).collect::<Vec<_>>(),
        ["DATABASE_URL", "DATABASE_OWNER_URL"]
    );
    for (name, url) in urls {
        let asked = Command::new("psql")
            .args(["-XAtc", "SELECT current_user", "-d", url])
            .output()
            .expect("psql");
        let role = String::from_utf8_lossy(&asked.stdout).trim().to_owned();
        let end = if name == "DATABASE_URL" {
            "_app"
        } else {
            "_owner"
        };
        assert!(
            role.ends_with(end),
            "{name}: {role} {}",
            String::from_utf8_lossy(&asked.stderr)
        );
    }
    let second = run(&[&admin]).await;
    assert!(
        second.starts_with("# The database is as it should be."),
        "{second}"
    );
    assert_eq!(
        second
            .matches("with the password that this role has")
            .count(),
        2,
        "{second}"
    );

    let tag = format!("cli{}", std::process::id());
    for sql in [
        format!("DROP DATABASE {tag}_database WITH (FORCE)"),
        format!("DROP ROLE {tag}_app, {tag}_owner, {tag}_definer"),
    ] {
        let dropped = Command::new("psql")
            .args(["-Xqc", &sql, "-d", &admin_url()])
            .status()
            .expect("psql");
        assert!(dropped.success(), "{sql}");
    }
}

fn psql(url: &str, sql: &str) {
    let ran = Command::new("psql").args(["-Xqc", sql, "-d", url]).status();
    assert!(ran.expect("psql").success(), "{sql}");
}

#[test]
fn the_program_migrates_and_serves_what_was_prepared_and_refuses_a_role_that_bypasses_policies() {
    let tag = format!("serve{}", std::process::id());
    let folder = tempfile::tempdir().expect("a folder");
    fs::write(
        folder.path().join("site.json"),
        r#"{"pkg":"pkg/none","name":"postern"}"#,
    )
    .expect("a file");
    let port = {
        let free = TcpListener::bind("127.0.0.1:0").expect("a port");
        free.local_addr().expect("its address").port()
    };
    let postern = |arguments: &[&str], urls: &[(&str, &str)]| {
        let mut program = Command::new(env!("CARGO_BIN_EXE_postern"));
        program
            .args(arguments)
            .env_clear()
            .env("PATH", std::env::var_os("PATH").unwrap_or_default())
            .env("POSTERN_DATA", folder.path().join("data"))
            .env("POSTERN_SITE", folder.path())
            .env("POSTERN_LISTEN", format!("127.0.0.1:{port}"))
            .envs(urls.iter().copied())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        program
    };
    let run = |arguments: &[&str], urls: &[(&str, &str)]| {
        let ran = postern(arguments, urls).output().expect("it runs");
        let said = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        (ran.status.success(), said(&ran.stdout), said(&ran.stderr))
    };

    // The roles' usual names: the migrations grant to them.
    let (admin, database) = (admin_url(), format!("--database={tag}"));
    let prepare = ["db", "prepare", "--admin-url", &admin, &database];
    let (prepared, told, err) = run(&prepare, &[]);
    assert!(prepared, "{err}");
    let url = |name: &str| {
        let told = told.lines().find_map(|line| line.strip_prefix(name));
        let told = told.and_then(|url| url.strip_prefix('='));
        let url = told.and_then(|url| url.split_whitespace().next());
        url.expect("a variable to set").to_owned()
    };
    let (app, owner) = (url("DATABASE_URL"), url("DATABASE_OWNER_URL"));
    let urls = [("DATABASE_URL", &*app), ("DATABASE_OWNER_URL", &*owner)];
    let (migrated, out, err) = run(&["db", "migrate"], &urls);
    assert!(migrated && out == "The schema is up to date.\n", "{err}");

    // As the serving role alone, which could not migrate.
    let mut serving = postern(&["serve"], &urls[..1]).spawn().expect("it starts");
    let out = serving.stdout.take().expect("a pipe");
    let link = BufReader::new(out)
        .lines()
        .map_while(Result::ok)
        .find(|line| line.contains("/setup#"));
    assert!(link.is_some(), "it serves");
    let mut asking = TcpStream::connect(("127.0.0.1", port)).expect("it listens");
    asking
        .write_all(b"GET /health/ready HTTP/1.0\r\n\r\n")
        .expect("asked");
    let mut answer = String::new();
    asking.read_to_string(&mut answer).expect("answered");
    serving.kill().expect("it is ours");
    serving.wait().expect("it ends");
    assert!(answer.starts_with("HTTP/1.0 200"), "{answer}");

    // The tests' own serving role is everybody's here: another one that bypasses policies stands for it.
    let bypass = format!("{tag}_bypass");
    psql(
        &admin,
        &format!("CREATE ROLE {bypass} LOGIN BYPASSRLS IN ROLE postern_app"),
    );
    let as_bypass = app.replacen("postern_app", &bypass, 1);
    assert_ne!(as_bypass, app);
    let (served, _, err) = run(&["serve"], &[("DATABASE_URL", &as_bypass)]);
    psql(&admin, &format!("DROP DATABASE {tag} WITH (FORCE)"));
    psql(&admin, &format!("DROP ROLE {bypass}"));
    assert!(
        !served && err.contains(&format!("the serving role {bypass} is BYPASSRLS")),
        "{err}"
    );
}

#[tokio::test]
async fn printing_asks_no_server() {
    let script = run(&["--print", "--owner-password=it's"]).await;
    assert!(script.contains("PASSWORD 'it''s';"), "{script}");
    assert!(
        script.contains("\\gexec") && script.contains("\\connect"),
        "{script}"
    );
    assert_eq!(
        script.matches(" PASSWORD '").count(),
        2,
        "both roles get one: {script}"
    );
}
