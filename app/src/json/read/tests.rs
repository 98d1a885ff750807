//! Held against `serde_json`, which wrote what is read.

use super::whole;
use postern_types::{
    Card, CardPhone, ChannelView, Content, ConversationRow, Detail, Entry, Extra, FeedCursor,
    FileState, FileView, Forwarded, InboxCounts, InboxPage, InboxSnapshot, Line, ListRequest,
    MessageView, Moment, ServerFrame, SetUpState, SignedIn, TemplateSent, ThreadPage, Told,
};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use std::fmt::Debug;

const ID: &str = "018f3c5e-7a00-7000-8000-00000000000a";

/// Both read the same, or both refuse it.
fn alike<T: DeserializeOwned + Debug + PartialEq>(text: &str) -> Option<T> {
    let theirs = serde_json::from_str::<T>(text);
    let ours = whole::<T>(text.as_bytes());
    assert_eq!(ours.is_ok(), theirs.is_ok(), "{text}: {ours:?}, {theirs:?}");
    let ours = ours.ok();
    assert_eq!(ours, theirs.ok(), "{text}");
    ours
}

fn message(text: &str) -> String {
    format!(
        r#"{{"id":"{ID}","rev":9007199254740993,"conversation":"{ID}","direction":"in","author":null,
        "content":{{"type":"text","text":"{text}"}},"at":-1,"arrival":0,"status":"read","status_at":17,
        "fault":{{"code":-131047,"reason":"late","retry":false}},"ask_at":null}}"#
    )
}

fn row() -> String {
    format!(
        r#"{{"id":"{ID}","rev":2,"contact":{{"id":"{ID}","name":"Zoë","phone":null}},"channel":"{ID}","state":"open",
        "assignee":"{ID}","last":{{"content":{{"type":"other","kind":"image","summary":""}},"direction":"out",
        "status":"failed"}},"last_at":5,"unread":3,"window_until":null}}"#
    )
}

#[test]
fn what_the_server_says_is_read_as_serde_json_reads_it() {
    let read = alike::<MessageView>(&message("hi")).expect("a message");
    assert_eq!(read.rev, 9_007_199_254_740_993);
    assert!(alike::<ConversationRow>(&row()).is_some());
    let page = format!(
        r#"{{"messages":[{},{}],"older":"x"}}"#,
        message("a"),
        message("b")
    );
    assert_eq!(
        alike::<ThreadPage>(&page).map(|page| page.messages.len()),
        Some(2)
    );
    let event = format!(
        r#"{{"type":"event","cursor":"1-2","event":{{"type":"message","message":{},"conversation":{}}}}}"#,
        message("c"),
        row()
    );
    assert!(matches!(alike(&event), Some(ServerFrame::Event { .. })));
    let me = format!(
        r#"{{"token":"t","expires_in":900,"me":{{"account":"{ID}","name":"A","email":"a@b","memberships":[
        {{"workspace":"{ID}","workspace_name":"W","member":"{ID}","role":"owner","state":"unproven","tone":3,"logo":"l"}}],
        "habits":{{"locale":"de-DE","announce":"mine","sound":false}}}}}}"#
    );
    assert!(alike::<SignedIn>(&me).is_some());
    let entry = format!(r#"{{"in":{me}}}"#);
    assert!(matches!(alike(&entry), Some(Entry::In(_))));
    let step = r#"{"factor":{"ticket":"t","kinds":["passkey","totp","recovery","email"]}}"#;
    assert!(matches!(alike(step), Some(Entry::Factor(_))));
    assert_eq!(alike::<String>(r#""ticket""#).as_deref(), Some("ticket"));
    assert_eq!(alike::<()>(" null "), Some(()));
    assert_eq!(alike::<Vec<ChannelView>>(" [ ] "), Some(Vec::new()));
}

#[test]
fn what_was_not_asked_for_is_passed_over() {
    let more = r#"{"new":{"deep":[[{"a":"]}\\\""}],-1.5e3,null,true]},"needed":false,"x":"y","open":true}"#;
    assert_eq!(alike(more), Some(state(false, true)));
    let deep = format!(
        r#"{{"new":{}{},"needed":true,"open":false}}"#,
        "[".repeat(100_000),
        "]".repeat(100_000)
    );
    assert_eq!(whole(deep.as_bytes()), Ok(state(true, false)));
}

fn state(needed: bool, open: bool) -> SetUpState {
    let providers = Vec::new();
    SetUpState {
        needed,
        open,
        providers,
    }
}

#[test]
fn a_text_is_read_with_its_escapes() {
    for text in [
        r#""""#,
        r#""a\"\\\/\b\f\n\r\tz""#,
        r#""\u00e9\u0000\uD83D\uDE00é😀""#,
        r#""\ud83d""#,
        r#""\ud83dx""#,
        r#""\ud83dA""#,
        r#""\ude00""#,
        r#""\u12g4""#,
        r#""\u12"#,
        r#""\x""#,
        "\"a\nb\"",
        "\"a\u{0}b\"",
        r#""open"#,
        r#""\"#,
        "",
        "\"a\" \"b\"",
    ] {
        alike::<String>(text);
    }
    assert!(whole::<String>(b"\"\xff\"").is_err());
}

#[test]
fn what_is_not_whole_is_refused() {
    let text = message("hi");
    for end in 0..text.len() {
        assert_eq!(alike::<MessageView>(&text[..end]), None);
    }
    for text in [
        r#"{"open":true,"needed":1}"#,
        r#"{"open":true,"needed":"true"}"#,
        r#"{"open":true,"needed":null}"#,
        r#"{"open":true,"needed":true,"needed":true}"#,
        r#"{"open":true,"needed":true"needed":true}"#,
        r#"{"open":true,"needed" true}"#,
        r#"{"open":true,needed:true}"#,
        r#"{"open":true,"needed":true}}"#,
        r#"{"open":true,"needed":truth}"#,
        r#"{"needed":true}"#,
        "{}",
        "[",
        "<html>",
    ] {
        assert_eq!(alike::<SetUpState>(text), None);
    }
    for text in ["1.5", "1e3", "--1", "", "99999999999", "-1", "x"] {
        assert_eq!(alike::<u32>(text), None);
    }
    assert_eq!(alike::<Content>(r#"{"type":"sound"}"#), None);
}

#[test]
fn a_fault_says_what_was_missing_and_repeats_nothing() {
    let told = |text: &str| {
        whole::<MessageView>(text.as_bytes())
            .expect_err("a fault")
            .to_string()
    };
    assert_eq!(told("{}"), "missing field `id`");
    assert_eq!(told("<html>"), "expected `{` at byte 0");
    assert!(told(r#"{"id":"secret"}"#).contains("UUID"));
    assert!(!told(r#"{"rev":"secret"}"#).contains("secret"));
}

#[derive(Debug, PartialEq, Serialize, Deserialize)]
enum Carries {
    Something(u8),
}

#[test]
fn what_serde_json_writes_is_read_back() {
    fn back<T: Serialize + DeserializeOwned + Debug + PartialEq>(value: &T) {
        let text = serde_json::to_string(value).expect("text");
        assert_eq!(whole::<T>(text.as_bytes()).as_ref(), Ok(value), "{text}");
    }
    back(&ListRequest {
        search: "\u{1}\"\\\u{2028}é".into(),
        ..ListRequest::default()
    });
    back(&ServerFrame::Beat);
    back(&InboxSnapshot {
        page: InboxPage {
            rows: vec![serde_json::from_str(&row()).expect("a row")],
            next: Some("x".into()),
        },
        counts: InboxCounts::default(),
        members: Vec::new(),
        channels: Vec::new(),
        teams: Vec::new(),
        labels: Vec::new(),
        cursor: FeedCursor("1-2".into()),
        now: Moment(3),
    });

    for detail in [
        Detail::Media {
            caption: Some("so".into()),
            name: None,
            voice: true,
            animated: false,
        },
        Detail::Location {
            latitude: Some(52.130_001_5),
            longitude: Some(-4.0),
            name: None,
            address: None,
            url: None,
        },
        Detail::Contacts {
            cards: vec![Card {
                name: "Zoë".into(),
                phones: vec![CardPhone::default()],
                lines: vec![Line {
                    label: "a".into(),
                    value: "b".into(),
                }],
            }],
        },
        Detail::LocationRequest,
        Detail::Template(TemplateSent::default()),
        Detail::Change {
            now: Some(Box::new(Detail::Change { now: None })),
        },
    ] {
        back(&Extra {
            told: Told {
                detail: Some(detail),
                forwarded: Some(Forwarded::Often),
                ..Told::default()
            },
            file: Some(FileView {
                id: ID.parse().expect("an id"),
                state: FileState::Waiting,
                mime: "image/webp".into(),
                name: None,
                size: Some(7),
                width: Some(1),
                height: None,
                seconds: None,
                wave: None,
                thumb: false,
                fault: None,
            }),
            edited: Some(Moment(5)),
            ..Extra::default()
        });
    }
}

#[test]
fn what_a_variant_carries_is_read_as_serde_json_reads_it() {
    for text in [
        r#"{"location_request":null}"#,
        r#""location_request""#,
        r#"{"media":{"caption":null,"name":null,"voice":true,"animated":false,"new":[1.5]}}"#,
        r#"{"location":{"latitude":-0.5,"longitude":12,"name":null,"address":null,"url":null}}"#,
        r#"{"location":{"latitude":1e1,"longitude":null,"name":null,"address":null,"url":null}}"#,
        r#"{"location":{"latitude":"1","longitude":null,"name":null,"address":null,"url":null}}"#,
        r#"{"location":{"latitude":1.5,"#,
        r#"{"location":1.5}"#,
        r#"{"template":{}}"#,
        r#""template""#,
        r#"{"hologram":{}}"#,
        r#"{"template":{},"media":{}}"#,
        r#"{"template":{}"#,
        "{}",
        "7",
    ] {
        alike::<Detail>(text);
    }
    for text in [
        r#"[["a",null],["b",7]]"#,
        r#"[["a"]]"#,
        r#"[["a",7,8]]"#,
        r#"[["a",7"#,
        "[]",
        r#"["a",7]"#,
    ] {
        alike::<Vec<(String, Option<u32>)>>(text);
    }
    for text in [
        r#""Something""#,
        r#"{"Something":7}"#,
        r#"{"Something":[7]}"#,
    ] {
        alike::<Carries>(text);
    }
}
