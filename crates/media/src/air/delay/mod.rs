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

    fn takes(&self, said_at: MediaTime) -> bool {
        self.dumps.iter().any(|dump| dump.takes(said_at))
    }

    fn soften(&self, frame: &mut Programme, said_at: MediaTime) {
        let ramp = |i: usize| (i as f32 / EDGE_SAMPLES).min(1.0);
        if self.takes(said_at - FRAME) {
            frame.pcm.iter_mut().enumerate().for_each(|(i, x)| *x *= ramp(i));
        }
        if self.takes(said_at + FRAME) {
            frame.pcm.iter_mut().rev().enumerate().for_each(|(i, x)| *x *= ramp(i));
        }
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
    /// The last frame from before the hall was live.
    before: Option<MediaTime>,
    /// While what is said waits.
    waiting: Option<Waiting>,
}

struct Waiting {
    began: PartNo,
    /// Whether this stage was there when it did.
    seen: bool,
    /// As it was then.
    parts: u64,
    /// What this stage heard first.
    from: MediaTime,
    kept: VecDeque<Programme>,
}

impl Delay {
    pub fn order(&mut self, order: DelayOrder) {
        self.order = order;
    }

    /// What is due now that `said` was said. `None`: this stage cannot know; it was not there.
    pub fn pass(&mut self, said: Programme) -> Option<Delayed> {
        if is_before(said.state) {
            self.before = Some(said.at);
        }
        if self.waiting.as_ref().is_some_and(|waiting| waiting.is_over(&said)) {
            self.waiting = None;
        }
        if self.waiting.is_none() {
            self.waiting = self.begin(&said);
        }
        let Some(waiting) = &mut self.waiting else {
            return Some(Delayed { frame: said, idle: false });
        };
        let (at, due) = (said.at, waiting.keep(said));
        let Some(kept) = waiting.kept.front().filter(|frame| frame.at == due) else {
            let (state, since) = waiting.nothing(due)?;
            return Some(Delayed { frame: Programme::silent(at, state, since), idle: true });
        };
        let (state, since) = waiting.stands(kept);
        if self.order.takes(due) {
            return Some(Delayed { frame: Programme::silent(at, state, since), idle: true });
        }
        let mut frame = Programme { at, since, ..kept.clone() };
        self.order.soften(&mut frame, due);
        Some(Delayed { frame, idle: false })
    }

    /// Where what was said at `said_at` stands on the grid.
    pub fn stands_at(&self, said_at: MediaTime) -> MediaTime {
        self.waiting.as_ref().map_or(said_at, |waiting| said_at + waiting.length())
    }

    /// From when on what is said waits, and for how long.
    fn begin(&self, said: &Programme) -> Option<Waiting> {
        if self.order.parts == 0 || is_before(said.state) {
            return None;
        }
        let live = Some(said.since).filter(|_| said.state == HallState::Live);
        // Of a start that was seen, the desk need not tell; of one that this stage was away for, it does.
        let starts = live.filter(|since| self.before.is_some_and(|before| before < since.next().start()));
        let began = starts.or(self.order.began).or(live)?;
        let (seen, parts, from) = (starts.is_some(), self.order.parts, said.at);
        Some(Waiting { began, seen, parts, from, kept: VecDeque::new() })
    }
}

impl Waiting {
    /// All that waited was heard, and the hall is announced anew; or it starts again, on its second.
    fn is_over(&self, said: &Programme) -> bool {
        let due = said.at - self.length();
        let heard =
            self.kept.iter().find(|frame| frame.at >= due).is_some_and(|frame| is_before(frame.state));
        let starts = !is_before(said.state) && self.kept.back().is_some_and(|last| is_before(last.state));
        heard || starts
    }

    fn length(&self) -> SampleCount {
        SampleCount(self.parts as i64 * PART_SAMPLES)
    }

    /// Keep it for as long as it waits; gives which frame is due now.
    fn keep(&mut self, said: Programme) -> MediaTime {
        let due = said.at - self.length();
        self.kept.push_back(said);
        while self.kept.front().is_some_and(|first| first.at < due) {
            self.kept.pop_front();
        }
        due
    }

    /// The state of what is kept, and since when it holds where it is heard.
    fn stands(&self, kept: &Programme) -> (HallState, PartNo) {
        let started = (kept.state, kept.since) == (HallState::Live, self.began);
        (kept.state, if started { self.began } else { PartNo(kept.since.0 + self.parts) })
    }

    /// In which state there is nothing at `due`, where nothing is kept of it; `None`: who knows.
    fn nothing(&self, due: MediaTime) -> Option<(HallState, PartNo)> {
        // The hall goes live within a part; of its first, what was before that is nobody's word.
        let first = if self.seen { self.began.next() } else { self.began };
        if due < first.start() {
            return Some((HallState::Live, self.began));
        }
        // A sleep of the whole machine: then it is nowhere.
        self.kept.front().filter(|_| due >= self.from).map(|frame| self.stands(frame))
    }
}

fn is_before(state: HallState) -> bool {
    matches!(state, HallState::Draft | HallState::Announced | HallState::Doors)
}
