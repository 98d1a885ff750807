//! Templates against a Meta that lists them, and against what it tells of them.

mod heard;
mod sent;
mod synced;

use super::{list, refresh};
use crate::{
    Env, Error,
    testing::{
        self, Fixture, Moved,
        meta::{FakeMeta, Reply, Request, refused},
        thread,
    },
};
use postern_types::{ChannelId, Role, TemplatePage, TemplateRequest};
use serde_json::{Value, json};
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use std::sync::Arc;

/// The account of [`testing::channel`].
const ACCOUNT: &str = "waba-1";

/// A workspace with a number, and Meta.
struct Shop {
    env: Env,
    clock: Arc<Moved>,
    meta: FakeMeta,
    fixture: Fixture,
    channel: ChannelId,
}

async fn shop(
    options: PgConnectOptions,
    answer: impl Fn(&Request) -> Reply + Send + Sync + 'static,
) -> Shop {
    let meta = FakeMeta::start(answer).await;
    let (mut env, clock) = testing::env(options);
    env.meta.graph = meta.url.parse().unwrap();
    let fixture = testing::workspace(&env, "Shop", Role::Agent).await;
    let channel = testing::channel(&env, &fixture, "100").await;
    Shop {
        env,
        clock,
        meta,
        fixture,
        channel,
    }
}

impl Shop {
    /// Has Meta asked, and what is due done.
    async fn sync(&self) {
        self.clock.by(time::Duration::seconds(30));
        let mut tenant = self.fixture.enter(&self.env).await;
        refresh(&self.env, &mut tenant, self.channel).await.unwrap();
        tenant.commit().await.unwrap();
        assert_eq!(thread::work(&self.env).await, 1, "one job");
    }

    async fn page(&self) -> TemplatePage {
        self.search("").await
    }

    async fn search(&self, words: &str) -> TemplatePage {
        let mut tenant = self.fixture.enter(&self.env).await;
        let page = list(&self.env, &mut tenant, &asked(self.channel, words))
            .await
            .unwrap();
        tenant.commit().await.unwrap();
        page
    }
}

fn asked(channel: ChannelId, search: &str) -> TemplateRequest {
    TemplateRequest {
        channel,
        search: search.to_owned(),
        category: None,
        language: None,
    }
}

fn template(id: u64, name: &str, status: &str, body: &str) -> Value {
    json!({
        "id": id.to_string(), "name": name, "language": "en_US", "category": "UTILITY", "status": status,
        "components": [{ "type": "BODY", "text": body }],
    })
}

fn listing(templates: &[Value]) -> Reply {
    Reply::Json(
        200,
        json!({ "data": templates, "paging": { "cursors": { "after": "END" } } }),
    )
}

fn names(page: &TemplatePage) -> Vec<&str> {
    page.templates
        .iter()
        .map(|template| template.name.as_str())
        .collect()
}

#[sqlx::test(migrations = "../migrations")]
async fn templates_are_found_by_name_words_category_and_language(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let shop = shop(options, |_| {
        let mut german = template(
            4,
            "order_packed",
            "APPROVED",
            "Hallo {{1}}, Ihre Größe 😀 ist da.",
        );
        german["language"] = "de".into();
        german["category"] = "MARKETING".into();
        listing(&[
            template(1, "zebra", "REJECTED", "Never."),
            template(2, "welcome", "APPROVED", "Hello {{1}}!"),
            template(3, "order_packed", "APPROVED", "Your order {{1}} is packed."),
            german,
        ])
    })
    .await;
    shop.sync().await;
    for (words, expected) in [
        ("", vec!["order_packed", "order_packed", "welcome", "zebra"]),
        ("ORDER packed", vec!["order_packed", "order_packed"]),
        ("your PACKED", vec!["order_packed"]),
        ("größe 😀", vec!["order_packed"]),
        ("%", vec![]),
        ("{{1}}!", vec!["welcome"]),
        ("nothing like it", vec![]),
        ("\0", vec![]),
    ] {
        assert_eq!(names(&shop.search(words).await), expected, "{words}");
    }
    let page = shop.page().await;
    assert_eq!(page.categories, ["MARKETING", "UTILITY"]);
    assert_eq!(page.languages, ["de", "en_US"]);
    assert!(!page.more && page.synced_at.is_some() && !page.asking && page.fault.is_none());
    let mut tenant = shop.fixture.enter(&shop.env).await;
    for (category, language, count) in [
        (Some("MARKETING"), None, 1),
        (None, Some("en_US"), 3),
        (Some("MARKETING"), Some("en_US"), 0),
    ] {
        let request = TemplateRequest {
            category: category.map(str::to_owned),
            language: language.map(str::to_owned),
            ..asked(shop.channel, "")
        };
        let page = list(&shop.env, &mut tenant, &request).await.unwrap();
        assert_eq!(page.templates.len(), count, "{category:?} {language:?}");
    }
}

#[sqlx::test(migrations = "../migrations")]
async fn an_account_with_very_many_shows_the_first_and_says_that_there_are_more(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let shop = shop(options, |_| {
        let all: Vec<Value> = (0..75)
            .map(|nth| template(nth, &format!("t{nth:03}"), "APPROVED", "Hi"))
            .collect();
        listing(&all)
    })
    .await;
    shop.sync().await;
    let page = shop.page().await;
    assert_eq!((page.templates.len(), page.more), (60, true));
    assert_eq!(names(&shop.search("t074").await), ["t074"]);
}

#[sqlx::test(migrations = "../migrations")]
async fn another_workspace_sees_and_asks_for_none_of_it_even_over_the_same_account(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let shop = shop(options, |_| {
        listing(&[template(1, "ours", "APPROVED", "Hi")])
    })
    .await;
    shop.sync().await;
    let two = testing::workspace(&shop.env, "Two", Role::Agent).await;
    let theirs = testing::channel(&shop.env, &two, "200").await;
    let mut tenant = two.enter(&shop.env).await;
    let foreign = list(&shop.env, &mut tenant, &asked(shop.channel, "")).await;
    assert!(matches!(foreign, Err(Error::NotFound)));
    let foreign = refresh(&shop.env, &mut tenant, shop.channel).await;
    assert!(matches!(foreign, Err(Error::NotFound)));
    // The account is the same at Meta; what is known of it is each workspace's own.
    let page = list(&shop.env, &mut tenant, &asked(theirs, ""))
        .await
        .unwrap();
    assert_eq!(names(&page), [""; 0]);
    let (id, ours) = (shop.page().await.templates[0].id, shop.channel);
    assert!(matches!(
        super::list::find(&mut tenant, ours, id).await,
        Err(Error::NotFound)
    ));
    assert!(matches!(
        super::list::find(&mut tenant, theirs, id).await,
        Err(Error::NotFound)
    ));
    // What is told to them changes theirs alone.
    let told = json!({ "event": "DISABLED", "message_template_id": 1, "message_template_name": "ours",
        "message_template_language": "en_US" });
    super::heard(&shop.env, &mut tenant, ACCOUNT, &told, shop.env.now())
        .await
        .unwrap();
    tenant.commit().await.unwrap();
    assert_eq!(shop.page().await.templates[0].status, "APPROVED");
}
