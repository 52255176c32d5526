//! One line's packets as an unbroken run of samples: decoded, recovered, concealed, or silent.
//!
//! A lost frame is a frame of time: whatever is missing, the run keeps its length. Where the line's clock is not ours it is
//! read between its samples.

use std::collections::VecDeque;

use crate::codec::carries_copy;
use crate::sound::{KEPT, Place, Span};
use crate::units::FRAME_SAMPLES;

use super::decoding::Decoding;
use super::packets::Packets;

/// Concealment is believed for so many frames; then silence is more honest.
const CONCEALED_FRAMES_MAX: u32 = 5;
/// libopus conceals in steps of 2.5 ms.
const STEP_SAMPLES: i64 = 120;
/// What begins after a silence begins within 5 ms.
const RISE_SAMPLES: usize = 240;

/// How the samples of one frame came about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Source {
    pub received: u32,
    pub repaired: u32,
    pub concealed: u32,
    /// All of it lay in a packet that was read before.
    pub kept: bool,
}

impl Source {
    /// Whether all of the frame is what was said.
    pub fn is_said(self) -> bool {
        self.concealed == 0 && (self.kept || self.received + self.repaired > 0)
    }
}

pub struct Reader {
    decoder: Decoding,
    /// Decoded, from `start` on: not read yet, and the last of what was.
    ready: VecDeque<f32>,
    start: i64,
    position: Option<Place>,
    missing_in_a_row: u32,
    /// Whether the last that was decoded is what was said.
    said: bool,
    /// Nothing is missing before a line's first packet.
    begun: bool,
    /// It is not heard, and so not decoded; where the last frame was.
    rests: Option<Span>,
}

impl Reader {
    pub fn new(decoder: Decoding) -> Self {
        Self {
            decoder,
            ready: VecDeque::new(),
            start: 0,
            position: None,
            missing_in_a_row: CONCEALED_FRAMES_MAX,
            said: false,
            begun: false,
            rests: None,
        }
    }

    /// Where the next frame would be read without a jump.
    pub fn position(&self) -> Option<Place> {
        self.position
    }

    /// Read 20 ms of the line's clock, or what passes for them there.
    pub fn read(&mut self, packets: &Packets, span: Span) -> ([f32; FRAME_SAMPLES], Source) {
        if let Some(last) = &mut self.rests {
            *last = span;
            return self.pass_by(packets, span);
        }
        let (first, end) = span.needs();
        self.seek(first);
        let mut source = Source::default();
        while self.end() < end {
            let samples = self.fill(packets, self.end(), &mut source);
            self.ready.extend(samples);
        }
        while self.end() < span.wants() && packets.holding(self.end()).is_some() {
            let samples = self.fill(packets, self.end(), &mut source);
            self.ready.extend(samples);
        }
        if source == Source::default() {
            source.kept = self.said;
        } else {
            self.said = source.is_said();
        }
        let made_up = self.mirror(span.wants());
        let frame = span.read(&self.ready.make_contiguous()[(first - self.start) as usize..]);
        self.ready.truncate(self.ready.len() - made_up);
        self.position = Some(span.to);
        (frame, source)
    }

    pub fn is_resting(&self) -> bool {
        self.rests.is_some()
    }

    /// Decode no more, until [`Reader::wake`].
    pub fn rest(&mut self) {
        if self.rests.is_none() {
            let last = |to: Place| Span { from: to.further(-(FRAME_SAMPLES as i64)), to };
            self.rests = self.position.map(last);
            self.decoder.sit_out();
        }
    }

    /// Read the last frame again, and be heard from then on; `None` where it did not rest.
    pub fn wake(&mut self, packets: &Packets) -> Option<[f32; FRAME_SAMPLES]> {
        let last = self.rests.take()?;
        self.ready.clear();
        self.start = last.needs().0;
        Some(self.read(packets, last).0)
    }

    /// Silence, and what there would have been to hear.
    fn pass_by(&mut self, packets: &Packets, span: Span) -> ([f32; FRAME_SAMPLES], Source) {
        self.position = Some(span.to);
        let (from, to) = span.needs();
        let is_here = u32::from(packets.hold_all(from, to));
        self.begun |= is_here > 0;
        let source = Source { received: is_here, concealed: 1 - is_here, ..Source::default() };
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

    fn end(&self) -> i64 {
        self.start + self.ready.len() as i64
    }

    fn seek(&mut self, first: i64) {
        if self.position.is_some() && (self.start..=self.end()).contains(&first) {
            let over = (first - KEPT - self.start).max(0);
            self.ready.drain(..over as usize);
            self.start += over;
        } else {
            self.ready.clear();
            self.start = first;
        }
    }

    /// Stand in for the few samples up to `wanted` whose packet is not here yet: the curve goes on as it came, turned about
    /// its last point. How many they are.
    fn mirror(&mut self, wanted: i64) -> usize {
        let count = (wanted - self.end()).max(0) as usize;
        let last = self.ready.len().saturating_sub(1);
        for n in 1..=count {
            let turned = 2.0 * self.ready[last] - self.ready[last.saturating_sub(n)];
            self.ready.push_back(turned);
        }
        count
    }

    fn fill(&mut self, packets: &Packets, at: i64, source: &mut Source) -> Vec<f32> {
        if let Some((start, packet)) = packets.holding(at)
            && let Ok(mut samples) = self.decoder.decode(packets, start, packet)
        {
            let rises = self.missing_in_a_row > CONCEALED_FRAMES_MAX;
            self.missing_in_a_row = 0;
            self.begun = true;
            if packet.again {
                source.repaired += 1
            } else {
                source.received += 1
            }
            samples.drain(..((at - start) as usize).min(samples.len()));
            if rises {
                let parts = (0..RISE_SAMPLES).map(|n| n as f32 / RISE_SAMPLES as f32);
                samples.iter_mut().zip(parts).for_each(|(x, part)| *x *= part);
            }
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
        let mut made_up = self.decoder.conceal(length).unwrap_or_else(|_| vec![0.0; length]);
        if self.missing_in_a_row == CONCEALED_FRAMES_MAX {
            let parts = (1..=length).map(|n| 1.0 - n as f32 / length as f32);
            made_up.iter_mut().zip(parts).for_each(|(x, part)| *x *= part);
        }
        made_up
    }
}
