//! How Postern runs: routes, sockets, configuration, the worker's loop, and the program's commands.
//!
//! To add a route: a file named after what it serves with a `routes()`, merged in [`routes`] on the side of the guard
//! where it belongs. No SQL and no rule of the product stands here: a handler finds, acts, commits and answers.

// The types of pages nest as deep as the pages do.
#![recursion_limit = "512"]

// What a request meets, in this order.
pub mod address;
pub mod api;
pub mod auth;
pub mod caller;
pub mod csrf;
pub mod files;
pub mod headers;
pub mod limit;
pub mod live;
pub mod portal;
pub mod reports;
pub mod rounds;
pub mod routes;
pub mod sources;
pub mod webhooks;

// How it runs.
pub mod boot;
pub mod cli;
pub mod config;
pub mod cutter;
pub mod eraser;
pub mod postgres;
pub mod postman;
pub mod prepare;
pub mod secret_file;
pub mod serve;
pub mod state;
pub mod worker;
