//! Entering a code. The order keeps three tries and one success, whatever comes at once:
//!
//! 1. One UPDATE takes a try, of a code that is pending, within its time and has one left. It commits before anything is looked
//!    at: of 200 guesses at once three get past it. The column itself holds no fourth.
//! 2. Argon2 runs, in no transaction. Where it could not run, the try is given back: nothing was looked at.
//! 3. A right one is marked by an UPDATE that asks again whether the code is pending, within its time, still the one that
//!    was looked at, and has a try that is not decided: of 50 right ones at once three were looked at and one is marked. A wrong
//!    one is counted as wrong; the third ends the code. Not the third try, for a right one may still be in the works: it must not
//!    be shut out by wrong ones that were quicker.
//!
//! A process that dies between 1 and 3 has used a try up: never one too many.

use super::{TRIES, create::By, shortened};
use crate::{Env, Error, Result, Tenant, audit, password};
use postern_types::{OtpAnswer, OtpId, OtpState, OtpVerdict};
use serde_json::json;
use zeroize::Zeroizing;

/// Takes a try for what somebody entered. In three steps, for argon2 runs between two transactions, and in none: this one, whose
/// transaction commits; then [`Try::look`], then [`Looked::settle`].
///
/// [`Error::Invalid`] on `code` for what is not six digits, which is no try; [`Error::NotFound`] for a code of another workspace,
/// or for a test's code outside of tests and the other way round.
pub async fn take(env: &Env, tenant: &mut Tenant, by: By, id: OtpId, entered: &str) -> Result<Try> {
    let entered = six_digits(entered)?;
    let what = match taken(env, tenant, by, id).await? {
        Some(taken) => What::Taken(taken, entered),
        None => What::Over(over(env, tenant, by, id).await?),
    };
    Ok(Try { by, id, what })
}

/// A try, or why there was none to be had.
pub struct Try {
    by: By,
    id: OtpId,
    what: What,
}

enum What {
    Taken(Taken, Zeroizing<String>),
    Over(OtpAnswer),
}

impl Try {
    /// Looks whether it is the one. Not in a transaction: it takes argon2. Where that could not run, the try is given back in one
    /// that `enter` opens.
    pub async fn look(
        self,
        env: &Env,
        enter: impl AsyncFnOnce() -> Result<Tenant>,
    ) -> Result<Looked> {
        let Self { by, id, what } = self;
        let what = match what {
            What::Over(answer) => Found::Over(answer),
            What::Taken(taken, entered) => {
                let right = password::verify_code(env, &taken.hash, id.0.as_bytes(), &entered);
                match right.await {
                    Ok(right) => Found::Judged(taken, right),
                    Err(error) => {
                        let mut tenant = enter().await?;
                        give_back(&mut tenant, id).await?;
                        tenant.commit().await?;
                        return Err(error);
                    }
                }
            }
        };
        Ok(Looked { by, id, what })
    }
}

/// A try that was looked at.
pub struct Looked {
    by: By,
    id: OtpId,
    what: Found,
}

enum Found {
    Judged(Taken, bool),
    Over(OtpAnswer),
}

impl Looked {
    /// Writes down what came of it.
    pub async fn settle(self, env: &Env, tenant: &mut Tenant) -> Result<OtpAnswer> {
        let Self { by, id, what } = self;
        match what {
            Found::Judged(taken, true) => right_one(env, tenant, by, id, &taken).await,
            Found::Judged(taken, false) => wrong_one(env, tenant, id, &taken).await,
            Found::Over(answer) => Ok(answer),
        }
    }
}

/// Six digits, however they are grouped.
fn six_digits(entered: &str) -> Result<Zeroizing<String>> {
    let digits: Zeroizing<String> = entered
        .chars()
        .take(32)
        .filter(|c| !c.is_whitespace() && *c != '-')
        .collect::<String>()
        .into();
    if digits.len() == 6 && digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return Ok(digits);
    }
    Err(Error::invalid(
        "code",
        "A code has six digits. This was not counted as a try.",
    ))
}

/// A try that was taken.
struct Taken {
    hash: String,
    tries: i16,
}

impl Taken {
    fn left(&self) -> u8 {
        u8::try_from(TRIES - self.tries).unwrap_or(0)
    }
}

async fn taken(env: &Env, tenant: &mut Tenant, by: By, id: OtpId) -> Result<Option<Taken>> {
    let workspace = tenant.workspace();
    let taken = sqlx::query_as!(
        Taken,
        "UPDATE otp_challenge SET tries = tries + 1
          WHERE workspace_id = $1 AND id = $2 AND test = $3 AND state = 'pending' AND expires_at > $4 AND tries < $5
         RETURNING code_hash AS hash, tries",
        workspace.0,
        id.0,
        by.test,
        env.now(),
        TRIES,
    )
    .fetch_optional(tenant.conn())
    .await?;
    Ok(taken)
}

/// Why there was no try to be had.
async fn over(env: &Env, tenant: &mut Tenant, by: By, id: OtpId) -> Result<OtpAnswer> {
    let workspace = tenant.workspace();
    let row = sqlx::query!(
        r#"SELECT state AS "state: OtpState", expires_at FROM otp_challenge
            WHERE workspace_id = $1 AND id = $2 AND test = $3"#,
        workspace.0,
        id.0,
        by.test,
    )
    .fetch_one(tenant.conn())
    .await?;
    let verdict = match row.state {
        OtpState::Pending if row.expires_at <= env.now() => OtpVerdict::Expired,
        OtpState::Pending | OtpState::Failed => OtpVerdict::NoTries,
        OtpState::Verified => OtpVerdict::Used,
        OtpState::Superseded => OtpVerdict::Superseded,
        OtpState::Expired => OtpVerdict::Expired,
    };
    Ok(OtpAnswer {
        verdict,
        tries_left: 0,
    })
}

async fn right_one(
    env: &Env,
    tenant: &mut Tenant,
    by: By,
    id: OtpId,
    taken: &Taken,
) -> Result<OtpAnswer> {
    let workspace = tenant.workspace();
    let marked = sqlx::query!(
        "UPDATE otp_challenge SET state = 'verified', code_hash = '', ended_at = $3
          WHERE workspace_id = $1 AND id = $2 AND state = 'pending' AND expires_at > $3 AND code_hash = $4 AND wrong < tries
         RETURNING purpose, last_digits",
        workspace.0,
        id.0,
        env.now(),
        taken.hash,
    )
    .fetch_optional(tenant.conn())
    .await?;
    let Some(row) = marked else {
        // Another was quicker, or its time ran out meanwhile.
        return over(env, tenant, by, id).await;
    };
    let told = json!({ "otp": id, "purpose": row.purpose, "phone": shortened(&row.last_digits) });
    audit::record(env, tenant, "otp.verified", &told).await?;
    Ok(OtpAnswer {
        verdict: OtpVerdict::Verified,
        tries_left: taken.left(),
    })
}

async fn wrong_one(env: &Env, tenant: &mut Tenant, id: OtpId, taken: &Taken) -> Result<OtpAnswer> {
    let workspace = tenant.workspace();
    let ended = sqlx::query!(
        r#"UPDATE otp_challenge
              SET wrong = wrong + 1, state = CASE WHEN wrong + 1 < $4 THEN state ELSE 'failed' END,
                  code_hash = CASE WHEN wrong + 1 < $4 THEN code_hash ELSE '' END,
                  ended_at = CASE WHEN wrong + 1 < $4 THEN ended_at ELSE $3 END
            WHERE workspace_id = $1 AND id = $2 AND state = 'pending' AND wrong < tries
           RETURNING state AS "state: OtpState", purpose, last_digits"#,
        workspace.0,
        id.0,
        env.now(),
        i32::from(TRIES),
    )
    .fetch_optional(tenant.conn())
    .await?;
    if let Some(row) = ended.filter(|row| row.state == OtpState::Failed) {
        let told =
            json!({ "otp": id, "purpose": row.purpose, "phone": shortened(&row.last_digits) });
        audit::record(env, tenant, "otp.failed", &told).await?;
    }
    Ok(OtpAnswer {
        verdict: OtpVerdict::Wrong,
        tries_left: taken.left(),
    })
}

/// Gives a try back whose code was not looked at: the machine had too many of them to do.
async fn give_back(tenant: &mut Tenant, id: OtpId) -> Result<()> {
    let workspace = tenant.workspace();
    sqlx::query!(
        "UPDATE otp_challenge SET tries = tries - 1
          WHERE workspace_id = $1 AND id = $2 AND state = 'pending' AND tries > wrong",
        workspace.0,
        id.0,
    )
    .execute(tenant.conn())
    .await?;
    Ok(())
}
