use super::quiet::Quiet;
use crate::units::{FRAME_SAMPLES, MediaTime, SampleCount};

struct Line {
    quiet: Quiet,
    at: MediaTime,
}

impl Line {
    /// So many frames of a level, full scale being 1; gives how long it was quiet after them.
    fn hears(&mut self, level: f32, frames: usize) -> i64 {
        let mut quiet = SampleCount(0);
        for _ in 0..frames {
            quiet = self.quiet.note(&[level; FRAME_SAMPLES], self.at, true);
            self.at = self.at + SampleCount(FRAME_SAMPLES as i64);
        }
        quiet.ms()
    }
}

fn line() -> Line {
    Line { quiet: Quiet::default(), at: MediaTime(0) }
}

#[test]
fn quiet_is_counted_from_the_last_word() {
    let mut line = line();

    assert_eq!(line.hears(0.1, 100), 0);
    assert_eq!(line.hears(0.0, 300), 6_000);
    assert_eq!(line.hears(0.1, 1), 0);
}

#[test]
fn a_room_is_no_speech_and_speech_stands_above_it() {
    let mut line = line();

    // A fan at -43 dB; then somebody at -30.
    line.hears(0.007, 50);
    assert_eq!(line.hears(0.007, 500), 549 * 20);
    assert_eq!(line.hears(0.032, 1), 0);
}

#[test]
fn music_without_a_pause_is_not_dead_air() {
    let mut line = line();

    assert_eq!(line.hears(0.05, 3_000), 0);
}

#[test]
fn what_is_not_counted_is_not_quiet() {
    let mut quiet = Quiet::default();
    let frame = |n: i64| MediaTime(n * FRAME_SAMPLES as i64);

    for n in 0..500 {
        assert_eq!(quiet.note(&[0.0; FRAME_SAMPLES], frame(n), false).ms(), 0);
    }
    assert_eq!(quiet.note(&[0.0; FRAME_SAMPLES], frame(500), true).ms(), 20);
}
