//! An invitation: what it is for, and the way in for whoever has an account and for whoever has none.

mod join;
mod newcomer;

use super::{
    confirm::ConfirmStep,
    onward::go_in,
    person::Person,
    secret::{forget, kept, use_secret},
    sending::trimmed,
};
use crate::{
    boxed::{effect, on},
    error::ApiError,
    session::{Auth, invited, use_session},
    ui::{empty::Empty, icon::Icon, public::PublicPage},
    words::{self, account, fault},
};
use join::Join;
use leptos::prelude::*;
use newcomer::Newcomer;
use postern_types::{CodeSent, Invited};

/// What the parts of the page share; copied about freely.
#[derive(Clone, Copy)]
struct Desk {
    secret: RwSignal<Option<String>>,
    /// What the invitation is, once that is known.
    found: RwSignal<Option<Result<Invited, ApiError>>>,
    /// Whoever has no account yet.
    person: Person,
    /// A code is on its way to them.
    sent: RwSignal<Option<CodeSent>>,
}

impl Desk {
    fn secret(self) -> String {
        self.secret.get_untracked().unwrap_or_default()
    }

    /// It is not good any more.
    fn over(self) {
        forget();
        self.found.try_set(Some(Err(ApiError::NotFound)));
    }

    /// Asks what it is.
    fn look(self) {
        self.found.set(None);
        let secret = self.secret();
        if secret.is_empty() {
            self.over();
            return;
        }
        leptos::task::spawn_local(async move {
            let answer = invited(secret.clone()).await;
            // Another link may have been opened meanwhile.
            if self.secret.try_get_untracked() != Some(Some(secret)) {
                return;
            }
            match answer {
                Err(ApiError::NotFound) => self.over(),
                answer => {
                    self.found.try_set(Some(answer));
                }
            }
        });
    }
}

/// The page. The secret comes with the link, or was kept while its owner signed in.
#[component]
pub fn InvitationPage() -> impl IntoView {
    let desk = Desk {
        secret: use_secret(kept),
        found: RwSignal::new(None),
        person: Person::new(),
        sent: RwSignal::new(None),
    };
    effect(move || {
        if desk.secret.with(Option::is_some) {
            untrack(|| desk.look());
        }
    });
    // Who was signed in before is asked first; who is by the code is in.
    go_in(move || {
        let made = desk.sent.with(Option::is_some);
        made.then(|| {
            forget();
            "/inbox".into()
        })
    });
    let back = Callback::new(move |()| desk.sent.set(None));
    view! {
        {move || match desk.sent.get() {
            Some(sent) => view! { <ConfirmStep sent email=trimmed(desk.person.email) back/> }.into_any(),
            None => view! { <PublicPage title=account::INVITATION lead=account::INVITATION_LEAD><Found desk/></PublicPage> }.into_any(),
        }}
    }
    .into_any()
}

/// What came of asking for it.
#[component]
fn Found(desk: Desk) -> impl IntoView {
    view! {
        {move || match desk.found.get() {
            None => view! { <i class="sk sk-field"></i> }.into_any(),
            Some(Ok(invited)) => view! { <Offer invited desk/> }.into_any(),
            Some(Err(ApiError::NotFound)) => view! {
                <Empty icon="clock" title=account::INVITATION_OVER hint=account::INVITATION_OVER_HINT>
                    <a class="button primary" href="/sign-in">{account::SIGN_IN}</a>
                </Empty>
            }.into_any(),
            Some(Err(error)) => view! {
                <div class="strip fault" role="alert"><Icon name="triangle-alert"/><p dir="auto">{fault::doing(account::NOT_LOOKED_UP, &error)}</p></div>
                <button type="button" class="button primary" on:click=on::click(move |_| desk.look())>{words::TRY_AGAIN}</button>
            }.into_any(),
        }}
    }
    .into_any()
}

/// What it offers, and how to take it.
#[component]
fn Offer(invited: Invited, desk: Desk) -> impl IntoView {
    let session = use_session();
    let name = invited.workspace_name.clone();
    let offered = account::offered(invited.role);
    let invited = StoredValue::new(invited);
    view! {
        <div class="door-offer">
            <h2><bdi>{name}</bdi></h2>
            <p>{offered}</p>
        </div>
        {move || match session.auth.get() {
            Auth::Unknown => view! { <i class="sk sk-field"></i> }.into_any(),
            Auth::In => view! { <Join invited desk/> }.into_any(),
            Auth::Out => view! { <Newcomer invited desk/> }.into_any(),
        }}
    }
    .into_any()
}
