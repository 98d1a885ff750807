//! A connection that is kept: HTTP/1.1 in its plainest form, so that sim takes little of the machine it measures.

use std::io::{Error, ErrorKind};

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

/// One connection, with no request under way.
pub(super) struct Line {
    stream: TcpStream,
    buffer: Vec<u8>,
}

impl Line {
    pub async fn open(host: &str) -> std::io::Result<Self> {
        let stream = TcpStream::connect(host).await?;
        stream.set_nodelay(true)?;
        Ok(Self {
            stream,
            buffer: Vec::with_capacity(1024),
        })
    }

    /// Posts a signed body, and returns the answer's status when all of the answer is there.
    pub async fn post(
        &mut self,
        host: &str,
        path: &str,
        signature: &str,
        body: &[u8],
    ) -> std::io::Result<u16> {
        let mut request = format!(
            "POST {path} HTTP/1.1\r\nHost: {host}\r\nContent-Type: application/json\r\n\
             User-Agent: facebookexternalua\r\n{}: {signature}\r\nContent-Length: {}\r\n\r\n",
            crate::sign::HEADER,
            body.len()
        )
        .into_bytes();
        request.extend_from_slice(body);
        self.stream.write_all(&request).await?;
        self.buffer.clear();
        loop {
            if self.stream.read_buf(&mut self.buffer).await? == 0 {
                return Err(ErrorKind::UnexpectedEof.into());
            }
            if let Some(status) = whole(&self.buffer)? {
                return Ok(status);
            }
        }
    }
}

/// The status, once head and body are complete.
fn whole(answer: &[u8]) -> std::io::Result<Option<u16>> {
    let Some(end) = answer.windows(4).position(|four| four == b"\r\n\r\n") else {
        return Ok(None);
    };
    let strange = || Error::new(ErrorKind::InvalidData, "an answer that is not understood");
    let head = std::str::from_utf8(&answer[..end]).map_err(|_| strange())?;
    let mut lines = head.split("\r\n");
    let status: u16 = lines
        .next()
        .and_then(|line| line.split(' ').nth(1))
        .and_then(|status| status.parse().ok())
        .ok_or_else(strange)?;
    let length = lines
        .filter_map(|line| line.split_once(':'))
        .find(|(name, _)| name.eq_ignore_ascii_case("content-length"))
        .map_or(Ok(0), |(_, value)| value.trim().parse::<usize>())
        .map_err(|_| strange())?;
    Ok((answer.len() >= end + 4 + length).then_some(status))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_is_whole_when_its_body_is_there() {
        let table: [(&[u8], Option<u16>); 5] = [
            (b"HTTP/1.1 200 OK\r\nContent-Le", None),
            (b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n", Some(200)),
            (b"HTTP/1.1 204 No Content\r\n\r\n", Some(204)),
            (
                b"HTTP/1.1 401 Unauthorized\r\nContent-Length: 3\r\n\r\nno",
                None,
            ),
            (
                b"HTTP/1.1 401 Unauthorized\r\nContent-Length: 3\r\n\r\nno\n",
                Some(401),
            ),
        ];
        for (answer, expected) in table {
            assert_eq!(whole(answer).unwrap(), expected);
        }
        assert!(whole(b"SSH-2.0\r\n\r\n").is_err());
    }
}
