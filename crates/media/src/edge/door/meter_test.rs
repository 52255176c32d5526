use std::time::Duration;

use super::{Meter, Spent};
use crate::testing::start;

const MS: Duration = Duration::from_millis(1);

/// Turns of 100 ms, in each of which so much was swept, and so much else was done.
fn after(turns: u32, sweeping: impl Fn(u32) -> Duration) -> Option<Spent> {
    let mut meter = Meter::default();
    let mut now = start().instant;
    let mut last = None;
    for turn in 0..turns {
        let sweeping = sweeping(turn);
        meter.swept(sweeping, sweeping / 2);
        meter.sent(1_000);
        last = meter.worked(now, now + sweeping + 30 * MS).or(last);
        now += 100 * MS;
    }
    last
}

#[test]
fn time_is_told_by_what_it_was_spent_on() {
    let told = after(100, |_| 20 * MS).unwrap();

    assert!((told.share(told.swept) - 0.2).abs() < 0.02, "{told:?}");
    assert!((told.share(told.swept_cpu) - 0.1).abs() < 0.01, "{told:?}");
    assert!((told.share(told.busy) - 0.5).abs() < 0.04, "{told:?}");
    assert!((told.bytes as f64 / told.whole.as_secs_f64() - 10_000.0).abs() < 500.0, "{told:?}");
}

#[test]
fn in_the_first_second_nothing_is_known() {
    assert_eq!(after(5, |_| 70 * MS), None);
    assert_eq!(Spent::default().share(MS), 0.0);
}

#[test]
fn what_was_long_ago_does_not_count() {
    let told = after(200, |turn| if turn < 100 { 60 * MS } else { MS }).unwrap();

    assert!(told.share(told.swept) < 0.05, "{told:?}");
}
