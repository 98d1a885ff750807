//! What Postern does: its rules and its SQL. No HTTP server, no page.
//!
//! The modules stand in the order in which data flows: in, applied, told, out; then who may; then the machinery. To add
//! a noun: a file named after it, plain functions over [`db::Tenant`] in it, its tables in a new migration with their
//! policies, and a twin test that another workspace sees and changes nothing.

// In: what reaches us.
pub mod fault;
pub(crate) mod payload;
pub mod quarantine;
pub mod signature;
pub mod signed;
pub mod source;
pub mod webhook;

// Applied: what it changes.
pub mod contact;
pub mod conversation;
pub mod draft;
pub mod file;
pub(crate) mod inbound;
pub mod message;
pub mod status;

// Told: what others learn of it.
pub mod event;
pub mod live;
pub mod trace;

// Out: what leaves.
pub mod courtesy;
pub mod export;
pub mod graph;
pub mod mail;
pub mod outbound;
pub mod qr;
pub mod rate;
pub mod template;

// Who may.
pub mod account;
pub mod attempt;
pub mod channel;
pub(crate) mod code;
pub mod factor;
pub mod invitation;
pub mod limit;
pub mod member;
pub mod oidc;
pub mod operator;
pub mod password;
pub mod registration;
pub mod session;
pub mod setup;
pub mod team;
pub mod teams;
pub mod token;
pub mod workspace;

// Clients: what is shared with a contact.
pub mod portal;
pub mod task;

// Callers: machines.
pub mod call;
pub mod delivery;
pub mod endpoint;
pub mod key;
pub mod otp;
pub mod outside;
pub mod test_message;

// Duty.
pub mod audit;
pub mod erasure;

// Machinery.
pub mod crypto;
pub(crate) mod csv;
pub mod db;
pub mod env;
pub mod error;
pub mod installation;
pub mod job;
pub mod page;
pub mod prepare;
pub mod vault;
pub mod wake;

#[cfg(test)]
mod testing;

pub use db::{Db, Tenant};
pub use env::Env;
pub use error::{Error, Result};
