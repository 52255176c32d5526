//! Numbers that mean something: media time, parts, levels.
//!
//! Three notions of time are three types: `Instant` (monotonic, for waiting), [`WallMs`] (for people
//! and passes) and [`MediaTime`] (48 kHz samples since the Unix epoch, for sound). Only
//! `node::clock` makes them from a real clock, and only it converts between them.

use std::ops::{Add, Sub};

/// Samples in a second, everywhere past the microphone.
pub const SAMPLE_RATE_HZ: i64 = 48_000;
/// Samples in the 20 ms frame that the stage mixes and Opus carries.
pub const FRAME_SAMPLES: usize = 960;
/// Frames in a part.
pub const PART_FRAMES: usize = 12;
/// Samples in a part: 240 ms.
pub const PART_SAMPLES: i64 = (FRAME_SAMPLES * PART_FRAMES) as i64;
/// The length of a part in milliseconds.
pub const PART_MS: u64 = 20 * PART_FRAMES as u64;

/// Samples in an LL-HLS part: 960 ms, four parts, 45 AAC frames.
pub const LL_SAMPLES: i64 = 4 * PART_SAMPLES;
/// LL-HLS parts in a segment: 4.8 s.
pub const SEGMENT_LL_PARTS: u64 = 5;

/// A point in media time: 48 kHz samples since the Unix epoch.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct MediaTime(pub i64);

/// A length of sound in 48 kHz samples.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct SampleCount(pub i64);

/// The number of a part: media time over 11,520, so that every encoder numbers alike.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct PartNo(pub u64);

/// The number of an LL-HLS part: media time over 46,080.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct LlNo(pub u64);

/// The number of a segment, in HLS its media sequence number: media time over 230,400.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct SegmentNo(pub u64);

/// Wall-clock time in milliseconds since the Unix epoch.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct WallMs(pub i64);

impl SampleCount {
    /// The samples in `ms` milliseconds.
    pub const fn from_ms(ms: i64) -> Self {
        Self(ms * SAMPLE_RATE_HZ / 1000)
    }

    /// Whole milliseconds, rounded towards zero.
    pub const fn ms(self) -> i64 {
        self.0 * 1000 / SAMPLE_RATE_HZ
    }
}

impl Add<SampleCount> for MediaTime {
    type Output = Self;
    fn add(self, length: SampleCount) -> Self {
        Self(self.0 + length.0)
    }
}

impl Sub<SampleCount> for MediaTime {
    type Output = Self;
    fn sub(self, length: SampleCount) -> Self {
        Self(self.0 - length.0)
    }
}

impl Sub for MediaTime {
    type Output = SampleCount;
    fn sub(self, earlier: Self) -> SampleCount {
        SampleCount(self.0 - earlier.0)
    }
}

impl MediaTime {
    /// The start of the frame of the grid that holds this moment.
    pub fn frame_start(self) -> Self {
        Self(self.0 - self.0.rem_euclid(FRAME_SAMPLES as i64))
    }

    /// The part that holds this moment. Moments before 1970 count as part 0.
    pub fn part_no(self) -> PartNo {
        PartNo(u64::try_from(self.0.div_euclid(PART_SAMPLES)).unwrap_or(0))
    }
}

impl PartNo {
    /// Where the part begins.
    pub fn start(self) -> MediaTime {
        MediaTime(self.0 as i64 * PART_SAMPLES)
    }

    /// The part after this one.
    pub fn next(self) -> Self {
        Self(self.0 + 1)
    }

    /// The part `count` before this one; part 0 has none before it.
    pub fn back(self, count: u64) -> Self {
        Self(self.0.saturating_sub(count))
    }
}

impl LlNo {
    pub fn next(self) -> Self {
        Self(self.0 + 1)
    }

    /// The LL-HLS part that holds a moment in milliseconds since the epoch.
    pub fn at_ms(ms: i64) -> Self {
        Self(u64::try_from(SampleCount::from_ms(ms).0 / LL_SAMPLES).unwrap_or(0))
    }

    pub fn segment(self) -> SegmentNo {
        SegmentNo(self.0 / SEGMENT_LL_PARTS)
    }

    /// Its place in its segment.
    pub fn index(self) -> u64 {
        self.0 % SEGMENT_LL_PARTS
    }
}

impl SegmentNo {
    /// Its first LL-HLS part.
    pub fn first(self) -> LlNo {
        LlNo(self.0 * SEGMENT_LL_PARTS)
    }

    pub fn next(self) -> Self {
        Self(self.0 + 1)
    }

    /// Where it begins: a whole number of milliseconds.
    pub fn start_ms(self) -> i64 {
        SampleCount(self.first().0 as i64 * LL_SAMPLES).ms()
    }
}
