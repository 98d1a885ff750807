//! Somebody else signed in: whoever got the letter ends it, and sets a new password at once.

use super::{
    onward::look_again,
    reset::NewPassword,
    secret::use_secret,
    sending::{Refused, Sending, Submit},
};
use crate::{
    boxed::on,
    browser,
    error::ApiError,
    session::{not_me, use_session},
    ui::{empty::Empty, public::PublicPage},
    words::account,
};
use leptos::{ev::SubmitEvent, prelude::*};

/// What came of the link.
#[derive(Clone)]
enum Came {
    /// The access is ended; this sets a new password, where the letter went to the address of the account.
    Ended(Option<String>),
    /// The link is not good any more.
    Over,
}

/// The page. Opening it does nothing: programs that look at mail open links, too.
#[component]
pub fn NotMePage() -> impl IntoView {
    let session = use_session();
    let secret = use_secret(String::new);
    let came = RwSignal::new(None::<Came>);
    let sending = Sending::new(&[]);
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        let token = secret.get_untracked().unwrap_or_default();
        sending.start(not_me(token), move |answer| match answer {
            Ok(ended) => {
                came.try_set(Some(Came::Ended(ended.reset)));
                request_animation_frame(|| {
                    if !browser::focus(".public-card input") {
                        browser::focus(".public-card .button.primary");
                    }
                });
                look_again(session);
            }
            Err(ApiError::NotFound) => {
                came.try_set(Some(Came::Over));
            }
            Err(_) => {}
        });
    };
    view! {
        {move || match came.get() {
            None => view! {
                <PublicPage title=account::NOT_ME lead=account::NOT_ME_LEAD>
                    <form class="form" on:submit=on::submit(submit)>
                        <Refused sending/>
                        <p>{account::NOT_ME_TEXT}</p>
                        <Submit sending act=account::NOT_ME_DO doing=account::NOT_ME_DOING/>
                    </form>
                </PublicPage>
            }.into_any(),
            Some(Came::Ended(Some(reset))) => view! {
                <PublicPage title=account::NOT_ME_DONE lead=account::NOT_ME_NEXT>
                    <NewPassword secret=RwSignal::new(Some(reset))/>
                </PublicPage>
            }.into_any(),
            Some(Came::Ended(None)) => over("check", account::NOT_ME_DONE, account::NOT_ME_DONE_HINT),
            Some(Came::Over) => over("clock", account::LINK_OVER, account::NOT_ME_OVER_HINT),
        }}
    }
    .into_any()
}

fn over(icon: &'static str, title: &'static str, hint: &'static str) -> AnyView {
    view! {
        <PublicPage title=account::NOT_ME lead=account::NOT_ME_LEAD>
            <Empty icon title hint>
                <a class="button primary" href="/forgot">{account::RESET}</a>
            </Empty>
        </PublicPage>
    }
    .into_any()
}
