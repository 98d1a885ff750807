//! A file at rest: segments of 64 KiB, each sealed by itself, so that a part of it opens without the rest.
//!
//! Every writing has a random key of its own, which stands sealed in the file's row (`file.key_sealed`) and is sealed anew
//! when the workspace's data key changes; what lies in the store stays as it is. A segment is authenticated with its
//! workspace, file, variant and number, and with whether it is the last one: none can be moved, left out or added.

use crate::{Error, Result, crypto::Key};
use aes_gcm::{
    Aes256Gcm, KeyInit as _,
    aead::{Aead as _, Payload},
};
use bytes::Bytes;
use futures::{Stream, TryStreamExt as _, stream, stream::BoxStream};
use postern_types::{FileId, WorkspaceId};
use std::ops::Range;

/// Bytes of a segment before it is sealed; the last one may have fewer.
const SEGMENT: usize = 64 * 1024;
#[cfg(test)]
pub(super) const SEGMENT_FOR_TESTS: usize = SEGMENT;

/// What sealing adds to each.
const TAG: usize = 16;

/// Which of a file's objects.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Variant {
    /// As it came.
    Full,
    /// A small picture of it, made here.
    Thumb,
}

impl Variant {
    pub(super) fn byte(self) -> u8 {
        match self {
            Self::Full => 0,
            Self::Thumb => 1,
        }
    }
}

/// The seal of one object.
pub(super) struct Seal {
    cipher: Aes256Gcm,
    variant: u8,
    place: Vec<u8>,
}

impl Seal {
    pub fn new(key: &Key, workspace: WorkspaceId, file: FileId, variant: Variant) -> Self {
        let variant = variant.byte();
        Self {
            cipher: Aes256Gcm::new(&(**key).into()),
            variant,
            place: [
                b"postern file 1".as_slice(),
                workspace.0.as_bytes(),
                file.0.as_bytes(),
                &[variant],
            ]
            .concat(),
        }
    }

    fn close(&self, index: u64, last: bool, plain: &[u8]) -> Result<Bytes> {
        self.cipher
            .encrypt(
                &self.nonce(index, last).into(),
                Payload {
                    msg: plain,
                    aad: &self.about(index, last),
                },
            )
            .map(Bytes::from)
            .map_err(|_| Error::internal("sealing a file failed"))
    }

    fn open(&self, index: u64, last: bool, sealed: &[u8]) -> Result<Bytes> {
        self.cipher
            .decrypt(
                &self.nonce(index, last).into(),
                Payload {
                    msg: sealed,
                    aad: &self.about(index, last),
                },
            )
            .map(Bytes::from)
            .map_err(|_| {
                Error::internal("a file's segment does not open: it is not what was stored")
            })
    }

    /// The key is of one writing alone: a counter never comes twice under it.
    fn nonce(&self, index: u64, last: bool) -> [u8; 12] {
        let mut nonce = [0; 12];
        nonce[0] = self.variant;
        nonce[1] = u8::from(last);
        nonce[4..].copy_from_slice(&index.to_be_bytes());
        nonce
    }

    fn about(&self, index: u64, last: bool) -> Vec<u8> {
        [&*self.place, &index.to_be_bytes(), &[u8::from(last)]].concat()
    }
}

/// Seals what is pushed into it.
pub(super) struct Sealer {
    seal: Seal,
    index: u64,
    held: Vec<u8>,
}

impl Sealer {
    pub fn new(seal: Seal) -> Self {
        Self {
            seal,
            index: 0,
            held: Vec::with_capacity(SEGMENT),
        }
    }

    /// The segments that are whole by now. One is held back: it may be the last.
    pub fn push(&mut self, mut bytes: &[u8]) -> Result<Vec<Bytes>> {
        let mut sealed = Vec::new();
        while !bytes.is_empty() {
            if self.held.len() == SEGMENT {
                sealed.push(self.seal.close(self.index, false, &self.held)?);
                self.index += 1;
                self.held.clear();
            }
            let (now, later) = bytes.split_at(bytes.len().min(SEGMENT - self.held.len()));
            self.held.extend_from_slice(now);
            bytes = later;
        }
        Ok(sealed)
    }

    /// The last segment; of a file without a byte it is the only one.
    pub fn finish(self) -> Result<Bytes> {
        self.seal.close(self.index, true, &self.held)
    }
}

fn segments(size: u64) -> u64 {
    size.div_ceil(SEGMENT as u64).max(1)
}

/// How long a file of `size` is once it is sealed.
pub(super) fn sealed_size(size: u64) -> u64 {
    size + segments(size) * TAG as u64
}

/// What has to be read of the object for `range` of a file of `size`.
pub(super) fn sealed_range(size: u64, range: &Range<u64>) -> Range<u64> {
    let whole = (SEGMENT + TAG) as u64;
    let first = range.start / SEGMENT as u64;
    let end = range.end.div_ceil(SEGMENT as u64);
    first * whole..(end * whole).min(sealed_size(size))
}

struct Opening {
    seal: Seal,
    sealed: BoxStream<'static, Result<Bytes>>,
    held: Vec<u8>,
    index: u64,
    size: u64,
    range: Range<u64>,
}

/// Opens `range` of a file of `size` from what [`sealed_range`] says of its object.
pub(super) fn opened(
    seal: Seal,
    size: u64,
    range: Range<u64>,
    sealed: BoxStream<'static, Result<Bytes>>,
) -> impl Stream<Item = Result<Bytes>> + Send {
    let opening = Opening {
        index: range.start / SEGMENT as u64,
        seal,
        sealed,
        held: Vec::with_capacity(2 * SEGMENT),
        size,
        range,
    };
    stream::try_unfold(opening, Opening::next)
}

impl Opening {
    async fn next(mut self) -> Result<Option<(Bytes, Self)>> {
        let start = self.index * SEGMENT as u64;
        if start >= self.range.end {
            return Ok(None);
        }
        let length = usize::try_from(self.size - start).unwrap_or(SEGMENT);
        let length = length.min(SEGMENT) + TAG;
        while self.held.len() < length {
            match self.sealed.try_next().await? {
                Some(more) => self.held.extend_from_slice(&more),
                None => return Err(Error::internal("a stored file is cut short")),
            }
        }
        let later = self.held.split_off(length);
        let last = self.index + 1 == segments(self.size);
        let plain = self.seal.open(self.index, last, &self.held)?;
        self.held = later;
        self.index += 1;
        let within = |at: u64| {
            usize::try_from(at.saturating_sub(start))
                .unwrap_or(SEGMENT)
                .min(plain.len())
        };
        let part = plain.slice(within(self.range.start)..within(self.range.end));
        Ok(Some((part, self)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures::StreamExt as _;
    use uuid::Uuid;
    use zeroize::Zeroizing;

    const ONE: u64 = SEGMENT as u64;

    fn seal(file: u128, variant: Variant) -> Seal {
        let key = Zeroizing::new([7; 32]);
        Seal::new(
            &key,
            WorkspaceId(Uuid::from_u128(1)),
            FileId(Uuid::from_u128(file)),
            variant,
        )
    }

    fn plain(size: u64) -> Vec<u8> {
        (0..size)
            .map(|at| u8::try_from(at % 251).unwrap())
            .collect()
    }

    fn sealed(size: u64) -> Vec<Bytes> {
        let mut sealer = Sealer::new(seal(2, Variant::Full));
        let mut out = Vec::new();
        for piece in plain(size).chunks(10_007) {
            out.extend(sealer.push(piece).unwrap());
        }
        out.push(sealer.finish().unwrap());
        out
    }

    async fn read(seal: Seal, object: &[u8], size: u64, range: Range<u64>) -> Result<Vec<u8>> {
        let part = sealed_range(size, &range);
        let part =
            object.get(usize::try_from(part.start).unwrap()..usize::try_from(part.end).unwrap());
        let pieces: Vec<_> = part
            .unwrap_or(object)
            .chunks(9_001)
            .map(|piece| Ok(Bytes::copy_from_slice(piece)))
            .collect();
        let opened = opened(seal, size, range, stream::iter(pieces).boxed());
        Ok(opened.try_collect::<Vec<_>>().await?.concat())
    }

    #[tokio::test]
    async fn every_range_opens_over_the_borders_of_segments_and_reads_no_more_than_it_needs() {
        for size in [0, 1, ONE - 1, ONE, ONE + 1, 2 * ONE, 3 * ONE + 17] {
            let object = sealed(size).concat();
            assert_eq!(object.len() as u64, sealed_size(size), "{size}");
            let edges = [0, 1, ONE - 1, ONE, ONE + 1, 2 * ONE, 3 * ONE + 16, size];
            for start in edges {
                for end in edges {
                    if start > end || end > size {
                        continue;
                    }
                    let whole = plain(size);
                    let expected =
                        &whole[usize::try_from(start).unwrap()..usize::try_from(end).unwrap()];
                    let found = read(seal(2, Variant::Full), &object, size, start..end)
                        .await
                        .unwrap();
                    assert!(found == expected, "{start}..{end} of {size}");
                    let read = sealed_range(size, &(start..end));
                    assert!(
                        read.end - read.start <= (end - start) + 2 * (ONE + 16),
                        "{start}..{end} of {size}"
                    );
                }
            }
        }
    }

    #[tokio::test]
    async fn segments_that_are_swapped_dropped_added_changed_or_of_another_file_do_not_open() {
        let size = 3 * ONE + 17;
        let parts = sealed(size);
        let [a, b, c, d] = &parts[..] else {
            panic!("four")
        };
        let changed = {
            let mut b = b.to_vec();
            b[100] ^= 1;
            Bytes::from(b)
        };
        for (what, parts, size) in [
            ("swapped", vec![b, a, c, d], size),
            ("one twice", vec![a, b, b, d], size),
            ("changed", vec![a, &changed, c, d], size),
            // As if the file had ended there.
            ("cut at a border", vec![a, b, c], 3 * ONE),
            ("cut within", vec![a, b], size),
            ("longer by one", vec![a, b, c, d, d], size + ONE),
        ] {
            let object = parts
                .into_iter()
                .map(|part| &part[..])
                .collect::<Vec<_>>()
                .concat();
            assert!(
                read(seal(2, Variant::Full), &object, size, 0..size)
                    .await
                    .is_err(),
                "{what}"
            );
        }
        let object = parts.concat();
        assert!(
            read(seal(3, Variant::Full), &object, size, 0..1)
                .await
                .is_err()
        );
        assert!(
            read(seal(2, Variant::Thumb), &object, size, 0..1)
                .await
                .is_err()
        );
        assert!(
            read(seal(2, Variant::Full), &object, size, 0..1)
                .await
                .is_ok()
        );
    }
}
