//! A line's decoder, spared the packets that another of the same line has decoded before.
//!
//! What a decoder gives hangs on the packets before, less and less the longer ago they are. One that has decoded
//! some tenths of a second without a gap gives what every other gives that has; one that sat out is led up to where it is needed.

use crate::codec::{Decoder, OpusFault};
use crate::units::FRAME_SAMPLES;

use super::packets::{Packet, Packets};

/// Packets in a row after which nothing that can be heard is left of what was before: 200 ms.
const SETTLED_PACKETS: u32 = 10;
/// The most samples that the decoder is led over where they are passed over: 60 ms.
const PASSED_OVER_MAX: i64 = 3 * FRAME_SAMPLES as i64;
/// Decoded for nothing before one that is heard: 120 ms, in which all that can be heard of a beginning is over.
const LED_UP_PACKETS: usize = 6;

pub struct Decoding {
    decoder: Decoder,
    /// What it decodes is left with the packet, for the other.
    leaves: bool,
    /// Packets in a row, up to the one that begins at `next`.
    run: u32,
    next: Option<i64>,
    /// The decoder knows nothing of the packets before `next`.
    behind: bool,
    /// It decodes along what it finds, to be ready for what it will not.
    warms: bool,
}

impl Decoding {
    /// One that leaves what it decodes for the other.
    pub fn first() -> Self {
        Self { leaves: true, ..Self::second() }
    }

    /// One that takes what it finds.
    pub fn second() -> Self {
        Self { decoder: Decoder::new(), leaves: false, run: 0, next: None, behind: false, warms: false }
    }

    /// The sound of a packet of the line, which begins at `start`.
    pub fn decode(&mut self, packets: &Packets, start: i64, packet: &Packet) -> Result<Vec<f32>, OpusFault> {
        let follows = self.next == Some(start) || self.catch_up(packets, start);
        self.next = Some(start + packet.samples);
        let found = if self.leaves { None } else { packet.decoded.take() };
        let spared = self.behind || self.warms || (follows && self.run >= SETTLED_PACKETS);
        if let Some(sound) = found.filter(|_| spared) {
            self.warm_up(packets, start, packet, follows);
            return Ok(sound);
        }
        self.warms = false;
        if !follows {
            self.run = 0;
        }
        self.come_up(packets, start);
        self.go_on(packet)
    }

    /// Sit out, or decode along where what comes soon was not left: one packet a time, for many lines may need it at once.
    fn warm_up(&mut self, packets: &Packets, start: i64, packet: &Packet, follows: bool) {
        let soon = packets.holding(start + LED_UP_PACKETS as i64 * packet.samples);
        let is_left = soon.is_none_or(|(_, packet)| packet.is_decoded());
        if is_left || (self.warms && !follows) {
            (self.behind, self.warms) = (true, false);
            return;
        }
        if std::mem::take(&mut self.behind) {
            self.run = 0;
        }
        self.warms = true;
        drop(self.go_on(packet));
    }

    fn go_on(&mut self, packet: &Packet) -> Result<Vec<f32>, OpusFault> {
        self.run = self.run.saturating_add(1);
        let sound = self.decoder.decode(&packet.payload)?;
        if self.leaves && self.run > SETTLED_PACKETS {
            packet.decoded.set(Some(sound.clone()));
        }
        Ok(sound)
    }

    /// Decode what was passed over on the way to `start`, where that is little and all of it is here: the run goes on.
    fn catch_up(&mut self, packets: &Packets, start: i64) -> bool {
        let little = |next: &i64| (1..=PASSED_OVER_MAX).contains(&(start - next));
        let Some(mut at) = self.next.filter(little).filter(|&next| packets.hold_all(next, start)) else {
            return false;
        };
        while !self.behind
            && at < start
            && let Some((_, packet)) = packets.holding(at)
        {
            drop(self.go_on(packet));
            at += packet.samples;
        }
        self.behind || at == start
    }

    /// Where it knows nothing of what was before, decode what comes right before `start`.
    pub fn come_up(&mut self, packets: &Packets, start: i64) {
        if !std::mem::take(&mut self.behind) {
            return;
        }
        let mut before = Vec::with_capacity(LED_UP_PACKETS);
        let mut at = start;
        while before.len() < LED_UP_PACKETS
            && let Some((start, packet)) = packets.holding(at - 1)
        {
            before.push(&packet.payload);
            at = start;
        }
        before.iter().rev().for_each(|payload| drop(self.decoder.decode(payload)));
        self.run = before.len() as u32;
    }

    /// Sit out: what comes next is not heard.
    pub fn sit_out(&mut self) {
        (self.behind, self.warms) = (true, false);
    }

    /// The frame before `packet`, from the copy inside of it.
    pub fn recover(&mut self, packet: &Packet, samples: usize) -> Result<Vec<f32>, OpusFault> {
        self.next = None;
        self.decoder.recover(&packet.payload, samples)
    }

    /// Sound to stand in for what never came.
    pub fn conceal(&mut self, samples: usize) -> Result<Vec<f32>, OpusFault> {
        self.next = None;
        self.decoder.conceal(samples)
    }
}

#[cfg(test)]
#[path = "decoding_test.rs"]
mod decoding_test;
