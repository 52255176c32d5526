//! What came of an evening.

use serde::Serialize;

/// A second of it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize)]
pub struct Second {
    pub t_s: u32,
    pub listening: usize,
    pub waiting: usize,
    pub missed_parts: u64,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Outcome {
    pub listeners: usize,
    /// Of all who came: those who heard within 5 s, and those who heard at all.
    pub heard_within_5_s: f64,
    pub heard: f64,
    /// How many had sound within 1, 2, 3 … seconds of their coming.
    pub heard_within: Vec<usize>,
    pub first_sound_s: Spread,
    /// Parts that those inside missed, by sweeps or lines that were behind, and by edges that died.
    pub missed_parts: u64,
    pub lost_with_edges: usize,
    pub back_s: Spread,
    /// Inside at the end, by cadence.
    pub cadences: [(u64, usize); 3],
    pub waiting_most: usize,
    pub seconds: Vec<Second>,
}

#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Spread {
    pub p50: Option<f64>,
    pub p99: Option<f64>,
    pub max: Option<f64>,
}

impl Spread {
    pub fn of(mut times: Vec<f32>) -> Self {
        times.sort_unstable_by(f32::total_cmp);
        let at = |share: f64| {
            let place = ((times.len() as f64 * share).ceil() as usize).saturating_sub(1);
            times.get(place).map(|time| (f64::from(*time) * 1e3).round() / 1e3)
        };
        Self { p50: at(0.5), p99: at(0.99), max: at(1.0) }
    }
}
