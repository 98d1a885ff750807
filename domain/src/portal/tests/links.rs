//! Making, listing and sending.

use super::*;
use crate::draft;
use postern_types::{Event, LinkState, Side};

#[sqlx::test(migrator = "crate::db::MIGRATOR")]
async fn a_link_has_128_bits_and_its_pin_six_digits_and_neither_is_kept(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let h = house(options).await;
    let made = h.link(Some(7)).await;
    let secret = token(&made);
    assert_eq!(
        made.address,
        format!("https://portal.example.test/p/{secret}")
    );
    assert!(
        secret.len() == 22
            && secret
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_'),
        "{secret}"
    );
    assert!(made.pin.len() == 6 && made.pin.bytes().all(|b| b.is_ascii_digit()));
    let mut tenant = h.owner.enter(&h.env).await;
    let row: String = sqlx::query_scalar("SELECT l::text FROM portal_link l")
        .fetch_one(tenant.conn())
        .await
        .unwrap();
    assert!(row.contains(&hex::encode(crypto::sha256(secret.as_bytes()))));
    assert!(row.contains("$argon2id$v=19$m=19456,t=2,p=1$"), "{row}");
    assert!(!row.contains(secret) && !row.contains(&hex::encode(secret)));
    drop(tenant);
    let again = h.link(None).await;
    assert_ne!(token(&again), secret);
    let visit = h.opened(&made).await.visit;
    let mut tenant = enter(&h.env, &visit).await.unwrap();
    let contacts: Vec<ContactId> = sqlx::query_scalar("SELECT id FROM contact")
        .fetch_all(tenant.conn())
        .await
        .unwrap();
    assert_eq!(contacts, [h.contact], "they see themselves");
}

#[sqlx::test(migrator = "crate::db::MIGRATOR")]
async fn a_link_lasts_a_day_to_a_year_or_for_ever_and_a_contact_has_twenty(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let h = house(options).await;
    let secrets = draw(&h.env).await.unwrap();
    let mut tenant = h.owner.enter(&h.env).await;
    for days in [0, 366, u16::MAX] {
        let form = NewLink { days: Some(days) };
        let refused = make(&h.env, &mut tenant, h.contact, &form, &secrets).await;
        assert!(
            matches!(refused, Err(Error::Invalid { field: "days", .. })),
            "{refused:?}"
        );
    }
    drop(tenant);
    let (day, year, lasting) = (
        h.link(Some(1)).await,
        h.link(Some(365)).await,
        h.link(None).await,
    );
    h.clock.by(Duration::days(366));
    let mut tenant = h.owner.enter(&h.env).await;
    let links = list(&h.env, &mut tenant, h.contact).await.unwrap();
    let states: Vec<_> = links.iter().map(|link| (link.id, link.state)).collect();
    assert_eq!(
        states,
        [
            (lasting.id, LinkState::Open),
            (year.id, LinkState::Expired),
            (day.id, LinkState::Expired),
        ]
    );
    for _ in 1..20 {
        let secrets = draw(&h.env).await.unwrap();
        let form = NewLink { days: Some(1) };
        make(&h.env, &mut tenant, h.contact, &form, &secrets)
            .await
            .unwrap();
    }
    let form = NewLink { days: None };
    let refused = make(&h.env, &mut tenant, h.contact, &form, &secrets).await;
    assert!(matches!(refused, Err(Error::Conflict(_))), "{refused:?}");
}

#[sqlx::test(migrator = "crate::db::MIGRATOR")]
async fn members_see_how_a_link_stands_and_pages_hear_of_each_change(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let h = house(options).await;
    let mut tenant = h.owner.enter(&h.env).await;
    let mut cursor = crate::testing::end(&mut tenant).await;
    drop(tenant);
    let made = h.link(None).await;
    let one = async || {
        let mut tenant = h.owner.enter(&h.env).await;
        let mut links = list(&h.env, &mut tenant, h.contact).await.unwrap();
        links.pop().unwrap()
    };
    let fresh = one().await;
    assert_eq!(fresh.author, Some(h.owner.member));
    assert_eq!(
        (fresh.state, fresh.used, fresh.browsers, fresh.expires),
        (LinkState::Open, None, 0, None)
    );
    h.opened(&made).await;
    let used = one().await;
    assert!(used.used.is_some() && used.browsers == 1);
    for _ in 0..5 {
        h.enters(&made, &other(&made.pin)).await.err();
    }
    let closed = one().await;
    assert_eq!(closed.state, LinkState::Closed);
    assert!(closed.closed_until.is_some() && closed.browsers == 1);
    h.new_pin(&made).await;
    let anew = one().await;
    assert_eq!((anew.state, anew.browsers), (LinkState::Open, 0));
    assert!(anew.pin_set >= fresh.pin_set);
    h.revoke(&made).await;
    assert_eq!(one().await.state, LinkState::Revoked);

    let mut tenant = h.owner.enter(&h.env).await;
    let mut told = testing::feed(&mut tenant, &mut cursor).await;
    // Of the owner it may tell that they came.
    told.retain(|event| matches!(event, Event::Side { .. }));
    let side = Event::Side {
        what: Side::Portal,
        id: h.contact.0,
    };
    // Made, opened, closed, set anew, revoked.
    assert_eq!(told, vec![side; 5]);
    drop(tenant);
    assert_eq!(
        h.audited().await,
        [
            "portal.link_made",
            "portal.opened",
            "portal.closed",
            "portal.pin_reset",
            "portal.link_revoked"
        ]
    );
}

#[sqlx::test(migrator = "crate::db::MIGRATOR")]
async fn the_address_goes_into_the_chat_while_the_window_is_open_and_the_pin_never_does(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let h = house(options).await;
    let (made, other) = (h.link(None).await, h.link(None).await);
    let mut tenant = h.owner.enter(&h.env).await;
    draft::save(&h.env, &mut tenant, h.talk, "half a sen", false)
        .await
        .unwrap();
    for strange in [&*other.address, "", "https://portal.example.test/p/"] {
        let refused = send(&h.env, &mut tenant, made.id, strange).await;
        assert!(matches!(refused, Err(Error::NotFound)), "{strange}");
    }
    send(&h.env, &mut tenant, made.id, &made.address)
        .await
        .unwrap();
    let said: Vec<String> = sqlx::query_scalar("SELECT body FROM message WHERE direction = 'out'")
        .fetch_all(tenant.conn())
        .await
        .unwrap();
    assert_eq!(said.len(), 1);
    assert!(said[0].contains(&made.address) && !said[0].contains(&made.pin));
    let drafts: Vec<String> = sqlx::query_scalar("SELECT body FROM draft")
        .fetch_all(tenant.conn())
        .await
        .unwrap();
    assert_eq!(drafts, ["half a sen"], "what was being written stays");
    tenant.commit().await.unwrap();

    h.clock.by(Duration::hours(25));
    let mut tenant = h.owner.enter(&h.env).await;
    let late = send(&h.env, &mut tenant, made.id, &made.address).await;
    assert!(matches!(late, Err(Error::WindowClosed)), "{late:?}");
    sqlx::query("UPDATE conversation SET state = 'closed', closed_at = now()")
        .execute(tenant.conn())
        .await
        .unwrap();
    let nowhere = send(&h.env, &mut tenant, made.id, &made.address).await;
    assert!(matches!(nowhere, Err(Error::Conflict(_))), "{nowhere:?}");
    tenant.commit().await.unwrap();
    h.revoke(&made).await;
    let mut tenant = h.owner.enter(&h.env).await;
    let ended = send(&h.env, &mut tenant, made.id, &made.address).await;
    assert!(matches!(ended, Err(Error::NotFound)), "{ended:?}");
}

#[sqlx::test(migrator = "crate::db::MIGRATOR")]
async fn links_of_a_contact_who_was_merged_are_listed_and_ended_with_the_other_one(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let h = house(options).await;
    let (kept, _) = guest(&h.env, &h.owner, "200").await;
    let made = h.link(None).await;
    let mut tenant = h.owner.enter(&h.env).await;
    crate::contact::merge(&h.env, &mut tenant, kept, h.contact)
        .await
        .unwrap();
    let links = list(&h.env, &mut tenant, kept).await.unwrap();
    assert_eq!(links.len(), 1);
    let secrets = draw(&h.env).await.unwrap();
    let form = NewLink { days: None };
    let gone = make(&h.env, &mut tenant, h.contact, &form, &secrets).await;
    assert!(matches!(gone, Err(Error::NotFound)), "{gone:?}");
    assert_eq!(revoke_all(&h.env, &mut tenant, kept).await.unwrap(), 1);
    tenant.commit().await.unwrap();
    assert_eq!(came(h.enters(&made, &made.pin).await), Came::Wrong);
}

#[sqlx::test(migrator = "crate::db::MIGRATOR")]
async fn a_link_that_goes_to_another_contact_ends_its_visits_and_no_others(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let h = house(options).await;
    let (kept, _) = guest(&h.env, &h.owner, "200").await;
    let made = h.link(None).await;
    let visit = h.opened(&made).await.visit;
    let secrets = draw(&h.env).await.unwrap();
    let mut tenant = h.owner.enter(&h.env).await;
    let form = NewLink { days: None };
    let theirs = make(&h.env, &mut tenant, kept, &form, &secrets)
        .await
        .unwrap();
    tenant.commit().await.unwrap();
    let stays = h.opened(&theirs).await.visit;
    let stands = async |visit: &Visit| enter(&h.env, visit).await.is_ok();
    assert!(stands(&visit).await && stands(&stays).await);

    let mut watch = watch(&h.env, &visit).await.unwrap();
    let mut tenant = h.owner.enter(&h.env).await;
    let merge = crate::contact::merge(&h.env, &mut tenant, kept, h.contact)
        .await
        .unwrap();
    tenant.commit().await.unwrap();
    assert!(!stands(&visit).await && stands(&stays).await);
    assert_eq!(watch.rung().await, Rung::Right, "an open page hears of it");

    // The PIN opens it anew, and what it shows then is not kept when the two are parted.
    let again = h.opened(&made).await.visit;
    assert!(stands(&again).await);
    let mut tenant = h.owner.enter(&h.env).await;
    crate::contact::undo(&h.env, &mut tenant, merge)
        .await
        .unwrap();
    tenant.commit().await.unwrap();
    assert!(!stands(&again).await && stands(&stays).await);
    let moved = h.audited().await;
    let moved = moved.iter().filter(|line| *line == "portal.link_moved");
    assert_eq!(moved.count(), 2);
}

#[sqlx::test(migrations = "../migrations")]
async fn a_contact_has_twenty_links_also_when_they_are_made_at_once(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let h = house(options).await;
    for _ in 0..18 {
        h.link(None).await;
    }
    let try_one = async || {
        let secrets = draw(&h.env).await.unwrap();
        let mut tenant = h.owner.enter(&h.env).await;
        make(
            &h.env,
            &mut tenant,
            h.contact,
            &NewLink { days: None },
            &secrets,
        )
        .await?;
        tenant.commit().await
    };
    let all = futures::future::join_all((0..5).map(|_| try_one())).await;
    assert_eq!(all.iter().filter(|made| made.is_ok()).count(), 2);
}
