//! What Meta takes of files, by their type and size (Cloud API, "Supported media types").

/// A kind of message that takes a file.
#[derive(Debug)]
pub struct MediaKind {
    /// Meta's word for it.
    pub word: &'static str,
    /// What its files are.
    pub types: &'static [&'static str],
    /// Their most bytes.
    pub most: i64,
    /// What is said of a larger one.
    pub too_large: &'static str,
    /// Whether words may stand under it.
    pub caption: bool,
}

const MB: i64 = 1024 * 1024;

const KINDS: [MediaKind; 5] = [
    MediaKind {
        word: "image",
        types: &["image/jpeg", "image/png"],
        most: 5 * MB,
        too_large: "WhatsApp takes pictures of up to 5 MB. Make it smaller, then send it again.",
        caption: true,
    },
    MediaKind {
        word: "video",
        types: &["video/mp4", "video/3gpp"],
        most: 16 * MB,
        too_large: "WhatsApp takes videos of up to 16 MB. Make it shorter, then send it again.",
        caption: true,
    },
    MediaKind {
        word: "audio",
        types: &[
            "audio/aac",
            "audio/amr",
            "audio/mpeg",
            "audio/mp4",
            "audio/ogg",
        ],
        most: 16 * MB,
        too_large: "WhatsApp takes recordings of up to 16 MB. Make it shorter, then send it again.",
        caption: false,
    },
    MediaKind {
        word: "sticker",
        types: &["image/webp"],
        most: 500 * 1024,
        too_large: "WhatsApp takes stickers of up to 500 KB. Make it smaller, then send it again.",
        caption: false,
    },
    MediaKind {
        word: "document",
        types: &[
            "text/plain",
            "application/pdf",
            "application/msword",
            "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
            "application/vnd.ms-excel",
            "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            "application/vnd.ms-powerpoint",
            "application/vnd.openxmlformats-officedocument.presentationml.presentation",
        ],
        most: 100 * MB,
        too_large: "WhatsApp takes documents of up to 100 MB.",
        caption: true,
    },
];

/// What is said of any other file.
pub const NOT_TAKEN: &str = "WhatsApp does not take this kind of file. It takes JPEG and PNG pictures, MP4 and 3GP videos, AAC, \
                         AMR, MP3, M4A and OGG sound, PDF, text, Word, Excel and PowerPoint files.";

/// The kind that takes files of this type, which may carry parameters: `audio/ogg; codecs=opus`.
pub fn media_kind(mime: &str) -> Option<&'static MediaKind> {
    let mime = mime.split(';').next().unwrap_or_default().trim();
    KINDS.iter().find(|kind| kind.types.contains(&mime))
}
