//! A person who goes takes their name along, from every table there is; what they wrote stays.

use super::*;
use crate::{
    account::{self, Person},
    conversation, draft, factor, job, member, message, session,
    testing::{self, Fixture},
};
use postern_types::{Compose, Event, MemberId, Role};
use sqlx::{
    AssertSqlSafe, Connection as _, PgConnection,
    postgres::{PgConnectOptions, PgPoolOptions},
};

const PASSWORD: &str = "correct horse";
const NAME: &str = "Zora Quist";

/// What stays, as a number: what they wrote and what was done to them.
const STAYS: [&str; 2] = ["member", "account_audit"];

struct Somebody {
    account: AccountId,
    session: SessionId,
    email: String,
    member: MemberId,
}

async fn somebody(env: &Env, house: &Fixture) -> Somebody {
    let email = "zora.quist@example.test".to_owned();
    let (account, session) = testing::person(env, NAME).await;
    let mut global = env.db.global().await.unwrap();
    sqlx::query("UPDATE account SET email = $2 WHERE id = $1")
        .bind(account.0)
        .bind(&email)
        .execute(global.conn())
        .await
        .unwrap();
    global.commit().await.unwrap();
    testing::set_password(env, session, PASSWORD).await;
    let mut tenant = env.db.operator(house.workspace).await.unwrap();
    let member = member::add(env, &mut tenant, account, Role::Agent)
        .await
        .unwrap();
    tenant.commit().await.unwrap();
    Somebody {
        account,
        session,
        email,
        member,
    }
}

fn form(email: &str, password: &str, code: &str) -> EraseAccount {
    EraseAccount {
        email: email.to_owned(),
        password: password.to_owned(),
        code: code.to_owned(),
        passkey: None,
    }
}

async fn owner(options: &PgConnectOptions) -> PgConnection {
    let mut owner = PgConnection::connect_with(options).await.unwrap();
    sqlx::raw_sql(
        "DO $$ DECLARE t text; BEGIN FOR t IN SELECT c.relname FROM pg_class c
            WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r' AND c.relrowsecurity LOOP
            EXECUTE format('ALTER TABLE %I NO FORCE ROW LEVEL SECURITY', t); END LOOP; END $$",
    )
    .execute(&mut owner)
    .await
    .unwrap();
    owner
}

/// Rows that name the person or a browser of theirs, by table.
async fn named(owner: &mut PgConnection, account: AccountId) -> Vec<(String, i64)> {
    let columns: Vec<(String, String, bool)> = sqlx::query_as(
        "SELECT c.relname::text, a.attname::text, k.confrelid = 'session'::regclass
           FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid
           JOIN pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = k.conkey[1]
          WHERE k.contype = 'f' AND k.confrelid IN ('account'::regclass, 'session'::regclass) ORDER BY 1, 2",
    )
    .fetch_all(&mut *owner)
    .await
    .unwrap();
    let mut counts = Vec::new();
    for (table, column, browser) in columns {
        let whose = if browser {
            format!("{column} IN (SELECT id FROM session WHERE account_id = $1)")
        } else {
            format!("{column} = $1")
        };
        let sql = format!("SELECT count(*) FROM {table} WHERE {whose}");
        let rows = sqlx::query_scalar(AssertSqlSafe(sql))
            .bind(account.0)
            .fetch_one(&mut *owner)
            .await
            .unwrap();
        counts.push((format!("{table}.{column}"), rows));
    }
    counts
}

/// Tables in which a word stands anywhere.
async fn holding(owner: &mut PgConnection, word: &str) -> Vec<String> {
    let tables: Vec<String> = sqlx::query_scalar(
        "SELECT c.relname::text FROM pg_class c WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r'",
    )
    .fetch_all(&mut *owner)
    .await
    .unwrap();
    let mut found = Vec::new();
    for table in tables {
        let sql = format!("SELECT count(*) FROM {table} t WHERE t::text ILIKE '%' || $1 || '%'");
        let rows: i64 = sqlx::query_scalar(AssertSqlSafe(sql))
            .bind(word)
            .fetch_one(&mut *owner)
            .await
            .unwrap();
        if rows > 0 {
            found.push(table);
        }
    }
    found
}

/// Something of the person in every table that can hold something.
async fn fill(env: &Env, house: &Fixture, who: &Somebody) -> postern_types::ConversationId {
    let channel = testing::channel(env, house, "100").await;
    let thread = testing::thread::conversation(env, house, channel, "4915112345678").await;
    let mut tenant = env
        .db
        .member(who.session, house.workspace, Role::Agent)
        .await
        .unwrap();
    conversation::assign(env, &mut tenant, thread, Some(who.member))
        .await
        .unwrap();
    let note = Compose {
        id: env.id(),
        conversation: thread,
        text: "a note".to_owned(),
        note: true,
        reply_to: None,
        sends: None,
    };
    message::compose(env, &mut tenant, &note).await.unwrap();
    draft::save(env, &mut tenant, thread, "half", false)
        .await
        .unwrap();
    let (session, account, workspace) = (who.session, who.account, house.workspace);
    let rest = format!(
        "INSERT INTO session (id, account_id, token_hash, rotated_at, device, label, created_at, expires_at, seen_at, ended_at)
             VALUES (gen_random_uuid(), '{account}', 'other', now(), 'd', 'Zora''s', now(), now(), now(), now());
         INSERT INTO session_spent VALUES ('spent', '{session}');
         INSERT INTO live_ticket VALUES ('ticket', '{workspace}', '{session}', now());
         INSERT INTO member_access (workspace_id, session_id, member_id, seen_at)
             VALUES ('{workspace}', '{session}', '{member}', now());
         INSERT INTO account_link VALUES ('link', 'not_me', '{account}', '{email}', now());
         INSERT INTO mailed_code (id, ticket_hash, purpose, account_id, code_hash, sealed, expires_at)
             VALUES (gen_random_uuid(), 'code', 'email', '{account}', '', '', now());
         INSERT INTO factor_step VALUES ('step', '{account}', 'd', 0, now());
         INSERT INTO passkey (id, account_id, credential_id, data, name, created_at)
             VALUES (gen_random_uuid(), '{account}', 'key', '{{}}', 'Zora''s phone', now());
         INSERT INTO passkey_state (id, ticket_hash, purpose, account_id, session_id, sealed, expires_at)
             VALUES (gen_random_uuid(), 'question', 'enrol', '{account}', '{session}', '', now());
         INSERT INTO account_identity VALUES ('https://accounts.example', '1', 'google', '{account}', '{email}', now());
         INSERT INTO account_setting (account_id) VALUES ('{account}');
         INSERT INTO oidc_way (state_hash, browser_hash, provider, session_id, expires_at)
             VALUES ('state', 'browser', 'google', '{session}', now());
         INSERT INTO trusted_device (account_id, device, until, label) VALUES ('{account}', 'd', now(), 'Zora''s');
         INSERT INTO account_audit VALUES (gen_random_uuid(), '{account}', now(), 'sign_in', '203.0.113.77');
         INSERT INTO invitation (workspace_id, id, token_hash, email, role, sent_at, expires_at, ended_at)
             VALUES ('{workspace}', gen_random_uuid(), 'mailed', '{email}', 'agent', now(), now(), now());
         UPDATE member SET asked_from = '203.0.113.0/24' WHERE id = '{member}'",
        member = who.member,
        email = who.email,
    );
    sqlx::raw_sql(AssertSqlSafe(rest))
        .execute(tenant.conn())
        .await
        .unwrap();
    let waiting = Letter::new("New sign-in to your account").words("It waits.");
    mail::put(env, tenant.conn(), &who.email, &waiting)
        .await
        .unwrap();
    tenant.commit().await.unwrap();
    thread
}

#[sqlx::test(migrations = "../migrations")]
async fn nothing_that_names_a_person_is_left_in_any_table(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let (env, _) = testing::env(options.clone());
    let house = testing::workspace(&env, "Harbour", Role::Owner).await;
    let who = somebody(&env, &house).await;
    let seed = factor::begin_totp(&env, who.session, PASSWORD)
        .await
        .unwrap();
    let code = factor::shown(&env, &seed.secret);
    let codes = factor::confirm_totp(&env, who.session, &code)
        .await
        .unwrap();
    let thread = fill(&env, &house, &who).await;
    let mut owner = owner(&options).await;
    let before = named(&mut owner, who.account).await;
    let empty: Vec<_> = before.iter().filter(|(_, rows)| *rows == 0).collect();
    assert!(empty.is_empty(), "the person has these too: {empty:?}");

    let mut tenant = house.enter(&env).await;
    let mut cursor = crate::testing::end(&mut tenant).await;
    tenant.commit().await.unwrap();
    for (email, password, code, at) in [
        ("zora@example.test", PASSWORD, codes[0].as_str(), "email"),
        (&who.email, "wrong horse", &codes[0], "password"),
        (&who.email, PASSWORD, "", "code"),
        (&who.email, PASSWORD, &code, "code"),
    ] {
        let refused = erase(&env, who.session, &form(email, password, code)).await;
        assert!(
            matches!(&refused, Err(Error::Invalid { field, .. }) if *field == at),
            "{at}: {refused:?}"
        );
    }
    let mut bells = env.wake.listen();
    erase(
        &env,
        who.session,
        &form(" Zora.Quist@example.TEST ", PASSWORD, &codes[0]),
    )
    .await
    .unwrap();
    let rung: Vec<_> = std::iter::from_fn(|| bells.try_recv().ok()).collect();
    assert!(rung.contains(&Signal::Account(who.account)));

    for (place, rows) in named(&mut owner, who.account).await {
        let stays = STAYS
            .iter()
            .any(|table| place.starts_with(&format!("{table}.")));
        assert_eq!(rows > 0, stays, "{place}");
    }
    for word in [NAME, "zora", who.email.as_str(), "203.0.113"] {
        let found = holding(&mut owner, word).await;
        assert!(found.is_empty(), "{word} stands in {found:?}");
    }
    let over = env
        .db
        .member(who.session, house.workspace, Role::Agent)
        .await
        .map(drop);
    assert!(matches!(over, Err(Error::Unauthorized)), "{over:?}");
    let letters = testing::letters(&env, &who.email).await;
    let subjects: Vec<_> = letters
        .iter()
        .map(|letter| letter.subject.as_str())
        .collect();
    assert_eq!(subjects, ["Your account was deleted"]);

    let mut tenant = house.enter(&env).await;
    let row = conversation::details(&mut tenant, thread).await.unwrap();
    assert_eq!(row.row.assignee, None);
    let lines = message::thread(&mut tenant, thread, None).await.unwrap();
    let line = lines.messages.last().unwrap();
    assert_eq!(
        line.author,
        Some(who.member),
        "what they wrote stays theirs"
    );
    let colleagues = member::list(&mut tenant).await.unwrap();
    let left = colleagues.iter().find(|one| one.id == who.member).unwrap();
    assert_eq!((left.name.as_str(), left.active), (NOBODY, false));
    let told = testing::feed(&mut tenant, &mut cursor).await;
    let names: Vec<_> = told
        .iter()
        .filter_map(|event| match event {
            Event::Member { member } => Some(member.name.as_str()),
            _ => None,
        })
        .collect();
    assert_eq!(names, [NOBODY]);
    drop(tenant);

    // The address is free.
    let again = Person::new("Zora again", &who.email).unwrap();
    let mut global = env.db.global().await.unwrap();
    account::create(&env, global.conn(), &again, "")
        .await
        .unwrap();
    drop(global);
    let sweeps = job::sweep(&env).await;
    assert!(sweeps.is_ok());
}

#[sqlx::test(migrator = "crate::db::MIGRATOR")]
async fn the_last_owner_is_told_which_workspaces_hold_them(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let (env, _) = testing::env(options);
    let house = testing::workspace(&env, "Harbour", Role::Owner).await;
    testing::set_password(&env, house.session, PASSWORD).await;
    let places = leaving(&env, house.session).await.unwrap().places;
    assert_eq!(
        places,
        [LeavingPlace {
            name: "Harbour".to_owned(),
            alone: true
        }]
    );
    let mut global = env.db.global().await.unwrap();
    let email = signed(global.conn(), house.session).await.unwrap().email;
    drop(global);
    let refused = erase(&env, house.session, &form(&email, PASSWORD, "")).await;
    let Err(Error::Conflict(words)) = refused else {
        panic!("{refused:?}");
    };
    assert!(words.contains("the last owner of Harbour"), "{words}");

    // With another owner they go.
    let (other, theirs) = testing::person(&env, "Bo").await;
    let mut tenant = env.db.operator(house.workspace).await.unwrap();
    member::add(&env, &mut tenant, other, Role::Owner)
        .await
        .unwrap();
    tenant.commit().await.unwrap();
    assert!(!leaving(&env, house.session).await.unwrap().places[0].alone);
    erase(&env, house.session, &form(&email, PASSWORD, ""))
        .await
        .unwrap();
    let over = session::list(&env, house.session).await;
    assert!(matches!(over, Err(Error::Unauthorized)));
    let mut tenant = env
        .db
        .member(theirs, house.workspace, Role::Owner)
        .await
        .unwrap();
    let team = crate::team::show(&env, &mut tenant).await.unwrap();
    assert_eq!(team.members.len(), 1);
}

#[sqlx::test(migrator = "crate::db::MIGRATOR")]
async fn whoever_waits_or_is_suspended_goes_all_the_same_and_takes_nobody_else_along(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let (env, _) = testing::env(options);
    let house = testing::workspace(&env, "Harbour", Role::Owner).await;
    let quay = testing::workspace(&env, "Quay", Role::Owner).await;
    let who = somebody(&env, &house).await;
    let mut tenant = env.db.operator(quay.workspace).await.unwrap();
    member::ask(&env, &mut tenant, who.account, Role::Agent, "net")
        .await
        .unwrap();
    tenant.commit().await.unwrap();
    let mut tenant = house.enter(&env).await;
    member::suspend(&env, &mut tenant, who.member)
        .await
        .unwrap();
    tenant.commit().await.unwrap();
    // Leaving for good is one's own: nobody comes into a workspace by it where they never were.
    let shed = testing::workspace(&env, "Shed", Role::Owner).await;
    let never = env.db.leaving(who.session, shed.workspace).await.map(drop);
    assert!(matches!(never, Err(Error::NotFound)));

    erase(&env, who.session, &form(&who.email, PASSWORD, ""))
        .await
        .unwrap();
    for place in [&house, &quay] {
        let mut tenant = place.enter(&env).await;
        let team = crate::team::show(&env, &mut tenant).await.unwrap();
        assert_eq!(team.members.len(), 1, "its owner is there alone");
    }
}
