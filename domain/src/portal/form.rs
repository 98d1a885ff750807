//! The double-submit token of the portal's forms: half of it in a cookie, half in the form, and each of no use without the
//! other and without what it is for.

use crate::Env;
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use subtle::ConstantTimeEq as _;

/// What its proof is for.
const PURPOSE: &str = "portal form";

/// The half that stands in a form, for the half in the cookie and what the form belongs to: a link before the PIN, a session
/// behind it.
pub fn twin(env: &Env, half: &str, of: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(env.keys.digest(PURPOSE, &[half.as_bytes(), of]))
}

/// Whether a form came with the half that belongs to the cookie's and to what it is for.
pub fn is_twin(env: &Env, half: &str, of: &[u8], sent: &str) -> bool {
    twin(env, half, of).as_bytes().ct_eq(sent.as_bytes()).into()
}
