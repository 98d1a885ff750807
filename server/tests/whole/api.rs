//! The product's own HTTP, as a page speaks it.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::{Value, json};
use std::time::Duration;
use tokio::{io::AsyncWriteExt as _, net::TcpStream};

/// A signed-in page.
#[derive(Clone)]
pub struct Api {
    http: reqwest::Client,
    /// Where it was loaded from.
    origin: String,
    /// The process that answers it.
    url: String,
    token: String,
    /// The workspace that it works in.
    pub workspace: String,
    /// The session's cookies, which a browser would keep.
    cookies: String,
}

impl Api {
    /// Makes the first owner and their workspace.
    pub async fn set_up(url: &str, token: &str) -> Self {
        let form = json!({
            "token": token, "workspace_name": "Night shop", "name": "Ines", "email": "ines@example.test",
            "password": "a quiet harbour 7",
        });
        Self::enter(url, "/auth/setup", &form).await
    }

    /// Signs somebody in, into the first of their workspaces.
    pub async fn sign_in(url: &str, email: &str, password: &str) -> Self {
        Self::enter(
            url,
            "/auth/sign-in",
            &json!({ "email": email, "password": password }),
        )
        .await
    }

    async fn enter(url: &str, path: &str, form: &Value) -> Self {
        let http = reqwest::Client::builder()
            .no_proxy()
            .timeout(Duration::from_secs(20))
            .build()
            .expect("a client");
        let answer = http
            .post(format!("{url}{path}"))
            .header("origin", url)
            .json(form)
            .send()
            .await
            .expect("an answer");
        let status = answer.status();
        let cookies = answer.headers().get_all("set-cookie").iter();
        let cookies: Vec<_> = cookies
            .filter_map(|cookie| cookie.to_str().ok()?.split(';').next())
            .map(str::to_owned)
            .collect();
        let told: Value = answer.json().await.expect("JSON");
        assert!(status.is_success(), "{status} {told}");
        // A sign-in may ask for a second factor instead.
        let body = told.get("in").unwrap_or(&told);
        let text = |pointer: &str| {
            let text = body.pointer(pointer).and_then(Value::as_str);
            text.expect(pointer).to_owned()
        };
        Self {
            http,
            origin: url.to_owned(),
            url: url.to_owned(),
            token: text("/token"),
            workspace: text("/me/memberships/0/workspace"),
            cookies: cookies.join("; "),
        }
    }

    /// The same person's page, asking for another workspace.
    pub fn asking_for(&self, workspace: &str) -> Self {
        Self {
            workspace: workspace.to_owned(),
            ..self.clone()
        }
    }

    /// Somebody without a token.
    pub fn signed_out(&self) -> Self {
        Self {
            token: String::new(),
            ..self.clone()
        }
    }

    /// The same page, whose requests a balancer gives to another process.
    pub fn through(&self, url: &str) -> Self {
        Self {
            url: url.to_owned(),
            ..self.clone()
        }
    }

    /// The process that answers it.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// What a browser would send along.
    pub fn cookies(&self) -> &str {
        &self.cookies
    }

    /// Ends the session.
    pub async fn sign_out(&self) {
        let answer = self
            .http
            .post(format!("{}/auth/sign-out", self.url))
            .header("origin", &self.origin)
            .header("x-requested-with", "postern")
            .header("cookie", &self.cookies)
            .send()
            .await
            .expect("an answer");
        assert!(answer.status().is_success(), "{}", answer.status());
    }

    /// The same page after it has fetched a new token with its cookie.
    pub async fn refreshed(&self) -> Self {
        let answer = self
            .http
            .post(format!("{}/auth/refresh", self.url))
            .header("origin", &self.url)
            .header("x-requested-with", "postern")
            .header("cookie", &self.cookies)
            .send()
            .await
            .expect("an answer");
        assert!(answer.status().is_success(), "{}", answer.status());
        let mut cookies: Vec<String> = self.cookies.split("; ").map(str::to_owned).collect();
        for cookie in answer.headers().get_all("set-cookie") {
            let cookie = cookie.to_str().expect("text").split(';').next();
            let cookie = cookie.expect("a cookie").to_owned();
            let name = cookie.split('=').next().expect("a name").to_owned();
            cookies.retain(|known| known.split('=').next() != Some(&name));
            cookies.push(cookie);
        }
        let body: Value = answer.json().await.expect("JSON");
        Self {
            token: body["token"].as_str().expect("a token").to_owned(),
            cookies: cookies.join("; "),
            ..self.clone()
        }
    }

    /// The id of the key that signed its token.
    pub fn signed_by(&self) -> String {
        let header = self.token.split('.').next().expect("a header");
        let header = URL_SAFE_NO_PAD.decode(header).expect("base64");
        let header: Value = serde_json::from_slice(&header).expect("JSON");
        header["kid"].as_str().expect("an id").to_owned()
    }

    /// A ticket for the socket.
    pub async fn ticket(&self) -> String {
        let ticket = self.call("live/ticket", json!({})).await.expect("a ticket");
        ticket.as_str().expect("text").to_owned()
    }

    /// The inbox as a page reads it first.
    pub async fn snapshot(&self) -> Value {
        let request = json!({ "view": "all", "state": "open", "search": "", "after": null });
        self.call("inbox/snapshot", json!({ "request": request }))
            .await
            .expect("a snapshot")
    }

    /// Calls a server function; an answer that is no success comes as its status and text.
    pub async fn call(&self, function: &str, arguments: Value) -> Result<Value, String> {
        let answer = self
            .http
            .post(format!("{}/api/{function}", self.url))
            .header("origin", &self.origin)
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

    /// Begins an upload of which no more comes: it is on its way for as long as what is given is kept.
    pub async fn begin_upload(&self, conversation: &str) -> TcpStream {
        let host = self.url.strip_prefix("http://").expect("an address");
        let mut stream = TcpStream::connect(host).await.expect("a connection");
        let begun = format!(
            "POST /files?conversation={conversation}&name=a.txt HTTP/1.1\r\nhost: {host}\r\norigin: {}\r\n\
             x-workspace-id: {}\r\nauthorization: Bearer {}\r\ncontent-type: text/plain\r\n\
             content-length: 1000\r\n\r\nhello",
            self.origin, self.workspace, self.token
        );
        let written = stream.write_all(begun.as_bytes()).await;
        written.expect("it is sent");
        stream
    }

    /// Uploads a file for a message of that conversation; what is no success comes as its status and text.
    pub async fn bring(
        &self,
        conversation: &str,
        name: &str,
        mime: &str,
        bytes: Vec<u8>,
    ) -> Result<Value, String> {
        let path = format!("{}/files", self.url);
        let told = [("conversation", conversation), ("name", name)];
        let url = reqwest::Url::parse_with_params(&path, told).expect("an address");
        self.put(url, mime, bytes).await
    }

    /// Brings a logo for the workspace; what is no success comes as its status and text.
    pub async fn bring_logo(&self, bytes: Vec<u8>) -> Result<Value, String> {
        let url = format!("{}/files/logo", self.url);
        self.put(url, "image/png", bytes).await
    }

    /// Brings a file of contacts; what is no success comes as its status and text.
    pub async fn bring_contacts(&self, bytes: Vec<u8>) -> Result<Value, String> {
        let url = format!("{}/files/import?name=list.csv", self.url);
        self.put(url, "text/csv", bytes).await
    }

    async fn put(
        &self,
        url: impl reqwest::IntoUrl,
        mime: &str,
        bytes: Vec<u8>,
    ) -> Result<Value, String> {
        let answer = self
            .http
            .post(url)
            .header("origin", &self.origin)
            .header("x-workspace-id", &self.workspace)
            .header("content-type", mime)
            .bearer_auth(&self.token)
            .body(bytes)
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
        self.call("channels/connect", form)
            .await
            .expect("the number is connected");
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
            let request = json!({ "id": conversation, "before": before });
            let page = self
                .call("conversation/thread", request)
                .await
                .expect("a page");
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
        let compose =
            json!({ "id": id, "conversation": conversation, "text": text, "note": false });
        self.call("message/compose", json!({ "line": compose }))
            .await
    }
}
