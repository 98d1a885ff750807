//! What stands around the pages of a workspace: rail, menu, banner, command bar, shortcuts; or in its place, where it is
//! closed.

mod banner;
mod command;
mod leaving;
mod menu;
mod shortcuts;
mod waiting;

use crate::{
    boxed::{Show, effect, memo, on},
    browser,
    live::{Inbox, provide_live, use_live},
    session::use_session,
    ui::icon::Icon,
    words::{self, frame},
};
use banner::Banner;
use command::CommandBar;
use leaving::{Leaving, LeavingDialog};
use leptos::{children::ViewFn, ev, prelude::*};
use leptos_router::components::{A, Outlet};
use menu::Menu;
use postern_types::{ChannelState, ChannelView, MemberState, Membership, Role, WorkspaceId};
use shortcuts::Shortcuts;
use std::time::Duration;
use waiting::{Outside, WaitingPage};

/// So long a first answer may take before it is said that there is none.
const LATE: Duration = Duration::from_secs(5);

/// The dialogs that the keyboard opens from anywhere; copied about freely.
#[derive(Clone, Copy)]
pub(crate) struct Overlays {
    command: RwSignal<bool>,
    shortcuts: RwSignal<bool>,
    leaving: Leaving,
}

/// The frame of the chosen workspace; another workspace is another frame, so that nothing of one is left in the other.
/// Whom it is not open to sees why instead, and none of it.
#[component]
pub fn Frame(
    /// The page of one's own account, for those who are outside.
    #[prop(into)]
    account: ViewFn,
) -> impl IntoView {
    let session = use_session();
    let held = RwSignal::new(false);
    provide_context(Outside { held, account });
    let open = memo(move || {
        let place = session.membership()?;
        let open = place.state == MemberState::Active && !held.get();
        open.then_some((place.workspace, place.member))
    });
    view! {
        <For each=move || open.get() key=|place| *place let:place>
            <WorkspaceFrame workspace=place.0 member=place.1/>
        </For>
        <Show when=move || open.get().is_none()><WaitingPage/></Show>
    }
    .into_any()
}

#[component]
fn WorkspaceFrame(workspace: WorkspaceId, member: postern_types::MemberId) -> impl IntoView {
    let session = use_session();
    provide_live(member);
    let overlays = Overlays {
        command: RwSignal::new(false),
        shortcuts: RwSignal::new(false),
        leaving: Leaving::new(),
    };
    provide_context(overlays);
    listen(overlays);
    let place = memo(move || {
        session
            .membership()
            .filter(|place| place.workspace == workspace)
    });
    // The router would only change the address.
    let skip = |event: ev::MouseEvent| {
        event.prevent_default();
        browser::focus_place("main");
    };
    view! {
        <a class="skip" href="#main" on:click=on::click(skip)>{frame::SKIP}</a>
        <div class="frame">
            <Rail place/>
            <div class="frame-main">
                <Banner/>
                <Outlet/>
            </div>
        </div>
        <CommandBar open=overlays.command/>
        <Shortcuts open=overlays.shortcuts/>
        <LeavingDialog leaving=overlays.leaving/>
    }
    .into_any()
}

#[component]
fn Rail(place: Memo<Option<Membership>>) -> impl IntoView {
    let (live, session) = (use_live(), use_session());
    let counts = live.counts();
    // Who can do something about it is told wherever they are.
    let mark = memo(move || {
        let is_lost = |number: &ChannelView| number.state == ChannelState::Disconnected;
        live.inbox
            .with(|inbox| match session.at_least(Role::Admin) {
                true if inbox.any_number(is_lost) => Some(frame::NUMBER_LOST),
                true if inbox.any_number(|number| number.alert) => Some(frame::NUMBER_ALERT),
                _ => None,
            })
    });
    let waiting = memo(move || {
        if session.at_least(Role::Admin) {
            live.inbox.with(Inbox::waiting)
        } else {
            0
        }
    });
    view! {
        <nav class="rail" aria-label=frame::NAVIGATION>
            <Menu place/>
            <A href="/inbox" attr:class="rail-link" attr:title=frame::INBOX>
                <Icon name="inbox"/>
                <span class="rail-word">{frame::INBOX}</span>
                <Show when=move || { counts.get().all > 0 }>
                    <span class="rail-count" aria-hidden="true">{move || words::count(counts.get().all)}</span>
                </Show>
            </A>
            <A href="/contacts" attr:class="rail-link" attr:title=frame::CONTACTS>
                <Icon name="contact"/>
                <span class="rail-word">{frame::CONTACTS}</span>
            </A>
            <A href="/tasks" attr:class="rail-link" attr:title=frame::TASKS>
                <Icon name="list-checks"/>
                <span class="rail-word">{frame::TASKS}</span>
            </A>
            <A href="/settings/channels" attr:class="rail-link" attr:title=frame::NUMBERS>
                <Icon name="smartphone"/>
                <span class="rail-word">{frame::NUMBERS}</span>
                {move || mark.get().map(|words| view! {
                    <span class="rail-mark" title=words>
                        <span aria-hidden="true">"!"</span>
                        <span class="only-heard">{words}</span>
                    </span>
                })}
            </A>
            <Show when=move || { waiting.get() > 0 }>
                <A href="/settings/team" attr:class="rail-link" attr:title=frame::TEAM>
                    <Icon name="users"/>
                    <span class="rail-word">{frame::TEAM}</span>
                    <span class="rail-count">
                        <span aria-hidden="true">{move || words::count(waiting.get())}</span>
                        <span class="only-heard">{move || frame::waiting(waiting.get())}</span>
                    </span>
                </A>
            </Show>
        </nav>
    }
    .into_any()
}

/// Ctrl/Cmd-K and `?`, wherever one is.
fn listen(overlays: Overlays) {
    let handle = window_event_listener(ev::keydown, move |event| {
        let command =
            (event.ctrl_key() || event.meta_key()) && !event.alt_key() && !event.shift_key();
        if command && browser::shortcut(&event).eq_ignore_ascii_case("k") {
            event.prevent_default();
            overlays.command.update(|open| *open = !*open);
        } else if browser::shortcut(&event) == "?"
            && !event.ctrl_key()
            && !browser::writing()
            && !browser::in_dialog()
        {
            event.prevent_default();
            overlays.shortcuts.set(true);
        }
    });
    on_cleanup(move || handle.remove());
}

/// The shape of the frame, until it is known who is there. The server renders this and nothing more.
#[component]
pub fn FrameSkeleton() -> impl IntoView {
    // Shapes that stay for long are no answer.
    let late = RwSignal::new(false);
    effect(move || {
        set_timeout(
            move || {
                late.try_set(true);
            },
            LATE,
        );
    });
    view! {
        <div class="frame" aria-busy="true">
            <div class="rail" aria-hidden="true"><i class="sk sk-square"></i></div>
            <div class="frame-main">
                <div class="banner-place" role="status" aria-live="polite">
                    <Show when=move || late.get()>
                        <div class="banner"><Icon name="wifi-off"/><p>{frame::AWAY}</p></div>
                    </Show>
                </div>
                <main class="inbox" id="main">
                    <div class="list-pane" aria-hidden="true">
                        <div class="list-head"><i class="sk sk-line"></i><i class="sk sk-field"></i></div>
                        <div class="skeletons">
                            {(0..9).map(|_| view! {
                                <div class="row-skeleton"><i class="sk sk-face"></i><i class="sk sk-line"></i><i class="sk sk-line short"></i></div>
                            }).collect_view()}
                        </div>
                    </div>
                    <section class="conversation nothing-open"><h1 class="only-heard">{words::LOADING}</h1></section>
                </main>
            </div>
        </div>
    }
    .into_any()
}
