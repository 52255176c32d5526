//! Whether a line may be heard: in a recorded hall, only from the moment its speaker agreed to be in it.

use crate::units::MediaTime;

/// From when on a line may be heard by the crowd.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Gate(Option<MediaTime>);

impl Gate {
    /// A line that comes up: nothing it says was said before it was there.
    pub fn new(open: bool) -> Self {
        Self(open.then_some(MediaTime(i64::MIN)))
    }

    /// What holds from `now` on. A gate that opens does not let out what was said behind it.
    pub fn set(&mut self, open: bool, now: MediaTime) {
        self.0 = match (open, self.0) {
            (true, None) => Some(now),
            (true, since) => since,
            (false, _) => None,
        };
    }

    pub fn is_open(self) -> bool {
        self.0.is_some()
    }

    /// Whether what was captured at `at` may be heard.
    pub fn lets_out(self, at: MediaTime) -> bool {
        self.0.is_some_and(|since| at >= since)
    }
}
