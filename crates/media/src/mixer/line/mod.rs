//! One line inside the mixer: its packets, read twice with different patience.
//!
//! A line of this stage and a copy of another stage's are read alike; which of a seat's lines is heard is decided
//! outside ([`super::pick`]).

mod packets;
mod reader;
#[cfg(test)]
mod reader_test;
mod timing;
#[cfg(test)]
mod timing_test;
mod voice;
#[cfg(test)]
mod voice_test;

use crate::codec::{Encoder, Quality};
use crate::flow::{LineId, LineReport, SeatId, Talk};
use crate::units::{FRAME_SAMPLES, MediaTime, SampleCount};

use super::bus::Fader;
use super::gate::Gate;
use packets::Packets;
use reader::{Reader, Source};
use timing::Timing;
use voice::Voice;

const FRAME: i64 = FRAME_SAMPLES as i64;
/// Ticks for which the return must have been later than needed before it hurries: half a second.
const SLACK_TICKS: u32 = 25;

/// Ticks of silence after which a copy is forgotten: 10 s.
const FORGET_TICKS: u32 = 500;

/// Where a line's packets come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Origin {
    /// A speaker's connection to this stage.
    Own,
    /// It is gone; what it said is heard to the end.
    Gone,
    /// A line of another stage, passed on.
    Copy,
}

/// 20 ms of a line, and whether they are what was said: received or given back, not made up.
pub struct Frame {
    pub pcm: [f32; FRAME_SAMPLES],
    pub has: bool,
}

pub struct Line {
    pub id: LineId,
    pub seat: SeatId,
    pub origin: Origin,
    pub muted: bool,
    pub gate: Gate,
    pub voice: Voice,
    packets: Packets,
    timing: Timing,
    quick: Reader,
    slack_ticks: u32,
    quick_fader: Fader,
    patient: Reader,
    patient_fader: Fader,
    counts: Source,
    /// Ticks since a packet came; a line that sends nothing loses nothing.
    idle_ticks: u32,
    own: Option<Encoder>,
    /// Whether the last return was made for this line alone.
    pub was_own: bool,
    ticks: u32,
}

impl Line {
    pub fn new(id: LineId, seat: SeatId, origin: Origin, gate: Gate) -> Self {
        Self {
            id,
            seat,
            origin,
            muted: false,
            gate,
            voice: Voice::new(),
            packets: Packets::default(),
            timing: Timing::default(),
            quick: Reader::new(),
            slack_ticks: 0,
            quick_fader: Fader::default(),
            patient: Reader::new(),
            patient_fader: Fader::default(),
            counts: Source::default(),
            idle_ticks: u32::MAX,
            own: None,
            was_own: false,
            ticks: 0,
        }
    }

    pub fn take(&mut self, talk: Talk) {
        if !talk.again {
            let samples = crate::codec::packet_samples(&talk.payload).unwrap_or(FRAME_SAMPLES);
            if self.timing.note(talk.rtp_time, talk.arrived, samples as i64) {
                self.packets.clear();
            }
            self.idle_ticks = 0;
        }
        self.packets.put(talk.rtp_time, talk.payload, talk.again);
    }

    /// 20 ms for the other speakers, as late as this line's jitter demands and no later.
    pub fn read_return(&mut self, now: MediaTime) -> Option<Frame> {
        self.idle_ticks = self.idle_ticks.saturating_add(1);
        let latest = now.0 - self.timing.patience()?;
        let near = |position: &i64| (latest - position).abs() < 50 * FRAME;
        let position = self.quick.position().filter(near).unwrap_or(latest);
        let spare = latest - position;
        self.slack_ticks = if spare > FRAME + FRAME / 4 { self.slack_ticks + 1 } else { 0 };
        let (pcm, received, has) = if spare < 0 {
            (self.quick.stretch(), true, self.idle_ticks < 3)
        } else {
            let hurry = self.slack_ticks > SLACK_TICKS && (!self.voice.speaking() || spare > 3 * FRAME);
            if hurry {
                self.slack_ticks = 0;
            }
            let from = if hurry { position + FRAME } else { position };
            let (pcm, source) = self.quick.read(&self.packets, from);
            (pcm, source.concealed == 0, source.is_said())
        };
        self.voice.note(&pcm, received);
        Some(Frame { pcm, has })
    }

    /// Bring a frame of the return in or out, as the line is heard from or not.
    pub fn fade_return(&mut self, pcm: &mut [f32; FRAME_SAMPLES], chosen: bool) {
        let audible = chosen && !self.muted && self.voice.in_return();
        self.quick_fader.apply(pcm, f32::from(u8::from(audible)));
    }

    /// 20 ms for the crowd, captured at `at`.
    pub fn read_programme(&mut self, at: MediaTime) -> Option<Frame> {
        self.ticks = self.ticks.wrapping_add(1);
        if self.ticks.is_multiple_of(50) {
            self.timing.follow_drift(self.voice.speaking());
        }
        let from = self.timing.line_time(at)?;
        let (pcm, source) = self.patient.read(&self.packets, from);
        if self.idle_ticks < 50 {
            self.counts.received += source.received;
            self.counts.repaired += source.repaired;
            self.counts.concealed += source.concealed;
        }
        Some(Frame { pcm, has: source.is_said() })
    }

    /// Bring a frame of the programme in or out.
    pub fn fade_programme(&mut self, pcm: &mut [f32; FRAME_SAMPLES], open: bool) {
        self.patient_fader.apply(pcm, f32::from(u8::from(open && !self.muted)));
    }

    /// Whether nothing more is to be heard of it, the programme running `window` behind.
    pub fn is_over(&self, window: SampleCount) -> bool {
        let ticks = match self.origin {
            Origin::Own => return false,
            Origin::Gone => (window.0 / FRAME) as u32 + SLACK_TICKS,
            Origin::Copy => FORGET_TICKS,
        };
        self.idle_ticks > ticks
    }

    /// Encode this line's own return; the first packet after a shared one stands alone.
    pub fn encode_own(&mut self, pcm: &[f32; FRAME_SAMPLES]) -> Vec<u8> {
        let encoder = self.own.get_or_insert_with(|| Encoder::new(Quality::Return));
        encoder.stand_alone(!self.was_own);
        self.was_own = true;
        encoder.encode(pcm)
    }

    pub fn report(&self, open: bool) -> LineReport {
        let counts = self.counts;
        LineReport {
            line: self.id,
            seat: self.seat.clone(),
            consent: self.gate.is_open(),
            heard: open && self.gate.is_open() && !self.muted && self.voice.heard(),
            speaking: !self.muted && self.voice.speaking(),
            level_db: self.voice.level_db(),
            lost: u64::from(counts.repaired) + u64::from(counts.concealed),
            repaired: counts.repaired.into(),
            concealed: counts.concealed.into(),
        }
    }
}
