//! Signing in over HTTP: the exact answers, the guard before everything else, who is turned away, how long an open socket
//! stays, what a flood meets, and by way of whom else one comes in.

mod door;
mod edge;
mod flood;
mod google;
mod guard;
mod house;
mod limit;
mod oidc;
mod oidc_lies;
mod rounds;
mod socket;
mod source;
mod street;
