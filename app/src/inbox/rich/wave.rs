//! The bars of a voice note, drawn as one line of strokes.

use std::fmt::Write as _;

/// How far a bar is from the next, in units of the drawing.
const STEP: usize = 4;
/// How high the drawing is.
pub const HIGH: usize = 28;
const BARS: usize = 48;

/// The strokes of the first `played` bars; of all, when it is none.
pub fn bars(wave: Option<&str>, played: Option<f64>) -> String {
    let levels = levels(wave);
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        clippy::cast_precision_loss,
        reason = "a part of a few bars"
    )]
    let shown = played.map_or(levels.len(), |part| {
        (levels.len() as f64 * part.clamp(0.0, 1.0)).round() as usize
    });
    let mut path = String::new();
    for (n, level) in levels.iter().take(shown).enumerate() {
        let high = 2 + usize::from(*level) * (HIGH - 4) / 9;
        let (x, y) = (n * STEP + STEP / 2, (HIGH - high) / 2);
        // A text takes whatever is written to it.
        let _ = write!(path, "M{x} {y}v{high}");
    }
    path
}

/// The drawing's own units.
pub fn view_box(wave: Option<&str>) -> String {
    format!("0 0 {} {HIGH}", levels(wave).len() * STEP)
}

/// Loudness from 0 to 9, brought to a number of bars that has room; a flat line when it is not known.
fn levels(wave: Option<&str>) -> Vec<u8> {
    let told: Vec<u8> = wave
        .unwrap_or_default()
        .chars()
        .filter_map(|c| c.to_digit(10).and_then(|n| u8::try_from(n).ok()))
        .take(4096)
        .collect();
    if told.is_empty() {
        return vec![0; BARS];
    }
    (0..BARS)
        .map(|bar| {
            let from = bar * told.len() / BARS;
            let to = ((bar + 1) * told.len() / BARS).max(from + 1);
            told.get(from..to)
                .and_then(|part| part.iter().max().copied())
                .unwrap_or(0)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_are_as_many_bars_whatever_is_told() {
        for wave in [
            None,
            Some(""),
            Some("nonsense"),
            Some("5"),
            Some("0123456789"),
            Some(&"90".repeat(200)),
        ] {
            assert_eq!(bars(wave, None).matches('M').count(), BARS, "{wave:?}");
            assert_eq!(bars(wave, Some(0.0)), "");
            assert_eq!(bars(wave, Some(0.5)).matches('M').count(), BARS / 2);
            assert_eq!(bars(wave, Some(7.0)), bars(wave, None));
            assert_eq!(bars(wave, Some(f64::NAN)), "");
        }
        assert_eq!(view_box(None), "0 0 192 28");
    }

    #[test]
    fn the_loudest_of_a_part_is_drawn_and_nothing_leaves_the_drawing() {
        assert!(levels(Some("9")).iter().all(|level| *level == 9));
        assert_eq!(levels(Some(&"90".repeat(BARS))), vec![9; BARS]);
        assert!(
            bars(Some("9"), None).starts_with("M2 1v26"),
            "{}",
            bars(Some("9"), None)
        );
    }
}
