use std::time::Duration;

use super::bench_test::{Bench, body, numbers};
use super::{Input, Prefix};

fn from(text: &str) -> Prefix {
    Prefix::of(text.parse().unwrap()).unwrap()
}

fn come(bench: &mut Bench, id: usize, prefix: Prefix) {
    bench.door.handle(Input::Accepted(id), bench.now);
    bench.door.handle(Input::From(id, prefix), bench.now);
    bench.perform();
}

#[test]
fn a_prefix_is_what_one_party_has() {
    assert_eq!(from("203.0.113.7"), from("203.0.113.250"));
    assert_ne!(from("203.0.113.7"), from("203.0.114.7"));
    assert_eq!(from("2001:db8:1:200::1"), from("2001:db8:1:2ff::9"));
    assert_ne!(from("2001:db8:1:200::1"), from("2001:db8:1:300::1"));
    assert_eq!(from("::ffff:203.0.113.7"), from("203.0.113.8"));
    for near in
        ["127.0.0.1", "10.1.2.3", "192.168.0.9", "172.16.0.1", "169.254.1.1", "::1", "fd00::1", "fe80::1"]
    {
        assert_eq!(Prefix::of(near.parse().unwrap()), None, "{near}");
    }
}

#[test]
fn hundreds_who_say_nothing_keep_out_their_own_and_nobody_else() {
    let mut bench = Bench::open(1);
    bench.push(0..100);
    let (silent, other) = (from("203.0.113.7"), from("198.51.100.7"));
    for id in 0..500 {
        come(&mut bench, id, silent);
    }

    assert_eq!(bench.closed.len(), 100);
    assert!(bench.reasons().iter().all(|reason| *reason == "prefix_full"));
    come(&mut bench, 600, other);
    bench.ask(600, "");
    assert_eq!(numbers(body(&bench.text(600))), [95, 96, 97, 98, 99]);
}

#[test]
fn whoever_asks_or_leaves_makes_room_for_the_next_of_theirs() {
    let mut bench = Bench::open(1);
    bench.push(0..100);
    let campus = from("203.0.113.7");
    // A campus of two thousand behind one address, each of whom asks at once.
    for id in 0..900 {
        come(&mut bench, id, campus);
        bench.ask(id, "");
    }
    assert!(bench.closed.is_empty());

    for id in 900..990 {
        come(&mut bench, id, campus);
    }
    bench.now += Duration::from_secs(6);
    bench.door.handle(Input::Timeout, bench.now);
    bench.perform();
    assert_eq!(bench.closed.len(), 90, "who said nothing was not waited for");
    bench.closed.clear();
    for id in 900..990 {
        come(&mut bench, id, campus);
    }
    assert!(bench.closed.is_empty());
}
