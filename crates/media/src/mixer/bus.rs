//! Adding up: gains that ramp, sums that do not clip.

use crate::units::FRAME_SAMPLES;

/// 5 ms: shorter clicks, longer swallows a consonant.
const RAMP_SAMPLES: usize = 240;
/// Just below -1 dB of full scale. What the others on stage hear must not wait for a limiter that looks ahead.
const CEILING: f32 = 0.89;
/// Back to full gain within about 300 ms.
const RELEASE: f32 = 1.0 / 15.0;

/// A gain that moves to its goal without a click.
#[derive(Default)]
pub struct Fader(f32);

impl Fader {
    /// Apply the gain, moving towards `goal`.
    pub fn apply(&mut self, pcm: &mut [f32; FRAME_SAMPLES], goal: f32) {
        let (from, to) = (self.0, goal);
        if from == to {
            if to != 1.0 {
                pcm.iter_mut().for_each(|sample| *sample *= to);
            }
            return;
        }
        for (i, sample) in pcm.iter_mut().enumerate() {
            let part = (i as f32 / RAMP_SAMPLES as f32).min(1.0);
            *sample *= from + (to - from) * part;
        }
        self.0 = goal;
    }
}

/// Let sound come in where a frame begins, and go out where it ends.
pub fn soften(pcm: &mut [f32; FRAME_SAMPLES], comes: bool, goes: bool) {
    let part = |i: usize| i as f32 / RAMP_SAMPLES as f32;
    if comes {
        pcm.iter_mut().take(RAMP_SAMPLES).enumerate().for_each(|(i, x)| *x *= part(i));
    }
    if goes {
        pcm.iter_mut().rev().take(RAMP_SAMPLES).enumerate().for_each(|(i, x)| *x *= part(i));
    }
}

/// Keeps a sum below the ceiling: down at once, up slowly.
pub struct Limiter(f32);

impl Limiter {
    pub fn new() -> Self {
        Self(1.0)
    }

    pub fn apply(&mut self, pcm: &mut [f32; FRAME_SAMPLES]) {
        let peak = pcm.iter().fold(0.0_f32, |peak, x| peak.max(x.abs()));
        let goal = (self.0 + RELEASE).min(1.0).min(CEILING / peak.max(CEILING));
        let from = self.0;
        for (i, sample) in pcm.iter_mut().enumerate() {
            let part = (i as f32 / RAMP_SAMPLES as f32).min(1.0);
            *sample = (*sample * (from + (goal - from) * part)).clamp(-1.0, 1.0);
        }
        self.0 = goal;
    }
}

pub fn add(sum: &mut [f32; FRAME_SAMPLES], pcm: &[f32; FRAME_SAMPLES]) {
    sum.iter_mut().zip(pcm).for_each(|(sum, x)| *sum += x);
}

pub fn subtract(sum: &mut [f32; FRAME_SAMPLES], pcm: &[f32; FRAME_SAMPLES]) {
    sum.iter_mut().zip(pcm).for_each(|(sum, x)| *sum -= x);
}
