//! New accounts: by invitation, or with a workspace of their own where that is open. Nobody has an account before the code
//! that was mailed to their address came back.

use crate::{
    Env, Error, Result, Tenant,
    account::{self, Deed, Person},
    attempt::{self, Subject},
    code::{self, Checked, Purpose},
    installation, invitation,
    mail::{self, Letter},
    password,
    session::{self, Browser, Opened},
    wake::Signal,
    workspace,
};
use postern_types::{AccountId, CodeSent, Confirm, Register};
use serde::{Deserialize, Serialize};

/// Whether strangers may register workspaces of their own.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Registration {
    /// Only who was invited gets an account.
    #[default]
    Closed,
    /// Anybody may.
    Open,
}

/// What waits for the code.
#[derive(Serialize, Deserialize)]
struct Waiting {
    name: String,
    email: String,
    password_hash: String,
    /// The secret of the invitation's link.
    invitation: Option<String>,
    workspace_name: Option<String>,
}

/// Mails a code to the address. It answers alike, and does as much, when that has an account: then the letter says so, and
/// holds no code. [`Error::Invalid`] names the field; [`Error::NotFound`] when the invitation is over.
pub async fn register(env: &Env, form: &Register, browser: &Browser) -> Result<CodeSent> {
    attempt::begin(env, &[Subject::crowd("register", browser.address)]).await?;
    let person = Person::new(&form.name, &form.email)?;
    let place = match (&form.invitation, &form.workspace_name) {
        (Some(token), _) => {
            invitation::look(env, token, person.email())
                .await?
                .workspace_name
        }
        (None, Some(name)) => {
            is_open(env)?;
            workspace::checked_name(name)?.to_owned()
        }
        (None, None) => return Err(nameless()),
    };
    password::check(&form.password, &[person.name(), person.email(), &place]).await?;
    let by = attempt::network(browser.address);
    let mailing = Subject::letters(env, "register", by.as_bytes(), person.email());
    attempt::begin(env, &mailing).await?;
    let waiting = Waiting {
        name: person.name().to_owned(),
        email: person.email().to_owned(),
        password_hash: password::hash(env, &form.password).await?,
        workspace_name: form.invitation.is_none().then_some(place),
        invitation: form.invitation.clone(),
    };
    send(env, &waiting, None).await
}

/// Mails another code; the one before it is void. [`Error::NotFound`] when its time is over.
pub async fn again(env: &Env, ticket: &str, browser: &Browser) -> Result<CodeSent> {
    attempt::begin(env, &[Subject::crowd("register", browser.address)]).await?;
    let old = code::look(env, Purpose::Register, ticket).await?;
    let waiting: Waiting = old.of()?;
    let by = attempt::network(browser.address);
    let mailing = Subject::letters(env, "register", by.as_bytes(), &waiting.email);
    attempt::begin(env, &mailing).await?;
    send(env, &waiting, Some(&old)).await
}

/// Mails a code for what waits, in the place of the old one.
async fn send(env: &Env, waiting: &Waiting, old: Option<&Checked>) -> Result<CodeSent> {
    let drawn = code::draw(env, Purpose::Register, None, waiting).await?;
    let mut global = env.db.global().await?;
    let taken = account::find(global.conn(), &waiting.email)
        .await?
        .is_some();
    let letter = if taken {
        Letter::new("You have an account already")
            .words("Somebody, perhaps you, wanted to register with this address. It has an account already: sign in with it, and open the invitation again if you had one.")
            .button("Sign in", format!("{}/sign-in", env.post.origin))
            .note("If it was not you, nothing needs to be done.")
    } else {
        Letter::new("Confirm your address")
            .words("Type this code where you registered. It is good for ten minutes.")
            .code(drawn.code.as_str())
            .note("If you did not register, nothing needs to be done: there is no account yet.")
    };
    mail::put(env, global.conn(), &waiting.email, &letter).await?;
    if let Some(old) = old {
        code::spend(env, global.conn(), old).await?;
    }
    code::keep(env, global.conn(), &drawn).await?;
    global.ring(Signal::Jobs);
    global.commit().await?;
    Ok(CodeSent {
        ticket: drawn.ticket.to_string(),
    })
}

/// Makes the account once the code is right, gives the person their place, and signs them in. [`Error::Invalid`] on `code`;
/// [`Error::NotFound`] when its time or its tries are over, or the invitation; [`Error::Conflict`] when the address got an
/// account meanwhile.
pub async fn confirm(
    env: &Env,
    confirm: &Confirm,
    browser: &Browser,
    replaced: Option<&str>,
) -> Result<Opened> {
    let checked = code::check(env, Purpose::Register, confirm).await?;
    let waiting: Waiting = checked.of()?;
    let person = Person::new(&waiting.name, &waiting.email)?;
    let invitation = waiting.invitation.as_deref();
    let mut tenant = place(env, invitation, waiting.workspace_name.as_deref()).await?;
    code::spend(env, tenant.conn(), &checked).await?;
    let account = account::create(env, tenant.conn(), &person, &waiting.password_hash).await?;
    admit(env, tenant, account, &person, invitation, browser, replaced).await
}

/// Refuses strangers where only who was invited gets an account: [`Error::Invalid`] on `workspace_name`.
pub(crate) fn is_open(env: &Env) -> Result<()> {
    match env.registration {
        Registration::Open => Ok(()),
        Registration::Closed => Err(Error::invalid(
            "workspace_name",
            "New workspaces cannot be registered here. Ask for an invitation.",
        )),
    }
}

fn nameless() -> Error {
    Error::invalid("workspace_name", "Give the workspace a name.")
}

/// Enters the workspace of the invitation, or a new one of that name: all that follows happens in its transaction, or
/// nothing does.
pub(crate) async fn place(
    env: &Env,
    invitation: Option<&str>,
    workspace_name: Option<&str>,
) -> Result<Tenant> {
    match (invitation, workspace_name) {
        (Some(token), _) => invitation::enter(env, token).await,
        (None, Some(name)) => workspace::create(env, name).await,
        (None, None) => Err(nameless()),
    }
}

/// Gives a new account its place there, signs it in, and commits.
pub(crate) async fn admit(
    env: &Env,
    mut tenant: Tenant,
    account: AccountId,
    person: &Person,
    invitation: Option<&str>,
    browser: &Browser,
    replaced: Option<&str>,
) -> Result<Opened> {
    if let Some(token) = invitation {
        let from = attempt::network(browser.address);
        invitation::take(env, &mut tenant, token, account, person, &from).await?;
    } else {
        workspace::found(env, &mut tenant, account).await?;
        installation::claim(env, tenant.conn()).await?;
    }
    let address = Some(browser.address);
    account::audit(env, tenant.conn(), account, Deed::Registered, address).await?;
    if let Some(left) = session::end(env, tenant.conn(), replaced, browser).await? {
        tenant.ring(Signal::Session(left));
    }
    let opened = session::open(env, tenant.conn(), account, browser).await?;
    tenant.ring(Signal::Jobs);
    tenant.commit().await?;
    Ok(opened)
}

#[cfg(test)]
mod tests;
