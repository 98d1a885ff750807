use super::*;
use serde_json::json;

fn said(message: Value) -> Said {
    let kind = message["type"].as_str().unwrap_or("text").to_owned();
    of(&message, &kind)
}

fn detail_of(message: Value) -> Detail {
    said(message).told.detail.expect("a detail")
}

fn s(text: &str) -> Option<String> {
    Some(text.to_owned())
}

#[test]
fn plain_text_has_nothing_beside_it() {
    assert!(said(json!({"type":"text","text":{"body":"hi"}})).is_plain());
    assert!(!said(json!({"type":"text","text":{"body":"hi"},"context":{"id":"w"}})).is_plain());
    assert!(
        !said(json!({"type":"text","text":{"body":"hi"},"context":{"forwarded":true}})).is_plain()
    );
}

#[test]
fn files_are_told_with_what_is_known_of_them() {
    let document = said(
        json!({"type":"document","document":{"id":"9","mime_type":"application/pdf","sha256":"abc",
        "filename":"Bill.pdf","caption":"Yours","url":"https://x"}}),
    );
    assert_eq!(
        document.media,
        Some(Media {
            id: "9".into(),
            mime: s("application/pdf"),
            sha256: s("abc"),
            name: s("Bill.pdf"),
            url: s("https://x"),
            voice: false,
        })
    );
    assert_eq!(
        document.told.detail,
        Some(Detail::Media {
            caption: s("Yours"),
            name: s("Bill.pdf"),
            voice: false,
            animated: false,
        })
    );
    for message in [
        json!({"type":"audio","audio":{"id":7,"voice":true}}),
        json!({"type":"voice","voice":{"id":"7"}}),
    ] {
        let voice = said(message);
        assert!(
            voice
                .media
                .is_some_and(|media| media.voice && media.id == "7")
        );
    }
    // Without an id there is nothing to fetch; it is still shown.
    let nothing = said(json!({"type":"image","image":{}}));
    assert!(nothing.media.is_none() && matches!(nothing.told.detail, Some(Detail::Media { .. })));
}

#[test]
fn a_place_keeps_what_can_be_one() {
    let place = |latitude: Value| {
        detail_of(
            json!({"type":"location","location":{"latitude":latitude,"longitude":"106.8","name":"Café"}}),
        )
    };
    for (latitude, read) in [
        (json!(-6.2), Some(-6.2)),
        (json!("-6.2"), Some(-6.2)),
        (json!(91), None),
        (json!("NaN"), None),
        (json!("north"), None),
        (json!(null), None),
    ] {
        let Detail::Location {
            latitude: found,
            longitude,
            name,
            ..
        } = place(latitude.clone())
        else {
            panic!("no place");
        };
        assert_eq!(
            (found, longitude, name),
            (read, Some(106.8), s("Café")),
            "{latitude}"
        );
    }
}

#[test]
fn a_card_has_a_name_whatever_is_missing_and_loses_nothing_that_it_says() {
    let cards = |contacts: Value| match detail_of(json!({"type":"contacts","contacts":contacts})) {
        Detail::Contacts { cards } => cards,
        other => panic!("{other:?}"),
    };
    let full = cards(
        json!([{"name":{"formatted_name":"Ana Ruiz","first_name":"Ana","suffix":"PhD"},"birthday":"1989-03-16",
        "org":{"company":"Sol","title":"Chef"},"emails":[{"email":"a@b.c","type":"WORK"}],"vcard":"BEGIN:VCARD",
        "phones":[{"phone":"+1 555","wa_id":"1555","type":"CELL"},{}]}]),
    );
    let card = &full[0];
    assert_eq!(card.name, "Ana Ruiz");
    assert_eq!(card.phones.len(), 1);
    let values: Vec<_> = card.lines.iter().map(|line| line.value.as_str()).collect();
    for value in ["PhD", "1989-03-16", "Sol", "Chef", "a@b.c"] {
        assert!(values.contains(&value), "{values:?}");
    }
    assert!(!values.contains(&"Ana") && !values.contains(&"BEGIN:VCARD"));
    let poor = cards(
        json!([{"name":{"first_name":"Bo","last_name":"Li"}},{"phones":[{"wa_id":"1555"}]},{},7]),
    );
    let names: Vec<_> = poor.iter().map(|card| card.name.as_str()).collect();
    assert_eq!(names, ["Bo Li", "1555", "", ""]);
    assert!(cards(json!("none")).is_empty());
}

#[test]
fn answers_say_what_was_chosen_and_what_was_filled_in() {
    assert_eq!(
        detail_of(
            json!({"type":"interactive","interactive":{"type":"list_reply","list_reply":{"id":"r","title":"Red","description":"Dark"}}})
        ),
        Detail::Choice {
            title: "Red".into(),
            description: s("Dark"),
            id: s("r")
        }
    );
    assert_eq!(
        detail_of(json!({"type":"button","button":{"payload":"p","text":"Yes"}})),
        Detail::Choice {
            title: "Yes".into(),
            description: None,
            id: s("p")
        }
    );
    let form = |answer: Value| match detail_of(
        json!({"type":"interactive","interactive":{"type":"nfm_reply","nfm_reply":answer}}),
    ) {
        Detail::Form { name, title, lines } => (
            name,
            title,
            lines
                .into_iter()
                .map(|line| (line.label, line.value))
                .collect::<Vec<_>>(),
        ),
        other => panic!("{other:?}"),
    };
    let (name, title, lines) = form(
        json!({"name":"flow","body":"Sent","response_json":"{\"flow_token\":\"t\",\"your_name\":\"Ana\"}"}),
    );
    assert_eq!((name.as_str(), title), ("flow", s("Sent")));
    assert_eq!(lines, [("your name".to_owned(), "Ana".to_owned())]);
    // Any JSON, and none at all.
    assert_eq!(form(json!({"response_json":"[1,\"b\"]"})).2.len(), 2);
    assert_eq!(form(json!({"response_json":"{broken"})).2[0].1, "{broken");
    assert!(form(json!({})).2.is_empty());
    let permission = detail_of(
        json!({"type":"interactive","interactive":{"type":"call_permission_reply",
        "call_permission_reply":{"response":"accept","is_permanent":true}}}),
    );
    let Detail::Form { lines, .. } = permission else {
        panic!("{permission:?}")
    };
    assert_eq!(lines.len(), 2);
    for broken in [
        json!({"type":"interactive","errors":[{"title":"T"}]}),
        json!({"type":"interactive","interactive":{}}),
        json!({"type":"interactive","interactive":"x"}),
        json!({"type":"interactive"}),
    ] {
        assert!(
            matches!(detail_of(broken.clone()), Detail::Unsupported { .. }),
            "{broken}"
        );
    }
}

#[test]
fn a_cart_keeps_numbers_as_they_are_told() {
    let order = detail_of(
        json!({"type":"order","order":{"catalog_id":"c","text":"Soon","product_items":[
        {"product_retailer_id":"a","quantity":2,"item_price":30.5,"currency":"USD"},{"quantity":"many"}]}}),
    );
    let Detail::Order { note, items, .. } = order else {
        panic!("no cart")
    };
    assert_eq!(note, s("Soon"));
    assert_eq!(
        (items[0].quantity.as_str(), items[0].price.as_deref()),
        ("2", Some("30.5"))
    );
    assert_eq!(
        (items[1].quantity.as_str(), items[1].price.as_deref()),
        ("many", None)
    );
}

#[test]
fn changes_name_the_message_that_they_change() {
    let reaction = said(
        json!({"type":"reaction","reaction":{"message_id":"w","emoji":"👍"},"context":{"id":"other"}}),
    );
    assert_eq!((reaction.target, reaction.quotes), (s("w"), None));
    let edit = said(
        json!({"type":"edit","edit":{"original_message_id":"w","message":{"type":"image","image":{"id":"1","caption":"New"}}}}),
    );
    assert_eq!(edit.target, s("w"));
    let Some(Detail::Change { now: Some(now) }) = edit.told.detail else {
        panic!("no change")
    };
    assert!(matches!(*now, Detail::Media { caption: Some(caption), .. } if caption == "New"));
    let revoke = said(json!({"type":"revoke","revoke":{"original_message_id":"w"}}));
    assert_eq!(
        (revoke.target, revoke.told.detail),
        (s("w"), Some(Detail::Change { now: None }))
    );
    let mut nested = json!({"type":"text","text":{"body":"x"}});
    for _ in 0..100 {
        nested = json!({"type":"edit","edit":{"message":nested}});
    }
    assert_eq!(said(nested).told.detail, Some(Detail::Change { now: None }));
}

#[test]
fn where_it_came_from_is_told() {
    let said = said(json!({"type":"text","text":{"body":"hi"},
        "context":{"forwarded":true,"frequently_forwarded":true,"id":"w","referred_product":{"catalog_id":"c","product_retailer_id":"p"}},
        "referral":{"source_type":"ad","source_url":"javascript:alert(1)","headline":"Sale","body":"Half","welcome_message":{"text":"Hello"},"ctwa_clid":"k"}}));
    assert_eq!(said.quotes, s("w"));
    assert_eq!(said.told.forwarded, Some(Forwarded::Often));
    assert_eq!(said.told.product.and_then(|product| product.id), s("p"));
    let referral = said.told.referral.expect("a referral");
    assert_eq!(
        (referral.headline, referral.welcome),
        (s("Sale"), s("Hello"))
    );
}

#[test]
fn what_is_new_is_told_line_by_line_and_what_cannot_be_seen_says_why() {
    let new =
        detail_of(json!({"type":"hologram","hologram":{"title":"Hi","deep":{"text":"Down"}}}));
    let Detail::Lines { lines } = new else {
        panic!("{new:?}")
    };
    assert_eq!(lines.len(), 2);
    let poll = detail_of(
        json!({"type":"unsupported","unsupported":{"type":"poll_creation","raw_type":"poll_v2"},
        "errors":[{"title":"Message type unknown","error_data":{"details":"Not supported"}}]}),
    );
    assert_eq!(
        poll,
        Detail::Unsupported {
            what: s("poll_v2"),
            why: vec!["Message type unknown".into(), "Not supported".into()]
        }
    );
    let moved = detail_of(
        json!({"type":"system","system":{"type":"user_changed_number","body":"A moved","wa_id":"4915"}}),
    );
    let Detail::Notice { event, lines } = moved else {
        panic!("{moved:?}")
    };
    assert_eq!((event.as_str(), lines.len()), ("user_changed_number", 1));
}

#[test]
fn nothing_that_the_database_refuses_gets_in() {
    let hostile = "a\u{0}b\u{202e}";
    let said = said(
        json!({"type":"document","document":{"id":"\u{0}7","filename":hostile,"caption":hostile},"context":{"id":"\u{0}"}}),
    );
    let stored = serde_json::to_string(&said.told).expect("text");
    assert!(!stored.contains("\\u0000"), "{stored}");
    assert_eq!(said.quotes, None);
    assert_eq!(said.media.expect("a file").id, "7");
}
