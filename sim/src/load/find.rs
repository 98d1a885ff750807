//! The highest rate that holds: up in strides until one fails, then halving between the two.

use serde_json::{Value, json};

use super::Load;
use super::drive::{Run, Step};

/// From one step to the next, until one fails.
const STRIDE: f64 = 1.5;
/// How often the gap is halved: to a fortieth of the rate.
const HALVINGS: u32 = 4;

/// Looks for it; the report has every step.
pub(super) async fn highest(run: &Run, load: &Load) -> Value {
    let mut steps = Vec::new();
    let (mut best, mut failed): (Option<(f64, Value)>, Option<f64>) = (None, None);
    let mut rate = load.rate;
    let mut halvings = 0;
    while halvings < HALVINGS {
        let step = run.drive(&load.at(rate), true).await;
        run.settle(load).await;
        let holds = holds(&step, load);
        let mut told = step.json();
        told["holds"] = json!(holds);
        eprintln!("sim: {rate:.0}/s {}", if holds { "holds" } else { "fails" });
        steps.push(told.clone());
        if holds {
            best = Some((rate, told));
        } else {
            failed = Some(rate);
        }
        rate = match (&best, failed) {
            (Some((good, _)), None) => good * STRIDE,
            (Some((good, _)), Some(bad)) => {
                halvings += 1;
                f64::midpoint(*good, bad)
            }
            (None, Some(bad)) if bad > 20.0 => bad / STRIDE,
            _ => break,
        };
    }
    let (highest, at) = best.unwrap_or((0.0, Value::Null));
    json!({ "highest_per_s": highest, "at_highest": at, "steps": steps, "frames": run.frames(0) })
}

/// Whether a step's rate is one that can be promised.
fn holds(step: &Step, load: &Load) -> bool {
    !step.gave_up && step.is_clean() && step.p99_ms() < load.limit_ms
}
