//! How late the mix was, for benchmarks and for whoever runs the stage.

use std::cell::RefCell;
use std::collections::{BTreeMap, VecDeque};
use std::rc::Rc;

use serde_json::{Value, json};
use tokio::sync::mpsc;

use crate::relay::Counts;

use super::relay::Received;

/// Ten minutes of ticks.
const KEPT: usize = 30_000;

/// Microseconds between a tick's deadline and its start.
pub struct Tally {
    late_us: VecDeque<u32>,
    received: Received,
}

impl Tally {
    /// `received`: what other stages passed on.
    pub fn new(received: Received) -> Self {
        Self { late_us: VecDeque::new(), received }
    }

    /// The figures since the last reset.
    pub fn read(&self) -> Value {
        let mut sorted: Vec<u32> = self.late_us.iter().copied().collect();
        sorted.sort_unstable();
        let at = |share: f64| {
            let place = ((sorted.len() as f64 - 1.0) * share).max(0.0) as usize;
            f64::from(sorted.get(place).copied().unwrap_or(0)) / 1_000.0
        };
        let relay: BTreeMap<String, Counts> = self.received.lock().map_or_else(
            |_| BTreeMap::new(),
            |told| told.iter().map(|(from, counts)| (from.to_string(), *counts)).collect(),
        );
        json!({
            "relay": relay,
            "tick_late_ms": {"p50": at(0.5), "p99": at(0.99), "max": at(1.0), "n": sorted.len()},
            "cpu_s": crate::node::thread::cpu_seconds(),
        })
    }

    pub fn reset(&mut self) {
        self.late_us.clear();
    }
}

pub async fn run(mut late: mpsc::Receiver<u32>, tally: Rc<RefCell<Tally>>) {
    while let Some(us) = late.recv().await {
        let mut tally = tally.borrow_mut();
        tally.late_us.push_back(us);
        if tally.late_us.len() > KEPT {
            tally.late_us.pop_front();
        }
    }
}
