//! Contacts: who writes to a workspace, and how they are found.

mod identity;
mod known;
mod shown;

pub(crate) use known::{learn, moved, resolve};

/// The terms under which a contact is found: words of the name, and the number's endings of four digits and more.
pub fn terms(name: Option<&str>, phone: Option<&str>) -> Vec<String> {
    let mut terms: Vec<String> = name.map(words).unwrap_or_default();
    let digits: String = phone
        .unwrap_or_default()
        .chars()
        .filter(char::is_ascii_digit)
        .collect();
    terms.extend((0..digits.len().saturating_sub(3)).map(|from| digits[from..].to_owned()));
    terms.sort_unstable();
    terms.dedup();
    terms
}

/// The range of terms that begin as `search` does: `from <= term < to`.
pub fn search_range(search: &str) -> (String, String) {
    // No term is longer. PostgreSQL takes no NUL in a text: what stands for it is found nowhere.
    let search: String = search
        .chars()
        .take(200)
        .collect::<String>()
        .replace('\0', "\u{FFFD}");
    let search = search.as_str();
    let digits: String = search.chars().filter(char::is_ascii_digit).collect();
    let phone_like = search
        .chars()
        .all(|c| c.is_ascii_digit() || "+()-. ".contains(c));
    let from = if phone_like && !digits.is_empty() {
        // A number written nationally begins with a zero that its international form lacks.
        digits.trim_start_matches('0').to_owned()
    } else {
        // The longest word says the most.
        words(search)
            .into_iter()
            .max_by_key(String::len)
            .unwrap_or_else(|| search.to_lowercase())
    };
    // In "C" order the highest code point ends every word that begins so.
    let to = format!("{from}\u{10FFFF}");
    (from, to)
}

fn words(text: &str) -> Vec<String> {
    text.to_lowercase()
        .split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .take(12)
        .map(|word| word.chars().take(40).collect())
        .collect()
}

#[cfg(test)]
mod tests {
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
}
