//! The picture of a code, as SVG and as PNG: both from the same squares, nothing in them but those.

use crate::{Error, Result};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use fast_qr::{ECL, QRBuilder, QRCode};
use png::{BitDepth, ColorType, Encoder};
use postern_types::{QrDrawn, QrLevel, QrLook};
use std::fmt::Write as _;

/// How far the squares have to stand out from the ground: WCAG's ratio, as for text.
const CONTRAST: f64 = 4.5;

type Colour = [u8; 3];

/// Draws a text. [`Error::Invalid`] on `text` when it does not fit into any code, or names what of the look is at fault.
pub fn draw(text: String, look: &QrLook) -> Result<QrDrawn> {
    let (dark, light) = colours(look)?;
    if !(128..=2048).contains(&look.size) {
        return Err(Error::invalid(
            "size",
            "A picture is 128 to 2048 pixels wide.",
        ));
    }
    // ISO/IEC 18004 asks for four; many readers do with two.
    if !(2..=10).contains(&look.margin) {
        return Err(Error::invalid(
            "margin",
            "Leave 2 to 10 squares free around the code.",
        ));
    }
    let code = squares(&text, look.level)?;
    let side = code.size + 2 * usize::from(look.margin);
    let svg = svg(&code, look, side, dark, light);
    let png = png(&code, look, side, dark, light)?;
    Ok(QrDrawn {
        text,
        svg,
        png: STANDARD.encode(png),
    })
}

fn squares(text: &str, level: QrLevel) -> Result<QRCode> {
    // Bytes that fit into the largest code (ISO/IEC 18004, table 7).
    let (level, most) = match level {
        QrLevel::Low => (ECL::L, 2953),
        QrLevel::Medium => (ECL::M, 2331),
        QrLevel::Quartile => (ECL::Q, 1663),
        QrLevel::High => (ECL::H, 1273),
    };
    let long = text.len();
    QRBuilder::new(text).ecl(level).build().map_err(|_| {
        Error::invalid(
            "text",
            format!(
                "This does not fit into a code: it has {long} bytes, and {most} fit at this error correction. Shorten it, or choose a lower one."
            ),
        )
    })
}

fn is_dark(code: &QRCode, margin: u8, x: usize, y: usize) -> bool {
    let (Some(x), Some(y)) = (x.checked_sub(margin.into()), y.checked_sub(margin.into())) else {
        return false;
    };
    // A row has more room than a small code takes.
    x < code.size && y < code.size && code[y].get(x).is_some_and(|module| module.value())
}

/// One path over the ground, each run of squares a rectangle of it.
fn svg(code: &QRCode, look: &QrLook, side: usize, dark: Colour, light: Colour) -> String {
    let (wide, dark, light) = (look.size, hex(dark), hex(light));
    let mut svg = format!(
        r#"<svg xmlns="http://www.w3.org/2000/svg" width="{wide}" height="{wide}" viewBox="0 0 {side} {side}" shape-rendering="crispEdges"><rect width="{side}" height="{side}" fill="{light}"/><path fill="{dark}" d=""#,
    );
    for y in 0..side {
        let mut x = 0;
        while x < side {
            let run = (x..side)
                .take_while(|x| is_dark(code, look.margin, *x, y))
                .count();
            if run > 0 {
                let _ = write!(svg, "M{x} {y}h{run}v1h-{run}z");
            }
            x += run + 1;
        }
    }
    svg.push_str(r#""/></svg>"#);
    svg
}

/// One bit a pixel; two colours in its palette.
fn png(code: &QRCode, look: &QrLook, side: usize, dark: Colour, light: Colour) -> Result<Vec<u8>> {
    let scale = (usize::from(look.size) / side).max(1);
    let wide = side * scale;
    let mut pixels = Vec::with_capacity(wide * wide.div_ceil(8));
    for y in 0..side {
        let mut row = vec![0_u8; wide.div_ceil(8)];
        for x in (0..wide).filter(|x| is_dark(code, look.margin, x / scale, y)) {
            if let Some(byte) = row.get_mut(x / 8) {
                *byte |= 0x80 >> (x % 8);
            }
        }
        for _ in 0..scale {
            pixels.extend_from_slice(&row);
        }
    }
    let told = |error: png::EncodingError| Error::Internal(error.into());
    let width = u32::try_from(wide).map_err(|error| Error::Internal(error.into()))?;
    let mut bytes = Vec::new();
    let mut encoder = Encoder::new(&mut bytes, width, width);
    encoder.set_color(ColorType::Indexed);
    encoder.set_depth(BitDepth::One);
    encoder.set_palette([light, dark].concat());
    let mut writer = encoder.write_header().map_err(told)?;
    writer.write_image_data(&pixels).map_err(told)?;
    writer.finish().map_err(told)?;
    Ok(bytes)
}

/// Both colours, when a camera can tell them apart: few read a code that is lighter than its ground.
fn colours(look: &QrLook) -> Result<(Colour, Colour)> {
    let dark = colour("dark", &look.dark)?;
    let light = colour("light", &look.light)?;
    let ratio = (luminance(light) + 0.05) / (luminance(dark) + 0.05);
    if ratio < CONTRAST {
        return Err(Error::invalid(
            "dark",
            "A phone would not read these colours. Choose a dark colour on a light ground.",
        ));
    }
    Ok((dark, light))
}

fn colour(field: &'static str, text: &str) -> Result<Colour> {
    let refused = || Error::invalid(field, "A colour is # and six digits, like #1a2b3c.");
    let mut colour = [0; 3];
    let digits = text.strip_prefix('#').ok_or_else(refused)?;
    hex::decode_to_slice(digits, &mut colour).map_err(|_| refused())?;
    Ok(colour)
}

fn hex(colour: Colour) -> String {
    format!("#{}", hex::encode(colour))
}

/// How bright it looks (WCAG 2.2, *relative luminance*).
fn luminance(colour: Colour) -> f64 {
    let [red, green, blue] = colour.map(|part| {
        let part = f64::from(part) / 255.0;
        if part <= 0.04045 {
            part / 12.92
        } else {
            ((part + 0.055) / 1.055).powf(2.4)
        }
    });
    0.2126 * red + 0.7152 * green + 0.0722 * blue
}
