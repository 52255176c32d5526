use super::fades::{Fades, Gain};
use crate::units::{FRAME_SAMPLES, MediaTime, SampleCount};

const NOW: MediaTime = MediaTime(155_208_333 * 11_520);
const FRAME: SampleCount = SampleCount(FRAME_SAMPLES as i64);
const FADE: SampleCount = SampleCount::from_ms(10);

fn gains(fades: &Fades, at: MediaTime) -> Vec<f32> {
    let mut pcm = [1.0; FRAME_SAMPLES];
    fades.over(at).apply(&mut pcm);
    pcm.to_vec()
}

#[test]
fn what_was_said_before_a_seat_came_on_air_stays_unheard() {
    let mut fades = Fades::new(false);

    fades.set(true, NOW + SampleCount(100), FADE);

    let frame = gains(&fades, NOW);
    assert!(frame[..=100].iter().all(|&gain| gain == 0.0));
    assert!((frame[340] - 0.5).abs() < 1e-3 && frame[580..].iter().all(|&gain| gain == 1.0));
    assert_eq!(fades.over(NOW - FRAME), Gain::Steady(0.0));
    assert_eq!(fades.over(NOW + FRAME), Gain::Steady(1.0));
}

#[test]
fn a_change_that_is_taken_back_halfway_goes_back_from_there_without_a_step() {
    let mut fades = Fades::new(true);
    fades.set(false, NOW, SampleCount::from_ms(1_000));
    fades.set(true, NOW + SampleCount::from_ms(500), SampleCount::from_ms(1_000));

    let all: Vec<f32> = (-5..80).flat_map(|n| gains(&fades, NOW + SampleCount(n * FRAME.0))).collect();

    assert!(all.windows(2).all(|two| (two[0] - two[1]).abs() < 1e-4));
    let least = all.iter().copied().fold(1.0, f32::min);
    assert!((least - 0.5).abs() < 1e-2 && all[all.len() - 1] == 1.0, "{least}");
}

#[test]
fn what_is_asked_for_later_is_the_same_after_forgetting() {
    let mut fades = Fades::new(true);
    for n in 0..100 {
        fades.set(n % 2 == 1, NOW + SampleCount(n * FRAME.0), SampleCount::from_ms(30));
    }
    let later = NOW + SampleCount(95 * FRAME.0);
    let before = gains(&fades, later);

    fades.forget(later);

    assert_eq!(gains(&fades, later), before);
    fades.forget(NOW + SampleCount(200 * FRAME.0));
    assert_eq!(fades.over(NOW), Gain::Steady(1.0));
}

#[test]
fn a_change_without_length_is_a_step() {
    let mut fades = Fades::new(true);

    fades.set(false, NOW + SampleCount(10), SampleCount(0));

    let frame = gains(&fades, NOW);
    assert_eq!((frame[9], frame[10]), (1.0, 0.0));
}
