//! The simulator over real HTTP, one binary for all of it.

mod chaos;
mod control;
mod demo;
mod ears;
mod faults;
mod graph;
mod load;
mod program;
mod support;
mod webhooks;
