//! Invitations: mailed to one address and good once, or a link that is handed on. Whoever uses one waits for an admin.

use crate::{
    Env, Error, Result, Tenant,
    account::{self, Person, checked_email, sought},
    attempt::{self, Subject},
    audit, crypto,
    error::OnConstraint as _,
    mail::{self, Letter, unlinked},
    member,
    wake::Signal,
    workspace,
};
use postern_types::{
    AccountId, InvitationId, Invite, InviteLink, Invited, LinkMade, Me, Role, SessionId,
    WorkspaceId,
};
use serde_json::json;
use time::Duration;

/// How long a mailed one is good.
const LIFE: Duration = Duration::days(7);
/// Open invitations of a workspace, at most.
const MOST: i64 = 200;

/// Invites one address. [`Error::Invalid`] on `email`; [`Error::Conflict`] for a member's; [`Error::Forbidden`] for a role
/// above one's own. One that is open for the address already is replaced.
pub async fn mail(env: &Env, tenant: &mut Tenant, form: &Invite) -> Result<()> {
    let email = checked_email(&form.email)?;
    offered(tenant, form.role).await?;
    let workspace = tenant.workspace();
    let member = sqlx::query_scalar!(
        r#"SELECT EXISTS (SELECT FROM member m JOIN account a ON a.id = m.account_id
                           WHERE m.workspace_id = $1 AND m.removed_at IS NULL AND a.email = $2) AS "member!""#,
        workspace.0,
        email,
    )
    .fetch_one(tenant.conn())
    .await?;
    if member {
        return Err(Error::conflict(
            "This person is a member already, or waits to be.",
        ));
    }
    sqlx::query!(
        "UPDATE invitation SET ended_at = $3 WHERE workspace_id = $1 AND email = $2 AND ended_at IS NULL",
        workspace.0,
        email,
        env.now(),
    )
    .execute(tenant.conn())
    .await?;
    let secret = env.secret();
    let id = insert(env, tenant, &secret, Some(&email), None, form.role, LIFE).await?;
    post(env, tenant, &email, form.role, &secret).await?;
    member::touch(env, tenant).await?;
    let detail = json!({ "invitation": id, "email": email, "role": form.role });
    audit::record(env, tenant, "invitation.mailed", &detail).await
}

/// Makes a link that may be used by many, each of whom waits for an admin. [`Error::Invalid`] on `domain` or `days`.
pub async fn link(env: &Env, tenant: &mut Tenant, form: &InviteLink) -> Result<LinkMade> {
    if !(1..=30).contains(&form.days) {
        return Err(Error::invalid("days", "Choose 1 to 30 days."));
    }
    let domain = form
        .domain
        .trim()
        .trim_start_matches('@')
        .to_ascii_lowercase();
    let domain = (!domain.is_empty()).then_some(domain);
    if let Some(domain) = &domain
        && (sought(&format!("a@{domain}")).is_none() || !domain.contains('.'))
    {
        return Err(Error::invalid(
            "domain",
            "Give a domain, like example.com, or none.",
        ));
    }
    offered(tenant, form.role).await?;
    let secret = env.secret();
    let life = Duration::days(i64::from(form.days));
    let id = insert(
        env,
        tenant,
        &secret,
        None,
        domain.as_deref(),
        form.role,
        life,
    )
    .await?;
    let detail =
        json!({ "invitation": id, "domain": domain, "role": form.role, "days": form.days });
    member::touch(env, tenant).await?;
    audit::record(env, tenant, "invitation.link_made", &detail).await?;
    Ok(LinkMade {
        link: env.post.link("invitation", &secret),
    })
}

/// Mails an invitation anew, with a new link: the old one is void. [`Error::NotFound`] for one that is over or is a link.
pub async fn resend(env: &Env, tenant: &mut Tenant, id: InvitationId) -> Result<()> {
    let secret = env.secret();
    let workspace = tenant.workspace();
    let row = sqlx::query!(
        r#"UPDATE invitation SET token_hash = $3, sent_at = $4, expires_at = $5
            WHERE workspace_id = $1 AND id = $2 AND ended_at IS NULL AND email IS NOT NULL
           RETURNING email AS "email!", role AS "role: Role""#,
        workspace.0,
        id.0,
        &hash(&secret)[..],
        env.now(),
        env.now() + LIFE,
    )
    .fetch_optional(tenant.conn())
    .await?
    .ok_or(Error::NotFound)?;
    offered(tenant, row.role).await?;
    post(env, tenant, &row.email, row.role, &secret).await?;
    member::touch(env, tenant).await?;
    audit::record(
        env,
        tenant,
        "invitation.resent",
        &json!({ "invitation": id }),
    )
    .await
}

/// Takes an invitation back; its link is void at once.
pub async fn withdraw(env: &Env, tenant: &mut Tenant, id: InvitationId) -> Result<()> {
    let workspace = tenant.workspace();
    let ended = sqlx::query!(
        "UPDATE invitation SET ended_at = $3 WHERE workspace_id = $1 AND id = $2 AND ended_at IS NULL",
        workspace.0,
        id.0,
        env.now(),
    )
    .execute(tenant.conn())
    .await?;
    if ended.rows_affected() == 0 {
        return Err(Error::NotFound);
    }
    member::touch(env, tenant).await?;
    audit::record(
        env,
        tenant,
        "invitation.withdrawn",
        &json!({ "invitation": id }),
    )
    .await
}

/// What a link is good for. [`Error::NotFound`] when it is over, used, withdrawn or none.
pub async fn show(env: &Env, token: &str) -> Result<Invited> {
    let mut tenant = enter(env, token).await?;
    let invited = read(&mut tenant, token).await?;
    tenant.commit().await?;
    Ok(invited)
}

/// Uses an invitation for whoever is signed in: they wait for an admin. [`Error::NotFound`] when it is over,
/// [`Error::Invalid`] on `email` when it is for another address, [`Error::Conflict`] for a member.
pub async fn accept(env: &Env, session: SessionId, token: &str) -> Result<Me> {
    let mut tenant = enter(env, token).await?;
    let signed = account::signed(tenant.conn(), session).await?;
    let person = Person::new(&signed.name, &signed.email)?;
    take(
        env,
        &mut tenant,
        token,
        signed.account,
        &person,
        &signed.network,
    )
    .await?;
    let me = account::me(env, tenant.conn(), signed.account, Some(session)).await?;
    tenant.ring(Signal::Account(signed.account));
    tenant.commit().await?;
    Ok(me)
}

/// [`show`] for somebody who is about to register: the address must fit.
pub(crate) async fn look(env: &Env, token: &str, email: &str) -> Result<Invited> {
    let mut tenant = enter(env, token).await?;
    let invited = read(&mut tenant, token).await?;
    fits(&invited, email)?;
    tenant.commit().await?;
    Ok(invited)
}

/// Enters the workspace of an invitation that is open.
pub(crate) async fn enter(env: &Env, token: &str) -> Result<Tenant> {
    let mut global = env.db.global().await?;
    let found = sqlx::query!(
        r#"SELECT workspace_id AS "workspace!", id AS "id!" FROM find_invitation($1, $2)"#,
        &hash(token)[..],
        env.now(),
    )
    .fetch_optional(global.conn())
    .await?
    .ok_or(Error::NotFound)?;
    drop(global);
    env.db
        .invitation(WorkspaceId(found.workspace), InvitationId(found.id))
        .await
}

/// Gives a person the place that an invitation offers, where they wait. A mailed one is used up: of any number at once, one
/// succeeds.
pub(crate) async fn take(
    env: &Env,
    tenant: &mut Tenant,
    token: &str,
    account: AccountId,
    person: &Person,
    network: &str,
) -> Result<()> {
    let invited = read(tenant, token).await?;
    fits(&invited, person.email())?;
    let workspace = tenant.workspace();
    if invited.email.is_some() {
        let used = sqlx::query!(
            "UPDATE invitation SET ended_at = $3 WHERE workspace_id = $1 AND token_hash = $2 AND ended_at IS NULL",
            workspace.0,
            &hash(token)[..],
            env.now(),
        )
        .execute(tenant.conn())
        .await?;
        if used.rows_affected() == 0 {
            return Err(Error::NotFound);
        }
    }
    member::ask(env, tenant, account, invited.role, network).await?;
    let asks = Subject::everywhere(env, "letters:asks", &[workspace.0.as_bytes()]);
    if attempt::within(env, tenant.conn(), &[asks]).await.is_err() {
        // They stand on the page all the same.
        return Ok(());
    }
    let (name, place) = (unlinked(person.name()), unlinked(&invited.workspace_name));
    let letter = Letter::new(format!("{name} asks to join {place}"))
        .words("They see nothing until an admin approves them.")
        .facts(vec![
            ("Name", name),
            ("Address", person.email().to_owned()),
            ("From the network", network.to_owned()),
        ])
        .button(
            "Approve or decline",
            format!("{}/settings/team", env.post.origin),
        );
    for admin in member::admins(tenant).await? {
        mail::put(env, tenant.conn(), &admin, &letter).await?;
    }
    tenant.ring(Signal::Jobs);
    Ok(())
}

/// Of an invitation that is open.
async fn read(tenant: &mut Tenant, token: &str) -> Result<Invited> {
    let workspace = tenant.workspace();
    let row = sqlx::query!(
        r#"SELECT i.email, i.domain, i.role AS "role: Role", w.name
             FROM invitation i JOIN workspace w ON w.workspace_id = i.workspace_id
            WHERE i.workspace_id = $1 AND i.token_hash = $2 AND i.ended_at IS NULL"#,
        workspace.0,
        &hash(token)[..],
    )
    .fetch_optional(tenant.conn())
    .await?
    .ok_or(Error::NotFound)?;
    Ok(Invited {
        workspace_name: row.name,
        role: row.role,
        email: row.email,
        domain: row.domain,
    })
}

fn fits(invited: &Invited, email: &str) -> Result<()> {
    if invited.email.as_deref().is_some_and(|only| only != email) {
        return Err(Error::invalid(
            "email",
            "This invitation is for another address.",
        ));
    }
    let domain = email.rsplit_once('@').map(|(_, domain)| domain);
    if invited.domain.is_some() && invited.domain.as_deref() != domain {
        return Err(Error::invalid(
            "email",
            format!(
                "This invitation is for addresses at {}.",
                invited.domain.as_deref().unwrap_or_default()
            ),
        ));
    }
    Ok(())
}

/// Nobody offers more than they are, and owners are made among members.
async fn offered(tenant: &mut Tenant, role: Role) -> Result<()> {
    if role == Role::Owner || !tenant.ranks(role).await? {
        return Err(Error::Forbidden);
    }
    Ok(())
}

async fn insert(
    env: &Env,
    tenant: &mut Tenant,
    secret: &str,
    email: Option<&str>,
    domain: Option<&str>,
    role: Role,
    life: Duration,
) -> Result<InvitationId> {
    let workspace = tenant.workspace();
    let open = sqlx::query_scalar!(
        r#"SELECT count(*) AS "open!" FROM invitation WHERE workspace_id = $1 AND ended_at IS NULL AND expires_at > $2"#,
        workspace.0,
        env.now(),
    )
    .fetch_one(tenant.conn())
    .await?;
    if open >= MOST {
        return Err(Error::conflict(
            "There are 200 open invitations. Withdraw some that are not needed any more.",
        ));
    }
    let id: InvitationId = env.id();
    sqlx::query!(
        "INSERT INTO invitation (workspace_id, id, token_hash, email, domain, role, by_id, sent_at, expires_at)
         VALUES ($1, $2, $3, $4, $5, $6, nullif(current_setting('app.member', true), '')::uuid, $7, $8)",
        workspace.0,
        id.0,
        &hash(secret)[..],
        email,
        domain,
        role.as_str(),
        env.now(),
        env.now() + life,
    )
    .execute(tenant.conn())
    .await
    .on_constraint("invitation_open_key", || {
        Error::conflict("Somebody else has just invited this address.")
    })?;
    Ok(id)
}

async fn post(env: &Env, tenant: &mut Tenant, email: &str, role: Role, secret: &str) -> Result<()> {
    // Nobody is buried in letters by an admin who clicks again.
    let workspace = tenant.workspace();
    let [by, all] = Subject::letters(env, "invite", workspace.0.as_bytes(), email);
    // And no workspace writes to everybody.
    let ours = Subject::everywhere(env, "letters:workspace", &[workspace.0.as_bytes()]);
    attempt::within(env, tenant.conn(), &[by, all, ours]).await?;
    let name = unlinked(&workspace::name(tenant).await?);
    let letter = Letter::new(format!("Join {name} on Postern"))
        .words(format!(
            "You are invited to answer {name}'s customers together with its team, as {}.",
            role.as_str()
        ))
        .button("Open the invitation", env.post.link("invitation", secret))
        .note("The invitation is for this address, once, for seven days. After you accept, an admin lets you in.")
        .note("If you do not know who this is, nothing needs to be done.");
    mail::put(env, tenant.conn(), email, &letter).await?;
    tenant.ring(Signal::Jobs);
    Ok(())
}

fn hash(secret: &str) -> [u8; 32] {
    crypto::sha256(secret.trim().as_bytes())
}
