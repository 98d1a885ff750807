//! What a browser loads at first and how soon it answers.

use anyhow::{Result, bail};
use clap::Args;

use super::Shared;
use crate::place::Place;

#[derive(Args)]
pub struct Options {
    #[command(flatten)]
    pub shared: Shared,
}

/// Measures it.
pub fn run(_place: &Place, _options: &Options) -> Result<()> {
    bail!("this bench is not written yet")
}
