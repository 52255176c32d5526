//! Where the return reads a line next: close behind its packets, at the pace of its clock.
//!
//! It hurries where it has been later than it need be, and is stretched where nothing is here yet. Both are seams, and a
//! clock that is not ours needs neither.

use crate::sound::{Place, Span};
use crate::units::{FRAME_SAMPLES, MediaTime};

use super::packets::Packets;
use super::timing::Timing;

const FRAME: i64 = FRAME_SAMPLES as i64;
/// Ticks for which the return must have been later than needed before it hurries: half a second.
pub const SLACK_TICKS: u32 = 25;
/// Further from what is due than a second there is nothing to go on from.
const NEAR: i64 = 50 * FRAME;
/// Of a drifting clock the return is read slower or faster by two samples in a frame, four cents of a tone, until it is
/// where it has to be.
const EASED: i64 = 2;
/// It is too late by half a frame and more: jitter alone is no reason.
const EASED_FROM: i64 = FRAME / 2;
/// So much is not waited for in a pause: 5 ms.
const EASED_MAX: i64 = FRAME / 4;

pub enum Next {
    Read(Span),
    /// 20 ms are to be put in between.
    Stretch,
}

/// What is known of the line.
pub struct Known<'a> {
    /// Where the return has come to.
    pub position: Option<Place>,
    pub timing: &'a Timing,
    pub packets: &'a Packets,
    pub speaking: bool,
}

#[derive(Default)]
pub struct Pursuit {
    slack_ticks: u32,
    catches_up: bool,
}

impl Pursuit {
    /// What to read at `now`; `None` before the first packet.
    pub fn next(&mut self, line: Known, now: MediaTime) -> Option<Next> {
        let Known { position, timing, packets, speaking } = line;
        let due = timing.due(now)?;
        let near = |position: &Place| (due - position.sample()).abs() < NEAR;
        let from = position.filter(near).unwrap_or(Place::whole_sample(due));
        let spare = due - from.sample();
        self.slack_ticks = if spare >= FRAME { self.slack_ticks + 1 } else { 0 };
        let span = Span { from, to: self.end_of(from, timing, spare) };
        let early = !timing.is_even() && !speaking && spare < -EASED_MAX;
        if early || (spare < 0 && !packets.hold_all(from.sample(), span.needs().1)) {
            return Some(Next::Stretch);
        }
        let hurry = self.slack_ticks > SLACK_TICKS && (!speaking || spare > 3 * FRAME);
        if !hurry {
            return Some(Next::Read(span));
        }
        self.slack_ticks = 0;
        Some(Next::Read(Span { from: span.from.further(FRAME), to: span.to.further(FRAME) }))
    }

    fn end_of(&mut self, from: Place, timing: &Timing, spare: i64) -> Place {
        let end = timing.end_of(from);
        self.catches_up = !timing.is_even() && spare > if self.catches_up { 0 } else { EASED_FROM };
        if timing.is_even() {
            // What a drift has left of a sample is made whole.
            end.rounded()
        } else if spare < 0 {
            end.further(-EASED)
        } else if self.catches_up {
            end.further(EASED)
        } else {
            end
        }
    }
}
