//! The first page, and the way out.

use super::{
    cookie::Kind,
    guest::{Guest, add, of, onward},
    pin,
};
use axum::{Form, extract::rejection::FormRejection, http::StatusCode, response::Response};
use postern_app::portal::{self as view, Said, Told};
use postern_domain::{
    Error, Tenant,
    portal::{self, Visit, Way, page},
};
use serde::Deserialize;

/// What is shared; before the PIN, its form; without a link, a word about that.
pub async fn home(guest: Guest) -> Response {
    // Before anybody enters: nobody waits for a connection of the database while they hold another.
    let found = match &guest.way {
        Some(token) => Some((token.as_str(), pin::found(&guest, token).await)),
        None => None,
    };
    if guest.has_visit() {
        match guest.enter().await {
            Ok((visit, tenant)) => return inside(&guest, &visit, tenant, found).await,
            Err(Error::Unauthorized) => {}
            Err(error) => return guest.fault(error),
        }
    }
    match found {
        Some((token, found)) => pin::form(&guest, token, found, StatusCode::OK, None).await,
        None if guest.has_visit() => guest.over(),
        None => guest.say(StatusCode::OK, &Said::NoLink),
    }
}

/// Whoever opens another link while they are in has to enter its PIN; by their own they come back.
async fn inside(
    guest: &Guest,
    visit: &Visit,
    mut tenant: Tenant,
    found: Option<(&str, Result<Way, Error>)>,
) -> Response {
    let mut own_way = false;
    if let Some((token, found)) = found {
        own_way = match &found {
            Ok(way) => match page::is_by(&mut tenant, way).await {
                Ok(own) => own,
                Err(error) => return guest.fault(error),
            },
            Err(_) => false,
        };
        if !own_way {
            drop(tenant);
            return pin::form(guest, token, found, StatusCode::OK, None).await;
        }
    }
    let mut answer = shown(guest, visit, tenant, StatusCode::OK, None).await;
    if own_way {
        add(&mut answer, Kind::Way.cleared(&guest.site));
    }
    answer
}

async fn shown(
    guest: &Guest,
    visit: &Visit,
    mut tenant: Tenant,
    status: StatusCode,
    told: Option<Told>,
) -> Response {
    let read = async {
        let home = page::home(&guest.env, &mut tenant).await?;
        tenant.commit().await?;
        Ok(home)
    };
    match read.await {
        Ok(home) => {
            let twin = guest.twin(of(visit));
            let html = view::home(&guest.sheet(&twin), &home, told.as_ref());
            guest.page(status, html)
        }
        Err(error) => guest.fault(error),
    }
}

#[derive(Deserialize)]
pub struct Leave {
    #[serde(default)]
    twin: String,
}

/// Signs out: the visit is over in every window.
pub async fn leave(guest: Guest, form: Result<Form<Leave>, FormRejection>) -> Response {
    let visit = match guest.visit().await {
        Ok(visit) => visit,
        Err(Error::Unauthorized) => return guest.over(),
        Err(error) => return guest.fault(error),
    };
    let own = form.is_ok_and(|Form(form)| guest.is_own(of(&visit), &form.twin));
    if !own {
        return match portal::enter(&guest.env, &visit).await {
            Ok(tenant) => {
                let told = Told::Badly(postern_app::words::portal::FORM_OLD.into());
                shown(&guest, &visit, tenant, StatusCode::FORBIDDEN, Some(told)).await
            }
            Err(error) => guest.fault(error),
        };
    }
    if let Err(error) = portal::leave(&guest.env, &visit).await
        && !matches!(error, Error::Unauthorized)
    {
        return guest.fault(error);
    }
    let mut answer = onward("/portal");
    for kind in [Kind::Way, Kind::Half] {
        add(&mut answer, kind.cleared(&guest.site));
    }
    // The token of the visit stays until the page has said that it is over; it opens nothing.
    answer
}
