//! How many parts go out at once, and what a player keeps in hand for it.

use serde::Deserialize;

use crate::units::PART_MS;

/// Parts to a write: DESIGN.md section 5. Four times the capacity for two seconds of delay.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize)]
#[serde(try_from = "u64")]
pub struct Cadence(u64);

impl Cadence {
    /// The quickest first.
    pub const ALL: [Self; 3] = [Self(1), Self(4), Self(20)];

    pub fn parts(self) -> u64 {
        self.0
    }

    /// What a player keeps: two writes and 0.6 s, at least a second.
    pub fn buffer_ms(self) -> u64 {
        (2 * self.0 * PART_MS + 600).max(1_000)
    }

    /// The same in whole parts.
    pub fn buffer_parts(self) -> u64 {
        self.buffer_ms().div_ceil(PART_MS)
    }
}

impl Default for Cadence {
    fn default() -> Self {
        Self(1)
    }
}

impl TryFrom<u64> for Cadence {
    type Error = &'static str;

    fn try_from(parts: u64) -> Result<Self, Self::Error> {
        let known = Self::ALL.into_iter().find(|cadence| cadence.0 == parts);
        known.ok_or("a cadence is 1, 4 or 20 parts")
    }
}
