//! How loud 20 ms are.

/// Sums that are added up side by side: one alone would wait for itself at every sample.
const LANES: usize = 16;

/// dB below full scale: 0 for the loudest, 127 for silence.
pub fn level_below_full_db(pcm: &[f32]) -> u8 {
    (-10.0 * power(pcm).max(1e-13).log10()).clamp(0.0, 127.0) as u8
}

/// The mean of the squares of the samples.
pub fn power(pcm: &[f32]) -> f32 {
    let (whole, rest) = pcm.as_chunks::<LANES>();
    let mut sums = [0.0; LANES];
    for samples in whole {
        sums.iter_mut().zip(samples).for_each(|(sum, x)| *sum += x * x);
    }
    let sum = sums.iter().sum::<f32>() + rest.iter().map(|x| x * x).sum::<f32>();
    sum / pcm.len().max(1) as f32
}
