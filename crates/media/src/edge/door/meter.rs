//! What the door's thread does with its time, over the last seconds.

use std::time::{Duration, Instant};

const STEP: Duration = Duration::from_secs(1);
/// So many seconds are looked back at: 25 parts, not now one more and now one less, for whoever comes in by too high a
/// reading stays; and some writes even at the slowest cadence.
pub const STEPS: usize = 6;

/// What was spent, in a second or in several. Time is the wall's, but for `swept_cpu`: a processor that others have, or
/// that is held back, is no room.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Spent {
    pub whole: Duration,
    pub swept: Duration,
    pub swept_cpu: Duration,
    /// Sweeping or anything else.
    pub busy: Duration,
    pub bytes: u64,
    /// Listeners whose send queue was looked at, and those of them whom older parts had not reached.
    pub looked: u32,
    pub behind: u32,
}

impl Spent {
    fn add(&mut self, other: &Self) {
        self.whole += other.whole;
        self.swept += other.swept;
        self.swept_cpu += other.swept_cpu;
        self.busy += other.busy;
        self.bytes += other.bytes;
        self.looked += other.looked;
        self.behind += other.behind;
    }

    /// The share of listeners whom older parts had not reached when the next went out.
    pub fn behind(&self) -> f64 {
        f64::from(self.behind) / f64::from(self.looked.max(1))
    }

    /// A time as a share of the whole.
    pub fn share(&self, of: Duration) -> f64 {
        if self.whole.is_zero() { 0.0 } else { of.as_secs_f64() / self.whole.as_secs_f64() }
    }
}

#[derive(Default)]
pub struct Meter {
    steps: [Spent; STEPS],
    at: usize,
    begun: Option<Instant>,
    current: Spent,
    /// Swept since it was asked last.
    swept: Duration,
}

impl Meter {
    /// A sweep took so long, of which the thread had the processor for `cpu`.
    pub fn swept(&mut self, took: Duration, cpu: Duration) {
        self.current.swept += took;
        self.swept += took;
        self.current.swept_cpu += cpu;
    }

    /// How long sweeps took since this was asked last.
    pub fn take_swept(&mut self) -> Duration {
        std::mem::take(&mut self.swept)
    }

    pub fn sent(&mut self, bytes: usize) {
        self.current.bytes += bytes as u64;
    }

    /// A listener's send queue was looked at.
    pub fn looked(&mut self, behind: bool) {
        self.current.looked += 1;
        self.current.behind += u32::from(behind);
    }

    /// Something was done from `from` to `to`, sweeps and all. Gives what the last seconds were spent on, once a second.
    pub fn worked(&mut self, from: Instant, to: Instant) -> Option<Spent> {
        self.current.busy += to.saturating_duration_since(from);
        let begun = *self.begun.get_or_insert(from);
        self.current.whole = to.saturating_duration_since(begun);
        if self.current.whole < STEP {
            return None;
        }
        self.steps[self.at] = std::mem::take(&mut self.current);
        self.at = (self.at + 1) % STEPS;
        self.begun = Some(to);
        let mut sum = Spent::default();
        self.steps.iter().for_each(|step| sum.add(step));
        Some(sum)
    }
}
