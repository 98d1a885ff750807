//! The people of the demo. Their numbers are invented, and nothing here reaches a telephone network.

use std::time::Duration;

use super::lines;
use super::{Customer, Script};
use crate::wire::Person;

/// Number, profile name, milliseconds until the first word, lines.
type Entry = (&'static str, Option<&'static str>, u64, Script);

const LONG_NAME: &str = "Maximiliana Wilhelmina Theodora von Hohenberg-Schwarzenfels zu Altenburg (Veranstaltungen & Catering, \
                         Niederlassung Berlin-Brandenburg)";

const PEOPLE: [Entry; 14] = [
    ("447700900123", Some("Amelia Clarke"), 1_500, lines::AMELIA),
    ("971500100210", Some("سارة المنصوري"), 4_000, lines::SARA),
    (
        "558190010333",
        Some("João Pedro Albuquerque"),
        7_500,
        lines::JOAO,
    ),
    ("16505550142", None, 11_000, lines::NAMELESS),
    ("6281200004455", Some("Budi Santoso"), 15_000, lines::BUDI),
    ("819000001234", Some("🌸 Yuki ☕️"), 19_000, lines::YUKI),
    ("4915100000777", Some(LONG_NAME), 23_500, lines::THEODORA),
    ("16505550177", Some("Tom Becker"), 28_000, lines::TOM),
    (
        "201000000888",
        Some("Omar Haddad · عمر"),
        33_000,
        lines::OMAR,
    ),
    ("919900000456", Some("Priya Raman"), 38_000, lines::PRIYA),
    (
        "33700000099",
        Some("Camille Dubois"),
        43_000,
        lines::CAMILLE,
    ),
    (
        "5215500000321",
        Some("Lucía Fernández"),
        48_000,
        lines::LUCIA,
    ),
    ("2348000000654", Some("Chidi Okafor"), 53_000, lines::CHIDI),
    (
        "6281300009988",
        Some("Dewi Lestari 🇮🇩"),
        58_000,
        lines::DEWI,
    ),
];

/// Everybody, dealt over the numbers in turn; nobody if there is no number.
pub(super) fn everybody(numbers: &[String]) -> Vec<Customer> {
    let people = PEOPLE.iter().zip(numbers.iter().cycle());
    people
        .map(|(&(wa_id, name, opens_after, script), number)| Customer {
            person: Person {
                name: name.map(str::to_owned),
                ..Person::new(wa_id)
            },
            phone_number_id: number.clone(),
            opens_after: Duration::from_millis(opens_after),
            script,
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_writes_within_three_seconds_and_all_within_a_minute() {
        let all = everybody(&["1".to_owned(), "2".to_owned()]);
        assert_eq!(all.len(), 14);
        assert!(all[0].opens_after <= Duration::from_secs(3));
        assert!(
            all.iter()
                .all(|one| one.opens_after < Duration::from_mins(1))
        );
        assert!(
            all.iter()
                .all(|one| !one.script.opening.is_empty() && !one.script.pleasantries.is_empty())
        );
        assert!(all.iter().any(|one| one.person.name.is_none()));
        assert_eq!(
            all.iter().filter(|one| one.phone_number_id == "2").count(),
            7
        );
        assert!(everybody(&[]).is_empty());
    }
}
