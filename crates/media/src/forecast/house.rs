//! One edge of a forecast: what it takes to let somebody in and to sweep, who is inside.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};

use crate::edge::{Admission, Cadence, Crush, Load, Measured, Room, STEPS};

/// What an edge was measured to take.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EdgeFigures {
    /// Processor time of a listener and part, and of letting one in.
    pub us_per_part: f64,
    pub us_per_join: f64,
    /// The cores it has: one at the most for its one thread.
    #[serde(default = "whole")]
    pub cores: f64,
    pub descriptors: usize,
    #[serde(default)]
    pub uplink_mbit_per_s: Option<f64>,
    /// What a listener takes of the line.
    #[serde(default = "bits")]
    pub kbit_per_listener: f64,
    #[serde(default)]
    pub sealed: bool,
}

fn whole() -> f64 {
    1.0
}

fn bits() -> f64 {
    72.0
}

const PART_US: f64 = 240_000.0;
/// A listener of the quickest cadence, in the counting of writes.
const WHOLE: u64 = 20;
/// Who comes this late behind its writes hears a gap: the player's buffer.
const IN_HAND_S: f64 = 1.08;
/// Of its first second a newcomer is away for so long, on average.
const AWAY_S: f64 = 0.5;

pub struct House {
    pub admission: Admission,
    pub alive: bool,
    pub listening: usize,
    pub free: f64,
    figures: EdgeFigures,
    crush: Crush,
    writes: u64,
    /// When the door is done with those who came so far, in seconds of the evening.
    busy_until_s: f64,
    /// How far sweeps are behind.
    late_s: f64,
    /// Of those who came in since it was measured last, the seconds of sound that they were given at once, a player's buffer,
    /// less those they were not there for.
    given_s: f64,
    /// Listeners, writes, the share of the cores that sweeps took, and kbit that went out, second by second.
    seen: VecDeque<[f64; 4]>,
}

impl House {
    pub fn open(figures: &EdgeFigures) -> Self {
        let mut crush = Crush::new(figures.sealed);
        crush.held_to(figures.cores);
        Self {
            admission: Admission::new(figures.descriptors),
            alive: true,
            listening: 0,
            free: 1.0,
            crush,
            writes: 0,
            busy_until_s: 0.0,
            late_s: 0.0,
            given_s: 0.0,
            seen: VecDeque::new(),
            figures: figures.clone(),
        }
    }

    /// Somebody knocks: when they are served, or not at all where too many wait.
    pub fn knock(&mut self, at_s: f64, now: Instant) -> Option<f64> {
        let left = (1.0 - self.swept()).max(0.02) * self.figures.cores;
        let cost_s = self.figures.us_per_join * 1e-6 / left;
        let waiting = ((self.busy_until_s - at_s) / cost_s).max(0.0);
        self.crush.turn(1, Duration::from_secs_f64(cost_s), waiting > 1.0, now);
        if waiting >= self.crush.queue() as f64 {
            return None;
        }
        self.busy_until_s = self.busy_until_s.max(at_s) + cost_s;
        Some(self.busy_until_s)
    }

    pub fn load(&self) -> Load {
        let count = self.listening as f64;
        Load { listeners: count, writes: self.writes as f64 / WHOLE as f64, connections: count }
    }

    pub fn sit(&mut self, cadence: Cadence) {
        self.listening += 1;
        self.given_s += cadence.buffer_parts() as f64 * PART_US / 1e6 - AWAY_S;
        self.writes += WHOLE / cadence.parts();
    }

    pub fn end(&mut self) {
        (self.alive, self.listening, self.writes) = (false, 0, 0);
    }

    /// The share of its cores that sweeps take.
    fn swept(&self) -> f64 {
        self.load().writes * self.figures.us_per_part / PART_US / self.figures.cores
    }

    /// A second is over: what was measured in it, and how many parts were missed for sweeps that are behind.
    pub fn second(&mut self, lost: usize, now: Instant) -> u64 {
        // As the door's thread does: what the last seconds were on average.
        let sent_s = self.listening as f64 + std::mem::take(&mut self.given_s);
        let kbit = sent_s * self.figures.kbit_per_listener;
        self.seen.push_back([self.listening as f64, self.load().writes, self.swept(), kbit]);
        if self.seen.len() > STEPS {
            self.seen.pop_front();
        }
        let sum = |n: usize| self.seen.iter().map(|one| one[n]).sum::<f64>() / self.seen.len() as f64;
        let (listeners, writes, swept) = (sum(0), sum(1), sum(2));
        let told = Measured {
            listeners,
            writes,
            swept,
            swept_cpu: swept * self.figures.cores,
            cores: self.figures.cores,
            bits_per_s: sum(3) * 1e3,
            uplink_bits_per_s: self.figures.uplink_mbit_per_s.map(|mbit| mbit * 1e6),
            behind: 0.0,
            memory_left: None,
            descriptors: self.figures.descriptors as f64,
            sealed: self.figures.sealed,
        };
        let (room, load) = (Room::of(&told), self.load());
        self.admission.measured(room, load, now);
        self.admission.lost(lost);
        let share = |(of, count): (_, f64)| 1.0 - load.of(of) / count.max(1.0);
        self.free = room.all().into_iter().map(share).fold(1.0, f64::min).max(0.0);
        let (here, swept) = (self.listening as f64, self.swept());
        let bits = here * self.figures.kbit_per_listener * 1e3;
        let line_s = self.figures.uplink_mbit_per_s.map_or(0.0, |mbit| bits / (mbit * 1e6));
        self.late_s = (self.late_s + swept.max(line_s) - 1.0).max(0.0);
        if self.late_s > IN_HAND_S { (here / 0.24) as u64 } else { 0 }
    }
}
