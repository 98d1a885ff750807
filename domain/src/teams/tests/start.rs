//! A limited agent who writes to a number that may be somebody else's.

use super::{
    attack::{KNOWN, fill},
    *,
};
use crate::template;
use postern_types::{MessageView, StartConversation, TemplateFill, TemplateId};

/// Nobody's number.
const NEW: &str = "4915112345678";

impl House {
    /// A template that asks for nothing.
    async fn template(&self, category: &str) -> TemplateId {
        let id: TemplateId = self.env.id();
        let mut tenant = self.owner.enter(&self.env).await;
        sqlx::query(
            r#"INSERT INTO template (workspace_id, id, account_id, meta_id, name, language, category, status, named,
                                     components, sought, told_at, listed_at, updated_at)
               SELECT $1, $2, account_id, $2::text, lower($4), 'en', $4, 'APPROVED', false,
                      '[{"type":"BODY","text":"Hi"}]', '', now(), now(), now() FROM channel WHERE workspace_id = $1 AND id = $3"#,
        )
        .bind(self.owner.workspace.0)
        .bind(id.0)
        .bind(self.channel.0)
        .bind(category)
        .execute(tenant.conn())
        .await
        .unwrap();
        tenant.commit().await.unwrap();
        id
    }

    /// As its server function does.
    async fn start(&self, who: Who, phone: &str, template: TemplateId) -> Result<MessageView> {
        let asked = StartConversation {
            id: self.env.id(),
            channel: self.channel,
            phone: format!("+{phone}"),
            template,
            fill: TemplateFill::default(),
        };
        let mut tenant = self.enter(who).await;
        let begun = template::start(&self.env, &mut tenant, &asked).await;
        assert_eq!(tenant.limited().await.unwrap(), who == self.ana);
        tenant.commit().await.unwrap();
        begun
    }

    /// What a start leaves behind: contacts, conversations, messages, jobs; and lines of the audit that tell of a refusal.
    async fn left(&self) -> ([i64; 4], i64) {
        let mut tenant = self.owner.enter(&self.env).await;
        let left: Vec<i64> = sqlx::query_scalar(
            "SELECT (SELECT count(*) FROM contact) UNION ALL SELECT (SELECT count(*) FROM conversation)
             UNION ALL SELECT (SELECT count(*) FROM message) UNION ALL SELECT (SELECT count(*) FROM job)
             UNION ALL SELECT (SELECT count(*) FROM audit WHERE action = 'conversation.refused')",
        )
        .fetch_all(tenant.conn())
        .await
        .unwrap();
        ([left[0], left[1], left[2], left[3]], left[4])
    }

    /// The holder of that number wants no marketing; the newest contact when none is told.
    async fn stops_marketing(&self, phone: &str) {
        let mut tenant = self.owner.enter(&self.env).await;
        let stopped = sqlx::query(
            "UPDATE contact SET marketing_stopped_at = now()
              WHERE id IN (SELECT contact_id FROM contact_identity WHERE value = $1)",
        )
        .bind(phone)
        .execute(tenant.conn())
        .await
        .unwrap();
        assert_eq!(stopped.rows_affected(), 1);
        tenant.commit().await.unwrap();
    }
}

fn refusal(answer: Result<MessageView>) -> String {
    match answer {
        Err(Error::Conflict(words)) => words.to_string(),
        other => panic!("{other:?}"),
    }
}

#[sqlx::test(migrator = "crate::db::MIGRATOR")]
async fn a_number_that_somebody_else_writes_with_and_one_that_stopped_marketing_are_refused_alike(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let h = house(options).await;
    fill(&h).await;
    let (utility, marketing) = (h.template("UTILITY").await, h.template("MARKETING").await);
    let (before, _) = h.left().await;

    // What is wrong with the letter is said first, and alike of every number: nobody is found out by what cannot be sent.
    for phone in [KNOWN, NEW] {
        let unknown = h.start(h.ana, phone, h.env.id()).await;
        assert!(matches!(unknown, Err(Error::NotFound)), "{unknown:?}");
    }
    assert_eq!(h.left().await, (before, 0));

    let taken = refusal(h.start(h.ana, KNOWN, utility).await);
    assert_eq!(h.left().await, (before, 1), "a line, and nothing else");
    assert_eq!(h.seen(h.ana).await, sorted([h.hers, h.teams]));

    // Bo's customer is done with, and has stopped marketing: she did not know them.
    let mut tenant = h.owner.enter(&h.env).await;
    conversation::close(&h.env, &mut tenant, h.his)
        .await
        .unwrap();
    tenant.commit().await.unwrap();
    h.stops_marketing(KNOWN).await;
    let stopped = refusal(h.start(h.ana, KNOWN, marketing).await);
    assert_eq!(taken, stopped);
    let (after, lines) = h.left().await;
    assert_eq!((after, lines), (before, 2));

    // Where she sees who it is she is told what is the matter; and so is everybody who is not limited.
    let begun = h.start(h.ana, KNOWN, utility).await.unwrap();
    let told = refusal(h.start(h.ana, KNOWN, marketing).await);
    assert_ne!(told, taken);
    let owner = (h.owner.member, h.owner.session);
    assert_eq!(refusal(h.start(owner, KNOWN, marketing).await), told);
    assert!(h.seen(h.ana).await.contains(&begun.conversation));
    assert_eq!(h.left().await.1, 2);
    let again = h.start(owner, KNOWN, utility).await.unwrap();
    assert_eq!(again.conversation, begun.conversation, "one that is open");

    // Somebody new is hers.
    let new = h.start(h.ana, NEW, utility).await.unwrap();
    let mut tenant = h.enter(h.ana).await;
    let row = conversation::row(&mut tenant, new.conversation).await;
    assert_eq!(row.unwrap().assignee, Some(h.ana.0));
}
