//! From a stage's own lines to datagrams.
//!
//! | bytes | what (big-endian) |
//! |---|---|
//! | 1 | version, 1 |
//! | 1 | flags: 1 carried again (RED), 2 muted |
//! | 4 | number of the datagram, wrapping |
//! | 8 + 8 + 8 | line, the line's clock, arrival in media time |
//! | 1 + n, 1 + n | hall, seat |
//! | rest | one Opus packet |

use std::collections::BTreeMap;

use crate::flow::{HallId, LineId, SeatId, Talk};

pub const VERSION: u8 = 1;
pub const AGAIN: u8 = 1;
pub const MUTED: u8 = 2;
/// 120 ms of the best Opus (RFC 6716, section 3.4), and the head.
pub const DATAGRAM_BYTES_MAX: usize = 8_192;

#[derive(Default)]
pub struct Outward {
    lines: BTreeMap<LineId, (SeatId, bool)>,
    number: u32,
}

impl Outward {
    pub fn up(&mut self, line: LineId, seat: SeatId) {
        self.lines.insert(line, (seat, false));
    }

    pub fn down(&mut self, line: LineId) {
        self.lines.remove(&line);
    }

    pub fn mute(&mut self, line: LineId, muted: bool) {
        if let Some(known) = self.lines.get_mut(&line) {
            known.1 = muted;
        }
    }

    /// The datagram that passes a packet on; `None` for lines that are not up and packets that are too long.
    pub fn datagram(&mut self, hall: &HallId, talk: &Talk) -> Option<Vec<u8>> {
        let (seat, muted) = self.lines.get(&talk.line)?;
        let mut bytes = vec![VERSION, (u8::from(talk.again) * AGAIN) | (u8::from(*muted) * MUTED)];
        bytes.extend(self.number.to_be_bytes());
        bytes.extend(talk.line.0.to_be_bytes());
        bytes.extend(talk.rtp_time.to_be_bytes());
        bytes.extend(talk.arrived.0.to_be_bytes());
        for name in [hall.as_str(), seat.as_str()] {
            bytes.push(name.len() as u8);
            bytes.extend(name.as_bytes());
        }
        bytes.extend(&talk.payload[..]);
        if bytes.len() > DATAGRAM_BYTES_MAX {
            return None;
        }
        self.number = self.number.wrapping_add(1);
        Some(bytes)
    }
}
