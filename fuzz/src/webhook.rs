//! A webhook's bytes on their whole way before the database; see `cargo xtask fuzz`.

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| postern_domain::webhook::fuzz::read(bytes));
