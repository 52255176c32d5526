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

/// One 20 ms of all halls, in microseconds.
#[derive(Debug, Clone, Copy)]
pub struct Tick {
    /// Between its deadline and its start.
    pub late_us: u32,
    /// From its start to its end; past 20 ms the next one is late.
    pub took_us: u32,
}

pub struct Tally {
    ticks: VecDeque<Tick>,
    received: Received,
}

impl Tally {
    /// `received`: what other stages passed on.
    pub fn new(received: Received) -> Self {
        Self { ticks: VecDeque::new(), received }
    }

    /// The figures since the last reset.
    pub fn read(&self) -> Value {
        let relay: BTreeMap<String, Counts> = self.received.lock().map_or_else(
            |_| BTreeMap::new(),
            |told| told.iter().map(|(from, counts)| (from.to_string(), *counts)).collect(),
        );
        json!({
            "relay": relay,
            "tick_late_ms": self.spread(|tick| tick.late_us),
            "tick_took_ms": self.spread(|tick| tick.took_us),
            "cpu_s": crate::node::thread::cpu_seconds(),
        })
    }

    fn spread(&self, of: fn(&Tick) -> u32) -> Value {
        let mut sorted: Vec<u32> = self.ticks.iter().map(of).collect();
        sorted.sort_unstable();
        let at = |share: f64| {
            let place = ((sorted.len() as f64 - 1.0) * share).max(0.0) as usize;
            f64::from(sorted.get(place).copied().unwrap_or(0)) / 1_000.0
        };
        json!({"p50": at(0.5), "p99": at(0.99), "p99.9": at(0.999), "max": at(1.0), "n": sorted.len()})
    }

    pub fn reset(&mut self) {
        self.ticks.clear();
    }
}

pub async fn run(mut ticks: mpsc::Receiver<Tick>, tally: Rc<RefCell<Tally>>) {
    while let Some(tick) = ticks.recv().await {
        let mut tally = tally.borrow_mut();
        tally.ticks.push_back(tick);
        if tally.ticks.len() > KEPT {
            tally.ticks.pop_front();
        }
    }
}
