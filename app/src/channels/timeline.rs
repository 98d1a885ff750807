//! A number's quality over time, as stretches of one band.

use postern_types::{Fact, FactChange, Moment};

/// The whole band.
const WIDTH: i64 = 1000;

/// A part of the band, in thousandths of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stretch {
    pub from: i64,
    pub length: i64,
    /// Meta's word for how it was.
    pub value: String,
}

/// The band from a little before the oldest change until now; `changes` stand newest first. None without a change.
pub fn stretches(changes: &[FactChange], now: Moment) -> Vec<Stretch> {
    let quality: Vec<&FactChange> = changes
        .iter()
        .rev()
        .filter(|change| change.fact == Fact::Quality)
        .collect();
    let Some(oldest) = quality.first() else {
        return Vec::new();
    };
    let span = now.since(oldest.at).max(1);
    // How it was before takes a tenth.
    let lead = WIDTH / 10;
    let place = |at: Moment| {
        let along = i128::from(at.since(oldest.at)) * i128::from(WIDTH - lead) / i128::from(span);
        lead + i64::try_from(along).unwrap_or(0).clamp(0, WIDTH - lead)
    };
    let mut drawn = vec![Stretch {
        from: 0,
        length: lead,
        value: oldest.before.clone(),
    }];
    for (nth, change) in quality.iter().enumerate() {
        let from = place(change.at);
        let end = quality.get(nth + 1).map_or(WIDTH, |next| place(next.at));
        drawn.push(Stretch {
            from,
            length: (end - from).max(0),
            value: change.after.clone(),
        });
    }
    drawn
}

#[cfg(test)]
mod tests {
    use super::*;

    fn change(fact: Fact, before: &str, after: &str, at: i64) -> FactChange {
        FactChange {
            fact,
            before: before.into(),
            after: after.into(),
            at: Moment(at),
        }
    }

    #[test]
    fn the_band_ends_now_and_begins_before_the_oldest_change() {
        let changes = [
            change(Fact::Quality, "RED", "GREEN", 1_500),
            change(Fact::Limit, "250", "2000", 1_200),
            change(Fact::Quality, "GREEN", "RED", 1_000),
        ];
        let drawn: Vec<_> = stretches(&changes, Moment(2_000))
            .into_iter()
            .map(|stretch| (stretch.from, stretch.length, stretch.value))
            .collect();
        let expected = [(0, 100, "GREEN"), (100, 450, "RED"), (550, 450, "GREEN")];
        assert_eq!(
            drawn,
            expected.map(|(from, length, value)| (from, length, value.to_owned()))
        );
    }

    #[test]
    fn without_a_change_there_is_none_and_a_clock_that_is_behind_draws_nothing_beyond_it() {
        assert!(stretches(&[change(Fact::Limit, "1", "2", 5)], Moment(9)).is_empty());
        let ahead = [
            change(Fact::Quality, "GREEN", "RED", 5_000),
            change(Fact::Quality, "RED", "GREEN", 1_000),
        ];
        for stretch in stretches(&ahead, Moment(500)) {
            assert!(
                stretch.from >= 0 && stretch.length >= 0 && stretch.from + stretch.length <= WIDTH,
                "{stretch:?}"
            );
        }
    }
}
