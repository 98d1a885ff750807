//! Files at Meta: where one lies, its bytes, and handing one over.

use super::{Answer, Meta, Refusal, exchange, integer};
use bytes::Bytes;
use futures::Stream;
use secrecy::{ExposeSecret as _, SecretString};
use std::time::Duration;
use tokio::time::timeout;
use url::{Host, Url};

/// Hosts of Meta's that files come from; also those below them.
const HOSTS: [&str; 3] = ["fbsbx.com", "whatsapp.net", "fbcdn.net"];
/// Where Graph is, unless the installation is pointed at something else.
const GRAPH: &str = "graph.facebook.com";
/// The longest transfer; a job extends its claim meanwhile.
const TRANSFER: Duration = Duration::from_mins(10);
/// The longest silence within one.
const SILENCE: Duration = Duration::from_secs(20);

/// Where a file lies.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lying {
    /// Good for five minutes.
    pub url: String,
    /// Bytes, as Meta says.
    pub size: Option<u64>,
    /// Its hash, as Meta says.
    pub sha256: Option<String>,
}

/// Why a file does not come, or does not go.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fault {
    /// Meta says no.
    Refused(Refusal),
    /// The address is not Meta's, or leads elsewhere: the token was not sent there.
    Foreign,
    /// Meta does not have it under this address, or not any more.
    Gone,
    /// Meta could not be reached, or broke off.
    Passing(&'static str),
}

/// Asks where a file lies.
pub async fn find(
    meta: &Meta,
    token: &SecretString,
    phone_number_id: &str,
    id: &str,
) -> Result<Lying, Fault> {
    let mut url = meta.url(&[id]);
    url.query_pairs_mut()
        .append_pair("phone_number_id", phone_number_id);
    match exchange(meta.http.get(url), token).await {
        Answer::Good(answer) => Ok(Lying {
            url: answer["url"]
                .as_str()
                .ok_or(Fault::Passing("the answer names no address"))?
                .to_owned(),
            size: integer(&answer["file_size"]).and_then(|size| size.try_into().ok()),
            sha256: answer["sha256"].as_str().map(str::to_owned),
        }),
        Answer::Refused(refusal) if matches!(refusal.code, 33 | 100) || refusal.http == 404 => {
            Err(Fault::Gone)
        }
        Answer::Refused(refusal) => Err(Fault::Refused(refusal)),
        Answer::Ambiguous(why) => Err(Fault::Passing(why)),
        Answer::NotSent => Err(Fault::Passing("no connection")),
    }
}

/// A file that comes.
pub struct Coming {
    response: reqwest::Response,
}

/// Asks for a file's bytes, at an address of Meta's and nowhere else.
pub async fn fetch(meta: &Meta, token: &SecretString, url: &str) -> Result<Coming, Fault> {
    let url = allowed(meta, url).ok_or(Fault::Foreign)?;
    let request = meta
        .http
        .get(url)
        .timeout(TRANSFER)
        .bearer_auth(token.expose_secret());
    let response = timeout(SILENCE, request.send())
        .await
        .map_err(|_| Fault::Passing("no answer in time"))?
        .map_err(|_| Fault::Passing("no connection"))?;
    match response.status().as_u16() {
        200 => Ok(Coming { response }),
        // To follow would be to let the answer choose the host.
        300..=399 => Err(Fault::Foreign),
        // Some of Meta's hosts say 401 or 403 of an address that is too old. Of a token that is, Graph tells, which is asked
        // next.
        401 | 403 | 404 | 410 => Err(Fault::Gone),
        _ => Err(Fault::Passing("the answer is no file")),
    }
}

impl Coming {
    /// Bytes, as its head says.
    pub fn size(&self) -> Option<u64> {
        self.response.content_length()
    }

    /// The next bytes; none at its end.
    pub async fn next(&mut self) -> Result<Option<Bytes>, Fault> {
        timeout(SILENCE, self.response.chunk())
            .await
            .map_err(|_| Fault::Passing("it stopped coming"))?
            .map_err(|_| Fault::Passing("it broke off"))
    }
}

/// The address, when it is one of Meta's: over https, at the usual port, on a host that is on the list. An installation that
/// is not pointed at Meta takes files from where it is pointed to, and from there alone.
fn allowed(meta: &Meta, url: &str) -> Option<Url> {
    let url = Url::parse(url).ok()?;
    if !url.username().is_empty() || url.password().is_some() {
        return None;
    }
    let elsewhere = meta.graph.host_str() != Some(GRAPH);
    if elsewhere && url.origin() == meta.graph.origin() {
        return Some(url);
    }
    let Some(Host::Domain(host)) = url.host() else {
        return None;
    };
    let listed = HOSTS.iter().any(|known| {
        host.strip_suffix(known)
            .is_some_and(|rest| rest.ends_with('.'))
    });
    (listed && url.scheme() == "https" && url.port().is_none()).then_some(url)
}

/// A file that goes.
pub struct Going<S> {
    /// Its bytes.
    pub bytes: S,
    /// How many.
    pub size: u64,
    /// Its type.
    pub mime: String,
    /// Its name; Meta tells the type by its ending as well.
    pub name: String,
}

/// Hands a file over; Meta's id of it, which lives 30 days.
pub async fn upload<S, E>(
    meta: &Meta,
    token: &SecretString,
    phone_number_id: &str,
    going: Going<S>,
) -> Result<String, Fault>
where
    S: Stream<Item = Result<Bytes, E>> + Send + 'static,
    E: std::error::Error + Send + Sync + 'static,
{
    let body = reqwest::Body::wrap_stream(going.bytes);
    let part = reqwest::multipart::Part::stream_with_length(body, going.size)
        .file_name(going.name)
        .mime_str(&going.mime)
        .map_err(|_| Fault::Passing("its type cannot be written down"))?;
    let form = reqwest::multipart::Form::new()
        .text("messaging_product", "whatsapp")
        .text("type", going.mime)
        .part("file", part);
    let request = meta.http.post(meta.url(&[phone_number_id, "media"]));
    match exchange(request.timeout(TRANSFER).multipart(form), token).await {
        Answer::Good(answer) => match answer["id"].as_str() {
            Some(id) if !id.is_empty() => Ok(id.to_owned()),
            _ => Err(Fault::Passing("the answer names no file")),
        },
        Answer::Refused(refusal) => Err(Fault::Refused(refusal)),
        // A file that Meta has and we do not know of is nobody's: it may be handed over again.
        Answer::Ambiguous(why) => Err(Fault::Passing(why)),
        Answer::NotSent => Err(Fault::Passing("no connection")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(graph: &str) -> Meta {
        Meta {
            graph: graph.parse().unwrap(),
            app_secret: None,
            verify_token: None,
            http: Meta::http().unwrap(),
        }
    }

    #[test]
    fn only_metas_hosts_get_the_token() {
        let meta = at("https://graph.facebook.com/v24.0");
        for good in [
            "https://lookaside.fbsbx.com/whatsapp_business/attachments/?mid=1&ext=2&hash=3",
            "https://mmg.whatsapp.net/d/f/x.enc",
            "https://scontent.xx.fbcdn.net/v/t1",
            "https://LOOKASIDE.FBSBX.COM/x",
        ] {
            assert!(allowed(&meta, good).is_some(), "{good}");
        }
        for bad in [
            "http://lookaside.fbsbx.com/x",
            "https://lookaside.fbsbx.com:8443/x",
            "https://fbsbx.com/x",
            "https://evilfbsbx.com/x",
            "https://fbsbx.com.evil.example/x",
            "https://evil.example/?.fbsbx.com",
            "https://lookaside.fbsbx.com@evil.example/x",
            "https://user:word@lookaside.fbsbx.com/x",
            "https://evil.example#.fbsbx.com",
            "https://127.0.0.1/x",
            "https://[::1]/x",
            "https://graph.facebook.com/x",
            "http://169.254.169.254/latest",
            "file:///etc/passwd",
            "//lookaside.fbsbx.com/x",
            "javascript:alert(1)",
            "",
        ] {
            assert!(allowed(&meta, bad).is_none(), "{bad}");
        }
    }

    #[test]
    fn an_installation_that_is_pointed_elsewhere_takes_files_from_there_and_no_other_port() {
        let meta = at("http://127.0.0.1:4010/v24.0");
        assert!(allowed(&meta, "http://127.0.0.1:4010/media/1?x").is_some());
        for bad in [
            "http://127.0.0.1:4011/media/1",
            "https://127.0.0.1:4010/media/1",
            "http://localhost:4010/media/1",
        ] {
            assert!(allowed(&meta, bad).is_none(), "{bad}");
        }
    }
}
