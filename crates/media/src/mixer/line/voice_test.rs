//! What is told of a line, on the recorded voices: each speaks in turns and holds room tone of -75 dBFS between them.

use super::voice::Voice;
use crate::level::level_below_full_db;
use crate::testing::{mixed, noise, recorded};
use crate::units::FRAME_SAMPLES;

const REPORT_FRAMES: usize = 12;
/// The recorded voices are louder than this while they speak, and quieter between turns.
const LOUD_DB: i32 = -45;

type Frame = [f32; FRAME_SAMPLES];
/// What a report says (speaking, level), beside the loudest frame it is about.
type Told = (bool, i32, i32);

fn level_db(frame: &Frame) -> i32 {
    -i32::from(level_below_full_db(frame))
}

fn reports(frames: &[Frame]) -> Vec<Told> {
    let mut voice = Voice::new();
    let told = frames.chunks_exact(REPORT_FRAMES).map(|chunk| {
        chunk.iter().for_each(|frame| voice.note(frame, true));
        (voice.speaking(), voice.level_db(), chunk.iter().map(level_db).max().unwrap())
    });
    told.collect()
}

#[test]
fn whoever_speaks_is_called_speaking_and_room_tone_never_is() {
    for name in ["ana", "ben"] {
        let told = reports(&recorded(name));

        let (loud, quiet): (Vec<Told>, Vec<Told>) =
            told.iter().copied().partition(|(_, _, loudest)| *loudest > LOUD_DB);
        let missed = loud.iter().filter(|(speaking, ..)| !speaking).count();
        let invented: Vec<_> =
            quiet.iter().filter(|(speaking, _, loudest)| *speaking && *loudest < -52).collect();
        assert!(loud.len() > 80 && quiet.len() > 100, "{name}: {} {}", loud.len(), quiet.len());
        assert!(missed * 50 <= loud.len(), "{name}: {missed} of {} missed", loud.len());
        assert_eq!(invented, Vec::<&Told>::new(), "{name}");
        // Twelve frames of which one is speech stand 11 dB below it.
        assert!(told.iter().all(|(speaking, level, _)| !speaking || *level > -52 - 11), "{name}");
    }
}

#[test]
fn whoever_speaks_in_a_loud_room_is_told_from_the_room() {
    let ana = recorded("ana");
    for room_db in [-65.0, -55.0, -45.0] {
        let noise = noise(room_db, ana.len());
        let clean = ana.chunks_exact(REPORT_FRAMES).map(|chunk| chunk.iter().map(level_db).max().unwrap());

        let told = reports(&mixed(&ana, &noise));

        let both: Vec<(bool, i32)> = told.iter().map(|one| one.0).zip(clean).collect();
        let spoke = both.iter().filter(|(_, clean)| *clean > -25).count();
        let missed = both.iter().filter(|(speaking, clean)| *clean > -25 && !speaking).count();
        let invented = both.iter().filter(|(speaking, clean)| *clean < -60 && *speaking).count();
        assert!(missed * 20 <= spoke, "{room_db}: {missed} of {spoke} missed");
        assert_eq!(invented, 0, "{room_db}");
    }
}

#[test]
fn a_room_without_a_speaker_is_silent_from_the_first_moment() {
    for room_db in [-73.0, -60.0, -50.0, -42.0] {
        let told = reports(&noise(room_db, 500));

        assert!(told.iter().all(|(speaking, ..)| !speaking), "{room_db}");
        assert!(
            told.iter().all(|(_, level, _)| (*level as f32 - room_db).abs() <= 2.0),
            "{room_db}: {told:?}"
        );
    }
}

#[test]
fn a_gap_in_the_packets_is_no_room_and_no_speech() {
    let mut voice = Voice::new();
    let (room, silence) = (noise(-45.0, 300), [0.0; FRAME_SAMPLES]);
    let mut spoke = false;

    for (n, frame) in room.iter().enumerate() {
        let lost = n % 100 < 10;
        voice.note(if lost { &silence } else { frame }, !lost);
        spoke |= voice.speaking();
    }
    voice.note(&[0.5; FRAME_SAMPLES], false);

    assert!(!spoke && !voice.speaking());
}

#[test]
fn a_steady_tone_is_heard_as_long_as_it_lasts() {
    let tone: Frame = std::array::from_fn(|i| 0.1 * (i as f32 * 0.06).sin());
    let mut voice = Voice::new();

    (0..1_000).for_each(|_| voice.note(&tone, true));

    assert!(voice.in_return() && voice.speaking());
}
