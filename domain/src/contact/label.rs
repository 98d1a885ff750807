//! Labels: what contacts and conversations wear to be told apart.

use super::{is_standing, written};
use crate::{
    Env, Error, Result, Tenant, audit, conversation, error::OnConstraint as _, event, teams,
};
use postern_types::{
    ContactId, ConversationId, ConversationRow, LabelId, LabelView, Right, Side, TONES,
};
use serde_json::json;

/// Labels of a workspace at most.
pub(super) const MOST: usize = 200;

/// All labels, by name.
pub async fn all(tenant: &mut Tenant) -> Result<Vec<LabelView>> {
    let workspace = tenant.workspace();
    let rows = sqlx::query!(
        r#"SELECT id AS "id: LabelId", name, tone FROM label
            WHERE workspace_id = $1 AND deleted_at IS NULL ORDER BY lower(name), id"#,
        workspace.0,
    )
    .fetch_all(tenant.conn())
    .await?;
    let labels = rows.into_iter().map(|row| LabelView {
        id: row.id,
        name: row.name,
        tone: u8::try_from(row.tone).unwrap_or_default(),
    });
    Ok(labels.collect())
}

/// Makes a label. [`Error::Invalid`] when there is one of that name.
pub async fn make(env: &Env, tenant: &mut Tenant, name: &str, tone: u8) -> Result<LabelId> {
    let name = checked(name, tone)?;
    let workspace = tenant.workspace();
    let many = sqlx::query_scalar!(
        r#"SELECT count(*) AS "many!" FROM label WHERE workspace_id = $1 AND deleted_at IS NULL"#,
        workspace.0,
    )
    .fetch_one(tenant.conn())
    .await?;
    if usize::try_from(many).is_ok_and(|many| many >= MOST) {
        return Err(Error::conflict(
            "There are 200 labels already: ask a manager to delete one that is not needed any more.",
        ));
    }
    let id: LabelId = env.id();
    sqlx::query!(
        "INSERT INTO label (workspace_id, id, name, tone, created_at) VALUES ($1, $2, $3, $4, $5)",
        workspace.0,
        id.0,
        name,
        i16::from(tone),
        env.now(),
    )
    .execute(tenant.conn())
    .await
    .on_constraint("label_name_key", taken)?;
    event::anew(env, tenant).await?;
    let detail = json!({ "label": name });
    audit::record(env, tenant, "label.created", &detail).await?;
    Ok(id)
}

/// Calls a label otherwise, or gives it another colour.
pub async fn change(
    env: &Env,
    tenant: &mut Tenant,
    id: LabelId,
    name: &str,
    tone: u8,
) -> Result<()> {
    teams::allowed(tenant, Right::Fields).await?;
    let name = checked(name, tone)?;
    let workspace = tenant.workspace();
    let changed = sqlx::query!(
        "UPDATE label SET name = $3, tone = $4 WHERE workspace_id = $1 AND id = $2 AND deleted_at IS NULL",
        workspace.0,
        id.0,
        name,
        i16::from(tone),
    )
    .execute(tenant.conn())
    .await
    .on_constraint("label_name_key", taken)?;
    teams::found(changed.rows_affected())?;
    event::anew(env, tenant).await?;
    audit::record(env, tenant, "label.changed", &json!({ "label": name })).await
}

/// Deletes a label: nothing wears it any more.
pub async fn delete(env: &Env, tenant: &mut Tenant, id: LabelId) -> Result<()> {
    teams::allowed(tenant, Right::Fields).await?;
    let workspace = tenant.workspace();
    let name = sqlx::query_scalar!(
        "UPDATE label SET deleted_at = $3 WHERE workspace_id = $1 AND id = $2 AND deleted_at IS NULL RETURNING name",
        workspace.0,
        id.0,
        env.now(),
    )
    .fetch_one(tenant.conn())
    .await?;
    event::anew(env, tenant).await?;
    audit::record(env, tenant, "label.deleted", &json!({ "label": name })).await
}

/// Puts a label on a contact, or takes it off.
pub async fn wear(
    env: &Env,
    tenant: &mut Tenant,
    contact: ContactId,
    label: LabelId,
    on: bool,
) -> Result<()> {
    is_standing(tenant, contact).await?;
    let name = name(tenant, label).await?;
    let workspace = tenant.workspace();
    let changed = if on {
        sqlx::query!(
            "INSERT INTO contact_label (workspace_id, contact_id, label_id) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING",
            workspace.0,
            contact.0,
            label.0,
        )
        .execute(tenant.conn())
        .await?
    } else {
        sqlx::query!(
            "DELETE FROM contact_label WHERE workspace_id = $1 AND contact_id = $2 AND label_id = $3",
            workspace.0,
            contact.0,
            label.0,
        )
        .execute(tenant.conn())
        .await?
    };
    if changed.rows_affected() == 0 {
        return Ok(());
    }
    event::side(env, tenant, Side::Contact, contact.0).await?;
    let action = if on {
        "contact.labelled"
    } else {
        "contact.unlabelled"
    };
    let detail = json!({ "contact": contact, "label": name });
    audit::record(env, tenant, action, &detail).await
}

/// Puts a label on a conversation, or takes it off.
pub async fn wear_in(
    env: &Env,
    tenant: &mut Tenant,
    id: ConversationId,
    label: LabelId,
    on: bool,
) -> Result<ConversationRow> {
    // In one order with whoever writes there: first the conversation.
    conversation::hold(tenant, id).await?;
    let name = name(tenant, label).await?;
    let workspace = tenant.workspace();
    let changed = if on {
        sqlx::query!(
            "INSERT INTO conversation_label (workspace_id, conversation_id, label_id) VALUES ($1, $2, $3)
             ON CONFLICT DO NOTHING",
            workspace.0,
            id.0,
            label.0,
        )
        .execute(tenant.conn())
        .await?
    } else {
        sqlx::query!(
            "DELETE FROM conversation_label WHERE workspace_id = $1 AND conversation_id = $2 AND label_id = $3",
            workspace.0,
            id.0,
            label.0,
        )
        .execute(tenant.conn())
        .await?
    };
    let row = conversation::row(tenant, id).await?;
    if changed.rows_affected() == 0 {
        return Ok(row);
    }
    conversation::tell(env, tenant, id).await?;
    let action = if on {
        "conversation.labelled"
    } else {
        "conversation.unlabelled"
    };
    let detail = json!({ "contact": row.contact.id, "label": name });
    audit::record(env, tenant, action, &detail).await?;
    Ok(row)
}

/// What stands on a label that is there.
async fn name(tenant: &mut Tenant, id: LabelId) -> Result<String> {
    let workspace = tenant.workspace();
    let name = sqlx::query_scalar!(
        "SELECT name FROM label WHERE workspace_id = $1 AND id = $2 AND deleted_at IS NULL",
        workspace.0,
        id.0,
    )
    .fetch_one(tenant.conn())
    .await?;
    Ok(name)
}

fn taken() -> Error {
    Error::invalid(
        "label_name",
        "There is a label of this name. Choose another one.",
    )
}

fn checked(name: &str, tone: u8) -> Result<String> {
    if tone >= TONES {
        return Err(Error::invalid("label_tone", "Choose one of the colours."));
    }
    written::line(
        "label_name",
        name,
        40,
        "Give the label a name of 1 to 40 characters, in one line.",
    )
}
