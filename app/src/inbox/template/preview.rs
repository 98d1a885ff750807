//! A template as the customer's phone shows it.

use crate::{boxed::memo, inbox::rich::Formatted, ui::icon::Icon, words::template};
use leptos::prelude::*;
use postern_types::{ButtonKind, HeaderFormat, TemplateFill, TemplateParts};

/// Follows what is filled in.
#[component]
pub fn Preview(parts: TemplateParts, fill: RwSignal<TemplateFill>) -> impl IntoView {
    let format = parts.header.as_ref().map(|header| header.format);
    let buttons = parts
        .buttons
        .iter()
        .map(|button| (icon_of(button.kind), button.text.clone()))
        .collect::<Vec<_>>();
    let filled = memo(move || {
        Some(fill.with(|fill| {
            let filled = parts.fill(fill);
            (filled.header, filled.body, filled.footer)
        }))
    });
    let shown = move || {
        let (header, body, footer) = filled.get().unwrap_or_default();
        view! {
            {format.map(|format| head(format, header))}
            <div class="preview-text"><Formatted text=body/></div>
            {footer.map(|footer| view! { <p class="preview-footer" dir="auto">{footer}</p> })}
        }
    };
    view! {
        <figure class="preview" aria-label=template::PREVIEW>
            <div class="preview-bubble">{shown}</div>
            {(!buttons.is_empty()).then(|| view! {
                <ul class="preview-buttons">
                    {buttons.into_iter().map(|(icon, text)| view! {
                        <li><Icon name=icon/><bdi>{text}</bdi></li>
                    }).collect_view()}
                </ul>
            })}
        </figure>
    }
    .into_any()
}

fn head(format: HeaderFormat, words: Option<String>) -> AnyView {
    let (icon, what) = match format {
        HeaderFormat::Text => {
            return view! { <p class="preview-title" dir="auto">{words}</p> }.into_any();
        }
        HeaderFormat::Image => ("image", template::IMAGE),
        HeaderFormat::Video => ("video", template::VIDEO),
        HeaderFormat::Document => ("file-text", template::DOCUMENT),
        HeaderFormat::Location => ("map-pin", template::LOCATION),
    };
    let words = words.unwrap_or_else(|| what.to_owned());
    view! { <p class="preview-media"><Icon name=icon/><bdi>{words}</bdi></p> }.into_any()
}

fn icon_of(kind: ButtonKind) -> &'static str {
    match kind {
        ButtonKind::QuickReply => "undo-2",
        ButtonKind::Url => "compass",
        ButtonKind::Phone => "smartphone",
        ButtonKind::CopyCode => "copy",
        ButtonKind::Flow | ButtonKind::Other => "mouse-pointer-click",
    }
}
