//! A link and its PIN. What stands in a link is kept in a cookie until the PIN comes, so that no address that is shown, logged
//! or sent on as a referrer holds it; a previewer that fetches the link has done nothing.

use super::{
    cookie::{self, Kind},
    guest::{Guest, add, onward},
};
use axum::{
    Form,
    extract::{Path, rejection::FormRejection},
    http::StatusCode,
    response::Response,
};
use postern_app::{
    portal::{Pin, Said, Told, pin},
    words::portal as words,
};
use postern_domain::{
    Error,
    portal::{self, Way, page},
};
use serde::Deserialize;

/// Characters of what is kept of a link: longer than ours, which a wrong one is not told from.
const LONGEST: usize = 64;

/// Takes the link out of the address. Whether it stands is not looked at: each one goes the same way.
pub async fn arrive(guest: Guest, Path(token): Path<String>) -> Response {
    let mut kept: String = token
        .chars()
        .filter(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_'))
        .take(LONGEST)
        .collect();
    if kept.is_empty() {
        kept.push('-');
    }
    let mut answer = onward("/portal");
    add(&mut answer, cookie::way(&guest.site, &kept));
    answer
}

#[derive(Deserialize)]
pub struct Open {
    #[serde(default)]
    pin: String,
    #[serde(default)]
    twin: String,
}

/// Opens a visit for whoever knows link and PIN.
pub async fn open(guest: Guest, form: Result<Form<Open>, FormRejection>) -> Response {
    let Some(token) = &guest.way else {
        return guest.say(StatusCode::OK, &Said::NoLink);
    };
    let own = form
        .ok()
        .filter(|Form(form)| guest.is_own(token.as_bytes(), &form.twin));
    let Some(Form(form)) = own else {
        let told = Told::Badly(words::FORM_OLD.into());
        let found = found(&guest, token).await;
        return self::form(&guest, token, found, StatusCode::FORBIDDEN, Some(told)).await;
    };
    match portal::try_pin(&guest.env, token, &form.pin, guest.browser()).await {
        Ok(opened) => {
            let life = (opened.expires_at - guest.env.now()).whole_seconds();
            let mut answer = onward("/portal");
            add(&mut answer, cookie::visit(&guest.site, &opened.token, life));
            add(&mut answer, Kind::Way.cleared(&guest.site));
            answer
        }
        // A link that is none, and a PIN that is wrong, are told alike.
        Err(Error::NotFound | Error::Invalid { .. }) => {
            let told = Told::Badly(words::WRONG_PIN.into());
            let status = StatusCode::UNPROCESSABLE_ENTITY;
            let found = found(&guest, token).await;
            self::form(&guest, token, found, status, Some(told)).await
        }
        Err(Error::Conflict(why)) => {
            let told = Told::Badly(why.into_owned());
            let found = found(&guest, token).await;
            self::form(&guest, token, found, StatusCode::CONFLICT, Some(told)).await
        }
        Err(Error::TooMany { retry_after_s }) => {
            let told = Told::Badly(words::wait(retry_after_s));
            let status = StatusCode::TOO_MANY_REQUESTS;
            let found = found(&guest, token).await;
            self::form(&guest, token, found, status, Some(told)).await
        }
        Err(error) => guest.fault(error),
    }
}

#[derive(Deserialize)]
pub struct Ask {
    #[serde(default)]
    twin: String,
}

/// Tells the agents that a PIN is lost. For a link that is none the answer is the same.
pub async fn ask(guest: Guest, form: Result<Form<Ask>, FormRejection>) -> Response {
    let Some(token) = &guest.way else {
        return guest.say(StatusCode::OK, &Said::NoLink);
    };
    if !form.is_ok_and(|Form(form)| guest.is_own(token.as_bytes(), &form.twin)) {
        let told = Told::Badly(words::FORM_OLD.into());
        let found = found(&guest, token).await;
        return self::form(&guest, token, found, StatusCode::FORBIDDEN, Some(told)).await;
    }
    let found = found(&guest, token).await;
    let asked = match &found {
        Ok(way) => portal::ask_for_pin(&guest.env, way, guest.browser()).await,
        Err(error) => Err(as_told(error)),
    };
    match asked {
        Ok(()) | Err(Error::NotFound) => {
            let told = Told::Well(words::ASKED);
            self::form(&guest, token, found, StatusCode::OK, Some(told)).await
        }
        Err(Error::TooMany { retry_after_s }) => {
            let told = Told::Badly(words::wait(retry_after_s));
            let status = StatusCode::TOO_MANY_REQUESTS;
            self::form(&guest, token, found, status, Some(told)).await
        }
        Err(error) => guest.fault(error),
    }
}

/// The link that was opened, while it stands. Each look is counted by its address, so that a request looks once.
pub async fn found(guest: &Guest, token: &str) -> Result<Way, Error> {
    portal::find(&guest.env, token, guest.browser().address).await
}

/// The same once more: a fault of ours is told where the form would be shown.
fn as_told(error: &Error) -> Error {
    match error {
        Error::TooMany { retry_after_s } => Error::TooMany {
            retry_after_s: *retry_after_s,
        },
        Error::Unavailable => Error::Unavailable,
        _ => Error::NotFound,
    }
}

/// The form that asks for a PIN. Who invites is told where the link stands; else the form is the same.
pub async fn form(
    guest: &Guest,
    token: &str,
    found: Result<Way, Error>,
    status: StatusCode,
    told: Option<Told>,
) -> Response {
    let host = match found {
        Ok(way) => page::host(&guest.env, &way).await,
        Err(error) => Err(error),
    };
    let (host, told) = match host {
        Ok(host) => (Some(host), told),
        Err(Error::NotFound) => (None, told),
        Err(Error::TooMany { retry_after_s }) => {
            let wait = Told::Badly(words::wait(retry_after_s));
            (None, told.or(Some(wait)))
        }
        Err(error) => return guest.fault(error),
    };
    let twin = guest.twin(token.as_bytes());
    let page = Pin {
        host: host.as_ref(),
        told,
    };
    guest.page(status, pin(&guest.sheet(&twin), &page))
}
