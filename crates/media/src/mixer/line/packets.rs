//! One line's packets by the line's own clock, each once, the last seconds only.

use std::cell::Cell;
use std::collections::BTreeMap;
use std::sync::Arc;

use crate::codec::packet_samples;

/// Longer than the longest repair window and air delay, after which a recording is mended.
const KEPT_SAMPLES: i64 = 40 * 48_000;
/// No line has more: these seconds at 200 kbit/s.
const KEPT_BYTES: usize = 1 << 20;
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
pub struct Packets {
    kept: BTreeMap<i64, Packet>,
    bytes: usize,
}

impl Packets {
    /// Keep a packet; the first copy wins. Nonsense is dropped.
    pub fn put(&mut self, rtp_time: i64, payload: Arc<[u8]>, again: bool) {
        let Some(samples) = packet_samples(&payload) else {
            return;
        };
        if !self.kept.contains_key(&rtp_time) {
            self.bytes += payload.len();
            let fresh = Packet { payload, samples: samples as i64, again, decoded: Cell::default() };
            self.kept.insert(rtp_time, fresh);
        }
        let oldest = self.kept.keys().next_back().map_or(0, |newest| newest - KEPT_SAMPLES);
        while let Some(first) = self.kept.first_entry() {
            if *first.key() >= oldest && self.bytes <= KEPT_BYTES {
                return;
            }
            self.bytes -= first.remove().payload.len();
        }
    }

    pub fn clear(&mut self) {
        (self.kept, self.bytes) = (BTreeMap::new(), 0);
    }

    /// The packet that holds the sample at `rtp_time`, and where that packet begins.
    pub fn holding(&self, rtp_time: i64) -> Option<(i64, &Packet)> {
        let (&start, packet) = self.kept.range(rtp_time - PACKET_SAMPLES_MAX..=rtp_time).next_back()?;
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
        self.kept.range(rtp_time + 1..).next().map(|(&start, packet)| (start, packet))
    }
}
