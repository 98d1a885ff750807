//! What every form of the settings does alike: it asks once at a time, says what went wrong beside what is wrong, and leaves
//! the focus where one goes on.

use crate::{
    boxed::{effect, on},
    browser,
    error::ApiError,
    ui::icon::Icon,
    words::{self, fault},
};
use leptos::prelude::*;
use std::future::Future;

/// A form's question and what became of it; copied about freely.
#[derive(Clone, Copy)]
pub struct Ask {
    busy: RwSignal<bool>,
    failed: RwSignal<Option<ApiError>>,
}

impl Ask {
    /// Nothing was asked yet.
    pub(crate) fn new() -> Self {
        Self {
            busy: RwSignal::new(false),
            failed: RwSignal::new(None),
        }
    }

    /// Asks, unless an answer is still awaited; a good one goes to `then`.
    pub fn put<T: 'static>(
        self,
        asked: impl Future<Output = Result<T, ApiError>> + 'static,
        then: impl FnOnce(T) + 'static,
    ) {
        if self.busy.get_untracked() {
            return;
        }
        self.busy.set(true);
        self.failed.set(None);
        leptos::task::spawn_local(async move {
            match asked.await {
                Ok(answer) => then(answer),
                Err(error) => self.refused(error),
            }
            self.busy.try_set(false);
        });
    }

    /// Whether an answer is awaited.
    pub fn is_busy(self) -> bool {
        self.busy.get()
    }

    /// Says no more what was wrong.
    pub fn forget(self) {
        self.failed.try_set(None);
    }

    /// A field that is at fault has the focus: its id is the name that the server calls it by.
    fn refused(self, error: ApiError) {
        if let ApiError::Invalid { field, .. } = &error {
            browser::focus(&format!("#{field}"));
        }
        self.failed.try_set(Some(error));
    }

    /// What is wrong with a field.
    pub fn fault(self, field: &'static str) -> Signal<Option<String>> {
        Signal::derive(move || {
            self.failed
                .with(|error| error.as_ref()?.field(field).map(str::to_owned))
        })
    }

    /// What is wrong with none of these fields.
    pub fn general(
        self,
        fields: &'static [&'static str],
    ) -> impl Fn() -> Option<AnyView> + Copy + Send + Sync + 'static {
        move || {
            let text = self.failed.with(|error| {
                let error = error.as_ref()?;
                let beside = fields.iter().any(|field| error.field(field).is_some());
                (!beside).then(|| fault::say(error))
            })?;
            Some(view! { <div class="strip fault" role="alert"><Icon name="triangle-alert"/><p dir="auto">{text}</p></div> }.into_any())
        }
    }
}

/// The button that sends a form off. It is never disabled: that would take the focus from it.
#[component]
pub fn Submit(
    ask: Ask,
    /// What it does.
    act: &'static str,
    #[prop(default = "button primary")] look: &'static str,
) -> impl IntoView {
    view! {
        <button type="submit" class=look aria-disabled=move || ask.busy.get().then_some("true")>
            {move || if ask.busy.get() { words::WAIT } else { act }}
        </button>
    }
    .into_any()
}

/// The foot of a dialog's form: away, or on.
#[component]
pub fn Foot(
    ask: Ask,
    open: RwSignal<bool>,
    /// What going on does.
    act: &'static str,
    #[prop(default = "button primary")] look: &'static str,
    /// What going away says.
    #[prop(default = words::CANCEL)]
    away: &'static str,
) -> impl IntoView {
    view! {
        <footer class="dialog-foot">
            <button type="button" class="button" on:click=on::click(move |_| open.set(false))>{away}</button>
            <Submit ask act look/>
        </footer>
    }
    .into_any()
}

/// Puts the focus there once what is drawn just now is on the page, in a dialog that is open.
pub fn focus_soon(selector: &'static str) {
    effect(move || {
        request_animation_frame(move || {
            browser::focus(selector);
        });
    });
}
