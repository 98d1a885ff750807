//! Passwords: argon2id over a peppered digest. It and the search for known ones run off the async threads, never more at once
//! than there are cores.

use crate::{Env, Error, Result};
use argon2::{
    Algorithm, Argon2, Params, Version,
    password_hash::{PasswordHasher as _, PasswordVerifier as _, phc::PasswordHash},
};
use std::sync::{Arc, LazyLock};
use tokio::sync::Semaphore;
use unicode_normalization::UnicodeNormalization as _;
use zeroize::Zeroizing;

/// Refuses what is too short, too long, too easily guessed from its surroundings, or known from breaches: `context` holds the
/// person's name, their address, the workspace. No rule on kinds of characters (ASVS 6.2.5). What is looked for takes a core for
/// a while: it waits in one line with the hashes, outside of any transaction, and [`Error::TooMany`] when that is full.
pub async fn check(password: &str, context: &[&str]) -> Result<()> {
    let refuse = |words: &'static str| Err(Error::invalid("password", words));
    let long = "Use at most 128 characters.";
    if password.len() > LONGEST {
        return refuse(long);
    }
    let password = normal(password);
    let length = password.chars().count();
    if length < 8 {
        return refuse("Use at least 8 characters; several words make a good password.");
    }
    if length > 128 {
        return refuse(long);
    }
    let folded = Zeroizing::new(password.to_lowercase());
    if words(context).any(|word| folded.contains(&word)) {
        return refuse("Leave out your name, your address, the workspace's name and “postern”.");
    }
    if length > LISTED {
        return Ok(());
    }
    let theirs: Vec<String> = words(context).collect();
    if compute(move || is_known(&folded, &theirs)).await? {
        return refuse(
            "This password is among those that are tried first: it is known from breaches, or close to one that is. Several words that have nothing to do with each other make a good one.",
        );
    }
    Ok(())
}

/// [`check`] for somebody who has an account, with the names of their workspaces.
pub(crate) async fn check_own(
    password: &str,
    name: &str,
    email: &str,
    places: &[String],
) -> Result<()> {
    let mut context = vec![name, email];
    context.extend(places.iter().map(String::as_str));
    check(password, &context).await
}

/// Whether it would be guessed at once by whoever begins with the passwords of breaches: `zxcvbn` holds the 30,000 most
/// frequent ones and counts the tries that it would take from there, with the usual changes of letters, repetitions and rows
/// of keys. Whatever stands on its list is below this by itself. What belongs to the person counts as known, however it is
/// spelt.
fn is_known(folded: &str, theirs: &[String]) -> bool {
    // Each kind of sign multiplies the ways to read them all, and no list has so many in one password: ten are all digits.
    let signs = "4@8({[<369!1|0$57+%2".chars();
    if signs.filter(|sign| folded.contains(*sign)).count() > 12 {
        return false;
    }
    let theirs: Vec<&str> = theirs.iter().map(String::as_str).collect();
    zxcvbn::zxcvbn(folded, &theirs).guesses() < 100_000
}

/// Characters of the longest password that is looked for: no list has longer ones, and its work grows with them.
const LISTED: usize = 40;

/// Bytes that 128 characters can have before they are brought to their normal form; what is longer is not even looked
/// at, so that nobody makes us work through it.
const LONGEST: usize = 4096;

/// The PHC string to keep for `password`.
pub async fn hash(env: &Env, password: &str) -> Result<String> {
    hash_digest(env, digest(env, password)).await
}

/// The same for a short code, which is worth guessing at: mixed with what it belongs to (`about`) under a key that stands
/// outside the database (ASVS 6.5.2).
pub(crate) async fn hash_code(env: &Env, about: &[u8], code: &str) -> Result<String> {
    hash_digest(env, code_digest(env, about, code)).await
}

/// True when `code` is the one that `kept` was made of, for the same `about`.
pub(crate) async fn verify_code(env: &Env, kept: &str, about: &[u8], code: &str) -> Result<bool> {
    let digest = code_digest(env, about, code);
    verify_digest(Some(kept.to_owned()), digest).await
}

fn code_digest(env: &Env, about: &[u8], code: &str) -> Zeroizing<[u8; 32]> {
    Zeroizing::new(env.keys.digest("code pepper", &[about, code.as_bytes()]))
}

async fn hash_digest(env: &Env, digest: Zeroizing<[u8; 32]>) -> Result<String> {
    let salt: [u8; 16] = env.bytes();
    compute(move || {
        hasher()
            .hash_password_with_salt(&*digest, &salt)
            .map(|hash| hash.to_string())
            .map_err(|_| Error::internal("hashing a password failed"))
    })
    .await?
}

/// True when `password` is the one that `kept` was made of. Without one it costs the same, so that nobody learns from
/// the time taken whether an account exists.
pub async fn verify(env: &Env, kept: Option<&str>, password: &str) -> Result<bool> {
    let fits = password.len() <= LONGEST;
    let digest = digest(env, if fits { password } else { "" });
    verify_digest(kept.filter(|_| fits).map(str::to_owned), digest).await
}

async fn verify_digest(kept: Option<String>, digest: Zeroizing<[u8; 32]>) -> Result<bool> {
    compute(move || {
        if let Some(Ok(kept)) = kept.as_deref().map(PasswordHash::new) {
            return hasher().verify_password(&*digest, &kept).is_ok();
        }
        let spent = hasher().hash_password_with_salt(&*digest, &[0; 16]);
        // Looked at, so that the work is not left out.
        let _ = std::hint::black_box(spent);
        false
    })
    .await
}

/// Every word of four characters or more that stands in `context`, and the parts of an address before and behind
/// its sign; shorter ones would refuse half the dictionary.
fn words<'a>(context: &'a [&'a str]) -> impl Iterator<Item = String> + 'a {
    context
        .iter()
        .copied()
        .chain(["postern"])
        .flat_map(|text| text.split(|c: char| !c.is_alphanumeric()))
        .filter(|word| word.chars().count() >= 4)
        .map(|word| normal(word).to_lowercase())
}

/// The same characters typed on another system are the same password (NIST SP 800-63B, 3.1.1.2).
fn normal(password: &str) -> Zeroizing<String> {
    Zeroizing::new(password.nfkc().collect())
}

fn digest(env: &Env, password: &str) -> Zeroizing<[u8; 32]> {
    Zeroizing::new(
        env.keys
            .digest("password pepper", &[normal(password).as_bytes()]),
    )
}

/// 19 MiB, two passes, one lane (OWASP's recommendation for argon2id).
fn hasher() -> Argon2<'static> {
    let params = Params::new(19 * 1024, 2, 1, None).expect("these parameters are within bounds");
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
}

/// As many at once as there are cores: each takes 19 MiB and a core for some 30 ms.
static PERMITS: LazyLock<Arc<Semaphore>> = LazyLock::new(|| Arc::new(Semaphore::new(cores())));
/// Who may stand in line, those who hold a permit included: what a person would still wait for.
static LINE: LazyLock<Arc<Semaphore>> = LazyLock::new(|| Arc::new(Semaphore::new(cores() * 64)));

fn cores() -> usize {
    std::thread::available_parallelism().map_or(1, usize::from)
}

async fn compute<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T> {
    let Ok(place) = Arc::clone(&LINE).try_acquire_owned() else {
        return Err(Error::TooMany { retry_after_s: 2 });
    };
    let permit = Arc::clone(&PERMITS)
        .acquire_owned()
        .await
        .map_err(|error| Error::Internal(error.into()))?;
    // The thread holds both until it is done, even when whoever asked has left.
    tokio::task::spawn_blocking(move || {
        let done = work();
        drop((permit, place));
        done
    })
    .await
    .map_err(|error| Error::Internal(error.into()))
}

#[cfg(test)]
mod every_way;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing;
    use sqlx::postgres::PgConnectOptions;

    #[tokio::test]
    async fn a_password_is_refused_for_its_length_and_its_surroundings_only() {
        let context = ["Ana María", "ana.duarte@example.com", "Blue Door"];
        for bad in [
            "1234567",
            &"x".repeat(129),
            &"x".repeat(LONGEST + 1),
            "Postern2026!",
            "my-duarte-secret",
            "EXAMPLE.com99",
            "thebluething",
            "María-y-yo",
            "ｐｏｓｔｅｒｎ-wide",
            "p0stern!",
            "Du4rte2024",
        ] {
            assert!(check(bad, &context).await.is_err(), "{bad}");
        }
        for good in [
            "correct horse",
            "a quiet harbour 7",
            "tulip kettle",
            "vq8rm2xk",
            &"é".repeat(128),
            "ana-is-short",
            "パスワード長い鍵",
        ] {
            assert!(check(good, &context).await.is_ok(), "{good}");
        }
    }

    #[tokio::test]
    async fn what_breaches_made_known_is_refused_however_it_is_spelt() {
        for bad in [
            "12345678",
            "123456789",
            "password",
            "Password1",
            "P@ssw0rd",
            "passw0rd!",
            "qwertyuiop",
            "1q2w3e4r",
            "iloveyou",
            "sunshine",
            "football1",
            "trustno1",
            "baseball",
            "superman",
            "princess",
            "letmein1",
            "1qaz2wsx",
            "zaq12wsx",
            "asdfghjkl",
            "starwars",
            "whatever",
            "michelle",
            "jennifer",
            "computer",
            "aaaaaaaa",
            "11111111",
            "abcd1234",
            "drowssap",
            "987654321",
            "monkey123",
            "liverpool",
            "blink182",
        ] {
            let context = ["Ana", "ana@example.com", "Blue Door"];
            assert!(check(bad, &context).await.is_err(), "{bad}");
        }
    }

    #[tokio::test]
    async fn looking_for_a_password_waits_in_line_with_the_hashes_and_what_is_refused_at_sight_in_none()
     {
        let all = u32::try_from(cores()).unwrap();
        let busy = Arc::clone(&PERMITS).acquire_many_owned(all).await;
        let mut looked = std::pin::pin!(check("vq8rm2xk", &[]));
        assert!(futures::poll!(&mut looked).is_pending());
        assert!(check("short", &[]).await.is_err());
        assert!(check(&"long ".repeat(20), &[]).await.is_ok());
        drop(busy);
        looked.await.unwrap();
        let full = u32::try_from(cores() * 64).unwrap();
        let _line = Arc::clone(&LINE).acquire_many_owned(full).await;
        let turned_away = check("vq8rm2xk", &[]).await;
        assert!(matches!(turned_away, Err(Error::TooMany { .. })));
    }

    // No database is reached; the environment merely needs one to be named.
    fn env() -> Env {
        testing::env(PgConnectOptions::new()).0
    }

    #[tokio::test]
    async fn what_is_kept_is_an_argon2id_string_that_only_the_password_and_the_pepper_match() {
        let env = env();
        let kept = hash(&env, "correct horse").await.unwrap();
        assert!(
            kept.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"),
            "{kept}"
        );
        assert_ne!(kept, hash(&env, "correct horse").await.unwrap(), "salted");
        assert!(verify(&env, Some(&kept), "correct horse").await.unwrap());
        assert!(!verify(&env, Some(&kept), "Correct horse").await.unwrap());
        assert!(!verify(&env, None, "correct horse").await.unwrap());
        assert!(!verify(&env, Some(""), "").await.unwrap());
        let empty = hash(&env, "").await.unwrap();
        let long = "x".repeat(LONGEST + 1);
        assert!(!verify(&env, Some(&empty), &long).await.unwrap());

        let other = Env {
            keys: Arc::new(crate::crypto::Keys::new(
                crate::crypto::Rings::default(),
                Zeroizing::new(vec![4; 32]),
            )),
            ..env
        };
        assert!(!verify(&other, Some(&kept), "correct horse").await.unwrap());
    }

    #[tokio::test]
    async fn composed_and_decomposed_characters_are_the_same_password() {
        let env = env();
        let kept = hash(&env, "caf\u{e9} crème").await.unwrap();
        assert!(
            verify(&env, Some(&kept), "cafe\u{301} crème")
                .await
                .unwrap()
        );
    }
}
