use std::time::{Duration, Instant};

use bytes::Bytes;
use proptest::prelude::*;

use super::choice::{Choice, Input};
use crate::flow::Part;
use crate::testing::start;
use crate::units::PartNo;

const PART: Duration = Duration::from_millis(240);

/// An edge between two stages.
struct Edge {
    choice: Choice,
    now: Instant,
}

impl Edge {
    fn new() -> Self {
        let mut edge = Self { choice: Choice::default(), now: start().instant };
        edge.give(Input::Sources(vec!["one".into(), "two".into()]));
        edge
    }

    /// What is handed on: source and number.
    fn give(&mut self, input: Input) -> Vec<String> {
        self.choice.handle(input, self.now);
        std::iter::from_fn(|| self.choice.poll())
            .map(|part| String::from_utf8_lossy(&part.bytes).into())
            .collect()
    }

    fn part(&mut self, source: &str, no: u64) -> Vec<String> {
        let bytes = Bytes::from(format!("{source} {no}"));
        self.give(Input::Part(source.into(), Part { no: PartNo(no), bytes }))
    }

    fn broke(&mut self, source: &str) -> Vec<String> {
        self.give(Input::Broke(source.into()))
    }

    fn wait(&mut self, ms: u64) -> Vec<String> {
        self.now += Duration::from_millis(ms);
        self.give(Input::Timeout)
    }
}

#[test]
fn one_source_is_stayed_with_whoever_is_first() {
    let mut edge = Edge::new();
    edge.part("one", 10);
    edge.part("two", 10);

    let mut came = Vec::new();
    for no in 11..15 {
        edge.now += PART;
        came.extend(edge.part("two", no));
        came.extend(edge.part("one", no));
    }

    assert_eq!(came, ["one 11", "one 12", "one 13", "one 14"]);
    assert_eq!((edge.choice.active(), edge.choice.changes()), (Some("one"), 0));
}

#[test]
fn of_newcomers_the_one_that_goes_back_furthest_is_taken() {
    let mut edge = Edge::new();

    assert_eq!(edge.part("one", 10), [""; 0]);
    assert_eq!(edge.part("two", 3), ["two 3"]);

    let mut close = Edge::new();
    close.part("two", 9);
    assert_eq!(close.part("one", 10), ["one 10"]);

    let mut alone = Edge::new();
    alone.part("one", 10);
    assert_eq!(alone.choice.deadline(), Some(alone.now + Duration::from_millis(250)));
    assert_eq!(alone.wait(250), ["one 10"]);
}

#[test]
fn a_source_that_breaks_is_left_at_once_and_not_gone_back_to() {
    let mut edge = Edge::new();
    edge.part("one", 10);
    edge.part("two", 10);
    edge.part("two", 11);

    assert_eq!(edge.broke("one"), ["two 11"]);
    edge.part("one", 12);
    assert_eq!(edge.wait(200), [""; 0]);
    assert_eq!(edge.part("two", 12), ["two 12"]);
    assert_eq!(edge.part("one", 13), [""; 0]);
}

#[test]
fn a_part_that_stays_away_is_taken_from_the_other_after_a_quarter_of_a_second() {
    let mut edge = Edge::new();
    edge.part("one", 10);
    edge.part("two", 10);

    edge.part("two", 11);

    assert_eq!(edge.wait(249), [""; 0]);
    assert_eq!(edge.wait(1), ["two 11"]);
    assert_eq!(edge.part("one", 11), [""; 0]);
    assert_eq!(edge.part("one", 12), [""; 0]);
    assert_eq!(edge.part("two", 12), ["two 12"]);
}

#[test]
fn a_part_that_a_source_left_out_is_taken_from_the_other_as_soon_as_it_is_there() {
    let mut edge = Edge::new();
    edge.part("one", 10);
    edge.part("two", 10);

    assert_eq!(edge.part("one", 12), [""; 0]);
    assert_eq!(edge.part("two", 11), ["two 11"]);
    assert_eq!(edge.part("two", 12), ["two 12"]);
}

#[test]
fn a_hole_that_both_have_is_not_waited_for() {
    let mut edge = Edge::new();
    edge.part("one", 10);
    edge.part("two", 10);

    assert_eq!(edge.part("one", 15), [""; 0]);
    assert_eq!(edge.part("two", 15), ["one 15"]);
}

#[test]
fn the_only_source_goes_on_over_its_own_holes_and_breaks() {
    let mut edge = Edge::new();
    edge.give(Input::Sources(vec!["one".into()]));

    assert_eq!(edge.part("one", 10), ["one 10"]);
    assert_eq!(edge.part("one", 12), ["one 12"]);
    edge.broke("one");
    assert_eq!(edge.part("one", 14), ["one 14"]);
}

proptest! {
    /// Each source sends a rising run of numbers; every number is sent by one of them at least.
    #[test]
    fn whatever_comes_in_whatever_order_goes_out_in_order_and_to_the_end(
        sent in prop::collection::vec((any::<bool>(), any::<bool>()), 1..60),
        order in prop::collection::vec(any::<bool>(), 150),
        waits in prop::collection::vec(0_u64..5, 150),
    ) {
        let numbers = |which: fn(&(bool, bool)) -> bool| {
            let has = |(_, one): &(usize, &(bool, bool))| which(one);
            sent.iter().enumerate().filter(has).map(|(no, _)| no as u64).collect::<Vec<_>>()
        };
        let (one, two) = (numbers(|(one, two)| *one || !two), numbers(|(_, two)| *two));
        let mut edge = Edge::new();
        let (mut a, mut b) = (one.iter(), two.iter());
        let mut came = Vec::new();
        for (first, wait) in order.into_iter().zip(waits) {
            came.extend(edge.wait(wait));
            let step = if first { a.next().map(|no| ("one", no)) } else { b.next().map(|no| ("two", no)) };
            if let Some((source, &no)) = step {
                came.extend(edge.part(source, no));
            }
        }
        for (source, rest) in [("one", a), ("two", b)] {
            for &no in rest {
                came.extend(edge.part(source, no));
            }
        }
        came.extend(edge.wait(1_000));

        let numbers: Vec<u64> = came.iter().map(|one| one.split(' ').nth(1).unwrap().parse().unwrap()).collect();
        prop_assert!(numbers.is_sorted_by(|a, b| a < b), "{numbers:?}");
        prop_assert_eq!(*numbers.last().unwrap() as usize, sent.len() - 1);
    }

    #[test]
    fn two_whole_sources_are_never_mixed(order in prop::collection::vec(any::<bool>(), 100)) {
        let mut edge = Edge::new();
        let mut next = [0_u64, 0];
        let mut came = Vec::new();
        for first in order {
            let which = usize::from(!first);
            came.extend(edge.part(["one", "two"][which], next[which]));
            next[which] += 1;
            // Neither is ever a quarter of a second behind the other.
            edge.now += Duration::from_millis(1);
        }

        let sources: std::collections::BTreeSet<&str> = came.iter().map(|one| one.split(' ').next().unwrap()).collect();
        prop_assert!(sources.len() <= 1);
        prop_assert_eq!(edge.choice.changes(), 0);
    }
}
