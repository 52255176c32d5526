//! When a line's samples were captured, and how long to wait for them.
//!
//! A packet's *transit* is its arrival on the stage's clock minus its time on the line's clock. The least transit
//! seen stands for the path without queues; how far others lie above it is the line's jitter; how it moves is the
//! drift of the line's clock.
//!
//! What is told of a moment hangs on the packets that had come by then, not on who asks and when: two stages that
//! hear the same line, and two readings of one, agree.

use std::collections::VecDeque;

use crate::sound::{Place, Span};
use crate::units::{FRAME_SAMPLES, MediaTime, SampleCount};

use super::clock::Clock;
use super::drift::{BLOCK, Drift};

/// Five seconds of 20 ms packets: long enough to meet the bad ones, short enough to follow a change.
const REMEMBERED: usize = 250;
/// Wait for all but one packet in fifty.
const LATE_SHARE: usize = 50;
/// Past the spread that was seen: one wake-up of the network thread.
const MARGIN: SampleCount = SampleCount::from_ms(2);
/// What is waited for is not made shorter by less: which packets are lost would move it to and fro, and with it, where that is
/// near the edge of a packet, the return by a whole one.
const STEADY: SampleCount = SampleCount::from_ms(1);
/// A line's clock that leaps by more is a new clock.
const LEAP: SampleCount = SampleCount::from_ms(3_000);
/// A path that changed by less is not worth a seam in the sound.
const CHANGED: SampleCount = SampleCount::from_ms(10);
/// Nor in the middle of a word, unless it got so long that it takes more than this share of what the programme waits.
const WAITS_SHARE: i64 = 3;

#[derive(Default)]
pub struct Timing {
    transits: VecDeque<i64>,
    drift: Drift,
    /// Fixed once the programme has begun to read.
    clock: Option<Clock>,
    /// How far it is settled how the clock runs: past all that has come.
    settled: MediaTime,
    /// The line's time of the first packet.
    first: Option<i64>,
    /// When the last packet came.
    latest: MediaTime,
    packet_samples: i64,
    /// So many packets ago one carried the one before it again; `None` where none does.
    copied: Option<usize>,
    /// Arrival minus line time by which all but a few packets are here.
    waits: Option<i64>,
}

impl Timing {
    /// Note a packet that came by itself. True if the line's clock leapt and all before is void.
    pub fn note(&mut self, rtp_time: i64, arrived: MediaTime, samples: i64) -> bool {
        let transit = arrived.0 - rtp_time;
        let leapt = self.transits.back().is_some_and(|last| (transit - last).abs() > LEAP.0);
        if leapt {
            let copied = self.copied;
            *self = Self { copied, ..Self::default() };
        }
        self.first.get_or_insert(rtp_time);
        self.packet_samples = samples;
        self.copied = self.copied.map(|ago| ago + 1).filter(|&ago| ago < REMEMBERED);
        self.transits.push_back(transit);
        if self.transits.len() > REMEMBERED {
            self.transits.pop_front();
        }
        self.waits = self.spread().map(|fresh| match self.waits {
            Some(before) if (before - STEADY.0..=before).contains(&fresh) => before,
            _ => fresh,
        });
        self.drift.note(arrived, transit - samples, samples);
        self.latest = self.latest.max(arrived);
        self.settle();
        leapt
    }

    /// A packet carried the one before it again: it is waited for on this line, lost or not, so that losses change nothing.
    pub fn note_copy(&mut self) {
        self.copied = Some(0);
    }

    /// Settle how the clock runs in the block that begins next.
    fn settle(&mut self) {
        let Some(clock) = &mut self.clock else { return };
        if self.settled <= self.latest {
            self.settled = block_after(self.latest);
        }
        if self.settled - self.latest <= BLOCK {
            let pace = self.drift.pace(self.settled, clock.place(self.settled));
            clock.go(self.settled, pace);
            self.settled = self.settled + BLOCK;
            // So it goes on if nothing more comes.
            clock.go(self.settled, self.drift.own_pace());
        }
    }

    /// Where, on the line's clock, the newest 20 ms begin that are all here by `now`, but for the odd straggler. `None` before
    /// the first.
    ///
    /// Of a clock like ours whole packets: half of one is no use, and the rest comes as regularly. Of another the packets
    /// come sooner or later all the time, so that 20 ms must be here whatever packets they are of.
    pub fn due(&self, now: MediaTime) -> Option<i64> {
        let begun = now.0 - self.patience()?;
        if !self.is_even() {
            return Some(begun - FRAME_SAMPLES as i64);
        }
        let newest = begun - (begun - self.first?).rem_euclid(self.packet_samples);
        Some(newest + self.packet_samples - FRAME_SAMPLES as i64)
    }

    /// Whether the line's clock goes as ours does, as far as is known.
    pub fn is_even(&self) -> bool {
        self.drift.is_even()
    }

    /// Where 20 ms that begin at a place end, by the line's clock.
    pub fn end_of(&self, from: Place) -> Place {
        self.drift.own_pace().after(from, SampleCount(FRAME_SAMPLES as i64))
    }

    /// Arrival minus line time by which all but a few packets are here, or their copies where there are any; `None` before
    /// the first.
    pub fn patience(&self) -> Option<i64> {
        let copy = self.copied.map_or(0, |_| self.packet_samples);
        Some(self.waits? + MARGIN.0 + copy)
    }

    fn spread(&self) -> Option<i64> {
        let mut transits: Vec<i64> = self.transits.iter().copied().collect();
        let last = transits.len().checked_sub(1)?;
        let place = last - transits.len() / LATE_SHARE;
        Some(*transits.select_nth_unstable(place).1)
    }

    fn least(&self) -> Option<i64> {
        self.transits.iter().min().map(|least| least - self.packet_samples)
    }

    /// The 20 ms on the line's clock that were captured from `at` on, which is on the 20 ms grid; fixes the clock once the
    /// line's first packet is reached. Until then a whole repair window of packets tells of the path, so that two stages that
    /// hear the same line agree.
    pub fn frame(&mut self, at: MediaTime) -> Option<Span> {
        let least = self.least()?;
        if self.clock.is_none() && at.0 - least + FRAME_SAMPLES as i64 > self.first? {
            self.fix(at);
        }
        Some(self.clock.as_ref().map_or(Span::plain(at.0 - least), |clock| clock.frame(at)))
    }

    fn fix(&mut self, at: MediaTime) {
        self.clock = self.least().map(|least| Clock::new(at, at.0 - least));
        self.settled = block_after(self.latest);
    }

    /// Follow a path that got longer or shorter for good. `speaking`: in what is read at `at`. True if what is captured from
    /// there on is elsewhere than it was.
    pub fn follow_path(&mut self, at: MediaTime, speaking: bool) -> bool {
        let (Some(least), Some(clock)) = (self.least(), &mut self.clock) else {
            return false;
        };
        let off = at.0 - least - clock.place(at).sample();
        let bound = match (speaking, off < 0) {
            (false, _) => CHANGED.0,
            (true, true) => CHANGED.0.max((self.latest - at).0 / WAITS_SHARE),
            // A shorter one leaves more time than before.
            (true, false) => i64::MAX,
        };
        let moves = self.transits.len() == REMEMBERED && off.abs() > bound;
        if moves {
            clock.jump(at, off);
        }
        moves
    }
}

fn block_after(moment: MediaTime) -> MediaTime {
    MediaTime((moment.0.div_euclid(BLOCK.0) + 1) * BLOCK.0)
}
