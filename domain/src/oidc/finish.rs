//! What comes of a way to a provider and back: a session, the question for a second factor, a new account, a connection.

use super::{Vouched, connection, depart::subjects, hash};
use crate::{
    Env, Error, Result,
    account::{self, Deed, Person},
    attempt,
    db::Global,
    factor,
    registration::{self, Registration},
    session::{self, Browser, Opened},
};
use postern_types::{
    AccountId, Enrol, FactorStep, Newcomer, Provider, Refusal, Refused, SessionId,
};
use sqlx::PgConnection;

/// What came of it.
pub enum Arrived {
    /// A session.
    In(Opened),
    /// The question for a second factor.
    Factor(FactorStep),
    /// Somebody who may get an account.
    Newcomer(Newcomer),
    /// The provider is connected with the account that asked for it.
    Connected(Provider),
    /// Nothing.
    Refused(Refused),
}

/// A way whose answer came.
pub(super) struct Way {
    pub(super) state: Vec<u8>,
    pub provider: Provider,
    session: Option<SessionId>,
    outcome: Result<Vouched, Refusal>,
}

/// Says what came of the way of that browser (`secret`), once: of any number at once one is let in. The session of the
/// refresh token that the browser gives up for it (`replaced`) ends. It is found by a secret of 256 bits, and no try is counted:
/// that was done when the way began.
pub async fn finish(
    env: &Env,
    secret: &str,
    browser: &Browser,
    replaced: Option<&str>,
) -> Result<Arrived> {
    let mut global = env.db.global().await?;
    let Some(way) = back(env, global.conn(), secret).await? else {
        return Ok(Arrived::Refused(Refused {
            provider: None,
            why: Refusal::Expired,
        }));
    };
    match &way.outcome {
        Err(why) => refuse(env, global, &way, *why).await,
        Ok(vouched) => match way.session {
            Some(session) => connection::settle(env, global, &way, vouched, session).await,
            None => enter(env, global, &way, vouched, browser, replaced).await,
        },
    }
}

/// Signs in whoever has that identity. Nobody is found by an address: it only tells what to do instead.
async fn enter(
    env: &Env,
    mut global: Global,
    way: &Way,
    vouched: &Vouched,
    browser: &Browser,
    replaced: Option<&str>,
) -> Result<Arrived> {
    let Some(account) = whose(global.conn(), vouched).await? else {
        return stranger(env, global, way, vouched).await;
    };
    let enabled = sqlx::query_scalar!(
        "SELECT id FROM account WHERE id = $1 AND disabled_at IS NULL FOR SHARE",
        account.0,
    )
    .fetch_optional(global.conn())
    .await?;
    if enabled.is_none() {
        let address = Some(browser.address);
        account::audit(env, global.conn(), account, Deed::SignInRefused, address).await?;
        return refuse(env, global, way, Refusal::Disabled).await;
    }
    // It may have been taken away while we waited for the account.
    if whose(global.conn(), vouched).await? != Some(account) {
        return refuse(env, global, way, Refusal::Expired).await;
    }
    spend(env, global.conn(), &way.state).await?;
    attempt::succeeded(env, global.conn(), &subjects(env, browser)).await?;
    if factor::is_asked(env, global.conn(), account, browser).await? {
        let step = factor::begin(env, global.conn(), account, browser, true).await?;
        global.commit().await?;
        return Ok(Arrived::Factor(step));
    }
    let opened = session::come_in(env, global, account, browser, replaced, None).await?;
    Ok(Arrived::In(opened))
}

async fn stranger(env: &Env, mut global: Global, way: &Way, vouched: &Vouched) -> Result<Arrived> {
    let Some(email) = vouched.email.as_ref().filter(|_| vouched.verified) else {
        return refuse(env, global, way, Refusal::Unverified).await;
    };
    if account::find(global.conn(), email).await?.is_some() {
        return refuse(env, global, way, Refusal::Taken).await;
    }
    // The way stays open: the account is made when they ask for it.
    Ok(Arrived::Newcomer(Newcomer {
        provider: way.provider,
        name: vouched.name.clone(),
        email: email.clone(),
        open: env.registration == Registration::Open,
    }))
}

/// Makes an account for a [`Newcomer`], gives them their place, and signs them in: the provider's word on the address stands
/// for the mailed code. It has no password until its owner sets one by a mailed link. [`Error::NotFound`] when the way or
/// the invitation is over, [`Error::Conflict`] when the address got an account meanwhile; [`Error::Invalid`] names the field.
pub async fn enrol(
    env: &Env,
    secret: &str,
    form: &Enrol,
    browser: &Browser,
    replaced: Option<&str>,
) -> Result<Opened> {
    let mut global = env.db.global().await?;
    let way = back(env, global.conn(), secret).await?;
    drop(global);
    let Some(Way {
        state,
        provider,
        session: None,
        outcome: Ok(vouched),
    }) = way
    else {
        return Err(Error::NotFound);
    };
    let email = vouched.email.as_deref().filter(|_| vouched.verified);
    let person = Person::new(&form.name, email.ok_or(Error::NotFound)?)?;
    let invitation = form.invitation.as_deref();
    if invitation.is_none() {
        registration::is_open(env)?;
    }
    let mut tenant = registration::place(env, invitation, form.workspace_name.as_deref()).await?;
    spend(env, tenant.conn(), &state).await?;
    attempt::succeeded(env, tenant.conn(), &subjects(env, browser)).await?;
    let account = account::create(env, tenant.conn(), &person, "").await?;
    connection::insert(env, tenant.conn(), account, provider, &vouched).await?;
    registration::admit(env, tenant, account, &person, invitation, browser, replaced).await
}

/// The account with that identity.
pub(super) async fn whose(conn: &mut PgConnection, vouched: &Vouched) -> Result<Option<AccountId>> {
    let found = sqlx::query_scalar!(
        "SELECT account_id FROM account_identity WHERE issuer = $1 AND subject = $2",
        vouched.issuer,
        vouched.subject,
    )
    .fetch_optional(conn)
    .await?;
    Ok(found.map(AccountId))
}

/// The way of that browser whose answer came, unless it is used up; locked until the transaction ends.
async fn back(env: &Env, conn: &mut PgConnection, secret: &str) -> Result<Option<Way>> {
    let row = sqlx::query!(
        "SELECT state_hash, provider, session_id, refused, issuer, subject, email, verified, name FROM oidc_way
          WHERE browser_hash = $1 AND spent_at IS NULL AND back_at IS NOT NULL AND expires_at > $2
            AND (refused IS NOT NULL OR subject IS NOT NULL)
            FOR UPDATE",
        &hash(secret)[..],
        env.now(),
    )
    .fetch_optional(conn)
    .await?;
    let Some(row) = row else {
        return Ok(None);
    };
    let outcome = match (row.refused.as_deref(), row.issuer, row.subject) {
        (None, Some(issuer), Some(subject)) => Ok(Vouched {
            issuer,
            subject,
            email: row.email,
            verified: row.verified,
            name: row.name.unwrap_or_default(),
        }),
        (Some("declined"), ..) => Err(Refusal::Declined),
        _ => Err(Refusal::Unproven),
    };
    Ok(Provider::from_word(&row.provider).map(|provider| Way {
        state: row.state_hash,
        provider,
        session: row.session_id.map(SessionId),
        outcome,
    }))
}

/// Uses a way up, and forgets whom it was about. [`Error::NotFound`] when another was first.
pub(super) async fn spend(env: &Env, conn: &mut PgConnection, state: &[u8]) -> Result<()> {
    let spent = sqlx::query!(
        "UPDATE oidc_way SET spent_at = $2, issuer = NULL, subject = NULL, email = NULL, name = NULL
          WHERE state_hash = $1 AND spent_at IS NULL",
        state,
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

pub(super) async fn refuse(
    env: &Env,
    mut global: Global,
    way: &Way,
    why: Refusal,
) -> Result<Arrived> {
    spend(env, global.conn(), &way.state).await?;
    global.commit().await?;
    Ok(Arrived::Refused(Refused {
        provider: Some(way.provider),
        why,
    }))
}
