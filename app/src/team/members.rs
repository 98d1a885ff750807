//! Those who work here: a table, and cards where there is no room for one.

use super::{
    access::Access,
    desk::{Desk, HEAD},
    menu::MemberMenu,
    roles::RoleOf,
    who::Who,
};
use crate::{
    boxed::{Show, memo},
    live::use_live,
    ui::{avatar::Avatar, icon::Icon, time},
    words::team,
};
use leptos::prelude::*;
use postern_types::{MemberId, MemberState};

/// The section. The roles of the table are written out: as cards, its rows are no table to look at.
#[component]
pub fn Members(desk: Desk) -> impl IntoView {
    let ids = desk.ids(|who| who.state != MemberState::Waiting);
    let head = |word: &'static str| view! { <th role="columnheader" scope="col">{word}</th> };
    view! {
        <section class="card" aria-labelledby=HEAD>
            <h2 id=HEAD tabindex="-1">{team::MEMBERS}" "<span class="team-count">{move || ids.with(Vec::len)}</span></h2>
            <table class="team-members" role="table" aria-labelledby=HEAD>
                <thead role="rowgroup">
                    <tr role="row">
                        {head(team::PERSON)}
                        {head(team::ROLE)}
                        {head(team::STATE)}
                        {head(team::SEEN)}
                        <th role="columnheader" scope="col" title=team::OPEN_HINT>{team::OPEN}</th>
                        <th role="columnheader" scope="col"><span class="only-heard">{team::ACTIONS}</span></th>
                    </tr>
                </thead>
                <tbody role="rowgroup">
                    <For each=move || ids.get() key=|id| *id let:id>
                        <Line desk id/>
                    </For>
                </tbody>
            </table>
        </section>
    }
    .into_any()
}

#[component]
fn Line(desk: Desk, id: MemberId) -> impl IntoView {
    let who = Who::follow(desk, id);
    let name = memo(move || who.read(|who| who.name.clone()));
    let out = memo(move || who.read(|who| who.state == MemberState::Suspended));
    let you = who.known(|who| who.you);
    view! {
        <tr role="row" class:out=move || out.get()>
            <th role="rowheader" scope="row">
                <div class="team-person">
                    {move || view! { <Avatar name=Some(name.get()) id=id.0/> }}
                    <div class="team-words">
                        <span><strong><bdi>{move || name.get()}</bdi></strong>{you.then(|| view! { <span class="team-you">{team::YOU}</span> })}</span>
                        <span class="quiet-text" dir="ltr">{move || who.read(|who| who.email.clone())}</span>
                    </div>
                </div>
            </th>
            <td role="cell">{label(team::ROLE)}<div><RoleOf who name/></div></td>
            <td role="cell">{label(team::STATE)}<div class="team-marks"><Marks who out/></div></td>
            <td role="cell">{label(team::SEEN)}<div><Seen who/><Access who name/></div></td>
            <td role="cell">{label(team::OPEN)}<div title=team::OPEN_HINT>{move || who.read(|who| who.conversations)}</div></td>
            <td role="cell" class="team-more"><Show when=move || who.within_reach()><MemberMenu who name out/></Show></td>
        </tr>
    }
    .into_any()
}

/// What a cell is, where its column has no head to be seen.
fn label(word: &'static str) -> AnyView {
    view! { <span class="team-label" aria-hidden="true">{word}</span> }.into_any()
}

#[component]
fn Marks(who: Who, out: Memo<bool>) -> impl IntoView {
    let factor = memo(move || who.read(|who| who.factor));
    let state = move || {
        let (icon, word) = if out.get() {
            ("ban", team::SUSPENDED)
        } else {
            ("check", team::ACTIVE)
        };
        view! { <span class="state" class:bad=out.get_untracked()><Icon name=icon/>{word}</span> }
    };
    let two_step = move || {
        let (icon, word) = if factor.get() {
            ("lock", team::TWO_STEP_ON)
        } else {
            ("lock-open", team::TWO_STEP_OFF)
        };
        view! { <span class="team-factor" class:good=factor.get_untracked()><Icon name=icon/>{word}</span> }
    };
    view! {
        {state}
        {two_step}
    }
    .into_any()
}

#[component]
fn Seen(who: Who) -> impl IntoView {
    let live = use_live();
    let seen = memo(move || who.read(|who| who.seen));
    let when = move || match seen.get() {
        Some(at) => {
            view! { <time title=time::full(at)>{move || time::brief(at, live.now.get())}</time> }
                .into_any()
        }
        None => view! { <span class="quiet-text">{team::NEVER}</span> }.into_any(),
    };
    view! { {when} }.into_any()
}
