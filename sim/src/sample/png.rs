//! A PNG whose dots are stored as they are (RFC 1950 and 1951, blocks without compression).

use super::{scene, word};

const WIDE: usize = 160;
const HIGH: usize = 120;
/// So long may one stored block be.
const BLOCK: usize = 65_535;

pub(super) fn picture() -> Vec<u8> {
    let mut dots = Vec::with_capacity(HIGH * (WIDE * 3 + 1));
    for y in 0..HIGH {
        dots.push(0);
        for x in 0..WIDE {
            dots.extend(scene::colour(
                1,
                scene::part(x, WIDE),
                scene::part(y, HIGH),
                0.5,
            ));
        }
    }
    let mut head = Vec::new();
    for side in [WIDE, HIGH] {
        head.extend(word(side).to_be_bytes());
    }
    head.extend([8, 2, 0, 0, 0]);
    let mut file = b"\x89PNG\r\n\x1a\n".to_vec();
    chunk(&mut file, *b"IHDR", &head);
    chunk(&mut file, *b"IDAT", &stored(&dots));
    chunk(&mut file, *b"IEND", &[]);
    file
}

fn stored(bytes: &[u8]) -> Vec<u8> {
    let mut stream = vec![0x78, 0x01];
    let mut blocks = bytes.chunks(BLOCK).peekable();
    while let Some(block) = blocks.next() {
        let length = u16::try_from(block.len()).unwrap_or(u16::MAX);
        stream.push(u8::from(blocks.peek().is_none()));
        stream.extend(length.to_le_bytes());
        stream.extend((!length).to_le_bytes());
        stream.extend(block);
    }
    stream.extend(adler(bytes).to_be_bytes());
    stream
}

fn chunk(file: &mut Vec<u8>, kind: [u8; 4], body: &[u8]) {
    file.extend(word(body.len()).to_be_bytes());
    let from = file.len();
    file.extend(kind);
    file.extend(body);
    let sum = crc(&file[from..]);
    file.extend(sum.to_be_bytes());
}

fn adler(bytes: &[u8]) -> u32 {
    let (a, b) = bytes.iter().fold((1u32, 0u32), |(a, b), byte| {
        let a = (a + u32::from(*byte)) % 65_521;
        (a, (b + a) % 65_521)
    });
    b << 16 | a
}

fn crc(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(u32::MAX, |sum, byte| {
        (0..8).fold(sum ^ u32::from(*byte), |sum, _| {
            if sum & 1 == 1 {
                sum >> 1 ^ 0xedb8_8320
            } else {
                sum >> 1
            }
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sums_are_those_of_the_standards() {
        assert_eq!(crc(b"123456789"), 0xcbf4_3926);
        assert_eq!(crc(b"IEND"), 0xae42_6082);
        assert_eq!(adler(b"Wikipedia"), 0x11e6_0398);
    }
}
