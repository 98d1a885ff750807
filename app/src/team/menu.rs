//! What can be done with a member: the browser's own popover, beside the button that opens it.

use super::{asking::What, who::Who};
use crate::{
    boxed::{Show, on},
    number,
    ui::icon::Icon,
    words::team,
};
use leptos::{html, prelude::*};
use postern_types::Right;
use web_sys::{Element, HtmlElement};

/// Room that the menu takes, in pixels: it opens upwards where there is less below.
const ROOM: f64 = 180.0;

/// The button and its menu.
#[component]
pub fn MemberMenu(who: Who, name: Memo<String>, out: Memo<bool>) -> impl IntoView {
    let desk = who.desk;
    let button = NodeRef::<html::Button>::new();
    let menu = NodeRef::<html::Div>::new();
    let id = format!("member-{}", who.id);
    // Before the browser opens it.
    let placed = move |_| {
        if let (Some(menu), Some(button)) = (menu.get_untracked(), button.get_untracked()) {
            place(&menu, &button);
        }
    };
    // It gives the focus back to its button: from there a dialog takes it, and gives it back.
    let close = move || {
        if let Some(menu) = menu.get_untracked() {
            let _ = menu.hide_popover();
        }
    };
    let shut = move |_| {
        close();
        desk.shut(who.id, name.get_untracked(), !out.get_untracked());
    };
    let ask = move |what: What| {
        close();
        who.ask(what);
    };
    let owns = move || {
        desk.mine
            .get()
            .is_some_and(|role| role.may(Right::Ownership))
    };
    view! {
        <button type="button" class="icon-button" node_ref=button popovertarget=id.clone() on:click=on::click(placed)
            aria-label=move || team::actions_for(&name.get())>
            <Icon name="ellipsis"/>
        </button>
        <div id=id class="menu team-menu" popover="auto" node_ref=menu>
            <button type="button" class="menu-item" on:click=on::click(shut)>
                {move || view! { <Icon name=if out.get() { "undo-2" } else { "ban" }/> }}
                <span class="menu-name">{move || if out.get() { team::LET_IN } else { team::SUSPEND }}</span>
            </button>
            <button type="button" class="menu-item" on:click=on::click(move |_| ask(What::Remove))>
                <Icon name="x"/><span class="menu-name">{team::REMOVE}"…"</span>
            </button>
            // Whoever is shut out cannot own it.
            <Show when=move || { owns() && !out.get() }>
                <button type="button" class="menu-item" on:click=on::click(move |_| ask(What::HandOver))>
                    <Icon name="forward"/><span class="menu-name">{team::HAND_OVER}"…"</span>
                </button>
            </Show>
        </div>
    }
    .into_any()
}

/// Puts the menu's end below the end of the button, or above it.
fn place(menu: &HtmlElement, button: &Element) {
    let at = button.get_bounding_client_rect();
    let height = window().inner_height().ok().and_then(|all| all.as_f64());
    let above = height.is_some_and(|height| height - at.bottom() < ROOM);
    let pixels = |n: f64| format!("{}px", number::write(n, 0));
    let style = menu.style();
    let _ = style.set_property("--x", &pixels(at.right()));
    let _ = style.set_property("--y", &pixels(if above { at.top() } else { at.bottom() }));
    let _ = menu.class_list().toggle_with_force("above", above);
}
