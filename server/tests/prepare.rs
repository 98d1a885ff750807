//! `postern db prepare` as an operator sees it, on the PostgreSQL whose administrator is `POSTERN_TEST_ADMIN_URL`.

use std::{
    fs,
    io::{BufRead as _, BufReader, Read as _, Write as _},
    net::{TcpListener, TcpStream},
    os::unix::fs::PermissionsExt as _,
    path::Path,
    process::{Command, Stdio},
};

use clap::{Args as _, FromArgMatches as _};
use postern_server::{
    config::os_random,
    postgres::{Data, Private},
    prepare::Prepare,
};
use secrecy::ExposeSecret as _;
use url::Url;

fn parse(arguments: &[&str]) -> Result<Prepare, clap::Error> {
    let all = ["prepare"].iter().chain(arguments);
    let matches = Prepare::augment_args(clap::Command::new("prepare")).try_get_matches_from(all)?;
    Prepare::from_arg_matches(&matches)
}

async fn run(arguments: &[&str]) -> Result<String, String> {
    let mut out = Vec::new();
    let prepare = parse(arguments).expect("arguments");
    let outcome = prepare.run(&os_random, &mut out).await;
    outcome.map_err(|error| error.to_string())?;
    Ok(String::from_utf8(out).expect("text"))
}

/// The roles of this server own the tests' databases: it has its installation.
#[tokio::test]
async fn a_second_installation_on_one_server_is_refused_in_plain_words() {
    let admin = std::env::var("POSTERN_TEST_ADMIN_URL").expect(
        "POSTERN_TEST_ADMIN_URL must name a PostgreSQL and its administrator: postgres://postgres:…@…/postgres",
    );
    let admin = format!("--admin-url={admin}");
    let refused = run(&[&admin, "--database=second"])
        .await
        .expect_err("it is refused");
    assert!(
        refused.contains("the roles of Postern serve another database on this server already"),
        "{refused}"
    );
}

fn psql(url: &str, sql: &str) {
    let ran = Command::new("psql").args(["-Xqc", sql, "-d", url]).status();
    assert!(ran.expect("psql").success(), "{sql}");
}

#[test]
fn the_program_migrates_and_serves_what_was_prepared_and_refuses_a_role_that_bypasses_policies() {
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

    let somebodys = somebodys_postgresql(folder.path());
    let admin = administrator(folder.path(), &somebodys);
    let (prepared, told, err) = run(&["db", "prepare", "--admin-url", &admin], &[]);
    assert!(prepared, "{err}");
    let url = |name: &str| {
        let told = told.lines().find_map(|line| line.strip_prefix(name));
        let told = told.and_then(|url| url.strip_prefix('='));
        let url = told.and_then(|url| url.split_whitespace().next());
        url.expect("a variable to set").to_owned()
    };
    assert!(
        told.starts_with("# The database is as it should be."),
        "{told}"
    );
    assert_eq!(url("DATABASE_URL").matches("postern_app").count(), 1);
    // Its passwords are the ones that were made with it.
    let [app, owner] =
        [somebodys.app_url(), somebodys.owner_url()].map(|url| url.expose_secret().to_owned());
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

    psql(&admin, "ALTER ROLE postern_app BYPASSRLS");
    let (served, _, err) = run(&["serve"], &urls[..1]);
    somebodys.stop();
    assert!(
        !served && err.contains("the serving role postern_app is BYPASSRLS"),
        "{err}"
    );
}

/// A server of one's own in that folder: the tests' shared one has its installation.
fn somebodys_postgresql(folder: &Path) -> Private {
    let open = |folder: &Path| {
        fs::set_permissions(folder, fs::Permissions::from_mode(0o711)).expect("sets the mode");
    };
    let place = folder.join("somebodys");
    fs::create_dir(&place).expect("a folder");
    open(folder);
    open(&place);
    let data = Data {
        elsewhere: place.clone(),
        ..Data::new(place)
    };
    Private::start(&data, &os_random).expect("PostgreSQL starts")
}

/// The address of its administrator.
fn administrator(folder: &Path, server: &Private) -> String {
    let kept = fs::read_to_string(folder.join("somebodys/postgres.toml")).expect("its passwords");
    let password = kept
        .lines()
        .find_map(|line| line.strip_prefix("superuser_password = "))
        .expect("the administrator's");
    let mut url = Url::parse(server.owner_url().expose_secret()).expect("an address");
    url.set_username("postgres").expect("a name");
    url.set_password(Some(password.trim_matches('"')))
        .expect("a password");
    url.set_path("/postgres");
    url.into()
}

#[tokio::test]
async fn printing_asks_no_server() {
    let script = run(&["--print", "--owner-password=it's"])
        .await
        .expect("prints");
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
    assert!(
        script.contains("another database on this server"),
        "{script}"
    );
}

/// The migrations know the roles by name: other roles would make a database that cannot be migrated.
#[test]
fn the_roles_have_fixed_names() {
    for role in ["owner", "app", "definer"] {
        assert!(parse(&["--print", &format!("--{role}=other")]).is_err());
    }
}
