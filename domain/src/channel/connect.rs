//! Connecting a number: Meta confirms that the token owns it, then it is this workspace's.

use super::{announce, disconnect, health, portfolio, secrets};
use crate::{
    Env, Error, Result, Tenant, audit, crypto,
    error::OnConstraint as _,
    graph::{self, Number},
    template, vault,
};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use postern_types::{ChannelConnected, ChannelId, ConnectChannel, Role, SessionId, WorkspaceId};
use secrecy::SecretString;
use serde::Serialize;

/// Connects a number, or connects it again with what is given now. An admin's; the token is never given back.
pub async fn connect(
    env: &Env,
    session: SessionId,
    workspace: WorkspaceId,
    asked: &ConnectChannel,
) -> Result<ChannelConnected> {
    let asked = checked(env, asked)?;
    // The right comes first: nobody else may have Meta asked. It is asked for again before anything is written.
    drop(env.db.member(session, workspace, Role::Admin).await?);
    let token = SecretString::from(asked.token);
    let number =
        graph::check_number(&env.meta, &token, asked.phone_number_id, asked.account_id).await?;
    let owner = graph::owner(&env.meta, &token, asked.account_id).await;
    let mut tenant = env.db.member(session, workspace, Role::Admin).await?;
    let (id, verify_token) = write(env, &mut tenant, &asked, &number).await?;
    if let Some(owner) = owner {
        portfolio::learn(&mut tenant, asked.account_id, &owner).await?;
    }
    health::settle(env, &mut tenant, id, disconnect::ALERT).await?;
    health::promise(env, &mut tenant, id).await?;
    let channel = announce(env, &mut tenant, id).await?;
    template::schedule(env, &mut tenant, asked.account_id).await?;
    audit::record(
        env,
        &mut tenant,
        "channel.connect",
        &Connected {
            channel: id,
            phone_number_id: asked.phone_number_id,
            account_id: asked.account_id,
            own_app: asked.app_secret.is_some(),
        },
    )
    .await?;
    tenant.commit().await?;
    // The number can send without it, and an admin can subscribe by hand: a failure is told, not fatal.
    let warning = match graph::subscribe(&env.meta, &token, asked.account_id).await {
        Ok(()) => None,
        Err(_) => Some(
            "Meta did not let Postern subscribe to this account's webhooks. Subscribe the app to the account at Meta, \
             or connect the number again later."
                .to_owned(),
        ),
    };
    Ok(ChannelConnected {
        channel,
        verify_token,
        warning,
    })
}

#[derive(Serialize)]
struct Connected<'a> {
    channel: ChannelId,
    phone_number_id: &'a str,
    account_id: &'a str,
    own_app: bool,
}

/// What was entered, trimmed and of the right form.
struct Checked<'a> {
    name: &'a str,
    phone_number_id: &'a str,
    account_id: &'a str,
    token: &'a str,
    app_secret: Option<&'a str>,
}

fn checked<'a>(env: &Env, asked: &'a ConnectChannel) -> Result<Checked<'a>> {
    let name = asked.name.trim();
    if name.is_empty() || name.chars().count() > 80 || name.chars().any(char::is_control) {
        return Err(Error::invalid(
            "name",
            "Give the number a name of 1 to 80 characters.",
        ));
    }
    let digits = |field, value: &'a str| {
        let value = value.trim();
        if (5..=32).contains(&value.len()) && value.bytes().all(|byte| byte.is_ascii_digit()) {
            Ok(value)
        } else {
            Err(Error::invalid(
                field,
                "This id has digits alone, 5 to 32 of them. It is not the phone number itself.",
            ))
        }
    };
    let phone_number_id = digits("phone_number_id", &asked.phone_number_id)?;
    let account_id = digits("account_id", &asked.account_id)?;
    let token = asked.token.trim();
    if !printable(token, 4096) {
        return Err(Error::invalid(
            "token",
            "Paste the whole access token: one word without spaces.",
        ));
    }
    let app_secret = asked.app_secret.as_deref().map(str::trim);
    let app_secret = app_secret.filter(|secret| !secret.is_empty());
    if app_secret.is_some_and(|secret| secret.len() < 8 || !printable(secret, 256)) {
        return Err(Error::invalid(
            "app_secret",
            "Paste the whole app secret of the Meta app: one word without spaces.",
        ));
    }
    if app_secret.is_none() && env.meta.app_secret.is_none() {
        return Err(Error::invalid(
            "app_secret",
            "This installation has no Meta app of its own: enter the secret of yours.",
        ));
    }
    Ok(Checked {
        name,
        phone_number_id,
        account_id,
        token,
        app_secret,
    })
}

fn printable(text: &str, most: usize) -> bool {
    (1..=most).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_graphic())
}

async fn write(
    env: &Env,
    tenant: &mut Tenant,
    asked: &Checked<'_>,
    number: &Number,
) -> Result<(ChannelId, Option<String>)> {
    let workspace = tenant.workspace();
    let known = sqlx::query!(
        "SELECT id, callback_key FROM channel WHERE workspace_id = $1 AND phone_number_id = $2 FOR UPDATE",
        workspace.0,
        asked.phone_number_id,
    )
    .fetch_optional(tenant.conn())
    .await?;
    let (id, key) = match known {
        Some(row) => (ChannelId(row.id), row.callback_key),
        None => (env.id(), None),
    };
    let row = id.to_string();
    let token = vault::seal(env, tenant, secrets::TOKEN, &row, asked.token.as_bytes()).await?;
    let (mut callback_key, mut app_secret, mut verify_token, mut verify_sealed) =
        Default::default();
    if let Some(secret) = asked.app_secret {
        // A callback that Meta knows already stays where it is.
        callback_key = Some(key.unwrap_or_else(|| URL_SAFE_NO_PAD.encode(env.bytes::<16>())));
        app_secret =
            Some(vault::seal(env, tenant, secrets::APP_SECRET, &row, secret.as_bytes()).await?);
        let word = URL_SAFE_NO_PAD.encode(env.bytes::<24>());
        verify_sealed =
            Some(vault::seal(env, tenant, secrets::VERIFY_TOKEN, &row, word.as_bytes()).await?);
        verify_token = Some(word);
    }
    sqlx::query!(
        "INSERT INTO channel AS c (workspace_id, id, name, phone, phone_number_id, account_id, state, callback_key,
                                   token_sealed, app_secret_sealed, verify_token_sealed, connected_at)
         VALUES ($1, $2, $3, $4, $5, $6, 'connected', $7, $8, $9, $10, $11)
         ON CONFLICT (workspace_id, id) DO UPDATE
            SET name = excluded.name, phone = excluded.phone, account_id = excluded.account_id, state = 'connected',
                state_reason = NULL, callback_key = excluded.callback_key, token_sealed = excluded.token_sealed,
                app_secret_sealed = excluded.app_secret_sealed,
                verify_token_sealed = excluded.verify_token_sealed, connected_at = excluded.connected_at,
                rev = c.rev + 1",
        workspace.0,
        id.0,
        asked.name,
        number.display,
        asked.phone_number_id,
        asked.account_id,
        callback_key,
        token,
        app_secret,
        verify_sealed,
        env.now(),
    )
    .execute(tenant.conn())
    .await
    .on_constraint("channel_number_key", || {
        Error::conflict("Somebody else is connecting this number just now.")
    })?;
    let callback_hash = callback_key
        .as_deref()
        .map(|key| crypto::sha256(key.as_bytes()));
    let claimed = sqlx::query_scalar!(
        r#"SELECT claim_number($1, $2, $3, $4) AS "claimed!""#,
        asked.phone_number_id,
        asked.account_id,
        id.0,
        callback_hash.as_ref().map(|hash| &hash[..]),
    )
    .fetch_one(tenant.conn())
    .await?;
    if !claimed {
        return Err(Error::conflict(
            "This number belongs to another workspace of this installation.",
        ));
    }
    Ok((id, verify_token))
}
