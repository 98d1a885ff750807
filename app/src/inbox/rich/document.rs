//! A document: what it is, and a button that saves it.

use super::{
    file::{OnSeen, Save},
    measure::type_of,
    room::Room,
};
use crate::{boxed::on, number::bytes, ui::icon::Icon, words::rich};
use leptos::prelude::*;
use postern_types::FileView;

/// `name` is its sender's, when the file has none of its own.
#[component]
pub fn Document(room: Room, file: FileView, name: Option<String>) -> impl IntoView {
    let name = file.name.or(name);
    let kind = type_of(name.as_deref(), &file.mime);
    let icon = icon_of(&kind);
    let about = [
        Some(kind).filter(|kind| !kind.is_empty()),
        file.size.map(bytes),
    ];
    let about = about.into_iter().flatten().collect::<Vec<_>>().join(" · ");
    let shown = name.clone().unwrap_or_else(|| rich::UNNAMED.into());
    let title = shown.clone();
    let save = Save::of(room, file.id, name);
    view! {
        <button
            type="button" class="document" on:click=on::click(move |_| save.run()) aria-busy=move || save.busy.get().then_some("true")
            title=title
        >
            <OnSeen room id=file.id/>
            <span class="other-icon"><Icon name=icon/></span>
            <span class="other-words">
                <bdi class="document-name">{shown}</bdi>
                <span class="other-summary">{about}</span>
            </span>
            <Icon name="download"/>
            <span class="only-heard">{rich::DOWNLOAD}</span>
        </button>
    }
    .into_any()
}

fn icon_of(kind: &str) -> &'static str {
    match kind {
        "XLS" | "XLSX" | "CSV" | "ODS" | "SHEET" | "EXCEL" => "file-spreadsheet",
        "ZIP" | "RAR" | "7Z" | "GZ" | "TAR" => "file-archive",
        "PPT" | "PPTX" | "ODP" | "PRESENTATION" => "presentation",
        "PDF" | "DOC" | "DOCX" | "ODT" | "TXT" | "PLAIN" | "DOCUMENT" | "MSWORD" => "file-text",
        _ => "file",
    }
}
