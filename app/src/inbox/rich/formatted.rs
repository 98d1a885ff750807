//! A text with WhatsApp's marks drawn.

use super::format::{Block, Span, blocks};
use leptos::prelude::*;

/// Text as WhatsApp shows it: every piece of it is text, whatever it looks like.
#[component]
pub fn Formatted(#[prop(into)] text: String) -> impl IntoView {
    let mut blocks = blocks(&text);
    // Most are lines and nothing else.
    if let [Block::Lines(lines)] = blocks.as_mut_slice() {
        let lines = std::mem::take(lines);
        return view! { <p class="bubble-text" dir="auto">{spans(lines)}</p> }.into_any();
    }
    let blocks = blocks.into_iter().map(|block| match block {
        Block::Lines(lines) => view! { <p dir="auto">{spans(lines)}</p> }.into_any(),
        Block::Quote(lines) => {
            view! { <blockquote dir="auto">{spans(lines)}</blockquote> }.into_any()
        }
        Block::List(items) => {
            let items = items
                .into_iter()
                .map(|item| view! { <li dir="auto">{spans(item)}</li> });
            view! { <ul>{items.collect_view()}</ul> }.into_any()
        }
        Block::Fence(code) => view! { <pre dir="auto">{code.to_owned()}</pre> }.into_any(),
    });
    view! { <div class="bubble-text blocks">{blocks.collect_view()}</div> }.into_any()
}

fn spans(spans: Vec<Span<'_>>) -> AnyView {
    spans.into_iter().map(span).collect_view().into_any()
}

fn span(span: Span<'_>) -> AnyView {
    match span {
        Span::Text(text) => text.to_owned().into_any(),
        Span::Link(address) => {
            let (address, shown) = (address.to_owned(), address.to_owned());
            view! { <Outward address>{shown}</Outward> }.into_any()
        }
        Span::Bold(inner) => view! { <strong>{spans(inner)}</strong> }.into_any(),
        Span::Italic(inner) => view! { <em>{spans(inner)}</em> }.into_any(),
        Span::Struck(inner) => view! { <s>{spans(inner)}</s> }.into_any(),
        Span::Code(code) => view! { <code>{code.to_owned()}</code> }.into_any(),
    }
}

/// A link to somewhere else on the web, in a tab of its own that learns nothing of this one.
#[component]
pub fn Outward(
    address: String,
    #[prop(optional, into)] class: String,
    children: Children,
) -> impl IntoView {
    let dir = class.is_empty().then_some("ltr");
    view! {
        <a class=class href=address target="_blank" rel="noopener noreferrer nofollow" dir=dir>{children()}</a>
    }
}
