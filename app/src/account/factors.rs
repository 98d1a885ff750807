//! The second step of a sign-in: whether there is one, and what can be done about it.

use super::{
    api,
    ask::focus_head,
    codes::CodesDialog,
    enrol::EnrolDialog,
    prove::{ProveDialog, Wish},
};
use crate::{
    boxed::{Show, effect, on},
    error::ApiError,
    session::{Session, use_session},
    ui::icon::Icon,
    words::{self, fault, settings},
};
use leptos::prelude::*;
use postern_types::Factors;

/// Fewer than these should be made anew.
const FEW: u32 = 3;
/// The head of the section, where one goes on after what had the focus is gone.
const HEAD: &str = "two-step-head";

/// What the parts share; copied about freely.
#[derive(Clone, Copy)]
pub struct Desk {
    session: Session,
    /// As the server told last.
    pub factors: RwSignal<Option<Factors>>,
    failed: RwSignal<Option<ApiError>>,
    /// Recovery codes that were made just now, until their owner has kept them: a dialog that is closed by mistake loses
    /// none.
    pub codes: RwSignal<Option<Vec<String>>>,
    /// Whether they are shown.
    pub showing: RwSignal<bool>,
    /// Whether it is being set up.
    pub enrolling: RwSignal<bool>,
    renewing: RwSignal<bool>,
    removing: RwSignal<bool>,
    removing_app: RwSignal<bool>,
}

impl Desk {
    /// Nothing is known yet.
    pub fn new() -> Self {
        Self {
            session: use_session(),
            factors: RwSignal::new(None),
            failed: RwSignal::new(None),
            codes: RwSignal::new(None),
            showing: RwSignal::new(false),
            enrolling: RwSignal::new(false),
            renewing: RwSignal::new(false),
            removing: RwSignal::new(false),
            removing_app: RwSignal::new(false),
        }
    }

    /// Reads anew how the account is kept safe.
    pub fn read(self) {
        leptos::task::spawn_local(async move {
            match api::read_factors().await {
                Ok(factors) => {
                    self.factors.try_set(Some(factors));
                    self.failed.try_set(None);
                }
                Err(error) => {
                    self.failed.try_set(Some(error));
                }
            }
        });
    }

    /// Whether an authenticator application is set up.
    pub fn has_app(self) -> bool {
        self.factors
            .with(|factors| factors.as_ref().is_some_and(|factors| factors.totp))
    }

    /// Whether there is a passkey.
    pub fn has_passkeys(self) -> bool {
        self.factors.with(|factors| {
            let factors = factors.as_ref();
            factors.is_some_and(|factors| !factors.passkeys.is_empty())
        })
    }

    /// What follows when a factor was added: its codes are shown, where it brought some.
    pub fn added(self, codes: Vec<String>) {
        if codes.is_empty() {
            self.learn();
        } else {
            self.show(codes);
        }
        self.read();
    }

    /// Has the rest of the page know: a workspace may let in whom it did not let in before, or the other way round.
    pub fn learn(self) {
        leptos::task::spawn_local(async move {
            // What it could not learn now it learns with the next renewal.
            let _ = self.session.look_again().await;
        });
    }

    /// Shows codes that were made just now.
    pub fn show(self, codes: Vec<String>) {
        self.codes.try_set(Some(codes));
        self.showing.try_set(true);
    }

    /// They are kept, and are nowhere on the page any more. What else follows waited for it: another page may be drawn in
    /// place of this one.
    pub fn kept(self) {
        self.showing.set(false);
        self.codes.set(None);
        leave_focus();
        self.learn();
    }
}

/// The focus goes to the head of the section.
pub fn leave_focus() {
    focus_head(HEAD);
}

/// The section.
#[component]
pub fn TwoStep(desk: Desk) -> impl IntoView {
    effect(move || desk.read());
    let state = move || {
        desk.factors.get().map(|factors| {
            let off = !is_on(&factors);
            let (word, icon) = if off {
                (settings::OFF, "ban")
            } else {
                (settings::ON, "check")
            };
            view! { <span class="state" class:off=off><Icon name=icon/>{word}</span> }
        })
    };
    let forgotten = move || desk.codes.with(Option::is_some) && !desk.showing.get();
    view! {
        <section class="card" aria-labelledby=HEAD>
            <header class="account-head">
                <h2 id=HEAD>{settings::TWO_STEP}</h2>
                {state}
            </header>
            <p class="hint">{settings::TWO_STEP_LEAD}</p>
            <Show when=move || desk.failed.with(Option::is_some)>
                <div class="strip fault" role="alert"><Icon name="triangle-alert"/>
                    <p>{move || desk.failed.with(|error| error.as_ref().map(|e| fault::doing(settings::NOT_READ, e)))}</p>
                    <button type="button" class="button small" on:click=on::click(move |_| desk.read())>{words::TRY_AGAIN}</button>
                </div>
            </Show>
            <Show when=forgotten>
                <div class="strip notice" role="status"><Icon name="triangle-alert"/>
                    <p>{settings::CODES_WAIT}</p>
                    <button type="button" class="button small" on:click=on::click(move |_| desk.showing.set(true))>{settings::SHOW_CODES}</button>
                </div>
            </Show>
            {move || desk.factors.get().map(|factors| if is_on(&factors) {
                view! { <On desk factors/> }.into_any()
            } else {
                view! { <Off desk factors/> }.into_any()
            })}
        </section>
        <EnrolDialog desk/>
        <CodesDialog desk/>
        <ProveDialog desk open=desk.renewing wish=Wish::Renew/>
        <ProveDialog desk open=desk.removing wish=Wish::Remove/>
        <ProveDialog desk open=desk.removing_app wish=Wish::RemoveApp/>
    }
    .into_any()
}

fn is_on(factors: &Factors) -> bool {
    factors.totp || !factors.passkeys.is_empty()
}

#[component]
fn Off(desk: Desk, factors: Factors) -> impl IntoView {
    view! {
        {factors.required.then(|| view! { <p class="strip notice"><Icon name="triangle-alert"/>{settings::MUST_SET_UP}</p> })}
        <footer class="card-foot">
            <button type="button" class="button primary" on:click=on::click(move |_| desk.enrolling.set(true))>{settings::SET_UP}</button>
        </footer>
    }
    .into_any()
}

#[component]
fn On(desk: Desk, factors: Factors) -> impl IntoView {
    let few = factors.recovery < FEW;
    let (app, alone) = (factors.totp, factors.passkeys.is_empty());
    // The last factor stays where one is required.
    let kept = factors.required && alone;
    view! {
        {(!app).then(|| view! { <p>{settings::BY_PASSKEYS}</p> })}
        <p class:few=few>{settings::codes_left(factors.recovery)}{few.then(|| view! { " "{settings::FEW_CODES} })}</p>
        {kept.then(|| view! { <p class="hint">{settings::MUST_KEEP}</p> })}
        <footer class="card-foot account-foot">
            <button type="button" class="button" on:click=on::click(move |_| desk.renewing.set(true))>{settings::RENEW}</button>
            {(!app).then(|| view! {
                <button type="button" class="button" on:click=on::click(move |_| desk.enrolling.set(true))>{settings::SET_UP_APP}</button>
            })}
            {(app && alone && !kept).then(|| view! {
                <button type="button" class="button danger-quiet" on:click=on::click(move |_| desk.removing.set(true))>{settings::TURN_OFF}</button>
            })}
            {(app && !alone).then(|| view! {
                <button type="button" class="button danger-quiet" on:click=on::click(move |_| desk.removing_app.set(true))>{settings::REMOVE_APP}</button>
            })}
        </footer>
    }
    .into_any()
}
