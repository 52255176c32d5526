//! Keeps sound below a ceiling, between its samples too.
//!
//! A peak is seen 5 ms before it comes and met by a gain that has gone down by then, in a straight line; afterwards it
//! goes up slowly. Where nothing reaches the ceiling the sound stays as it is, bit by bit.
//!
//! Peaks are those of ITU-R BS.1770-4, annex 2: at four times the rate.

use std::collections::VecDeque;

use crate::units::FRAME_SAMPLES;

use super::between::{AFTER, BEFORE, peak};

/// What is encoded stays below this, -2.3 dB of full scale: Opus adds up to 1 dB to the peaks of ten voices, and what is
/// decoded is to stay below -1 dB.
pub const CEILING: f32 = 0.77;
/// 5 ms.
const AHEAD: usize = 240;
/// What must have come past a frame before that can be had: less than the 648 samples that the cutter holds anyway.
#[cfg(test)]
pub const HELD: usize = AHEAD + AFTER;
/// Samples in which the gain makes up for two thirds of what it lacks: 50 ms. Slower ones take more of the
/// loudness of voices with sharp peaks, and sound no better.
const RELEASE: i64 = 2_400;
/// And the least it makes up for with a sample, so that it comes to an end.
const RELEASE_LEAST: i64 = FULL >> 17;
/// Full gain. Sums of whole numbers do not drift.
const FULL: i64 = 1 << 30;
/// Between samples less than half the ceiling nothing comes near it.
const NEAR: f32 = 0.5;

/// A gain, and the sample from which it is asked for.
type Bound = (u64, i64);

pub struct Ceiling {
    /// Sound from `BEFORE` samples before the first that was not given out yet.
    sound: VecDeque<f32>,
    /// Samples whose bound is known, and those given out.
    bounded: u64,
    given: u64,
    peak: f32,
    /// The least bounds of the last samples, each less than all before it.
    least: VecDeque<Bound>,
    released: i64,
    /// The last gains, whose mean is the one that is used.
    recent: VecDeque<i64>,
    sum: i64,
    /// Means not used yet.
    gains: VecDeque<i64>,
}

impl Default for Ceiling {
    fn default() -> Self {
        Self::new()
    }
}

impl Ceiling {
    pub fn new() -> Self {
        Self {
            sound: [0.0; BEFORE].into(),
            bounded: 0,
            given: 0,
            peak: 0.0,
            least: VecDeque::new(),
            released: FULL,
            recent: [FULL; AHEAD].into(),
            sum: FULL * AHEAD as i64,
            gains: VecDeque::new(),
        }
    }

    /// Take what comes next.
    pub fn add(&mut self, pcm: &[f32]) {
        self.sound.extend(pcm);
        let known = self.given + (self.sound.len() - BEFORE).saturating_sub(AFTER) as u64;
        let first = (self.bounded - self.given) as usize;
        let sound = &self.sound.make_contiguous()[first..];
        let peaks: Vec<f32> = if sound.iter().any(|x| x.abs() > NEAR * CEILING) {
            sound.windows(BEFORE + 1 + AFTER).map(peak).collect()
        } else {
            vec![0.0; (known - self.bounded) as usize]
        };
        for next in peaks {
            // What lies between two samples is a matter of both.
            let bound = CEILING / self.peak.max(next).max(CEILING);
            self.peak = next;
            self.bound((bound * FULL as f32) as i64);
        }
    }

    fn bound(&mut self, bound: i64) {
        let at = self.bounded;
        self.bounded += 1;
        while self.least.back().is_some_and(|&(_, last)| last >= bound) {
            self.least.pop_back();
        }
        self.least.push_back((at, bound));
        let Some(begins) = self.bounded.checked_sub(AHEAD as u64) else { return };
        while self.least.front().is_some_and(|&(at, _)| at < begins) {
            self.least.pop_front();
        }
        let least = self.least.front().map_or(FULL, |&(_, least)| least);
        let up = ((FULL - self.released) / RELEASE).max(RELEASE_LEAST);
        self.released = (self.released + up).min(least);
        if begins == 0 {
            // Before the first sample it was as it is there.
            self.recent = [least; AHEAD].into();
            self.sum = least * AHEAD as i64;
        }
        self.sum += self.released - self.recent.pop_front().unwrap_or(FULL);
        self.recent.push_back(self.released);
        self.gains.push_back(self.sum / AHEAD as i64);
    }

    /// The next 20 ms, once `HELD` samples past them have come.
    pub fn take(&mut self) -> Option<[f32; FRAME_SAMPLES]> {
        if self.gains.len() < FRAME_SAMPLES {
            return None;
        }
        let gains = self.gains.drain(..FRAME_SAMPLES);
        let sound = self.sound.iter().skip(BEFORE);
        let mut frame = [0.0; FRAME_SAMPLES];
        for ((slot, x), gain) in frame.iter_mut().zip(sound).zip(gains) {
            *slot = if gain >= FULL { *x } else { x * (gain as f32 / FULL as f32) };
        }
        self.sound.drain(..FRAME_SAMPLES);
        self.given += FRAME_SAMPLES as u64;
        Some(frame)
    }
}
