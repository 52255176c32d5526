//! How loud sound is to an ear: ITU-R BS.1770-4, one channel at 48 kHz.

/// Silence to an ear.
pub const SILENCE_LUFS: f64 = -70.0;
/// So that a sine of 997 Hz at full scale has -3.01 LUFS.
const OFFSET_LU: f64 = -0.691;
/// The head as a shelf, and what an ear makes of deep sounds: annex 1, tables 1 and 2.
const SHELF: Second = Second {
    b: [1.535_124_859_586_97, -2.691_696_189_406_38, 1.198_392_810_852_85],
    a: [-1.690_659_293_182_41, 0.732_480_774_215_85],
};
const DEEP: Second = Second { b: [1.0, -2.0, 1.0], a: [-1.990_047_454_833_98, 0.990_072_250_366_21] };
/// Less is nothing; a computer is slow at numbers near nothing.
const NOTHING: f64 = 1e-15;

/// A filter of second order.
struct Second {
    b: [f64; 3],
    a: [f64; 2],
}

#[derive(Default)]
struct Memory([f64; 2]);

impl Memory {
    fn pass(&mut self, filter: &Second, x: f64) -> f64 {
        let y = filter.b[0] * x + self.0[0];
        self.0[0] = filter.b[1] * x - filter.a[0] * y + self.0[1];
        self.0[1] = filter.b[2] * x - filter.a[1] * y;
        y
    }

    fn forget_nothing(&mut self) {
        self.0.iter_mut().filter(|x| x.abs() < NOTHING).for_each(|x| *x = 0.0);
    }
}

/// One ear, listening without a pause.
#[derive(Default)]
pub struct Ear {
    shelf: Memory,
    deep: Memory,
}

impl Ear {
    /// The power of these samples as an ear weighs it.
    pub fn power(&mut self, pcm: &[f32]) -> f64 {
        let mut sum = 0.0;
        for &x in pcm {
            let y = self.deep.pass(&DEEP, self.shelf.pass(&SHELF, f64::from(x)));
            sum += y * y;
        }
        self.shelf.forget_nothing();
        self.deep.forget_nothing();
        sum / pcm.len().max(1) as f64
    }
}

pub fn lufs(power: f64) -> f64 {
    if power > 0.0 { (OFFSET_LU + 10.0 * power.log10()).max(SILENCE_LUFS) } else { SILENCE_LUFS }
}

/// The loudness of blocks of 400 ms by their powers: pauses are left out, that is what is 10 LU below the mean or silent.
pub fn gated_lufs<'a>(powers: impl Iterator<Item = &'a f64> + Clone) -> f64 {
    let mean = |floor: f64| {
        let (sum, count) = powers
            .clone()
            .filter(|&&power| lufs(power) > floor)
            .fold((0.0, 0), |(sum, count), power| (sum + power, count + 1));
        lufs(sum / f64::from(count.max(1)))
    };
    mean(mean(SILENCE_LUFS) - 10.0)
}
