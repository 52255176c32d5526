//! Where this process is held to a share of a core, it takes that share in small pieces of its own accord. Taken as work
//! comes, it is used up at the beginning of each tenth of a second, and whoever waits for anything waits through the rest.

use std::time::{Duration, Instant};

/// Of its share a process takes so much itself: some is stranded where its other threads ran.
const TAKEN: f64 = 0.92;
/// Of calm so much is kept for what comes next, so that a sweep does not begin with a debt.
const KEPT: Duration = Duration::from_millis(30);
/// It pauses no longer at a time: where sweeps alone take all there is, others are still heard, a little at a time.
const PAUSE_MAX: Duration = Duration::from_millis(50);

pub struct Pace {
    cores: f64,
    /// Seconds of a core that may be used now; below zero, what has been used too soon.
    left_s: f64,
    /// When it was looked last, and what the process had used by then.
    looked: Option<(Instant, Duration)>,
}

impl Default for Pace {
    fn default() -> Self {
        Self { cores: 1.0, left_s: 0.0, looked: None }
    }
}

impl Pace {
    /// There is so much of a core.
    pub fn held_to(&mut self, cores: f64) {
        if cores >= 1.0 {
            self.looked = None;
        }
        self.cores = cores;
    }

    pub fn is_held(&self) -> bool {
        self.cores < 1.0
    }

    /// How long to do nothing that can wait, where the process has used `used` of a core so far.
    pub fn pause(&mut self, now: Instant, used: Duration) -> Duration {
        if !self.is_held() {
            return Duration::ZERO;
        }
        let share = TAKEN * self.cores;
        let (since, before) = self.looked.replace((now, used)).unwrap_or((now, used));
        let given = share * now.saturating_duration_since(since).as_secs_f64();
        let left = self.left_s + given - used.saturating_sub(before).as_secs_f64();
        self.left_s = left.clamp(-share * PAUSE_MAX.as_secs_f64(), share * KEPT.as_secs_f64());
        Duration::from_secs_f64((-self.left_s).max(0.0) / share)
    }
}
