//! nextest's JUnit report: suites named by their binary, cases by their path.

use crate::proof::Outcome;

/// Reads the few elements that nextest writes. A case that was retried or leaked but passed has passed.
pub fn read(xml: &str) -> Vec<Outcome> {
    let mut outcomes: Vec<Outcome> = Vec::new();
    let mut suite = String::new();
    let mut in_case = false;
    for tag in tags(xml) {
        if let Some(rest) = tag.strip_prefix("testsuite ") {
            suite = attribute(rest, "name");
        } else if let Some(rest) = tag.strip_prefix("testcase ") {
            outcomes.push(Outcome {
                name: format!("rust:{suite}::{}", attribute(rest, "name")),
                passed: true,
            });
            in_case = !tag.ends_with('/');
        } else if tag == "/testcase" {
            in_case = false;
        } else if in_case && (starts(tag, "failure") || starts(tag, "error")) {
            if let Some(last) = outcomes.last_mut() {
                last.passed = false;
            }
        } else if in_case && starts(tag, "skipped") {
            outcomes.pop();
        }
    }
    outcomes
}

fn starts(tag: &str, name: &str) -> bool {
    tag.strip_prefix(name)
        .is_some_and(|rest| rest.is_empty() || rest.starts_with([' ', '/', '\n']))
}

/// What stands between `<` and `>`; text and CDATA of a test's output are passed over.
fn tags(xml: &str) -> impl Iterator<Item = &str> {
    let mut rest = xml;
    std::iter::from_fn(move || {
        loop {
            rest = &rest[rest.find('<')? + 1..];
            if let Some(inside) = rest.strip_prefix("![CDATA[") {
                rest = &inside[inside.find("]]>")?..];
                continue;
            }
            let end = end_of(rest)?;
            let tag = &rest[..end];
            rest = &rest[end..];
            return Some(tag);
        }
    })
}

/// A `>` inside of a quoted value ends nothing.
fn end_of(tag: &str) -> Option<usize> {
    let mut quoted = false;
    tag.char_indices().find_map(|(at, sign)| {
        quoted ^= sign == '"';
        (sign == '>' && !quoted).then_some(at)
    })
}

fn attribute(tag: &str, name: &str) -> String {
    let key = format!("{name}=\"");
    let start = tag
        .match_indices(&key)
        .find(|(at, _)| *at == 0 || tag[..*at].ends_with([' ', '\n']))
        .map(|(at, _)| at + key.len());
    let value = start
        .and_then(|start| tag[start..].split('"').next())
        .unwrap_or_default();
    let plain = [
        ("&lt;", "<"),
        ("&gt;", ">"),
        ("&quot;", "\""),
        ("&apos;", "'"),
        ("&amp;", "&"),
    ];
    plain.iter().fold(value.to_owned(), |text, (code, sign)| {
        text.replace(code, sign)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn suites_cases_and_failures_are_read() {
        let xml = r#"<?xml version="1.0"?>
            <testsuites name="nextest-run" tests="3">
              <testsuite name="postern-server::http" tests="2">
                <testcase name="a_b" classname="postern-server::http" time="0.1"></testcase>
                <testcase name="c&lt;d&gt;" classname="x" time="0.1">
                  <failure message="said > so" type="test failure">out<![CDATA[<testcase name="fake">]]></failure>
                </testcase>
              </testsuite>
              <testsuite name="xtask::bin/xtask"><testcase name="e::f" classname="x"/></testsuite>
            </testsuites>"#;
        let read: Vec<_> = read(xml)
            .into_iter()
            .map(|outcome| (outcome.name, outcome.passed))
            .collect();
        assert_eq!(
            read,
            [
                ("rust:postern-server::http::a_b".to_owned(), true),
                ("rust:postern-server::http::c<d>".to_owned(), false),
                ("rust:xtask::bin/xtask::e::f".to_owned(), true),
            ]
        );
    }
}
