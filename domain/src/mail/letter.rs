//! A letter: its words once, as text and as a page. What people typed is escaped in the page, and one line in the subject.

/// What a letter says, from top to bottom.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Letter {
    /// One line.
    pub subject: String,
    blocks: Vec<Block>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Block {
    Words(String),
    /// Small print.
    Note(String),
    /// Something to be typed.
    Code(String),
    /// Something to be done: what, and where.
    Button(String, String),
    /// A link within small print: what, and where.
    Link(String, String),
    /// Facts: what, and which.
    Facts(Vec<(&'static str, String)>),
}

impl Letter {
    /// A letter that begins with its subject.
    pub fn new(subject: impl Into<String>) -> Self {
        let subject: String = subject.into();
        // A header is one line: what cannot stand in one cannot begin another.
        let subject = subject
            .split(char::is_control)
            .collect::<Vec<_>>()
            .join(" ");
        Self {
            subject,
            blocks: Vec::new(),
        }
    }

    /// A paragraph.
    pub fn words(self, words: impl Into<String>) -> Self {
        self.with(Block::Words(words.into()))
    }

    /// Small print.
    pub fn note(self, words: impl Into<String>) -> Self {
        self.with(Block::Note(words.into()))
    }

    /// A code to be typed.
    pub fn code(self, code: impl Into<String>) -> Self {
        self.with(Block::Code(code.into()))
    }

    /// The one thing to do.
    pub fn button(self, words: impl Into<String>, link: impl Into<String>) -> Self {
        self.with(Block::Button(words.into(), link.into()))
    }

    /// Something that can be done besides.
    pub fn link(self, words: impl Into<String>, link: impl Into<String>) -> Self {
        self.with(Block::Link(words.into(), link.into()))
    }

    /// When, where, from what.
    pub fn facts(self, facts: Vec<(&'static str, String)>) -> Self {
        self.with(Block::Facts(facts))
    }

    fn with(mut self, block: Block) -> Self {
        self.blocks.push(block);
        self
    }

    /// The part for those who read text.
    pub fn text(&self) -> String {
        let mut text = format!("{}\n", self.subject);
        for block in &self.blocks {
            text.push('\n');
            match block {
                Block::Words(words) | Block::Note(words) => text.push_str(words),
                Block::Code(code) => {
                    text.push_str("    ");
                    text.push_str(code);
                }
                Block::Button(words, link) | Block::Link(words, link) => {
                    text.push_str(words);
                    text.push_str(":\n");
                    text.push_str(link);
                }
                Block::Facts(facts) => {
                    let lines: Vec<_> = facts
                        .iter()
                        .map(|(name, value)| format!("{name}: {}", one_line(value)))
                        .collect();
                    text.push_str(&lines.join("\n"));
                }
            }
            text.push('\n');
        }
        text.push_str("\n-- \nPostern\n");
        text
    }

    /// The part for those who read pages. Everything is escaped, nothing is fetched from anywhere.
    pub fn html(&self) -> String {
        let mut body = format!(
            r#"<h1 style="margin:0 0 16px;font-size:20px;line-height:28px">{}</h1>"#,
            escaped(&self.subject)
        );
        for block in &self.blocks {
            let part = match block {
                Block::Words(words) => format!(
                    r#"<p style="margin:0 0 16px;font-size:15px;line-height:24px">{}</p>"#,
                    escaped(words)
                ),
                Block::Note(words) => format!(
                    r#"<p style="margin:0 0 12px;font-size:13px;line-height:20px;color:#5c6470">{}</p>"#,
                    escaped(words)
                ),
                Block::Code(code) => format!(
                    r#"<p style="margin:0 0 16px;padding:12px 16px;background:#f1f3f5;border-radius:8px;font:600 28px/36px ui-monospace,Menlo,monospace;letter-spacing:6px;text-align:center;color:#14171a">{}</p>"#,
                    escaped(code)
                ),
                Block::Button(words, link) => format!(
                    r#"<p style="margin:0 0 16px"><a href="{}" style="display:inline-block;padding:10px 20px;background:#3451d1;color:#ffffff;border-radius:8px;font-size:15px;line-height:24px;font-weight:600;text-decoration:none">{}</a></p>"#,
                    escaped(link),
                    escaped(words)
                ),
                Block::Link(words, link) => format!(
                    r#"<p style="margin:0 0 12px;font-size:13px;line-height:20px"><a href="{}" style="color:#3451d1">{}</a></p>"#,
                    escaped(link),
                    escaped(words)
                ),
                Block::Facts(facts) => {
                    let mut rows = String::new();
                    for (name, value) in facts {
                        rows += r#"<tr><td style="padding:2px 16px 2px 0;color:#5c6470">"#;
                        rows += name;
                        rows += r#"</td><td style="padding:2px 0">"#;
                        rows += &escaped(value);
                        rows += "</td></tr>";
                    }
                    format!(
                        r#"<table role="presentation" style="margin:0 0 16px;font-size:14px;line-height:20px;border-collapse:collapse">{rows}</table>"#
                    )
                }
            };
            body += &part;
        }
        format!(
            r#"<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>{title}</title></head><body style="margin:0;padding:24px 12px;background:#f6f7f8;color:#14171a;font-family:Inter,system-ui,-apple-system,'Segoe UI',sans-serif"><div style="max-width:520px;margin:0 auto;padding:28px 24px;background:#ffffff;border:1px solid #e3e6e9;border-radius:12px">{body}</div><p style="max-width:520px;margin:12px auto 0;font-size:12px;line-height:18px;color:#5c6470;text-align:center">Postern</p></body></html>"#,
            title = escaped(&self.subject),
        )
    }
}

/// What somebody is called, for a letter: mail programs make links of bare hosts, and a name may look like one. A word joiner
/// behind the dots, which nobody sees, keeps it a name.
pub(crate) fn unlinked(name: &str) -> String {
    name.replace('.', ".\u{2060}").replace(':', ":\u{2060}")
}

fn one_line(text: &str) -> String {
    text.split(char::is_control).collect::<Vec<_>>().join(" ")
}

/// Text as it may stand in a page and in a quoted attribute.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            '\n' => out.push_str("<br>"),
            c if c.is_control() => {}
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_people_typed_is_text_in_the_page_and_one_line_in_the_subject() {
        let letter = Letter::new("Join <b>Eve</b>\r\nBcc: x@example.test")
            .words("<script>alert(1)</script> & \"co\"")
            .button("Open", "https://inbox.example/a?b=1&c='2'\"#x")
            .facts(vec![("From", "<i>here</i>\nBcc: y".to_owned())]);
        assert_eq!(letter.subject, "Join <b>Eve</b>  Bcc: x@example.test");
        let html = letter.html();
        for told in [
            "Join &lt;b&gt;Eve&lt;/b&gt;  Bcc",
            "&lt;script&gt;alert(1)&lt;/script&gt; &amp; &quot;co&quot;",
            "b=1&amp;c=&#39;2&#39;&quot;#x",
            "&lt;i&gt;here&lt;/i&gt;<br>Bcc: y",
        ] {
            assert!(html.contains(told), "{told}\n{html}");
        }
        assert!(!html.contains("<script") && !html.contains("<b>"));
        let text = letter.text();
        assert!(
            text.contains("<script>alert(1)</script> & \"co\""),
            "{text}"
        );
        assert!(text.contains("From: <i>here</i> Bcc: y"), "{text}");
    }
}
