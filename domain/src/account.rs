//! People: one account each, over all workspaces.

mod address;
mod erase;
mod link;
mod not_me;
mod own;
mod reset;
mod settings;
mod ways;

pub use address::{begin_email, confirm_email};
pub use erase::{erase, leaving};
pub use not_me::not_me;
pub(crate) use not_me::{LIFE as NOT_ME_LIFE, MOMENT, not_me_link};
pub(crate) use own::{Signed, close_doors, hold, lock, prove, shut_out, signed};
pub use own::{change_password, now, rename};
pub use reset::{forgot, reset};
pub use settings::settle;

use crate::{Env, Error, Result, error::OnConstraint as _, workspace};
use postern_types::{
    AccountId, Announce, Habits, Me, MemberState, Membership, Role, SessionId, WorkspaceId,
};
use sqlx::PgConnection;

/// A name and an address that were found acceptable, as they are kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Person {
    name: String,
    email: String,
}

impl Person {
    /// Checks both; [`Error::Invalid`] names the field `name` or `email`.
    pub fn new(name: &str, email: &str) -> Result<Self> {
        let name = name.trim();
        if name.is_empty() || name.chars().count() > 80 || name.chars().any(char::is_control) {
            return Err(Error::invalid("name", "Give a name of 1 to 80 characters."));
        }
        let email = checked_email(email)?;
        Ok(Self {
            name: name.to_owned(),
            email,
        })
    }

    /// The name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The address, folded.
    pub fn email(&self) -> &str {
        &self.email
    }
}

/// [`sought`], or what is wrong: [`Error::Invalid`] on `email`.
pub(crate) fn checked_email(email: &str) -> Result<String> {
    sought(email).ok_or_else(|| {
        Error::invalid(
            "email",
            "Give a complete e-mail address, like ana@example.com.",
        )
    })
}

/// An address as it is kept and compared: without space around it, in lower case. None when no account can have it,
/// so that nothing need be asked.
pub fn sought(email: &str) -> Option<String> {
    let email = email.trim();
    // Before anything is done with it: whatever is longer is none.
    if email.len() > LONGEST {
        return None;
    }
    Some(email.to_ascii_lowercase()).filter(|email| acceptable(email))
}

/// Octets of an address (RFC 5321, 4.5.3.1).
const LONGEST: usize = 254;

/// Only what a mail server could take, in ASCII: an address that looks like another one cannot be made of
/// letters of other scripts. Whether it exists is found out by writing to it.
fn acceptable(email: &str) -> bool {
    let Some((local, domain)) = email.rsplit_once('@') else {
        return false;
    };
    let word = |c: char| c.is_ascii_alphanumeric() || "!#$%&'*+/=?^_`{|}~-.".contains(c);
    // 64 octets before the sign (RFC 5321, 4.5.3.1).
    email.len() <= LONGEST
        && (1..=64).contains(&local.len())
        && local.chars().all(word)
        && !domain.is_empty()
        && domain.split('.').all(|label| {
            !label.is_empty()
                && label.len() <= 63
                && !label.starts_with('-')
                && !label.ends_with('-')
                && label.chars().all(|c| c.is_ascii_alphanumeric() || c == '-')
        })
}

/// Makes an account. [`Error::Conflict`] when the address has one already.
pub async fn create(
    env: &Env,
    conn: &mut PgConnection,
    person: &Person,
    password_hash: &str,
) -> Result<AccountId> {
    let id: AccountId = env.id();
    sqlx::query!(
        "INSERT INTO account (id, email, name, password_hash, created_at) VALUES ($1, $2, $3, $4, $5)",
        id.0,
        person.email,
        person.name,
        password_hash,
        env.now(),
    )
    .execute(conn)
    .await
    .on_constraint("account_email_key", || {
        Error::conflict("There is an account with this address already.")
    })?;
    Ok(id)
}

/// The account of that address, if there is one.
pub async fn find(conn: &mut PgConnection, email: &str) -> Result<Option<AccountId>> {
    let Some(email) = sought(email) else {
        return Ok(None);
    };
    let id = sqlx::query_scalar!("SELECT id FROM account WHERE email = $1", email)
        .fetch_optional(conn)
        .await?;
    Ok(id.map(AccountId))
}

/// The person and where they belong, as `session` finds them there. [`Error::Unauthorized`] when the account is gone or
/// disabled.
pub async fn me(
    env: &Env,
    conn: &mut PgConnection,
    account: AccountId,
    session: Option<SessionId>,
) -> Result<Me> {
    let person = sqlx::query!(
        r#"SELECT a.name, a.email, s.locale AS "locale?", s.announce AS "announce?: Announce", s.sound AS "sound?",
                  s.task_mail AS "task_mail?"
             FROM account a LEFT JOIN account_setting s ON s.account_id = a.id
            WHERE a.id = $1 AND a.disabled_at IS NULL"#,
        account.0,
    )
    .fetch_optional(&mut *conn)
    .await?
    .ok_or(Error::Unauthorized)?;
    Ok(Me {
        account,
        name: person.name,
        email: person.email,
        memberships: places(env, conn, account, session).await?,
        habits: Habits {
            locale: person.locale,
            announce: person.announce.unwrap_or_default(),
            sound: person.sound.unwrap_or(true),
            task_mail: person.task_mail.unwrap_or(true),
        },
    })
}

/// Where a person belongs, by name. Whom a workspace is not open to gets to know no more of it than its name.
async fn places(
    env: &Env,
    conn: &mut PgConnection,
    account: AccountId,
    session: Option<SessionId>,
) -> Result<Vec<Membership>> {
    let rows = sqlx::query!(
        r#"SELECT p.workspace_id AS "workspace!: WorkspaceId", p.workspace_name AS "workspace_name!",
                  p.member_id AS "member!", p.role AS "role!: Role", p.state AS "state!: MemberState",
                  m.tone AS "tone?", m.logo_id AS "logo?"
             FROM my_places($1, $2) p LEFT JOIN my_marks($1) m ON m.workspace_id = p.workspace_id
            ORDER BY lower(p.workspace_name), p.workspace_id"#,
        account.0,
        session.map(|session| session.0),
    )
    .fetch_all(conn)
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| {
            let open = row.state == MemberState::Active;
            let logo = row.logo.zip(session).filter(|_| open);
            Membership {
                workspace: row.workspace,
                workspace_name: row.workspace_name,
                member: row.member.into(),
                role: row.role,
                state: row.state,
                tone: workspace::tone(row.tone).filter(|_| open),
                logo: logo.map(|(logo, session)| {
                    workspace::logo::link(env, row.workspace, logo, session)
                }),
            }
        })
        .collect())
}

/// What the workspaces of a person are called.
pub(crate) async fn place_names(
    conn: &mut PgConnection,
    account: AccountId,
) -> Result<Vec<String>> {
    let names = sqlx::query_scalar!(
        r#"SELECT workspace_name AS "name!" FROM my_places($1, NULL)"#,
        account.0,
    )
    .fetch_all(conn)
    .await?;
    Ok(names)
}

/// Something that happened to a person outside any workspace.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Deed {
    /// The first owner was made.
    SetUp,
    /// Signed in.
    SignIn,
    /// A sign-in with a wrong password.
    SignInRefused,
    /// Signed out.
    SignOut,
    /// A spent refresh token came again: every session was ended.
    Replay,
    /// A session was ended from another one.
    Revoked,
    /// The account was made, and its address confirmed.
    Registered,
    /// The name was changed.
    Renamed,
    /// How they read dates, or what they hear of, was changed.
    Settled,
    /// A new password, by whoever knew the old one.
    PasswordChanged,
    /// A link to set a new password was asked for.
    ResetAsked,
    /// A new password, by a mailed link.
    PasswordReset,
    /// The address was changed, and the new one confirmed.
    EmailChanged,
    /// Whoever got a letter said that it was not them.
    NotMe,
    /// The second factor was set up.
    FactorOn,
    /// The second factor was taken away.
    FactorOff,
    /// New recovery codes were made.
    RecoveryRenewed,
    /// Recovery codes were taken away.
    RecoveryEnded,
    /// A second factor that was wrong.
    FactorRefused,
    /// A passkey was added.
    PasskeyAdded,
    /// A passkey was taken away.
    PasskeyRemoved,
    /// A browser is not trusted any more.
    TrustEnded,
    /// The account was deleted.
    Erased,
    /// A workspace was deleted.
    WorkspaceErased,
    /// A provider that signs in was connected.
    Connected,
    /// One was taken away.
    Disconnected,
}

impl Deed {
    fn as_str(self) -> &'static str {
        match self {
            Self::SetUp => "set_up",
            Self::SignIn => "sign_in",
            Self::SignInRefused => "sign_in_refused",
            Self::SignOut => "sign_out",
            Self::Replay => "session_replay",
            Self::Revoked => "session_revoked",
            Self::Registered => "registered",
            Self::Renamed => "renamed",
            Self::Settled => "settings_changed",
            Self::PasswordChanged => "password_changed",
            Self::ResetAsked => "password_reset_asked",
            Self::PasswordReset => "password_reset",
            Self::EmailChanged => "email_changed",
            Self::NotMe => "not_me",
            Self::FactorOn => "factor_on",
            Self::FactorOff => "factor_off",
            Self::RecoveryRenewed => "recovery_codes_renewed",
            Self::RecoveryEnded => "recovery_codes_ended",
            Self::FactorRefused => "factor_refused",
            Self::PasskeyAdded => "passkey_added",
            Self::PasskeyRemoved => "passkey_removed",
            Self::TrustEnded => "trust_ended",
            Self::Erased => "account_erased",
            Self::WorkspaceErased => "workspace_erased",
            Self::Connected => "provider_connected",
            Self::Disconnected => "provider_disconnected",
        }
    }
}

/// Writes what happened to `account`, in the transaction in which it did; none for an address that nobody has.
pub async fn audit(
    env: &Env,
    conn: &mut PgConnection,
    account: impl Into<Option<AccountId>>,
    deed: Deed,
    address: Option<std::net::IpAddr>,
) -> Result<()> {
    let address = address.map(|address| address.to_string());
    audit_from(env, conn, account, deed, address.as_deref()).await
}

/// The same by a session, of which the network is known (/24, /48).
pub(crate) async fn audit_from(
    env: &Env,
    conn: &mut PgConnection,
    account: impl Into<Option<AccountId>>,
    deed: Deed,
    from: Option<&str>,
) -> Result<()> {
    audit_about(env, conn, account, deed, from, &serde_json::json!({})).await
}

/// The same with what it was about: ids, and which parts, and nothing else.
pub(crate) async fn audit_about(
    env: &Env,
    conn: &mut PgConnection,
    account: impl Into<Option<AccountId>>,
    deed: Deed,
    from: Option<&str>,
    detail: &serde_json::Value,
) -> Result<()> {
    sqlx::query!(
        "INSERT INTO account_audit (id, account_id, at, action, address, detail) VALUES ($1, $2, $3, $4, $5, $6)",
        env.id::<uuid::Uuid>(),
        account.into().map(|account| account.0),
        env.now(),
        deed.as_str(),
        from,
        detail,
    )
    .execute(conn)
    .await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_folded_and_only_a_whole_one_is_taken() {
        let person = Person::new(" Ana ", " Ana.B+x@Example.COM ").unwrap();
        assert_eq!(
            (person.name(), person.email()),
            ("Ana", "ana.b+x@example.com")
        );
        for email in [
            "",
            "ana",
            "@example.com",
            "ana@",
            "ana@example..com",
            "ana@-example.com",
            "a na@example.com",
            "ana@exam ple.com",
            "ana\r\nBcc: x@example.com",
            "ana\0@example.com",
            "аna@example.com",
            "ana@b@example.com",
            &format!("{}@example.com", "a".repeat(65)),
        ] {
            assert!(
                matches!(
                    Person::new("Ana", email),
                    Err(Error::Invalid { field: "email", .. })
                ),
                "{email}"
            );
        }
    }

    #[test]
    fn a_name_is_one_line_of_1_to_80_characters() {
        for name in ["", "  ", "a\nb", &"x".repeat(81)] {
            assert!(
                matches!(
                    Person::new(name, "a@b.c"),
                    Err(Error::Invalid { field: "name", .. })
                ),
                "{name:?}"
            );
        }
        assert!(Person::new("مريم 🌿", "a@b.c").is_ok());
    }
}
