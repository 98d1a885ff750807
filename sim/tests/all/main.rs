//! The simulator over real HTTP, one binary for all of it.

mod chaos;
mod control;
mod demo;
mod ears;
mod faults;
mod fields;
mod graph;
mod inbound;
mod load;
mod media;
mod numbers;
mod program;
mod sending;
mod support;
mod templates;
mod webhooks;
