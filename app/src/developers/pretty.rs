//! JSON with line breaks, for reading: nothing of it is changed, moved or understood.

/// The text with a line for each thing that stands in it. What is no JSON comes out as some text.
pub fn pretty(json: &str) -> String {
    let mut out = String::with_capacity(json.len() * 2);
    let mut depth = 0_usize;
    let (mut quoted, mut escaped) = (false, false);
    let mut signs = json.chars().filter(|sign| *sign != '\r').peekable();
    while let Some(sign) = signs.next() {
        if quoted {
            out.push(sign);
            quoted = escaped || sign != '"';
            escaped = !escaped && sign == '\\';
            continue;
        }
        match sign {
            '"' => {
                quoted = true;
                out.push(sign);
            }
            '{' | '[' => {
                out.push(sign);
                // One that is empty stays in its line.
                if !matches!(signs.peek(), Some('}' | ']')) {
                    depth += 1;
                    line(&mut out, depth);
                }
            }
            '}' | ']' => {
                if !out.ends_with(['{', '[']) {
                    depth = depth.saturating_sub(1);
                    line(&mut out, depth);
                }
                out.push(sign);
            }
            ',' => {
                out.push(sign);
                line(&mut out, depth);
            }
            ':' => out.push_str(": "),
            ' ' | '\n' | '\t' => {}
            _ => out.push(sign),
        }
    }
    out
}

fn line(out: &mut String, depth: usize) {
    out.push('\n');
    // Deeper than anything of ours: somebody's test message must not fill the page with blanks.
    for _ in 0..depth.min(40) {
        out.push_str("  ");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_with_line_breaks_says_the_same() {
        for json in [
            r#"{"a":1,"b":[true,null,{"c":"d"}],"e":{},"f":[]}"#,
            r#"{"quoted":"a \"{[,:]}\\","end":"\\"}"#,
            r"[]",
            r#""words, only: {words}""#,
            r#"{"text":"مرحبا 😀"}"#,
        ] {
            let written = pretty(json);
            let read = |text: &str| serde_json::from_str::<serde_json::Value>(text).unwrap();
            assert_eq!(read(&written), read(json), "{written}");
            assert_eq!(pretty(&written), written);
        }
        assert_eq!(
            pretty(r#"{"a":{"b":[1,2]},"c":{}}"#),
            "{\n  \"a\": {\n    \"b\": [\n      1,\n      2\n    ]\n  },\n  \"c\": {}\n}"
        );
    }

    #[test]
    fn what_is_no_json_does_no_harm() {
        for text in ["", "}}}}", "{\"", "[[[[", "\\", "{\"a\\"] {
            pretty(text);
        }
        let deep = "[".repeat(10_000);
        assert!(pretty(&deep).len() < 10_000 * 100);
    }
}
