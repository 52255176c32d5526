use std::time::Duration;

use super::Ear;
use crate::flow::{Facts, HallState};
use crate::program::{header, part_bytes};
use crate::testing::start;
use crate::units::{PART_FRAMES, PartNo};

fn part(no: u64) -> Vec<u8> {
    let facts = Facts {
        state: HallState::Live,
        since: PartNo(1),
        voices: vec![],
        level: [9; PART_FRAMES],
        caption: None,
    };
    part_bytes(PartNo(no), &facts, &vec![vec![1; 20]; PART_FRAMES]).to_vec()
}

/// Five parts at once, then one every 240 ms, each late by what `late_ms` says; `None` never comes.
fn listen(count: u64, late_ms: impl Fn(u64) -> Option<u64>) -> Ear {
    let now = start();
    let mut ear = Ear::new();
    ear.handle(&header(), now.instant, now.media).unwrap();
    for no in 0..count {
        let Some(late) = late_ms(no) else { continue };
        let at = Duration::from_millis(no.saturating_sub(4) * 240 + late);
        ear.handle(&part(100 + no), now.instant + at, now.media).unwrap();
    }
    ear
}

#[test]
fn a_listener_with_its_buffer_full_misses_nothing() {
    let counts = listen(50, |_| Some(0)).counts();

    assert_eq!((counts.parts, counts.missed, counts.doubled), (50, 0, 0));
}

#[test]
fn a_stall_shorter_than_the_buffer_is_not_heard_and_a_longer_one_is() {
    let short = listen(50, |no| Some(if no == 20 { 900 } else { 0 })).counts();
    let long = listen(50, |no| Some(if no == 20 { 1_500 } else { 0 })).counts();

    assert_eq!(short.missed, 0);
    assert_eq!(long.missed, 1);
}

#[test]
fn a_part_that_never_comes_is_missed_once() {
    assert_eq!(listen(50, |no| (no != 20).then_some(0)).counts().missed, 1);
}
