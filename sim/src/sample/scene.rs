//! What the pictures show: the sun over the harbour.

/// Red, green, blue.
pub(super) type Colour = [u8; 3];

/// Sky above, sky below, sun, sea.
const LIGHTS: [[Colour; 4]; 4] = [
    [
        [60, 90, 160],
        [250, 190, 140],
        [255, 230, 150],
        [40, 80, 120],
    ],
    [
        [110, 180, 235],
        [215, 235, 250],
        [255, 250, 220],
        [30, 110, 140],
    ],
    [[40, 30, 70], [180, 90, 110], [240, 120, 90], [30, 40, 80]],
    [
        [150, 160, 165],
        [205, 210, 210],
        [235, 235, 225],
        [95, 115, 120],
    ],
];

/// The colour at a place, of which both parts go from 0 to 1; the sun stands so high.
pub(super) fn colour(light: usize, x: f32, y: f32, sun: f32) -> Colour {
    let [above, below, disc, sea] = LIGHTS[light % LIGHTS.len()];
    let (dx, dy) = ((x - 0.5) * 4.0 / 3.0, y - (0.62 - sun * 0.4));
    if y > 0.66 {
        let shine = (x - 0.5).abs() < 0.06 + (y - 0.66) * 0.3 && (y * 40.0).sin() > 0.2;
        return if shine { mix(sea, disc, 0.6) } else { sea };
    }
    if dx.hypot(dy) < 0.13 {
        return disc;
    }
    mix(above, below, y / 0.66)
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "between two bytes lies a byte"
)]
fn mix(from: Colour, to: Colour, part: f32) -> Colour {
    std::array::from_fn(|at| {
        let (from, to) = (f32::from(from[at]), f32::from(to[at]));
        (from + (to - from) * part.clamp(0.0, 1.0)) as u8
    })
}

/// Brightness and the two differences of colour, as JPEG has them (ITU-T T.871).
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "clamped to a byte"
)]
pub(super) fn ycc([red, green, blue]: Colour) -> Colour {
    let [red, green, blue] = [red, green, blue].map(f32::from);
    [
        0.299 * red + 0.587 * green + 0.114 * blue,
        128.0 - 0.168_736 * red - 0.331_264 * green + 0.5 * blue,
        128.0 + 0.5 * red - 0.418_688 * green - 0.081_312 * blue,
    ]
    .map(|part| part.round().clamp(0.0, 255.0) as u8)
}

/// A place's part of a whole, at the middle of its cell.
#[expect(clippy::cast_precision_loss, reason = "pictures of some hundred dots")]
pub(super) fn part(place: usize, of: usize) -> f32 {
    (place as f32 + 0.5) / of as f32
}
