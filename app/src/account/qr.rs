//! A QR code, drawn as one path.

use crate::words::settings;
use leptos::prelude::*;
use std::fmt::Write as _;

/// Light squares around it, without which a camera does not find it (ISO/IEC 18004 wants four).
const QUIET: usize = 4;

/// Dark on white in every theme: many cameras do not read the opposite.
#[component]
pub fn Qr(squares: Vec<bool>) -> impl IntoView {
    let side = squares.len().isqrt();
    let whole = side + 2 * QUIET;
    view! {
        <svg class="qr" viewBox=format!("0 0 {whole} {whole}") role="img" aria-label=settings::QR>
            <rect class="qr-paper" width=whole.to_string() height=whole.to_string()/>
            <path class="qr-ink" d=path(&squares, side)/>
        </svg>
    }
    .into_any()
}

/// One stroke for each run of dark squares; none when the squares are no square.
fn path(squares: &[bool], side: usize) -> String {
    let mut path = String::new();
    if side == 0 || side * side != squares.len() {
        return path;
    }
    for (y, row) in squares.chunks(side).enumerate() {
        let mut x = 0;
        for run in row.chunk_by(|a, b| a == b) {
            if run[0] {
                let (x, y, long) = (x + QUIET, y + QUIET, run.len());
                // A text takes whatever is written to it.
                let _ = write!(path, "M{x} {y}h{long}v1h-{long}z");
            }
            x += run.len();
        }
    }
    path
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_run_of_dark_squares_is_one_box_within_the_quiet_zone() {
        let squares: Vec<bool> = "##.\
                                  ...\
                                  #.#"
        .chars()
        .map(|c| c == '#')
        .collect();
        assert_eq!(path(&squares, 3), "M4 4h2v1h-2zM4 6h1v1h-1zM6 6h1v1h-1z");
        assert_eq!(path(&squares[..8], 2), "");
        assert_eq!(path(&[], 0), "");
    }
}
