use super::*;
use crate::{account::Person, testing};
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};

#[sqlx::test(migrator = "crate::db::MIGRATOR")]
async fn letters_for_a_new_password_are_few_for_one_who_asks_whether_or_not_anybody_has_the_address(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let (env, _) = testing::env(options);
    let ana = Person::new("Ana", "ana@example.test").unwrap();
    let mut global = env.db.global().await.unwrap();
    account::create(&env, global.conn(), &ana, "")
        .await
        .unwrap();
    global.commit().await.unwrap();
    for (email, letters) in [(ana.email(), 6), ("nobody@example.test", 0)] {
        let browser = testing::browser(&env);
        for _ in 0..5 {
            forgot(&env, email, &browser).await.unwrap();
        }
        let more = forgot(&env, email, &browser).await;
        assert!(
            matches!(more, Err(Error::TooMany { .. })),
            "{email}: {more:?}"
        );
        // Whoever is somewhere else does not wait for that.
        forgot(&env, email, &testing::browser(&env)).await.unwrap();
        assert_eq!(testing::letters(&env, email).await.len(), letters);
    }
}
