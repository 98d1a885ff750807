//! Ids in the shapes that Meta gives them.

use std::hash::{DefaultHasher, Hash, Hasher};

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};

use crate::clock;

/// Which way a message travels: Meta writes it into the id.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    /// From a customer to the business.
    In,
    /// From the business to a customer.
    Out,
}

/// A fresh message id, which holds the user's number in base64 as real ones do.
pub fn wamid(user: &str, way: Way) -> String {
    let (direction, serial) = match way {
        Way::In => (0x12, hex::encode_upper(clock::entropy::<10>())),
        Way::Out => (0x11, hex::encode_upper(clock::entropy::<9>())),
    };
    let mut raw = vec![0x1c, 0x18, u8::try_from(user.len()).unwrap_or(u8::MAX)];
    raw.extend_from_slice(user.as_bytes());
    raw.extend_from_slice(&[0x15, 0x02, 0x00, direction, 0x18]);
    raw.push(u8::try_from(serial.len()).unwrap_or(u8::MAX));
    raw.extend_from_slice(serial.as_bytes());
    raw.push(0);
    format!("wamid.{}", STANDARD.encode(raw))
}

/// The id Meta prints into an error, for its support.
pub fn trace() -> String {
    format!("A{}", URL_SAFE_NO_PAD.encode(clock::entropy::<16>()))
}

/// A media id: sixteen digits.
pub fn media() -> String {
    let number = u64::from_le_bytes(clock::entropy());
    format!("{}", 1_000_000_000_000_000 + number % 8_999_999_999_999_999)
}

/// A secret in hex, for whoever did not configure one.
pub fn secret() -> String {
    hex::encode(clock::entropy::<16>())
}

/// The business-scoped user id that belongs to a phone number: always the same one for the same number.
pub fn user_id(wa_id: &str) -> String {
    let mut hasher = DefaultHasher::new();
    wa_id.hash(&mut hasher);
    format!("{}.{}", country(wa_id), hasher.finish())
}

/// The country that a number's first digits name, as two letters; `US` for those not known here.
pub fn country(wa_id: &str) -> &'static str {
    const PREFIXES: [(&str, &str); 14] = [
        ("55", "BR"),
        ("62", "ID"),
        ("20", "EG"),
        ("971", "AE"),
        ("966", "SA"),
        ("44", "GB"),
        ("49", "DE"),
        ("34", "ES"),
        ("351", "PT"),
        ("33", "FR"),
        ("91", "IN"),
        ("52", "MX"),
        ("234", "NG"),
        ("81", "JP"),
    ];
    PREFIXES
        .iter()
        .find(|(prefix, _)| wa_id.starts_with(prefix))
        .map_or("US", |(_, country)| country)
}
