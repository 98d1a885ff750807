//! A chat with one of the workspace's numbers (WhatsApp's *click to chat*).

use super::kept;
use crate::{Error, Result, Tenant};
use postern_types::{ChannelId, e164};
use url::form_urlencoded::byte_serialize;

/// `https://wa.me/` and the number, with what is to stand in the line already. [`Error::NotFound`] for a number that is not
/// this workspace's, [`Error::Invalid`] on `text`.
pub(super) async fn text(tenant: &mut Tenant, channel: ChannelId, line: &str) -> Result<String> {
    let workspace = tenant.workspace();
    let phone = sqlx::query_scalar!(
        "SELECT phone FROM channel WHERE workspace_id = $1 AND id = $2",
        workspace.0,
        channel.0,
    )
    .fetch_one(tenant.conn())
    .await?;
    let digits = e164(&phone).map_err(|_| {
        Error::invalid(
            "channel",
            "It is not known yet which number this is. Check it under Settings, Numbers.",
        )
    })?;
    address(&digits, line)
}

fn address(digits: &str, line: &str) -> Result<String> {
    let line = kept::lines("text", line, 500)?;
    if line.is_empty() {
        return Ok(format!("https://wa.me/{digits}"));
    }
    // A plus would be a space to some readers, and a plus to others.
    let text: String = byte_serialize(line.as_bytes()).collect();
    let text = text.replace('+', "%20");
    Ok(format!("https://wa.me/{digits}?text={text}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use url::Url;

    #[test]
    fn what_is_written_already_is_read_back_whole_and_changes_nothing_else() {
        for line in [
            "Hello, I come from the poster",
            "a&phone=1#x?y=1%00 + 1",
            "Ünï 👋\nand a second line",
        ] {
            let address = address("4915123456789", line).unwrap();
            let url = Url::parse(&address).unwrap();
            assert_eq!(url.path(), "/4915123456789");
            let pairs: Vec<_> = url.query_pairs().collect();
            assert_eq!(pairs, [("text".into(), line.into())]);
            assert!(!address.contains('+') && address.is_ascii());
        }
        assert_eq!(address("49", " ").unwrap(), "https://wa.me/49");
        assert!(address("49", &"x".repeat(501)).is_err());
        assert!(address("49", "a\0b").is_err());
    }
}
