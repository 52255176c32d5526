//! Sounds laid over a frame, each with a gain that moves without a click.

use crate::units::{FRAME_SAMPLES, MediaTime, SampleCount};

use super::cues::Cue;
use super::sounds::Sound;

type Pcm = [f32; FRAME_SAMPLES];

/// Out at once, and still no click: 40 ms.
const OUT_SAMPLES: f32 = 1_920.0;
/// A tone that comes is not to be noticed coming: a second.
const TONE_IN_SAMPLES: f32 = 48_000.0;
/// Voices after the opening: 200 ms.
const VOICES_IN_SAMPLES: f32 = 9_600.0;

/// One kind of announcement.
#[derive(Default)]
pub struct Announcement {
    cue: Option<Cue>,
    gain: f32,
}

impl Announcement {
    /// Add what is due of `cue`, or fade out what there was.
    pub fn add(&mut self, pcm: &mut Pcm, at: MediaTime, cue: Option<Cue>) {
        let goal = if cue.is_some() { 1.0 } else { 0.0 };
        if cue.is_some() && cue != self.cue {
            // From its beginning it is played whole; whoever joins in the middle comes in softly.
            self.gain = if cue.as_ref().is_some_and(|cue| at <= cue.begins) { 1.0 } else { 0.0 };
            self.cue = cue;
        }
        let Some(cue) = &self.cue else { return };
        for (i, x) in pcm.iter_mut().enumerate() {
            self.gain = toward(self.gain, goal, 1.0 / OUT_SAMPLES);
            let position = at + SampleCount(i as i64) - cue.begins;
            let left = (cue.length.0 - position.0) as f32;
            *x += self.gain * (left / OUT_SAMPLES).clamp(0.0, 1.0) * cue.sound.at(position);
        }
        if self.gain <= 0.0 {
            self.cue = None;
        }
    }
}

/// The tone of an empty room.
#[derive(Default)]
pub struct Tone {
    sound: Option<Sound>,
    gain: f32,
}

impl Tone {
    /// Add `wanted`, coming slowly, or let go of what there was.
    pub fn add(&mut self, pcm: &mut Pcm, at: MediaTime, wanted: Option<&Sound>) {
        if self.gain <= 0.0 {
            self.sound = wanted.cloned();
        }
        let Some(sound) = &self.sound else { return };
        let (goal, step) =
            if wanted == Some(sound) { (1.0, 1.0 / TONE_IN_SAMPLES) } else { (0.0, 1.0 / OUT_SAMPLES) };
        for (i, x) in pcm.iter_mut().enumerate() {
            self.gain = toward(self.gain, goal, step);
            *x += self.gain * sound.looped(at + SampleCount(i as i64));
        }
    }
}

/// Keep voices out until `from`, and bring them in after it.
pub fn let_in(pcm: &mut Pcm, at: MediaTime, from: MediaTime) {
    for (i, x) in pcm.iter_mut().enumerate() {
        let past = at + SampleCount(i as i64) - from;
        *x *= (past.0 as f32 / VOICES_IN_SAMPLES).clamp(0.0, 1.0);
    }
}

fn toward(gain: f32, goal: f32, step: f32) -> f32 {
    if gain < goal { (gain + step).min(goal) } else { (gain - step).max(goal) }
}
