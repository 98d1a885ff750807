//! List and thread pages of a full inbox, as the serving role.

use anyhow::{Result, bail};
use clap::Args;

use super::{Shared, stage::Stage};
use crate::place::Place;

#[derive(Args)]
pub struct Options {
    #[command(flatten)]
    pub shared: Shared,
}

/// Measures it.
pub fn run(place: &Place, options: &Options) -> Result<()> {
    let _stage = Stage::set(place, &options.shared, None)?;
    bail!("this bench is not written yet")
}
