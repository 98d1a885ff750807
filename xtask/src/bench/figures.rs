//! Figures for docs/PERFORMANCE.md, made from the reports; a report that is not there leaves its figures as they are.

mod svg;

use std::path::PathBuf;

use anyhow::{Result, bail};
use clap::Args;
use serde_json::Value;

use self::svg::{Bar, Group, Line};
use super::report;
use crate::place::Place;
use crate::shell;

#[derive(Args)]
pub struct Options {
    /// Where the reports are; by default where the benches write them
    #[arg(long, value_name = "FOLDER")]
    pub reports: Option<PathBuf>,
    /// Where the figures go
    #[arg(long, value_name = "FOLDER", default_value = "docs/figures")]
    pub into: PathBuf,
}

/// A figure's file and its content, or nothing where the report lacks what it shows.
type Figure = (&'static str, Option<String>);

/// What is drawn of a report, and its name.
type Drawing = (&'static str, fn(&Value) -> Vec<Figure>);

/// A bench's drawings are another line.
const DRAWINGS: [Drawing; 6] = [
    ("ingest", ingest),
    ("sockets", sockets),
    ("soak", soak),
    ("inbox", inbox),
    ("client", client),
    ("flood", flood),
];

/// Draws what there are reports of.
pub fn run(place: &Place, options: &Options) -> Result<()> {
    let from = options
        .reports
        .clone()
        .unwrap_or_else(|| place.target.join("bench"));
    let into = place.file(&options.into);
    std::fs::create_dir_all(&into)?;
    let mut drawn = 0;
    for (name, draw) in DRAWINGS {
        let Ok(told) = report::read(&from.join(format!("{name}.json"))) else {
            shell::say(format_args!("{name}: no report"));
            continue;
        };
        for (file, figure) in draw(&told["result"]) {
            let Some(figure) = figure else { continue };
            std::fs::write(into.join(file), figure)?;
            shell::say(into.join(file).display());
            drawn += 1;
        }
    }
    if drawn == 0 {
        bail!("there is no report in {}", from.display());
    }
    Ok(())
}

const QUANTILES: [(&str, &str); 4] = [
    ("p50", "p50"),
    ("p95", "p95"),
    ("p99", "p99"),
    ("p999", "p99.9"),
];

fn ingest(result: &Value) -> Vec<Figure> {
    let mut latency = Vec::new();
    let mut rates = Vec::new();
    for run in result.as_array().into_iter().flatten() {
        let medians = &run["medians"];
        let title = match (run["workspaces"].as_u64(), run["setting"].as_str()) {
            (Some(1), None) => "one workspace".to_owned(),
            (Some(many), None) => format!("{many} workspaces"),
            (many, Some(setting)) => format!("{} workspaces, {setting}", many.unwrap_or_default()),
            (None, None) => continue,
        };
        for (measure, words) in [("ack", "acknowledged"), ("commit_to_frame", "shown")] {
            let bars = QUANTILES.iter().filter_map(|(key, label)| {
                let micros = medians[format!("{measure}_{key}_us")].as_f64()?;
                Some(Bar::new(label, micros / 1000.0, "ms"))
            });
            latency.push(Group::new(&format!("{words}, {title}"), bars.collect()));
        }
        let rate = |key: &str, label: &str| Some(Bar::new(label, medians[key].as_f64()?, "/s"));
        let bars = [
            rate("highest_new_per_s", "Postern"),
            rate("pgbench_before_statements", "pgbench before"),
            rate("pgbench_after_statements", "pgbench after"),
        ];
        rates.push(Group::new(&title, bars.into_iter().flatten().collect()));
    }
    vec![
        (
            "ingest-latency.svg",
            svg::bars("Webhooks at a fixed rate", &latency),
        ),
        (
            "ingest-rate.svg",
            svg::bars("New messages a second, p99 under 250 ms", &rates),
        ),
    ]
}

fn sockets(result: &Value) -> Vec<Figure> {
    let part = |name: &str| {
        let parts = result["parts"].as_array().into_iter().flatten();
        parts.clone().find(|part| part["part"] == name).cloned()
    };
    let group = |title: &str, times: &Value| {
        let bars = QUANTILES
            .iter()
            .filter_map(|(key, label)| Some(Bar::new(label, times[*key].as_f64()? / 1000.0, "ms")));
        Group::new(title, bars.collect())
    };
    let mut groups = Vec::new();
    if let Some(reach) = part("reach") {
        groups.push(group("to all", &reach["events"]["ack_to_all_us"]));
    }
    if let Some(stall) = part("stall") {
        groups.push(group(
            "to all who read, while one in a hundred does not",
            &stall["ack_to_all_us"],
        ));
    }
    let storm: Vec<Group> = part("storm")
        .iter()
        .map(|storm| group("each was away for", &storm["back_us"]))
        .collect();
    vec![
        (
            "sockets-reach.svg",
            svg::bars("One event, all sockets", &groups),
        ),
        (
            "sockets-storm.svg",
            svg::bars("All cut off at once, and back", &storm),
        ),
    ]
}

fn soak(result: &Value) -> Vec<Figure> {
    let line = |label: &str, key: &str| {
        let samples = result["samples"].as_array().into_iter().flatten();
        let points = samples
            .filter_map(|sample| Some((sample["at_s"].as_f64()? / 60.0, sample[key].as_f64()?)));
        Line::new(label, points.collect())
    };
    let lines = [
        line("server", "server_mb"),
        line("PostgreSQL", "postgres_mb"),
    ];
    vec![("soak.svg", svg::lines("Memory in MB over minutes", &lines))]
}

fn inbox(result: &Value) -> Vec<Figure> {
    let ways = [
        ("/quiet/database_us/p95", "statement"),
        ("/quiet/http_us/p95", "call"),
        ("/loaded/http_us/p95", "call, loaded"),
    ];
    let pages = result["pages"].as_array().into_iter().flatten();
    let groups: Vec<Group> = pages
        .map(|page| {
            let bars = ways.iter().filter_map(|(path, label)| {
                Some(Bar::new(
                    label,
                    page.pointer(path)?.as_f64()? / 1000.0,
                    "ms",
                ))
            });
            let name = page["page"].as_str().unwrap_or_default();
            let place = page["place"].as_str().unwrap_or_default();
            Group::new(format!("{name} {place}").trim(), bars.collect())
        })
        .collect();
    vec![(
        "inbox.svg",
        svg::bars("Pages of the inbox, 95th percentile", &groups),
    )]
}

fn client(result: &Value) -> Vec<Figure> {
    let hands = result["hands"]["each"].as_array().into_iter().flatten();
    let groups: Vec<Group> = hands
        .map(|hand| {
            let bars = [
                ("p50", "p50"),
                ("p75", "p75"),
                ("p98", "p98"),
                ("most", "worst"),
            ]
            .into_iter()
            .filter_map(|(key, label)| Some(Bar::new(label, hand["all"][key].as_f64()?, "ms")));
            let mut title = hand["situation"].as_str().unwrap_or_default().to_owned();
            if let Some(slower @ 2..) = hand["slower"].as_u64() {
                title = format!("{title}, {slower} times slower");
            }
            Group::new(&title, bars.collect())
        })
        .collect();
    vec![(
        "client-hand.svg",
        svg::bars("From a hand's move to the picture", &groups),
    )]
}

fn flood(result: &Value) -> Vec<Figure> {
    let medians = &result["medians"];
    let groups = [
        ("page", "a page of the list"),
        ("webhook", "a webhook acknowledged"),
    ]
    .map(|(measure, title)| {
        let bars = [
            ("rest", "at rest"),
            ("calls", "calls"),
            ("webhooks", "webhooks"),
        ]
        .into_iter()
        .filter_map(|(situation, label)| {
            let micros = medians[format!("{measure}_{situation}_p95_us")].as_f64()?;
            Some(Bar::new(label, micros / 1000.0, "ms"))
        });
        Group::new(title, bars.collect())
    });
    vec![(
        "flood.svg",
        svg::bars(
            "While another workspace is flooded, 95th percentile",
            &groups,
        ),
    )]
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn what_a_report_tells_is_drawn_and_what_it_lacks_is_not() {
        let told = json!([{
            "workspaces": 50, "setting": null,
            "medians": { "ack_p50_us": 2500.0, "ack_p95_us": 9000.0, "highest_new_per_s": 1200.0,
                         "pgbench_before_statements": 1000.0 },
        }]);
        let figures = ingest(&told);
        let latency = figures[0].1.as_ref().expect("a figure");
        assert!(latency.contains("2.5 ms") && latency.contains("50 workspaces"));
        assert!(figures[1].1.as_ref().expect("a figure").contains("1200 /s"));
        assert!(soak(&json!({})).iter().all(|(_, figure)| figure.is_none()));
    }
}
