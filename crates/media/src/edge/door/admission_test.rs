use std::time::Duration;

use super::Cadence;
use super::admission::{Admission, Class, Load, Verdict};
use super::room::{Of, Room};
use crate::testing::start;
use crate::units::WallMs;

const CLASSES: [Class; 4] = [Class::Anyone, Class::Pass, Class::Resuming, Class::Staff];

fn load(count: f64) -> Load {
    Load { listeners: count, writes: count, connections: count }
}

fn room(sweep: f64) -> Room {
    Room { sweep, uplink: f64::INFINITY, memory: f64::INFINITY, descriptors: 20_000.0 }
}

fn open(sweep: f64) -> Admission {
    let mut admission = Admission::new(20_000);
    admission.measured(room(sweep), load(0.0), start().instant);
    admission
}

#[test]
fn the_way_in_narrows_class_by_class() {
    let mut admission = open(1_000.0);
    let now = start().instant;
    let mut let_in =
        |count| CLASSES.map(|class| admission.admit(class, None, load(count), now) == Verdict::In);

    assert_eq!(let_in(900.0), [true, true, true, true]);
    assert_eq!(let_in(945.0), [false, true, true, true]);
    assert_eq!(let_in(965.0), [false, false, true, true]);
    assert_eq!(let_in(985.0), [false, false, false, true]);
    assert_eq!(let_in(1_000.0), [false, false, false, false]);
}

#[test]
fn what_there_is_too_little_of_is_named() {
    let mut admission = Admission::new(20_000);
    let now = start().instant;
    let told = Room { uplink: 100.0, ..room(1_000.0) };
    admission.measured(told, load(0.0), now);

    assert_eq!(admission.admit(Class::Anyone, None, load(100.0), now), Verdict::Full(Of::Uplink));
    assert_eq!(open(5e4).admit(Class::Anyone, None, load(19_700.0), now), Verdict::Full(Of::Descriptors));
}

#[test]
fn no_more_come_back_by_their_token_than_were_lost() {
    let mut admission = open(1_000.0);
    let now = start().instant;
    admission.admit(Class::Anyone, None, load(0.0), now);
    let later = now + Duration::from_secs(100);
    let back = |admission: &mut Admission| {
        let tries = (0..50).map(|_| admission.admit(Class::Resuming, None, load(950.0), later));
        tries.filter(|verdict| *verdict == Verdict::In).count()
    };

    assert_eq!(back(&mut admission), 0, "nobody was lost: a token that was passed on");
    admission.lost(20);
    (0..5).for_each(|_| admission.left(later));
    assert_eq!(back(&mut admission), 25);
    // Where there is room for anyone, nobody is asked.
    assert_eq!(admission.admit(Class::Resuming, None, load(500.0), later), Verdict::In);
}

#[test]
fn those_of_an_edge_that_was_just_started_all_come_back() {
    let mut admission = open(1_000.0);
    let now = start().instant;

    let back = (0..500).map(|_| admission.admit(Class::Resuming, None, load(950.0), now));

    assert!(back.into_iter().all(|verdict| verdict == Verdict::In));
}

#[test]
fn whoever_came_first_comes_in_first_and_nobody_takes_their_place() {
    let mut admission = open(100.0);
    let now = start().instant;
    let wall = WallMs(1_000_000);
    assert_eq!(admission.admit(Class::Anyone, None, load(100.0), now), Verdict::Full(Of::Sweep));
    let first = admission.join_line(None, wall);
    let second = admission.join_line(None, WallMs(wall.0 + 1_000));
    assert_eq!(admission.join_line(Some(first), WallMs(wall.0 + 2_000)), first, "a place is kept");

    // Two have left; one of those who wait is called for the one place that anyone may have.
    let after = now + Duration::from_secs(1);
    admission.measured(room(100.0), load(93.0), after);

    assert_eq!(admission.admit(Class::Anyone, None, load(93.0), after), Verdict::Full(Of::Sweep));
    assert_eq!(admission.admit(Class::Anyone, Some(second), load(93.0), after), Verdict::Full(Of::Sweep));
    assert_eq!(admission.admit(Class::Anyone, Some(first), load(93.0), after), Verdict::In);

    admission.measured(room(100.0), load(80.0), now + Duration::from_secs(2));
    let later = now + Duration::from_secs(2);
    assert_eq!(admission.admit(Class::Anyone, Some(second), load(80.0), later), Verdict::In);
    assert_eq!(admission.admit(Class::Anyone, None, load(81.0), later), Verdict::In);
}

#[test]
fn newcomers_wait_while_anyone_does_even_where_a_place_is_free() {
    let mut admission = open(100.0);
    let now = start().instant;
    admission.join_line(None, WallMs(1_000_000));

    assert_eq!(admission.admit(Class::Anyone, None, load(50.0), now), Verdict::Line);
    assert_eq!(admission.admit(Class::Pass, None, load(50.0), now), Verdict::In);
}

#[test]
fn on_a_line_that_is_told_newcomers_come_in_by_and_by() {
    let mut admission = Admission::new(20_000);
    let now = start().instant;
    let told = Room { uplink: 1_000.0, ..room(30_000.0) };
    let mut in_a_second = |second: u64, inside: f64| {
        let now = now + Duration::from_secs(second);
        admission.measured(told, load(inside), now);
        let all = (0..500).map(|_| admission.admit(Class::Anyone, None, load(inside), now));
        all.filter(|verdict| *verdict == Verdict::In).count()
    };

    assert_eq!((in_a_second(0, 0.0), in_a_second(1, 150.0)), (150, 150));
}

#[test]
fn the_fuller_it_is_the_less_often_a_newcomer_is_written_to() {
    let admission = open(1_000.0);
    let told = [500.0, 760.0, 890.0].map(|count| admission.cadence(load(count)));

    assert_eq!(told, Cadence::ALL);
    assert_eq!(
        Admission::new(20_000).cadence(load(19_000.0)),
        Cadence::default(),
        "nothing was measured yet"
    );
}
