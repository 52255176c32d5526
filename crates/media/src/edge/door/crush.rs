//! How many newcomers are taken at a time, and how many may wait in the system's queue before the door.
//!
//! Whoever is taken is answered at once: no more are taken in a turn than can be served in a short one. Whoever waits
//! in the queue has been let in by the system already and hears nothing: it is kept as long as can be served soon.
//! Past it the system leaves newcomers unanswered, and they ask again by themselves.

use std::time::{Duration, Instant};

/// A turn with newcomers is to take no longer: a part may be waiting to be swept.
const TURN: Duration = Duration::from_millis(15);
/// What a newcomer costs, before any came.
const PRIOR: Duration = Duration::from_micros(100);
const SEALED_PRIOR: Duration = Duration::from_micros(500);
const BATCH_MIN: f64 = 2.0;
const BATCH_MAX: f64 = 64.0;
/// So long the last in the queue may wait: whoever finds no place in it comes again a second later, so a crowd that
/// comes once is better off in it. When it has not been empty for `CROWDED_AFTER`, they come without end.
const WAIT: Duration = Duration::from_millis(700);
const CROWDED_AFTER: Duration = Duration::from_millis(400);
const CROWDED_WAIT: Duration = Duration::from_millis(120);
const QUEUE_MIN: f64 = 64.0;
const QUEUE_MAX: f64 = 16_384.0;
/// The weight of one turn in what newcomers are taken to cost: of one that took longer, and of another.
const DEARER: f64 = 0.5;
const CHEAPER: f64 = 0.05;

pub struct Crush {
    /// Seconds of a newcomer, the wall's.
    cost_s: f64,
    /// There have been more than were taken, since then.
    since: Option<Instant>,
    crowded: bool,
}

impl Crush {
    pub fn new(sealed: bool) -> Self {
        let prior = if sealed { SEALED_PRIOR } else { PRIOR };
        Self { cost_s: prior.as_secs_f64(), since: None, crowded: false }
    }

    /// A turn took so long but for sweeps, with so many newcomers; `more`: there are others.
    pub fn turn(&mut self, came: usize, took: Duration, more: bool, now: Instant) {
        if came > 0 {
            let more_s = took.as_secs_f64() / came as f64 - self.cost_s;
            self.cost_s += more_s * if more_s > 0.0 { DEARER } else { CHEAPER };
        }
        self.since = if more { self.since.or(Some(now)) } else { None };
        self.crowded = self.since.is_some_and(|since| now.saturating_duration_since(since) >= CROWDED_AFTER);
    }

    /// How many to take in a turn.
    pub fn batch(&self) -> usize {
        (TURN.as_secs_f64() / self.cost_s.max(1e-9)).clamp(BATCH_MIN, BATCH_MAX) as usize
    }

    /// How many may wait.
    pub fn queue(&self) -> usize {
        let wait = if self.crowded { CROWDED_WAIT } else { WAIT };
        (wait.as_secs_f64() / self.cost_s.max(1e-9)).clamp(QUEUE_MIN, QUEUE_MAX) as usize
    }
}
