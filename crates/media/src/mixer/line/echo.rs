//! A tone that a line is sent, listened for in what the line sends: whoever has a loudspeaker that is heard hears us.
//!
//! Three tones in a fixed order, between the notes of the scale. Each must stand out at its own time and the other two
//! must not, so that voices, music and noise do not pass for it.

use std::collections::VecDeque;
use std::f64::consts::TAU;

use crate::units::{FRAME_SAMPLES, SAMPLE_RATE_HZ};

const TONES_HZ: [f64; 3] = [1_016.7, 1_357.2, 1_811.6];
const STEP_FRAMES: usize = 16;
const TONE_FRAMES: usize = 3 * STEP_FRAMES;
const AMPLITUDE: f32 = 0.2;
/// Each step rises and falls within 10 ms.
const EDGE_SAMPLES: usize = 480;
/// How long the tone is waited for: itself, and 4 s for the way there and back.
const LISTEN_FRAMES: u32 = TONE_FRAMES as u32 + 200;
/// In the middle of each step: the edges of frames and steps do not meet.
const BLOCKS: usize = 3;
const BLOCK_FRAMES: usize = 4;
const BLOCK_AT: usize = 2;
/// The share of all sound in a step that its tone is.
const SHARE: f32 = 0.02;
/// By how much it is more than either of the other two.
const ABOVE_OTHERS: f32 = 4.0;
/// Below this there is nothing but the codec.
const LEAST_POWER: f32 = 1e-8;

#[derive(Clone, Copy, Default)]
struct Frame {
    /// What of each tone is in it, as real and imaginary part.
    tones: [(f32, f32); 3],
    energy: f32,
}

#[derive(Default)]
pub struct Echo {
    /// Frames of the tone that were sent.
    sent: Option<usize>,
    listen_frames: u32,
    heard: VecDeque<Frame>,
    n: u64,
}

impl Echo {
    /// Play the tone, unless it is playing.
    pub fn ask(&mut self) {
        if self.sent.is_none() {
            self.sent = Some(0);
            self.listen_frames = LISTEN_FRAMES;
        }
    }

    /// The next 20 ms of the tone, while it lasts.
    pub fn tone(&mut self) -> Option<[f32; FRAME_SAMPLES]> {
        let frame = self.sent?;
        self.sent = Some(frame + 1).filter(|&next| next < TONE_FRAMES);
        let hz = TONES_HZ[frame / STEP_FRAMES];
        let first = frame % STEP_FRAMES * FRAME_SAMPLES;
        let last = STEP_FRAMES * FRAME_SAMPLES;
        Some(std::array::from_fn(|i| {
            let at = first + i;
            let edge = at.min(last - 1 - at).min(EDGE_SAMPLES) as f32 / EDGE_SAMPLES as f32;
            AMPLITUDE * edge * (TAU * hz * at as f64 / SAMPLE_RATE_HZ as f64).sin() as f32
        }))
    }

    /// Note 20 ms of the line's own sound; true once the tone has come back in it.
    pub fn hear(&mut self, pcm: &[f32; FRAME_SAMPLES]) -> bool {
        if self.listen_frames == 0 {
            return false;
        }
        self.listen_frames -= 1;
        self.heard.push_back(self.frame(pcm));
        self.n += 1;
        if self.heard.len() > TONE_FRAMES {
            self.heard.pop_front();
        }
        let back = self.is_back();
        if back || self.listen_frames == 0 {
            self.listen_frames = 0;
            self.heard.clear();
        }
        back
    }

    fn frame(&self, pcm: &[f32; FRAME_SAMPLES]) -> Frame {
        let at = (self.n * FRAME_SAMPLES as u64) as f64;
        let tones = TONES_HZ.map(|hz| {
            let turn = TAU * hz / SAMPLE_RATE_HZ as f64;
            let (turn_sin, turn_cos) = (turn as f32).sin_cos();
            let (mut sin, mut cos) = ((turn * at % TAU) as f32).sin_cos();
            let (mut re, mut im) = (0.0, 0.0);
            for x in pcm {
                re += x * cos;
                im += x * sin;
                (cos, sin) = (cos * turn_cos - sin * turn_sin, sin * turn_cos + cos * turn_sin);
            }
            (re, im)
        });
        Frame { tones, energy: pcm.iter().map(|x| x * x).sum() }
    }

    fn is_back(&self) -> bool {
        if self.heard.len() < TONE_FRAMES {
            return false;
        }
        (0..3).all(|step| {
            let shares = self.shares(step);
            let others = (0..3).filter(|&tone| tone != step).map(|tone| shares[tone]);
            shares[step] >= SHARE && others.fold(0.0, f32::max) * ABOVE_OTHERS < shares[step]
        })
    }

    /// How much of the sound in the middle of a step each tone is: 1 where there is nothing else.
    fn shares(&self, step: usize) -> [f32; 3] {
        let first = step * STEP_FRAMES + BLOCK_AT;
        let mut powers = [0.0; 3];
        let mut energy = 0.0;
        for block in 0..BLOCKS {
            let from = first + block * BLOCK_FRAMES;
            let frames = self.heard.range(from..from + BLOCK_FRAMES);
            energy += frames.clone().map(|frame| frame.energy).sum::<f32>();
            for (tone, power) in powers.iter_mut().enumerate() {
                let re: f32 = frames.clone().map(|frame| frame.tones[tone].0).sum();
                let im: f32 = frames.clone().map(|frame| frame.tones[tone].1).sum();
                *power += re * re + im * im;
            }
        }
        let samples = (BLOCK_FRAMES * FRAME_SAMPLES) as f32;
        let least = LEAST_POWER * samples * BLOCKS as f32;
        powers.map(|power| if energy < least { 0.0 } else { 2.0 * power / (samples * energy) })
    }
}
