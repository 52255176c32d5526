//! Lines whose sound cards run fast or slow, by virtual time.

use std::f64::consts::TAU;

use proptest::prelude::*;

use super::timing::Timing;
use crate::units::{FRAME_SAMPLES, MediaTime, SampleCount};

const FRAME: i64 = FRAME_SAMPLES as i64;
const MS: f64 = 48.0;
const START: MediaTime = MediaTime(155_208_333 * 11_520);
const WINDOW: SampleCount = SampleCount::from_ms(600);
const PATH_MS: f64 = 40.0;
const HZ: f64 = 1_000.0;

/// Numbers from 0 to 1, the same for each seed.
struct Chance(u64);

impl Chance {
    fn draw(&mut self) -> f64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 11) as f64 / (1_u64 << 53) as f64
    }
}

/// A sound card, and the path from there.
#[derive(Clone, Copy)]
struct Way {
    drift_ppm: f64,
    jitter_ms: f64,
    loss: f64,
    seed: u64,
    /// How much longer the path is after so many frames.
    longer: (i64, f64),
}

const CALM: Way = Way { drift_ppm: 0.0, jitter_ms: 0.0, loss: 0.0, seed: 1, longer: (i64::MAX, 0.0) };

impl Way {
    fn rate(&self) -> f64 {
        1.0 + self.drift_ppm * 1e-6
    }
}

/// What came of a line that was read as the programme is.
#[derive(Debug)]
struct Heard {
    /// How much later than captured each frame was read, without the path, in ms; and each tenth of a second only.
    delays_ms: Vec<f64>,
    /// Frames that do not begin where the one before ended.
    jumps: usize,
    /// Frames that were not read as they are.
    between: usize,
    fastest_ppm: f64,
    /// The largest error of a sine, full scale being 1, and how much larger than a sine allows a step was.
    error: f64,
}

impl Heard {
    fn spread_ms(&self, from: usize) -> f64 {
        let delays = self.delays_ms[from..].iter().copied();
        delays.clone().fold(f64::MIN, f64::max) - delays.fold(f64::MAX, f64::min)
    }
}

fn hear(frames: i64, way: Way) -> Heard {
    let mut timing = Timing::default();
    let mut chance = Chance(way.seed);
    let (mut sent, mut comes, mut last) = (0, 0.0, None);
    let mut heard = Heard { delays_ms: vec![], jumps: 0, between: 0, fastest_ppm: 0.0, error: 0.0 };
    for n in 0..frames {
        let at = START + SampleCount(n * FRAME);
        let now = ((n * FRAME) + WINDOW.0) as f64;
        loop {
            let path = PATH_MS + if sent >= way.longer.0 { way.longer.1 } else { 0.0 };
            let captured = ((sent + 1) * FRAME) as f64 / way.rate();
            // A path is a queue: nothing overtakes.
            let next = f64::max(comes, captured + (path + chance.draw() * way.jitter_ms) * MS);
            if next > now {
                break;
            }
            comes = next;
            if chance.draw() >= way.loss {
                timing.note(sent * FRAME, START + SampleCount(comes as i64), FRAME);
            }
            sent += 1;
        }
        if n % 50 == 0 {
            heard.jumps += usize::from(timing.follow_path(at, true));
        }
        let Some(span) = timing.frame(at) else { continue };
        let place = span.from.0 as f64 / 2_f64.powi(32);
        if place < FRAME as f64 {
            continue;
        }
        // A place that comes to a whole sample is rounded by less than a thousandth.
        let next = span.from.0;
        heard.jumps += usize::from(last.is_some_and(|last: i128| (next - last).abs() > 1 << 22));
        last = Some(span.to.0);
        heard.between += usize::from(!span.is_plain());
        let over = (span.to.0 - span.from.0) as f64 / 2_f64.powi(32) - FRAME as f64;
        heard.fastest_ppm = heard.fastest_ppm.max((over / FRAME as f64 * 1e6).abs());
        if n % 5 == 0 {
            heard.delays_ms.push(((n * FRAME) as f64 - place / way.rate()) / MS - PATH_MS);
        }
        if n % 1_000 < 3 {
            let wave = |at: f64| (TAU * HZ * at / 48_000.0).sin();
            let samples: Vec<f32> = (span.needs().0..span.wants()).map(|n| wave(n as f64) as f32).collect();
            for (i, x) in span.read(&samples).iter().enumerate() {
                let ideal = wave(place + i as f64 * (1.0 + over / FRAME as f64));
                heard.error = heard.error.max((f64::from(*x) - ideal).abs());
            }
        }
    }
    heard
}

fn hours(hours: i64) -> i64 {
    hours * 3_600 * 50
}

#[test]
fn ten_hours_at_300_ppm_either_way_are_one_unbroken_run_with_one_delay() {
    for drift_ppm in [-300.0, 300.0] {
        let heard = hear(hours(10), Way { drift_ppm, jitter_ms: 10.0, loss: 0.05, ..CALM });

        assert_eq!(heard.jumps, 0);
        assert!(heard.spread_ms(0) <= 2.0, "{} ms at {drift_ppm}", heard.spread_ms(0));
        assert!(heard.error < 1e-4, "{}", heard.error);
        assert!(heard.fastest_ppm <= 500.1, "{}", heard.fastest_ppm);
    }
}

#[test]
fn a_clock_like_ours_is_read_as_it_is_for_ten_hours() {
    let heard = hear(hours(10), CALM);

    assert_eq!((heard.jumps, heard.between), (0, 0));
    assert_eq!(heard.spread_ms(0), 0.0);
}

#[test]
fn jitter_is_not_taken_for_drift() {
    let heard = hear(hours(10), Way { jitter_ms: 10.0, ..CALM });

    assert_eq!((heard.jumps, heard.between), (0, 0));
}

#[test]
fn a_path_that_gets_longer_is_no_clock_that_is_slow() {
    for longer in [-30.0, 30.0, 90.0, 250.0] {
        let heard = hear(50 * 60, Way { jitter_ms: 5.0, longer: (1_500, longer), ..CALM });

        let last = heard.delays_ms[heard.delays_ms.len() - 1];
        // More than a third of what the programme waits.
        let followed = longer > 200.0;
        assert_eq!((heard.jumps, heard.between), (2 * usize::from(followed), 0), "{longer}");
        let expected = if followed { longer } else { 0.0 };
        assert!((last - expected).abs() < 2.0, "{last} ms after {longer}");
    }
}

#[test]
fn a_drift_that_is_known_outlives_a_change_of_the_path() {
    let way = Way { drift_ppm: 200.0, jitter_ms: 5.0, ..CALM };
    let heard = hear(50 * 300, Way { longer: (50 * 100, 8.0), ..way });

    assert_eq!(heard.jumps, 0);
    let (before, after) = (heard.delays_ms[900], heard.delays_ms[heard.delays_ms.len() - 1]);
    assert!((after - before - 8.0).abs() < 1.0, "from {before} to {after} ms");
}

#[test]
fn two_stages_of_which_one_hears_less_read_a_line_alike() {
    let way = Way { drift_ppm: -250.0, jitter_ms: 20.0, ..CALM };
    let one = hear(50 * 200, way);
    let two = hear(50 * 200, Way { loss: 0.3, seed: 99, ..way });

    let apart = one.delays_ms.iter().zip(&two.delays_ms).map(|(one, two)| (one - two).abs());
    let most = apart.fold(0.0, f64::max);
    assert!(most < 3.0, "{most} ms");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn whatever_the_clock_the_jitter_and_the_loss_nothing_is_heard_of_it(
        drift_ppm in -300.0..300.0, jitter_ms in 0.0..30.0, loss in 0.0..0.3, seed in any::<u64>(),
    ) {
        let heard = hear(50 * 180, Way { drift_ppm, jitter_ms, loss, seed, ..CALM });

        prop_assert_eq!(heard.jumps, 0);
        prop_assert!(heard.error < 1e-4, "{}", heard.error);
        prop_assert!(heard.spread_ms(600) <= 2.0, "{} ms after a minute", heard.spread_ms(600));
        prop_assert!(heard.fastest_ppm <= 500.1, "{}", heard.fastest_ppm);
    }
}
