//! A number as it is kept: its digits, as E.164 writes them, by the world's numbering plans.
//!
//! What is typed with its country is read as it stands. What is typed without is taken for a number of the country that the
//! workspace's own numbers are of, when that is one.

use crate::{Error, Result, Tenant};
use phonenumber::{Mode, country, metadata::DATABASE};
use postern_types::{PhoneFault, e164};

/// What somebody typed, as digits, the country code first. [`Error::Invalid`] on `phone` for what is no number.
pub(crate) async fn digits(tenant: &mut Tenant, typed: &str) -> Result<String> {
    let home = match e164(typed) {
        Err(PhoneFault::Country) => home(tenant).await?,
        _ => None,
    };
    read(home, typed).map_err(|words| Error::invalid("phone", words))
}

/// The country of the workspace's own numbers; none when they have several, or none.
async fn home(tenant: &mut Tenant) -> Result<Option<country::Id>> {
    Ok(home_code(tenant).await?.and_then(country_of))
}

/// Its code.
pub(super) async fn home_code(tenant: &mut Tenant) -> Result<Option<u16>> {
    let workspace = tenant.workspace();
    let phones = sqlx::query_scalar!(
        "SELECT phone FROM channel WHERE workspace_id = $1 ORDER BY id LIMIT 50",
        workspace.0,
    )
    .fetch_all(tenant.conn())
    .await?;
    let mut codes: Vec<u16> = phones
        .iter()
        .filter_map(|phone| Some(phonenumber::parse(None, phone).ok()?.country().code()))
        .collect();
    codes.sort_unstable();
    codes.dedup();
    let [code] = codes[..] else {
        return Ok(None);
    };
    Ok(Some(code))
}

/// The country that a code is mainly of.
pub(super) fn country_of(code: u16) -> Option<country::Id> {
    let countries = DATABASE.region(&code).unwrap_or_default();
    countries.first().and_then(|country| country.parse().ok())
}

/// A number that was given with its country, and where it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Located {
    /// All of its digits.
    pub digits: String,
    /// How many of them are the country code.
    pub code: usize,
    /// The country, as ISO 3166 writes it. Several share a code; none when the digits do not say which of them it is.
    pub country: Option<String>,
}

/// The number, for a machine, which says the country: none is guessed, for the wrong one would be another person's.
/// [`Error::Invalid`] on `phone` for what is no number.
pub(crate) fn located(typed: &str) -> Result<Located> {
    let invalid = |words| Error::invalid("phone", words);
    let digits = read(None, typed).map_err(invalid)?;
    let number = phonenumber::parse(None, format!("+{digits}"))
        .map_err(|_| invalid(PhoneFault::Country.to_string()))?;
    let code = number.country().code();
    // A number that no plan knows as in use is still of the one country that has the code.
    let alone = || match DATABASE.region(&code).as_deref() {
        Some([_]) => country_of(code),
        _ => None,
    };
    let country = number.country().id().or_else(alone);
    Ok(Located {
        code: code.to_string().len(),
        country: country.map(|country| country.as_ref().to_owned()),
        digits,
    })
}

/// Whether numbers can be of that country, as ISO 3166 writes it.
pub(crate) fn is_country(word: &str) -> bool {
    word.parse::<country::Id>().is_ok()
}

/// What somebody typed, as digits; else what is wrong with it.
pub(super) fn read(home: Option<country::Id>, typed: &str) -> std::result::Result<String, String> {
    let number = match e164(typed) {
        Ok(digits) => phonenumber::parse(None, format!("+{digits}")),
        Err(PhoneFault::Country) if home.is_some() => phonenumber::parse(home, typed.trim()),
        Err(fault) => return Err(fault.to_string()),
    };
    let number = number.map_err(|_| PhoneFault::Country.to_string())?;
    let written = number.format().mode(Mode::E164).to_string();
    let code = number.country().code();
    let national = written.len().saturating_sub(1 + code.to_string().len());
    if !(number.is_valid() || is_possible(code, national)) {
        return Err(format!(
            "No number behind +{code} has so many digits. Look whether one is missing, or is there twice."
        ));
    }
    Ok(written.trim_start_matches('+').to_owned())
}

/// Whether numbers of that country have so many digits. Which of them are in use changes faster than we do.
fn is_possible(code: u16, long: usize) -> bool {
    let Ok(long) = u16::try_from(long) else {
        return false;
    };
    let plans = DATABASE.by_code(&code).unwrap_or_default();
    plans.iter().any(|plan| {
        let kinds = plan.descriptors();
        [
            kinds.fixed_line(),
            kinds.mobile(),
            kinds.voip(),
            kinds.personal_number(),
            kinds.toll_free(),
            kinds.shared_cost(),
            kinds.premium_rate(),
            kinds.uan(),
        ]
        .into_iter()
        .flatten()
        .any(|kind| kind.possible_length().contains(&long))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_number_is_one_number_however_it_is_typed() {
        use country::Id::{DE, IT};
        for (home, typed, expected) in [
            (None, "+49 1512 3456789", Some("4915123456789")),
            (None, "0049 1512/3456789", Some("4915123456789")),
            // The zero within is dialled within the country alone.
            (None, "+49 (0)1512 3456789", Some("4915123456789")),
            (Some(DE), "01512 3456789", Some("4915123456789")),
            (Some(IT), "01512 3456789", Some("39015123456789")),
            (None, "01512 3456789", None),
            (None, "+1 212 555 0123", Some("12125550123")),
            (None, "+1 212 555 01", None),
            (None, "+55 11 98765-4321", Some("5511987654321")),
            (None, "+55 11 8765-4321", Some("551187654321")),
            (None, "+39 06 1234 5678", Some("390612345678")),
            (None, "+999 1234 5678", None),
            (None, "ring me", None),
            (Some(DE), "ring me", None),
            (None, "", None),
        ] {
            assert_eq!(read(home, typed).ok().as_deref(), expected, "{typed}");
        }
    }

    #[test]
    fn a_machine_says_the_country_and_a_code_that_several_share_is_told_apart_by_the_digits() {
        for (typed, expected) in [
            ("+49 1512 3456789", Some(("4915123456789", 2, Some("DE")))),
            ("+1 212 555 0123", Some(("12125550123", 1, Some("US")))),
            ("+1 613 782 7274", Some(("16137827274", 1, Some("CA")))),
            ("+1 876 555 0123", Some(("18765550123", 1, Some("JM")))),
            ("+44 7400 123456", Some(("447400123456", 2, Some("GB")))),
            ("+599 9 518 1234", Some(("59995181234", 3, Some("CW")))),
            ("01512 3456789", None),
            ("+999 1234 5678", None),
            ("", None),
        ] {
            let expected =
                expected.map(|(digits, code, country): (&str, _, Option<&str>)| Located {
                    digits: digits.to_owned(),
                    code,
                    country: country.map(str::to_owned),
                });
            assert_eq!(located(typed).ok(), expected, "{typed}");
        }
        assert!(is_country("DE") && is_country("JM") && !is_country("de") && !is_country("ZZZ"));
    }

    proptest! {
        #[test]
        fn nothing_that_is_typed_breaks_it(typed in "[+0-9 ()٠-٩x,;#\\u{200E}a-f-]{0,40}", home in any::<bool>()) {
            let home = home.then_some(country::Id::US);
            if let Ok(digits) = read(home, &typed) {
                prop_assert!((4..=18).contains(&digits.len()), "{digits}");
                prop_assert_eq!(read(None, &format!("+{digits}")).ok(), Some(digits));
            }
        }
    }
}
