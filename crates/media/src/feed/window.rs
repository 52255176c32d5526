//! The parts that may still be asked for, each framed once as an HTTP chunk that all listeners share.

use std::collections::VecDeque;

use bytes::{BufMut, Bytes, BytesMut};

use crate::flow::Part;
use crate::units::PartNo;

/// 30 s: long enough for a phone to change cells, short enough to keep in memory.
pub const KEPT_PARTS: u64 = 125;
/// What ends an HTTP chunk.
pub const FRAMED_TAIL: &[u8] = b"\r\n";

/// A part, and the same part as one HTTP/1.1 chunk (RFC 9112 section 7.1).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Framed {
    pub no: PartNo,
    pub chunk: Bytes,
}

impl Framed {
    /// Frame any bytes as a chunk under a number.
    pub fn new(no: PartNo, bytes: &[u8]) -> Self {
        let size = format!("{:x}\r\n", bytes.len());
        let mut chunk = BytesMut::with_capacity(size.len() + bytes.len() + 2);
        chunk.put(size.as_bytes());
        chunk.put(bytes);
        chunk.put(FRAMED_TAIL);
        Self { no, chunk: chunk.freeze() }
    }
}

/// Parts in the order of their numbers; there may be holes, never doubles.
#[derive(Default)]
pub struct Window {
    parts: VecDeque<Framed>,
}

impl Window {
    /// Keep a part. False if it is known already or too old to matter.
    pub fn push(&mut self, part: &Part) -> bool {
        let too_old = self.newest().is_some_and(|newest| part.no.0 + KEPT_PARTS <= newest.0);
        let place = self.parts.partition_point(|kept| kept.no < part.no);
        let known = self.parts.get(place).is_some_and(|kept| kept.no == part.no);
        if too_old || known {
            return false;
        }
        self.parts.insert(place, Framed::new(part.no, &part.bytes));
        let newest = self.newest().expect("a part was just kept");
        let oldest_kept = newest.back(KEPT_PARTS - 1);
        while self.parts.front().is_some_and(|oldest| oldest.no < oldest_kept) {
            self.parts.pop_front();
        }
        true
    }

    pub fn newest(&self) -> Option<PartNo> {
        self.parts.back().map(|part| part.no)
    }

    /// The part of this number or, where that is missing, the first after it.
    pub fn at_or_after(&self, no: PartNo) -> Option<&Framed> {
        self.parts.get(self.parts.partition_point(|kept| kept.no < no))
    }

    /// The part of this number and all after it, in order.
    pub fn from(&self, no: PartNo) -> impl Iterator<Item = &Framed> {
        self.parts.range(self.parts.partition_point(|kept| kept.no < no)..)
    }

    /// Where a newcomer begins who wants `parts` of the last parts at once.
    pub fn start_for(&self, parts: u64) -> Option<PartNo> {
        self.newest().map(|newest| newest.back(parts.saturating_sub(1)))
    }
}
