//! What is asked for and when, in virtual time; then whole lines over a bad way there and back.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use proptest::prelude::*;

use super::repair::{Answer, Came, Range, Repair};
use crate::testing::start;

const FRAME: i64 = 960;
const MS: Duration = Duration::from_millis(1);
const WINDOW: Duration = Duration::from_millis(600);
const LATE: Duration = Duration::from_secs(20);

fn line(begin: Instant) -> Repair {
    let mut repair = Repair::new();
    repair.allow(true, WINDOW, WINDOW);
    assert_eq!(repair.packet(0, 0, FRAME, begin), Came::ByItself);
    repair
}

fn asked(repair: &mut Repair, now: Instant) -> Vec<Range> {
    repair.ask(now).map_or(Vec::new(), |request| request.ranges)
}

fn frames(from: i64, to: i64) -> Range {
    Range { from: from * FRAME, to: to * FRAME }
}

#[test]
fn a_gap_is_asked_for_at_once_and_again_within_a_round_trip_until_it_is_mixed() {
    let begin = start().instant;
    let mut repair = line(begin);
    repair.packet(4, 4 * FRAME, FRAME, begin + 80 * MS);
    let mut all = Vec::new();

    while let Some(due) = repair.deadline() {
        let ranges = asked(&mut repair, due);
        if !ranges.is_empty() {
            all.push((due.duration_since(begin).as_millis(), ranges));
        }
    }

    let times: Vec<u128> = all.iter().map(|(at, _)| *at).collect();
    assert_eq!(times, [90, 135, 180, 225, 270, 315, 360, 405, 450, 495, 540, 585, 630]);
    let (last, before) = all.split_last().unwrap();
    assert!(before.iter().all(|(_, ranges)| ranges == &[frames(1, 4)]), "{all:?}");
    assert_eq!(last.1, [frames(2, 4)], "the first is mixed");
}

#[test]
fn what_the_next_packet_carries_again_or_what_was_overtaken_is_not_asked_for() {
    let begin = start().instant;
    let mut repair = line(begin);
    repair.packet(2, 2 * FRAME, FRAME, begin);
    repair.have(FRAME);
    assert_eq!(repair.deadline(), None);

    repair.packet(4, 4 * FRAME, FRAME, begin);
    assert_eq!(repair.packet(3, 3 * FRAME, FRAME, begin + 9 * MS), Came::ByItself);
    assert_eq!(repair.deadline(), None);
}

#[test]
fn what_comes_a_round_trip_after_it_was_missed_was_sent_again() {
    let begin = start().instant;
    let mut repair = line(begin);
    repair.packet(3, 3 * FRAME, FRAME, begin);

    assert_eq!(repair.packet(1, FRAME, FRAME, begin + 40 * MS), Came::ByItself);
    assert_eq!(repair.packet(2, 2 * FRAME, FRAME, begin + 110 * MS), Came::Again);
}

#[test]
fn the_round_trip_is_learnt_from_answers() {
    let begin = start().instant;
    let mut repair = line(begin);
    let mut now = begin;
    for n in 1..100 {
        now += 40 * MS;
        repair.packet(2 * n, 2 * n as i64 * FRAME, FRAME, now);
        let at = now + 10 * MS;
        let number = repair.ask(at).unwrap().number;
        assert!(repair.answered((2 * n as i64 - 1) * FRAME, number, at + 20 * MS));
    }
    repair.packet(300, 300 * FRAME, FRAME, now);
    let first = repair.deadline().unwrap();
    repair.ask(first);

    assert!(repair.deadline().unwrap() - first < 40 * MS);
}

#[test]
fn nothing_is_asked_for_that_was_not_said_on_air() {
    let begin = start().instant;
    let mut repair = line(begin);
    repair.allow(false, WINDOW, LATE);
    repair.packet(3, 3 * FRAME, FRAME, begin);
    repair.packet(6, 6 * FRAME, FRAME, begin);
    repair.allow(true, WINDOW, LATE);

    assert_eq!((repair.deadline(), repair.ask(begin + 20 * MS)), (None, None));
    assert!(!repair.answered(FRAME, 0, begin) && !repair.answered(4 * FRAME, 0, begin));
}

#[test]
fn what_was_lost_on_air_is_asked_for_after_it_too() {
    let begin = start().instant;
    let mut repair = line(begin);
    repair.packet(3, 3 * FRAME, FRAME, begin);
    repair.allow(false, WINDOW, LATE);

    assert_eq!(asked(&mut repair, begin + 10 * MS), [frames(1, 3)]);
}

#[test]
fn what_comes_too_late_for_the_programme_is_asked_for_in_peace_for_the_recording() {
    let begin = start().instant;
    let mut repair = Repair::new();
    repair.allow(true, WINDOW, LATE);
    repair.packet(0, 0, FRAME, begin);
    repair.packet(250, 250 * FRAME, FRAME, begin + 5_000 * MS);
    let mut all = Vec::new();

    while let Some(due) = repair.deadline().filter(|due| *due < begin + 21_000 * MS) {
        let ranges = asked(&mut repair, due);
        assert!(ranges.len() <= 4, "{ranges:?}");
        all.extend(ranges.into_iter().map(|range| ((due - begin).as_millis(), range)));
    }

    // What can still be mixed comes first, and often; the rest by and by, all of it within two seconds, and then again.
    assert_eq!(all[0], (5_010, frames(221, 250)));
    assert_eq!(all[1], (5_010, frames(1, 39)));
    let late =
        |from: i64| move |(_, range): &&(u128, Range)| (range.from..range.to).contains(&(from * FRAME));
    let first = |from: i64| all.iter().find(late(from)).unwrap().0;
    assert!((1..250).all(|n| first(n) < 7_000), "{all:?}");
    let last = all.iter().rfind(late(240)).unwrap().0;
    assert!((19_000..24_500).contains(&last), "{last}");
    let frames_in = |from: u128| {
        let a_second = all.iter().filter(|(at, _)| (from..from + 1_000).contains(at));
        a_second.map(|(_, range)| (range.to - range.from) / FRAME).sum::<i64>()
    };
    assert!((8_000..15_000).step_by(500).all(|from| frames_in(from) <= 5 * 38), "{all:?}");
}

#[test]
fn by_number_nothing_is_asked_for_that_was_before_the_air() {
    let begin = start().instant;
    let mut repair = Repair::new();
    assert!(!repair.may_ask_by_number());
    repair.packet(50, 50 * FRAME, FRAME, begin);
    repair.allow(true, WINDOW, WINDOW);
    for number in 51..=151 {
        repair.packet(number, number as i64 * FRAME, FRAME, begin);
        repair.allow(true, WINDOW, WINDOW);
        assert!(!repair.may_ask_by_number(), "{number}");
    }
    repair.packet(152, 152 * FRAME, FRAME, begin);
    assert!(repair.may_ask_by_number());

    repair.allow(false, WINDOW, WINDOW);
    assert!(!repair.may_ask_by_number());
}

#[test]
fn an_answer_that_nobody_asked_for_is_none() {
    let begin = start().instant;
    let mut repair = line(begin);
    repair.packet(2, 2 * FRAME, FRAME, begin);
    assert!(!repair.answered(FRAME, 0, begin), "not yet");
    repair.ask(begin + 10 * MS);

    assert!(!repair.answered(0, 0, begin) && !repair.answered(2 * FRAME, 0, begin));
    assert!(repair.answered(FRAME, 0, begin + 90 * MS));
    assert!(!repair.answered(FRAME, 0, begin + 90 * MS), "once");
}

#[test]
fn of_a_long_outage_only_what_can_still_be_mixed_is_asked_for() {
    let begin = start().instant;
    let mut repair = line(begin);
    repair.packet(250, 250 * FRAME, FRAME, begin + 5_000 * MS);

    // 600 ms behind: 29 frames are still to be mixed.
    assert_eq!(asked(&mut repair, begin + 5_010 * MS), [frames(221, 250)]);
}

#[test]
fn where_packets_are_not_of_one_length_the_whole_stretch_is_asked_for() {
    let begin = start().instant;
    let mut repair = line(begin);
    repair.packet(3, 4 * FRAME + 7, FRAME, begin);
    let request = repair.ask(begin + 10 * MS).unwrap();

    assert_eq!(request.ranges, [Range { from: FRAME, to: 4 * FRAME + 7 }]);
    assert!(repair.answered(2 * FRAME, 0, begin + 60 * MS));
    assert_eq!(request.text(), format!("{{\"again\":[[960,{}]],\"n\":0,\"v\":1}}", 4 * FRAME + 7));
}

/// As Chromium does to find out what a line carries.
#[test]
fn what_is_sent_again_under_a_new_number_hides_no_gap_and_makes_none() {
    let begin = start().instant;
    let mut repair = line(begin);
    assert_eq!(repair.packet(1, 0, FRAME, begin), Came::Again);
    assert_eq!(repair.packet(2, FRAME, FRAME, begin), Came::ByItself);
    assert_eq!(repair.deadline(), None);

    // Number 3 was a copy, 4 and 5 were said: 5 is sent again as 6.
    repair.packet(6, FRAME, FRAME, begin);
    repair.packet(7, 4 * FRAME, FRAME, begin);

    assert_eq!(asked(&mut repair, begin + 10 * MS), [frames(2, 4)]);
}

#[test]
fn a_clock_that_goes_back_by_far_is_a_new_one() {
    let begin = start().instant;
    let mut repair = Repair::new();
    repair.allow(true, WINDOW, WINDOW);
    repair.packet(1, 1 << 30, FRAME, begin);

    assert_eq!(repair.packet(5, 0, FRAME, begin), Came::ByItself);
    assert_eq!(repair.packet(6, FRAME, FRAME, begin), Came::ByItself);
    assert_eq!(repair.deadline(), None);
    repair.packet(8, 3 * FRAME, FRAME, begin);
    assert_eq!(asked(&mut repair, begin + 10 * MS), [frames(2, 3)]);
}

#[test]
fn an_answers_time_is_the_nearest_there_is() {
    let mut repair = Repair::new();
    let far = (7 << 32) + 100;
    repair.packet(9, far, FRAME, start().instant);
    let answer = |time: u32| {
        let bytes = [&[1, 0, 111][..], &time.to_be_bytes(), b"x"].concat();
        repair.time_of(&Answer::read(&bytes).unwrap())
    };

    assert_eq!([answer(100), answer(50), answer(u32::MAX)], [far, far - 50, far - 101]);
}

proptest! {
    #[test]
    fn whatever_comes_on_its_channel_is_read_or_not(bytes in prop::collection::vec(any::<u8>(), 0..3_000)) {
        let read = Answer::read(&bytes);
        prop_assert_eq!(read.is_some(), bytes.first() == Some(&1) && (8..=2_567).contains(&bytes.len()));
    }

    /// Any numbers, times and moments: nothing is asked for twice at once, and, of a clock that runs, nothing that came.
    #[test]
    fn whatever_comes_what_is_asked_for_is_missing_and_bounded(
        steps in prop::collection::vec((0_u64..600, -50_000_i64..50_000, 0_u64..200, any::<bool>()), 1..200),
        runs in any::<bool>(),
    ) {
        let (mut now, mut repair) = (start().instant, Repair::new());
        repair.allow(true, Duration::from_secs(5), LATE);
        let mut came = BTreeSet::new();
        for (number, jump, ms, allowed) in steps {
            now += Duration::from_millis(ms);
            repair.allow(allowed || number % 3 > 0, Duration::from_secs(5), LATE);
            let time = number as i64 * FRAME + if runs || number % 7 > 0 { 0 } else { jump };
            repair.packet(number, time, FRAME, now);
            came.insert(time);
            let ranges = asked(&mut repair, now);
            prop_assert!(ranges.len() <= 32);
            for range in &ranges {
                prop_assert!(range.from < range.to);
                prop_assert!(!runs || !came.contains(&range.from), "{range:?}");
            }
            prop_assert!(repair.ask(now).is_none());
        }
    }
}
