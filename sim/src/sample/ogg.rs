//! Silence in Ogg Opus (RFC 3533, 6716, 7845): one channel, packets of twenty milliseconds.

/// A packet of full-band CELT that holds silence.
const SILENT: [u8; 3] = [0xf8, 0xff, 0xfe];
const SERIAL: u32 = 0x706f_7374;

pub(super) fn silence(seconds: u64) -> Vec<u8> {
    let mut file = Vec::new();
    let mut head = b"OpusHead\x01\x01".to_vec();
    head.extend(312u16.to_le_bytes());
    head.extend(48_000u32.to_le_bytes());
    head.extend([0; 3]);
    page(&mut file, 2, 0, 0, &[&head[..]]);
    let mut tags = b"OpusTags".to_vec();
    tags.extend(3u32.to_le_bytes());
    tags.extend(b"sim");
    tags.extend([0; 4]);
    page(&mut file, 0, 0, 1, &[&tags[..]]);
    for second in 1..=seconds {
        let place = u32::try_from(second + 1).unwrap_or_default();
        let flags = if second == seconds { 4 } else { 0 };
        page(&mut file, flags, second * 48_000, place, &[&SILENT[..]; 50]);
    }
    file
}

/// A page of packets, each shorter than 255 bytes.
fn page(file: &mut Vec<u8>, flags: u8, granule: u64, place: u32, packets: &[&[u8]]) {
    let from = file.len();
    file.extend(b"OggS\0");
    file.push(flags);
    file.extend(granule.to_le_bytes());
    file.extend(SERIAL.to_le_bytes());
    file.extend(place.to_le_bytes());
    file.extend([0; 4]);
    file.push(u8::try_from(packets.len()).unwrap_or_default());
    file.extend(
        packets
            .iter()
            .map(|packet| u8::try_from(packet.len()).unwrap_or_default()),
    );
    for packet in packets {
        file.extend(*packet);
    }
    let sum = sum(&file[from..]).to_le_bytes();
    file[from + 22..from + 26].copy_from_slice(&sum);
}

fn sum(bytes: &[u8]) -> u32 {
    bytes.iter().fold(0, |sum, byte| {
        (0..8).fold(sum ^ u32::from(*byte) << 24, |sum, _| {
            if sum >> 31 == 1 {
                sum << 1 ^ 0x04c1_1db7
            } else {
                sum << 1
            }
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_carry_their_sum_and_their_place() {
        // CRC-32/MPEG-2 without its start value, over the check string.
        assert_eq!(sum(b"123456789"), 0x89a1_897f);
        let file = silence(2);
        let pages = file.windows(4).filter(|four| four == b"OggS").count();
        assert_eq!(pages, 4);
        assert_eq!(file.len(), 27 + 1 + 19 + 27 + 1 + 19 + 2 * (27 + 50 + 150));
    }
}
