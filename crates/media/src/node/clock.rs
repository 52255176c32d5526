//! The one Rust file that reads a clock.
//!
//! Media time is taken from the wall once, at the start, and then follows the monotonic clock alone: a wall clock
//! that jumps moves no sound. The stages of one machine share an anchor, so that they agree to the sample; one that
//! starts again goes on by it, so that a wall clock set back in between repeats no number.
#![allow(clippy::disallowed_methods, unsafe_code)]

use std::fs::File;
use std::io::{self, Read, Seek, Write};
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

/// The media clock of a machine: what it showed at a moment of the monotonic clock, which all processes share.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Anchor {
    /// Of this boot: monotonic clocks of different boots have nothing in common.
    boot: String,
    monotonic_ns: i64,
    media: i64,
}

/// A media clock closer to the wall's is left alone, or stages that begin at one moment would differ.
const APART: SampleCount = SampleCount::from_ms(1_000);

impl Anchor {
    /// What media time has become by `now`, if both are of one boot.
    fn carried_to(&self, now: &Self) -> Option<i64> {
        let passed = now.monotonic_ns - self.monotonic_ns;
        let samples = i128::from(passed) * i128::from(SAMPLE_RATE_HZ) / 1_000_000_000;
        (self.boot == now.boot && passed >= 0).then(|| self.media + samples as i64)
    }

    /// Media time at `now`: as the clock before had it. Where nobody else goes by that, a wall clock that is well ahead
    /// is followed; one that is behind never is, or numbers would be repeated.
    fn continued(now: &Self, before: Option<&Self>, alone: bool) -> i64 {
        let Some(carried) = before.and_then(|before| before.carried_to(now)) else { return now.media };
        if alone && now.media - carried > APART.0 { now.media } else { carried }
    }
}

/// As long as it is held, others that start go by the same clock.
#[must_use]
pub struct Shared(#[expect(dead_code, reason = "the lock ends with the file")] Option<File>);

impl Clock {
    /// This clock, brought to the one whose anchor is in `file`; the stages of a machine have one file.
    pub fn shared(self, file: &Path) -> (Self, Shared) {
        let Some(boot) = this_boot() else { return (self, Shared(None)) };
        match self.agreed(file, boot) {
            Ok((clock, held)) => (clock, Shared(Some(held))),
            Err(error) => {
                tracing::warn!(%error, "node.clock_not_shared");
                (self, Shared(None))
            }
        }
    }

    fn agreed(self, path: &Path, boot: String) -> io::Result<(Self, File)> {
        let mut file = File::options().read(true).write(true).create(true).truncate(false).open(path)?;
        let alone = file.try_lock().is_ok();
        if !alone {
            // Whoever starts just now has it whole, and then shares it.
            file.lock_shared()?;
        }
        let mut kept = Vec::new();
        file.read_to_end(&mut kept)?;
        let here = Anchor { boot, monotonic_ns: monotonic_ns(), media: self.media().0 };
        let before: Option<Anchor> = serde_json::from_slice(&kept).ok();
        let media = Anchor::continued(&here, before.as_ref(), alone);
        let ahead = SampleCount(media - here.media);
        if ahead > APART {
            tracing::warn!(ahead_ms = ahead.ms(), "node.wall_clock_was_set_back");
        }
        let stands = before.as_ref().and_then(|before| before.carried_to(&here)) == Some(media);
        if !stands {
            file.set_len(0)?;
            file.rewind()?;
            file.write_all(&serde_json::to_vec(&Anchor { media, ..here })?)?;
        }
        file.lock_shared()?;
        Ok((Self { anchor_media: self.anchor_media + ahead, ..self }, file))
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

/// The id of this boot, as Linux tells it (proc(5)).
fn this_boot() -> Option<String> {
    let boot = std::fs::read_to_string("/proc/sys/kernel/random/boot_id").ok()?;
    Some(boot.trim().to_owned())
}

/// The clock that [`Instant`] reads, as a number that other processes can compare (clock_gettime(2)).
fn monotonic_ns() -> i64 {
    let mut now = libc::timespec { tv_sec: 0, tv_nsec: 0 };
    // SAFETY: `now` outlives the call, and this clock is always there.
    unsafe { libc::clock_gettime(libc::CLOCK_MONOTONIC, &mut now) };
    now.tv_sec * 1_000_000_000 + now.tv_nsec
}

#[cfg(test)]
#[path = "clock_test.rs"]
mod clock_test;
