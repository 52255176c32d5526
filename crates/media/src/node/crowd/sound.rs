//! Sound files as 48 kHz mono: WAV, and Ogg Opus.

use std::fs::File;
use std::path::Path;

use rubato::{Fft, FixedSync, Resampler};

use crate::node::start::CannotStart;

const SAMPLES_MAX: usize = 20 * 60 * 48_000;

/// Read a file whole; 20 minutes at the most.
pub fn load(path: &Path) -> Result<Vec<f32>, CannotStart> {
    let named = |why: String| CannotStart(format!("{} cannot be used: {why}", path.display()));
    let is_ogg = path.extension().is_some_and(|end| end == "opus" || end == "ogg");
    let pcm = if is_ogg { read_ogg(path) } else { read_wav(path) }.map_err(named)?;
    if pcm.is_empty() {
        return Err(named("it holds no sound".into()));
    }
    Ok(pcm)
}

fn read_ogg(path: &Path) -> Result<Vec<f32>, String> {
    let file = File::open(path).map_err(|error| error.to_string())?;
    crate::codec::read_ogg(std::io::BufReader::new(file), SAMPLES_MAX)
}

fn read_wav(path: &Path) -> Result<Vec<f32>, String> {
    let mut reader = hound::WavReader::open(path).map_err(|error| error.to_string())?;
    let spec = reader.spec();
    let full = (1_i64 << (spec.bits_per_sample - 1)) as f32;
    let samples: Result<Vec<f32>, hound::Error> = match spec.sample_format {
        hound::SampleFormat::Float => reader.samples::<f32>().collect(),
        hound::SampleFormat::Int => {
            reader.samples::<i32>().map(|sample| sample.map(|value| value as f32 / full)).collect()
        }
    };
    let samples = samples.map_err(|error| error.to_string())?;
    let channels = usize::from(spec.channels.max(1));
    let mono: Vec<f32> =
        samples.chunks_exact(channels).map(|frame| frame.iter().sum::<f32>() / channels as f32).collect();
    resample(mono, spec.sample_rate as usize)
}

fn resample(mono: Vec<f32>, rate_hz: usize) -> Result<Vec<f32>, String> {
    if rate_hz == 48_000 {
        return Ok(mono);
    }
    let mut resampler =
        Fft::<f32>::new(rate_hz, 48_000, 1_024, 1, FixedSync::Both).map_err(|error| error.to_string())?;
    let length = mono.len();
    let input = audioadapter_buffers::direct::InterleavedSlice::new(&mono, 1, length)
        .map_err(|error| error.to_string())?;
    let out = resampler.process_all(&input, length, None).map_err(|error| error.to_string())?;
    Ok(out.take_data())
}

/// Bring a sound to whole frames; looping ones to the common period.
pub fn looped(mut pcm: Vec<f32>, period: usize, loops: bool) -> Vec<f32> {
    let length = if loops { period } else { pcm.len() };
    let frames = length.div_ceil(960);
    pcm.resize(frames * 960, 0.0);
    pcm
}

#[cfg(test)]
#[path = "sound_test.rs"]
mod sound_test;
