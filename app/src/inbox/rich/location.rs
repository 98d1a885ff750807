//! A place: a drawn map with a pin. No map of anybody else's is fetched: that would tell them where the contact is.

use super::{
    formatted::Outward,
    measure::{Degrees, web},
};
use crate::{ui::icon::Icon, words::rich};
use leptos::prelude::*;

#[component]
pub fn Location(
    at: Option<Degrees>,
    name: Option<String>,
    address: Option<String>,
    url: Option<String>,
) -> impl IntoView {
    let page = url.as_deref().and_then(web);
    let other = url.filter(|url| page.is_none() && !url.is_empty());
    let head = name.unwrap_or_else(|| rich::LOCATION.into());
    view! {
        <div class="place">
            <svg class="place-map" viewBox="0 0 280 120" preserveAspectRatio="xMidYMid slice" aria-hidden="true">
                <rect class="land" width="280" height="120"/>
                <path class="park" d="M0 0h72l18 34-40 38-50 6z"/>
                <path class="water" d="M210 120c-8-30 12-40 34-46s30-30 36-34v80z"/>
                <path class="road" d="M-6 92 96 40 150-6M60-6l40 60 76 72M96 54l190-30M176 126 150 62 210-6"/>
                <path class="street" d="M20 120 8 70M40 8l38 44M126 34l26 30 60 22M196 40l22 40M232 34l10 40M112 70l-52 42M136 92l-30 34"/>
                <g class="pin">
                    <ellipse cx="140" cy="72" rx="9" ry="3"/>
                    <path d="M140 72c-9-13-16-20-16-30a16 16 0 0 1 32 0c0 10-7 17-16 30z"/>
                    <circle cx="140" cy="42" r="6"/>
                </g>
            </svg>
            <div class="place-words">
                <strong dir="auto">{head}</strong>
                {address.map(|address| view! { <span class="quiet" dir="auto">{address}</span> })}
                {at.map(|at| view! { <span class="quiet degrees" dir="ltr">{at.words()}</span> })}
                {other.map(|url| view! { <span class="quiet"><bdi>{url}</bdi></span> })}
                <span class="place-links">
                    {at.map(|at| view! {
                        <Outward address=at.map() class="rich-link"><Icon name="map-pin"/>{rich::OPEN_MAP}</Outward>
                    })}
                    {page.map(|address| view! {
                        <Outward address class="rich-link"><Icon name="external-link"/>{rich::OPEN_LINK}</Outward>
                    })}
                </span>
            </div>
        </div>
    }
    .into_any()
}
