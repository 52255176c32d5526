use super::timing::Timing;
use crate::sound::Span;
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
    let first = timing.frame(MediaTime(1_008_000));

    steady(&mut timing, 30, 100, |n| 20 + (n * 91) % 900);

    assert_eq!(timing.frame(MediaTime(1_008_000)), first);
    assert_eq!(first, Some(Span::plain(8_000 + 960)));
}

#[test]
fn patience_covers_the_spread_and_not_the_odd_straggler() {
    let mut timing = Timing::default();
    steady(&mut timing, 0, 200, |n| if n == 100 { 40_000 } else { (n % 5) * 100 });

    let patience = timing.patience().unwrap() - 1_000_000;

    assert!((400..1_000).contains(&patience), "{patience}");
}

#[test]
fn a_path_that_changed_is_followed_in_a_pause_from_the_frame_that_is_read_next() {
    let mut timing = Timing::default();
    steady(&mut timing, 0, 300, |_| 0);
    let before = timing.frame(MediaTime(1_248_000));
    steady(&mut timing, 300, 300, |_| 1_440);

    assert!(!timing.follow_path(MediaTime(1_536_000), true));
    assert!(timing.follow_path(MediaTime(1_536_000), false));
    assert!(!timing.follow_path(MediaTime(1_537_920), false));

    assert_eq!(timing.frame(MediaTime(1_248_000)), before);
    assert_eq!(timing.frame(MediaTime(1_536_000)), Some(Span::plain(536_000 + 960 - 1_440)));
}

#[test]
fn while_somebody_speaks_only_a_path_that_takes_a_third_of_what_the_programme_waits_is_followed() {
    let follows = |longer: i64| {
        let mut timing = Timing::default();
        steady(&mut timing, 0, 300, |_| 15_000);
        timing.frame(MediaTime(1_248_000));
        steady(&mut timing, 300, 300, |_| 15_000 + longer);
        // The last packet came 600 ms after what is read now was captured.
        let at = MediaTime((1_000_000 + 15_000 + longer + 599 * 960 - 28_800).div_euclid(960) * 960);
        timing.follow_path(at, true)
    };

    assert!(!follows(9_000) && follows(10_560));
    assert!(!follows(-14_400), "a shorter path takes no time from anybody");
}

#[test]
fn a_line_in_no_programme_is_read_at_its_own_pace_too() {
    let mut timing = Timing::default();
    steady(&mut timing, 0, 30 * 50, |n| n / 5);

    let to = timing.end_of(Span::plain(0).from);

    // 960.2 of ours are 960 of the line's.
    assert!((to.0 as f64 / 2_f64.powi(32) - 959.8).abs() < 0.02);
}

#[test]
fn a_clock_that_leaps_starts_anew() {
    let mut timing = Timing::default();
    steady(&mut timing, 0, 30, |_| 0);

    assert!(timing.note(900_000_000, MediaTime(1_040_000), 960));
    assert!(!timing.note(900_000_960, MediaTime(1_040_960), 960));
}
