use std::time::Duration;

use super::Meter;
use crate::testing::start;

const MS: Duration = Duration::from_millis(1);

/// Turns of 100 ms, in each of which so much was swept and so much else was done.
fn after(turns: u32, sweeping: Duration, else_busy: Duration) -> (f64, f64) {
    let mut meter = Meter::default();
    let mut now = start().instant;
    for _ in 0..turns {
        meter.swept(sweeping);
        meter.worked(now, now + sweeping + else_busy);
        now += 100 * MS;
    }
    meter.rooms()
}

#[test]
fn what_sweeps_leave_is_room_and_what_newcomers_take_is_none_of_it() {
    let (room, idle) = after(100, 20 * MS, 50 * MS);
    assert!((room - 0.8).abs() < 0.02, "{room}");
    assert!((idle - 0.3).abs() < 0.02, "{idle}");
}

#[test]
fn a_door_that_has_just_opened_has_room() {
    assert_eq!(Meter::default().rooms(), (1.0, 1.0));
    assert_eq!(after(5, 100 * MS, Duration::ZERO), (1.0, 1.0));
}

#[test]
fn what_was_long_ago_does_not_count() {
    let mut meter = Meter::default();
    let mut now = start().instant;
    for turn in 0..200 {
        let busy = if turn < 100 { 100 * MS } else { MS };
        meter.swept(busy);
        meter.worked(now, now + busy);
        now += 100 * MS;
    }
    let (room, _) = meter.rooms();
    assert!(room > 0.95, "{room}");
}
