//! What counts as speech: the recorded voices, and everything else that a microphone sends.

use std::f64::consts::TAU;

use super::Speech;
use crate::testing::{Frame, mixed, noise, recorded, sounding};

/// How many frames are called speech.
fn speech_frames(frames: &[Frame]) -> usize {
    let mut speech = Speech::new();
    frames.iter().filter(|frame| speech.note(frame, true) == Some(true)).count()
}

/// What is there between the pauses of a voice, by the recording alone.
fn loud_frames(frames: &[Frame]) -> usize {
    frames.iter().filter(|frame| super::level_db(frame) > -50.0).count()
}

fn quieter(frames: &[Frame], db: f32) -> Vec<Frame> {
    let gain = 10_f32.powf(-db / 20.0);
    frames.iter().map(|frame| frame.map(|x| x * gain)).collect()
}

#[test]
fn the_recorded_voices_are_speech_in_a_quiet_room_in_a_loud_one_and_over_a_hum() {
    for name in ["ana", "ben"] {
        let voice = recorded(name);
        let hum = sounding(voice.len(), |t| 0.01 * (TAU * 100.0 * t).sin() + 0.005 * (TAU * 50.0 * t).sin());
        let loud = loud_frames(&voice);

        let clean = speech_frames(&voice);
        let noisy = speech_frames(&mixed(&voice, &noise(-50.0, voice.len())));
        let humming = speech_frames(&mixed(&voice, &hum));
        let quiet = speech_frames(&quieter(&voice, 12.0));

        assert!(clean >= loud && clean < loud * 13 / 10, "{name}: {clean} of {loud}");
        for (what, found) in [("noise", noisy), ("hum", humming), ("quiet", quiet)] {
            assert!(found * 10 >= loud * 7, "{name}, {what}: {found} of {loud}");
        }
    }
}

#[test]
fn noise_hum_and_clicks_are_no_speech() {
    let second = 50;
    let silence = noise(-75.0, 4 * second);
    let hum = |hz: f64| {
        sounding(20 * second, move |t| 0.05 * (TAU * hz * t).sin() + 0.03 * (TAU * 3.0 * hz * t).sin())
    };
    let rumble = {
        let mut last = 0.0;
        let brown = |frame: &Frame| {
            frame.map(|x| {
                last = 0.995 * last + x;
                last
            })
        };
        noise(-50.0, 20 * second).iter().map(brown).collect::<Vec<_>>()
    };
    let clicks = sounding(20 * second, |t| if t % 0.3 < 0.002 { 0.8 * (TAU * 900.0 * t).sin() } else { 0.0 });
    let keys = {
        let bursts = noise(-20.0, 20 * second);
        bursts.iter().enumerate().map(|(n, frame)| if n % 9 == 0 { *frame } else { [0.0; 960] }).collect()
    };
    let fan = sounding(20 * second, |t| 0.02 * (TAU * 180.0 * t).sin() * (1.0 + 0.1 * (TAU * 0.7 * t).sin()));
    for (what, sound) in [
        ("white noise", noise(-30.0, 20 * second)),
        ("50 Hz", hum(50.0)),
        ("100 Hz", hum(100.0)),
        ("120 Hz", hum(120.0)),
        ("250 Hz", hum(250.0)),
        ("rumble", rumble),
        ("clicks", clicks),
        ("keys", keys),
        ("fan", fan),
    ] {
        // It begins all of a sudden, out of a quiet room, and the room has its own noise.
        let sound = mixed(&sound, &noise(-70.0, sound.len()));
        let sudden: Vec<Frame> = [&silence[..], &sound, &silence].concat();

        let found = speech_frames(&sudden);

        assert!(found <= 5, "{what}: {found} frames of {}", sudden.len());
    }
}

#[test]
fn a_pause_between_words_counts_and_the_silence_after_the_last_does_not() {
    // A voice by its features: 140 Hz that moves, with harmonics.
    let spoken = |from: f64, to: f64, t: f64| {
        let hz = 140.0 + 20.0 * (TAU * 2.0 * t).sin();
        let on = f64::from(u8::from((from..to).contains(&t)));
        on * 0.1 * (1..6).map(|n| (TAU * hz * f64::from(n) * t).sin() / f64::from(n)).sum::<f64>()
    };
    let room = noise(-75.0, 200);
    let short = sounding(200, |t| spoken(1.0, 1.6, t) + spoken(1.8, 2.4, t));
    let long = sounding(200, |t| spoken(0.8, 1.4, t) + spoken(2.0, 2.6, t));

    let (short, long) = (speech_frames(&mixed(&short, &room)), speech_frames(&mixed(&long, &room)));

    assert!((68..=73).contains(&short), "{short} frames of 1.4 s");
    assert!((58..=63).contains(&long), "{long} frames of twice 0.6 s");
}

#[test]
fn what_was_made_up_is_no_speech() {
    let mut speech = Speech::new();

    let found = recorded("ana").iter().filter(|frame| speech.note(frame, false) == Some(true)).count();

    assert_eq!(found, 0);
}
