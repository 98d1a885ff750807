//! The program is killed as its webhooks go out.

use crate::{
    outward::{Expected, Outward},
    tally::{Tally, until, write_as_told},
    town::Town,
};
use axum::{
    Router,
    extract::State,
    http::{HeaderMap, StatusCode},
    routing::post,
};
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Arc, Mutex},
};
use tokio::sync::watch;

const CUSTOMERS: usize = 12;
/// What each of them writes before the first kill, and as the program is dead.
const STAGE: usize = 6;
const KILLS: usize = 3;

#[tokio::test(flavor = "multi_thread")]
async fn killed_with_sigkill_as_webhooks_go_out_each_event_arrives_and_those_of_a_conversation_in_order()
 {
    let (mut town, api) = Town::found("outward").await;
    let hook = Hook::start().await;
    let since = Outward::of(&town, &api).await.open(&hook.url, None).await;
    let open = watch::Sender::new(STAGE);
    let tally = Arc::new(Tally::default());
    let writers: Vec<_> = (0..CUSTOMERS)
        .map(|number| {
            let urls = vec![format!("{}/webhooks/whatsapp", town.url())];
            let (meta, tally) = (town.meta.clone(), Arc::clone(&tally));
            let count = STAGE * (KILLS + 1);
            let writing = write_as_told(meta, urls, number, count, tally, open.subscribe());
            tokio::spawn(writing)
        })
        .collect();
    let mut caught = Vec::new();
    for _ in 0..KILLS {
        let before = hook.seen().len();
        until("webhooks go out", &town, async || {
            hook.seen().len() >= before + CUSTOMERS
        })
        .await;
        // Somebody has an event, and the program will not hear that they took it.
        hook.hold(true);
        until("one is under way", &town, async || hook.held() > 0).await;
        open.send_modify(|open| *open += STAGE);
        town.kill(0);
        caught.extend(hook.forget());
        hook.hold(false);
        town.start(0).await;
    }
    for writer in writers {
        writer.await.expect("all that was written is taken");
    }
    let outward = Outward::of(&town, &api).await;
    until("every event arrives, and nothing else", &town, async || {
        let seen: BTreeSet<_> = hook.seen().into_iter().map(|(id, _)| id).collect();
        let expected = outward.expected(&since).await;
        seen == expected.into_iter().map(|event| event.id).collect()
    })
    .await;
    let (seen, expected) = (hook.seen(), outward.expected(&since).await);
    let heard = expected
        .iter()
        .filter(|event| event.kind == "message.received");
    assert_eq!(heard.count(), CUSTOMERS * STAGE * (KILLS + 1));
    assert_eq!(in_order(&seen, &expected), of_each(&expected));
    for id in &caught {
        let bodies: Vec<_> = seen.iter().filter(|(seen, _)| seen == id).collect();
        assert!(
            bodies.len() > 1,
            "what nobody heard the answer to goes out again"
        );
        assert!(bodies.iter().all(|one| *one == bodies[0]), "{bodies:?}");
    }
    println!(
        "{KILLS} kills with {} webhooks under way: {} events of {} objects, {} webhooks; each arrived, in order",
        caught.len(),
        expected.len(),
        of_each(&expected).len(),
        seen.len()
    );
}

/// The events of each object as they should come.
fn of_each(expected: &[Expected]) -> BTreeMap<&str, Vec<&str>> {
    let mut each = BTreeMap::<_, Vec<_>>::new();
    for event in expected {
        each.entry(event.object.as_str())
            .or_default()
            .push(event.id.as_str());
    }
    each
}

/// The events of each object as they came first.
fn in_order<'a>(
    seen: &'a [(String, String)],
    expected: &'a [Expected],
) -> BTreeMap<&'a str, Vec<&'a str>> {
    let objects: BTreeMap<_, _> = expected
        .iter()
        .map(|event| (event.id.as_str(), event.object.as_str()))
        .collect();
    let mut each = BTreeMap::<_, Vec<_>>::new();
    let mut known = BTreeSet::new();
    for (id, _) in seen {
        if known.insert(id) {
            each.entry(objects[id.as_str()])
                .or_default()
                .push(id.as_str());
        }
    }
    each
}

/// Somebody's back-end, which can be slow to answer.
struct Hook {
    url: String,
    state: Arc<Heard>,
}

#[derive(Default)]
struct Heard {
    /// Ids and bodies, as they came.
    seen: Mutex<Vec<(String, String)>>,
    /// Ids of those that are not answered.
    held: Mutex<Vec<String>>,
    hold: watch::Sender<bool>,
}

impl Hook {
    async fn start() -> Self {
        let state = Arc::new(Heard::default());
        let router = Router::new()
            .route("/hooks", post(hear))
            .with_state(Arc::clone(&state));
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await;
        let listener = listener.expect("a port");
        let address = listener.local_addr().expect("its address");
        tokio::spawn(async move { axum::serve(listener, router).await });
        Self {
            url: format!("http://{address}/hooks"),
            state,
        }
    }

    fn seen(&self) -> Vec<(String, String)> {
        self.state.seen.lock().expect("what was seen").clone()
    }

    /// From now on nothing is answered, or everything.
    fn hold(&self, hold: bool) {
        self.state.hold.send_replace(hold);
    }

    fn held(&self) -> usize {
        self.state.held.lock().expect("what is held").len()
    }

    /// Those that are not answered; whoever asked is gone.
    fn forget(&self) -> Vec<String> {
        std::mem::take(&mut *self.state.held.lock().expect("what is held"))
    }
}

async fn hear(State(heard): State<Arc<Heard>>, headers: HeaderMap, body: String) -> StatusCode {
    let id = headers["webhook-id"].to_str().expect("an id").to_owned();
    let mut hold = heard.hold.subscribe();
    heard
        .seen
        .lock()
        .expect("what was seen")
        .push((id.clone(), body));
    if *hold.borrow_and_update() {
        heard.held.lock().expect("what is held").push(id);
        let _ = hold.wait_for(|hold| !hold).await;
    }
    StatusCode::NO_CONTENT
}
