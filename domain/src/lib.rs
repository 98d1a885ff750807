//! What Postern does: its rules and its SQL. No HTTP server, no page.
//!
//! The modules stand in the order in which data flows. To add a noun: a file named after it, plain functions over
//! [`db::Tenant`] in it, its tables in a new migration with their policies, and a twin test that another workspace
//! sees and changes nothing.

pub mod event;

pub mod graph;

pub mod crypto;
pub mod db;
pub mod env;
pub mod error;
pub mod vault;
pub mod wake;

pub use db::{Db, Tenant};
pub use env::Env;
pub use error::{Error, Result};
