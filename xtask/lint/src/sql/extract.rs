//! The SQL text in a Rust file: what sqlx's macros and functions are given.

use std::collections::BTreeMap;

use proc_macro2::{TokenStream, TokenTree};

/// A static statement and the line it begins on.
pub struct Found {
    pub line: usize,
    pub sql: String,
}

#[derive(Default)]
pub struct Extract {
    pub statements: Vec<Found>,
    /// How many `AssertSqlSafe(…)`.
    pub dynamic: usize,
    /// Every text of the file, SQL or not.
    pub texts: Vec<Found>,
    pub faults: Vec<(usize, String)>,
}

/// Macros and free functions whose first text is SQL; for `query_as!` and its like it follows a type.
const SENDERS: [&str; 8] = [
    "query",
    "query_as",
    "query_scalar",
    "query_with",
    "query_as_with",
    "query_scalar_with",
    "raw_sql",
    "query_unchecked",
];
/// Methods of a connection, whose first argument is SQL. A query that a sender made has them too, with the connection.
const METHODS: [&str; 11] = [
    "begin_with",
    "execute",
    "execute_many",
    "fetch",
    "fetch_one",
    "fetch_optional",
    "fetch_all",
    "fetch_many",
    "prepare",
    "prepare_with",
    "describe",
];
/// What sends text or rows in a way that is not read here.
const BANNED: [&str; 3] = ["QueryBuilder", "copy_in_raw", "copy_out_raw"];

/// Reads a file's tokens, its test modules apart.
pub fn statements(tokens: TokenStream) -> Extract {
    let mut extract = Extract::default();
    let constants = constants(tokens.clone());
    read(tokens, &constants, &mut extract);
    extract
}

fn read(tokens: TokenStream, constants: &BTreeMap<String, (usize, String)>, extract: &mut Extract) {
    let tokens: Vec<TokenTree> = tokens.into_iter().collect();
    let mut skip_next_block = false;
    for (at, token) in tokens.iter().enumerate() {
        match token {
            // `#[cfg(test)] mod tests { … }`
            TokenTree::Group(group) if is_attribute(&tokens, at) => {
                let text = group.stream().to_string().replace(' ', "");
                skip_next_block |= text == "cfg(test)";
            }
            TokenTree::Group(group) => {
                if skip_next_block && group.delimiter() == proc_macro2::Delimiter::Brace {
                    skip_next_block = false;
                } else {
                    read(group.stream(), constants, extract);
                }
            }
            TokenTree::Punct(sign) if sign.as_char() == ';' => skip_next_block = false,
            TokenTree::Literal(literal) => {
                if let Ok(text) = syn::parse_str::<syn::LitStr>(&literal.to_string()) {
                    extract.texts.push(Found {
                        line: token.span().start().line,
                        sql: text.value(),
                    });
                }
            }
            TokenTree::Ident(word) => {
                let word = word.to_string();
                let line = token.span().start().line;
                let before = at.checked_sub(1).and_then(|i| tokens.get(i));
                let is_method = is_sign(before, '.') || is_executors(&tokens, at);
                if BANNED.contains(&word.as_str()) {
                    extract
                        .faults
                        .push((line, format!("`{word}` sends what nobody can read here")));
                }
                let is_definition = matches!(before, Some(TokenTree::Ident(fun)) if fun == "fn");
                let Some(arguments) = arguments(&tokens[at + 1..]) else {
                    continue;
                };
                if word == "AssertSqlSafe" {
                    extract.dynamic += 1;
                } else if word.starts_with("query_file") {
                    extract
                        .faults
                        .push((line, "SQL stands in the code, where it is read".to_owned()));
                } else if is_method && METHODS.contains(&word.as_str()) {
                    // The text of a query was given to its sender.
                    if !is_queries(&tokens[..at]) {
                        extract.take(&word, line, first_text(arguments, constants));
                    }
                } else if SENDERS.contains(&word.as_str()) && !is_method && !is_definition {
                    extract.take(&word, line, first_text(arguments, constants));
                }
            }
            TokenTree::Punct(_) => {}
        }
    }
}

impl Extract {
    fn take(&mut self, word: &str, line: usize, text: Text) {
        match text {
            Text::Is(sql) => self.statements.push(Found { line, sql }),
            Text::Asserted => {}
            Text::Unknown => self.faults.push((
                line,
                format!("`{word}` takes a literal, or text asserted safe in a listed place"),
            )),
        }
    }
}

/// The brackets of `#[…]` or `#![…]`.
fn is_attribute(tokens: &[TokenTree], at: usize) -> bool {
    let sign = |back: usize, sign| is_sign(at.checked_sub(back).and_then(|i| tokens.get(i)), sign);
    sign(1, '#') || (sign(1, '!') && sign(2, '#'))
}

/// `Executor::execute(…)`, `<C as Executor>::execute(…)`.
fn is_executors(tokens: &[TokenTree], at: usize) -> bool {
    let back = |back: usize| at.checked_sub(back).and_then(|i| tokens.get(i));
    is_sign(back(1), ':')
        && is_sign(back(2), ':')
        && match back(3) {
            Some(TokenTree::Ident(name)) => name.to_string().ends_with("Executor"),
            bracket => is_sign(bracket, '>'),
        }
}

/// Whether a sender stands in the chain of calls that ends here: `query("…").bind(1)` before `.execute(c)`.
fn is_queries(before: &[TokenTree]) -> bool {
    let mut depth = 0_i32;
    for (at, token) in before.iter().enumerate().rev() {
        match token {
            TokenTree::Ident(word)
                if depth == 0 && SENDERS.contains(&word.to_string().as_str()) =>
            {
                return true;
            }
            TokenTree::Punct(sign) => match sign.as_char() {
                '>' if !is_sign(at.checked_sub(1).and_then(|i| before.get(i)), '-') => depth += 1,
                '<' => depth -= 1,
                '.' | ':' | '!' | '?' => {}
                _ if depth > 0 => {}
                _ => return false,
            },
            TokenTree::Group(group) if group.delimiter() == proc_macro2::Delimiter::Brace => {
                return false;
            }
            _ => {}
        }
    }
    false
}

enum Text {
    Is(String),
    Asserted,
    Unknown,
}

/// The group after `name`, `name!` or `name::<…>`.
fn arguments(after: &[TokenTree]) -> Option<TokenStream> {
    let mut at = 0;
    if is_sign(after.first(), '!') {
        at = 1;
    } else if is_sign(after.first(), ':')
        && is_sign(after.get(1), ':')
        && is_sign(after.get(2), '<')
    {
        let mut depth = 0_i32;
        for (place, token) in after.iter().enumerate().skip(2) {
            // The arrow of a function type is no bracket.
            let arrow = place > 0 && is_sign(after.get(place - 1), '-');
            depth += i32::from(is_sign(Some(token), '<'))
                - i32::from(is_sign(Some(token), '>') && !arrow);
            if depth == 0 {
                at = place + 1;
                break;
            }
        }
    }
    match after.get(at)? {
        TokenTree::Group(group) if group.delimiter() != proc_macro2::Delimiter::Brace => {
            Some(group.stream())
        }
        _ => None,
    }
}

/// The first argument that is text: a literal, literals joined by `+`, or a constant of the file.
fn first_text(arguments: TokenStream, constants: &BTreeMap<String, (usize, String)>) -> Text {
    let mut text = String::new();
    let mut seen = false;
    for token in arguments {
        match &token {
            TokenTree::Literal(literal) => {
                match syn::parse_str::<syn::LitStr>(&literal.to_string()) {
                    Ok(literal) => {
                        text.push_str(&literal.value());
                        seen = true;
                    }
                    Err(_) => break,
                }
            }
            TokenTree::Ident(name) if !seen => {
                if name == "AssertSqlSafe" {
                    return Text::Asserted;
                }
                if let Some((_, sql)) = constants.get(&name.to_string()) {
                    return Text::Is(sql.clone());
                }
            }
            TokenTree::Punct(sign) if sign.as_char() == ',' && seen => break,
            _ => {}
        }
    }
    if seen { Text::Is(text) } else { Text::Unknown }
}

/// `const NAME: &str = "…";` anywhere in the file.
fn constants(tokens: TokenStream) -> BTreeMap<String, (usize, String)> {
    let mut found = BTreeMap::new();
    let tokens: Vec<TokenTree> = tokens.into_iter().collect();
    for (at, token) in tokens.iter().enumerate() {
        match token {
            TokenTree::Group(group) => found.extend(constants(group.stream())),
            TokenTree::Ident(word) if word == "const" => {
                let Some(TokenTree::Ident(name)) = tokens.get(at + 1) else {
                    continue;
                };
                let end = tokens[at..]
                    .iter()
                    .position(|token| is_sign(Some(token), ';'))
                    .map_or(tokens.len(), |end| at + end);
                let value = tokens[at..end].iter().rev().find_map(|token| match token {
                    TokenTree::Literal(literal) => {
                        syn::parse_str::<syn::LitStr>(&literal.to_string()).ok()
                    }
                    _ => None,
                });
                if let Some(value) = value {
                    found.insert(name.to_string(), (name.span().start().line, value.value()));
                }
            }
            _ => {}
        }
    }
    found
}

fn is_sign(token: Option<&TokenTree>, sign: char) -> bool {
    matches!(token, Some(TokenTree::Punct(punct)) if punct.as_char() == sign)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(code: &str) -> Vec<String> {
        let extract = statements(code.parse().expect("it is Rust"));
        assert!(extract.faults.is_empty(), "{:?}", extract.faults);
        extract
            .statements
            .into_iter()
            .map(|found| found.sql)
            .collect()
    }

    #[test]
    fn every_way_to_send_static_text_is_seen() {
        for code in [
            r#"fn f() { sqlx::query!("SELECT 1", id) }"#,
            r##"fn f() { query_as!(Row, r#"SELECT 1"#, id) }"##,
            r#"fn f() { query_as!(path::Row, "SELECT " + "1", id) }"#,
            r#"fn f() { sqlx::query("SELECT 1").bind(2) }"#,
            r#"fn f() { sqlx::query_as::<_, (Uuid, fn() -> u8)>("SELECT 1") }"#,
            r#"fn f() { sqlx::query_scalar::<Postgres, i64>("SELECT 1") }"#,
            r#"fn f() { pool.begin_with("SELECT 1") }"#,
            r#"fn f() { c.execute("SELECT 1") }"#,
            r#"fn f() { c.fetch_many("SELECT 1") }"#,
            r#"fn f() { c.execute_many("SELECT 1") }"#,
            r#"fn f() { Executor::execute(c, "SELECT 1") }"#,
            r#"fn f() { <&mut PgConnection as sqlx::Executor>::fetch_all(c, "SELECT 1") }"#,
            r#"fn f() { if x { sqlx::query("SELECT 1").execute(c).await?; } }"#,
            r#"fn f() { sqlx::query_as::<_, (Uuid, bool)>("SELECT 1").bind(id).fetch_one(&mut *c).await?; }"#,
            r#"const ONE: &str = "SELECT 1"; fn f() { sqlx::query(ONE) }"#,
        ] {
            assert_eq!(found(code), ["SELECT 1"], "{code}");
        }
    }

    #[test]
    fn text_made_at_run_time_is_a_fault_unless_it_is_asserted() {
        for code in [
            "fn f() { sqlx::query(&text) }",
            "fn f() { c.execute(text) }",
            "fn f() { c.execute(text.as_str()).await }",
            "fn f() { tenant.conn().fetch_many(&text) }",
            "fn f() { Executor::execute(c, &text) }",
            r#"fn f() { if known { sqlx::query("SELECT 1").execute(c); } c.execute(text) }"#,
            r#"fn f() { let a = sqlx::query("SELECT 1").execute(c), b = c.execute(text); }"#,
            "fn f() { QueryBuilder::new(text) }",
            "fn f() { c.copy_in_raw(text) }",
        ] {
            let made = statements(code.parse().expect("it is Rust"));
            assert_eq!(made.faults.len(), 1, "{code}: {:?}", made.faults);
        }
        let asserted = statements(
            "fn f() { sqlx::query(AssertSqlSafe(text)) }"
                .parse()
                .expect("it is Rust"),
        );
        assert_eq!((asserted.faults.len(), asserted.dynamic), (0, 1));
    }

    #[test]
    fn tests_and_other_methods_of_these_names_are_passed_over() {
        assert_eq!(
            found(r#"#[cfg(test)] mod tests { fn f() { sqlx::query("SELECT 1") } }"#),
            Vec::<String>::new()
        );
        assert_eq!(
            found(r#"fn f() { request.query(&[("a", "b")]); url.query(); }"#),
            Vec::<String>::new()
        );
        assert_eq!(
            found(r#"#[cfg(test)] mod tests; fn f() { sqlx::query("SELECT 2") }"#),
            ["SELECT 2"]
        );
    }
}
