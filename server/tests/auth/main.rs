//! Signing in over HTTP: the exact answers, the guard before everything else, who is turned away, how long an open socket
//! stays, and what a flood meets.

mod door;
mod edge;
mod flood;
mod guard;
mod house;
mod limit;
mod socket;
