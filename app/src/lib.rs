//! What people see: pages, components, and the thin server functions behind them.
//!
//! Built twice, for the server (`ssr`) and for the browser (`hydrate`), never both at once. Only `ssr` and `error` know
//! which. A feature folder (`inbox`, `channels`, …) imports no other: they meet in `live`, `ui`, `session` and `words`.
//! To add a page: a folder of its own, its words in `words`, its route in `root`, its style in `style/`.

// A page is one deep type of views within views.
#![recursion_limit = "512"]

#[cfg(all(feature = "ssr", feature = "hydrate"))]
compile_error!(
    "`ssr` and `hydrate` exclude each other: together, event handlers silently vanish. Build package by package."
);

#[cfg(not(erase_components))]
compile_error!(
    "what the server writes and what the browser wakes must be built alike: `--cfg erase_components` of .cargo/config.toml is missing, perhaps because `RUSTFLAGS` is set."
);

/// Whether this half is the server's.
pub const SERVER: bool = cfg!(feature = "ssr");

pub mod account;
pub mod audit;
pub mod boxed;
pub mod browser;
pub mod channels;
pub mod contacts;
pub mod developers;
pub mod door;
pub mod erase;
pub mod error;
pub mod export;
pub mod frame;
pub mod inbox;
pub mod json;
pub mod letters;
pub mod links;
pub mod live;
pub mod number;
#[cfg(feature = "ssr")]
pub mod portal;
pub mod qr;
#[cfg(feature = "ssr")]
pub mod reference;
pub mod root;
pub mod session;
pub mod shell;
#[cfg(feature = "ssr")]
pub mod ssr;
pub mod steps;
pub mod tasks;
pub mod team;
pub mod teams;
pub mod trace;
pub mod ui;
pub mod words;
pub mod workspace;

pub use error::ApiError;
pub use root::App;
pub use shell::{package_of_page, shell};
