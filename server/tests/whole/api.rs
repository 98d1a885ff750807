//! The product's own HTTP, as a page speaks it.

use serde_json::{Value, json};
use std::time::Duration;

/// A signed-in page.
#[derive(Clone)]
pub struct Api {
    http: reqwest::Client,
    url: String,
    token: String,
    workspace: String,
}

impl Api {
    /// Makes the first owner and their workspace.
    pub async fn set_up(url: &str, token: &str) -> Self {
        let http = reqwest::Client::builder()
            .no_proxy()
            .timeout(Duration::from_secs(20))
            .build()
            .expect("a client");
        let answer = http
            .post(format!("{url}/auth/setup"))
            .header("origin", url)
            .json(&json!({
                "token": token, "workspace_name": "Night shop", "name": "Ines", "email": "ines@example.test",
                "password": "a quiet harbour 7",
            }))
            .send()
            .await
            .expect("an answer");
        let status = answer.status();
        let body: Value = answer.json().await.expect("JSON");
        assert!(status.is_success(), "{status} {body}");
        let text = |pointer: &str| body.pointer(pointer).and_then(Value::as_str).expect(pointer).to_owned();
        Self {
            http,
            url: url.to_owned(),
            token: text("/token"),
            workspace: text("/me/memberships/0/workspace"),
        }
    }

    /// Calls a server function; an answer that is no success comes as its status and text.
    pub async fn call(&self, function: &str, arguments: Value) -> Result<Value, String> {
        let answer = self
            .http
            .post(format!("{}/api/{function}", self.url))
            .header("origin", &self.url)
            .header("x-workspace-id", &self.workspace)
            .bearer_auth(&self.token)
            .json(&arguments)
            .send()
            .await
            .map_err(|error| error.to_string())?;
        let status = answer.status();
        let text = answer.text().await.map_err(|error| error.to_string())?;
        if !status.is_success() {
            return Err(format!("{status} {text}"));
        }
        serde_json::from_str(&text).map_err(|error| format!("{error}: {text}"))
    }

    /// Connects a number under the installation's app.
    pub async fn connect(&self, number: &str, account: &str, token: &str) {
        let form = json!({ "form": {
            "name": "Shop", "phone_number_id": number, "account_id": account, "token": token, "app_secret": null,
        }});
        self.call("channels/connect", form).await.expect("the number is connected");
    }

    /// Every open conversation.
    pub async fn conversations(&self) -> Vec<Value> {
        let mut rows = Vec::new();
        let mut after = Value::Null;
        loop {
            let request = json!({ "request": { "view": "all", "state": "open", "search": "", "after": after }});
            let page = self.call("inbox/list", request).await.expect("a page");
            rows.extend(page["rows"].as_array().expect("rows").iter().cloned());
            after = page["next"].clone();
            if after.is_null() {
                return rows;
            }
        }
    }

    /// Every message of a conversation, oldest first.
    pub async fn thread(&self, conversation: &str) -> Vec<Value> {
        let mut messages: Vec<Value> = Vec::new();
        let mut before = Value::Null;
        loop {
            let request = json!({ "conversation": conversation, "before": before });
            let page = self.call("conversation/thread", request).await.expect("a page");
            let mut older = page["messages"].as_array().expect("messages").clone();
            older.append(&mut messages);
            messages = older;
            before = page["older"].clone();
            if before.is_null() {
                return messages;
            }
        }
    }

    /// Writes a reply with that id; trying again with the same id is harmless.
    pub async fn reply(&self, id: &str, conversation: &str, text: &str) -> Result<Value, String> {
        let compose = json!({ "id": id, "conversation": conversation, "text": text, "note": false });
        self.call("message/compose", json!({ "compose": compose })).await
    }
}
