//! The codes: how far each came, and its message.

use super::api;
use crate::{
    boxed::{Show, effect, on},
    developers::pages::{Pages, skeleton},
    live::use_live,
    ui::{empty::Empty, field::Field, icon::Icon, time},
    words::codes,
};
use leptos::{ev::SubmitEvent, prelude::*};
use postern_types::{OtpRequest, OtpState, OtpView, Status};

const HEAD: &str = "codes-head";

/// The list, and what is looked for in it.
#[component]
pub fn List() -> impl IntoView {
    let live = use_live();
    let asked = RwSignal::new(OtpRequest::default());
    let all = Pages::new(move |after| {
        let request = OtpRequest {
            after,
            ..asked.get_untracked()
        };
        Box::pin(async move {
            let page = api::list(request).await?;
            Ok((page.codes, page.next))
        })
    });
    effect(move || {
        asked.track();
        live.epoch.track();
        all.first();
    });
    let any = move || asked.with(|asked| *asked == OtpRequest::default());
    view! {
        <section class="card developers" aria-labelledby=HEAD>
            <header class="account-head">
                <h2 id=HEAD>{codes::TITLE}</h2>
                <div class="account-keep">
                    <button type="button" class="button small" on:click=on::click(move |_| all.again())><Icon name="rotate-cw"/>{codes::RENEW}</button>
                </div>
            </header>
            <p class="hint">{codes::LEAD}</p>
            <Filter asked fault=Signal::derive(move || all.failed.with(|error| error.as_ref()?.field("phone").map(str::to_owned)))/>
            {all.fault(codes::NOT_READ, "phone")}
            <Show when=move || all.rows.with(Option::is_none) && all.failed.with(Option::is_none)>{skeleton()}</Show>
            <Show when=move || all.none() fallback=move || view! { <Rows all/> }>
                <Show when=any fallback=|| view! { <p class="hint">{codes::NONE_OF}</p> }>
                    <Empty icon="smartphone" title=codes::NONE hint=codes::NONE_HINT/>
                </Show>
            </Show>
            {all.older(codes::MORE)}
        </section>
    }
    .into_any()
}

/// What is looked for: the state at once, the number when it is whole.
#[component]
fn Filter(asked: RwSignal<OtpRequest>, fault: Signal<Option<String>>) -> impl IntoView {
    let phone = RwSignal::new(String::new());
    let find = move |event: SubmitEvent| {
        event.prevent_default();
        let phone = phone.get_untracked();
        asked.update(|asked| asked.phone = phone);
    };
    let choose = move |event: web_sys::Event| {
        let word = event_target_value(&event);
        let state = codes::STATES
            .into_iter()
            .find(|state| state.as_str() == word);
        asked.update(|asked| asked.state = state);
    };
    view! {
        <form class="log-filters" role="search" aria-label=codes::FILTERS on:submit=on::submit(find)>
            <div class="field">
                <label for="code-state">{codes::STATE}</label>
                <select id="code-state" class="select" on:change=on::change(choose)>
                    <option value="">{codes::EVERY_STATE}</option>
                    {codes::STATES.map(|state| view! { <option value=state.as_str()>{codes::state(state)}</option> }.into_any()).into_iter().collect_view()}
                </select>
            </div>
            <Field name="phone" label=codes::PHONE kind="tel" value=phone hint=codes::PHONE_HINT required=false maxlength=40_u32 fault/>
            <button type="submit" class="button"><Icon name="search"/>{codes::FIND}</button>
        </form>
    }
    .into_any()
}

#[component]
fn Rows(all: Pages<OtpView>) -> impl IntoView {
    view! {
        <table class="log" aria-labelledby=HEAD aria-busy=move || all.busy.get().to_string()>
            <thead>
                <tr>
                    <th scope="col">{codes::NUMBER}</th>
                    <th scope="col">{codes::STATE}</th>
                    <th scope="col">{codes::WHEN}</th>
                    <th scope="col">{codes::PURPOSE}</th>
                    <th scope="col">{codes::TRIES}</th>
                    <th scope="col">{codes::DELIVERY}</th>
                </tr>
            </thead>
            <tbody>
                <For each=move || all.rows.get().unwrap_or_default() key=|one| format!("{one:?}") let:one>{line(one)}</For>
            </tbody>
        </table>
    }
    .into_any()
}

fn line(one: OtpView) -> AnyView {
    let look = match one.state {
        OtpState::Verified => "state",
        OtpState::Pending => "state wait",
        OtpState::Failed => "state bad",
        OtpState::Superseded | OtpState::Expired => "state off",
    };
    let now = time::now();
    let fault = codes::fault(one.fault_code, one.fault.as_deref());
    let fault = fault.filter(|_| one.delivery == Some(Status::Failed));
    view! {
        <tr>
            <th scope="row"><bdi dir="ltr">{codes::number(&one.last_digits, one.country.as_deref())}</bdi></th>
            <td>
                <span class=look>{codes::state(one.state)}</span>
                {one.test.then(|| view! { " "<span class="state off">{codes::TEST}</span> })}
            </td>
            <td data-label=codes::WHEN><time title=time::full(one.created_at)>{time::in_sentence(one.created_at, now)}</time></td>
            <td data-label=codes::PURPOSE><code translate="no" dir="ltr">{one.purpose}</code></td>
            <td data-label=codes::TRIES>{one.tries}</td>
            <td data-label=codes::DELIVERY>
                <span>{codes::delivery(one.delivery)}</span>
                {fault.map(|fault| view! { <small class="bad-text" dir="auto">{fault}</small> })}
            </td>
        </tr>
    }
    .into_any()
}
