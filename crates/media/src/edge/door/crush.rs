//! How many newcomers are taken at a time, and how many may wait in the system's queue before the door.
//!
//! Whoever is taken is answered at once: no more are taken in a turn than can be served in a short one. Whoever waits
//! in the queue has been let in by the system already and hears nothing: it is kept as long as can be served soon.
//! Past it the system leaves newcomers unanswered, and they ask again by themselves.

use std::time::{Duration, Instant};

/// A turn with newcomers is to take no longer: a part may be waiting to be swept.
const TURN: Duration = Duration::from_millis(15);
/// What a newcomer costs, before any came; and as how many that counts.
const PRIOR: Duration = Duration::from_micros(100);
const SEALED_PRIOR: Duration = Duration::from_micros(500);
const PRIOR_COUNT: f64 = 512.0;
const BATCH_MIN: f64 = 2.0;
const BATCH_MAX: f64 = 64.0;
/// So long the last in the queue may wait: whoever finds no place in it comes again a second later, so a crowd that
/// comes once is better off in it. When there are more again and again for `CROWDED_AFTER`, they come without end, until
/// there were none for `CALM_AFTER`: where a process has its core by turns, its queue is empty at the end of each.
const WAIT: Duration = Duration::from_millis(300);
const CROWDED_AFTER: Duration = Duration::from_millis(200);
const CALM_AFTER: Duration = Duration::from_millis(500);
/// While they come without end there is always somebody in the queue, and a long one only makes everybody wait. Where there is
/// but a share of a core, those who stand in it for long are no longer near when they are taken, which costs as much again.
const CROWDED_WAIT: Duration = Duration::from_millis(70);
const CROWDED_WAIT_HELD: Duration = Duration::from_millis(25);
/// In a crush no more are begun with than twice what is served in this time, of those who came within it and have not been
/// answered: whoever was begun with is done sooner. Who takes longer, for whatever reason, holds up nobody.
pub const BEGUN: Duration = Duration::from_millis(30);
const BEGUN_MIN: f64 = 32.0;
const QUEUE_MIN: f64 = 16.0;
const QUEUE_MAX: f64 = 16_384.0;
/// Of so much time spent on newcomers the cost of one is taken: being held up in one turn is no dearer newcomer.
const REMEMBERED: Duration = Duration::from_millis(500);

/// By then whoever came has asked, been answered, and is no work any more but a listener's.
const ANSWERED_WITHIN: Duration = Duration::from_millis(100);

pub struct Crush {
    /// Seconds that newcomers took, the wall's, and how many they were; what was longer ago counts less.
    took_s: f64,
    came: f64,
    /// When the last of them came.
    last: Option<Instant>,
    /// There have been more than were taken, since then and until then.
    since: Option<Instant>,
    until: Option<Instant>,
    crowded: bool,
    /// The share of a core that there is.
    cores: f64,
}

impl Crush {
    pub fn new(sealed: bool) -> Self {
        let prior = if sealed { SEALED_PRIOR } else { PRIOR };
        let took_s = prior.as_secs_f64() * PRIOR_COUNT;
        Self { took_s, came: PRIOR_COUNT, last: None, since: None, until: None, crowded: false, cores: 1.0 }
    }

    /// There is so much of a core. Before a crush nobody sees in what newcomers take that it is less than one.
    pub fn held_to(&mut self, cores: f64) {
        self.cores = cores;
    }

    /// A turn took so long but for sweeps, with so many newcomers; `more`: there are others.
    pub fn turn(&mut self, came: usize, took: Duration, more: bool, now: Instant) {
        if came > 0 {
            self.last = Some(now);
        }
        // What a turn without newcomers takes is spent on those who came before.
        if self.last.is_some_and(|last| now.saturating_duration_since(last) < ANSWERED_WITHIN) {
            let kept = (-took.as_secs_f64() / REMEMBERED.as_secs_f64()).exp();
            self.took_s = self.took_s * kept + took.as_secs_f64();
            self.came = self.came * kept + came as f64;
        }
        if more {
            self.until = Some(now);
        }
        let calm = self.until.is_none_or(|until| now.saturating_duration_since(until) >= CALM_AFTER);
        self.since = if calm { None } else { self.since.or(more.then_some(now)) };
        self.crowded = self.since.is_some_and(|since| now.saturating_duration_since(since) >= CROWDED_AFTER);
    }

    /// Whether they come without end.
    pub fn is_crowded(&self) -> bool {
        self.crowded
    }

    /// How many to take in a turn, where so many came within [`BEGUN`] and have not been answered.
    pub fn batch(&self, begun: usize) -> usize {
        let most = self.served_within(TURN).clamp(BATCH_MIN, BATCH_MAX) as usize;
        if !self.crowded {
            return most;
        }
        most.min(((2.0 * self.served_within(BEGUN)).max(BEGUN_MIN) as usize).saturating_sub(begun))
    }

    /// How many may wait.
    pub fn queue(&self) -> usize {
        let wait = match (self.crowded, self.cores < 1.0) {
            (true, true) => CROWDED_WAIT_HELD,
            (true, false) => CROWDED_WAIT,
            (false, _) => WAIT.mul_f64(self.cores),
        };
        self.served_within(wait).clamp(QUEUE_MIN, QUEUE_MAX) as usize
    }

    fn served_within(&self, time: Duration) -> f64 {
        time.as_secs_f64() * self.came / self.took_s.max(1e-9)
    }
}
