//! Where a code stands, and where it does not.

use super::*;
use sqlx::{AssertSqlSafe, Connection as _, PgConnection};

/// Everything that any table says in words or bytes, as `table.column: value`.
async fn everything(options: &PgConnectOptions) -> Vec<String> {
    let mut owner = PgConnection::connect_with(options).await.unwrap();
    let columns: Vec<(String, String)> = sqlx::query_as(
        "SELECT c.relname::text, a.attname::text FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
          WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r' AND a.attnum > 0 AND NOT a.attisdropped
            AND format_type(a.atttypid, NULL) IN ('text', 'text[]', 'json', 'jsonb', 'bytea', 'character varying')",
    )
    .fetch_all(&mut owner)
    .await
    .unwrap();
    assert!(columns.len() > 100, "{}", columns.len());
    let mut all = Vec::new();
    for (table, column) in columns {
        let sql = format!("BEGIN; ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY");
        sqlx::raw_sql(AssertSqlSafe(sql))
            .execute(&mut owner)
            .await
            .unwrap();
        let sql = format!("SELECT {column}::text FROM {table} WHERE {column} IS NOT NULL");
        let values: Vec<String> = sqlx::query_scalar(AssertSqlSafe(sql))
            .fetch_all(&mut owner)
            .await
            .unwrap();
        sqlx::raw_sql("ROLLBACK").execute(&mut owner).await.unwrap();
        let values = values.into_iter();
        all.extend(values.map(|value| format!("{table}.{column}: {value}")));
    }
    owner.close().await.unwrap();
    all
}

/// Where a word stands in clear, as text or as bytes.
fn found<'a>(all: &'a [String], word: &str) -> Vec<&'a String> {
    let bytes = hex::encode(word);
    let holds = |line: &&String| line.contains(word) || line.contains(&bytes);
    all.iter().filter(holds).collect()
}

#[sqlx::test(migrations = "../migrations")]
async fn neither_code_nor_number_stands_in_clear_in_any_table_before_or_after_it_is_sent(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let s = taking(options.clone()).await;
    let made = s.ask(PHONE).await.unwrap();
    let tried = s.ask_by(TEST, &to("+49 1512 9999999")).await.unwrap();
    let code = s.code(made.id).await;
    let mut tenant = s.enter().await;
    let log = crate::test_message::page(&s.env, &mut tenant, None)
        .await
        .unwrap();
    drop(tenant);
    let body: Value = serde_json::from_str(&log.messages[0].body).unwrap();
    let of_test = body["code"].as_str().unwrap().to_owned();
    let search = async |when: &str| {
        let all = everything(&options).await;
        assert!(
            !found(&all, "otp.requested").is_empty(),
            "the search finds what is there"
        );
        for word in [&code, &of_test, "15123456789", "15129999999"] {
            assert_eq!(found(&all, word), [""; 0], "{when}");
        }
    };
    search("before it is sent").await;
    thread::work(&s.env).await;
    assert_eq!(code_in(&s.meta.seen()[0].body), code);
    search("after it is sent").await;
    s.enter_code(made.id, &other(&code)).await.unwrap();
    s.enter_code(made.id, &code).await.unwrap();
    assert_eq!(s.view(made.id).await.state, OtpState::Verified);
    assert_eq!(s.view(tried.id).await.state, OtpState::Pending);
    search("after it was entered").await;
    // Once it is over, its hash is gone too, and the job that held it.
    let mut tenant = s.enter().await;
    let hashes: Vec<String> =
        sqlx::query_scalar("SELECT code_hash FROM otp_challenge ORDER BY test")
            .fetch_all(tenant.conn())
            .await
            .unwrap();
    assert_eq!(hashes[0], "");
    assert!(hashes[1].starts_with("$argon2id$v=19$m=19456,t=2,p=1$"));
    assert_eq!(s.count("job").await, 0);
}

#[sqlx::test(migrations = "../migrations")]
async fn the_hash_of_a_code_fits_its_own_challenge_and_pepper_alone(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let s = taking(options).await;
    let made = s.ask(PHONE).await.unwrap();
    let code = s.code(made.id).await;
    let mut tenant = s.enter().await;
    let hash: String = sqlx::query_scalar("SELECT code_hash FROM otp_challenge")
        .fetch_one(tenant.conn())
        .await
        .unwrap();
    drop(tenant);
    let fits = async |env: &Env, about: &[u8]| {
        let fits = crate::password::verify_code(env, &hash, about, &code).await;
        fits.unwrap()
    };
    assert!(fits(&s.env, made.id.0.as_bytes()).await);
    assert!(!fits(&s.env, s.env.id::<OtpId>().0.as_bytes()).await);
    let elsewhere = Env {
        keys: Arc::new(crate::crypto::Keys::new(
            crate::crypto::Rings::default(),
            zeroize::Zeroizing::new(vec![9; 32]),
        )),
        ..s.env.clone()
    };
    assert!(!fits(&elsewhere, made.id.0.as_bytes()).await);
}
