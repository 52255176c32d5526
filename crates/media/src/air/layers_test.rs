use super::Sound;
use super::cues::Cue;
use super::layers::{Announcement, Tone, let_in};
use crate::units::{FRAME_SAMPLES, MediaTime, SampleCount};

const AT: MediaTime = MediaTime(96_000);

fn steady(length: usize) -> Sound {
    Sound::new(vec![0.5; length]).unwrap()
}

fn frames(count: usize, mut add: impl FnMut(&mut [f32; FRAME_SAMPLES], MediaTime)) -> Vec<f32> {
    let mut out = Vec::new();
    for n in 0..count {
        let mut pcm = [0.0; FRAME_SAMPLES];
        add(&mut pcm, AT + SampleCount((n * FRAME_SAMPLES) as i64));
        out.extend(pcm);
    }
    out
}

#[test]
fn an_announcement_begins_on_its_sample_and_its_end_is_soft() {
    let begins = AT + SampleCount(100);
    let cue = Cue { sound: steady(4_800), begins, length: SampleCount(4_800) };
    let mut announcement = Announcement::default();

    let heard = frames(6, |pcm, at| announcement.add(pcm, at, cue.sounds_at(at).then(|| cue.clone())));

    assert_eq!((heard[99], heard[100], heard[2_900]), (0.0, 0.5, 0.5));
    assert!((heard[100 + 4_800 - 960] - 0.25).abs() < 1e-3);
    assert!(heard[4_900..].iter().all(|&x| x == 0.0));
}

#[test]
fn who_joins_an_announcement_in_its_middle_and_who_cuts_it_off_hears_no_click() {
    let cue = Cue { sound: steady(48_000), begins: AT - SampleCount(9_600), length: SampleCount(48_000) };
    let mut announcement = Announcement::default();
    let mut n = 0;

    let heard = frames(10, |pcm, at| {
        n += 1;
        announcement.add(pcm, at, (n <= 5).then(|| cue.clone()));
    });

    assert!(heard[0].abs() < 0.001 && heard[3_000] == 0.5);
    assert!(heard.windows(2).all(|pair| (pair[1] - pair[0]).abs() < 0.001));
    assert!(heard[7 * 960..].iter().all(|&x| x == 0.0));
}

#[test]
fn a_tone_stands_where_media_time_puts_it_whenever_it_came() {
    let ramp: Vec<f32> = (0..96_000).map(|i| (i as f32 / 3_000.0).sin() * 0.3).collect();
    let sound = Sound::new(ramp).unwrap();
    let (mut early, mut late) = (Tone::default(), Tone::default());

    let whole = frames(150, |pcm, at| early.add(pcm, at, Some(&sound)));
    let joined = frames(150, |pcm, at| {
        if at.0 >= AT.0 + 48 * 960 {
            late.add(pcm, at, Some(&sound));
        }
    });

    let settled = 100 * 960;
    assert!(whole[settled..].iter().zip(&joined[settled..]).all(|(a, b)| (a - b).abs() < 1e-5));
    assert!(whole.windows(2).all(|pair| (pair[1] - pair[0]).abs() < 0.001));
}

#[test]
fn voices_come_in_after_the_moment_and_are_then_as_they_were() {
    let mut pcm = [0.4; FRAME_SAMPLES];
    let_in(&mut pcm, AT, AT + SampleCount(480));
    assert!(pcm[..=480].iter().all(|&x| x == 0.0) && pcm[700] > 0.0);

    let mut pcm = [0.4; FRAME_SAMPLES];
    let_in(&mut pcm, AT + SampleCount::from_ms(300), AT);
    assert!(pcm.iter().all(|&x| x == 0.4));
}
