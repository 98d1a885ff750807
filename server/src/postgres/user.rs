//! Whom PostgreSQL runs as: ourselves, or another user when we are root.

use std::{
    ffi::OsStr,
    os::unix::fs::lchown,
    path::Path,
    process::{Command, Stdio},
};

use super::Error;

/// The user that PostgreSQL runs as.
#[derive(Clone, Copy, Debug)]
pub(super) struct Runner {
    /// The user and group to change to; `None` when we run it as ourselves.
    drop_to: Option<(u32, u32)>,
    /// The user id that its files belong to.
    pub(super) uid: u32,
}

impl Runner {
    pub(super) fn find(user: &str) -> Result<Self, Error> {
        let own = rustix::process::geteuid();
        if !own.is_root() {
            return Ok(Self {
                drop_to: None,
                uid: own.as_raw(),
            });
        }
        let id = |what: &str| {
            let output = Command::new("id")
                .args([what, "--", user])
                .stderr(Stdio::null())
                .output()
                .ok()?;
            String::from_utf8(output.stdout)
                .ok()?
                .trim()
                .parse::<u32>()
                .ok()
                .filter(|id| *id != 0)
        };
        match (id("-u"), id("-g")) {
            (Some(uid), Some(gid)) => Ok(Self {
                drop_to: Some((uid, gid)),
                uid,
            }),
            _ => Err(Error::NoUser(user.to_owned())),
        }
    }

    /// A command run as that user, with nothing of our environment and in no folder of ours.
    ///
    /// `setpriv` (util-linux) changes the user, drops every other group, and asks the kernel for SIGINT, which
    /// PostgreSQL takes as a fast shutdown, when the calling thread ends; then it becomes the program, under the same
    /// process id. Doing it here would need unsafe code between fork and exec.
    pub(super) fn command(self, program: impl AsRef<OsStr>, dies_with_thread: bool) -> Command {
        let mut command = Command::new("setpriv");
        if let Some((uid, gid)) = self.drop_to {
            command.args([
                format!("--reuid={uid}"),
                format!("--regid={gid}"),
                "--clear-groups".into(),
            ]);
        }
        if dies_with_thread {
            command.arg("--pdeathsig=INT");
        }
        command.arg("--").arg(program);
        let path =
            std::env::var_os("PATH").unwrap_or_else(|| "/usr/local/bin:/usr/bin:/bin".into());
        command
            .current_dir("/")
            .env_clear()
            .env("PATH", path)
            .env("LC_ALL", "C.UTF-8")
            .stdin(Stdio::null());
        command
    }

    /// Whether that user can reach and enter the folder, asked of the kernel and not computed from modes.
    pub(super) fn may_enter(self, folder: &Path) -> bool {
        if self.drop_to.is_none() {
            return true;
        }
        self.command("test", false)
            .arg("-x")
            .arg(folder)
            .status()
            .is_ok_and(|status| status.success())
    }

    /// Gives a file of ours to that user.
    pub(super) fn give(self, path: &Path) -> Result<(), Error> {
        let Some((uid, gid)) = self.drop_to else {
            return Ok(());
        };
        lchown(path, Some(uid), Some(gid))
            .map_err(Error::io("give to the user of PostgreSQL", path))
    }
}
