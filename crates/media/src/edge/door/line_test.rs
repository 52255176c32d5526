use std::time::{Duration, Instant};

use proptest::prelude::*;

use super::line::Line;
use crate::testing::start;
use crate::units::WallMs;

const SECOND: Duration = Duration::from_secs(1);

#[test]
fn whoever_came_first_is_called_first_and_no_more_than_there_is_room_for() {
    let (mut line, now) = (Line::default(), start().instant);
    let came: Vec<WallMs> = (0..100).map(|n| line.join(WallMs(1_000_000 + 10 * n))).collect();

    line.advance(30, now);

    let called: Vec<bool> = came.iter().map(|came| line.calls(*came)).collect();
    assert_eq!(called.iter().filter(|called| **called).count(), 30);
    assert!(called[..30].iter().all(|called| *called));
    assert_eq!(line.view().waiting, 70);
}

#[test]
fn nobody_else_is_called_while_those_who_were_are_on_their_way() {
    let (mut line, now) = (Line::default(), start().instant);
    for n in 0..100 {
        line.join(WallMs(1_000_000 + 10 * n));
    }
    line.advance(30, now);

    line.advance(30, now + SECOND);
    assert_eq!(line.view().waiting, 70);

    (0..10).for_each(|_| line.came());
    line.advance(30, now + 2 * SECOND);
    assert_eq!(line.view().waiting, 60);

    // Those who did not come are not waited for.
    line.advance(30, now + 20 * SECOND);
    assert_eq!(line.view().waiting, 30);
}

#[test]
fn a_line_that_nobody_stands_in_holds_nobody_up() {
    let (mut line, now) = (Line::default(), start().instant);
    assert!(line.is_empty() && line.calls(WallMs(7)));

    let came = line.join(WallMs(1_000_000));
    assert!(!line.calls(came));
    line.advance(1, now);

    assert!(line.is_empty() && line.calls(came));
}

#[test]
fn how_long_it_takes_is_told_by_how_fast_it_moves_and_not_before_it_does() {
    let (mut line, now) = (Line::default(), start().instant);
    let came: Vec<WallMs> = (0..1_000).map(|n| line.join(WallMs(1_000_000 + 10 * n))).collect();
    assert_eq!(line.view().wait_ms(came[999]), None);

    // Ten a second, each of whom comes at once.
    for second in 0..10 {
        line.advance(10, now + second * SECOND);
        (0..10).for_each(|_| line.came());
    }

    let wait_s = line.view().wait_ms(came[999]).unwrap() / 1_000;
    assert!((80..=100).contains(&wait_s), "{wait_s}");
}

#[test]
fn a_line_that_forms_anew_does_not_move_by_that() {
    let (mut line, now) = (Line::default(), start().instant);
    line.advance(5, now);
    let came = line.join(WallMs(1_790_000_000_000));
    line.advance(0, now + SECOND);
    line.advance(0, now + 2 * SECOND);

    assert_eq!(line.view().wait_ms(came), None);
}

#[test]
fn a_clock_that_is_set_back_lets_nobody_in_before_others() {
    let (mut line, now) = (Line::default(), start().instant);
    let first = line.join(WallMs(1_000_000));
    let late = line.join(WallMs(400_000));

    line.advance(0, now);

    assert!(late >= first && !line.calls(late));
}

/// What may happen at a line.
#[derive(Debug, Clone)]
enum Step {
    Join(u8),
    Advance(u8),
    Come(u8),
    Wait(u8),
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        (0_u8..50).prop_map(Step::Join),
        (0_u8..50).prop_map(Step::Advance),
        (0_u8..50).prop_map(Step::Come),
        (0_u8..200).prop_map(Step::Wait),
    ]
}

proptest! {
    #[test]
    fn it_only_moves_on_and_counts_everybody_once(steps in prop::collection::vec(step(), 1..80)) {
        let (mut line, begin) = (Line::default(), start().instant);
        let (mut at_ms, mut joined, mut upto) = (1_000_000_i64, 0_usize, i64::MIN);
        let moment = |at_ms: i64| -> Instant { begin + Duration::from_millis((at_ms - 1_000_000) as u64) };
        let mut came: Vec<WallMs> = Vec::new();
        for step in steps {
            match step {
                Step::Join(count) => {
                    came.extend((0..count).map(|_| line.join(WallMs(at_ms))));
                    joined += usize::from(count);
                }
                Step::Advance(room) => line.advance(usize::from(room), moment(at_ms)),
                Step::Come(count) => (0..count).for_each(|_| line.came()),
                Step::Wait(ms) => at_ms += i64::from(ms),
            }
            let view = line.view();
            prop_assert!(view.upto.0 >= upto || line.is_empty());
            upto = view.upto.0;
            prop_assert!(view.waiting <= joined);
            prop_assert_eq!(view.waiting == 0, line.is_empty());
        }
        // Whoever waits is called in the end.
        line.advance(joined, moment(at_ms + 60_000));
        prop_assert!(line.is_empty());
        prop_assert!(came.iter().all(|came| line.calls(*came)));
    }
}
