//! A baseline JPEG (ITU-T T.81) of plain tiles: each block of eight by eight has one colour, and so only its mean is coded.

use super::bits::High;
use super::{scene, word};

const WIDE: usize = 640;
const HIGH: usize = 480;
/// Every step of the quantiser: a mean's coefficient is then the mean itself.
const STEP: u8 = 8;

/// The picture in one of its lights.
pub(super) fn picture(light: usize) -> Vec<u8> {
    let mut file = vec![0xff, 0xd8];
    segment(&mut file, 0xe0, b"JFIF\0\x01\x01\0\0\x01\0\x01\0\0");
    let mut steps = vec![0];
    steps.extend([STEP; 64]);
    segment(&mut file, 0xdb, &steps);
    let [[_, _, h1, h2], [_, _, w1, w2]] = [HIGH, WIDE].map(|side| word(side).to_be_bytes());
    let frame = [8, h1, h2, w1, w2, 3, 1, 0x11, 0, 2, 0x11, 0, 3, 0x11, 0];
    segment(&mut file, 0xc0, &frame);
    // Means: the standard's table K.3. The rest: nothing but "no more", in one bit.
    let means = [
        0, 0, 1, 5, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11,
    ];
    segment(&mut file, 0xc4, &means);
    let mut rest = vec![0x10, 1];
    rest.extend([0; 16]);
    segment(&mut file, 0xc4, &rest);
    segment(&mut file, 0xda, &[3, 1, 0, 2, 0, 3, 0, 0, 63, 0]);
    for byte in tiles(light) {
        file.push(byte);
        if byte == 0xff {
            file.push(0);
        }
    }
    file.extend([0xff, 0xd9]);
    file
}

fn tiles(light: usize) -> Vec<u8> {
    let mut bits = High::default();
    let mut before = [0; 3];
    let (wide, high) = (WIDE / 8, HIGH / 8);
    for y in 0..high {
        for x in 0..wide {
            let colour = scene::colour(light, scene::part(x, wide), scene::part(y, high), 0.5);
            for (part, before) in scene::ycc(colour).into_iter().zip(&mut before) {
                let mean = i32::from(part) - 128;
                difference(&mut bits, mean - *before);
                *before = mean;
                bits.put(0, 1);
            }
        }
    }
    bits.align(1);
    bits.bytes
}

/// How many bits, by the table of means; then the bits.
fn difference(bits: &mut High, value: i32) {
    let width = value
        .unsigned_abs()
        .checked_ilog2()
        .map_or(0, |log| log + 1);
    match width {
        0 => bits.put(0, 2),
        1..=5 => bits.put(width + 1, 3),
        wide => bits.put((1 << (wide - 2)) - 2, wide - 2),
    }
    let plain = if value < 0 { value - 1 } else { value };
    bits.put(plain.cast_unsigned(), width);
}

fn segment(file: &mut Vec<u8>, kind: u8, body: &[u8]) {
    let length = u16::try_from(body.len() + 2).unwrap_or_default();
    file.extend([0xff, kind]);
    file.extend(length.to_be_bytes());
    file.extend(body);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn differences_are_written_by_the_standards_table() {
        let written = |value: i32| {
            let mut bits = High::default();
            difference(&mut bits, value);
            bits.align(1);
            bits.bytes
        };
        assert_eq!(written(0), [0b0011_1111]);
        assert_eq!(written(1), [0b0101_1111]);
        assert_eq!(written(-1), [0b0100_1111]);
        assert_eq!(written(5), [0b1001_0111]);
        assert_eq!(written(-5), [0b1000_1011]);
        assert_eq!(written(-200), [0b1111_1000, 0b1101_1111]);
    }
}
