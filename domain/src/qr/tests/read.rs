//! Squares, read by `rqrr` from the PNG and from the SVG as `resvg` draws it.

use super::*;
use base64::{Engine as _, engine::general_purpose::STANDARD};
use postern_types::QrDrawn;
use resvg::{tiny_skia, usvg};
use rqrr::PreparedImage;

const LEVELS: [QrLevel; 4] = [
    QrLevel::Low,
    QrLevel::Medium,
    QrLevel::Quartile,
    QrLevel::High,
];

/// What a decoder reads in a picture, whose pixels are this bright.
fn decoded(width: u32, height: u32, bright: impl Fn(u32, u32) -> u8) -> String {
    let pixel = |x: usize, y: usize| {
        let (x, y) = (u32::try_from(x).unwrap(), u32::try_from(y).unwrap());
        bright(x, y)
    };
    let (wide, high) = (width as usize, height as usize);
    let mut picture = PreparedImage::prepare_from_greyscale(wide, high, pixel);
    let grids = picture.detect_grids();
    assert_eq!(grids.len(), 1, "one code");
    grids[0].decode().unwrap().1
}

fn from_png(drawn: &QrDrawn) -> (u32, String) {
    let bytes = STANDARD.decode(&drawn.png).unwrap();
    let picture = image::load_from_memory_with_format(&bytes, image::ImageFormat::Png).unwrap();
    let picture = picture.to_luma8();
    let text = decoded(picture.width(), picture.height(), |x, y| {
        picture.get_pixel(x, y).0[0]
    });
    (picture.width(), text)
}

fn from_svg(drawn: &QrDrawn) -> String {
    let tree = usvg::Tree::from_str(&drawn.svg, &usvg::Options::default()).unwrap();
    let size = tree.size().to_int_size();
    let mut picture = tiny_skia::Pixmap::new(size.width(), size.height()).unwrap();
    resvg::render(
        &tree,
        tiny_skia::Transform::default(),
        &mut picture.as_mut(),
    );
    decoded(size.width(), size.height(), |x, y| {
        picture.pixel(x, y).unwrap().green()
    })
}

#[test]
fn whatever_stands_in_a_code_is_read_from_both_pictures_as_it_was() {
    let colours = [
        ("#000000", "#ffffff"),
        ("#1a3a6b", "#fff4d6"),
        ("#7a0019", "#ffffff"),
    ];
    for (nth, text) in [
        "tel:+4915123456789",
        "https://wa.me/4915123456789?text=Hello%20%F0%9F%91%8B",
        "BEGIN:VCARD\r\nVERSION:4.0\r\nFN:Ünï \\; 日本\r\nEND:VCARD\r\n",
        "WIFI:T:WPA;S:a\\;b;P:\\\\\\\"\\:;;",
        "A",
        "0123456789",
    ]
    .into_iter()
    .enumerate()
    {
        for level in LEVELS {
            let (dark, light) = colours[nth % colours.len()];
            let look = QrLook {
                dark: dark.to_owned(),
                light: light.to_owned(),
                level,
                ..QrLook::default()
            };
            let drawn = draw(text.to_owned(), &look).unwrap();
            let (wide, read) = from_png(&drawn);
            assert_eq!(read, text, "{level:?}, PNG");
            assert!((400..=512).contains(&wide), "{wide}");
            assert_eq!(from_svg(&drawn), text, "{level:?}, SVG");
            assert_eq!(drawn.text, text);
        }
    }
}

#[test]
fn as_much_as_fits_is_read_and_one_byte_more_is_said_to_be_too_much() {
    for (level, most) in LEVELS.into_iter().zip([2953, 2331, 1663, 1273]) {
        let look = QrLook {
            size: 1024,
            level,
            ..QrLook::default()
        };
        let drawn = draw("a".repeat(most), &look).unwrap();
        assert_eq!(from_png(&drawn).1.len(), most);
        assert_eq!(from_svg(&drawn).len(), most);
        let refused = draw("a".repeat(most + 1), &look);
        let Err(Error::Invalid { field, reason }) = refused else {
            panic!("{level:?}");
        };
        assert_eq!(field, "text");
        assert!(reason.contains(&most.to_string()), "{reason}");
    }
}

#[test]
fn a_look_that_no_camera_reads_is_refused_and_named() {
    let of = |dark: &str, light: &str, size, margin| QrLook {
        dark: dark.to_owned(),
        light: light.to_owned(),
        size,
        margin,
        ..QrLook::default()
    };
    for (look, expected) in [
        (of("#000000", "#ffffff", 512, 4), "taken"),
        (of("#767676", "#ffffff", 512, 4), "taken"),
        (of("#777777", "#ffffff", 512, 4), "dark"),
        // Lighter than its ground.
        (of("#ffffff", "#000000", 512, 4), "dark"),
        (of("#ffffff", "#ffffff", 512, 4), "dark"),
        (of("black", "#ffffff", 512, 4), "dark"),
        (of("#000", "#ffffff", 512, 4), "dark"),
        (of("#000000", "\"/><script>", 512, 4), "light"),
        (of("#000000", "#ffffff", 127, 4), "size"),
        (of("#000000", "#ffffff", 2049, 4), "size"),
        (of("#000000", "#ffffff", 512, 1), "margin"),
        (of("#000000", "#ffffff", 512, 11), "margin"),
    ] {
        assert_eq!(field(draw("x".to_owned(), &look)), expected, "{look:?}");
    }
}

#[test]
fn nothing_that_somebody_typed_stands_in_the_picture_itself() {
    let text = "<script>alert(1)</script>&\"'";
    let drawn = draw(text.to_owned(), &QrLook::default()).unwrap();
    assert!(!drawn.svg.contains("script") && !drawn.svg.contains("alert"));
    assert_eq!(drawn.svg.matches('<').count(), 4);
    assert_eq!(from_svg(&drawn), text);
}
