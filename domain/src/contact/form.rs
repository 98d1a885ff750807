//! Numbers that two countries write in two ways: WhatsApp may tell the one where we know the other.

/// The other way to write the same line, when its country has two.
///
/// Brazil put a 9 before its mobile numbers; Mexico had a 1 behind its country code. WhatsApp knows many under the old form.
pub(super) fn other_form(digits: &str) -> Option<String> {
    if let Some(national) = digits.strip_prefix("55") {
        let (area, line) = national.split_at_checked(2)?;
        return match (line.len(), line.as_bytes().first()?) {
            (9, b'9') if is_mobile(&line[1..]) => Some(format!("55{area}{}", &line[1..])),
            (8, _) if is_mobile(line) => Some(format!("55{area}9{line}")),
            _ => None,
        };
    }
    let national = digits.strip_prefix("52")?;
    match (national.len(), national.strip_prefix('1')) {
        (11, Some(line)) => Some(format!("52{line}")),
        (10, _) => Some(format!("521{national}")),
        _ => None,
    }
}

/// Before the 9 came, mobile numbers of Brazil began with 6 to 9; what begins lower is a line in a house.
fn is_mobile(line: &str) -> bool {
    line.starts_with(['6', '7', '8', '9'])
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_line_of_brazil_or_mexico_has_two_forms_and_others_one() {
        for (one, other) in [
            ("5511987654321", Some("551187654321")),
            ("551187654321", Some("5511987654321")),
            ("551133334444", None),
            ("5511933334444", None),
            ("55119", None),
            ("55", None),
            ("5215512345678", Some("525512345678")),
            ("525512345678", Some("5215512345678")),
            ("52155123", None),
            ("4915112345678", None),
            ("6281234567890", None),
            ("", None),
        ] {
            assert_eq!(other_form(one).as_deref(), other, "{one}");
        }
    }

    proptest! {
        #[test]
        fn the_other_form_of_the_other_form_is_the_number(digits in "(55|52|49)[0-9]{5,14}") {
            if let Some(other) = other_form(&digits) {
                prop_assert_eq!(other_form(&other), Some(digits));
            }
        }
    }
}
