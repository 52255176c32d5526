//! Prepared sounds: the stage's own, and those that a node was given.

use std::sync::Arc;

use crate::codec::read_ogg;
use crate::units::{MediaTime, SampleCount};

/// No prepared sound is longer: 5 minutes.
pub const LENGTH_MAX: SampleCount = SampleCount::from_ms(300_000);
/// Just below -1 dB of full scale, as for voices.
const CEILING: f32 = 0.89;
/// The end of a loop goes over into its beginning.
const SEAM: SampleCount = SampleCount::from_ms(100);

/// One sound, 48 kHz mono, shared by all halls that play it.
#[derive(Debug, Clone)]
pub struct Sound(Arc<[f32]>);

/// What there is to play; `None`: nothing.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Sounds {
    pub opening: Option<Sound>,
    pub pause: Option<Sound>,
    pub closing: Option<Sound>,
    pub tone: Option<Sound>,
}

/// The same memory; two copies of one sound are two sounds.
impl PartialEq for Sound {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}

impl Sound {
    /// `pcm` brought below the ceiling; `None` where it holds nothing.
    pub fn new(mut pcm: Vec<f32>) -> Option<Self> {
        let peak = pcm.iter().fold(0.0_f32, |peak, x| peak.max(x.abs()));
        if peak > CEILING {
            pcm.iter_mut().for_each(|x| *x *= CEILING / peak);
        }
        (peak.is_finite() && !pcm.is_empty()).then(|| Self(pcm.into()))
    }

    /// Read an Ogg Opus file; `Err` says what is wrong with it.
    pub fn read(file: &[u8]) -> Result<Self, String> {
        let pcm = read_ogg(std::io::Cursor::new(file), LENGTH_MAX.0 as usize)?;
        Self::new(pcm).ok_or_else(|| "it holds no sound".into())
    }

    pub fn length(&self) -> SampleCount {
        SampleCount(self.0.len() as i64)
    }

    /// The sample at a position; silence before its beginning and after its end.
    pub fn at(&self, position: SampleCount) -> f32 {
        usize::try_from(position.0).ok().and_then(|place| self.0.get(place)).copied().unwrap_or(0.0)
    }

    /// The sample at `at` where it is played over and over since the epoch.
    pub fn looped(&self, at: MediaTime) -> f32 {
        let seam = SEAM.0.min(self.length().0 / 2);
        let round = self.length().0 - seam;
        let place = at.0.rem_euclid(round);
        if place >= seam {
            return self.at(SampleCount(place));
        }
        // Equal power: what ends and what begins have nothing in common.
        let angle = std::f32::consts::FRAC_PI_2 * place as f32 / seam as f32;
        self.at(SampleCount(place)) * angle.sin() + self.at(SampleCount(round + place)) * angle.cos()
    }
}

impl Sounds {
    /// The stage's own (`tools/make_sounds.py`).
    ///
    /// # Panics
    /// If what is built in is no Ogg Opus: our bug.
    pub fn built_in() -> Self {
        let read = |file: &[u8]| Some(Sound::read(file).expect("a built-in sound can be read"));
        Self {
            opening: read(include_bytes!("../../sounds/opening.opus")),
            pause: read(include_bytes!("../../sounds/pause.opus")),
            closing: read(include_bytes!("../../sounds/closing.opus")),
            tone: read(include_bytes!("../../sounds/tone.opus")),
        }
    }
}
