//! Which 20 ms were speech, told a third of a second later, when what came next is known.
//!
//! Speech stands above the room, has a voice in it, and moves: noise has no voice, hum does not move, a click has neither.
//! A pause between two words counts as speech, the silence after the last one does not, so that adding up is fair.

mod pitch;
#[cfg(test)]
mod speech_test;

use std::collections::VecDeque;

use crate::level::power;
use crate::units::FRAME_SAMPLES;

use pitch::Pitch;

/// Frames before and after one by which it is judged, and the longest pause between words: 300 ms.
const AROUND: usize = 15;
/// A frame is judged so many frames after it was noted.
pub const LAG_FRAMES: usize = AROUND;
/// The room is the quietest frame of the last 3 s.
const ROOM_FRAMES: usize = 150;
/// Speech stands this far above the room,
const ABOVE_ROOM_DB: f32 = 9.0;
/// and is louder than this, however quiet the room.
const LEAST_DB: f32 = -52.0;
/// Not louder than this is digital silence: no room.
const DIGITAL_SILENCE_DB: f32 = -90.0;
/// Frames with a voice that make those around them speech.
const VOICED_FRAMES: usize = 3;
/// A tone whose pitch and level both stay within these is no voice.
const STEADY_PITCH: f32 = 0.04;
const STEADY_DB: f32 = 3.0;

#[derive(Clone, Copy)]
struct Mark {
    loud: bool,
    level_db: f32,
    /// Samples in a period, at 4 kHz.
    period: Option<f32>,
}

pub struct Speech {
    rooms: VecDeque<f32>,
    marks: VecDeque<Mark>,
    pitch: Pitch,
    silent_frames: u32,
}

impl Speech {
    pub fn new() -> Self {
        Self { rooms: VecDeque::new(), marks: VecDeque::new(), pitch: Pitch::new(), silent_frames: 0 }
    }

    /// Note 20 ms; `said` is false where the sound was made up. Tells whether the frame [`LAG_FRAMES`] ago was speech.
    pub fn note(&mut self, pcm: &[f32; FRAME_SAMPLES], said: bool) -> Option<bool> {
        let mark = self.mark(pcm, said);
        self.silent_frames = if mark.loud { 0 } else { self.silent_frames.saturating_add(1) };
        self.marks.push_back(mark);
        if self.marks.len() > 2 * AROUND + 1 {
            self.marks.pop_front();
        }
        let judged = self.marks.len().checked_sub(1 + AROUND)?;
        Some(self.is_speech(judged))
    }

    /// Frames since anything stood above the room.
    pub fn silent_frames(&self) -> u32 {
        self.silent_frames
    }

    /// The room's level, if it was heard.
    pub fn room_db(&self) -> Option<f32> {
        self.rooms.iter().copied().reduce(f32::min)
    }

    fn mark(&mut self, pcm: &[f32; FRAME_SAMPLES], said: bool) -> Mark {
        let level_db = level_db(pcm);
        self.pitch.take(pcm);
        if !said || level_db <= DIGITAL_SILENCE_DB {
            return Mark { loud: false, level_db, period: None };
        }
        self.rooms.push_back(level_db);
        if self.rooms.len() > ROOM_FRAMES {
            self.rooms.pop_front();
        }
        let room_db = self.rooms.iter().copied().fold(0.0, f32::min);
        let loud = level_db > LEAST_DB.max(room_db + ABOVE_ROOM_DB);
        Mark { loud, level_db, period: if loud { self.pitch.period() } else { None } }
    }

    fn is_speech(&self, judged: usize) -> bool {
        let pause = |run: usize| run <= AROUND;
        let before = self.marks.range(..=judged).rev().position(|mark| mark.loud);
        let after = self.marks.range(judged..).position(|mark| mark.loud);
        let spoken = match (before, after) {
            (Some(0), _) => true,
            (Some(before), Some(after)) => pause(before + after - 1),
            _ => false,
        };
        spoken && self.has_voice()
    }

    fn has_voice(&self) -> bool {
        let mut periods: Vec<f32> = self.marks.iter().filter_map(|mark| mark.period).collect();
        if periods.len() < VOICED_FRAMES {
            return false;
        }
        let mut levels: Vec<f32> =
            self.marks.iter().filter(|mark| mark.loud).map(|mark| mark.level_db).collect();
        periods.sort_unstable_by(f32::total_cmp);
        levels.sort_unstable_by(f32::total_cmp);
        let pitch_moves = middle_spread(&periods) > STEADY_PITCH * periods[periods.len() / 2];
        pitch_moves || middle_spread(&levels) > STEADY_DB
    }
}

/// How far apart the middle eight tenths of sorted values lie.
fn middle_spread(sorted: &[f32]) -> f32 {
    let cut = sorted.len() / 10;
    match (sorted.get(cut), sorted.get(sorted.len().saturating_sub(1 + cut))) {
        (Some(low), Some(high)) => high - low,
        _ => 0.0,
    }
}

/// The level of 20 ms, full scale being 0.
pub fn level_db(pcm: &[f32; FRAME_SAMPLES]) -> f32 {
    10.0 * power(pcm).max(1e-13).log10()
}
