//! How loud 20 ms are.

/// dB below full scale: 0 for the loudest, 127 for silence.
pub fn level_below_full_db(pcm: &[f32]) -> u8 {
    let power = pcm.iter().map(|x| x * x).sum::<f32>() / pcm.len().max(1) as f32;
    (-10.0 * power.max(1e-13).log10()).clamp(0.0, 127.0) as u8
}
