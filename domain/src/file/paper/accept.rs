//! What a document may be.

use crate::file::{
    kind::{Family, Type},
    mixed, name,
    taken::Taken,
    upload::office,
};

/// Pictures that we open ourselves.
pub(super) fn is_opened(found: Type) -> bool {
    matches!(
        found.mime,
        "image/jpeg" | "image/png" | "image/gif" | "image/webp"
    )
}

/// What people are given to see; else why it is not taken. What it opens with goes by the end of its name: that says what it
/// is, or nothing.
pub(super) fn accept(
    found: Type,
    name: Option<&str>,
    taken: &Taken,
    by_client: bool,
) -> Result<&'static str, String> {
    let end = name.and_then(name::extension).unwrap_or_default();
    if by_client && found.family == Family::Ole {
        return Err(OLD.to_owned());
    }
    let mime = match (found.mime, found.family) {
        (
            mime @ ("image/jpeg" | "image/png" | "image/gif" | "image/webp" | "image/heif"
            | "application/pdf"),
            _,
        ) => mime,
        (_, Family::Text) => "text/plain",
        (_, Family::Zip | Family::Ole) => office(found.family, &end).ok_or(TAKEN)?,
        _ => return Err(TAKEN.to_owned()),
    };
    if ends(mime).is_some_and(|ends| !end.is_empty() && !ends.contains(&end.as_str())) {
        return Err(format!(
            "Its name ends in .{end}, which says something else than it is. It was not kept. Give it a name that fits, and \
             bring it again."
        ));
    }
    if mixed::is_mixed(found, &taken.head, &taken.tail) {
        return Err(
            "This file is two things at once, and was not kept. Save it anew, as a PDF or a picture, and bring that."
                .to_owned(),
        );
    }
    Ok(mime)
}

/// How names of that type end; none for documents of office programs, which are known by that alone.
fn ends(mime: &str) -> Option<&'static [&'static str]> {
    Some(match mime {
        "image/jpeg" => &["jpg", "jpeg", "jpe", "jfif"],
        "image/png" => &["png"],
        "image/gif" => &["gif"],
        "image/webp" => &["webp"],
        "image/heif" => &["heic", "heif", "hif"],
        "application/pdf" => &["pdf"],
        "text/plain" => &["txt", "csv"],
        _ => return None,
    })
}

const OLD: &str = "This is a document of an older office program (.doc, .xls, .ppt), which may hold macros, and was not kept. \
                   Save it as .docx, .xlsx, .pptx or PDF, and bring that.";

const TAKEN: &str = "Bring a picture (JPEG, PNG, WebP, GIF, HEIC), a PDF, text, or a document of Word, Excel or PowerPoint. \
                     This is none of these, and was not kept.";
