//! What every form at the door does alike: it is sent once at a time, and says what is wrong where it is wrong.

use crate::{boxed::effect, browser, error::ApiError, ui::icon::Icon, words::fault};
use leptos::prelude::*;
use std::future::Future;

/// A form on its way and what became of it; copied about freely.
#[derive(Clone, Copy)]
pub struct Sending {
    /// An answer is awaited.
    pub busy: RwSignal<bool>,
    /// What was answered, when it was refused.
    pub failed: RwSignal<Option<ApiError>>,
    /// The fields that say themselves what is wrong with them.
    fields: &'static [&'static str],
}

impl Sending {
    /// A form with such fields, as the server calls them.
    pub fn new(fields: &'static [&'static str]) -> Self {
        Self {
            busy: RwSignal::new(false),
            failed: RwSignal::new(None),
            fields,
        }
    }

    /// Sends it, unless it is on its way; `done` hears what was answered. Whoever was refused goes on where it is wrong.
    pub fn start<T: 'static>(
        self,
        asked: impl Future<Output = Result<T, ApiError>> + 'static,
        done: impl FnOnce(Result<T, &ApiError>) + 'static,
    ) {
        if self.busy.get_untracked() {
            return;
        }
        self.busy.set(true);
        self.failed.set(None);
        leptos::task::spawn_local(async move {
            match asked.await {
                Ok(told) => done(Ok(told)),
                Err(error) => {
                    done(Err(&error));
                    self.failed.try_set(Some(error));
                    request_animation_frame(|| {
                        // What was pressed has lost the focus while nothing could be pressed.
                        if !browser::focus(".public-card [aria-invalid]") {
                            browser::focus(".public-card .button.primary");
                        }
                    });
                }
            }
            self.busy.try_set(false);
        });
    }

    /// What is wrong with a field.
    pub fn of(self, field: &'static str) -> Signal<Option<String>> {
        let failed = self.failed;
        Signal::derive(move || failed.with(|error| error.as_ref()?.field(field).map(str::to_owned)))
    }

    fn general(self) -> Option<String> {
        self.failed.with(|error| {
            let error = error.as_ref()?;
            let beside = self.fields.iter().any(|f| error.field(f).is_some());
            (!beside).then(|| fault::say(error))
        })
    }
}

/// What is wrong with none of the fields.
#[component]
pub fn Refused(sending: Sending) -> impl IntoView {
    view! {
        {move || sending.general().map(|text| view! { <div class="strip fault" role="alert"><Icon name="triangle-alert"/><p dir="auto">{text}</p></div> })}
    }
    .into_any()
}

/// The button that sends it.
#[component]
pub fn Submit(
    sending: Sending,
    /// What it does.
    act: &'static str,
    /// That it is being done.
    doing: &'static str,
) -> impl IntoView {
    view! {
        <button type="submit" class="button primary large" disabled=move || sending.busy.get()>
            {move || if sending.busy.get() { doing } else { act }}
        </button>
    }
    .into_any()
}

/// What was typed, without the space around it.
pub fn trimmed(text: RwSignal<String>) -> String {
    text.with_untracked(|text| text.trim().to_owned())
}

/// A code, however it was grouped.
pub fn compact(code: RwSignal<String>) -> String {
    code.with_untracked(|code| code.split_whitespace().collect())
}

/// Sends a code as soon as its sixth digit is typed.
pub fn on_six_digits(code: RwSignal<String>, send: impl Fn() + 'static) {
    effect(move || {
        if code.with(|code| is_whole(code)) {
            untrack(&send);
        }
    });
}

fn is_whole(code: &str) -> bool {
    let mut typed = code.chars().filter(|c| !c.is_whitespace());
    typed.by_ref().take(6).filter(char::is_ascii_digit).count() == 6 && typed.next().is_none()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_whole_with_six_digits_however_they_are_grouped() {
        for (code, expected) in [
            ("123456", true),
            ("123 456", true),
            (" 12 34 56 ", true),
            ("12345", false),
            ("1234567", false),
            ("12345a", false),
            ("123-456", false),
            ("", false),
        ] {
            assert_eq!(is_whole(code), expected, "{code}");
        }
    }
}
