//! Several processes around one database: what one does, the others know.

use crate::{
    sockets::{Socket, heard, next, open, resume},
    tally::{Size, Tally, begin, conversation, digits, release, reply_id, until, write},
    town::Town,
};
use serde_json::{Value, json};
use std::{sync::Arc, time::Duration};
use tokio::time::Instant;

/// One after the other: without a notice each would wait for the next look, a second later at the earliest.
const ROUNDS: usize = 16;
const BEFORE_A_LOOK: Duration = Duration::from_secs(12);
/// Before an open socket is looked at by itself, 25 s after it opened.
const BEFORE_THE_BEAT: Duration = Duration::from_secs(20);

#[tokio::test(flavor = "multi_thread")]
async fn what_one_process_does_is_heard_in_the_others_at_once() {
    let (town, here) = Town::found_wide("crossing", 1).await;
    let there = here.through(&town.urls()[1]);
    // A webhook at one reaches a socket at the other, also when it is the first there and has only just caught up.
    for number in 0..ROUNDS {
        let mut cursor = there.snapshot().await["cursor"].clone();
        let mut first = resume(&town, &there, &cursor).await;
        while next(&mut first).await.expect("a word")["type"] != "caught_up" {}
        let callback = format!("{}/webhooks/whatsapp", town.url());
        write(
            town.meta.clone(),
            callback,
            ROUNDS + number,
            1,
            Arc::default(),
        )
        .await;
        assert_eq!(heard(&mut first, 1, &mut cursor).await, ["0"]);
    }

    let mut cursor = there.snapshot().await["cursor"].clone();
    let mut socket = resume(&town, &there, &cursor).await;
    // What becomes of the number just now is told of in between.
    while next(&mut socket).await.expect("a word")["type"] != "caught_up" {}

    // One after the other reaches a socket that stays.
    let crossed = cross(&town, &mut socket, &mut cursor, 0).await;

    // A reply written at one is sent by the other.
    let mut with = Vec::new();
    for number in 0..ROUNDS {
        with.push(conversation(&here, number).await);
    }
    let begun = Instant::now();
    for (number, with) in with.iter().enumerate() {
        let reply = here.reply(&reply_id(with, 0), with, "Hello").await;
        reply.expect("it is taken");
        let within = Duration::from_secs(20);
        let sent = town.meta.wait_for(within, |sent| sent.to == digits(number));
        assert!(sent.await.is_some(), "nothing is sent:\n{}", town.log());
    }
    let (sent, allowed) = (begun.elapsed(), BEFORE_A_LOOK);
    assert!(sent < allowed, "{ROUNDS} replies took {sent:?}");

    println!("{ROUNDS} events crossed in {crossed:?}, {ROUNDS} replies in {sent:?}");

    // A session that ends at one has no socket at the other.
    let cursor = there.snapshot().await["cursor"].clone();
    let opened = Instant::now();
    let idle = resume(&town, &there, &cursor).await;
    here.sign_out().await;
    for socket in [socket, idle] {
        ends(socket).await;
    }
    assert!(opened.elapsed() < BEFORE_THE_BEAT, "it ended by itself");
    assert_eq!(town.said("cannot be heard"), 0, "{}", town.log());
}

/// Customers write to the first process, the next when the last one is heard on a socket of the other; how long it took.
async fn cross(town: &Town, socket: &mut Socket, cursor: &mut Value, from: usize) -> Duration {
    let callback = format!("{}/webhooks/whatsapp", town.url());
    let begun = Instant::now();
    for number in from..from + ROUNDS {
        let tally = Arc::new(Tally::default());
        write(town.meta.clone(), callback.clone(), number, 1, tally).await;
        assert_eq!(heard(socket, 1, cursor).await, ["0"]);
    }
    let (took, allowed) = (begun.elapsed(), BEFORE_A_LOOK);
    assert!(took < allowed, "{ROUNDS} events took {took:?}");
    took
}

/// Reads to the end, which must be for the reason that the session is over.
async fn ends(mut socket: Socket) {
    let mut last = None;
    while let Some(frame) = next(&mut socket).await {
        last = Some(frame);
    }
    assert_eq!(last.expect("a word")["type"], "bye");
}

#[tokio::test(flavor = "multi_thread")]
async fn processes_that_lose_each_other_say_so_once_and_find_each_other_again() {
    let (town, here) = Town::found_wide("lost", 1).await;
    let there = here.through(&town.urls()[1]);
    let mut cursor = there.snapshot().await["cursor"].clone();
    let mut socket = resume(&town, &there, &cursor).await;
    cross(&town, &mut socket, &mut cursor, 0).await;
    town.cut().await;
    until("they are heard again", &town, async || {
        town.said("heard again") == 3
    })
    .await;
    cross(&town, &mut socket, &mut cursor, ROUNDS).await;
    let said = ["cannot be heard", "heard again", "LISTEN", "pg_notify"];
    let said = said.map(|words| town.said(words));
    assert_eq!(said, [3, 3, 0, 0], "{}", town.log());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_ticket_drawn_at_one_process_opens_one_socket_at_whichever_is_first() {
    let (town, api) = Town::found_wide("tickets", 0).await;
    let (here, there) = (&town.urls()[0], &town.urls()[1]);
    let origin = &town.url();
    let ticket = api.ticket().await;
    drop(open(there, &ticket, origin).await.expect("the first use"));
    for url in [here, there] {
        assert_eq!(open(url, &ticket, origin).await.err(), Some(401));
    }
    for _ in 0..25 {
        let ticket = api.ticket().await;
        let both = tokio::join!(open(here, &ticket, origin), open(there, &ticket, origin));
        let opened = [both.0.err(), both.1.err()];
        assert!(
            [[None, Some(401)], [Some(401), None]].contains(&opened),
            "{opened:?}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn tries_to_sign_in_are_counted_over_all_processes() {
    let (town, api) = Town::found_wide("tries", 0).await;
    let urls = town.urls();
    let origin = town.url();
    let http = reqwest::Client::builder().no_proxy().build();
    let http = http.expect("a client");
    let guess = async |url: &str, email: &str| {
        let asked = http
            .post(format!("{url}/auth/sign-in"))
            .header("origin", &origin)
            .json(&json!({ "email": email, "password": "not the harbour" }))
            .send();
        asked.await.expect("an answer").status().as_u16()
    };
    // In turn: of neither process's own tries there are more than three.
    for turn in 0..5 {
        let refused = guess(&urls[turn % 2], "ines@example.test").await;
        assert_eq!(refused, 422, "try {turn}");
    }
    for url in urls.iter().rev() {
        assert_eq!(guess(url, "ines@example.test").await, 429, "{url}");
    }
    // At once.
    let guesses = (0..24).map(|turn| guess(&urls[turn % 2], "nobody@example.test"));
    let mut answers = futures::future::join_all(guesses).await;
    answers.sort_unstable();
    assert_eq!(answers[..5], [422; 5]);
    assert_eq!(answers[5..], [429; 19]);
    // Whoever is signed in is not held up.
    api.conversations().await;
}

const SIZE: Size = Size {
    customers: 12,
    held: 1,
    messages: 4,
    replies: 10,
};
/// Longer than it takes to kill.
const ANSWER: Duration = Duration::from_secs(2);
/// Longer than a claim lasts (60 s).
const STATUS: Duration = Duration::from_secs(65);

#[tokio::test(flavor = "multi_thread")]
async fn two_workers_do_each_job_once_and_take_over_from_each_other_when_one_is_killed() {
    let (mut town, api) = Town::found_wide("workers", 2).await;
    let mut load = begin(&town, &api, SIZE).await;
    // One goes while both are at it. What Meta gets after that, the other one sends.
    let busy = town
        .meta
        .wait_for(Duration::from_mins(1), |sent| {
            sent.text.as_deref() == Some("reply 2")
        })
        .await;
    assert!(busy.is_some(), "nothing is sent:\n{}", town.log());
    town.kill(3);
    load.catch(&town, &api, ANSWER, STATUS).await;
    // And the other way round: it goes with a message at Meta whose answer it will not hear.
    town.start(3).await;
    town.kill(2);
    release(&town.meta);
    println!("a kill: {}", load.end(&town, &api).await);
}
