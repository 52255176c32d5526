//! The desk's clock, seen from ours: what is taken out is said in its times, and must not miss.

use std::collections::VecDeque;

use crate::units::{PART_SAMPLES, SampleCount, WallMs};

use super::orders::{HallOrder, Orders};

/// Orders come every two seconds; the quickest of so many tells how far the clocks are apart.
const READINGS: usize = 8;
/// A reading so far from the one before it: a clock was set.
const SET_MS: i64 = 5_000;
/// Less is the way of an order, or a clock being steered; a dump begins later than that after it was asked for.
const SAME_MS: i64 = 200;

/// How far it is ahead of ours, by the orders that came.
#[derive(Default)]
pub struct DeskClock {
    ahead_ms: VecDeque<i64>,
}

impl DeskClock {
    /// Put what times of the desk's clock must not miss onto ours, which says `now`: once, so that it stays where it was
    /// put `before`, and for as long as it is still to be heard, whatever the desk's clock says by then.
    pub fn settle(&mut self, orders: &mut Orders, before: &Orders, now: WallMs) {
        let given = std::mem::take(&mut orders.at_ms);
        if given > 0 {
            self.note(given - now.0);
        }
        let ahead_ms = self.ahead_ms();
        for hall in &mut orders.halls {
            let known = before.halls.iter().find(|known| known.hall == hall.hall);
            let known = known.map_or(&[][..], |known| &known.dumps);
            for dump in &mut hall.dumps {
                let same = known.iter().find(|(no, ..)| *no == dump.0);
                *dump = same.copied().unwrap_or((dump.0, dump.1 - ahead_ms, dump.2 - ahead_ms));
            }
            let new: Vec<u64> = hall.dumps.iter().map(|(no, ..)| *no).collect();
            let still = known.iter().filter(|(no, _, to)| !new.contains(no) && is_to_come(hall, *to, now));
            let kept: Vec<_> = still.copied().collect();
            hall.dumps.splice(..0, kept);
        }
    }

    fn note(&mut self, ahead_ms: i64) {
        if self.ahead_ms.back().is_some_and(|last| (ahead_ms - last).abs() > SET_MS) {
            self.ahead_ms.clear();
        }
        self.ahead_ms.push_back(ahead_ms);
        if self.ahead_ms.len() > READINGS {
            self.ahead_ms.pop_front();
        }
    }

    /// In whole parts, so that stages that read it a little differently mostly say the same.
    fn ahead_ms(&self) -> i64 {
        let part_ms = SampleCount(PART_SAMPLES).ms();
        let most = self.ahead_ms.iter().copied().max().unwrap_or(0);
        if most.abs() <= SAME_MS { 0 } else { (most + part_ms / 2).div_euclid(part_ms) * part_ms }
    }
}

/// Whether something said before `to_ms` may still be waiting at `now`.
fn is_to_come(hall: &HallOrder, to_ms: i64, now: WallMs) -> bool {
    to_ms + hall.air_delay_ms + hall.window_ms + SampleCount(PART_SAMPLES).ms() > now.0
}
