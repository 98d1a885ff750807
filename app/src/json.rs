//! JSON as it travels: written by `serde_json` everywhere, read by it on the server, and in the browser by a reader that
//! is a fraction of its code. The wire is the same.

mod read;

use leptos::server_fn::{Bytes, ContentType, Decodes, Encodes, Format, FormatType, codec::Post};
use serde::{Serialize, de::DeserializeOwned};
use std::fmt;

/// What server functions are asked with and answer.
pub type Json = Post<Encoding>;

/// How arguments, answers and errors are written and read.
pub struct Encoding;

/// Why a text was not read or not written, in words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault(String);

/// Writes a value. What we write are structs with names for keys: it does not fail.
pub fn write(value: &impl Serialize) -> Result<String, Fault> {
    serde_json::to_string(value).map_err(|error| Fault(error.to_string()))
}

/// Reads a value: what the server said.
pub fn read<T: DeserializeOwned>(text: &[u8]) -> Result<T, Fault> {
    // What strangers send is read by what strangers have tried.
    if crate::SERVER {
        serde_json::from_slice(text).map_err(|error| Fault(error.to_string()))
    } else {
        read::whole(text)
    }
}

impl ContentType for Encoding {
    const CONTENT_TYPE: &'static str = "application/json";
}

impl FormatType for Encoding {
    const FORMAT_TYPE: Format = Format::Text;
}

impl<T: Serialize> Encodes<T> for Encoding {
    type Error = Fault;

    fn encode(value: &T) -> Result<Bytes, Fault> {
        write(value).map(Bytes::from)
    }
}

impl<T: DeserializeOwned> Decodes<T> for Encoding {
    type Error = Fault;

    fn decode(text: Bytes) -> Result<T, Fault> {
        read(&text)
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Fault {}
