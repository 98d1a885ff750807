//! Connected WhatsApp numbers.

use crate::{ChannelId, Moment};
use serde::{Deserialize, Serialize};

/// Whether a number can send.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(
    feature = "sql",
    derive(sqlx::Type),
    sqlx(type_name = "text", rename_all = "snake_case")
)]
#[serde(rename_all = "snake_case")]
pub enum ChannelState {
    /// Meta accepted its token when it was last used.
    Connected,
    /// Its token was refused or withdrawn: nothing is sent until it is connected again.
    Disconnected,
}

/// A connected number, without any of its secrets.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChannelView {
    /// The channel.
    pub id: ChannelId,
    /// Grows with every change: the newer of two views wins.
    pub rev: i64,
    /// What the workspace calls it.
    pub name: String,
    /// The number as Meta displays it.
    pub phone: String,
    /// Meta's id of the number.
    pub phone_number_id: String,
    /// Meta's id of the WhatsApp Business Account.
    pub account_id: String,
    /// Whether it can send.
    pub state: ChannelState,
    /// Why it is disconnected, in words for an admin.
    pub state_reason: Option<String>,
    /// True when it is signed by a Meta app of its own, false under the installation's.
    pub own_app: bool,
    /// The path on this installation to give to Meta as callback.
    pub callback_path: String,
    /// When it was connected.
    pub connected_at: Moment,
    /// Whether something about it waits for an admin's eyes. An older entry of the feed does not say.
    #[serde(default)]
    pub alert: bool,
}

/// What an admin enters to connect a number.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConnectChannel {
    /// What the workspace will call it; 1 to 80 characters.
    pub name: String,
    /// Meta's id of the number: digits.
    pub phone_number_id: String,
    /// Meta's id of the WhatsApp Business Account: digits.
    pub account_id: String,
    /// A permanent access token of Meta's; sealed, never shown again.
    pub token: String,
    /// The app secret of the channel's own Meta app; none for the installation's app.
    pub app_secret: Option<String>,
}

/// Answer to a connection: the only time that the verify token is shown.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChannelConnected {
    /// The channel as connected.
    pub channel: ChannelView,
    /// The token to enter beside the callback URL at Meta; none when the installation's app is used, whose
    /// operator holds it.
    pub verify_token: Option<String>,
    /// What an admin still has to see to, in words; none when all is well.
    pub warning: Option<String>,
}
