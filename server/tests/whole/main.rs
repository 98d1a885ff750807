//! The whole product as processes: the real program, a private PostgreSQL, Meta pretended, over real HTTP.

mod api;
mod foreign;
mod killed;
mod outbound;
mod restarted;
mod sockets;
mod tally;
mod town;
