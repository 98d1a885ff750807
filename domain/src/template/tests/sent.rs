//! Sending: in a conversation whose window is closed, and to a number that is new.

use super::*;
use crate::{
    conversation, message,
    template::{compose, is_unwanted, start},
    testing::meta::accepted,
};
use postern_types::{
    ConversationId, Detail, Extra, MessageId, MessageView, SendTemplate, StartConversation, Status,
    TemplateFill, TemplateId,
};
use time::Duration;

/// Lists three templates, and takes every message.
fn meta(request: &Request) -> Reply {
    if request.line.starts_with("POST") {
        return accepted(request.before);
    }
    let mut offer = template(2, "offer", "APPROVED", "Only today, {{1}}!");
    offer["category"] = "MARKETING".into();
    let mut order = template(
        1,
        "order_packed",
        "APPROVED",
        "Hi {{1}}, order {{2}} is packed.",
    );
    order["components"] = json!([
        { "type": "HEADER", "format": "TEXT", "text": "Good news" },
        { "type": "BODY", "text": "Hi {{1}}, order {{2}} is packed." },
        { "type": "FOOTER", "text": "Harbour" },
        { "type": "BUTTONS", "buttons": [{ "type": "URL", "text": "Track", "url": "https://a.example/{{1}}" }] },
    ]);
    listing(&[order, offer, template(3, "paused", "PAUSED", "Hi")])
}

fn fill(values: &[(&str, &str)]) -> TemplateFill {
    TemplateFill {
        values: values
            .iter()
            .map(|(key, value)| ((*key).to_owned(), (*value).to_owned()))
            .collect(),
        file: None,
    }
}

fn packed() -> TemplateFill {
    fill(&[
        ("body.1", "Amira 👋"),
        ("body.2", "{{1}}"),
        ("button.0", "t/7"),
    ])
}

impl Shop {
    async fn id(&self, name: &str) -> TemplateId {
        let page = self.search(name).await;
        page.templates.first().unwrap().id
    }

    /// Amira, who wrote two days ago.
    async fn amira(&self) -> ConversationId {
        testing::conversation(
            &self.env,
            &self.fixture,
            self.channel,
            "Amira",
            Duration::days(2),
        )
        .await
    }

    async fn compose(&self, asked: &SendTemplate) -> crate::Result<MessageView> {
        let mut tenant = self.fixture.enter(&self.env).await;
        let message = compose(&self.env, &mut tenant, asked).await?;
        tenant.commit().await?;
        Ok(message)
    }

    async fn start(&self, asked: &StartConversation) -> crate::Result<MessageView> {
        let mut tenant = self.fixture.enter(&self.env).await;
        let message = start(&self.env, &mut tenant, asked).await?;
        tenant.commit().await?;
        Ok(message)
    }

    async fn count(&self, table: &str) -> i64 {
        let mut tenant = self.fixture.enter(&self.env).await;
        sqlx::query_scalar(sqlx::AssertSqlSafe(format!("SELECT count(*) FROM {table}")))
            .fetch_one(tenant.conn())
            .await
            .unwrap()
    }
}

#[sqlx::test(migrations = "../migrations")]
async fn outside_the_window_a_template_is_queued_as_meta_takes_it_and_shown_as_it_reads(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let shop = shop(options, meta).await;
    shop.sync().await;
    let asked = SendTemplate {
        id: shop.env.id(),
        conversation: shop.amira().await,
        template: shop.id("order_packed").await,
        fill: packed(),
    };
    let message = shop.compose(&asked).await.unwrap();
    assert_eq!(
        message.content.text(),
        "Hi Amira 👋, order {{1}} is packed."
    );
    assert_eq!(
        (message.status, message.author),
        (Status::Queued, Some(shop.fixture.member))
    );
    let extra: Extra = serde_json::from_str(&message.extra.clone().unwrap().0).unwrap();
    let Some(Detail::Template(sent)) = extra.told.detail else {
        panic!("a template");
    };
    assert_eq!(
        (sent.header.as_deref(), sent.footer.as_deref()),
        (Some("Good news"), Some("Harbour"))
    );
    assert_eq!(sent.buttons, ["Track"]);
    let again = shop.compose(&asked).await.unwrap();
    assert_eq!(again, message, "the same id writes once");

    let mut tenant = shop.fixture.enter(&shop.env).await;
    let sending: Value =
        sqlx::query_scalar("SELECT sending FROM message WHERE workspace_id = $1 AND id = $2")
            .bind(shop.fixture.workspace.0)
            .bind(asked.id.0)
            .fetch_one(tenant.conn())
            .await
            .unwrap();
    assert_eq!(
        sending,
        json!({ "type": "template", "template": { "name": "order_packed", "language": { "code": "en_US" },
            "components": [
                { "type": "body", "parameters": [
                    { "type": "text", "text": "Amira 👋" }, { "type": "text", "text": "{{1}}" }] },
                { "type": "button", "sub_type": "url", "index": "0", "parameters": [{ "type": "text", "text": "t/7" }] },
            ] } })
    );
}

#[sqlx::test(migrations = "../migrations")]
async fn a_new_number_gets_a_contact_a_conversation_of_the_writers_and_its_message_once(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let shop = shop(options, meta).await;
    shop.sync().await;
    let mut asked = StartConversation {
        id: shop.env.id(),
        channel: shop.channel,
        phone: "+49 151 2345678".to_owned(),
        template: shop.id("order_packed").await,
        fill: packed(),
    };
    let message = shop.start(&asked).await.unwrap();
    assert_eq!(shop.start(&asked).await.unwrap(), message);
    let mut tenant = shop.fixture.enter(&shop.env).await;
    let row = conversation::row(&mut tenant, message.conversation)
        .await
        .unwrap();
    tenant.commit().await.unwrap();
    assert_eq!(row.contact.phone.as_deref(), Some("+491512345678"));
    assert_eq!(
        (row.assignee, row.window_until),
        (Some(shop.fixture.member), None)
    );
    assert_eq!(row.last.unwrap().content.text(), message.content.text());

    // Written otherwise, it is the same number, and the same conversation.
    asked.id = shop.env.id();
    asked.phone = "0049151-2345678".to_owned();
    let second = shop.start(&asked).await.unwrap();
    assert_eq!(second.conversation, message.conversation);
    assert_eq!(
        (shop.count("contact").await, shop.count("message").await),
        (1, 2)
    );
}

#[sqlx::test(migrations = "../migrations")]
async fn what_must_not_be_sent_is_refused_in_words_and_leaves_nothing_behind(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let shop = shop(options, meta).await;
    shop.sync().await;
    let conversation = shop.amira().await;
    let contacts = shop.count("contact").await;
    let order = shop.id("order_packed").await;
    let send = |template: TemplateId, fill: TemplateFill| SendTemplate {
        id: shop.env.id(),
        conversation,
        template,
        fill,
    };
    for (template, fill, words) in [
        (shop.id("paused").await, fill(&[]), "paused"),
        (order, fill(&[]), "{{1}}: Fill this in."),
        (
            order,
            fill(&[("body.1", "a\nb"), ("body.2", "7"), ("button.0", "x")]),
            "one line",
        ),
        (
            order,
            fill(&[("body.1", "a"), ("body.2", "7"), ("button.0", "größe")]),
            "Track: A link",
        ),
        (shop.env.id(), packed(), "not found"),
    ] {
        let refused = shop.compose(&send(template, fill)).await.unwrap_err();
        assert!(refused.to_string().contains(words), "{refused}");
    }
    let start = |phone: &str, template: TemplateId| StartConversation {
        id: shop.env.id(),
        channel: shop.channel,
        phone: phone.to_owned(),
        template,
        fill: packed(),
    };
    for (phone, template, words) in [
        ("0151 2345678", order, "country code"),
        ("", order, "number"),
        ("+1 555", order, "7 to 15"),
        ("💣", order, "digits"),
        ("+491512345678", shop.id("paused").await, "paused"),
        ("+491512345678", shop.env.id(), "not found"),
    ] {
        let refused = shop.start(&start(phone, template)).await.unwrap_err();
        assert!(refused.to_string().contains(words), "{phone}: {refused}");
    }
    let mut tenant = shop.fixture.enter(&shop.env).await;
    sqlx::query("UPDATE contact SET marketing_stopped_at = now() WHERE workspace_id = $1")
        .bind(shop.fixture.workspace.0)
        .execute(tenant.conn())
        .await
        .unwrap();
    tenant.commit().await.unwrap();
    let offer = shop.id("offer").await;
    let refused = shop
        .compose(&send(offer, fill(&[("body.1", "Amira")])))
        .await
        .unwrap_err();
    assert!(refused.to_string().contains("stop marketing"), "{refused}");
    assert_eq!(
        (shop.count("contact").await, shop.count("message").await),
        (contacts, 0)
    );

    // What is no marketing may be sent; not over a number that is lost.
    shop.compose(&send(order, packed())).await.unwrap();
    let mut tenant = shop.fixture.enter(&shop.env).await;
    crate::channel::disconnect(&shop.env, &mut tenant, shop.channel)
        .await
        .unwrap();
    tenant.commit().await.unwrap();
    let refused = shop.compose(&send(order, packed())).await.unwrap_err();
    assert!(refused.to_string().contains("disconnected"), "{refused}");
}

#[sqlx::test(migrations = "../migrations")]
async fn another_workspace_sends_none_of_ours_and_over_none_of_our_numbers(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let shop = shop(options, meta).await;
    shop.sync().await;
    let ours = shop.amira().await;
    let template = shop.id("order_packed").await;
    let two = testing::workspace(&shop.env, "Two", Role::Agent).await;
    let channel = testing::channel(&shop.env, &two, "200").await;
    let theirs = testing::conversation(&shop.env, &two, channel, "Bento", Duration::hours(1)).await;
    let mut tenant = two.enter(&shop.env).await;
    for conversation in [ours, theirs] {
        let asked = SendTemplate {
            id: shop.env.id(),
            conversation,
            template,
            fill: packed(),
        };
        let refused = compose(&shop.env, &mut tenant, &asked).await;
        assert!(matches!(refused, Err(Error::NotFound)), "{refused:?}");
    }
    for channel in [shop.channel, channel] {
        let asked = StartConversation {
            id: shop.env.id(),
            channel,
            phone: "+491512345678".to_owned(),
            template,
            fill: packed(),
        };
        tenant.mark().await.unwrap();
        let refused = start(&shop.env, &mut tenant, &asked).await;
        assert!(matches!(refused, Err(Error::NotFound)), "{refused:?}");
        tenant.undo().await.unwrap();
    }
    tenant.commit().await.unwrap();
    assert_eq!(shop.count("message").await, 0);
}

impl Shop {
    /// Writes the offer, which is marketing.
    async fn offer(&self, conversation: ConversationId) -> MessageId {
        let asked = SendTemplate {
            id: self.env.id(),
            conversation,
            template: self.id("offer").await,
            fill: fill(&[("body.1", "Amira")]),
        };
        self.compose(&asked).await.unwrap().id
    }

    /// Everybody has told that they want no marketing, or that they want it again.
    async fn stop(&self, stop: bool) {
        let mut tenant = self.fixture.enter(&self.env).await;
        sqlx::query(
            "UPDATE contact SET marketing_stopped_at = CASE WHEN $2 THEN now() END, marketing_told_at = now()
              WHERE workspace_id = $1",
        )
        .bind(self.fixture.workspace.0)
        .bind(stop)
        .execute(tenant.conn())
        .await
        .unwrap();
        tenant.commit().await.unwrap();
    }

    async fn set_state(&self, state: &str) {
        let mut tenant = self.fixture.enter(&self.env).await;
        sqlx::query("UPDATE channel SET state = $3 WHERE workspace_id = $1 AND id = $2")
            .bind(self.fixture.workspace.0)
            .bind(self.channel.0)
            .bind(state)
            .execute(tenant.conn())
            .await
            .unwrap();
        tenant.commit().await.unwrap();
    }

    async fn retry(&self, id: MessageId) -> crate::Result<MessageView> {
        let mut tenant = self.fixture.enter(&self.env).await;
        let message = message::retry(&self.env, &mut tenant, id).await?;
        tenant.commit().await?;
        Ok(message)
    }

    /// What became of a message, and why.
    async fn fate(&self, id: MessageId) -> (Status, String) {
        let message = thread::read(&self.env, &self.fixture, id).await;
        let fault = message.fault.map(|fault| fault.reason);
        (message.status, fault.unwrap_or_default())
    }

    /// How many messages were posted.
    fn posts(&self) -> usize {
        let seen = self.meta.seen();
        let posts = seen.iter().filter(|seen| seen.line.starts_with("POST"));
        posts.count()
    }
}

#[sqlx::test(migrations = "../migrations")]
async fn marketing_that_waits_or_has_failed_stays_here_once_its_contact_has_stopped_it(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let shop = shop(options, meta).await;
    shop.sync().await;
    let conversation =
        thread::conversation(&shop.env, &shop.fixture, shop.channel, "15550001111").await;
    let failed = shop.offer(conversation).await;
    shop.set_state("disconnected").await;
    while thread::work(&shop.env).await > 0 {}
    let (status, why) = shop.fate(failed).await;
    assert_eq!(status, Status::Failed);
    assert!(why.contains("disconnected"), "{why}");
    shop.set_state("connected").await;

    let waiting = shop.offer(conversation).await;
    let order = SendTemplate {
        id: shop.env.id(),
        conversation,
        template: shop.id("order_packed").await,
        fill: packed(),
    };
    let order = shop.compose(&order).await.unwrap().id;
    shop.stop(true).await;
    let refused = shop.retry(failed).await.unwrap_err();
    assert!(refused.to_string().contains("stop marketing"), "{refused}");
    let (status, why) = shop.fate(failed).await;
    assert_eq!(status, Status::Failed);
    assert!(why.contains("disconnected"), "it is as it was: {why}");

    while thread::work(&shop.env).await > 0 {}
    let (status, why) = shop.fate(waiting).await;
    assert_eq!(status, Status::Failed);
    assert!(why.contains("stop marketing"), "{why}");
    assert_eq!(shop.fate(order).await.0, Status::Accepted);
    assert_eq!(shop.posts(), 1, "what is no marketing goes out");
    let refused = shop.retry(waiting).await.unwrap_err();
    assert!(refused.to_string().contains("stop marketing"), "{refused}");

    // Stopped after it was sent again, and before it went out.
    shop.stop(false).await;
    assert_eq!(shop.retry(waiting).await.unwrap().status, Status::Queued);
    shop.stop(true).await;
    while thread::work(&shop.env).await > 0 {}
    let (status, why) = shop.fate(waiting).await;
    assert_eq!(status, Status::Failed);
    assert!(why.contains("stop marketing"), "{why}");
    assert_eq!(shop.posts(), 1);

    // It is another workspace's to know nothing of it.
    let two = testing::workspace(&shop.env, "Two", Role::Agent).await;
    let mut stranger = two.enter(&shop.env).await;
    assert!(!is_unwanted(&mut stranger, waiting).await.unwrap());
    drop(stranger);

    // They want it again.
    shop.stop(false).await;
    for id in [failed, waiting] {
        shop.retry(id).await.unwrap();
    }
    while thread::work(&shop.env).await > 0 {}
    for id in [failed, waiting] {
        assert_eq!(shop.fate(id).await, (Status::Accepted, String::new()));
    }
    assert_eq!(shop.posts(), 3);
}
