//! One line inside the mixer: its packets, read twice with different patience.
//!
//! A line of this stage and a copy of another stage's are read alike; which of a seat's lines is heard is decided
//! outside ([`super::pick`]).

mod clock;
#[cfg(test)]
mod clock_test;
mod decoding;
mod drift;
#[cfg(test)]
mod drift_test;
#[cfg(test)]
mod drifting_test;
mod echo;
#[cfg(test)]
mod echo_test;
mod packets;
mod proof;
#[cfg(test)]
mod proof_test;
mod pursuit;
mod reader;
#[cfg(test)]
mod reader_test;
#[cfg(test)]
mod return_test;
mod timing;
#[cfg(test)]
mod timing_test;
mod voice;
#[cfg(test)]
mod voice_test;

use std::collections::BTreeSet;

use crate::codec::{Encoder, Quality};
use crate::flow::{Ask, LineId, LineReport, SeatId, Standing, Talk, Who};
use crate::sound::{Span, Suppressor};
use crate::units::{FRAME_SAMPLES, MediaTime, SampleCount};

use super::bus::{Fader, Limiter};
use super::floor::Gate;
pub use decoding::Decoding;
use echo::Echo;
pub use packets::Packets;
use proof::Record;
use pursuit::{Known, Next, Pursuit, SLACK_TICKS};
pub use reader::Reader;
use reader::Source;
use timing::Timing;
use voice::Voice;

const FRAME: i64 = FRAME_SAMPLES as i64;
/// How often a pause is looked for in which a path that changed can be followed: every 100 ms.
const FOLLOW_TICKS: u32 = 5;
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

/// Where those hear who are silent and have chosen nothing else.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Room {
    Air,
    Green,
}

/// What the last return of a line was made for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fed {
    Nothing,
    /// This line alone.
    Own,
    Shared(Room),
}

/// 20 ms of a line, and whether they are what was said: received or given back, not made up.
pub struct Frame {
    pub pcm: [f32; FRAME_SAMPLES],
    pub has: bool,
}

pub struct Line {
    pub id: LineId,
    pub who: Who,
    pub origin: Origin,
    pub muted: bool,
    /// The noise around its microphone is to be taken out.
    pub suppressed: bool,
    pub gate: Gate,
    pub voice: Voice,
    /// The same of what the programme reads, a window later: its pauses are not those of the return.
    said: Voice,
    pub echo: Echo,
    /// Whom it hears instead of what is ordered.
    pub listen: Option<BTreeSet<SeatId>>,
    /// Whom it speaks to, from backstage.
    pub cue: BTreeSet<SeatId>,
    record: Record,
    pub packets: Packets,
    /// Time and arrival of the last packet, where it was none that came by itself.
    copy: Option<(i64, MediaTime)>,
    timing: Timing,
    quick: Reader,
    pursuit: Pursuit,
    quick_fader: Fader,
    quick_quiet: Suppressor,
    patient: Reader,
    patient_fader: Fader,
    patient_quiet: Suppressor,
    counts: Source,
    /// Ticks since a packet came; a line that sends nothing loses nothing.
    idle_ticks: u32,
    own: Option<(Encoder, Limiter)>,
    pub fed: Fed,
    ticks: u32,
}

impl Line {
    pub fn new(id: LineId, who: Who, origin: Origin, gate: Gate) -> Self {
        // What nobody will ask for again is not kept.
        let decoder = if who.seat().is_some() { Decoding::first() } else { Decoding::second() };
        Self {
            id,
            who,
            origin,
            muted: false,
            suppressed: false,
            gate,
            voice: Voice::new(),
            said: Voice::new(),
            echo: Echo::default(),
            listen: None,
            cue: BTreeSet::new(),
            record: Record::new(),
            packets: Packets::default(),
            copy: None,
            timing: Timing::default(),
            quick: Reader::new(decoder),
            pursuit: Pursuit::default(),
            quick_fader: Fader::default(),
            quick_quiet: Suppressor::default(),
            patient: Reader::new(Decoding::second()),
            patient_fader: Fader::default(),
            patient_quiet: Suppressor::default(),
            counts: Source::default(),
            idle_ticks: u32::MAX,
            own: None,
            fed: Fed::Nothing,
            ticks: 0,
        }
    }

    pub fn ask(&mut self, ask: Ask) {
        match ask {
            Ask::Muted(muted) => self.muted = muted,
            Ask::Hears => self.record.confirm(),
            Ask::Tone => self.echo.ask(),
            Ask::Listen(seats) => self.listen = Some(seats).filter(|seats| !seats.is_empty()),
            Ask::Cue(seats) => self.cue = seats,
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
        // A copy comes with the packet after it, in the same moment.
        if let Some((time, arrived)) = self.copy.take().filter(|_| !talk.again)
            && arrived == talk.arrived
            && time < talk.rtp_time
        {
            self.timing.note_copy();
        }
        self.copy = talk.again.then_some((talk.rtp_time, talk.arrived));
        self.packets.put(talk.rtp_time, talk.payload, talk.again);
    }

    /// 20 ms for the other speakers, as late as this line's jitter demands and no later.
    pub fn read_return(&mut self, now: MediaTime) -> Option<Frame> {
        self.idle_ticks = self.idle_ticks.saturating_add(1);
        let (timing, packets) = (&self.timing, &self.packets);
        let line =
            Known { position: self.quick.position(), timing, packets, speaking: self.voice.speaking() };
        let next = self.pursuit.next(line, now)?;
        let (pcm, received, has) = match next {
            Next::Stretch => (self.quick.stretch(), true, self.idle_ticks < 3),
            Next::Read(span) => {
                let (pcm, source) = self.quick.read(packets, span);
                (pcm, source.concealed == 0, source.is_said())
            }
        };
        if self.quick.is_resting() {
            return Some(Frame { pcm, has });
        }
        self.voice.note(&pcm, received);
        if self.origin == Origin::Own {
            self.record.hear(&pcm, received, self.muted);
            if !self.muted && self.echo.hear(&pcm) {
                self.record.echo();
            }
        }
        Some(Frame { pcm, has })
    }

    /// Whether its return is not heard, and so not known: what it sounds like, another line of the same voice may know.
    pub fn is_resting(&self) -> bool {
        self.quick.is_resting()
    }

    /// Bring a frame of the return in or out, as the line is heard from or not.
    pub fn fade_return(&mut self, pcm: &mut [f32; FRAME_SAMPLES], chosen: bool) {
        if chosen && let Some(woken) = self.quick.wake(&self.packets) {
            *pcm = woken;
            self.voice.note(pcm, true);
        }
        self.quick_quiet.apply(pcm, self.suppressed && chosen);
        let audible = chosen && !self.muted && self.voice.in_return();
        self.quick_fader.apply(pcm, f32::from(u8::from(audible)));
        if !chosen && self.origin == Origin::Copy {
            self.quick.rest();
        }
    }

    /// 20 ms for the crowd, captured at `at`, and where they are on the line's clock.
    pub fn read_programme(&mut self, at: MediaTime) -> Option<(Frame, Span)> {
        self.ticks = self.ticks.wrapping_add(1);
        if self.ticks.is_multiple_of(FOLLOW_TICKS) {
            self.timing.follow_path(at, self.said.speaking());
        }
        let span = self.timing.frame(at)?;
        let (pcm, source) = self.patient.read(&self.packets, span);
        if !self.patient.is_resting() {
            self.said.note(&pcm, source.is_said());
        }
        if self.idle_ticks < 50 {
            self.record.count(source);
            self.counts.received += source.received;
            self.counts.repaired += source.repaired;
            self.counts.concealed += source.concealed;
        }
        Some((Frame { pcm, has: source.is_said() }, span))
    }

    /// Bring a frame of the programme in or out.
    pub fn fade_programme(&mut self, pcm: &mut [f32; FRAME_SAMPLES], open: bool) {
        if open && let Some(woken) = self.patient.wake(&self.packets) {
            *pcm = woken;
        }
        self.patient_quiet.apply(pcm, self.suppressed && open);
        self.patient_fader.apply(pcm, f32::from(u8::from(open && !self.muted)));
        if !open && self.origin == Origin::Copy {
            self.patient.rest();
        }
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
    pub fn encode_own(&mut self, mut pcm: [f32; FRAME_SAMPLES]) -> Vec<u8> {
        let fresh = || (Encoder::new(Quality::Return), Limiter::new());
        let (encoder, limiter) = self.own.get_or_insert_with(fresh);
        limiter.apply(&mut pcm);
        encoder.stand_alone(self.fed != Fed::Own);
        self.fed = Fed::Own;
        encoder.encode(&pcm)
    }

    /// Whether the crowd is to hear it while the hall is live, as far as orders go.
    pub fn may_be_heard(&self, standing: Standing) -> bool {
        standing.on_air && self.is_let(standing)
    }

    fn is_let(&self, standing: Standing) -> bool {
        self.gate.is_open() && !standing.muted && self.who.seat().is_some()
    }

    pub fn report(&self, open: bool, standing: Standing) -> LineReport {
        let counts = self.counts;
        LineReport {
            line: self.id,
            seat: self.who.seat().cloned(),
            on_air: self.may_be_heard(standing),
            proof: self.record.proof(self.muted),
            consent: self.gate.is_open(),
            heard: open && self.is_let(standing) && !self.muted && self.voice.heard(),
            speaking: !self.muted && self.voice.speaking(),
            level_db: self.voice.level_db(),
            received: counts.received.into(),
            lost: u64::from(counts.repaired) + u64::from(counts.concealed),
            repaired: counts.repaired.into(),
            concealed: counts.concealed.into(),
        }
    }
}
