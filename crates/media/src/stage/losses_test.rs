//! Whole lines over a way that loses what it likes, there and back, in virtual time: what is here when it is mixed.

use std::time::Duration;

use str0m::net::Protocol::Udp;

use super::Input;
use super::peers_test::{BadWay, House, place};
use crate::flow::{LineId, OnAir};
use crate::units::SampleCount;

const ANA: LineId = LineId(1);
const WINDOW_MS: u64 = 600;
const MINUTE_MS: u64 = 60_000;

/// Ana speaks over a good way, and from then on over this one.
fn speaking(way: BadWay, on_air: bool) -> House {
    let mut house = House::open();
    house.sit(ANA, "ana", Udp);
    house.run(1_500);
    let lines = if on_air { [ANA].into() } else { [].into() };
    let window = SampleCount::from_ms(WINDOW_MS as i64);
    house
        .stage
        .handle(Input::OnAir(place("ana").hall, OnAir { lines, window, late: SampleCount(0) }), house.now);
    house.bad_way = Some(way);
    house.said.clear();
    house.came.clear();
    house
}

/// How many were said and, of them, how many were not here so many milliseconds later.
fn missing(house: &House, within_ms: u64) -> (usize, usize) {
    let within = Duration::from_millis(within_ms);
    let until = house.now.instant - within;
    let said = house.said.iter().filter(|(_, said)| **said <= until);
    let here = |time: &i64, said| house.came.get(time).is_some_and(|&came| came <= said + within);
    let missing = said.clone().filter(|(time, said)| !here(time, **said));
    (said.count(), missing.count())
}

#[test]
fn what_a_bad_way_loses_is_here_before_it_is_mixed() {
    for (percent, most) in [(5, 0), (10, 0), (20, 2)] {
        let mut house = speaking(BadWay::new(percent, Duration::from_millis(40)), true);
        house.run(MINUTE_MS);
        let (said, missed) = missing(&house, WINDOW_MS);

        assert!(said > 2_900 && missed <= most, "{missed} of {said} at {percent} %");
    }
}

#[test]
fn an_outage_of_300_ms_every_five_seconds_loses_nothing() {
    let mut house = speaking(BadWay::new(0, Duration::from_millis(40)), true);
    for _ in 0..12 {
        house.run(4_700);
        house.bad_way.as_mut().unwrap().out_until = Some(house.now.instant + Duration::from_millis(300));
        house.run(300);
    }
    house.run(1_000);

    assert_eq!(missing(&house, WINDOW_MS).1, 0);
}

#[test]
fn off_air_nothing_is_asked_for() {
    let mut house = speaking(BadWay::new(20, Duration::from_millis(40)), false);
    house.run(MINUTE_MS);
    let (said, missed) = missing(&house, WINDOW_MS);

    // What the next packet carries again is no secret: two in a row are.
    assert!(missed * 100 > 3 * said && missed * 100 < 6 * said, "{missed} of {said}");
}
