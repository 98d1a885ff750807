//! Text as it was written, with its web addresses made into links.

use leptos::prelude::*;

/// A piece of a text.
#[derive(Debug, PartialEq, Eq)]
enum Piece<'a> {
    Plain(&'a str),
    Link(&'a str),
}

/// Shows text; addresses open in a tab of their own that learns nothing of this one.
#[component]
pub fn Linked(#[prop(into)] text: String) -> impl IntoView {
    pieces(&text)
        .into_iter()
        .map(|piece| match piece {
            Piece::Plain(text) => text.to_owned().into_any(),
            Piece::Link(address) => view! {
                <a href=address.to_owned() target="_blank" rel="noopener noreferrer nofollow" dir="ltr">{address.to_owned()}</a>
            }
            .into_any(),
        })
        .collect_view()
}

fn pieces(text: &str) -> Vec<Piece<'_>> {
    let mut pieces = Vec::new();
    let mut rest = text;
    while let Some((before, address, after)) = next_address(rest) {
        if !before.is_empty() {
            pieces.push(Piece::Plain(before));
        }
        pieces.push(Piece::Link(address));
        rest = after;
    }
    if !rest.is_empty() {
        pieces.push(Piece::Plain(rest));
    }
    pieces
}

fn next_address(text: &str) -> Option<(&str, &str, &str)> {
    let start = ["https://", "http://"]
        .iter()
        .filter_map(|scheme| text.find(scheme))
        .min()?;
    let address = address(&text[start..])?;
    Some((&text[..start], address, &text[start + address.len()..]))
}

/// The web address that a text begins with.
pub fn address(text: &str) -> Option<&str> {
    let long = text.find(char::is_whitespace).unwrap_or(text.len());
    // Marks at the end belong to the sentence, not to the address.
    let address = text[..long]
        .trim_end_matches(['.', ',', ';', ':', '!', '?', ')', ']', '"', '\'', '>', '»']);
    let host = ["https://", "http://"]
        .iter()
        .find_map(|scheme| address.strip_prefix(scheme))?;
    (!host.is_empty()).then_some(address)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_web_addresses_become_links_and_marks_stay_outside() {
        use Piece::{Link, Plain};
        for (text, expected) in [
            ("hello", vec![Plain("hello")]),
            (
                "see https://a.example/x?y=1.",
                vec![Plain("see "), Link("https://a.example/x?y=1"), Plain(".")],
            ),
            (
                "(http://a.b) and",
                vec![Plain("("), Link("http://a.b"), Plain(") and")],
            ),
            ("javascript:alert(1)", vec![Plain("javascript:alert(1)")]),
            ("https://", vec![Plain("https://")]),
            ("", vec![]),
        ] {
            assert_eq!(pieces(text), expected, "{text}");
        }
    }
}
