use proptest::prelude::*;

use super::captions::Captions;
use crate::flow::Caption;
use crate::units::PartNo;

fn told(all: &[(u64, u64)]) -> Vec<Caption> {
    all.iter().map(|&(no, part)| Caption { no, part: PartNo(part), text: "x ".into() }).collect()
}

fn carried(captions: &mut Captions, parts: std::ops::Range<u64>) -> Vec<(u64, u64)> {
    parts.filter_map(|no| captions.take(PartNo(no)).map(|caption| (no, caption.no))).collect()
}

#[test]
fn each_is_carried_in_its_part_and_none_twice() {
    let mut captions = Captions::default();
    let all = [(1, 102), (2, 103), (3, 110)];

    captions.handle(told(&all));
    let mut seen = carried(&mut captions, 100..105);
    captions.handle(told(&all));
    seen.extend(carried(&mut captions, 105..120));

    assert_eq!(seen, [(102, 1), (103, 2), (110, 3)]);
}

#[test]
fn what_is_late_goes_into_the_next_part_that_has_room() {
    let mut captions = Captions::default();
    carried(&mut captions, 100..105);

    captions.handle(told(&[(1, 102), (2, 103), (3, 106), (4, 120)]));

    assert_eq!(carried(&mut captions, 105..121), [(105, 1), (106, 2), (107, 3), (120, 4)]);
}

#[test]
fn a_stage_that_has_just_begun_carries_what_is_still_to_come_and_nothing_that_was() {
    let mut captions = Captions::default();
    captions.handle(told(&[(7, 98), (8, 99), (9, 101)]));

    assert_eq!(carried(&mut captions, 100..103), [(101, 9)]);
    captions.handle(told(&[(7, 98), (8, 99), (9, 101), (10, 101)]));
    assert_eq!(carried(&mut captions, 103..106), [(103, 10)]);
}

#[test]
fn what_was_taken_back_is_not_carried() {
    let mut captions = Captions::default();
    captions.handle(told(&[(1, 102)]));
    captions.handle(told(&[]));

    assert_eq!(carried(&mut captions, 100..105), []);
}

#[test]
fn a_desk_whose_clock_is_ahead_is_not_waited_for() {
    let mut captions = Captions::default();
    captions.handle(told(&[(1, 40_000), (2, 40_001)]));

    assert_eq!(carried(&mut captions, 100..105), [(100, 1), (101, 2)]);
}

proptest! {
    #[test]
    fn two_stages_that_know_in_time_carry_the_same(
        gaps in prop::collection::vec(1_u64..9, 1..30),
        begun in 0_u64..40,
    ) {
        let parts = gaps.iter().scan(100, |part, gap| { *part += gap; Some(*part) });
        let all: Vec<(u64, u64)> = parts.enumerate().map(|(n, part)| (n as u64 + 1, part)).collect();
        let (mut one, mut other) = (Captions::default(), Captions::default());
        one.handle(told(&all));
        other.handle(told(&all));

        let whole = carried(&mut one, 90..500);
        let later = carried(&mut other, 90 + begun..500);

        let flipped: Vec<(u64, u64)> = all.iter().map(|&(no, part)| (part, no)).collect();
        prop_assert_eq!(&whole, &flipped);
        let to_come = whole.into_iter().filter(|&(part, _)| part >= 90 + begun);
        prop_assert_eq!(later, to_come.collect::<Vec<_>>());
    }
}
