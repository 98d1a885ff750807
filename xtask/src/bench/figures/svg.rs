//! Bars and lines as SVG, written by hand: readable on a light page and on a dark one.

use std::fmt::Write;

/// One value.
pub struct Bar {
    label: String,
    value: f64,
    unit: &'static str,
}

impl Bar {
    pub fn new(label: &str, value: f64, unit: &'static str) -> Self {
        Self {
            label: label.to_owned(),
            value,
            unit,
        }
    }
}

/// Bars that belong together, under a heading.
pub struct Group {
    title: String,
    bars: Vec<Bar>,
}

impl Group {
    pub fn new(title: &str, bars: Vec<Bar>) -> Self {
        Self {
            title: title.to_owned(),
            bars,
        }
    }
}

/// Points in their order.
pub struct Line {
    label: String,
    points: Vec<(f64, f64)>,
}

impl Line {
    pub fn new(label: &str, points: Vec<(f64, f64)>) -> Self {
        Self {
            label: label.to_owned(),
            points,
        }
    }
}

const WIDTH: f64 = 720.0;
/// Where bars begin and how far they may go: the value stands behind them.
const LEFT: f64 = 130.0;
const LONGEST: f64 = 470.0;

/// An image in a page knows of the reader's choice of colours by the media query alone.
const STYLE: &str = "<style>\
text{font:13px system-ui,sans-serif;fill:#2b2f36}.h{font-weight:600}.t{font-size:15px;font-weight:600}\
.m{fill:#5c6470}.a{fill:#0b7a75}.b{fill:#b45f06}.g{stroke:#8a919c;stroke-opacity:.35}\
.l{fill:none;stroke-width:2}.la{stroke:#0b7a75}.lb{stroke:#b45f06}\
@media(prefers-color-scheme:dark){text{fill:#e4e7eb}.m{fill:#a4acb8}.a{fill:#4fc3bd}.b{fill:#f0a35e}\
.la{stroke:#4fc3bd}.lb{stroke:#f0a35e}}</style>";

/// All bars on one scale; none when there is no bar.
pub fn bars(title: &str, groups: &[Group]) -> Option<String> {
    let all = groups.iter().flat_map(|group| &group.bars);
    let most = all.map(|bar| bar.value).reduce(f64::max)?;
    let mut body = String::new();
    let mut y = 30.0;
    for group in groups.iter().filter(|group| !group.bars.is_empty()) {
        y += 26.0;
        write!(
            body,
            "<text class=\"h\" x=\"16\" y=\"{y}\">{}</text>",
            escaped(&group.title)
        )
        .ok()?;
        for bar in &group.bars {
            y += 22.0;
            let length = (bar.value / most.max(f64::MIN_POSITIVE) * LONGEST).max(1.0);
            write!(
                body,
                "<text class=\"m\" x=\"{}\" y=\"{y}\" text-anchor=\"end\">{}</text>\
                 <rect class=\"a\" x=\"{LEFT}\" y=\"{}\" width=\"{length:.1}\" height=\"14\" rx=\"2\"/>\
                 <text x=\"{:.1}\" y=\"{y}\">{} {}</text>",
                LEFT - 10.0,
                escaped(&bar.label),
                y - 11.0,
                LEFT + length + 8.0,
                short(bar.value),
                bar.unit,
            )
            .ok()?;
        }
    }
    Some(page(title, y + 20.0, &body))
}

/// At most two lines over one another, from zero up; none when there is no point.
pub fn lines(title: &str, lines: &[Line]) -> Option<String> {
    const TOP: f64 = 60.0;
    const HIGH: f64 = 240.0;
    let points = || lines.iter().flat_map(|line| &line.points);
    let across = step(points().map(|point| point.0).reduce(f64::max)?);
    let up = step(points().map(|point| point.1).reduce(f64::max)?);
    let (right, most) = (across * 5.0, up * 5.0);
    let wide = WIDTH - 80.0;
    let x = |at: f64| 56.0 + at / right.max(f64::MIN_POSITIVE) * wide;
    let y = |value: f64| TOP + HIGH - value / most.max(f64::MIN_POSITIVE) * HIGH;
    let mut body = String::new();
    for line in 0..=5 {
        let (value, at) = (up * f64::from(line), across * f64::from(line));
        write!(
            body,
            "<line class=\"g\" x1=\"56\" x2=\"{:.1}\" y1=\"{1:.1}\" y2=\"{1:.1}\"/>\
             <text class=\"m\" x=\"48\" y=\"{2:.1}\" text-anchor=\"end\">{3}</text>\
             <text class=\"m\" x=\"{4:.1}\" y=\"{5}\" text-anchor=\"middle\">{6}</text>",
            56.0 + wide,
            y(value),
            y(value) + 4.0,
            short(value),
            x(at),
            TOP + HIGH + 20.0,
            short(at),
        )
        .ok()?;
    }
    for (line, class) in lines.iter().zip(["a", "b"]) {
        let path: Vec<String> = line
            .points
            .iter()
            .map(|(at, value)| format!("{:.1},{:.1}", x(*at), y(*value)))
            .collect();
        let last = line.points.last().copied().unwrap_or_default();
        write!(
            body,
            "<polyline class=\"l l{class}\" points=\"{}\"/>\
             <text class=\"{class}\" x=\"{:.1}\" y=\"{:.1}\" text-anchor=\"end\">{}</text>",
            path.join(" "),
            x(last.0),
            y(last.1) - 8.0,
            escaped(&line.label),
        )
        .ok()?;
    }
    Some(page(title, TOP + HIGH + 36.0, &body))
}

fn page(title: &str, height: f64, body: &str) -> String {
    let title = escaped(title);
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {height}\" width=\"{WIDTH}\" height=\"{height}\" \
         role=\"img\" aria-label=\"{title}\">{STYLE}<text class=\"t\" x=\"16\" y=\"26\">{title}</text>{body}</svg>\n"
    )
}

/// A round number of which five reach `most`.
fn step(most: f64) -> f64 {
    let least = (most / 5.0).max(f64::MIN_POSITIVE);
    let unit = 10_f64.powf(least.log10().floor());
    [1.0, 2.0, 2.5, 5.0, 10.0]
        .map(|times| times * unit)
        .into_iter()
        .find(|step| *step >= least)
        .unwrap_or(least)
}

/// Three digits or so.
fn short(value: f64) -> String {
    let text = match value.abs() {
        big if big >= 100.0 => format!("{value:.0}"),
        middle if middle >= 10.0 => format!("{value:.1}"),
        _ => format!("{value:.2}"),
    };
    if text.contains('.') {
        text.trim_end_matches('0').trim_end_matches('.').to_owned()
    } else {
        text
    }
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_short_and_keep_their_zeros() {
        for (value, expected) in [
            (0.0, "0"),
            (0.256, "0.26"),
            (2.5, "2.5"),
            (10.04, "10"),
            (1200.0, "1200"),
        ] {
            assert_eq!(short(value), expected);
        }
    }

    #[test]
    fn scales_go_in_round_steps() {
        for (most, expected) in [(139.0, 50.0), (30.0, 10.0), (100.0, 20.0), (1.01, 0.25)] {
            assert!(
                (step(most) - expected).abs() < 1e-9,
                "{most}: {}",
                step(most)
            );
        }
    }

    #[test]
    fn the_longest_bar_takes_all_the_room_and_words_cannot_break_out() {
        let group = Group::new(
            "a <b>",
            vec![Bar::new("x", 2.0, "ms"), Bar::new("y", 1.0, "ms")],
        );
        let figure = bars("t", &[group]).expect("a figure");
        assert!(figure.contains("width=\"470.0\"") && figure.contains("width=\"235.0\""));
        assert!(figure.contains("a &lt;b>"));
        assert!(bars("t", &[]).is_none());
    }
}
