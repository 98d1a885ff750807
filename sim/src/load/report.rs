//! Distributions as they are reported: in microseconds, with the tail.

use hdrhistogram::Histogram;
use serde_json::{Value, json};

/// From a microsecond to two minutes, in three digits.
pub(super) fn histogram() -> Histogram<u64> {
    Histogram::new_with_bounds(1, 120_000_000, 3).expect("bounds that hdrhistogram takes")
}

/// A histogram of latencies.
pub(super) fn latencies(times: &Histogram<u64>) -> Value {
    json!({
        "count": times.len(),
        "mean": times.mean().round(),
        "p50": times.value_at_quantile(0.50),
        "p95": times.value_at_quantile(0.95),
        "p99": times.value_at_quantile(0.99),
        "p999": times.value_at_quantile(0.999),
        "max": times.max(),
    })
}

/// Differences, some of which may be negative.
pub(super) fn differences(mut all: Vec<i64>) -> Value {
    all.sort_unstable();
    let at = |per_mille: usize| {
        let place = (all.len() * per_mille).div_ceil(1000).max(1) - 1;
        all.get(place).copied()
    };
    json!({
        "count": all.len(),
        "p50": at(500), "p95": at(950), "p99": at(990), "p999": at(999), "max": all.last(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tail_of_differences_is_the_value_that_so_many_do_not_exceed() {
        let told = differences((1..=1000).rev().map(|n| n - 500).collect());
        assert_eq!(
            told,
            json!({ "count": 1000, "p50": 0, "p95": 450, "p99": 490, "p999": 499, "max": 500 })
        );
        assert_eq!(differences(vec![])["p99"], Value::Null);
    }
}
