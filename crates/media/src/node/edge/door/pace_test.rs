//! A share of a core in small pieces: whatever is done meanwhile.

use std::time::Duration;

use proptest::prelude::*;

use super::pace::Pace;
use crate::testing::start;

const PERIOD: Duration = Duration::from_millis(100);

proptest! {
    #[test]
    fn no_tenth_of_a_second_takes_more_than_its_share_and_a_piece(
        cores in 0.05_f64..0.95,
        pieces in prop::collection::vec(1_u64..2_000, 50..400),
    ) {
        let (begin, mut pace) = (start().instant, Pace::default());
        pace.held_to(cores);
        let (mut at, mut used) = (Duration::ZERO, Duration::ZERO);
        let mut done = Vec::new();
        for piece in pieces.into_iter().map(Duration::from_micros) {
            at += pace.pause(begin + at, used);
            done.push((at, piece));
            at += piece;
            used += piece;
        }
        for (from, _) in &done {
            let within = done.iter().filter(|(at, _)| *at >= *from && *at < *from + PERIOD);
            let took: Duration = within.map(|(_, piece)| *piece).sum();
            // What was kept of calm, at the most, and the piece that was begun before it was looked.
            let most = PERIOD.mul_f64(cores) * 13 / 10 + Duration::from_millis(2);
            prop_assert!(took <= most, "{took:?} of {most:?}");
        }
    }
}

#[test]
fn all_of_a_core_is_never_paused() {
    let (now, mut pace) = (start().instant, Pace::default());
    assert!(!pace.is_held());
    assert_eq!(pace.pause(now, Duration::from_secs(5)), Duration::ZERO);
    pace.held_to(1.0);
    assert_eq!(pace.pause(now, Duration::from_secs(9)), Duration::ZERO);
}

#[test]
fn who_has_used_too_much_is_heard_again_soon() {
    let (begin, mut pace) = (start().instant, Pace::default());
    pace.held_to(0.2);
    assert_eq!(pace.pause(begin, Duration::ZERO), Duration::ZERO);
    let pause = pace.pause(begin, Duration::from_secs(60));
    assert!(pause <= Duration::from_millis(50) && pause > Duration::from_millis(49), "{pause:?}");
    assert_eq!(
        pace.pause(begin + pause + Duration::from_nanos(100), Duration::from_secs(60)),
        Duration::ZERO
    );
}
