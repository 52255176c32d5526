//! Where on a line's clock that is which was captured at a moment of media time, now and as it was answered before.
//!
//! Stretches of one pace, laid one after the other without a step; only a jump that was ordered is one. How the clock
//! runs is not found out here ([`super::drift`]).

use std::collections::VecDeque;

use crate::sound::{Place, Span};
use crate::units::{FRAME_SAMPLES, MediaTime, SampleCount};

const FRAME: SampleCount = SampleCount(FRAME_SAMPLES as i64);
/// A second, later reading of the programme is answered as the first was: 40 s.
const REMEMBERED: SampleCount = SampleCount::from_ms(40_000);

/// What one sample of ours is on the line's clock, less one: in parts of 2^32, 4,295 to the ppm.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct Pace(pub i64);

impl Pace {
    /// Where one ends up after so much of our time.
    pub fn after(self, start: Place, length: SampleCount) -> Place {
        Place(start.0 + ((length.0 as i128) << 32) + length.0 as i128 * self.0 as i128)
    }
}

#[derive(Debug, Clone, Copy)]
struct Stretch {
    since: MediaTime,
    place: Place,
    pace: Pace,
}

impl Stretch {
    fn at(&self, at: MediaTime) -> Place {
        // What was captured before all that is known was captured by a clock like ours.
        let pace = if at < self.since { Pace::default() } else { self.pace };
        pace.after(self.place, at - self.since)
    }
}

#[derive(Debug, Clone)]
pub struct Clock(VecDeque<Stretch>);

impl Clock {
    /// A clock like ours, `place` being what was captured at `since`.
    pub fn new(since: MediaTime, place: i64) -> Self {
        Self([Stretch { since, place: Place::whole_sample(place), pace: Pace::default() }].into())
    }

    /// The 20 ms that were captured from `at` on, on the 20 ms grid.
    pub fn frame(&self, at: MediaTime) -> Span {
        let stretch = self.holding(at);
        Span { from: stretch.at(at), to: stretch.at(at + FRAME) }
    }

    pub fn place(&self, at: MediaTime) -> Place {
        self.holding(at).at(at)
    }

    /// Go at this pace from `since` on, which nobody has asked for yet, whatever was foreseen.
    pub fn go(&mut self, since: MediaTime, pace: Pace) {
        let place = self.place(since);
        while self.0.len() > 1 && self.0.back().is_some_and(|last| last.since >= since) {
            self.0.pop_back();
        }
        // Rounding leaves some millionths of a sample, and a clock like ours is read without any.
        let place = if pace == Pace::default() { place.near_whole() } else { place };
        self.0.push_back(Stretch { since, place, pace });
        while self.0.get(1).is_some_and(|next| since - next.since > REMEMBERED) {
            self.0.pop_front();
        }
    }

    /// Be `samples` further from `at` on, on the 20 ms grid.
    pub fn jump(&mut self, at: MediaTime, samples: i64) {
        let held = Stretch { since: at, place: self.place(at), pace: self.holding(at).pace };
        let later = self.0.partition_point(|stretch| stretch.since < at);
        if self.0.get(later).is_none_or(|stretch| stretch.since != at) {
            self.0.insert(later, held);
        }
        self.0.range_mut(later..).for_each(|stretch| stretch.place = stretch.place.further(samples));
    }

    /// The last stretch that begins by `at`; before all, the first.
    fn holding(&self, at: MediaTime) -> &Stretch {
        &self.0[self.0.partition_point(|stretch| stretch.since <= at).saturating_sub(1)]
    }
}
