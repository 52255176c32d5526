//! Which line a seat is heard from, where several carry its sound: a line of this stage, or a copy of another's.
//!
//! One at a time, so that a copy never makes a second voice. A line that delivers is stayed with: each change is a
//! seam. No sound here.

use crate::flow::LineId;

/// A line of this stage is gone back to once it has delivered for a second.
const OWN_AGAIN_FRAMES: u32 = 50;

/// What a line has to offer for one frame.
#[derive(Debug, Clone, Copy)]
pub struct Offered {
    pub line: LineId,
    /// It is a line of this stage.
    pub own: bool,
    /// It has what was said, not what was made up.
    pub has: bool,
}

#[derive(Debug, Default)]
pub struct Pick {
    line: Option<LineId>,
    own_frames: u32,
}

impl Pick {
    /// The line to hear the next frame from; all that carry the seat are in `offered`.
    pub fn choose(&mut self, offered: &[Offered]) -> Option<LineId> {
        let owns = offered.iter().any(|one| one.own && one.has);
        self.own_frames = if owns { self.own_frames.saturating_add(1) } else { 0 };
        let current = offered.iter().find(|one| Some(one.line) == self.line);
        let stays = |one: &&Offered| one.has && (one.own || self.own_frames < OWN_AGAIN_FRAMES);
        let newest = |one: &&Offered| (one.own, one.line);
        let next = current
            .filter(stays)
            .or_else(|| offered.iter().filter(|one| one.has).max_by_key(newest))
            .or(current)
            .or_else(|| offered.iter().max_by_key(newest));
        self.line = next.map(|one| one.line);
        self.line
    }
}
