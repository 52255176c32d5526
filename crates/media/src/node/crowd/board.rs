//! What the connections of each speaker say, as one speaker: heard if one is.

use std::collections::BTreeMap;

use serde_json::{Value, json};

/// The number of a speaker, and of one of its connections.
pub type Seated = (usize, usize);

#[derive(Default)]
pub struct Board(BTreeMap<Seated, Value>);

impl Board {
    pub fn tell(&mut self, place: Seated, state: Value) {
        self.0.insert(place, state);
    }

    /// One state for each speaker.
    pub fn speakers(&self) -> Vec<Value> {
        let count = self.0.keys().next_back().map_or(0, |place| place.0 + 1);
        (0..count).map(|n| merged(self.0.range((n, 0)..(n + 1, 0)).map(|(_, state)| state))).collect()
    }
}

fn merged<'a>(states: impl Iterator<Item = &'a Value> + Clone) -> Value {
    // The best connection speaks for the speaker.
    let rank = |state: &&Value| (state["connected"] == true, state["heard"] == true);
    let best = |a: &'a Value, b: &'a Value| if rank(&b) > rank(&a) { b } else { a };
    let Some(best) = states.clone().reduce(best) else { return Value::Null };
    let mut told = best.clone();
    told["reconnects"] = json!(states.clone().filter_map(|state| state["reconnects"].as_u64()).sum::<u64>());
    told["lines"] = json!(states.filter(|state| state["connected"] == true).count());
    told
}

#[cfg(test)]
#[path = "board_test.rs"]
mod board_test;
