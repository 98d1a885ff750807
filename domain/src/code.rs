//! Codes that are mailed: six digits, good once, for ten minutes and five tries; what they confirm waits with them, sealed.

use crate::{Env, Error, Result, crypto, password, vault};
use postern_types::{AccountId, Confirm};
use serde::{Serialize, de::DeserializeOwned};
use sqlx::PgConnection;
use time::{Duration, OffsetDateTime};
use uuid::Uuid;
use zeroize::Zeroizing;

/// How long a code is good.
const LIFE: Duration = Duration::minutes(10);
/// Tries at one code.
const TRIES: i16 = 5;

/// Where what waits is sealed.
pub(crate) const SEALED: &str = "mailed_code.sealed";

/// What a code confirms.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Purpose {
    /// The address of a new account.
    Register,
    /// Another address of an account.
    Email,
    /// The second step of a sign-in.
    Factor,
}

impl Purpose {
    fn as_str(self) -> &'static str {
        match self {
            Self::Register => "register",
            Self::Email => "email",
            Self::Factor => "factor",
        }
    }
}

/// A code that was drawn, before it is kept.
pub(crate) struct Drawn {
    /// For the letter alone.
    pub code: Zeroizing<String>,
    /// For the browser.
    pub ticket: Zeroizing<String>,
    /// What it is kept under.
    pub id: Uuid,
    purpose: Purpose,
    account: Option<AccountId>,
    code_hash: String,
    plain: Zeroizing<Vec<u8>>,
    expires_at: OffsetDateTime,
}

/// A code that was right, and is not used up yet.
pub(crate) struct Checked {
    /// Of whom, when it belongs to an account.
    pub account: Option<AccountId>,
    id: Uuid,
    plain: Zeroizing<Vec<u8>>,
}

impl Checked {
    /// What waited for it.
    pub fn of<T: DeserializeOwned>(&self) -> Result<T> {
        serde_json::from_slice(&self.plain).map_err(|error| Error::Internal(error.into()))
    }
}

/// Draws a code for `what`. Its hash takes time: no transaction is open.
pub(crate) async fn draw(
    env: &Env,
    purpose: Purpose,
    account: Option<AccountId>,
    what: &(impl Serialize + Sync),
) -> Result<Drawn> {
    let id: Uuid = env.id();
    let code = six_digits(env);
    let code_hash = password::hash_code(env, id.as_bytes(), &code).await?;
    let plain =
        Zeroizing::new(serde_json::to_vec(what).map_err(|error| Error::Internal(error.into()))?);
    Ok(Drawn {
        code,
        ticket: env.secret(),
        id,
        purpose,
        account,
        code_hash,
        plain,
        expires_at: env.now() + LIFE,
    })
}

/// Keeps it, in the transaction that puts its letter into the post.
pub(crate) async fn keep(env: &Env, conn: &mut PgConnection, drawn: &Drawn) -> Result<()> {
    let id = drawn.id.to_string();
    let sealed = vault::seal_own(env, conn, SEALED, &id, &drawn.plain).await?;
    sqlx::query!(
        "INSERT INTO mailed_code (id, ticket_hash, purpose, account_id, code_hash, sealed, expires_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7)",
        drawn.id,
        &crypto::sha256(drawn.ticket.as_bytes())[..],
        drawn.purpose.as_str(),
        drawn.account.map(|account| account.0),
        drawn.code_hash,
        sealed,
        drawn.expires_at,
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Tries a code. The try is counted before it is looked at, in one statement, so that any number at once get no more tries
/// than patient ones. [`Error::Invalid`] on `code` when it is wrong, [`Error::NotFound`] when its time or its tries are
/// over.
pub(crate) async fn check(env: &Env, purpose: Purpose, confirm: &Confirm) -> Result<Checked> {
    let mut global = env.db.global().await?;
    let row = sqlx::query!(
        "UPDATE mailed_code SET tries = tries + 1
          WHERE ticket_hash = $1 AND purpose = $2 AND spent_at IS NULL AND expires_at > $3 AND tries < $4
         RETURNING id, account_id, code_hash, sealed, tries",
        &crypto::sha256(confirm.ticket.as_bytes())[..],
        purpose.as_str(),
        env.now(),
        TRIES,
    )
    .fetch_optional(global.conn())
    .await?;
    global.commit().await?;
    let row = row.ok_or(Error::NotFound)?;
    let typed: String = confirm
        .code
        .chars()
        .filter(|c| !c.is_whitespace())
        .collect();
    if !password::verify_code(env, &row.code_hash, row.id.as_bytes(), &typed).await? {
        return Err(match TRIES - row.tries {
            0 => Error::NotFound,
            1 => Error::invalid("code", "This is not the code. One try is left."),
            left => Error::invalid(
                "code",
                format!("This is not the code. {left} tries are left."),
            ),
        });
    }
    let plain = vault::open_own(env, SEALED, &row.id.to_string(), &row.sealed)?;
    Ok(Checked {
        account: row.account_id.map(AccountId),
        id: row.id,
        plain,
    })
}

/// Uses a code up, in the transaction of what it confirms: of any number at once, one. [`Error::NotFound`] for the others.
pub(crate) async fn spend(env: &Env, conn: &mut PgConnection, checked: &Checked) -> Result<()> {
    let spent = sqlx::query!(
        "UPDATE mailed_code SET spent_at = $2 WHERE id = $1 AND spent_at IS NULL",
        checked.id,
        env.now(),
    )
    .execute(conn)
    .await?;
    if spent.rows_affected() == 1 {
        Ok(())
    } else {
        Err(Error::NotFound)
    }
}

/// What waits behind a ticket. [`Error::NotFound`] when it is over.
pub(crate) async fn look(env: &Env, purpose: Purpose, ticket: &str) -> Result<Checked> {
    let mut global = env.db.global().await?;
    let row = sqlx::query!(
        "SELECT id, account_id, sealed FROM mailed_code
          WHERE ticket_hash = $1 AND purpose = $2 AND spent_at IS NULL AND expires_at > $3",
        &crypto::sha256(ticket.as_bytes())[..],
        purpose.as_str(),
        env.now(),
    )
    .fetch_optional(global.conn())
    .await?
    .ok_or(Error::NotFound)?;
    let plain = vault::open_own(env, SEALED, &row.id.to_string(), &row.sealed)?;
    Ok(Checked {
        account: row.account_id.map(AccountId),
        id: row.id,
        plain,
    })
}

/// Each of the million codes is as likely: what would make the first ones likelier is drawn again.
pub(crate) fn six_digits(env: &Env) -> Zeroizing<String> {
    const FAIR: u32 = u32::MAX - u32::MAX % 1_000_000;
    loop {
        let drawn = u32::from_be_bytes(env.bytes());
        if drawn < FAIR {
            return Zeroizing::new(format!("{:06}", drawn % 1_000_000));
        }
    }
}
