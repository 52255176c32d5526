//! When which announcement is due: out of the hall's state and media time alone, so that all stages agree.

use crate::flow::{HallState, Programme};
use crate::units::{FRAME_SAMPLES, MediaTime, SampleCount};

use super::sounds::{Sound, Sounds};

const FRAME: SampleCount = SampleCount(FRAME_SAMPLES as i64);
/// From one beginning of the pause's announcement to the next.
const PAUSE_EVERY: SampleCount = SampleCount::from_ms(30_000);
/// What is left between two, at least.
const PAUSE_APART: SampleCount = SampleCount::from_ms(10_000);
/// Nobody is kept longer after the end.
const CLOSING_MAX: SampleCount = SampleCount::from_ms(10_000);

/// A sound, and where in media time it is played.
#[derive(Debug, Clone, PartialEq)]
pub struct Cue {
    pub sound: Sound,
    pub begins: MediaTime,
    pub length: SampleCount,
}

impl Cue {
    fn new(sound: &Sound, begins: MediaTime) -> Self {
        Self { sound: sound.clone(), begins, length: sound.length() }
    }

    pub fn ends(&self) -> MediaTime {
        self.begins + self.length
    }

    /// Whether the frame at `at` holds some of it.
    pub fn sounds_at(&self, at: MediaTime) -> bool {
        at + FRAME > self.begins && at < self.ends()
    }
}

/// The opening of a hall that went live on its second.
pub fn opening(frame: &Programme, starts_at: Option<MediaTime>, sounds: &Sounds) -> Option<Cue> {
    let begins = starts_at.filter(|at| frame.state == HallState::Live && frame.since == at.part_no())?;
    Some(Cue::new(sounds.opening.as_ref()?, begins))
}

/// The pause's announcement: the one that is due, sounds, or was the last.
pub fn pause(frame: &Programme, sounds: &Sounds) -> Option<Cue> {
    let sound = sounds.pause.as_ref().filter(|_| frame.state == HallState::Paused)?;
    let first = after_change(frame);
    let frames = (sound.length().0 + PAUSE_APART.0).div_euclid(FRAME.0) + 1;
    let every = PAUSE_EVERY.0.max(frames * FRAME.0);
    let rounds = (frame.at - first).0.div_euclid(every).max(0);
    Some(Cue::new(sound, first + SampleCount(rounds * every)))
}

/// The closing of a hall that has ended.
pub fn closing(frame: &Programme, sounds: &Sounds) -> Option<Cue> {
    let sound = sounds.closing.as_ref().filter(|_| frame.state == HallState::Ended)?;
    let whole = Cue::new(sound, after_change(frame));
    Some(Cue { length: whole.length.min(CLOSING_MAX), ..whole })
}

/// The first part that is all in the state that holds: the same for all stages, however a moment is rounded.
fn after_change(frame: &Programme) -> MediaTime {
    frame.since.next().start()
}
