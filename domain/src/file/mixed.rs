//! Files that are two things at once: what one program takes for a picture and another for a page, an archive or a PDF. Nobody
//! makes one by accident.

use super::{
    kind::{Family, Type},
    taken::TAIL,
};

/// Where readers of PDF look for its beginning (ISO 32000-1, annex H).
const PDF_WITHIN: usize = 1024;
/// Bytes behind an archive's end that unpackers bear with.
const BORNE: usize = 32;

/// Whether a file of that type is something else as well, by its first and its last bytes.
pub(super) fn is_mixed(found: Type, head: &[u8], tail: &[u8]) -> bool {
    let shown = matches!(
        found.family,
        Family::Image | Family::Pdf | Family::Ole | Family::Zip
    );
    let early = &head[..head.len().min(PDF_WITHIN)];
    (shown && acts(head))
        || (found.family != Family::Pdf && has(early, b"%PDF-"))
        || (found.family != Family::Zip && (has(head, b"PK\x03\x04") || ends_in_archive(tail)))
}

/// Whether a browser that guesses would act upon it.
fn acts(head: &[u8]) -> bool {
    let lower = head.to_ascii_lowercase();
    [
        &b"<script"[..],
        b"<!doctype html",
        b"<html",
        b"<svg",
        b"<iframe",
        b"<?php",
        b"javascript:",
    ]
    .iter()
    .any(|word| has(&lower, word))
}

/// Whether the last bytes are the end of an archive, whose parts are found from there (APPNOTE.TXT, 4.3.16).
fn ends_in_archive(tail: &[u8]) -> bool {
    let tail = &tail[tail.len().saturating_sub(TAIL)..];
    tail.windows(22).enumerate().any(|(at, end)| {
        let comment = usize::from(u16::from_le_bytes([end[20], end[21]]));
        let over = at + 22 + comment;
        end.starts_with(b"PK\x05\x06") && over <= tail.len() && over + BORNE >= tail.len()
    })
}

fn has(bytes: &[u8], part: &[u8]) -> bool {
    bytes.windows(part.len()).any(|at| at == part)
}

#[cfg(test)]
mod tests {
    use super::{super::kind::sniff, *};

    fn archive_end(comment: &[u8]) -> Vec<u8> {
        let mut end = b"PK\x05\x06".to_vec();
        end.resize(20, 0);
        end.extend(u16::try_from(comment.len()).unwrap().to_le_bytes());
        end.extend(comment);
        end
    }

    #[test]
    fn a_file_that_is_two_things_at_once_is_known_and_one_that_is_one_passes() {
        const GIF: &[u8] = b"GIF89a\x01\0\x01\0";
        const PDF: &[u8] = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n";
        const JPEG: &[u8] = b"\xff\xd8\xff\xe0\0\x10JFIF";
        let with = |begin: &[u8], rest: &[u8]| [begin, rest].concat();
        for (file, mixed) in [
            (GIF.to_vec(), false),
            (PDF.to_vec(), false),
            (b"plain words <b>".to_vec(), false),
            (with(JPEG, b"<x:xmpmeta xmlns:x='adobe:ns:meta/'>"), false),
            (with(GIF, b"=1;</i><ScRiPt>alert(1)</script>"), true),
            (with(JPEG, b"<?php system($_GET[0]); ?>"), true),
            (with(JPEG, PDF), true),
            (b"notes\n%PDF-1.4".to_vec(), true),
            (with(GIF, &archive_end(b"")), true),
            (with(PDF, &archive_end(b"a comment")), true),
            (with(PDF, &with(&archive_end(b""), b"\n%%EOF\n")), true),
            // An archive within a PDF, which ends as a PDF does.
            (with(PDF, &with(&archive_end(b""), &[b'x'; 200])), false),
            (with(JPEG, b"PK\x03\x04 an archive's first part"), true),
        ] {
            let shown = String::from_utf8_lossy(&file).into_owned();
            assert_eq!(is_mixed(sniff(&file), &file, &file), mixed, "{shown}");
        }
    }
}
