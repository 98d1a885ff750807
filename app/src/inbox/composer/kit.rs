//! All that a composer sends beside text, and what one does with a message. Its code comes after the page's.

mod act;
mod answer;
mod attach;
mod bring;
mod forms;
mod pick;
mod tray;
mod upload;
mod voice;

use super::Holds;
use crate::{
    boxed::{Show, effect},
    ui::later::{Later, Part},
};
use act::Actions;
use answer::Answer;
use attach::Attach;
use bring::Hand;
use forms::{Form, Forms};
use leptos::prelude::*;
use pick::Drop;
use tray::{Tray, TrayView};
use voice::Voice;
use wasm_split_helpers::wasm_split;
use web_sys::{Element, HtmlElement};

pub(in crate::inbox) use pick::given;
pub(in crate::inbox) use upload::{Upload, run as upload};

/// Keeps its room until it is here.
#[component]
pub fn Kit() -> impl IntoView {
    let meanwhile = || view! { <div class="kit-bar" aria-hidden="true"></div> };
    view! { <Later fetch part=kit meanwhile/> }.into_any()
}

#[wasm_split(kit, preload(fetch), fallible)]
fn kit() -> Part {
    Ok(view! { <Whole/> }.into_any())
}

#[component]
fn Whole() -> impl IntoView {
    let hand = Hand::here();
    let (bench, desk) = (hand.bench, hand.desk);
    let tray = Tray::new(bench);
    let form = RwSignal::new(None::<Form>);
    effect(move || {
        let holds = match (tray.state(), desk.answers.get()) {
            (Holds::Nothing, Some(_)) => Holds::Answer,
            (files, _) => files,
        };
        if bench.holds.get_untracked() != holds {
            bench.holds.set(holds);
        }
    });
    let send = Callback::new(move |words: String| hand.send(tray, words));
    bench.send.set(Some(send));
    on_cleanup(move || {
        bench.send.try_set(None);
        bench.holds.try_set(Holds::Nothing);
    });
    view! {
        <Show when=move || bench.open.get()>
            <Answer/>
            <TrayView tray/>
            <div class="kit-bar">
                <Attach tray form/>
                <Voice tray/>
            </div>
            <Drop tray/>
        </Show>
        <Forms form/>
        <Actions/>
    }
    .into_any()
}

/// Puts a menu above the button that opens it, or below where there is no room.
fn place(menu: &HtmlElement, button: &Element) {
    let at = button.get_bounding_client_rect();
    let style = menu.style();
    let below = at.top() < 220.0;
    let _ = style.set_property("--x", &format!("{}px", at.left()));
    let _ = style.set_property(
        "--y",
        &format!("{}px", if below { at.bottom() } else { at.top() }),
    );
    let _ = menu.class_list().toggle_with_force("below", below);
}
