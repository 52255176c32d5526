use super::ear::{Ear, SILENCE_LUFS, gated_lufs, lufs};
use crate::testing::sounding;

/// The powers of blocks of 400 ms of a tone of 1 kHz with this peak, each so many seconds.
fn tones(steps: &[(f64, usize)]) -> Vec<f64> {
    let mut ear = Ear::default();
    let mut powers = Vec::new();
    for &(peak_db, seconds) in steps {
        let amplitude = 10_f64.powf(peak_db / 20.0);
        let tone = sounding(seconds * 50, |at| amplitude * (std::f64::consts::TAU * 1_000.0 * at).sin());
        powers.extend(tone.chunks(20).map(|block| ear.power(block.as_flattened())));
    }
    powers
}

#[test]
fn a_sine_at_full_scale_has_minus_3_lufs() {
    let mut ear = Ear::default();
    let tone = sounding(500, |at| (std::f64::consts::TAU * 997.0 * at).sin());

    let powers: Vec<f64> = tone.iter().map(|frame| ear.power(frame)).collect();

    assert!((lufs(powers[499]) + 3.01).abs() < 0.01, "{}", lufs(powers[499]));
}

/// EBU Tech 3341, cases 3 and 4, on one channel.
#[test]
fn pauses_are_left_out() {
    let loud = gated_lufs(tones(&[(-33.0, 10), (-20.0, 60), (-33.0, 10)]).iter());
    let silent = gated_lufs(tones(&[(-69.0, 10), (-33.0, 10), (-20.0, 60), (-33.0, 10), (-69.0, 10)]).iter());

    assert!((loud + 23.0).abs() < 0.1, "{loud}");
    assert!((silent + 23.0).abs() < 0.1, "{silent}");
}

#[test]
fn deep_sounds_are_less_loud_than_high_ones() {
    let heard = |hz: f64| {
        let mut ear = Ear::default();
        let tone = sounding(100, |at| (std::f64::consts::TAU * hz * at).sin());
        tone.iter().map(|frame| ear.power(frame)).last().unwrap()
    };

    assert!(lufs(heard(40.0)) < lufs(heard(1_000.0)) - 6.0);
    assert!(lufs(heard(6_000.0)) > lufs(heard(1_000.0)) + 3.0);
    assert_eq!(lufs(0.0), SILENCE_LUFS);
}
