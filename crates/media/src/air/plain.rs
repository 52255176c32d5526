//! Which parts went out as they were mixed: nothing laid over them, nothing taken out.

use std::collections::VecDeque;

use crate::units::{MediaTime, PART_FRAMES, PartNo};

/// Longer than anything is mixed again after it went out: 48 s.
const KEPT_PARTS: usize = 200;

/// The last parts, with how many of their frames went out so.
#[derive(Default)]
pub struct Plain(VecDeque<(PartNo, usize)>);

impl Plain {
    /// A frame went out, as it was mixed or not.
    pub fn note(&mut self, at: MediaTime, plain: bool) {
        let part = at.part_no();
        match self.0.back_mut() {
            Some((last, count)) if *last == part => *count += usize::from(plain),
            _ => self.0.push_back((part, usize::from(plain))),
        }
        if self.0.len() > KEPT_PARTS {
            self.0.pop_front();
        }
    }

    pub fn has(&self, part: PartNo) -> bool {
        self.0.iter().rev().any(|(one, count)| *one == part && *count == PART_FRAMES)
    }
}
