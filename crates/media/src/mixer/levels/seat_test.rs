use super::{Levels, Lift};
use crate::flow::SeatId;
use crate::mixer::speech::level_db;
use crate::sound::{Ear, gated_lufs};
use crate::testing::{Frame, mixed, noise, recorded};
use crate::units::{FRAME_SAMPLES, MediaTime, SampleCount};

const START: MediaTime = MediaTime(155_208_333 * 11_520);

fn ana() -> SeatId {
    SeatId::parse("ana").unwrap()
}

fn at(n: usize) -> MediaTime {
    START + SampleCount((n * FRAME_SAMPLES) as i64)
}

/// A recorded voice, again and again, brought to this loudness.
fn voice(name: &str, goal_lufs: f64, frames: usize) -> Vec<Frame> {
    let said = recorded(name);
    let mut ear = Ear::default();
    let powers: Vec<f64> = said.chunks(20).map(|block| ear.power(block.as_flattened())).collect();
    let gain = 10_f64.powf((goal_lufs - gated_lufs(powers.iter())) / 20.0) as f32;
    said.iter().cycle().take(frames).map(|frame| frame.map(|x| x * gain)).collect()
}

/// The gain over each frame.
fn lifts(levels: &mut Levels, sound: &[Frame], from: usize) -> Vec<Lift> {
    let note = |(n, pcm): (usize, &Frame)| {
        levels.note(&ana(), at(from + n), pcm, true);
        levels.lift(&ana(), at(from + n))
    };
    sound.iter().enumerate().map(note).collect()
}

fn db(gain: f32) -> f64 {
    20.0 * f64::from(gain).log10()
}

#[test]
fn a_voice_is_brought_to_the_goal_within_seconds_of_speech_however_it_was_recorded() {
    for name in ["ana", "ben"] {
        for lufs in [-36.0, -28.0, -16.0, -6.0] {
            let sound = voice(name, lufs, 3_000);
            let lifts = lifts(&mut Levels::default(), &sound, 0);

            let mut loud = (0..3_000).filter(|&n| f64::from(level_db(&sound[n])) > lufs - 10.0);
            // The ceiling takes up to 2 LU off, which are made up for.
            let goal_db = (-13.0 - lufs).min(24.0);
            let (soon, late) = (db(lifts[loud.nth(200).unwrap()].to), db(lifts[2_999].to));
            assert!((soon - goal_db).abs() < 4.0, "{soon} dB after 4 s of speech, {name} at {lufs}");
            assert!((late - goal_db).abs() < 2.0, "{late} dB after a minute, {name} at {lufs}");
        }
    }
}

#[test]
fn once_found_a_level_moves_by_a_decibel_a_second_at_most_and_without_a_step() {
    let mut sound = voice("ana", -30.0, 1_500);
    sound.extend(voice("ana", -20.0, 1_500));

    let lifts = lifts(&mut Levels::default(), &sound, 0);

    assert!(lifts.windows(2).all(|two| two[0].to == two[1].from));
    let moved = lifts[1_000..].iter().map(|lift| (db(lift.to) - db(lift.from)).abs());
    assert!(moved.fold(0.0, f64::max) <= 0.0201);
    assert!(db(lifts[1_500].to) - db(lifts[2_999].to) > 5.0);
}

#[test]
fn nothing_moves_in_a_pause_and_no_room_is_brought_up() {
    let room = noise(-60.0, 3_000);
    let mut sound = mixed(&voice("ben", -34.0, 1_000), &room);
    sound.extend(&room[1_000..]);

    let lifts = lifts(&mut Levels::default(), &sound, 0);

    assert!(lifts[1_050..].iter().all(|lift| *lift == lifts[2_999]));
    assert!((14.0..16.0).contains(&db(lifts[2_999].to)), "{}", db(lifts[2_999].to));
}

#[test]
fn a_room_alone_is_left_alone() {
    let lifts = lifts(&mut Levels::default(), &noise(-45.0, 1_000), 0);

    assert!(lifts.iter().all(|lift| *lift == Lift { from: 1.0, to: 1.0 }));
}

#[test]
fn a_later_reading_and_another_stage_have_the_same_gain() {
    let sound = voice("ben", -30.0, 1_500);
    let (mut one, mut two) = (Levels::default(), Levels::default());

    let first = lifts(&mut one, &sound, 0);
    let second = lifts(&mut two, &sound, 0);

    assert_eq!(first, second);
    let again: Vec<Lift> = (0..1_500).map(|n| one.lift(&ana(), at(n))).collect();
    assert_eq!(first, again);
    assert_eq!(one.newest(&ana()), first[1_499]);
}
