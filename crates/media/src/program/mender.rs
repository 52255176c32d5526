//! Frames that were mixed again become parts again, under the numbers that went out.
//!
//! Each run of them begins with a part that is only there to bring the encoder to where it was.

use crate::flow::{Late, Part};
use crate::units::{FRAME_SAMPLES, MediaTime, PART_FRAMES, PartNo, SampleCount};

use super::cutter::Cutter;

/// Mends one hall's parts.
#[derive(Default)]
pub struct Mender {
    cutter: Cutter,
    next: Option<MediaTime>,
    /// Of the last frames: made up when they went out, made up now, to be mended.
    frames: Vec<(MediaTime, u32, u32, bool)>,
}

impl Mender {
    /// The part that lacks less now than when it went out, where this frame completes one.
    pub fn handle(&mut self, late: &Late) -> Vec<Part> {
        let at = late.frame.at;
        if self.next != Some(at) {
            *self = Self::default();
        }
        self.next = Some(at + SampleCount(FRAME_SAMPLES as i64));
        self.frames.push((at, late.lacked, late.lacks, late.mends));
        let parts = self.cutter.mend(late);
        parts.into_iter().filter(|part| self.is_better(part.no)).collect()
    }

    fn is_better(&mut self, part: PartNo) -> bool {
        let own: Vec<_> = self.frames.iter().filter(|(at, ..)| at.part_no() == part).copied().collect();
        self.frames.retain(|(at, ..)| at.part_no() > part);
        let sum = |which: fn(&(MediaTime, u32, u32, bool)) -> u32| own.iter().map(which).sum::<u32>();
        let better = sum(|one| one.2) < sum(|one| one.1);
        let mends = own.len() == PART_FRAMES && own.iter().all(|one| one.3);
        mends && better
    }
}
