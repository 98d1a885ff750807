//! Which providers are connected with an account.

use super::{
    Vouched,
    finish::{Arrived, Way, refuse, spend, whose},
};
use crate::{
    Env, Error, Result,
    account::{self, Deed, Signed},
    db::Global,
    env::moment,
    error::OnConstraint as _,
    mail::{self, Letter},
    session::Browser,
    wake::Signal,
};
use postern_types::{AccountId, Connection, Connections, Provider, Refusal, SessionId};
use sqlx::PgConnection;
use time::OffsetDateTime;

/// The providers of the account of a session.
pub async fn show(env: &Env, session: SessionId) -> Result<Connections> {
    let mut global = env.db.global().await?;
    let signed = account::signed(global.conn(), session).await?;
    let rows = sqlx::query!(
        "SELECT provider, email, created_at FROM account_identity WHERE account_id = $1 ORDER BY provider",
        signed.account.0,
    )
    .fetch_all(global.conn())
    .await?;
    let connected = rows.into_iter().filter_map(|row| {
        Some(Connection {
            provider: Provider::from_word(&row.provider)?,
            email: row.email,
            since: moment(row.created_at),
        })
    });
    Ok(Connections {
        offered: env.oidc.offered(),
        connected: connected.collect(),
        password: !signed.password_hash.is_empty(),
    })
}

/// Takes a provider away from the account of a session. [`Error::Invalid`] on `password`, [`Error::NotFound`] when it is not
/// connected.
pub async fn disconnect(
    env: &Env,
    session: SessionId,
    provider: Provider,
    password: &str,
) -> Result<()> {
    let signed = account::prove(env, session, password, "password").await?;
    let mut global = env.db.global().await?;
    account::hold(global.conn(), &signed, session).await?;
    let gone = sqlx::query!(
        "DELETE FROM account_identity WHERE account_id = $1 AND provider = $2",
        signed.account.0,
        provider.as_str(),
    )
    .execute(global.conn())
    .await?;
    if gone.rows_affected() == 0 {
        return Err(Error::NotFound);
    }
    tell(env, &mut global, &signed, provider, false).await?;
    global.commit().await
}

/// Connects whom the provider vouched for with the account of the session that asked for it, if that lives still.
pub(super) async fn settle(
    env: &Env,
    mut global: Global,
    way: &Way,
    vouched: &Vouched,
    session: SessionId,
) -> Result<Arrived> {
    let signed = match held(global.conn(), session).await {
        Err(Error::Unauthorized) => return refuse(env, global, way, Refusal::Expired).await,
        held => held?,
    };
    match whose(global.conn(), vouched).await? {
        Some(account) if account != signed.account => {
            return refuse(env, global, way, Refusal::Elsewhere).await;
        }
        Some(_) => {}
        None => {
            let other = sqlx::query_scalar!(
                r#"SELECT EXISTS (SELECT FROM account_identity WHERE account_id = $1 AND provider = $2) AS "other!""#,
                signed.account.0,
                way.provider.as_str(),
            )
            .fetch_one(global.conn())
            .await?;
            if other {
                return refuse(env, global, way, Refusal::Another).await;
            }
            insert(env, global.conn(), signed.account, way.provider, vouched).await?;
            tell(env, &mut global, &signed, way.provider, true).await?;
        }
    }
    spend(env, global.conn(), &way.state).await?;
    global.commit().await?;
    Ok(Arrived::Connected(way.provider))
}

/// The person of the session, whose account waits for nobody else's change.
async fn held(conn: &mut PgConnection, session: SessionId) -> Result<Signed> {
    let signed = account::signed(conn, session).await?;
    account::hold(conn, &signed, session).await?;
    Ok(signed)
}

/// Writes an identity down. [`Error::Conflict`] when somebody else was first.
pub(super) async fn insert(
    env: &Env,
    conn: &mut PgConnection,
    account: AccountId,
    provider: Provider,
    vouched: &Vouched,
) -> Result<()> {
    sqlx::query!(
        "INSERT INTO account_identity (issuer, subject, provider, account_id, email, created_at)
         VALUES ($1, $2, $3, $4, $5, $6)",
        vouched.issuer,
        vouched.subject,
        provider.as_str(),
        account.0,
        vouched.email.as_deref().unwrap_or_default(),
        env.now(),
    )
    .execute(conn)
    .await
    .on_constraint("account_identity_pkey", || {
        Error::conflict("This identity was connected with an account at this moment.")
    })?;
    Ok(())
}

/// Takes every connection of a person away.
pub(crate) async fn forget(conn: &mut PgConnection, account: AccountId) -> Result<()> {
    sqlx::query!(
        "DELETE FROM account_identity WHERE account_id = $1",
        account.0
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Takes away what was connected since: whoever was let in by mistake may have connected theirs. Whoever calls it holds the
/// account.
pub(crate) async fn undo_since(
    env: &Env,
    conn: &mut PgConnection,
    account: AccountId,
    since: OffsetDateTime,
    browser: &Browser,
) -> Result<()> {
    let gone = sqlx::query!(
        "DELETE FROM account_identity WHERE account_id = $1 AND created_at >= $2",
        account.0,
        since,
    )
    .execute(&mut *conn)
    .await?;
    if gone.rows_affected() > 0 {
        let address = Some(browser.address);
        account::audit(env, conn, account, Deed::Disconnected, address).await?;
    }
    Ok(())
}

async fn tell(
    env: &Env,
    global: &mut Global,
    signed: &Signed,
    provider: Provider,
    on: bool,
) -> Result<()> {
    let (deed, from) = (
        if on {
            Deed::Connected
        } else {
            Deed::Disconnected
        },
        Some(signed.network.as_str()),
    );
    account::audit_from(env, global.conn(), signed.account, deed, from).await?;
    let not_me = account::not_me_link(env, global.conn(), signed.account, &signed.email).await?;
    let name = provider.name();
    let (title, words) = if on {
        (
            format!("{name} is connected"),
            format!("From now on you can sign in to your account with {name}, too."),
        )
    } else {
        (
            format!("{name} is disconnected"),
            format!("From now on {name} does not sign you in to your account."),
        )
    };
    let letter = Letter::new(title)
        .words(words)
        .facts(vec![("From the network", signed.network.clone())])
        .link("This was not me: end the access", not_me);
    mail::put(env, global.conn(), &signed.email, &letter).await?;
    global.ring(Signal::Jobs);
    Ok(())
}
