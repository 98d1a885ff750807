//! The lists and what is done with a conversation, and that another workspace has no part in it.

mod contact;
mod size;
mod worn;

use super::{
    assign, assign_team, close, counts, details, from_now, list, mark_read, reopen, row, snapshot,
};
use crate::{Env, Error, draft, member, message, teams, testing, testing::Fixture};
use postern_types::{
    ChannelId, ContactBrief, ConversationId, ConversationState, Event, InboxView, ListRequest, Role,
};
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use time::Duration;

struct Town {
    env: Env,
    one: Fixture,
    other: Fixture,
    channel: ChannelId,
}

async fn town(options: PgConnectOptions) -> Town {
    let (env, _) = testing::env(options);
    let one = testing::workspace(&env, "One", Role::Owner).await;
    let other = testing::workspace(&env, "Two", Role::Owner).await;
    let channel = testing::channel(&env, &one, "100").await;
    Town {
        env,
        one,
        other,
        channel,
    }
}

fn names(rows: &[postern_types::ConversationRow]) -> Vec<&str> {
    rows.iter().map(|row| row.contact.label()).collect()
}

#[sqlx::test(migrations = "../migrations")]
async fn pages_follow_each_other_without_a_gap_or_a_double(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let Town {
        env,
        one,
        other,
        channel,
    } = town(options).await;
    for minute in 0..95 {
        let heard_ago = Duration::minutes(minute / 2);
        testing::conversation(&env, &one, channel, &format!("Contact {minute}"), heard_ago).await;
    }
    let mut tenant = one.enter(&env).await;
    let mut request = ListRequest::default();
    let mut seen = Vec::new();
    loop {
        let page = list(&mut tenant, &request).await.unwrap();
        assert!(page.rows.len() <= 40);
        assert!(page.rows.is_sorted_by(|a, b| a.last_at >= b.last_at));
        seen.extend(page.rows.iter().map(|row| row.id));
        request.after = page.next;
        if request.after.is_none() {
            break;
        }
    }
    seen.sort_unstable();
    seen.dedup();
    assert_eq!(seen.len(), 95);
    let mut stranger = other.enter(&env).await;
    for view in [
        InboxView::All,
        InboxView::Mine,
        InboxView::Teams,
        InboxView::Unassigned,
        InboxView::Closing,
    ] {
        let request = ListRequest {
            view,
            ..ListRequest::default()
        };
        assert!(list(&mut stranger, &request).await.unwrap().rows.is_empty());
    }
    request.after = Some("rubbish".to_owned());
    assert!(matches!(
        list(&mut tenant, &request).await,
        Err(Error::Invalid { .. })
    ));
}

#[sqlx::test(migrations = "../migrations")]
async fn views_and_search_find_what_they_say(_: PgPoolOptions, options: PgConnectOptions) {
    let Town {
        env,
        one,
        other,
        channel,
    } = town(options).await;
    let mine =
        testing::conversation(&env, &one, channel, "Amira Haddad", Duration::minutes(1)).await;
    testing::conversation(&env, &one, channel, "Bento Sousa", Duration::minutes(2)).await;
    let done = testing::conversation(&env, &one, channel, "Citra Dewi", Duration::minutes(3)).await;
    let mut tenant = one.enter(&env).await;
    assign(&env, &mut tenant, mine, Some(one.member))
        .await
        .unwrap();
    close(&env, &mut tenant, done).await.unwrap();
    let mut read = async |view, state, search: &str| {
        let request = ListRequest {
            view,
            state,
            search: search.to_owned(),
            ..ListRequest::default()
        };
        list(&mut tenant, &request).await.unwrap().rows
    };
    let open = ConversationState::Open;
    assert_eq!(
        names(&read(InboxView::Mine, open, "").await),
        ["Amira Haddad"]
    );
    assert_eq!(
        names(&read(InboxView::Unassigned, open, "").await),
        ["Bento Sousa"]
    );
    assert_eq!(
        names(&read(InboxView::All, open, "").await),
        ["Amira Haddad", "Bento Sousa"]
    );
    assert_eq!(
        names(&read(InboxView::All, ConversationState::Closed, "").await),
        ["Citra Dewi"]
    );
    // A search looks everywhere.
    assert_eq!(
        names(&read(InboxView::Mine, open, "dew").await),
        ["Citra Dewi"]
    );
    let found = read(InboxView::All, open, "bento").await;
    let Some(ContactBrief {
        phone: Some(phone), ..
    }) = found.first().map(|row| row.contact.clone())
    else {
        panic!("Bento is found")
    };
    let digits: String = phone.chars().filter(char::is_ascii_digit).collect();
    if digits.len() >= 6 {
        assert!(names(&read(InboxView::All, open, &digits[2..]).await).contains(&"Bento Sousa"));
    }
    assert!(read(InboxView::All, open, "nobody").await.is_empty());
    let mut stranger = other.enter(&env).await;
    let request = ListRequest {
        search: "bento".to_owned(),
        ..ListRequest::default()
    };
    assert!(list(&mut stranger, &request).await.unwrap().rows.is_empty());
}

#[sqlx::test(migrations = "../migrations")]
async fn another_workspace_does_nothing_to_a_conversation_and_learns_nothing(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let Town {
        env,
        one,
        other,
        channel,
    } = town(options).await;
    let id = testing::conversation(&env, &one, channel, "Amira", Duration::minutes(1)).await;
    let absent: ConversationId = env.id();
    let mut tenant = other.enter(&env).await;
    for id in [id, absent] {
        // What is another's answers as what is not there.
        assert!(matches!(row(&mut tenant, id).await, Err(Error::NotFound)));
        assert!(matches!(
            details(&mut tenant, id).await,
            Err(Error::NotFound)
        ));
        assert!(matches!(
            assign(&env, &mut tenant, id, None).await,
            Err(Error::NotFound)
        ));
        assert!(matches!(
            close(&env, &mut tenant, id).await,
            Err(Error::NotFound)
        ));
        assert!(matches!(
            reopen(&env, &mut tenant, id).await,
            Err(Error::NotFound)
        ));
        assert!(matches!(
            mark_read(&env, &mut tenant, id).await,
            Err(Error::NotFound)
        ));
        assert!(matches!(
            message::thread(&mut tenant, id, None).await,
            Err(Error::NotFound)
        ));
        tenant.mark().await.unwrap();
        assert!(matches!(
            draft::save(&env, &mut tenant, id, "mine", false).await,
            Err(Error::NotFound)
        ));
        tenant.undo().await.unwrap();
    }
    tenant.commit().await.unwrap();
    let mut tenant = one.enter(&env).await;
    let kept = row(&mut tenant, id).await.unwrap();
    assert_eq!((kept.rev, kept.state), (1, ConversationState::Open));
}

#[sqlx::test(migrations = "../migrations")]
async fn closing_and_reopening_tell_the_feed_and_meet_a_newer_one(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let Town {
        env, one, channel, ..
    } = town(options).await;
    let id = testing::conversation(&env, &one, channel, "Amira", Duration::minutes(1)).await;
    let mut tenant = one.enter(&env).await;
    let mut cursor = crate::testing::end(&mut tenant).await;
    let closed = close(&env, &mut tenant, id).await.unwrap();
    assert_eq!((closed.state, closed.rev), (ConversationState::Closed, 2));
    tenant.commit().await.unwrap();
    let mut tenant = one.enter(&env).await;
    let told = testing::feed(&mut tenant, &mut cursor).await;
    assert!(
        matches!(told.last(), Some(Event::Conversation { conversation }) if *conversation == closed)
    );
    // The contact wrote again meanwhile: there is a newer open one.
    sqlx::query(
        "INSERT INTO conversation (workspace_id, id, contact_id, channel_id, state, last_at, opened_at)
         SELECT workspace_id, $2, contact_id, channel_id, 'open', last_at, opened_at FROM conversation
          WHERE workspace_id = $1",
    )
    .bind(one.workspace.0)
    .bind(env.id::<uuid::Uuid>())
    .execute(tenant.conn())
    .await
    .unwrap();
    tenant.mark().await.unwrap();
    assert!(matches!(
        reopen(&env, &mut tenant, id).await,
        Err(Error::Conflict(_))
    ));
    tenant.undo().await.unwrap();
}

#[sqlx::test(migrations = "../migrations")]
async fn a_conversation_goes_to_members_of_its_workspace_alone(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let Town {
        env,
        one,
        other,
        channel,
    } = town(options).await;
    let id = testing::conversation(&env, &one, channel, "Amira", Duration::minutes(1)).await;
    let (colleague, _) = testing::person(&env, "Colleague").await;
    let mut tenant = one.enter(&env).await;
    let colleague = member::add(&env, &mut tenant, colleague, Role::Agent)
        .await
        .unwrap();
    let row = assign(&env, &mut tenant, id, Some(colleague))
        .await
        .unwrap();
    assert_eq!(row.assignee, Some(colleague));
    assert!(matches!(
        assign(&env, &mut tenant, id, Some(other.member)).await,
        Err(Error::NotFound)
    ));
    let unassigned = assign(&env, &mut tenant, id, None).await.unwrap();
    assert_eq!(unassigned.assignee, None);
}

#[sqlx::test(migrations = "../migrations")]
async fn a_snapshot_and_its_place_in_the_feed_leave_nothing_out(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let Town {
        env, one, channel, ..
    } = town(options).await;
    let id = testing::conversation(&env, &one, channel, "Amira", Duration::minutes(1)).await;
    let mut late = one.enter(&env).await;
    // Not committed when the snapshot is read, and older than its place.
    assign(&env, &mut late, id, Some(one.member)).await.unwrap();
    let mut tenant = one.enter(&env).await;
    let snapshot = snapshot(&env, &mut tenant, &ListRequest::default())
        .await
        .unwrap();
    assert_eq!(snapshot.page.rows[0].assignee, None);
    assert_eq!((snapshot.members.len(), snapshot.channels.len()), (1, 1));
    assert_eq!(
        counts(&env, &mut tenant, &[]).await.unwrap(),
        snapshot.counts
    );
    late.commit().await.unwrap();
    let mut cursor = snapshot.cursor;
    let told = testing::feed(&mut tenant, &mut cursor).await;
    assert!(
        matches!(told.last(), Some(Event::Conversation { conversation }) if conversation.assignee.is_some()),
        "the late one comes over the feed"
    );
}

#[sqlx::test(migrations = "../migrations")]
async fn my_teams_are_those_that_the_reader_is_in_and_read_page_by_page(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let Town { env, .. } = town(options).await;
    let owner = testing::workspace(&env, "Harbour", Role::Owner).await;
    let stranger = testing::workspace(&env, "Other", Role::Owner).await;
    let channel = testing::channel(&env, &owner, "300").await;
    let mut tenant = owner.enter(&env).await;
    let mut teams = Vec::new();
    for name in ["One", "Two", "Theirs"] {
        teams.push(teams::create(&env, &mut tenant, name).await.unwrap());
    }
    for team in &teams[..2] {
        teams::add(&env, &mut tenant, *team, owner.member)
            .await
            .unwrap();
    }
    tenant.commit().await.unwrap();
    let mut expected = Vec::new();
    for minute in 0..100_usize {
        let heard_ago = Duration::minutes(minute.try_into().unwrap());
        let id =
            testing::conversation(&env, &owner, channel, &format!("N{minute}"), heard_ago).await;
        let mut tenant = owner.enter(&env).await;
        // The last of four is in no team.
        if let Some(team) = teams.get(minute % 4) {
            assign_team(&env, &mut tenant, id, Some(*team))
                .await
                .unwrap();
        }
        if minute == 1 {
            close(&env, &mut tenant, id).await.unwrap();
        } else if minute % 4 < 2 {
            expected.push(id);
        }
        tenant.commit().await.unwrap();
    }
    let mut tenant = owner.enter(&env).await;
    let mut request = ListRequest {
        view: InboxView::Teams,
        ..ListRequest::default()
    };
    let (mut read, mut pages) = (Vec::new(), 0);
    loop {
        let page = list(&mut tenant, &request).await.unwrap();
        read.extend(page.rows.iter().map(|row| row.id));
        pages += 1;
        request.after = page.next;
        if request.after.is_none() {
            break;
        }
    }
    assert_eq!((read, pages), (expected, 2));
    request.state = ConversationState::Closed;
    assert_eq!(list(&mut tenant, &request).await.unwrap().rows.len(), 1);
    let snapshot = snapshot(&env, &mut tenant, &request).await.unwrap();
    let mine: Vec<_> = snapshot
        .teams
        .iter()
        .map(|team| (team.name.as_str(), team.mine))
        .collect();
    assert_eq!(mine, [("One", true), ("Theirs", false), ("Two", true)]);
    // Another workspace has none of it.
    let mut tenant = stranger.enter(&env).await;
    for state in [ConversationState::Open, ConversationState::Closed] {
        request.state = state;
        assert!(list(&mut tenant, &request).await.unwrap().rows.is_empty());
    }
}
