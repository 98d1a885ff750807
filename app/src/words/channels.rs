//! Connected numbers.

use postern_types::ChannelState;

pub const TITLE: &str = "Numbers";
pub const LEAD: &str =
    "The WhatsApp numbers of this workspace. Customers write to them, your team answers from here.";
pub const CONNECT: &str = "Connect a number";
pub const CONNECT_FIRST: &str = "No number is connected yet";
pub const CONNECT_FIRST_HINT: &str = "You need a WhatsApp Business number at Meta: its two ids and a permanent access token. It takes about two minutes.";
pub const CONNECTING: &str = "Asking Meta…";
pub const NAME: &str = "Name";
pub const NAME_HINT: &str = "What your team calls this number, for example “Support”.";
pub const PHONE_NUMBER_ID: &str = "Phone number ID";
pub const PHONE_NUMBER_ID_HINT: &str = "Digits. In Meta's WhatsApp manager under API setup.";
pub const ACCOUNT_ID: &str = "WhatsApp Business Account ID";
pub const ACCOUNT_ID_HINT: &str = "Digits. It stands beside the phone number ID.";
pub const TOKEN: &str = "Access token";
pub const TOKEN_HINT: &str =
    "A permanent token of a system user. It is kept encrypted and never shown again.";
pub const APP: &str = "Which Meta app signs the messages?";
pub const SIGNED_BY: &str = "Meta app";
pub const APP_OURS: &str = "This installation's app";
pub const APP_OURS_HINT: &str = "The operator of this server has set it up.";
pub const APP_OWN: &str = "My own Meta app";
pub const APP_OWN_HINT: &str = "You enter its app secret, and give Meta the callback address.";
pub const APP_SECRET: &str = "App secret";
pub const APP_SECRET_HINT: &str = "In Meta's app dashboard under Settings, Basic. Kept encrypted.";
pub const DONE: &str = "The number is connected";
pub const DONE_OWN: &str = "One step is left: in Meta's app dashboard, under WhatsApp, Configuration, enter these two as callback URL and verify token. Then subscribe to “messages”.";
pub const DONE_OURS: &str =
    "Messages to it arrive from now on. Its callback is that of this installation's app.";
pub const ONCE: &str =
    "The verify token is shown only now. If it is lost, connect the number again.";
pub const CALLBACK: &str = "Callback URL";
pub const VERIFY: &str = "Verify token";
pub const FINISH: &str = "I have copied both";
pub const OK: &str = "Done";
pub const DISCONNECT: &str = "Disconnect";
pub const CONNECT_AGAIN: &str = "Connect again";
pub const DISCONNECT_TITLE: &str = "Disconnect this number?";
pub const DISCONNECTED_NOW: &str = "Number disconnected";
pub const NOT_DISCONNECTED: &str = "The number was not disconnected.";
pub const ADMIN_ONLY: &str = "Only admins can connect or disconnect numbers.";
pub const OWN_APP: &str = "Own Meta app";
pub const INSTALLATION_APP: &str = "This installation's app";
pub const SINCE: &str = "Connected";
pub const WHY: &str =
    "Nothing is sent until it is connected again. Messages that come in are kept.";

pub fn state(state: ChannelState) -> &'static str {
    match state {
        ChannelState::Connected => "Connected",
        ChannelState::Disconnected => "Disconnected",
    }
}

pub fn disconnect_lost(name: &str, phone: &str) -> String {
    format!(
        "{name} ({phone}) will stop sending at once, and messages waiting to be sent will fail. \
         Its access token is forgotten. Conversations and messages are kept."
    )
}
