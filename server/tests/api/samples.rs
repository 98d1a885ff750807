//! The reference's samples in Rust, written by the test that compiles them.

#[rustfmt::skip]
async fn me_whoami() -> Result<(), Box<dyn std::error::Error>> {
    let (postern, key) = (std::env::var("POSTERN")?, std::env::var("KEY")?);
    let answer = reqwest::Client::new()
        .get(format!("{postern}/api/v1/me"))
        .bearer_auth(key)
        .send()
        .await?;
    println!("{} {}", answer.status(), answer.text().await?);
    Ok(())
}

#[rustfmt::skip]
async fn messages_send() -> Result<(), Box<dyn std::error::Error>> {
    let (postern, key) = (std::env::var("POSTERN")?, std::env::var("KEY")?);
    let answer = reqwest::Client::new()
        .post(format!("{postern}/api/v1/messages"))
        .bearer_auth(key)
        .header("Idempotency-Key", "messages_send-1")
        .json(&serde_json::json!({
          "text": {
            "body": "Your parcel is on its way."
          },
          "to": "+4915112345678",
          "type": "text"
        }))
        .send()
        .await?;
    println!("{} {}", answer.status(), answer.text().await?);
    Ok(())
}

#[rustfmt::skip]
async fn messages_one() -> Result<(), Box<dyn std::error::Error>> {
    let (postern, key) = (std::env::var("POSTERN")?, std::env::var("KEY")?);
    let answer = reqwest::Client::new()
        .get(format!("{postern}/api/v1/messages/0199a1b2-0000-7000-8000-000000000009"))
        .bearer_auth(key)
        .send()
        .await?;
    println!("{} {}", answer.status(), answer.text().await?);
    Ok(())
}

#[rustfmt::skip]
async fn channels_channels() -> Result<(), Box<dyn std::error::Error>> {
    let (postern, key) = (std::env::var("POSTERN")?, std::env::var("KEY")?);
    let answer = reqwest::Client::new()
        .get(format!("{postern}/api/v1/channels"))
        .bearer_auth(key)
        .send()
        .await?;
    println!("{} {}", answer.status(), answer.text().await?);
    Ok(())
}

#[rustfmt::skip]
async fn templates_list() -> Result<(), Box<dyn std::error::Error>> {
    let (postern, key) = (std::env::var("POSTERN")?, std::env::var("KEY")?);
    let answer = reqwest::Client::new()
        .get(format!("{postern}/api/v1/templates"))
        .bearer_auth(key)
        .send()
        .await?;
    println!("{} {}", answer.status(), answer.text().await?);
    Ok(())
}

#[rustfmt::skip]
async fn contacts_list() -> Result<(), Box<dyn std::error::Error>> {
    let (postern, key) = (std::env::var("POSTERN")?, std::env::var("KEY")?);
    let answer = reqwest::Client::new()
        .get(format!("{postern}/api/v1/contacts"))
        .bearer_auth(key)
        .send()
        .await?;
    println!("{} {}", answer.status(), answer.text().await?);
    Ok(())
}

#[rustfmt::skip]
async fn contacts_create() -> Result<(), Box<dyn std::error::Error>> {
    let (postern, key) = (std::env::var("POSTERN")?, std::env::var("KEY")?);
    let answer = reqwest::Client::new()
        .post(format!("{postern}/api/v1/contacts"))
        .bearer_auth(key)
        .header("Idempotency-Key", "contacts_create-1")
        .json(&serde_json::json!({
          "name": "Ada Lovelace",
          "phone": "+4915112345678"
        }))
        .send()
        .await?;
    println!("{} {}", answer.status(), answer.text().await?);
    Ok(())
}

#[rustfmt::skip]
async fn contacts_one() -> Result<(), Box<dyn std::error::Error>> {
    let (postern, key) = (std::env::var("POSTERN")?, std::env::var("KEY")?);
    let answer = reqwest::Client::new()
        .get(format!("{postern}/api/v1/contacts/0199a1b2-0000-7000-8000-000000000009"))
        .bearer_auth(key)
        .send()
        .await?;
    println!("{} {}", answer.status(), answer.text().await?);
    Ok(())
}

#[rustfmt::skip]
async fn contacts_change() -> Result<(), Box<dyn std::error::Error>> {
    let (postern, key) = (std::env::var("POSTERN")?, std::env::var("KEY")?);
    let answer = reqwest::Client::new()
        .patch(format!("{postern}/api/v1/contacts/0199a1b2-0000-7000-8000-000000000009"))
        .bearer_auth(key)
        .header("Idempotency-Key", "contacts_change-1")
        .json(&serde_json::json!({
          "email": "ada@example.com"
        }))
        .send()
        .await?;
    println!("{} {}", answer.status(), answer.text().await?);
    Ok(())
}

#[rustfmt::skip]
async fn conversations_list() -> Result<(), Box<dyn std::error::Error>> {
    let (postern, key) = (std::env::var("POSTERN")?, std::env::var("KEY")?);
    let answer = reqwest::Client::new()
        .get(format!("{postern}/api/v1/conversations"))
        .bearer_auth(key)
        .send()
        .await?;
    println!("{} {}", answer.status(), answer.text().await?);
    Ok(())
}

#[rustfmt::skip]
async fn conversations_one() -> Result<(), Box<dyn std::error::Error>> {
    let (postern, key) = (std::env::var("POSTERN")?, std::env::var("KEY")?);
    let answer = reqwest::Client::new()
        .get(format!("{postern}/api/v1/conversations/0199a1b2-0000-7000-8000-000000000009"))
        .bearer_auth(key)
        .send()
        .await?;
    println!("{} {}", answer.status(), answer.text().await?);
    Ok(())
}

#[rustfmt::skip]
async fn conversations_assign() -> Result<(), Box<dyn std::error::Error>> {
    let (postern, key) = (std::env::var("POSTERN")?, std::env::var("KEY")?);
    let answer = reqwest::Client::new()
        .post(format!("{postern}/api/v1/conversations/0199a1b2-0000-7000-8000-000000000009/assign"))
        .bearer_auth(key)
        .header("Idempotency-Key", "conversations_assign-1")
        .json(&serde_json::json!({
          "assignee": "0199a1b2-0000-7000-8000-000000000009"
        }))
        .send()
        .await?;
    println!("{} {}", answer.status(), answer.text().await?);
    Ok(())
}

#[rustfmt::skip]
async fn conversations_close() -> Result<(), Box<dyn std::error::Error>> {
    let (postern, key) = (std::env::var("POSTERN")?, std::env::var("KEY")?);
    let answer = reqwest::Client::new()
        .post(format!("{postern}/api/v1/conversations/0199a1b2-0000-7000-8000-000000000009/close"))
        .bearer_auth(key)
        .header("Idempotency-Key", "conversations_close-1")
        .send()
        .await?;
    println!("{} {}", answer.status(), answer.text().await?);
    Ok(())
}

#[rustfmt::skip]
async fn conversations_messages() -> Result<(), Box<dyn std::error::Error>> {
    let (postern, key) = (std::env::var("POSTERN")?, std::env::var("KEY")?);
    let answer = reqwest::Client::new()
        .get(format!("{postern}/api/v1/conversations/0199a1b2-0000-7000-8000-000000000009/messages"))
        .bearer_auth(key)
        .send()
        .await?;
    println!("{} {}", answer.status(), answer.text().await?);
    Ok(())
}

#[rustfmt::skip]
async fn conversations_reopen() -> Result<(), Box<dyn std::error::Error>> {
    let (postern, key) = (std::env::var("POSTERN")?, std::env::var("KEY")?);
    let answer = reqwest::Client::new()
        .post(format!("{postern}/api/v1/conversations/0199a1b2-0000-7000-8000-000000000009/reopen"))
        .bearer_auth(key)
        .header("Idempotency-Key", "conversations_reopen-1")
        .send()
        .await?;
    println!("{} {}", answer.status(), answer.text().await?);
    Ok(())
}

#[rustfmt::skip]
async fn tasks_list() -> Result<(), Box<dyn std::error::Error>> {
    let (postern, key) = (std::env::var("POSTERN")?, std::env::var("KEY")?);
    let answer = reqwest::Client::new()
        .get(format!("{postern}/api/v1/tasks"))
        .bearer_auth(key)
        .send()
        .await?;
    println!("{} {}", answer.status(), answer.text().await?);
    Ok(())
}

#[rustfmt::skip]
async fn tasks_create() -> Result<(), Box<dyn std::error::Error>> {
    let (postern, key) = (std::env::var("POSTERN")?, std::env::var("KEY")?);
    let answer = reqwest::Client::new()
        .post(format!("{postern}/api/v1/tasks"))
        .bearer_auth(key)
        .header("Idempotency-Key", "tasks_create-1")
        .json(&serde_json::json!({
          "contact": "0199a1b2-0000-7000-8000-000000000009",
          "title": "Text"
        }))
        .send()
        .await?;
    println!("{} {}", answer.status(), answer.text().await?);
    Ok(())
}

#[rustfmt::skip]
async fn tasks_one() -> Result<(), Box<dyn std::error::Error>> {
    let (postern, key) = (std::env::var("POSTERN")?, std::env::var("KEY")?);
    let answer = reqwest::Client::new()
        .get(format!("{postern}/api/v1/tasks/0199a1b2-0000-7000-8000-000000000009"))
        .bearer_auth(key)
        .send()
        .await?;
    println!("{} {}", answer.status(), answer.text().await?);
    Ok(())
}

#[rustfmt::skip]
async fn tasks_change() -> Result<(), Box<dyn std::error::Error>> {
    let (postern, key) = (std::env::var("POSTERN")?, std::env::var("KEY")?);
    let answer = reqwest::Client::new()
        .patch(format!("{postern}/api/v1/tasks/0199a1b2-0000-7000-8000-000000000009"))
        .bearer_auth(key)
        .header("Idempotency-Key", "tasks_change-1")
        .json(&serde_json::json!({
          "status": "done"
        }))
        .send()
        .await?;
    println!("{} {}", answer.status(), answer.text().await?);
    Ok(())
}

#[rustfmt::skip]
async fn otp_list() -> Result<(), Box<dyn std::error::Error>> {
    let (postern, key) = (std::env::var("POSTERN")?, std::env::var("KEY")?);
    let answer = reqwest::Client::new()
        .get(format!("{postern}/api/v1/otp"))
        .bearer_auth(key)
        .send()
        .await?;
    println!("{} {}", answer.status(), answer.text().await?);
    Ok(())
}

#[rustfmt::skip]
async fn otp_create() -> Result<(), Box<dyn std::error::Error>> {
    let (postern, key) = (std::env::var("POSTERN")?, std::env::var("KEY")?);
    let answer = reqwest::Client::new()
        .post(format!("{postern}/api/v1/otp"))
        .bearer_auth(key)
        .header("Idempotency-Key", "otp_create-1")
        .json(&serde_json::json!({
          "purpose": "sign-in",
          "to": "+4915112345678"
        }))
        .send()
        .await?;
    println!("{} {}", answer.status(), answer.text().await?);
    Ok(())
}

#[rustfmt::skip]
async fn otp_one() -> Result<(), Box<dyn std::error::Error>> {
    let (postern, key) = (std::env::var("POSTERN")?, std::env::var("KEY")?);
    let answer = reqwest::Client::new()
        .get(format!("{postern}/api/v1/otp/0199a1b2-0000-7000-8000-000000000009"))
        .bearer_auth(key)
        .send()
        .await?;
    println!("{} {}", answer.status(), answer.text().await?);
    Ok(())
}

#[rustfmt::skip]
async fn otp_verify() -> Result<(), Box<dyn std::error::Error>> {
    let (postern, key) = (std::env::var("POSTERN")?, std::env::var("KEY")?);
    let answer = reqwest::Client::new()
        .post(format!("{postern}/api/v1/otp/0199a1b2-0000-7000-8000-000000000009/verify"))
        .bearer_auth(key)
        .header("Idempotency-Key", "otp_verify-1")
        .json(&serde_json::json!({
          "code": "482913"
        }))
        .send()
        .await?;
    println!("{} {}", answer.status(), answer.text().await?);
    Ok(())
}

#[rustfmt::skip]
async fn test_messages_list() -> Result<(), Box<dyn std::error::Error>> {
    let (postern, key) = (std::env::var("POSTERN")?, std::env::var("KEY")?);
    let answer = reqwest::Client::new()
        .get(format!("{postern}/api/v1/test_messages"))
        .bearer_auth(key)
        .send()
        .await?;
    println!("{} {}", answer.status(), answer.text().await?);
    Ok(())
}

#[rustfmt::skip]
async fn events_read() -> Result<(), Box<dyn std::error::Error>> {
    let (postern, key) = (std::env::var("POSTERN")?, std::env::var("KEY")?);
    let answer = reqwest::Client::new()
        .get(format!("{postern}/api/v1/events"))
        .bearer_auth(key)
        .send()
        .await?;
    println!("{} {}", answer.status(), answer.text().await?);
    Ok(())
}

#[rustfmt::skip]
async fn deliveries_one() -> Result<(), Box<dyn std::error::Error>> {
    let (postern, key) = (std::env::var("POSTERN")?, std::env::var("KEY")?);
    let answer = reqwest::Client::new()
        .get(format!("{postern}/api/v1/deliveries/0199a1b2-0000-7000-8000-000000000009"))
        .bearer_auth(key)
        .send()
        .await?;
    println!("{} {}", answer.status(), answer.text().await?);
    Ok(())
}

#[rustfmt::skip]
async fn deliveries_replay() -> Result<(), Box<dyn std::error::Error>> {
    let (postern, key) = (std::env::var("POSTERN")?, std::env::var("KEY")?);
    let answer = reqwest::Client::new()
        .post(format!("{postern}/api/v1/deliveries/0199a1b2-0000-7000-8000-000000000009/replay"))
        .bearer_auth(key)
        .header("Idempotency-Key", "deliveries_replay-1")
        .send()
        .await?;
    println!("{} {}", answer.status(), answer.text().await?);
    Ok(())
}

#[rustfmt::skip]
async fn endpoints_list() -> Result<(), Box<dyn std::error::Error>> {
    let (postern, key) = (std::env::var("POSTERN")?, std::env::var("KEY")?);
    let answer = reqwest::Client::new()
        .get(format!("{postern}/api/v1/endpoints"))
        .bearer_auth(key)
        .send()
        .await?;
    println!("{} {}", answer.status(), answer.text().await?);
    Ok(())
}

#[rustfmt::skip]
async fn endpoints_create() -> Result<(), Box<dyn std::error::Error>> {
    let (postern, key) = (std::env::var("POSTERN")?, std::env::var("KEY")?);
    let answer = reqwest::Client::new()
        .post(format!("{postern}/api/v1/endpoints"))
        .bearer_auth(key)
        .header("Idempotency-Key", "endpoints_create-1")
        .json(&serde_json::json!({
          "kinds": [
            "message.received",
            "message.status"
          ],
          "url": "https://example.com/postern"
        }))
        .send()
        .await?;
    println!("{} {}", answer.status(), answer.text().await?);
    Ok(())
}

#[rustfmt::skip]
async fn endpoints_delete() -> Result<(), Box<dyn std::error::Error>> {
    let (postern, key) = (std::env::var("POSTERN")?, std::env::var("KEY")?);
    let answer = reqwest::Client::new()
        .delete(format!("{postern}/api/v1/endpoints/0199a1b2-0000-7000-8000-000000000009"))
        .bearer_auth(key)
        .header("Idempotency-Key", "endpoints_delete-1")
        .send()
        .await?;
    println!("{} {}", answer.status(), answer.text().await?);
    Ok(())
}

#[rustfmt::skip]
async fn endpoints_one() -> Result<(), Box<dyn std::error::Error>> {
    let (postern, key) = (std::env::var("POSTERN")?, std::env::var("KEY")?);
    let answer = reqwest::Client::new()
        .get(format!("{postern}/api/v1/endpoints/0199a1b2-0000-7000-8000-000000000009"))
        .bearer_auth(key)
        .send()
        .await?;
    println!("{} {}", answer.status(), answer.text().await?);
    Ok(())
}

#[rustfmt::skip]
async fn endpoints_change() -> Result<(), Box<dyn std::error::Error>> {
    let (postern, key) = (std::env::var("POSTERN")?, std::env::var("KEY")?);
    let answer = reqwest::Client::new()
        .patch(format!("{postern}/api/v1/endpoints/0199a1b2-0000-7000-8000-000000000009"))
        .bearer_auth(key)
        .header("Idempotency-Key", "endpoints_change-1")
        .json(&serde_json::json!({
          "description": "The shop"
        }))
        .send()
        .await?;
    println!("{} {}", answer.status(), answer.text().await?);
    Ok(())
}

#[rustfmt::skip]
async fn endpoints_deliveries() -> Result<(), Box<dyn std::error::Error>> {
    let (postern, key) = (std::env::var("POSTERN")?, std::env::var("KEY")?);
    let answer = reqwest::Client::new()
        .get(format!("{postern}/api/v1/endpoints/0199a1b2-0000-7000-8000-000000000009/deliveries"))
        .bearer_auth(key)
        .send()
        .await?;
    println!("{} {}", answer.status(), answer.text().await?);
    Ok(())
}

#[rustfmt::skip]
async fn endpoints_pause() -> Result<(), Box<dyn std::error::Error>> {
    let (postern, key) = (std::env::var("POSTERN")?, std::env::var("KEY")?);
    let answer = reqwest::Client::new()
        .post(format!("{postern}/api/v1/endpoints/0199a1b2-0000-7000-8000-000000000009/pause"))
        .bearer_auth(key)
        .header("Idempotency-Key", "endpoints_pause-1")
        .send()
        .await?;
    println!("{} {}", answer.status(), answer.text().await?);
    Ok(())
}

#[rustfmt::skip]
async fn endpoints_replay() -> Result<(), Box<dyn std::error::Error>> {
    let (postern, key) = (std::env::var("POSTERN")?, std::env::var("KEY")?);
    let answer = reqwest::Client::new()
        .post(format!("{postern}/api/v1/endpoints/0199a1b2-0000-7000-8000-000000000009/replay"))
        .bearer_auth(key)
        .header("Idempotency-Key", "endpoints_replay-1")
        .json(&serde_json::json!({
          "from": "2026-11-01T00:00:00Z",
          "until": "2026-11-02T00:00:00Z"
        }))
        .send()
        .await?;
    println!("{} {}", answer.status(), answer.text().await?);
    Ok(())
}

#[rustfmt::skip]
async fn endpoints_resume() -> Result<(), Box<dyn std::error::Error>> {
    let (postern, key) = (std::env::var("POSTERN")?, std::env::var("KEY")?);
    let answer = reqwest::Client::new()
        .post(format!("{postern}/api/v1/endpoints/0199a1b2-0000-7000-8000-000000000009/resume"))
        .bearer_auth(key)
        .header("Idempotency-Key", "endpoints_resume-1")
        .json(&serde_json::json!({}))
        .send()
        .await?;
    println!("{} {}", answer.status(), answer.text().await?);
    Ok(())
}

#[rustfmt::skip]
async fn endpoints_rotate() -> Result<(), Box<dyn std::error::Error>> {
    let (postern, key) = (std::env::var("POSTERN")?, std::env::var("KEY")?);
    let answer = reqwest::Client::new()
        .post(format!("{postern}/api/v1/endpoints/0199a1b2-0000-7000-8000-000000000009/rotate"))
        .bearer_auth(key)
        .header("Idempotency-Key", "endpoints_rotate-1")
        .json(&serde_json::json!({}))
        .send()
        .await?;
    println!("{} {}", answer.status(), answer.text().await?);
    Ok(())
}

#[rustfmt::skip]
async fn endpoints_test() -> Result<(), Box<dyn std::error::Error>> {
    let (postern, key) = (std::env::var("POSTERN")?, std::env::var("KEY")?);
    let answer = reqwest::Client::new()
        .post(format!("{postern}/api/v1/endpoints/0199a1b2-0000-7000-8000-000000000009/test"))
        .bearer_auth(key)
        .header("Idempotency-Key", "endpoints_test-1")
        .send()
        .await?;
    println!("{} {}", answer.status(), answer.text().await?);
    Ok(())
}

#[rustfmt::skip]
async fn source_entries_entries() -> Result<(), Box<dyn std::error::Error>> {
    let (postern, key) = (std::env::var("POSTERN")?, std::env::var("KEY")?);
    let answer = reqwest::Client::new()
        .get(format!("{postern}/api/v1/source_entries"))
        .bearer_auth(key)
        .send()
        .await?;
    println!("{} {}", answer.status(), answer.text().await?);
    Ok(())
}

#[rustfmt::skip]
async fn source_entries_entry() -> Result<(), Box<dyn std::error::Error>> {
    let (postern, key) = (std::env::var("POSTERN")?, std::env::var("KEY")?);
    let answer = reqwest::Client::new()
        .get(format!("{postern}/api/v1/source_entries/0199a1b2-0000-7000-8000-000000000009"))
        .bearer_auth(key)
        .send()
        .await?;
    println!("{} {}", answer.status(), answer.text().await?);
    Ok(())
}

#[rustfmt::skip]
async fn source_entries_apply() -> Result<(), Box<dyn std::error::Error>> {
    let (postern, key) = (std::env::var("POSTERN")?, std::env::var("KEY")?);
    let answer = reqwest::Client::new()
        .post(format!("{postern}/api/v1/source_entries/0199a1b2-0000-7000-8000-000000000009/apply"))
        .bearer_auth(key)
        .header("Idempotency-Key", "source_entries_apply-1")
        .send()
        .await?;
    println!("{} {}", answer.status(), answer.text().await?);
    Ok(())
}

#[rustfmt::skip]
async fn sources_list() -> Result<(), Box<dyn std::error::Error>> {
    let (postern, key) = (std::env::var("POSTERN")?, std::env::var("KEY")?);
    let answer = reqwest::Client::new()
        .get(format!("{postern}/api/v1/sources"))
        .bearer_auth(key)
        .send()
        .await?;
    println!("{} {}", answer.status(), answer.text().await?);
    Ok(())
}

#[rustfmt::skip]
async fn sources_create() -> Result<(), Box<dyn std::error::Error>> {
    let (postern, key) = (std::env::var("POSTERN")?, std::env::var("KEY")?);
    let answer = reqwest::Client::new()
        .post(format!("{postern}/api/v1/sources"))
        .bearer_auth(key)
        .header("Idempotency-Key", "sources_create-1")
        .json(&serde_json::json!({
          "description": "The shop",
          "provider": "generic"
        }))
        .send()
        .await?;
    println!("{} {}", answer.status(), answer.text().await?);
    Ok(())
}

#[rustfmt::skip]
async fn sources_delete() -> Result<(), Box<dyn std::error::Error>> {
    let (postern, key) = (std::env::var("POSTERN")?, std::env::var("KEY")?);
    let answer = reqwest::Client::new()
        .delete(format!("{postern}/api/v1/sources/0199a1b2-0000-7000-8000-000000000009"))
        .bearer_auth(key)
        .header("Idempotency-Key", "sources_delete-1")
        .send()
        .await?;
    println!("{} {}", answer.status(), answer.text().await?);
    Ok(())
}

#[rustfmt::skip]
async fn sources_one() -> Result<(), Box<dyn std::error::Error>> {
    let (postern, key) = (std::env::var("POSTERN")?, std::env::var("KEY")?);
    let answer = reqwest::Client::new()
        .get(format!("{postern}/api/v1/sources/0199a1b2-0000-7000-8000-000000000009"))
        .bearer_auth(key)
        .send()
        .await?;
    println!("{} {}", answer.status(), answer.text().await?);
    Ok(())
}

#[rustfmt::skip]
async fn sources_change() -> Result<(), Box<dyn std::error::Error>> {
    let (postern, key) = (std::env::var("POSTERN")?, std::env::var("KEY")?);
    let answer = reqwest::Client::new()
        .patch(format!("{postern}/api/v1/sources/0199a1b2-0000-7000-8000-000000000009"))
        .bearer_auth(key)
        .header("Idempotency-Key", "sources_change-1")
        .json(&serde_json::json!({
          "description": "The shop"
        }))
        .send()
        .await?;
    println!("{} {}", answer.status(), answer.text().await?);
    Ok(())
}
