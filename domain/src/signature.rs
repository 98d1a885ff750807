//! What proves that a webhook is Meta's: the signature over its bytes, and the verify token of the handshake.

use crate::crypto;
use hmac::Mac as _;
use subtle::ConstantTimeEq as _;

/// Whether `header` (`X-Hub-Signature-256`) is the signature of exactly these bytes under `secret`: `sha256=` and 64
/// lower-case hex digits, nothing else. Takes the same time wherever a wrong one differs.
pub fn holds(secret: &[u8], header: Option<&str>, body: &[u8]) -> bool {
    let Some(claimed) = header.and_then(digest) else {
        return false;
    };
    let mut mac = crypto::mac(secret);
    mac.update(body);
    let expected: [u8; 32] = mac.finalize().into_bytes().into();
    expected.ct_eq(&claimed).into()
}

/// Whether two secrets are the same, in a time that tells neither their length nor where they differ.
pub fn same(one: &[u8], other: &[u8]) -> bool {
    crypto::sha256(one).ct_eq(&crypto::sha256(other)).into()
}

fn digest(header: &str) -> Option<[u8; 32]> {
    let hex = header.strip_prefix("sha256=")?;
    if hex.len() != 64
        || !hex
            .bytes()
            .all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
    {
        return None;
    }
    let mut digest = [0; 32];
    hex::decode_to_slice(hex, &mut digest).ok()?;
    Some(digest)
}

#[cfg(test)]
mod tests {
    use super::*;

    // RFC 4231, test case 2.
    const SECRET: &[u8] = b"Jefe";
    const BODY: &[u8] = b"what do ya want for nothing?";
    const HEX: &str = "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843";

    #[test]
    fn only_the_exact_signature_of_the_exact_bytes_holds() {
        let good = format!("sha256={HEX}");
        assert!(holds(SECRET, Some(&good), BODY));
        let wrong = [
            String::new(),
            HEX.to_owned(),
            format!("sha256={}", HEX.to_uppercase()),
            format!("SHA256={HEX}"),
            format!("sha1={HEX}"),
            format!("sha256={HEX}0"),
            format!("sha256={HEX}00"),
            format!("sha256={}", &HEX[..62]),
            format!("sha256= {HEX}"),
            format!("sha256={HEX} "),
            format!("sha256={HEX},sha256={HEX}"),
            format!("sha256={}", HEX.replace('5', "6")),
            format!("sha256={}g", &HEX[..63]),
            "sha256=".to_owned(),
            format!("sha256={}", "é".repeat(32)),
        ];
        for header in &wrong {
            assert!(!holds(SECRET, Some(header), BODY), "{header}");
        }
        assert!(!holds(SECRET, None, BODY));
        assert!(!holds(b"Jeff", Some(&good), BODY));
        assert!(!holds(SECRET, Some(&good), b"what do ya want for nothing!"));
        assert!(!holds(SECRET, Some(&good), &BODY[1..]));
    }

    #[test]
    fn secrets_are_the_same_only_when_they_are_equal() {
        assert!(same(b"token", b"token"));
        for other in [&b"token2"[..], b"toke", b"", b"Token"] {
            assert!(!same(b"token", other));
        }
    }
}
