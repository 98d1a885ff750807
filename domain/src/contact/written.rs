//! What members write of a contact, checked.

use super::phone;
use crate::{Error, Result, Tenant, account, conversation};
use postern_types::{ContactForm, MemberId};

/// A form as it is kept.
pub(super) struct Written {
    pub name: Option<String>,
    /// The number's digits.
    pub digits: Option<String>,
    pub email: Option<String>,
    pub owner: Option<MemberId>,
}

impl Written {
    /// Reads a form; [`Error::Invalid`] names its field.
    pub async fn read(tenant: &mut Tenant, form: &ContactForm) -> Result<Self> {
        let name = name(&form.name)?;
        let email = match form.email.trim() {
            "" => None,
            email => Some(account::checked_email(email)?),
        };
        let digits = match form.phone.trim() {
            "" => None,
            typed => Some(phone::digits(tenant, typed).await?),
        };
        if let Some(owner) = form.owner {
            conversation::works_here(tenant, owner)
                .await
                .map_err(|error| match error {
                    Error::Invalid { reason, .. } => Error::invalid("owner", reason),
                    other => other,
                })?;
        }
        Ok(Self {
            name: Some(name).filter(|name| !name.is_empty()),
            digits,
            email,
            owner: form.owner,
        })
    }
}

/// A name as it is kept; it may be empty. [`Error::Invalid`] on `name`.
pub(super) fn name(name: &str) -> Result<String> {
    let name = name.replace('\0', "");
    let name = name.trim();
    if name.chars().count() > 80 || name.chars().any(char::is_control) {
        return Err(Error::invalid(
            "name",
            "A name has up to 80 characters, in one line. What they call themselves is kept.",
        ));
    }
    Ok(name.to_owned())
}

/// A text of one line and so many characters at most, which is not empty; otherwise `words` on `field`.
pub(super) fn line(
    field: &'static str,
    text: &str,
    most: usize,
    words: &'static str,
) -> Result<String> {
    let text = text.trim();
    if text.is_empty() || text.chars().count() > most || text.chars().any(char::is_control) {
        return Err(Error::invalid(field, words));
    }
    Ok(text.to_owned())
}
