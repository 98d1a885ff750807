//! A link that is handed on. It is shown once.

use crate::{
    boxed::{effect, on},
    browser,
    team::{api, desk::Desk, roles::RoleField},
    ui::{
        ask::{Ask, Foot},
        copy::Copyable,
        field::Field,
        icon::Icon,
    },
    words::team,
};
use leptos::{ev::SubmitEvent, prelude::*};
use postern_types::{InviteLink, Role};

/// The way: the form, then what it made.
#[component]
pub fn ByLink(desk: Desk, role: RwSignal<Role>) -> impl IntoView {
    let made = RwSignal::new(None::<String>);
    view! {
        {move || match made.get() {
            Some(link) => view! { <Made desk link made/> }.into_any(),
            None => view! { <LinkForm desk role made/> }.into_any(),
        }}
    }
    .into_any()
}

#[component]
fn LinkForm(desk: Desk, role: RwSignal<Role>, made: RwSignal<Option<String>>) -> impl IntoView {
    let ask = Ask::new();
    let domain = RwSignal::new(String::new());
    let days = RwSignal::new("7".to_owned());
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        let form = InviteLink {
            role: role.get_untracked(),
            domain: domain.with_untracked(|domain| domain.trim().to_owned()),
            // What is no number is none that the server takes.
            days: days
                .with_untracked(|days| days.trim().parse::<u16>())
                .unwrap_or_default(),
        };
        ask.put(api::make_link(form), move |answer| {
            made.try_set(Some(answer.link));
            desk.refresh();
        });
    };
    view! {
        <form class="form team-form" on:submit=on::submit(submit) novalidate>
            {ask.general(&["domain", "days"])}
            <RoleField value=role/>
            <div class="form-pair">
                <Field name="domain" label=team::DOMAIN value=domain hint=team::DOMAIN_HINT fault=ask.fault("domain") required=false inputmode="url" maxlength=253_u32/>
                <Field name="days" label=team::DAYS value=days hint=team::DAYS_HINT fault=ask.fault("days") inputmode="numeric" maxlength=2_u32/>
            </div>
            <Foot ask open=desk.inviting act=team::LINK_DO/>
        </form>
    }
    .into_any()
}

#[component]
fn Made(desk: Desk, link: String, made: RwSignal<Option<String>>) -> impl IntoView {
    effect(|| {
        request_animation_frame(|| {
            browser::focus(".team-made button");
        });
    });
    view! {
        <div class="form team-made">
            <Copyable label=team::LINK value=link/>
            <p class="strip notice"><Icon name="info"/>{team::LINK_ONCE}</p>
            <p class="dialog-text">{team::LINK_MEANS}</p>
            <footer class="dialog-foot">
                <button type="button" class="button" on:click=on::click(move |_| made.set(None))>{team::ANOTHER}</button>
                <button type="button" class="button primary" on:click=on::click(move |_| desk.inviting.set(false))>{team::DONE}</button>
            </footer>
        </div>
    }
    .into_any()
}
