use proptest::prelude::*;

use super::between::{Place, Span};
use crate::units::FRAME_SAMPLES;

const FRAME: i64 = FRAME_SAMPLES as i64;

fn sine(hz: f64, at: f64) -> f64 {
    0.5 * (std::f64::consts::TAU * hz * at / 48_000.0).sin()
}

/// How far above its error the sine is that is read from `part` of a sample on, `over` samples more than a frame.
fn snr_db(hz: f64, part: u32, over: f64) -> f64 {
    let from = Place(Place::whole_sample(1_000).0 + i128::from(part));
    let to = Place(from.further(FRAME).0 + (over * 2_f64.powi(32)) as i128);
    let span = Span { from, to };
    let samples: Vec<f32> = (span.needs().0..span.wants()).map(|n| sine(hz, n as f64) as f32).collect();

    let read = span.read(&samples);

    let step = 1.0 + over / FRAME as f64;
    let first = 1_000.0 + f64::from(part) / 2_f64.powi(32);
    let (mut sound, mut error) = (0.0, 0.0);
    for (n, x) in read.iter().enumerate() {
        let ideal = sine(hz, first + n as f64 * step);
        sound += ideal * ideal;
        error += (f64::from(*x) - ideal).powi(2);
    }
    10.0 * (sound / error).log10()
}

#[test]
fn a_clock_like_ours_is_read_bit_by_bit() {
    let samples: Vec<f32> = (0..FRAME).map(|n| sine(440.0, n as f64) as f32).collect();

    let read = Span::plain(77).read(&samples);

    assert_eq!(read.to_vec(), samples);
    assert_eq!(Span::plain(77).wants(), 77 + FRAME);
}

#[test]
fn from_a_whole_sample_on_the_first_is_that_sample() {
    let span = Span { from: Place::whole_sample(0), to: Place::whole_sample(FRAME + 1) };
    let samples: Vec<f32> =
        (span.needs().0..span.wants()).map(|n| sine(440.0, n as f64 + 5.0) as f32).collect();

    assert!((span.read(&samples)[0] - samples[(-span.needs().0) as usize]).abs() < 1e-7);
}

proptest! {
    #[test]
    fn what_is_said_is_read_between_its_samples_with_an_error_90_db_below(
        hz in 60.0..16_000.0_f64, part in any::<u32>(), over in -2.0..2.0_f64,
    ) {
        let snr_db = snr_db(hz, part, over);

        prop_assert!(snr_db >= 90.0, "{snr_db} dB");
    }
}
