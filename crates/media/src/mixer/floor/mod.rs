//! What is ordered of each seat, and since when: on air or in the green room, muted or not.

mod fades;
#[cfg(test)]
mod fades_test;
mod gate;
#[cfg(test)]
mod gate_test;

use std::collections::BTreeMap;

use crate::flow::{SeatId, Standing};
use crate::units::MediaTime;

pub use fades::Gain;
pub use gate::Gate;

use fades::Fades;

struct Stand {
    standing: Standing,
    air: Fades,
    sound: Fades,
}

impl Stand {
    fn new(standing: Standing) -> Self {
        Self { standing, air: Fades::new(standing.on_air), sound: Fades::new(!standing.muted) }
    }
}

/// Seats by what is ordered of them; of those nobody knows, nothing is.
#[derive(Default)]
pub struct Floor(BTreeMap<SeatId, Stand>);

impl Floor {
    /// What holds from `now` on.
    pub fn order(&mut self, standings: BTreeMap<SeatId, Standing>, now: MediaTime) {
        self.0.retain(|seat, _| standings.contains_key(seat));
        for (seat, standing) in standings {
            let stand = self.0.entry(seat).or_insert_with(|| Stand::new(standing));
            stand.air.set(standing.on_air, now, standing.fade);
            stand.sound.set(!standing.muted, now, standing.fade);
            stand.standing = standing;
        }
    }

    pub fn standing(&self, seat: &SeatId) -> Standing {
        self.0.get(seat).map_or_else(Standing::default, |stand| stand.standing)
    }

    /// How much of the seat is on air in the frame at `at`; the rest is in the green room.
    pub fn air(&self, seat: &SeatId, at: MediaTime) -> Gain {
        self.0.get(seat).map_or(Gain::Steady(1.0), |stand| stand.air.over(at))
    }

    /// How much of the seat is heard by anybody in the frame at `at`.
    pub fn sound(&self, seat: &SeatId, at: MediaTime) -> Gain {
        self.0.get(seat).map_or(Gain::Steady(1.0), |stand| stand.sound.over(at))
    }

    /// Nothing before `at` will be asked for.
    pub fn forget(&mut self, at: MediaTime) {
        self.0.values_mut().for_each(|stand| {
            stand.air.forget(at);
            stand.sound.forget(at);
        });
    }
}
