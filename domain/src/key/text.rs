//! What a key looks like: `pst_live_` or `pst_test_`, 256 random bits, and a checksum by which a key that was mistyped, or
//! found in somebody's code, is told from any other word without asking anybody.

use crate::{Env, crypto};
use zeroize::Zeroizing;

const LETTERS: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
const LIVE: &str = "pst_live_";
const TEST: &str = "pst_test_";
/// Letters of a key: 43 of 62 are 256 bits.
const DRAWN: usize = 43;
/// Letters of the checksum: six of 62 hold 32 bits.
const CHECK: usize = 6;

/// Draws one.
pub(super) fn draw(env: &Env, test: bool) -> Zeroizing<String> {
    let mut key = Zeroizing::new(String::with_capacity(LIVE.len() + DRAWN + CHECK));
    key.push_str(if test { TEST } else { LIVE });
    let whole = key.len() + DRAWN;
    while key.len() < whole {
        for byte in *Zeroizing::new(env.bytes::<64>()) {
            // Four letters in 256: what is above them would make some of them likelier.
            if byte < 248 && key.len() < whole {
                key.push(char::from(LETTERS[usize::from(byte) % LETTERS.len()]));
            }
        }
    }
    let check = check(&key);
    key.push_str(&check);
    key
}

/// Whether that can be a key of ours.
pub(super) fn is_one(key: &str) -> bool {
    let Some(rest) = key.strip_prefix(LIVE).or_else(|| key.strip_prefix(TEST)) else {
        return false;
    };
    rest.len() == DRAWN + CHECK
        && rest.bytes().all(|byte| byte.is_ascii_alphanumeric())
        && key
            .split_at_checked(key.len() - CHECK)
            .is_some_and(|(drawn, told)| check(drawn) == told)
}

/// How it begins: enough to know it by, and nothing to guess the rest from.
pub(super) fn hint(key: &str) -> &str {
    key.get(..LIVE.len() + 4).unwrap_or_default()
}

pub(super) fn hash(key: &str) -> [u8; 32] {
    crypto::sha256(key.as_bytes())
}

/// CRC-32 as six letters: against mistakes, and no secret.
fn check(drawn: &str) -> String {
    let mut rest = crc32fast::hash(drawn.as_bytes()) as usize;
    let mut letters = [b'0'; CHECK];
    for letter in letters.iter_mut().rev() {
        *letter = LETTERS[rest % LETTERS.len()];
        rest /= LETTERS.len();
    }
    letters.map(char::from).iter().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_mistyped_or_cut_is_no_key() {
        // Its checksum was reckoned by another program (Python's `zlib.crc32`).
        let key = "pst_live_0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefg1Q9nTN";
        let (drawn, told) = key.split_at(key.len() - CHECK);
        assert_eq!(check(drawn), told);
        assert!(is_one(key));
        for at in LIVE.len()..key.len() {
            let mut wrong = key.to_owned();
            let other = if &key[at..=at] == "z" { "y" } else { "z" };
            wrong.replace_range(at..=at, other);
            assert!(!is_one(&wrong), "{wrong}");
        }
        for other in [
            "",
            "pst_",
            "pst_live_",
            &key[1..],
            &key[..key.len() - 1],
            "pst_live_ä",
        ] {
            assert!(!is_one(other), "{other}");
        }
        assert!(!is_one(&key.replace("live", "test")));
        assert!(!is_one(&format!("{key}0")));
        assert_eq!(hint(key), "pst_live_0123");
    }
}
