//! Requests to addresses that people typed: they reach public hosts alone, whatever a name resolves to when it is asked.
//!
//! The filter stands in the resolver, at the moment of connecting, so that a name that turned public to private meanwhile is
//! refused as well; an address in the URL takes the same check. No redirect is followed, no proxy of the environment is used,
//! the ports are on a list, and an answer is read up to a few kilobytes within a time, and never shown.

mod address;
mod resolve;
mod room;

use crate::{Error, Result};
use address::is_public;
use postern_types::{EndpointId, WorkspaceId};
use reqwest::{
    Client,
    header::{HeaderMap, RETRY_AFTER},
};
use resolve::{Filter, Look, System};
use room::Room;
pub(crate) use room::Seat;
use std::{net::IpAddr, sync::Arc, time::Duration};
use url::{Host, Url};

/// The longest exchange, from the name's resolution to the answer's end.
pub(crate) const TOTAL: Duration = Duration::from_secs(15);
/// For the connection alone.
const CONNECT: Duration = Duration::from_secs(5);
/// Bytes of an answer's body that are read before it is dropped.
const MOST: usize = 4096;
/// Bytes that are kept of an answer's head.
const HEAD: usize = 1024;
/// Where requests may go.
const PORTS: [u16; 2] = [443, 8443];
/// Headers of an answer that are kept: none can hold a secret.
const SHOWN: [&str; 6] = [
    "content-type",
    "content-length",
    "date",
    "server",
    "retry-after",
    "location",
];

/// Which addresses are reached.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Reach {
    /// Public hosts by https, on ports 443 and 8443.
    #[default]
    Public,
    /// Loopback and private networks too, without TLS, on any port: for tests and one's own machine.
    Private,
}

impl Reach {
    fn allows(self, ip: IpAddr) -> bool {
        is_public(ip) || (self == Self::Private && address::is_near(ip))
    }
}

/// The way there. Cheap to clone.
#[derive(Clone)]
pub struct Outside {
    reach: Reach,
    total: Duration,
    http: Client,
    room: Arc<Room>,
}

/// What came back.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Answer {
    pub status: u16,
    /// As it was sent: seconds or a date.
    pub retry_after: Option<String>,
    /// The status line and a few headers.
    pub head: String,
}

impl Outside {
    /// Through the system's resolver.
    pub fn new(reach: Reach) -> reqwest::Result<Self> {
        Self::resolving(reach, TOTAL, Arc::new(System))
    }

    /// With less patience.
    #[cfg(test)]
    pub(crate) fn hasty(reach: Reach, total: Duration) -> Self {
        Self::resolving(reach, total, Arc::new(System)).unwrap()
    }

    /// Through a resolver of one's own, whose answers take the same check.
    fn resolving(reach: Reach, total: Duration, look: Arc<dyn Look>) -> reqwest::Result<Self> {
        let http = Client::builder()
            .connect_timeout(CONNECT)
            .timeout(total)
            // A connection serves one request: the next one is checked anew.
            .pool_max_idle_per_host(0)
            .redirect(reqwest::redirect::Policy::none())
            .http1_only()
            .retry(reqwest::retry::never())
            .no_proxy()
            .referer(false)
            .user_agent(concat!("postern/", env!("CARGO_PKG_VERSION")))
            .dns_resolver(Arc::new(Filter::new(reach, look)))
            .build()?;
        Ok(Self {
            reach,
            total,
            http,
            room: Arc::default(),
        })
    }

    /// Reads an address that somebody typed. [`Error::Invalid`] on `url`, with what would be right.
    pub(crate) fn parse(&self, typed: &str) -> Result<Url> {
        let typed = typed.trim();
        if typed.len() > 2000 {
            return Err(refused("This is longer than 2,000 characters."));
        }
        let url = Url::parse(typed).map_err(|_| {
            refused("This is not an address. Write one that begins with https://, as https://example.com/hooks.")
        })?;
        self.check(&url).map_err(refused)?;
        Ok(url)
    }

    /// Whether a request may go there, as far as the address itself tells; in words for a person when not. What its name
    /// resolves to is checked on the way.
    pub(crate) fn check(&self, url: &Url) -> Result<(), &'static str> {
        match (url.scheme(), self.reach) {
            ("https", _) | ("http", Reach::Private) => {}
            _ => return Err("Only https:// addresses are taken."),
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err(
                "Leave user and password out of the address; the signature says who sends.",
            );
        }
        if url.fragment().is_some() {
            return Err("Leave the part behind # out of the address; it is never sent.");
        }
        let port = url.port_or_known_default().unwrap_or_default();
        if self.reach == Reach::Public && !PORTS.contains(&port) {
            return Err("Only the ports 443 and 8443 are reached.");
        }
        let allowed = match url.host() {
            None => false,
            Some(Host::Ipv4(ip)) => self.reach.allows(ip.into()),
            Some(Host::Ipv6(ip)) => self.reach.allows(ip.into()),
            Some(Host::Domain(name)) => self.reach == Reach::Private || !is_own_name(name),
        };
        if allowed {
            Ok(())
        } else {
            Err(
                "This is an address of a private or reserved network. Only public hosts are reached.",
            )
        }
    }

    /// A seat for one request to an endpoint; none while this process has enough of them under way.
    pub(crate) fn seat(&self, workspace: WorkspaceId, endpoint: EndpointId) -> Option<Seat> {
        self.room.take(workspace.0, endpoint.0)
    }

    /// Posts `body` there; the fault in a few words when no answer came.
    pub(crate) async fn post(
        &self,
        url: &Url,
        headers: HeaderMap,
        body: Vec<u8>,
    ) -> std::result::Result<Answer, &'static str> {
        // It was checked when it was typed; the settings may be others since.
        self.check(url).map_err(|_| BARRED)?;
        let request = self.http.post(url.clone()).headers(headers).body(body);
        // The client's own limit is the same: this one holds whatever is behind it.
        tokio::time::timeout(self.total, exchange(request))
            .await
            .unwrap_or(Err(SLOW))
    }
}

/// Said of an address that is not reached.
pub(crate) const BARRED: &str = "the address is not public";
const SLOW: &str = "no answer within 15 seconds";

async fn exchange(request: reqwest::RequestBuilder) -> std::result::Result<Answer, &'static str> {
    let mut response = request.send().await.map_err(|error| fault(&error))?;
    let answer = Answer {
        status: response.status().as_u16(),
        retry_after: response
            .headers()
            .get(RETRY_AFTER)
            .and_then(|value| value.to_str().ok())
            .map(str::to_owned),
        head: head(&response),
    };
    // What it says is nobody's business; an orderly server gets it off its hands, and an endless one is left.
    let mut read = 0;
    while read < MOST {
        match response.chunk().await {
            Ok(Some(chunk)) => read += chunk.len(),
            // One that takes its time with the body has not taken the event.
            Err(error) if error.is_timeout() => return Err(SLOW),
            Ok(None) | Err(_) => break,
        }
    }
    Ok(answer)
}

/// The status line and a few headers, cut to [`HEAD`] bytes.
fn head(response: &reqwest::Response) -> String {
    let mut head = format!("HTTP {}", response.status());
    for name in SHOWN {
        if let Some(value) = response.headers().get(name) {
            let value: String = String::from_utf8_lossy(value.as_bytes())
                .chars()
                .filter(|c| !c.is_control())
                .take(200)
                .collect();
            head.extend(["\n", name, ": ", &value]);
        }
    }
    let mut end = head.len().min(HEAD);
    while !head.is_char_boundary(end) {
        end -= 1;
    }
    head.truncate(end);
    head
}

/// Why no answer came. The client's own words can hold the address.
fn fault(error: &reqwest::Error) -> &'static str {
    let mut cause: Option<&(dyn std::error::Error + 'static)> = Some(error);
    while let Some(of) = cause {
        match of.downcast_ref::<resolve::Fault>() {
            Some(resolve::Fault::Barred) => return BARRED,
            Some(resolve::Fault::Unknown) => return "the name is not known",
            None => cause = of.source(),
        }
    }
    if error.is_timeout() {
        SLOW
    } else if error.is_connect() {
        "no connection, or no TLS that can be trusted"
    } else {
        "the connection was lost before an answer"
    }
}

/// Names that are this machine's or this network's whatever resolves them.
fn is_own_name(name: &str) -> bool {
    let name = name.trim_end_matches('.');
    let last = name.rsplit('.').next().unwrap_or_default();
    !name.contains('.')
        || [
            "localhost",
            "local",
            "internal",
            "intranet",
            "lan",
            "home",
            "corp",
        ]
        .iter()
        .any(|own| last.eq_ignore_ascii_case(own))
}

fn refused(words: &'static str) -> Error {
    Error::invalid("url", words)
}

#[cfg(test)]
mod tests;
