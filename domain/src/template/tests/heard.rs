//! What Meta tells of templates.

use super::*;
use crate::template::heard;
use time::{Duration, OffsetDateTime};

fn about(id: &Value, more: &Value) -> Value {
    let mut value = json!({ "message_template_id": id, "message_template_name": "one",
        "message_template_language": "en-US" });
    if let (Some(all), Some(more)) = (value.as_object_mut(), more.as_object()) {
        all.extend(more.clone());
    }
    value
}

impl Shop {
    async fn tell(&self, value: &Value, at: OffsetDateTime) {
        let mut tenant = self
            .env
            .db
            .channel(self.fixture.workspace, self.channel)
            .await
            .unwrap();
        heard(&self.env, &mut tenant, ACCOUNT, value, at)
            .await
            .unwrap();
        tenant.commit().await.unwrap();
    }
}

#[sqlx::test(migrations = "../migrations")]
async fn what_is_told_of_a_template_is_true_at_once_and_a_list_that_is_open_learns_of_it(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let shop = shop(options, |_| {
        listing(&[template(17, "one", "APPROVED", "Hi {{1}}")])
    })
    .await;
    shop.sync().await;
    let mut rev = 0;
    for (nth, (id, told)) in [
        (json!(17), json!({ "event": "PAUSED", "reason": "NONE" })),
        (json!("17"), json!({ "event": "REINSTATED" })),
        (json!(17), json!({ "event": "REJECTED", "reason": "INVALID_FORMAT" })),
        // Another id: it is known by its name and language.
        (json!(99), json!({ "event": "APPROVED", "reason": null })),
        (json!(17), json!({ "previous_quality_score": "GREEN", "new_quality_score": "RED" })),
        (json!(17), json!({ "previous_category": "UTILITY", "new_category": "MARKETING" })),
        (json!(17), json!({ "message_template_element": "Hello {{1}}, 👋\0", "message_template_footer": "Bye" })),
        (json!(17), json!({ "event": "DELETED" })),
    ]
    .into_iter()
    .enumerate()
    {
        shop.clock.by(Duration::seconds(1));
        shop.tell(&about(&id, &told), shop.env.now()).await;
        let page = shop.page().await;
        let one = page.templates.first();
        let said = one.map(|one| (one.status.as_str(), one.reason.as_deref(), one.quality.as_deref()));
        let expected = match nth {
            0 => Some(("PAUSED", None, None)),
            2 => Some(("REJECTED", Some("INVALID_FORMAT"), None)),
            1 | 3 => Some(("APPROVED", None, None)),
            4..7 => Some(("APPROVED", None, Some("RED"))),
            _ => None,
        };
        assert_eq!(said, expected, "{told}");
        if let Some(one) = one.filter(|_| nth == 6) {
            assert_eq!((one.category.as_str(), one.parts.body.as_str()), ("MARKETING", "Hello {{1}}, 👋"));
            assert_eq!(one.parts.footer.as_deref(), Some("Bye"));
            assert_eq!(names(&shop.search("hello 👋").await), ["one"]);
        }
        let mut tenant = shop.fixture.enter(&shop.env).await;
        let now = crate::channel::find(&mut tenant, shop.channel).await.unwrap().rev;
        assert!(now > rev, "{told}");
        rev = now;
    }
}

#[sqlx::test(migrations = "../migrations")]
async fn what_is_told_late_or_of_a_template_that_is_not_known_has_meta_asked_instead(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let shop = shop(options, |_| {
        listing(&[template(17, "one", "APPROVED", "Hi")])
    })
    .await;
    shop.sync().await;
    let before = shop.env.now() - Duration::hours(1);
    let unknown =
        json!({ "event": "APPROVED", "message_template_id": 5, "message_template_name": "other" });
    for (value, at) in [
        (about(&json!(17), &json!({ "event": "DISABLED" })), before),
        (
            about(&json!(17), &json!({ "event": "SOMETHING_NEW" })),
            shop.env.now(),
        ),
        (unknown, shop.env.now()),
        (json!({ "event": "APPROVED" }), shop.env.now()),
        (json!(null), shop.env.now()),
        (json!([{ "event": 7 }]), shop.env.now()),
    ] {
        let asked = shop.meta.seen().len();
        shop.clock.by(Duration::seconds(1));
        shop.tell(&value, at).await;
        assert_eq!(shop.page().await.templates[0].status, "APPROVED", "{value}");
        assert_eq!(thread::work(&shop.env).await, 1, "{value}");
        assert_eq!(shop.meta.seen().len(), asked + 1, "{value}");
    }
}

#[sqlx::test(migrations = "../migrations")]
async fn a_page_that_was_asked_for_before_does_not_undo_what_was_told_since(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let shop = shop(options, |_| {
        listing(&[template(17, "one", "APPROVED", "Hi")])
    })
    .await;
    shop.sync().await;
    let later = shop.env.now() + Duration::minutes(2);
    shop.tell(&about(&json!(17), &json!({ "event": "PAUSED" })), later)
        .await;
    shop.sync().await;
    assert_eq!(shop.page().await.templates[0].status, "PAUSED");
    shop.clock.by(Duration::minutes(5));
    shop.sync().await;
    assert_eq!(shop.page().await.templates[0].status, "APPROVED");
}
