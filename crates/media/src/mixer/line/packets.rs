//! One line's packets by the line's own clock, each once, the last seconds only.

use std::cell::Cell;
use std::collections::BTreeMap;
use std::sync::Arc;

use crate::codec::packet_samples;

/// Longer than the longest repair window.
const KEPT_SAMPLES: i64 = 8 * 48_000;
/// The longest Opus packet, 120 ms.
const PACKET_SAMPLES_MAX: i64 = 5_760;

pub struct Packet {
    pub payload: Arc<[u8]>,
    pub samples: i64,
    /// It came inside a later packet.
    pub again: bool,
    /// Its sound, once it was decoded, for whoever needs it next.
    pub decoded: Cell<Option<Vec<f32>>>,
}

impl Packet {
    pub fn is_decoded(&self) -> bool {
        let decoded = self.decoded.take();
        let is = decoded.is_some();
        self.decoded.set(decoded);
        is
    }
}

#[derive(Default)]
pub struct Packets(BTreeMap<i64, Packet>);

impl Packets {
    /// Keep a packet; the first copy wins. Nonsense is dropped.
    pub fn put(&mut self, rtp_time: i64, payload: Arc<[u8]>, again: bool) {
        let Some(samples) = packet_samples(&payload) else {
            return;
        };
        let fresh = || Packet { payload, samples: samples as i64, again, decoded: Cell::default() };
        self.0.entry(rtp_time).or_insert_with(fresh);
        let oldest_kept = self.0.keys().next_back().map_or(0, |newest| newest - KEPT_SAMPLES);
        while self.0.first_key_value().is_some_and(|(&time, _)| time < oldest_kept) {
            self.0.pop_first();
        }
    }

    pub fn clear(&mut self) {
        self.0.clear();
    }

    /// The packet that holds the sample at `rtp_time`, and where that packet begins.
    pub fn holding(&self, rtp_time: i64) -> Option<(i64, &Packet)> {
        let (&start, packet) = self.0.range(rtp_time - PACKET_SAMPLES_MAX..=rtp_time).next_back()?;
        (start + packet.samples > rtp_time).then_some((start, packet))
    }

    /// Whether all is here from `from` up to `to`.
    pub fn hold_all(&self, from: i64, to: i64) -> bool {
        let mut at = from;
        while at < to {
            let Some((start, packet)) = self.holding(at) else { return false };
            at = start + packet.samples;
        }
        true
    }

    /// The first packet that begins after `rtp_time`.
    pub fn after(&self, rtp_time: i64) -> Option<(i64, &Packet)> {
        self.0.range(rtp_time + 1..).next().map(|(&start, packet)| (start, packet))
    }
}
