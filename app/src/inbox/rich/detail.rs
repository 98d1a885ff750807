//! What a message is, when it is more than text: each kind has a view of its own.

use super::{
    body::Told,
    cards::Cards,
    choice::{Chosen, Form},
    document::Document,
    file::Away,
    formatted::Formatted,
    lines::Lines,
    location::Location,
    measure::Degrees,
    order::Order,
    picture::{Picture, Sticker},
    room::Room,
    sent::{Buttons, LinkTo, ListOf, LocationAsked, Template},
    voice::Voice,
};
use crate::{
    inbox::bubble::Named,
    ui::icon::{Icon, kind_icon},
    words::rich,
};
use leptos::prelude::*;
use postern_types::{Content, Detail, FileState, FileView};

/// The inside of a bubble.
#[component]
pub fn Inside(room: Room, told: Told, detail: Option<Detail>) -> impl IntoView {
    let text = told.content.text().to_owned();
    match detail {
        // Its words stand at the foot: see `body`.
        None if matches!(told.content, Content::Text { .. }) => ().into_any(),
        None => plain(told.content),
        Some(Detail::Media {
            caption,
            name,
            voice,
            ..
        }) => view! { <Media room told caption name voice/> }.into_any(),
        Some(Detail::Location {
            latitude,
            longitude,
            name,
            address,
            url,
        }) => view! { <Location at=Degrees::of(latitude, longitude) name address url/> }.into_any(),
        Some(Detail::Contacts { cards }) => view! { <Cards message=told.id cards/> }.into_any(),
        Some(Detail::Choice {
            title, description, ..
        }) => view! { <Chosen title description/> }.into_any(),
        Some(Detail::Form { name, title, lines }) => view! { <Form name title lines/> }.into_any(),
        Some(Detail::Order {
            catalog,
            note,
            items,
        }) => view! { <Order catalog note items/> }.into_any(),
        Some(Detail::Change { now }) => {
            let content = Content::Text { text };
            let now = match now {
                Some(now) => {
                    let told = Told { content, ..told };
                    view! { <Inside room told detail=Some(*now)/> }.into_any()
                }
                None => plain(content),
            };
            view! { <p class="rich-mark"><Icon name="pencil"/>{rich::CHANGED}</p>{now} }.into_any()
        }
        Some(Detail::Unsupported { what, why }) => view! { <Unsupported what why/> }.into_any(),
        Some(Detail::Buttons {
            header,
            footer,
            buttons,
        }) => view! { <Buttons header body=text footer buttons/> }.into_any(),
        Some(Detail::List {
            header,
            footer,
            button,
            sections,
        }) => view! { <ListOf header body=text footer button sections/> }.into_any(),
        Some(Detail::Link {
            header,
            footer,
            label,
            url,
        }) => view! { <LinkTo header body=text footer label url/> }.into_any(),
        Some(Detail::LocationRequest) => view! { <LocationAsked body=text/> }.into_any(),
        Some(Detail::Template(template)) => view! { <Template template body=text/> }.into_any(),
        Some(Detail::Portal { task, title, .. }) => view! {
            <p class="rich-mark"><Icon name="list-checks"/>{rich::IN_PORTAL}" "<a href=format!("/tasks/{task}") dir="auto">{title}</a></p>
            <Formatted text/>
        }
        .into_any(),
        Some(Detail::Lines { lines }) => view! {
            <div class="rich-block">{plain(told.content)}<Lines lines/></div>
        }
        .into_any(),
        // They stand by themselves: see `body`.
        Some(Detail::Reaction { .. } | Detail::Notice { .. } | Detail::Call { .. }) => {
            plain(told.content)
        }
    }
}

fn plain(content: Content) -> AnyView {
    match content {
        Content::Text { text } => view! { <Formatted text/> }.into_any(),
        Content::Other { kind, summary } => view! { <Named kind summary/> }.into_any(),
    }
}

/// A file; its words stand at the foot.
#[component]
fn Media(
    room: Room,
    told: Told,
    caption: Option<String>,
    name: Option<String>,
    voice: bool,
) -> impl IntoView {
    let kind = told.kind().to_owned();
    let Some(file) = told.file else {
        return plain(told.content);
    };
    let label = caption.unwrap_or_default();
    match (file.state, kind.as_str()) {
        (FileState::Stored, "image") => {
            view! { <Picture room message=told.id file video=false label/> }.into_any()
        }
        (FileState::Stored, "video") => {
            view! { <Picture room message=told.id file video=true label/> }.into_any()
        }
        (FileState::Stored, "sticker") => view! { <Sticker room file/> }.into_any(),
        (FileState::Stored, "audio" | "voice") => view! { <Voice room file voice/> }.into_any(),
        (FileState::Stored, _) => view! { <Document room file name/> }.into_any(),
        _ => {
            let file = FileView {
                name: file.name.or(name),
                ..file
            };
            view! { <Away file icon=kind_icon(&kind)/> }.into_any()
        }
    }
}

/// What only the phone shows.
#[component]
fn Unsupported(what: Option<String>, why: Vec<String>) -> impl IntoView {
    let what = what
        .map(|what| rich::unsupported(&what).map_or_else(|| what.replace('_', " "), Into::into));
    view! {
        <div class="other unsupported">
            <span class="other-icon"><Icon name="smartphone"/></span>
            <span class="other-words">
                <strong>{rich::ONLY_PHONE}</strong>
                {what.map(|what| view! { <span class="other-summary" dir="auto">{what}</span> })}
                {(!why.is_empty()).then(|| view! { <span class="other-summary" dir="auto">{why.join(" ")}</span> })}
            </span>
        </div>
    }
}
