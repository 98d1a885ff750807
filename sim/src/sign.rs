//! The signature over a webhook's raw bytes.

use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;

/// The header that carries the signature.
pub const HEADER: &str = "X-Hub-Signature-256";

/// The header's value: `sha256=` and the lower-case hex of HMAC-SHA256 over the body, keyed by the app secret.
pub fn sign(secret: &str, body: &[u8]) -> String {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).expect("HMAC takes any key");
    mac.update(body);
    format!("sha256={}", hex::encode(mac.finalize().into_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signatures_equal_those_of_rfc_4231_and_of_openssl() {
        let table: [(&str, &[u8], &str); 3] = [
            (
                "Jefe",
                b"what do ya want for nothing?",
                "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843",
            ),
            (
                "app-secret",
                br#"{"object":"whatsapp_business_account","entry":[]}"#,
                "d3e4f9da0ce6c71ab3dba55929b8eeeee2455349e534924ead19f98d143e904f",
            ),
            (
                "app-secret",
                b"",
                "f685db4c946698bf105ff5b62e30bc1f78216f3914b12bb750f8992aa6748824",
            ),
        ];
        for (secret, body, expected) in table {
            assert_eq!(sign(secret, body), format!("sha256={expected}"));
        }
    }
}
