//! Stickers in lossless WebP (RFC 9649): red and blue never change, green and alpha have two values each.

use super::bits::Low;
use super::scene::part;
use super::word;

const STILL: usize = 512;
const MOVING: usize = 256;

pub(super) fn sticker() -> Vec<u8> {
    let mut body = b"WEBP".to_vec();
    chunk(&mut body, *b"VP8L", &face(STILL, false));
    riff(&body)
}

pub(super) fn animated() -> Vec<u8> {
    let [wide, high] = [MOVING; 2].map(less_one);
    let mut body = b"WEBP".to_vec();
    let mut head = vec![0x12, 0, 0, 0];
    head.extend(wide.into_iter().chain(high));
    chunk(&mut body, *b"VP8X", &head);
    chunk(&mut body, *b"ANIM", &[0; 6]);
    for winks in [false, true] {
        let mut frame = vec![0; 6];
        frame.extend(wide.into_iter().chain(high));
        // For 400 milliseconds, and what was there before goes.
        frame.extend([0x90, 1, 0, 3]);
        chunk(&mut frame, *b"VP8L", &face(MOVING, winks));
        chunk(&mut body, *b"ANMF", &frame);
    }
    riff(&body)
}

/// The picture's bits: size, five codes, and for each dot one bit of green and one of alpha.
fn face(side: usize, winks: bool) -> Vec<u8> {
    let mut bits = Low::default();
    let last = word(side - 1);
    bits.put(0x2f, 8);
    bits.put(last, 14);
    bits.put(last, 14);
    // Alpha is used; version 0; no transform, no cache of colours, one group of codes.
    bits.put(1, 1);
    bits.put(0, 6);
    code(&mut bits, &[70, 205]);
    code(&mut bits, &[250]);
    code(&mut bits, &[50]);
    code(&mut bits, &[0, 255]);
    code(&mut bits, &[0]);
    for y in 0..side {
        for x in 0..side {
            let (x, y) = (part(x, side) * 2.0 - 1.0, part(y, side) * 2.0 - 1.0);
            let inside = x.hypot(y) < 0.95;
            let eye = |at: f32| (x - at).hypot(y + 0.25) < 0.12;
            let shut = (x - 0.35).abs() < 0.15 && (y + 0.25).abs() < 0.04;
            let right = if winks { shut } else { eye(0.35) };
            let mouth = (0.5..0.62).contains(&x.hypot(y)) && y > 0.15;
            bits.put(u32::from(inside && !(eye(-0.35) || right || mouth)), 1);
            bits.put(u32::from(inside), 1);
        }
    }
    bits.bytes
}

/// A simple code of one or two symbols, in rising order; one symbol alone takes no bits.
fn code(bits: &mut Low, symbols: &[u32]) {
    bits.put(1, 1);
    bits.put(u32::from(symbols.len() > 1), 1);
    bits.put(1, 1);
    for symbol in symbols {
        bits.put(*symbol, 8);
    }
}

fn less_one(side: usize) -> [u8; 3] {
    let [a, b, c, _] = word(side - 1).to_le_bytes();
    [a, b, c]
}

fn chunk(body: &mut Vec<u8>, kind: [u8; 4], bytes: &[u8]) {
    body.extend(kind);
    body.extend(word(bytes.len()).to_le_bytes());
    body.extend(bytes);
    if !bytes.len().is_multiple_of(2) {
        body.push(0);
    }
}

fn riff(body: &[u8]) -> Vec<u8> {
    let mut file = Vec::new();
    chunk(&mut file, *b"RIFF", body);
    file
}
