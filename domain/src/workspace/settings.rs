//! What an admin sets up: name, colour, time zone, hours.

use super::{checked_name, hours, logo};
use crate::{Env, Error, Result, Tenant, audit};
use postern_types::{SessionId, TONES, Week, WorkspaceForm, WorkspaceView};
use serde::Serialize;
use sqlx::types::Json;

/// The settings, with a link to the logo for that session.
pub async fn show(env: &Env, tenant: &mut Tenant, session: SessionId) -> Result<WorkspaceView> {
    let workspace = tenant.workspace();
    let row = sqlx::query!(
        r#"SELECT w.name, s.tone AS "tone?", s.zone AS "zone?", s.hours AS "hours?: Json<Week>",
                  s.revision AS "revision?", l.id AS "logo?"
             FROM workspace w
             LEFT JOIN workspace_setting s ON s.workspace_id = $1
             LEFT JOIN workspace_logo l ON l.workspace_id = $1
            WHERE w.workspace_id = $1"#,
        workspace.0,
    )
    .fetch_one(tenant.conn())
    .await?;
    let zone = row.zone.unwrap_or_else(|| "UTC".into());
    let week = row.hours.map(|Json(week)| week);
    let opening = match &week {
        Some(week) => Some(hours::opening(env, &hours::zone(&zone)?, week)?),
        None => None,
    };
    Ok(WorkspaceView {
        name: row.name,
        tone: tone(row.tone),
        zone,
        hours: week,
        revision: row.revision.unwrap_or_default(),
        logo: row.logo.map(|id| logo::link(env, workspace, id, session)),
        opening,
    })
}

/// A colour as it stands in the database.
pub(crate) fn tone(kept: Option<i16>) -> Option<u8> {
    kept.and_then(|tone| u8::try_from(tone).ok())
}

/// What the audit tells of a change.
#[derive(Serialize)]
struct Told<'a> {
    name: &'a str,
    tone: Option<u8>,
    zone: &'a str,
    hours: Option<String>,
}

/// Saves all of it at once. [`Error::Conflict`] when somebody else saved since it was read: nothing of theirs is lost.
pub async fn save(env: &Env, tenant: &mut Tenant, form: &WorkspaceForm) -> Result<()> {
    let name = checked_name(&form.name)?;
    if form.tone.is_some_and(|tone| tone >= TONES) {
        return Err(Error::invalid("tone", "Choose a colour of the palette."));
    }
    hours::zone(&form.zone)?;
    if let Some(week) = &form.hours {
        hours::check(week)?;
    }
    keep(tenant, form).await?;
    let workspace = tenant.workspace();
    sqlx::query!(
        "UPDATE workspace SET name = $2 WHERE workspace_id = $1",
        workspace.0,
        name,
    )
    .execute(tenant.conn())
    .await?;
    let told = Told {
        name,
        tone: form.tone,
        zone: &form.zone,
        hours: form.hours.as_ref().map(hours::told),
    };
    audit::record(env, tenant, "workspace.changed", &told).await
}

/// Puts it in the place of the revision that the admin saw, and of no other.
async fn keep(tenant: &mut Tenant, form: &WorkspaceForm) -> Result<()> {
    row(tenant).await?;
    let workspace = tenant.workspace();
    let kept = sqlx::query!(
        "UPDATE workspace_setting SET tone = $2, zone = $3, hours = $4, revision = revision + 1
          WHERE workspace_id = $1 AND revision = $5",
        workspace.0,
        form.tone.map(i16::from),
        form.zone,
        form.hours.as_ref().map(Json) as _,
        form.revision,
    )
    .execute(tenant.conn())
    .await?;
    if kept.rows_affected() == 0 {
        return Err(Error::conflict(
            "Somebody else changed these settings since you opened them. Nothing of yours was saved yet.",
        ));
    }
    Ok(())
}

/// Makes the row, where nothing was chosen yet.
pub(super) async fn row(tenant: &mut Tenant) -> Result<()> {
    let workspace = tenant.workspace();
    sqlx::query!(
        "INSERT INTO workspace_setting (workspace_id) VALUES ($1) ON CONFLICT (workspace_id) DO NOTHING",
        workspace.0,
    )
    .execute(tenant.conn())
    .await?;
    Ok(())
}
