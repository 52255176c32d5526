//! How much more an edge can take, measured and never guessed: how much of the time its sweeps leave.

use std::time::{Duration, Instant};

/// So long is looked back at: some writes even at the slowest cadence.
const OVER: Duration = Duration::from_secs(5);
const STEP: Duration = Duration::from_secs(1);
const STEPS: usize = (OVER.as_millis() / STEP.as_millis()) as usize;

/// Time by what it was spent on. It is the wall's: a processor that others have, or that is held back, is no room.
#[derive(Debug, Clone, Copy, Default)]
struct Spent {
    whole: Duration,
    sweeping: Duration,
    /// Sweeping or anything else.
    busy: Duration,
}

/// A sliding account of what the door's thread does with its time.
#[derive(Default)]
pub struct Meter {
    steps: [Spent; STEPS],
    at: usize,
    begun: Option<Instant>,
    current: Spent,
}

impl Meter {
    pub fn swept(&mut self, took: Duration) {
        self.current.sweeping += took;
    }

    /// Something was done from `from` to `to`, sweeps and all.
    pub fn worked(&mut self, from: Instant, to: Instant) {
        self.current.busy += to.saturating_duration_since(from);
        let begun = *self.begun.get_or_insert(from);
        self.current.whole = to.saturating_duration_since(begun);
        if self.current.whole >= STEP {
            self.steps[self.at] = std::mem::take(&mut self.current);
            self.at = (self.at + 1) % STEPS;
            self.begun = Some(to);
        }
    }

    /// The share of the time that sweeps leave, and the share in which there is nothing to do; one until known.
    pub fn rooms(&self) -> (f64, f64) {
        let whole: Duration = self.steps.iter().map(|step| step.whole).sum();
        let left = |spent: fn(&Spent) -> Duration| {
            let spent: Duration = self.steps.iter().map(spent).sum();
            (1.0 - spent.as_secs_f64() / whole.as_secs_f64().max(f64::MIN_POSITIVE)).clamp(0.0, 1.0)
        };
        (left(|step| step.sweeping), left(|step| step.busy))
    }
}
