//! What a workspace lets its callers ask for.

use crate::{Env, Error, Result, Tenant, audit, contact};
use postern_types::OtpSettings;
use serde_json::json;

/// The largest budget.
const MOST: u32 = 1_000_000;

/// What stands now.
pub async fn settings(tenant: &mut Tenant) -> Result<OtpSettings> {
    let workspace = tenant.workspace();
    let row = sqlx::query!(
        "SELECT prefix_hour, prefix_day, workspace_hour, workspace_day, countries FROM otp_setting WHERE workspace_id = $1",
        workspace.0,
    )
    .fetch_optional(tenant.conn())
    .await?;
    let count = |number: i32| u32::try_from(number).unwrap_or(0);
    Ok(row.map_or_else(OtpSettings::default, |row| OtpSettings {
        prefix_hour: count(row.prefix_hour),
        prefix_day: count(row.prefix_day),
        workspace_hour: count(row.workspace_hour),
        workspace_day: count(row.workspace_day),
        countries: row.countries,
    }))
}

/// Sets it; an admin's. What was asked for already stays counted. [`Error::Invalid`] on the field that is not acceptable.
pub async fn save(env: &Env, tenant: &mut Tenant, asked: &OtpSettings) -> Result<OtpSettings> {
    for (field, number, least) in [
        ("prefix_hour", asked.prefix_hour, 1),
        ("prefix_day", asked.prefix_day, asked.prefix_hour),
        ("workspace_hour", asked.workspace_hour, 1),
        ("workspace_day", asked.workspace_day, asked.workspace_hour),
    ] {
        if !(least..=MOST).contains(&number) {
            return Err(Error::invalid(
                field,
                "Choose a number from 1 to 1,000,000, and for a day no less than for an hour. Nothing was changed.",
            ));
        }
    }
    let mut countries = asked.countries.clone();
    countries.sort_unstable();
    countries.dedup();
    if let Some(none) = countries.iter().find(|word| !contact::is_country(word)) {
        return Err(Error::invalid(
            "countries",
            format!(
                "“{none}” is no country: write each as two capital letters, such as DE. Nothing was changed."
            ),
        ));
    }
    let number = |number: u32| i32::try_from(number).unwrap_or(i32::MAX);
    let workspace = tenant.workspace();
    sqlx::query!(
        "INSERT INTO otp_setting (workspace_id, prefix_hour, prefix_day, workspace_hour, workspace_day, countries)
         VALUES ($1, $2, $3, $4, $5, $6)
         ON CONFLICT (workspace_id) DO UPDATE
            SET prefix_hour = excluded.prefix_hour, prefix_day = excluded.prefix_day,
                workspace_hour = excluded.workspace_hour, workspace_day = excluded.workspace_day,
                countries = excluded.countries",
        workspace.0,
        number(asked.prefix_hour),
        number(asked.prefix_day),
        number(asked.workspace_hour),
        number(asked.workspace_day),
        &countries,
    )
    .execute(tenant.conn())
    .await?;
    let told = json!({
        "prefix_hour": asked.prefix_hour, "prefix_day": asked.prefix_day, "workspace_hour": asked.workspace_hour,
        "workspace_day": asked.workspace_day, "countries": countries.join(", "),
    });
    audit::record(env, tenant, "otp.settings", &told).await?;
    settings(tenant).await
}
