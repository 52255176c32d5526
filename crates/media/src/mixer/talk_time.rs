//! How long each seat is heard speaking by the crowd, by parts of the programme.
//!
//! Counted on the grid and told on it, so that two stages that mix the same tell the same.

use std::collections::BTreeMap;

use crate::flow::{SeatId, TalkTime};
use crate::units::{FRAME_SAMPLES, MediaTime, PART_SAMPLES, PartNo, SampleCount};

use super::speech::{LAG_FRAMES, Speech};

const FRAME: SampleCount = SampleCount(FRAME_SAMPLES as i64);
const FRAME_MS: u64 = 20;
/// Told every so many parts, a little less than a second.
const TOLD_PARTS: u64 = 4;
/// A seat that was silent for so long begins anew.
const FORGET_FRAMES: u32 = 500;
/// A programme that has ended is told of to its last word.
const LAST: SampleCount = SampleCount::from_ms(2_000);

type Sound = [f32; FRAME_SAMPLES];

#[derive(Default)]
pub struct Talking {
    seats: BTreeMap<SeatId, Speech>,
    frames: BTreeMap<SeatId, u64>,
    /// The first part that was not told of.
    next: Option<PartNo>,
    programme_until: MediaTime,
}

impl Talking {
    /// Note what the crowd hears of each seat at `at`, silence of all others; `on` while there is a programme.
    pub fn note(&mut self, at: MediaTime, on: bool, heard: &BTreeMap<SeatId, Sound>) -> Option<TalkTime> {
        if on {
            self.programme_until = at + FRAME;
        } else if at - self.programme_until > LAST {
            return None;
        }
        let next = *self.next.get_or_insert_with(|| (at + SampleCount(PART_SAMPLES - 1)).part_no());
        let judged = at - SampleCount(LAG_FRAMES as i64 * FRAME.0);
        self.listen(heard, judged >= next.start());
        let to = PartNo((judged + FRAME).part_no().0 / TOLD_PARTS * TOLD_PARTS);
        (to > next).then(|| self.tell(next, to))
    }

    fn listen(&mut self, heard: &BTreeMap<SeatId, Sound>, counts: bool) {
        for seat in heard.keys() {
            if !self.seats.contains_key(seat) {
                self.seats.insert(seat.clone(), Speech::new());
            }
        }
        for (seat, speech) in &mut self.seats {
            let pcm = heard.get(seat).unwrap_or(&[0.0; FRAME_SAMPLES]);
            if speech.note(pcm, true) == Some(true) && counts {
                *self.frames.entry(seat.clone()).or_default() += 1;
            }
        }
        self.seats.retain(|_, speech| speech.silent_frames() < FORGET_FRAMES);
    }

    fn tell(&mut self, from: PartNo, to: PartNo) -> TalkTime {
        self.next = Some(to);
        let frames = std::mem::take(&mut self.frames);
        let voiced_ms = frames.into_iter().map(|(seat, frames)| (seat, frames * FRAME_MS)).collect();
        TalkTime { from, to, voiced_ms }
    }
}
