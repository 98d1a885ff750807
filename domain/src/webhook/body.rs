//! A body as it came: taken apart once, whichever way it goes, and its pieces cut out of its own bytes.

use crate::payload::{self, Peeled};
use serde_json::value::RawValue;

/// A body, its text, and what stands where in it.
pub(super) struct Body<'a> {
    text: &'a str,
    /// As they came.
    pub bytes: &'a [u8],
    /// None when it cannot be taken apart.
    pub peeled: Option<Peeled<'a>>,
}

impl<'a> Body<'a> {
    /// Takes `bytes` apart, which read as `text`, byte for byte in the same places.
    pub fn read(text: &'a str, bytes: &'a [u8]) -> Self {
        Self {
            text,
            bytes,
            peeled: payload::peel(text),
        }
    }

    fn cut(&self, raw: &RawValue) -> &[u8] {
        let from = raw.get().as_ptr().addr() - self.text.as_ptr().addr();
        &self.bytes[from..from + raw.get().len()]
    }

    /// A list of pieces.
    pub fn list(&self, pieces: &[&RawValue]) -> Vec<u8> {
        let pieces: Vec<_> = pieces.iter().map(|piece| self.cut(piece)).collect();
        [&b"["[..], &pieces.join(&b','), b"]"].concat()
    }

    /// An envelope of everything in it, as it is kept when all of it belongs to one workspace.
    pub fn whole(&self) -> Vec<u8> {
        let changes = self
            .peeled
            .iter()
            .flat_map(|peeled| 0..peeled.changes.len());
        self.envelope(&changes.collect::<Vec<_>>())
    }

    /// An envelope around the changes at these places, in their entries, with what stood beside them there: once, however
    /// many of its changes there are.
    pub fn envelope(&self, changes: &[usize]) -> Vec<u8> {
        let Some(peeled) = &self.peeled else {
            return Vec::new();
        };
        let mut out = br#"{"object":"whatsapp_business_account","entry":["#.to_vec();
        let mut open = None;
        for place in changes {
            let change = &peeled.changes[*place];
            if open == Some(change.entry) {
                out.push(b',');
            } else {
                if open.is_some() {
                    out.extend(b"]},");
                }
                open = Some(change.entry);
                out.push(b'{');
                for (key, value) in &peeled.entries[change.entry].beside {
                    let key = serde_json::Value::from(key.as_str()).to_string();
                    out.extend(key.as_bytes());
                    out.push(b':');
                    out.extend(self.cut(value));
                    out.push(b',');
                }
                out.extend(br#""changes":["#);
            }
            out.extend(self.cut(change.raw));
        }
        if open.is_some() {
            out.extend(b"]}");
        }
        out.extend(b"]}");
        out
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::payload::Change;
    use proptest::prelude::*;

    /// Cuts everything out of a body, and says what was cut as it stands there.
    fn cut(body: &[u8]) -> Option<(Vec<u8>, Vec<String>)> {
        let text = payload::readable(body);
        let body = Body::read(&text, body);
        let peeled = body.peeled.as_ref()?;
        let _ = body.list(&peeled.odd);
        let raw = |change: &Change<'_>| String::from_utf8_lossy(body.cut(change.raw)).into_owned();
        Some((body.whole(), peeled.changes.iter().map(raw).collect()))
    }

    #[test]
    fn pieces_are_cut_as_they_came_with_what_stood_beside_them() {
        let body = br#" {"entry" : [ {"time":1,"changes":[ {"field":"a\/\ud83d" , "value":{}},{"f":"\u00e9"} ],"id":"7"},
            {"changes":[{"g":2}]} ] } "#;
        let (envelope, _) = cut(body).unwrap();
        assert_eq!(
            String::from_utf8(envelope).unwrap(),
            r#"{"object":"whatsapp_business_account","entry":[{"id":"7","time":1,"changes":[{"field":"a\/\ud83d" , "value":{}},{"f":"\u00e9"}]},{"changes":[{"g":2}]}]}"#
        );
    }

    #[test]
    fn what_is_cut_is_no_longer_than_the_body_whatever_stands_beside_its_changes() {
        let beside = "k".repeat(500_000);
        let changes = vec!["{}"; 5000].join(",");
        let body = format!(r#"{{"entry":[{{"{beside}":"{beside}","changes":[{changes}]}}]}}"#);
        let (envelope, raw) = cut(body.as_bytes()).unwrap();
        assert_eq!(raw.len(), 5000);
        assert!(envelope.len() < body.len() + 100);
    }

    fn json() -> impl Strategy<Value = String> {
        let leaf = prop_oneof![
            Just("null".to_owned()),
            "-?[1-9][0-9]{0,2}",
            r#""[a-z\u{0}-\u{9f}&&[^"\\\x00-\x1f]]{0,4}""#,
            Just(r#""\ud800""#.to_owned()),
        ];
        leaf.prop_recursive(4, 40, 4, |inner| {
            let key = proptest::sample::select(vec![
                "entry", "changes", "id", "field", "value", "messages", "x",
            ]);
            prop_oneof![
                proptest::collection::vec(inner.clone(), 0..4)
                    .prop_map(|all| format!("[{}]", all.join(","))),
                proptest::collection::vec((key, inner), 0..4).prop_map(|all| {
                    let all: Vec<_> = all
                        .into_iter()
                        .map(|(key, value)| format!("\"{key}\": {value}"))
                        .collect();
                    format!("{{{}}}", all.join(","))
                }),
            ]
        })
    }

    proptest! {
        #[test]
        fn any_bytes_are_cut_without_a_panic(body in proptest::collection::vec(any::<u8>(), 0..300)) {
            let _ = cut(&body);
        }

        #[test]
        fn what_was_cut_is_read_as_the_same_changes_again(body in json()) {
            let (envelope, raw) = cut(body.as_bytes()).expect("it is JSON");
            prop_assert_eq!(cut(&envelope).expect("so is this").1, raw);
        }
    }
}
