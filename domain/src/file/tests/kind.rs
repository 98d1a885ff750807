//! Types as they are read, and what speaks against a file.

use super::*;

fn ogg(first: &[u8]) -> Vec<u8> {
    [
        b"OggS\0\x02\0\0\0\0\0\0\0\0\x01\0\0\0\0\0\0\0\0\0\0\0\x01\x13".as_slice(),
        first,
    ]
    .concat()
}

fn zip(first: &str) -> Vec<u8> {
    let mut bytes = b"PK\x03\x04\x14\0\0\0\x08\0".to_vec();
    bytes.resize(26, 0);
    bytes.extend(u16::try_from(first.len()).unwrap().to_le_bytes());
    bytes.extend([0, 0]);
    bytes.extend(first.as_bytes());
    bytes
}

#[test]
fn the_first_bytes_tell_every_type_that_whatsapp_carries() {
    for (bytes, mime) in [
        (b"\xff\xd8\xff\xe0\0\x10JFIF".to_vec(), "image/jpeg"),
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR".to_vec(), "image/png"),
        (b"RIFF\x10\0\0\0WEBPVP8 ".to_vec(), "image/webp"),
        (b"GIF89a\x01\0".to_vec(), "image/gif"),
        (b"\0\0\0\x18ftypisom\0\0".to_vec(), "video/mp4"),
        (b"\0\0\0\x18ftyp3gp5\0\0".to_vec(), "video/3gpp"),
        (b"\0\0\0\x18ftypM4A \0\0".to_vec(), "audio/mp4"),
        (ogg(b"OpusHead\x01\x01"), "audio/ogg"),
        (ogg(b"\x80theora"), "video/ogg"),
        (b"#!AMR\n\x3c".to_vec(), "audio/amr"),
        (b"ID3\x04\0".to_vec(), "audio/mpeg"),
        (b"\xff\xfb\x90\x64".to_vec(), "audio/mpeg"),
        (b"\xff\xf1\x50\x80".to_vec(), "audio/aac"),
        (b"%PDF-1.7\n".to_vec(), "application/pdf"),
        (
            b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1".to_vec(),
            "application/x-ole-storage",
        ),
        (zip("[Content_Types].xml"), "application/zip"),
        ("Grüße\r\n".as_bytes().to_vec(), "text/plain"),
        (b"\xff\xfeH\0i\0".to_vec(), "text/plain"),
        (b" \n<svg onload=alert(1)>".to_vec(), "image/svg+xml"),
        (b"<!DOCTYPE html><p>".to_vec(), "text/html"),
        (b"hello <ScRiPt>alert(1)</script>".to_vec(), "text/html"),
        (
            b"\x01\x02\x03\x04nothing".to_vec(),
            "application/octet-stream",
        ),
        (Vec::new(), "text/plain"),
    ] {
        assert_eq!(
            sniff(&bytes).mime,
            mime,
            "{:?}",
            bytes.escape_ascii().to_string()
        );
    }
}

#[test]
fn a_program_is_refused_whatever_it_is_called_and_claimed_to_be() {
    let elf = b"\x7fELF\x02\x01\x01\0\0\0\0\0\0\0\0\0\x03\0\x3e\0".to_vec();
    let exe = b"MZ\x90\0\x03\0\0\0\x04\0\0\0\xff\xff\0\0".to_vec();
    for bytes in [
        &elf,
        &exe,
        &zip("META-INF/MANIFEST.MF"),
        &zip("AndroidManifest.xml"),
        &b"#!/bin/sh\nrm -rf /".to_vec(),
    ] {
        for (kind, claimed, name) in [
            (Kind::Document, "application/pdf", Some("invoice.pdf")),
            (Kind::Document, "application/octet-stream", None),
            (Kind::Image, "image/jpeg", Some("holiday.jpg")),
            (Kind::Document, "text/plain", Some("notes.txt")),
        ] {
            let refused = judge(kind, claimed, name, bytes).unwrap_err();
            assert!(refused.contains("program"), "{refused}");
        }
    }
    for name in ["run.bat", "a.pdf.exe", "x.JS", "y.vbs ", "z.lnk"] {
        assert!(
            judge(Kind::Document, "text/plain", Some(name), b"echo hello").is_err(),
            "{name}"
        );
    }
}

#[test]
#[expect(clippy::too_many_lines, reason = "a table")]
fn bytes_claim_and_name_have_to_agree() {
    let jpeg = b"\xff\xd8\xff\xe0\0\x10JFIF".to_vec();
    let pdf = b"%PDF-1.4".to_vec();
    let docx = zip("[Content_Types].xml");
    let word = "application/vnd.openxmlformats-officedocument.wordprocessingml.document";
    let gif = b"GIF89a/*<svg onload=alert(1)>*/=1".to_vec();
    let html = b"<html><script>alert(1)</script>".to_vec();
    for (kind, claimed, name, bytes, good) in [
        (Kind::Image, "image/jpeg", None, &jpeg, true),
        // Within a family nobody is harmed.
        (Kind::Image, "image/png", None, &jpeg, true),
        (Kind::Document, "image/jpeg", Some("a.jpg"), &jpeg, true),
        (
            Kind::Document,
            "application/pdf",
            Some("a.pdf"),
            &jpeg,
            false,
        ),
        (
            Kind::Document,
            "application/octet-stream",
            Some("a.pdf"),
            &jpeg,
            false,
        ),
        (
            Kind::Document,
            "application/pdf",
            Some("a.jpg"),
            &pdf,
            false,
        ),
        (Kind::Document, "application/pdf", Some("a.pdf"), &pdf, true),
        (Kind::Image, "application/pdf", None, &pdf, false),
        (
            Kind::Audio,
            "audio/ogg; codecs=opus",
            None,
            &ogg(b"OpusHead"),
            true,
        ),
        (
            Kind::Audio,
            "audio/mp4",
            None,
            &b"\0\0\0\x18ftypisom".to_vec(),
            true,
        ),
        (Kind::Video, "video/mp4", None, &jpeg, false),
        (
            Kind::Sticker,
            "image/webp",
            None,
            &b"RIFF\0\0\0\0WEBPVP8L".to_vec(),
            true,
        ),
        (Kind::Document, word, Some("a.docx"), &docx, true),
        (
            Kind::Document,
            word,
            Some("a.docx"),
            &zip("holiday/1.jpg"),
            false,
        ),
        (
            Kind::Document,
            "application/zip",
            Some("a.zip"),
            &zip("holiday/1.jpg"),
            true,
        ),
        (
            Kind::Document,
            "application/vnd.ms-excel",
            Some("a.csv"),
            &b"a;b\n1;2\n".to_vec(),
            true,
        ),
        (
            Kind::Document,
            "application/x-new",
            Some("a.new"),
            &b"\x01\x02\x03".to_vec(),
            true,
        ),
        // A polyglot is what it begins as, and is served as that and nothing else.
        (Kind::Image, "image/gif", None, &gif, true),
        // Kept, and never shown in the page.
        (Kind::Document, "text/html", Some("a.html"), &html, true),
        (
            Kind::Document,
            "image/svg+xml",
            Some("a.svg"),
            &b"<svg/>".to_vec(),
            true,
        ),
        (Kind::Image, "image/jpeg", None, &html, false),
        (
            Kind::Image,
            "image/svg+xml",
            None,
            &b"<svg/>".to_vec(),
            false,
        ),
    ] {
        let judged = judge(kind, claimed, name, bytes);
        assert_eq!(judged.is_ok(), good, "{claimed} {name:?}: {judged:?}");
        if let Err(words) = judged {
            assert!(words.ends_with("It was not kept."), "{words}");
        }
    }
}

#[test]
fn only_what_runs_nothing_is_shown_in_a_page() {
    for bytes in [
        &b"<svg/>"[..],
        b"<html>",
        b"<?xml version='1.0'?>",
        b"%PDF-1.4",
        b"text",
        b"PK\x03\x04",
        b"\x01\x02",
    ] {
        assert!(!is_shown(sniff(bytes).mime), "{bytes:?}");
    }
    for bytes in [
        &b"\xff\xd8\xff\xe0"[..],
        b"GIF89a",
        b"#!AMR\n",
        b"\0\0\0\x18ftypisom",
    ] {
        assert!(is_shown(sniff(bytes).mime), "{bytes:?}");
    }
}
