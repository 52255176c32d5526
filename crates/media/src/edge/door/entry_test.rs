use std::time::Duration;

use super::bench_test::{Bench, NOW, body, fleet, hall, numbers};
use super::{Input, Measured};

/// A door whose line carries this many listeners, with so many inside.
fn narrow(carries: u32, inside: usize) -> Bench {
    let mut bench = Bench::open(1);
    bench.push(0..100);
    measure(&mut bench, carries);
    for id in 0..inside {
        if id % 20 == 19 {
            measure(&mut bench, carries);
        }
        bench.listen(id, "");
        assert!(bench.text(id).starts_with("HTTP/1.1 200 "));
    }
    bench
}

fn measure(bench: &mut Bench, carries: u32) {
    let uplink = f64::from(carries) * 72_000.0 / 0.85;
    let told = Measured {
        listeners: 0.0,
        writes: 0.0,
        swept: 0.0,
        swept_cpu: 0.0,
        cores: 1.0,
        bits_per_s: 0.0,
        uplink_bits_per_s: Some(uplink),
        behind: 0.0,
        memory_left: None,
        descriptors: 1_000.0,
        sealed: false,
    };
    bench.door.handle(Input::Measured(told), bench.now);
    bench.perform();
}

fn header<'a>(text: &'a str, name: &str) -> Option<&'a str> {
    text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(": "))
}

fn via() -> String {
    fleet().tokens.via(&hall(), "https://a:1", NOW).unwrap()
}

#[test]
fn whoever_finds_no_room_is_sent_to_another_edge_and_from_there_has_a_place_in_line() {
    let mut bench = narrow(10, 10);

    bench.listen(20, "");
    bench.listen(21, &format!("?via={}", via()));

    let (sent, waits) = (bench.text(20), bench.text(21));
    assert!(sent.contains("edge_full") && header(&sent, "Link").is_some());
    assert!(waits.contains("in_line") && header(&waits, "Link").is_none());
    assert!(sent.contains("\"detail\":\"uplink\"") && waits.contains("uplink; for how long"));
    assert!(header(&waits, "Hustings-Place").is_some());
    assert_eq!(header(&waits, "Retry-After"), Some("5"), "nothing has moved: nothing can be told");
    assert_eq!(bench.door.line().waiting, 1);
}

#[test]
fn a_place_in_line_is_kept_and_comes_before_those_who_come_later() {
    let mut bench = narrow(10, 10);
    bench.listen(20, &format!("?via={}", via()));
    let text = bench.text(20);
    let place = header(&text, "Hustings-Place").unwrap();

    bench.now += Duration::from_secs(5);
    bench.listen(21, &format!("?place={place}"));
    assert!(bench.text(21).contains("in_line"));
    bench.listen(24, &format!("?via={}", via()));
    assert_eq!(bench.door.line().waiting, 2, "who asks again does not stand there twice");

    bench.close(0, "left");
    bench.now += Duration::from_secs(1);
    measure(&mut bench, 11);
    bench.listen(22, &format!("?via={}", via()));
    bench.listen(23, &format!("?place={place}"));

    assert!(bench.text(22).contains("in_line"));
    let text = bench.text(23);
    assert_eq!(numbers(body(&text)), [95, 96, 97, 98, 99]);
}

#[test]
fn nobody_stands_in_line_for_a_hall_that_is_not_there() {
    let mut bench = narrow(10, 10);
    bench.door.handle(Input::Accepted(20), bench.now);
    bench.door.handle(Input::Received(20, b"GET /h/other/live.mp4 HTTP/1.1\r\n\r\n"), bench.now);
    bench.perform();

    assert!(bench.text(20).contains("hall_unknown"));
    assert_eq!(bench.door.line().waiting, 0);
}

#[test]
fn a_place_that_is_none_is_nobodys() {
    let mut bench = narrow(10, 10);
    let elsewhere = fleet().tokens.place(&hall(), "https://b:1", NOW).unwrap();

    bench.listen(20, &format!("?via={}&place=1.2.ab", via()));
    bench.listen(21, &format!("?via={}&place={elsewhere}", via()));

    assert_eq!(bench.door.line().waiting, 2);
}

#[test]
fn staff_and_those_with_a_pass_come_in_where_others_wait() {
    let mut bench = narrow(100, 95);
    let known = |rank| fleet().tokens.ranked(&hall(), rank, NOW).unwrap();

    bench.listen(200, "");
    bench.listen(201, &format!("?known={}", known("pass")));
    bench.listen(202, &format!("?known={}", known("staff")));
    bench.listen(203, &format!("?known={}", known("owner")));

    let told = [200, 201, 202, 203].map(|id| bench.text(id).contains(" 200 OK"));
    assert_eq!(told, [false, true, true, false]);
}

#[test]
fn the_fuller_the_sweeps_the_slower_a_newcomers_cadence_and_the_more_it_has_in_hand() {
    let mut bench = Bench::open(1);
    bench.push(0..100);
    let told = |listeners: f64, swept: f64| Measured {
        listeners,
        writes: listeners,
        swept,
        swept_cpu: swept,
        cores: 1.0,
        bits_per_s: 1e6,
        uplink_bits_per_s: None,
        behind: 0.0,
        memory_left: None,
        descriptors: 1_000.0,
        sealed: false,
    };
    (0..8).for_each(|id| bench.listen(id, ""));
    // As if these eight were most of what can be swept.
    bench.door.handle(Input::Measured(told(200.0, 17.0)), bench.now);

    bench.listen(10, "");
    bench.listen(11, "?from=99");
    let first = bench.text(10);
    bench.push(100..120);

    assert_eq!(header(&first, "Hustings-Cadence"), Some("4"));
    assert_eq!(numbers(body(&first)).len(), 11, "a buffer of 2.52 s");
    let sound = [body(&first), &bench.text(10)].concat();
    let had = numbers(&sound);
    assert_eq!(had, (89..=*had.last().unwrap()).collect::<Vec<_>>());
    assert!(*had.last().unwrap() >= 116);
    let quick = numbers(body(&bench.text(0)));
    assert_eq!(quick.last(), Some(&119), "those inside are written to as ever");
}
