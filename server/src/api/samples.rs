//! A call in four languages, made from the document: what it shows is what runs.

use serde_json::Value;

/// The languages, by what they are called and what marks them.
pub const LANGUAGES: [(&str, &str); 4] = [
    ("curl", "curl"),
    ("Python", "python"),
    ("TypeScript", "typescript"),
    ("Rust", "rust"),
];

/// A call to be shown.
pub struct Sample<'a> {
    /// What the call is known by: its key of idempotency is made of it.
    pub id: &'a str,
    /// In capitals.
    pub method: &'a str,
    /// With what stands in for ids, and with what has to be asked.
    pub path: &'a str,
    /// What is sent.
    pub body: Option<&'a Value>,
}

impl Sample<'_> {
    /// In each of [`LANGUAGES`], in their order. `POSTERN` is the installation, `KEY` the key.
    pub fn written(&self) -> [String; 4] {
        [self.curl(), self.python(), self.typescript(), self.rust()]
    }

    fn writes(&self) -> bool {
        self.method != "GET"
    }

    /// The caller's own word for what is to be done once.
    fn key(&self) -> String {
        format!("{}-1", self.id)
    }

    fn pretty(&self, indent: &str) -> Option<String> {
        let text = serde_json::to_string_pretty(self.body?).ok()?;
        Some(text.replace('\n', &format!("\n{indent}")))
    }

    fn curl(&self) -> String {
        let mut lines = Vec::new();
        let method = match self.method {
            "GET" | "POST" if self.body.is_some() || !self.writes() => String::new(),
            method => format!("-X {method} "),
        };
        lines.push(format!("curl {method}\"$POSTERN{}\"", self.path));
        lines.push("-H \"Authorization: Bearer $KEY\"".to_owned());
        if self.writes() {
            lines.push(format!("-H 'Idempotency-Key: {}'", self.key()));
        }
        if let Some(body) = self.pretty("") {
            lines.push("-H 'Content-Type: application/json'".to_owned());
            lines.push(format!("-d '{}'", body.replace('\'', "'\\''")));
        }
        lines.join(" \\\n  ")
    }

    fn python(&self) -> String {
        let mut lines = vec![
            "import os, requests".to_owned(),
            String::new(),
            format!("answer = requests.{}(", self.method.to_lowercase()),
            format!("    os.environ[\"POSTERN\"] + \"{}\",", self.path),
            "    headers={".to_owned(),
            "        \"Authorization\": \"Bearer \" + os.environ[\"KEY\"],".to_owned(),
        ];
        if self.writes() {
            lines.push(format!("        \"Idempotency-Key\": \"{}\",", self.key()));
        }
        lines.push("    },".to_owned());
        if let Some(body) = self.body {
            lines.push(format!("    json={},", python(body, 4)));
        }
        lines.push("    timeout=10,".to_owned());
        lines.push(")".to_owned());
        lines.push("print(answer.status_code, answer.json())".to_owned());
        lines.join("\n")
    }

    fn typescript(&self) -> String {
        let mut lines = vec![format!(
            "const answer = await fetch(`${{process.env.POSTERN}}{}`, {{",
            self.path
        )];
        if self.writes() {
            lines.push(format!("  method: \"{}\",", self.method));
        }
        lines.push("  headers: {".to_owned());
        lines.push("    Authorization: `Bearer ${process.env.KEY}`,".to_owned());
        if self.writes() {
            lines.push(format!("    \"Idempotency-Key\": \"{}\",", self.key()));
        }
        if self.body.is_some() {
            lines.push("    \"Content-Type\": \"application/json\",".to_owned());
        }
        lines.push("  },".to_owned());
        if let Some(body) = self.pretty("  ") {
            lines.push(format!("  body: JSON.stringify({body}),"));
        }
        lines.push("});".to_owned());
        lines.push("console.log(answer.status, await answer.json());".to_owned());
        lines.join("\n")
    }

    fn rust(&self) -> String {
        let mut lines = vec![
            "let (postern, key) = (std::env::var(\"POSTERN\")?, std::env::var(\"KEY\")?);"
                .to_owned(),
            "let answer = reqwest::Client::new()".to_owned(),
            format!(
                "    .{}(format!(\"{{postern}}{}\"))",
                self.method.to_lowercase(),
                self.path
            ),
            "    .bearer_auth(key)".to_owned(),
        ];
        if self.writes() {
            lines.push(format!(
                "    .header(\"Idempotency-Key\", \"{}\")",
                self.key()
            ));
        }
        if let Some(body) = self.pretty("    ") {
            lines.push(format!("    .json(&serde_json::json!({body}))"));
        }
        lines.push("    .send()".to_owned());
        lines.push("    .await?;".to_owned());
        lines.push("println!(\"{} {}\", answer.status(), answer.text().await?);".to_owned());
        lines.join("\n")
    }
}

/// A value as Python writes it.
fn python(value: &Value, indent: usize) -> String {
    let inner = " ".repeat(indent + 4);
    let end = " ".repeat(indent);
    match value {
        Value::Null => "None".to_owned(),
        Value::Bool(true) => "True".to_owned(),
        Value::Bool(false) => "False".to_owned(),
        Value::Array(values) if values.iter().all(|value| !value.is_object()) => {
            let values: Vec<_> = values.iter().map(|value| python(value, indent)).collect();
            format!("[{}]", values.join(", "))
        }
        Value::Array(values) => {
            let values: Vec<_> = values
                .iter()
                .map(|value| format!("{inner}{},\n", python(value, indent + 4)))
                .collect();
            format!("[\n{}{end}]", values.concat())
        }
        Value::Object(fields) if fields.is_empty() => "{}".to_owned(),
        Value::Object(fields) => {
            let fields: Vec<_> = fields
                .iter()
                .map(|(name, value)| format!("{inner}\"{name}\": {},\n", python(value, indent + 4)))
                .collect();
            format!("{{\n{}{end}}}", fields.concat())
        }
        Value::Number(_) | Value::String(_) => value.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_call_is_written_in_each_language() {
        let body = json!({ "to": "+49", "text": { "body": "It's" }, "shared": true, "none": null });
        let sample = Sample {
            id: "x_make",
            method: "POST",
            path: "/api/v1/x",
            body: Some(&body),
        };
        let [curl, python, typescript, rust] = sample.written();
        assert!(
            curl.starts_with("curl \"$POSTERN/api/v1/x\" \\\n"),
            "{curl}"
        );
        assert!(curl.contains(r"It'\''s"), "{curl}");
        assert!(curl.contains("Idempotency-Key: x_make-1"), "{curl}");
        assert!(python.contains("requests.post("), "{python}");
        assert!(python.contains("\"shared\": True") && python.contains("\"none\": None"));
        assert!(typescript.contains("method: \"POST\""), "{typescript}");
        assert!(
            rust.contains(".post(format!(\"{postern}/api/v1/x\"))"),
            "{rust}"
        );
        let read = Sample {
            id: "x_read",
            method: "GET",
            path: "/api/v1/x",
            body: None,
        };
        for text in read.written() {
            assert!(!text.contains("Idempotency"), "{text}");
        }
        let delete = Sample {
            method: "DELETE",
            ..read
        };
        assert!(delete.written()[0].starts_with("curl -X DELETE "));
    }
}
