//! The rows of a file in the store, read piece by piece: no more of it is held than what is asked for.

use super::{
    Lies,
    split::{Record, Splitter},
    text,
};
use crate::{Env, Error, Result, file};
use bytes::Bytes;
use encoding_rs::{CoderResult, Decoder};
use futures::{Stream, StreamExt as _, stream::BoxStream};

/// Rows of it, the headings at the front.
pub struct Rows {
    bytes: BoxStream<'static, Result<Bytes>>,
    decoder: Decoder,
    splitter: Splitter,
    ended: bool,
    /// Whether a NUL was among its signs: it is no text then.
    pub nul: bool,
}

impl Rows {
    /// Opens a file; its first `until` bytes.
    pub async fn open(
        env: &Env,
        lies: &Lies,
        encoding: &str,
        separator: char,
        until: u64,
    ) -> Result<Self> {
        let bytes = lies.bytes(env, until).await?;
        Self::of(bytes.boxed(), encoding, separator)
    }

    /// Of these bytes.
    pub fn of(
        bytes: impl Stream<Item = Result<Bytes>> + Send + 'static,
        encoding: &str,
        separator: char,
    ) -> Result<Self> {
        let encoding =
            text::encoding(encoding).ok_or_else(|| Error::internal("a plan names no encoding"))?;
        Ok(Self {
            bytes: bytes.boxed(),
            decoder: encoding.new_decoder_with_bom_removal(),
            splitter: Splitter::new(separator),
            ended: false,
            nul: false,
        })
    }

    /// The next rows, `most` at most; none at the end. Among them are empty ones.
    pub async fn next(&mut self, most: usize) -> Result<Vec<Record>> {
        while self.splitter.ready.len() < most && !self.ended {
            if let Some(piece) = self.bytes.next().await {
                self.decode(&piece?, false);
            } else {
                self.decode(&[], true);
                self.splitter.finish();
                self.ended = true;
            }
        }
        let many = most.min(self.splitter.ready.len());
        Ok(self.splitter.ready.drain(..many).collect())
    }

    /// The row of headings: the first in which anything stands, and which is no program's word on the separator.
    pub async fn headings(&mut self) -> Result<Option<Record>> {
        loop {
            let Some(record) = self.next(1).await?.pop() else {
                return Ok(None);
            };
            // By that word's own sign it is two cells, or more.
            let line = record.cells.join(";");
            let word = record.row == 1 && text::told(&line).is_some();
            if !record.is_empty() && !word {
                return Ok(Some(record));
            }
        }
    }

    fn decode(&mut self, mut bytes: &[u8], last: bool) {
        loop {
            let room = self.decoder.max_utf8_buffer_length(bytes.len());
            let mut text =
                String::with_capacity(room.unwrap_or(bytes.len().saturating_mul(3)).max(16));
            let (result, read, _) = self.decoder.decode_to_string(bytes, &mut text, last);
            self.nul |= text.contains('\0');
            self.splitter.push(&text);
            bytes = bytes.get(read..).unwrap_or_default();
            if result == CoderResult::InputEmpty {
                return;
            }
        }
    }
}

impl Lies {
    /// Its first bytes.
    pub async fn bytes(
        &self,
        env: &Env,
        until: u64,
    ) -> Result<impl Stream<Item = Result<Bytes>> + Send + use<>> {
        file::read_sheet(env, self.workspace, self.id.0, &self.sheet, until).await
    }
}
