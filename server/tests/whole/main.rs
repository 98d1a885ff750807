//! The whole product as processes: the real program, a private PostgreSQL, Meta pretended, over real HTTP.

mod api;
mod audit;
mod caller;
mod erased;
mod export;
mod files;
mod foreign;
mod headers;
mod import;
mod keys;
mod killed;
mod logo;
mod long;
mod outbound;
mod quarantine;
mod ranks;
mod removed;
mod restarted;
mod several;
mod sight;
mod sockets;
mod stranger;
mod tally;
mod templates;
mod town;
