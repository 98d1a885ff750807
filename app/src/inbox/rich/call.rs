//! A call, as an entry of a log.

use super::{lines::Lines, measure::clock};
use crate::{
    ui::{icon::Icon, time},
    words::rich,
};
use leptos::prelude::*;
use postern_types::{Line, Moment};

#[component]
pub fn Call(
    incoming: bool,
    state: String,
    seconds: Option<i64>,
    lines: Vec<Line>,
    at: Moment,
) -> impl IntoView {
    let lasted = seconds
        .and_then(|seconds| i32::try_from(seconds).ok())
        .filter(|seconds| *seconds > 0);
    let words = rich::call(incoming, &state, lasted.is_some());
    let over = matches!(
        state.to_ascii_lowercase().as_str(),
        "terminate" | "failed" | "rejected"
    );
    let (icon, class) = match (incoming, over && lasted.is_none()) {
        (true, true) => ("phone-missed", "call missed"),
        (true, false) => ("phone-incoming", "call"),
        (false, _) => ("phone-outgoing", "call"),
    };
    view! {
        <div class=class>
            <span class="other-icon"><Icon name=icon/></span>
            <span class="other-words">
                <strong>{words}</strong>
                <span class="other-summary">
                    {lasted.map(|seconds| format!("{} · ", clock(seconds.into())))}
                    <time title=time::full(at)>{time::clock(at)}</time>
                </span>
            </span>
            <Lines lines/>
        </div>
    }
    .into_any()
}
