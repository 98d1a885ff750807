//! An invitation to one address. The form stays for the next one.

use crate::{
    boxed::on,
    browser,
    team::{api, desk::Desk, roles::RoleField},
    ui::{
        ask::{Ask, Foot},
        field::Field,
        icon::Icon,
    },
    words::team,
};
use leptos::{ev::SubmitEvent, prelude::*};
use postern_types::{Invite, Role};

/// The way.
#[component]
pub fn ByMail(desk: Desk, role: RwSignal<Role>) -> impl IntoView {
    let ask = Ask::new();
    let email = RwSignal::new(String::new());
    // Said here as well: what stands beside an open dialog is not read out.
    let sent = RwSignal::new(None::<String>);
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        let form = Invite {
            email: email.with_untracked(|email| email.trim().to_owned()),
            role: role.get_untracked(),
        };
        let (said, next) = (team::invited(&form.email), team::on_its_way(&form.email));
        sent.set(None);
        ask.put(api::mail_invitation(form), move |()| {
            desk.toasts.say(said);
            sent.try_set(Some(next));
            email.try_set(String::new());
            browser::focus("#email");
            desk.refresh();
        });
    };
    view! {
        <form class="form team-form" on:submit=on::submit(submit)>
            {ask.general(&["email"])}
            <div role="status">
                {move || sent.get().map(|text| view! { <p class="strip" dir="auto"><Icon name="check"/>{text}</p> })}
            </div>
            <Field name="email" label=team::EMAIL kind="email" value=email hint=team::EMAIL_HINT fault=ask.fault("email") maxlength=254_u32/>
            <RoleField value=role/>
            <Foot ask open=desk.inviting away=team::DONE act=team::INVITE_DO/>
        </form>
    }
    .into_any()
}
