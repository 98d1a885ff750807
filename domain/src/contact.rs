//! Contacts: who writes to a workspace, and how they are found.

mod alike;
mod book;
mod edit;
pub mod field;
mod form;
mod identity;
pub mod import;
mod known;
pub mod label;
mod make;
mod merge;
pub mod note;
mod orphan;
mod person;
mod phone;
mod preference;
mod reached;
mod scope;
mod shown;
mod timeline;
mod whole;
mod written;

pub use alike::dismiss;
pub use book::book;
pub use edit::edit;
pub(crate) use known::{learn, moved, of_number, resolve};
pub use make::create;
pub use merge::{merge, undo};
pub(crate) use orphan::{let_go, theirs};
pub use person::{find, person, rename};
pub(crate) use phone::{Located, digits, is_country, located};
pub(crate) use preference::prefer;
pub(crate) use reached::{Reached, reached};
pub(crate) use scope::widen;
pub use timeline::timeline;
pub use whole::whole;

use crate::{Error, Result, Tenant};
use postern_types::ContactId;

/// [`Error::NotFound`] unless the contact is there for who acts, and was merged into nobody; held until the transaction ends.
async fn is_standing(tenant: &mut Tenant, contact: ContactId) -> Result<()> {
    if merge::standing(tenant, contact).await? == contact {
        Ok(())
    } else {
        Err(Error::NotFound)
    }
}

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
    let from = if search.find('@').is_some_and(|at| at > 0) {
        // An address as a whole; a username has its sign first.
        search.trim().to_lowercase()
    } else if phone_like && !digits.is_empty() {
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
mod tests;
