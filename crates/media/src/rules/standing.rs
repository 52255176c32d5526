//! How a hall stands at a moment: as ordered, or live by itself because its second has come.

use crate::flow::HallState;
use crate::units::WallMs;

use super::orders::HallOrder;

/// The desk notes a start a moment after it; so much later, somebody started or resumed the hall by hand.
const NOTED_WITHIN_MS: i64 = 5_000;

/// A hall's state, and since when it holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Standing {
    pub state: HallState,
    pub since_ms: i64,
}

impl HallOrder {
    /// How the hall stands at `now`, if nobody says otherwise by then.
    pub fn standing(&self, now: WallMs) -> Standing {
        let ordered = Standing { state: self.state, since_ms: self.since_ms };
        let Some(starts_at_ms) = self.starts_at_ms else { return ordered };
        let waits = matches!(self.state, HallState::Announced | HallState::Doors);
        let begins = waits && now.0 >= starts_at_ms;
        let noted = self.state == HallState::Live
            && (starts_at_ms..starts_at_ms + NOTED_WITHIN_MS).contains(&self.since_ms);
        let started = Standing { state: HallState::Live, since_ms: starts_at_ms };
        if begins || noted { started } else { ordered }
    }
}
