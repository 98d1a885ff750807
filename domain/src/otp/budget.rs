//! How many codes may be asked for: so that nobody earns by having thousands sent to numbers of their own ("pumping"), and
//! nobody is pestered.
//!
//! A number has five in any hour, counted to the moment: each of the last five has its time. A range of numbers, and the whole
//! workspace, have budgets of an hour and of a day, in windows that begin with the first code after the last window. A range is
//! the country code and the four digits behind it: with ten digits in a national number, as in most countries, a million
//! numbers, about what a regulator gives to one operator, and what pumping goes through; three digits would take in every
//! mobile of a city, five too few numbers of a small country. What is refused counts nowhere, so that an attack on one range
//! leaves the others theirs. The counting is the database's, a row a budget: without it nothing is sent.

use super::shortened;
use crate::{Env, Error, Result, Tenant, audit, contact::Located};
use postern_types::OtpSettings;
use serde_json::json;
use time::{Duration, OffsetDateTime};

/// Codes of one number in any hour (LIM-5).
pub(super) const BY_NUMBER: i32 = 5;
/// Digits of a range behind the country code.
const RANGE: usize = 4;

/// What is counted together.
struct Budget {
    name: [u8; 32],
    most: i32,
    window: Duration,
    /// What is said of it in the audit.
    words: &'static str,
}

/// [`Error::Invalid`] on `phone` for a number of a country that the workspace sends none to.
pub(super) async fn admit(
    env: &Env,
    tenant: &mut Tenant,
    test: bool,
    phone: &Located,
    settings: &OtpSettings,
) -> Result<()> {
    let of = phone.country.as_ref();
    if settings.countries.is_empty() || of.is_some_and(|of| settings.countries.contains(of)) {
        return Ok(());
    }
    let country = of.map_or("an unknown country", String::as_str);
    let budget = Budget {
        name: name(env, tenant, test, "country", country),
        most: 0,
        window: Duration::hours(1),
        words: "To a country that codes are not sent to",
    };
    tell(env, tenant, &budget, phone).await?;
    Err(Error::invalid(
        "phone",
        format!(
            "This workspace sends no codes to numbers of {country}. Nothing was sent: an admin chooses the countries."
        ),
    ))
}

/// Takes one code out of every budget, or out of none. [`Error::TooMany`] when one is used up: then the transaction is to be
/// committed, for the first refusal of a window is a line of the audit.
pub(super) async fn take(
    env: &Env,
    tenant: &mut Tenant,
    test: bool,
    phone: &Located,
    settings: &OtpSettings,
) -> Result<()> {
    tenant.mark().await?;
    let number = Budget {
        name: name(env, tenant, test, "number", &phone.digits),
        most: BY_NUMBER,
        window: Duration::hours(1),
        words: "More than five codes for one number in an hour",
    };
    let mut refused = take_one(env, tenant, &number)
        .await?
        .map(|until| (number, until));
    if refused.is_none() {
        for budget in wide(env, tenant, test, phone, settings) {
            if let Some(until) = take_window(env, tenant, &budget).await? {
                refused = Some((budget, until));
                break;
            }
        }
    }
    let Some((budget, until)) = refused else {
        return tenant.keep().await;
    };
    tenant.undo().await?;
    tell(env, tenant, &budget, phone).await?;
    let seconds = (until - env.now()).whole_seconds().max(0) + 1;
    Err(Error::TooMany {
        retry_after_s: u32::try_from(seconds).unwrap_or(1),
    })
}

/// From the narrowest to the widest, always in this order: two that take several do not stand in each other's way.
fn wide(
    env: &Env,
    tenant: &Tenant,
    test: bool,
    phone: &Located,
    settings: &OtpSettings,
) -> [Budget; 4] {
    let end = (phone.code + RANGE).min(phone.digits.len());
    let range = phone.digits.get(..end).unwrap_or(&phone.digits);
    let (hour, day) = (Duration::hours(1), Duration::days(1));
    let budget = |kind, of: &str, most: u32, window, words| Budget {
        name: name(env, tenant, test, kind, of),
        most: i32::try_from(most).unwrap_or(i32::MAX),
        window,
        words,
    };
    [
        budget(
            "range:hour",
            range,
            settings.prefix_hour,
            hour,
            "The hour's codes for numbers that begin alike",
        ),
        budget(
            "range:day",
            range,
            settings.prefix_day,
            day,
            "The day's codes for numbers that begin alike",
        ),
        budget(
            "hour",
            "",
            settings.workspace_hour,
            hour,
            "The hour's codes",
        ),
        budget("day", "", settings.workspace_day, day, "The day's codes"),
    ]
}

/// Tests have budgets of their own: what tries something out takes nothing from those who need a code.
fn name(env: &Env, tenant: &Tenant, test: bool, kind: &str, of: &str) -> [u8; 32] {
    let workspace = tenant.workspace();
    let parts = [
        &workspace.0.as_bytes()[..],
        &[u8::from(test)],
        kind.as_bytes(),
        of.as_bytes(),
    ];
    env.keys.digest("otp budget", &parts)
}

/// One statement, so that of any number at once exactly as many pass as may; says from when one may again.
async fn take_one(
    env: &Env,
    tenant: &mut Tenant,
    budget: &Budget,
) -> Result<Option<OffsetDateTime>> {
    let (workspace, now) = (tenant.workspace(), env.now());
    let taken = sqlx::query!(
        "INSERT INTO otp_budget AS b (workspace_id, name, at, used, times) VALUES ($1, $2, $3, 1, ARRAY[$3::timestamptz])
         ON CONFLICT (workspace_id, name) DO UPDATE
            SET at = $3, used = b.used + 1,
                -- The last so many.
                times = CASE WHEN cardinality(b.times) < $4 THEN b.times ELSE b.times[2:] END || $3::timestamptz
          WHERE cardinality(b.times) < $4 OR b.times[1] <= $3 - make_interval(secs => $5)",
        workspace.0,
        &budget.name[..],
        now,
        budget.most,
        budget.window.as_seconds_f64(),
    )
    .execute(tenant.conn())
    .await?;
    if taken.rows_affected() == 1 {
        return Ok(None);
    }
    let first = sqlx::query_scalar!(
        r#"SELECT times[1] AS "first" FROM otp_budget WHERE workspace_id = $1 AND name = $2"#,
        workspace.0,
        &budget.name[..],
    )
    .fetch_one(tenant.conn())
    .await?;
    Ok(Some(first.unwrap_or(now) + budget.window))
}

/// The same of a window.
async fn take_window(
    env: &Env,
    tenant: &mut Tenant,
    budget: &Budget,
) -> Result<Option<OffsetDateTime>> {
    let (workspace, now) = (tenant.workspace(), env.now());
    let window = budget.window.as_seconds_f64();
    let taken = sqlx::query!(
        "INSERT INTO otp_budget AS b (workspace_id, name, at, used) VALUES ($1, $2, $3, 1)
         ON CONFLICT (workspace_id, name) DO UPDATE
            SET used = CASE WHEN b.at <= $3 - make_interval(secs => $5) THEN 1 ELSE b.used + 1 END,
                at = CASE WHEN b.at <= $3 - make_interval(secs => $5) THEN $3 ELSE b.at END
          WHERE b.used < $4 OR b.at <= $3 - make_interval(secs => $5)",
        workspace.0,
        &budget.name[..],
        now,
        budget.most,
        window,
    )
    .execute(tenant.conn())
    .await?;
    if taken.rows_affected() == 1 {
        return Ok(None);
    }
    let began = sqlx::query_scalar!(
        "SELECT at FROM otp_budget WHERE workspace_id = $1 AND name = $2",
        workspace.0,
        &budget.name[..],
    )
    .fetch_one(tenant.conn())
    .await?;
    Ok(Some(began + budget.window))
}

/// Writes a refusal into the audit, once in a window, however many there are.
async fn tell(env: &Env, tenant: &mut Tenant, budget: &Budget, phone: &Located) -> Result<()> {
    let (workspace, now) = (tenant.workspace(), env.now());
    let first = sqlx::query!(
        "INSERT INTO otp_budget AS b (workspace_id, name, at, used, told_at) VALUES ($1, $2, $3, 0, $3)
         ON CONFLICT (workspace_id, name) DO UPDATE SET told_at = $3
          WHERE b.told_at IS NULL OR b.told_at <= $3 - make_interval(secs => $4)",
        workspace.0,
        &budget.name[..],
        now,
        budget.window.as_seconds_f64(),
    )
    .execute(tenant.conn())
    .await?;
    if first.rows_affected() == 0 {
        return Ok(());
    }
    let told = json!({ "reason": budget.words, "phone": shortened(&phone.digits) });
    audit::record(env, tenant, "otp.refused", &told).await
}
