//! Finds the installed PostgreSQL.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use postern_domain::prepare::OLDEST_MAJOR;

use super::Error;

/// The programs of one installed version.
#[derive(Clone, Debug)]
pub(super) struct Programs {
    pub(super) initdb: PathBuf,
    pub(super) postgres: PathBuf,
}

/// The newest installed version, or the very one that made the cluster when there is one.
pub(super) fn programs(cluster: &Path) -> Result<Programs, Error> {
    choose(installed(), cluster)
}

fn choose(mut installed: BTreeMap<i32, Programs>, cluster: &Path) -> Result<Programs, Error> {
    if installed.is_empty() {
        return Err(Error::NotInstalled);
    }
    match fs::read_to_string(cluster.join("PG_VERSION")) {
        Err(_) => installed
            .pop_last()
            .map(|(_, programs)| programs)
            .ok_or(Error::NotInstalled),
        Ok(made) => {
            let made = made.trim();
            let majors = installed
                .keys()
                .map(ToString::to_string)
                .collect::<Vec<_>>()
                .join(" and ");
            made.parse()
                .ok()
                .and_then(|major: i32| installed.remove(&major))
                .ok_or_else(|| Error::OtherMajor {
                    folder: cluster.to_owned(),
                    made: made.to_owned(),
                    installed: majors,
                })
        }
    }
}

fn installed() -> BTreeMap<i32, Programs> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let mut folders: Vec<PathBuf> = std::env::split_paths(&path).collect();
    if let Ok(versions) = fs::read_dir("/usr/lib/postgresql") {
        folders.extend(versions.flatten().map(|version| version.path().join("bin")));
    }
    let mut found = BTreeMap::new();
    for folder in folders {
        let programs = Programs {
            initdb: folder.join("initdb"),
            postgres: folder.join("postgres"),
        };
        if let Some(major) = major(&programs).filter(|major| *major >= OLDEST_MAJOR) {
            found.entry(major).or_insert(programs);
        }
    }
    found
}

fn major(programs: &Programs) -> Option<i32> {
    if !programs.initdb.exists() || !programs.postgres.exists() {
        return None;
    }
    let output = Command::new(&programs.postgres)
        .arg("--version")
        .output()
        .ok()?;
    parse_major(&String::from_utf8_lossy(&output.stdout))
}

/// `postgres (PostgreSQL) 15.18 (Debian …)`, `… 17beta1`.
fn parse_major(version: &str) -> Option<i32> {
    let (_, number) = version.split_once("(PostgreSQL) ")?;
    let digits = number.split(|c: char| !c.is_ascii_digit()).next()?;
    digits.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_major_is_read_from_what_postgres_says() {
        for (said, major) in [
            (
                "postgres (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)\n",
                Some(15),
            ),
            ("postgres (PostgreSQL) 17beta1", Some(17)),
            ("postgres (PostgreSQL) devel", None),
            ("bash: postgres: not found", None),
        ] {
            assert_eq!(parse_major(said), major, "{said}");
        }
    }

    #[test]
    fn a_cluster_is_run_by_the_version_that_made_it_and_a_new_one_by_the_newest() {
        let folder = tempfile::tempdir().expect("folder");
        let both = || {
            [15, 17]
                .map(|major| {
                    let folder = PathBuf::from(format!("/pg{major}"));
                    (
                        major,
                        Programs {
                            initdb: folder.join("initdb"),
                            postgres: folder.join("postgres"),
                        },
                    )
                })
                .into()
        };
        let chosen = |folder: &Path| choose(both(), folder).map(|programs| programs.postgres);
        assert_eq!(
            chosen(folder.path()).expect("new"),
            Path::new("/pg17/postgres")
        );
        fs::write(folder.path().join("PG_VERSION"), "15\n").expect("writes");
        assert_eq!(
            chosen(folder.path()).expect("old"),
            Path::new("/pg15/postgres")
        );
        fs::write(folder.path().join("PG_VERSION"), "16\n").expect("writes");
        let refusal = chosen(folder.path()).expect_err("neither").to_string();
        assert!(
            refusal.contains("made by PostgreSQL 16, and this machine has 15 and 17"),
            "{refusal}"
        );
        assert!(matches!(
            choose(BTreeMap::new(), folder.path()),
            Err(Error::NotInstalled)
        ));
    }
}
