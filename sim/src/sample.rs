//! Small real files, made in code: what customers send, and what a server must not trust.

mod bits;
mod jpeg;
mod mp4;
mod ogg;
mod paper;
mod png;
mod scene;
mod sound;
mod webp;

use std::sync::LazyLock;

use axum::body::Bytes;
use serde::Deserialize;

/// A file that can be sent. Another one is a variant, its media type and the function that makes it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Sample {
    /// A picture of 640 × 480.
    Jpeg,
    /// The same picture, 160 × 120.
    Png,
    /// A sticker with a transparent ground.
    Webp,
    /// A sticker that winks.
    AnimatedWebp,
    /// Two seconds of H.264 without sound.
    Mp4,
    /// Three seconds of silence in Ogg Opus, as voice notes are.
    Voice,
    /// Three seconds of silence in MP3.
    Mp3,
    /// Three seconds of silence in AAC.
    Aac,
    /// One page.
    Pdf,
    /// Plain text.
    Txt,
    /// A picture that carries a script.
    Svg,
    /// A page that carries a script.
    Html,
    /// The beginning of a Windows program, whatever it is called.
    Exe,
}

type Made = (Sample, Bytes);

static MADE: LazyLock<Vec<Made>> = LazyLock::new(|| {
    Sample::ALL
        .map(|sample| (sample, Bytes::from(sample.make())))
        .into()
});

/// How many different pictures [`photo`] can make.
pub const PHOTOS: usize = 4;

static PHOTOS_MADE: LazyLock<[Bytes; PHOTOS]> =
    LazyLock::new(|| std::array::from_fn(|light| Bytes::from(jpeg::picture(light))));

/// A JPEG in one of several lights; any number will do.
pub fn photo(light: usize) -> Bytes {
    PHOTOS_MADE[light % PHOTOS].clone()
}

impl Sample {
    /// Every one of them.
    pub const ALL: [Sample; 13] = [
        Sample::Jpeg,
        Sample::Png,
        Sample::Webp,
        Sample::AnimatedWebp,
        Sample::Mp4,
        Sample::Voice,
        Sample::Mp3,
        Sample::Aac,
        Sample::Pdf,
        Sample::Txt,
        Sample::Svg,
        Sample::Html,
        Sample::Exe,
    ];

    /// What it truly is.
    pub fn mime(self) -> &'static str {
        match self {
            Sample::Jpeg => "image/jpeg",
            Sample::Png => "image/png",
            Sample::Webp | Sample::AnimatedWebp => "image/webp",
            Sample::Mp4 => "video/mp4",
            Sample::Voice => "audio/ogg; codecs=opus",
            Sample::Mp3 => "audio/mpeg",
            Sample::Aac => "audio/aac",
            Sample::Pdf => "application/pdf",
            Sample::Txt => "text/plain",
            Sample::Svg => "image/svg+xml",
            Sample::Html => "text/html",
            Sample::Exe => "application/x-msdownload",
        }
    }

    /// The file; the same bytes every time.
    pub fn bytes(self) -> Bytes {
        MADE.iter()
            .find(|(sample, _)| *sample == self)
            .map(|(_, bytes)| bytes.clone())
            .unwrap_or_default()
    }

    /// The file of a media type; text for a type that no file here has.
    pub fn of(mime: &str) -> Self {
        let plain = |mime: &str| mime.split(';').next().unwrap_or_default().trim().to_owned();
        Self::ALL
            .into_iter()
            .find(|sample| plain(sample.mime()) == plain(mime))
            .unwrap_or(Sample::Txt)
    }

    fn make(self) -> Vec<u8> {
        match self {
            Sample::Jpeg => jpeg::picture(0),
            Sample::Png => png::picture(),
            Sample::Webp => webp::sticker(),
            Sample::AnimatedWebp => webp::animated(),
            Sample::Mp4 => mp4::film(),
            Sample::Voice => ogg::silence(3),
            Sample::Mp3 => sound::mp3(3),
            Sample::Aac => sound::aac(3),
            Sample::Pdf => paper::pdf(),
            Sample::Txt => paper::TXT.to_vec(),
            Sample::Svg => paper::SVG.to_vec(),
            Sample::Html => paper::HTML.to_vec(),
            Sample::Exe => paper::EXE.to_vec(),
        }
    }
}

/// A length as the files hold it.
fn word(length: usize) -> u32 {
    u32::try_from(length).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_file_begins_as_its_kind_does_and_is_small() {
        let begins: [(Sample, usize, &[u8]); 13] = [
            (Sample::Jpeg, 0, b"\xff\xd8\xff\xe0"),
            (Sample::Png, 0, b"\x89PNG\r\n\x1a\n"),
            (Sample::Webp, 8, b"WEBPVP8L"),
            (Sample::AnimatedWebp, 8, b"WEBPVP8X"),
            (Sample::Mp4, 4, b"ftypisom"),
            (Sample::Voice, 0, b"OggS"),
            (Sample::Mp3, 0, b"\xff\xfb"),
            (Sample::Aac, 0, b"\xff\xf1"),
            (Sample::Pdf, 0, b"%PDF-1."),
            (Sample::Txt, 0, b"Harbour"),
            (Sample::Svg, 0, b"<svg"),
            (Sample::Html, 0, b"<!doctype html>"),
            (Sample::Exe, 0, b"MZ"),
        ];
        for (sample, at, expected) in begins {
            let bytes = sample.bytes();
            assert!(bytes[at..].starts_with(expected), "{sample:?}");
            assert!(bytes.len() < 200_000, "{sample:?}: {}", bytes.len());
        }
    }

    #[test]
    fn stickers_keep_the_size_that_meta_allows() {
        assert!(Sample::Webp.bytes().len() < 100 * 1024);
        assert!(Sample::AnimatedWebp.bytes().len() < 500 * 1024);
    }

    #[test]
    fn photos_differ_and_a_media_type_finds_its_file() {
        assert_ne!(photo(0), photo(1));
        assert_eq!(photo(0), photo(PHOTOS));
        assert_eq!(Sample::of("audio/ogg"), Sample::Voice);
        assert_eq!(Sample::of("application/zip"), Sample::Txt);
    }
}
