//! What a line tells in particular: sealed together with a salt, so that the chain can hold a digest of it which gives
//! nothing away once it is erased.

use super::DETAIL;
use crate::{Env, Error, Result, Tenant, crypto, vault};
use uuid::Uuid;
use zeroize::Zeroizing;

/// Bytes of salt before the detail.
pub(super) const SALT: usize = 32;

/// A detail as it is sealed, and what the chain holds of it.
pub(super) struct Written {
    /// The salt, and JSON.
    pub plain: Zeroizing<Vec<u8>>,
    pub digest: [u8; 32],
}

impl Written {
    pub fn new(salt: [u8; SALT], json: &[u8]) -> Self {
        let plain = Zeroizing::new([&salt[..], json].concat());
        let digest = crypto::sha256(&plain);
        Self { plain, digest }
    }
}

/// A detail as far as it can be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Detail {
    /// There is none.
    Absent,
    Told {
        /// None for one that was written before there was a chain: no digest covers it.
        salt: Option<[u8; SALT]>,
        json: String,
        /// Whether it is what was written, as far as that can be told.
        sound: bool,
    },
    /// It was taken out, or its key is gone.
    Erased,
    /// It does not open.
    Closed,
}

/// Opens a line's detail. Only a fault of the database's is one.
pub(super) async fn open(
    env: &Env,
    tenant: &mut Tenant,
    line: Uuid,
    sealed: Option<&[u8]>,
    digest: Option<&[u8]>,
) -> Result<Detail> {
    let Some(sealed) = sealed else {
        return Ok(digest.map_or(Detail::Absent, |_| Detail::Erased));
    };
    match vault::open(env, tenant, DETAIL, &line.to_string(), sealed).await {
        Ok(plain) => Ok(told(&plain, digest)),
        Err(Error::NotFound) => Ok(Detail::Erased),
        Err(Error::Internal(cause)) if !cause.is::<sqlx::Error>() => Ok(Detail::Closed),
        Err(error) => Err(error),
    }
}

fn told(plain: &[u8], digest: Option<&[u8]>) -> Detail {
    let (salt, json) = match digest {
        Some(_) => match plain.split_first_chunk::<SALT>() {
            Some((salt, json)) => (Some(*salt), json),
            None => return Detail::Closed,
        },
        None => (None, plain),
    };
    let sound = digest.is_none_or(|digest| crypto::sha256(plain)[..] == *digest);
    match String::from_utf8(json.to_vec()) {
        Ok(json) => Detail::Told { salt, json, sound },
        Err(_) => Detail::Closed,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_written_is_told_and_what_was_not_is_known_by_its_digest() {
        let written = Written::new([7; SALT], br#"{"a":1}"#);
        let json = r#"{"a":1}"#.to_owned();
        let told_of = |plain: &[u8]| told(plain, Some(&written.digest));
        let whole = Detail::Told {
            salt: Some([7; SALT]),
            json: json.clone(),
            sound: true,
        };
        assert_eq!(told_of(&written.plain), whole);
        let changed = [&written.plain[..], b" "].concat();
        assert!(matches!(
            told_of(&changed),
            Detail::Told { sound: false, .. }
        ));
        assert_eq!(told_of(b"short"), Detail::Closed);
        // Without a digest it is from before the chain.
        let before = Detail::Told {
            salt: None,
            json: json.clone(),
            sound: true,
        };
        assert_eq!(told(json.as_bytes(), None), before);
    }

    #[test]
    fn the_same_detail_has_another_digest_each_time() {
        let digest = |salt| Written::new([salt; SALT], b"{}").digest;
        assert_ne!(digest(1), digest(2));
    }
}
