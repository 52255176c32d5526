//! How a line's clock runs against ours, found from the transits of its packets.
//!
//! The least transit of each half second stands for a path without queues: jitter only adds, loss adds nothing. A straight line
//! through ten minutes of them is the drift; where the path itself changes, what was before is moved to where it is now, so
//! that a route is not taken for a clock. No sound here.

use std::collections::VecDeque;

use crate::sound::Place;
use crate::units::{MediaTime, SampleCount};

use super::clock::Pace;

/// Two parts: 480 ms.
pub const BLOCK: SampleCount = SampleCount::from_ms(480);
/// A straight line is drawn through so many: ten minutes.
const BLOCKS: usize = 1_250;
/// Fewer tell nothing of a slope.
const BLOCKS_LEAST: usize = 5;
/// The path as it is now: 2.4 s.
const RECENT_BLOCKS: usize = 5;
/// The path has changed where it is so much shorter once, or longer for `RECENT_BLOCKS`; a clock does that in 17 s.
const STEP: f64 = SampleCount::from_ms(5).0 as f64;
/// A drift must stand out from its own error so much to be believed, and the more the fewer blocks told of it: about
/// Student's t for one chance in ten thousand.
const SURE: f64 = 4.0;
const SURE_OF_FEW: f64 = 6.0;
/// And it must have moved the path by so much, and by more than jitter does: until then places are mended, which no
/// jitter with a pattern leads astray for long.
const MOVED: f64 = SampleCount::from_ms(3).0 as f64;
const MOVED_OVER_JITTER: f64 = 4.0;
/// The error of a least transit is never less, in samples: they are counted whole.
const ERROR_LEAST: f64 = 1.0;
/// Slower ones are left to the correction of the place, faster ones are no sound card: 2 and 450 ppm.
const DRIFTS: std::ops::Range<f64> = 2e-6..450e-6;
/// A place off by more is mended, until it is off by less than the other.
const OFF: f64 = SampleCount::from_ms(1).0 as f64 * 0.75;
const OFF_NO_MORE: f64 = 6.0;
/// Where more is off, the path has changed and a jump in a pause is the better way.
const OFF_MAX: f64 = SampleCount::from_ms(10).0 as f64;
/// It is mended within about so many samples: 5 s, but never faster than by the other, 400 ppm.
const MENDED_IN: f64 = SampleCount::from_ms(5_000).0 as f64;
const MENDING_MAX: f64 = 400e-6;
/// How much slower or faster than ours a clock is followed, and how much of that is changed with one block.
const PACE_MAX: f64 = 500e-6;
const CHANGE_MAX: f64 = 150e-6;
const ONE: f64 = (1_u64 << 32) as f64;

/// The least of a block: when it came, and how long it was on its way, with a constant that is the line's own.
#[derive(Debug, Clone, Copy)]
struct Least {
    at: f64,
    transit: f64,
}

#[derive(Debug, Clone, Default)]
pub struct Drift {
    /// What numbers are counted from, so that they are small.
    origin: Option<(MediaTime, i64)>,
    block: Option<(i64, Least)>,
    /// How much sound came in the block.
    samples: i64,
    leasts: VecDeque<Least>,
    /// Longer than the path was; perhaps it has changed.
    doubtful: Vec<Least>,
    /// How much longer each transit gets by the sample.
    slope: f64,
    mending: bool,
    pace: f64,
}

impl Drift {
    /// Note a packet: how long after its last sample was captured it came, with a constant that is the line's own.
    pub fn note(&mut self, arrived: MediaTime, transit: i64, samples: i64) {
        let (first, least) = *self.origin.get_or_insert((arrived, transit));
        let here = Least { at: (arrived - first).0 as f64, transit: (transit - least) as f64 };
        let number = arrived.0.div_euclid(BLOCK.0);
        match &mut self.block {
            Some((block, least)) if *block == number => {
                if here.transit < least.transit {
                    *least = here;
                }
            }
            _ => {
                self.close();
                self.block = Some((number, here));
            }
        }
        self.samples += samples;
    }

    /// A block is over. Of one that is half empty the least is no least.
    fn close(&mut self) {
        let samples = std::mem::take(&mut self.samples);
        let Some((_, least)) = self.block.take().filter(|_| samples >= BLOCK.0 / 2) else { return };
        let off = self.path(least.at).map_or(0.0, |path| least.transit - path);
        if off > STEP {
            self.doubtful.push(least);
            if self.doubtful.len() >= RECENT_BLOCKS {
                self.change_path();
            }
            return;
        }
        self.doubtful.clear();
        if off < -STEP {
            self.leasts.iter_mut().for_each(|one| one.transit += off);
        }
        self.keep(least);
    }

    fn change_path(&mut self) {
        let doubtful = std::mem::take(&mut self.doubtful);
        let off = |one: &Least| self.path(one.at).map_or(0.0, |path| one.transit - path);
        let off = doubtful.iter().map(off).fold(f64::INFINITY, f64::min);
        self.leasts.iter_mut().for_each(|one| one.transit += off);
        doubtful.into_iter().for_each(|one| self.keep(one));
    }

    fn keep(&mut self, least: Least) {
        self.leasts.push_back(least);
        if self.leasts.len() > BLOCKS {
            self.leasts.pop_front();
        }
        self.slope = self.believed();
    }

    /// The slope of a straight line through all, where it stands out from its error; once believed, while it is any.
    fn believed(&self) -> f64 {
        let count = self.leasts.len() as f64;
        if self.leasts.len() < BLOCKS_LEAST {
            return 0.0;
        }
        let mean = |of: fn(&Least) -> f64| self.leasts.iter().map(of).sum::<f64>() / count;
        let (at, transit) = (mean(|one| one.at), mean(|one| one.transit));
        let over = |of: &dyn Fn(f64, f64) -> f64| {
            self.leasts.iter().map(|one| of(one.at - at, one.transit - transit)).sum::<f64>()
        };
        let spread = over(&|x, _| x * x);
        let slope = over(&|x, y| x * y) / spread;
        let free = count - 2.0;
        let error = (over(&|x, y| (y - slope * x).powi(2)) / free).sqrt().max(ERROR_LEAST);
        let stands_out = slope.abs() * spread.sqrt() > SURE * (1.0 + SURE_OF_FEW / free) * error;
        let moved = slope.abs() * count * BLOCK.0 as f64 > MOVED.max(MOVED_OVER_JITTER * error);
        let sure = self.slope != 0.0 || (stands_out && moved);
        if sure && DRIFTS.contains(&slope.abs()) { slope } else { 0.0 }
    }

    /// The transit of a path without queues at a moment; `None` before the first block.
    fn path(&self, at: f64) -> Option<f64> {
        let recent = self.leasts.iter().rev().take(RECENT_BLOCKS);
        recent.map(|one| one.transit + self.slope * (at - one.at)).reduce(f64::min)
    }

    /// The pace for the block that begins at `since`, by now at `place`.
    pub fn pace(&mut self, since: MediaTime, place: Place) -> Pace {
        let Some((first, least)) = self.origin else { return Pace::default() };
        let Some(path) = self.path((since - first).0 as f64) else { return Pace::default() };
        let transit = Place::whole_sample(since.0 - least).0 - place.0;
        let off = path - transit as f64 / ONE;
        let bound = if self.mending { OFF_NO_MORE } else { OFF };
        self.mending = (bound..OFF_MAX).contains(&off.abs());
        let mending = if self.mending { (off / MENDED_IN).clamp(-MENDING_MAX, MENDING_MAX) } else { 0.0 };
        // A transit that gets longer is a clock that is slow.
        let wanted = (-self.slope - mending).clamp(-PACE_MAX, PACE_MAX);
        self.pace = wanted.clamp(self.pace - CHANGE_MAX, self.pace + CHANGE_MAX);
        if self.pace == 0.0 { land(place) } else { as_pace(self.pace) }
    }

    /// Whether the clock goes as ours does, as far as is known.
    pub fn is_even(&self) -> bool {
        self.slope == 0.0
    }

    /// How the clock goes, as far as is known, wherever the line is read.
    pub fn own_pace(&self) -> Pace {
        as_pace((-self.slope).clamp(-PACE_MAX, PACE_MAX))
    }
}

fn as_pace(pace: f64) -> Pace {
    Pace((pace * ONE).round() as i64)
}

/// The pace that comes to a whole sample within a block, for a clock like ours.
fn land(place: Place) -> Pace {
    Pace(((place.rounded().0 - place.0) / i128::from(BLOCK.0)) as i64)
}
