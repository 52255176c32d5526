use std::time::Duration;

use proptest::prelude::*;

use super::Crush;
use crate::testing::start;

const MS: Duration = Duration::from_millis(1);

/// A crush of so long, in which each newcomer costs so much.
fn after(length: Duration, cost: Duration) -> Crush {
    let mut crush = Crush::new(false);
    let begin = start().instant;
    let mut now = begin;
    while now < begin + length {
        let took = cost * crush.batch() as u32;
        now += took;
        crush.turn(crush.batch(), took, true, now);
    }
    crush
}

#[test]
fn the_more_a_newcomer_costs_the_fewer_are_taken_at_a_time_and_the_fewer_wait() {
    let quick = after(250 * MS, Duration::from_micros(50));
    let slow = after(290 * MS, 2 * MS);

    assert_eq!(quick.batch(), 64);
    assert!((4..=10).contains(&slow.batch()), "{}", slow.batch());
    assert!(quick.queue() > 4_000 && slow.queue() < 400, "{} {}", quick.queue(), slow.queue());
}

#[test]
fn a_queue_that_does_not_empty_is_cut_short_and_grows_again_when_it_does() {
    let mut crush = after(2_000 * MS, MS);
    let crowded = crush.queue();
    let now = start().instant + 3_000 * MS;
    crush.turn(1, MS, false, now);

    assert!((110..=130).contains(&crowded), "{crowded}");
    assert!(crush.queue() > 2 * crowded);
}

proptest! {
    #[test]
    fn whatever_turns_take_a_few_are_taken_and_a_few_may_wait(
        turns in prop::collection::vec((0_usize..5_000, 0_u64..10_000_000, any::<bool>()), 0..50),
    ) {
        let mut crush = Crush::new(true);
        let mut now = start().instant;
        for (came, micros, more) in turns {
            now += Duration::from_micros(micros);
            crush.turn(came, Duration::from_micros(micros), more, now);
        }
        prop_assert!((2..=64).contains(&crush.batch()));
        prop_assert!((64..=16_384).contains(&crush.queue()));
    }
}
