use super::timing::Timing;
use crate::units::MediaTime;

fn steady(timing: &mut Timing, from: i64, count: i64, late: impl Fn(i64) -> i64) {
    for n in from..from + count {
        timing.note(n * 960, MediaTime(1_000_000 + n * 960 + late(n)), 960);
    }
}

#[test]
fn the_grid_is_fixed_once_whatever_the_jitter_does_later() {
    let mut timing = Timing::default();
    steady(&mut timing, 0, 30, |n| (n * 37) % 500);
    let first = timing.line_time(MediaTime(1_030_000));

    steady(&mut timing, 30, 100, |n| 200 + (n * 91) % 900);

    assert_eq!(timing.line_time(MediaTime(1_030_000)), first);
    assert_eq!(first, Some(30_000 + 960));
}

#[test]
fn patience_covers_the_spread_and_not_the_odd_straggler() {
    let mut timing = Timing::default();
    steady(&mut timing, 0, 200, |n| if n == 100 { 40_000 } else { (n % 5) * 100 });

    let patience = timing.patience().unwrap() - 1_000_000;

    assert!((400..1_000).contains(&patience), "{patience}");
}

#[test]
fn a_sound_card_that_runs_fast_is_followed_in_a_pause() {
    let mut timing = Timing::default();
    steady(&mut timing, 0, 30, |_| 0);
    timing.line_time(MediaTime(1_000_000));
    steady(&mut timing, 30, 3_000, |n| n / 4);

    assert!(timing.follow_drift(false));
    assert!(!timing.follow_drift(false));
}

#[test]
fn a_clock_that_leaps_starts_anew() {
    let mut timing = Timing::default();
    steady(&mut timing, 0, 30, |_| 0);

    assert!(timing.note(900_000_000, MediaTime(1_040_000), 960));
    assert!(!timing.note(900_000_960, MediaTime(1_040_960), 960));
}
