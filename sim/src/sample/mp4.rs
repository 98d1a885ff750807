//! A short MP4: H.264 whose pictures are stored dot by dot (`I_PCM`), and between them pictures that repeat the last.

use super::bits::High;
use super::{scene, word};

/// In macroblocks of sixteen dots.
const WIDE: usize = 10;
const HIGH: usize = 7;
/// Pictures that are stored, each followed by repetitions.
const STORED: usize = 4;
const REPEATED: usize = 5;
/// Pictures in a second.
const RATE: u32 = 12;
const PROFILE: [u8; 3] = [66, 0xc0, 30];

pub(super) fn film() -> Vec<u8> {
    let mut samples = Vec::new();
    for turn in 0..STORED {
        samples.push(sample(0x65, &stored(turn)));
        for repeat in 1..=REPEATED {
            samples.push(sample(0x41, &again(repeat)));
        }
    }
    let head = atom(*b"ftyp", b"isom\0\0\x02\0isomiso2avc1mp41");
    // Where the samples lie depends on the length of what says so: it is made twice.
    let long = movie(&samples, 0).len();
    let start = word(head.len() + long + 8);
    [
        head,
        movie(&samples, start),
        atom(*b"mdat", &samples.concat()),
    ]
    .concat()
}

/// A unit with its length, as an MP4 holds it.
fn sample(kind: u8, payload: &[u8]) -> Vec<u8> {
    let unit = unit(kind, payload);
    let mut bytes = word(unit.len()).to_be_bytes().to_vec();
    bytes.extend(unit);
    bytes
}

/// A unit, in which no start code may stand (H.264, 7.4.1.1).
fn unit(kind: u8, payload: &[u8]) -> Vec<u8> {
    let mut bytes = vec![kind];
    let mut zeros = 0;
    for byte in payload {
        if zeros == 2 && *byte <= 3 {
            bytes.push(3);
            zeros = 0;
        }
        zeros = if *byte == 0 { zeros + 1 } else { 0 };
        bytes.push(*byte);
    }
    bytes
}

fn finish(mut bits: High) -> Vec<u8> {
    bits.put(1, 1);
    bits.align(0);
    bits.bytes
}

/// Baseline, frames counted in four bits, shown in the order of decoding, one reference.
fn sequence() -> Vec<u8> {
    let mut bits = High::default();
    bits.extend(PROFILE);
    for value in [0, 0, 2, 1] {
        bits.golomb(value);
    }
    bits.put(0, 1);
    bits.golomb(word(WIDE - 1));
    bits.golomb(word(HIGH - 1));
    // Whole frames; direct inference; no cropping; no further description.
    bits.put(0b1100, 4);
    unit(0x67, &finish(bits))
}

/// CAVLC, one slice group, one reference, deblocking is said in each slice.
fn picture() -> Vec<u8> {
    let mut bits = High::default();
    bits.golomb(0);
    bits.golomb(0);
    bits.put(0, 2);
    for _ in 0..3 {
        bits.golomb(0);
    }
    bits.put(0, 3);
    for _ in 0..3 {
        bits.golomb(0);
    }
    bits.put(0b100, 3);
    unit(0x68, &finish(bits))
}

fn stored(turn: usize) -> Vec<u8> {
    let mut bits = High::default();
    for value in [0, 7, 0] {
        bits.golomb(value);
    }
    bits.put(0, 4);
    bits.golomb(word(turn % 2));
    bits.put(0, 2);
    bits.golomb(0);
    bits.golomb(1);
    let sun = scene::part(turn, STORED);
    for block in 0..WIDE * HIGH {
        let (left, top) = (block % WIDE * 16, block / WIDE * 16);
        let dot = |x: usize, y: usize| {
            let (x, y) = (
                scene::part(left + x, WIDE * 16),
                scene::part(top + y, HIGH * 16),
            );
            scene::ycc(scene::colour(0, x, y, sun))
        };
        bits.golomb(25);
        bits.align(0);
        let limit = |byte: u8| byte.clamp(16, 235);
        bits.extend((0..256).map(|at| limit(dot(at % 16, at / 16)[0])));
        for plane in 1..3 {
            bits.extend((0..64).map(|at| limit(dot(at % 8 * 2, at / 8 * 2)[plane])));
        }
    }
    finish(bits)
}

/// All blocks skipped: the last picture once more.
fn again(repeat: usize) -> Vec<u8> {
    let mut bits = High::default();
    for value in [0, 5, 0] {
        bits.golomb(value);
    }
    bits.put(word(repeat), 4);
    bits.put(0, 3);
    bits.golomb(0);
    bits.golomb(1);
    bits.golomb(word(WIDE * HIGH));
    finish(bits)
}

fn movie(samples: &[Vec<u8>], start: u32) -> Vec<u8> {
    let count = word(samples.len());
    let (wide, high) = (word(WIDE * 16), word(HIGH * 16));
    let matrix = words(&[0x1_0000, 0, 0, 0, 0x1_0000, 0, 0, 0, 0x4000_0000]);
    let header = [
        words(&[0, 0, 0, RATE, count, 0x1_0000, 0x0100_0000, 0, 0]),
        matrix.clone(),
        words(&[0, 0, 0, 0, 0, 0, 2]),
    ];
    let track = [
        words(&[3, 0, 0, 1, 0, count, 0, 0, 0, 0]),
        matrix,
        words(&[wide << 16, high << 16]),
    ];
    let media = [
        atom(*b"mdhd", &words(&[0, 0, 0, RATE, count, 0x55c4_0000])),
        atom(
            *b"hdlr",
            &[&words(&[0, 0])[..], b"vide", &[0; 12], b"sim\0"].concat(),
        ),
        atom(
            *b"minf",
            &[
                atom(*b"vmhd", &words(&[1, 0, 0])),
                atom(
                    *b"dinf",
                    &atom(
                        *b"dref",
                        &[words(&[0, 1]), atom(*b"url ", &words(&[1]))].concat(),
                    ),
                ),
                atom(*b"stbl", &table(samples, start)),
            ]
            .concat(),
        ),
    ];
    let track = [
        atom(*b"tkhd", &track.concat()),
        atom(*b"mdia", &media.concat()),
    ];
    atom(
        *b"moov",
        &[
            atom(*b"mvhd", &header.concat()),
            atom(*b"trak", &track.concat()),
        ]
        .concat(),
    )
}

/// How the samples are coded, how long they last, how large they are, where they lie, and which stand for themselves.
fn table(samples: &[Vec<u8>], start: u32) -> Vec<u8> {
    let count = word(samples.len());
    let (sequence, picture) = (sequence(), picture());
    let mut configuration = vec![1];
    configuration.extend(PROFILE);
    configuration.extend([0xff, 0xe1]);
    configuration.extend(short(&sequence));
    configuration.extend(sequence);
    configuration.push(1);
    configuration.extend(short(&picture));
    configuration.extend(picture);
    let size = word(WIDE * 16) << 16 | word(HIGH * 16);
    // One frame to a sample; the words end where the codec's name, which nobody reads, has begun.
    let entry = [
        words(&[0, 1, 0, 0, 0, 0, size, 0x48_0000, 0x48_0000, 0, 0x1_0000]),
        vec![0; 30],
        vec![0, 24, 0xff, 0xff],
        atom(*b"avcC", &configuration),
    ]
    .concat();
    let sizes: Vec<u32> = samples.iter().map(|sample| word(sample.len())).collect();
    let whole: Vec<u32> = (0..STORED)
        .map(|turn| word(turn * (REPEATED + 1) + 1))
        .collect();
    [
        atom(*b"stsd", &[words(&[0, 1]), atom(*b"avc1", &entry)].concat()),
        atom(*b"stts", &words(&[0, 1, count, 1])),
        atom(
            *b"stss",
            &[words(&[0, word(whole.len())]), words(&whole)].concat(),
        ),
        atom(*b"stsc", &words(&[0, 1, 1, count, 1])),
        atom(*b"stsz", &[words(&[0, 0, count]), words(&sizes)].concat()),
        atom(*b"stco", &words(&[0, 1, start])),
    ]
    .concat()
}

/// A length of two bytes.
fn short(bytes: &[u8]) -> [u8; 2] {
    u16::try_from(bytes.len()).unwrap_or_default().to_be_bytes()
}

fn words(words: &[u32]) -> Vec<u8> {
    words.iter().flat_map(|word| word.to_be_bytes()).collect()
}

fn atom(kind: [u8; 4], body: &[u8]) -> Vec<u8> {
    let mut bytes = words(&[word(body.len() + 8)]);
    bytes.extend(kind);
    bytes.extend(body);
    bytes
}
