//! What a crowd heard already: the first to hear a part reads it, the others hold theirs against it, byte for byte.

use std::collections::BTreeMap;
use std::sync::Arc;

use bytes::Bytes;

use crate::feed::{Framed, KEPT_PARTS};
use crate::flow::Part;
use crate::units::PartNo;

use super::answer::Told;

#[derive(Default)]
pub struct Score {
    /// As chunks.
    parts: BTreeMap<PartNo, Bytes>,
    header: Option<Bytes>,
    /// What the last who came was told: the next is told the same, most times.
    told: Arc<Told>,
}

impl Score {
    pub fn part(&self, no: PartNo) -> Option<&Bytes> {
        self.parts.get(&no)
    }

    pub fn header(&self) -> Option<&Bytes> {
        self.header.as_ref()
    }

    /// Take a part down as an edge sends it, the first time it is heard.
    pub fn learn(&mut self, part: &Part) {
        self.parts.entry(part.no).or_insert_with(|| Framed::new(part.no, &part.bytes).chunk);
        while self.parts.len() as u64 > 2 * KEPT_PARTS {
            self.parts.pop_first();
        }
    }

    pub fn learn_header(&mut self, header: &Bytes) {
        if self.header.is_none() {
            self.header = Some(Framed::new(PartNo(0), header).chunk);
        }
    }

    /// The same in one place for all who are told it.
    pub fn told(&mut self, told: Told) -> Arc<Told> {
        if *self.told != told {
            self.told = Arc::new(told);
        }
        self.told.clone()
    }
}
