//! Every kind that an agent can send, as it is posted.

use super::*;
use crate::{
    Error, conversation, draft,
    message::{self, compose},
    testing::meta::refused,
};
use postern_types::{Compose, Content, Extra, FileId, MessageId, MessageView, Outgoing, Packed};
use serde_json::{Value, json};

fn told(s: &Scene, text: &str, outgoing: Option<&Outgoing>) -> Compose {
    Compose {
        id: s.env.id(),
        conversation: s.conversation,
        text: text.to_owned(),
        note: false,
        reply_to: None,
        sends: outgoing.map(|outgoing| Packed(serde_json::to_string(outgoing).unwrap())),
    }
}

async fn write(s: &Scene, line: &Compose) -> Result<MessageView> {
    let mut tenant = s.fixture.enter(&s.env).await;
    let written = compose(&s.env, &mut tenant, line).await?;
    tenant.commit().await.unwrap();
    Ok(written)
}

async fn field_of(s: &Scene, line: &Compose) -> &'static str {
    match write(s, line).await {
        Err(Error::Invalid { field, .. }) => field,
        other => panic!("{other:?}"),
    }
}

/// A message of the contact's, by its wamid.
async fn heard(s: &Scene, wamid: &str, kind: &str, days_ago: i64) -> MessageId {
    let mut tenant = s.fixture.enter(&s.env).await;
    let id: MessageId = s.env.id();
    sqlx::query(
        "INSERT INTO message (workspace_id, id, conversation_id, channel_id, direction, kind, body, at, received_at, wamid,
                              status, status_at)
         VALUES ($1, $2, $3, $4, 'in', $5, 'Hello', $6, $6, $7, 'received', $6)",
    )
    .bind(s.fixture.workspace.0)
    .bind(id.0)
    .bind(s.conversation.0)
    .bind(s.channel.0)
    .bind(kind)
    .bind(s.env.now() - time::Duration::days(days_ago))
    .bind(wamid)
    .execute(tenant.conn())
    .await
    .unwrap();
    tenant.commit().await.unwrap();
    id
}

/// A file that a colleague has uploaded, and that is at Meta already when it has an id there.
async fn uploaded(s: &Scene, mime: &str, at_meta: Option<&str>) -> FileId {
    let mut tenant = s.fixture.enter(&s.env).await;
    let id: FileId = s.env.id();
    sqlx::query(
        "INSERT INTO file (workspace_id, id, channel_id, author_id, media_id, media_at, kind, claimed, mime, name, state, size,
                           sha256, key_sealed, object, created_at)
         VALUES ($1, $2, $3, $4, $5, $6, 'document', $7, $7, 'plan.pdf', 'stored', 10, 'x', 'x', 'x', $6)",
    )
    .bind(s.fixture.workspace.0)
    .bind(id.0)
    .bind(s.channel.0)
    .bind(s.fixture.member.0)
    .bind(at_meta)
    .bind(s.env.now())
    .bind(mime)
    .execute(tenant.conn())
    .await
    .unwrap();
    tenant.commit().await.unwrap();
    id
}

/// What was posted last, without what goes around every message.
fn posted(s: &Scene) -> Value {
    let mut body = s.meta.seen().pop().unwrap().body;
    let around = body.as_object_mut().unwrap();
    for (key, value) in [
        ("messaging_product", "whatsapp"),
        ("recipient_type", "individual"),
        ("to", "+15550001111"),
    ] {
        assert_eq!(around.remove(key), Some(json!(value)));
    }
    assert!(around.remove("biz_opaque_callback_data").is_some());
    body
}

#[sqlx::test(migrations = "../migrations")]
async fn each_kind_is_posted_as_meta_reads_it(
    _: sqlx::postgres::PgPoolOptions,
    options: PgConnectOptions,
) {
    let s = scene(options, |request| accepted(request.before)).await;
    let file = uploaded(&s, "application/pdf", Some("media-7")).await;
    let target = heard(&s, "wamid.in", "text", 1).await;
    let media = Outgoing::Media { file, voice: false };
    let place = Outgoing::Location {
        latitude: 52.5,
        longitude: 13.25,
        name: None,
        address: None,
    };
    let buttons = Outgoing::Buttons {
        header: None,
        footer: None,
        buttons: vec!["Yes".into()],
    };
    let reaction = Outgoing::Reaction {
        target,
        emoji: "👍".into(),
    };
    for (text, outgoing, kind, expected) in [
        (
            "See https://example.test",
            None,
            "text",
            json!({ "type": "text", "text": { "body": "See https://example.test", "preview_url": true } }),
        ),
        (
            "The plan",
            Some(&media),
            "document",
            json!({ "type": "document", "document": { "id": "media-7", "filename": "plan.pdf", "caption": "The plan" } }),
        ),
        (
            "",
            Some(&place),
            "location",
            json!({ "type": "location", "location": { "latitude": 52.5, "longitude": 13.25 } }),
        ),
        (
            "Shall we?",
            Some(&buttons),
            "interactive",
            json!({ "type": "interactive", "interactive": { "type": "button", "body": { "text": "Shall we?" },
                "action": { "buttons": [{ "type": "reply", "reply": { "id": "1", "title": "Yes" } }] } } }),
        ),
        (
            "",
            Some(&reaction),
            "reaction",
            json!({ "type": "reaction", "reaction": { "message_id": "wamid.in", "emoji": "👍" } }),
        ),
    ] {
        let line = told(&s, text, outgoing);
        let written = write(&s, &line).await.unwrap();
        match &written.content {
            Content::Text { .. } => assert_eq!(kind, "text"),
            Content::Other { kind: found, .. } => assert_eq!(found, kind),
        }
        assert_eq!(thread::work(&s.env).await, 1, "{kind}");
        assert_eq!(posted(&s), expected, "{kind}");
        let mut tenant = s.fixture.enter(&s.env).await;
        let sent = message::find(&mut tenant, line.id).await.unwrap();
        assert_eq!(sent.status, Status::Accepted, "{kind}");
        // The same once more is the same.
        let again = write(&s, &line).await.unwrap();
        assert_eq!(again.id, line.id);
        assert_eq!(thread::work(&s.env).await, 0, "{kind}");
    }
}

#[sqlx::test(migrations = "../migrations")]
async fn an_answer_names_what_it_answers_and_only_what_whatsapp_knows(
    _: sqlx::postgres::PgPoolOptions,
    options: PgConnectOptions,
) {
    let s = scene(options, |request| accepted(request.before)).await;
    let target = heard(&s, "wamid.in", "text", 1).await;
    let answer = Compose {
        reply_to: Some(target),
        ..told(&s, "Yes", None)
    };
    let written = write(&s, &answer).await.unwrap();
    let extra: Extra = serde_json::from_str(&written.extra.unwrap().0).unwrap();
    assert_eq!(extra.quoted.unwrap().id, Some(target));
    thread::work(&s.env).await;
    assert_eq!(posted(&s)["context"], json!({ "message_id": "wamid.in" }));

    let waiting = write(&s, &told(&s, "Not sent yet", None)).await.unwrap();
    let note = Compose {
        note: true,
        ..told(&s, "For us", None)
    };
    write(&s, &note).await.unwrap();
    for id in [waiting.id, note.id, s.env.id()] {
        let answer = Compose {
            reply_to: Some(id),
            ..told(&s, "Yes", None)
        };
        assert_eq!(field_of(&s, &answer).await, "reply_to");
    }
}

#[sqlx::test(migrations = "../migrations")]
async fn a_reaction_changes_its_message_is_no_line_and_keeps_the_draft(
    _: sqlx::postgres::PgPoolOptions,
    options: PgConnectOptions,
) {
    let s = scene(options, |request| match request.before {
        2 => refused(400, 131_009),
        before => accepted(before),
    })
    .await;
    let target = heard(&s, "wamid.in", "text", 1).await;
    let react = |emoji: &str| {
        let outgoing = Outgoing::Reaction {
            target,
            emoji: emoji.into(),
        };
        told(&s, "", Some(&outgoing))
    };
    let mut tenant = s.fixture.enter(&s.env).await;
    draft::save(&s.env, &mut tenant, s.conversation, "half a thou", false)
        .await
        .unwrap();
    tenant.commit().await.unwrap();
    for (emoji, shown) in [("👍", Some("👍")), ("", None), ("😂", None)] {
        write(&s, &react(emoji)).await.unwrap();
        thread::work(&s.env).await;
        let mut tenant = s.fixture.enter(&s.env).await;
        let page = message::thread(&mut tenant, s.conversation, None)
            .await
            .unwrap();
        let [line] = &page.messages[..] else {
            panic!("one line: {page:?}");
        };
        let extra = line
            .extra
            .as_ref()
            .map(|extra| serde_json::from_str::<Extra>(&extra.0).unwrap());
        let reactions = extra.map(|extra| extra.reactions).unwrap_or_default();
        let found = reactions.first().map(|reaction| reaction.emoji.as_str());
        assert_eq!(found, shown, "{emoji}: what Meta refused is not shown");
        let details = conversation::details(&mut tenant, s.conversation)
            .await
            .unwrap();
        assert_eq!(details.draft, "half a thou");
    }

    for (kind, days, expected) in [("reaction", 1, "target"), ("text", 31, "target")] {
        let other = heard(&s, kind, kind, days).await;
        let outgoing = Outgoing::Reaction {
            target: other,
            emoji: "👍".into(),
        };
        assert_eq!(
            field_of(&s, &told(&s, "", Some(&outgoing))).await,
            expected,
            "{kind}"
        );
    }
}

#[sqlx::test(migrations = "../migrations")]
async fn what_is_not_here_or_not_understood_is_refused_in_words(
    _: sqlx::postgres::PgPoolOptions,
    options: PgConnectOptions,
) {
    let s = scene(options, |request| accepted(request.before)).await;
    let gone = Outgoing::Media {
        file: s.env.id(),
        voice: false,
    };
    assert_eq!(field_of(&s, &told(&s, "", Some(&gone))).await, "file");
    let svg = uploaded(&s, "image/svg+xml", None).await;
    let svg = Outgoing::Media {
        file: svg,
        voice: false,
    };
    assert_eq!(field_of(&s, &told(&s, "", Some(&svg))).await, "file");
    for packed in [
        "",
        "{}",
        "null",
        r#"{"poll":{}}"#,
        r#"{"media":{"file":"x"}}"#,
        "[[[[[",
    ] {
        let odd = Compose {
            sends: Some(Packed(packed.into())),
            ..told(&s, "", None)
        };
        assert_eq!(field_of(&s, &odd).await, "sends", "{packed}");
    }
    let note = Compose {
        note: true,
        ..told(&s, "for us", Some(&Outgoing::LocationRequest))
    };
    assert_eq!(field_of(&s, &note).await, "note");
    // Such ids are those of the server's own work.
    let taken = Compose {
        id: MessageId(crate::job::id_of(crate::job::Kind::Health, "7").0),
        ..told(&s, "hello", None)
    };
    assert_eq!(field_of(&s, &taken).await, "id");
    assert_eq!(thread::jobs(&s.env, &s.fixture).await, 0);
}

#[sqlx::test(migrations = "../migrations")]
async fn a_file_that_meta_could_not_take_is_brought_there_once_more(
    _: sqlx::postgres::PgPoolOptions,
    options: PgConnectOptions,
) {
    let s = scene(options, |_| refused(400, 131_053)).await;
    let file = uploaded(&s, "image/png", Some("media-7")).await;
    let line = told(&s, "", Some(&Outgoing::Media { file, voice: false }));
    write(&s, &line).await.unwrap();
    thread::work(&s.env).await;
    let message = thread::read(&s.env, &s.fixture, line.id).await;
    assert_eq!(message.status, Status::Queued);
    let mut tenant = s.fixture.enter(&s.env).await;
    let id: Option<String> = sqlx::query_scalar("SELECT media_id FROM file WHERE id = $1")
        .bind(file.0)
        .fetch_one(tenant.conn())
        .await
        .unwrap();
    assert_eq!(id, None, "Meta's id of it is forgotten");
}

#[sqlx::test(migrations = "../migrations")]
async fn a_template_goes_out_when_the_window_is_closed_but_not_when_the_account_cannot_pay(
    _: sqlx::postgres::PgPoolOptions,
    options: PgConnectOptions,
) {
    let s = scene(options, |request| match request.before {
        1 => refused(400, UNPAID),
        before => accepted(before),
    })
    .await;
    s.clock.by(time::Duration::days(2));
    let content = json!({ "type": "template", "template": { "name": "hello", "language": { "code": "en" } } });
    let queue = async |text: &str| {
        let id: MessageId = s.env.id();
        let mut tenant = s.fixture.enter(&s.env).await;
        let template = message::Send {
            id,
            conversation: s.conversation,
            kind: "template",
            body: text,
            told: &postern_types::Told::default(),
            quotes: None,
            target: None,
            sending: Some(&content),
            file: None,
        };
        message::send(&s.env, &mut tenant, &template).await.unwrap();
        tenant.commit().await.unwrap();
        thread::work(&s.env).await;
        thread::read(&s.env, &s.fixture, id).await
    };
    assert_eq!(queue("Hello").await.status, Status::Accepted);
    assert_eq!(posted(&s), content);
    let unpaid = queue("Hello?").await;
    assert_eq!(unpaid.fault.unwrap().code, UNPAID);
    let next = queue("Hello??").await;
    assert_eq!(
        (next.status, next.fault.unwrap().code),
        (Status::Failed, UNPAID)
    );
    assert_eq!(s.meta.seen().len(), 2, "the third was not even posted");
    s.clock.by(time::Duration::minutes(6));
    assert_eq!(queue("Hello???").await.status, Status::Accepted);
    // What is no template waits for the contact.
    let refused = write(&s, &told(&s, "Hello", None)).await;
    assert!(matches!(refused, Err(Error::WindowClosed)), "{refused:?}");
}

#[sqlx::test(migrations = "../migrations")]
async fn what_meta_says_of_a_refusal_is_kept_and_told(
    _: sqlx::postgres::PgPoolOptions,
    options: PgConnectOptions,
) {
    let s = scene(options, |_| {
        Reply::Json(
            400,
            json!({ "error": { "code": 131_026, "message": "no", "error_data": { "details": "Message undeliverable." } } }),
        )
    })
    .await;
    let line = told(&s, "Hello", None);
    write(&s, &line).await.unwrap();
    thread::work(&s.env).await;
    let fault = thread::read(&s.env, &s.fixture, line.id)
        .await
        .fault
        .unwrap();
    assert_eq!(fault.details.as_deref(), Some("Message undeliverable."));
    assert!(!fault.retry);
}

#[sqlx::test(migrations = "../migrations")]
async fn another_workspaces_message_and_file_are_not_there(
    _: sqlx::postgres::PgPoolOptions,
    options: PgConnectOptions,
) {
    let s = scene(options, |request| accepted(request.before)).await;
    let target = heard(&s, "wamid.in", "text", 1).await;
    let file = uploaded(&s, "image/png", Some("media-7")).await;
    let two = testing::workspace(&s.env, "Two", Role::Owner).await;
    let channel = testing::channel(&s.env, &two, "200").await;
    let theirs = thread::conversation(&s.env, &two, channel, "15550002222").await;
    let mut tenant = two.enter(&s.env).await;
    let media = Outgoing::Media { file, voice: false };
    let reaction = Outgoing::Reaction {
        target,
        emoji: "👍".into(),
    };
    for (outgoing, reply_to) in [
        (Some(&media), None),
        (Some(&reaction), None),
        (None, Some(target)),
    ] {
        let line = Compose {
            conversation: theirs,
            reply_to,
            ..told(&s, if outgoing.is_some() { "" } else { "Yes" }, outgoing)
        };
        let refused = compose(&s.env, &mut tenant, &line).await;
        assert!(matches!(refused, Err(Error::Invalid { .. })), "{refused:?}");
    }
    // Nor is their conversation ours.
    let line = told(&s, "intruding", None);
    let refused = compose(&s.env, &mut tenant, &line).await;
    assert!(matches!(refused, Err(Error::NotFound)));
}
