//! A portal link that was just made: its token is kept as a hash, so that its address comes from the page that shows it.

use crate::{Env, Error, Result};

/// The address, when it is one of ours.
pub(super) fn text(env: &Env, address: &str) -> Result<String> {
    let ours = env.post.portal_link("");
    let token = address.strip_prefix(&ours).unwrap_or_default();
    let fits = token
        .bytes()
        .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'));
    if token.len() != 22 || !fits {
        return Err(Error::invalid(
            "address",
            "This is no portal link of this installation. Make a new one to have its code.",
        ));
    }
    Ok(address.to_owned())
}
