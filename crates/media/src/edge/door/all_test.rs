use std::collections::BTreeSet;
use std::time::Duration;

use proptest::prelude::*;

use super::bench_test::{Bench, body, hall, numbers};
use super::{Cadence, ConnId, Door, Input};
use crate::flow::HallId;

#[test]
fn a_newcomer_gets_the_last_parts_at_once_then_each_new_one() {
    let mut bench = Bench::open(1);
    bench.push(0..100);

    bench.listen(1, "");
    let first = bench.text(1);
    bench.push(100..101);
    let later = bench.text(1);

    assert_eq!(
        body(&first),
        "4\r\nHEAD\r\n4\r\n<95>\r\n4\r\n<96>\r\n4\r\n<97>\r\n4\r\n<98>\r\n4\r\n<99>\r\n"
    );
    assert!(first.contains("Hustings-From: 95\r\n"), "{first}");
    assert!(first.contains("Hustings-Cadence: 1\r\n"), "{first}");
    assert_eq!(later, "5\r\n<100>\r\n");
}

#[test]
fn a_part_is_one_sweep_for_all_who_are_in_step() {
    let mut bench = Bench::open(1);
    bench.push(0..10);
    (0..50).for_each(|id| bench.listen(id, ""));
    let before = bench.sweeps;

    bench.push(10..13);

    assert_eq!(bench.sweeps, before + 3);
    for id in 0..50 {
        let text = bench.text(id);
        assert_eq!(numbers(body(&text)), (5..13).collect::<Vec<_>>());
    }
}

#[test]
fn with_a_cadence_of_four_each_group_has_four_parts_in_turn_and_nobody_misses_one() {
    let mut bench = Bench::open(4);
    bench.push(0..100);
    for id in 0..8 {
        bench.listen(id, "");
        bench.push(100 + id as u64..101 + id as u64);
    }
    let before = bench.sweeps;

    bench.push(108..148);

    assert_eq!(bench.sweeps, before + 40);
    for id in 0..8 {
        let text = bench.text(id);
        assert!(text.contains("Hustings-Cadence: 4\r\n"));
        let told = numbers(body(&text));
        assert_eq!(told, (told[0]..=*told.last().unwrap()).collect::<Vec<_>>());
        assert!(*told.last().unwrap() >= 144, "{told:?}");
    }
}

#[test]
fn parts_that_never_came_hold_nobody_up() {
    for cadence in [1, 4, 20] {
        let mut bench = Bench::open(cadence);
        bench.push(0..60);
        bench.listen(1, "");
        bench.push(60..63);
        bench.push(70..110);

        let text = bench.text(1);
        let told = numbers(body(&text));

        assert!(!told.contains(&63) && told.contains(&62) && told.contains(&70), "{told:?}");
        assert!(told.is_sorted());
        assert!(*told.last().unwrap() + cadence >= 109, "{told:?}");
    }
}

#[test]
fn whoever_comes_before_the_first_part_is_told_no_number_and_has_it_when_it_comes() {
    for query in ["", "?from=70"] {
        let mut bench = Bench::open(1);
        bench.listen(1, query);
        bench.push(70..72);

        let text = bench.text(1);

        assert_eq!(text.contains("Hustings-From: 70\r\n"), !query.is_empty(), "{text}");
        assert!(!text.contains("Hustings-From: 0"), "{text}");
        assert_eq!(numbers(body(&text)), [70, 71]);
    }
}

#[test]
fn whoever_comes_back_goes_on_from_the_next_part() {
    let mut bench = Bench::open(1);
    bench.push(0..100);

    bench.resume(1, 80);
    let text = bench.text(1);

    assert!(text.contains("Hustings-From: 80\r\n"));
    assert_eq!(numbers(body(&text)), (80..100).collect::<Vec<_>>());
}

#[test]
fn whoever_catches_up_from_long_ago_has_everything_in_order() {
    let mut bench = Bench::open(1);
    bench.push(0..200);

    bench.resume(1, 3);
    bench.push(200..203);
    let text = bench.text(1);

    assert_eq!(numbers(body(&text)), (75..203).collect::<Vec<_>>());
}

#[test]
fn a_slow_listener_is_skipped_ahead_then_let_go_and_nobody_else_notices() {
    let mut bench = Bench::open(1);
    bench.push(0..10);
    bench.listen(1, "");
    bench.listen(2, "");
    bench.make_room(1, 3);
    bench.text(2);

    bench.push(10..200);

    let told = bench.text(2);
    assert_eq!(numbers(&told), (10..200).collect::<Vec<_>>());
    assert_eq!(bench.closed, [(1, "slow")]);
    assert_eq!(bench.door.counts().let_go, 1);
}

#[test]
fn a_head_that_does_not_come_is_not_waited_for() {
    let mut bench = Bench::open(1);
    bench.door.handle(Input::Accepted(7), bench.now);
    bench.door.handle(Input::Received(7, b"GET /h/de"), bench.now);

    bench.now += Duration::from_secs(6);
    bench.door.handle(Input::Timeout, bench.now);
    bench.perform();

    assert_eq!(bench.closed, [(7, "slow_head")]);
}

#[test]
fn the_deadline_of_one_who_left_is_not_that_of_who_has_its_number_now() {
    let mut bench = Bench::open(1);
    bench.door.handle(Input::Accepted(7), bench.now);
    bench.close(7, "left");
    bench.now += Duration::from_secs(4);
    bench.door.handle(Input::Accepted(7), bench.now);

    bench.now += Duration::from_secs(2);
    bench.door.handle(Input::Timeout, bench.now);
    bench.perform();

    assert_eq!(bench.reasons(), ["left"]);
    assert!(bench.door.deadline().is_some_and(|at| at > bench.now));
}

#[test]
fn a_hall_that_is_not_there_is_refused_with_a_reason() {
    let mut bench = Bench::open(1);
    bench.door.handle(Input::Accepted(1), bench.now);
    bench.door.handle(Input::Received(1, b"GET /h/other/live.mp4 HTTP/1.1\r\n\r\n"), bench.now);
    bench.perform();

    let answer = bench.text(1);

    assert!(answer.starts_with("HTTP/1.1 404 "));
    assert!(answer.contains("\"code\":\"hall_unknown\""));
    assert_eq!(bench.closed, [(1, "answered")]);
    assert_eq!(bench.door.counts().refused["hall_unknown"], 1);
}

#[test]
fn when_all_descriptors_are_taken_a_newcomer_is_told_so() {
    let mut bench = Bench::open(1);
    bench.door = Door::new(b"HEAD", Cadence::default(), 2);
    bench.door.handle(Input::Halls(&[hall()]), bench.now);
    bench.listen(0, "");
    bench.listen(1, "");

    bench.listen(2, "");
    bench.close(0, "left");
    bench.listen(0, "");

    assert!(bench.text(2).starts_with("HTTP/1.1 503 "));
    assert_eq!(bench.closed, [(2, "answered"), (0, "left")]);
    assert_eq!(bench.door.counts().refused["edge_full"], 1);
    assert_eq!(bench.door.listeners(&hall()), 2);
}

#[test]
fn whoever_talks_on_is_closed() {
    let mut bench = Bench::open(1);
    bench.listen(1, "");

    for _ in 0..5 {
        bench.door.handle(Input::Received(1, &[b'x'; 4_096]), bench.now);
    }
    bench.perform();

    assert_eq!(bench.reasons()[0], "talks_on");
}

#[test]
fn a_hall_that_ends_lets_its_listeners_go_and_its_place_is_another_halls() {
    let mut bench = Bench::open(1);
    bench.push(0..10);
    bench.listen(1, "");
    bench.listen(2, "");
    let other = HallId::parse("other").unwrap();

    bench.door.handle(Input::Halls(std::slice::from_ref(&other)), bench.now);
    bench.perform();

    assert_eq!(bench.reasons(), ["hall_gone", "hall_gone"]);
    assert_eq!(bench.door.listeners(&other), 0);
    assert_eq!((bench.door.counts().joined, bench.door.counts().left), (2, 2));
}

/// What may happen to a door in any order.
#[derive(Debug, Clone)]
enum Step {
    Part(u64),
    Join(ConnId),
    Resume(ConnId, u64),
    Leave(ConnId),
    Room(ConnId, usize),
}

fn step() -> impl Strategy<Value = Step> {
    let id = 0_usize..6;
    prop_oneof![
        6 => (1_u64..4).prop_map(Step::Part),
        2 => id.clone().prop_map(Step::Join),
        1 => (id.clone(), 0_u64..60).prop_map(|(id, from)| Step::Resume(id, from)),
        1 => id.clone().prop_map(Step::Leave),
        2 => (id, 0_usize..40).prop_map(|(id, room)| Step::Room(id, room)),
    ]
}

/// A door, what was sent through it, and who is there.
struct Evening {
    bench: Bench,
    newest: u64,
    there: Vec<u64>,
    here: BTreeSet<ConnId>,
}

impl Evening {
    fn open(cadence: u64) -> Self {
        Self { bench: Bench::open(cadence), newest: 0, there: Vec::new(), here: BTreeSet::new() }
    }

    fn step(&mut self, step: &Step) {
        match *step {
            Step::Part(ahead) => self.part(ahead),
            Step::Join(id) => self.join(id, None),
            Step::Resume(id, from) => self.join(id, Some(from)),
            Step::Leave(id) => self.leave(id),
            Step::Room(id, room) if self.here.contains(&id) => self.bench.make_room(id, room),
            Step::Room(..) => {}
        }
        for (id, _) in self.bench.closed.drain(..).filter(|(_, reason)| *reason == "slow") {
            self.here.remove(&id);
            self.bench.got.remove(&id);
        }
    }

    fn part(&mut self, ahead: u64) {
        self.newest += ahead;
        self.there.push(self.newest);
        self.bench.push(self.newest..self.newest + 1);
    }

    fn join(&mut self, id: ConnId, from: Option<u64>) {
        self.leave(id);
        self.here.insert(id);
        self.bench.room.remove(&id);
        self.bench.waits.remove(&id);
        match from {
            Some(from) => self.bench.resume(id, from),
            None => self.bench.listen(id, ""),
        }
    }

    fn leave(&mut self, id: ConnId) {
        if self.here.remove(&id) {
            self.bench.close(id, "left");
            self.bench.perform();
        }
        self.bench.got.remove(&id);
    }

    /// The kernel takes everything again, and as many parts more come as make a turn for everyone.
    fn calm_down(&mut self, cadence: u64) {
        for id in self.here.clone() {
            self.bench.room.remove(&id);
            self.bench.send(id);
        }
        self.bench.perform();
        (0..cadence).for_each(|_| self.part(1));
    }
}

proptest! {
    /// Whatever comes and goes and however little the kernel takes: what a listener has is whole chunks, numbers that
    /// only grow, and no part left out that was there, unless it was skipped ahead for being slow.
    #[test]
    fn every_listener_has_every_part_in_order_whatever_happens(
        steps in proptest::collection::vec(step(), 1..120),
        cadence in prop_oneof![Just(1_u64), Just(4), Just(20)],
    ) {
        let mut evening = Evening::open(cadence);

        steps.iter().for_each(|step| evening.step(step));
        prop_assert_eq!(evening.bench.door.listeners(&hall()), evening.here.len());
        evening.calm_down(cadence);

        let (there, last) = (evening.there.clone(), evening.newest);
        for id in evening.here.clone() {
            let text = evening.bench.text(id);
            let told = numbers(body(&text));
            // Or it asked for what is yet to come.
            let Some((&first, &end)) = told.first().zip(told.last()) else { continue };
            prop_assert!(told.windows(2).all(|two| two[0] < two[1]), "{:?}", told);
            prop_assert!(end + 2 * cadence + 4 >= last, "{:?} of {}", told, last);
            if evening.bench.door.counts().let_go == 0 && last - first <= 40 {
                let wanted: Vec<u64> = there.iter().copied().filter(|no| (first..=end).contains(no)).collect();
                prop_assert_eq!(told, wanted);
            }
        }
    }
}
