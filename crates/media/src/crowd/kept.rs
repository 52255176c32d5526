//! What a synthetic speaker sent in the last half minute, and gives again when its stage asks: as the page does.

use std::collections::VecDeque;

use serde_json::Value;

use crate::units::{FRAME_SAMPLES, SAMPLE_RATE_HZ};

const KEPT: usize = 30 * SAMPLE_RATE_HZ as usize / FRAME_SAMPLES;
const GIVEN_MAX: usize = 256;
const VERSION: u8 = 1;

/// Packets with their type and the line's time, the oldest first.
#[derive(Default)]
pub struct Kept(VecDeque<(u32, u8, Vec<u8>)>);

impl Kept {
    pub fn keep(&mut self, time: u32, payload_type: u8, payload: &[u8]) {
        self.0.push_back((time, payload_type, payload.to_vec()));
        if self.0.len() > KEPT {
            self.0.pop_front();
        }
    }

    /// What there is of what a request asks for, as it is sent; nothing where it is none.
    pub fn give(&self, request: &[u8]) -> Vec<Vec<u8>> {
        let asked: Value = serde_json::from_slice(request).unwrap_or_default();
        let ranges: Vec<(u32, u32)> = serde_json::from_value(asked["again"].clone()).unwrap_or_default();
        let number = asked["n"].as_u64().and_then(|n| u8::try_from(n).ok()).unwrap_or_default();
        let holds =
            |time: u32| ranges.iter().any(|&(from, to)| time.wrapping_sub(from) < to.wrapping_sub(from));
        let given = self.0.iter().filter(|(time, ..)| holds(*time)).take(GIVEN_MAX);
        let answer = |(time, payload_type, payload): &(u32, u8, Vec<u8>)| {
            [&[VERSION, number, *payload_type][..], &time.to_be_bytes(), payload].concat()
        };
        given.map(answer).collect()
    }
}
