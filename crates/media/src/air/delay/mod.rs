//! Programme becomes Programme, a while later: what is said waits, and until it is heard it can be taken out.
//!
//! What was said at a media time stands on the grid that much later, so that parts keep their numbers and nothing behind
//! knows of the delay. The states of a hall wait with the sound, but for its start: that is on the second.

#[cfg(test)]
mod delay_test;

use std::collections::VecDeque;

use crate::flow::{HallState, Programme};
use crate::units::{FRAME_SAMPLES, MediaTime, PART_SAMPLES, PartNo, SampleCount};

const FRAME: SampleCount = SampleCount(FRAME_SAMPLES as i64);
/// What is taken out is left and come back from without a click: 10 ms.
const EDGE_SAMPLES: f32 = 480.0;

/// What is not to be heard of what was said, by the time it was said at: from `from` up to, not with, `to`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Dump {
    pub from: MediaTime,
    pub to: MediaTime,
}

impl Dump {
    fn takes(&self, said_at: MediaTime) -> bool {
        said_at + FRAME > self.from && said_at < self.to
    }
}

/// How long what is said waits, and what of it is taken out.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct DelayOrder {
    parts: u64,
    /// When the hall first went live; `None`: not as far as is known.
    began: Option<PartNo>,
    dumps: Vec<Dump>,
}

impl DelayOrder {
    /// A delay is a whole number of parts: one that is not becomes the next longer one.
    pub fn new(delay: SampleCount, began: Option<PartNo>, dumps: Vec<Dump>) -> Self {
        let parts = u64::try_from(delay.0).unwrap_or(0).div_ceil(PART_SAMPLES as u64);
        Self { parts, began, dumps }
    }

    fn length(&self) -> SampleCount {
        SampleCount(self.parts as i64 * PART_SAMPLES)
    }

    fn takes(&self, said_at: MediaTime) -> bool {
        self.dumps.iter().any(|dump| dump.takes(said_at))
    }
}

/// What the crowd is to have at a moment.
pub struct Delayed {
    pub frame: Programme,
    /// Nothing is said in it, and nobody is to blame: it was taken out, or the hall's first words are still to come.
    pub idle: bool,
}

/// One hall's.
#[derive(Default)]
pub struct Delay {
    order: DelayOrder,
    /// Whether this stage was there before the hall went live.
    waited: bool,
    /// When it did.
    began: Option<PartNo>,
    kept: VecDeque<Programme>,
}

impl Delay {
    pub fn order(&mut self, order: DelayOrder) {
        self.order = order;
    }

    /// What is due now that `said` was said. `None`: this stage cannot know; it was not there.
    pub fn pass(&mut self, said: Programme) -> Option<Delayed> {
        let at = said.at;
        let Some(began) = self.began(&said) else {
            self.kept.clear();
            return Some(Delayed { frame: said, idle: false });
        };
        let due = at - self.order.length();
        self.keep(said, due);
        let Some(kept) = self.kept.front().filter(|frame| frame.at == due) else {
            // The hall goes live within a part; of its first, what was before that is nobody's word.
            let to_come = due < began.start() || self.waited && due < began.next().start();
            return to_come
                .then(|| Delayed { frame: Programme::silent(at, HallState::Live, began), idle: true });
        };
        let started = (kept.state, kept.since) == (HallState::Live, began);
        let since = if started { began } else { PartNo(kept.since.0 + self.order.parts) };
        let idle = self.order.takes(due);
        let mut frame = Programme { at, since, ..kept.clone() };
        if idle {
            frame = Programme::silent(at, frame.state, since);
        } else {
            self.soften(&mut frame, due);
        }
        Some(Delayed { frame, idle })
    }

    /// When the hall went live, if what is said waits.
    fn began(&mut self, said: &Programme) -> Option<PartNo> {
        let before = matches!(said.state, HallState::Draft | HallState::Announced | HallState::Doors);
        if self.order.parts == 0 || before {
            self.waited = before;
            self.began = None;
        } else if self.began.is_none() {
            let seen = (said.state == HallState::Live).then_some(said.since);
            self.began = if self.waited { seen } else { self.order.began.or(seen) };
        }
        self.began
    }

    fn keep(&mut self, said: Programme, due: MediaTime) {
        // A hole in what is said, as after a sleep of the machine: nothing from before it is in order.
        if self.kept.back().is_some_and(|last| said.at <= last.at) {
            self.kept.clear();
        }
        self.kept.push_back(said);
        while self.kept.front().is_some_and(|first| first.at < due) {
            self.kept.pop_front();
        }
    }

    fn soften(&self, frame: &mut Programme, said_at: MediaTime) {
        let ramp = |i: usize| (i as f32 / EDGE_SAMPLES).min(1.0);
        if self.order.takes(said_at - FRAME) {
            frame.pcm.iter_mut().enumerate().for_each(|(i, x)| *x *= ramp(i));
        }
        if self.order.takes(said_at + FRAME) {
            frame.pcm.iter_mut().rev().enumerate().for_each(|(i, x)| *x *= ramp(i));
        }
    }
}
