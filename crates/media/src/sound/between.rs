//! Sound read at places between its samples.
//!
//! A sinc of 32 taps under a Kaiser window (J. O. Smith, "Digital audio resampling", CCRMA): what lies below 19 kHz
//! passes, what mirrors from above is 90 dB down. At a whole sample it is that sample.

use std::f64::consts::PI;
use std::sync::LazyLock;

use crate::units::FRAME_SAMPLES;

const TAPS: usize = 32;
/// Samples needed before the one that is read, and after it.
pub const BEFORE: usize = TAPS / 2 - 1;
pub const AFTER: usize = TAPS / 2;
/// What has been read is kept so far back, for whoever goes on from there between samples.
pub const KEPT: i64 = BEFORE as i64 + 1;
/// Filters for so many fractions of a sample; between two, a straight line.
const PHASES: usize = 256;
const PHASE_BITS: u32 = PHASES.ilog2();
const KAISER_BETA: f64 = 10.0;

/// A place on a line's clock, in parts of a sample: 2^32 are one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place(pub i128);

impl Place {
    pub const fn whole_sample(sample: i64) -> Self {
        Self((sample as i128) << 32)
    }

    /// The sample at or before it.
    pub fn sample(self) -> i64 {
        (self.0 >> 32) as i64
    }

    fn part(self) -> u32 {
        self.0 as u32
    }

    pub fn is_whole(self) -> bool {
        self.part() == 0
    }

    pub fn further(self, samples: i64) -> Self {
        Self(self.0 + ((samples as i128) << 32))
    }

    /// The nearest sample.
    pub fn rounded(self) -> Self {
        Self((self.0 + (1 << 31)) >> 32 << 32)
    }

    /// The nearest sample, where it is one but for a thousandth.
    pub fn near_whole(self) -> Self {
        let near = self.rounded();
        if (self.0 - near.0).unsigned_abs() < 1 << 22 { near } else { self }
    }
}

/// 960 places, evenly from one up to, but not at, another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Span {
    pub from: Place,
    pub to: Place,
}

impl Span {
    /// 960 samples as they are.
    pub fn plain(from: i64) -> Self {
        Self { from: Place::whole_sample(from), to: Place::whole_sample(from + FRAME_SAMPLES as i64) }
    }

    pub fn is_plain(&self) -> bool {
        self.from.is_whole() && self.to == self.from.further(FRAME_SAMPLES as i64)
    }

    /// The first sample that is needed, and the first that is no more.
    pub fn needs(&self) -> (i64, i64) {
        let (from, to) = (self.from.sample(), self.to.sample());
        if self.is_plain() { (from, to) } else { (from - BEFORE as i64, to + 1) }
    }

    /// Up to there more are good to have.
    pub fn wants(&self) -> i64 {
        let end = self.needs().1;
        if self.is_plain() { end } else { end + AFTER as i64 }
    }

    /// Read them from samples that begin with the first that is needed and go as far as is wanted.
    pub fn read(&self, samples: &[f32]) -> [f32; FRAME_SAMPLES] {
        if self.is_plain() {
            return std::array::from_fn(|i| samples[i]);
        }
        if samples.iter().all(|&x| x == 0.0) {
            return [0.0; FRAME_SAMPLES];
        }
        let filters = &*FILTERS;
        let step = ((self.to.0 - self.from.0) / FRAME_SAMPLES as i128) as u64;
        let mut at = u64::from(self.from.part());
        std::array::from_fn(|_| {
            let (first, part) = ((at >> 32) as usize, at as u32);
            at += step;
            let phase = (part >> (32 - PHASE_BITS)) as usize;
            let between = (part << PHASE_BITS) as f32 / 2_f32.powi(32);
            let around: &[f32; TAPS] = samples[first..].first_chunk().unwrap_or(&[0.0; TAPS]);
            let low = dot(around, &filters[phase]);
            low + (dot(around, &filters[phase + 1]) - low) * between
        })
    }
}

/// The largest at the middle sample of `BEFORE` and `AFTER` others and at the three quarters after it.
pub fn peak(around: &[f32]) -> f32 {
    let around: &[f32; TAPS] = around.first_chunk().unwrap_or(&[0.0; TAPS]);
    let quarters = [1, 2, 3].map(|quarter| dot(around, &FILTERS[quarter * PHASES / 4]).abs());
    quarters.into_iter().fold(around[BEFORE].abs(), f32::max)
}

/// The largest of all, at four times the rate.
#[cfg(test)]
pub fn true_peak(sound: &[f32]) -> f32 {
    sound.windows(TAPS).map(peak).fold(0.0, f32::max)
}

/// In eight sums: so a processor can take four or eight products at once.
fn dot(a: &[f32; TAPS], b: &[f32; TAPS]) -> f32 {
    let mut sums = [0.0; 8];
    for (a, b) in a.as_chunks::<8>().0.iter().zip(b.as_chunks::<8>().0) {
        for n in 0..8 {
            sums[n] += a[n] * b[n];
        }
    }
    sums.iter().sum()
}

static FILTERS: LazyLock<Vec<[f32; TAPS]>> =
    LazyLock::new(|| (0..=PHASES).map(|phase| filter(phase as f64 / PHASES as f64)).collect());

/// The weights of the samples around a place this far past a sample, with a sum of one.
fn filter(part: f64) -> [f32; TAPS] {
    let weights: [f64; TAPS] = std::array::from_fn(|n| {
        let away = n as f64 - BEFORE as f64 - part;
        sinc(away) * kaiser(away / (TAPS / 2) as f64)
    });
    let sum: f64 = weights.iter().sum();
    weights.map(|weight| (weight / sum) as f32)
}

fn sinc(x: f64) -> f64 {
    // The sine of a whole number of half turns is not quite nothing to a computer.
    if x == 0.0 {
        1.0
    } else if x.fract() == 0.0 {
        0.0
    } else {
        (PI * x).sin() / (PI * x)
    }
}

fn kaiser(x: f64) -> f64 {
    let inside = (1.0 - x * x).max(0.0);
    bessel(KAISER_BETA * inside.sqrt()) / bessel(KAISER_BETA)
}

/// The modified Bessel function of the first kind, of order nought, by its series.
fn bessel(x: f64) -> f64 {
    let (mut sum, mut term) = (1.0, 1.0);
    for n in 1..40 {
        term *= (x / (2.0 * f64::from(n))).powi(2);
        sum += term;
    }
    sum
}
