//! A number to call (RFC 3966).

use crate::{Result, Tenant, contact};

/// `tel:` and the number in E.164; [`crate::Error::Invalid`] on `phone`.
pub(super) async fn text(tenant: &mut Tenant, typed: &str) -> Result<String> {
    let digits = contact::digits(tenant, typed).await?;
    Ok(format!("tel:+{digits}"))
}
