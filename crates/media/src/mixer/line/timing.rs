//! When a line's samples were captured, and how long to wait for them.
//!
//! A packet's *transit* is its arrival on the stage's clock minus its time on the line's clock. The least transit
//! seen stands for the path without queues; how far others lie above it is the line's jitter.

use std::collections::VecDeque;

use crate::units::{FRAME_SAMPLES, MediaTime, SampleCount};

/// Five seconds of 20 ms packets: long enough to meet the bad ones, short enough to follow a change.
const REMEMBERED: usize = 250;
/// Wait for all but one packet in fifty.
const LATE_SHARE: usize = 50;
/// Past the spread that was seen: one wake-up of the network thread.
const MARGIN: SampleCount = SampleCount::from_ms(2);
/// A line's clock that leaps by more is a new clock.
const LEAP: SampleCount = SampleCount::from_ms(3_000);
/// Drift below this is not worth a seam in the sound.
const DRIFT: SampleCount = SampleCount::from_ms(10);
/// Drift above this is mended even while someone speaks.
const DRIFT_MAX: SampleCount = SampleCount::from_ms(60);

#[derive(Default)]
pub struct Timing {
    transits: VecDeque<i64>,
    /// Media time minus line time, fixed once the programme has begun to read.
    offset: Option<i64>,
    /// The line's time of the first packet.
    first: Option<i64>,
    packet_samples: i64,
    /// So many packets ago one carried the one before it again; `None` where none does.
    copied: Option<usize>,
}

impl Timing {
    /// Note a packet that came by itself. True if the line's clock leapt and all before is void.
    pub fn note(&mut self, rtp_time: i64, arrived: MediaTime, samples: i64) -> bool {
        let transit = arrived.0 - rtp_time;
        let leapt = self.transits.back().is_some_and(|last| (transit - last).abs() > LEAP.0);
        if leapt {
            self.transits.clear();
            self.offset = None;
            self.first = None;
        }
        self.first.get_or_insert(rtp_time);
        self.packet_samples = samples;
        self.copied = self.copied.map(|ago| ago + 1).filter(|&ago| ago < REMEMBERED);
        self.transits.push_back(transit);
        if self.transits.len() > REMEMBERED {
            self.transits.pop_front();
        }
        leapt
    }

    /// A packet carried the one before it again: it is waited for on this line, lost or not, so that losses change nothing.
    pub fn note_copy(&mut self) {
        self.copied = Some(0);
    }

    /// Where, on the line's clock, the newest 20 ms begin that are all here by `now`, but for the odd straggler: whole
    /// packets, for half of one is no use. `None` before the first.
    pub fn due(&self, now: MediaTime) -> Option<i64> {
        let begun = now.0 - self.patience()?;
        let newest = begun - (begun - self.first?).rem_euclid(self.packet_samples);
        Some(newest + self.packet_samples - FRAME_SAMPLES as i64)
    }

    /// Arrival minus line time by which all but a few packets are here, or their copies where there are any; `None` before
    /// the first.
    pub fn patience(&self) -> Option<i64> {
        let mut transits: Vec<i64> = self.transits.iter().copied().collect();
        let last = transits.len().checked_sub(1)?;
        let place = last - transits.len() / LATE_SHARE;
        let copy = self.copied.map_or(0, |_| self.packet_samples);
        Some(*transits.select_nth_unstable(place).1 + MARGIN.0 + copy)
    }

    fn least(&self) -> Option<i64> {
        self.transits.iter().min().map(|least| least - self.packet_samples)
    }

    /// The time on the line's clock of what was captured at `at`; fixes the line to the grid once its first packet
    /// is reached. Until then a whole repair window of packets tells of the path, so that two stages that hear
    /// the same line agree.
    pub fn line_time(&mut self, at: MediaTime) -> Option<i64> {
        let least = self.least()?;
        let time = at.0 - self.offset.unwrap_or(least);
        if time + FRAME_SAMPLES as i64 > self.first? {
            self.offset.get_or_insert(least);
        }
        Some(time)
    }

    /// Follow a sound card whose second is not ours. True if the line moved on the grid.
    pub fn follow_drift(&mut self, speaking: bool) -> bool {
        let (Some(least), Some(offset)) = (self.least(), self.offset) else {
            return false;
        };
        let bound = if speaking { DRIFT_MAX } else { DRIFT };
        let moves = self.transits.len() == REMEMBERED && (least - offset).abs() > bound.0;
        if moves {
            self.offset = Some(least);
        }
        moves
    }
}
