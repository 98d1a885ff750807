//! `postern db prepare` as an operator sees it, on the PostgreSQL whose administrator is `POSTERN_TEST_ADMIN_URL`.

use std::process::Command;

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
