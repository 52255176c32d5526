//! Whether 20 ms have a voice in them: sound that repeats itself between 60 and 400 times a second.
//!
//! Normalised autocorrelation at 4 kHz, where a voice has most of its harmonics and little else has any.

use crate::units::FRAME_SAMPLES;

/// 48 kHz to 4 kHz.
const TAKEN: usize = 12;
const FRAME: usize = FRAME_SAMPLES / TAKEN;
/// Two frames: the longest period, and enough to compare.
const KEPT: usize = 2 * FRAME;
const PERIOD_MIN: usize = 10;
const PERIOD_MAX: usize = 66;
/// White noise stays below a third, a voice in a loud room mostly above a half.
const VOICED: f32 = 0.45;
/// Of periods alike, which repeat each other, the shortest is meant.
const ALIKE: f32 = 0.9;
/// Takes the weight off rumble, which repeats nothing and is alike from sample to sample.
const EMPHASIS: f32 = 0.9;
const LEAST_ENERGY: f32 = 1e-9;

pub struct Pitch {
    kept: [f32; KEPT],
    last: f32,
}

impl Pitch {
    pub fn new() -> Self {
        Self { kept: [0.0; KEPT], last: 0.0 }
    }

    pub fn take(&mut self, pcm: &[f32; FRAME_SAMPLES]) {
        self.kept.copy_within(FRAME.., 0);
        for (slot, piece) in self.kept[FRAME..].iter_mut().zip(pcm.chunks_exact(TAKEN)) {
            let mean = piece.iter().sum::<f32>() / TAKEN as f32;
            *slot = mean - EMPHASIS * self.last;
            self.last = mean;
        }
    }

    /// Samples in a period of the last two frames; `None` where there is no voice.
    pub fn period(&self) -> Option<f32> {
        let mut likeness = [0.0; PERIOD_MAX + 2];
        for (period, slot) in likeness.iter_mut().enumerate().skip(PERIOD_MIN - 1) {
            *slot = self.likeness(period);
        }
        let peak = |n: &usize| likeness[*n] >= likeness[n - 1] && likeness[*n] > likeness[n + 1];
        let peaks = (PERIOD_MIN..=PERIOD_MAX).filter(peak);
        let most = peaks.clone().map(|n| likeness[n]).fold(VOICED, f32::max);
        let best = peaks.into_iter().find(|&n| likeness[n] > VOICED && likeness[n] >= ALIKE * most)?;
        // The top of the parabola through the peak and its neighbours.
        let (before, at, after) = (likeness[best - 1], likeness[best], likeness[best + 1]);
        Some(best as f32 + 0.5 * (before - after) / (before - 2.0 * at + after).min(-1e-6))
    }

    fn likeness(&self, period: usize) -> f32 {
        let now = &self.kept[PERIOD_MAX + 1..];
        let then = &self.kept[PERIOD_MAX + 1 - period..KEPT - period];
        let (mut both, mut one, mut other) = (0.0, 0.0, 0.0);
        for (a, b) in now.iter().zip(then) {
            both += a * b;
            one += a * a;
            other += b * b;
        }
        let energy: f32 = one * other;
        if energy > LEAST_ENERGY * LEAST_ENERGY { both / energy.sqrt() } else { 0.0 }
    }
}
