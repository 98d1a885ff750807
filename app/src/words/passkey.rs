//! What came of asking a browser for a passkey.

pub const MISSING: &str =
    "This browser has no passkeys, or an older kind of them. Use another browser, or another way.";
pub const NONE: &str =
    "Nothing came of it: it was cancelled, took too long, or there is none. Try again.";
pub const KNOWN: &str = "This device has a passkey for your account already.";
pub const NOT_HERE: &str =
    "Passkeys do not work at this address, or not with this device. Ask whoever runs it.";
