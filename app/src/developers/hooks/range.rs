//! Which time is sent again.

use super::{
    api::{self, Deed},
    desk::Desk,
};
use crate::{
    boxed::on,
    error::ApiError,
    ui::{
        ask::{Ask, Foot, focus_soon},
        field::Field,
    },
    words::webhooks,
};
use js_sys::Date;
use leptos::{ev::SubmitEvent, prelude::*};
use postern_types::Moment;

/// Two times, in the reader's own zone.
#[component]
pub fn Range(desk: Desk) -> impl IntoView {
    let ask = Ask::new();
    let (from, until) = (RwSignal::new(String::new()), RwSignal::new(String::new()));
    focus_soon("#from");
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        let (from, until) = (local("from", from), local("until", until));
        let asked = async move {
            let (from, until) = (from?, until?);
            api::act(desk.id, Deed::ReplayRange { from, until }).await
        };
        ask.put(asked, move |acted| {
            desk.done(webhooks::replayed(acted.count))
        });
    };
    view! {
        <form class="form" on:submit=on::submit(submit)>
            <p class="dialog-text">{webhooks::RANGE_LEAD}</p>
            {ask.general(&["from", "until"])}
            <div class="form-pair">
                <Field name="from" label=webhooks::FROM kind="datetime-local" value=from fault=ask.fault("from")/>
                <Field name="until" label=webhooks::UNTIL kind="datetime-local" value=until fault=ask.fault("until")/>
            </div>
            <Foot ask open=desk.asking act=webhooks::RANGE_DO/>
        </form>
    }
    .into_any()
}

/// What a field for date and time holds.
fn local(field: &'static str, text: RwSignal<String>) -> Result<Moment, ApiError> {
    let at = text.with_untracked(|text| Date::new(&text.as_str().into()).get_time());
    if !at.is_finite() {
        return Err(ApiError::Invalid {
            field: field.to_owned(),
            reason: webhooks::NO_TIME.to_owned(),
        });
    }
    #[expect(
        clippy::cast_possible_truncation,
        reason = "a date is whole milliseconds"
    )]
    let at = Moment(at as i64);
    Ok(at)
}
