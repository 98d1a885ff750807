//! A contact's card: vCard 4.0 (RFC 6350).
//!
//! Telephones read 4.0 as well as 3.0 as long as it is plain: the number is a text and no `tel:` address, which 4.0 allows and
//! older readers need, and the name stands in `N` too, which 4.0 leaves open and they look for. UTF-8 is the rule in 4.0.

use super::{kept, lines::Lines, link};
use crate::{Result, account};
use postern_types::QrCard;

/// The card; `phone` is its number as digits.
pub(super) fn text(card: &QrCard, phone: Option<&str>) -> Result<String> {
    let name = kept::line("name", &card.name, 120)?;
    kept::needed("name", &name, "A card needs a name.")?;
    let organisation = kept::line("organisation", &card.organisation, 120)?;
    let title = kept::line("title", &card.title, 120)?;
    let place = kept::lines("place", &card.place, 300)?;
    let note = kept::lines("note", &card.note, 500)?;
    let email = match card.email.trim() {
        "" => String::new(),
        email => account::checked_email(email)?,
    };
    let website = match card.website.trim() {
        "" => None,
        website => Some(link::text("website", website)?),
    };
    let mut lines = Lines::default();
    lines.plain("BEGIN", "VCARD");
    lines.plain("VERSION", "4.0");
    lines.text("FN", &name);
    lines.plain("N", &format!(";{};;;", super::lines::escaped(&name)));
    lines.text("ORG", &organisation);
    lines.text("TITLE", &title);
    if let Some(phone) = phone {
        lines.plain("TEL;TYPE=cell", &format!("+{phone}"));
    }
    lines.text("EMAIL", &email);
    if let Some(website) = website {
        lines.plain("URL", &website);
    }
    if !place.is_empty() {
        let place = super::lines::escaped(&place);
        lines.plain("ADR", &format!(";;{place};;;;"));
    }
    lines.text("NOTE", &note);
    lines.plain("END", "VCARD");
    Ok(lines.whole())
}
