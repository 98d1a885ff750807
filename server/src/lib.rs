//! How Postern runs.

pub mod config;
pub mod postgres;
pub mod prepare;
