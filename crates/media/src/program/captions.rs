//! Captions on their way into parts: each in its own, or in the next that has room, and none twice.
//!
//! Numbers and parts grow together, so that what was carried is one number. No clock: a part asks when it is cut.

use std::collections::BTreeMap;

use crate::flow::Caption;
use crate::units::PartNo;

/// What is due further ahead, a minute, was ordered by a desk whose clock is ahead of ours.
const AHEAD_PARTS: u64 = 250;

/// One hall's.
#[derive(Default)]
pub struct Captions {
    waiting: BTreeMap<u64, Caption>,
    /// The last that was carried, or was due before our time.
    done: u64,
    first: Option<PartNo>,
}

impl Captions {
    /// What is to be carried, all of it, as ordered last.
    pub fn handle(&mut self, told: Vec<Caption>) {
        let new = told.into_iter().filter(|caption| caption.no > self.done);
        self.waiting = new.map(|caption| (caption.no, caption)).collect();
    }

    /// The one that part `no` carries.
    pub fn take(&mut self, no: PartNo) -> Option<Caption> {
        let first = *self.first.get_or_insert(no);
        while let Some(next) = self.waiting.first_entry() {
            let due = next.get().part;
            if (no.next()..=PartNo(no.0 + AHEAD_PARTS)).contains(&due) {
                return None;
            }
            let caption = next.remove();
            self.done = caption.no;
            if due >= first {
                return Some(caption);
            }
        }
        None
    }
}
