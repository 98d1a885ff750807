//! Setting the application up and taking it away, each with the proof that it takes (ASVS 6.4.3).

use super::{SEALED, forget_rest, is_on, is_required, recovery};
use crate::{
    Env, Error, Result,
    account::{self, Deed},
    attempt::{self, Subject},
    db::Global,
    error::OnConstraint as _,
    mail::{self, Letter},
    session, vault,
    wake::Signal,
};
use fast_qr::{ECL, QRBuilder};
use postern_types::{AccountId, SessionId, TotpSeed};
use sqlx::PgConnection;
use time::{Duration, OffsetDateTime};
use totp_rs::{Algorithm, Builder, Totp};
use uuid::Uuid;
use zeroize::Zeroizing;

/// How long a seed waits for its first code.
const BEGUN: Duration = Duration::minutes(15);

/// Draws a seed, to be confirmed by a code of it. [`Error::Invalid`] on `password`, [`Error::Conflict`] when there is one in
/// force.
pub async fn begin_totp(env: &Env, session: SessionId, password: &str) -> Result<TotpSeed> {
    let signed = account::prove(env, session, password, "password").await?;
    let seed = Zeroizing::new(env.bytes::<20>());
    let totp = of(&*seed, &signed.email)?;
    let uri = totp
        .to_url()
        .map_err(|_| Error::internal("an authenticator's address could not be written"))?;
    let squares = squares(&uri)?;
    let mut global = env.db.global().await?;
    account::hold(global.conn(), &signed, session).await?;
    if is_confirmed(global.conn(), signed.account).await? {
        return Err(Error::conflict(
            "An authenticator app is set up already. Remove it first to use another one.",
        ));
    }
    sqlx::query!(
        "DELETE FROM totp WHERE account_id = $1 AND confirmed_at IS NULL",
        signed.account.0,
    )
    .execute(global.conn())
    .await?;
    let id: Uuid = env.id();
    let sealed = vault::seal_own(env, global.conn(), SEALED, &id.to_string(), &*seed).await?;
    sqlx::query!(
        "INSERT INTO totp (id, account_id, sealed, created_at) VALUES ($1, $2, $3, $4)",
        id,
        signed.account.0,
        sealed,
        env.now(),
    )
    .execute(global.conn())
    .await
    .on_constraint("totp_account_key", || {
        Error::conflict("It is being set up somewhere else at this moment. Try again.")
    })?;
    global.commit().await?;
    Ok(TotpSeed {
        secret: totp.secret().to_base32(),
        squares,
    })
}

/// The squares of its QR code. They are large while they are made, and stand in no future.
fn squares(uri: &str) -> Result<Vec<bool>> {
    let qr = QRBuilder::new(uri)
        .ecl(ECL::M)
        .build()
        .map_err(|_| Error::internal("an authenticator's address does not fit into squares"))?;
    let rows = (0..qr.size).flat_map(|row| qr[row].iter().map(|module| module.value()));
    Ok(rows.collect())
}

/// Puts the seed in force, once a code of it is right: every other session ends. With the first factor come the recovery
/// codes, shown this once; with a further one, none. [`Error::Invalid`] on `code`, [`Error::NotFound`] without a seed that
/// waits.
pub async fn confirm_totp(env: &Env, session: SessionId, code: &str) -> Result<Vec<String>> {
    let mut global = env.db.global().await?;
    let signed = account::signed(global.conn(), session).await?;
    drop(global);
    let subjects = [Subject::secret(env, "factor:own", &[session.0.as_bytes()])];
    attempt::begin(env, &subjects).await?;
    let mut global = env.db.global().await?;
    account::hold(global.conn(), &signed, session).await?;
    if !take(env, global.conn(), signed.account, code, false).await? {
        return Err(wrong());
    }
    let first = !is_on(global.conn(), signed.account).await?;
    let confirmed = sqlx::query!(
        "UPDATE totp SET confirmed_at = $2 WHERE account_id = $1 AND confirmed_at IS NULL",
        signed.account.0,
        env.now(),
    )
    .execute(global.conn())
    .await?;
    if confirmed.rows_affected() == 0 {
        return Err(Error::NotFound);
    }
    let codes = if first {
        recovery::make(env, global.conn(), signed.account).await?
    } else {
        Vec::new()
    };
    attempt::succeeded(env, global.conn(), &subjects).await?;
    account::close_doors(global.conn(), signed.account, None).await?;
    session::end_others(
        env,
        global.conn(),
        signed.account,
        Some(session),
        session::Reason::Password,
    )
    .await?;
    let from = Some(signed.network.as_str());
    account::audit_from(env, global.conn(), signed.account, Deed::FactorOn, from).await?;
    let not_me = account::not_me_link(env, global.conn(), signed.account, &signed.email).await?;
    let (subject, words) = if first {
        (
            "Two-step sign-in is on",
            "From now on a code of your authenticator application is asked for beside your password.",
        )
    } else {
        (
            "An authenticator app was added",
            "A code of it will do as the second step of your sign-in, beside what did before.",
        )
    };
    let letter = Letter::new(subject)
        .words(words)
        .facts(vec![("From the network", signed.network.clone())])
        .link("This was not me: end the access", not_me);
    mail::put(env, global.conn(), &signed.email, &letter).await?;
    global.ring(Signal::Account(signed.account));
    global.ring(Signal::Jobs);
    global.commit().await?;
    Ok(codes)
}

/// Takes the application away. [`Error::Invalid`] on `password` or `code`, [`Error::Conflict`] while a workspace requires a
/// factor and this is the last one.
pub async fn remove_totp(env: &Env, session: SessionId, password: &str, code: &str) -> Result<()> {
    let (signed, mut global) = proven(env, session, password, code).await?;
    let account = signed.account;
    let removed = sqlx::query!("DELETE FROM totp WHERE account_id = $1", account.0)
        .execute(global.conn())
        .await?;
    if removed.rows_affected() == 0 {
        return Err(Error::NotFound);
    }
    let still = is_on(global.conn(), account).await?;
    if !still {
        if is_required(global.conn(), account).await? {
            return Err(Error::conflict(
                "A workspace of yours requires two-step sign-in. It stays on.",
            ));
        }
        forget_rest(global.conn(), account).await?;
    }
    let from = Some(signed.network.as_str());
    account::audit_from(env, global.conn(), account, Deed::FactorOff, from).await?;
    let not_me = account::not_me_link(env, global.conn(), account, &signed.email).await?;
    let (subject, words) = if still {
        (
            "An authenticator app was removed",
            "Its codes are good for nothing any more. Your passkeys stay the second step of your sign-in.",
        )
    } else {
        (
            "Two-step sign-in is off",
            "From now on your password alone signs you in.",
        )
    };
    let letter = Letter::new(subject)
        .words(words)
        .facts(vec![("From the network", signed.network.clone())])
        .link("This was not me: end the access", not_me);
    mail::put(env, global.conn(), &signed.email, &letter).await?;
    global.ring(Signal::Jobs);
    global.commit().await
}

/// The password and a code of the application, both right; the password alone for whoever has passkeys and no application.
/// [`Error::Conflict`] for whoever has neither.
pub(super) async fn proven(
    env: &Env,
    session: SessionId,
    password: &str,
    code: &str,
) -> Result<(account::Signed, Global)> {
    let signed = account::prove(env, session, password, "password").await?;
    let account = signed.account;
    let mut global = env.db.global().await?;
    let by_code = is_confirmed(global.conn(), account).await?;
    if !by_code && !is_on(global.conn(), account).await? {
        return Err(Error::conflict("Two-step sign-in is off."));
    }
    drop(global);
    let subjects = [Subject::secret(env, "factor:own", &[session.0.as_bytes()])];
    if by_code {
        attempt::begin(env, &subjects).await?;
    }
    let mut global = env.db.global().await?;
    account::hold(global.conn(), &signed, session).await?;
    // As it is by now: the application may have come meanwhile.
    if is_confirmed(global.conn(), account).await? {
        if !by_code || !take(env, global.conn(), account, code, true).await? {
            return Err(wrong());
        }
        attempt::succeeded(env, global.conn(), &subjects).await?;
    }
    Ok((signed, global))
}

/// Whether an application is in force.
pub(crate) async fn is_confirmed(conn: &mut PgConnection, account: AccountId) -> Result<bool> {
    let confirmed = sqlx::query_scalar!(
        r#"SELECT EXISTS (SELECT FROM totp WHERE account_id = $1 AND confirmed_at IS NOT NULL) AS "confirmed!""#,
        account.0,
    )
    .fetch_one(conn)
    .await?;
    Ok(confirmed)
}

/// Takes it away where it came into force since; whether it did.
pub(super) async fn remove_since(
    conn: &mut PgConnection,
    account: AccountId,
    since: OffsetDateTime,
) -> Result<bool> {
    let removed = sqlx::query!(
        "DELETE FROM totp WHERE account_id = $1 AND confirmed_at >= $2",
        account.0,
        since,
    )
    .execute(conn)
    .await?;
    Ok(removed.rows_affected() > 0)
}

/// Uses a code of the application up: each time step is good once, whoever is first. `confirmed` tells whether the seed is
/// in force.
pub(super) async fn take(
    env: &Env,
    conn: &mut PgConnection,
    account: AccountId,
    code: &str,
    confirmed: bool,
) -> Result<bool> {
    let row = sqlx::query!(
        "SELECT id, sealed FROM totp WHERE account_id = $1 AND (confirmed_at IS NOT NULL) = $2
            AND (confirmed_at IS NOT NULL OR created_at > $3)",
        account.0,
        confirmed,
        env.now() - BEGUN,
    )
    .fetch_optional(&mut *conn)
    .await?;
    let Some(row) = row else {
        return Ok(false);
    };
    let seed = vault::open_own(env, SEALED, &row.id.to_string(), &row.sealed)?;
    let typed: String = code.chars().filter(char::is_ascii_digit).collect();
    let now = u64::try_from(env.now().unix_timestamp()).unwrap_or(0);
    let Some(step) = of(&seed, "")?.check(&typed, now) else {
        return Ok(false);
    };
    let taken = sqlx::query!(
        "UPDATE totp SET last_step = $2 WHERE id = $1 AND last_step < $2",
        row.id,
        i64::try_from(step).unwrap_or(i64::MAX),
    )
    .execute(conn)
    .await?;
    Ok(taken.rows_affected() == 1)
}

/// SHA-1, six digits, thirty seconds, one step of leeway: what every application does.
fn of(seed: &[u8], email: &str) -> Result<Totp> {
    Builder::new()
        .with_algorithm(Algorithm::SHA1)
        .with_digits(6)
        .with_skew(1)
        .with_step_duration(30)
        .with_secret(seed.to_vec())
        .with_account_name(email.replace(':', ""))
        .with_issuer(Some("Postern"))
        .build()
        .map_err(|_| Error::internal("an authenticator's seed is not as long as it has to be"))
}

pub(super) fn wrong() -> Error {
    Error::invalid(
        "code",
        "This is not the code, or it was used already. Wait for the next one.",
    )
}
