//! `cargo xtask demo`: one command, one address, customers who write.

pub mod seed;

use anyhow::Result;
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
}

/// Builds everything in the dev profile, which is the quicker one on a fresh machine, and runs until Ctrl-C.
pub fn run(place: &Place, options: &Options) -> Result<()> {
    setup::machine(place, false)?;
    let site = web::run(place, web::Options::default())?;
    stack::build(place)?;

    let mut data = stack::data_folder(place, "demo")?;
    if options.reset {
        shell::say(format_args!(
            "beginning anew: {} is emptied",
            data.display()
        ));
        std::fs::remove_dir_all(&data)?;
        data = stack::data_folder(place, "demo")?;
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
