//! Somebody else signed in: whoever got the letter ends it.

use super::{
    onward::look_again,
    secret::use_secret,
    sending::{Refused, Sending, Submit},
};
use crate::{
    browser,
    error::ApiError,
    session::{not_me, use_session},
    ui::{empty::Empty, public::PublicPage},
    words::account,
};
use leptos::{ev::SubmitEvent, prelude::*};

/// The page. Opening it does nothing: programs that look at mail open links, too.
#[component]
pub fn NotMePage() -> impl IntoView {
    let session = use_session();
    let secret = use_secret(String::new);
    // Whether it was ended; otherwise the link is over.
    let done = RwSignal::new(None::<bool>);
    let sending = Sending::new(&[]);
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        let token = secret.get_untracked().unwrap_or_default();
        sending.start(not_me(token), move |answer| match answer {
            Ok(()) => {
                done.try_set(Some(true));
                request_animation_frame(|| {
                    browser::focus(".public-card .button.primary");
                });
                look_again(session);
            }
            Err(ApiError::NotFound) => {
                done.try_set(Some(false));
            }
            Err(_) => {}
        });
    };
    view! {
        <PublicPage title=account::NOT_ME lead=account::NOT_ME_LEAD>
            {move || match done.get() {
                None => view! {
                    <form class="form" on:submit=submit>
                        <Refused sending/>
                        <p>{account::NOT_ME_TEXT}</p>
                        <Submit sending act=account::NOT_ME_DO doing=account::NOT_ME_DOING/>
                    </form>
                }.into_any(),
                Some(true) => over("check", account::NOT_ME_DONE, account::NOT_ME_DONE_HINT),
                Some(false) => over("clock", account::LINK_OVER, account::NOT_ME_OVER_HINT),
            }}
        </PublicPage>
    }
    .into_any()
}

fn over(icon: &'static str, title: &'static str, hint: &'static str) -> AnyView {
    view! {
        <Empty icon title hint>
            <a class="button primary" href="/forgot">{account::RESET}</a>
        </Empty>
    }
    .into_any()
}
