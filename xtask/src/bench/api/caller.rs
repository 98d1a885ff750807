//! Callers who keep their connections: enough of HTTP to ask one thing again and again.

use std::fmt;
use std::io::{BufRead, BufReader, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use serde::Serialize;

use crate::bench::{Spread, spread};

/// What is asked on this machine.
pub struct Target {
    pub port: u16,
    pub path: &'static str,
    pub key: Option<String>,
}

/// What came of it.
#[derive(Debug, Serialize)]
pub struct Called {
    calls: usize,
    per_s: f64,
    p50_us: u64,
    p99_us: u64,
    /// Bytes of an answer's body.
    bytes: usize,
}

impl fmt::Display for Called {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            per_s,
            p50_us,
            p99_us,
            bytes,
            ..
        } = self;
        write!(
            f,
            "{per_s:.0} calls/s, p50 {p50_us} us, p99 {p99_us} us, {bytes} bytes"
        )
    }
}

/// Asks from so many connections at once for so long, each as fast as it is answered. Any answer but 200 is a fault.
#[expect(clippy::cast_precision_loss, reason = "calls of some seconds")]
pub fn call(target: &Target, callers: usize, lasting: Duration) -> Result<Called> {
    let begun = Instant::now();
    let answers = std::thread::scope(|scope| {
        let callers: Vec<_> = (0..callers)
            .map(|_| scope.spawn(|| one(target, begun + lasting)))
            .collect();
        let joined = callers.into_iter().map(|caller| match caller.join() {
            Ok(answers) => answers,
            Err(_) => bail!("a caller broke"),
        });
        joined.collect::<Result<Vec<_>>>()
    })?;
    let took = begun.elapsed().as_secs_f64();
    let bytes = answers.first().map_or(0, |(_, bytes)| *bytes);
    let mut times: Vec<f64> = answers.into_iter().flat_map(|(times, _)| times).collect();
    let Spread { p50, p99, .. } = spread(&mut times);
    Ok(Called {
        calls: times.len(),
        per_s: times.len() as f64 / took,
        p50_us: p50,
        p99_us: p99,
        bytes,
    })
}

/// One caller: how long each call took in microseconds, and the bytes of the last answer.
fn one(target: &Target, end: Instant) -> Result<(Vec<f64>, usize)> {
    let Target { port, path, key } = target;
    let stream = TcpStream::connect(("127.0.0.1", *port))?;
    stream.set_nodelay(true)?;
    stream.set_read_timeout(Some(Duration::from_secs(30)))?;
    let key = key
        .as_ref()
        .map(|key| format!("Authorization: Bearer {key}\r\n"));
    let key = key.unwrap_or_default();
    let request = format!("GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n{key}\r\n");
    let mut answers = BufReader::new(stream);
    let (mut times, mut bytes) = (Vec::new(), 0);
    while Instant::now() < end {
        let begun = Instant::now();
        answers.get_mut().write_all(request.as_bytes())?;
        let (status, body) = read(&mut answers)?;
        if status != 200 {
            bail!(
                "{path} answers {status}: {}",
                String::from_utf8_lossy(&body)
            );
        }
        times.push(begun.elapsed().as_secs_f64() * 1e6);
        bytes = body.len();
    }
    Ok((times, bytes))
}

/// The status and the body of one answer.
fn read(from: &mut impl BufRead) -> Result<(u16, Vec<u8>)> {
    let (mut line, mut status, mut length) = (String::new(), None, None);
    loop {
        line.clear();
        if from.read_line(&mut line)? == 0 {
            bail!("the connection was closed");
        }
        let text = line.trim_end();
        if text.is_empty() {
            break;
        }
        if status.is_none() {
            status = text.split(' ').nth(1).and_then(|word| word.parse().ok());
        } else if let Some((name, value)) = text.split_once(':')
            && name.eq_ignore_ascii_case("content-length")
        {
            length = value.trim().parse().ok();
        }
    }
    let mut body = vec![0; length.context("an answer tells no length")?];
    from.read_exact(&mut body)?;
    Ok((status.context("an answer tells no status")?, body))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_that_follow_each_other_are_told_apart() {
        let mut two: &[u8] = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nokHTTP/1.1 429 Slow\r\ncontent-length: 0\r\n\r\n";
        assert_eq!(read(&mut two).expect("the first"), (200, b"ok".to_vec()));
        assert_eq!(read(&mut two).expect("the second"), (429, Vec::new()));
        assert!(read(&mut two).is_err());
        let mut endless: &[u8] = b"HTTP/1.1 200 OK\r\n\r\n";
        assert!(read(&mut endless).is_err());
    }
}
