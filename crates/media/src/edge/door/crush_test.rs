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
        let took = cost * crush.batch(0) as u32;
        now += took;
        crush.turn(crush.batch(0), took, true, now);
    }
    crush
}

#[test]
fn the_more_a_newcomer_costs_the_fewer_are_taken_at_a_time_and_the_fewer_wait() {
    let quick = after(190 * MS, Duration::from_micros(50));
    let slow = after(190 * MS, 2 * MS);
    let slowest = after(3_000 * MS, 50 * MS);

    assert_eq!(quick.batch(0), 64);
    assert!((7..=80).contains(&slow.batch(0)), "{}", slow.batch(0));
    assert!(quick.queue() > 4_000 && slow.queue() < 1_000, "{} {}", quick.queue(), slow.queue());
    assert_eq!((slowest.batch(0), slowest.queue()), (2, 16));
}

#[test]
fn a_queue_that_does_not_empty_is_cut_short_and_grows_again_when_it_does() {
    let mut crush = after(2_000 * MS, MS);
    let crowded = crush.queue();
    let now = start().instant + 2_100 * MS;
    crush.turn(1, MS, false, now);
    let moment = crush.queue();
    crush.turn(1, MS, false, now + 500 * MS);

    assert!((60..=80).contains(&crowded), "{crowded}");
    assert_eq!(moment, crowded);
    assert!(crush.queue() > 4 * crowded);
}

/// As a control group holds a process up: four fifths of each tenth of a second.
#[test]
fn what_holds_the_whole_process_up_now_and_then_counts_by_its_share() {
    let mut crush = Crush::new(false);
    let mut now = start().instant;
    let mut queues = Vec::new();
    for turn in 0..2_000 {
        let took = if turn % 20 == 0 { 81 * MS } else { MS };
        now += took;
        crush.turn(64, took, true, now);
        queues.push(crush.queue());
    }

    // 64 in 5 ms, on average.
    let (least, most) = queues[1_000..].iter().fold((usize::MAX, 0), |(a, b), &q| (a.min(q), b.max(q)));
    assert!(least > 700 && most < 1_000, "{least} {most}");
}

#[test]
fn in_a_crush_those_who_were_begun_with_come_first() {
    let crush = after(2_000 * MS, MS);

    assert_eq!((crush.batch(0), crush.batch(50), crush.batch(60)), (15, 10, 0));
    assert!(after(100 * MS, MS).batch(10_000) > 0, "a crowd that comes once");
}

#[test]
fn before_a_crush_a_share_of_a_core_serves_a_share_of_the_queue() {
    let (whole, mut share) = (Crush::new(false), Crush::new(false));
    share.held_to(0.2);

    assert!((whole.queue() / 5).abs_diff(share.queue()) <= 1);
}

#[test]
fn in_a_crush_few_wait_before_a_share_of_a_core() {
    let mut crush = after(2_000 * MS, MS);
    let whole = crush.queue();
    crush.held_to(0.5);

    assert!((crush.queue() * 2..crush.queue() * 4).contains(&whole), "{whole} {}", crush.queue());
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
        prop_assert!((2..=64).contains(&crush.batch(0)));
        prop_assert!((16..=16_384).contains(&crush.queue()));
    }
}
