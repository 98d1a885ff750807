//! Contact cards: the first is open, more are behind a press.

use super::lines::Lines;
use crate::{
    boxed::on,
    browser,
    ui::{avatar::Avatar, icon::Icon},
    words::{self, rich},
};
use leptos::prelude::*;
use postern_types::{Card, CardPhone, MessageId};

#[component]
pub fn Cards(message: MessageId, cards: Vec<Card>) -> impl IntoView {
    let mut cards = cards.into_iter();
    let first = cards.next().map(|card| view! { <CardView message card/> });
    let more = cards.len();
    let rest = (more > 0).then(|| {
        view! {
            <details class="cards-more">
                <summary><Icon name="chevron-down"/>{rich::more_cards(more)}</summary>
                {cards.map(|card| view! { <CardView message card/> }).collect_view()}
            </details>
        }
    });
    view! { <div class="card-people">{first}{rest}</div> }.into_any()
}

#[component]
fn CardView(message: MessageId, card: Card) -> impl IntoView {
    let Card {
        name,
        phones,
        lines,
    } = card;
    let shown = if name.is_empty() {
        rich::CARD_UNNAMED.to_owned()
    } else {
        name.clone()
    };
    view! {
        <div class="card-person">
            <Avatar name=Some(name) id=message.0/>
            <strong dir="auto">{shown}</strong>
        </div>
        <ul class="card-phones">{phones.into_iter().map(|phone| view! { <Phone phone/> }).collect_view()}</ul>
        <Lines lines/>
    }
    .into_any()
}

#[component]
fn Phone(phone: CardPhone) -> impl IntoView {
    let CardPhone {
        number,
        label,
        wa_id,
    } = phone;
    let copied = RwSignal::new(false);
    let text = number.clone();
    let copy = move |_| {
        let text = text.clone();
        leptos::task::spawn_local(async move {
            if browser::copy(&text).await {
                copied.try_set(true);
                browser::sleep(2_500).await;
                copied.try_set(false);
            }
        });
    };
    let about = [label, wa_id.is_some().then(|| rich::ON_WHATSAPP.to_owned())];
    let about = about.into_iter().flatten().collect::<Vec<_>>().join(" · ");
    let name = words::copy_of(&number);
    view! {
        <li>
            <span class="card-number">
                <bdi translate="no">{number}</bdi>
                {(!about.is_empty()).then(|| view! { <span class="quiet" dir="auto">{about}</span> })}
            </span>
            <button type="button" class="icon-button small" aria-label=name title=words::COPY on:click=on::click(copy)>
                {move || view! { <Icon name=if copied.get() { "check" } else { "copy" }/> }}
            </button>
        </li>
    }
    .into_any()
}
