//! The terms under which a contact is found.

use super::*;

fn found(search: &str, name: Option<&str>, phone: Option<&str>) -> bool {
    let (from, to) = search_range(search);
    terms(name, phone)
        .iter()
        .any(|term| *term >= from && *term < to)
}

#[test]
fn a_contact_is_found_by_the_beginning_of_a_word_or_a_part_of_the_number() {
    let (name, phone) = (Some("María-José Ñúñez"), Some("+62 812 3456 7890"));
    for search in [
        "mar",
        "María",
        "josé",
        "ñú",
        "0812",
        "+62812",
        "3456",
        "78 90",
        "6281234567890",
    ] {
        assert!(found(search, name, phone), "{search}");
    }
    for search in ["aría", "pedro", "9999", "0813"] {
        assert!(!found(search, name, phone), "{search}");
    }
    assert!(found("أح", Some("أحمد"), None));
    assert!(!found("x", None, None));
}

#[test]
fn what_no_text_of_the_database_can_hold_is_searched_for_and_not_found() {
    for search in ["\0", "mar\0", "\u{1}\0", &"\0".repeat(100_000)] {
        let (from, to) = search_range(search);
        assert!(!from.contains('\0') && !to.contains('\0'), "{search:?}");
        assert!(!from.is_empty() && to.len() < 1000);
    }
    assert!(!found("\0", Some("María"), Some("+62 812")));
}
