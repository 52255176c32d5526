//! What a page says over its data channel. It comes from strangers: everything is bounded, nothing panics.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::flow::{Ask, SeatId};

/// Sixty seats of the longest names, and some.
const NOTE_BYTES_MAX: usize = 1_024;
const SEATS_MAX: usize = 60;

/// All that a note asks for; nothing where it cannot be read.
pub fn read(note: &[u8]) -> Vec<Ask> {
    if note.len() > NOTE_BYTES_MAX {
        return Vec::new();
    }
    let Ok(note) = serde_json::from_slice::<Value>(note) else { return Vec::new() };
    let said = |name: &str| note.get(name).and_then(Value::as_bool);
    let seats = |name: &str| note.get(name).and_then(seats);
    let asks = [
        said("muted").map(Ask::Muted),
        said("hears").filter(|&yes| yes).map(|_| Ask::Hears),
        said("tone").filter(|&yes| yes).map(|_| Ask::Tone),
        seats("listen").map(Ask::Listen),
        seats("cue").map(Ask::Cue),
    ];
    asks.into_iter().flatten().collect()
}

fn seats(value: &Value) -> Option<BTreeSet<SeatId>> {
    let names = value.as_array().filter(|names| names.len() <= SEATS_MAX)?;
    names.iter().map(|name| SeatId::parse(name.as_str()?)).collect()
}
