//! A page of the web.

use crate::{Error, Result};
use url::Url;

/// Its address, as a browser writes it: http or https alone, with a host, and nobody's name or password before it, which
/// would make it look like another place. [`Error::Invalid`] on `field`.
pub(super) fn text(field: &'static str, typed: &str) -> Result<String> {
    let typed = super::kept::line(field, typed, 1000)?;
    let refused = || {
        Error::invalid(
            field,
            "This is no address of a page. One begins with https:// or http://, like https://example.com.",
        )
    };
    let whole = if typed.contains("://") {
        typed
    } else {
        format!("https://{typed}")
    };
    let url = Url::parse(&whole).map_err(|_| refused())?;
    let stranger = !url.username().is_empty() || url.password().is_some();
    if !matches!(url.scheme(), "http" | "https") || url.host().is_none() || stranger {
        return Err(refused());
    }
    Ok(url.into())
}
