//! One line's packets as an unbroken run of samples: decoded, recovered, concealed, or silent.
//!
//! A lost frame is a frame of time: whatever is missing, the run keeps its length.

use std::collections::VecDeque;

use crate::codec::carries_copy;
use crate::units::FRAME_SAMPLES;

use super::decoding::Decoding;
use super::packets::Packets;

/// Concealment is believed for so many frames; then silence is more honest.
const CONCEALED_FRAMES_MAX: u32 = 5;
/// libopus conceals in steps of 2.5 ms.
const STEP_SAMPLES: i64 = 120;

/// How the samples of one frame came about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Source {
    pub received: u32,
    pub repaired: u32,
    pub concealed: u32,
}

impl Source {
    /// Whether all of the frame is what was said.
    pub fn is_said(self) -> bool {
        self.concealed == 0 && self.received + self.repaired > 0
    }
}

pub struct Reader {
    decoder: Decoding,
    /// Decoded and not yet read; the first sample is that of `position`.
    ready: VecDeque<f32>,
    position: Option<i64>,
    missing_in_a_row: u32,
    /// Nothing is missing before a line's first packet.
    begun: bool,
    /// It is not heard, and so not decoded; where the last frame began.
    rests: Option<i64>,
}

impl Reader {
    pub fn new(decoder: Decoding) -> Self {
        Self {
            decoder,
            ready: VecDeque::new(),
            position: None,
            missing_in_a_row: CONCEALED_FRAMES_MAX,
            begun: false,
            rests: None,
        }
    }

    /// Where the next frame would be read without a jump.
    pub fn position(&self) -> Option<i64> {
        self.position
    }

    /// Read the 20 ms that begin at `from` on the line's clock.
    pub fn read(&mut self, packets: &Packets, from: i64) -> ([f32; FRAME_SAMPLES], Source) {
        if let Some(at) = &mut self.rests {
            *at = from;
            return self.pass_by(packets, from);
        }
        self.seek(from);
        let mut source = Source::default();
        while self.ready.len() < FRAME_SAMPLES {
            let at = from + self.ready.len() as i64;
            let samples = self.fill(packets, at, &mut source);
            self.ready.extend(samples);
        }
        let mut frame = [0.0; FRAME_SAMPLES];
        for (slot, sample) in frame.iter_mut().zip(self.ready.drain(..FRAME_SAMPLES)) {
            *slot = sample;
        }
        self.position = Some(from + FRAME_SAMPLES as i64);
        (frame, source)
    }

    pub fn is_resting(&self) -> bool {
        self.rests.is_some()
    }

    /// Decode no more, until [`Reader::wake`].
    pub fn rest(&mut self) {
        if self.rests.is_none() {
            self.rests = self.position.map(|position| position - FRAME_SAMPLES as i64);
            self.decoder.sit_out();
        }
    }

    /// Read the last frame again, and be heard from then on; `None` where it did not rest.
    pub fn wake(&mut self, packets: &Packets) -> Option<[f32; FRAME_SAMPLES]> {
        let from = self.rests.take()?;
        self.ready.clear();
        self.position = Some(from);
        Some(self.read(packets, from).0)
    }

    /// Silence, and what there would have been to hear.
    fn pass_by(&mut self, packets: &Packets, from: i64) -> ([f32; FRAME_SAMPLES], Source) {
        let next = from + FRAME_SAMPLES as i64;
        self.position = Some(next);
        let is_here = u32::from(packets.hold_all(from, next));
        self.begun |= is_here > 0;
        let source = Source { received: is_here, concealed: 1 - is_here, repaired: 0 };
        ([0.0; FRAME_SAMPLES], source)
    }

    /// 20 ms to put in between, where the line is to be heard later than before.
    pub fn stretch(&mut self) -> [f32; FRAME_SAMPLES] {
        if self.is_resting() {
            return [0.0; FRAME_SAMPLES];
        }
        let made = self.decoder.conceal(FRAME_SAMPLES).unwrap_or_default();
        std::array::from_fn(|i| made.get(i).copied().unwrap_or(0.0))
    }

    fn seek(&mut self, from: i64) {
        let ahead = self.position.map_or(-1, |position| from - position);
        if (0..=self.ready.len() as i64).contains(&ahead) {
            self.ready.drain(..ahead as usize);
        } else {
            self.ready.clear();
        }
        self.position = Some(from);
    }

    fn fill(&mut self, packets: &Packets, at: i64, source: &mut Source) -> Vec<f32> {
        if let Some((start, packet)) = packets.holding(at)
            && let Ok(mut samples) = self.decoder.decode(packets, start, packet)
        {
            self.missing_in_a_row = 0;
            self.begun = true;
            if packet.again {
                source.repaired += 1
            } else {
                source.received += 1
            }
            samples.drain(..((at - start) as usize).min(samples.len()));
            return samples;
        }
        self.decoder.come_up(packets, at);
        let next = packets.after(at);
        let gap = next.map_or(FRAME_SAMPLES as i64, |(start, _)| start - at);
        let length = gap.min(FRAME_SAMPLES as i64);
        if length < STEP_SAMPLES {
            return vec![0.0; length as usize];
        }
        let length = (length - length % STEP_SAMPLES) as usize;
        if let Some((_, packet)) = next.filter(|_| self.begun && gap <= FRAME_SAMPLES as i64)
            && carries_copy(&packet.payload)
            && let Ok(samples) = self.decoder.recover(packet, length)
        {
            source.repaired += 1;
            return samples;
        }
        self.stand_in(length, source)
    }

    fn stand_in(&mut self, length: usize, source: &mut Source) -> Vec<f32> {
        source.concealed += u32::from(self.begun);
        self.missing_in_a_row = self.missing_in_a_row.saturating_add(1);
        if self.missing_in_a_row > CONCEALED_FRAMES_MAX {
            return vec![0.0; length];
        }
        self.decoder.conceal(length).unwrap_or_else(|_| vec![0.0; length])
    }
}
