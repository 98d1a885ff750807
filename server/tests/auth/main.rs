//! Signing in over HTTP: the exact answers, the guard before everything else, who is turned away, and how long an open
//! socket stays.

mod door;
mod edge;
mod guard;
mod house;
mod socket;
