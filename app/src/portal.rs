//! What a client sees in the portal: HTML of the server's alone, with a small script beside it and no WebAssembly.
//!
//! Each page is one function from what `domain` read to a whole document. Nothing wakes in the browser: every form works by
//! itself. To add a page: a file here, a route in the server, its words in `words::portal`.

mod frame;
mod home;
mod said;
mod task;
mod way;

pub use frame::{Sheet, Told};
pub use home::home;
pub use said::{Said, said};
pub use task::{Draft, task};
pub use way::{Pin, pin};
