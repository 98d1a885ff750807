//! One request to the server on this machine: enough of HTTP for a handful of calls.

use std::fmt::Write as _;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use serde_json::Value;

/// Posts JSON to `http://HOST:PORT/path` and returns the JSON of the answer; any answer but 2xx is a fault.
pub fn post(url: &str, headers: &[(&str, &str)], body: &Value) -> Result<Value> {
    let answer = send(url, headers, body.to_string().as_bytes())?;
    if !(200..300).contains(&answer.status) {
        bail!("{url}: {} {}", answer.status, answer.body);
    }
    if answer.body.trim().is_empty() {
        return Ok(Value::Null);
    }
    serde_json::from_str(&answer.body).with_context(|| format!("{url} answered no JSON"))
}

/// What a server said.
pub struct Answer {
    pub status: u16,
    pub body: String,
}

/// Posts these bytes as JSON.
pub fn send(url: &str, headers: &[(&str, &str)], body: &[u8]) -> Result<Answer> {
    exchange("POST", url, headers, body)
}

/// Reads the JSON that is there; any answer but 2xx is a fault.
pub fn get(url: &str, headers: &[(&str, &str)]) -> Result<Value> {
    let answer = exchange("GET", url, headers, b"")?;
    if !(200..300).contains(&answer.status) {
        bail!("{url}: {} {}", answer.status, answer.body);
    }
    serde_json::from_str(&answer.body).with_context(|| format!("{url} answered no JSON"))
}

fn exchange(method: &str, url: &str, headers: &[(&str, &str)], body: &[u8]) -> Result<Answer> {
    let (host, path) = url
        .strip_prefix("http://")
        .and_then(|rest| rest.split_once('/'))
        .context("not an http URL with a path")?;
    let mut stream = TcpStream::connect(host).with_context(|| format!("{host} is not there"))?;
    stream.set_read_timeout(Some(Duration::from_secs(30)))?;
    // Version 1.0: the answer comes whole, and ends with the connection.
    let mut request = format!(
        "{method} /{path} HTTP/1.0\r\nHost: {host}\r\nContent-Type: application/json\r\nContent-Length: {}\r\n",
        body.len()
    );
    for (name, value) in headers {
        write!(request, "{name}: {value}\r\n")?;
    }
    // In one piece: who answers after the first of several would leave the others a broken pipe.
    stream.write_all(&[request.as_bytes(), b"\r\n", body].concat())?;
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer)?;
    let text = String::from_utf8_lossy(&answer);
    let (head, body) = text
        .split_once("\r\n\r\n")
        .context("the answer was cut off")?;
    let status = head.split_whitespace().nth(1).unwrap_or_default();
    Ok(Answer {
        status: status
            .parse()
            .with_context(|| format!("/{path}: `{status}` is no status"))?,
        body: body.to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;
    use std::net::TcpListener;

    #[test]
    fn an_answer_is_read_and_a_refusal_is_a_fault_with_its_words() {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let url = format!("http://{}/it", listener.local_addr().expect("an address"));
        let server = std::thread::spawn(move || {
            for answer in ["200 OK\r\n\r\n{\"a\":1}", "429 Slow\r\n\r\nlater"] {
                let (mut stream, _) = listener.accept().expect("a caller");
                let mut asked = Vec::new();
                while !asked.ends_with(b"\r\n\r\n{}") {
                    let mut more = [0; 1024];
                    let length = stream.read(&mut more).expect("a request");
                    assert!(length > 0, "the request was cut off");
                    asked.extend_from_slice(&more[..length]);
                }
                assert!(String::from_utf8_lossy(&asked).contains("X-Own: yes"));
                write!(stream, "HTTP/1.0 {answer}").expect("an answer");
            }
        });
        let headers = [("X-Own", "yes")];
        let told = post(&url, &headers, &json!({})).expect("the first");
        assert_eq!(told, json!({ "a": 1 }));
        let fault = post(&url, &headers, &json!({})).expect_err("the second");
        assert!(fault.to_string().contains("429 later"), "{fault}");
        server.join().expect("both were asked");
    }
}
