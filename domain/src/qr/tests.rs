//! Codes as others read them: their squares by a decoder, their cards and calendars by a parser, none of which is ours.

mod read;
mod said;

use super::*;
use crate::{
    Error,
    testing::{self, Fixture},
};
use postern_types::{ChannelId, Moment, QrEvent, QrLevel, QrLook, QrWifi, Role};
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use uuid::Uuid;

/// A workspace with a number.
struct Shop {
    env: Env,
    one: Fixture,
    channel: ChannelId,
}

async fn shop(options: PgConnectOptions) -> Shop {
    let (env, _) = testing::env(options);
    let one = testing::workspace(&env, "One", Role::Agent).await;
    let channel = testing::channel(&env, &one, "100").await;
    let mut tenant = one.enter(&env).await;
    sqlx::query("UPDATE channel SET phone = '+49 1512 3456789'")
        .execute(tenant.conn())
        .await
        .unwrap();
    tenant.commit().await.unwrap();
    Shop { env, one, channel }
}

impl Shop {
    async fn text(&self, content: &QrContent) -> Result<String> {
        let mut tenant = self.one.enter(&self.env).await;
        text(&self.env, &mut tenant, content).await
    }
}

fn field<T>(result: Result<T>) -> &'static str {
    match result {
        Err(Error::Invalid { field, .. }) => field,
        Err(other) => panic!("{other:?}"),
        Ok(_) => "taken",
    }
}

#[sqlx::test(migrator = "crate::db::MIGRATOR")]
async fn a_chat_a_number_and_a_page_become_what_telephones_open(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let shop = shop(options).await;
    let link = |address: &str| QrContent::Link {
        address: address.to_owned(),
    };
    let phone = |phone: &str| QrContent::Phone {
        phone: phone.to_owned(),
    };
    for (content, expected) in [
        (
            QrContent::Chat {
                channel: shop.channel,
                text: "Hello & welcome?".to_owned(),
            },
            "https://wa.me/4915123456789?text=Hello%20%26%20welcome%3F",
        ),
        (phone("+49 (0)1512 3456789"), "tel:+4915123456789"),
        // Of the country that the workspace's number is of.
        (phone("01512 3456789"), "tel:+4915123456789"),
        (
            link(" https://example.com/a b "),
            "https://example.com/a%20b",
        ),
        (link("example.com:8080"), "https://example.com:8080/"),
        (link("HTTP://EXAMPLE.com/ü"), "http://example.com/%C3%BC"),
    ] {
        assert_eq!(shop.text(&content).await.unwrap(), expected);
    }
    for wrong in [
        "javascript:alert(1)",
        "mailto:ana@example.com",
        "ftp://example.com",
        "data:text/html,x",
        "https://bank.example@evil.example/",
        "https://",
        "https://example.com/\r\nX: y",
        "",
        &format!("https://example.com/{}", "x".repeat(1000)),
    ] {
        assert_eq!(field(shop.text(&link(wrong)).await), "address", "{wrong}");
    }
    for wrong in [
        "",
        "+49",
        "ring me",
        "+49151234567\u{0}8",
        "+49 1512 3456789;ext=1",
    ] {
        assert_eq!(field(shop.text(&phone(wrong)).await), "phone", "{wrong}");
    }
}

#[sqlx::test(migrator = "crate::db::MIGRATOR")]
async fn the_code_of_a_portal_link_is_made_of_our_own_addresses_alone(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let shop = shop(options).await;
    let portal = |address: String| QrContent::Portal { address };
    let ours = shop.env.post.portal_link("abcdefghijklmnopqrstu-");
    assert_eq!(shop.text(&portal(ours.clone())).await.unwrap(), ours);
    for wrong in [
        "https://evil.example/p/abcdefghijklmnopqrstuv".to_owned(),
        shop.env.post.portal_link("short"),
        shop.env.post.portal_link("abcdefghijklmnopqrst?x"),
        format!("{ours}/../../x"),
        format!("\n{ours}"),
        String::new(),
    ] {
        assert_eq!(field(shop.text(&portal(wrong)).await), "address");
    }
}

#[sqlx::test(migrator = "crate::db::MIGRATOR")]
async fn another_workspaces_number_and_contact_are_in_no_code(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let shop = shop(options).await;
    let two = testing::workspace(&shop.env, "Two", Role::Owner).await;
    let ago = time::Duration::minutes(1);
    let talk = testing::conversation(&shop.env, &shop.one, shop.channel, "Maria; \"M\"", ago).await;
    let mut tenant = shop.one.enter(&shop.env).await;
    let contact: Uuid = sqlx::query_scalar("SELECT contact_id FROM conversation WHERE id = $1")
        .bind(talk.0)
        .fetch_one(tenant.conn())
        .await
        .unwrap();
    let card = card_of(&shop.env, &mut tenant, ContactId(contact))
        .await
        .unwrap();
    assert_eq!(card.name, "Maria; \"M\"");
    assert!(card.phone.starts_with("+1555"));
    drop(tenant);
    let mut tenant = two.enter(&shop.env).await;
    let chat = QrContent::Chat {
        channel: shop.channel,
        text: String::new(),
    };
    let other = text(&shop.env, &mut tenant, &chat).await;
    assert!(matches!(other, Err(Error::NotFound)));
    let mut tenant = two.enter(&shop.env).await;
    let other = card_of(&shop.env, &mut tenant, ContactId(contact)).await;
    assert!(matches!(other, Err(Error::NotFound)));
}
