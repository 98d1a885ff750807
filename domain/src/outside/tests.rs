//! Every way in which an address can be another one.

use super::{BARRED, Outside, Reach, SLOW, resolve};
use crate::{
    Error,
    testing::hook::{Hook, Reply},
};
use futures::future::BoxFuture;
use reqwest::{
    dns::{Name, Resolve as _},
    header::HeaderMap,
};
use resolve::{Filter, Look};
use std::{
    io,
    net::IpAddr,
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

/// Answers each question with the next of these.
struct Script(Mutex<Vec<Vec<&'static str>>>, Arc<AtomicUsize>);

impl Script {
    fn of(answers: &[&[&'static str]]) -> (Arc<Self>, Arc<AtomicUsize>) {
        let asked = Arc::new(AtomicUsize::new(0));
        let answers = answers.iter().rev().map(|some| some.to_vec()).collect();
        (Arc::new(Self(Mutex::new(answers), asked.clone())), asked)
    }
}

impl Look for Script {
    fn look(&self, _: String) -> BoxFuture<'static, io::Result<Vec<IpAddr>>> {
        self.1.fetch_add(1, Ordering::SeqCst);
        let answer = self.0.lock().unwrap().pop().unwrap_or_default();
        Box::pin(async move { Ok(answer.iter().map(|ip| ip.parse().unwrap()).collect()) })
    }
}

async fn post(outside: &Outside, url: &str) -> Result<u16, &'static str> {
    let answer = outside
        .post(&url.parse().unwrap(), HeaderMap::new(), b"{}".to_vec())
        .await;
    answer.map(|answer| answer.status)
}

#[test]
fn whatever_an_address_is_written_like_only_public_hosts_over_tls_are_taken() {
    let outside = Outside::new(Reach::Public).unwrap();
    for refused in [
        "",
        "https://",
        "example.com/hooks",
        "ftp://example.com/",
        "javascript:alert(1)",
        "file:///etc/passwd",
        "http://example.com/",
        "https://127.0.0.1/",
        "https://2130706433/",
        "https://0x7f000001/",
        "https://0x7f.0.0.1/",
        "https://0177.0.0.1/",
        "https://017700000001/",
        "https://127.1/",
        "https://127.0.0.1./",
        "https://１２７.0.0.1/",
        "https://127。0。0。1/",
        "https://0/",
        "https://0.0.0.0/",
        "https://10.0.0.1/",
        "https://100.64.0.1/",
        "https://169.254.169.254/latest/meta-data",
        "https://0xa9fea9fe/",
        "https://192.168.0.1/",
        "https://[::1]/",
        "https://[::]/",
        "https://[::ffff:127.0.0.1]/",
        "https://[::ffff:7f00:1]/",
        "https://[::127.0.0.1]/",
        "https://[64:ff9b::7f00:1]/",
        "https://[64:ff9b:1::1]/",
        "https://[2002:7f00:1::]/",
        "https://[2001:0:1::1]/",
        "https://[fd00::1]/",
        "https://[fe80::1]/",
        "https://[fec0::1]/",
        "https://[ff02::1]/",
        "https://localhost/",
        "https://localhost./",
        "https://LOCALHOST/",
        "https://a.localhost/",
        "https://intranet/",
        "https://db.internal/",
        "https://printer.local./",
        "https://user:word@example.com/",
        "https://user@example.com/",
        "https://example.com@127.0.0.1/",
        "https://example.com:80/",
        "https://example.com:22/",
        "https://example.com:8080/",
        "https://example.com/#part",
    ] {
        let read = outside.parse(refused);
        assert!(
            matches!(read, Err(Error::Invalid { field: "url", .. })),
            "{refused}: {read:?}"
        );
    }
    let long = format!("https://example.com/{}", "x".repeat(2000));
    assert!(outside.parse(&long).is_err());
    for taken in [
        "https://example.com/hooks?of=us",
        " https://example.com ",
        "https://example.com./hooks",
        "https://example.com:443/",
        "https://example.com:8443/",
        "https://8.8.8.8/",
        "https://[2606:4700::1111]/",
    ] {
        assert!(outside.parse(taken).is_ok(), "{taken}");
    }
    // For tests and one's own machine; what is nobody's stays closed.
    let near = Outside::new(Reach::Private).unwrap();
    for taken in [
        "http://127.0.0.1:9/",
        "http://localhost:3000/",
        "https://10.1.2.3:1234/",
    ] {
        assert!(near.parse(taken).is_ok(), "{taken}");
    }
    for refused in [
        "http://169.254.169.254/",
        "http://[::ffff:127.0.0.1]/",
        "http://0.0.0.0/",
        "http://u:p@127.0.0.1/",
        "ftp://127.0.0.1/",
    ] {
        assert!(near.parse(refused).is_err(), "{refused}");
    }
}

#[tokio::test]
async fn a_name_that_turns_private_is_refused_when_it_is_asked_again() {
    let (look, asked) = Script::of(&[&["8.8.8.8"], &["127.0.0.1"], &["::1"], &[]]);
    let filter = Filter::new(Reach::Public, look);
    let name = || "rebound.example".parse::<Name>().unwrap();
    let first: Vec<_> = filter.resolve(name()).await.unwrap().collect();
    assert_eq!(first[0].ip().to_string(), "8.8.8.8");
    for expected in [
        resolve::Fault::Barred,
        resolve::Fault::Barred,
        resolve::Fault::Unknown,
    ] {
        let Err(error) = filter.resolve(name()).await else {
            panic!("it is let through");
        };
        assert_eq!(error.downcast_ref::<resolve::Fault>(), Some(&expected));
    }
    assert_eq!(asked.load(Ordering::SeqCst), 4, "nothing is remembered");
}

#[tokio::test]
async fn a_request_asks_the_filter_whatever_the_address_seemed_to_be() {
    // Public beside private is refused as a whole, in either order.
    let answers: &[&[&'static str]] = &[
        &["127.0.0.1"],
        &["8.8.8.8", "10.0.0.1"],
        &["10.0.0.1", "8.8.8.8"],
        &["2606:4700::1111", "::ffff:127.0.0.1"],
        &["64:ff9b::7f00:1"],
        &["169.254.169.254"],
    ];
    let (look, asked) = Script::of(answers);
    let outside = Outside::resolving(Reach::Public, Duration::from_secs(5), look).unwrap();
    for _ in answers {
        let answer = post(&outside, "https://mixed.example./hooks").await;
        assert_eq!(answer, Err(BARRED));
    }
    assert_eq!(asked.load(Ordering::SeqCst), answers.len());
    assert_eq!(
        post(&outside, "https://nobody.example/").await,
        Err("the name is not known")
    );
    // An address is no name: it is never asked for.
    for literal in ["https://127.0.0.1/", "https://[::1]/", "http://8.8.8.8/"] {
        assert_eq!(post(&outside, literal).await, Err(BARRED), "{literal}");
    }
    assert_eq!(asked.load(Ordering::SeqCst), answers.len() + 1);
}

#[tokio::test]
async fn a_redirect_is_an_answer_and_is_not_followed() {
    let hidden = Hook::start(|_| Reply::ok()).await;
    let to = hidden.url.clone();
    let hook = Hook::start(move |_| Reply::Status(307, format!("location: {to}\r\n"))).await;
    let outside = Outside::new(Reach::Private).unwrap();
    assert_eq!(post(&outside, &hook.url).await, Ok(307));
    assert_eq!((hook.seen().len(), hidden.seen().len()), (1, 0));
}

#[tokio::test]
async fn who_says_nothing_or_too_much_is_left() {
    let outside = Outside::hasty(Reach::Private, Duration::from_millis(400));
    for (reply, expected) in [
        (Reply::Silent, Err(SLOW)),
        (Reply::Dribble, Err(SLOW)),
        (Reply::Endless, Ok(200)),
        (Reply::Cut, Err("the connection was lost before an answer")),
    ] {
        let answer = reply.clone();
        let hook = Hook::start(move |_| answer.clone()).await;
        let began = std::time::Instant::now();
        assert_eq!(post(&outside, &hook.url).await, expected, "{reply:?}");
        assert!(began.elapsed() < Duration::from_secs(5), "{reply:?}");
        assert_eq!(hook.seen().len(), 1, "{reply:?}: nothing is repeated");
    }
    let gone = post(&outside, "http://127.0.0.1:9/").await;
    assert_eq!(gone, Err("no connection, or no TLS that can be trusted"));
}

#[tokio::test]
async fn of_an_answer_a_few_headers_are_kept_and_nothing_of_its_body() {
    let long = format!("date: {}\r\nretry-after: 7\r\n", "d".repeat(5000));
    let hook = Hook::start(move |_| Reply::Status(503, long.clone())).await;
    let outside = Outside::new(Reach::Private).unwrap();
    let answer = outside
        .post(&hook.url.parse().unwrap(), HeaderMap::new(), Vec::new())
        .await
        .unwrap();
    assert_eq!(answer.retry_after.as_deref(), Some("7"));
    assert!(answer.head.starts_with("HTTP 503"), "{}", answer.head);
    assert!(answer.head.contains("\nserver: hook") && answer.head.len() <= 1024);
    for hidden in ["secret", "hidden"] {
        assert!(!answer.head.contains(hidden), "{}", answer.head);
    }
}
