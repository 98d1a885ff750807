//! Whether the chain holds: looked at when the page opens, and whenever somebody wants to know.

use super::api;
use crate::{
    boxed::{effect, memo, on},
    error::ApiError,
    ui::{copy::Copyable, icon::Icon},
    words::{audit, fault},
};
use leptos::prelude::*;
use postern_types::AuditChain;

/// What is known of it.
enum Found {
    Asking,
    Told(AuditChain),
    Failed(ApiError),
}

/// The card.
#[component]
pub fn ChainCard() -> impl IntoView {
    let found = RwSignal::new(Found::Asking);
    let busy = memo(move || found.with(|found| matches!(found, Found::Asking)));
    let ask = move || {
        found.set(Found::Asking);
        leptos::task::spawn_local(async move {
            let answer = api::verify().await;
            found.try_set(answer.map_or_else(Found::Failed, Found::Told));
        });
    };
    let again = move |_| {
        if !busy.get_untracked() {
            ask();
        }
    };
    effect(ask);
    view! {
        <section class="card audit-chain" aria-labelledby="audit-chain">
            <header>
                <h2 id="audit-chain">{audit::CHAIN}</h2>
                <button type="button" class="button small" on:click=on::click(again) aria-disabled=move || busy.get().then_some("true")>
                    <Icon name="rotate-cw"/>{audit::CHECK}
                </button>
            </header>
            <p class="hint">{audit::CHAIN_LEAD}</p>
            <div role="status">{move || found.with(show)}</div>
        </section>
    }
    .into_any()
}

fn show(found: &Found) -> AnyView {
    let chain = match found {
        Found::Asking => return view! { <p>{audit::CHECKING}</p> }.into_any(),
        Found::Told(chain) => chain,
        Found::Failed(error) => {
            let said = fault::doing(audit::NOT_CHECKED, error);
            return view! { <p class="strip fault"><Icon name="triangle-alert"/>{said}</p> }
                .into_any();
        }
    };
    if let Some(place) = chain.broken_at {
        let said = audit::broken_at(place);
        return view! { <p class="strip fault"><Icon name="triangle-alert"/>{said}</p> }.into_any();
    }
    let link = chain.link.clone();
    view! {
        <p class="audit-whole"><Icon name="check"/>{audit::whole(chain.entries, chain.linked)}</p>
        {link.map(|link| view! { <Copyable label=audit::LAST_LINK value=link/> })}
    }
    .into_any()
}
