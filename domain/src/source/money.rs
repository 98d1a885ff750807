//! Amounts as people read them.

/// Digits behind the point, where they are not two, as Stripe counts amounts: ISK and UGX have two there though people use none.
/// <https://docs.stripe.com/currencies>
const DECIMALS: [(&str, u32); 20] = [
    ("BHD", 3),
    ("BIF", 0),
    ("CLP", 0),
    ("DJF", 0),
    ("GNF", 0),
    ("JOD", 3),
    ("JPY", 0),
    ("KMF", 0),
    ("KRW", 0),
    ("KWD", 3),
    ("MGA", 0),
    ("OMR", 3),
    ("PYG", 0),
    ("RWF", 0),
    ("TND", 3),
    ("VND", 0),
    ("VUV", 0),
    ("XAF", 0),
    ("XOF", 0),
    ("XPF", 0),
];

/// Digits behind the point of an amount in that currency.
pub(super) fn decimals(currency: &str) -> u32 {
    let found = DECIMALS.iter().find(|(word, _)| *word == currency);
    found.map_or(2, |(_, decimals)| *decimals)
}

/// An amount in the currency's smallest unit, written out: `1,234.50 EUR`.
pub(super) fn written(amount: i64, currency: &str) -> String {
    let decimals = decimals(currency);
    let (unit, amount, sign) = (
        10_u64.pow(decimals),
        amount.unsigned_abs(),
        if amount < 0 { "-" } else { "" },
    );
    let whole = grouped(amount / unit);
    if decimals == 0 {
        return format!("{sign}{whole} {currency}");
    }
    let width = usize::try_from(decimals).unwrap_or_default();
    format!("{sign}{whole}.{:0width$} {currency}", amount % unit)
}

fn grouped(whole: u64) -> String {
    let digits = whole.to_string();
    let mut out = String::with_capacity(digits.len() + digits.len() / 3);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_amount_has_its_currencys_own_digits_behind_the_point() {
        for (amount, currency, expected) in [
            (1250, "EUR", "12.50 EUR"),
            (5, "USD", "0.05 USD"),
            (0, "USD", "0.00 USD"),
            (123_456_789, "EUR", "1,234,567.89 EUR"),
            (1200, "JPY", "1,200 JPY"),
            (500, "KRW", "500 KRW"),
            (1230, "KWD", "1.230 KWD"),
            (1_000_000, "BHD", "1,000.000 BHD"),
            (500, "UGX", "5.00 UGX"),
            (100, "ZZZ", "1.00 ZZZ"),
            (-1250, "EUR", "-12.50 EUR"),
            (i64::MIN, "JPY", "-9,223,372,036,854,775,808 JPY"),
        ] {
            assert_eq!(written(amount, currency), expected);
        }
    }
}
