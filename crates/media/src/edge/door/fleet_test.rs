use std::sync::Arc;

use super::super::FleetView;
use super::bench_test::{Bench, NOW, body, fleet, hall, numbers};
use super::{Cadence, Door, Input, OVER};
use crate::flow::Part;
use crate::units::PartNo;

fn kept(numbers: std::ops::Range<u64>) -> Vec<Part> {
    numbers.map(|no| Part { no: PartNo(no), bytes: format!("<{no}>").into() }).collect()
}

fn fill(bench: &mut Bench, numbers: std::ops::Range<u64>) {
    bench.door.handle(Input::Kept(&hall(), &kept(numbers)), bench.now);
    bench.perform();
}

/// A header of an answer.
fn header<'a>(text: &'a str, name: &str) -> Vec<&'a str> {
    text.lines().filter_map(|line| line.strip_prefix(name)?.strip_prefix(": ")).collect()
}

#[test]
fn whoever_is_let_in_is_told_how_to_go_on_elsewhere() {
    let mut bench = Bench::open(1);
    bench.push(0..100);
    bench.listen(1, "");
    let text = bench.text(1);

    let token = header(&text, "Hustings-Resume")[0];
    let links = header(&text, "Link");

    assert!(fleet().resumes(token, &hall()));
    assert_eq!(links.len(), 2);
    for (link, place) in links.iter().zip(["https://c:1", "https://b:1"]) {
        let address = link.strip_prefix('<').unwrap().strip_suffix(">; rel=\"alternate\"").unwrap();
        let (path, via) = address.split_once("?via=").unwrap();
        assert_eq!(path, format!("{place}/h/demo/live.mp4"));
        assert!(FleetView { stream: place.into(), ..fleet() }.was_sent(via, &hall()));
    }
}

#[test]
fn only_who_was_here_gets_what_was_before() {
    let mut bench = Bench::open(1);
    bench.push(0..100);
    let foreign = fleet().tokens.via(&hall(), "https://a:1", NOW).unwrap();
    // A few who show nothing have it too, while there is much room.
    for id in 100..120 {
        bench.listen(id, "?from=60");
        assert_eq!(numbers(body(&bench.text(id))), (60..100).collect::<Vec<_>>());
    }

    bench.resume(1, 60);
    bench.listen(2, "?from=60");
    bench.listen(3, &format!("?from=60&resume={foreign}"));
    bench.listen(4, "?from=97");

    let mut had = |id| numbers(body(&bench.text(id)));
    assert_eq!(had(1), (60..100).collect::<Vec<_>>());
    assert_eq!(had(2), (95..100).collect::<Vec<_>>(), "a newcomer's buffer, and no more");
    assert_eq!(had(3), (95..100).collect::<Vec<_>>());
    assert_eq!(had(4), (97..100).collect::<Vec<_>>());
}

#[test]
fn without_a_fleets_key_nobody_is_told_anything() {
    let mut bench = Bench::open(1);
    bench.door.handle(Input::Fleet(Arc::default()), bench.now);
    bench.push(0..10);
    bench.listen(1, "");

    let text = bench.text(1);

    assert!(header(&text, "Hustings-Resume").is_empty() && header(&text, "Link").is_empty());
    assert_eq!(numbers(body(&text)), [5, 6, 7, 8, 9]);
}

fn full(bench: &mut Bench) {
    bench.door = Door::new(b"HEAD", Cadence::default(), 1);
    bench.door.handle(Input::Halls(&[hall()]), bench.now);
    bench.door.handle(Input::Fleet(Arc::new(fleet())), bench.now);
    bench.listen(0, "");
}

#[test]
fn whoever_finds_no_room_is_told_where_there_may_be_some_but_is_sent_on_only_once() {
    let mut bench = Bench::open(1);
    full(&mut bench);
    let via = fleet().tokens.via(&hall(), "https://a:1", NOW).unwrap();

    bench.listen(1, "");
    bench.listen(2, &format!("?via={via}"));
    bench.listen(3, "?via=1.2.abcd");

    let (first, sent, liar) = (bench.text(1), bench.text(2), bench.text(3));
    assert!([&first, &sent, &liar].iter().all(|text| text.contains("\"code\":\"edge_full\"")));
    assert_eq!(header(&first, "Link").len(), 2);
    assert!(header(&sent, "Link").is_empty());
    assert_eq!(header(&liar, "Link").len(), 2);
}

#[test]
fn past_the_few_whose_request_is_read_nobody_is_waited_for() {
    let mut bench = Bench::open(1);
    full(&mut bench);
    for id in 1..=OVER {
        bench.door.handle(Input::Accepted(id), bench.now);
    }

    bench.door.handle(Input::Accepted(OVER + 1), bench.now);
    bench.perform();

    assert!(bench.text(OVER + 1).contains("edge_full"));
    assert_eq!(bench.closed, [(OVER + 1, "answered")]);
}

#[test]
fn what_was_kept_elsewhere_reaches_who_waits_as_if_it_had_been_here() {
    for cadence in [1, 4] {
        let mut bench = Bench::open(cadence);
        bench.listen(1, "");
        bench.resume(2, 70);
        bench.resume(3, 104);
        fill(&mut bench, 0..100);
        bench.push(100..120);

        let mut had = |id| numbers(body(&bench.text(id)));
        let buffer = Cadence::try_from(cadence).unwrap().buffer_parts();
        let upto = |from: u64, had: Vec<u64>| {
            let last = *had.last().unwrap();
            assert!(last + cadence >= 119, "{had:?}");
            assert_eq!(had, (from..=last).collect::<Vec<_>>());
        };
        upto(100 - buffer, had(1));
        upto(70, had(2));
        upto(104, had(3));
    }
}

#[test]
fn a_newcomer_after_that_begins_with_a_buffer_and_a_resumer_where_they_left() {
    let mut bench = Bench::open(1);
    fill(&mut bench, 0..100);
    bench.listen(1, "");
    bench.resume(2, 10);
    bench.push(100..102);

    assert_eq!(numbers(body(&bench.text(1))), (95..102).collect::<Vec<_>>());
    assert_eq!(numbers(body(&bench.text(2))), (10..102).collect::<Vec<_>>());
}
