use proptest::prelude::*;

use super::between::true_peak;
use super::ceiling::{CEILING, Ceiling, HELD};
use crate::testing::{Frame, noise, sounding};
use crate::units::FRAME_SAMPLES;

/// What comes out of it, the first frame held back as the cutter does.
fn kept(sound: &[Frame]) -> Vec<f32> {
    let mut ceiling = Ceiling::new();
    let mut out = Vec::new();
    for frame in sound {
        ceiling.add(frame);
        out.extend(ceiling.take().into_iter().flatten());
    }
    out
}

#[test]
fn what_stays_below_is_left_as_it_is() {
    let sound = sounding(50, |at| 0.7 * (std::f64::consts::TAU * 300.0 * at).sin());

    let out = kept(&sound);

    assert_eq!(out, sound.as_flattened()[..out.len()]);
    assert!(HELD < FRAME_SAMPLES && out.len() >= 49 * FRAME_SAMPLES);
}

#[test]
fn peaks_between_samples_count() {
    // A quarter of the rate, an eighth of a turn off: all samples are 3 dB below the peaks.
    let sound = sounding(50, |at| (std::f64::consts::TAU * (12_000.0 * at + 0.125)).sin());

    let out = kept(&sound);

    assert!(sound.as_flattened().iter().all(|x| x.abs() < 0.71));
    assert!(true_peak(&out[4_800..]) <= CEILING + 1e-3, "{}", true_peak(&out[4_800..]));
}

#[test]
fn it_goes_down_before_a_shout_and_up_slowly_after_it() {
    let sound = sounding(150, |at| {
        let loud = if (1.0..1.5).contains(&at) { 2.0 } else { 0.4 };
        loud * (std::f64::consts::TAU * 200.0 * at).sin()
    });

    let out = kept(&sound);

    let gain = |second: f64| {
        let from = (second * 48_000.0) as usize;
        let power = |pcm: &[f32]| pcm[from..from + 240].iter().map(|x| x * x).sum::<f32>();
        (power(&out) / power(sound.as_flattened())).sqrt()
    };
    assert_eq!((gain(0.5), gain(2.9)), (1.0, 1.0));
    assert!(gain(0.985) == 1.0 && gain(0.995) < 0.9);
    assert!((gain(1.25) - CEILING / 2.0).abs() < 0.01);
    assert!((0.6..0.9).contains(&gain(1.55)), "{}", gain(1.55));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn nothing_comes_out_above_it(level_db in -30.0..12.0_f32, bursts in prop::collection::vec(0.0..4.0_f32, 20)) {
        let mut sound = noise(level_db, 20);
        for (frame, burst) in sound.iter_mut().zip(&bursts) {
            frame.iter_mut().for_each(|x| *x *= burst);
        }

        let peak = true_peak(&kept(&sound));

        prop_assert!(peak <= CEILING * 1.02, "{peak}");
    }
}
