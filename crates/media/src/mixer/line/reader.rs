//! One line's packets as an unbroken run of samples: decoded, recovered, concealed, or silent.
//!
//! A lost frame is a frame of time: whatever is missing, the run keeps its length. Where the line's clock is not ours it is
//! read between its samples.

use std::collections::VecDeque;

use crate::codec::{Decoder, carries_copy};
use crate::sound::{KEPT, Place, Span};
use crate::units::FRAME_SAMPLES;

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
    decoder: Decoder,
    /// Decoded, from `start` on: not read yet, and the last of what was.
    ready: VecDeque<f32>,
    start: i64,
    position: Option<Place>,
    missing_in_a_row: u32,
    /// Whether the last that was decoded is what was said.
    said: bool,
    /// Nothing is missing before a line's first packet.
    begun: bool,
}

impl Reader {
    pub fn new() -> Self {
        Self {
            decoder: Decoder::new(),
            ready: VecDeque::new(),
            start: 0,
            position: None,
            missing_in_a_row: CONCEALED_FRAMES_MAX,
            said: false,
            begun: false,
        }
    }

    /// Where the next frame would be read without a jump.
    pub fn position(&self) -> Option<Place> {
        self.position
    }

    /// Read 20 ms of the line's clock, or what passes for them there.
    pub fn read(&mut self, packets: &Packets, span: Span) -> ([f32; FRAME_SAMPLES], Source) {
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

    /// 20 ms to put in between, where the line is to be heard later than before.
    pub fn stretch(&mut self) -> [f32; FRAME_SAMPLES] {
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
            && let Ok(samples) = self.decoder.decode(&packet.payload)
        {
            self.missing_in_a_row = 0;
            self.begun = true;
            if packet.again {
                source.repaired += 1
            } else {
                source.received += 1
            }
            return samples[(at - start) as usize..].to_vec();
        }
        let next = packets.after(at);
        let gap = next.map_or(FRAME_SAMPLES as i64, |(start, _)| start - at);
        let length = gap.min(FRAME_SAMPLES as i64);
        if length < STEP_SAMPLES {
            return vec![0.0; length as usize];
        }
        let length = (length - length % STEP_SAMPLES) as usize;
        if let Some((_, packet)) = next.filter(|_| self.begun && gap <= FRAME_SAMPLES as i64)
            && carries_copy(&packet.payload)
            && let Ok(samples) = self.decoder.recover(&packet.payload, length)
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
