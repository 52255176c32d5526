//! From a stage's own lines to datagrams.
//!
//! | bytes | what (big-endian) |
//! |---|---|
//! | 1 | version, 1 |
//! | 1 | flags: 1 carried again (RED), 2 muted, 4 from backstage |
//! | 4 | number of the datagram, wrapping |
//! | 8 + 8 + 8 | line, the line's clock, arrival in media time |
//! | 1 + n, 1 + n | hall, seat; from backstage: hall, person |
//! | 1 + (1 + n) each | from backstage alone: how many seats it speaks to, and which |
//! | rest | one Opus packet |

use std::collections::{BTreeMap, BTreeSet};

use crate::flow::{Ask, HallId, LineId, SeatId, Talk, Who};

pub const VERSION: u8 = 1;
pub const AGAIN: u8 = 1;
pub const MUTED: u8 = 2;
pub const BACKSTAGE: u8 = 4;
/// 120 ms of the best Opus (RFC 6716, section 3.4), and the head.
pub const DATAGRAM_BYTES_MAX: usize = 8_192;

struct Line {
    who: Who,
    muted: bool,
    /// Whom it speaks to from backstage; a line that never did is passed on to nobody.
    cue: Option<BTreeSet<SeatId>>,
}

#[derive(Default)]
pub struct Outward {
    lines: BTreeMap<LineId, Line>,
    number: u32,
}

impl Outward {
    pub fn up(&mut self, line: LineId, who: Who) {
        self.lines.insert(line, Line { who, muted: false, cue: None });
    }

    pub fn down(&mut self, line: LineId) {
        self.lines.remove(&line);
    }

    /// Note what changes how a line's packets are heard.
    pub fn ask(&mut self, line: LineId, ask: &Ask) {
        let Some(known) = self.lines.get_mut(&line) else { return };
        match ask {
            Ask::Muted(muted) => known.muted = *muted,
            Ask::Cue(seats) => known.cue = Some(seats.clone()),
            Ask::Hears | Ask::Tone | Ask::Listen(_) => {}
        }
    }

    /// The datagram that passes a packet on; `None` for lines that nobody elsewhere hears and packets that are too long.
    pub fn datagram(&mut self, hall: &HallId, talk: &Talk) -> Option<Vec<u8>> {
        let line = self.lines.get(&talk.line)?;
        let (flag, name, cue) = match &line.who {
            Who::Seat(seat) => (0, seat.as_str(), None),
            Who::Backstage(person) => (BACKSTAGE, person.as_str(), Some(line.cue.as_ref()?)),
        };
        let mut bytes = vec![VERSION, (u8::from(talk.again) * AGAIN) | (u8::from(line.muted) * MUTED) | flag];
        bytes.extend(self.number.to_be_bytes());
        bytes.extend(talk.line.0.to_be_bytes());
        bytes.extend(talk.rtp_time.to_be_bytes());
        bytes.extend(talk.arrived.0.to_be_bytes());
        put(&mut bytes, hall.as_str());
        put(&mut bytes, name);
        if let Some(cue) = cue {
            bytes.push(cue.len() as u8);
            cue.iter().for_each(|seat| put(&mut bytes, seat.as_str()));
        }
        bytes.extend(&talk.payload[..]);
        if bytes.len() > DATAGRAM_BYTES_MAX {
            return None;
        }
        self.number = self.number.wrapping_add(1);
        Some(bytes)
    }
}

fn put(bytes: &mut Vec<u8>, name: &str) {
    bytes.push(name.len() as u8);
    bytes.extend(name.as_bytes());
}
