use super::echo::Echo;
use crate::codec::{Decoder, Encoder, Quality};
use crate::testing::{Frame, mixed, noise, recorded, sounding};
use std::f64::consts::TAU;

const FRAMES: usize = 250;

/// The tone as it comes back: this much quieter, this many samples later, through a codec there and back.
fn returned(quieter_db: f32, late: usize) -> Vec<Frame> {
    let mut echo = Echo::default();
    echo.ask();
    let mut sent: Vec<f32> = vec![0.0; late];
    while let Some(tone) = echo.tone() {
        sent.extend(tone);
    }
    sent.resize(FRAMES * 960, 0.0);
    let gain = 10_f32.powf(-quieter_db / 20.0);
    let (mut there, mut back) = (Encoder::new(Quality::Return), Encoder::new(Quality::Microphone));
    let (mut decode_there, mut decode_back) = (Decoder::new(), Decoder::new());
    let through = |frame: &Frame| {
        let heard = decode_there.decode(&there.encode(frame)).unwrap();
        let picked_up = std::array::from_fn(|i| heard[i] * gain);
        let back = decode_back.decode(&back.encode(&picked_up)).unwrap();
        std::array::from_fn(|i| back[i])
    };
    sent.as_chunks().0.iter().map(through).collect()
}

fn hears(sound: &[Frame]) -> bool {
    let mut echo = Echo::default();
    echo.ask();
    sound.iter().any(|frame| echo.hear(frame))
}

#[test]
fn a_tone_that_comes_back_is_known_however_late_and_quiet() {
    for late in [700, 12_345, 48_000, 150_001] {
        for quieter_db in [0.0, 20.0, 40.0] {
            assert!(hears(&returned(quieter_db, late)), "{quieter_db} dB, {late} samples late");
        }
    }
}

#[test]
fn it_is_known_under_a_voice_and_in_a_loud_room() {
    for name in ["ana", "ben"] {
        let voice = recorded(name);
        assert!(hears(&mixed(&returned(14.0, 12_345), &voice[100..100 + FRAMES])), "under {name}");
    }
    assert!(hears(&mixed(&returned(20.0, 12_345), &noise(-35.0, FRAMES))));
}

#[test]
fn nothing_else_passes_for_it() {
    let mut taken = 0;
    for name in ["ana", "ben"] {
        for gain in [0.3, 1.0, 3.0] {
            let voice: Vec<Frame> =
                recorded(name).iter().map(|frame| frame.map(|x| (x * gain).clamp(-1.0, 1.0))).collect();
            // Each stretch that one could have asked in.
            taken += (0..voice.len() - FRAMES).step_by(25).filter(|&n| hears(&voice[n..n + FRAMES])).count();
        }
    }
    assert_eq!(taken, 0);
    assert!(!hears(&noise(-10.0, FRAMES)));
    let scale = |t: f64| 0.2 * (TAU * 440.0 * 2_f64.powf((t / 0.32).floor() / 12.0) * t).sin();
    assert!(!hears(&sounding(FRAMES, scale)));
    for hz in [1_016.7, 1_357.2, 1_811.6] {
        assert!(!hears(&sounding(FRAMES, |t| 0.2 * (TAU * hz * t).sin())), "{hz}");
    }
}

#[test]
fn nobody_listens_who_was_not_asked_to_and_not_for_long() {
    let back = returned(6.0, 700);

    assert!(!back.iter().any(|frame| Echo::default().hear(frame)));
    let mut echo = Echo::default();
    echo.ask();
    assert!(!(0..400).any(|_| echo.hear(&[0.0; 960])));
    assert!(!back.iter().any(|frame| echo.hear(frame)));
}

#[test]
fn the_tone_lasts_about_a_second_and_asking_while_it_plays_changes_nothing() {
    let mut echo = Echo::default();
    echo.ask();
    let mut frames = 0;

    while echo.tone().is_some() {
        frames += 1;
        if frames < 48 {
            echo.ask();
        }
    }

    assert_eq!(frames, 48);
}
