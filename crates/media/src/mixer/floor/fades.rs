//! A gain whose changes were ordered at moments of media time, each taking its time.
//!
//! The programme reads it a window behind, so it remembers as far back. No sound is kept here.

use std::collections::VecDeque;

use crate::units::{FRAME_SAMPLES, MediaTime, SampleCount};

/// Changes in one window; of more, the oldest are taken to be over.
const CHANGES_MAX: usize = 32;

/// The gain over one frame.
#[derive(Debug, Clone, PartialEq)]
pub enum Gain {
    /// The same throughout.
    Steady(f32),
    Moving(Box<[f32; FRAME_SAMPLES]>),
}

impl Gain {
    /// What is missing to full gain.
    pub fn rest(&self) -> Self {
        match self {
            Self::Steady(gain) => Self::Steady(1.0 - gain),
            Self::Moving(gains) => Self::Moving(Box::new(gains.map(|gain| 1.0 - gain))),
        }
    }

    pub fn apply(&self, pcm: &mut [f32; FRAME_SAMPLES]) {
        match self {
            Self::Steady(1.0) => {}
            Self::Steady(gain) => pcm.iter_mut().for_each(|x| *x *= gain),
            Self::Moving(gains) => pcm.iter_mut().zip(gains.iter()).for_each(|(x, gain)| *x *= gain),
        }
    }

    /// Both, one after the other.
    pub fn times(self, other: Self) -> Self {
        match (self, other) {
            (Self::Steady(one), Self::Steady(other)) => Self::Steady(one * other),
            (Self::Steady(steady), Self::Moving(gains)) | (Self::Moving(gains), Self::Steady(steady)) => {
                Self::Moving(Box::new(gains.map(|gain| gain * steady)))
            }
            (Self::Moving(one), Self::Moving(other)) => {
                Self::Moving(Box::new(std::array::from_fn(|i| one[i] * other[i])))
            }
        }
    }

    pub fn is_nothing(&self) -> bool {
        *self == Self::Steady(0.0)
    }
}

#[derive(Debug, Clone, Copy)]
struct Change {
    since: MediaTime,
    length: SampleCount,
    goal: f32,
}

#[derive(Debug)]
pub struct Fades {
    before: f32,
    changes: VecDeque<Change>,
}

impl Fades {
    /// It was always so.
    pub fn new(open: bool) -> Self {
        Self { before: f32::from(u8::from(open)), changes: VecDeque::new() }
    }

    /// Move to open or closed from `since` on; later moments only.
    pub fn set(&mut self, open: bool, since: MediaTime, length: SampleCount) {
        let goal = f32::from(u8::from(open));
        if self.changes.back().map_or(self.before, |last| last.goal) == goal {
            return;
        }
        if self.changes.len() == CHANGES_MAX {
            self.before = self.changes.pop_front().map_or(self.before, |over| over.goal);
        }
        self.changes.push_back(Change { since, length, goal });
    }

    /// The gain of the frame that begins at `at`.
    pub fn over(&self, at: MediaTime) -> Gain {
        let end = at + SampleCount(FRAME_SAMPLES as i64);
        let moves = |one: &Change| one.since < end && one.since + one.length > at;
        if !self.changes.iter().any(|one| moves(one) || (at..end).contains(&one.since)) {
            return Gain::Steady(self.at(at));
        }
        Gain::Moving(Box::new(std::array::from_fn(|i| self.at(at + SampleCount(i as i64)))))
    }

    /// Nothing before `at` will be asked for.
    pub fn forget(&mut self, at: MediaTime) {
        let whole = |n: &usize| {
            let until = self.changes.get(n + 1).map_or(at, |next| next.since.min(at));
            self.changes[*n].since + self.changes[*n].length <= until
        };
        // One that came to its end makes all before it void.
        if let Some(last) = (0..self.changes.len()).rev().find(whole) {
            self.before = self.changes[last].goal;
            self.changes.drain(..=last);
        }
    }

    fn at(&self, at: MediaTime) -> f32 {
        let mut gain = self.before;
        for (n, change) in self.changes.iter().enumerate().take_while(|(_, one)| one.since <= at) {
            let next = self.changes.get(n + 1).map(|next| next.since).filter(|&since| since <= at);
            let spent = (next.unwrap_or(at) - change.since).0;
            let share = if change.length.0 > 0 { spent as f32 / change.length.0 as f32 } else { 1.0 };
            gain += (change.goal - gain) * share.min(1.0);
        }
        gain
    }
}
