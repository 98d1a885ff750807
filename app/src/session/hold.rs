//! What this tab holds: the access token, in a variable of the program and nowhere else.

use super::{lock, wire};
use crate::ApiError;
use futures::{
    FutureExt as _,
    future::{LocalBoxFuture, Shared},
};
use postern_types::{Me, SignedIn, WorkspaceId};
use std::{cell::RefCell, rc::Rc};

/// What the rest of the page is told.
pub enum Change {
    /// Somebody is in, or their memberships were read anew.
    In(Me),
    /// Nobody is in any more.
    Out,
}

type Flight = Shared<LocalBoxFuture<'static, Result<(), ApiError>>>;

#[derive(Default)]
struct Hold {
    token: Option<String>,
    /// Milliseconds by this machine's clock: renewed a little before the server would refuse it.
    good_until: f64,
    /// Counts tokens: who was refused with an older one need not renew again.
    generation: u64,
    /// The one renewal under way.
    flight: Option<Flight>,
    /// Refused by the server: nothing is tried until somebody signs in.
    out: bool,
    workspace: Option<WorkspaceId>,
    on_change: Option<Rc<dyn Fn(Change)>>,
}

thread_local! {
    static HOLD: RefCell<Hold> = RefCell::default();
}

/// Who is told of changes.
pub fn on_change(listener: impl Fn(Change) + 'static) {
    HOLD.with_borrow_mut(|hold| hold.on_change = Some(Rc::new(listener)));
}

/// The token, its generation and the workspace for a request.
pub fn bearer() -> (Option<String>, u64, Option<WorkspaceId>) {
    HOLD.with_borrow(|hold| (hold.token.clone(), hold.generation, hold.workspace))
}

/// The workspace that requests are for, from now on.
pub fn work_in(workspace: Option<WorkspaceId>) {
    HOLD.with_borrow_mut(|hold| hold.workspace = workspace);
}

/// Takes what a sign-in or a renewal gave.
pub fn accept(signed_in: SignedIn) {
    HOLD.with_borrow_mut(|hold| {
        hold.good_until = js_sys::Date::now() + f64::from(signed_in.expires_in) * 1000.0 - 30_000.0;
        hold.token = Some(signed_in.token);
        hold.generation += 1;
        hold.out = false;
    });
    tell(Change::In(signed_in.me));
}

/// Forgets the token: nobody is in.
pub fn clear() {
    HOLD.with_borrow_mut(|hold| {
        hold.token = None;
        hold.generation += 1;
        hold.out = true;
        hold.workspace = None;
    });
    tell(Change::Out);
}

/// A new sign-in happened elsewhere: renewing may succeed again.
pub fn reopen() {
    HOLD.with_borrow_mut(|hold| hold.out = false);
}

/// Ends with a token that is good for a while, or with why there is none.
pub async fn ready() -> Result<(), ApiError> {
    let (good, generation) = HOLD.with_borrow(|hold| {
        let good = hold.token.is_some() && js_sys::Date::now() < hold.good_until;
        (good, hold.generation)
    });
    if good {
        Ok(())
    } else {
        renew(generation).await
    }
}

/// Renews the session once, however many ask for it: `seen` is the generation that did not do.
pub async fn renew(seen: u64) -> Result<(), ApiError> {
    enum Next {
        Done(Result<(), ApiError>),
        Join(Flight),
        Start(Flight),
    }
    let next = HOLD.with_borrow_mut(|hold| {
        if hold.out {
            return Next::Done(Err(ApiError::Unauthorized));
        }
        if hold.generation != seen {
            return Next::Done(Ok(()));
        }
        if let Some(flight) = &hold.flight {
            return Next::Join(flight.clone());
        }
        let flight = fly().boxed_local().shared();
        hold.flight = Some(flight.clone());
        Next::Start(flight)
    });
    match next {
        Next::Done(result) => result,
        Next::Join(flight) => flight.await,
        Next::Start(flight) => {
            // Also on its own: a caller that leaves must not stop a rotation half-way.
            leptos::task::spawn_local(flight.clone().map(drop));
            flight.await
        }
    }
}

async fn fly() -> Result<(), ApiError> {
    let answer = lock::exclusive(async {
        // Signed out meanwhile, perhaps in another tab: not even the server knows it yet.
        if wire::is_leaving() {
            return Err(ApiError::Unauthorized);
        }
        wire::refresh().await
    })
    .await;
    HOLD.with_borrow_mut(|hold| hold.flight = None);
    match answer {
        Ok(signed_in) => {
            accept(signed_in);
            Ok(())
        }
        // Only a refusal ends the session; a lost connection keeps it.
        Err(ApiError::Unauthorized) => {
            clear();
            Err(ApiError::Unauthorized)
        }
        Err(other) => Err(other),
    }
}

/// Outside any borrow: the listener reads and sets what it likes.
fn tell(change: Change) {
    let listener = HOLD.with_borrow(|hold| hold.on_change.clone());
    if let Some(listener) = listener {
        listener(change);
    }
}
