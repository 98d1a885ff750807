//! The program is killed as it works.

use crate::{
    api::Api,
    tally::{Size, begin, release},
    town::Town,
};
use std::time::Duration;

const SIZE: Size = Size {
    customers: 5,
    held: 3,
    messages: 40,
    replies: 12,
};
/// Longer than a kill takes.
const ANSWER: Duration = Duration::from_secs(2);
/// Longer than the dead program's claims last (60 s): by then whoever takes a message up that is being sent has nothing but
/// its own caution to keep it from going out once more.
const STATUS: Duration = Duration::from_secs(68);

#[tokio::test(flavor = "multi_thread")]
async fn killed_with_sigkill_under_load_nothing_acknowledged_is_lost_nothing_is_double_nothing_is_sent_twice()
 {
    let (town, api) = Town::found("killed").await;
    endures(town, api, [(0, STATUS); SIZE.held]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn of_several_processes_each_is_killed_under_load_and_nothing_is_lost_double_or_sent_twice() {
    let (town, api) = Town::found_wide("killed-wide", 1).await;
    // The one that works first: who does its work when its claims have run out is another.
    let soon = Duration::from_secs(5);
    endures(town, api, [(2, STATUS), (0, soon), (1, soon)]).await;
}

/// Kills those processes under load, one after the other, each with a message at Meta that no status tells of for so
/// long, and counts what became of it.
async fn endures(mut town: Town, api: Api, kills: [(usize, Duration); SIZE.held]) {
    let mut load = begin(&town, &api, SIZE).await;
    for (process, status) in kills {
        // Meta has a message whose answer, where its sender is killed, nobody will hear.
        load.catch(&town, &api, ANSWER, status).await;
        town.kill(process);
        release(&town.meta);
        town.start(process).await;
    }
    let ended = load.end(&town, &api).await;
    assert!(ended.retried > 0, "no webhook met a dead program");
    println!("kills: {ended}");
}
