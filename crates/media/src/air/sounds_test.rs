use super::{Sound, Sounds};
use crate::units::{MediaTime, SampleCount};

fn peak(sound: &Sound) -> f32 {
    (0..sound.length().0).map(|i| sound.at(SampleCount(i)).abs()).fold(0.0, f32::max)
}

fn rms_db(sound: &Sound) -> f32 {
    let power: f32 = (0..sound.length().0).map(|i| sound.at(SampleCount(i)).powi(2)).sum();
    10.0 * (power / sound.length().0 as f32).log10()
}

#[test]
fn the_stages_own_sounds_are_as_long_and_as_loud_as_they_should_be() {
    let Sounds { opening, pause, closing, tone } = Sounds::built_in();
    let (opening, pause, closing, tone) = (opening.unwrap(), pause.unwrap(), closing.unwrap(), tone.unwrap());

    assert!((3_000..=5_000).contains(&opening.length().ms()));
    assert!((2_000..=10_000).contains(&pause.length().ms()));
    assert!((2_000..=4_000).contains(&closing.length().ms()));
    assert!((9_000..=11_000).contains(&tone.length().ms()));
    for sound in [&opening, &pause, &closing] {
        assert!(peak(sound) <= 0.8913, "below -1 dB of full scale");
        assert!((-25.0..-12.0).contains(&rms_db(sound)), "{}", rms_db(sound));
    }
    assert!((-51.0..-45.0).contains(&rms_db(&tone)), "{}", rms_db(&tone));
}

#[test]
fn the_opening_is_to_be_heard_from_its_first_moment() {
    let opening = Sounds::built_in().opening.unwrap();

    let first = (0..opening.length().0).find(|&i| opening.at(SampleCount(i)).abs() > 0.02).unwrap();

    assert!(SampleCount(first).ms() < 20, "{first}");
}

#[test]
fn a_loop_has_no_seam() {
    let ramp = (0..96_000).map(|i| i as f32 / 96_000.0 * 0.5).collect();
    let sound = Sound::new(ramp).unwrap();

    let heard: Vec<f32> = (0..300_000).map(|i| sound.looped(MediaTime(i))).collect();

    assert!(heard.windows(2).all(|pair| (pair[1] - pair[0]).abs() < 0.001));
}

#[test]
fn what_is_too_loud_is_brought_down_and_what_is_no_sound_is_refused() {
    assert!((peak(&Sound::new(vec![2.0, -1.0]).unwrap()) - 0.89).abs() < 1e-6);
    assert_eq!(Sound::new(vec![]), None);
    assert!(Sound::read(b"RIFF....WAVE").is_err());
}
