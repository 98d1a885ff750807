//! Where somebody came from: an advertisement, a post, a product.

use super::{formatted::Outward, measure::web};
use crate::{ui::icon::Icon, words::rich};
use leptos::prelude::*;
use postern_types::{Product, Referral};

#[component]
pub fn ReferralCard(referral: Referral) -> impl IntoView {
    let from = if referral.kind.as_deref() == Some("post") {
        rich::FROM_POST
    } else {
        rich::FROM_AD
    };
    let link = referral.url.as_deref().and_then(web);
    // What is no address is shown, and leads nowhere.
    let other = referral.url.filter(|url| link.is_none() && !url.is_empty());
    view! {
        <aside class="came-from">
            <p class="rich-mark"><Icon name="megaphone"/>{from}</p>
            {referral.headline.map(|text| view! { <strong dir="auto">{text}</strong> })}
            {referral.body.map(|text| view! { <p class="came-from-words" dir="auto">{text}</p> })}
            {referral.welcome.map(|text| view! {
                <p class="came-from-words" dir="auto"><span class="quiet">{rich::GREETED}" "</span>{text}</p>
            })}
            {other.map(|url| view! { <p class="came-from-words"><bdi>{url}</bdi></p> })}
            {link.map(|address| view! {
                <Outward address class="rich-link"><Icon name="external-link"/>{rich::OPEN_LINK}</Outward>
            })}
        </aside>
    }
    .into_any()
}

#[component]
pub fn ProductCard(product: Product) -> impl IntoView {
    let ids = [
        product.id,
        product
            .catalog
            .map(|catalog| format!("{} {catalog}", rich::CATALOG)),
    ];
    let ids = ids.into_iter().flatten().collect::<Vec<_>>().join(" · ");
    view! {
        <div class="came-from">
            <p class="rich-mark"><Icon name="tag"/>{rich::PRODUCT}</p>
            <bdi>{ids}</bdi>
        </div>
    }
}
