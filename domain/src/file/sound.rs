//! What a voice note looks like before it is played: how long it is, and where it is loud.

use super::kind::Type;
use crate::{Error, Result};
use tokio::sync::Semaphore;

/// Steps of a wave.
const STEPS: usize = 64;
/// Packets that are listened to, of some 20 ms each: more than an hour. Of a longer recording the wave shows the beginning.
const PACKETS: usize = 200_000;
/// Opus counts time in these, whatever it was recorded with (RFC 7845, section 4).
const PER_SECOND: i64 = 48_000;

/// How long it plays, and 64 digits of how loud it is.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Heard {
    pub seconds: i32,
    pub wave: String,
}

/// Listens to a recording, in turn with the pictures: it takes a core.
pub(super) async fn hear(turn: &Semaphore, found: Type, bytes: Vec<u8>) -> Result<Option<Heard>> {
    let _turn = turn
        .acquire()
        .await
        .map_err(|_| Error::internal("nobody gives turns any more"))?;
    // What breaks on what it is given has heard nothing.
    let told = tokio::task::spawn_blocking(move || heard(found, &bytes)).await;
    Ok(told.unwrap_or_default())
}

/// Reads Opus in Ogg (RFC 3533, RFC 7845). None when it is something else, or broken.
///
/// Nothing is decoded: WhatsApp's notes are recorded with a bit rate that follows the voice, and what a packet needs says
/// how much there is to hear in it. Of a recording with an even rate the wave is even.
fn heard(found: Type, bytes: &[u8]) -> Option<Heard> {
    if found.mime != "audio/ogg" {
        return None;
    }
    let mut rest = bytes;
    let mut packets: Vec<usize> = Vec::new();
    let mut open = 0;
    let (mut skip, mut end) = (0, 0);
    while let Some(page) = Page::read(rest) {
        if packets.is_empty() {
            let head = page.body.strip_prefix(b"OpusHead")?;
            skip = i64::from(u16::from_le_bytes([*head.get(2)?, *head.get(3)?]));
        }
        for lace in page.laces {
            open += usize::from(*lace);
            // 255 says that the packet goes on.
            if *lace < 255 {
                // A packet may take a single byte of the file, and takes more of them here.
                if packets.len() < PACKETS {
                    packets.push(open);
                }
                open = 0;
            }
        }
        end = end.max(page.granule);
        rest = page.rest;
    }
    // The first two tell of the recording.
    let sound = packets.get(2..)?;
    let samples = end.checked_sub(skip).filter(|samples| *samples > 0)?;
    let seconds =
        i32::try_from(samples.div_euclid(PER_SECOND) + i64::from(samples % PER_SECOND > 0)).ok()?;
    Some(Heard {
        seconds,
        wave: wave(sound)?,
    })
}

struct Page<'a> {
    granule: i64,
    laces: &'a [u8],
    body: &'a [u8],
    rest: &'a [u8],
}

impl<'a> Page<'a> {
    fn read(bytes: &'a [u8]) -> Option<Self> {
        let (head, rest) = bytes.split_at_checked(27)?;
        let head = head.strip_prefix(b"OggS\0")?;
        let granule = i64::from_le_bytes(head.get(1..9)?.try_into().ok()?);
        let (laces, rest) = rest.split_at_checked(usize::from(*head.last()?))?;
        let length = laces.iter().map(|lace| usize::from(*lace)).sum();
        let (body, rest) = rest.split_at_checked(length)?;
        Some(Self {
            granule,
            laces,
            body,
            rest,
        })
    }
}

fn wave(packets: &[usize]) -> Option<String> {
    let most = *packets.iter().max().filter(|most| **most > 0)?;
    let least = *packets.iter().min()?;
    let span = (most - least).max(1);
    (0..STEPS)
        .map(|step| {
            let from = step * packets.len() / STEPS;
            let to = ((step + 1) * packets.len() / STEPS).max(from + 1);
            let part = packets.get(from..to.min(packets.len()))?;
            let loud = part.iter().max()? - least;
            char::from_digit(u32::try_from(loud * 9 / span).ok()?, 10)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::file::kind::sniff;

    fn page(granule: i64, packets: &[&[u8]]) -> Vec<u8> {
        let mut laces = Vec::new();
        for packet in packets {
            laces.extend(std::iter::repeat_n(255, packet.len() / 255));
            laces.push(u8::try_from(packet.len() % 255).unwrap());
        }
        let mut page = b"OggS\0\0".to_vec();
        page.extend(granule.to_le_bytes());
        page.extend([0; 12]);
        page.push(u8::try_from(laces.len()).unwrap());
        page.extend(laces);
        page.extend(packets.concat());
        page
    }

    fn note(packets: &[usize], seconds: i64) -> Vec<u8> {
        let sound: Vec<Vec<u8>> = packets.iter().map(|size| vec![0; *size]).collect();
        let sound: Vec<&[u8]> = sound.iter().map(Vec::as_slice).collect();
        [
            page(0, &[b"OpusHead\x01\x01\x38\x01\x80\xbb\0\0\0\0\0"]),
            page(0, &[b"OpusTags\0\0\0\0"]),
            page(312 + seconds * PER_SECOND, &sound),
        ]
        .concat()
    }

    fn read(bytes: &[u8]) -> Option<Heard> {
        heard(sniff(bytes), bytes)
    }

    #[test]
    fn a_note_tells_its_length_and_where_it_is_loud() {
        let mut packets = vec![20; 64];
        packets[10] = 110;
        packets[40] = 300;
        let found = read(&note(&packets, 7)).unwrap();
        assert_eq!(found.seconds, 7);
        assert_eq!(found.wave.len(), 64);
        assert_eq!(&found.wave[10..11], "2");
        assert_eq!(&found.wave[40..41], "9");
        assert_eq!(&found.wave[..10], "0000000000");
        // One packet is spread over all of it, and many are gathered.
        assert_eq!(read(&note(&[30], 1)).unwrap().wave, "0".repeat(64));
        assert_eq!(read(&note(&[30; 200], 4)).unwrap().wave, "0".repeat(64));
    }

    #[test]
    fn of_a_recording_without_end_only_so_many_packets_are_kept() {
        let least: &[u8] = &[0];
        let laces = [least; 250];
        let mut pages = vec![page(0, &[b"OpusHead\x01\x01\0\0\x80\xbb\0\0\0\0\0"])];
        pages.extend((0..PACKETS / laces.len()).map(|_| page(0, &laces)));
        // What is loud comes after them.
        pages.push(page(4_000 * PER_SECOND, &[&[0; 200], &[0; 200]]));
        let found = read(&pages.concat()).unwrap();
        assert_eq!(found.seconds, 4_000, "all of it");
        assert_eq!(found.wave, "0".repeat(64), "its beginning");
    }

    #[test]
    fn what_is_broken_anywhere_says_nothing_and_does_not_panic() {
        let whole = note(&[20, 300, 40], 3);
        for length in 0..whole.len() {
            let _ = read(&whole[..length]);
        }
        for at in 0..whole.len() {
            let mut changed = whole.clone();
            changed[at] ^= 0xff;
            let _ = read(&changed);
        }
        assert_eq!(read(b"ID3\x04"), None);
        assert_eq!(read(&page(5, &[b"OpusHead"])), None);
    }
}
