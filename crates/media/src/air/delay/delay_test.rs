use proptest::prelude::*;

use super::{Delay, DelayOrder, Delayed, Dump};
use crate::flow::{HallState, Programme, SeatId};
use crate::units::{FRAME_SAMPLES, MediaTime, PART_SAMPLES, PartNo, SampleCount};

const FRAME: i64 = FRAME_SAMPLES as i64;
const START: MediaTime = MediaTime(155_208_333 * PART_SAMPLES);

fn ms(count: i64) -> SampleCount {
    SampleCount::from_ms(count)
}

fn order(delay_ms: i64, dumps: &[(i64, i64)]) -> DelayOrder {
    let dumps = dumps.iter().map(|&(from, to)| Dump { from: START + ms(from), to: START + ms(to) });
    DelayOrder::new(ms(delay_ms), None, dumps.collect())
}

/// What is said at a moment: its own time, so that it can be told where it is heard.
fn said(at: MediaTime, state: HallState, since: MediaTime) -> Programme {
    let voices = vec![SeatId::parse("ana").unwrap()];
    let word = 1.0 + ((at - START).0 / FRAME) as f32;
    Programme { at, pcm: [word; FRAME_SAMPLES], voices, state, since: since.part_no() }
}

/// Which frame since the start is heard in the middle of a frame; `None` for silence.
fn heard(frame: &Programme) -> Option<i64> {
    let word = frame.pcm[FRAME_SAMPLES / 2] as i64 - 1;
    (word >= 0).then_some(word)
}

/// Say an evening to `delay`: each state, when it begins in ms, up to `end_ms`; what comes of it from `from_ms` on.
fn play(delay: &mut Delay, evening: &[(i64, HallState)], from_ms: i64, end_ms: i64) -> Vec<Option<Delayed>> {
    let frames = (from_ms / 20)..(end_ms / 20);
    let pass = |n: i64| {
        let at = START + SampleCount(n * FRAME);
        let (since_ms, state) = *evening.iter().rev().find(|(since, _)| *since <= n * 20).unwrap();
        delay.pass(said(at, state, START + ms(since_ms)))
    };
    frames.map(pass).collect()
}

const EVENING: [(i64, HallState); 5] = [
    (-10_000, HallState::Doors),
    (100, HallState::Live),
    (20_000, HallState::Paused),
    (30_000, HallState::Live),
    (50_000, HallState::Ended),
];

fn fresh(order: DelayOrder) -> Delay {
    let mut delay = Delay::default();
    delay.order(order);
    delay
}

#[test]
fn without_a_delay_everything_passes_as_it_is() {
    let mut delay = fresh(order(0, &[(0, 50_000)]));

    for (n, passed) in (-500..).zip(play(&mut delay, &EVENING, -10_000, 60_000)) {
        let Delayed { frame, idle } = passed.unwrap();
        assert_eq!((frame.at, idle), (START + SampleCount(n * FRAME), false));
        assert_eq!(frame.pcm[0] as i64, n + 1);
    }
}

#[test]
fn the_start_is_on_the_second_and_every_word_comes_a_delay_later() {
    let mut delay = fresh(order(4_800, &[]));

    let passed: Vec<Delayed> = play(&mut delay, &EVENING, -10_000, 60_000).into_iter().flatten().collect();

    assert_eq!(passed.len(), 3_500, "no frame is missing");
    let at = |ms: i64| &passed[((ms + 10_000) / 20) as usize];
    assert_eq!(at(80).frame.state, HallState::Doors);
    assert_eq!((at(100).frame.state, at(100).frame.since), (HallState::Live, START.part_no()));
    assert!(at(100).idle && at(4_880).idle && at(100).frame.voices.is_empty());
    assert!(!at(4_900).idle);
    for n in (100..40_000).step_by(20) {
        let late = at(n + 4_800);
        assert_eq!(heard(&late.frame), Some(n / 20), "{n}");
        assert_eq!(late.frame.voices.len(), 1);
    }
    let stood: Vec<(HallState, u64)> =
        passed.iter().map(|one| (one.frame.state, one.frame.since.0)).collect();
    let mut changes = stood.clone();
    changes.dedup();
    let part = |ms: i64| (START + SampleCount::from_ms(ms)).part_no().0;
    let expected = [
        (HallState::Doors, part(-10_000)),
        (HallState::Live, part(100)),
        (HallState::Paused, part(20_000) + 20),
        (HallState::Live, part(30_000) + 20),
        (HallState::Ended, part(50_000) + 20),
    ];
    assert_eq!(changes, expected);
    assert_eq!(stood.iter().position(|one| *one == expected[2]), Some((10_000 + 24_800) / 20));
}

#[test]
fn what_was_taken_out_is_not_heard_and_what_is_around_it_is() {
    let mut delay = fresh(order(4_800, &[(10_000, 12_010)]));

    let passed: Vec<Delayed> = play(&mut delay, &EVENING, -1_000, 20_000).into_iter().flatten().collect();

    let at = |ms: i64| &passed[((ms + 1_000) / 20) as usize];
    for n in (8_000..14_000).step_by(20) {
        let late = at(n + 4_800);
        let out = (10_000..12_010).contains(&n);
        assert_eq!((late.idle, heard(&late.frame).is_none()), (out, out), "{n}");
        assert_eq!(late.frame.state, HallState::Live);
        assert_eq!(late.frame.voices.is_empty(), out);
    }
    let before = &at(9_980 + 4_800).frame.pcm;
    assert_eq!((before[479], before[959]), (before[0], 0.0));
    let after = &at(12_020 + 4_800).frame.pcm;
    assert_eq!((after[0], after[480]), (0.0, after[959]));
}

#[test]
fn a_stage_that_was_not_there_says_nothing_rather_than_silence() {
    let mut whole = fresh(order(4_800, &[]));
    let mut late = fresh(DelayOrder::new(ms(4_800), Some(START.part_no()), vec![]));
    let frames = |delay: &mut Delay, from| play(delay, &EVENING, from, 60_000);

    let whole = frames(&mut whole, -10_000);
    let late = frames(&mut late, 32_000);

    let known = late.iter().position(Option::is_some).unwrap();
    assert_eq!(known as i64 * 20, 4_800);
    for (ours, theirs) in whole[2_100..].iter().flatten().zip(late.iter().skip(known).flatten()) {
        assert!(ours.frame.at < theirs.frame.at || ours.frame.since == theirs.frame.since);
    }
    let of = |all: &[Option<Delayed>]| {
        let last = all.last().unwrap().as_ref().unwrap();
        (last.frame.at, last.frame.state, last.frame.since)
    };
    assert_eq!(of(&whole), of(&late));
}

#[test]
fn a_stage_that_comes_back_just_before_the_start_is_in_time() {
    let mut delay = fresh(order(9_600, &[]));

    let passed = play(&mut delay, &EVENING, -100, 1_000);

    assert!(passed.iter().all(Option::is_some));
}

#[test]
fn a_hall_that_is_postponed_is_heard_to_its_last_word_and_begins_anew_on_its_second() {
    let mut delay = fresh(order(4_800, &[]));
    let evening = [
        (-1_000, HallState::Doors),
        (100, HallState::Live),
        (20_000, HallState::Paused),
        (22_000, HallState::Announced),
        (40_000, HallState::Live),
    ];

    let passed: Vec<Delayed> = play(&mut delay, &evening, -1_000, 60_000).into_iter().flatten().collect();

    assert_eq!(passed.len(), 3_050, "no frame is missing");
    let at = |ms: i64| &passed[((ms + 1_000) / 20) as usize].frame;
    assert_eq!((heard(at(19_980 + 4_800)), at(24_780).state), (Some(19_980 / 20), HallState::Live));
    assert_eq!((at(24_800).state, at(26_780).state), (HallState::Paused, HallState::Paused));
    assert_eq!((at(26_800).state, at(39_980).state), (HallState::Announced, HallState::Announced));
    let again = (START + ms(40_000)).part_no();
    assert_eq!((at(40_000).state, at(40_000).since, heard(at(40_000))), (HallState::Live, again, None));
    assert_eq!(heard(at(44_800)), Some(40_000 / 20));
}

#[test]
fn a_start_comes_on_its_second_even_while_the_last_words_before_it_wait() {
    let mut delay = fresh(order(9_600, &[]));
    let evening = [
        (-1_000, HallState::Doors),
        (100, HallState::Live),
        (20_000, HallState::Announced),
        (22_000, HallState::Live),
    ];

    let passed: Vec<Delayed> = play(&mut delay, &evening, -1_000, 40_000).into_iter().flatten().collect();

    let at = |ms: i64| &passed[((ms + 1_000) / 20) as usize].frame;
    assert_eq!((at(22_000).state, at(22_000).since), (HallState::Live, (START + ms(22_000)).part_no()));
    assert_eq!(heard(at(22_000)), None);
    assert_eq!(heard(at(31_600)), Some(22_000 / 20));
}

#[test]
fn a_stage_with_the_orders_of_yesterday_waits_like_the_other() {
    let began = Some(START.part_no());
    let mut late = Delay::default();
    late.order(DelayOrder::new(ms(4_800), began, vec![]));
    let stale = |n: i64| said(START + SampleCount(n * FRAME), HallState::Doors, START);
    for n in 21_000 / 20..21_200 / 20 {
        assert!(!late.pass(stale(n)).unwrap().idle);
    }

    let late = play(&mut late, &EVENING, 21_200, 60_000);
    let whole = play(&mut fresh(order(4_800, &[])), &EVENING, -10_000, 60_000);

    let known = late.iter().position(Option::is_some).unwrap();
    assert_eq!(known as i64 * 20, 4_800);
    for (ours, theirs) in whole[(31_200 / 20)..].iter().zip(&late).skip(known) {
        let (ours, theirs) = (ours.as_ref().unwrap(), theirs.as_ref().unwrap());
        assert_eq!((ours.frame.at, ours.frame.state), (theirs.frame.at, theirs.frame.state));
        assert_eq!(ours.frame.since, theirs.frame.since);
    }
}

#[test]
fn a_machine_that_slept_is_silent_for_it_once() {
    let mut delay = fresh(order(4_800, &[]));
    play(&mut delay, &EVENING, -1_000, 10_000);

    let passed = play(&mut delay, &EVENING, 13_000, 20_000);

    assert!(passed.iter().all(Option::is_some));
    let silent = passed.iter().flatten().filter(|one| heard(&one.frame).is_none()).count();
    assert_eq!(silent as i64 * 20, 3_000);
}

#[test]
fn a_hall_that_ended_before_it_began_passes() {
    let mut delay = fresh(order(4_800, &[]));
    let evening = [(0, HallState::Announced), (1_000, HallState::Ended)];

    let passed = play(&mut delay, &evening, 0, 3_000);

    assert_eq!(passed.last().unwrap().as_ref().unwrap().frame.state, HallState::Ended);
}

#[test]
fn a_delay_is_a_whole_number_of_parts_and_keeps_no_more_than_it_needs() {
    let mut delay = fresh(order(5_000, &[]));

    let passed = play(&mut delay, &EVENING, -1_000, 20_000);

    let last = passed.last().unwrap().as_ref().unwrap();
    assert_eq!(heard(&last.frame), Some((19_980 - 5_040) / 20));
    assert_eq!(delay.waiting.unwrap().kept.len(), 5_040 / 20 + 1);
}

proptest! {
    #[test]
    fn two_stages_that_begin_at_any_time_never_differ(
        begun in -500_i64..2_800, delay_ms in 0_i64..12_000, from in 0_i64..40_000, length in 0_i64..9_000,
    ) {
        let dumps = [(from, from + length)];
        let mut one = fresh(order(delay_ms, &dumps));
        let began = (begun * 20 >= 100).then_some(PartNo(START.part_no().0));
        let mut other = fresh(DelayOrder { began, ..order(delay_ms, &dumps) });

        let whole = play(&mut one, &EVENING, -10_000, 60_000);
        let late = play(&mut other, &EVENING, begun * 20, 60_000);

        let offset = (begun + 500) as usize;
        for (ours, theirs) in whole[offset..].iter().zip(&late) {
            let (Some(ours), Some(theirs)) = (ours, theirs) else { continue };
            prop_assert_eq!(ours.frame.at, theirs.frame.at);
            prop_assert_eq!(ours.frame.state, theirs.frame.state);
            prop_assert_eq!(ours.frame.since, theirs.frame.since);
            prop_assert!(ours.frame.pcm == theirs.frame.pcm && ours.idle == theirs.idle);
        }
    }
}
