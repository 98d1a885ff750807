//! One task: what it is about, its list, documents, comments, and what has happened.

use super::{
    frame::{self, Mode, Sheet, Told, document},
    home::{facts, progress, stand},
};
use crate::{ui::icon::Icon, words::portal};
use leptos::prelude::*;
use postern_domain::{
    file::LARGEST_PAPER,
    portal::{
        LONGEST_COMMENT,
        page::{Became, By, Comment, Document, Task},
    },
};
use postern_types::TaskId;

/// What a client wrote that was not taken: it is shown again.
#[derive(Default)]
pub struct Draft {
    /// The comment.
    pub body: String,
}

/// What may be chosen; what it is in truth is read from its bytes.
const ACCEPT: &str = ".jpg,.jpeg,.png,.webp,.gif,.heic,.heif,.pdf,.txt,.csv,.doc,.docx,.xls,.xlsx,.ppt,.pptx,image/*";

/// Its document.
pub fn task(sheet: &Sheet, task: &Task, draft: &Draft, told: Option<&Told>) -> String {
    let host = &task.frame.host;
    let title = portal::title(&task.line.title, &host.name);
    document(sheet, &title, frame::tone(host), Mode::Live, || {
        let description = (!task.description.is_empty()).then(|| {
            view! { <p class="portal-text" dir="auto">{task.description.clone()}</p> }
        });
        let main = view! {
            <a class="portal-back" href="/portal">
                <Icon name="chevron-left"/>
                {portal::BACK}
            </a>
            {frame::told(told)}
            <header class="portal-task">
                <h1 dir="auto">{task.line.title.clone()}</h1>
                {facts(&task.line)}
                {progress(&task.line)}
                {description}
            </header>
            {items(task)}
            {documents(sheet, task)}
            {comments(sheet, task, draft, matches!(told, Some(Told::Badly(_))))}
            {history(task)}
        };
        frame::inside(sheet, &task.frame, main.into_any())
    })
}

fn items(task: &Task) -> AnyView {
    if task.items.is_empty() {
        return ().into_any();
    }
    let lines: Vec<_> = task
        .items
        .iter()
        .map(|item| {
            let (icon, class, words) = if item.done {
                ("square-check", "done", portal::STEP_DONE)
            } else {
                ("square", "open", portal::STEP_OPEN)
            };
            view! {
                <li class=class>
                    <Icon name=icon/>
                    <span dir="auto">{item.body.clone()}</span>
                    <span class="only-heard">{words}</span>
                </li>
            }
        })
        .collect();
    view! {
        <section class="portal-part">
            <h2>{portal::STEPS}</h2>
            <ul class="portal-steps">{lines}</ul>
        </section>
    }
    .into_any()
}

fn named(by: &By) -> String {
    match by {
        By::You => portal::YOU.to_owned(),
        By::Them(name) => name.clone(),
    }
}

fn documents(sheet: &Sheet, task: &Task) -> AnyView {
    let id = task.line.id;
    let asked: Vec<_> = task
        .documents
        .iter()
        .filter(|document| document.size.is_none())
        .map(|document| asked(sheet, id, document))
        .collect();
    let there: Vec<_> = task
        .documents
        .iter()
        .filter_map(|document| Some(there(document, document.size?)))
        .collect();
    let none = (asked.is_empty() && there.is_empty())
        .then(|| view! { <p class="hint">{portal::NO_DOCUMENTS}</p> });
    let asked = (!asked.is_empty()).then(|| view! { <ul class="portal-asked">{asked}</ul> });
    let there = (!there.is_empty()).then(|| view! { <ul class="portal-files">{there}</ul> });
    view! {
        <section class="portal-part" id="documents">
            <h2>{portal::DOCUMENTS}</h2>
            {none}
            {asked}
            {there}
            <details class="portal-add">
                <summary class="button">
                    <Icon name="paperclip"/>
                    {portal::ADD_DOCUMENT}
                </summary>
                {bring(sheet, id, None)}
            </details>
        </section>
    }
    .into_any()
}

fn there(document: &Document, size: u64) -> AnyView {
    let line = portal::brought(&named(&document.by), &document.at.shown, size);
    view! {
        <li>
            <a class="portal-file" href=format!("/portal/documents/{}", document.id) download>
                <Icon name="file-text"/>
                <span class="portal-file-name">
                    <span dir="auto">{document.name.clone()}</span>
                    <small>{line}</small>
                </span>
                <span class="only-heard">{portal::DOWNLOAD}</span>
                <Icon name="download"/>
            </a>
        </li>
    }
    .into_any()
}

fn asked(sheet: &Sheet, task: TaskId, document: &Document) -> AnyView {
    view! {
        <li class="portal-ask">
            <p>
                <span class="portal-badge">{portal::ASKED_FOR}</span>
                <strong dir="auto">{document.name.clone()}</strong>
            </p>
            {bring(sheet, task, Some(document))}
        </li>
    }
    .into_any()
}

/// The form that brings a file. What it is for stands before it, so that the server knows before the file comes.
fn bring(sheet: &Sheet, task: TaskId, asked: Option<&Document>) -> AnyView {
    let field = asked.map_or_else(|| "file".to_owned(), |asked| format!("file-{}", asked.id));
    let hint = format!("{field}-hint");
    let label = asked.map_or_else(
        || portal::CHOOSE.to_owned(),
        |asked| format!("{}: {}", portal::CHOOSE, asked.name),
    );
    let names = asked
        .map(|asked| view! { <input type="hidden" name="document" value=asked.id.to_string()/> });
    view! {
        <form
            class="portal-bring"
            method="post"
            enctype="multipart/form-data"
            action=format!("/portal/tasks/{task}/documents")
            data-upload=LARGEST_PAPER.to_string()
            data-sending=portal::UPLOADING
            data-failed=portal::UPLOAD_FAILED
            data-large=portal::FILE_HINT
        >
            {frame::twin(sheet)}
            {names}
            <label for=field.clone()>{label}</label>
            <input id=field.clone() name="file" type="file" accept=ACCEPT required aria-describedby=hint.clone()/>
            <p class="hint" id=hint>{portal::FILE_HINT}</p>
            <p class="portal-way" role="status" hidden>
                <progress max="100" value="0" aria-label=portal::UPLOADING></progress>
                <span></span>
            </p>
            <button class="button primary" type="submit">{portal::SEND_FILE}</button>
        </form>
    }
    .into_any()
}

fn comments(sheet: &Sheet, task: &Task, draft: &Draft, faulty: bool) -> AnyView {
    let lines: Vec<_> = task.comments.iter().map(one).collect();
    let none = lines
        .is_empty()
        .then(|| view! { <p class="hint">{portal::NO_COMMENTS}</p> });
    let faulty = faulty && !draft.body.is_empty();
    view! {
        <section class="portal-part" id="comments">
            <h2>{portal::COMMENTS}</h2>
            {none}
            <ol class="portal-comments">{lines}</ol>
            <form class="form" method="post" action=format!("/portal/tasks/{}/comments", task.line.id)>
                {frame::twin(sheet)}
                <div class="field">
                    <label for="body">{portal::YOUR_COMMENT}</label>
                    <textarea
                        id="body"
                        name="body"
                        rows="3"
                        maxlength=LONGEST_COMMENT.to_string()
                        required
                        dir="auto"
                        aria-describedby=faulty.then_some("fault")
                    >{draft.body.clone()}</textarea>
                </div>
                <button class="button primary large" type="submit">
                    <Icon name="send-horizontal"/>
                    {portal::SEND}
                </button>
            </form>
        </section>
    }
    .into_any()
}

fn one(comment: &Comment) -> AnyView {
    let class = match comment.by {
        By::You => "yours",
        By::Them(_) => "theirs",
    };
    view! {
        <li class=class>
            <p class="portal-who">
                <strong dir="auto">{named(&comment.by)}</strong>
                <time datetime=comment.at.iso.clone()>{comment.at.shown.clone()}</time>
            </p>
            <p class="portal-text" dir="auto">{comment.body.clone()}</p>
        </li>
    }
    .into_any()
}

fn history(task: &Task) -> AnyView {
    if task.history.is_empty() {
        return ().into_any();
    }
    let lines: Vec<_> = task
        .history
        .iter()
        .map(|change| {
            let what = became(&change.what);
            let by = match &change.by {
                By::Them(name) => Some(name.clone()),
                By::You => None,
            };
            view! {
                <li>
                    <span dir="auto">{what}</span>
                    <small>
                        {by.map(|by| format!("{by}, "))}
                        <time datetime=change.at.iso.clone()>{change.at.shown.clone()}</time>
                    </small>
                </li>
            }
        })
        .collect();
    view! {
        <details class="portal-part portal-history" id="history">
            <summary><h2>{portal::HISTORY}</h2></summary>
            <ol>{lines}</ol>
        </details>
    }
    .into_any()
}

fn became(what: &Became) -> String {
    match what {
        Became::Shared => portal::SHARED_WITH_YOU.into(),
        Became::Stands(to) => stand(*to).into(),
        Became::Due(Some(day)) => portal::due(day),
        Became::Due(None) => portal::NOT_DUE.into(),
        Became::ItemDone(item) => portal::item_done(item),
        Became::ItemUndone(item) => portal::item_undone(item),
    }
}
