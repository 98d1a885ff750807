//! Guessing.

use super::*;

#[sqlx::test(migrator = "crate::db::MIGRATOR")]
async fn two_hundred_parallel_guesses_get_exactly_five_tries_and_the_right_pin_waits_as_well(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let h = house(options).await;
    let made = h.link(None).await;
    let way = find(&h.env, token(&made), [192, 0, 2, 1].into())
        .await
        .unwrap();
    let wrong = other(&made.pin);
    let guesses = (0..200).map(|_| async {
        let browser = testing::browser(&h.env);
        came(open(&h.env, &way, &wrong, &browser).await)
    });
    let came_of = futures::future::join_all(guesses).await;
    let looked_at = came_of.iter().filter(|came| **came == Came::Wrong).count();
    assert_eq!(looked_at, 5, "{came_of:?}");
    assert_eq!(h.counted(&made).await, (5, 5));
    assert_eq!(came(h.enters(&made, &made.pin).await), Came::Waits);
    assert_eq!(h.counted(&made).await, (5, 5), "what waits is no try");
}

#[sqlx::test(migrator = "crate::db::MIGRATOR")]
async fn from_fifty_addresses_a_link_has_five_tries_all_the_same(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let h = house(options).await;
    let (made, untouched) = (h.link(None).await, h.link(None).await);
    let wrong = other(&made.pin);
    for nth in 0..50 {
        let expected = if nth < 5 { Came::Wrong } else { Came::Waits };
        assert_eq!(came(h.enters(&made, &wrong).await), expected, "{nth}");
    }
    assert_eq!(came(h.enters(&untouched, &untouched.pin).await), Came::In);
    h.clock.by(Duration::minutes(14));
    assert_eq!(came(h.enters(&made, &made.pin).await), Came::Waits);
    h.clock.by(Duration::minutes(2));
    assert_eq!(came(h.enters(&made, &made.pin).await), Came::In);
    assert_eq!(h.counted(&made).await, (0, 5), "a right one is given back");
}

#[sqlx::test(migrator = "crate::db::MIGRATOR")]
async fn an_address_has_ten_tries_however_many_links_it_tries_and_right_ones_do_not_count(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let h = house(options).await;
    let browser = testing::browser(&h.env);
    let mut links = Vec::new();
    for _ in 0..5 {
        links.push(h.link(None).await);
    }
    for made in &links {
        let right = try_pin(&h.env, token(made), &made.pin, &browser).await;
        assert_eq!(came(right), Came::In);
    }
    for nth in 0..12 {
        let made = &links[nth % links.len()];
        let answer = try_pin(&h.env, token(made), &other(&made.pin), &browser).await;
        let expected = if nth < 10 { Came::Wrong } else { Came::Waits };
        assert_eq!(came(answer), expected, "{nth}");
    }
    let right = try_pin(&h.env, token(&links[4]), &links[4].pin, &browser).await;
    assert_eq!(came(right), Came::Waits, "the address waits");
    assert_eq!(came(h.enters(&links[4], &links[4].pin).await), Came::In);
    h.clock.by(Duration::minutes(16));
    let right = try_pin(&h.env, token(&links[4]), &links[4].pin, &browser).await;
    assert_eq!(came(right), Came::In);
}

#[sqlx::test(migrator = "crate::db::MIGRATOR")]
async fn twenty_wrong_pins_close_a_link_until_the_pin_is_set_anew(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let h = house(options).await;
    let made = h.link(None).await;
    for round in 0..4 {
        for _ in 0..5 {
            let answer = h.enters(&made, &other(&made.pin)).await;
            assert_eq!(came(answer), Came::Wrong, "{round}");
        }
        if round < 3 {
            assert_eq!(came(h.enters(&made, &made.pin).await), Came::Waits);
        }
        h.clock.by(Duration::minutes(16));
        if round < 3 {
            // Whoever knows the PIN takes nothing back of what others guessed.
            assert_eq!(came(h.enters(&made, &made.pin).await), Came::In);
        }
    }
    for _ in 0..2 {
        assert_eq!(came(h.enters(&made, &made.pin).await), Came::NewPin);
        h.clock.by(Duration::days(30));
    }
    let pin = h.new_pin(&made).await;
    assert_eq!(h.counted(&made).await, (0, 0));
    assert_eq!(came(h.enters(&made, &made.pin).await), Came::Wrong);
    assert_eq!(came(h.enters(&made, &pin).await), Came::In);
    let audited = h.audited().await;
    let closed = audited.iter().filter(|action| *action == "portal.closed");
    assert_eq!(closed.count(), 3, "{audited:?}");
    assert!(audited.contains(&"portal.locked".to_owned()), "{audited:?}");
}

#[sqlx::test(migrator = "crate::db::MIGRATOR")]
async fn an_address_looks_up_thirty_links_in_a_quarter_of_an_hour(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let h = house(options).await;
    let made = h.link(None).await;
    let address = testing::browser(&h.env).address;
    for _ in 0..29 {
        let guess = hex::encode(h.env.bytes::<11>());
        let found = find(&h.env, &guess, address).await;
        assert!(matches!(found, Err(Error::NotFound)), "{found:?}");
    }
    find(&h.env, token(&made), address).await.unwrap();
    let found = find(&h.env, token(&made), address).await;
    let Err(Error::TooMany { retry_after_s }) = found else {
        panic!("{found:?}");
    };
    assert!(retry_after_s <= 15 * 60 + 1, "{retry_after_s}");
    let elsewhere = testing::browser(&h.env).address;
    find(&h.env, token(&made), elsewhere).await.unwrap();
    h.clock.by(Duration::minutes(16));
    find(&h.env, token(&made), address).await.unwrap();
}

#[sqlx::test(migrator = "crate::db::MIGRATOR")]
async fn an_address_that_is_no_link_answers_and_is_limited_as_one_with_a_wrong_pin(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let h = house(options.clone()).await;
    let (made, revoked, expired) = (
        h.link(None).await,
        h.link(None).await,
        h.link(Some(1)).await,
    );
    h.revoke(&revoked).await;
    let sql = format!(
        "UPDATE portal_link SET expires_at = now() - interval '1 second' WHERE id = '{}'",
        expired.id
    );
    testing::as_owner(&options, "portal_link", &sql).await;
    let wrong = other(&made.pin);
    let mut told = Vec::new();
    for secret in [
        token(&made),
        "AAAAAAAAAAAAAAAAAAAAAA",
        "",
        token(&revoked),
        token(&expired),
    ] {
        let mut answers = Vec::new();
        for _ in 0..6 {
            let browser = testing::browser(&h.env);
            let error = try_pin(&h.env, secret, &wrong, &browser).await.err();
            answers.push(error.expect("refused").to_string());
        }
        // How long is left is told to the second.
        let last = answers.pop().unwrap();
        assert!(last.starts_with("too many tries; wait "), "{last}");
        told.push(answers);
    }
    assert!(told.iter().all(|answers| *answers == told[0]), "{told:#?}");
    for ended in [&revoked, &expired] {
        let answer = h.enters(ended, &ended.pin).await;
        assert_ne!(came(answer), Came::In);
        let found = find(&h.env, token(ended), [192, 0, 2, 77].into()).await;
        assert!(matches!(found, Err(Error::NotFound)), "{found:?}");
    }
}

#[sqlx::test(migrator = "crate::db::MIGRATOR")]
async fn a_pin_may_be_typed_in_groups_and_nothing_else_than_the_six_digits_opens(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let h = house(options).await;
    let made = h.link(None).await;
    let long = made.pin.repeat(200_000);
    for wrong in ["", "\0", &long] {
        assert_eq!(came(h.enters(&made, wrong).await), Came::Wrong);
    }
    let typed = format!(" {} {}\n", &made.pin[..3], &made.pin[3..]);
    assert_eq!(came(h.enters(&made, &typed).await), Came::In);
}
