//! Refused webhooks are counted by their address and the door they came to.
//!
//! Meta's addresses are everybody's, and so are other providers': one tenant's wrong secret must hold up that tenant's door
//! alone.

use crate::state::AppState;
use axum::http::StatusCode;
use futures::future::join_all;
use postern_app::error::ApiError;
use postern_domain::{
    limit::Subject,
    source,
    webhook::{self, Door},
};
use std::net::IpAddr;

/// Where a webhook comes to, as far as its path says.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Place {
    /// One of Meta's doors.
    Meta(Door),
    /// A source's address.
    Source(String),
    /// What can be nobody's door.
    NoDoor,
    /// What can be no source's address.
    NoSource,
}

impl Place {
    fn of(path: &str) -> Self {
        if let Some(token) = path.strip_prefix("/webhooks/in/") {
            return if is_plain(token) {
                Self::Source(token.to_owned())
            } else {
                Self::NoSource
            };
        }
        door(path).map_or(Self::NoDoor, Self::Meta)
    }

    /// Those that are refused here.
    fn here(&self, address: IpAddr) -> Option<Subject> {
        match self {
            Self::Meta(door) => Some(Subject::webhook(address, Some(door))),
            Self::Source(token) => Some(Subject::source(address, Some(token))),
            Self::NoDoor | Self::NoSource => None,
        }
    }

    /// Those that came to what is nobody's; none where somebody surely is.
    fn nowhere(&self, address: IpAddr) -> Option<Subject> {
        match self {
            Self::Meta(Door::Installation) => None,
            Self::Meta(_) | Self::NoDoor => Some(Subject::webhook(address, None)),
            Self::Source(_) | Self::NoSource => Some(Subject::source(address, None)),
        }
    }
}

/// The door at a path; none where nobody's can be.
fn door(path: &str) -> Option<Door> {
    let rest = path.strip_prefix("/webhooks/whatsapp")?;
    if rest.is_empty() {
        return Some(Door::Installation);
    }
    let key = rest.strip_prefix('/')?;
    is_plain(key).then(|| Door::Callback {
        key: key.to_owned(),
    })
}

/// What keys and tokens are made of: a second spelling of one would be counted apart from it.
fn is_plain(key: &str) -> bool {
    let spelled = |byte: u8| byte.is_ascii_alphanumeric() || b"-_".contains(&byte);
    !key.is_empty() && key.bytes().all(spelled)
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
        let place = Place::of(path);
        let (here, nowhere) = (place.here(address), place.nowhere(address));
        let look = |subject: &Subject| state.limits.limiter.look(&state.env, *subject);
        here.as_ref().map_or(Ok(()), look)?;
        if let Err(over) = nowhere.as_ref().map_or(Ok(()), look)
            && !is_known(state, &place).await?
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
        // What is refused at no door's own spelling is counted wherever it got to: another spelling is no way around.
        let astray = status == StatusCode::NOT_FOUND || self.here.is_none();
        let nowhere = self.nowhere.filter(|_| astray);
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
async fn is_known(state: &AppState, place: &Place) -> Result<bool, ApiError> {
    if matches!(place, Place::NoDoor | Place::NoSource) {
        return Ok(false);
    }
    let turn = state.limits.lookups.acquire().await;
    let known = match place {
        Place::Meta(door) => webhook::exists(&state.env, door).await,
        Place::Source(token) => source::exists(&state.env, token).await,
        Place::NoDoor | Place::NoSource => Ok(false),
    };
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
            let place = expected.map_or(Place::NoDoor, Place::Meta);
            assert_eq!(Place::of(path), place, "{path}");
        }
        for (path, expected) in [
            ("/webhooks/in/a_B-9", Place::Source("a_B-9".to_owned())),
            ("/webhooks/in/", Place::NoSource),
            ("/webhooks/in/%61_B-9", Place::NoSource),
            ("/webhooks/in/a/b", Place::NoSource),
            ("/webhooks/in", Place::NoDoor),
            ("/webhooks/inlet", Place::NoDoor),
        ] {
            assert_eq!(Place::of(path), expected, "{path}");
        }
    }
}
