//! Signing in over HTTP: the exact answers, the guard before everything else, and who is turned away.

mod door;
mod guard;
mod house;
