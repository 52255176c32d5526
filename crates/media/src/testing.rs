//! For tests alone: a moment to start virtual time from, and sounds.

use std::fs::File;
use std::io::BufReader;

use crate::codec::Decoder;
use crate::stage::Now;
use crate::units::{FRAME_SAMPLES, MediaTime};

pub type Frame = [f32; FRAME_SAMPLES];

/// Any instant will do as the first; all later ones are counted from it.
#[allow(clippy::disallowed_methods)]
pub fn start() -> Now {
    Now { instant: std::time::Instant::now(), media: MediaTime(155_208_333 * 11_520) }
}

/// One of the recorded voices, `ana` or `ben`.
pub fn recorded(name: &str) -> Vec<Frame> {
    let path = format!("{}/../../src/hustings/voices/{name}.opus", env!("CARGO_MANIFEST_DIR"));
    let mut packets = ogg::PacketReader::new(BufReader::new(File::open(path).unwrap()));
    let mut decoder = Decoder::new();
    let mut pcm = Vec::new();
    while let Some(packet) = packets.read_packet().unwrap() {
        if !packet.data.starts_with(b"Opus") {
            pcm.extend(decoder.decode(&packet.data).unwrap());
        }
    }
    pcm.as_chunks().0.to_vec()
}

/// Noise of this level, the same at every run.
pub fn noise(level_db: f32, frames: usize) -> Vec<Frame> {
    let amplitude = 10_f32.powf(level_db / 20.0) * 3_f32.sqrt();
    let mut state = 1_u32;
    let mut draw = || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 8) as f32 / (1 << 23) as f32 - 1.0
    };
    (0..frames).map(|_| std::array::from_fn(|_| amplitude * draw())).collect()
}

/// Sound by the time of each sample in seconds.
pub fn sounding(frames: usize, wave: impl Fn(f64) -> f64) -> Vec<Frame> {
    let at = |n: usize, i: usize| (n * FRAME_SAMPLES + i) as f64 / 48_000.0;
    (0..frames).map(|n| std::array::from_fn(|i| wave(at(n, i)) as f32)).collect()
}

pub fn mixed(a: &[Frame], b: &[Frame]) -> Vec<Frame> {
    let sum = |(a, b): (&Frame, &Frame)| std::array::from_fn(|i| a[i] + b[i]);
    a.iter().zip(b).map(sum).collect()
}
