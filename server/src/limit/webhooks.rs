//! Refused webhooks are counted by their address and the door they came to.
//!
//! Meta's addresses are everybody's: one tenant's wrong app secret must hold up that tenant's door alone.

use crate::state::AppState;
use axum::http::StatusCode;
use futures::future::join_all;
use postern_app::error::ApiError;
use postern_domain::{
    limit::Subject,
    webhook::{self, Door},
};
use std::net::IpAddr;

/// The door at a path; none where nobody's can be.
pub fn door(path: &str) -> Option<Door> {
    let rest = path.strip_prefix("/webhooks/whatsapp")?;
    if rest.is_empty() {
        return Some(Door::Installation);
    }
    let key = rest.strip_prefix('/')?;
    // What keys are made of: a second spelling of one would be counted apart from it.
    let spelled = |byte: u8| byte.is_ascii_alphanumeric() || b"-_".contains(&byte);
    let plain = !key.is_empty() && key.bytes().all(spelled);
    plain.then(|| Door::Callback {
        key: key.to_owned(),
    })
}

/// A webhook on its way. One whose sender hangs up before the answer has been refused as well, as far as can be told:
/// else hanging up would cost nothing.
pub struct Knock<'a> {
    state: &'a AppState,
    /// At this door.
    here: Option<Subject>,
    /// At doors that are not there.
    nowhere: Option<Subject>,
    pending: bool,
}

impl<'a> Knock<'a> {
    /// Lets it come nearer, unless too many from its address were refused at this door, or at doors that are not there
    /// and this is another of them.
    pub async fn hear(state: &'a AppState, path: &str, address: IpAddr) -> Result<Self, ApiError> {
        let door = door(path);
        let here = door.as_ref();
        let here = here.map(|door| Subject::webhook(address, Some(door)));
        let sure = door == Some(Door::Installation);
        let nowhere = (!sure).then(|| Subject::webhook(address, None));
        let look = |subject: &Subject| state.limits.limiter.look(&state.env, *subject);
        here.as_ref().map_or(Ok(()), look)?;
        if let Err(over) = nowhere.as_ref().map_or(Ok(()), look)
            && !is_known(state, door.as_ref()).await?
        {
            return Err(over.into());
        }
        Ok(Self {
            state,
            here,
            nowhere,
            pending: true,
        })
    }

    /// Counts what was refused; the answer stands, and the next one finds it counted.
    pub async fn answered(mut self, status: StatusCode) {
        self.pending = false;
        if !status.is_client_error() {
            return;
        }
        let nowhere = self.nowhere.filter(|_| status == StatusCode::NOT_FOUND);
        let subjects = [self.here, nowhere].into_iter().flatten();
        let (limiter, env) = (&self.state.limits.limiter, &self.state.env);
        // Together: whoever hangs up now is counted at both.
        join_all(subjects.map(|subject| limiter.take(env, subject))).await;
    }
}

impl Drop for Knock<'_> {
    fn drop(&mut self) {
        if !self.pending {
            return;
        }
        for subject in [self.here, self.nowhere].into_iter().flatten() {
            self.state.limits.limiter.note(&self.state.env, subject);
        }
    }
}

/// Asked only where an address is over its limit at doors that are not there, and a few at a time: a flood of keys must not
/// take the database's pool.
async fn is_known(state: &AppState, door: Option<&Door>) -> Result<bool, ApiError> {
    let Some(door) = door else { return Ok(false) };
    let turn = state.limits.lookups.acquire().await;
    let known = webhook::exists(&state.env, door).await;
    drop(turn);
    Ok(known?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_door_has_one_spelling_and_every_other_path_is_nobodys() {
        let key = |key: &str| {
            Some(Door::Callback {
                key: key.to_owned(),
            })
        };
        for (path, expected) in [
            ("/webhooks/whatsapp", Some(Door::Installation)),
            ("/webhooks/whatsapp/a_B-9", key("a_B-9")),
            ("/webhooks/whatsapp/", None),
            ("/webhooks/whatsapp/%61_B-9", None),
            ("/webhooks/whatsapp/a/b", None),
            ("/webhooks/whatsappa", None),
            ("/webhooks/other", None),
        ] {
            assert_eq!(door(path), expected, "{path}");
        }
    }
}
