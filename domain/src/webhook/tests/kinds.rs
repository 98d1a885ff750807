//! Every kind of message, and what changes one.

use super::*;
use postern_types::{Content, Detail, Direction, Extra, Reaction, Status};
use sqlx::postgres::PgPoolOptions;

fn extra(message: &MessageView) -> Extra {
    let packed = message.extra.as_ref();
    packed
        .map(|packed| serde_json::from_str(&packed.0).unwrap())
        .unwrap_or_default()
}

/// A message from the customer, of a kind.
fn said(shop: &Shop, wamid: &str, kind: &str, body: Value) -> Value {
    let at = recently(&shop.env).to_string();
    json!({"from":"4915112345","id":wamid,"timestamp":at,"type":kind,kind:body})
}

impl Shop {
    /// The only conversation's row and lines.
    async fn only(&self) -> (ConversationRow, Vec<MessageView>) {
        let mut threads = self.threads().await;
        assert_eq!(threads.len(), 1, "one conversation");
        threads.remove(0)
    }
}

#[sqlx::test(migrations = "../migrations")]
async fn what_a_message_says_beside_its_text_is_kept_with_it(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let shop = shop(options).await;
    let place = said(
        &shop,
        "w1",
        "location",
        json!({"latitude":-6.2,"longitude":106.8,"name":"Café"}),
    );
    let mut answer = said(&shop, "w2", "text", json!({"body":"there?"}));
    answer["context"] = json!({"id":"w1","from":"1555"});
    let mut strange = said(&shop, "w3", "text", json!({"body":"and that?"}));
    strange["context"] = json!({"id":"never-seen"});
    shop.deliver(messages(&[place, answer, strange])).await;
    let (_, lines) = shop.only().await;
    let place = extra(&lines[0]);
    assert!(matches!(
        place.told.detail,
        Some(Detail::Location {
            latitude: Some(_),
            ..
        })
    ));
    let quoted = extra(&lines[1]).quoted.unwrap();
    assert_eq!(
        (quoted.id, quoted.kind.as_str(), quoted.line.as_str()),
        (Some(lines[0].id), "location", "Café")
    );
    assert_eq!(quoted.direction, Direction::In);
    let unseen = extra(&lines[2]).quoted.unwrap();
    assert_eq!((unseen.id, unseen.line.as_str()), (None, ""));
}

#[sqlx::test(migrations = "../migrations")]
async fn a_reaction_stands_at_its_message_and_goes_when_it_is_taken_back(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let shop = shop(options).await;
    shop.deliver(messages(&[said(&shop, "w1", "text", json!({"body":"hi"}))]))
        .await;
    let before = shop.only().await.0;
    let react = |wamid: &str, emoji: Value| {
        said(
            &shop,
            wamid,
            "reaction",
            json!({"message_id":"w1","emoji":emoji}),
        )
    };
    shop.deliver(messages(&[react("r1", json!("👍"))])).await;
    let (row, lines) = shop.only().await;
    assert_eq!(lines.len(), 1, "no line of its own");
    let expected = Reaction {
        emoji: "👍".into(),
        ours: false,
    };
    assert_eq!(extra(&lines[0]).reactions, [expected]);
    assert!(lines[0].rev > 1 && row.rev > before.rev);
    assert_eq!((row.unread, row.last.unwrap().content.text()), (1, "👍"));
    // Changed, then taken back; the same again changes nothing.
    shop.deliver(messages(&[react("r2", json!("❤️"))])).await;
    assert_eq!(extra(&shop.only().await.1[0]).reactions[0].emoji, "❤️");
    shop.deliver(messages(&[react("r3", json!(""))])).await;
    shop.deliver(messages(&[react("r2", json!("❤️"))])).await;
    assert!(extra(&shop.only().await.1[0]).reactions.is_empty());
}

#[sqlx::test(migrations = "../migrations")]
async fn an_edit_and_a_deletion_change_what_is_shown_in_whatever_order_they_come(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let shop = shop(options).await;
    let edit = |wamid: &str, target: &str, text: &str| {
        said(
            &shop,
            wamid,
            "edit",
            json!({"original_message_id":target,"message":{"type":"text","text":{"body":text}}}),
        )
    };
    // The edit comes before its message: a line of its own until then.
    shop.deliver(messages(&[edit("e1", "w1", "new")])).await;
    assert_eq!(shop.texts().await, ["new"]);
    shop.deliver(messages(&[said(
        &shop,
        "w1",
        "text",
        json!({"body":"old"}),
    )]))
    .await;
    let (_, lines) = shop.only().await;
    assert_eq!(lines.len(), 1);
    assert_eq!(lines[0].content, Content::Text { text: "new".into() });
    assert!(extra(&lines[0]).edited.is_some());
    shop.deliver(messages(&[edit("e2", "w1", "newest")])).await;
    let (row, lines) = shop.only().await;
    assert_eq!(lines[0].content.text(), "newest");
    assert_eq!(row.last.unwrap().content.text(), "newest");
    // Nothing of what was deleted is shown any more.
    let revoke = said(&shop, "d1", "revoke", json!({"original_message_id":"w1"}));
    shop.deliver(messages(&[revoke])).await;
    let (row, lines) = shop.only().await;
    assert_eq!(
        lines[0].content,
        Content::Other {
            kind: "revoke".into(),
            summary: String::new()
        }
    );
    assert!(extra(&lines[0]).deleted.is_some());
    let told = serde_json::to_string(&(row, lines)).unwrap();
    assert!(!told.contains("newest"), "{told}");
    // Nor by who answers it, nor where one looks for it.
    let mut answer = said(&shop, "a1", "text", json!({"body":"about it"}));
    answer["context"] = json!({"from":"4915112345","id":"w1"});
    shop.deliver(messages(&[answer])).await;
    let (_, lines) = shop.only().await;
    let quoted = extra(&lines[1]).quoted.unwrap();
    assert_eq!((quoted.kind.as_str(), quoted.line.as_str()), ("revoke", ""));
    let mut tenant = shop.enter().await;
    let found = crate::trace::find(&shop.env, &mut tenant, "w1").await;
    let found = found.unwrap();
    assert_eq!((found.len(), found[0].line.as_str()), (1, ""));
}

#[sqlx::test(migrations = "../migrations")]
async fn nobody_changes_what_another_wrote(_: PgPoolOptions, options: PgConnectOptions) {
    let shop = shop(options).await;
    shop.deliver(messages(&[said(
        &shop,
        "w1",
        "text",
        json!({"body":"mine"}),
    )]))
    .await;
    for (wamid, kind, body) in [
        ("x1", "revoke", json!({"original_message_id":"w1"})),
        (
            "x2",
            "edit",
            json!({"original_message_id":"w1","message":{"type":"text","text":{"body":"yours"}}}),
        ),
        ("x3", "reaction", json!({"message_id":"w1","emoji":"👎"})),
    ] {
        let mut foreign = said(&shop, wamid, kind, body);
        foreign["from"] = json!("4915199999");
        shop.deliver(messages(&[foreign])).await;
    }
    // Nor does an edit of the business's phone change a customer's.
    let at = recently(&shop.env).to_string();
    let echo = json!({"from":"15550783881","to":"4915112345","id":"x4","timestamp":at,"type":"revoke",
                      "revoke":{"original_message_id":"w1"}});
    let mut echo = change(NUMBER, "message_echoes", &[echo]);
    echo["field"] = json!("smb_message_echoes");
    shop.deliver(body(&[echo])).await;
    let threads = shop.threads().await;
    let (_, lines) = &threads[0];
    assert_eq!(lines[0].content.text(), "mine");
    assert!(lines[0].extra.is_none());
    // They are lines in their own conversations, so that nothing is lost.
    assert_eq!(threads[1].1.len(), 3);
    assert_eq!(lines.len(), 2);
}

#[sqlx::test(migrations = "../migrations")]
async fn what_the_business_writes_on_its_phone_is_ours_and_opens_no_window(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let shop = shop(options).await;
    let at = recently(&shop.env).to_string();
    let echo = json!({"from":"15550783881","to":"4915112345","id":"p1","timestamp":at,"type":"text","text":{"body":"from the shop"}});
    let mut change = change(NUMBER, "message_echoes", &[echo]);
    change["field"] = json!("smb_message_echoes");
    shop.deliver(body(std::slice::from_ref(&change))).await;
    // In another body with more in it.
    let more = json!({"from":"1","to":"4915112345","id":"p2","timestamp":at,"type":"text","text":{"body":"again"}});
    change["value"]["message_echoes"]
        .as_array_mut()
        .unwrap()
        .push(more);
    shop.deliver(body(&[change])).await;
    let (row, lines) = shop.only().await;
    assert_eq!(lines.len(), 2);
    assert_eq!(
        (lines[0].direction, lines[0].status, lines[0].author),
        (Direction::Out, Status::Sent, None)
    );
    assert!(extra(&lines[0]).told.by_phone);
    assert_eq!((row.unread, row.window_until), (0, None));
    // What becomes of it is told as of any other.
    let status = json!({"id":"p1","status":"read","timestamp":at,"recipient_id":"4915112345"});
    shop.deliver(body(&[super::change(NUMBER, "statuses", &[status])]))
        .await;
    assert_eq!(shop.only().await.1[0].status, Status::Read);
}

#[sqlx::test(migrations = "../migrations")]
async fn a_call_is_one_line_that_says_the_newest_and_opens_the_window(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let shop = shop(options).await;
    let at = recently(&shop.env);
    let told = |event: &str, more: Value| {
        let mut call = json!({"id":"wacid.1","from":"4915112345","to":"15550783881","event":event,"timestamp":at.to_string(),
                              "direction":"USER_INITIATED"});
        call.as_object_mut()
            .unwrap()
            .extend(more.as_object().unwrap().clone());
        let mut change = change(NUMBER, "calls", &[call]);
        change["field"] = json!("calls");
        body(&[change])
    };
    shop.deliver(told(
        "terminate",
        json!({"status":"COMPLETED","duration":42}),
    ))
    .await;
    shop.deliver(told("connect", json!({}))).await;
    let (row, lines) = shop.only().await;
    assert_eq!(lines.len(), 1);
    let Some(Detail::Call {
        incoming,
        state,
        seconds,
        ..
    }) = extra(&lines[0]).told.detail
    else {
        panic!("no call")
    };
    assert_eq!(
        (incoming, state.as_str(), seconds),
        (true, "COMPLETED", Some(42))
    );
    assert!(row.window_until.is_some());
}

#[sqlx::test(migrations = "../migrations")]
async fn what_is_no_message_is_kept_once_with_its_number_or_account(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let shop = shop(options).await;
    let account = json!({"field":"account_update","value":{"event":"VERIFIED_ACCOUNT"}});
    let mut history = change(NUMBER, "history", &[json!({"threads":[]})]);
    history["field"] = json!("history");
    let new = json!({"field":"tea_time","value":{"cups":2}});
    let errors = change(NUMBER, "errors", &[json!({"code":131_035,"title":"Late"})]);
    let all = body(&[account, history, new, errors]);
    assert_eq!(shop.deliver(&all).await.applied, 1);
    assert_eq!(shop.count("channel_event").await, 4);
    // Applied again by the operator, nothing is doubled.
    let mut tenant = shop.enter().await;
    let part: Uuid = sqlx::query_scalar("SELECT id FROM webhook_part WHERE workspace_id = $1")
        .bind(shop.fixture.workspace.0)
        .fetch_one(tenant.conn())
        .await
        .unwrap();
    let of_the_number: i64 = sqlx::query_scalar(
        "SELECT count(*) FROM channel_event WHERE workspace_id = $1 AND channel_id = $2 AND field IN ('history', 'messages')",
    )
    .bind(shop.fixture.workspace.0)
    .bind(shop.channel.0)
    .fetch_one(tenant.conn())
    .await
    .unwrap();
    assert_eq!(of_the_number, 2);
    tenant.commit().await.unwrap();
    let workspace = shop.fixture.workspace;
    assert!(
        crate::webhook::reapply(&shop.env, workspace, part.into())
            .await
            .unwrap()
    );
    assert_eq!(shop.count("channel_event").await, 4);
    assert!(shop.threads().await.is_empty());
}

#[sqlx::test(migrations = "../migrations")]
async fn a_contact_who_wants_no_marketing_is_remembered_by_the_newest_word(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let shop = shop(options).await;
    shop.deliver(messages(&[said(&shop, "w1", "text", json!({"body":"hi"}))]))
        .await;
    let at = recently(&shop.env);
    let prefer = |value: &str, at: i64| {
        let preference = json!({"wa_id":"4915112345","category":"marketing_messages","value":value,"detail":"d","timestamp":at});
        let mut change = change(NUMBER, "user_preferences", &[preference]);
        change["field"] = json!("user_preferences");
        body(&[change])
    };
    for (value, at, stopped) in [
        ("stop", at, true),
        ("resume", at - 60, true),
        ("resume", at + 60, false),
    ] {
        shop.deliver(prefer(value, at)).await;
        let mut tenant = shop.enter().await;
        let told: bool = sqlx::query_scalar(
            "SELECT marketing_stopped_at IS NOT NULL FROM contact WHERE workspace_id = $1",
        )
        .bind(shop.fixture.workspace.0)
        .fetch_one(tenant.conn())
        .await
        .unwrap();
        assert_eq!(told, stopped, "{value}");
    }
    assert_eq!(shop.count("channel_event").await, 3);
}
