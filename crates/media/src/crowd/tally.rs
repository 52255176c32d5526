//! Counts of durations in steps that grow with them: as exact as anyone reads, small, and to be added up.

use std::collections::BTreeMap;

use serde_json::{Value, json};

/// Steps to a doubling: each is 0.27 % wide.
const STEPS: f64 = 256.0;
/// Everything below is one step.
const LEAST_MS: f64 = 0.01;

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tally {
    steps: BTreeMap<i32, u64>,
    count: u64,
}

impl Tally {
    /// Count one duration; negative ones, as a clock that is ahead gives, are kept as such.
    pub fn add(&mut self, ms: f64) {
        let step = (ms.abs().max(LEAST_MS) / LEAST_MS).log2() * STEPS;
        let step = step.ceil() as i32;
        *self.steps.entry(if ms < 0.0 { -step } else { step }).or_default() += 1;
        self.count += 1;
    }

    /// Forget all.
    pub fn clear(&mut self) {
        *self = Self::default();
    }

    /// The least duration that a share of all, from 0 to 1, does not exceed, to a step.
    pub fn at(&self, share: f64) -> Option<f64> {
        let wanted = ((self.count as f64 * share).ceil() as u64).max(1);
        let mut seen = 0;
        for (step, count) in &self.steps {
            seen += count;
            if seen >= wanted {
                return Some(upper_ms(*step));
            }
        }
        None
    }

    /// As programs read it: percentiles, and all steps as `[at most so many ms, how many]`.
    pub fn told(&self) -> Value {
        let steps: Vec<_> = self.steps.iter().map(|(step, count)| json!([upper_ms(*step), count])).collect();
        json!({"p50": self.at(0.5), "p95": self.at(0.95), "p99": self.at(0.99), "max": self.at(1.0), "steps": steps})
    }
}

fn upper_ms(step: i32) -> f64 {
    let ms = LEAST_MS * (f64::from(step.abs()) / STEPS).exp2();
    let rounded = (ms * 1_000.0).round() / 1_000.0;
    if step < 0 { -rounded } else { rounded }
}
