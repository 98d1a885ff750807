//! What people see.

pub mod error;
pub mod session;
#[cfg(feature = "ssr")]
pub mod ssr;

pub use error::ApiError;
