//! What a file is: read from its first bytes, and held against what was claimed of it and what it is called (FIL-1).
//!
//! To add a type: its beginning in [`sniff`] (or it is one that `infer` knows), its name and its claim in [`expected`].

use super::name;
use std::borrow::Cow;

/// How WhatsApp sends it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A photo.
    Image,
    /// A film.
    Video,
    /// Sound, a voice note among them.
    Audio,
    /// Any file.
    Document,
    /// A sticker.
    Sticker,
}

impl Kind {
    /// Meta's word, which the database keeps as well.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Image => "image",
            Self::Video => "video",
            Self::Audio => "audio",
            Self::Document => "document",
            Self::Sticker => "sticker",
        }
    }

    /// Reads the word; what is new to us is some file.
    pub fn of(word: &str) -> Self {
        match word {
            "image" => Self::Image,
            "video" => Self::Video,
            // Before 2021 a voice note was a kind of its own.
            "audio" | "voice" => Self::Audio,
            "sticker" => Self::Sticker,
            _ => Self::Document,
        }
    }
}

/// What belongs together when a claim is held against bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Family {
    Image,
    /// Moving pictures, and every container that may hold sound alone.
    Film,
    Sound,
    Pdf,
    /// A ZIP archive, which today's office documents are.
    Zip,
    /// What office documents were before.
    Ole,
    Text,
    /// HTML, SVG and the like: text that a browser would act upon.
    Markup,
    /// What a machine runs.
    Program,
    /// Known, and none of these.
    Other,
    Unknown,
}

impl Family {
    fn words(self) -> &'static str {
        match self {
            Self::Image => "a picture",
            Self::Film => "a video",
            Self::Sound => "a recording",
            Self::Pdf => "a PDF",
            Self::Zip => "an archive or a document of today's office programs",
            Self::Ole => "a document of older office programs",
            Self::Text => "text",
            Self::Markup => "a web page or drawing",
            Self::Program => "a program",
            Self::Other => "a file of another type",
            Self::Unknown => "a file of no known type",
        }
    }
}

/// A type, read from bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Type {
    pub mime: &'static str,
    pub family: Family,
}

const fn known(mime: &'static str, family: Family) -> Type {
    Type { mime, family }
}

/// First bytes that are enough to tell.
pub(super) const HEAD: usize = 8 * 1024;

/// What the first bytes say.
pub(super) fn sniff(head: &[u8]) -> Type {
    container(head)
        .or_else(|| signature(head))
        .or_else(|| infer::get(head).map(by_infer))
        .unwrap_or_else(|| text(head))
}

/// Those that `infer` does not tell apart as WhatsApp does.
fn container(head: &[u8]) -> Option<Type> {
    match head {
        [_, _, _, _, b'f', b't', b'y', b'p', brand @ ..] => {
            let brand = brand.get(..4)?;
            Some(match brand {
                [b'3', b'g', ..] => known("video/3gpp", Family::Film),
                b"M4A " | b"M4B " => known("audio/mp4", Family::Sound),
                b"qt  " => known("video/quicktime", Family::Film),
                b"heic" | b"heix" | b"hevc" | b"heim" | b"heis" | b"mif1" | b"msf1" => {
                    known("image/heif", Family::Image)
                }
                b"avif" | b"avis" => known("image/avif", Family::Image),
                _ => known("video/mp4", Family::Film),
            })
        }
        [b'O', b'g', b'g', b'S', ..] => {
            let first = head.get(28..)?;
            let sound = first.starts_with(b"OpusHead")
                || first.starts_with(b"\x01vorbis")
                || first.starts_with(b"Speex")
                || first.starts_with(b"\x7fFLAC");
            Some(if sound {
                known("audio/ogg", Family::Sound)
            } else {
                known("video/ogg", Family::Film)
            })
        }
        [
            b'R',
            b'I',
            b'F',
            b'F',
            _,
            _,
            _,
            _,
            b'W',
            b'E',
            b'B',
            b'P',
            ..,
        ] => Some(known("image/webp", Family::Image)),
        [b'P', b'K', 3, 4, ..] => Some(archive(head)),
        _ => None,
    }
}

/// A ZIP archive by its first entry: what runs is an archive too.
fn archive(head: &[u8]) -> Type {
    let runs = [
        "META-INF/",
        "AndroidManifest.xml",
        "classes.dex",
        "Payload/",
    ];
    match first_entry(head) {
        Some(entry) if runs.iter().any(|begin| entry.starts_with(begin)) => {
            known("application/java-archive", Family::Program)
        }
        _ => known("application/zip", Family::Zip),
    }
}

/// The name of an archive's first entry.
fn first_entry(head: &[u8]) -> Option<Cow<'_, str>> {
    let length = head.get(26..28)?;
    let length = usize::from(u16::from_le_bytes([*length.first()?, *length.get(1)?]));
    Some(String::from_utf8_lossy(head.get(30..30 + length)?))
}

fn signature(head: &[u8]) -> Option<Type> {
    const SIGNATURES: &[(&[u8], Type)] = &[
        (b"\xff\xd8\xff", known("image/jpeg", Family::Image)),
        (b"\x89PNG\r\n\x1a\n", known("image/png", Family::Image)),
        (b"GIF87a", known("image/gif", Family::Image)),
        (b"GIF89a", known("image/gif", Family::Image)),
        (b"#!AMR", known("audio/amr", Family::Sound)),
        (b"#!", known("text/x-shellscript", Family::Program)),
        (b"ID3", known("audio/mpeg", Family::Sound)),
        (b"%PDF-", known("application/pdf", Family::Pdf)),
        (
            b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
            known("application/x-ole-storage", Family::Ole),
        ),
        (b"MZ", known("application/x-msdownload", Family::Program)),
        (
            b"\x7fELF",
            known("application/x-executable", Family::Program),
        ),
        // Shortcuts of Windows, which run what they name.
        (
            b"L\0\0\0\x01\x14\x02\0",
            known("application/x-ms-shortcut", Family::Program),
        ),
    ];
    if let Some((_, found)) = SIGNATURES.iter().find(|(begin, _)| head.starts_with(begin)) {
        return Some(*found);
    }
    match head {
        // Frames of sound begin with eleven set bits; then version and layer. Of the first layer nobody makes any, and text of
        // two bytes a letter begins like it.
        [0xff, second, ..] if second & 0xf6 == 0xf0 => Some(known("audio/aac", Family::Sound)),
        [0xff, second, ..]
            if second & 0xe0 == 0xe0 && matches!(second & 0x06, 2 | 4) && second & 0x18 != 0x08 =>
        {
            Some(known("audio/mpeg", Family::Sound))
        }
        _ => None,
    }
}

fn by_infer(found: infer::Type) -> Type {
    use infer::MatcherType;
    let family = match found.matcher_type() {
        // Certificates are no programs, and these are loose guesses at them.
        MatcherType::App if found.mime_type().contains("x509") => Family::Other,
        MatcherType::App => Family::Program,
        MatcherType::Image => Family::Image,
        MatcherType::Video => Family::Film,
        MatcherType::Audio => Family::Sound,
        MatcherType::Text if found.mime_type() == "text/x-shellscript" => Family::Program,
        MatcherType::Text => Family::Markup,
        _ => Family::Other,
    };
    known(found.mime_type(), family)
}

/// Text has no beginning of its own: it is what has no bytes that text does not have.
fn text(head: &[u8]) -> Type {
    let wide = head.starts_with(b"\xff\xfe") || head.starts_with(b"\xfe\xff");
    let plain = head.iter().all(|byte| {
        *byte >= 0x20 && *byte != 0x7f || matches!(byte, b'\t' | b'\n' | b'\r' | 0x0c | 0x1b)
    });
    if !wide && !plain {
        return known("application/octet-stream", Family::Unknown);
    }
    let words: Vec<u8> = head
        .iter()
        .filter(|byte| **byte != 0)
        .map(u8::to_ascii_lowercase)
        .collect();
    let has = |part: &[u8]| words.windows(part.len()).any(|at| at == part);
    if has(b"<svg") {
        known("image/svg+xml", Family::Markup)
    } else if [
        &b"<!doctype html"[..],
        b"<html",
        b"<script",
        b"<body",
        b"<head",
        b"<iframe",
        b"<img",
    ]
    .iter()
    .any(|part| has(part))
    {
        known("text/html", Family::Markup)
    } else if has(b"<?xml") {
        known("text/xml", Family::Markup)
    } else {
        known("text/plain", Family::Text)
    }
}

/// The type, when nothing that is said of the file speaks against it; else why it is not kept.
pub(super) fn judge(
    kind: Kind,
    claimed: &str,
    name: Option<&str>,
    head: &[u8],
) -> Result<Type, String> {
    let found = sniff(head);
    let end = name.and_then(name::extension);
    let end = end.as_deref();
    if found.family == Family::Program || end.is_some_and(runs) {
        return Err("It is a program, and programs are not kept.".to_owned());
    }
    let by_kind: Option<&[Family]> = match kind {
        Kind::Image | Kind::Sticker => Some(&[Family::Image]),
        Kind::Video => Some(&[Family::Film]),
        Kind::Audio => Some(&[Family::Sound, Family::Film]),
        Kind::Document => None,
    };
    let said = [
        by_kind,
        expected_by_claim(claimed),
        end.and_then(expected_by_name),
    ];
    for allowed in said.into_iter().flatten() {
        if !allowed.contains(&found.family) {
            return Err(differs(allowed, found.family));
        }
    }
    let office =
        is_office(claimed) || end.is_some_and(|end| matches!(end, "docx" | "xlsx" | "pptx"));
    if office && found.family == Family::Zip && !holds_office(head) {
        return Err(differs(&[Family::Zip], Family::Other));
    }
    Ok(found)
}

fn differs(said: &[Family], found: Family) -> String {
    let said = said.first().map_or("another file", |family| family.words());
    format!(
        "It is not what it was sent as: that was {said}, and this is {}. It was not kept.",
        found.words()
    )
}

/// A claimed type without its parameters, in lower case.
pub(super) fn essence(mime: &str) -> String {
    let essence = mime.split(';').next().unwrap_or_default();
    essence.trim().to_ascii_lowercase()
}

fn expected_by_claim(claimed: &str) -> Option<&'static [Family]> {
    let claimed = essence(claimed);
    Some(match claimed.as_str() {
        "image/svg+xml" => &[Family::Markup],
        "application/pdf" => &[Family::Pdf],
        // Spreadsheets of older days, and what browsers on Windows call a CSV file.
        "application/msword" | "application/vnd.ms-excel" | "application/vnd.ms-powerpoint" => {
            &[Family::Ole, Family::Zip, Family::Text]
        }
        "application/zip" | "application/x-zip-compressed" => &[Family::Zip],
        "text/html" | "text/xml" | "application/xhtml+xml" | "application/xml" => {
            &[Family::Markup, Family::Text]
        }
        "application/json" => &[Family::Text, Family::Markup],
        _ if is_office(&claimed) || claimed.contains("opendocument") => &[Family::Zip],
        _ if claimed.starts_with("image/") => &[Family::Image],
        _ if claimed.starts_with("video/") => &[Family::Film],
        _ if claimed.starts_with("audio/") => &[Family::Sound, Family::Film],
        _ if claimed.starts_with("text/") => &[Family::Text, Family::Markup],
        _ => return None,
    })
}

fn is_office(claimed: &str) -> bool {
    claimed.contains("officedocument")
}

/// Today's office programs put these first.
fn holds_office(head: &[u8]) -> bool {
    const FIRST: &[&str] = &[
        "[Content_Types].xml",
        "_rels/",
        "docProps/",
        "word/",
        "xl/",
        "ppt/",
        "customXml/",
    ];
    first_entry(head).is_some_and(|entry| FIRST.iter().any(|begin| entry.starts_with(begin)))
}

fn expected_by_name(end: &str) -> Option<&'static [Family]> {
    Some(match end {
        "pdf" => &[Family::Pdf],
        "jpg" | "jpeg" | "png" | "gif" | "webp" | "bmp" | "heic" | "heif" | "avif" | "tif"
        | "tiff" => &[Family::Image],
        "svg" | "html" | "htm" | "xml" => &[Family::Markup, Family::Text],
        "mp4" | "3gp" | "3gpp" | "mov" | "avi" | "webm" | "mkv" => &[Family::Film],
        "mp3" | "ogg" | "oga" | "opus" | "aac" | "amr" | "m4a" | "wav" | "flac" => {
            &[Family::Sound, Family::Film]
        }
        "docx" | "xlsx" | "pptx" | "odt" | "ods" | "odp" | "zip" => &[Family::Zip],
        "doc" | "xls" | "ppt" => &[Family::Ole, Family::Zip, Family::Text],
        "txt" | "csv" | "json" | "md" | "log" => &[Family::Text, Family::Markup],
        _ => return None,
    })
}

/// Names of what runs when it is opened.
fn runs(end: &str) -> bool {
    matches!(
        end,
        "exe"
            | "com"
            | "scr"
            | "pif"
            | "msi"
            | "msp"
            | "bat"
            | "cmd"
            | "ps1"
            | "vbs"
            | "vbe"
            | "js"
            | "jse"
            | "wsf"
            | "wsh"
            | "hta"
            | "lnk"
            | "jar"
            | "apk"
            | "app"
            | "cpl"
            | "reg"
            | "sh"
            | "bash"
            | "command"
            | "desktop"
            | "url"
            | "website"
            | "scf"
            | "library-ms"
            | "settingcontent-ms"
            | "jnlp"
            | "psm1"
            | "psd1"
            | "msc"
            | "msu"
            | "chm"
            | "iso"
            | "img"
            | "vhd"
            | "vhdx"
            | "dmg"
            | "pkg"
            | "deb"
            | "rpm"
            | "appimage"
            | "py"
            | "pyw"
            | "rb"
            | "pl"
            | "docm"
            | "dotm"
            | "xlsm"
            | "xltm"
            | "xlam"
            | "pptm"
            | "ppam"
    )
}

/// Whether a browser may show it in the page: pictures, sound and films of types that run nothing. Everything else is saved.
pub fn is_shown(mime: &str) -> bool {
    matches!(
        mime,
        "image/jpeg"
            | "image/png"
            | "image/webp"
            | "image/gif"
            | "video/mp4"
            | "video/3gpp"
            | "audio/ogg"
            | "audio/mpeg"
            | "audio/aac"
            | "audio/amr"
            | "audio/mp4"
    )
}

#[cfg(test)]
#[path = "tests/kind.rs"]
mod tests;
