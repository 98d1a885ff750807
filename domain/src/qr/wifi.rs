//! A way into a wireless network: `WIFI:…;;`, as Android and iOS read it and WPA3 (version 3, chapter 7) writes it down.

use super::kept;
use crate::{Error, Result};
use postern_types::QrWifi;

/// The network with its password, or an open one.
pub(super) fn text(wifi: &QrWifi) -> Result<String> {
    // A space at the end of a name belongs to it; so does one of a password.
    let network = exact("network", &wifi.network)?;
    kept::needed("network", &network, "Say what the network is called.")?;
    if network.len() > 32 {
        return Err(Error::invalid(
            "network",
            "No network has a name of more than 32 bytes; letters with accents take two or more.",
        ));
    }
    let password = exact("password", &wifi.password)?;
    let hidden = if wifi.hidden { "H:true;" } else { "" };
    if password.is_empty() {
        return Ok(format!("WIFI:T:nopass;S:{};{hidden};", escaped(&network)));
    }
    if !(8..=63).contains(&password.len()) {
        return Err(Error::invalid(
            "password",
            "The password of a network has 8 to 63 characters. Leave it empty where none is asked for.",
        ));
    }
    Ok(format!(
        "WIFI:T:WPA;S:{};P:{};{hidden};",
        escaped(&network),
        escaped(&password),
    ))
}

fn exact(field: &'static str, text: &str) -> Result<String> {
    if text.chars().any(char::is_control) {
        return Err(Error::invalid(
            field,
            "This is one line of text. Take out line breaks and characters that cannot be seen.",
        ));
    }
    Ok(text.to_owned())
}

fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        if matches!(c, '\\' | ';' | ',' | ':' | '"') {
            out.push('\\');
        }
        out.push(c);
    }
    out
}
