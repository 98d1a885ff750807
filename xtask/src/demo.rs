//! `cargo xtask demo`: one command, one address, customers who write.

pub mod seed;

use std::fs::{self, File, TryLockError};
use std::path::{Path, PathBuf};

use anyhow::{Result, bail};
use clap::Args;

use crate::place::Place;
use crate::stack::{self, Installation};
use crate::{setup, shell, web};

#[derive(Args, Default)]
pub struct Options {
    /// Throw the demo's data away and begin anew
    #[arg(long)]
    pub reset: bool,
    /// Where to listen; another free port is taken when it is in use
    #[arg(long, default_value_t = 3000)]
    pub port: u16,
    /// Keep everything in this folder; by default in one that stays from run to run
    #[arg(long, value_name = "FOLDER")]
    pub data: Option<PathBuf>,
}

/// Builds everything in the dev profile, which is the quicker one on a fresh machine, and runs until Ctrl-C.
pub fn run(place: &Place, options: &Options) -> Result<()> {
    setup::machine(place, false)?;
    let site = web::run(place, web::Options::default())?;
    stack::build(place)?;

    let wanted = match &options.data {
        Some(folder) => std::path::absolute(folder)?,
        None => stack::data_folder(place, "demo"),
    };
    let data = stack::open_folder(wanted)?;
    let _alone = alone(&data)?;
    if options.reset {
        shell::say(format_args!(
            "beginning anew: {} is emptied",
            data.display()
        ));
        empty(&data)?;
    }
    let known = seed::Seed::of(&data)?;
    let secrets = known.secrets.clone();
    let installation = Installation::new(place, site, data, secrets, Some(options.port))?;

    shell::say("starting");
    let seed = known.plant(&installation)?;
    let mut sim = installation.simulate()?;
    let mut server = installation.serve()?;
    let seed = seed.wake(place, &installation)?;
    println!();
    println!("  Postern is at  {}", installation.url());
    println!("  e-mail         {}", seed.email);
    println!("  password       {}", seed.password);
    println!("  letters        {}", installation.letters().display());
    println!();
    println!(
        "  Simulated customers begin to write within seconds. Ctrl-C stops everything; --reset begins anew."
    );
    println!(
        "  Logs: {} and {}",
        installation.log("server").display(),
        installation.log("sim").display()
    );
    let ended = stack::wait_for_the_end(&mut [&mut server, &mut sim]);
    shell::say("stopping");
    // The server first: it may still have something to tell sim.
    drop(server);
    drop(sim);
    ended
}

/// One demo a folder: a second one would take the database from under the first.
pub fn alone(data: &Path) -> Result<File> {
    let lock = File::create(data.join(LOCK))?;
    match lock.try_lock() {
        Ok(()) => Ok(lock),
        Err(TryLockError::WouldBlock) => bail!(
            "a demo runs with {} already: stop it with Ctrl-C first, or give --data another folder",
            data.display()
        ),
        Err(TryLockError::Error(fault)) => Err(fault.into()),
    }
}

const LOCK: &str = "demo.lock";

/// Everything but the lock that is held.
pub fn empty(data: &Path) -> Result<()> {
    for entry in fs::read_dir(data)? {
        let path = entry?.path();
        if path.ends_with(LOCK) {
            continue;
        }
        if path.is_dir() {
            fs::remove_dir_all(path)?;
        } else {
            fs::remove_file(path)?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_is_emptied_by_whoever_holds_it_and_by_nobody_else() {
        let data = std::env::temp_dir().join(format!("xtask-demo-{}", std::process::id()));
        fs::create_dir_all(data.join("postgres")).expect("a scratch folder");
        fs::write(data.join("demo.json"), "{}").expect("a file");
        let held = alone(&data).expect("the first one");
        let refused = alone(&data).expect_err("the second one").to_string();
        assert!(refused.contains("a demo runs with"), "{refused}");
        empty(&data).expect("it is emptied");
        assert_eq!(
            fs::read_dir(&data).expect("a folder").count(),
            1,
            "the lock stays"
        );
        drop(held);
        drop(alone(&data).expect("the next one"));
        fs::remove_dir_all(data).expect("it is removed");
    }
}
