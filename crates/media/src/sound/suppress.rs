//! Takes the noise around a microphone out of a voice: RNNoise (J.-M. Valin, 2018), in its port to Rust.
//!
//! What comes out is 10 ms later than what went in.

use nnnoiseless::DenoiseState;

use crate::units::FRAME_SAMPLES;

/// The model is made for samples of 16 bits.
const FULL_SCALE: f32 = 32_768.0;

/// One line's. It takes nothing, and the sound stays bit by bit, until it is asked for.
#[derive(Default)]
pub struct Suppressor {
    state: Option<Box<DenoiseState<'static>>>,
    /// The share of what comes out that went through it.
    share: f32,
}

impl Suppressor {
    /// The next 20 ms. Turning it on or off takes one frame more, and a fade.
    pub fn apply(&mut self, pcm: &mut [f32; FRAME_SAMPLES], on: bool) {
        if !on && self.share == 0.0 {
            self.state = None;
            return;
        }
        let begins = self.state.is_none();
        let state = self.state.get_or_insert_with(DenoiseState::new);
        let mut clean = [0.0; FRAME_SAMPLES];
        for (out, sound) in
            clean.chunks_exact_mut(DenoiseState::FRAME_SIZE).zip(pcm.chunks_exact(DenoiseState::FRAME_SIZE))
        {
            let scaled: Vec<f32> = sound.iter().map(|x| x * FULL_SCALE).collect();
            state.process_frame(out, &scaled);
        }
        if begins {
            // Its first sound is not whole.
            return;
        }
        let (from, to) = (self.share, f32::from(u8::from(on)));
        let step = (to - from) / FRAME_SAMPLES as f32;
        for (i, (x, clean)) in pcm.iter_mut().zip(clean).enumerate() {
            let share = from + step * i as f32;
            *x += (clean / FULL_SCALE - *x) * share;
        }
        self.share = to;
    }
}
