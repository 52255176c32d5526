//! The one Rust file that reads a clock.
//!
//! Media time is taken from the wall once, at the start, and then follows the monotonic clock alone: a wall clock
//! that jumps moves no sound.
#![allow(clippy::disallowed_methods)]

use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use crate::units::{MediaTime, SAMPLE_RATE_HZ, WallMs};

/// Reads time; cheap to copy, and all copies agree.
#[derive(Debug, Clone, Copy)]
pub struct Clock {
    anchor: Instant,
    anchor_media: MediaTime,
}

impl Clock {
    pub fn start() -> Self {
        let since_epoch = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        let samples = since_epoch.as_nanos() * SAMPLE_RATE_HZ as u128 / 1_000_000_000;
        Self { anchor: Instant::now(), anchor_media: MediaTime(samples as i64) }
    }

    pub fn instant(&self) -> Instant {
        Instant::now()
    }

    pub fn wall(&self) -> WallMs {
        let since_epoch = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        WallMs(since_epoch.as_millis() as i64)
    }

    /// Media time at a moment of the monotonic clock.
    pub fn media_at(&self, instant: Instant) -> MediaTime {
        let nanos = instant.saturating_duration_since(self.anchor).as_nanos();
        MediaTime(self.anchor_media.0 + (nanos * SAMPLE_RATE_HZ as u128 / 1_000_000_000) as i64)
    }

    pub fn media(&self) -> MediaTime {
        self.media_at(self.instant())
    }

    /// When media time `at` is reached; now if it is past.
    pub fn instant_of(&self, at: MediaTime) -> Instant {
        let samples = u128::try_from(at.0 - self.anchor_media.0).unwrap_or(0);
        // One nanosecond up, so that the sample has surely begun.
        let nanos = samples * 1_000_000_000 / SAMPLE_RATE_HZ as u128 + 1;
        self.anchor + Duration::from_nanos(nanos as u64)
    }

    /// Sleep until `instant`; the kernel's slack is the caller's to set.
    pub fn sleep_until(&self, instant: Instant) {
        std::thread::sleep(instant.saturating_duration_since(self.instant()));
    }
}
