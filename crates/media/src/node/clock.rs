//! The one Rust file that reads a clock.
//!
//! Media time is taken from the wall once, at the start, and then follows the monotonic clock alone: a wall clock
//! that jumps moves no sound. A stage that starts again goes on from where the one before it stood, so that a wall
//! clock set back in between repeats no number.
#![allow(clippy::disallowed_methods)]

use std::path::Path;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use serde::{Deserialize, Serialize};

use crate::units::{MediaTime, SAMPLE_RATE_HZ, SampleCount, WallMs};

/// Reads time; cheap to copy, and all copies agree.
#[derive(Debug, Clone, Copy)]
pub struct Clock {
    anchor: Instant,
    anchor_media: MediaTime,
}

/// Where media time stood at a moment that a later process of this boot can tell the distance to.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Anchor {
    /// Of this boot: uptimes of different boots have nothing in common.
    boot: String,
    uptime_ms: i64,
    media: i64,
}

impl Anchor {
    /// What media time has become by `now`, if both are of one boot.
    fn carried_to(&self, now: &Self) -> Option<i64> {
        let passed = now.uptime_ms - self.uptime_ms;
        (self.boot == now.boot && passed >= 0).then(|| self.media + SampleCount::from_ms(passed).0)
    }

    /// Media time at `now`: the wall's, or the earlier process's where that is ahead.
    fn continued(now: &Self, before: Option<&Self>) -> i64 {
        before.and_then(|before| before.carried_to(now)).map_or(now.media, |carried| carried.max(now.media))
    }
}

impl Clock {
    /// This clock, never behind the one that kept its anchor in `file`; keeps its own there.
    pub fn continued(self, file: &Path) -> Self {
        let Some((boot, uptime_ms)) = this_boot() else { return self };
        let here = Anchor { boot, uptime_ms, media: self.media().0 };
        let before: Option<Anchor> =
            std::fs::read(file).ok().and_then(|bytes| serde_json::from_slice(&bytes).ok());
        let media = Anchor::continued(&here, before.as_ref());
        let ahead = SampleCount(media - here.media);
        if ahead > SampleCount::from_ms(1_000) {
            tracing::warn!(ahead_ms = ahead.ms(), "node.wall_clock_was_set_back");
        }
        let kept = serde_json::to_vec(&Anchor { media, ..here }).unwrap_or_default();
        if let Err(error) = std::fs::write(file, kept) {
            tracing::warn!(%error, "node.clock_not_remembered");
        }
        Self { anchor_media: self.anchor_media + ahead, ..self }
    }

    pub fn start() -> Self {
        let since_epoch = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        let samples = since_epoch.as_nanos() * SAMPLE_RATE_HZ as u128 / 1_000_000_000;
        Self { anchor: Instant::now(), anchor_media: MediaTime(samples as i64) }
    }

    pub fn instant(&self) -> Instant {
        Instant::now()
    }

    /// Wall time that never runs back: where the machine's clock is set back, ours stands still, as the desk's does,
    /// or passes just made would count as made in the future.
    pub fn wall(&self) -> WallMs {
        static LATEST_MS: AtomicI64 = AtomicI64::new(0);
        let since_epoch = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        let now_ms = since_epoch.as_millis() as i64;
        WallMs(LATEST_MS.fetch_max(now_ms, Ordering::Relaxed).max(now_ms))
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

/// The id of this boot and the time since it, as Linux tells them (proc(5)).
fn this_boot() -> Option<(String, i64)> {
    let boot = std::fs::read_to_string("/proc/sys/kernel/random/boot_id").ok()?;
    let uptime = std::fs::read_to_string("/proc/uptime").ok()?;
    let seconds: f64 = uptime.split(' ').next()?.parse().ok()?;
    Some((boot.trim().to_owned(), (seconds * 1_000.0) as i64))
}

#[cfg(test)]
#[path = "clock_test.rs"]
mod clock_test;
