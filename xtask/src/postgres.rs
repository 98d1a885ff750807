//! A private PostgreSQL for tests: made in a second, thrown away at the end.

use std::os::unix::fs::{DirBuilderExt, MetadataExt};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

use crate::shell;

const OLDEST: u32 = 15;

/// A running cluster. Dropping it stops it and removes its folder.
pub struct Postgres {
    server: Child,
    folder: PathBuf,
    bin: PathBuf,
}

impl Postgres {
    /// Starts a cluster with the roles of `docs/OPERATIONS.md` and an empty database `postern_test`.
    ///
    /// It must be called from the main thread: the server is told to end with the thread that started it.
    pub fn start() -> Result<Self> {
        let bin = binaries()?;
        let user = run_as()?;
        // A socket's path may have 107 bytes, and another user must be able to reach it.
        let folder = PathBuf::from(format!("/tmp/postern-test-{}", std::process::id()));
        if folder.exists() {
            std::fs::remove_dir_all(&folder)?;
        }
        std::fs::DirBuilder::new().mode(0o700).create(&folder)?;
        if let Some(user) = &user {
            std::os::unix::fs::chown(&folder, Some(user.uid), Some(user.gid))?;
        }
        let data = folder.join("data");
        let mut initdb = lowered(&bin.join("initdb"), user.as_ref(), &folder);
        initdb.arg("-D").arg(&data).args([
            "-U",
            "postgres",
            "-A",
            "trust",
            "-E",
            "UTF8",
            "--locale=C.UTF-8",
            "--no-sync",
        ]);
        shell::output(&mut initdb).context("initdb failed")?;

        let mut server = lowered(&bin.join("postgres"), user.as_ref(), &folder);
        server.arg("-D").arg(&data);
        for setting in [
            "listen_addresses=",
            &format!("unix_socket_directories={}", folder.display()),
            "unix_socket_permissions=0700",
            // What is lost with the machine is lost with the tests: durability buys nothing here.
            "fsync=off",
            "synchronous_commit=off",
            "full_page_writes=off",
            "max_connections=300",
            "shared_buffers=256MB",
            "max_wal_size=4GB",
            "log_min_messages=fatal",
            "log_destination=stderr",
        ] {
            server.args(["-c", setting]);
        }
        let log = std::fs::File::create(folder.join("log"))?;
        server
            .stdin(Stdio::null())
            .stdout(log.try_clone()?)
            .stderr(log);
        // Ctrl-C in the terminal is for us; we stop the server when its users are gone.
        std::os::unix::process::CommandExt::process_group(&mut server, 0);
        let server = shell::spawn(&mut server)?;
        let mut cluster = Self {
            server,
            folder,
            bin,
        };
        cluster.wait_until_ready(&data)?;
        cluster.prepare()?;
        Ok(cluster)
    }

    fn wait_until_ready(&mut self, data: &Path) -> Result<()> {
        let deadline = Instant::now() + Duration::from_secs(30);
        loop {
            let ready = std::fs::read_to_string(data.join("postmaster.pid")).is_ok_and(|text| {
                text.lines()
                    .nth(7)
                    .is_some_and(|line| line.trim() == "ready")
            });
            if ready {
                return Ok(());
            }
            if self.server.try_wait()?.is_some()
                || Instant::now() > deadline
                || shell::interrupted()
            {
                let log = std::fs::read_to_string(self.folder.join("log")).unwrap_or_default();
                bail!("PostgreSQL did not start: {}", shell::tail(&log, 8));
            }
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    /// Roles belong to the cluster and not to a database, so no migration can make them.
    fn prepare(&self) -> Result<()> {
        self.psql("postgres", "postgres", |psql| {
            for line in [
                "CREATE ROLE postern_owner LOGIN CREATEDB NOSUPERUSER NOBYPASSRLS",
                "CREATE ROLE postern_app LOGIN NOSUPERUSER NOBYPASSRLS",
                "CREATE ROLE postern_definer NOLOGIN NOSUPERUSER NOBYPASSRLS",
                "GRANT postern_definer TO postern_owner",
                "CREATE DATABASE postern_test OWNER postern_owner",
            ] {
                psql.args(["-c", line]);
            }
        })
    }

    /// Makes an empty database of the owner's.
    pub fn create_database(&self, name: &str) -> Result<()> {
        self.psql("postgres", "postgres", |psql| {
            psql.args(["-c", &format!("CREATE DATABASE {name} OWNER postern_owner")]);
        })
    }

    /// Applies every migration in the order of their names, each in a transaction of its own.
    pub fn migrate(&self, database: &str, migrations: &Path) -> Result<()> {
        let mut files: Vec<PathBuf> = std::fs::read_dir(migrations)
            .with_context(|| format!("{} is missing", migrations.display()))?
            .flatten()
            .map(|entry| entry.path())
            .filter(|path| path.extension().is_some_and(|end| end == "sql"))
            .collect();
        files.sort();
        for file in files {
            self.psql("postern_owner", database, |psql| {
                psql.arg("--single-transaction").arg("-f").arg(&file);
            })
            .with_context(|| format!("{} does not apply", file.display()))?;
        }
        Ok(())
    }

    fn psql(&self, role: &str, database: &str, say: impl FnOnce(&mut Command)) -> Result<()> {
        let mut psql = Command::new(self.bin.join("psql"));
        psql.args([
            "-X",
            "-q",
            "-v",
            "ON_ERROR_STOP=1",
            "-U",
            role,
            "-d",
            database,
            "-h",
        ])
        .arg(&self.folder);
        psql.env("PGOPTIONS", "-c client_min_messages=warning");
        say(&mut psql);
        shell::output(&mut psql).map(drop)
    }

    /// A connection string through the socket.
    pub fn url(&self, role: &str, database: &str) -> String {
        format!(
            "postgres://{role}@localhost/{database}?host={}",
            self.folder.display()
        )
    }

    /// What Rust tests look for: the owner for `#[sqlx::test]`, and a superuser for the few that need one.
    pub fn tell(&self, command: &mut Command) {
        command
            .env("DATABASE_URL", self.url("postern_owner", "postern_test"))
            .env("POSTERN_TEST_ADMIN_URL", self.url("postgres", "postgres"));
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        // Immediate: nothing in it is worth a checkpoint.
        shell::signal(self.server.id(), "QUIT");
        let _ = self.server.wait();
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

/// The folder with `initdb`, `postgres` and `psql` of the newest PostgreSQL that is new enough.
pub fn binaries() -> Result<PathBuf> {
    let mut folders: Vec<PathBuf> = ["/usr/lib/postgresql", "/usr/local/opt", "/opt/homebrew/opt"]
        .iter()
        .filter_map(|root| std::fs::read_dir(root).ok())
        .flat_map(|entries| entries.flatten().map(|entry| entry.path().join("bin")))
        .collect();
    folders.extend(
        std::env::var_os("PATH")
            .iter()
            .flat_map(std::env::split_paths),
    );
    folders
        .into_iter()
        .filter(|folder| {
            ["initdb", "postgres", "psql"]
                .iter()
                .all(|name| folder.join(name).exists())
        })
        .filter_map(|folder| Some((major(&shell::version(folder.join("postgres"))?)?, folder)))
        .filter(|(version, _)| *version >= OLDEST)
        .max_by_key(|(version, _)| *version)
        .map(|(_, folder)| folder)
        .with_context(|| format!("no PostgreSQL {OLDEST} or newer was found"))
}

/// `postgres (PostgreSQL) 15.18 (Debian …)` → 15.
fn major(version: &str) -> Option<u32> {
    version
        .split_whitespace()
        .nth(2)?
        .split('.')
        .next()?
        .parse()
        .ok()
}

struct User {
    uid: u32,
    gid: u32,
}

/// PostgreSQL refuses to be root: the user that its package made runs it then.
fn run_as() -> Result<Option<User>> {
    if std::fs::metadata("/proc/self").map_or(1, |me| me.uid()) != 0 {
        return Ok(None);
    }
    let users = std::fs::read_to_string("/etc/passwd")?;
    let line = users.lines().find(|line| line.starts_with("postgres:"));
    let mut fields = line
        .context("there is no user `postgres` to run the tests' database")?
        .split(':')
        .skip(2);
    let mut number = || {
        fields
            .next()
            .and_then(|field| field.parse().ok())
            .context("/etc/passwd is not understood")
    };
    Ok(Some(User {
        uid: number()?,
        gid: number()?,
    }))
}

/// A program of PostgreSQL's as the user it may run as, in a folder that this user may enter, ending with us.
fn lowered(program: &Path, user: Option<&User>, folder: &Path) -> Command {
    let mut command = if shell::version("setpriv").is_some() {
        let mut setpriv = Command::new("setpriv");
        setpriv.args(["--pdeathsig", "INT"]);
        if let Some(user) = user {
            setpriv
                .arg(format!("--reuid={}", user.uid))
                .arg(format!("--regid={}", user.gid))
                .arg("--clear-groups");
        }
        setpriv.arg(program);
        setpriv
    } else {
        let mut plain = Command::new(program);
        if let Some(user) = user {
            use std::os::unix::process::CommandExt;
            plain.uid(user.uid).gid(user.gid);
        }
        plain
    };
    let path = std::env::var_os("PATH").unwrap_or_default();
    command
        .current_dir(folder)
        .env_clear()
        .env("PATH", path)
        .env("LC_ALL", "C.UTF-8");
    command
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_major_version_is_read_from_the_servers_own_line() {
        assert_eq!(
            major("postgres (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)"),
            Some(15)
        );
        assert_eq!(major("postgres (PostgreSQL) 17beta1"), None);
    }

    #[test]
    fn a_cluster_starts_serves_its_roles_and_leaves_nothing() {
        let cluster = Postgres::start().expect("PostgreSQL is installed");
        let folder = cluster.folder.clone();
        cluster
            .psql("postern_owner", "postern_test", |psql| {
                psql.args([
                    "-c",
                    "CREATE TABLE t (id int); ALTER TABLE t FORCE ROW LEVEL SECURITY",
                ]);
            })
            .expect("the owner makes tables");
        let refused = cluster.psql("postern_app", "postern_test", |psql| {
            psql.args(["-c", "SELECT * FROM t"]);
        });
        assert!(
            refused
                .expect_err("nothing was granted")
                .to_string()
                .contains("permission denied")
        );
        drop(cluster);
        assert!(!folder.exists());
    }
}
