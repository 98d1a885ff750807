//! Reactions, on a bubble's lower edge.

use super::room::Room;
use crate::words::rich;
use leptos::prelude::*;
use postern_types::{Direction, Reaction};

#[component]
pub fn Reactions(room: Room, reactions: Memo<Vec<Reaction>>) -> impl IntoView {
    let who = move |ours: bool| {
        if ours {
            rich::TEAM.to_owned()
        } else {
            room.name_of(Direction::In, None)
        }
    };
    move || {
        let mut reactions = reactions.get();
        // The same from both is told once.
        reactions.sort_by(|a, b| (&a.emoji, a.ours).cmp(&(&b.emoji, b.ours)));
        if reactions.is_empty() {
            return ().into_any();
        }
        let heard = reactions
            .iter()
            .map(|one| rich::reacted(&one.emoji, &who(one.ours)))
            .collect::<Vec<_>>()
            .join(", ");
        let chips = reactions.chunk_by(|a, b| a.emoji == b.emoji).map(|same| {
            let (emoji, ours) = (
                same.first().map(|one| one.emoji.clone()),
                same.iter().any(|one| one.ours),
            );
            view! {
                <span class="reaction" class:ours=ours>
                    <span class="reaction-emoji">{emoji}</span>
                    {(same.len() > 1).then(|| same.len().to_string())}
                </span>
            }
        });
        let title = heard.clone();
        view! {
            <div class="reactions" title=title>
                <span class="only-heard">{heard}</span>
                <span class="reaction-chips" aria-hidden="true">{chips.collect_view()}</span>
            </div>
        }
        .into_any()
    }
}
