//! The first set-up of an installation: allowed once, to whoever holds the link that the server printed.

use crate::{
    Env, Error, Result,
    account::{self, Deed, Person},
    attempt::{self, Subject},
    installation, password,
    session::{self, Browser, Opened},
    wake::Signal,
    workspace,
};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use postern_types::SetUp;
use subtle::ConstantTimeEq as _;

/// The secret of the set-up link, as the server prints it; none once the installation is set up. It is made of the
/// installation's name and a key outside the database: nothing is stored, and every process prints the same.
pub async fn token(env: &Env) -> Result<Option<String>> {
    let installation = installation::find(env).await?;
    Ok((!installation.set_up).then(|| token_of(env, &installation.instance)))
}

/// Makes the first owner with their workspace, and signs them in. [`Error::Invalid`] names the field at fault;
/// [`Error::Conflict`] when it was done before, also by somebody who did it at the same moment. The session whose
/// refresh token the browser gives up for the new one (`replaced`) ends.
pub async fn run(
    env: &Env,
    form: &SetUp,
    browser: &Browser,
    replaced: Option<&str>,
) -> Result<Opened> {
    let subjects = [Subject::network("set-up", browser.address)];
    attempt::begin(env, &subjects).await?;
    let installation = installation::find(env).await?;
    if installation.set_up {
        return Err(done());
    }
    let right = token_of(env, &installation.instance);
    if !bool::from(form.token.trim().as_bytes().ct_eq(right.as_bytes())) {
        return Err(Error::invalid(
            "token",
            "This is not the code that the server printed; `postern setup-link` prints it again.",
        ));
    }
    let person = Person::new(&form.name, &form.email)?;
    let name = workspace::checked_name(&form.workspace_name)?;
    password::check(&form.password, &[person.name(), person.email(), name]).await?;
    let kept = password::hash(env, &form.password).await?;

    // One transaction: of two at once the second waits here for the first, and then finds it done.
    let mut tenant = workspace::create(env, name).await?;
    if !installation::claim(env, tenant.conn()).await? {
        return Err(done());
    }
    let account = account::create(env, tenant.conn(), &person, &kept).await?;
    workspace::found(env, &mut tenant, account).await?;
    attempt::succeeded(env, tenant.conn(), &subjects).await?;
    let address = Some(browser.address);
    account::audit(env, tenant.conn(), account, Deed::SetUp, address).await?;
    if let Some(left) = session::end(env, tenant.conn(), replaced, browser).await? {
        tenant.ring(Signal::Session(left));
    }
    let opened = session::open(env, tenant.conn(), account, browser).await?;
    tenant.commit().await?;
    Ok(opened)
}

fn token_of(env: &Env, instance: &str) -> String {
    let digest = env.keys.digest("set-up link", &[instance.as_bytes()]);
    // 128 bits.
    URL_SAFE_NO_PAD.encode(&digest[..16])
}

fn done() -> Error {
    Error::conflict("This installation has been set up already. Sign in instead.")
}

#[cfg(test)]
mod tests;
