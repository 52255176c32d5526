use super::cues::{Cue, closing, opening, pause};
use super::{Sound, Sounds};
use crate::flow::{HallState, Programme};
use crate::units::{FRAME_SAMPLES, MediaTime, PART_SAMPLES, SampleCount};

const START: MediaTime = MediaTime(155_208_333 * PART_SAMPLES);

fn sounds(length_ms: i64) -> Sounds {
    let sound = || Sound::new(vec![0.1; SampleCount::from_ms(length_ms).0 as usize]);
    Sounds { opening: sound(), pause: sound(), closing: sound(), tone: sound() }
}

fn frame(state: HallState, since: MediaTime, at_ms: i64) -> Programme {
    let at = START + SampleCount::from_ms(at_ms);
    Programme { at, pcm: [0.0; FRAME_SAMPLES], voices: vec![], state, since: since.part_no() }
}

fn begins_ms(cue: Option<Cue>) -> Option<i64> {
    cue.map(|cue| (cue.begins - START).ms())
}

#[test]
fn the_opening_is_for_a_hall_that_went_live_on_its_second() {
    let sounds = sounds(4_000);
    let start = START + SampleCount::from_ms(100);
    let live = frame(HallState::Live, start, 500);

    assert_eq!(begins_ms(opening(&live, Some(start), &sounds)), Some(100));
    assert_eq!(opening(&live, None, &sounds), None);
    assert_eq!(opening(&live, Some(start + SampleCount::from_ms(300)), &sounds), None);
    assert_eq!(opening(&frame(HallState::Paused, start, 500), Some(start), &sounds), None);
    assert_eq!(opening(&live, Some(start), &Sounds::default()), None);
}

#[test]
fn a_pause_is_announced_from_the_next_part_on_and_again_as_often_as_its_length_lets() {
    let at = |length_ms, at_ms| begins_ms(pause(&frame(HallState::Paused, START, at_ms), &sounds(length_ms)));

    assert_eq!(at(5_000, 0), Some(240));
    assert_eq!(at(5_000, 30_220), Some(240));
    assert_eq!(at(5_000, 30_240), Some(30_240));
    assert_eq!(at(40_000, 50_240), Some(240));
    assert_eq!(at(40_000, 50_260), Some(50_260));
}

#[test]
fn a_closing_keeps_nobody_for_more_than_ten_seconds() {
    let ended = frame(HallState::Ended, START, 0);

    assert_eq!(closing(&ended, &sounds(3_000)).unwrap().length, SampleCount::from_ms(3_000));
    assert_eq!(closing(&ended, &sounds(30_000)).unwrap().length, SampleCount::from_ms(10_000));
}
