//! How loud each seat is brought: everyone alike, whatever their microphone.
//!
//! By seat, not by line: whoever comes back, or is heard through another stage, is as loud as before. A function of what was
//! said and when, so that two stages agree. What the sum of all reaches is not a matter of this folder but of the ceiling
//! before the encoder.

mod seat;
#[cfg(test)]
mod seat_test;

use std::collections::BTreeMap;

use crate::flow::SeatId;
use crate::units::{FRAME_SAMPLES, MediaTime};

use seat::Level;

/// A gain at the beginning of 20 ms and at their end.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Lift {
    pub from: f32,
    pub to: f32,
}

impl Lift {
    pub fn apply(self, pcm: &mut [f32; FRAME_SAMPLES]) {
        let step = (self.to - self.from) / FRAME_SAMPLES as f32;
        if self.from == 1.0 && step == 0.0 {
            return;
        }
        pcm.iter_mut().enumerate().for_each(|(i, x)| *x *= self.from + step * i as f32);
    }
}

/// The levels of one hall's seats, as long as it lasts.
#[derive(Default)]
pub struct Levels {
    seats: BTreeMap<SeatId, Level>,
    /// The frame that was noted last.
    latest: MediaTime,
}

impl Levels {
    /// Note what a seat's line carries at `at`, before any gain; `said` is false where it was made up.
    pub fn note(&mut self, seat: &SeatId, at: MediaTime, pcm: &[f32; FRAME_SAMPLES], said: bool) {
        self.latest = at;
        if !self.seats.contains_key(seat) {
            self.seats.insert(seat.clone(), Level::new());
        }
        if let Some(level) = self.seats.get_mut(seat) {
            level.note(at, pcm, said);
        }
    }

    /// The gain of the frame at `at`, up to 40 s ago.
    pub fn lift(&self, seat: &SeatId, at: MediaTime) -> Lift {
        self.seats.get(seat).map_or(Lift { from: 1.0, to: 1.0 }, |level| level.lift(at))
    }

    /// The newest gain there is: for those who cannot wait.
    pub fn newest(&self, seat: &SeatId) -> Lift {
        self.lift(seat, self.latest)
    }
}
