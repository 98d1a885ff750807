//! The private PostgreSQL, run for real in folders of its own: what a crash, a second start or an odd path does to it.

use std::{
    fs,
    io::{BufRead as _, BufReader},
    os::unix::fs::PermissionsExt as _,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    time::{Duration, Instant},
};

use postern_server::{
    config::os_random,
    postgres::{Data, Error, Private},
};
use secrecy::{ExposeSecret as _, SecretString};

struct Home(tempfile::TempDir);

impl Home {
    fn new() -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        open_to_all(folder.path());
        for name in ["data", "elsewhere", "run"] {
            fs::create_dir(folder.path().join(name)).expect("a folder");
            open_to_all(&folder.path().join(name));
        }
        Self(folder)
    }

    fn data(&self) -> Data {
        let at = |name: &str| self.0.path().join(name);
        Data {
            elsewhere: at("elsewhere"),
            socket_folders: vec![at("run")],
            ..Data::new(at("data"))
        }
    }

    fn cluster(&self) -> PathBuf {
        self.0.path().join("data/postgres/cluster")
    }
}

fn open_to_all(folder: &Path) {
    fs::set_permissions(folder, fs::Permissions::from_mode(0o711)).expect("sets the mode");
}

fn start(data: &Data) -> Private {
    Private::start(data, &os_random).unwrap_or_else(|error| panic!("PostgreSQL starts: {error}"))
}

fn refusal(data: &Data) -> String {
    Private::start(data, &os_random)
        .expect_err("this start is refused")
        .to_string()
}

fn ask(url: &SecretString, sql: &str) -> Result<String, String> {
    let output = Command::new("psql")
        .args([
            "--no-psqlrc",
            "--no-password",
            "--tuples-only",
            "--no-align",
            "--quiet",
            "--command",
            sql,
        ])
        .args(["--dbname", url.expose_secret()])
        .output()
        .expect("psql runs");
    let said = |bytes: &[u8]| String::from_utf8_lossy(bytes).trim().to_owned();
    if output.status.success() {
        Ok(said(&output.stdout))
    } else {
        Err(said(&output.stderr))
    }
}

fn fill(url: &SecretString) {
    ask(
        url,
        "CREATE TABLE kept AS SELECT generate_series(1, 1000) AS n",
    )
    .expect("the owner writes");
}

fn count(url: &SecretString) -> Result<String, String> {
    ask(url, "SELECT count(*) FROM kept")
}

fn postmaster(cluster: &Path) -> Option<u32> {
    fs::read_to_string(cluster.join("postmaster.pid"))
        .ok()?
        .lines()
        .next()?
        .trim()
        .parse()
        .ok()
}

fn kill_9(pid: u32) {
    assert!(
        Command::new("kill")
            .args(["-9", &pid.to_string()])
            .status()
            .expect("kill runs")
            .success()
    );
}

/// Asks again and again, for at most half a minute.
fn until<T>(what: &str, mut ask: impl FnMut() -> Option<T>) -> T {
    let since = Instant::now();
    loop {
        if let Some(answer) = ask() {
            return answer;
        }
        assert!(
            since.elapsed() < Duration::from_secs(30),
            "not within 30 s: {what}"
        );
        std::thread::yield_now();
    }
}

fn is_root() -> bool {
    rustix::process::geteuid().is_root()
}

#[test]
fn a_killed_postmaster_comes_back_by_itself_with_every_row() {
    let home = Home::new();
    let private = start(&home.data());
    fill(private.owner_url());
    let first = postmaster(&home.cluster()).expect("it runs");
    kill_9(first);
    until("another postmaster answers", || {
        postmaster(&home.cluster())
            .filter(|pid| *pid != first)
            .and_then(|_| count(private.owner_url()).ok())
    });
    assert_eq!(count(private.owner_url()).expect("answers"), "1000");
    private.stop();
    assert_eq!(
        postmaster(&home.cluster()),
        None,
        "a stop leaves nothing behind"
    );

    let again = start(&home.data());
    assert_eq!(count(again.owner_url()).expect("answers"), "1000");
}

/// Also the program that is killed: run with this variable, the test owns a cluster until somebody ends it.
const OWNED: &str = "POSTERN_TEST_OWNED_FOLDER";

#[test]
fn a_killed_postern_takes_postgres_down_cleanly_and_starts_again_with_every_row() {
    if let Some(folder) = std::env::var_os(OWNED) {
        let data = Data::new(folder);
        let private = start(&data);
        println!("\nowned {}", private.owner_url().expose_secret());
        let _ = std::io::stdin().read_line(&mut String::new());
        return;
    }
    let home = Home::new();
    // The database may stand on a disk of its own: a live server is known by its folder, links resolved.
    let disk = home.0.path().join("disk");
    fs::create_dir(&disk).expect("another disk");
    open_to_all(&disk);
    std::os::unix::fs::symlink(&disk, home.data().folder.join("postgres")).expect("links");
    for round in 0..3 {
        let mut owner = Command::new(std::env::current_exe().expect("this program"))
            .args([
                "--exact",
                "a_killed_postern_takes_postgres_down_cleanly_and_starts_again_with_every_row",
            ])
            .arg("--nocapture")
            .env(OWNED, home.data().folder)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("the owner runs");
        let lines = BufReader::new(owner.stdout.take().expect("stdout")).lines();
        let url = lines
            .map_while(Result::ok)
            .find_map(|line| {
                line.strip_prefix("owned ")
                    .map(|url| SecretString::from(url.to_owned()))
            })
            .expect("the owner starts its cluster");
        if round == 0 {
            fill(&url);
        }
        assert_eq!(count(&url).expect("answers"), "1000", "round {round}");
        owner.kill().expect("kill -9");
        owner.wait().expect("it is dead");
        if round == 1 {
            continue; // this time the next owner is there before PostgreSQL has ended
        }
        until("PostgreSQL has shut down", || {
            postmaster(&home.cluster()).is_none().then_some(())
        });
    }
    let log = fs::read_to_string(home.data().folder.join("postgres.log")).expect("its log");
    assert!(
        !log.contains("not properly shut down"),
        "every shutdown was clean:\n{log}"
    );
    let again = start(&home.data());
    assert_eq!(count(again.owner_url()).expect("answers"), "1000");
}

#[test]
fn a_pid_file_that_names_a_stranger_does_not_hold_up_the_start() {
    let home = Home::new();
    start(&home.data()).stop();
    // A process of PostgreSQL's own user, as after a reboot that gave the number to somebody else.
    let mut stranger = if is_root() {
        let mut command = Command::new("setpriv");
        command.args([
            "--reuid=postgres",
            "--regid=postgres",
            "--clear-groups",
            "--",
            "sleep",
            "600",
        ]);
        command
    } else {
        let mut command = Command::new("sleep");
        command.arg("600");
        command
    }
    .spawn()
    .expect("a stranger runs");
    let pid_file = home.cluster().join("postmaster.pid");
    fs::write(
        &pid_file,
        format!(
            "{}\n{}\n0\n5432\n\n\n\nready\n",
            stranger.id(),
            home.cluster().display()
        ),
    )
    .expect("writes");
    let private = start(&home.data());
    assert_eq!(ask(private.app_url(), "SELECT 1").expect("answers"), "1");
    assert_eq!(
        stranger.try_wait().expect("looks"),
        None,
        "the stranger is left alone"
    );
    stranger.kill().expect("ends");
    stranger.wait().expect("ended");
}

#[test]
fn a_second_start_on_one_folder_is_refused_in_plain_words_and_harms_nothing() {
    let home = Home::new();
    let private = start(&home.data());
    fill(private.owner_url());
    let first = postmaster(&home.cluster());
    let said = refusal(&home.data());
    let us = std::process::id();
    assert!(
        said.contains(&format!(
            "another Postern (process {us}) uses the data folder"
        )),
        "{said}"
    );
    assert!(said.contains("POSTERN_DATA"), "{said}");
    assert_eq!(postmaster(&home.cluster()), first);
    assert_eq!(count(private.owner_url()).expect("answers"), "1000");
    drop(private);
    start(&home.data()).stop();
}

#[test]
fn a_path_too_long_for_a_socket_gets_a_short_one() {
    let home = Home::new();
    let deep = home.0.path().join("data").join("long-".repeat(20));
    fs::create_dir(&deep).expect("a folder");
    open_to_all(&deep);
    let data = Data {
        folder: deep.clone(),
        ..home.data()
    };
    let private = start(&data);
    assert_eq!(ask(private.app_url(), "SELECT 1").expect("answers"), "1");
    assert!(
        deep.join("postgres/cluster/PG_VERSION").exists(),
        "the cluster itself stays with the data"
    );
    let short: Vec<_> = fs::read_dir(home.0.path().join("run"))
        .expect("reads")
        .flatten()
        .collect();
    assert_eq!(short.len(), 1);
    assert_eq!(
        short[0].metadata().expect("looks").permissions().mode() & 0o777,
        0o700
    );
    private.stop();

    let nowhere = Data {
        socket_folders: vec![deep],
        ..data
    };
    assert!(
        refusal(&nowhere).contains("107 bytes"),
        "{}",
        refusal(&nowhere)
    );
}

#[test]
fn a_cluster_of_another_version_is_left_alone_and_says_what_to_do() {
    let home = Home::new();
    start(&home.data()).stop();
    let version = home.cluster().join("PG_VERSION");
    let made = fs::read_to_string(&version).expect("reads");
    fs::write(&version, "14\n").expect("writes");
    let said = refusal(&home.data());
    assert!(
        said.contains("made by PostgreSQL 14") && said.contains("postgresql-14"),
        "{said}"
    );
    assert!(said.contains("pg_upgrade"), "{said}");
    fs::write(&version, made).expect("writes");
    start(&home.data()).stop();
}

#[test]
fn a_folder_that_postgres_may_not_enter_sends_the_cluster_elsewhere() {
    let home = Home::new();
    let folder = home.data().folder;
    fs::set_permissions(&folder, fs::Permissions::from_mode(0o700)).expect("closes");
    let private = start(&home.data());
    fill(private.owner_url());
    let elsewhere = fs::read_dir(home.data().elsewhere).expect("reads").count();
    if is_root() {
        assert_eq!((elsewhere, folder.join("postgres").exists()), (1, false));
    } else {
        assert_eq!((elsewhere, folder.join("postgres").exists()), (0, true));
    }
    private.stop();
    let again = start(&home.data());
    assert_eq!(count(again.owner_url()).expect("answers"), "1000");
    again.stop();

    // A copy of the data folder speaks of the same cluster: it may not take it from the original.
    if is_root() {
        let copy = home.0.path().join("copy");
        fs::create_dir(&copy).expect("makes");
        fs::copy(folder.join("postgres.toml"), copy.join("postgres.toml")).expect("copies");
        let original = start(&home.data());
        assert!(
            refusal(&Data {
                folder: copy,
                ..home.data()
            })
            .contains("another Postern")
        );
        drop(original);
    }
}

#[test]
fn nobody_signs_in_without_the_kept_password_and_nobody_else_can_read_it() {
    let home = Home::new();
    let private = start(&home.data());
    for url in [private.owner_url(), private.app_url()] {
        let (before, after) = url.expose_secret().split_once('@').expect("a password");
        let wrong = format!("{}0@{after}", &before[..before.len() - 2]);
        let said = ask(&wrong.into(), "SELECT 1").expect_err("a wrong password is refused");
        assert!(said.contains("password authentication failed"), "{said}");
    }
    let file = home.data().folder.join("postgres.toml");
    assert_eq!(
        fs::metadata(&file).expect("looks").permissions().mode() & 0o777,
        0o600
    );
    for leftover in ["data/postgres/password", "data/postgres/making"] {
        assert!(
            !home.0.path().join(leftover).exists(),
            "{leftover} was removed"
        );
    }
    assert_eq!(
        ask(private.app_url(), "SHOW data_checksums").expect("answers"),
        "on"
    );
    assert_eq!(
        ask(private.app_url(), "SHOW listen_addresses").expect("answers"),
        ""
    );
    private.stop();

    fs::rename(&file, file.with_extension("away")).expect("loses it");
    let said = refusal(&home.data());
    assert!(
        said.contains("its passwords in") && said.contains("bring that file back"),
        "{said}"
    );
    fs::rename(file.with_extension("away"), &file).expect("brings it back");
    start(&home.data()).stop();
}

#[test]
fn a_cluster_half_made_by_a_crash_is_made_anew() {
    let home = Home::new();
    let half = home.0.path().join("data/postgres/making/base");
    fs::create_dir_all(&half).expect("half a cluster");
    open_to_all(&home.0.path().join("data/postgres"));
    fs::write(half.parent().expect("parent").join("PG_VERSION"), "15\n").expect("writes");
    start(&home.data()).stop();
}

#[test]
fn a_user_that_does_not_exist_is_named() {
    let home = Home::new();
    let data = Data {
        user: "no-such-user".into(),
        ..home.data()
    };
    if is_root() {
        assert!(
            matches!(Private::start(&data, &os_random), Err(Error::NoUser(user)) if user == "no-such-user")
        );
    } else {
        start(&data).stop();
    }
}
